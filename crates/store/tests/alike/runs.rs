//! Runs: claimed, frozen, settled, recovered, and what became of them late.

use engine::settlement::{resolve, send_again, settle as settlement_of, settle_by_hand, turn_away};
use engine::{
    Awaiting, ChargeId, Decline, DeclineKind, Instant, LaneId, Lateness, Money, NotSent, Outcome,
    PaymentId, Run, Settlement, Term, TransferId, Verdict, admit,
};
use store::{Claim, Deed, Frozen};

use crate::accounts::entry;
use crate::arm::Arm;
use crate::dice::Dice;

pub fn lane(dice: &mut Dice) -> LaneId {
    dice.pick(&[LaneId(1), LaneId(1), LaneId(1), LaneId(2), LaneId(2), LaneId(3)])
}

fn wish(arm: &Arm, dice: &mut Dice, term: Term) -> Claim {
    let lane = lane(dice);
    let limit = dice.pick(&[1, 2, 3, 100]);
    let lease = dice.pick(&[30, 120, 5_000]);
    let (now, wall_now) = (arm.memory.now, arm.memory.wall);
    Claim { lane, now, limit, term, lease_until: wall_now.plus_seconds(lease), wall_now }
}

pub async fn claim(arm: &mut Arm, dice: &mut Dice) {
    let term = arm.memory.term(dice);
    let claim = wish(arm, dice, term);
    let claimed = arm.store().claim(claim).await;
    if let Some(runs) = arm.note("claim", claim, claimed) {
        arm.memory.hold(&claim, &runs);
    }
}

pub async fn recover(arm: &mut Arm, dice: &mut Dice) {
    let term = arm.memory.term(dice);
    arm.memory.outlast_others(term);
    let claim = wish(arm, dice, term);
    let recovered = arm.store().recover(claim).await;
    if let Some(runs) = arm.note("recover", claim, recovered) {
        arm.memory.hold(&claim, &runs);
    }
}

/// Freezes what one term has claimed and must be quoted; now and then at another amount
/// than before, or what another term has.
pub async fn freeze(arm: &mut Arm, dice: &mut Dice) {
    let term = arm.memory.term(dice);
    let in_flight = arm.memory.claimed.clone();
    let mut frozen = Vec::new();
    let shares = in_flight.iter().filter(|(of, _)| *of == term || is_asked_for_anyway(*of));
    for (_, run) in shares.filter(|(_, run)| run.quote_wanted().is_some() || run.quoted.is_some()) {
        let currency = run.quote_wanted().map_or(engine::Currency::THB, |(_, currency)| currency);
        let quoted = run.quoted.unwrap_or(Money::new(100 + dice.whole(5), currency));
        frozen.push(Frozen { key: run.key, quoted });
    }
    write_frozen(arm, term, frozen).await;
}

/// Whether a term's runs are asked for under another one: those of every other term are.
const fn is_asked_for_anyway(term: Term) -> bool {
    term.number() % 2 == 0
}

async fn write_frozen(arm: &mut Arm, term: Term, frozen: Vec<Frozen>) {
    if frozen.is_empty() {
        return;
    }
    let done = arm.store().freeze(term, frozen.clone()).await;
    let Some(done) = arm.note("freeze", (term, &frozen), done) else { return };
    for (Frozen { key, quoted }, done) in frozen.into_iter().zip(done) {
        for (of, run) in &mut arm.memory.claimed {
            if done && *of == term && run.key == key {
                run.quoted = Some(quoted);
            }
        }
    }
}

fn payment(dice: &mut Dice) -> PaymentId {
    let key = 1 + dice.whole(1_000);
    dice.pick(&[PaymentId::Charge(ChargeId(key)), PaymentId::Transfer(TransferId(key))])
}

pub fn outcome(dice: &mut Dice) -> Outcome {
    match dice.roll(16) {
        0..=5 => Outcome::Succeeded(payment(dice)),
        6..=9 => Outcome::Declined(Decline {
            payment: dice.one_in(2).then(|| payment(dice)),
            kind: dice.pick(&[
                DeclineKind::Payer,
                DeclineKind::Payer,
                DeclineKind::BalanceShort,
                DeclineKind::PayerForGood,
                DeclineKind::Payee,
            ]),
            message: dice.one_in(2).then(|| "insufficient funds".into()),
        }),
        10 | 11 => Outcome::Accepted(payment(dice)),
        12 | 13 => Outcome::Unknown,
        _ => Outcome::NotSent(dice.pick(&[NotSent::KeptBack, NotSent::Unreachable])),
    }
}

/// What a claimed run comes to, as a runner decides it.
fn conclude(dice: &mut Dice, run: &Run, now: Instant) -> Settlement {
    let outcome = outcome(dice);
    match admit(run, now) {
        Err(lateness) if !dice.one_in(3) => turn_away(run, lateness, now),
        _ if dice.one_in(25) => turn_away(run, Lateness::TooLate, now),
        _ => settlement_of(run, outcome, now),
    }
}

/// Settles some of what one term has claimed, all in one batch: now and then one of them
/// twice, or under another term first.
pub async fn settle(arm: &mut Arm, dice: &mut Dice) {
    let Some((term, _)) = dice.some(&arm.memory.claimed).cloned() else {
        return claim(arm, dice).await;
    };
    let own: Vec<Run> =
        arm.memory.claimed.iter().filter(|it| it.0 == term).map(|it| it.1.clone()).collect();
    let chosen: Vec<Run> = own.into_iter().filter(|_| !dice.one_in(4)).collect();
    let unquoted = chosen.iter().filter_map(|run| {
        let (_, currency) = run.quote_wanted()?;
        Some(Frozen { key: run.key, quoted: Money::new(77, currency) })
    });
    write_frozen(arm, term, unquoted.collect()).await;
    let now = arm.memory.now;
    let mut settlements = Vec::new();
    for run in &chosen {
        let known = arm.memory.claimed.iter().find(|it| it.0 == term && it.1.key == run.key);
        let settlement = conclude(dice, &known.unwrap().1, now);
        if dice.one_in(12) {
            settlements.push(settlement.clone());
        }
        settlements.push(settlement);
    }
    let other = Term::new(term.number() + 1 - 2 * dice.whole(2)).unwrap_or(term.next());
    if dice.one_in(8) && !arm.memory.claimed.iter().any(|(of, _)| *of == other) {
        write(arm, other, settlements.clone()).await;
    }
    write(arm, term, settlements.clone()).await;
    for run in &chosen {
        arm.memory.let_go(term, run);
    }
    if dice.one_in(6) {
        write(arm, term, settlements).await;
    }
}

async fn write(arm: &mut Arm, term: Term, settlements: Vec<Settlement>) {
    let settled = arm.store().settle(term, settlements.clone()).await;
    arm.note("settle", (term, settlements), settled);
}

/// Something that waits, or has waited once.
async fn some_awaiting(arm: &mut Arm, dice: &mut Dice) -> Option<Awaiting> {
    let lane = lane(dice);
    let waiting = arm.store().awaiting(lane, None, 100).await;
    let waiting = arm.note("awaiting", lane, waiting).unwrap_or_default();
    arm.memory.remember_awaiting(&waiting);
    let stale = dice.one_in(8);
    let from = if stale { &arm.memory.awaited } else { &waiting };
    dice.some(from).cloned()
}

pub async fn hear_late(arm: &mut Arm, dice: &mut Dice) {
    let Some(awaiting) = some_awaiting(arm, dice).await else { return };
    let now = arm.memory.now;
    let term = arm.memory.term(dice);
    let settlement = if dice.one_in(4) {
        Some(send_again(&awaiting, now))
    } else {
        resolve(&awaiting, outcome(dice), now)
    };
    let Some(settlement) = settlement else { return };
    let mut settlements = vec![settlement];
    if dice.one_in(10) {
        settlements.push(settlements[0].clone());
    }
    write(arm, term, settlements).await;
}

pub async fn decide_by_hand(arm: &mut Arm, dice: &mut Dice) {
    let Some(awaiting) = some_awaiting(arm, dice).await else { return };
    let (now, wall) = (arm.memory.now, arm.memory.wall);
    let (verdict, deed) = match dice.roll(3) {
        0 => (Verdict::Paid(dice.one_in(2).then(|| payment(dice))), Deed::SaidPaid),
        1 => (Verdict::NotPaid, Deed::SaidNotPaid),
        _ => (Verdict::Ask, Deed::Asked),
    };
    let settlement = settle_by_hand(&awaiting, &verdict, "as the bank says", now);
    let entry = entry(dice, wall, deed, "occurrence");
    let settled = arm.store().settle_by_hand(settlement.clone(), entry.clone()).await;
    arm.note("settle_by_hand", (settlement, entry), settled);
}
