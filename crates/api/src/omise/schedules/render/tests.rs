//! Captured schedules, rebuilt from what they say and shown again.

use std::sync::Arc;

use bank::RecordKind;
use engine::settlement::AwaitingKey;
use engine::{
    AccountId, CardId, ChargeId, Currency, CustomerId, LaneId, Link, Money, Next, Occurrence,
    OccurrenceStatus, PaymentId, Percentage, Plan, Policies, RecipientId, RetryPolicy, ScheduleId,
    Slot, Timing, TransferId, Zone,
};
use serde_json::json;

use super::super::super::captures::{self, Names};
use super::super::super::params::{Reader, date, instant};
use super::super::{draft, on};
use super::*;

const SCHEDULE: ScheduleId = ScheduleId(7);

fn moment(shown: &Value) -> Instant {
    instant(shown.as_str().unwrap()).unwrap()
}

fn day(shown: &Value) -> Date {
    date(shown.as_str().unwrap()).unwrap()
}

fn either<'a>(shown: &'a Value, new: &str, old: &str) -> &'a Value {
    shown.get(new).unwrap_or(&shown[old])
}

/// A schedule that a capture shows, and what it is shown with.
struct Captured {
    view: View,
    schedule: Schedule,
    parts: Parts,
}

fn captured(version: Version, shown: &Value) -> Captured {
    let names = Arc::new(Names::default());
    let view = captures::view(version, &names, &shown["occurrences"]["to"]);
    let mut read = Reader::over(shown.as_object().unwrap());
    let rule = on::rule(&mut read).unwrap();
    let (start, end) =
        (day(either(shown, "start_on", "start_date")), day(either(shown, "end_on", "end_date")));
    let (instruction, parties) = instructed(&names, shown);
    let recurrence = recurrence::Recurrence::new(rule, start, end).unwrap();
    let timing = Timing::new(Zone::named("Asia/Bangkok").unwrap(), draft::CHARGE_HOUR);
    let policies = Policies {
        timing,
        retry: RetryPolicy::TWO_DAYS_THEN_SUSPEND,
        run_at_start: true,
        catch_up: engine::CatchUp::ALL,
    };
    let shown_to = vec![instruction.counterparty()];
    let plan = Arc::new(Plan::new(recurrence, policies, instruction));
    let occurrences = captures::page(&shown["occurrences"], |it| occurrence(&names, it));
    let status = match shown["status"].as_str().unwrap() {
        "running" | "active" => Status::Running,
        "deleted" => Status::Deleted,
        "expired" => Status::Expired,
        other => panic!("{other}"),
    };
    let created_at = moment(either(shown, "created_at", "created"));
    let first = Link { due: created_at, slot: Slot::of_date(start), attempt: 0 };
    let schedule = Schedule {
        id: SCHEDULE,
        account: AccountId(1),
        lane: LaneId(1),
        plan,
        status,
        created_at,
        updated_at: created_at,
        version: 0,
        ended_at: None,
        former: Vec::new(),
        since: Slot::of_date(start),
        first: Some(first),
        parties: shown_to,
        recorded_before: 0,
        recorded_detached: 0,
        attributes: engine::Attributes::new(),
        paused: None,
    };
    let standing = standing(&schedule, &occurrences);
    Captured { view, parts: Parts { occurrences, standing, parties }, schedule }
}

/// Where a schedule stands whose occurrences all succeeded.
fn standing(schedule: &Schedule, occurrences: &Page<Occurrence>) -> Standing {
    let done = occurrences.entries.last().map(|it| it.slot);
    let next = match done {
        Some(done) => schedule.plan.after(done),
        None => schedule.plan.first(),
    };
    let next = next
        .map(|slot| Next { link: Link { due: Instant::EPOCH, slot, attempt: 0 }, through: slot });
    Standing::of(schedule, Position { recorded: 0, next })
}

fn instructed(names: &Names, shown: &Value) -> (Instruction, Parties) {
    if let Some(charge) = shown.get("charge") {
        let amount = charge["amount"].as_i64().unwrap();
        let currency = Currency::parse(charge["currency"].as_str().unwrap()).unwrap();
        let is_default = charge["default_card"].as_bool().unwrap_or(charge["card"].is_null());
        let card = CardId(names.key(RecordKind::Card, &json!("card_test_any")));
        let instruction = Instruction::Charge {
            customer: CustomerId(names.key(RecordKind::Customer, &charge["customer"])),
            card: (!is_default).then_some(card),
            money: Money::new(amount, currency),
            description: charge["description"].as_str().map(Into::into),
        };
        let parties =
            Parties::Charge { customer: charge["customer"].clone(), card: charge["card"].clone() };
        return (instruction, parties);
    }
    let transfer = &shown["transfer"];
    let currency = Currency::parse(transfer["currency"].as_str().unwrap()).unwrap();
    let share = Percentage::parse(&transfer["percentage_of_balance"].to_string());
    let amount = match (transfer["amount"].as_i64(), share) {
        (Some(amount), None) => TransferAmount::Fixed(Money::new(amount, currency)),
        (None, Some(share)) => TransferAmount::Share { share, currency },
        both => panic!("{both:?}"),
    };
    let recipient = RecipientId(names.key(RecordKind::Recipient, &transfer["recipient"]));
    let parties = Parties::Transfer { recipient: transfer["recipient"].clone() };
    (Instruction::Transfer { recipient, amount }, parties)
}

fn occurrence(names: &Names, shown: &Value) -> Occurrence {
    let result = shown["result"].as_str().map(|id| {
        let charge = |kind| names.key(kind, &json!(id));
        if id.starts_with("chrg") {
            PaymentId::Charge(ChargeId(charge(RecordKind::Charge)))
        } else {
            PaymentId::Transfer(TransferId(charge(RecordKind::Transfer)))
        }
    });
    Occurrence {
        schedule: SCHEDULE,
        slot: Slot::of_date(day(either(shown, "scheduled_on", "schedule_date"))),
        attempt: 0,
        account: AccountId(1),
        created_at: moment(either(shown, "created_at", "created")),
        processed_at: moment(&shown["processed_at"]),
        retry_on: either(shown, "retry_on", "retry_date").as_str().and_then(date),
        status: match shown["status"].as_str().unwrap() {
            "successful" => OccurrenceStatus::Successful,
            "failed" => OccurrenceStatus::Failed,
            other => panic!("{other}"),
        },
        message: shown["message"].as_str().map(Into::into),
        result,
        ordinal: None,
        link: None,
    }
}

/// The captured text, under the ids that this place gives.
fn expected(captured: &Captured, shown: &Value) -> String {
    let view = &captured.view;
    let id = view.id(Kind::Schedule, SCHEDULE.0);
    let mut text = shown.to_string().replace(shown["id"].as_str().unwrap(), &id);
    if let Some(rchg) = shown["charge"]["id"].as_str() {
        text = text.replace(rchg, &view.id(Kind::ScheduledCharge, SCHEDULE.0));
    }
    let listed = shown["occurrences"]["data"].as_array().unwrap();
    for (shown, entry) in listed.iter().zip(&captured.parts.occurrences.entries) {
        let key = AwaitingKey { schedule: SCHEDULE, slot: entry.slot, attempt: 0 };
        let id = view.ids.render_occurrence(key);
        text = text.replace(shown["id"].as_str().unwrap(), &id);
    }
    text
}

fn assert_shown_as_captured(version: Version, shown: &Value) {
    let captured = captured(version, shown);
    let expected = expected(&captured, shown);
    let Captured { view, schedule, parts } = captured;
    assert_eq!(super::schedule(&view, &schedule, parts).to_string(), expected);
}

#[test]
fn schedules_are_shown_as_omise_elixir_recorded_them() {
    for path in ["create_charge_schedule", "create_transfer_schedule", "destroy_schedule"] {
        let shown = captures::elixir(&format!("schedule/{path}.json"));
        assert_shown_as_captured(Version::V2017_11_02, &shown);
    }
    for path in [
        "schedule/list_schedules",
        "customer/list_schedules",
        "recipient/list_schedules",
        "transfer/list_schedules",
        "charge/list_charge_schedules",
    ] {
        for shown in captures::elixir(&format!("{path}.json"))["data"].as_array().unwrap() {
            assert_shown_as_captured(Version::V2017_11_02, shown);
        }
    }
}

#[test]
fn a_schedule_is_shown_as_omise_php_recorded_it() {
    let shown = captures::php("api.omise.co/schedules-post.json");
    assert_shown_as_captured(Version::V2019_05_29, &shown);
}

#[test]
fn a_failed_date_stays_the_next_one_until_its_last_attempt() {
    let shown = captures::elixir("schedule/create_charge_schedule.json");
    let schedule = captured(Version::V2017_11_02, &shown).schedule;
    let slot = |day| Slot::of_date(jiff::civil::date(2018, 1, day));
    let link = Link { due: Instant::EPOCH, slot: slot(15), attempt: 1 };
    let next = Some(Next { link, through: slot(15) });
    let standing = Standing::of(&schedule, Position { recorded: 2, next });
    assert_eq!(json!(standing.next_dates), json!(["2018-01-15", "2018-02-15", "2018-03-15"]));
}

#[test]
fn what_was_skipped_during_a_retry_is_no_date_to_come() {
    let shown = captures::elixir("schedule/create_charge_schedule.json");
    let schedule = captured(Version::V2017_11_02, &shown).schedule;
    let slot = |month| Slot::of_date(jiff::civil::date(2018, month, 15));
    let link = Link { due: Instant::EPOCH, slot: slot(1), attempt: 1 };
    let next = Some(Next { link, through: slot(2) });
    let standing = Standing::of(&schedule, Position { recorded: 2, next });
    assert_eq!(json!(standing.next_dates), json!(["2018-01-15", "2018-03-15"]));
}
