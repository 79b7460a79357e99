//! What is left to each of many who ask (the generic cell rate algorithm): one number for
//! each, the time at which all that was asked will have been paid back.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::{Quota, Standing};

/// Askers that are told apart at once; those beyond share one allowance.
const ASKERS_MAX: usize = 65_536;
/// How often those who have nothing to pay back are looked for, at most.
const SWEPT_EVERY: Duration = Duration::from_secs(1);

/// What is left to each asker.
#[derive(Debug)]
pub(super) struct Allowances<Asker> {
    quota: Quota,
    books: Mutex<Books<Asker>>,
}

#[derive(Debug)]
struct Books<Asker> {
    /// When each will have paid back all that it asked, by time that only goes forward.
    even_at: HashMap<Asker, Duration>,
    /// The same of all whom there was no room to tell apart.
    others: Duration,
    last_sweep: Option<Duration>,
}

impl<Asker: Eq + Hash> Allowances<Asker> {
    pub(super) fn new(quota: Quota) -> Allowances<Asker> {
        let books = Books { even_at: HashMap::new(), others: Duration::ZERO, last_sweep: None };
        Allowances { quota, books: Mutex::new(books) }
    }

    /// Takes one request out of an asker's allowance, or says when it may ask again.
    pub(super) fn ask(&self, asker: Asker, elapsed: Duration, policy: &'static str) -> Standing {
        let mut books = self.books.lock().unwrap_or_else(PoisonError::into_inner);
        let even_at = books.of(asker, elapsed);
        let window = Duration::from_secs(self.quota.window_seconds.get().into());
        let each = window / self.quota.requests.get();
        let before = (*even_at).max(elapsed);
        let after = before.saturating_add(each);
        let latest = elapsed.saturating_add(window);
        let retry_after = (after > latest).then(|| after.saturating_sub(latest));
        if retry_after.is_none() {
            *even_at = after;
        }
        let owed = (*even_at).max(elapsed).saturating_sub(elapsed);
        let left = window.saturating_sub(owed).as_nanos() / each.as_nanos().max(1);
        let remaining = u32::try_from(left).unwrap_or(u32::MAX).min(self.quota.requests.get());
        Standing { policy, quota: self.quota, remaining, full_after: owed, retry_after }
    }
}

impl<Asker: Eq + Hash> Books<Asker> {
    fn of(&mut self, asker: Asker, elapsed: Duration) -> &mut Duration {
        if self.even_at.len() >= ASKERS_MAX && !self.even_at.contains_key(&asker) {
            self.sweep(elapsed);
            if self.even_at.len() >= ASKERS_MAX {
                return &mut self.others;
            }
        }
        self.even_at.entry(asker).or_insert(elapsed)
    }

    /// Forgets whoever owes nothing.
    fn sweep(&mut self, elapsed: Duration) {
        let is_early =
            self.last_sweep.is_some_and(|swept| elapsed.saturating_sub(swept) < SWEPT_EVERY);
        if !is_early {
            self.last_sweep = Some(elapsed);
            self.even_at.retain(|_, even_at| *even_at > elapsed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::num::NonZeroU32;

    fn two_in_ten_seconds() -> Quota {
        Quota {
            requests: NonZeroU32::new(2).unwrap(),
            window_seconds: NonZeroU32::new(10).unwrap(),
        }
    }

    #[test]
    fn an_allowance_is_used_at_once_and_comes_back_evenly() {
        let seconds = Duration::from_secs;
        let allowances = Allowances::new(two_in_ten_seconds());
        let ask = |who: u32, at| {
            let standing = allowances.ask(who, seconds(at), "x");
            (standing.remaining, standing.full_after.as_secs(), standing.retry_after)
        };
        assert_eq!(ask(1, 100), (1, 5, None));
        assert_eq!(ask(1, 100), (0, 10, None));
        assert_eq!(ask(1, 101), (0, 9, Some(seconds(4))));
        assert_eq!(ask(2, 101), (1, 5, None), "another asker has its own");
        assert_eq!(ask(1, 105), (0, 10, None));
        assert_eq!(ask(1, 200), (1, 5, None), "nothing is saved up");
    }

    #[test]
    fn askers_beyond_what_is_kept_share_one_allowance_until_there_is_room() {
        let allowances = Allowances::new(two_in_ten_seconds());
        let ask = |who: usize, at| {
            allowances.ask(who, Duration::from_secs(at), "x").retry_after.is_none()
        };
        assert!((0..ASKERS_MAX).all(|who| ask(who, 0)));
        let beyond: Vec<bool> = (0..3).map(|more| ask(ASKERS_MAX + more, 0)).collect();
        assert_eq!(beyond, [true, true, false]);
        assert_eq!(allowances.books.lock().unwrap().even_at.len(), ASKERS_MAX);
        assert!(ask(ASKERS_MAX + 3, 6));
        assert_eq!(allowances.books.lock().unwrap().even_at.len(), 1);
    }
}
