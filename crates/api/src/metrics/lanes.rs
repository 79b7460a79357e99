//! What each lane tells of itself.

use std::fmt::Error;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Unit;
use runner::Handle;
use runner::instruments::{Counted, Histogram};

/// A lane, and what had to be asked of its store.
#[derive(Clone)]
pub(crate) struct LaneReading {
    pub(crate) runner: Arc<Handle>,
    /// How late the oldest is of what is due.
    pub(crate) behind: Option<Duration>,
    /// Whether nothing of it runs until a person resumes it.
    pub(crate) held: Option<bool>,
}

/// All lanes of this process, each with a label of its own.
pub(super) struct Lanes(pub(super) Vec<LaneReading>);

impl std::fmt::Debug for Lanes {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("Lanes").field(&self.0.len()).finish()
    }
}

impl Collector for Lanes {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), Error> {
        self.lateness(&mut encoder)?;
        self.calls(&mut encoder)?;
        self.outcomes(&mut encoder)?;
        self.waiting(&mut encoder)?;
        self.standing(&mut encoder)
    }
}

impl Lanes {
    fn lateness(&self, encoder: &mut DescriptorEncoder<'_>) -> Result<(), Error> {
        let mut family = encoder.encode_descriptor(
            "lateness",
            "From when a slot was due until its attempt was settled, by the lane's clock",
            Some(&Unit::Seconds),
            MetricType::Histogram,
        )?;
        for (lane, reading) in self.numbered() {
            let counted = reading.runner.instruments().lateness.read();
            histogram(family.encode_family(&[("lane", lane)])?, &counted)?;
        }
        Ok(())
    }

    fn calls(&self, encoder: &mut DescriptorEncoder<'_>) -> Result<(), Error> {
        let mut family = encoder.encode_descriptor(
            "gateway_call",
            "How long calls to the gateway took, each of up to a batch of payments",
            Some(&Unit::Seconds),
            MetricType::Histogram,
        )?;
        for (lane, reading) in self.numbered() {
            for (call, counted) in reading.runner.instruments().calls.named() {
                let labels = [("lane", lane.as_str()), ("call", call)];
                histogram(family.encode_family(&labels)?, &counted.read())?;
            }
        }
        Ok(())
    }

    fn outcomes(&self, encoder: &mut DescriptorEncoder<'_>) -> Result<(), Error> {
        let mut family = encoder.encode_descriptor(
            "gateway_outcomes",
            "Payments asked of the gateway, by what came of them at once",
            None,
            MetricType::Counter,
        )?;
        for (lane, reading) in self.numbered() {
            for (outcome, total) in reading.runner.instruments().outcomes.named() {
                let labels = [("lane", lane.as_str()), ("outcome", outcome)];
                ConstCounter::new(total.load(Ordering::Relaxed))
                    .encode(family.encode_family(&labels)?)?;
            }
        }
        Ok(())
    }

    fn waiting(&self, encoder: &mut DescriptorEncoder<'_>) -> Result<(), Error> {
        let mut family = encoder.encode_descriptor(
            "waiting",
            "Attempts that are not settled: accepted by the gateway, unknown to anybody, late",
            None,
            MetricType::Gauge,
        )?;
        for (lane, reading) in self.numbered() {
            for (state, count) in reading.runner.instruments().waiting.named() {
                let labels = [("lane", lane.as_str()), ("state", state)];
                gauge(family.encode_family(&labels)?, count)?;
            }
        }
        Ok(())
    }

    fn standing(&self, encoder: &mut DescriptorEncoder<'_>) -> Result<(), Error> {
        let mut family = encoder.encode_descriptor(
            "behind",
            "How late the oldest slot is that is due and that nobody works at",
            Some(&Unit::Seconds),
            MetricType::Gauge,
        )?;
        for (lane, reading) in self.numbered() {
            if let Some(behind) = reading.behind {
                gauge(family.encode_family(&[("lane", lane)])?, behind.as_secs())?;
            }
        }
        let mut family = encoder.encode_descriptor(
            "held",
            "1 where nothing runs until a person resumes it",
            None,
            MetricType::Gauge,
        )?;
        for (lane, reading) in self.numbered() {
            if let Some(held) = reading.held {
                gauge(family.encode_family(&[("lane", lane)])?, u64::from(held))?;
            }
        }
        let mut family = encoder.encode_descriptor(
            "gateway_stopped",
            "1 where nothing is sent because the gateway fails",
            None,
            MetricType::Gauge,
        )?;
        for (lane, reading) in self.numbered() {
            let is_stopped = u64::from(reading.runner.stopped().is_some());
            gauge(family.encode_family(&[("lane", lane)])?, is_stopped)?;
        }
        Ok(())
    }

    fn numbered(&self) -> impl Iterator<Item = (String, &LaneReading)> {
        self.0.iter().map(|reading| (reading.runner.lane().0.to_string(), reading))
    }
}

fn gauge(encoder: MetricEncoder<'_>, value: u64) -> Result<(), Error> {
    ConstGauge::new(i64::try_from(value).unwrap_or(i64::MAX)).encode(encoder)
}

#[allow(clippy::cast_precision_loss, reason = "the text has seconds as decimal numbers")]
fn histogram(mut encoder: MetricEncoder<'_>, counted: &Counted) -> Result<(), Error> {
    let bounds = Histogram::BOUNDS_MILLISECONDS.iter().map(|bound| *bound as f64 / 1_000.0);
    let buckets: Vec<(f64, u64)> =
        bounds.chain(std::iter::once(f64::MAX)).zip(counted.counts).collect();
    let count = counted.counts.iter().sum();
    let sum = counted.sum.as_secs_f64();
    encoder.encode_histogram::<NoLabelSet>(sum, count, &buckets, None)
}
