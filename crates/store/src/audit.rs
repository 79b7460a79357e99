//! What people did that no rule would have done, and why.

use engine::{AccountId, Instant};

/// Something a person did.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AuditEntry {
    /// To whose things.
    pub account: AccountId,
    /// When, by the wall clock.
    pub at: Instant,
    /// Who: the key that was used, by the beginning of its hash, or the command line.
    pub actor: Box<str>,
    /// What.
    pub deed: Deed,
    /// To what, as a reader finds it again.
    pub subject: Box<str>,
    /// Why, in their own words.
    pub reason: Box<str>,
}

/// What can be done by hand.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Deed {
    /// Said that a payment was made.
    SaidPaid,
    /// Said that a payment was not made and is not to be.
    SaidNotPaid,
    /// Had a payment asked for now.
    Asked,
    /// Let a lane run that had been held.
    Resumed,
    /// Made a key.
    MadeKey,
    /// Made a key in the place of another.
    RolledKey,
    /// Ended a key.
    RevokedKey,
    /// Made a webhook endpoint.
    EndpointCreated,
    /// Changed one.
    EndpointChanged,
    /// Gave one another secret.
    SecretRolled,
    /// Deleted one.
    EndpointDeleted,
    /// Had an event sent to one again.
    Redelivered,
    /// Had a schedule stand still.
    PausedSchedule,
    /// Let a schedule go on that had stood still.
    ResumedSchedule,
    /// Let a schedule go on that had been suspended.
    UnsuspendedSchedule,
    /// Changed how a schedule behaves.
    ChangedPolicies,
}
