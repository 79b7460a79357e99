//! The loop that runs what is due, as it becomes due.

use std::sync::Arc;
use std::time::Duration;

use engine::Instant;
use store::{ClockMode, StoreError};

use crate::Handle;
use crate::counts::Counts;

/// The longest the loop sleeps: a wall clock may be set while it does.
const SLEEP_MAX: Duration = Duration::from_secs(30);
/// How long it waits before it looks up again what could not be.
pub(crate) const KEPT_PAUSE: Duration = Duration::from_secs(1);
/// How long it waits after its store failed.
const FAILURE_PAUSE: Duration = Duration::from_secs(1);
/// How often what is awaited is looked at, though the bank has done nothing.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// Much that is awaited takes long to look through: at most one part of so many of the time.
const LOOK_SHARE: u32 = 10;

impl Handle {
    /// Runs until [`Handle::stop`].
    pub(crate) async fn work(self: Arc<Self>) {
        self.begin().await;
        while !self.is_stopping() {
            self.go_on_advancing().await;
            let pause = match self.work_once().await {
                Ok(next) => self.pause_until(next).min(self.kept_pause()).max(self.rest()),
                Err(error) => {
                    tracing::error!(%error, "the store failed; what was under way is recovered when it answers again");
                    FAILURE_PAUSE
                }
            };
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = self.wake.notified() => {}
            }
        }
    }

    /// Finishes what an earlier start left behind, before anything new is run.
    async fn begin(&self) {
        loop {
            let begun = async {
                let _turn = self.turn.lock().await;
                self.lane.recover_all().await?;
                if let Err(error) = self.resolve_awaiting(0).await {
                    tracing::error!(%error, "what waits could not be looked at");
                }
                Ok::<(), StoreError>(())
            };
            match begun.await {
                Ok(()) => break,
                Err(error) => tracing::error!(%error, "recovery failed and is tried again"),
            }
            if self.is_stopping() {
                return;
            }
            tokio::time::sleep(FAILURE_PAUSE).await;
        }
        self.go_on_advancing().await;
        self.begun.store(true, std::sync::atomic::Ordering::Release);
    }

    async fn go_on_advancing(&self) {
        if let Err(error) = self.continue_advance().await {
            tracing::error!(%error, "an interrupted advance could not be continued");
        }
    }

    /// Runs all that is due now; answers when the next thing is.
    async fn work_once(&self) -> Result<Option<Instant>, StoreError> {
        let _turn = self.turn.lock().await;
        self.follow_clock().await?;
        // Another node moves the clock, and runs what becomes due on its way.
        if self.clock().target.is_some() && self.lane.store.peers().is_some() {
            return Ok(None);
        }
        self.lane.recover_all().await?;
        let acted = self.bank_due(self.now()).await?;
        // What waits and cannot be read keeps nothing from running that is due.
        let looked = self.resolve_awaiting(acted).await;
        self.lane.run_due().await?;
        looked?;
        self.next_happening().await
    }

    /// Looks at what is awaited, where an outcome is not known, or the bank has just done
    /// something that may have ended what it accepted; else now and then, so that the loop
    /// costs what is due and not what is awaited.
    pub(crate) async fn resolve_awaiting(&self, bank_acted: u64) -> Result<Counts, StoreError> {
        let elapsed = self.lane.wall.elapsed();
        let mut looked = self.looked.lock().await;
        let is_fresh = looked.is_some_and(|until| elapsed < until);
        if is_fresh && bank_acted == 0 && !self.lane.is_worth_a_look() {
            return Ok(Counts::default());
        }
        let counts = self.lane.resolve_awaiting().await?;
        let ended = self.lane.wall.elapsed();
        let took = ended.saturating_sub(elapsed);
        *looked = Some(ended + LOOK_EVERY.max(took.saturating_mul(LOOK_SHARE)));
        Ok(counts)
    }

    fn pause_until(&self, next: Option<Instant>) -> Duration {
        let reading = self.clock();
        match (reading.mode, next) {
            (ClockMode::Wall, Some(next)) => {
                let nanoseconds = next.nanoseconds().saturating_sub(reading.now.nanoseconds());
                Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or(0)).min(SLEEP_MAX)
            }
            // A standing clock makes nothing due by itself.
            (ClockMode::Standing(_), _) | (_, None) => SLEEP_MAX,
        }
    }

    /// How long nothing is kept waiting, at most.
    fn kept_pause(&self) -> Duration {
        if self.lane.keeps_any() { KEPT_PAUSE } else { SLEEP_MAX }
    }

    /// How long the lane stands still whatever is due, because its gateway fails.
    fn rest(&self) -> Duration {
        self.lane.stopped().map_or(Duration::ZERO, |(_, rest)| rest.min(SLEEP_MAX))
    }

    /// When something is next to happen, by the queue, unless that is held, or by the
    /// bank's agenda.
    pub(crate) async fn next_happening(&self) -> Result<Option<Instant>, StoreError> {
        let due = match self.lane.held_since().await? {
            Some(_) => None,
            None => self.lane.store.next_due(self.lane.id).await?,
        };
        let agenda = self.bank.next_agenda().await.map_err(bank_store_error)?;
        Ok(due.into_iter().chain(agenda).min())
    }

    /// Lets the bank do what is to happen by `now`.
    pub(crate) async fn bank_due(&self, now: Instant) -> Result<u64, StoreError> {
        self.bank.run_agenda(now).await.map_err(bank_store_error)
    }
}

/// The agenda has no caller to be refused: whatever it meets, it meets in its store.
fn bank_store_error(error: gateway::bank::BankError) -> StoreError {
    match error {
        gateway::bank::BankError::Store(error) => error,
        other => StoreError::Corrupt { what: "bank agenda", message: other.to_string() },
    }
}
