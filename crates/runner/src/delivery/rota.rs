//! Gives each endpoint its task, and wakes it when there are news.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use engine::{AccountId, Instant};
use store::StoreError;
use store::webhook::EndpointId;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::Post;

/// The longest a task sleeps while something is to be tried: a wall clock may be set.
const SLEEP_MAX: Duration = Duration::from_secs(30);
/// The longest it sleeps while nothing is.
const IDLE_MAX: Duration = Duration::from_mins(10);
/// How long to wait after the store failed.
const FAILURE_PAUSE: Duration = Duration::from_secs(1);
/// How often old deliveries are forgotten, and how many in one commit.
const PRUNE_EVERY: Duration = Duration::from_mins(10);
const PRUNED_AT_ONCE: u32 = 1_000;

/// The tasks of endpoints.
type Rota = HashMap<EndpointId, Duty>;

/// A task, and what wakes it.
struct Duty {
    bell: Arc<Notify>,
    task: JoinHandle<()>,
}

impl Post {
    /// Delivers until [`Post::stop`].
    pub(super) async fn work(self: Arc<Self>) {
        let mut rota = Rota::new();
        let mut stopping = self.stopping.subscribe();
        tokio::select! {
            () = self.keep(&mut rota) => {}
            _ = stopping.wait_for(|stopping| *stopping) => {}
        }
        for Duty { bell, task } in rota.into_values() {
            bell.notify_one();
            if task.await.is_err() {
                tracing::error!("the task of a webhook endpoint had panicked");
            }
        }
    }

    /// Keeps the rota, for ever.
    async fn keep(self: &Arc<Self>, rota: &mut Rota) {
        while let Err(error) = self.begin(rota).await {
            tracing::error!(%error, "webhook endpoints could not be read; trying again");
            tokio::time::sleep(FAILURE_PAUSE).await;
        }
        let mut owed: BTreeSet<AccountId> = BTreeSet::new();
        let mut pruning = tokio::time::interval(PRUNE_EVERY);
        loop {
            tokio::select! {
                news = self.webhooks.news() => owed.extend(news),
                _ = pruning.tick() => self.forget_old().await,
                () = tokio::time::sleep(FAILURE_PAUSE), if !owed.is_empty() => {}
            }
            let told = self.tell(rota, &mut owed).await;
            if let Err(error) = told {
                tracing::error!(%error, "webhook endpoints could not be read; trying again");
            }
        }
    }

    async fn begin(self: &Arc<Self>, rota: &mut Rota) -> Result<(), StoreError> {
        for id in self.webhooks.endpoint_ids().await? {
            self.wake(rota, id);
        }
        Ok(())
    }

    /// Wakes the endpoints of accounts of which there are news.
    async fn tell(
        self: &Arc<Self>,
        rota: &mut Rota,
        owed: &mut BTreeSet<AccountId>,
    ) -> Result<(), StoreError> {
        rota.retain(|_, duty| !duty.task.is_finished());
        while let Some(account) = owed.first().copied() {
            for endpoint in self.webhooks.endpoints(account).await? {
                self.wake(rota, endpoint.id);
            }
            // What is not there any more finds that out by itself.
            owed.remove(&account);
        }
        Ok(())
    }

    fn wake(self: &Arc<Self>, rota: &mut Rota, id: EndpointId) {
        let duty = rota.entry(id).or_insert_with(|| {
            let bell = Arc::new(Notify::new());
            let task = tokio::spawn(Arc::clone(self).serve(id, Arc::clone(&bell)));
            Duty { bell, task }
        });
        duty.bell.notify_one();
    }

    /// Makes round after round of an endpoint, until it is deleted.
    async fn serve(self: Arc<Self>, id: EndpointId, bell: Arc<Notify>) {
        let mut stopping = self.stopping.subscribe();
        while !self.is_stopping() {
            let pause = match self.round(id).await {
                Ok(None) | Err(StoreError::Stopped) => return,
                Ok(Some(round)) if round.is_to_go_on() => continue,
                Ok(Some(round)) => self.pause_until(round.next_at),
                Err(error) => {
                    tracing::error!(%error, endpoint = id.0, "the store failed; webhooks wait");
                    FAILURE_PAUSE
                }
            };
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = bell.notified() => {}
                _ = stopping.wait_for(|stopping| *stopping) => return,
            }
        }
    }

    fn pause_until(&self, next_at: Option<Instant>) -> Duration {
        let Some(next_at) = next_at else { return IDLE_MAX };
        let nanoseconds = next_at.nanoseconds().saturating_sub(self.wall.now().nanoseconds());
        Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or(0)).min(SLEEP_MAX)
    }

    /// Forgets what ended long ago, and what was to be sent to endpoints that are gone.
    pub async fn forget_old(&self) {
        let kept_for = i64::try_from(self.settings.kept_for.as_nanos()).unwrap_or(i64::MAX);
        let before = self.wall.now().nanoseconds().saturating_sub(kept_for);
        loop {
            match self.webhooks.prune(Instant::from_nanoseconds(before), PRUNED_AT_ONCE).await {
                Ok(0) => return,
                Ok(_) => {}
                Err(error) => {
                    tracing::warn!(%error, "old deliveries could not be forgotten");
                    return;
                }
            }
        }
    }
}
