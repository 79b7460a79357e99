//! Pages of lists.

use engine::{AccountId, Attempt, Instant, Occurrence, Schedule, ScheduleId, Slot};

use super::Books;
use crate::event::Event;
use crate::page::{Order, Page, PageQuery};
use crate::store::{Found, ScheduleQuery, ScheduleSearch};

impl Books {
    /// How many the cadence has recorded.
    pub(super) fn recorded_by_cadence(&self, schedule: ScheduleId) -> u32 {
        let recorded = self.occurrences_of(schedule).filter_map(|it| it.ordinal).max();
        recorded.unwrap_or(0).max(self.moved_of(schedule).map_or(0, |moved| moved.recorded))
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

    pub(super) fn find_schedules(&self, search: &ScheduleSearch) -> Found {
        let ScheduleSearch { account, kind, status, paused, from, to, after, order, limit } =
            search;
        let place = |schedule: &Schedule| (schedule.created_at, schedule.id);
        let mut own: Vec<&Schedule> = self
            .schedules
            .values()
            .filter(|it| it.account == *account && (*from..=*to).contains(&it.created_at))
            .collect();
        own.sort_by_key(|schedule| place(schedule));
        if *order == Order::ReverseChronological {
            own.reverse();
        }
        let is_beyond = |schedule: &&&Schedule| {
            after.is_none_or(|after| match order {
                Order::Chronological => place(schedule) > after,
                Order::ReverseChronological => place(schedule) < after,
            })
        };
        let is_wanted = |schedule: &Schedule| {
            kind.is_none_or(|kind| schedule.plan.instruction.kind() == kind)
                && status.is_none_or(|status| schedule.status == status)
                && paused.is_none_or(|paused| schedule.paused.is_some() == paused)
        };
        let mut found = Found { schedules: Vec::new(), looked_through: None };
        let looked_at_max = usize::try_from(ScheduleSearch::LOOKED_AT_MAX).unwrap_or(usize::MAX);
        for (index, schedule) in own.iter().filter(is_beyond).take(looked_at_max).enumerate() {
            if is_wanted(schedule) {
                found.schedules.push(Schedule::clone(schedule));
            }
            let is_full = found.schedules.len() >= usize::try_from(*limit).unwrap_or(usize::MAX);
            if is_full || index + 1 == looked_at_max {
                found.looked_through = Some(place(schedule));
                break;
            }
        }
        found
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
