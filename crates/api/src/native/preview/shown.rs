//! What an answer shows of the dates of a rule.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use recurrence::{CalendarError, Gap, Zoned};
use serde_json::{Map, Value, json};

use super::business_days::BusinessDays;

/// Dates, or instants, on which a rule falls.
#[derive(Debug, Default)]
pub(super) struct Fallen {
    dates: Vec<String>,
    /// The same by the clocks of the zone, if there is one.
    local: Option<Vec<String>>,
    /// From where and to where, if dates may move.
    moved: Option<Vec<(String, String)>>,
    /// As the rule has them: whether they move, nobody knows yet.
    unknown: Vec<String>,
    why_unknown: Option<CalendarError>,
}

impl Fallen {
    /// Civil dates.
    pub(super) fn dates(dates: impl Iterator<Item = Date>, days: &BusinessDays) -> Fallen {
        let mut fallen = Fallen::none(days);
        for date in dates {
            match days.rolled(date) {
                Ok(rolled) => fallen.add(&date, &rolled),
                Err(error) => fallen.leave_open(&date, error),
            }
        }
        fallen
    }

    /// Instants, of which the civil date is moved and the time of day stays.
    pub(super) fn instants(
        zoned: &Zoned,
        count: usize,
        end: Option<Date>,
        days: &BusinessDays,
        tells_local: bool,
    ) -> Fallen {
        let mut fallen = Fallen::none(days);
        fallen.local = tells_local.then(Vec::new);
        let within = |civil: DateTime| end.is_none_or(|end| civil.date() <= end);
        if !days.is_asked() {
            let instants = zoned.iter().take(count);
            let within = |instant: &Timestamp| zoned.civil_of(*instant).is_none_or(within);
            for instant in instants.take_while(within) {
                fallen.add_instant(zoned, instant, instant);
            }
            return fallen;
        }
        // A time that a gap would leave out may be moved out of it.
        let unrolled = zoned.clone().with_gap(Gap::Shift);
        let mut last = None;
        for instant in unrolled.iter() {
            if fallen.len() >= count {
                break;
            }
            let Some(civil) = unrolled.civil_of(instant).filter(|civil| within(*civil)) else {
                break;
            };
            // Of a fold that counts twice, both come from one civil time.
            if last.replace(civil) == Some(civil) {
                continue;
            }
            let rolled = match days.rolled(civil.date()) {
                Ok(rolled) => rolled.to_datetime(civil.time()),
                Err(error) => {
                    fallen.leave_open(&shown(instant), error);
                    continue;
                }
            };
            for placed in zoned.instants_at(rolled) {
                let from = if rolled == civil { placed } else { instant };
                fallen.add_instant(zoned, from, placed);
            }
        }
        fallen
    }

    fn none(days: &BusinessDays) -> Fallen {
        Fallen { moved: days.is_asked().then(Vec::new), ..Fallen::default() }
    }

    const fn len(&self) -> usize {
        self.dates.len() + self.unknown.len()
    }

    fn add(&mut self, from: &impl fmt::Display, to: &impl fmt::Display) {
        let (from, to) = (from.to_string(), to.to_string());
        self.dates.push(to.clone());
        self.tell_moved(from, to);
    }

    /// By the clocks of the zone, where it is told, one sees the days between which it moved.
    fn add_instant(&mut self, zoned: &Zoned, from: Timestamp, to: Timestamp) {
        let Some(local) = &mut self.local else { return self.add(&shown(from), &shown(to)) };
        let by_clocks = |instant: Timestamp| {
            let shown = instant.to_zoned(zoned.zone().clone());
            shown.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
        };
        local.push(by_clocks(to));
        self.dates.push(shown(to));
        self.tell_moved(by_clocks(from), by_clocks(to));
    }

    fn tell_moved(&mut self, from: String, to: String) {
        if let Some(moved) = &mut self.moved
            && from != to
        {
            moved.push((from, to));
        }
    }

    fn leave_open(&mut self, date: &impl fmt::Display, error: CalendarError) {
        self.unknown.push(date.to_string());
        self.why_unknown.get_or_insert(error);
    }
}

/// The whole answer. `said` is what is said of the rule, `none` what is noted where it has
/// no date.
pub(super) fn answer(fallen: &Fallen, said: Value, none: &str) -> Value {
    let mut answer = Map::new();
    answer.insert("dates".to_owned(), json!(fallen.dates));
    if let Some(local) = &fallen.local {
        answer.insert("local".to_owned(), json!(local));
    }
    if let Some(moved) = &fallen.moved {
        let moved: Vec<_> =
            moved.iter().map(|(from, to)| json!({ "from": from, "to": to })).collect();
        answer.insert("moved".to_owned(), json!(moved));
    }
    if !fallen.unknown.is_empty() {
        answer.insert("unknown".to_owned(), json!(fallen.unknown));
    }
    if let Value::Object(said) = said {
        answer.extend(said);
    }
    let note = match &fallen.why_unknown {
        Some(why) => Some(format!("{why}; the dates in `unknown` are as the rule has them")),
        None => fallen.dates.is_empty().then(|| none.to_owned()),
    };
    answer.extend(note.map(|note| ("note".to_owned(), json!(note))));
    Value::Object(answer)
}

fn shown(instant: Timestamp) -> String {
    instant.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
