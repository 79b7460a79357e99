//! What happens to a claimed batch: quote, send, settle.
//!
//! A batch comes here with its intents committed. No transaction is open while
//! its gateway is asked, and nothing is recorded but by a settlement.

use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use engine::settlement::{resolve, send_again, settle, turn_away};
use engine::{
    Awaiting, Instant, NotSent, Occurrence, Outcome, PaymentId, PaymentRequest, Run, Settlement,
    Wait, admit,
};
use gateway::{Inquiry, Lookup, Permit, Quote};
use store::{ClockMode, Frozen, Pulse, Settled, StoreError};

use crate::Lane;
use crate::counts::Counts;
use crate::doubt::{key_used_since, may_have_gone_on};
use crate::instruments::Census;

/// Attempts that are read at once of what is awaited, at least: most of them are not
/// looked up each time.
const AWAITING_PAGE_MIN: u32 = 256;
/// For how long, and one batch, looking through what waits keeps from running what is due.
const DUE_WAITS_MAX: Duration = Duration::from_secs(1);
/// How long is waited for the quotes of another node before it is looked again.
const QUOTES_PAUSE: Duration = Duration::from_millis(100);

/// What it says of a run that its gateway does not know it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Absence {
    /// It was certainly not taken.
    Certain,
    /// It may have been, but asked for again under its key it is the same payment.
    Harmless,
    /// It may have been, and asking again may pay twice.
    Open,
}

/// Runs that were claimed together, and when, by time that only goes forward.
pub(crate) struct Batch {
    pub(crate) runs: Vec<Run>,
    pub(crate) claimed: Duration,
}

impl Lane {
    /// Takes a freshly claimed batch to its end: what comes too late is turned away, what
    /// may have been sent by another is looked up, and the rest is sent and settled.
    pub(crate) async fn execute(&self, batch: Batch, pulse: Pulse) -> Result<Counts, StoreError> {
        let claimed = batch.claimed;
        let (runs, _taken) = self.in_flight.take(batch.runs);
        let (doubtful, ours): (Vec<Run>, Vec<Run>) =
            runs.into_iter().partition(|run| Lane::is_doubtful(run, pulse));
        let mut counts = Counts::default();
        if !doubtful.is_empty() {
            counts.add(self.look_up_and_send(doubtful, claimed, pulse).await?);
        }
        let (admitted, turned_away) = self.admit(ours);
        counts.add(self.write(turned_away).await?);
        let (unquoted, ready): (Vec<Run>, Vec<Run>) =
            admitted.into_iter().partition(|run| run.quote_wanted().is_some());
        counts.add(self.send_and_settle(ready, claimed).await?);
        counts.add(self.quote_and_send(unquoted, claimed).await?);
        Ok(counts)
    }

    /// Which runs are still to be made, and what becomes of the others.
    fn admit(&self, runs: Vec<Run>) -> (Vec<Run>, Vec<Settlement>) {
        let now = self.now();
        let mut turned_away = Vec::new();
        let mut admitted = runs;
        admitted.retain(|run| match admit(run, now) {
            Ok(()) => true,
            Err(lateness) => {
                turned_away.push(turn_away(run, lateness, now));
                false
            }
        });
        (admitted, turned_away)
    }

    /// Finishes a batch that somebody else, or an earlier start, may have sent: each
    /// is looked up first, and sent only where it is certain that it was not taken.
    pub(crate) async fn recover(&self, batch: Batch, pulse: Pulse) -> Result<Counts, StoreError> {
        let (runs, _taken) = self.in_flight.take(batch.runs);
        self.look_up_and_send(runs, batch.claimed, pulse).await
    }

    async fn look_up_and_send(
        &self,
        runs: Vec<Run>,
        claimed: Duration,
        pulse: Pulse,
    ) -> Result<Counts, StoreError> {
        let asked: Vec<(&Run, Option<PaymentId>)> = runs.iter().map(|run| (run, None)).collect();
        let lookups = self.look_up(&asked, pulse).await;
        self.note_lookups(&lookups);
        let now = self.now();
        let mut absent = Vec::new();
        let mut settlements = Vec::new();
        for (run, lookup) in runs.into_iter().zip(lookups) {
            match lookup {
                Lookup::Found(outcome) => settlements.push(settle(&run, outcome, now)),
                Lookup::Absent => match (self.absence(&run, pulse), admit(&run, now)) {
                    (Absence::Certain, Err(lateness)) => {
                        settlements.push(turn_away(&run, lateness, now));
                    }
                    (Absence::Certain | Absence::Harmless, Ok(())) => absent.push(run),
                    // Late, and perhaps taken all the same; or asking again might pay twice.
                    (Absence::Harmless, Err(_)) | (Absence::Open, _) => {
                        settlements.push(settle(&run, Outcome::Unknown, now));
                    }
                },
                Lookup::Unreachable => self.kept.put([run], claimed),
            }
        }
        let mut counts = self.write(settlements).await?;
        let (unquoted, ready): (Vec<Run>, Vec<Run>) =
            absent.into_iter().partition(|run| run.quote_wanted().is_some());
        counts.add(self.send_again(ready, claimed).await?);
        counts.add(self.quote_and_send(unquoted, claimed).await?);
        Ok(counts)
    }

    /// What it says of a claimed run that its gateway does not know it. Nobody knows when it
    /// was sent, if it was; so absence is certain at once or not yet.
    fn absence(&self, run: &Run, pulse: Pulse) -> Absence {
        let is_unquoted = run.quote_wanted().is_some();
        // A quote comes before the intent: without one nothing was sent from here.
        if is_unquoted && !Lane::is_doubtful(run, pulse) {
            return Absence::Certain;
        }
        // An original quoted its balance then; quoted now it would be another payment.
        let may_be_quoted_twice = is_unquoted && may_have_gone_on(run, pulse);
        if self.gateway.character().absence_conclusive_after == Some(Duration::ZERO) {
            Absence::Certain
        } else if self.is_kept_to_its_key(run, pulse) && !may_be_quoted_twice {
            Absence::Harmless
        } else {
            Absence::Open
        }
    }

    /// Whether an attempt that its gateway does not know was certainly not taken: it was
    /// sent before it began to wait, and where its key is kept it may have been asked for
    /// again since, until it was no longer asked for, and as long as that takes.
    fn is_certainly_absent(&self, awaiting: &Awaiting) -> bool {
        let character = self.gateway.character();
        let is_asked_again = character.key_window != Some(Duration::ZERO);
        character.absence_conclusive_after.is_some_and(|after| {
            let asked_for = if is_asked_again && !after.is_zero() {
                after.saturating_add(Lane::LEASE)
            } else {
                Duration::ZERO
            };
            self.waited(awaiting) >= asked_for.saturating_add(after)
        })
    }

    /// Whether an attempt that its gateway does not know may be asked for again: not so long
    /// that it could never be certain that it was not taken.
    fn may_ask_again(&self, awaiting: &Awaiting, pulse: Pulse) -> bool {
        let conclusive_after = self.gateway.character().absence_conclusive_after;
        awaiting.run.quote_wanted().is_none()
            && self.is_kept_to_its_key(&awaiting.run, pulse)
            && conclusive_after.is_none_or(|after| self.waited(awaiting) < after)
    }

    /// For how long an attempt has waited, by the lane's clock.
    fn waited(&self, awaiting: &Awaiting) -> Duration {
        let waited = self.now().nanoseconds().saturating_sub(awaiting.since.nanoseconds());
        Duration::from_nanos(u64::try_from(waited).unwrap_or(0))
    }

    /// Looks at attempts whose outcome was not known and settles those that now are.
    /// One that never reached its gateway is asked for again where its key keeps it
    /// from being paid twice, whoever else may ask. There may be much to look through: what
    /// comes due meanwhile runs in between.
    pub async fn resolve_awaiting(&self) -> Result<Counts, StoreError> {
        let mut counts = Counts::default();
        let mut due_ran = self.wall.elapsed();
        let mut after = None;
        let mut census = Census::default();
        let pulse = self.beat().await?;
        self.forget_looks();
        loop {
            let limit = AWAITING_PAGE_MIN.max(self.batch_max());
            let page = self.store.awaiting(self.id, after, limit).await?;
            let is_last = u32::try_from(page.len()).is_ok_and(|found| found < limit);
            let Some(last) = page.last() else { break };
            after = Some(last.key());
            for awaiting in &page {
                census.count(awaiting);
            }
            let asked = self.worth_a_look(page);
            for batch in asked.chunks(self.batch_len_max()) {
                if self.wall.elapsed().saturating_sub(due_ran) >= DUE_WAITS_MAX {
                    counts.add(self.run_due().await?);
                    due_ran = self.wall.elapsed();
                }
                counts.add(self.resolve_batch(batch, pulse).await?);
            }
            if is_last {
                break;
            }
        }
        self.instruments.waiting.set(census);
        Ok(counts)
    }

    async fn resolve_batch(&self, batch: &[Awaiting], pulse: Pulse) -> Result<Counts, StoreError> {
        let is_held = pulse.held_since.is_some();
        let runs: Vec<(&Run, Option<PaymentId>)> =
            batch.iter().map(|awaiting| (&awaiting.run, awaiting.accepted())).collect();
        let lookups = self.look_up(&runs, pulse).await;
        self.note_lookups(&lookups);
        let mut settlements = Vec::new();
        let mut absent = Vec::new();
        for (awaiting, lookup) in batch.iter().zip(lookups) {
            match lookup {
                Lookup::Found(outcome) => {
                    settlements.extend(resolve(awaiting, outcome, self.now()));
                }
                Lookup::Absent if is_held || !self.may_still_be_made(awaiting) => {}
                // Whoever claims it sends it, and nobody else.
                Lookup::Absent if self.is_certainly_absent(awaiting) => {
                    settlements.push(send_again(awaiting, self.now()));
                }
                Lookup::Absent if self.may_ask_again(awaiting, pulse) => absent.push(awaiting),
                Lookup::Absent | Lookup::Unreachable => {}
            }
        }
        let mut counts = self.write(settlements).await?;
        if !absent.is_empty() {
            counts.add(self.ask_again(&absent).await?);
        }
        Ok(counts)
    }

    /// Whether an attempt that was not made is still to be, unless a person says otherwise.
    fn may_still_be_made(&self, awaiting: &Awaiting) -> bool {
        awaiting.wait == Wait::Unknown && admit(&awaiting.run, self.now()).is_ok()
    }

    /// Those that were not looked at just now. Of what nobody knows what came of it, it is
    /// noted when the next look is worth while.
    fn worth_a_look(&self, page: Vec<Awaiting>) -> Vec<Awaiting> {
        let (now, elapsed) = (self.now(), self.wall.elapsed());
        let mut watch = self.watch.lock().unwrap_or_else(PoisonError::into_inner);
        watch.sweep(elapsed);
        // A clock that stands makes years of seconds: what has waited long by it may be known
        // all the same.
        let stands = self.clock.read(self.wall.as_ref()).mode != ClockMode::Wall;
        let mut worth = page;
        worth.retain(|awaiting| {
            let is_due = stands || watch.is_due(awaiting, now, elapsed);
            if awaiting.wait == Wait::Unknown {
                let next = if stands { elapsed } else { watch.next_look(awaiting, now) };
                self.look_from(next);
            }
            is_due
        });
        worth
    }

    /// Asks for attempts that wait, under the keys that they were asked for under before.
    pub(crate) async fn ask_for(&self, wanted: &[&Awaiting], held: Duration) -> Vec<Settlement> {
        if wanted.is_empty() {
            return Vec::new();
        }
        let requests = wanted.iter().map(|it| self.inquiry(&it.run, None).request).collect();
        let begun = self.wall.now();
        let outcomes = self.gateway.pay(requests, self.permit(held)).await;
        if let Some(traces) = self.traces.get() {
            let runs = wanted.iter().map(|awaiting| &awaiting.run);
            traces.asked(runs.zip(&outcomes), (begun, self.wall.now()));
        }
        self.note_outcomes(&outcomes);
        let now = self.now();
        wanted
            .iter()
            .zip(outcomes)
            .filter_map(|(awaiting, outcome)| resolve(awaiting, outcome, now))
            .collect()
    }

    /// Whether the same key still gives the same payment, whoever has used it. Clocks that
    /// differ get a quarter of the gateway's window.
    fn is_kept_to_its_key(&self, run: &Run, pulse: Pulse) -> bool {
        let Some(window) = self.gateway.character().key_window else { return true };
        let Some(since) = key_used_since(run, pulse) else { return false };
        let used_for = self.now().nanoseconds().saturating_sub(since.nanoseconds());
        u64::try_from(used_for)
            .is_ok_and(|used_for| Duration::from_nanos(used_for) < window / 4 * 3)
    }

    /// One open quote per balance: of runs that draw on the same one, the next is
    /// quoted when the one before has been settled.
    async fn quote_and_send(
        &self,
        mut waiting: Vec<Run>,
        claimed: Duration,
    ) -> Result<Counts, StoreError> {
        let mut counts = Counts::default();
        if waiting.is_empty() {
            return Ok(counts);
        }
        let _quoting = self.quoting.lock().await;
        while !waiting.is_empty() {
            if !self.may_quote(claimed).await? {
                let now = self.now();
                let back = |run: &Run| settle(run, Outcome::NotSent(NotSent::KeptBack), now);
                counts.add(self.write(waiting.iter().map(back).collect()).await?);
                break;
            }
            let mut accounts = BTreeSet::new();
            let (round, rest): (Vec<Run>, Vec<Run>) =
                waiting.into_iter().partition(|run| accounts.insert(run.account));
            waiting = rest;
            counts.add(self.quote_round(round, claimed).await?);
        }
        if let Some(peers) = self.store.peers() {
            peers.release_quotes(self.id, self.term).await?;
        }
        Ok(counts)
    }

    /// Whether this node may have quotes open: waits for another that has, for as long as
    /// there is time to send what is quoted then.
    async fn may_quote(&self, claimed: Duration) -> Result<bool, StoreError> {
        let Some(peers) = self.store.peers() else { return Ok(true) };
        while self.may_still_send(claimed) && !self.is_stopping() {
            if peers.hold_quotes(self.id, self.term, Lane::LEASE).await? {
                return Ok(true);
            }
            tokio::time::sleep(QUOTES_PAUSE).await;
        }
        Ok(false)
    }

    async fn quote_round(&self, round: Vec<Run>, claimed: Duration) -> Result<Counts, StoreError> {
        let at = self.now();
        let quotes = round
            .iter()
            .filter_map(|run| {
                let (share, currency) = run.quote_wanted()?;
                Some(Quote { account: run.account, currency, share, at })
            })
            .collect();
        let mut quoted = Vec::with_capacity(round.len());
        let mut settlements = Vec::new();
        for (mut run, answer) in round.into_iter().zip(self.gateway.quote(quotes).await) {
            match answer {
                Ok(money) => {
                    run.quoted = Some(money);
                    quoted.push((Frozen { key: run.key, quoted: money }, run));
                }
                Err(outcome) => settlements.push(settle(&run, unquoted(outcome), self.now())),
            }
        }
        let (frozen, runs): (Vec<Frozen>, Vec<Run>) = quoted.into_iter().unzip();
        let ours = self.store.freeze(self.term, frozen).await?;
        let intended =
            runs.into_iter().zip(ours).filter_map(|(run, ours)| ours.then_some(run)).collect();
        let mut counts = self.write(settlements).await?;
        counts.add(self.send_and_settle(intended, claimed).await?);
        Ok(counts)
    }

    async fn send_and_settle(
        &self,
        runs: Vec<Run>,
        claimed: Duration,
    ) -> Result<Counts, StoreError> {
        let outcomes = self.send(&runs, claimed).await;
        let now = self.now();
        let settlements =
            runs.iter().zip(outcomes).map(|(run, outcome)| settle(run, outcome, now)).collect();
        self.write(settlements).await
    }

    /// Sends what may have been sent before. Where it is not sent this time, that says
    /// nothing of the time before: such a run is not given back, but kept and looked up
    /// again.
    async fn send_again(&self, runs: Vec<Run>, claimed: Duration) -> Result<Counts, StoreError> {
        let outcomes = self.send(&runs, claimed).await;
        if outcomes.is_empty() {
            self.kept.put(runs, claimed);
            return Ok(Counts::default());
        }
        let now = self.now();
        let mut settlements = Vec::new();
        for (run, outcome) in runs.into_iter().zip(outcomes) {
            if matches!(outcome, Outcome::NotSent(_)) {
                self.kept.put([run], claimed);
            } else {
                settlements.push(settle(&run, outcome, now));
            }
        }
        self.write(settlements).await
    }

    /// One outcome for each run; none at all where the batch was held too long.
    async fn send(&self, runs: &[Run], claimed: Duration) -> Vec<Outcome> {
        if runs.is_empty() {
            return Vec::new();
        }
        if !self.may_still_send(claimed) {
            tracing::warn!(
                runs = runs.len(),
                "a batch was held past its lease and is not sent; it will be recovered"
            );
            return Vec::new();
        }
        let begun = self.wall.now();
        let outcomes = self.gateway.pay(self.requests(runs), self.permit(claimed)).await;
        if let Some(traces) = self.traces.get() {
            traces.asked(runs.iter().zip(&outcomes), (begun, self.wall.now()));
        }
        self.note_outcomes(&outcomes);
        outcomes
    }

    pub(crate) fn inquiry(&self, run: &Run, accepted: Option<PaymentId>) -> Inquiry {
        let request = run.as_looked_up(self.store.installation(), self.now());
        Inquiry { request, due: run.key.due, accepted }
    }

    pub(crate) fn permit(&self, claimed: Duration) -> Permit {
        let (wall, timeout) = (Arc::clone(&self.wall), self.gateway.character().timeout);
        Permit::new(move || is_within_lease(wall.elapsed().saturating_sub(claimed), timeout))
    }

    fn requests(&self, runs: &[Run]) -> Vec<PaymentRequest> {
        let (installation, now) = (self.store.installation(), self.now());
        runs.iter().filter_map(|run| run.request(installation, now)).collect()
    }

    /// A request must have ended before its lease does, by the clock that nobody sets.
    fn may_still_send(&self, claimed: Duration) -> bool {
        let held = self.wall.elapsed().saturating_sub(claimed);
        is_within_lease(held, self.gateway.character().timeout)
    }

    pub(crate) async fn write(&self, settlements: Vec<Settlement>) -> Result<Counts, StoreError> {
        let mut counts = Counts::default();
        if settlements.is_empty() {
            return Ok(counts);
        }
        let noted: Vec<Counts> = settlements.iter().map(Counts::of).collect();
        let is_unknown = |awaiting: &Awaiting| awaiting.wait == Wait::Unknown;
        if settlements.iter().filter_map(|it| it.awaiting.as_ref()).any(is_unknown) {
            self.look_from(self.wall.elapsed());
        }
        let schedules: Vec<_> = settlements.iter().map(crate::schedule_of).collect();
        let due: Vec<_> = settlements.iter().map(crate::due_of).collect();
        let recorded = self.to_be_traced(&settlements);
        let begun = self.wall.now();
        let settled = self.store.settle(self.term, settlements).await?;
        self.trace(recorded, &settled, begun);
        let now = self.now();
        for ((settled, one), due) in settled.into_iter().zip(noted).zip(due) {
            if settled.is_written() {
                counts.add(one);
                if let Some(due) = due {
                    self.instruments.note_settled(due, now);
                }
            } else {
                counts.stale += 1;
            }
        }
        self.totals.add(counts);
        if counts.stale > 0 {
            tracing::warn!(
                settlements = counts.stale,
                "settlements under a term that has passed were refused"
            );
        }
        self.settled.announce(&schedules);
        Ok(counts)
    }
}

impl Lane {
    /// What is recorded, with the number of its settlement, where anybody is told.
    fn to_be_traced(
        &self,
        settlements: &[Settlement],
    ) -> Vec<(usize, Option<Instant>, Occurrence)> {
        if self.traces.get().is_none() {
            return Vec::new();
        }
        // A clock that is moved says nothing of when a payment was due by the wall.
        let by_wall = self.clock.read(self.wall.as_ref()).mode == ClockMode::Wall;
        let numbered = settlements.iter().enumerate();
        numbered
            .flat_map(|(number, settlement)| {
                let due = crate::due_of(settlement).filter(|_| by_wall);
                settlement.occurrences.iter().map(move |it| (number, due, it.clone()))
            })
            .collect()
    }

    fn trace(
        &self,
        recorded: Vec<(usize, Option<Instant>, Occurrence)>,
        settled: &[Settled],
        begun: Instant,
    ) {
        let Some(traces) = self.traces.get() else { return };
        let ended = self.wall.now();
        for (number, due, occurrence) in recorded {
            if settled.get(number).is_some_and(|settled| settled.is_written()) {
                traces.settled(&occurrence, due, (begun, ended));
            }
        }
    }
}

fn is_within_lease(held: Duration, timeout: Duration) -> bool {
    held + timeout < Lane::LEASE
}

/// Without a quote nothing was sent, whatever is not known of the quote.
fn unquoted(outcome: Outcome) -> Outcome {
    match outcome {
        Outcome::Declined(_) | Outcome::NotSent(_) => outcome,
        Outcome::Succeeded(_) | Outcome::Accepted(_) | Outcome::Unknown => {
            Outcome::NotSent(NotSent::Unreachable)
        }
    }
}
