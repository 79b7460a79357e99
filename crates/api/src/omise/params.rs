//! What a client sent, read leniently, with every problem named at once.
//!
//! An explicit null is absent everywhere. Numbers and booleans may be text, as
//! forms can send nothing else.

use engine::{Currency, Instant};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use serde_json::{Map, Value};

use super::error::OmiseError;

/// The most that metadata may take, serialised.
pub const METADATA_BYTES_MAX: usize = 15 * 1_024;
/// The most characters that a description or another text may have.
pub const TEXT_CHARACTERS_MAX: usize = 4_096;
/// The most characters that an id may have.
pub const ID_CHARACTERS_MAX: usize = 255;

/// What a client sent: query and body as one.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Params(pub Map<String, Value>);

impl Params {
    /// Begins to read.
    #[must_use]
    pub fn reader(&self) -> Reader<'_> {
        Reader::over(&self.0)
    }
}

/// Reads parameters and collects what is wrong with them.
///
/// A `required_…` method gives a placeholder where there is a problem;
/// [`Reader::finish`] then refuses, so the placeholder is never used.
#[derive(Debug)]
pub struct Reader<'a> {
    map: &'a Map<String, Value>,
    /// What the parameters are part of: `on` in `on [days_of_month] must be …`.
    within: Option<&'static str>,
    problems: Vec<String>,
}

impl<'a> Reader<'a> {
    /// Begins to read a map.
    #[must_use]
    pub const fn over(map: &'a Map<String, Value>) -> Reader<'a> {
        Reader { map, within: None, problems: Vec::new() }
    }

    /// Begins to read a map that is a parameter itself; hand it to [`Reader::absorb`] in the end.
    #[must_use]
    pub const fn within(name: &'static str, map: &'a Map<String, Value>) -> Reader<'a> {
        Reader { map, within: Some(name), problems: Vec::new() }
    }

    /// Takes over the problems of another reader.
    pub fn absorb(&mut self, other: Reader<'_>) {
        self.problems.extend(other.problems);
    }

    /// Notes a problem in words of its own.
    pub fn refuse(&mut self, problem: impl Into<String>) {
        self.problems.push(problem.into());
    }

    /// Notes a problem with one parameter: `refuse_one("amount", "is not a number")`.
    pub fn refuse_one(&mut self, name: &str, problem: &str) {
        let name = match self.within {
            Some(within) => format!("{within} [{name}]"),
            None => name.to_owned(),
        };
        self.problems.push(format!("{name} {problem}"));
    }

    /// Whether nothing was wrong so far.
    #[must_use]
    pub const fn is_clean(&self) -> bool {
        self.problems.is_empty()
    }

    /// How many problems there are so far.
    #[must_use]
    pub const fn problems(&self) -> usize {
        self.problems.len()
    }

    /// Refuses, with every problem named, if there was any.
    pub fn finish(self) -> Result<(), OmiseError> {
        self.finish_as(OmiseError::bad_request)
    }

    /// The same, under a code of the caller's.
    pub fn finish_as(self, refusal: fn(String) -> OmiseError) -> Result<(), OmiseError> {
        if self.problems.is_empty() { Ok(()) } else { Err(refusal(self.problems.join(" and "))) }
    }

    /// What was sent under a name; `None` where nothing was, or null.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&'a Value> {
        self.map.get(name).filter(|value| !value.is_null())
    }

    /// Whether anything but null was sent under a name.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.value(name).is_some()
    }

    /// Whether a name was sent at all: an explicit null, or an empty text, may mean "clear it".
    #[must_use]
    pub fn mentions(&self, name: &str) -> bool {
        self.map.contains_key(name)
    }

    /// An integer, or text that is one.
    pub fn optional_integer(&mut self, name: &str) -> Option<i64> {
        let value = self.filled(name)?;
        let integer = integer(value);
        if integer.is_none() {
            self.refuse_one(name, "is not a number");
        }
        integer
    }

    /// An integer that must be there.
    pub fn required_integer(&mut self, name: &str) -> i64 {
        if self.filled(name).is_none() {
            self.refuse_one(name, "is not a number");
        }
        self.optional_integer(name).unwrap_or_default()
    }

    /// A boolean: true, false, 0, 1, or text that is one of these.
    pub fn optional_boolean(&mut self, name: &str) -> Option<bool> {
        let value = self.filled(name)?;
        let boolean = boolean(value);
        if boolean.is_none() {
            self.refuse_one(name, "must be true or false");
        }
        boolean
    }

    /// Text of at most [`TEXT_CHARACTERS_MAX`]; a number is taken as its digits.
    pub fn optional_text(&mut self, name: &str) -> Option<String> {
        self.text(name, TEXT_CHARACTERS_MAX)
    }

    /// Text of at most `characters_max`; a number is taken as its digits.
    pub fn text(&mut self, name: &str, characters_max: usize) -> Option<String> {
        let text = match self.value(name)? {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => {
                self.refuse_one(name, "must be a string");
                return None;
            }
        };
        if text.chars().count() > characters_max {
            self.refuse_one(name, &format!("is longer than {characters_max} characters"));
            return None;
        }
        Some(text)
    }

    /// Text that must be there and not be blank.
    pub fn required_text(&mut self, name: &str) -> String {
        if self.filled(name).is_none() {
            self.refuse_one(name, "is missing");
        }
        self.optional_text(name).unwrap_or_default()
    }

    /// An id; blank is absent, as forms send it.
    pub fn optional_id(&mut self, name: &str) -> Option<String> {
        self.filled(name)?;
        self.text(name, ID_CHARACTERS_MAX)
    }

    /// A currency's code, in either case.
    pub fn optional_currency(&mut self, name: &str) -> Option<Currency> {
        let code = self.optional_id(name)?;
        let currency = Currency::parse(&code);
        if currency.is_none() {
            self.refuse_one(name, "is currently not supported");
        }
        currency
    }

    /// A date, padded or not, or the date part of a date and time.
    pub fn optional_date(&mut self, name: &str) -> Option<Date> {
        let value = self.filled(name)?;
        let date = value.as_str().and_then(date);
        if date.is_none() {
            self.refuse_one(name, "must be a date in the form YYYY-MM-DD");
        }
        date
    }

    /// An instant; a bare date is its midnight in UTC.
    pub fn optional_instant(&mut self, name: &str) -> Option<Instant> {
        let value = self.filled(name)?;
        let instant = value.as_str().and_then(instant);
        if instant.is_none() {
            self.refuse_one(name, "must be a date and time in the form YYYY-MM-DDThh:mm:ssZ");
        }
        instant
    }

    /// An object.
    pub fn optional_object(&mut self, name: &str) -> Option<&'a Map<String, Value>> {
        let object = self.value(name)?.as_object();
        if object.is_none() {
            self.refuse_one(name, "must be an object");
        }
        object
    }

    /// A list, or an object whose keys are 0, 1, 2…, as PHP sends lists.
    pub fn optional_list(&mut self, name: &str) -> Option<Vec<&'a Value>> {
        let list = list(self.value(name)?);
        if list.is_none() {
            self.refuse_one(name, "must be an array");
        }
        list
    }

    /// A client's own data, kept verbatim.
    pub fn metadata(&mut self, name: &str) -> Option<Map<String, Value>> {
        let metadata = self.optional_object(name)?;
        if serialised_bytes(metadata) > METADATA_BYTES_MAX {
            self.refuse_one(name, &format!("is larger than {} KiB", METADATA_BYTES_MAX / 1_024));
            return None;
        }
        Some(metadata.clone())
    }

    /// What was sent, blank text left out: forms cannot send nothing.
    fn filled(&self, name: &str) -> Option<&'a Value> {
        self.value(name).filter(|value| value.as_str().is_none_or(|text| !text.trim().is_empty()))
    }
}

fn serialised_bytes(map: &Map<String, Value>) -> usize {
    serde_json::to_vec(map).map_or(usize::MAX, |bytes| bytes.len())
}

/// An integer, a float without a fraction, or text that is an integer.
#[must_use]
pub fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64().or_else(|| whole(&number.to_string())),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// `1000.0` is 1000.
fn whole(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.')?;
    fraction.bytes().all(|byte| byte == b'0').then(|| whole.parse().ok()).flatten()
}

/// true, false, 0, 1, or text that is one of these.
#[must_use]
pub fn boolean(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(boolean) => Some(*boolean),
        Value::Number(number) => match number.as_i64() {
            Some(0) => Some(false),
            Some(1) => Some(true),
            _ => None,
        },
        Value::String(text) => match text.trim().to_ascii_lowercase().as_str() {
            "0" | "false" => Some(false),
            "1" | "true" => Some(true),
            _ => None,
        },
        _ => None,
    }
}

/// `2017-07-08`, `2017-7-8`, or the date part of `2098-02-01T19:54:00`.
#[must_use]
pub fn date(text: &str) -> Option<Date> {
    let text = text.trim();
    let (day, time) = text.split_once(['T', ' ']).map_or((text, None), |(a, b)| (a, Some(b)));
    if time.is_some_and(|time| !is_time(time)) {
        return None;
    }
    let mut parts = day.split('-');
    let mut part = |lengths: std::ops::RangeInclusive<usize>| {
        let text = parts.next()?;
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        (digits && lengths.contains(&text.len())).then(|| text.parse::<i16>().ok()).flatten()
    };
    let (year, month, day) = (part(4..=4)?, part(1..=2)?, part(1..=2)?);
    if parts.next().is_some() {
        return None;
    }
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// Whether text could follow a date and be its time, with or without a zone.
fn is_time(text: &str) -> bool {
    format!("2000-01-01T{text}").parse::<DateTime>().is_ok()
        || format!("2000-01-01T{text}").parse::<Timestamp>().is_ok()
}

/// A timestamp, a date and time without a zone (UTC), or a date (its midnight in UTC).
#[must_use]
pub fn instant(text: &str) -> Option<Instant> {
    let text = text.trim();
    let utc = |moment: DateTime| jiff::tz::TimeZone::UTC.to_timestamp(moment).ok();
    let timestamp = text
        .parse::<Timestamp>()
        .ok()
        .or_else(|| text.contains(['T', ' ']).then(|| text.parse().ok().and_then(utc)).flatten())
        .or_else(|| date(text).and_then(|date| utc(date.at(0, 0, 0, 0))))?;
    Instant::from_timestamp(timestamp)
}

/// A list, or an object whose keys are 0, 1, 2…, as PHP sends lists. Nulls in it are left out.
#[must_use]
pub fn list(value: &Value) -> Option<Vec<&Value>> {
    match value {
        Value::Array(entries) => Some(entries.iter().filter(|entry| !entry.is_null()).collect()),
        Value::Object(object) => {
            let mut entries = object
                .iter()
                .map(|(key, entry)| key.parse::<u32>().ok().map(|place| (place, entry)))
                .collect::<Option<Vec<_>>>()?;
            entries.sort_by_key(|(place, _)| *place);
            Some(entries.into_iter().map(|(_, entry)| entry).filter(|e| !e.is_null()).collect())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date as civil;
    use proptest::prelude::*;
    use serde_json::json;

    fn params(value: Value) -> Params {
        match value {
            Value::Object(map) => Params(map),
            _ => Params::default(),
        }
    }

    #[test]
    fn every_problem_is_named_at_once() {
        let params = params(json!({"amount": "ten", "on": [], "capture": "perhaps"}));
        let mut read = params.reader();
        read.required_integer("amount");
        read.optional_object("on");
        read.optional_boolean("capture");
        assert_eq!(
            read.finish().unwrap_err().message,
            "amount is not a number and on must be an object and capture must be true or false"
        );
    }

    #[test]
    fn a_problem_inside_an_object_names_both() {
        let params = params(json!({"charge": {"amount": "x"}}));
        let mut read = params.reader();
        let mut charge = Reader::within("charge", read.optional_object("charge").unwrap());
        charge.required_integer("amount");
        read.absorb(charge);
        assert_eq!(read.finish().unwrap_err().message, "charge [amount] is not a number");
    }

    #[test]
    fn numbers_and_booleans_may_be_text_and_nulls_are_absent() {
        let params = params(json!({
            "every": "2", "amount": 1000.0, "capture": "0", "void": 1, "limit": null, "offset": ""
        }));
        let mut read = params.reader();
        assert_eq!(read.required_integer("every"), 2);
        assert_eq!(read.optional_integer("amount"), Some(1000));
        assert_eq!(read.optional_boolean("capture"), Some(false));
        assert_eq!(read.optional_boolean("void"), Some(true));
        assert_eq!(read.optional_integer("limit"), None);
        assert_eq!(read.optional_integer("offset"), None);
        assert_eq!(read.finish(), Ok(()));
    }

    #[test]
    fn dates_may_be_unpadded_or_carry_a_time() {
        assert_eq!(date("2017-07-8"), Some(civil(2017, 7, 8)));
        assert_eq!(date("2023-8-30"), Some(civil(2023, 8, 30)));
        assert_eq!(date("2098-02-01T19:54:00"), Some(civil(2098, 2, 1)));
        assert_eq!(date("2098-02-01T19:54:00Z"), Some(civil(2098, 2, 1)));
        assert_eq!(date("2098-02-01 19:54:00"), Some(civil(2098, 2, 1)));
        for wrong in ["", "17-07-08", "2017-02-30", "2017-07", "2017-07-08-09", "2017-07-08Tx"] {
            assert_eq!(date(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_bare_date_is_its_midnight() {
        let seconds = |text| instant(text).map(Instant::seconds);
        assert_eq!(seconds("2017-11-01"), Some(1_509_494_400));
        assert_eq!(seconds("2017-11-01T00:00:01Z"), Some(1_509_494_401));
        assert_eq!(seconds("2017-11-01T07:00:00+07:00"), Some(1_509_494_400));
        assert_eq!(seconds("2017-11-01T00:00:00"), Some(1_509_494_400));
        assert_eq!(seconds("yesterday"), None);
    }

    #[test]
    fn an_object_with_numbers_for_keys_is_a_list() {
        let value = json!({"1": "tuesday", "0": "monday", "10": "friday", "2": null});
        assert_eq!(list(&value), Some(vec![&json!("monday"), &json!("tuesday"), &json!("friday")]));
        assert_eq!(list(&json!({"a": 1})), None);
        assert_eq!(list(&json!(1)), None);
    }

    #[test]
    fn metadata_is_kept_verbatim_up_to_a_limit() {
        let kept = json!({"a": {"b": [1, null, "x"]}});
        let small = params(json!({"metadata": kept}));
        assert_eq!(small.reader().metadata("metadata").map(Value::Object), Some(kept));
        let large = params(json!({"metadata": {"a": "x".repeat(METADATA_BYTES_MAX)}}));
        let mut read = large.reader();
        assert_eq!(read.metadata("metadata"), None);
        assert_eq!(read.finish().unwrap_err().message, "metadata is larger than 15 KiB");
    }

    proptest! {
        #[test]
        fn nothing_that_is_sent_makes_reading_fail(text in ".*") {
            let _ = (date(&text), instant(&text), integer(&json!(text)), boolean(&json!(text)));
        }
    }
}
