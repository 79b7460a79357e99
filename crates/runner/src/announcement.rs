//! Who waits for a schedule's run to settle, and is told.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use engine::ScheduleId;
use tokio::sync::oneshot;

/// Those who wait for a schedule's next settlement.
#[derive(Debug, Default)]
pub(crate) struct Announcements {
    waiting: Mutex<HashMap<ScheduleId, oneshot::Sender<()>>>,
}

impl Announcements {
    /// Resolves at the schedule's next settlement. One waiter per schedule: the one
    /// that creates it.
    pub(crate) fn expect(&self, schedule: ScheduleId) -> oneshot::Receiver<()> {
        let (sender, receiver) = oneshot::channel();
        self.waiting().insert(schedule, sender);
        receiver
    }

    /// Nobody waits for it any longer.
    pub(crate) fn forget(&self, schedule: ScheduleId) {
        self.waiting().remove(&schedule);
    }

    pub(crate) fn announce(&self, schedules: &[ScheduleId]) {
        let mut waiting = self.waiting();
        if waiting.is_empty() {
            return;
        }
        for schedule in schedules {
            if let Some(sender) = waiting.remove(schedule) {
                // The waiter may have given up meanwhile; then nobody needs to know.
                let _ = sender.send(());
            }
        }
    }

    fn waiting(&self) -> std::sync::MutexGuard<'_, HashMap<ScheduleId, oneshot::Sender<()>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
