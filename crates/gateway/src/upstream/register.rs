//! What has been read of a list in the order of time, of somebody who documents no look-up by
//! key: a look-up goes on where the one before it ended, so that the end is reached however much
//! was made in the time that is looked through.

use std::collections::{BTreeSet, HashMap};

use engine::Instant;
use tokio::sync::Mutex;

use super::Sighting;
use super::search::{CLOCKS_DIFFER, Page};
use crate::Inquiry;

/// Pages that are read in one call, at most; the next one goes on from there.
const PAGES_MAX: u32 = 500;
/// Payments that are remembered, at most, each by its key. Where more were made in the time of
/// one look-up, nothing is known of those that were not found among them.
const REMEMBERED_MAX: usize = 1_000_000;

/// Something in a list.
pub(crate) trait Listed {
    /// What it is called there.
    fn id(&self) -> &str;

    /// The key that it is marked with; empty where somebody else made it.
    fn key(&self) -> String;
}

/// The pages of one list, as far as they were read.
#[derive(Debug, Default)]
pub(crate) struct Register(Mutex<Option<Pages>>);

#[derive(Debug)]
struct Pages {
    /// Since when.
    from: Instant,
    /// Where the last page begins, and what stood on it.
    last_offset: u32,
    last: Vec<Box<str>>,
    /// Where the page begins on which a payment stands, by its key.
    places: HashMap<Box<str>, u32>,
}

impl Pages {
    fn since(from: Instant) -> Pages {
        Pages { from, last_offset: 0, last: Vec::new(), places: HashMap::new() }
    }

    /// Whether they hold all that was made since, and not much more.
    fn cover(&self, from: Instant) -> bool {
        (self.from..=self.from.plus_seconds(CLOCKS_DIFFER)).contains(&from)
    }

    /// Whether the page at `last_offset` is still as it was, but for what has been made since.
    /// Where something has come to stand before it, all that was read is of no use: it may be
    /// what is looked for.
    fn go_on_with<T: Listed>(&self, page: &Page<T>) -> bool {
        let as_it_was = self.last.iter().zip(&page.entries).all(|(id, it)| **id == *it.id());
        page.entries.len() >= self.last.len() && as_it_was
    }

    fn add<T: Listed>(&mut self, offset: u32, page: &Page<T>) {
        self.last_offset = offset;
        self.last = page.entries.iter().map(|it| it.id().into()).collect();
        let keys = page.entries.iter().map(Listed::key).filter(|key| !key.is_empty());
        self.places.extend(keys.map(|key| (key.into(), offset)));
    }
}

/// Those that are looked for, and what was found of them.
struct Search<'a, J> {
    inquiries: &'a [&'a Inquiry],
    places: HashMap<&'a str, usize>,
    found: Vec<Option<Sighting>>,
    judge: J,
}

impl<J> Search<'_, J> {
    fn look_at<T: Listed>(&mut self, page: Page<T>)
    where
        J: Fn(&Inquiry, T) -> Option<Sighting>,
    {
        for entry in page.entries {
            let Some(place) = self.places.get(entry.key().as_str()).copied() else { continue };
            let (inquiry, slot) = (self.inquiries.get(place), self.found.get_mut(place));
            if let (Some(inquiry), Some(slot)) = (inquiry, slot) {
                *slot = (self.judge)(inquiry, entry);
            }
        }
    }

    fn is_over(&self) -> bool {
        self.found.iter().all(Option::is_some)
    }

    /// Where the pages begin on which they were seen.
    fn seen(&self, pages: &Pages) -> BTreeSet<u32> {
        self.places.keys().filter_map(|key| pages.places.get(*key).copied()).collect()
    }

    /// What is not found is `missing`.
    fn told(self, missing: &Sighting) -> Vec<Sighting> {
        self.found.into_iter().map(|it| it.unwrap_or_else(|| missing.clone())).collect()
    }
}

impl Register {
    /// Looks for the payments of inquiries among what was made since the first of them can
    /// have been sent. `read` reads the page at an offset, the oldest first, and `judge` tells
    /// what came of an entry. What is not in the list is absent; where a page cannot be read, or
    /// the end was not reached in this call, nothing is known of those that were not found.
    pub(crate) async fn look_for<T, F>(
        &self,
        inquiries: &[&Inquiry],
        read: impl Fn(Instant, u32) -> F,
        judge: impl Fn(&Inquiry, T) -> Option<Sighting>,
    ) -> Vec<Sighting>
    where
        T: Listed,
        F: Future<Output = Option<Page<T>>>,
    {
        let places = inquiries.iter().enumerate().map(|(at, it)| (it.request.key.as_str(), at));
        let found = vec![None; inquiries.len()];
        let mut search = Search { inquiries, places: places.collect(), found, judge };
        let Some(first) = inquiries.iter().map(|inquiry| inquiry.due).min() else {
            return Vec::new();
        };
        let from = first.plus_seconds(-CLOCKS_DIFFER);
        let mut held = self.0.lock().await;
        let pages = match &mut *held {
            Some(pages) if pages.cover(from) => pages,
            other => other.insert(Pages::since(from)),
        };
        // What was seen before is read again, for what has become of it since.
        for offset in search.seen(pages) {
            let Some(page) = read(pages.from, offset).await else {
                return search.told(&Sighting::Unreachable);
            };
            search.look_at(page);
        }
        let mut missing = Sighting::Unreachable;
        let mut offset = pages.last_offset;
        for _ in 0..PAGES_MAX {
            if search.is_over() {
                break;
            }
            let Some(page) = read(pages.from, offset).await else { break };
            if offset == pages.last_offset && !pages.go_on_with(&page) {
                *pages = Pages::since(from);
                offset = 0;
                continue;
            }
            if pages.places.len() >= REMEMBERED_MAX {
                *held = None;
                break;
            }
            pages.add(offset, &page);
            let read_now = u32::try_from(page.entries.len()).unwrap_or(u32::MAX);
            let more = page.more;
            search.look_at(page);
            if !more {
                missing = Sighting::Absent;
                break;
            }
            offset = offset.saturating_add(read_now);
        }
        search.told(&missing)
    }
}

#[cfg(test)]
mod tests;
