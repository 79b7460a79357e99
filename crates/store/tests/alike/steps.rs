//! What a history is made of.

use crate::arm::Arm;
use crate::dice::Dice;
use crate::{accounts, books, edits, lanes, lists, names, requests, runs, schedules, webhooks};

/// Something that is done to a store.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    CreateSchedules,
    Claim,
    Settle,
    Freeze,
    Recover,
    HearLate,
    DecideByHand,
    Edit,
    WriteEditLate,
    DeleteSchedule,
    Reopen,
    BeginTerm,
    LookAtASchedule,
    LookAtLists,
    LookAtLanes,
    LookAtEverything,
    MovePulse,
    Request,
    Accounts,
    Credentials,
    Grants,
    Clocks,
    Allocate,
    MakeEndpoint,
    ChangeEndpoint,
    Enqueue,
    Deliver,
    Redeliver,
    LookAtWebhooks,
    Bank,
    LookAtBank,
    Names,
}

/// How often each is done, of all of them together.
const WEIGHTS: [(Kind, u64); 32] = [
    (Kind::CreateSchedules, 9),
    (Kind::Claim, 16),
    (Kind::Settle, 20),
    (Kind::Freeze, 2),
    (Kind::Recover, 4),
    (Kind::HearLate, 7),
    (Kind::DecideByHand, 4),
    (Kind::Edit, 14),
    (Kind::WriteEditLate, 2),
    (Kind::DeleteSchedule, 2),
    (Kind::Reopen, 2),
    (Kind::BeginTerm, 1),
    (Kind::LookAtASchedule, 6),
    (Kind::LookAtLists, 4),
    (Kind::LookAtLanes, 4),
    (Kind::LookAtEverything, 1),
    (Kind::MovePulse, 2),
    (Kind::Request, 3),
    (Kind::Accounts, 1),
    (Kind::Credentials, 1),
    (Kind::Grants, 2),
    (Kind::Clocks, 1),
    (Kind::Allocate, 1),
    (Kind::MakeEndpoint, 2),
    (Kind::ChangeEndpoint, 3),
    (Kind::Enqueue, 5),
    (Kind::Deliver, 5),
    (Kind::Redeliver, 2),
    (Kind::LookAtWebhooks, 2),
    (Kind::Bank, 6),
    (Kind::LookAtBank, 2),
    (Kind::Names, 1),
];

/// One step, with chances of its own.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    pub kind: Kind,
    pub seed: u64,
}

/// The history of a seed.
pub fn draw(seed: u64) -> Vec<Step> {
    let mut dice = Dice::of(seed);
    let all: u64 = WEIGHTS.iter().map(|(_, weight)| weight).sum();
    let count = 40 + dice.roll(41);
    (0..count)
        .map(|_| {
            let mut left = dice.roll(all);
            let chosen = WEIGHTS.iter().find(|(_, weight)| {
                let is_it = left < *weight;
                left = left.saturating_sub(*weight);
                is_it
            });
            let (kind, _) = chosen.expect("the roll is below the sum of the weights");
            Step { kind: *kind, seed: dice.next() }
        })
        .collect()
}

/// Does it.
pub async fn take(arm: &mut Arm, step: Step) {
    let dice = &mut Dice::of(step.seed);
    arm.memory.wait_a_while(dice);
    match step.kind {
        Kind::CreateSchedules => schedules::create(arm, dice).await,
        Kind::Claim => runs::claim(arm, dice).await,
        Kind::Settle => runs::settle(arm, dice).await,
        Kind::Freeze => runs::freeze(arm, dice).await,
        Kind::Recover => runs::recover(arm, dice).await,
        Kind::HearLate => runs::hear_late(arm, dice).await,
        Kind::DecideByHand => runs::decide_by_hand(arm, dice).await,
        Kind::Edit => edits::edit(arm, dice).await,
        Kind::WriteEditLate => edits::write_late(arm, dice).await,
        Kind::DeleteSchedule => schedules::delete(arm, dice).await,
        Kind::Reopen => reopen(arm).await,
        Kind::BeginTerm => accounts::begin_term(arm).await,
        Kind::LookAtASchedule => schedules::look(arm, dice).await,
        Kind::LookAtLists => lists::look(arm, dice).await,
        Kind::LookAtLanes => lanes::look(arm, dice).await,
        Kind::LookAtEverything => look_at_everything(arm, dice).await,
        Kind::MovePulse => lanes::pulse(arm, dice).await,
        Kind::Request => requests::request(arm, dice).await,
        Kind::Accounts => accounts::accounts(arm, dice).await,
        Kind::Credentials => accounts::credentials(arm, dice).await,
        Kind::Grants => accounts::grants(arm, dice).await,
        Kind::Clocks => accounts::clocks(arm, dice).await,
        Kind::Allocate => accounts::allocate(arm, dice).await,
        Kind::MakeEndpoint => webhooks::make(arm, dice).await,
        Kind::ChangeEndpoint => webhooks::change(arm, dice).await,
        Kind::Enqueue => webhooks::enqueue(arm, dice).await,
        Kind::Deliver => webhooks::deliver(arm, dice).await,
        Kind::Redeliver => webhooks::redeliver(arm, dice).await,
        Kind::LookAtWebhooks => webhooks::look(arm, dice).await,
        Kind::Bank => books::commit(arm, dice).await,
        Kind::LookAtBank => books::look(arm, dice).await,
        Kind::Names => names::names(arm, dice).await,
    }
}

/// A node that dies, and one that starts on what is there.
async fn reopen(arm: &mut Arm) {
    arm.reopen().await;
    // Keys that were given and never used may be given again.
    arm.memory.allocated.clear();
    accounts::begin_term(arm).await;
}

/// Two accounts and a node.
pub async fn begin(arm: &mut Arm, dice: &mut Dice) {
    accounts::create_without_keys(arm, dice).await;
    accounts::create_without_keys(arm, dice).await;
    accounts::begin_term(arm).await;
}

/// Everything that can be asked without writing anything.
pub async fn look_at_everything(arm: &mut Arm, dice: &mut Dice) {
    accounts::look(arm).await;
    schedules::look_at_all(arm, dice).await;
    lists::look(arm, dice).await;
    lanes::look_at_all(arm).await;
    webhooks::look(arm, dice).await;
    books::look(arm, dice).await;
}
