//! Drawing what schedules are, and what is wanted of them.

use engine::edit::Addition;
use engine::{
    BusinessDays, Cadence, CardId, CatchUp, Currency, CustomerId, DayCount, Exhausted, Instant,
    Instruction, Missed, Money, PartyId, PaymentMethodId, Percentage, Plan, Policies, RecipientId,
    Remitted, Retried, RetryPolicy, Timing, TransferAmount, Zone,
};
use jiff::ToSpan;
use jiff::civil::{Date, Time};
use recurrence::{DaysOfMonth, NamedCalendar, Recurrence, Rule, Timetable};

use crate::dice::Dice;

pub fn plan(dice: &mut Dice, now: Instant) -> Plan {
    let policies = Policies {
        timing: timing(dice, now),
        retry: retry(dice),
        catch_up: catch_up(dice),
        run_at_start: dice.one_in(3),
    };
    let cadence = cadence(dice, &policies.timing, now);
    Plan::new(cadence, policies, instruction(dice))
}

pub fn timing(dice: &mut Dice, now: Instant) -> Timing {
    let zone = dice.pick(&[
        "Asia/Bangkok",
        "Asia/Bangkok",
        "UTC",
        "Europe/London",
        "America/New_York",
        "Pacific/Kiritimati",
    ]);
    let zone = Zone::named(zone).unwrap();
    let hour =
        dice.pick(&[Time::midnight(), Time::constant(8, 30, 0, 0), Time::constant(2, 15, 0, 0)]);
    let business_days = match dice.roll(6) {
        0 => Some(BusinessDays::weekdays()),
        1 => Some(BusinessDays::of(NamedCalendar::BankOfThailand, zone.date_at(now))),
        _ => None,
    };
    Timing { business_days, ..Timing::new(zone, hour) }
}

pub fn retry(dice: &mut Dice) -> RetryPolicy {
    match dice.roll(5) {
        0 | 1 => RetryPolicy::TWO_DAYS_THEN_SUSPEND,
        2 => RetryPolicy::BUSINESS_DAYS_WHILE_SHORT,
        3 => RetryPolicy::NEVER,
        _ => {
            let waits: &[u8] = dice.pick(&[&[1_u8, 2][..], &[3], &[1, 1, 1, 1]]);
            let counted_in = dice.pick(&[DayCount::Days, DayCount::BusinessDays]);
            let retried = dice.pick(&[Retried::Every, Retried::WhereItMayHelp]);
            let exhausted = dice.pick(&[Exhausted::SuspendSchedule, Exhausted::GoOn]);
            RetryPolicy::ladder(waits, counted_in, retried, exhausted).unwrap()
        }
    }
}

pub fn catch_up(dice: &mut Dice) -> CatchUp {
    let missed = dice.pick(&[Missed::All, Missed::All, Missed::Latest, Missed::Skip]);
    let lateness_max_seconds = dice.pick(&[3 * 86_400, 7_200, 86_400]);
    CatchUp { missed, lateness_max_seconds }
}

pub fn cadence(dice: &mut Dice, timing: &Timing, now: Instant) -> Cadence {
    let today = timing.zone.date_at(now);
    // Some begin in the past, and some are about to end.
    let start = day(today, dice.whole(12) - 4);
    let span = dice.pick(&[0, 1, 2, 4, 9, 40, 400]);
    match dice.roll(10) {
        0..=5 => {
            let end = day(today, span).max(start);
            let rule = match dice.roll(4) {
                0 | 1 => Rule::days(1),
                2 => Rule::days(2),
                _ => Rule::months_on_days(1, DaysOfMonth::new(&[1 + dice.small(31), 15]).unwrap()),
            };
            Recurrence::new(rule.unwrap(), start, end).unwrap().into()
        }
        6..=8 => {
            let rule = dice.pick(&[
                "FREQ=DAILY;COUNT=5",
                "FREQ=HOURLY;INTERVAL=9",
                "FREQ=DAILY;BYHOUR=2,14;COUNT=30",
                "FREQ=WEEKLY;BYDAY=MO,FR",
            ]);
            let time = Time::constant(dice.pick(&[0, 2, 9]), dice.pick(&[0, 30]), 0, 0);
            Timetable::new(rule.parse().unwrap(), start.to_datetime(time)).into()
        }
        _ => Cadence::Nothing,
    }
}

fn day(today: Date, later: i64) -> Date {
    today.checked_add(later.days()).unwrap()
}

pub fn instruction(dice: &mut Dice) -> Instruction {
    let money = Money::new(1 + dice.whole(5_000), dice.pick(&[Currency::THB, Currency::USD]));
    match dice.roll(5) {
        0 | 1 => Instruction::Charge {
            customer: CustomerId(11 + dice.whole(3)),
            card: dice.one_in(2).then_some(CardId(5)),
            money,
            description: dice.one_in(2).then(|| "ค่าสมาชิก".into()),
        },
        2 => Instruction::Transfer {
            recipient: RecipientId(11 + dice.whole(3)),
            amount: TransferAmount::Fixed(money),
        },
        3 => Instruction::Transfer {
            recipient: RecipientId(11 + dice.whole(3)),
            amount: TransferAmount::Share { share: Percentage::WHOLE, currency: money.currency },
        },
        _ => Instruction::Remittance(Remitted {
            partner: PartyId(11 + dice.whole(3)),
            source: PaymentMethodId(2),
            destination: PaymentMethodId(3),
            money,
            particulars: "{\"note\":1}".into(),
        }),
    }
}

/// The same kind of payment: the engine refuses that a schedule comes to pay by another.
pub fn instruction_like(dice: &mut Dice, other: &Instruction) -> Instruction {
    loop {
        let drawn = instruction(dice);
        if drawn.kind() == other.kind() {
            return drawn;
        }
    }
}

pub fn addition(dice: &mut Dice, other: &Instruction, now: Instant) -> Addition {
    let hours = dice.whole(60) - 6;
    Addition {
        run_at: now.plus_seconds(3_600 * hours),
        instruction: instruction_like(dice, other),
        canceled_at: dice.one_in(6).then_some(now),
    }
}
