//! How a schedule is shown.

use engine::{Instant, Instruction, Position, Schedule, Slot, Status, TransferAmount};
use jiff::civil::{Date, Weekday};
use recurrence::{Ordinal, Pattern, Recurrence, Rule, words};
use serde_json::{Map, Value, json};
use store::Page;

use super::super::view::{View, object};
use super::super::{Kind, Version, occurrences};
use engine::Occurrence;

/// How many coming dates are shown.
pub(crate) const NEXT_DATES_MAX: usize = 30;

/// What a schedule is shown with.
pub(crate) struct Parts {
    /// Its first occurrences.
    pub(crate) occurrences: Page<Occurrence>,
    /// Where it stands.
    pub(crate) standing: Standing,
    /// Whom it concerns.
    pub(crate) parties: Parties,
}

/// Where a schedule stands, or stood when something happened to it.
pub(crate) struct Standing {
    /// Its status.
    pub(crate) status: Status,
    /// When it ended.
    pub(crate) ended_at: Option<Instant>,
    /// The dates to come.
    pub(crate) next_dates: Vec<Date>,
}

/// Whom a schedule concerns, as ids or expanded.
pub(crate) enum Parties {
    /// A charge schedule's.
    Charge {
        /// Who pays.
        customer: Value,
        /// With which card; null where that is not known.
        card: Value,
    },
    /// A transfer schedule's.
    Transfer {
        /// Who is paid.
        recipient: Value,
    },
}

impl Standing {
    /// Where it stands now: a slot that is still being attempted, and its rule's
    /// dates after all that was attempted or skipped.
    pub(crate) fn of(schedule: &Schedule, position: Position) -> Standing {
        let next_dates = match position.next.filter(|_| schedule.status.is_active()) {
            None => Vec::new(),
            Some(next) => {
                let plan = &schedule.plan;
                let first = plan.after(next.through);
                let later = std::iter::successors(first, |slot| plan.after(*slot));
                std::iter::once(next.link.slot)
                    .chain(later)
                    .map(Slot::date)
                    .take(NEXT_DATES_MAX)
                    .collect()
            }
        };
        Standing { status: schedule.status, ended_at: schedule.ended_at, next_dates }
    }
}

/// A schedule, in the captured order of its version.
pub(crate) fn schedule(view: &View, schedule: &Schedule, parts: Parts) -> Value {
    let id = view.id(Kind::Schedule, schedule.id.0);
    let shown = Shown {
        location: format!("/schedules/{id}"),
        occurrences: embedded_occurrences(view, &id, &parts.occurrences),
        dates: schedule.plan.cadence.dates(),
        id,
        instruction: instruction(view, schedule, parts.parties),
        standing: parts.standing,
    };
    match view.version {
        Version::V2019_05_29 => shown.of_2019(view, schedule),
        Version::V2017_11_02 => shown.of_2017(view, schedule),
    }
}

struct Shown<'a> {
    id: String,
    location: String,
    /// Every schedule of this dialect has a rule of dates.
    dates: Option<&'a Recurrence>,
    occurrences: Value,
    instruction: (&'static str, Value),
    standing: Standing,
}

impl Shown<'_> {
    fn of_2019(self, view: &View, schedule: &Schedule) -> Value {
        let status = self.standing.status;
        let rule = self.dates.map(Recurrence::rule);
        object([
            ("object", json!("schedule")),
            ("id", json!(self.id)),
            ("deleted", json!(status == Status::Deleted)),
            ("livemode", json!(view.livemode())),
            ("location", json!(self.location)),
            ("every", json!(rule.map(|rule| rule.every()))),
            ("occurrences", self.occurrences),
            ("on", rule.map_or(Value::Null, on)),
            ("in_words", json!(rule.as_ref().map(words::omise))),
            ("period", json!(rule.map(period))),
            ("status", json!(status_word(status, "running"))),
            ("active", json!(status.is_active())),
            ("state", json!("Active")),
            self.instruction,
            ("next_occurrences_on", json!(self.standing.next_dates)),
            ("ended_at", view.time_or_null(self.standing.ended_at)),
            ("start_on", json!(self.dates.map(Recurrence::start))),
            ("end_on", json!(self.dates.map(Recurrence::end))),
            ("created_at", view.time(schedule.created_at)),
            ("execute_time", Value::Null),
            ("deleted_by", Value::Null),
        ])
    }

    fn of_2017(self, view: &View, schedule: &Schedule) -> Value {
        let rule = self.dates.map(Recurrence::rule);
        object([
            ("object", json!("schedule")),
            ("id", json!(self.id)),
            ("livemode", json!(view.livemode())),
            ("location", json!(self.location)),
            ("status", json!(status_word(self.standing.status, "active"))),
            ("every", json!(rule.map(|rule| rule.every()))),
            ("period", json!(rule.map(period))),
            ("on", rule.map_or(Value::Null, on)),
            ("in_words", json!(rule.as_ref().map(words::omise))),
            ("start_date", json!(self.dates.map(Recurrence::start))),
            ("end_date", json!(self.dates.map(Recurrence::end))),
            self.instruction,
            ("occurrences", self.occurrences),
            ("next_occurrence_dates", json!(self.standing.next_dates)),
            ("created", view.time(schedule.created_at)),
        ])
    }
}

fn embedded_occurrences(view: &View, id: &str, page: &Page<Occurrence>) -> Value {
    let data = page.entries.iter().map(|entry| occurrences::render(view, entry)).collect();
    view.embedded(&format!("/schedules/{id}/occurrences"), page.total, data)
}

/// `charge` or `transfer`, and what it is.
fn instruction(view: &View, schedule: &Schedule, parties: Parties) -> (&'static str, Value) {
    match (&schedule.plan.instruction, parties) {
        (
            Instruction::Charge { card: named, money, description, .. },
            Parties::Charge { customer, card },
        ) => {
            let fields = ChargeFields {
                id: view.id(Kind::ScheduledCharge, schedule.id.0),
                default_card: named.is_none(),
                customer,
                card,
            };
            ("charge", scheduled_charge(view, schedule, *money, description.as_deref(), fields))
        }
        (Instruction::Transfer { amount, .. }, Parties::Transfer { recipient }) => {
            ("transfer", scheduled_transfer(view, schedule, *amount, recipient))
        }
        // Parties are read from the same instruction, so they are of its kind.
        (Instruction::Charge { .. }, _) => ("charge", Value::Null),
        (Instruction::Transfer { .. } | Instruction::Remittance(_), _) => ("transfer", Value::Null),
    }
}

struct ChargeFields {
    id: String,
    default_card: bool,
    customer: Value,
    card: Value,
}

fn scheduled_charge(
    view: &View,
    schedule: &Schedule,
    money: engine::Money,
    description: Option<&str>,
    fields: ChargeFields,
) -> Value {
    let metadata = schedule.attributes.get("metadata").cloned();
    match view.version {
        Version::V2019_05_29 => object([
            ("object", json!("scheduled_charge")),
            ("id", json!(fields.id)),
            ("livemode", json!(view.livemode())),
            ("currency", json!(view.currency(money.currency))),
            ("amount", json!(money.amount_minor)),
            ("default_card", json!(fields.default_card)),
            ("card", fields.card),
            ("customer", fields.customer),
            ("linked_account", Value::Null),
            ("description", json!(description)),
            ("metadata", metadata.unwrap_or_else(|| Value::Object(Map::new()))),
            ("created_at", view.time(schedule.created_at)),
        ]),
        Version::V2017_11_02 => object([
            ("amount", json!(money.amount_minor)),
            ("currency", json!(view.currency(money.currency))),
            ("description", json!(description)),
            ("customer", fields.customer),
            ("card", fields.card),
        ]),
    }
}

fn scheduled_transfer(
    view: &View,
    schedule: &Schedule,
    amount: TransferAmount,
    recipient: Value,
) -> Value {
    let (amount, percentage, currency) = match amount {
        TransferAmount::Fixed(money) => (json!(money.amount_minor), Value::Null, money.currency),
        TransferAmount::Share { share, currency } => {
            // The one float on the wire; four decimals of a percent are exact enough in it.
            let percentage = f64::from(share.ten_thousandths()) / 10_000.0;
            (Value::Null, json!(percentage), currency)
        }
    };
    let currency = json!(view.currency(currency));
    match view.version {
        Version::V2019_05_29 => object([
            ("object", json!("scheduled_transfer")),
            ("id", json!(view.id(Kind::ScheduledTransfer, schedule.id.0))),
            ("livemode", json!(view.livemode())),
            ("created_at", view.time(schedule.created_at)),
            ("recipient", recipient),
            ("amount", amount),
            ("percentage_of_balance", percentage),
            ("currency", currency),
        ]),
        Version::V2017_11_02 => object([
            ("recipient", recipient),
            ("amount", amount),
            ("percentage_of_balance", percentage),
            ("currency", currency),
        ]),
    }
}

/// The running status has another word in each version.
pub(crate) fn status_word(status: Status, running: &'static str) -> &'static str {
    match status {
        Status::Running => running,
        Status::Expiring => "expiring",
        Status::Expired => "expired",
        Status::Deleted => "deleted",
        Status::Suspended => "suspended",
    }
}

/// `day`, `week` or `month`.
pub(crate) const fn period_of(pattern: Pattern) -> &'static str {
    match pattern {
        // No schedule made here has another pattern; `on` would show its text.
        Pattern::Days | Pattern::Other => "day",
        Pattern::Weeks(_) => "week",
        Pattern::MonthDays(_) | Pattern::MonthWeekday(..) => "month",
    }
}

fn period(rule: Rule) -> &'static str {
    period_of(rule.pattern())
}

/// On which days, as it was asked for.
fn on(rule: Rule) -> Value {
    match rule.pattern() {
        Pattern::Days => Value::Object(Map::new()),
        Pattern::Weeks(weekdays) => {
            json!({"weekdays": weekdays.iter().map(weekday_name).collect::<Vec<_>>()})
        }
        Pattern::MonthDays(days) => json!({"days_of_month": days.iter().collect::<Vec<_>>()}),
        Pattern::MonthWeekday(ordinal, weekday) => {
            let name = format!("{}_{}", ordinal_name(ordinal), weekday_name(weekday));
            json!({"weekday_of_month": name})
        }
        Pattern::Other => json!({"rule": rule.to_string()}),
    }
}

/// `monday` to `sunday`.
pub(crate) const fn weekday_name(weekday: Weekday) -> &'static str {
    match weekday {
        Weekday::Monday => "monday",
        Weekday::Tuesday => "tuesday",
        Weekday::Wednesday => "wednesday",
        Weekday::Thursday => "thursday",
        Weekday::Friday => "friday",
        Weekday::Saturday => "saturday",
        Weekday::Sunday => "sunday",
    }
}

const fn ordinal_name(ordinal: Ordinal) -> &'static str {
    match ordinal {
        Ordinal::First => "1st",
        Ordinal::Second => "2nd",
        Ordinal::Third => "3rd",
        Ordinal::Fourth => "4th",
        Ordinal::Last => "last",
    }
}

#[cfg(test)]
mod tests;
