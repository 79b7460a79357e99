//! Where a list goes on: opaque to whoever asks, and of no use to anybody else.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use engine::{Instant, ScheduleId};

/// The cursor of the place after a schedule.
pub(super) fn of((created_at, id): (Instant, ScheduleId)) -> String {
    let bytes = [created_at.nanoseconds().to_be_bytes(), id.0.to_be_bytes()].concat();
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The place that a cursor is of.
pub(super) fn parse(cursor: &str) -> Option<(Instant, ScheduleId)> {
    let bytes: [u8; 16] = URL_SAFE_NO_PAD.decode(cursor).ok()?.try_into().ok()?;
    let (at, id) = bytes.split_first_chunk::<8>()?;
    let id = id.first_chunk::<8>()?;
    Some((Instant::from_nanoseconds(i64::from_be_bytes(*at)), ScheduleId(i64::from_be_bytes(*id))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_and_nothing_else_does() {
        let place = (Instant::from_nanoseconds(-7), ScheduleId(9));
        assert_eq!(parse(&of(place)), Some(place));
        for cursor in ["", "x", "AAAA", "%", &"A".repeat(24)] {
            assert_eq!(parse(cursor), None, "{cursor}");
        }
    }
}
