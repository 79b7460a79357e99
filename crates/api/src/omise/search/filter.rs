//! Filters: `status=running`, `amount=100..200.50`, `created=2017-01-01..2022-12-21`.
//!
//! Amounts are in the main unit; dates are whole days where the account is. A
//! range includes both ends, and may leave one out.

use engine::{Instant, Money, Zone};
use jiff::civil::Date;
use serde_json::{Map, Value};

use super::super::params::{boolean, date};
use super::super::{Context, OmiseError};
use super::found::Found;
use super::scope::Scope;

/// What a thing has under a filter's name.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Field {
    /// Words.
    Text(String),
    /// Yes or no.
    Flag(bool),
    /// Money.
    Amount(Money),
    /// A moment.
    Moment(Instant),
    /// Nothing.
    Absent,
}

/// One filter, read.
pub(super) struct Condition {
    name: String,
    test: Test,
}

#[derive(Clone, PartialEq, Debug)]
enum Test {
    Text(String),
    Flag(bool),
    /// Thousandths of the main unit.
    Amount(Range<i64>),
    Days(Range<Date>),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Range<T> {
    from: Option<T>,
    to: Option<T>,
}

impl<T: PartialOrd + Copy> Range<T> {
    fn holds(self, value: T) -> bool {
        self.from.is_none_or(|from| from <= value) && self.to.is_none_or(|to| value <= to)
    }

    /// `a`, `a..b`, `a..` or `..b`.
    fn read(text: &str, one: impl Fn(&str) -> Option<T>) -> Option<Range<T>> {
        let Some((from, to)) = text.split_once("..") else {
            let value = one(text.trim())?;
            return Some(Range { from: Some(value), to: Some(value) });
        };
        let end = |text: &str| match text.trim() {
            "" => Some(None),
            text => one(text).map(Some),
        };
        Some(Range { from: end(from)?, to: end(to)? })
    }
}

/// Reads filters; refuses those the scope does not have. What is not built may be
/// filtered by anything: none of it is there.
pub(super) fn conditions(
    filters: &Map<String, Value>,
    scope: Scope,
) -> Result<Vec<Condition>, OmiseError> {
    if let Scope::NotBuilt(_) = scope {
        return Ok(Vec::new());
    }
    filters.iter().map(|(name, value)| condition(name, value, scope)).collect()
}

fn condition(name: &str, value: &Value, scope: Scope) -> Result<Condition, OmiseError> {
    let known = scope.filters();
    if !known.contains(&name) {
        return Err(OmiseError::invalid_filters(format!(
            "filters [{name}] is not supported; {} can be filtered by: {}",
            scope.name(),
            known.join(", ")
        )));
    }
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Object(_) | Value::Array(_) => String::new(),
        scalar => scalar.to_string(),
    };
    let (test, shape) = match name {
        "amount" => (Range::read(&text, thousandths).map(Test::Amount), "an amount, or a range"),
        "created" => (Range::read(&text, date).map(Test::Days), "a date, or a range"),
        _ if is_flag(name) => (boolean(value).map(Test::Flag), "true or false"),
        _ => ((!text.is_empty()).then(|| Test::Text(text.to_lowercase())), "a string"),
    };
    let test = test
        .ok_or_else(|| OmiseError::invalid_filters(format!("filters [{name}] must be {shape}")))?;
    Ok(Condition { name: name.to_owned(), test })
}

fn is_flag(name: &str) -> bool {
    [
        "active",
        "authorized",
        "captured",
        "default",
        "deleted",
        "paid",
        "refunded",
        "reversed",
        "sent",
        "verified",
        "voided",
    ]
    .contains(&name)
}

/// `12`, `12.5` or `12.345` as thousandths.
fn thousandths(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || fraction.len() > 3 || !digits(whole) || !digits(fraction) {
        return None;
    }
    let fraction: i64 = format!("{fraction:0<3}").parse().ok()?;
    whole.parse::<i64>().ok()?.checked_mul(1_000)?.checked_add(fraction)
}

fn money_in_thousandths(money: Money) -> i64 {
    let decimals = bank::country::decimals(money.currency).unwrap_or(2).min(3);
    money.amount_minor.saturating_mul(10_i64.pow(3 - decimals))
}

/// Whether a thing passes every filter.
pub(super) async fn all_hold(
    conditions: &[Condition],
    found: &Found,
    context: &Context,
) -> Result<bool, OmiseError> {
    for condition in conditions {
        let field = found.field(context, &condition.name).await?;
        if !condition.test.holds(&field, &context.account.zone) {
            return Ok(false);
        }
    }
    Ok(true)
}

impl Test {
    fn holds(&self, field: &Field, zone: &Zone) -> bool {
        match (self, field) {
            (Test::Text(wanted), Field::Text(text)) => text.to_lowercase() == *wanted,
            (Test::Flag(wanted), Field::Flag(flag)) => flag == wanted,
            (Test::Amount(range), Field::Amount(money)) => {
                range.holds(money_in_thousandths(*money))
            }
            (Test::Days(range), Field::Moment(at)) => range.holds(zone.date_at(*at)),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::Currency;
    use serde_json::json;

    fn holds(name: &str, filter: &Value, field: &Field) -> Result<bool, String> {
        let zone = Zone::named("Asia/Bangkok").unwrap();
        condition(name, filter, Scope::ChargeSchedule)
            .map(|condition| condition.test.holds(field, &zone))
            .map_err(|error| error.message)
    }

    #[test]
    fn amounts_are_in_the_main_unit_of_their_currency() {
        let baht = Field::Amount(Money::new(19_950, Currency::THB));
        assert_eq!(holds("amount", &json!("199.50"), &baht), Ok(true));
        assert_eq!(holds("amount", &json!(199), &baht), Ok(false));
        assert_eq!(holds("amount", &json!("100..199.5"), &baht), Ok(true));
        assert_eq!(holds("amount", &json!("200.."), &baht), Ok(false));
        let yen = Field::Amount(Money::new(199, Currency::parse("JPY").unwrap()));
        assert_eq!(holds("amount", &json!("199"), &yen), Ok(true));
    }

    #[test]
    fn dates_are_whole_days_where_the_account_is() {
        // 2022-12-21T17:28:06Z is the 22nd in Bangkok.
        let at = Field::Moment(Instant::from_nanoseconds(1_671_643_686_000_000_000));
        assert_eq!(holds("created", &json!("2017-01-01..2022-12-21"), &at), Ok(false));
        assert_eq!(holds("created", &json!("2017-01-01..2022-12-22"), &at), Ok(true));
        assert_eq!(holds("created", &json!("2022-12-22"), &at), Ok(true));
    }

    #[test]
    fn words_and_flags_are_compared_as_they_are_written() {
        assert_eq!(holds("status", &json!("Running"), &Field::Text("running".into())), Ok(true));
        assert_eq!(holds("active", &json!("true"), &Field::Flag(true)), Ok(true));
        assert_eq!(holds("status", &json!("running"), &Field::Absent), Ok(false));
    }

    #[test]
    fn a_filter_that_cannot_be_is_refused() {
        assert_eq!(
            holds("colour", &json!("red"), &Field::Absent),
            Err("filters [colour] is not supported; charge_schedule can be filtered by: active, amount, card_last_digits, created, currency, status".to_owned())
        );
        assert_eq!(
            holds("amount", &json!("much"), &Field::Absent),
            Err("filters [amount] must be an amount, or a range".to_owned())
        );
        assert_eq!(
            holds("active", &json!("perhaps"), &Field::Absent),
            Err("filters [active] must be true or false".to_owned())
        );
    }
}
