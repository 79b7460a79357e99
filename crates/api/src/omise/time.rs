//! How instants are written.

use engine::{Instant, Zone};
use jiff::fmt::strtime;
use jiff::tz::TimeZone;
use serde_json::Value;

/// In which zone instants are written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Times {
    /// `2025-03-20T10:07:40Z`: everywhere but in events.
    Utc,
    /// `2025-03-20T17:07:40+07:00`: what an event says its object was.
    Local(Zone),
}

impl Times {
    /// An instant as written, to the second.
    #[must_use]
    pub fn text(&self, instant: Instant) -> String {
        let (zone, format) = match self {
            Times::Utc => (TimeZone::UTC, "%Y-%m-%dT%H:%M:%SZ"),
            Times::Local(zone) => (zone.time_zone().clone(), "%Y-%m-%dT%H:%M:%S%:z"),
        };
        let zoned = instant.floor_second().timestamp().to_zoned(zone);
        // Both formats name nothing that a zoned time does not have.
        strtime::format(format, &zoned).unwrap_or_else(|_| instant.to_string())
    }

    /// An instant as a JSON string, or null.
    #[must_use]
    pub fn value(&self, instant: Option<Instant>) -> Value {
        instant.map_or(Value::Null, |instant| Value::String(self.text(instant)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_end_in_z_except_in_events() {
        let instant = Instant::from_nanoseconds(1_742_465_260_999_999_999);
        assert_eq!(Times::Utc.text(instant), "2025-03-20T10:07:40Z");
        let bangkok = Times::Local(Zone::named("Asia/Bangkok").unwrap());
        assert_eq!(bangkok.text(instant), "2025-03-20T17:07:40+07:00");
        assert_eq!(bangkok.text(Instant::EPOCH), "1970-01-01T07:00:00+07:00");
    }
}
