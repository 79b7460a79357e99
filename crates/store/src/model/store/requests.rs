//! Requests that carry a key of their client's.

use std::collections::BTreeMap;

use engine::{AccountId, Instant, Term};

use super::Sharing;
use crate::request::{REQUEST_LEASE_SECONDS, RequestKey, RequestState, StoredResponse};

/// How long an answer is kept.
const KEPT_SECONDS: i64 = 24 * 60 * 60;

/// What stands under request keys.
#[derive(Clone, Debug, Default)]
pub(super) struct Requests(BTreeMap<(AccountId, Box<str>), Standing>);

#[derive(Clone, Debug)]
struct Standing {
    fingerprint: [u8; 32],
    term: Term,
    at: Instant,
    response: Option<StoredResponse>,
}

impl Requests {
    pub(super) const fn new() -> Requests {
        Requests(BTreeMap::new())
    }

    pub(super) fn begin(
        &mut self,
        sharing: Sharing,
        term: Term,
        key: RequestKey,
        fingerprint: [u8; 32],
        at: Instant,
    ) -> RequestState {
        let RequestKey { account, key } = key;
        if let Some(standing) = self.0.get(&(account, key.clone())) {
            let is_held = match sharing {
                Sharing::Exclusive => standing.term == term,
                Sharing::Shared => standing.at.plus_seconds(REQUEST_LEASE_SECONDS) > at,
            };
            let is_running = standing.response.is_none() && is_held;
            let is_kept = standing.at.plus_seconds(KEPT_SECONDS) > at;
            if is_running || is_kept {
                if standing.fingerprint != fingerprint {
                    return RequestState::Mismatch;
                }
                if let Some(response) = &standing.response {
                    return RequestState::Answered(response.clone());
                }
                if is_running {
                    return RequestState::Running;
                }
            }
        }
        self.0.insert((account, key), Standing { fingerprint, term, at, response: None });
        RequestState::Started
    }

    pub(super) fn finish(&mut self, term: Term, key: &RequestKey, response: StoredResponse) {
        if let Some(standing) = self.unanswered(term, key) {
            standing.response = Some(response);
        }
    }

    pub(super) fn abandon(&mut self, term: Term, key: &RequestKey) {
        if self.unanswered(term, key).is_some() {
            self.0.remove(&(key.account, key.key.clone()));
        }
    }

    fn unanswered(&mut self, term: Term, key: &RequestKey) -> Option<&mut Standing> {
        self.0
            .get_mut(&(key.account, key.key.clone()))
            .filter(|standing| standing.response.is_none() && standing.term == term)
    }
}
