//! What stands behind the `?`.

use engine::Instant;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};
use store::{Order, PageQuery};

use super::refusal::Refusal;

/// The most parameters that a query may have.
pub const PARAMETERS_MAX: usize = 100;

/// The parameters of a query, in the order in which they came.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Query(Vec<(String, String)>);

impl Query {
    pub(super) fn read(query: &str) -> Result<Query, Refusal> {
        let pairs: Vec<_> = query.split('&').filter(|pair| !pair.is_empty()).collect();
        if pairs.len() > PARAMETERS_MAX {
            let message = format!("the query has more than {PARAMETERS_MAX} parameters");
            return Err(Refusal::malformed(message));
        }
        pairs.into_iter().map(parameter).collect::<Result<_, _>>().map(Query)
    }

    /// A parameter as text: the first of its name.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
    }

    /// Every value of a parameter that is a list: given several times, or once with
    /// commas.
    pub fn texts<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let named = self.0.iter().filter(move |(given, _)| given == name);
        named.flat_map(|(_, value)| value.split(',')).filter(|value| !value.is_empty())
    }

    /// A parameter that is an integer.
    pub fn integer(&self, name: &str) -> Result<Option<i64>, Refusal> {
        self.parsed(name, "an integer", |text| text.parse().ok())
    }

    /// A parameter that is `true` or `false`.
    pub fn boolean(&self, name: &str) -> Result<Option<bool>, Refusal> {
        self.parsed(name, "true or false", |text| text.parse().ok())
    }

    /// A parameter that is an instant (RFC 3339).
    pub fn instant(&self, name: &str) -> Result<Option<Instant>, Refusal> {
        let form = "a date and time in the form YYYY-MM-DDThh:mm:ssZ";
        self.parsed(name, form, |text| Instant::from_timestamp(text.parse().ok()?))
    }

    /// A parameter that has few values.
    pub fn one_of<T: Copy>(&self, name: &str, values: &[(&str, T)]) -> Result<Option<T>, Refusal> {
        let words: Vec<_> = values.iter().map(|(word, _)| *word).collect();
        let find = |text: &str| values.iter().find(|(word, _)| *word == text);
        self.parsed(name, &words.join(" or "), |text| find(text).map(|(_, value)| *value))
    }

    /// `skip` and `count`: the page of a list that is wanted, newest first. `count` is
    /// `count_default` where it is left out or not above zero, and `count_max` at most;
    /// a negative `skip` skips nothing.
    pub fn page(&self, count_default: u32, count_max: u32) -> Result<PageQuery, Refusal> {
        let bounded = |given: i64, max: u32| u32::try_from(given.max(0)).unwrap_or(max).min(max);
        let count = self.integer("count")?.filter(|count| *count > 0);
        let skip = self.integer("skip")?.unwrap_or(0);
        Ok(PageQuery {
            offset: bounded(skip, PageQuery::OFFSET_MAX),
            limit: count.map_or(count_default, |count| bounded(count, count_max)),
            order: Order::ReverseChronological,
            ..PageQuery::first(count_default)
        })
    }

    /// Everything as a JSON object of texts. What is given twice is refused.
    pub(super) fn into_fields(self) -> Result<Value, Refusal> {
        let mut fields = Map::new();
        for (name, value) in self.0 {
            if fields.contains_key(&name) {
                return Err(Refusal::malformed(format!("{name} is given twice")));
            }
            fields.insert(name, Value::String(value));
        }
        Ok(Value::Object(fields))
    }

    fn parsed<T>(
        &self,
        name: &str,
        form: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, Refusal> {
        let Some(text) = self.text(name).filter(|text| !text.is_empty()) else { return Ok(None) };
        let wrong = || Refusal::malformed(format!("{name} is {text:?}; it would be {form}"));
        parse(text).map(Some).ok_or_else(wrong)
    }
}

fn parameter(pair: &str) -> Result<(String, String), Refusal> {
    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
    Ok((decoded(name)?, decoded(value)?))
}

fn decoded(text: &str) -> Result<String, Refusal> {
    let text = text.replace('+', " ");
    let decoded = percent_decode_str(&text).decode_utf8();
    decoded.map(String::from).map_err(|_| Refusal::malformed("the query is not UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn query(text: &str) -> Query {
        Query::read(text).unwrap()
    }

    fn page(text: &str) -> (u32, u32) {
        let page = query(text).page(20, 200).unwrap();
        assert_eq!(page.order, Order::ReverseChronological);
        (page.offset, page.limit)
    }

    #[test]
    fn a_page_is_within_its_bounds_whatever_is_asked() {
        assert_eq!(page(""), (0, 20));
        assert_eq!(page("skip=60&count=20"), (60, 20));
        assert_eq!(page("count=200"), (0, 200));
        assert_eq!(page("count=201&skip=-1"), (0, 200));
        assert_eq!(page("count=0"), (0, 20));
        assert_eq!(page("count=-9223372036854775808&skip=9223372036854775807"), (100_000, 20));
    }

    #[test]
    fn what_is_no_integer_is_refused() {
        assert_eq!(
            query("count=many").page(20, 200),
            Err(Refusal::malformed("count is \"many\"; it would be an integer"))
        );
    }

    #[test]
    fn a_list_is_given_at_once_or_several_times() {
        let query = query("accountIDs=a,b&accountIDs=c&other=d&accountIDs=");
        assert_eq!(query.texts("accountIDs").collect::<Vec<_>>(), ["a", "b", "c"]);
        assert_eq!(query.text("accountIDs"), Some("a,b"));
        assert_eq!(query.text("missing"), None);
    }

    #[test]
    fn values_are_decoded() {
        let query = query("startDateTime=2040-03-10T12%3A00%3A00%2B02%3A00&refunded=true");
        let instant = Instant::from_timestamp("2040-03-10T10:00:00Z".parse().unwrap());
        assert_eq!(query.instant("startDateTime").unwrap(), instant);
        assert_eq!(query.boolean("refunded"), Ok(Some(true)));
        assert_eq!(query.one_of("refunded", &[("true", 1), ("false", 0)]), Ok(Some(1)));
        let refused = query.one_of("refunded", &[("yes", 1), ("no", 0)]).unwrap_err();
        assert_eq!(
            refused.body(),
            Some(&json!({"error": "refunded is \"true\"; it would be yes or no"}))
        );
    }

    #[test]
    fn what_is_too_much_or_no_text_is_refused() {
        assert!(Query::read(&"a&".repeat(PARAMETERS_MAX)).is_ok());
        assert!(Query::read(&"a&".repeat(PARAMETERS_MAX + 1)).is_err());
        assert!(Query::read("a=%FF").is_err());
    }
}
