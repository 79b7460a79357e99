//! What is asked of a schedule, read and looked up; what is wrong with it is told with
//! the keys of Moov's `ScheduleValidationError`: `recur`, `description`, and under
//! `occurrences` the index of each.

use engine::edit::Addition;
use engine::{Instant, Instruction, PartyId, Remitted};
use jiff::civil::DateTime;
use recurrence::Timetable;

use super::body::{OccurrenceBody, RecurBody, UpsertBody};
use super::kept::Between;
use super::recurrence_rule::{self, RuleRead};
use crate::moov::context::Context;
use crate::moov::ids;
use crate::moov::refusal::Refusal;
use crate::moov::run_transfer::{Readable, RunTransferBody, read_all};
use crate::moov::validation::Problems;

/// How long the description of a schedule can be, in characters.
const DESCRIPTION_LENGTH_MAX: usize = 256;
/// Occurrences that one request can name, at most.
const OCCURRENCES_MAX: usize = engine::edit::AMENDMENTS_MAX;
/// Occurrences that a rule with an end can give, at most.
pub(super) const GENERATED_MAX: u64 = 5_000;
/// Occurrences that a rule can give in one day, at most.
pub(super) const PER_DAY_MAX: u64 = 1_440;
/// Days looked at to find out how many a rule gives in one: from one day to another on
/// which it falls, the number differs by a remainder.
const DAYS_LOOKED_AT: usize = 3;

/// What is asked of a schedule: what is not asked stays, or is not there.
#[derive(Clone, Debug)]
pub(super) struct Wish {
    pub(super) description: Option<String>,
    pub(super) recur: Option<RecurWish>,
    pub(super) occurrences: Vec<OccurrenceWish>,
}

/// A rule and its template.
#[derive(Clone, Debug)]
pub(super) struct RecurWish {
    pub(super) text: String,
    pub(super) rule: RuleRead,
    /// Where the rule or the request says it.
    pub(super) start: Option<Instant>,
    pub(super) transfer: Readable,
}

/// An occurrence to add, or how one is to stand.
#[derive(Clone, Debug)]
pub(super) struct OccurrenceWish {
    /// Its place in the request.
    pub(super) index: usize,
    /// Its id, in lower case; `None` for one to add.
    pub(super) id: Option<String>,
    pub(super) canceled: Option<bool>,
    pub(super) run_on: Option<Instant>,
    pub(super) transfer: Option<Readable>,
}

/// What is wrong with a `runTransfer`, as one text.
fn in_run_transfer(wrong: &[String]) -> String {
    let told: Vec<String> = wrong.iter().map(|it| format!("runTransfer.{it}")).collect();
    told.join("; ")
}

impl Wish {
    /// Reads a request. What could not be read is left out of the wish, and among the
    /// problems.
    pub(super) async fn read(
        context: &Context,
        party: PartyId,
        body: &UpsertBody,
    ) -> Result<(Wish, Problems), Refusal> {
        let mut problems = Problems::new();
        let asked = body.occurrences.as_deref().unwrap_or_default();
        if asked.len() > OCCURRENCES_MAX {
            let message = format!("a request can name {OCCURRENCES_MAX} occurrences at most");
            add(&mut problems, OCCURRENCES_MAX, &message);
            return Err(finished(problems));
        }
        let bodies: Vec<&RunTransferBody> =
            asked.iter().filter_map(|it| it.run_transfer.as_ref()).collect();
        let template = body.recur.as_ref().and_then(|recur| recur.run_transfer.as_ref());
        let bodies: Vec<_> = template.into_iter().chain(bodies).collect();
        let transfers = read_all(context, party, &bodies).await?.into_iter();
        let mut transfers = transfers.map(|read| read.map_err(|wrong| in_run_transfer(&wrong)));
        let recur = body.recur.as_ref().and_then(|recur| {
            let transfer = recur.run_transfer.as_ref().and_then(|_| transfers.next());
            recur_wish(recur, transfer, &mut problems)
        });
        let mut occurrences = Vec::with_capacity(asked.len());
        for (index, asked) in asked.iter().enumerate() {
            let transfer = asked.run_transfer.as_ref().and_then(|_| transfers.next());
            occurrences.extend(occurrence_wish(index, asked, transfer, &mut problems));
        }
        let description = body.description.clone();
        if description.as_ref().is_some_and(|it| it.chars().count() > DESCRIPTION_LENGTH_MAX) {
            problems
                .add("description", format!("is longer than {DESCRIPTION_LENGTH_MAX} characters"));
        }
        Ok((Wish { description, recur, occurrences }, problems))
    }

    /// Between whom all its transfers go, and who runs them: the first says it, or what
    /// is known already. Those that differ are problems.
    pub(super) fn between(
        &self,
        known: Option<Between>,
        problems: &mut Problems,
    ) -> Option<Between> {
        const DIFFERS: &str = "runTransfer: all transfers of a schedule have the same source \
             account, destination account and partnerAccountID";
        let mut between = known;
        if let Some(recur) = &self.recur
            && *between.get_or_insert(of(&recur.transfer)) != of(&recur.transfer)
        {
            problems.add("recur", DIFFERS);
        }
        for occurrence in &self.occurrences {
            if let Some(transfer) = &occurrence.transfer
                && *between.get_or_insert(of(transfer)) != of(transfer)
            {
                add(problems, occurrence.index, DIFFERS);
            }
        }
        between
    }
}

impl RecurWish {
    /// Its times, from where it starts or else from there.
    pub(super) fn times(&self, otherwise: Instant) -> (Instant, Timetable) {
        let start = self.start.unwrap_or(otherwise);
        (start, self.rule.times(utc(start.floor_second())))
    }

    pub(super) const fn template(&self) -> &Remitted {
        &self.transfer.remitted
    }
}

impl OccurrenceWish {
    /// Adds a problem with it.
    pub(super) fn refuse(&self, problems: &mut Problems, message: &str) {
        add(problems, self.index, message);
    }
}

/// What clocks in UTC show.
pub(super) fn utc(instant: Instant) -> DateTime {
    engine::Zone::utc().moment_at(instant)
}

/// What keeps times from being a schedule's, if anything does.
pub(super) fn unfit(times: &Timetable, is_indefinite: bool) -> Option<String> {
    let Some((first, last)) = times.first().zip(times.last()) else {
        return Some("recurrenceRule gives no occurrence at all".to_owned());
    };
    let whole = || times.count_between(DateTime::MIN, DateTime::MAX);
    if !is_indefinite && whole() > GENERATED_MAX {
        return Some(format!(
            "recurrenceRule gives more than {GENERATED_MAX} occurrences; it would give \
             fewer, or have no end"
        ));
    }
    if is_crowded(times, first) {
        return Some(format!("recurrenceRule gives more than {PER_DAY_MAX} occurrences in a day"));
    }
    let zone = engine::Zone::utc();
    let beyond = |moment| zone.instant_of(moment).is_none();
    if beyond(first) || (!is_indefinite && beyond(last)) {
        return Some("recurrenceRule gives occurrences beyond the year 2261".to_owned());
    }
    None
}

fn is_crowded(times: &Timetable, first: DateTime) -> bool {
    let mut from = Some(first);
    for _ in 0..DAYS_LOOKED_AT {
        let Some(moment) = from else { return false };
        let (start, end) = (moment.date().at(0, 0, 0, 0), moment.date().at(23, 59, 59, 0));
        if times.count_between(start, end) > PER_DAY_MAX {
            return true;
        }
        from = times.after(end);
    }
    false
}

/// Adds a problem with the occurrence of an index.
pub(super) fn add(problems: &mut Problems, index: usize, message: &str) {
    problems.add_at(&["occurrences", &index.to_string()], message);
}

fn finished(problems: Problems) -> Refusal {
    problems.finish().err().unwrap_or_else(Refusal::failed)
}

const fn of(transfer: &Readable) -> Between {
    Between {
        source: transfer.source_owner,
        destination: transfer.destination_owner,
        partner: transfer.remitted.partner,
    }
}

fn recur_wish(
    body: &RecurBody,
    transfer: Option<Result<Readable, String>>,
    problems: &mut Problems,
) -> Option<RecurWish> {
    let mut refuse = |message: String| problems.add("recur", message);
    let rule = match body.recurrence_rule.as_deref() {
        None | Some("") => {
            refuse("recurrenceRule is missing".to_owned());
            None
        }
        Some(text) => match recurrence_rule::read(text) {
            Ok(rule) => Some((text.to_owned(), rule)),
            Err(wrong) => {
                refuse(format!("recurrenceRule {wrong}"));
                None
            }
        },
    };
    let start = body.start.map_or(Ok(None), super::moment::Moment::instant);
    if let Err(wrong) = start {
        refuse(format!("start {wrong}"));
    }
    let transfer = match transfer {
        None => {
            refuse("runTransfer is missing".to_owned());
            None
        }
        Some(transfer) => transfer.map_err(&mut refuse).ok(),
    };
    let (text, rule) = rule?;
    let start = start.ok()?;
    let of_rule = rule.start.map(|moment| engine::Zone::utc().instant_of(moment));
    let start = match (start, of_rule) {
        (_, Some(None)) => {
            refuse("recurrenceRule has a DTSTART outside the years 1678 to 2261".to_owned());
            return None;
        }
        (Some(start), Some(Some(of_rule))) if start != of_rule => {
            refuse("start and the DTSTART of recurrenceRule are different times".to_owned());
            return None;
        }
        (start, of_rule) => start.or(of_rule.flatten()),
    };
    Some(RecurWish { text, rule, start, transfer: transfer? })
}

fn occurrence_wish(
    index: usize,
    body: &OccurrenceBody,
    transfer: Option<Result<Readable, String>>,
    problems: &mut Problems,
) -> Option<OccurrenceWish> {
    let mut refuse = |message: &str| add(problems, index, message);
    let id = match body.occurrence_id.as_deref().filter(|id| !id.is_empty()) {
        None => Ok(None),
        Some(id) => ids::canonical(id).map(Some).ok_or("occurrenceID is not a UUID"),
    };
    let id = id.map_err(&mut refuse);
    let run_on = body.run_on.map_or(Ok(None), super::moment::Moment::instant);
    let run_on = run_on.map_err(|wrong| refuse(&format!("runOn {wrong}")));
    let transfer = transfer.transpose().map_err(|wrong| refuse(&wrong));
    let (id, run_on, transfer) = (id.ok()?, run_on.ok()?, transfer.ok()?);
    Some(OccurrenceWish { index, id, canceled: body.canceled, run_on, transfer })
}

impl OccurrenceWish {
    /// As a slot to be added.
    pub(super) fn addition(&self, now: Instant, problems: &mut Problems) -> Option<Addition> {
        match self.run_on {
            None => self.refuse(problems, "runOn is missing"),
            Some(run_on) if run_on < now => self.refuse(problems, RUN_ON_HAS_PASSED),
            Some(_) => {}
        }
        let Some(transfer) = &self.transfer else {
            self.refuse(problems, "runTransfer is missing");
            return None;
        };
        Some(Addition {
            run_at: self.run_on?,
            instruction: Instruction::Remittance(transfer.remitted.clone()),
            canceled_at: self.canceled.unwrap_or(false).then_some(now),
        })
    }
}

/// What is wrong with a `runOn` that is not to come.
pub(super) const RUN_ON_HAS_PASSED: &str = "runOn has passed; it would be now or later";
