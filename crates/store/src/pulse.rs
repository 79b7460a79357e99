//! A lane's pulse: whether somebody has worked it all along.
//!
//! Where nobody has, the data may be a copy whose original went on without it. What was
//! due meanwhile may have been paid, so it is looked up before it is first sent.

use std::time::Duration;

use engine::{Instant, LaneId};

use crate::audit::AuditEntry;

/// A sign of life.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Beat {
    /// Of which lane.
    pub lane: LaneId,
    /// Now by the wall clock.
    pub wall_now: Instant,
    /// Now by the lane's own clock.
    pub now: Instant,
    /// How long nothing may have been heard before what was due meanwhile is in doubt.
    pub silence_max: Duration,
}

/// How a lane stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Pulse {
    /// When it was last worked, by the wall clock.
    pub beat_at: Option<Instant>,
    /// Runs that are due at or before this are looked up before they are first sent.
    pub doubtful_through: Option<Instant>,
    /// How far the original may have come of which these data were restored: of slots that
    /// came by then it may have made any attempt.
    pub restored_through: Option<Instant>,
    /// Since when nothing of it runs until a person resumes it, by the wall clock.
    pub held_since: Option<Instant>,
}

/// A person's word that a held lane may run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Resumption {
    /// Which lane.
    pub lane: LaneId,
    /// By the lane's own clock, how far the data's original may have come: what is due by
    /// then may have been paid by it, and is looked up before it is first sent.
    pub now: Instant,
    /// Who it was and why, for each account that is on the lane.
    pub entries: Vec<AuditEntry>,
}

impl Pulse {
    /// The pulse once a person has resumed the lane: everything due by now is in doubt.
    #[must_use]
    pub fn resumed(self, now: Instant) -> Pulse {
        if self.held_since.is_none() {
            return self;
        }
        Pulse {
            held_since: None,
            doubtful_through: self.doubtful_through.max(Some(now)),
            restored_through: self.restored_through.max(Some(now)),
            ..self
        }
    }

    /// The pulse after a beat: where the silence before it was too long, everything due
    /// by now is in doubt.
    ///
    /// ```
    /// use engine::{Instant, LaneId};
    /// use store::{Beat, Pulse};
    /// use std::time::Duration;
    ///
    /// let at = |seconds| Instant::EPOCH.plus_seconds(seconds);
    /// let beat = |seconds| Beat {
    ///     lane: LaneId(1),
    ///     wall_now: at(seconds),
    ///     now: at(seconds),
    ///     silence_max: Duration::from_secs(300),
    /// };
    /// let first = Pulse::default().after(&beat(0));
    /// assert_eq!(first.doubtful_through, None);
    /// assert_eq!(first.after(&beat(300)).doubtful_through, None);
    /// assert_eq!(first.after(&beat(301)).doubtful_through, Some(at(301)));
    /// ```
    #[must_use]
    pub fn after(self, beat: &Beat) -> Pulse {
        let was_silent = self.beat_at.is_some_and(|beat_at| {
            let silence = beat.wall_now.nanoseconds().saturating_sub(beat_at.nanoseconds());
            u64::try_from(silence).is_ok_and(|it| Duration::from_nanos(it) > beat.silence_max)
        });
        let doubtful_through = if was_silent {
            self.doubtful_through.max(Some(beat.now))
        } else {
            self.doubtful_through
        };
        Pulse { beat_at: Some(beat.wall_now), doubtful_through, ..self }
    }
}
