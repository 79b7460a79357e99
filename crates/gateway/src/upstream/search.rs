//! Finding payments by their marks in a list by time, the newest first: somebody who documents
//! no look-up by key can be looked through, and is never conclusive about what is not there.

use std::collections::HashMap;

use engine::Instant;

use super::Sighting;
use crate::Inquiry;

/// Pages that are looked through in one call, at most.
const PAGES_MAX: u32 = 500;
/// Their clocks and ours may differ by so much, in seconds.
pub(super) const CLOCKS_DIFFER: i64 = 3_600;

/// A page of a list in the order of time.
pub(crate) struct Page<T> {
    /// What stands on it.
    pub(crate) entries: Vec<T>,
    /// Whether there is another one after it.
    pub(crate) more: bool,
}

/// Looks for the payments of inquiries among what was made since the first of them can
/// have been sent. `read` reads the page at an offset, `key` tells what an entry is
/// marked with, and `judge` what came of it. What is not on the pages is absent; where a page
/// cannot be read, or there are too many, nothing is known of those that were not found.
pub(crate) async fn through<T, F>(
    inquiries: &[&Inquiry],
    read: impl Fn(Instant, u32) -> F,
    key: impl Fn(&T) -> String,
    judge: impl Fn(&Inquiry, T) -> Option<Sighting>,
) -> Vec<Sighting>
where
    F: Future<Output = Option<Page<T>>>,
{
    let Some(first) = inquiries.iter().map(|inquiry| inquiry.due).min() else {
        return Vec::new();
    };
    let from = first.plus_seconds(-CLOCKS_DIFFER);
    let wanted: HashMap<&str, usize> =
        inquiries.iter().enumerate().map(|(at, it)| (it.request.key.as_str(), at)).collect();
    let mut found: Vec<Option<Sighting>> = vec![None; inquiries.len()];
    let mut offset = 0;
    let mut missing = Sighting::Unreachable;
    for _ in 0..PAGES_MAX {
        let Some(page) = read(from, offset).await else { break };
        let read_now = u32::try_from(page.entries.len()).unwrap_or(u32::MAX);
        for entry in page.entries {
            let Some(place) = wanted.get(key(&entry).as_str()).copied() else { continue };
            if let (Some(inquiry), Some(slot)) = (inquiries.get(place), found.get_mut(place)) {
                *slot = judge(inquiry, entry);
            }
        }
        if !page.more || found.iter().all(Option::is_some) {
            missing = Sighting::Absent;
            break;
        }
        offset = offset.saturating_add(read_now);
    }
    found.into_iter().map(|it| it.unwrap_or_else(|| missing.clone())).collect()
}
