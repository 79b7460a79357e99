//! Tenants.

use serde::{Deserialize, Serialize};

use crate::identity::{AccountId, LaneId};
use crate::money::Currency;
use crate::time::{Instant, Zone};

/// What a dialect keeps and the engine never reads.
pub type Attributes = serde_json::Map<String, serde_json::Value>;

/// A tenant in one mode; owns everything else.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Account {
    /// Its key.
    pub id: AccountId,
    /// Where its payments run.
    pub lane: LaneId,
    /// Real money, or test money.
    pub mode: Mode,
    /// ISO 3166 code of the country it trades in, upper-case.
    pub country: String,
    /// What it settles in.
    pub currency: Currency,
    /// Whose midnight begins its day.
    pub zone: Zone,
    /// Whether schedules are refused because its cards must be confirmed by
    /// their holder on every charge (3-D Secure).
    pub three_d_secure: bool,
    /// When it was made.
    pub created_at: Instant,
    /// Dialect attributes: public ids of the user's choosing, e-mail, version.
    pub attributes: Attributes,
}

/// Whether money is real.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Mode {
    /// Nothing moves outside this server.
    Test,
    /// Real money.
    Live,
}
