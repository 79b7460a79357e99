//! Two lists of what happened, read as one in the order of time, a page at a time.
//!
//! Neither is read from its beginning: where a page begins in each is found by halving, for
//! which each list is asked for single entries, as often as the number of its entries before
//! the page can be halved. What is added to the lists meanwhile is left for the next request.

use serde_json::Value;
use store::Order;

/// How often a page is asked for again because its list has grown meanwhile.
const GROWN_MAX: u32 = 3;

/// An entry of a list.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Entry {
    /// When it happened, in seconds: what both lists say.
    pub(super) second: i64,
    /// It.
    pub(super) shown: Value,
}

/// A page of a list.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Page {
    /// Those on it.
    pub(super) entries: Vec<Entry>,
    /// How many there are on all pages.
    pub(super) total: u64,
}

/// A list that can be asked for its pages, in one order.
pub(super) trait Source: Send {
    /// The page of `limit` entries after the first `offset`; `None` where it did not say.
    fn page(&self, offset: u64, limit: u64) -> impl Future<Output = Option<Page>> + Send;
}

/// A list as it was when it was first looked at.
pub(super) struct List<S> {
    source: S,
    order: Order,
    /// How many there were then.
    total: u64,
    /// How many there were when it was last asked.
    grown_to: u64,
    /// The page that was read then, and where it begins.
    first: (u64, Vec<Entry>),
}

impl<S: Source> List<S> {
    /// A list whose page after the first `offset` was this.
    pub(super) fn seen(source: S, order: Order, offset: u64, page: Page) -> List<S> {
        let Page { entries, total } = page;
        List { source, order, total, grown_to: total, first: (offset, entries) }
    }

    pub(super) const fn total(&self) -> u64 {
        self.total
    }

    async fn at(&mut self, place: u64) -> Option<i64> {
        Some(self.read(place, 1).await?.first()?.second)
    }

    /// Entries of the list as it was. `None` where it cannot be told any more.
    async fn read(&mut self, offset: u64, limit: u64) -> Option<Vec<Entry>> {
        let count = limit.min(self.total.saturating_sub(offset));
        if count == 0 {
            return Some(Vec::new());
        }
        let wanted = usize::try_from(count).ok()?;
        if let Some(known) = self.known(offset, wanted) {
            return Some(known);
        }
        for _ in 0..GROWN_MAX {
            // What is new comes first where the newest does, and last otherwise.
            let before = match self.order {
                Order::Chronological => 0,
                Order::ReverseChronological => self.grown_to.saturating_sub(self.total),
            };
            let mut page = self.source.page(offset.checked_add(before)?, count).await?;
            let has_grown = std::mem::replace(&mut self.grown_to, page.total) != page.total;
            if has_grown && self.order == Order::ReverseChronological {
                continue;
            }
            page.entries.truncate(wanted);
            return (page.entries.len() == wanted).then_some(page.entries);
        }
        None
    }

    fn known(&self, offset: u64, count: usize) -> Option<Vec<Entry>> {
        let (from, entries) = &self.first;
        let start = usize::try_from(offset.checked_sub(*from)?).ok()?;
        Some(entries.get(start..start.checked_add(count)?)?.to_vec())
    }
}

/// The entries of both lists after the first `offset` of them, at most `limit`. `None` where
/// one of the lists did not say.
pub(super) async fn page<A: Source, B: Source>(
    theirs: &mut List<A>,
    ours: &mut List<B>,
    offset: u64,
    limit: u64,
) -> Option<Vec<Value>> {
    let of_ours = ours_among(theirs, ours, offset).await?;
    let (mut left, mut right) = (
        theirs.read(offset.checked_sub(of_ours)?, limit).await?.into_iter().peekable(),
        ours.read(of_ours, limit).await?.into_iter().peekable(),
    );
    let order = ours.order;
    let mut merged = Vec::new();
    while u64::try_from(merged.len()).is_ok_and(|count| count < limit) {
        let is_ours = match (left.peek(), right.peek()) {
            (Some(their), Some(our)) => is_before(order, our.second, their.second),
            (None, Some(_)) => true,
            (Some(_), None) => false,
            (None, None) => break,
        };
        let next = if is_ours { right.next() } else { left.next() };
        merged.extend(next.map(|entry| entry.shown));
    }
    Some(merged)
}

/// How many of our entries are among the first `count` of both lists.
async fn ours_among<A: Source, B: Source>(
    theirs: &mut List<A>,
    ours: &mut List<B>,
    count: u64,
) -> Option<u64> {
    let count = count.min(theirs.total.checked_add(ours.total)?);
    let (mut least, mut most) = (count.saturating_sub(theirs.total), count.min(ours.total));
    while least < most {
        let middle = least + (most - least) / 2;
        let (our, their) = (ours.at(middle).await?, theirs.at(count - middle - 1).await?);
        if is_before(ours.order, our, their) {
            least = middle + 1;
        } else {
            most = middle;
        }
    }
    Some(least)
}

/// Whether one of ours stands before one of theirs; in the same second theirs came first.
const fn is_before(order: Order, our: i64, their: i64) -> bool {
    match order {
        Order::Chronological => our < their,
        Order::ReverseChronological => our >= their,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    /// A list in memory, to which others are added as it is read.
    struct Memory {
        seconds: Mutex<Vec<i64>>,
        order: Order,
        added: Mutex<Vec<i64>>,
        asked: Mutex<u32>,
        name: &'static str,
    }

    impl Memory {
        fn new(name: &'static str, order: Order, seconds: &[i64], added: &[i64]) -> Memory {
            let (seconds, added) = (Mutex::new(seconds.to_vec()), Mutex::new(added.to_vec()));
            Memory { seconds, order, added, asked: Mutex::new(0), name }
        }

        fn look(&self, offset: u64, limit: u64) -> Page {
            let seconds = self.seconds.lock().unwrap();
            let all = seconds.iter().enumerate();
            let all = all.map(|(place, second)| Entry {
                second: *second,
                shown: json!([second, self.name, place]),
            });
            let all: Vec<Entry> = match self.order {
                Order::Chronological => all.collect(),
                Order::ReverseChronological => all.rev().collect(),
            };
            let total = u64::try_from(all.len()).unwrap();
            let (offset, limit) = (offset.try_into().unwrap(), limit.try_into().unwrap());
            Page { entries: all.into_iter().skip(offset).take(limit).collect(), total }
        }
    }

    impl Source for &Memory {
        async fn page(&self, offset: u64, limit: u64) -> Option<Page> {
            *self.asked.lock().unwrap() += 1;
            let new = self.added.lock().unwrap().pop();
            self.seconds.lock().unwrap().extend(new);
            Some(self.look(offset, limit))
        }
    }

    fn whole(order: Order, theirs: &[i64], ours: &[i64]) -> Vec<Value> {
        let entry =
            |name: &'static str| move |(place, second): (usize, &i64)| json!([second, name, place]);
        let mut all: Vec<Value> = theirs.iter().enumerate().map(entry("theirs")).collect();
        all.extend(ours.iter().enumerate().map(entry("ours")));
        // Stable: in the same second theirs stand first.
        all.sort_by_key(|it| it[0].as_i64());
        if order == Order::ReverseChronological {
            all.reverse();
        }
        all
    }

    fn seconds() -> impl Strategy<Value = Vec<i64>> {
        prop::collection::vec(0..30_i64, 0..40).prop_map(|mut seconds| {
            seconds.sort_unstable();
            seconds
        })
    }

    proptest! {
        #[test]
        fn pages_of_two_lists_are_pages_of_the_whole(
            theirs in seconds(),
            ours in seconds(),
            is_reverse in any::<bool>(),
            offset in 0..90_u64,
            limit in 1..30_u64,
            grown in 0..3_usize,
        ) {
            let order =
                if is_reverse { Order::ReverseChronological } else { Order::Chronological };
            let left = Memory::new("theirs", order, &theirs, &[99; 2][..grown.min(2)]);
            let right = Memory::new("ours", order, &ours, &[99; 2][..grown.min(2)]);
            let seen = |memory| {
                let page = Memory::look(memory, offset, limit);
                List::seen(memory, order, offset, page)
            };
            let (mut left_list, mut right_list) = (seen(&left), seen(&right));
            let page = page(&mut left_list, &mut right_list, offset, limit);
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let merged = runtime.block_on(page);
            let (offset, limit) = (usize::try_from(offset).unwrap(), usize::try_from(limit).unwrap());
            let whole = whole(order, &theirs, &ours);
            let expected: Vec<Value> = whole.into_iter().skip(offset).take(limit).collect();
            prop_assert_eq!(merged, Some(expected));
            // Halving forty entries, a page, and what has grown meanwhile.
            prop_assert!(*left.asked.lock().unwrap() <= 6 + 1 + 2);
        }
    }
}
