//! Settlement: what a run's outcome writes, a whole batch in one commit.

use engine::settlement::Source;
use engine::{
    Awaiting, Instant, Occurrence, Pause, PausedRun, RunKey, Schedule, ScheduleEvent, ScheduleId,
    Settlement, Slot, Status, Term,
};
use rusqlite::{Connection, OptionalExtension};

use super::awaiting;
use super::columns::{instant_at, plan_blob};
use super::listing::{Appended, List};
use super::occurrences;
use super::positions;
use super::runs::{self, QueueRow, key_columns, term_column};
use super::schedules::{self, call_off, told, write_status};
use super::writer::Writing;
use crate::event::NewEvent;
use crate::fault::Outcome;
use crate::store::Settled;

/// A settlement whose blobs are made, so that the writer only writes.
pub(super) struct Prepared {
    source: Source,
    of_cadence: bool,
    waited_since: Option<Instant>,
    occurrences: Vec<Occurrence>,
    follow: Option<QueueRow>,
    /// What follows, as it is kept if the schedule is paused.
    kept: Option<PausedRun>,
    awaiting: Option<(Awaiting, Vec<u8>)>,
    status: Option<(Status, Instant)>,
    events: Vec<ScheduleEvent>,
    released_until: Option<Instant>,
}

impl Prepared {
    /// Makes the blobs.
    pub(super) fn new(settlement: Settlement) -> Outcome<Prepared> {
        let Settlement {
            source,
            of_cadence,
            waited_since,
            occurrences,
            follow,
            awaiting,
            status,
            events,
            released_until,
        } = settlement;
        let kept = follow.as_ref().map(PausedRun::of);
        let follow = follow.as_ref().map(QueueRow::new).transpose()?;
        let awaiting = match awaiting {
            Some(awaiting) => {
                let plan = plan_blob(&awaiting.run.plan)?;
                Some((awaiting, plan))
            }
            None => None,
        };
        Ok(Prepared {
            source,
            of_cadence,
            waited_since,
            occurrences,
            follow,
            kept,
            awaiting,
            status,
            events,
            released_until,
        })
    }

    const fn schedule(&self) -> ScheduleId {
        match self.source {
            Source::Queue(key) => key.schedule,
            Source::Awaiting(key) => key.schedule,
        }
    }
}

/// What stands in the queue under a source's key, as far as settling cares.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// Gone, or of another term, or settled earlier in the same batch.
    Stale,
    /// There, to be settled.
    Claimed {
        /// Its schedule ended while it was in flight: nothing follows.
        ending: bool,
    },
}

/// Writes settlements. Sources are looked at first, all at once; then each part of
/// the batch is written table by table, in the order in which the table lies. A person
/// has no term, and settles only what waits.
pub(super) fn settle(
    writing: &mut Writing<'_>,
    term: Option<Term>,
    batch: &[Prepared],
) -> Outcome<Vec<Settled>> {
    let connection = writing.connection;
    let mut appended = Appended::default();
    let mut sources = Sources::look(connection, term, batch)?;
    let mut rows_out = Vec::with_capacity(batch.len());
    let mut rows_in = Vec::with_capacity(batch.len());
    let mut occurrences = Vec::with_capacity(batch.len());
    let mut rare = Vec::new();
    let mut settled = Vec::with_capacity(batch.len());
    for (index, settlement) in batch.iter().enumerate() {
        let Standing::Claimed { ending } = sources.take(connection, index, settlement)? else {
            settled.push(Settled::Stale);
            continue;
        };
        settled.push(Settled::Written);
        if let Some(until) = settlement.released_until {
            match settlement.source {
                // It was provably not sent, and its schedule has ended: it goes, as it
                // would have gone had it not been in flight.
                Source::Queue(key) if ending => rows_out.push(key),
                Source::Queue(key) => runs::release(connection, key, until)?,
                Source::Awaiting(_) => {}
            }
            continue;
        }
        match settlement.source {
            Source::Queue(key) => rows_out.push(key),
            Source::Awaiting(key) => awaiting::remove(connection, key)?,
        }
        let follow = settlement.follow.as_ref().filter(|_| !ending);
        let status = settlement.status.filter(|_| !ending);
        let late = settlement.occurrences.iter().filter(|it| it.ordinal.is_none()).count();
        let is_late = late > 0 || matches!(settlement.source, Source::Awaiting(_));
        if is_late || status.is_some() {
            let (schedule, events) = (settlement.schedule(), &settlement.events[..]);
            let kept = settlement.kept;
            let expires = matches!(status, Some((Status::Expired, _)));
            let goes_on = expires && late > 0 && sources.carry_on(batch, index, schedule);
            rare.push(Rare { schedule, late, goes_on, follow, kept, status, events });
        } else {
            rows_in.extend(follow);
        }
        for occurrence in &settlement.occurrences {
            if writing.state.listeners.hear_occurrences(connection, occurrence.account)? {
                appended.tell(NewEvent::of_occurrence(occurrence));
            }
        }
        occurrences.extend(&settlement.occurrences);
        if let Some((awaiting, plan)) = &settlement.awaiting {
            awaiting::insert(connection, awaiting, plan)?;
        }
    }
    remove(connection, &mut rows_out, &sources, &mut appended)?;
    record(connection, &mut occurrences)?;
    insert(connection, &mut rows_in, &mut appended)?;
    rare_writes(connection, rare, &mut appended)?;
    appended.write(connection, writing.state)?;
    Ok(settled)
}

/// The queue rows that a batch wants to settle.
struct Sources {
    /// By index in the batch; taken once.
    standing: Vec<Standing>,
    /// Keys of queue rows that were read between the batch's first and last, in order,
    /// where they were read as one range.
    read: Vec<(RunKey, bool)>,
}

/// Rows read for one that is wanted, at most, before rows are looked up one by one.
const SPARSE_FACTOR: usize = 4;

impl Sources {
    /// Reads the range in which the batch lies; where too much of it is somebody
    /// else's, each row by itself.
    fn look(connection: &Connection, term: Option<Term>, batch: &[Prepared]) -> Outcome<Sources> {
        let mut sources =
            Sources { standing: vec![Standing::Stale; batch.len()], read: Vec::new() };
        let Some(term) = term else { return Ok(sources) };
        let mut wanted: Vec<(RunKey, usize)> = batch
            .iter()
            .enumerate()
            .filter_map(|(index, settlement)| match settlement.source {
                Source::Queue(key) => Some((key, index)),
                Source::Awaiting(_) => None,
            })
            .collect();
        wanted.sort_unstable();
        for lane in wanted.chunk_by(|(one, _), (next, _)| one.lane == next.lane) {
            if !sources.read_range(connection, term, lane)? {
                sources.read_each(connection, term, lane)?;
            }
        }
        Ok(sources)
    }

    /// `false` where the range holds too much that is not wanted.
    fn read_range(
        &mut self,
        connection: &Connection,
        term: Term,
        wanted: &[(RunKey, usize)],
    ) -> Outcome<bool> {
        let (Some((first, _)), Some((last, _))) = (wanted.first(), wanted.last()) else {
            return Ok(true);
        };
        let read_before = self.read.len();
        let read_max = wanted.len().saturating_mul(SPARSE_FACTOR) + 64;
        let mut select = connection.prepare_cached(
            "SELECT due, schedule, slot, term, ending FROM queue
             WHERE lane = ?1 AND (due, schedule, slot) >= (?2, ?3, ?4)
             AND (due, schedule, slot) <= (?5, ?6, ?7)
             ORDER BY due, schedule, slot",
        )?;
        let mut rows = select.query((
            first.lane.0,
            first.due.nanoseconds(),
            first.schedule.0,
            first.slot.stored(),
            last.due.nanoseconds(),
            last.schedule.0,
            last.slot.stored(),
        ))?;
        let mut left = wanted;
        while let Some(row) = rows.next()? {
            if self.read.len() - read_before >= read_max {
                self.read.truncate(read_before);
                return Ok(false);
            }
            let key = RunKey {
                lane: first.lane,
                due: instant_at(row, 0)?,
                schedule: ScheduleId(row.get(1)?),
                slot: Slot::from_stored(row.get(2)?),
            };
            while let [(wanted, _), rest @ ..] = left
                && *wanted < key
            {
                left = rest;
            }
            let mut is_source = false;
            if let [(wanted, index), rest @ ..] = left
                && *wanted == key
                && row.get::<_, i64>(3)? == term_column(term)
            {
                is_source = true;
                self.stand(*index, row.get(4)?);
                left = rest; // the same source again in one batch is stale
            }
            self.read.push((key, is_source));
        }
        Ok(true)
    }

    fn read_each(
        &mut self,
        connection: &Connection,
        term: Term,
        wanted: &[(RunKey, usize)],
    ) -> Outcome<()> {
        let mut select = connection.prepare_cached(
            "SELECT ending FROM queue
             WHERE lane = ?1 AND due = ?2 AND schedule = ?3 AND slot = ?4 AND term = ?5",
        )?;
        for same in wanted.chunk_by(|(one, _), (next, _)| one == next) {
            let Some((key, index)) = same.first() else { continue };
            let (lane, due, schedule, slot) = key_columns(*key);
            let ending = select
                .query_row((lane, due, schedule, slot, term_column(term)), |row| row.get(0))
                .optional()?;
            if let Some(ending) = ending {
                self.stand(*index, ending);
            }
        }
        Ok(())
    }

    fn stand(&mut self, index: usize, ending: bool) {
        if let Some(standing) = self.standing.get_mut(index) {
            *standing = Standing::Claimed { ending };
        }
    }

    /// Whether what carries a schedule on is settled after a place in the batch.
    fn carry_on(&self, batch: &[Prepared], index: usize, schedule: ScheduleId) -> bool {
        let later = batch.iter().zip(&self.standing).skip(index + 1);
        later
            .filter(|(it, standing)| it.of_cadence && **standing != Standing::Stale)
            .any(|(it, _)| it.schedule() == schedule)
    }

    /// How a settlement's source stands. An awaiting one is looked up now: earlier
    /// parts of the batch may have settled it.
    fn take(
        &mut self,
        connection: &Connection,
        index: usize,
        settlement: &Prepared,
    ) -> Outcome<Standing> {
        match settlement.source {
            Source::Queue(_) => Ok(self.standing.get(index).copied().unwrap_or(Standing::Stale)),
            Source::Awaiting(key) => {
                let waits = awaiting::waits(connection, key, settlement.waited_since)?;
                Ok(if waits { Standing::Claimed { ending: false } } else { Standing::Stale })
            }
        }
    }
}

/// Takes rows out of the queue: as ranges, wherever neighbours leave together.
fn remove(
    connection: &Connection,
    rows: &mut [RunKey],
    sources: &Sources,
    appended: &mut Appended,
) -> Outcome<()> {
    rows.sort_unstable();
    let mut delete_range = connection.prepare_cached(
        "DELETE FROM queue WHERE lane = ?1 AND (due, schedule, slot) >= (?2, ?3, ?4)
         AND (due, schedule, slot) <= (?5, ?6, ?7)",
    )?;
    let mut delete = connection.prepare_cached(
        "DELETE FROM queue WHERE lane = ?1 AND due = ?2 AND schedule = ?3 AND slot = ?4",
    )?;
    for range in neighbours(rows, &sources.read) {
        let (Some(first), Some(last)) = (range.first(), range.last()) else { continue };
        if range.len() == 1 {
            delete.execute(key_columns(*first))?;
            continue;
        }
        delete_range.execute((
            first.lane.0,
            first.due.nanoseconds(),
            first.schedule.0,
            first.slot.stored(),
            last.due.nanoseconds(),
            last.schedule.0,
            last.slot.stored(),
        ))?;
    }
    for lane in rows.chunk_by(|one, next| one.lane == next.lane) {
        let Some(first) = lane.first() else { continue };
        appended.count(List::QUEUE, first.lane.0, -i64::try_from(lane.len()).unwrap_or(i64::MAX));
    }
    Ok(())
}

/// Cuts sorted keys into stretches between which nothing else was read in the queue.
fn neighbours<'keys>(
    keys: &'keys [RunKey],
    read: &'keys [(RunKey, bool)],
) -> impl Iterator<Item = &'keys [RunKey]> {
    let mut left = keys;
    let mut read = read;
    std::iter::from_fn(move || {
        let first = left.first()?;
        let start = read.partition_point(|(key, _)| key < first);
        read = read.get(start..).unwrap_or(&[]);
        let length = left
            .iter()
            .zip(read)
            .take_while(|(key, (stood, is_source))| {
                // Lanes lie apart, however near what was read of them.
                key.lane == first.lane && *key == stood && *is_source
            })
            .count()
            .max(1); // one that was not read as part of a range
        let (range, rest) = left.split_at(length.min(left.len()));
        left = rest;
        Some(range)
    })
}

fn record(connection: &Connection, occurrences: &mut [&Occurrence]) -> Outcome<()> {
    occurrences.sort_unstable_by_key(|it| (it.slot, it.schedule, it.attempt));
    occurrences::record(connection, occurrences)
}

fn insert(connection: &Connection, rows: &mut [&QueueRow], appended: &mut Appended) -> Outcome<()> {
    rows.sort_unstable_by_key(|row| row.key());
    runs::insert(connection, rows)?;
    for lane in rows.chunk_by(|one, next| one.lane() == next.lane()) {
        let Some(first) = lane.first() else { continue };
        appended.count(List::QUEUE, first.lane(), i64::try_from(lane.len()).unwrap_or(i64::MAX));
    }
    Ok(())
}

/// Whether anything carries a schedule on.
fn has_cadence(connection: &Connection, schedule: &Schedule, now: Instant) -> Outcome<bool> {
    Ok(schedule.paused.as_ref().is_some_and(Pause::has_cadence)
        || positions::locate(connection, schedule, now)?.queued.is_some())
}

/// What touches the schedule's own row: a few runs in a schedule's life.
struct Rare<'batch> {
    schedule: ScheduleId,
    /// Occurrences recorded outside the cadence.
    late: usize,
    /// Whether it expires beside what carries it on and is settled later in the same batch.
    goes_on: bool,
    follow: Option<&'batch QueueRow>,
    kept: Option<PausedRun>,
    status: Option<(Status, Instant)>,
    events: &'batch [ScheduleEvent],
}

/// Writes what touches schedules' rows: one after the other, and after what is usual,
/// because one may call off what another has queued.
fn rare_writes(
    connection: &Connection,
    rare: Vec<Rare<'_>>,
    appended: &mut Appended,
) -> Outcome<()> {
    for Rare { schedule, late, goes_on, follow, kept, status, events } in rare {
        let Some(stored) = schedules::find(connection, schedule)? else { continue };
        if late > 0 {
            connection
                .prepare_cached(
                    "UPDATE schedule SET recorded_detached = recorded_detached + ?2 WHERE id = ?1",
                )?
                .execute((schedule.0, i64::try_from(late).unwrap_or(i64::MAX)))?;
        }
        let expires = status.filter(|(status, _)| *status == Status::Expired);
        let goes_on = match expires {
            Some(_) if goes_on => true,
            Some((_, at)) if late > 0 => has_cadence(connection, &stored, at)?,
            Some(_) | None => false,
        };
        // An end that was written meanwhile stands: a late outcome does not undo it.
        let status = status.filter(|_| stored.status.is_active() && !goes_on);
        if let Some((status, at)) = status {
            let ended_at = (!status.is_active()).then_some(at);
            if status == Status::Suspended {
                call_off(connection, &stored, at, appended)?;
                if let Some(pause) = &stored.paused {
                    let nothing = Pause { runs: Vec::new(), ..pause.clone() };
                    schedules::write_pause(connection, schedule, Some(&nothing))?;
                }
            }
            write_status(connection, schedule, status, ended_at)?;
            appended.tell_all(events.iter().map(|it| told(stored.account, schedule, *it, at)));
        }
        if !matches!(stored.status, Status::Deleted | Status::Suspended) {
            match (stored.paused, kept.filter(|_| follow.is_some())) {
                (Some(pause), Some(run)) => {
                    schedules::keep_paused(connection, schedule, pause, run)?;
                }
                _ => insert(connection, &mut Vec::from_iter(follow), appended)?,
            }
        }
    }
    Ok(())
}
