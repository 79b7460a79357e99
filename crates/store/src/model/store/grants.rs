//! Tokens that stand in the place of credentials.

use std::collections::BTreeMap;

use engine::Instant;

use crate::grant::{Grant, GrantKind};

/// Grants by the hashes of their tokens.
#[derive(Clone, Debug, Default)]
pub(super) struct Grants(BTreeMap<[u8; 32], Grant>);

impl Grants {
    pub(super) const fn new() -> Grants {
        Grants(BTreeMap::new())
    }

    pub(super) fn add(&mut self, spent: Option<[u8; 32]>, grants: Vec<Grant>, at: Instant) -> bool {
        self.0.retain(|_, grant| grant.expires_at > at);
        if spent.is_some_and(|spent| self.0.remove(&spent).is_none()) {
            return false;
        }
        self.0.extend(grants.into_iter().map(|grant| (grant.sha256, grant)));
        true
    }

    pub(super) fn find(&self, sha256: [u8; 32]) -> Option<Grant> {
        self.0.get(&sha256).cloned()
    }

    pub(super) fn revoke(&mut self, sha256: [u8; 32]) {
        let Some(revoked) = self.0.remove(&sha256) else { return };
        if revoked.kind == GrantKind::Refresh {
            self.0.retain(|_, grant| grant.family != revoked.family);
        }
    }
}
