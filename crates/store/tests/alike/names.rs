//! What upstreams call their things.

use store::{ForeignName, RecordKey, RecordKind, is_foreign};

use crate::accounts::ACCOUNTS;
use crate::arm::Arm;
use crate::dice::Dice;

pub async fn names(arm: &mut Arm, dice: &mut Dice) {
    let store = arm.names();
    let wanted: Vec<ForeignName> = (0..=dice.roll(4))
        .map(|_| ForeignName {
            account: dice.pick(&ACCOUNTS),
            kind: dice.pick(&[RecordKind::Customer, RecordKind::Card]),
            text: dice.pick(&["cust_1", "cust_2", "card_ñ", ""]).into(),
        })
        .collect();
    let keys = store.intern(wanted.clone()).await;
    let keys = arm.note_as("intern", &wanted, keys, |numbers, keys| {
        keys.iter().map(|key| (is_foreign(*key), numbers.name(*key))).collect::<Vec<_>>()
    });
    for (name, key) in wanted.iter().zip(keys.unwrap_or_default()) {
        arm.memory.foreign.push(RecordKey { kind: name.kind, key });
    }
    // By kind and key together: under another kind a key stands for nothing.
    let mut asked = arm.memory.foreign.clone();
    asked.extend(asked.last().map(|last| RecordKey { kind: RecordKind::Refund, ..*last }));
    asked.push(RecordKey { kind: RecordKind::Card, key: -5 });
    arm.note("names", asked.len(), store.names(asked.clone()).await);
}
