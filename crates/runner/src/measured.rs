//! A gateway whose calls are timed, and whose outcomes are counted.

use std::sync::Arc;

use async_trait::async_trait;
use engine::{Money, Outcome, PaymentRequest};
use gateway::{Character, Gateway, Inquiry, Lookup, Permit, Quote};

use crate::clock::WallTime;
use crate::instruments::{Histogram, Instruments};

/// A gateway, and what it is measured with.
pub(crate) struct Measured {
    pub(crate) gateway: Arc<dyn Gateway>,
    pub(crate) wall: Arc<dyn WallTime>,
    pub(crate) instruments: Arc<Instruments>,
}

impl Measured {
    async fn timed<T>(&self, histogram: &Histogram, call: impl Future<Output = T>) -> T {
        let begun = self.wall.elapsed();
        let answered = call.await;
        histogram.note(self.wall.elapsed().saturating_sub(begun));
        answered
    }
}

#[async_trait]
impl Gateway for Measured {
    async fn pay(&self, requests: Vec<PaymentRequest>, permit: Permit) -> Vec<Outcome> {
        let call = self.gateway.pay(requests, permit);
        let outcomes = self.timed(&self.instruments.calls.pay, call).await;
        self.instruments.note_outcomes(&outcomes);
        outcomes
    }

    async fn look_up(&self, inquiries: Vec<Inquiry>) -> Vec<Lookup> {
        let call = self.gateway.look_up(inquiries);
        self.timed(&self.instruments.calls.look_up, call).await
    }

    async fn quote(&self, quotes: Vec<Quote>) -> Vec<Result<Money, Outcome>> {
        let call = self.gateway.quote(quotes);
        self.timed(&self.instruments.calls.quote, call).await
    }

    fn character(&self) -> Character {
        self.gateway.character()
    }
}
