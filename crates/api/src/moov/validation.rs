//! What is wrong with a request that is well-formed: a 422 in the operation's own shape.

use serde_json::{Map, Value};

use super::refusal::Refusal;

/// What was found wrong, by the operation's own keys. All of it is told at once.
///
/// ```
/// let mut problems = api::moov::Problems::new();
/// problems.add("description", "is longer than 256 characters");
/// problems.add_at(&["occurrences", "0"], "runOn is in the past");
/// let refusal = problems.finish().unwrap_err();
/// assert_eq!(
///     refusal.body().unwrap().to_string(),
///     r#"{"description":"is longer than 256 characters","occurrences":{"0":"runOn is in the past"}}"#
/// );
/// ```
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Problems(Map<String, Value>);

impl Problems {
    /// None yet.
    #[must_use]
    pub fn new() -> Problems {
        Problems::default()
    }

    /// One more, under a key. Several under one key are joined.
    pub fn add(&mut self, key: &str, message: impl Into<String>) {
        self.add_at(&[key], message);
    }

    /// One more, under a key of an object below others. Where the shapes of two
    /// problems do not go together, the first stays.
    pub fn add_at(&mut self, path: &[&str], message: impl Into<String>) {
        let Some((last, above)) = path.split_last() else { return };
        let mut fields = &mut self.0;
        for key in above {
            let inner = fields.entry(*key).or_insert_with(|| Value::Object(Map::new()));
            let Value::Object(inner) = inner else { return };
            fields = inner;
        }
        let message = message.into();
        match fields.get_mut(*last) {
            None => {
                fields.insert((*last).to_owned(), Value::String(message));
            }
            Some(Value::String(known)) => {
                known.push_str("; ");
                known.push_str(&message);
            }
            Some(_) => {}
        }
    }

    /// Whether nothing was found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A 422 with all of them, if there are any.
    pub fn finish(self) -> Result<(), Refusal> {
        if self.is_empty() { Ok(()) } else { Err(self.into_refusal()) }
    }

    /// A 422 with all of them, for whoever knows that there are some.
    #[must_use]
    pub fn into_refusal(self) -> Refusal {
        Refusal::invalid(Value::Object(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn problems_are_told_all_at_once_in_the_operations_own_shape() {
        let mut problems = Problems::new();
        problems.add("recur", "recurrenceRule is missing");
        problems.add_at(&["occurrences", "1"], "runOn is missing");
        problems.add("recur", "runTransfer is missing");
        problems.add_at(&["recur", "start"], "has no place under what is a text already");
        assert_eq!(
            problems.finish(),
            Err(Refusal::invalid(json!({
                "recur": "recurrenceRule is missing; runTransfer is missing",
                "occurrences": {"1": "runOn is missing"},
            })))
        );
    }

    #[test]
    fn no_problem_is_no_refusal() {
        assert_eq!(Problems::new().finish(), Ok(()));
    }
}
