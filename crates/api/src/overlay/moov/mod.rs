//! In front of a Moov platform.
//!
//! - `admission` finds out who asks, and what they may: whoever shows the platform's own pair
//!   of keys may do everything, all others what Moov lets them.
//! - `parties` gives keys to accounts that are there.
//! - `owners` remembers whose payment methods are, as answers that are passed on say it.
//! - `pass` passes on what is not about schedules.
//! - `references` puts schedules and occurrences into the transfers that Moov shows.

mod admission;
mod owners;
mod parties;
mod pass;
mod references;

use gateway::moov::{MoovDirectory, Untold};
use gateway::passage::Passage;
use store::{ForeignName, StoreError};

use crate::App;
use crate::moov::Refusal;

pub(crate) use admission::{admit, may_transfer};
pub(crate) use pass::pass;

use owners::Owners;
use parties::Parties;

/// A Moov platform that stands behind this server.
pub struct MoovOverlay {
    /// Whom it deals with.
    pub(crate) directory: MoovDirectory,
    /// The way to its API.
    api: Passage,
    pub(crate) owners: Owners,
    parties: Parties,
}

impl MoovOverlay {
    /// A platform with these accounts, at this API.
    #[must_use]
    pub fn new(directory: MoovDirectory, api: Passage) -> MoovOverlay {
        MoovOverlay { directory, api, owners: Owners::default(), parties: Parties::default() }
    }
}

/// The keys that stand for names here, from now on.
pub(crate) async fn intern(app: &App, names: Vec<ForeignName>) -> Result<Vec<i64>, Refusal> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let store = app.names.as_ref().ok_or_else(Refusal::failed)?;
    let keys: Result<_, StoreError> = store.intern(names).await;
    Ok(keys?)
}

/// Where nothing was said nothing is made: a schedule that names nobody would fail each time.
pub(crate) fn untold(untold: Untold) -> Refusal {
    match untold {
        Untold::Silent => Refusal::upstream_silent(
            "Moov did not say whether what is named exists; nothing was made, and the request may be sent again",
        ),
        Untold::OtherMode => Refusal::upstream_silent(
            "the account at Moov is of the other mode than this server's configuration says",
        ),
    }
}
