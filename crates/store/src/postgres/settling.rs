//! Settlement: what a run's outcome writes, a whole batch in one commit.
//!
//! Taking a claimed row out under the claimer's term is the fence: whoever finds it gone, or
//! of another term, writes nothing. What also changes its schedule holds the schedule's row
//! before that, as whoever edits or deletes one does.

use std::collections::{BTreeMap, BTreeSet};

use engine::settlement::Source;
use engine::{
    Awaiting, Instant, Occurrence, Pause, PausedRun, RunKey, Schedule, ScheduleEvent, ScheduleId,
    Settlement, Status, Term,
};
use futures::future::try_join_all;

use super::awaiting;
use super::columns::plan_blob;
use super::counters::{Changes, List};
use super::occurrences;
use super::positions;
use super::queue::{self, QueueRow};
use super::schedules::{self, call_off, told};
use super::session::Session;
use crate::event::NewEvent;
use crate::fault::Outcome;
use crate::store::Settled;

/// A settlement whose blobs are made.
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

    fn late(&self) -> usize {
        self.occurrences.iter().filter(|it| it.ordinal.is_none()).count()
    }

    /// Whether it changes the schedule's own row, or depends on it.
    fn is_rare(&self) -> bool {
        self.released_until.is_none()
            && (self.late() > 0
                || matches!(self.source, Source::Awaiting(_))
                || self.status.is_some())
    }
}

/// Writes settlements, in order: what comes from the queue many at a time, and what was
/// awaited one by one, because an earlier part of the batch may have settled it. A person
/// has no term, and settles only what waits.
pub(super) async fn settle(
    session: &Session,
    term: Option<Term>,
    batch: &[Prepared],
) -> Outcome<Vec<Settled>> {
    let rare: BTreeSet<i64> =
        batch.iter().filter(|it| it.is_rare()).map(|it| it.schedule().0).collect();
    if !rare.is_empty() {
        schedules::hold(session, &Vec::from_iter(rare)).await?;
    }
    let listeners = listeners(session, batch).await?;
    let mut changes = Changes::default();
    let mut settled = Vec::with_capacity(batch.len());
    let is_queued = |it: &Prepared| matches!(it.source, Source::Queue(_));
    let mut taken = BTreeSet::new();
    for part in batch.chunk_by(|one, next| is_queued(one) && is_queued(next)) {
        let standing = match part.first().map(|it| it.source) {
            Some(Source::Awaiting(key)) => {
                let since = part.first().and_then(|it| it.waited_since);
                vec![awaiting::take(session, key, since).await?.then_some(false)]
            }
            Some(Source::Queue(_)) => match term {
                Some(term) => take(session, term, part, &mut taken, &mut changes).await?,
                None => vec![None; part.len()],
            },
            None => Vec::new(),
        };
        write(session, part, &standing, &listeners, &mut changes).await?;
        settled.extend(standing.iter().map(|standing| match standing {
            Some(_) => Settled::Written,
            None => Settled::Stale,
        }));
    }
    changes.write(session).await?;
    Ok(settled)
}

/// Accounts of a batch that are to be told of single occurrences.
async fn listeners(session: &Session, batch: &[Prepared]) -> Outcome<BTreeSet<i64>> {
    let accounts: BTreeSet<i64> =
        batch.iter().flat_map(|it| &it.occurrences).map(|it| it.account.0).collect();
    let rows = session
        .query(
            "SELECT DISTINCT account FROM webhook_endpoint
             WHERE account = ANY($1) AND occurrences",
            &[&Vec::from_iter(accounts)],
        )
        .await?;
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}

/// Takes the sources of a part out of what is claimed. How each stood: `None` where it was
/// gone, of another term, or settled earlier in the same batch, and otherwise whether its
/// schedule ended while it was in flight.
async fn take(
    session: &Session,
    term: Term,
    part: &[Prepared],
    taken: &mut BTreeSet<RunKey>,
    changes: &mut Changes,
) -> Outcome<Vec<Option<bool>>> {
    let first_of: Vec<Option<(RunKey, Option<Instant>)>> = part
        .iter()
        .map(|it| match it.source {
            Source::Queue(key) if taken.insert(key) => Some((key, it.released_until)),
            Source::Queue(_) | Source::Awaiting(_) => None,
        })
        .collect();
    let mut released = Vec::new();
    let mut settled = Vec::new();
    for (key, until) in first_of.iter().flatten() {
        match until {
            Some(until) => released.push((*key, *until)),
            None => settled.push(*key),
        }
    }
    let mut found: BTreeMap<RunKey, bool> = BTreeMap::new();
    if !settled.is_empty() {
        for (key, ending) in queue::take(session, term, settled).await? {
            changes.count(List::QUEUE, key.lane.0, -1);
            found.insert(key, ending);
        }
    }
    if !released.is_empty() {
        for (key, went) in queue::release(session, term, &released).await? {
            changes.count(List::QUEUE, key.lane.0, -i64::from(went));
            found.insert(key, went);
        }
    }
    Ok(first_of.iter().map(|of| of.and_then(|(key, _)| found.get(&key).copied())).collect())
}

/// Writes what follows from a part whose sources are taken.
async fn write(
    session: &Session,
    part: &[Prepared],
    standing: &[Option<bool>],
    listeners: &BTreeSet<i64>,
    changes: &mut Changes,
) -> Outcome<()> {
    let mut rows_in = Vec::new();
    let mut occurrences = Vec::new();
    let mut waits = Vec::new();
    let mut rare = Vec::new();
    for (index, (settlement, found)) in part.iter().zip(standing).enumerate() {
        let Some(ending) = *found else { continue };
        if settlement.released_until.is_some() {
            continue;
        }
        let follow = settlement.follow.as_ref().filter(|_| !ending);
        let status = settlement.status.filter(|_| !ending);
        let late = settlement.late();
        if late > 0 || matches!(settlement.source, Source::Awaiting(_)) || status.is_some() {
            let (schedule, events) = (settlement.schedule(), &settlement.events[..]);
            let kept = settlement.kept;
            let expires = matches!(status, Some((Status::Expired, _)));
            let goes_on = expires && late > 0 && carry_on(part, standing, index, schedule);
            rare.push(Rare { schedule, late, goes_on, follow, kept, status, events });
        } else {
            rows_in.extend(follow);
        }
        for occurrence in &settlement.occurrences {
            if listeners.contains(&occurrence.account.0) {
                changes.tell(NewEvent::of_occurrence(occurrence));
            }
        }
        occurrences.extend(&settlement.occurrences);
        waits.extend(&settlement.awaiting);
    }
    occurrences.sort_unstable_by_key(|it: &&Occurrence| (it.slot, it.schedule, it.attempt));
    rows_in.sort_unstable_by_key(|row: &&QueueRow| row.key);
    for row in &rows_in {
        changes.count(List::QUEUE, row.key.lane.0, 1);
    }
    // Sent one behind the other, without waiting for each answer.
    let waits = waits.into_iter().map(|(it, plan)| awaiting::insert(session, it, plan));
    futures::try_join!(
        occurrences::record(session, &occurrences),
        queue::insert(session, &rows_in),
        try_join_all(waits),
    )?;
    rare_writes(session, rare, changes).await
}

/// Whether what carries a schedule on is settled after a place in a part.
fn carry_on(
    part: &[Prepared],
    standing: &[Option<bool>],
    index: usize,
    schedule: ScheduleId,
) -> bool {
    let later = part.iter().zip(standing).skip(index + 1);
    later
        .filter(|(it, found)| it.of_cadence && found.is_some())
        .any(|(it, _)| it.schedule() == schedule)
}

/// Whether anything carries a schedule on.
async fn has_cadence(session: &Session, schedule: &Schedule) -> Outcome<bool> {
    if schedule.paused.as_ref().is_some_and(Pause::has_cadence) {
        return Ok(true);
    }
    let runs = queue::of_schedules(session, &[schedule.id.0]).await?;
    Ok(positions::cadence(&runs).is_some())
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
async fn rare_writes(session: &Session, rare: Vec<Rare<'_>>, changes: &mut Changes) -> Outcome<()> {
    for Rare { schedule, late, goes_on, follow, kept, status, events } in rare {
        let Some(stored) = schedules::find(session, schedule).await? else { continue };
        if late > 0 {
            session
                .execute(
                    "UPDATE schedule SET recorded_detached = recorded_detached + $2
                     WHERE id = $1",
                    &[&schedule.0, &i64::try_from(late).unwrap_or(i64::MAX)],
                )
                .await?;
        }
        let expires = matches!(status, Some((Status::Expired, _)));
        let goes_on = expires && late > 0 && (goes_on || has_cadence(session, &stored).await?);
        // An end that was written meanwhile stands: a late outcome does not undo it.
        let status = status.filter(|_| stored.status.is_active() && !goes_on);
        if let Some((status, at)) = status {
            let ended_at = (!status.is_active()).then_some(at);
            if status == Status::Suspended {
                call_off(session, stored.id, changes).await?;
                if let Some(pause) = &stored.paused {
                    let nothing = Pause { runs: Vec::new(), ..pause.clone() };
                    schedules::write_pause(session, schedule, Some(&nothing)).await?;
                }
            }
            schedules::write_status(session, schedule, status, ended_at).await?;
            changes.tell_all(events.iter().map(|it| told(stored.account, schedule, *it, at)));
        }
        if !matches!(stored.status, Status::Deleted | Status::Suspended) {
            match (stored.paused, kept, follow) {
                (Some(pause), Some(run), Some(_)) => {
                    schedules::keep_paused(session, schedule, pause, run).await?;
                }
                (_, _, Some(row)) => {
                    queue::insert(session, &[row]).await?;
                    changes.count(List::QUEUE, row.key.lane.0, 1);
                }
                (_, _, None) => {}
            }
        }
    }
    Ok(())
}
