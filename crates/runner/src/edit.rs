//! Editing a schedule while its runs go on.

use std::time::Duration;

use engine::edit::{Edit, EditError, Standing, edit};
use engine::{Schedule, ScheduleId, Slot};
use store::{AuditEntry, EditWritten, StoreError};

use crate::Handle;

/// How long an edit waits for a run that is under way.
pub const EDIT_WAIT: Duration = Duration::from_secs(10);
/// How long it waits before it looks again, at first; then twice as long each time.
const PAUSE_FIRST: Duration = Duration::from_millis(5);

/// Why a schedule was not edited.
#[derive(Debug, thiserror::Error)]
pub enum EditFailure<R> {
    /// There is no such schedule.
    #[error("there is no schedule {0}")]
    NotFound(ScheduleId),
    /// Whoever asked does not want it so, now that it sees how the schedule stands.
    #[error("the edit was withdrawn")]
    Withdrawn(R),
    /// The schedule cannot be edited so. Also where a run was still under way after
    /// [`EDIT_WAIT`].
    #[error(transparent)]
    Refused(EditError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Handle {
    /// Edits a schedule: `wish` is told how it stands and says what is to change; it is
    /// asked again where something came in between. `asked` are the slots of which it
    /// wants to know whether they have run.
    ///
    /// While a run is under way nobody knows what follows it, so an edit waits for it,
    /// [`EDIT_WAIT`] at most.
    pub async fn edit_schedule<R>(
        &self,
        id: ScheduleId,
        asked: &[Slot],
        wish: impl Fn(&Standing) -> Result<Edit, R> + Send + Sync,
    ) -> Result<Schedule, EditFailure<R>> {
        self.edit_on_record(id, asked, None, wish).await
    }

    /// The same, by hand: who it was and why is kept in the same commit.
    pub async fn edit_schedule_by_hand<R>(
        &self,
        id: ScheduleId,
        entry: AuditEntry,
        wish: impl Fn(&Standing) -> Result<Edit, R> + Send + Sync,
    ) -> Result<Schedule, EditFailure<R>> {
        self.edit_on_record(id, &[], Some(entry), wish).await
    }

    async fn edit_on_record<R>(
        &self,
        id: ScheduleId,
        asked: &[Slot],
        entry: Option<AuditEntry>,
        wish: impl Fn(&Standing) -> Result<Edit, R> + Send + Sync,
    ) -> Result<Schedule, EditFailure<R>> {
        let deadline = self.lane.wall.elapsed() + EDIT_WAIT;
        let mut pause = PAUSE_FIRST;
        loop {
            let under_way = match self.edit_once(id, asked, entry.as_ref(), &wish).await? {
                Attempted::Written(schedule) => {
                    self.wake.notify_one();
                    return Ok(*schedule);
                }
                Attempted::UnderWay => EditError::UnderWay(id),
            };
            if self.lane.wall.elapsed() + pause > deadline {
                return Err(EditFailure::Refused(under_way));
            }
            tokio::time::sleep(pause).await;
            pause = pause.saturating_mul(2);
        }
    }

    async fn edit_once<R>(
        &self,
        id: ScheduleId,
        asked: &[Slot],
        entry: Option<&AuditEntry>,
        wish: impl Fn(&Standing) -> Result<Edit, R> + Send + Sync,
    ) -> Result<Attempted, EditFailure<R>> {
        let now = self.now();
        let standing = self.lane.store.standing(id, asked.to_vec(), now).await?;
        let standing = standing.ok_or(EditFailure::NotFound(id))?;
        let wanted = wish(&standing).map_err(EditFailure::Withdrawn)?;
        let edited = match edit(&standing, wanted, now) {
            Ok(edited) => edited,
            Err(EditError::UnderWay(_)) => return Ok(Attempted::UnderWay),
            Err(refusal) => return Err(EditFailure::Refused(refusal)),
        };
        let schedule = edited.schedule.clone();
        Ok(match self.lane.store.edit_schedule(edited, entry.cloned()).await? {
            EditWritten::Written => Attempted::Written(Box::new(schedule)),
            EditWritten::Overtaken => Attempted::UnderWay,
        })
    }
}

/// What came of one attempt to edit.
enum Attempted {
    Written(Box<Schedule>),
    UnderWay,
}
