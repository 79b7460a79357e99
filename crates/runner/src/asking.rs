//! Asking a gateway once more for what waits, and deciding about it: one node of a lane at a
//! time, because nobody has claimed what waits. Within a node its turn sees to that.

use std::collections::BTreeSet;
use std::time::Duration;

use engine::{Awaiting, ScheduleId, Status};
use store::StoreError;

use crate::Lane;
use crate::counts::Counts;

impl Lane {
    /// Takes the sole right to ask for what waits, or to decide about it. Since when it is
    /// held, by time that only goes forward; `None` where another node has it.
    pub(crate) async fn hold_awaiting(&self) -> Result<Option<Duration>, StoreError> {
        let asked_at = self.wall.elapsed();
        let is_held = match self.store.peers() {
            Some(peers) => peers.hold_awaiting(self.id, self.term, Lane::LEASE).await?,
            None => true,
        };
        Ok(is_held.then_some(asked_at))
    }

    /// Gives it up. Not after a failure of the store: then nobody knows what was written, and
    /// the hold passes by itself.
    pub(crate) async fn release_awaiting(&self) -> Result<(), StoreError> {
        match self.store.peers() {
            Some(peers) => peers.release_awaiting(self.id, self.term).await,
            None => Ok(()),
        }
    }

    /// Asks once more for what the gateway does not know, under the keys that keep it from
    /// being paid twice, and writes what came of it. Nothing, where another node does so.
    pub(crate) async fn ask_again(&self, absent: &[&Awaiting]) -> Result<Counts, StoreError> {
        let Some(held) = self.hold_awaiting().await? else { return Ok(Counts::default()) };
        let wanted = self.still_wanted(absent).await?;
        let settlements = self.ask_for(&wanted, held).await;
        let counts = self.write(settlements).await?;
        self.release_awaiting().await?;
        Ok(counts)
    }

    /// Those that still wait as they were read, and that their schedules still want: what was
    /// ended, or is paused, asks for nothing.
    async fn still_wanted<'a>(
        &self,
        absent: &[&'a Awaiting],
    ) -> Result<Vec<&'a Awaiting>, StoreError> {
        let slots = absent.iter().map(|it| (it.run.key.schedule, it.run.key.slot)).collect();
        let records = self.store.slot_records(slots).await?;
        let mut going = BTreeSet::new();
        let schedules: BTreeSet<ScheduleId> = absent.iter().map(|it| it.run.key.schedule).collect();
        for id in schedules {
            let schedule = match self.store.schedule(id).await {
                Err(StoreError::Corrupt { what, message }) => {
                    tracing::error!(schedule = %id, what, message, "nothing is asked for of a schedule that cannot be read");
                    None
                }
                read => read?,
            };
            let goes_on = schedule.is_some_and(|it| {
                !matches!(it.status, Status::Deleted | Status::Suspended) && it.paused.is_none()
            });
            if goes_on {
                going.insert(id);
            }
        }
        let still = |(it, found): &(&Awaiting, &Option<Awaiting>)| {
            going.contains(&it.run.key.schedule)
                && found.as_ref().is_some_and(|found| {
                    (found.key(), found.since, found.wait) == (it.key(), it.since, it.wait)
                })
        };
        let found = records.iter().map(|record| &record.awaiting);
        Ok(absent.iter().copied().zip(found).filter(still).map(|(it, _)| it).collect())
    }
}
