//! Pages of lists.

use engine::{AccountId, Attempt, Instant, Occurrence, Schedule, ScheduleId, Slot};

use super::Books;
use crate::event::Event;
use crate::page::{Order, Page, PageQuery};
use crate::store::ScheduleQuery;

impl Books {
    /// How many the cadence has recorded.
    pub(super) fn recorded_by_cadence(&self, schedule: ScheduleId) -> u32 {
        self.occurrences_of(schedule).filter_map(|it| it.ordinal).max().unwrap_or(0)
    }

    pub(super) fn occurrences_of(
        &self,
        schedule: ScheduleId,
    ) -> impl DoubleEndedIterator<Item = &Occurrence> {
        let from = (schedule, Slot::MIN, Attempt::MIN);
        let to = (schedule, Slot::MAX, Attempt::MAX);
        self.occurrences.range(from..=to).map(|(_, occurrence)| occurrence)
    }

    pub(super) fn page_of_occurrences(
        &self,
        schedule: ScheduleId,
        query: &PageQuery,
    ) -> Page<Occurrence> {
        page(self.occurrences_of(schedule), query, |occurrence| occurrence.created_at)
    }

    pub(super) fn page_of_schedules(&self, query: &ScheduleQuery) -> Page<Schedule> {
        let ScheduleQuery { account, kind, party, status, page: wanted } = query;
        let mut matching: Vec<&Schedule> = self
            .schedules
            .values()
            .filter(|schedule| {
                let instruction = &schedule.plan.instruction;
                schedule.account == *account
                    && kind.is_none_or(|kind| instruction.kind() == kind)
                    && party.is_none_or(|party| schedule.parties.contains(&party))
                    && status.is_none_or(|status| schedule.status == status)
            })
            .collect();
        matching.sort_by_key(|schedule| (schedule.created_at, schedule.id));
        page(matching.into_iter(), wanted, |schedule| schedule.created_at)
    }

    pub(super) fn page_of_events(&self, account: AccountId, query: &PageQuery) -> Page<Event> {
        let listed = self.events.iter().filter(|event| !event.body.kind.is_unlisted());
        let matching = listed.filter(|event| event.body.account == account);
        page(matching, query, |event| event.body.at)
    }
}

/// Part of a list that is given in order.
fn page<'a, T: Clone + 'a>(
    entries: impl DoubleEndedIterator<Item = &'a T>,
    query: &PageQuery,
    created_at: impl Fn(&T) -> Instant,
) -> Page<T> {
    let within = |entry: &&T| (query.from..=query.to).contains(&created_at(entry));
    let mut matching: Vec<&T> = entries.filter(within).collect();
    if query.order == Order::ReverseChronological {
        matching.reverse();
    }
    let total = u64::try_from(matching.len()).unwrap_or(u64::MAX);
    let size = |count: u32| usize::try_from(count).unwrap_or(usize::MAX);
    let entries = matching.into_iter().skip(size(query.offset)).take(size(query.limit));
    Page { entries: entries.cloned().collect(), total }
}
