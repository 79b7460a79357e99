//! Moving data from one database to another, all of them or one account's.
//!
//! A move is sure to leave each payment to one database. The order of its steps:
//!
//! 1. Both databases are had alone, so that nothing changes meanwhile.
//! 2. Everything is copied within one transaction of the target, and compared there.
//! 3. The source is marked, which is committed: from here on it cannot be started.
//! 4. The target's transaction is committed: from here on it can.
//! 5. The source is marked as one that is gone for good.
//!
//! Whatever breaks before 3 leaves the source as it was; what breaks between 3 and 4 leaves two
//! databases of which none can be started, and the same move again copies what the source
//! still holds, or finds that all is done.
//!
//! What was in flight in the source is in flight in the target, under an earlier term and
//! without a lease: whoever starts there looks it up before anything else.

mod mark;
mod part;
mod row;
mod side;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use engine::{Account, Instant, LaneId, Mode};

pub(crate) use self::mark::{EVERYTHING, Mark, State};
#[cfg(test)]
pub(crate) use self::part::forgotten;
pub(crate) use self::part::{Lies, PARTS, Part};
pub(crate) use self::row::{Row, Value};
pub(crate) use self::side::{Batch, Numbers, Side, Whose};

use self::mark::{generation, number_after};
use self::part::{HISTORY_FILE, MOVED};
use self::row::Sum;
use crate::columns::Stored as _;
use crate::fault::{Fault, Outcome};
use crate::history::FileState;
use crate::postgres;
use crate::{Result, StoreError, sqlite};

/// Rows that are read, and then written, at once.
pub(crate) const ROWS_AT_ONCE: usize = 1_000;
/// Findings that are told, at most.
const FINDINGS_TOLD_MAX: usize = 5;

/// A database that data are moved from or to.
#[derive(Clone, Debug)]
pub enum Place {
    /// A file of SQLite.
    File(PathBuf),
    /// A database of PostgreSQL.
    Database(Box<postgres::Settings>),
}

impl std::fmt::Display for Place {
    /// Without a password.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Place::File(path) => path.display().fmt(formatter),
            Place::Database(settings) => match settings.place() {
                Ok(place) => formatter.write_str(&place),
                Err(_) => formatter.write_str("a database whose URL cannot be read"),
            },
        }
    }
}

/// What is moved.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum What {
    /// All data.
    Everything,
    /// One account, with all that is its own.
    Account {
        /// What it is called; its number, where it has no name.
        name: String,
        /// In which mode it is.
        mode: Mode,
    },
}

/// What becomes of data that were on their way to a target which is not there any more.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Lost {
    /// They stay: the target may be somewhere else by now, and run.
    Refuse,
    /// They are copied anew, to whichever target. Whoever says so knows that nothing runs there.
    CopyAnew,
}

/// How far a move has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// Rows of a table were copied.
    Copied {
        /// The table.
        table: &'static str,
        /// How many are, of all tables.
        rows: u64,
        /// How many there are to copy, of all tables.
        of: u64,
    },
    /// Rows of the copy were read again.
    Compared {
        /// The table.
        table: &'static str,
        /// How many were, of all tables.
        rows: u64,
        /// How many there are to compare, of all tables.
        of: u64,
    },
    /// What must hold of the target is looked at.
    Examining,
    /// The source is marked: it cannot be started any more.
    Left,
    /// The target is whole.
    Arrived,
}

/// What a move came to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Moved {
    /// Whether it was done before, so that nothing was left to do.
    pub already: bool,
    /// How many rows of each table were moved, without those that have none.
    pub tables: Vec<(&'static str, u64)>,
    /// When the next run of each lane can be claimed, in source and target alike.
    pub next_due: Vec<(LaneId, Option<Instant>)>,
}

/// Moves data, and tells of each step. `at` is now by the wall clock.
///
/// # Errors
/// Where either database is in use or cannot be reached, where the target has what is to be
/// moved there, or something else, and where what was copied is not what was read.
pub async fn relocate(
    from: &Place,
    to: &Place,
    what: &What,
    lost: Lost,
    at: Instant,
    tell: &mut (dyn FnMut(Step) + Send),
) -> Result<Moved> {
    match try_to(from, to, what, lost, at, tell).await {
        Err(Fault::Refused(message)) => Err(StoreError::NotMoved { message }),
        done => done.map_err(|fault| fault.while_doing("moving data")),
    }
}

async fn try_to(
    from: &Place,
    to: &Place,
    what: &What,
    lost: Lost,
    at: Instant,
    tell: &mut (dyn FnMut(Step) + Send),
) -> Outcome<Moved> {
    let source = open(from, true).await?;
    let target = open(to, false).await?;
    let mut relocation = Relocation { source, target, lost, at, tell, rows: 0, of: 0 };
    relocation.run(what).await
}

async fn open(place: &Place, must_be_there: bool) -> Outcome<Box<dyn Side>> {
    Ok(match place {
        Place::File(path) => Box::new(sqlite::Relocating::open(path, must_be_there)?),
        Place::Database(settings) => {
            Box::new(postgres::Relocating::open(settings, must_be_there).await?)
        }
    })
}

/// A move that is under way.
struct Relocation<'tell> {
    source: Box<dyn Side>,
    target: Box<dyn Side>,
    lost: Lost,
    at: Instant,
    tell: &'tell mut (dyn FnMut(Step) + Send),
    /// How many rows were copied or compared, and how many are to be.
    rows: u64,
    of: u64,
}

/// What is moved, as the source has it.
struct Subject {
    whose: Whose,
    /// What its mark is of.
    account: i64,
    /// What people call it.
    name: String,
    lanes: BTreeSet<LaneId>,
    /// What the move is called.
    number: i64,
    /// Whether the source was marked by an earlier attempt, as one that they are leaving.
    is_leaving: bool,
}

impl Relocation<'_> {
    async fn run(&mut self, what: &What) -> Outcome<Moved> {
        self.source.begin().await?;
        let subject = self.subject(what).await?;
        if self.is_done(&subject).await? {
            self.say_goodbye(&subject).await?;
            return Ok(Moved { already: true, tables: Vec::new(), next_due: Vec::new() });
        }
        self.source.must_be_at_rest().await?;
        self.must_have_its_history(&subject).await?;
        let is_fresh = self.prepare(&subject).await?;
        let copied = self.copy(&subject, is_fresh).await?;
        self.number(&subject, is_fresh).await?;
        self.compare(&subject, &copied).await?;
        let next_due = self.examine(&subject).await?;
        self.change_over(&subject).await.map_err(|fault| unfinished(&fault))?;
        self.say_goodbye(&subject).await.map_err(|fault| unfinished(&fault))?;
        let tables = copied.iter().map(|(part, sum)| (part.name, sum.rows));
        Ok(Moved { already: false, tables: tables.filter(|it| it.1 > 0).collect(), next_due })
    }

    /// Finds in the source what is to be moved, and whether it may be.
    async fn subject(&mut self, what: &What) -> Outcome<Subject> {
        let accounts = self.source.accounts().await?;
        let marks = self.source.marks().await?;
        let mark_of = |account: i64| marks.iter().find(|mark| mark.account == account);
        if let Some(mark) = mark_of(EVERYTHING)
            && (mark.state == State::Arriving
                || (*what != What::Everything && mark.state != State::Arrived))
        {
            return Err(refused(Mark::told(mark.state.number(), "the data", &mark.place)));
        }
        match what {
            What::Everything => {
                let unfinished =
                    |mark: &&Mark| mark.account != EVERYTHING && mark.state == State::Leaving;
                if let Some(mark) = marks.iter().find(unfinished) {
                    let name = accounts.iter().find(|account| account.id.0 == mark.account);
                    let name = name.map_or_else(|| mark.account.to_string(), called);
                    let what = format!("account {name}");
                    return Err(refused(Mark::told(mark.state.number(), &what, &mark.place)));
                }
                let (number, is_leaving) = number_of(mark_of(EVERYTHING))?;
                Ok(Subject {
                    whose: Whose::All,
                    account: EVERYTHING,
                    name: "the data".to_owned(),
                    lanes: accounts.iter().map(|account| account.lane).collect(),
                    number,
                    is_leaving,
                })
            }
            What::Account { name, mode } => {
                let account = find(&accounts, name, *mode)?;
                let shared =
                    accounts.iter().find(|it| it.lane == account.lane && it.id != account.id);
                if let Some(other) = shared {
                    return Err(refused(format!(
                        "account {name} shares lane {} and its clock with account {}; all data can \
                         be moved, or accounts that have a lane of their own",
                        account.lane.0,
                        called(other)
                    )));
                }
                let (number, is_leaving) = number_of(mark_of(account.id.0))?;
                Ok(Subject {
                    whose: Whose::One { account: account.id.0, lane: account.lane.0 },
                    account: account.id.0,
                    name: format!("account {}", called(account)),
                    lanes: BTreeSet::from([account.lane]),
                    number,
                    is_leaving,
                })
            }
        }
    }

    /// Whether the target has all that this move brings. Refuses where it went elsewhere.
    async fn is_done(&mut self, subject: &Subject) -> Outcome<bool> {
        let place = self.target.place();
        self.target.begin().await?;
        let arrived = self.target.marks().await?.into_iter().any(|mark| {
            mark.account == subject.account
                && mark.number == subject.number
                && mark.state == State::Arrived
        });
        self.target.commit().await?;
        let marks = self.source.marks().await?;
        let mark = marks.into_iter().find(|mark| mark.account == subject.account);
        match mark {
            Some(mark) if mark.state == State::Gone && !arrived => {
                Err(refused(Mark::told(mark.state.number(), &subject.name, &mark.place)))
            }
            Some(mark)
                if mark.state == State::Leaving
                    && !arrived
                    && mark.place != place
                    && self.lost == Lost::Refuse =>
            {
                Err(refused(Mark::told(mark.state.number(), &subject.name, &mark.place)))
            }
            Some(mark) => Ok(arrived && mark.state != State::Arrived),
            None => Ok(false),
        }
    }

    /// Refuses an account of which history is in files. They hold other accounts' too, and only
    /// the data that moved it know which they are: elsewhere nobody could say where it is, and
    /// the same occurrences could be moved into files twice.
    async fn must_have_its_history(&mut self, subject: &Subject) -> Outcome<()> {
        if subject.whose == Whose::All {
            return Ok(());
        }
        let schedules = self.source.count(MOVED, subject.whose).await?;
        if schedules > 0 {
            return Err(refused(format!(
                "occurrences of {schedules} schedules of {} were moved into files of history, \
                 which are of all accounts and known to these data alone; all data can be moved, \
                 or accounts of which nothing is in such files",
                subject.name
            )));
        }
        let mut files = Reading::of(HISTORY_FILE, Whose::All);
        while let Some(rows) = files.next(self.source.as_mut()).await? {
            for row in &rows {
                if let [_, Value::Text(name), .., Value::Whole(state)] = &row[..]
                    && *state != FileState::Moved.number()
                {
                    return Err(refused(format!(
                        "moving history into {name} was not finished; run kalends history move \
                         again, with the folder of that file, and then this"
                    )));
                }
            }
        }
        Ok(())
    }

    /// Looks whether the target may have what is moved, and begins to write. Whether it has
    /// nothing else.
    async fn prepare(&mut self, subject: &Subject) -> Outcome<bool> {
        let mut is_fresh = true;
        self.target.begin().await?;
        for part in PARTS {
            is_fresh = is_fresh && self.target.count(part, Whose::All).await? == 0;
        }
        let marks = self.target.marks().await?;
        let place = self.target.place();
        let everything = marks.iter().find(|mark| mark.account == EVERYTHING);
        if is_fresh {
            self.must_be_new(subject, everything)?;
            // On its own, so that a target that is left without its data is not taken for a
            // new one.
            let mark = self.mark(subject, EVERYTHING, State::Arriving, self.source.place());
            self.target.put_mark(&mark).await?;
            self.target.commit().await?;
            self.target.begin().await?;
            self.target.take_mark(EVERYTHING).await?;
            return Ok(true);
        }
        if let Some(mark) = everything.filter(|mark| mark.state != State::Arrived) {
            return Err(refused(Mark::told(mark.state.number(), &place, &mark.place)));
        }
        let Whose::One { account, lane } = subject.whose else {
            return Err(refused(format!(
                "{place} has data already, and all data go only to where there are none"
            )));
        };
        let left = marks.iter().find(|mark| mark.account == account);
        if let Some(mark) = left.filter(|mark| mark.state == State::Gone) {
            // It comes back, unless it was here since it left the source, and went on.
            if generation(mark.number) >= generation(subject.number) {
                return Err(refused(Mark::told(mark.state.number(), &subject.name, &mark.place)));
            }
            self.must_be_the_same(subject).await?;
            // What it left behind is older than what it brings.
            self.target.clear(account, lane).await?;
            self.target.take_mark(account).await?;
        }
        self.must_have_room(subject).await?;
        Ok(false)
    }

    /// Refuses a target without data that another move has begun with, and one that is not the
    /// one which the source was left for: that one may be elsewhere by now, and run.
    fn must_be_new(&self, subject: &Subject, mark: Option<&Mark>) -> Outcome<()> {
        if self.lost == Lost::CopyAnew {
            return Ok(());
        }
        let source = self.source.place();
        let is_ours = |mark: &Mark| mark.number == subject.number;
        match mark.filter(|mark| mark.state != State::Arrived) {
            Some(mark) if mark.state != State::Arriving => {
                Err(refused(Mark::told(mark.state.number(), "the data", &mark.place)))
            }
            Some(mark) if mark.place != source && !is_ours(mark) => {
                Err(refused(Mark::told(mark.state.number(), "data", &mark.place)))
            }
            mark if subject.is_leaving && !mark.is_some_and(is_ours) => Err(refused(format!(
                "{} left {source} for {}, and there is no sign of that here; where they arrived \
                 they may run, under another name by now. If that place is lost, and nothing of \
                 it runs, say so with --target-is-lost",
                subject.name,
                self.target.place()
            ))),
            _ => Ok(()),
        }
    }

    /// Refuses to take for the account's own what another account left behind: both sides of a
    /// move give out the same numbers to accounts that are made later.
    async fn must_be_the_same(&mut self, subject: &Subject) -> Outcome<()> {
        let theirs = self.source.accounts().await?;
        let ours = self.target.accounts().await?;
        let who = |all: &[Account]| {
            let account = all.iter().find(|it| it.id.0 == subject.account);
            account.map(|it| (called(it), it.mode, it.lane))
        };
        match who(&ours) {
            Some(other) if Some(&other) != who(&theirs).as_ref() => Err(refused(format!(
                "the number of {} is account {}'s in {}",
                subject.name,
                other.0,
                self.target.place()
            ))),
            _ => Ok(()),
        }
    }

    /// Refuses a target in which there are data that this account cannot stand beside.
    async fn must_have_room(&mut self, subject: &Subject) -> Outcome<()> {
        let place = self.target.place();
        let installation = |numbers: Option<Numbers>| numbers.map(|it| it.installation);
        let here = installation(self.source.numbers().await?);
        if installation(self.target.numbers().await?) != here {
            return Err(refused(format!(
                "{place} has data of another installation, in which the keys of payments and all \
                 public ids are others; an account can go to where there are none, or to data of \
                 its own installation"
            )));
        }
        let accounts = self.source.accounts().await?;
        let account = accounts.iter().find(|it| it.id.0 == subject.account);
        let same_name = |it: &&Account| {
            let named = account.is_some_and(|account| {
                it.mode == account.mode
                    && it.attributes.get("name").is_some_and(serde_json::Value::is_string)
                    && it.attributes.get("name") == account.attributes.get("name")
            });
            named || subject.lanes.contains(&it.lane)
        };
        match self.target.accounts().await?.iter().find(same_name) {
            Some(other) if subject.lanes.contains(&other.lane) => Err(refused(format!(
                "lane {} of {} is account {}'s in {place}",
                other.lane.0,
                subject.name,
                called(other)
            ))),
            Some(_) => Err(refused(format!("there is another {} in {place}", subject.name))),
            None => Ok(()),
        }
    }

    async fn copy(&mut self, subject: &Subject, is_fresh: bool) -> Outcome<Vec<(Part, Sum)>> {
        self.rows = 0;
        self.of = 0;
        let mut counts = Vec::with_capacity(PARTS.len());
        for part in PARTS {
            let count = self.source.count(part, subject.whose).await?;
            counts.push((part, count));
            self.of += count;
        }
        let mut copied = Vec::with_capacity(PARTS.len());
        for (part, count) in counts {
            let mut reading = Reading::of(part, subject.whose);
            while let Some(rows) = reading.next(self.source.as_mut()).await? {
                if !is_fresh && let Some(row) = self.target.taken(part, &rows).await? {
                    return Err(refused(format!(
                        "{} of {} is taken in {}",
                        key_of(part, row),
                        subject.name,
                        self.target.place()
                    )));
                }
                self.target.write(part, &rows).await?;
                self.rows += u64::try_from(rows.len()).unwrap_or(0);
                (self.tell)(Step::Copied { table: part.name, rows: self.rows, of: self.of });
                // Whoever waits beside is not held up by what reads a file.
                tokio::task::yield_now().await;
            }
            if reading.sum.rows != count {
                return Err(refused(format!(
                    "the source has {count} rows of {}, and its lists lead to {}; kalends doctor \
                     examines it",
                    part.name, reading.sum.rows
                )));
            }
            copied.push((part, reading.sum));
        }
        self.target.derive().await?;
        if subject.whose == Whose::All {
            // An account that had gone elsewhere has gone from there too.
            let marks = self.source.marks().await?;
            for mark in marks.iter().filter(|mark| mark.account != EVERYTHING) {
                self.target.put_mark(mark).await?;
            }
        }
        Ok(copied)
    }

    /// Lets the target go on counting where the source has come to.
    async fn number(&mut self, subject: &Subject, is_fresh: bool) -> Outcome<()> {
        let no_identity = || Fault::corrupt("identity", "it is not there");
        let theirs = self.source.numbers().await?.ok_or_else(no_identity)?;
        if subject.whose == Whose::All {
            return self.target.set_numbers(&theirs).await;
        }
        let ours = if is_fresh { None } else { self.target.numbers().await? };
        let known: Vec<Numbers> = std::iter::once(theirs).chain(ours).collect();
        self.target.set_numbers(&apart(&known)?).await
    }

    /// Reads what was written, and refuses what is not what was read.
    async fn compare(&mut self, subject: &Subject, copied: &[(Part, Sum)]) -> Outcome<()> {
        self.rows = 0;
        for (part, sum) in copied {
            let mut reading = Reading::of(*part, subject.whose);
            while let Some(rows) = reading.next(self.target.as_mut()).await? {
                self.rows += u64::try_from(rows.len()).unwrap_or(0);
                (self.tell)(Step::Compared { table: part.name, rows: self.rows, of: self.of });
                tokio::task::yield_now().await;
            }
            let there = self.target.count(*part, subject.whose).await?;
            if reading.sum != *sum || there != sum.rows {
                return Err(refused(format!(
                    "what was written of {} is not what was read: {} rows of {}; nothing was moved",
                    part.name, there, sum.rows
                )));
            }
        }
        Ok(())
    }

    /// Looks whether the target is sound, and its lanes stand as the source's do.
    async fn examine(&mut self, subject: &Subject) -> Outcome<Vec<(LaneId, Option<Instant>)>> {
        (self.tell)(Step::Examining);
        tokio::task::yield_now().await;
        let checks = self.target.examine().await?;
        let wrong: Vec<String> = checks
            .iter()
            .flat_map(|check| check.findings.iter().map(|it| format!("{}: {it}", check.what)))
            .take(FINDINGS_TOLD_MAX)
            .collect();
        if !wrong.is_empty() {
            return Err(refused(format!(
                "the copy is not sound, so nothing was moved; kalends doctor tells whether the \
                 source is. {}",
                wrong.join("; ")
            )));
        }
        let mut all = Vec::with_capacity(subject.lanes.len());
        for lane in &subject.lanes {
            let (theirs, ours) =
                (self.source.next_due(*lane).await?, self.target.next_due(*lane).await?);
            if theirs != ours {
                return Err(refused(format!(
                    "lane {} would be due at another time; nothing was moved",
                    lane.0
                )));
            }
            all.push((*lane, ours));
        }
        Ok(all)
    }

    /// Ends the source, then begins the target.
    async fn change_over(&mut self, subject: &Subject) -> Outcome<()> {
        let arrived = self.mark(subject, subject.account, State::Arrived, self.source.place());
        self.target.put_mark(&arrived).await?;
        let leaving = self.mark(subject, subject.account, State::Leaving, self.target.place());
        self.source.put_mark(&leaving).await?;
        self.source.commit().await?;
        (self.tell)(Step::Left);
        tokio::task::yield_now().await;
        self.target.commit().await?;
        (self.tell)(Step::Arrived);
        tokio::task::yield_now().await;
        self.source.begin().await
    }

    /// Marks the source as one whose data are elsewhere for good.
    async fn say_goodbye(&mut self, subject: &Subject) -> Outcome<()> {
        let gone = self.mark(subject, subject.account, State::Gone, self.target.place());
        self.source.put_mark(&gone).await?;
        self.source.commit().await
    }

    fn mark(&self, subject: &Subject, account: i64, state: State, place: String) -> Mark {
        Mark { account, number: subject.number, state, place, at: self.at }
    }
}

/// Rows of a part, batch after batch, each in its place.
struct Reading {
    part: Part,
    whose: Whose,
    after: Option<Vec<Value>>,
    places: BTreeMap<i64, i64>,
    sum: Sum,
}

impl Reading {
    fn of(part: Part, whose: Whose) -> Reading {
        let (after, places) = (Some(Vec::new()), BTreeMap::new());
        Reading { part, whose, after, places, sum: Sum::default() }
    }

    /// The next rows; `None` after the last.
    async fn next(&mut self, side: &mut dyn Side) -> Outcome<Option<Vec<Row>>> {
        while let Some(after) = self.after.take() {
            let Batch { mut rows, next } = side.read(self.part, self.whose, &after).await?;
            self.after = next;
            if self.part.is_ranked() {
                for row in &mut rows {
                    self.give_place(row);
                }
            }
            for row in &rows {
                self.sum.add(row);
            }
            if !rows.is_empty() {
                return Ok(Some(rows));
            }
        }
        Ok(None)
    }

    /// Both databases number places in their own way; the order is the same.
    fn give_place(&mut self, row: &mut Row) {
        if let [Value::Whole(account), place, ..] = &mut row[..] {
            let last = self.places.entry(*account).or_insert(0);
            *last += 1;
            *place = Value::Whole(*last);
        }
    }
}

fn refused(message: String) -> Fault {
    Fault::Refused(message)
}

/// The account that people call by this name.
fn find<'a>(accounts: &'a [Account], name: &str, mode: Mode) -> Outcome<&'a Account> {
    let found = accounts.iter().find(|account| account.mode == mode && called(account) == name);
    found.ok_or_else(|| {
        let all: Vec<String> = accounts
            .iter()
            .map(|it| {
                let mode = if it.mode == Mode::Live { "live" } else { "test" };
                format!("{} ({mode})", called(it))
            })
            .collect();
        refused(format!("there is no account {name} of that mode; there are {}", all.join(", ")))
    })
}

/// What people call an account: its number, where it has no name.
fn called(account: &Account) -> String {
    let name = account.attributes.get("name").and_then(|name| name.as_str());
    name.map_or_else(|| account.id.to_string(), str::to_owned)
}

/// The key of a row, in words.
fn key_of(part: Part, row: &Row) -> String {
    let columns = part.columns.iter().zip(row);
    let columns = columns.skip(part.unique().start).take(part.unique().len());
    let told: Vec<String> = columns
        .map(|(column, value)| match value {
            Value::Whole(number) => format!("{column} {number}"),
            // A key may be somebody's secret, or its hash.
            Value::Null | Value::Text(_) | Value::Bytes(_) => format!("a {column}"),
        })
        .collect();
    format!("{} with {}", part.name, told.join(", "))
}

fn draw() -> Outcome<u64> {
    getrandom::u64().map_err(|error| refused(format!("no random number could be drawn: {error}")))
}

/// What a move is called, and whether it was begun before, by what the source says.
fn number_of(mark: Option<&Mark>) -> Outcome<(i64, bool)> {
    match mark {
        Some(mark) if matches!(mark.state, State::Leaving | State::Gone) => {
            Ok((mark.number, mark.state == State::Leaving))
        }
        before => Ok((number_after(before.map_or(0, |mark| mark.number), draw()?), false)),
    }
}

/// What broke off once the source was marked.
fn unfinished(fault: &Fault) -> Fault {
    refused(format!(
        "the move broke off at its very end ({fault}), and the data may be such that they can be \
         started in neither place; run the same kalends migrate again, which finishes it"
    ))
}

/// Bits of a stretch of numbers that one side of a move has for itself: a PostgreSQL takes 2³²
/// for records each time that a node opens it.
const STRETCH_BITS: u32 = 48;
/// Bits of a stretch of schedules' numbers, and of the number of such a stretch: ids of
/// occurrences hold 44 of a schedule's.
const SCHEDULES_BITS: u32 = 24;
const SCHEDULES_STRETCH_BITS: u32 = 20;

/// The beginning of the stretch behind a number.
const fn behind(number: i64) -> i64 {
    ((number >> STRETCH_BITS) + 1) << STRETCH_BITS
}

/// Numbers to go on with in data of an installation of which there are others that go on too, or
/// went on: what either makes must be called differently, and must pay under other keys.
/// Schedules get numbers from a stretch that is drawn, everything else from behind whatever is
/// known of any; how far behind is drawn for what receivers of webhooks are told, because one
/// backup may be restored twice.
pub(crate) fn apart(known: &[Numbers]) -> Outcome<Numbers> {
    let most = |of: fn(&Numbers) -> i64| known.iter().map(of).max().unwrap_or(0);
    let all = known
        .iter()
        .flat_map(|it| [it.record_max, it.event, it.audit, it.foreign_name, it.delivery]);
    let behind = behind(all.max().unwrap_or(0));
    let schedules: Vec<i64> = known.iter().map(|it| it.schedule).collect();
    Ok(Numbers {
        installation: most(|it| it.installation),
        term: most(|it| it.term),
        opened: most(|it| it.opened),
        account: most(|it| it.account),
        schedule: stretch_of_schedules(&schedules)?,
        record_max: behind,
        record_min: known.iter().map(|it| it.record_min).min().unwrap_or(0),
        event: behind + somewhere_in_a_half()?,
        audit: behind,
        foreign_name: behind,
        delivery: behind + somewhere_in_a_half()?,
    })
}

/// A place in the first half of a stretch of numbers.
fn somewhere_in_a_half() -> Outcome<i64> {
    Ok((draw()? >> (u64::BITS + 1 - STRETCH_BITS)).cast_signed())
}

/// Where the numbers of schedules begin that are made beside others. Keys of payments are made
/// of them, so no two databases of an installation may give out the same; neither knows of the
/// other, so it is drawn, and is none of those in which they are.
fn stretch_of_schedules(last: &[i64]) -> Outcome<i64> {
    loop {
        let stretch = (draw()? >> (u64::BITS - SCHEDULES_STRETCH_BITS)).max(1).cast_signed();
        if last.iter().all(|last| last >> SCHEDULES_BITS != stretch) {
            return Ok(stretch << SCHEDULES_BITS);
        }
    }
}
