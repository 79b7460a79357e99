//! Which transfers of a schedule come again and again, as card schemes want it told.

use std::collections::HashMap;

use engine::{ScheduleId, Slot};

use super::kept::Kept;
use super::view::View;
use crate::moov::context::Context;
use crate::moov::refusal::Refusal;

/// What card schemes want to know of the transfers of some schedules.
#[derive(Debug, Default)]
pub(crate) struct Recurring {
    /// The first slots that their rules gave.
    first: HashMap<ScheduleId, Slot>,
}

impl Recurring {
    /// That of schedules.
    pub(crate) async fn read(
        context: &Context,
        mut schedules: Vec<ScheduleId>,
    ) -> Result<Recurring, Refusal> {
        schedules.sort_unstable();
        schedules.dedup();
        let mut known = Vec::with_capacity(schedules.len());
        for id in schedules {
            let schedule = context.store().schedule(id).await?;
            known.extend(schedule.and_then(|it| Kept::of(&it).map(|kept| (it, kept))));
        }
        let views = View::load_all(context, known).await?;
        let first = views.iter().filter_map(|it| Some((it.schedule.id, it.first_of_rule()?)));
        Ok(Recurring { first: first.collect() })
    }

    /// The `transactionSource` of what a slot pays: the first of a rule, one that follows
    /// it, or what was added by hand.
    pub(crate) fn source(&self, schedule: ScheduleId, slot: Slot) -> &'static str {
        match self.first.get(&schedule) {
            _ if !slot.is_of_rule() => "unscheduled",
            Some(first) if *first == slot => "first-recurring",
            Some(_) | None => "recurring",
        }
    }
}
