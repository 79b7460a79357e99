//! `calendar` and `roll` of a schedule: on which days its dates run.

use engine::BusinessDays;
use jiff::civil::Date;
use recurrence::NamedCalendar;
use serde_json::{Value, json};

use super::find::{choice, word_of};
use crate::omise::Reader;

/// A calendar that can be named.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Closed {
    /// Every Saturday and Sunday.
    Weekends,
    /// What a calendar says.
    By(NamedCalendar),
}

pub(super) const CALENDARS: [(&str, Closed); 8] = [
    ("weekends", Closed::Weekends),
    ("bank_of_thailand", Closed::By(NamedCalendar::BankOfThailand)),
    ("federal_reserve", Closed::By(NamedCalendar::FederalReserve)),
    ("target2", Closed::By(NamedCalendar::Target2)),
    ("japan", Closed::By(NamedCalendar::Japan)),
    ("singapore", Closed::By(NamedCalendar::Singapore)),
    ("malaysia", Closed::By(NamedCalendar::Malaysia)),
    ("england_and_wales", Closed::By(NamedCalendar::EnglandAndWales)),
];

/// Whether slots move. Never to an earlier day: it may have passed when it is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Moved {
    Not,
    Following,
}

pub(super) const ROLLS: [(&str, Moved); 2] =
    [("none", Moved::Not), ("following", Moved::Following)];

/// What is asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Wished {
    /// Nothing.
    AsItIs,
    /// That dates run on every day.
    EveryDay,
    /// That they run on these.
    On(BusinessDays),
}

impl Wished {
    /// What holds from now on.
    pub(super) fn over(self, present: Option<&BusinessDays>) -> Option<BusinessDays> {
        match self {
            Wished::AsItIs => present.cloned(),
            Wished::EveryDay => None,
            Wished::On(business_days) => Some(business_days),
        }
    }
}

/// Reads what is asked for; what makes no sense is refused, and asks for nothing.
pub(super) fn read(read: &mut Reader<'_>, today: Date) -> Wished {
    let roll = choice(read, "roll", &ROLLS);
    let calendar = choice(read, "calendar", &CALENDARS);
    match (read.has("roll"), read.has("calendar")) {
        (false, false) => return Wished::AsItIs,
        (false, true) => read.refuse_one("calendar", "needs roll, which is following or none"),
        (true, _) => {}
    }
    match (roll, calendar) {
        (Some(Moved::Not), None) => Wished::EveryDay,
        (Some(Moved::Not), Some(_)) => {
            read.refuse_one("calendar", "is of no use where roll is none; leave it out");
            Wished::AsItIs
        }
        (Some(Moved::Following), Some(Closed::Weekends)) => Wished::On(BusinessDays::weekdays()),
        (Some(Moved::Following), Some(Closed::By(named))) => {
            Wished::On(BusinessDays::of(named, today))
        }
        (Some(Moved::Following), None) if !read.has("calendar") => {
            let names = CALENDARS.map(|(name, _)| name).join(", ");
            read.refuse_one("roll", &format!("needs calendar, one of these: {names}"));
            Wished::AsItIs
        }
        (_, _) => Wished::AsItIs,
    }
}

/// `calendar` and `roll`, as they stand.
pub(super) fn shown(business_days: Option<&BusinessDays>) -> [(&'static str, Value); 2] {
    let Some(business_days) = business_days else {
        return [("calendar", Value::Null), ("roll", json!("none"))];
    };
    let name = business_days.calendar().name();
    let named = NamedCalendar::ALL.into_iter().find(|named| named.name() == name);
    let closed = named.map_or(Closed::Weekends, Closed::By);
    [("calendar", json!(word_of(&CALENDARS, &closed))), ("roll", json!("following"))]
}
