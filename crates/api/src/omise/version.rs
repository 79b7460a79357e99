//! Which version of Omise's wire format an answer is in.

use engine::Account;
use jiff::civil::Date;
use serde_json::Value;

/// A wire format. Older ones are served as the oldest here: their schedules looked the same.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Version {
    /// `created`, `start_date`, `thb`.
    V2017_11_02,
    /// `created_at`, `start_on`, `THB`.
    V2019_05_29,
}

impl Version {
    /// All there are, newest first.
    pub const ALL: [Version; 2] = [Version::V2019_05_29, Version::V2017_11_02];
    /// The newest.
    pub const NEWEST: Version = Version::V2019_05_29;

    /// As in the header `Omise-Version`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Version::V2017_11_02 => "2017-11-02",
            Version::V2019_05_29 => "2019-05-29",
        }
    }

    /// The newest version not newer than the date asked for, or the oldest;
    /// `None` where `asked` is no date.
    #[must_use]
    pub fn resolve(asked: &str) -> Option<Version> {
        let shaped = asked.len() == 10 && asked.bytes().all(|b| b.is_ascii_digit() || b == b'-');
        let date: Date = shaped.then(|| asked.parse().ok()).flatten()?;
        let date = date.to_string();
        let newest = Version::ALL.into_iter().find(|version| version.as_str() <= date.as_str());
        Some(newest.unwrap_or(Version::V2017_11_02))
    }

    /// An account's own: its attribute `api_version`, or the newest.
    #[must_use]
    pub fn of(account: &Account) -> Version {
        let own = account.attributes.get("api_version").and_then(Value::as_str);
        own.and_then(Version::resolve).unwrap_or(Version::NEWEST)
    }

    /// Whether it is the one of 2017.
    #[must_use]
    pub const fn is_2017(self) -> bool {
        matches!(self, Version::V2017_11_02)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_gets_the_newest_version_not_newer_than_it() {
        let resolved = |asked| Version::resolve(asked).map(Version::as_str);
        assert_eq!(resolved("2019-05-29"), Some("2019-05-29"));
        assert_eq!(resolved("2026-01-31"), Some("2019-05-29"));
        assert_eq!(resolved("2019-05-28"), Some("2017-11-02"));
        assert_eq!(resolved("2017-11-02"), Some("2017-11-02"));
        assert_eq!(resolved("2014-07-27"), Some("2017-11-02"));
    }

    #[test]
    fn what_is_no_date_is_no_version() {
        for wrong in ["", "latest", "2019-5-29", "2019-02-30", "20190529", "2019-05-29T00:00"] {
            assert_eq!(Version::resolve(wrong), None, "{wrong}");
        }
    }
}
