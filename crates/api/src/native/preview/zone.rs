//! `zone`, `gap` and `fold`: which clocks show the times of a rule.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use recurrence::{Fold, Gap, Zoned};
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::omise::Reader;

/// Longer than any start.
const START_CHARACTERS_MAX: usize = 64;

/// What `gap` may say.
pub(in crate::native) const GAPS: [&str; 3] = ["shift", "end", "omit"];
/// What `fold` may say.
pub(in crate::native) const FOLDS: [&str; 3] = ["first", "second", "both"];

/// A zone, and what becomes of times that its clocks leave out or show twice.
#[derive(Clone, Debug)]
pub(super) struct Clocks {
    zone: TimeZone,
    is_told: bool,
    gap: Option<Gap>,
    fold: Option<Fold>,
}

impl Clocks {
    /// Nothing if no zone was sent.
    pub(super) fn read(read: &mut Reader<'_>) -> Option<Clocks> {
        let gap = choice(read, "gap", &GAPS);
        let fold = choice(read, "fold", &FOLDS);
        let Some(name) = read.optional_id("zone") else {
            for name in
                ["gap", "fold"].into_iter().filter(|name| read.has(name)).collect::<Vec<_>>()
            {
                read.refuse_one(name, "needs zone, the name of a time zone, such as Asia/Bangkok");
            }
            return None;
        };
        let zone = TimeZone::get(&name);
        if zone.is_err() {
            read.refuse_one("zone", "must be the name of a time zone, such as Asia/Bangkok");
        }
        Some(Clocks { zone: zone.ok()?, is_told: true, gap, fold })
    }

    /// A rule's own zone, or UTC.
    pub(super) fn of(own: Option<TimeZone>) -> Clocks {
        let is_told = own.is_some();
        Clocks { zone: own.unwrap_or(TimeZone::UTC), is_told, gap: None, fold: None }
    }

    pub(super) const fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// Whether the client knows of a zone, and is told what its clocks show.
    pub(super) const fn is_told(&self) -> bool {
        self.is_told
    }

    /// The same times, by these policies where one is asked for.
    pub(super) fn place(&self, zoned: Zoned) -> Zoned {
        let (gap, fold) = (self.gap.unwrap_or(zoned.gap()), self.fold.unwrap_or(zoned.fold()));
        zoned.with_gap(gap).with_fold(fold)
    }
}

/// One of a few names.
pub(super) fn choice<Choice: DeserializeOwned>(
    read: &mut Reader<'_>,
    name: &str,
    names: &[&str],
) -> Option<Choice> {
    let sent = read.optional_id(name)?.to_ascii_lowercase();
    let chosen = names.iter().find(|name| **name == sent);
    let chosen = chosen.and_then(|name| serde_json::from_value(json!(name)).ok());
    if chosen.is_none() {
        read.refuse_one(name, &format!("must be one of these: {}", names.join(", ")));
    }
    chosen
}

/// What the clocks of a zone show at the start: an instant is put by them, and a date is
/// its midnight.
pub(super) fn start(read: &mut Reader<'_>, name: &str, zone: &TimeZone) -> Option<DateTime> {
    let text = read.text(name, START_CHARACTERS_MAX)?;
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let instant = text.parse::<Timestamp>().map(|instant| zone.to_datetime(instant));
    let start = instant.ok().or_else(|| text.parse::<DateTime>().ok());
    if start.is_none() {
        read.refuse_one(name, "must be a date and time in the form YYYY-MM-DDThh:mm:ssZ");
    }
    start
}
