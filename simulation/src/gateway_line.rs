//! A node's line to its gateway.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use engine::{
    AccountId, ChargeId, Decline, DeclineKind, IdempotencyKey, InstallationId, Instant, Money,
    NotSent, Outcome, PaymentId, PaymentRequest, Term,
};
use gateway::{Character, Gateway, Inquiry, Lookup, Permit, Quote};

use crate::books::{Arrival, AttemptName, Inclination, KEY_WINDOW_SECONDS, PaymentState};
use crate::fault::Fault;
use crate::judge::Judge;
use crate::kernel::Incarnation;
use crate::line::{Surroundings, milliseconds};
use crate::scenario::GatewayKind;

/// The least that can be transferred.
const TRANSFER_LEAST_MINOR: i64 = 2_000;

/// One start of a node's line to the gateway.
pub(crate) struct GatewayLine {
    pub(crate) surroundings: Arc<Surroundings>,
    pub(crate) incarnation: Incarnation,
    pub(crate) term: Term,
}

/// What becomes of one request.
#[derive(Clone, Copy)]
struct Fate {
    /// When it arrives; `None` if it never does.
    arrives: Option<Duration>,
    /// When an answer is back, whatever it is.
    answered: Duration,
    /// What is known without the gateway's own answer.
    instead: Option<Instead>,
}

#[derive(Clone, Copy)]
enum Instead {
    NotSent(NotSent),
    Unknown,
}

/// Outcomes as they come in.
type Answers = Arc<Mutex<Vec<Outcome>>>;

impl GatewayLine {
    fn fate(&self) -> Fate {
        let surroundings = &self.surroundings;
        let troubles = surroundings.troubles();
        let timeout = surroundings.scenario.timeout;
        let late_max = surroundings.scenario.lateness_max();
        surroundings.kernel.draw(|random| {
            let there = milliseconds(random, 1, 2_000);
            let answered = (there + milliseconds(random, 1, 2_000)).min(timeout);
            let arrives = Some(there.min(timeout));
            if random.chance(troubles.not_sent) {
                let wait = random.magnitude(1, 7_200).try_into().ok();
                let retry_after_seconds = wait.filter(|_| random.one_in(2));
                let why = random.pick(
                    NotSent::Unreachable,
                    &[NotSent::Throttled { retry_after_seconds }, NotSent::Unauthorised],
                );
                return Fate { arrives: None, answered, instead: Some(Instead::NotSent(why)) };
            }
            let unknown = Some(Instead::Unknown);
            if random.chance(troubles.request_lost) {
                return Fate { arrives: None, answered: timeout, instead: unknown };
            }
            if random.chance(troubles.answer_lost) {
                return Fate { arrives, answered: timeout, instead: unknown };
            }
            if random.chance(troubles.garbled) {
                return Fate { arrives, answered, instead: unknown };
            }
            if random.chance(troubles.late) {
                let most = i64::try_from(late_max.as_millis()).unwrap_or(1);
                let late = milliseconds(random, most / 64, most);
                return Fate { arrives: Some(late), answered: timeout, instead: unknown };
            }
            Fate { arrives, answered, instead: None }
        })
    }

    /// A request arrives after a while, and its outcome goes to `answers`.
    fn send(&self, index: usize, request: PaymentRequest, fate: Fate, answers: &Answers) {
        if let Some(instead) = fate.instead {
            let outcome = match instead {
                Instead::NotSent(why) => Outcome::NotSent(why),
                Instead::Unknown => Outcome::Unknown,
            };
            put(answers, index, outcome);
        }
        let Some(arrives) = fate.arrives else { return };
        if self.is_sent_twice() {
            let (surroundings, request) = (Arc::clone(&self.surroundings), request.clone());
            let late_max = surroundings.scenario.lateness_max().as_secs().cast_signed();
            let again = self.surroundings.kernel.draw(|random| random.magnitude(1, late_max));
            let again = arrives + Duration::from_secs(again.cast_unsigned());
            self.surroundings.kernel.after(again, move || {
                surroundings.kernel.note("again", || request.key.as_str().to_owned());
                arrive(&surroundings, &request);
            });
        }
        let (surroundings, answers) = (Arc::clone(&self.surroundings), Arc::clone(answers));
        let incarnation = self.incarnation;
        self.surroundings.kernel.after(arrives, move || {
            if surroundings.scenario.is_in_process() && !surroundings.kernel.is_alive(incarnation) {
                return;
            }
            let outcome = arrive(&surroundings, &request);
            if fate.instead.is_none() {
                put(&answers, index, outcome);
            }
        });
    }

    /// What lies between may deliver a request twice; a gateway that does not look at keys
    /// is not asked over such a line.
    fn is_sent_twice(&self) -> bool {
        let looks_at_keys = match self.surroundings.scenario.gateway {
            GatewayKind::Keyed | GatewayKind::Forgetful => true,
            GatewayKind::Built | GatewayKind::Searchable => false,
        };
        looks_at_keys && self.surroundings.strikes(|troubles| troubles.twice)
    }

    /// Spoils a request as a planted bug would.
    fn spoil(&self, mut request: PaymentRequest) -> PaymentRequest {
        let drawn = self.surroundings.kernel.draw(crate::random::Random::next);
        if self.surroundings.has(Fault::DrawKeys) {
            let (schedule, at) = (request.schedule, request.at);
            let slot = engine::Slot::from_stored(at.seconds());
            let installation = u32::try_from(drawn >> 40).unwrap_or(0);
            request.key = IdempotencyKey::of(InstallationId(installation), schedule, slot, 0);
        }
        if self.surroundings.has(Fault::PayAnotherAmount) && drawn.is_multiple_of(10) {
            let money = request.body.money_mut();
            *money = Money::new(money.amount_minor + 1, money.currency);
        }
        request
    }

    fn open_quote(&self, quote: &Quote) -> OpenQuote<'_> {
        let (judge, term, account) = (&self.surroundings.judge, self.term, quote.account);
        judge.quoting(term, account);
        OpenQuote { judge, term, account }
    }

    fn misread(&self, outcome: Outcome) -> Outcome {
        let planted = self.surroundings.planted;
        match (outcome, planted) {
            (Outcome::Unknown, Some(Fault::TimeoutIsDecline)) => Outcome::Declined(Decline {
                payment: None,
                kind: DeclineKind::Payer,
                message: None,
            }),
            (Outcome::Unknown, Some(Fault::TimeoutIsNotSent)) => {
                Outcome::NotSent(NotSent::Unreachable)
            }
            (Outcome::Accepted(payment), Some(Fault::AcceptedIsSuccess)) => {
                Outcome::Succeeded(payment)
            }
            (outcome, _) => outcome,
        }
    }

    fn names(&self, requests: &[PaymentRequest]) -> Vec<AttemptName> {
        let books = self.surroundings.books();
        let names: Vec<AttemptName> =
            requests.iter().filter_map(|request| books.name_of(request)).collect();
        if names.len() != requests.len() {
            self.surroundings.kernel.violate(|| "a key is not derived from its slot".to_owned());
        }
        names
    }
}

/// A quote that is being asked for, answered or not.
struct OpenQuote<'line> {
    judge: &'line Judge,
    term: Term,
    account: AccountId,
}

impl Drop for OpenQuote<'_> {
    fn drop(&mut self) {
        self.judge.has_quoted(self.term, self.account);
    }
}

fn later(now: Instant, wait: Duration) -> Instant {
    let wait = i64::try_from(wait.as_nanos()).unwrap_or(i64::MAX);
    Instant::from_nanoseconds(now.nanoseconds().saturating_add(wait))
}

fn put(answers: &Answers, index: usize, outcome: Outcome) {
    let mut answers = answers.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(answer) = answers.get_mut(index) {
        *answer = outcome;
    }
}

/// A request reaches the gateway.
fn arrive(surroundings: &Arc<Surroundings>, request: &PaymentRequest) -> Outcome {
    let troubles = surroundings.troubles();
    let kernel = &surroundings.kernel;
    let (inclination, lag) = kernel.draw(|random| {
        let kind = random.pick(DeclineKind::Payer, &[DeclineKind::Payer, DeclineKind::Payee]);
        let inclination = if random.chance(troubles.declined) {
            Inclination::Decline(kind)
        } else if random.chance(troubles.accepted) {
            Inclination::Accept
        } else {
            Inclination::Succeed
        };
        let invisible_max = surroundings.scenario.invisible_seconds_max();
        let lag = match invisible_max {
            0 => 0,
            most if random.one_in(2) => random.between(1, most),
            most => random.magnitude(1, most),
        };
        (inclination, lag)
    });
    let now = kernel.now();
    let visible_from = now.plus_seconds(lag);
    let arrival = surroundings.books().arrive(request, inclination, now, visible_from);
    match arrival {
        Arrival::Wrong(what) => {
            kernel.violate(|| what);
            Outcome::Unknown
        }
        Arrival::Known(outcome) => outcome,
        Arrival::New(outcome) => {
            kernel.note("payment", || {
                format!("{} {}", request.key.as_str(), Judge::describe(&outcome))
            });
            if matches!(outcome, Outcome::Accepted(_))
                && let Some(name) = surroundings.books().name_of(request)
            {
                finish_later(surroundings, name);
            }
            outcome
        }
    }
}

/// What was accepted becomes final within days.
fn finish_later(surroundings: &Arc<Surroundings>, name: AttemptName) {
    let (wait, paid) =
        surroundings.kernel.draw(|random| (random.magnitude(60, 5 * 86_400), !random.one_in(4)));
    let finishing = Arc::clone(surroundings);
    surroundings.kernel.after(Duration::from_secs(wait.cast_unsigned()), move || {
        let state =
            if paid { PaymentState::Succeeded } else { PaymentState::Declined(DeclineKind::Payer) };
        finishing.kernel.note("final", || format!("{name} {state:?}"));
        finishing.books().finish(name, state);
    });
}

#[async_trait]
impl Gateway for GatewayLine {
    async fn pay(&self, requests: Vec<PaymentRequest>, permit: Permit) -> Vec<Outcome> {
        let surroundings = &self.surroundings;
        let kernel = &surroundings.kernel;
        let names = self.names(&requests);
        surroundings.maybe_disturb(self.incarnation, surroundings.scenario.timeout);
        let answers: Answers = Arc::new(Mutex::new(vec![Outcome::Unknown; requests.len()]));
        let mut last = kernel.now();
        // The built-in bank writes a batch in one commit; elsewhere each request has a fate
        // of its own, and some gateways are sent one after the other.
        let together = surroundings.scenario.is_in_process().then(|| self.fate());
        let one_by_one = together.is_none() && kernel.draw(|random| random.one_in(2));
        for (index, (request, name)) in requests.into_iter().zip(&names).enumerate() {
            if one_by_one && index > 0 {
                kernel.sleep(kernel.draw(|random| milliseconds(random, 1, 2_000))).await;
            }
            if !permit.holds() && !surroundings.has(Fault::IgnorePermit) {
                put(&answers, index, Outcome::NotSent(NotSent::KeptBack));
                continue;
            }
            surroundings.judge.sending(self.term, &request, *name, &surroundings.books());
            kernel.note("sending", || format!("{}: {name}", self.incarnation));
            let fate = together.unwrap_or_else(|| self.fate());
            last = last.max(later(kernel.now(), fate.answered));
            self.send(index, self.spoil(request), fate, &answers);
        }
        if surroundings.has(Fault::AcknowledgeBeforePaying) {
            return names
                .iter()
                .map(|_| Outcome::Succeeded(PaymentId::Charge(ChargeId(0))))
                .collect();
        }
        let rest = last.nanoseconds().saturating_sub(kernel.now().nanoseconds()).max(0);
        kernel.sleep(Duration::from_nanos(rest.cast_unsigned())).await;
        let outcomes = std::mem::take(&mut *answers.lock().unwrap_or_else(PoisonError::into_inner));
        surroundings.kernel.note("answered", || {
            let answers = names.iter().zip(&outcomes);
            let words = answers.map(|(name, it)| format!("{name}: {}", Judge::describe(it)));
            format!("{}: {}", self.incarnation, words.collect::<Vec<_>>().join(", "))
        });
        outcomes.into_iter().map(|outcome| self.misread(outcome)).collect()
    }

    async fn look_up(&self, inquiries: Vec<Inquiry>) -> Vec<Lookup> {
        let surroundings = &self.surroundings;
        if surroundings.has(Fault::RecoverWithoutLookup) {
            return vec![Lookup::Absent; inquiries.len()];
        }
        surroundings.maybe_disturb(self.incarnation, Duration::from_secs(1));
        let wait = surroundings.kernel.draw(|random| milliseconds(random, 1, 1_000));
        surroundings.kernel.sleep(wait).await;
        let now = surroundings.kernel.now();
        inquiries
            .iter()
            .map(|Inquiry { request, .. }| {
                if surroundings.strikes(|troubles| troubles.lookup_failed) {
                    return Lookup::Unreachable;
                }
                let found = surroundings.books().look_up(request, now);
                found.map_or(Lookup::Absent, |outcome| Lookup::Found(self.misread(outcome)))
            })
            .collect()
    }

    async fn quote(&self, quotes: Vec<Quote>) -> Vec<Result<Money, Outcome>> {
        let surroundings = &self.surroundings;
        let open: Vec<OpenQuote<'_>> = quotes.iter().map(|quote| self.open_quote(quote)).collect();
        surroundings.maybe_disturb(self.incarnation, Duration::from_secs(1));
        let wait = surroundings.kernel.draw(|random| milliseconds(random, 1, 1_000));
        surroundings.kernel.sleep(wait).await;
        drop(open);
        quotes
            .iter()
            .map(|quote| {
                if surroundings.strikes(|troubles| troubles.quote_failed) {
                    let unknown = surroundings.kernel.draw(|random| random.one_in(2));
                    let not_sent = Outcome::NotSent(NotSent::Unreachable);
                    return Err(if unknown { Outcome::Unknown } else { not_sent });
                }
                let share = quote.share.of(surroundings.books().balance(quote.account));
                if share < TRANSFER_LEAST_MINOR {
                    return Err(Outcome::Declined(Decline {
                        payment: None,
                        kind: DeclineKind::BalanceShort,
                        message: Some("the balance is too small".into()),
                    }));
                }
                Ok(Money::new(share, quote.currency))
            })
            .collect()
    }

    fn character(&self) -> Character {
        let scenario = &self.surroundings.scenario;
        let (key_window, absence_conclusive_after) = match scenario.gateway {
            GatewayKind::Built => (None, Some(Duration::ZERO)),
            GatewayKind::Keyed => (None, None),
            GatewayKind::Forgetful if self.surroundings.has(Fault::AskPastKeyWindow) => {
                (None, None)
            }
            GatewayKind::Forgetful => {
                (Some(Duration::from_secs(KEY_WINDOW_SECONDS.cast_unsigned())), None)
            }
            GatewayKind::Searchable => (Some(Duration::ZERO), Some(Duration::ZERO)),
        };
        Character {
            batch_max: scenario.batch_max,
            key_window,
            absence_conclusive_after,
            timeout: scenario.timeout,
        }
    }
}
