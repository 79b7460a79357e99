//! Requests under keys of their clients'.

use std::collections::BTreeMap;

use engine::{AccountId, Instant, Term};
use store::{REQUEST_LEASE_SECONDS, RequestKey, RequestState, StoredResponse};

use crate::accounts::ACCOUNTS;
use crate::arm::Arm;
use crate::dice::Dice;

/// Who holds which keys without having answered, and until when by a lease.
pub type Held = BTreeMap<(AccountId, Box<str>), (Term, Instant)>;

/// Lets the moment pass at which stores rightly differ: one that one node has to itself goes
/// by terms alone, one that several share by leases alone. A key of another term is asked for
/// once its lease has passed, and one of its own no later than that.
async fn come_to_terms(arm: &mut Arm, term: Term, key: &RequestKey) {
    let place = (key.account, key.key.clone());
    let Some((holder, until)) = arm.memory.held.get(&place).copied() else { return };
    let left = until.seconds() + 1 - arm.memory.wall.seconds();
    if holder != term && left > 0 {
        arm.memory.wait(left);
    } else if holder == term && arm.memory.wall >= until {
        let abandoned = arm.store().abandon_request(term, key.clone()).await;
        arm.note("abandon_request", (term, key), abandoned);
        arm.memory.held.remove(&place);
    }
}

pub async fn request(arm: &mut Arm, dice: &mut Dice) {
    let store = arm.store();
    let key = RequestKey {
        account: dice.pick(&ACCOUNTS[..2]),
        key: dice.pick(&["order 1", "order 2"]).into(),
    };
    let term = arm.memory.term(dice);
    come_to_terms(arm, term, &key).await;
    let (fingerprint, at) = ([dice.small(2); 32], arm.memory.wall);
    let begun = store.begin_request(term, key.clone(), fingerprint, at).await;
    let begun = arm.note("begin_request", (term, &key, fingerprint, at), begun);
    let place = (key.account, key.key.clone());
    if begun == Some(RequestState::Started) {
        let until = at.plus_seconds(REQUEST_LEASE_SECONDS);
        arm.memory.held.insert(place.clone(), (term, until));
    }
    let term = arm.memory.term(dice);
    let is_held = arm.memory.held.get(&place).is_some_and(|(holder, _)| *holder == term);
    let what = dice.roll(3);
    if is_held && what > 0 {
        arm.memory.held.remove(&place);
    }
    match what {
        0 => {}
        1 => {
            let abandoned = store.abandon_request(term, key.clone()).await;
            arm.note("abandon_request", (term, key), abandoned);
        }
        _ => {
            let response = StoredResponse {
                status: dice.pick(&[200, 404]),
                body: dice.pick(&[&b""[..], b"{\"a\":1}", b"\xff\0"]).to_vec(),
                version: "2019-05-29".into(),
            };
            let finished = store.finish_request(term, key.clone(), response.clone()).await;
            arm.note("finish_request", (term, key, response), finished);
        }
    }
}
