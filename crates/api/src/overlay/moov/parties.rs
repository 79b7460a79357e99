//! Accounts of the platform, and the keys that stand for them here.

use std::collections::HashMap;
use std::sync::Mutex;

use bank::RecordKind;
use engine::{AccountId, PartyId};
use store::ForeignName;

use super::{MoovOverlay, intern, untold};
use crate::App;
use crate::moov::Refusal;

/// Accounts that are remembered; past it, all are asked for anew.
const REMEMBERED_MAX: usize = 65_536;

/// Accounts that were there when they were asked for. What becomes of them later is found out
/// when they pay.
#[derive(Default)]
pub(super) struct Parties(Mutex<HashMap<Box<str>, PartyId>>);

impl Parties {
    fn known(&self, id: &str) -> Option<PartyId> {
        self.0.lock().ok()?.get(id).copied()
    }

    fn remember(&self, id: &str, party: PartyId) {
        if let Ok(mut known) = self.0.lock() {
            if known.len() >= REMEMBERED_MAX {
                known.clear();
            }
            known.insert(id.into(), party);
        }
    }
}

/// The account of an id in its usual form; `None` where there is none.
pub(super) async fn party(
    app: &App,
    overlay: &MoovOverlay,
    account: AccountId,
    id: &str,
) -> Result<Option<PartyId>, Refusal> {
    if let Some(known) = overlay.parties.known(id) {
        return Ok(Some(known));
    }
    if overlay.directory.account(id).await.map_err(untold)?.is_none() {
        return Ok(None);
    }
    let name = ForeignName { account, kind: RecordKind::Party, text: id.into() };
    let party = intern(app, vec![name]).await?.first().copied().map(PartyId);
    if let Some(party) = party {
        overlay.parties.remember(id, party);
    }
    Ok(party)
}
