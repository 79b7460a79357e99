//! What happens to a claimed batch: quote, send, settle.
//!
//! A batch comes here with its intents committed. No transaction is open while
//! its gateway is asked, and nothing is recorded but by a settlement.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use engine::settlement::{resolve, settle};
use engine::{
    Awaiting, NotSent, OccurrenceStatus, Outcome, PaymentId, PaymentRequest, Run, Settlement,
};
use gateway::{Inquiry, Lookup, Permit, Quote};
use store::{Frozen, StoreError};

use crate::Lane;

/// How many of what has been recorded.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counts {
    /// Paid.
    pub successful: u64,
    /// Declined.
    pub failed: u64,
    /// Not attempted.
    pub skipped: u64,
    /// Sent, with an outcome that is not known or not final.
    pub awaiting: u64,
    /// Refused because another claimer had taken over; nothing was written.
    pub stale: u64,
}

impl Counts {
    pub(crate) fn add(&mut self, other: Counts) {
        self.successful += other.successful;
        self.failed += other.failed;
        self.skipped += other.skipped;
        self.awaiting += other.awaiting;
        self.stale += other.stale;
    }

    fn note(&mut self, settlement: &Settlement) {
        for occurrence in &settlement.occurrences {
            match occurrence.status {
                OccurrenceStatus::Successful => self.successful += 1,
                OccurrenceStatus::Failed => self.failed += 1,
                OccurrenceStatus::Skipped | OccurrenceStatus::Canceled => self.skipped += 1,
            }
        }
        self.awaiting += u64::from(settlement.awaiting.is_some());
    }
}

/// Runs that were claimed together, and when, by time that only goes forward.
pub(crate) struct Batch {
    pub(crate) runs: Vec<Run>,
    pub(crate) claimed: Duration,
}

impl Lane {
    /// Sends a freshly claimed batch and settles it.
    pub(crate) async fn execute(&self, batch: Batch) -> Result<Counts, StoreError> {
        let (runs, _taken) = self.in_flight.take(batch.runs);
        let batch = Batch { runs, ..batch };
        let (unquoted, ready): (Vec<Run>, Vec<Run>) =
            batch.runs.into_iter().partition(|run| run.quote_wanted().is_some());
        let mut counts = self.send_and_settle(ready, batch.claimed).await?;
        counts.add(self.quote_and_send(unquoted, batch.claimed).await?);
        Ok(counts)
    }

    /// Finishes a batch that somebody else, or an earlier start, may have sent: each
    /// is looked up first, and sent only where it is certain that it was not taken.
    pub(crate) async fn recover(&self, batch: Batch) -> Result<Counts, StoreError> {
        // A quote comes before the intent: without one nothing was sent.
        let (unquoted, sent): (Vec<Run>, Vec<Run>) =
            batch.runs.into_iter().partition(|run| run.quote_wanted().is_some());
        let inquiries = sent.iter().filter_map(|run| self.inquiry(run, None)).collect();
        let lookups = self.gateway.look_up(inquiries).await;
        let absence_is_certain =
            self.gateway.character().absence_conclusive_after == Some(Duration::ZERO);
        let mut absent = Vec::new();
        let mut settlements = Vec::new();
        for (run, lookup) in sent.into_iter().zip(lookups) {
            match lookup {
                Lookup::Found(outcome) => settlements.push(settle(&run, outcome, self.now())),
                // The same key gives the same payment, or absence is certain: asking
                // again cannot pay twice.
                Lookup::Absent if absence_is_certain || self.is_kept_to_its_key(&run) => {
                    absent.push(run);
                }
                Lookup::Absent => settlements.push(settle(&run, Outcome::Unknown, self.now())),
                // Its lease runs out and it is looked up again.
                Lookup::Unreachable => {}
            }
        }
        let mut counts = self.write(settlements).await?;
        counts.add(self.send_again(absent, batch.claimed).await?);
        counts.add(self.quote_and_send(unquoted, batch.claimed).await?);
        Ok(counts)
    }

    /// Looks at attempts whose outcome was not known and settles those that now are.
    /// One that never reached its gateway is asked for again where its key keeps it
    /// from being paid twice, whoever else may ask.
    pub async fn resolve_awaiting(&self) -> Result<Counts, StoreError> {
        let mut counts = Counts::default();
        let mut after = None;
        self.unknown.store(false, Ordering::Release);
        loop {
            let page = self.store.awaiting(self.id, after, self.batch_max()).await?;
            let Some(last) = page.last() else { return Ok(counts) };
            after = Some(last.key());
            if page.iter().any(|awaiting| awaiting.accepted.is_none()) {
                self.unknown.store(true, Ordering::Release);
            }
            let (asked, inquiries): (Vec<Awaiting>, Vec<Inquiry>) = page
                .into_iter()
                .filter_map(|awaiting| {
                    let inquiry = self.inquiry(&awaiting.run, awaiting.accepted)?;
                    Some((awaiting, inquiry))
                })
                .unzip();
            let lookups = self.gateway.look_up(inquiries.clone()).await;
            let mut settlements = Vec::new();
            let mut absent = Vec::new();
            for ((awaiting, inquiry), lookup) in asked.into_iter().zip(inquiries).zip(lookups) {
                match lookup {
                    Lookup::Found(outcome) => {
                        settlements.extend(resolve(&awaiting, outcome, self.now()));
                    }
                    Lookup::Absent
                        if awaiting.accepted.is_none()
                            && self.is_kept_to_its_key(&awaiting.run) =>
                    {
                        absent.push((awaiting, inquiry.request));
                    }
                    Lookup::Absent | Lookup::Unreachable => {}
                }
            }
            settlements.extend(self.ask_again(absent).await);
            counts.add(self.write(settlements).await?);
        }
    }

    async fn ask_again(&self, absent: Vec<(Awaiting, PaymentRequest)>) -> Vec<Settlement> {
        if absent.is_empty() {
            return Vec::new();
        }
        let (asked, requests): (Vec<Awaiting>, Vec<PaymentRequest>) = absent.into_iter().unzip();
        let outcomes = self.gateway.pay(requests, Permit::unlimited()).await;
        let now = self.now();
        asked
            .iter()
            .zip(outcomes)
            .filter_map(|(awaiting, outcome)| resolve(awaiting, outcome, now))
            .collect()
    }

    /// Whether the same key still gives the same payment. It was not used before its
    /// run was due; clocks that differ get a quarter of the gateway's window.
    fn is_kept_to_its_key(&self, run: &Run) -> bool {
        let Some(window) = self.gateway.character().key_window else { return true };
        let since_due = self.now().nanoseconds().saturating_sub(run.key.due.nanoseconds());
        u64::try_from(since_due).is_ok_and(|since| Duration::from_nanos(since) < window / 4 * 3)
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
            let mut accounts = HashSet::new();
            let (round, rest): (Vec<Run>, Vec<Run>) =
                waiting.into_iter().partition(|run| accounts.insert(run.account));
            waiting = rest;
            counts.add(self.quote_round(round, claimed).await?);
        }
        Ok(counts)
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
    /// nothing of the time before: such a run is not given back, but kept until its
    /// lease runs out and it is looked up again.
    async fn send_again(&self, runs: Vec<Run>, claimed: Duration) -> Result<Counts, StoreError> {
        let outcomes = self.send(&runs, claimed).await;
        let now = self.now();
        let settlements = runs
            .iter()
            .zip(outcomes)
            .filter(|(_, outcome)| !matches!(outcome, Outcome::NotSent(_)))
            .map(|(run, outcome)| settle(run, outcome, now))
            .collect();
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
        self.gateway.pay(self.requests(runs), self.permit(claimed)).await
    }

    fn inquiry(&self, run: &Run, accepted: Option<PaymentId>) -> Option<Inquiry> {
        let request = run.request(self.store.installation(), self.now())?;
        Some(Inquiry { request, due: run.key.due, accepted })
    }

    fn permit(&self, claimed: Duration) -> Permit {
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

    async fn write(&self, settlements: Vec<Settlement>) -> Result<Counts, StoreError> {
        let mut counts = Counts::default();
        if settlements.is_empty() {
            return Ok(counts);
        }
        let noted: Vec<Counts> = settlements
            .iter()
            .map(|settlement| {
                let mut one = Counts::default();
                one.note(settlement);
                one
            })
            .collect();
        let is_unknown = |awaiting: &Awaiting| awaiting.accepted.is_none();
        if settlements.iter().filter_map(|it| it.awaiting.as_ref()).any(is_unknown) {
            self.unknown.store(true, Ordering::Release);
        }
        let schedules: Vec<_> = settlements.iter().map(crate::schedule_of).collect();
        for (settled, one) in
            self.store.settle(self.term, settlements).await?.into_iter().zip(noted)
        {
            if settled.is_written() {
                counts.add(one);
            } else {
                counts.stale += 1;
            }
        }
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
