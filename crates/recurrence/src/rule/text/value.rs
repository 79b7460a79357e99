//! The values that stand in a rule: numbers, weekdays, moments.

use std::ops::RangeInclusive;

use jiff::civil::{Date, DateTime, Time, Weekday};

use super::ParseError;
use super::parts::Piece;
use crate::Until;
use crate::weekdays::WEEK;

pub(super) const WEEKDAY_NAMES: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

/// A whole number without a sign.
pub(super) fn whole(piece: &Piece<'_>, part: &str) -> Result<u32, ParseError> {
    digits(piece.text)
        .filter(|number| *number >= 1)
        .ok_or_else(|| piece.refused(part, "a whole number from 1 to 4294967295"))
}

fn digits(text: &str) -> Option<u32> {
    let all_digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    all_digits.then(|| text.parse().ok()).flatten()
}

/// A number from a range.
pub(super) fn within(
    piece: &Piece<'_>,
    part: &str,
    range: RangeInclusive<u32>,
) -> Result<u32, ParseError> {
    digits(piece.text).filter(|number| range.contains(number)).ok_or_else(|| {
        piece.refused(part, &format!("a number from {} to {}", range.start(), range.end()))
    })
}

/// A number that counts from the start, or with a minus from the end.
pub(super) fn signed(piece: &Piece<'_>, part: &str, max: i16) -> Result<i16, ParseError> {
    signed_number(piece.text, max).ok_or_else(|| {
        piece.refused(part, &format!("a number from 1 to {max} or from -{max} to -1"))
    })
}

fn signed_number(text: &str, max: i16) -> Option<i16> {
    let (sign, size) = match text.strip_prefix('-') {
        Some(size) => (-1, size),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let size = i16::try_from(digits(size)?).ok()?;
    (1..=max).contains(&size).then_some(sign * size)
}

pub(super) fn weekday(piece: &Piece<'_>, part: &str) -> Result<Weekday, ParseError> {
    named_weekday(piece.text)
        .ok_or_else(|| piece.refused(part, "a weekday, one of MO, TU, WE, TH, FR, SA and SU"))
}

fn named_weekday(text: &str) -> Option<Weekday> {
    let mut named = WEEK.into_iter().zip(WEEKDAY_NAMES);
    named.find(|(_, name)| name.eq_ignore_ascii_case(text)).map(|(weekday, _)| weekday)
}

/// `MO`, `1MO`, `+1MO` or `-1MO`.
pub(super) fn numbered_weekday(piece: &Piece<'_>) -> Result<(Option<i16>, Weekday), ParseError> {
    let refused = || {
        piece.refused(
            "BYDAY",
            "a weekday, one of MO, TU, WE, TH, FR, SA and SU, with or without a number before it",
        )
    };
    let name_at = piece.text.len().checked_sub(2).ok_or_else(refused)?;
    let (number, name) = piece.text.split_at_checked(name_at).ok_or_else(refused)?;
    let weekday = named_weekday(name).ok_or_else(refused)?;
    if number.is_empty() {
        return Ok((None, weekday));
    }
    let number = signed_number(number, 53).ok_or_else(|| {
        piece.refused("BYDAY", "a number from 1 to 53 or from -53 to -1 before the weekday")
    })?;
    Ok((Some(number), weekday))
}

/// `20271231`, `20271231T235959` or `20271231T235959Z`.
pub(super) fn moment(piece: &Piece<'_>, part: &str) -> Result<Until, ParseError> {
    read_moment(piece.text).ok_or_else(|| {
        piece.refused(
            part,
            "a date such as 20271231, or a date and time such as 20271231T235959 or \
             20271231T235959Z, of the years 0 to 9999",
        )
    })
}

fn read_moment(text: &str) -> Option<Until> {
    let (date, time) = match text.split_once(['T', 't']) {
        None => return read_date(text).map(Until::Date),
        Some((date, time)) => (read_date(date)?, time),
    };
    match time.strip_suffix(['Z', 'z']) {
        Some(time) => Some(Until::Utc(DateTime::from_parts(date, read_time(time)?))),
        None => Some(Until::Local(DateTime::from_parts(date, read_time(time)?))),
    }
}

fn read_date(text: &str) -> Option<Date> {
    let [year, month, day] = fields(text, [4, 2, 2])?;
    Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// Second 60 is second 59, as RFC 5545 asks of those who know no leap seconds.
fn read_time(text: &str) -> Option<Time> {
    let [hour, minute, second] = fields(text, [2, 2, 2])?;
    let second = if second == 60 { 59 } else { second };
    Time::new(i8::try_from(hour).ok()?, i8::try_from(minute).ok()?, i8::try_from(second).ok()?, 0)
        .ok()
}

/// Numbers of so many digits each, with nothing between, before or after.
fn fields(text: &str, widths: [usize; 3]) -> Option<[u32; 3]> {
    let mut rest = text;
    let mut numbers = [0; 3];
    for (number, width) in numbers.iter_mut().zip(widths) {
        let (field, others) = rest.split_at_checked(width)?;
        (*number, rest) = (digits(field)?, others);
    }
    rest.is_empty().then_some(numbers)
}
