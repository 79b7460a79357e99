//! What a database must do to be one side of a move.

use async_trait::async_trait;
use engine::{Account, Instant, LaneId};

use super::mark::Mark;
use super::part::Part;
use super::row::{Row, Value};
use crate::check::Check;
use crate::fault::Outcome;

/// Whose rows a move is of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Whose {
    /// Everybody's.
    All,
    /// One account's, and its lane's.
    One { account: i64, lane: i64 },
}

/// Rows of a part, and where to go on; nowhere, where there are no more.
#[derive(Default, Debug)]
pub(crate) struct Batch {
    pub(crate) rows: Vec<Row>,
    pub(crate) next: Option<Vec<Value>>,
}

/// The last numbers that were given out.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Numbers {
    pub(crate) installation: i64,
    pub(crate) term: i64,
    /// How often a node opened the data, where that is counted.
    pub(crate) opened: i64,
    pub(crate) account: i64,
    pub(crate) schedule: i64,
    /// The greatest key of a record, and the least, which has a name.
    pub(crate) record_max: i64,
    pub(crate) record_min: i64,
    pub(crate) event: i64,
    pub(crate) audit: i64,
    pub(crate) foreign_name: i64,
    pub(crate) delivery: i64,
}

/// One database, for whoever has it alone. What is written stands once it is committed, and is
/// undone where this is dropped before.
#[async_trait]
pub(crate) trait Side: Send {
    /// Where it is, without a password.
    fn place(&self) -> String;

    /// Begins a transaction, in which everything is read in one state.
    async fn begin(&mut self) -> Outcome<()>;

    /// Ends it, and keeps what was written.
    async fn commit(&mut self) -> Outcome<()>;

    /// Refuses where an attempt may be in flight that somebody works on.
    async fn must_be_at_rest(&mut self) -> Outcome<()>;

    /// All marks.
    async fn marks(&mut self) -> Outcome<Vec<Mark>>;

    /// Writes a mark over any of the same account.
    async fn put_mark(&mut self, mark: &Mark) -> Outcome<()>;

    /// Takes an account's marks away.
    async fn take_mark(&mut self, account: i64) -> Outcome<()>;

    /// All accounts.
    async fn accounts(&mut self) -> Outcome<Vec<Account>>;

    /// The last numbers given out; `None` where it has no identity yet.
    async fn numbers(&mut self) -> Outcome<Option<Numbers>>;

    /// Sets what numbers begin after. Those of schedules begin after `numbers.schedule` even
    /// where there are greater ones.
    async fn set_numbers(&mut self, numbers: &Numbers) -> Outcome<()>;

    /// How many rows of a part there are.
    async fn count(&mut self, part: Part, whose: Whose) -> Outcome<u64>;

    /// The next rows of a part, after those before.
    async fn read(&mut self, part: Part, whose: Whose, after: &[Value]) -> Outcome<Batch>;

    /// Appends rows.
    async fn write(&mut self, part: Part, rows: &[Row]) -> Outcome<()>;

    /// The first of these rows whose key is taken.
    async fn taken<'rows>(&mut self, part: Part, rows: &'rows [Row])
    -> Outcome<Option<&'rows Row>>;

    /// Deletes what an account left behind, and what follows from that.
    async fn clear(&mut self, account: i64, lane: i64) -> Outcome<()>;

    /// Makes what follows from the rows of all parts, once they are written.
    async fn derive(&mut self) -> Outcome<()>;

    /// When the next run of a lane can be claimed.
    async fn next_due(&mut self, lane: LaneId) -> Outcome<Option<Instant>>;

    /// Examines it.
    async fn examine(&mut self) -> Outcome<Vec<Check>>;
}
