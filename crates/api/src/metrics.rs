//! What `/metrics` tells.

use std::sync::atomic::Ordering;

use prometheus_client::encoding::{EncodeLabelSet, text::encode};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use runner::Counts;

/// Counters of this process.
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    occurrences: Family<OccurrenceLabels, Counter>,
    queue_depth: Gauge,
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
        Metrics { registry, requests, occurrences, queue_depth }
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
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}
