//! Days, weeks and months in words.

use super::super::{name, ordinalized};
use super::listing::{Named, listed, ranked, set_bits};
use crate::rule::{By, Frequency, Skip};
use crate::weekdays::WEEK;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

const ALL_WEEKDAYS: u8 = 0x7f;

/// Bit 1 is February; of the months without a 31st.
const FEBRUARY: u16 = 1 << 1;
const SHORT_MONTHS: u16 = FEBRUARY | 1 << 3 | 1 << 5 | 1 << 8 | 1 << 10;

/// What says which days.
pub(super) struct Days<'rule> {
    pub(super) by: &'rule By,
    pub(super) frequency: Frequency,
    pub(super) skip: Skip,
}

impl Days<'_> {
    /// "on the 13th if that is a Friday"; nothing if all days count.
    pub(super) fn said(&self) -> Option<String> {
        let by = self.by;
        let mut said = None;
        if !by.year_days.is_empty() {
            said = Some(format!("{}{}", self.year_days().on(), self.lacking_day_366()));
        }
        if !by.month_days.is_empty() {
            let days = self.month_days();
            let of_every_month = self.frequency == Frequency::Yearly && by.months == 0;
            let of = if of_every_month { " of every month" } else { "" };
            let all = by.month_days.iter().eq(1..=31);
            let on = if all { "on every day".to_owned() } else { days.on() };
            let days = after(said, on, &days.if_that_is());
            said = Some(format!("{days}{of}{}", self.lacking_month_days()));
        }
        if by.weekdays != 0 || by.has_numbered_weekdays() {
            said = Some(after(said, self.on_weekdays(), &self.weekdays().if_that_is()));
        }
        said
    }

    /// "the 100th day of the year".
    fn year_days(&self) -> Named {
        Named::of(self.by.year_days.iter(), |number| match number {
            1.. => format!("the {} day of the year", ordinalized(number.unsigned_abs())),
            _ => format!("the {} day of the year", ranked(number)),
        })
    }

    /// "the 1st" and "the last day".
    fn month_days(&self) -> Named {
        let last_if_short = self.skip == Skip::Backward && self.lacks(31);
        let name = |number: i16| match number {
            31 if last_if_short => "the last day".to_owned(),
            1.. => format!("the {}", ordinalized(number.unsigned_abs())),
            _ => format!("the {} day", ranked(number)),
        };
        // February ends before the 29th: a run from there on would not be one.
        if self.by.month_days.iter().all(|day| matches!(day, 29..)) {
            return Named::plainly(self.by.month_days.iter().map(name).collect());
        }
        Named::of(self.by.month_days.iter(), name)
    }

    /// What becomes of days that a month lacks.
    fn lacking_month_days(&self) -> &'static str {
        let days = || self.by.month_days.iter();
        // That the 31st is the last day says by itself what becomes of it.
        let said_as_last = |day: &i16| self.skip == Skip::Backward && *day == 31;
        let missed = |day: &i16| self.lacks(*day);
        match self.skip {
            Skip::Backward if days().any(|day| said_as_last(&day) && missed(&day)) => "",
            Skip::Backward if days().any(|day| day > 0 && missed(&day)) => {
                " (the last day, in a shorter month)"
            }
            Skip::Forward if days().any(|day| day > 0 && missed(&day)) => {
                " (the 1st of the next, in a shorter month)"
            }
            _ if days().any(|day| missed(&day)) => " (in months that have it)",
            _ => "",
        }
    }

    /// Whether some month that the rule names has no such day.
    fn lacks(&self, day: i16) -> bool {
        let months = if self.by.months == 0 { u16::MAX } else { self.by.months };
        match day.unsigned_abs() {
            29 | 30 => months & FEBRUARY != 0,
            31 => months & SHORT_MONTHS != 0,
            _ => false,
        }
    }

    fn lacking_day_366(&self) -> &'static str {
        let has = |day| self.by.year_days.iter().any(|other| other == day);
        match self.skip {
            Skip::Backward if has(366) => " (the last day, in a common year)",
            Skip::Forward if has(366) => " (1 January after, in a common year)",
            _ if has(366) || has(-366) => " (in leap years)",
            _ => "",
        }
    }

    /// "on the first Monday and every Friday", "from Monday to Friday".
    fn on_weekdays(&self) -> String {
        let by = self.by;
        let numbered = self.numbered_weekdays();
        if by.weekdays == ALL_WEEKDAYS {
            return format!("on {}", listed(&[numbered, vec!["every day".to_owned()]].concat()));
        }
        let plain = plain_weekdays(by.weekdays);
        if !numbered.is_empty() {
            let every = plain.names.iter().map(|weekday| format!("every {weekday}"));
            return format!(
                "on {}",
                listed(&numbered.into_iter().chain(every).collect::<Vec<_>>())
            );
        }
        let come_often = self.frequency <= Frequency::Monthly && by.weeks.is_empty();
        match come_often {
            false => plain.on(),
            true if plain.is_run() => format!("on every day {}", plain.on()),
            true => format!("on every {}", listed(&plain.names)),
        }
    }

    /// The same, as what a day must be.
    fn weekdays(&self) -> Named {
        let numbered = self.numbered_weekdays();
        let plain = plain_weekdays(self.by.weekdays);
        match (numbered.as_slice(), plain.names.as_slice()) {
            ([], [only]) if !plain.is_run() => Named::plainly(vec![format!("a {only}")]),
            ([], _) => plain,
            (_, names) => Named::plainly([numbered.as_slice(), names].concat()),
        }
    }

    /// "the first Monday".
    fn numbered_weekdays(&self) -> Vec<String> {
        let of_year = self.frequency == Frequency::Yearly && self.by.months == 0;
        let of = if of_year { " of the year" } else { "" };
        let of_week = WEEK.into_iter().zip(&self.by.numbered_weekdays);
        let said = of_week.flat_map(|(weekday, numbers)| {
            let numbers: Vec<_> = numbers.iter().collect();
            let named = Named::of(numbers.into_iter(), |number| format!("the {}", ranked(number)));
            named.names.into_iter().map(move |rank| format!("{rank} {}{of}", name(weekday)))
        });
        said.collect()
    }

    /// "in January and July".
    pub(super) fn months(&self) -> Option<String> {
        let months = Named::of(set_bits(u64::from(self.by.months)), |month| named(&MONTHS, month));
        (self.by.months != 0).then(|| format!("in {}", listed(&months.names)))
    }

    /// "in weeks 1 and 20 of the year".
    pub(super) fn weeks(&self) -> Option<String> {
        let weeks = Named::of(self.by.weeks.iter(), |number| match number {
            1.. => format!("week {number}"),
            _ => format!("the {} week", ranked(number)),
        });
        (!weeks.names.is_empty()).then(|| format!("in {} of the year", listed(&weeks.names)))
    }
}

/// A choice of days alone, or narrowed down to what another choice has too.
fn after(said: Option<String>, alone: String, if_that_is: &str) -> String {
    match said {
        None => alone,
        Some(said) => format!("{said} {if_that_is}"),
    }
}

fn plain_weekdays(weekdays: u8) -> Named {
    let names = WEEK.map(name);
    Named::of(set_bits(u64::from(weekdays)), |day| named(&names, day))
}

fn named(names: &[&str], index: i16) -> String {
    let at = usize::try_from(index).ok().and_then(|index| names.get(index));
    at.copied().unwrap_or("").to_owned()
}
