//! Pages of lists.

use engine::Instant;

/// Which part of a list is wanted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PageQuery {
    /// Created at or after.
    pub from: Instant,
    /// Created at or before.
    pub to: Instant,
    /// Skip so many.
    pub offset: u32,
    /// Return at most so many.
    pub limit: u32,
    /// In which order of creation.
    pub order: Order,
}

impl PageQuery {
    /// The greatest number of entries on a page.
    pub const LIMIT_MAX: u32 = 100;
    /// The greatest number of entries that can be skipped.
    pub const OFFSET_MAX: u32 = 100_000;

    /// The first `limit` of everything, oldest first.
    #[must_use]
    pub const fn first(limit: u32) -> PageQuery {
        PageQuery {
            from: Instant::EPOCH,
            to: Instant::MAX,
            offset: 0,
            limit,
            order: Order::Chronological,
        }
    }
}

/// The order of a list.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Order {
    /// Oldest first.
    Chronological,
    /// Newest first.
    ReverseChronological,
}

/// Part of a list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Page<T> {
    /// The entries.
    pub entries: Vec<T>,
    /// How many match in all, beyond this page too.
    pub total: u64,
}
