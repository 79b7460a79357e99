//! What `/metrics` tells.

mod lanes;

use std::sync::atomic::Ordering;

use engine::Instant;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::{encode_eof, encode_registry};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use runner::Counts;

pub(crate) use self::lanes::LaneReading;
use self::lanes::Lanes;
use crate::webhooks::Standing;

/// Counters of this process.
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    occurrences: Family<OccurrenceLabels, Counter>,
    queue_depth: Gauge,
    webhook_attempts: Family<OccurrenceLabels, Counter>,
    webhook_endpoints_disabled: Counter,
    webhook_oldest_seconds: Gauge,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug, EncodeLabelSet)]
struct OccurrenceLabels {
    outcome: &'static str,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug, EncodeLabelSet)]
struct RequestLabels {
    method: String,
    route: String,
    status: u16,
}

impl Default for Metrics {
    fn default() -> Metrics {
        let mut registry = Registry::with_prefix("kalends");
        let requests = Family::<RequestLabels, Counter>::default();
        registry.register("http_requests", "Requests answered", requests.clone());
        let occurrences = Family::<OccurrenceLabels, Counter>::default();
        registry.register(
            "occurrences",
            "Runs settled since the start, by outcome",
            occurrences.clone(),
        );
        let queue_depth = Gauge::default();
        registry.register("queue_depth", "Runs queued, claimed ones included", queue_depth.clone());
        let webhook_attempts = Family::<OccurrenceLabels, Counter>::default();
        registry.register(
            "webhook_attempts",
            "Webhook deliveries tried since the start, by outcome",
            webhook_attempts.clone(),
        );
        let webhook_endpoints_disabled = Counter::default();
        registry.register(
            "webhook_endpoints_disabled",
            "Webhook endpoints disabled since the start because they took nothing",
            webhook_endpoints_disabled.clone(),
        );
        let webhook_oldest_seconds = Gauge::default();
        registry.register(
            "webhook_oldest_undelivered_seconds",
            "Age of the oldest event that an enabled webhook endpoint has not taken",
            webhook_oldest_seconds.clone(),
        );
        Metrics {
            registry,
            requests,
            occurrences,
            queue_depth,
            webhook_attempts,
            webhook_endpoints_disabled,
            webhook_oldest_seconds,
        }
    }
}

impl Metrics {
    /// Counts an answer. `route` is a pattern, not a path, so that there are few of them.
    pub(crate) fn count_request(&self, method: &str, route: &str, status: u16) {
        let labels = RequestLabels { method: method.to_owned(), route: route.to_owned(), status };
        self.requests.get_or_create(&labels).inc();
    }

    /// The text that Prometheus reads. What the runner has recorded it counts itself.
    pub(crate) fn text(
        &self,
        totals: Counts,
        queue_depth: Option<u64>,
        webhooks: Option<&(Standing, Instant)>,
        lanes: Vec<LaneReading>,
    ) -> Result<String, std::fmt::Error> {
        for (outcome, total) in [
            ("successful", totals.successful),
            ("failed", totals.failed),
            ("skipped", totals.skipped),
            ("awaiting", totals.awaiting),
            ("stale", totals.stale),
        ] {
            let counter = self.occurrences.get_or_create(&OccurrenceLabels { outcome });
            counter.inner().store(total, Ordering::Relaxed);
        }
        if let Some(depth) = queue_depth {
            self.queue_depth.set(i64::try_from(depth).unwrap_or(i64::MAX));
        }
        if let Some((standing, now)) = webhooks {
            self.note_webhooks(standing, *now);
        }
        // Made for each reading: what lanes tell is read, not kept here.
        let mut of_lanes = Registry::with_prefix("kalends");
        of_lanes.register_collector(Box::new(Lanes(lanes)));
        let mut text = String::new();
        encode_registry(&mut text, &self.registry)?;
        encode_registry(&mut text, &of_lanes)?;
        encode_eof(&mut text)?;
        Ok(text)
    }

    fn note_webhooks(&self, standing: &Standing, now: Instant) {
        for (outcome, total) in [
            ("delivered", standing.outcomes.delivered),
            ("failed", standing.outcomes.failed),
            ("given_up", standing.outcomes.given_up),
        ] {
            let counter = self.webhook_attempts.get_or_create(&OccurrenceLabels { outcome });
            counter.inner().store(total, Ordering::Relaxed);
        }
        self.webhook_endpoints_disabled
            .inner()
            .store(standing.outcomes.disabled, Ordering::Relaxed);
        let age =
            standing.oldest.map_or(0, |at| now.nanoseconds().saturating_sub(at.nanoseconds()));
        self.webhook_oldest_seconds.set(age.max(0) / 1_000_000_000);
    }
}
