//! Lists: what a client may ask for, and the envelope it gets.

use engine::Instant;
use serde_json::{Map, Value, json};
use store::{Order, PageQuery};

use super::context::Context;
use super::error::OmiseError;
use super::params::Params;
use super::time::Times;
use super::version::Version;

/// Entries on a page when the client does not say.
pub const LIMIT_DEFAULT: u32 = 20;

/// Reads `from`, `to`, `limit`, `offset` and `order`.
pub fn page_query(params: &Params, now: Instant) -> Result<PageQuery, OmiseError> {
    let mut read = params.reader();
    let from = read.optional_instant("from").unwrap_or(Instant::EPOCH);
    let to = read.optional_instant("to").unwrap_or(now);
    let mut count = |name, default: u32, least: i64| match read.optional_integer(name) {
        None => default,
        Some(value) if value < least => {
            read.refuse(format!("{name} must be greater than or equal to {least}"));
            default
        }
        Some(value) => u32::try_from(value).unwrap_or(u32::MAX),
    };
    let limit = count("limit", LIMIT_DEFAULT, 1).min(PageQuery::LIMIT_MAX);
    let offset = count("offset", 0, 0);
    if offset > PageQuery::OFFSET_MAX {
        read.refuse(format!("offset must be less than or equal to {}", PageQuery::OFFSET_MAX));
    }
    let order = match read.optional_id("order").as_deref() {
        None | Some("chronological") => Order::Chronological,
        Some("reverse_chronological") => Order::ReverseChronological,
        Some(_) => {
            read.refuse("order must be one of these: chronological, reverse_chronological");
            Order::Chronological
        }
    };
    read.finish()?;
    Ok(PageQuery { from, to, offset, limit, order })
}

/// A page to be put into its envelope.
#[derive(Clone, PartialEq, Debug)]
pub struct ListShape<'a> {
    /// Where the list lives; `None` where the captures leave it out.
    pub location: Option<&'a str>,
    /// What was asked for.
    pub page: PageQuery,
    /// How many there are, on all pages.
    pub total: u64,
    /// Those on this page, rendered.
    pub data: Vec<Value>,
    /// Whether it stands inside another object.
    pub embedded: bool,
}

impl<'a> ListShape<'a> {
    /// A list that has an endpoint of its own at the root: `GET /schedules`.
    #[must_use]
    pub const fn top(location: &'a str, page: PageQuery, total: u64, data: Vec<Value>) -> Self {
        ListShape { location: Some(location), page, total, data, embedded: false }
    }

    /// The answer to a `GET` below another object, such as its occurrences or
    /// cards: 2017's lack their location.
    #[must_use]
    pub fn nested(
        version: Version,
        location: &'a str,
        page: PageQuery,
        total: u64,
        data: Vec<Value>,
    ) -> Self {
        let location = (!version.is_2017()).then_some(location);
        ListShape { location, page, total, data, embedded: false }
    }

    /// The first twenty, inside another object: 2017's have no order.
    #[must_use]
    pub const fn embedded(location: &'a str, now: Instant, total: u64, data: Vec<Value>) -> Self {
        let page = PageQuery { to: now, ..PageQuery::first(LIMIT_DEFAULT) };
        ListShape { location: Some(location), page, total, data, embedded: true }
    }

    /// The envelope, in the captured order of its version.
    #[must_use]
    pub fn render(self, context: &Context) -> Value {
        self.envelope(context.version, &context.times)
    }

    /// The envelope, in the captured order of its version.
    #[must_use]
    pub fn envelope(self, version: Version, times: &Times) -> Value {
        let order = match self.page.order {
            _ if self.embedded && version.is_2017() => Value::Null,
            Order::Chronological => json!("chronological"),
            Order::ReverseChronological => json!("reverse_chronological"),
        };
        let (from, to) = (times.text(self.page.from), times.text(self.page.to));
        let (limit, offset, total) = (self.page.limit, self.page.offset, self.total);
        let fields = match version {
            Version::V2019_05_29 => vec![
                ("object", json!("list")),
                ("data", Value::Array(self.data)),
                ("limit", json!(limit)),
                ("offset", json!(offset)),
                ("total", json!(total)),
                ("location", json!(self.location)),
                ("order", order),
                ("from", json!(from)),
                ("to", json!(to)),
            ],
            Version::V2017_11_02 => vec![
                ("object", json!("list")),
                ("from", json!(from)),
                ("to", json!(to)),
                ("offset", json!(offset)),
                ("limit", json!(limit)),
                ("total", json!(total)),
                ("order", order),
                ("location", json!(self.location)),
                ("data", Value::Array(self.data)),
            ],
        };
        let known = |(name, value): (&str, Value)| {
            (name != "location" || !value.is_null()).then(|| (name.to_owned(), value))
        };
        Value::Object(fields.into_iter().filter_map(known).collect::<Map<_, _>>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Instant {
        Instant::from_nanoseconds(1_742_466_015_500_000_000)
    }

    fn asked(value: &Value) -> Result<PageQuery, String> {
        let map = value.as_object().cloned().unwrap_or_default();
        page_query(&Params(map), now()).map_err(|error| error.message)
    }

    #[test]
    fn nothing_asked_is_the_first_twenty_until_now() {
        let expected = PageQuery {
            from: Instant::EPOCH,
            to: now(),
            offset: 0,
            limit: 20,
            order: Order::Chronological,
        };
        assert_eq!(asked(&json!({})), Ok(expected));
        let nulls = json!({"from":null,"limit":null,"offset":0,"order":null,"to":null});
        assert_eq!(asked(&nulls), Ok(expected));
    }

    #[test]
    fn a_limit_above_a_hundred_is_a_hundred() {
        assert_eq!(asked(&json!({"limit": "1000"})).unwrap().limit, 100);
        assert_eq!(asked(&json!({"limit": 99_999_999_999_i64})).unwrap().limit, 100);
    }

    #[test]
    fn what_is_no_list_parameter_is_refused_in_words() {
        assert_eq!(asked(&json!({"limit": "x"})), Err("limit is not a number".to_owned()));
        assert_eq!(
            asked(&json!({"limit": 0, "offset": -1})),
            Err("limit must be greater than or equal to 1 and offset must be greater than or equal to 0".to_owned())
        );
        assert_eq!(
            asked(&json!({"offset": 100_001})),
            Err("offset must be less than or equal to 100000".to_owned())
        );
        assert_eq!(
            asked(&json!({"order": "random"})),
            Err("order must be one of these: chronological, reverse_chronological".to_owned())
        );
    }

    #[test]
    fn the_envelope_of_2019_is_the_captured_one() {
        let page = PageQuery { to: now(), ..PageQuery::first(20) };
        let list = ListShape::top("/transfers/schedules", page, 0, Vec::new());
        assert_eq!(
            list.envelope(Version::V2019_05_29, &Times::Utc).to_string(),
            r#"{"object":"list","data":[],"limit":20,"offset":0,"total":0,"location":"/transfers/schedules","order":"chronological","from":"1970-01-01T00:00:00Z","to":"2025-03-20T10:20:15Z"}"#
        );
    }

    #[test]
    fn the_envelopes_of_2017_are_the_captured_ones() {
        let page = asked(&json!({"from": "2017-11-01", "order": "reverse_chronological"})).unwrap();
        let render = |list: ListShape<'_>| list.envelope(Version::V2017_11_02, &Times::Utc);
        assert_eq!(
            render(ListShape::top("/schedules", page, 9, Vec::new())).to_string(),
            r#"{"object":"list","from":"2017-11-01T00:00:00Z","to":"2025-03-20T10:20:15Z","offset":0,"limit":20,"total":9,"order":"reverse_chronological","location":"/schedules","data":[]}"#
        );
        let nested = ListShape::nested(Version::V2017_11_02, "/x", page, 0, Vec::new());
        assert_eq!(render(nested).get("location"), None);
        let embedded = render(ListShape::embedded("/x", now(), 0, Vec::new()));
        assert_eq!(
            (embedded.get("order"), embedded.get("location")),
            (Some(&Value::Null), Some(&json!("/x")))
        );
    }
}
