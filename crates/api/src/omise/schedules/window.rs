//! `start_date` and `end_date`: the window of a schedule.

use engine::{Instant, Zone};
use jiff::civil::Date;

use super::super::params::Reader;

/// The longest that a schedule may last, in years.
pub(crate) const YEARS_MAX: i16 = 100;

/// The first and last day of a schedule.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Window {
    /// Its first day.
    pub(crate) start: Date,
    /// Its last.
    pub(crate) end: Date,
}

/// Reads a window; `None` where the reader now has a problem.
pub(super) fn window(read: &mut Reader<'_>, zone: &Zone, now: Instant) -> Option<Window> {
    let (today, today_utc) = (zone.date_at(now), Zone::utc().date_at(now));
    let before = read.problems();
    let start = either(read, "start_date", "start_on").unwrap_or(today);
    let end = either(read, "end_date", "end_on");
    if read.problems() > before {
        return None;
    }
    if start < today.min(today_utc) {
        read.refuse("start_date must be today or later");
    }
    let Some(end) = end else {
        read.refuse("end_date is missing");
        return None;
    };
    if end < start {
        read.refuse("end_date must be on or after start_date");
    }
    if end > last_day(start) {
        read.refuse(format!("end_date must be within {YEARS_MAX} years of start_date"));
    }
    (read.problems() == before).then_some(Window { start, end })
}

/// 2019-05-29's documentation calls them both ways.
fn either(read: &mut Reader<'_>, name: &str, alias: &str) -> Option<Date> {
    let name = if read.has(name) { name } else { alias };
    read.optional_date(name)
}

/// The last day that a schedule from `start` may have.
fn last_day(start: Date) -> Date {
    let span = jiff::Span::new().years(YEARS_MAX);
    start.checked_add(span).unwrap_or(Date::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use serde_json::{Value, json};

    /// 2022-12-21T17:28:06Z: in Bangkok it is the 22nd already.
    fn now() -> Instant {
        Instant::from_nanoseconds(1_671_643_686_000_000_000)
    }

    fn read(value: &Value) -> Result<Window, String> {
        let map = value.as_object().cloned().unwrap();
        let mut read = Reader::over(&map);
        let bangkok = Zone::named("Asia/Bangkok").unwrap();
        let window = window(&mut read, &bangkok, now());
        read.finish().map_err(|error| error.message)?;
        Ok(window.unwrap())
    }

    #[test]
    fn a_schedule_starts_today_where_the_account_is_unless_it_says_otherwise() {
        assert_eq!(
            read(&json!({"end_date": "2023-12-31"})),
            Ok(Window { start: date(2022, 12, 22), end: date(2023, 12, 31) })
        );
        assert_eq!(
            read(&json!({"start_on": "2023-1-5", "end_on": "2023-1-5"})),
            Ok(Window { start: date(2023, 1, 5), end: date(2023, 1, 5) })
        );
    }

    #[test]
    fn today_in_utc_is_early_enough_and_the_day_before_is_not() {
        let from = |start: &str| read(&json!({"start_date": start, "end_date": "2023-12-31"}));
        assert!(from("2022-12-21").is_ok());
        assert_eq!(from("2022-12-20"), Err("start_date must be today or later".to_owned()));
    }

    #[test]
    fn a_window_ends_after_it_begins_and_within_a_hundred_years() {
        let until = |end: Value| read(&json!({"start_date": "2022-12-22", "end_date": end}));
        assert_eq!(until(json!("2122-12-22")).unwrap().end, date(2122, 12, 22));
        for (end, refusal) in [
            (json!("2122-12-23"), "end_date must be within 100 years of start_date"),
            (json!("2022-12-21"), "end_date must be on or after start_date"),
            (json!(null), "end_date is missing"),
            (json!("soon"), "end_date must be a date in the form YYYY-MM-DD"),
        ] {
            assert_eq!(until(end), Err(refusal.to_owned()));
        }
    }
}
