//! History that is moved out of the data into files.
//!
//! An occurrence is written once and rarely read again, and there is one more of them with
//! each run. Old ones can be moved into files ([`move_out`]), whose form [`file`] says; the
//! data keep which files there are ([`HistoryFile`]), and of each schedule how much of it was
//! moved ([`Moved`]), so that its counts stay true and no edit brings back what has run.

pub mod file;
mod moving;

use engine::settlement::AwaitingKey;
use engine::{Amendment, Instant, InstructionKind, Occurrence, Schedule, ScheduleId, Slot};

pub use self::file::{Named, Naming};
pub use self::moving::{Left, Move, MoveError, finish, move_out};

use crate::Result;
use crate::store::Store;

/// A file that holds occurrences that are no longer in the data.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HistoryFile {
    /// Counts an installation's files, from 1.
    pub number: u32,
    /// What it is called, without its folder.
    pub name: Box<str>,
    /// Of all that follows its first line.
    pub sha256: [u8; 32],
    /// How many occurrences it holds.
    pub occurrences: u64,
    /// The first slot of which it holds any.
    pub first: Slot,
    /// The last.
    pub last: Slot,
    /// When it was written, by the wall clock.
    pub moved_at: Instant,
    /// How far the move has come.
    pub state: FileState,
}

/// How far a move has come.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum FileState {
    /// The file is on the disk under a passing name; nothing was deleted.
    Written,
    /// It has its own name; what it holds is being deleted from the data.
    Named,
    /// Nothing of what it holds is in the data.
    Moved,
}

/// What of a schedule was moved.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Moved {
    /// How many occurrences.
    pub occurrences: u64,
    /// The greatest number among those that its cadence had counted; 0 where it had none.
    pub recorded: u32,
    /// The last slot of which any was moved.
    pub through: Slot,
}

impl Moved {
    /// Whether a slot counts as one that has run because of this. Those that an owner had
    /// done something to are never moved, and tell by themselves whether they have.
    #[must_use]
    pub fn covers(&self, slot: Slot, amendments: &[Amendment]) -> bool {
        slot.is_of_rule()
            && slot <= self.through
            && !amendments.iter().any(|amendment| amendment.slot == slot)
    }
}

/// A look for occurrences that may be moved.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MovableQuery {
    /// Of slots before this one.
    pub before: Slot,
    /// After those of this slot and schedule.
    pub after: Option<(Slot, ScheduleId)>,
    /// Occurrences that are looked at, at most; 256 at the least, because all attempts at one
    /// slot are looked at together.
    pub limit: u32,
}

/// An occurrence that may be moved.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Leaving {
    /// It.
    pub occurrence: Occurrence,
    /// What its schedule pays by.
    pub kind: InstructionKind,
}

/// What such a look has found.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Movable {
    /// What may be moved, by slot, schedule and attempt.
    pub leaving: Vec<Leaving>,
    /// How far was looked; `None` where there is no more.
    pub looked_through: Option<(Slot, ScheduleId)>,
}

impl Movable {
    /// Sorts what was looked at, with whether each by itself may be moved: of a slot all
    /// attempts go, or none. The last slot may have been cut off, and is looked at again.
    pub(crate) fn sort(looked_at: &[(Leaving, bool)], limit: u32) -> Movable {
        let is_all = looked_at.len() < usize::try_from(limit).unwrap_or(usize::MAX);
        let slot_of = |it: &(Leaving, bool)| (it.0.occurrence.slot, it.0.occurrence.schedule);
        let mut movable = Movable::default();
        let mut slots = looked_at.chunk_by(|one, next| slot_of(one) == slot_of(next)).peekable();
        while let Some(attempts) = slots.next() {
            if slots.peek().is_none() && !is_all {
                break;
            }
            movable.looked_through = attempts.first().map(slot_of);
            if attempts.iter().all(|(_, may_go)| *may_go) {
                movable.leaving.extend(attempts.iter().map(|(it, _)| it.clone()));
            }
        }
        if is_all {
            movable.looked_through = None;
        }
        movable
    }
}

/// An occurrence that was asked for and is in a file.
#[derive(Clone, PartialEq, Debug)]
pub struct Gone {
    /// Whose it was.
    pub schedule: Schedule,
    /// The files that hold its slot, oldest first: mostly one.
    pub files: Vec<HistoryFile>,
}

/// Files that are named to whoever asks for something that was moved, at most.
const NAMED_MAX: usize = 4;

impl Gone {
    /// `was moved on 2026-11-27 into the file …`.
    #[must_use]
    pub fn in_words(&self) -> String {
        let names: Vec<&str> = self.files.iter().take(NAMED_MAX).map(|file| &*file.name).collect();
        let at = self.files.first().map_or(Instant::EPOCH, |file| file.moved_at);
        let on = at.timestamp().to_zoned(jiff::tz::TimeZone::UTC).date();
        match names.as_slice() {
            [one] => format!("was moved on {on} into the file {one}"),
            some => format!("was moved on {on} or later into one of the files {}", some.join(", ")),
        }
    }
}

/// Where an attempt is that is not among the occurrences; `None` where nothing says that it
/// was moved.
pub async fn find_moved(store: &dyn Store, key: AwaitingKey) -> Result<Option<Gone>> {
    let Some(Some(moved)) = store.moved(vec![key.schedule]).await?.pop() else { return Ok(None) };
    if key.slot > moved.through {
        return Ok(None);
    }
    let Some(schedule) = store.schedule(key.schedule).await? else { return Ok(None) };
    let amendments = store.amendments(vec![key.schedule]).await?.pop().unwrap_or_default();
    if !schedule.has_slot(key.slot) || !moved.covers(key.slot, &amendments) {
        return Ok(None);
    }
    let mut files = store.history_files().await?;
    files.retain(|file| {
        file.state > FileState::Written && (file.first..=file.last).contains(&key.slot)
    });
    Ok(if files.is_empty() { None } else { Some(Gone { schedule, files }) })
}
