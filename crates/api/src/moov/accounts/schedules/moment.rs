//! Instants as they are sent.

use engine::Instant;
use jiff::Timestamp;
use serde::{Deserialize, Deserializer, de};

/// An instant as it is sent (RFC 3339). What is none is a 400.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Moment(Timestamp);

/// What Moov's client for Go sends for a time that was not set.
const UNSET: Timestamp = Timestamp::constant(-62_135_596_800, 0);

impl Moment {
    /// As the engine counts; `Ok(None)` where it was not set.
    pub(super) fn instant(self) -> Result<Option<Instant>, &'static str> {
        if self.0 == UNSET {
            return Ok(None);
        }
        let known = Instant::from_timestamp(self.0);
        known.map(Some).ok_or("lies outside the years 1678 to 2261")
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Moment, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map(Moment).map_err(|_| {
            de::Error::custom(format!(
                "{text:?} is no date and time in the form 2040-03-01T00:00:00Z"
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Result<Option<String>, &'static str>> {
        let moment: Moment = serde_json::from_value(text.into()).ok()?;
        Some(moment.instant().map(|known| known.map(|instant| instant.to_string())))
    }

    #[test]
    fn every_client_s_instants_are_read_to_the_nanosecond() {
        let some = |text: &str| Some(Ok(Some(text.to_owned())));
        assert_eq!(read("2040-03-01T00:00:00Z"), some("2040-03-01T00:00:00Z"));
        assert_eq!(read("2040-03-01T00:00:00.000Z"), some("2040-03-01T00:00:00Z"));
        assert_eq!(read("2040-03-01T00:00:00.123456789Z"), some("2040-03-01T00:00:00.123456789Z"));
        assert_eq!(read("2040-03-01T02:00:00+02:00"), some("2040-03-01T00:00:00Z"));
    }

    #[test]
    fn a_time_that_go_did_not_set_is_none_and_others_have_bounds() {
        assert_eq!(read("0001-01-01T00:00:00Z"), Some(Ok(None)));
        assert_eq!(read("2300-01-01T00:00:00Z"), Some(Err("lies outside the years 1678 to 2261")));
        for wrong in ["", "soon", "2040-03-01", "2040-03-01T00:00:00", "2040-13-01T00:00:00Z"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
