use std::cell::RefCell;

use engine::{
    AccountId, Currency, IdempotencyKey, InstallationId, Money, PaymentBody, PaymentRequest,
    RecipientId, ScheduleId, Slot,
};

use super::*;
use crate::upstream::Verdict;

const PAGE: usize = 2;
const DUE: &str = "2026-01-31T00:00:00Z";

/// A payment, as the list has it.
#[derive(Clone)]
struct Payment {
    id: String,
    key: String,
}

impl Listed for Payment {
    fn id(&self) -> &str {
        &self.id
    }

    fn key(&self) -> String {
        self.key.clone()
    }
}

/// A list that grows, and where the pages began that were read.
#[derive(Default)]
struct List {
    payments: RefCell<Vec<Payment>>,
    read: RefCell<Vec<u32>>,
    is_silent: RefCell<bool>,
}

impl List {
    /// Payments of these schedules, in this order; 0 is somebody else's.
    fn of(schedules: &[i64]) -> List {
        let list = List::default();
        list.payments.borrow_mut().extend(schedules.iter().map(|schedule| payment(*schedule)));
        list
    }

    fn page(&self, offset: u32) -> Option<Page<Payment>> {
        self.read.borrow_mut().push(offset);
        let payments = self.payments.borrow();
        let rest = payments.get(usize::try_from(offset).unwrap()..).unwrap_or_default();
        let entries = rest.iter().take(PAGE).cloned().collect();
        (!*self.is_silent.borrow()).then_some(Page { entries, more: rest.len() > PAGE })
    }

    /// What is told of payments of these schedules, and which pages were read for it.
    async fn look_for(&self, register: &Register, schedules: &[i64]) -> (Vec<Sighting>, Vec<u32>) {
        self.look_for_since(register, schedules, DUE).await
    }

    async fn look_for_since(
        &self,
        register: &Register,
        schedules: &[i64],
        due: &str,
    ) -> (Vec<Sighting>, Vec<u32>) {
        let due = Instant::from_timestamp(due.parse().unwrap()).unwrap();
        let inquiries: Vec<Inquiry> = schedules.iter().map(|it| inquiry(*it, due)).collect();
        let inquiries: Vec<&Inquiry> = inquiries.iter().collect();
        let read = |_, offset| async move { self.page(offset) };
        let judge = |_: &Inquiry, it: Payment| Some(found(&it.id));
        let told = register.look_for(&inquiries, read, judge).await;
        (told, self.read.take())
    }
}

fn key(schedule: i64) -> IdempotencyKey {
    let slot = Slot::of_date(jiff::civil::date(2026, 1, 31));
    IdempotencyKey::of(InstallationId(7), ScheduleId(schedule), slot, 0)
}

fn payment(schedule: i64) -> Payment {
    let key = if schedule == 0 { String::new() } else { key(schedule).as_str().to_owned() };
    Payment { id: format!("chrg_{schedule}"), key }
}

fn inquiry(schedule: i64, due: Instant) -> Inquiry {
    let request = PaymentRequest {
        key: key(schedule),
        account: AccountId(1),
        schedule: ScheduleId(schedule),
        slot: Slot::of_date(jiff::civil::date(2026, 1, 31)),
        attempt: 0,
        body: PaymentBody::Transfer {
            recipient: RecipientId(1),
            money: Money::new(50_000, Currency::THB),
        },
        at: due,
    };
    Inquiry { request, due, accepted: None }
}

fn found(id: &str) -> Sighting {
    Sighting::Found(Verdict::Succeeded(id.into()))
}

#[tokio::test]
async fn a_list_is_read_until_all_are_found_and_to_its_end_where_one_is_not() {
    let list = List::of(&[1, 2, 0, 3, 4, 5]);
    let register = Register::default();
    assert_eq!(
        list.look_for(&register, &[3, 1]).await,
        (vec![found("chrg_3"), found("chrg_1")], vec![0, 2])
    );
    assert_eq!(
        list.look_for(&register, &[9, 5]).await,
        (vec![Sighting::Absent, found("chrg_5")], vec![2, 4])
    );
    assert_eq!(list.look_for(&register, &[]).await, (vec![], vec![]));
}

#[tokio::test]
async fn what_was_seen_is_read_again_and_nothing_before_the_last_page() {
    let list = List::of(&[1, 2, 3, 4, 5]);
    let register = Register::default();
    assert_eq!(list.look_for(&register, &[9]).await, (vec![Sighting::Absent], vec![0, 2, 4]));
    assert_eq!(
        list.look_for(&register, &[1, 4]).await,
        (vec![found("chrg_1"), found("chrg_4")], vec![0, 2])
    );
    list.payments.borrow_mut().extend([6, 7, 9].map(payment));
    assert_eq!(list.look_for(&register, &[9]).await, (vec![found("chrg_9")], vec![4, 6]));
}

#[tokio::test]
async fn what_comes_to_stand_among_what_was_read_is_found() {
    let list = List::of(&[1, 2, 3, 4, 5]);
    let register = Register::default();
    assert_eq!(list.look_for(&register, &[9]).await, (vec![Sighting::Absent], vec![0, 2, 4]));
    list.payments.borrow_mut().insert(1, payment(9));
    assert_eq!(list.look_for(&register, &[9]).await, (vec![found("chrg_9")], vec![4, 0]));
}

#[tokio::test]
async fn of_a_list_that_is_longer_than_one_call_the_next_reads_on() {
    let schedules: Vec<i64> = (1..=1_203).collect();
    let list = List::of(&schedules);
    let register = Register::default();
    let (told, read) = list.look_for(&register, &[1_203, 3]).await;
    assert_eq!(told, [Sighting::Unreachable, found("chrg_3")]);
    assert_eq!((read.len(), read.last()), (500, Some(&998)));
    let (told, read) = list.look_for(&register, &[1_203]).await;
    assert_eq!(told, [found("chrg_1203")]);
    assert_eq!((read.first(), read.len(), read.last()), (Some(&998), 103, Some(&1_202)));
}

#[tokio::test]
async fn of_a_list_that_cannot_be_read_nothing_is_known_and_nothing_is_lost() {
    let list = List::of(&[1, 2, 3, 4, 5]);
    let register = Register::default();
    assert_eq!(list.look_for(&register, &[2]).await, (vec![found("chrg_2")], vec![0]));
    list.is_silent.replace(true);
    for schedule in [2, 5] {
        let (told, _) = list.look_for(&register, &[schedule]).await;
        assert_eq!(told, [Sighting::Unreachable]);
    }
    list.is_silent.replace(false);
    assert_eq!(list.look_for(&register, &[5]).await, (vec![found("chrg_5")], vec![0, 2, 4]));
}

#[tokio::test]
async fn a_list_of_another_time_is_read_from_its_beginning() {
    let list = List::of(&[1, 2, 3]);
    let register = Register::default();
    assert_eq!(list.look_for(&register, &[9]).await, (vec![Sighting::Absent], vec![0, 2]));
    for (due, read) in
        [("2026-01-31T01:00:00Z", vec![2]), ("2026-01-31T01:00:01Z", vec![0, 2]), (DUE, vec![0, 2])]
    {
        let told = list.look_for_since(&register, &[9], due).await;
        assert_eq!(told, (vec![Sighting::Absent], read), "{due}");
    }
}
