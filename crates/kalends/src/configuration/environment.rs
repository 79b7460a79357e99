//! What the environment says, laid over the file.
//!
//! A key's variable is its way from the top in capitals, `KALENDS_` before it and `__`
//! between: `KALENDS_LISTEN`, `KALENDS_LOGS__FORMAT`, `KALENDS_ACCOUNTS__0__OMISE__URL`.

use std::collections::BTreeMap;

use toml::{Table, Value};

use super::place::{KeyPath, Step};

/// What all variables begin with.
const PREFIX: &str = "KALENDS_";
/// Between one step and the next.
const STEP: &str = "__";
/// Entries of a list that variables may speak of.
const ENTRIES_MAX: usize = 1_000;

/// The variables that begin as ours do.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Environment(BTreeMap<String, String>);

impl Environment {
    /// Those of this process. What is no Unicode is no value of ours.
    pub(super) fn of_process() -> Environment {
        let pairs = std::env::vars_os();
        let pairs = pairs.filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        });
        Environment::of(pairs)
    }

    /// Those among some.
    pub(crate) fn of(pairs: impl IntoIterator<Item = (String, String)>) -> Environment {
        Environment(pairs.into_iter().filter(|(name, _)| name.starts_with(PREFIX)).collect())
    }

    /// What is said of the keys in `sections`, each with its variable. Other programs put
    /// variables there too (`KALENDS_SERVICE_HOST` is a cluster's), so what begins with no
    /// section of ours is not ours.
    pub(super) fn said(&self, sections: &[&str]) -> Vec<Said> {
        let path = |name: &str| {
            let lower = name.strip_prefix(PREFIX)?.to_lowercase();
            let steps: Vec<Step> = lower.split(STEP).map(step).collect();
            let is_ours = match steps.first()? {
                Step::Key(key) => sections.contains(&key.as_str()),
                Step::Index(_) => false,
            };
            is_ours.then_some(KeyPath(steps))
        };
        let said = |(name, value): (&String, &String)| {
            Some(Said { variable: name.clone(), path: path(name)?, text: value.clone() })
        };
        self.0.iter().filter_map(said).collect()
    }
}

fn step(text: &str) -> Step {
    text.parse().map_or_else(|_| Step::Key(text.to_owned()), Step::Index)
}

/// What one variable says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Said {
    /// The variable.
    pub(super) variable: String,
    /// Of which key.
    pub(super) path: KeyPath,
    /// What.
    pub(super) text: String,
}

impl Said {
    /// The value that is not text, where it reads as one: a number, a boolean, a list.
    pub(super) fn as_other_value(&self) -> Option<Value> {
        let text = format!("value = {}", self.text);
        let value = text.parse::<Table>().ok()?.remove("value")?;
        (!value.is_str()).then_some(value)
    }

    /// Puts a value where the key stands, over what is there.
    pub(super) fn put(&self, table: &mut Table, value: Value) -> Result<(), String> {
        let (last, way) = self.path.0.split_last().ok_or("names no key")?;
        let Step::Key(last) = last else { return Err("ends with a number".to_owned()) };
        let mut table = table;
        let mut way = way.iter();
        while let Some(step) = way.next() {
            let Step::Key(key) = step else {
                return Err("has a number where a key would stand".to_owned());
            };
            table = if let Some(Step::Index(index)) = way.as_slice().first() {
                way.next();
                entry(table, key, *index)?
            } else {
                let below = table.entry(key.as_str()).or_insert_with(|| Table::new().into());
                below.as_table_mut().ok_or_else(|| format!("{key} holds no keys"))?
            };
        }
        table.insert(last.clone(), value);
        Ok(())
    }
}

/// An entry of a list of tables, made where it is the next.
fn entry<'a>(table: &'a mut Table, key: &str, index: usize) -> Result<&'a mut Table, String> {
    let list = table.entry(key).or_insert_with(|| Value::Array(Vec::new()));
    let list = list.as_array_mut().ok_or_else(|| format!("{key} is no list"))?;
    if index == list.len() && index < ENTRIES_MAX {
        list.push(Table::new().into());
    }
    let count = list.len();
    let entry = list.get_mut(index).and_then(Value::as_table_mut);
    entry.ok_or_else(|| format!("{key} has {count} entries; the next would be {count}"))
}
