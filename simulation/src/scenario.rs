//! What a world is made of, drawn from its seed. Each kind of trouble is absent
//! from about half of all worlds, so that no kind hides another.

use std::time::Duration;

use engine::{
    CatchUp, Currency, CustomerId, DayCount, Exhausted, Instruction, Missed, Money, Percentage,
    Plan, Policies, RecipientId, Retried, RetryPolicy, RetrySpacing, Timing, TransferAmount, Zone,
};
use jiff::civil::{Date, Time, Weekday};
use recurrence::{DaysOfMonth, Ordinal, Recurrence, Rule, RuleError, Weekdays};

use crate::random::{PerMillion, Random};

/// Days of a world, all of them with faults; schedules end within them.
const DAYS: i64 = 365;
/// Schedules of a world, at most.
const SCHEDULES_MAX: i64 = 16;

/// What a gateway promises, and keeps.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum GatewayKind {
    /// In the node's own process, as the built-in bank: one key, one payment, for ever,
    /// and a request dies with its node.
    Built,
    /// Far away; one key, one payment, for ever. Requests may arrive late.
    Keyed,
    /// Far away; keys are forgotten after a day, and absence proves nothing: what is
    /// not found is never asked for again.
    Forgetful,
    /// Keys mean nothing to it, but what it does not find was certainly not taken.
    Searchable,
}

/// How a copy of the store comes to life.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Copying {
    /// By itself, as one of a disk would.
    Plainly,
    /// As a backup that is restored: held, and resumed by a person days later.
    ThroughBackup,
}

impl Copying {
    /// A plain copy, which may not know that it is one, is safe where keys last.
    fn draw(random: &mut Random, gateway: GatewayKind) -> Option<Copying> {
        let is_copied = gateway != GatewayKind::Built && random.one_in(2);
        let is_plain = gateway == GatewayKind::Keyed && random.one_in(2);
        is_copied.then_some(if is_plain { Copying::Plainly } else { Copying::ThroughBackup })
    }
}

/// What a world is made of.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// Nodes that share the store; one alone has it to itself, as with an embedded one.
    pub nodes: usize,
    /// What moves the money.
    pub gateway: GatewayKind,
    /// Accounts, each with a balance of its own.
    pub accounts: i64,
    /// Schedules, created in the course of the first half.
    pub schedules: i64,
    /// Days with faults.
    pub days: i64,
    /// Payments in one call, at most.
    pub batch_max: u32,
    /// How long a call to the gateway may take.
    pub timeout: Duration,
    /// How long a node may sleep while it awaits an outcome that may become known.
    pub look_every: Duration,
    /// The longest that a node sleeps.
    pub sleep_max: Duration,
    /// The longest that a node that died stays down.
    pub down_max: Duration,
    /// How a copy of the store, made at some moment, is started in the end, in front
    /// of the gateway that has seen all that the original did since; if one is.
    pub copied: Option<Copying>,
    /// What goes wrong, and how often.
    pub troubles: Troubles,
}

/// What goes wrong, and how often.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Troubles {
    /// A node dies, for each call.
    pub crash: PerMillion,
    /// The store fails a call and has written nothing.
    pub store_failed: PerMillion,
    /// The store fails a call and has written all of it.
    pub commit_unknown: PerMillion,
    /// The store takes minutes.
    pub store_slow: PerMillion,
    /// A node stands still for up to twenty minutes, for each call.
    pub pause: PerMillion,
    /// The time of day on a node jumps by up to hours, for each hour.
    pub clock_step: PerMillion,
    /// How far a node's own clocks run fast or slow. Its time of day is set right once a day.
    pub drift: PerMillion,
    /// The gateway cannot be reached, or says that it is too much.
    pub not_sent: PerMillion,
    /// A request is lost on its way.
    pub request_lost: PerMillion,
    /// A request is taken, and the answer is lost.
    pub answer_lost: PerMillion,
    /// A request is taken, and the answer makes no sense.
    pub garbled: PerMillion,
    /// A request arrives a second time, where the gateway looks at keys.
    pub twice: PerMillion,
    /// A request arrives only after its sender has stopped waiting.
    pub late: PerMillion,
    /// A payment is declined.
    pub declined: PerMillion,
    /// A payment is taken and becomes final days later.
    pub accepted: PerMillion,
    /// A payment cannot be looked up.
    pub lookup_failed: PerMillion,
    /// A balance cannot be quoted.
    pub quote_failed: PerMillion,
    /// An owner deletes a schedule, for each schedule.
    pub deleted: PerMillion,
    /// An owner edits a schedule now and then, for each schedule. Not in worlds with a copy,
    /// which knows nothing of what its original was told later.
    pub edited: PerMillion,
}

impl Scenario {
    pub(crate) fn draw(random: &mut Random) -> Scenario {
        let gateway = random.pick(
            GatewayKind::Built,
            &[GatewayKind::Keyed, GatewayKind::Forgetful, GatewayKind::Searchable],
        );
        let nodes = match gateway {
            GatewayKind::Built => 1,
            _ => random.pick(1, &[2, 3]),
        };
        Scenario {
            nodes,
            gateway,
            accounts: random.between(1, 3),
            schedules: random.magnitude(1, SCHEDULES_MAX),
            days: DAYS,
            batch_max: u32::try_from(random.magnitude(1, 16)).unwrap_or(1),
            timeout: Duration::from_secs(random.between(5, 60).cast_unsigned()),
            look_every: Duration::from_secs(random.magnitude(3_600, 2 * 86_400).cast_unsigned()),
            sleep_max: Duration::from_hours(random.magnitude(24, 30 * 24).cast_unsigned()),
            down_max: Duration::from_secs(random.magnitude(10, 6 * 86_400).cast_unsigned()),
            copied: Copying::draw(random, gateway),
            troubles: Troubles::draw(random),
        }
    }

    /// Whether a request that is in flight dies with its node.
    pub(crate) fn is_in_process(&self) -> bool {
        match self.gateway {
            GatewayKind::Built => true,
            // Absence is certain only once no earlier request can still arrive. Where
            // nodes share a store their leases see to that; a single one is recovered
            // at once.
            GatewayKind::Searchable => self.nodes == 1,
            GatewayKind::Keyed | GatewayKind::Forgetful => false,
        }
    }

    /// How long after it was made a payment may not be found by look-ups, in seconds.
    pub(crate) const fn invisible_seconds_max(&self) -> i64 {
        match self.gateway {
            GatewayKind::Built | GatewayKind::Searchable => 0,
            GatewayKind::Keyed => 60,
            // Longer than it knows its keys.
            GatewayKind::Forgetful => 3 * 86_400,
        }
    }

    /// How long after it was sent a request may arrive.
    pub(crate) fn lateness_max(&self) -> Duration {
        match self.gateway {
            GatewayKind::Keyed | GatewayKind::Forgetful => Duration::from_hours(1),
            GatewayKind::Built | GatewayKind::Searchable => self.timeout,
        }
    }
}

impl Troubles {
    fn draw(random: &mut Random) -> Troubles {
        if random.one_in(16) {
            return Troubles::default();
        }
        let mut rate = |most: i64| {
            if random.one_in(2) {
                return 0;
            }
            u32::try_from(random.magnitude(most / 64, most)).unwrap_or(0)
        };
        Troubles {
            crash: rate(20_000),
            store_failed: rate(50_000),
            commit_unknown: rate(50_000),
            store_slow: rate(100_000),
            pause: rate(200_000),
            clock_step: rate(10_000),
            drift: rate(10_000),
            not_sent: rate(300_000),
            request_lost: rate(200_000),
            answer_lost: rate(200_000),
            garbled: rate(200_000),
            twice: rate(200_000),
            late: rate(100_000),
            declined: rate(500_000),
            accepted: rate(500_000),
            lookup_failed: rate(900_000),
            quote_failed: rate(300_000),
            deleted: rate(500_000),
            edited: rate(1_000_000),
        }
    }

    /// Nothing goes wrong any more; what was declined for the balance still may be.
    pub(crate) const fn over(self) -> Troubles {
        Troubles {
            crash: 0,
            store_failed: 0,
            commit_unknown: 0,
            store_slow: 0,
            pause: 0,
            clock_step: 0,
            drift: self.drift,
            not_sent: 0,
            request_lost: 0,
            answer_lost: 0,
            garbled: 0,
            twice: 0,
            late: 0,
            declined: 0,
            accepted: 0,
            lookup_failed: 0,
            quote_failed: 0,
            deleted: 0,
            edited: 0,
        }
    }
}

/// Draws a schedule's plan whose window lies between two dates; `None` where the
/// drawn rule has no date there.
pub(crate) fn plan(random: &mut Random, with_shares: bool, from: Date, to: Date) -> Option<Plan> {
    let zone = random.pick("Asia/Bangkok", &["UTC", "America/New_York", "Pacific/Auckland"]);
    let charge = random.one_in(2);
    let hour = if charge { Time::constant(8, 30, 0, 0) } else { Time::constant(8, 5, 0, 0) };
    let recurrence = Recurrence::new(rule(random).ok()?, from, to).ok()?;
    recurrence.first()?;
    let retry = retry(random, charge);
    Some(Plan {
        cadence: recurrence.into(),
        except: Box::default(),
        policies: Policies {
            timing: Timing::new(Zone::named(zone).ok()?, hour),
            retry,
            run_at_start: random.one_in(2),
            catch_up: catch_up(random),
        },
        instruction: instruction(random, charge, with_shares),
    })
}

fn catch_up(random: &mut Random) -> CatchUp {
    CatchUp {
        missed: random.pick(Missed::All, &[Missed::All, Missed::Latest, Missed::Skip]),
        lateness_max_seconds: u32::try_from(random.magnitude(7_200, 10 * 86_400)).unwrap_or(7_200),
    }
}

fn retry(random: &mut Random, charge: bool) -> RetryPolicy {
    let usual = if charge {
        RetryPolicy::TWO_DAYS_THEN_SUSPEND
    } else {
        RetryPolicy::BUSINESS_DAYS_WHILE_SHORT
    };
    let other = RetryPolicy {
        retries_max: u8::try_from(random.magnitude(1, 8)).unwrap_or(1),
        spacing: random.pick(RetrySpacing::NextDay, &[RetrySpacing::NextBusinessDay]),
        retried: random.pick(Retried::Every, &[Retried::WhileBalanceIsShort]),
        exhausted: random.pick(Exhausted::GoOn, &[Exhausted::SuspendSchedule]),
    };
    let waits: Vec<u8> = (0..random.between(1, 4)).map(|_| random.pick(1, &[2, 3, 5])).collect();
    let ladder = RetryPolicy::ladder(&waits, DayCount::Days, other.retried, other.exhausted);
    random.pick(usual, &[RetryPolicy::NEVER, other, ladder.unwrap_or(RetryPolicy::NEVER)])
}

pub(crate) fn rule(random: &mut Random) -> Result<Rule, RuleError> {
    let every = u16::try_from(random.magnitude(1, 4)).unwrap_or(1);
    match random.between(0, 3) {
        0 => Rule::days(every),
        1 => Rule::weeks(every, Weekdays::new(&[weekday(random), weekday(random)])?),
        2 => {
            let day = u8::try_from(random.pick(31, &[1, 15, 28, 29, 30])).unwrap_or(1);
            let other = u8::try_from(random.between(1, 31)).unwrap_or(1);
            Rule::months_on_days(every, DaysOfMonth::new(&[day, other])?)
        }
        _ => Rule::months_on_weekday(
            every,
            random.pick(Ordinal::First, &[Ordinal::Second, Ordinal::Last]),
            weekday(random),
        ),
    }
}

fn weekday(random: &mut Random) -> Weekday {
    random.pick(Weekday::Monday, &[Weekday::Tuesday, Weekday::Friday, Weekday::Sunday])
}

pub(crate) fn instruction(random: &mut Random, charge: bool, with_shares: bool) -> Instruction {
    if charge {
        return Instruction::Charge {
            customer: CustomerId(random.between(1, 3)),
            card: None,
            money: Money::new(random.magnitude(2_000, 1_000_000), Currency::THB),
            description: None,
        };
    }
    let amount = if !with_shares || random.one_in(3) {
        TransferAmount::Fixed(Money::new(random.magnitude(3_000, 500_000), Currency::THB))
    } else {
        let share = u32::try_from(random.pick(1_000_000, &[500_000, 100_000])).unwrap_or(1);
        TransferAmount::Share {
            share: Percentage::from_ten_thousandths(share).unwrap_or(Percentage::WHOLE),
            currency: Currency::THB,
        }
    };
    Instruction::Transfer { recipient: RecipientId(random.between(1, 3)), amount }
}
