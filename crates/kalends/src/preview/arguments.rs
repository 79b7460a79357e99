//! The flags of `kalends preview`.

use std::fmt;

use clap::{Args, ValueEnum};
use jiff::civil::Date;
use serde_json::{Map, Value, json};

#[derive(Args)]
pub(crate) struct Arguments {
    /// A rule of RFC 5545, such as `FREQ=MONTHLY;BYDAY=-1FR`, alone or with lines of
    /// DTSTART, RDATE and EXDATE; its dates are instants
    #[arg(long, conflicts_with_all = ["every", "period", "days_of_month", "weekdays", "weekday_of_month", "end"])]
    rrule: Option<String>,
    /// Every how many periods
    #[arg(long, default_value_t = 1)]
    every: u16,
    /// Of what
    #[arg(long, required_unless_present = "rrule")]
    period: Option<Period>,
    /// Days of the month, such as 1,15,31; one that a month lacks is its last day
    #[arg(long, value_delimiter = ',')]
    days_of_month: Vec<u8>,
    /// Days of the week, such as monday,friday
    #[arg(long, value_delimiter = ',')]
    weekdays: Vec<String>,
    /// A weekday of the month, such as `2nd_monday` or `last_friday`
    #[arg(long)]
    weekday_of_month: Option<String>,
    /// The first day of the window; for an RRULE and in a zone also a date and time, such as
    /// 2026-01-31T09:00:00Z, or 2026-01-31T09:00 by the zone's clocks
    #[arg(long, required_unless_present = "rrule")]
    start: Option<String>,
    /// Its last day; the end of the calendar if left out
    #[arg(long)]
    end: Option<Date>,
    /// How many dates to show
    #[arg(long, default_value_t = 10)]
    count: usize,
    /// The time zone whose clocks show the times, such as Asia/Bangkok
    #[arg(long)]
    zone: Option<String>,
    /// What becomes of a time that the clocks leave out: shift, end or omit
    #[arg(long, requires = "zone")]
    gap: Option<String>,
    /// What becomes of a time that the clocks show twice: first, second or both
    #[arg(long, requires = "zone")]
    fold: Option<String>,
    /// What becomes of a date that is not a business day: none, following,
    /// `modified_following`, preceding, `modified_preceding` or `end_of_month`
    #[arg(long)]
    roll: Option<String>,
    /// Whose business days: weekends, `bank_of_thailand`, `federal_reserve`, target2, japan,
    /// singapore, malaysia or `england_and_wales`
    #[arg(long, requires = "roll", conflicts_with_all = ["holidays", "weekend"])]
    business_days: Option<String>,
    /// Holidays of one's own, such as 2026-04-13,2026-04-14
    #[arg(long, value_delimiter = ',', requires = "roll")]
    holidays: Vec<String>,
    /// The days on which nobody works, such as friday,saturday; Saturday and Sunday if left out
    #[arg(long, value_delimiter = ',', requires = "roll")]
    weekend: Vec<String>,
    /// As small calendars of the months, with the days marked
    #[arg(long, conflicts_with = "json")]
    pub(super) calendar: bool,
    /// As JSON
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Period {
    Day,
    Week,
    Month,
}

impl fmt::Display for Period {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Period::Day => "day",
            Period::Week => "week",
            Period::Month => "month",
        })
    }
}

impl Arguments {
    /// The flags as the fields of `POST /kalends/v1/preview`.
    pub(super) fn fields(&self) -> Map<String, Value> {
        let mut fields = Map::new();
        let mut add = |name: &str, value: Value| {
            if !value.is_null() {
                fields.insert(name.to_owned(), value);
            }
        };
        add("start", json!(self.start));
        add("count", json!(self.count));
        add("zone", json!(self.zone));
        add("gap", json!(self.gap));
        add("fold", json!(self.fold));
        add("roll", json!(self.roll));
        add("calendar", self.business_days());
        if self.rrule.is_some() {
            add("rrule", json!(self.rrule));
            return fields;
        }
        add("every", json!(self.every));
        add("period", json!(self.period.map(|period| period.to_string())));
        add("on", self.on());
        add("end", json!(self.end));
        fields
    }

    fn on(&self) -> Value {
        let mut on = Map::new();
        if !self.days_of_month.is_empty() {
            on.insert("days_of_month".to_owned(), json!(self.days_of_month));
        }
        if !self.weekdays.is_empty() {
            on.insert("weekdays".to_owned(), json!(self.weekdays));
        }
        if let Some(weekday) = &self.weekday_of_month {
            on.insert("weekday_of_month".to_owned(), json!(weekday));
        }
        Value::Object(on)
    }

    fn business_days(&self) -> Value {
        if self.holidays.is_empty() && self.weekend.is_empty() {
            return json!(self.business_days);
        }
        let mut own = Map::new();
        if !self.holidays.is_empty() {
            own.insert("holidays".to_owned(), json!(self.holidays));
        }
        if !self.weekend.is_empty() {
            own.insert("weekend".to_owned(), json!(self.weekend));
        }
        Value::Object(own)
    }
}
