//! What a payment went through, told to a collector: one trace for each attempt, from when it
//! was due until its owner was told.
//!
//! The ids of a trace are computed from the attempt, so that whatever tells of it later, and
//! wherever, tells of the same. Telling holds up nothing: what cannot be sent is dropped.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use engine::settlement::AwaitingKey;
use engine::{InstallationId, Instant, Occurrence, OccurrenceStatus, Outcome, Run};
use gateway::collector::{Collector, Span, SpanKind};
use sha2::{Digest as _, Sha256};
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinHandle;

/// Spans that wait to be sent, at most; more are dropped.
const WAITING_MAX: usize = 8_192;
/// Spans that are sent together, at most.
const BATCH_MAX: usize = 512;
/// How long spans are gathered before they are sent.
const GATHERING: Duration = Duration::from_secs(1);

/// Where spans are put.
#[derive(Clone)]
pub struct Traces {
    installation: InstallationId,
    spans: mpsc::Sender<Span>,
    dropped: Arc<AtomicU64>,
}

/// What sends them.
pub struct Sending {
    task: JoinHandle<()>,
    closing: Arc<Notify>,
}

impl Sending {
    /// Sends what was put so far, and nothing that is put later.
    pub async fn end(self) {
        self.closing.notify_one();
        // If it has panicked, the log says so.
        let _ = self.task.await;
    }
}

impl Traces {
    /// Begins to send what is put.
    pub fn begin(collector: Collector, installation: InstallationId) -> (Traces, Sending) {
        let (spans, waiting) = mpsc::channel(WAITING_MAX);
        let traces = Traces { installation, spans, dropped: Arc::default() };
        let dropped = Arc::clone(&traces.dropped);
        let closing = Arc::new(Notify::new());
        let task = tokio::spawn(send(collector, waiting, dropped, Arc::clone(&closing)));
        (traces, Sending { task, closing })
    }

    fn put(&self, span: Span) {
        if self.spans.try_send(span).is_err() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// A batch was asked of its gateway.
    pub(crate) fn asked<'a>(
        &self,
        asked: impl Iterator<Item = (&'a Run, &'a Outcome)>,
        (begun, ended): (Instant, Instant),
    ) {
        for (run, outcome) in asked {
            let of = attempt_of(run);
            let told = match outcome {
                Outcome::Succeeded(_) => "succeeded",
                Outcome::Declined(_) => "declined",
                Outcome::Accepted(_) => "accepted",
                Outcome::NotSent(_) => "not_sent",
                Outcome::Unknown => "unknown",
            };
            let failed = matches!(outcome, Outcome::NotSent(_) | Outcome::Unknown);
            let attributes = vec![("kalends.outcome", told.to_owned())];
            let kind = SpanKind::Client;
            let part = Part { name: "ask the gateway", kind, begun, ended, attributes, failed };
            self.put(part.of(self.ids(of), begun));
        }
    }

    /// An attempt was recorded; `due` where it has not waited since.
    pub(crate) fn settled(
        &self,
        occurrence: &Occurrence,
        due: Option<Instant>,
        (begun, ended): (Instant, Instant),
    ) {
        let Occurrence { schedule, slot, attempt, status, .. } = *occurrence;
        let ids = self.ids(AwaitingKey { schedule, slot, attempt });
        let kind = SpanKind::Internal;
        let attributes = Vec::new();
        let part = Part { name: "record", kind, begun, ended, attributes, failed: false };
        self.put(part.of(ids, begun));
        let status = match status {
            OccurrenceStatus::Successful => "successful",
            OccurrenceStatus::Failed => "failed",
            OccurrenceStatus::Skipped => "skipped",
            OccurrenceStatus::Canceled => "canceled",
        };
        self.put(Span {
            trace: ids.trace,
            id: ids.root,
            parent: None,
            name: "payment",
            kind,
            begun: due.unwrap_or(begun),
            ended,
            attributes: vec![
                ("kalends.schedule", schedule.0.to_string()),
                ("kalends.slot", slot.moment().to_string()),
                ("kalends.attempt", attempt.to_string()),
                ("kalends.account", occurrence.account.0.to_string()),
                ("kalends.status", status.to_owned()),
            ],
            failed: false,
        });
    }

    /// A webhook endpoint was told of an attempt; with which status it answered, if it did.
    pub(crate) fn told(
        &self,
        of: AwaitingKey,
        delivery: i64,
        status: Option<u16>,
        (begun, ended): (Instant, Instant),
    ) {
        let failed = !status.is_some_and(|status| (200..300).contains(&status));
        let answered = status.map(|status| ("http.response.status_code", status.to_string()));
        let mut attributes = vec![("kalends.delivery", delivery.to_string())];
        attributes.extend(answered);
        let kind = SpanKind::Client;
        let part = Part { name: "send the webhook", kind, begun, ended, attributes, failed };
        self.put(part.of(self.ids(of), begun));
    }

    /// The ids of an attempt's trace and of its root, the same wherever they are computed.
    fn ids(&self, of: AwaitingKey) -> Ids {
        let AwaitingKey { schedule, slot, attempt } = of;
        let mut hash = Sha256::new();
        hash.update(b"kalends trace");
        hash.update(self.installation.0.to_be_bytes());
        hash.update(schedule.0.to_be_bytes());
        hash.update(slot.stored().to_be_bytes());
        hash.update([attempt]);
        let hash: [u8; 32] = hash.finalize().into();
        let [trace, rest] = [hash.first_chunk::<16>(), hash.last_chunk::<16>()]
            .map(|half| half.copied().unwrap_or_default());
        let root = rest.first_chunk::<8>().copied().unwrap_or_default();
        Ids { trace, root }
    }
}

fn attempt_of(run: &Run) -> AwaitingKey {
    AwaitingKey { schedule: run.key.schedule, slot: run.key.slot, attempt: run.attempt }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Ids {
    trace: [u8; 16],
    root: [u8; 8],
}

/// A part of a payment, still without its ids.
struct Part {
    name: &'static str,
    kind: SpanKind,
    begun: Instant,
    ended: Instant,
    attributes: Vec<(&'static str, String)>,
    failed: bool,
}

impl Part {
    /// Its id is computed too: what is told twice is one part.
    fn of(self, ids: Ids, at: Instant) -> Span {
        let Part { name, kind, begun, ended, attributes, failed } = self;
        let mut hash = Sha256::new();
        hash.update(ids.root);
        hash.update(name.as_bytes());
        hash.update(at.nanoseconds().to_be_bytes());
        let hash: [u8; 32] = hash.finalize().into();
        let id = hash.first_chunk::<8>().copied().unwrap_or_default();
        let (trace, parent) = (ids.trace, Some(ids.root));
        Span { trace, id, parent, name, kind, begun, ended, attributes, failed }
    }
}

async fn send(
    collector: Collector,
    mut waiting: mpsc::Receiver<Span>,
    dropped: Arc<AtomicU64>,
    closing: Arc<Notify>,
) {
    let mut batch = Vec::with_capacity(BATCH_MAX);
    let mut was_taken = true;
    let closing = closing.notified();
    tokio::pin!(closing);
    let mut is_closing = false;
    loop {
        if is_closing {
            waiting.close();
        }
        tokio::select! {
            count = waiting.recv_many(&mut batch, BATCH_MAX) => if count == 0 { break },
            () = &mut closing, if !is_closing => {
                is_closing = true;
                continue;
            }
        }
        if batch.len() < BATCH_MAX && !is_closing {
            tokio::select! {
                () = tokio::time::sleep(GATHERING) => {}
                () = &mut closing => is_closing = true,
            }
        }
        while batch.len() < BATCH_MAX
            && let Ok(span) = waiting.try_recv()
        {
            batch.push(span);
        }
        match collector.send(&batch).await {
            Ok(()) => was_taken = true,
            Err(error) => {
                dropped
                    .fetch_add(u64::try_from(batch.len()).unwrap_or(u64::MAX), Ordering::Relaxed);
                // Once, until it takes some again.
                if std::mem::replace(&mut was_taken, false) {
                    tracing::warn!(%error, "traces are lost");
                }
            }
        }
        batch.clear();
    }
    let dropped = dropped.load(Ordering::Relaxed);
    if dropped > 0 {
        tracing::info!(dropped, "spans that no collector took");
    }
}
