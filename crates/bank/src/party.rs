//! Parties: people and businesses with cards, bank accounts and wallets of their own
//! under a tenant. The tenant itself is one of them, its first.

use engine::{AccountId, Instant, PartyId};
use serde::{Deserialize, Serialize};

use crate::entity::Metadata;

/// Somebody with accounts of their own under a tenant.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Party {
    /// Its key.
    pub id: PartyId,
    /// Under which tenant.
    pub account: AccountId,
    /// When it was made.
    pub created_at: Instant,
    /// When it was last changed.
    pub updated_at: Instant,
    /// Counts its changes, and what is linked to it: whatever is linked is written
    /// together with its party, so that a disconnection meanwhile is noticed.
    pub version: u32,
    /// Person or business.
    pub kind: PartyKind,
    /// What it is called where it is shown.
    pub display_name: String,
    /// An address to write to.
    pub email: Option<String>,
    /// What the tenant calls it.
    pub foreign_id: Option<String>,
    /// What it may do, in the order it was asked for.
    pub grants: Vec<Grant>,
    /// What the dialect keeps of it: profile, settings, the tenant's own data.
    pub attributes: Metadata,
    /// When the tenant let go of it: from then on it is only read.
    pub disconnected_at: Option<Instant>,
}

impl Party {
    /// Whether the tenant can still act for it.
    #[must_use]
    pub const fn is_connected(&self) -> bool {
        self.disconnected_at.is_none()
    }

    /// The grant of a name, whatever its status.
    #[must_use]
    pub fn grant(&self, capability: &str) -> Option<&Grant> {
        self.grants.iter().find(|grant| &*grant.capability == capability)
    }

    /// Turns a capability on; one that is on stays as it is.
    pub fn enable(&mut self, capability: &str, at: Instant) {
        match self.grants.iter_mut().find(|grant| &*grant.capability == capability) {
            Some(grant) if grant.is_enabled() => {}
            Some(grant) => {
                grant.disabled_at = None;
                grant.updated_at = at;
            }
            None => self.grants.push(Grant::new(capability, at)),
        }
    }

    /// Turns a capability off; whether there was such a one.
    pub fn disable(&mut self, capability: &str, at: Instant) -> bool {
        let found = self.grants.iter_mut().find(|grant| &*grant.capability == capability);
        if let Some(grant) = found {
            if grant.is_enabled() {
                grant.disabled_at = Some(at);
                grant.updated_at = at;
            }
            return true;
        }
        false
    }
}

/// Something that a party may do, in the dialect's words. Test money asks for no
/// proof: what is requested is granted at once.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Grant {
    /// What.
    pub capability: Box<str>,
    /// Since when.
    pub created_at: Instant,
    /// When it was last turned on or off.
    pub updated_at: Instant,
    /// When it was turned off.
    pub disabled_at: Option<Instant>,
}

impl Grant {
    /// A capability that is on from now.
    #[must_use]
    pub fn new(capability: &str, at: Instant) -> Grant {
        Grant { capability: capability.into(), created_at: at, updated_at: at, disabled_at: None }
    }

    /// Whether it is on.
    #[must_use]
    pub const fn is_enabled(&self) -> bool {
        self.disabled_at.is_none()
    }
}

/// Person or business.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum PartyKind {
    /// A person.
    Individual,
    /// A business.
    Business,
    /// Somebody who pays once and of whom little is known.
    Guest,
}
