//! Where in a file a key stands.

use toml::de::{DeTable, DeValue};

/// One step of the way to a key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Step {
    /// Into a table.
    Key(String),
    /// To an entry of a list, counted from 0.
    Index(usize),
}

/// The way from the top to a key.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct KeyPath(pub(crate) Vec<Step>);

impl KeyPath {
    /// Reads `accounts[0].omise.url`.
    pub(crate) fn read(text: &str) -> KeyPath {
        let mut steps = Vec::new();
        for part in text.split('.').filter(|part| !part.is_empty()) {
            let (name, indexes) = part.split_once('[').unwrap_or((part, ""));
            if !name.is_empty() && name != "?" {
                steps.push(Step::Key(name.to_owned()));
            }
            let indexes = indexes.split(['[', ']']).filter_map(|index| index.parse().ok());
            steps.extend(indexes.map(Step::Index));
        }
        KeyPath(steps)
    }

    /// The way to something below.
    pub(crate) fn with(&self, step: Step) -> KeyPath {
        KeyPath(self.0.iter().cloned().chain([step]).collect())
    }
}

impl std::fmt::Display for KeyPath {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (place, step) in self.0.iter().enumerate() {
            match step {
                Step::Key(key) if place == 0 => formatter.write_str(key)?,
                Step::Key(key) => write!(formatter, ".{key}")?,
                Step::Index(index) => write!(formatter, "[{index}]")?,
            }
        }
        Ok(())
    }
}

/// The line, from 1, of a place in bytes.
pub(super) fn line_at(text: &str, place: usize) -> Option<usize> {
    Some(text.get(..place)?.matches('\n').count() + 1)
}

/// The line, from 1, on which a key stands, or else what it would stand in.
pub(crate) fn line_of(text: &str, path: &KeyPath) -> Option<usize> {
    let table = DeTable::parse(text).ok()?;
    let mut value = &DeValue::Table(table.into_inner());
    let mut at = None;
    for step in &path.0 {
        let found = match (step, value) {
            (Step::Key(key), DeValue::Table(table)) => {
                table.get_key_value(key.as_str()).map(|(key, value)| (key.span().start, value))
            }
            (Step::Index(index), DeValue::Array(entries)) => {
                entries.get(*index).map(|value| (value.span().start, value))
            }
            _ => None,
        };
        let Some((start, below)) = found else { break };
        at = Some(start);
        value = below.get_ref();
    }
    line_at(text, at?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "listen = \"x\"\n\n[[accounts]]\nname = \"a\"\n[[accounts]]\nname = \"b\"\n[accounts.omise]\nurl = 3\n";

    #[test]
    fn a_key_is_found_on_its_line() {
        for (path, line) in [
            ("listen", Some(1)),
            ("accounts[0].name", Some(4)),
            ("accounts[1].omise.url", Some(8)),
            ("nothing", None),
        ] {
            let read = KeyPath::read(path);
            assert_eq!(read.to_string(), path);
            assert_eq!(line_of(TEXT, &read), line, "{path}");
        }
    }

    #[test]
    fn what_is_missing_is_placed_where_it_would_stand() {
        assert_eq!(line_of(TEXT, &KeyPath::read("accounts[1].omise.secret_key_file")), Some(7));
    }
}
