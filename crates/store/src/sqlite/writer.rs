//! The one thread that writes.
//!
//! It takes all the jobs that are waiting, runs them in one transaction, each so that
//! it can be undone alone, commits, and only then answers. While it commits the next
//! jobs gather, so batches grow with load and nothing ever waits for a timer.
//!
//! Once the disk has failed it, it touches the files no more: an `fsync` that failed may
//! succeed when it is tried again, though what it was to keep is lost. It refuses what it
//! is asked, and says so, until the process ends; the next one begins from what is there.

use std::thread::JoinHandle;

use rusqlite::Connection;
use rusqlite::config::DbConfig;
use tokio::sync::{mpsc, oneshot, watch};

use super::lock::Lock;
use super::state::WriterState;
use crate::fault::{Fault, Outcome};
use crate::{Result, StoreError};

/// Jobs that may wait; whoever asks for more waits to ask.
const WAITING_MAX: usize = 512;
/// Jobs in one commit, at most.
const GROUP_MAX: usize = 128;
/// Pages, as estimated, after which the log is merged into the database.
const LOG_PAGES: u64 = 8 * 1024;

/// What a job works with.
pub(super) struct Writing<'writer> {
    /// The connection, within a transaction.
    pub(super) connection: &'writer Connection,
    /// What the writer knows by heart.
    pub(super) state: &'writer mut WriterState,
    /// What is to be done once the commit stands.
    pub(super) after_commit: &'writer mut Vec<AfterCommit>,
}

/// Something to be done once a commit stands.
pub(super) type AfterCommit = Box<dyn FnOnce() + Send>;

/// Asks the writer for things.
#[derive(Clone)]
pub(super) struct Writer {
    messages: mpsc::Sender<Message>,
    /// Why nothing is written any more.
    failure: watch::Receiver<Option<String>>,
}

enum Message {
    Write(Box<dyn Job>),
    Stop(oneshot::Sender<()>),
}

impl Writer {
    /// Starts the thread. The lock is given back when it ends.
    pub(super) fn start(
        connection: Connection,
        state: WriterState,
        lock: Option<Lock>,
    ) -> std::io::Result<(Writer, JoinHandle<()>)> {
        let (messages, inbox) = mpsc::channel(WAITING_MAX);
        let (refusing, failure) = watch::channel(None);
        let merges = lock.is_some();
        let desk =
            Desk { connection, state, refusing, commit: commit_now, unmerged: merges.then_some(0) };
        let thread =
            std::thread::Builder::new().name("store-writer".to_owned()).spawn(move || {
                let stopped = desk.work(inbox);
                drop(lock);
                if let Some(stopped) = stopped {
                    let _ = stopped.send(());
                }
            })?;
        Ok((Writer { messages, failure }, thread))
    }

    /// Resolves once nothing is written any more, with the reason.
    pub(super) async fn failed(&self) -> String {
        let mut failure = self.failure.clone();
        match failure.wait_for(Option::is_some).await {
            Ok(reason) => reason.clone().unwrap_or_default(),
            Err(_) => "the thread that writes has ended".to_owned(),
        }
    }

    /// Runs `work` within a commit and answers when that stands.
    pub(super) async fn write<T, W>(&self, during: &'static str, work: W) -> Result<T>
    where
        T: Send + 'static,
        W: FnOnce(&mut Writing<'_>) -> Outcome<T> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let task = Task { during, work: Some(work), outcome: None, reply };
        let message = Message::Write(Box::new(task));
        self.messages.send(message).await.map_err(|_| StoreError::Stopped)?;
        answer.await.map_err(|_| StoreError::Stopped)?
    }

    /// Resolves when all that was asked before has been written and the data is closed.
    pub(super) async fn stop(&self) {
        let (reply, stopped) = oneshot::channel();
        if self.messages.send(Message::Stop(reply)).await.is_ok() {
            let _ = stopped.await; // an error says that it had stopped before
        }
    }
}

/// A job, whatever it answers.
trait Job: Send {
    /// Does the work, within the transaction. `false` says that it must be undone.
    fn run(&mut self, writing: &mut Writing<'_>) -> Ran;
    /// Answers, once it is known whether the commit stands.
    fn answer(self: Box<Self>, committed: std::result::Result<(), &str>);
}

/// How a job ended.
enum Ran {
    Well,
    /// `on_disk` says that it was the disk that failed.
    Badly {
        on_disk: Option<String>,
    },
}

struct Task<T, W> {
    during: &'static str,
    work: Option<W>,
    outcome: Option<Result<T>>,
    reply: oneshot::Sender<Result<T>>,
}

impl<T, W> Job for Task<T, W>
where
    T: Send,
    W: FnOnce(&mut Writing<'_>) -> Outcome<T> + Send,
{
    fn run(&mut self, writing: &mut Writing<'_>) -> Ran {
        let Some(work) = self.work.take() else { return Ran::Well };
        match work(writing) {
            Ok(value) => {
                self.outcome = Some(Ok(value));
                Ran::Well
            }
            Err(fault) => {
                let on_disk = fault.is_of_the_disk().then(|| fault.to_string());
                self.outcome = Some(Err(fault.while_doing(self.during)));
                Ran::Badly { on_disk }
            }
        }
    }

    fn answer(self: Box<Self>, committed: std::result::Result<(), &str>) {
        let failed = |message: &str| StoreError::Database {
            during: self.during,
            message: message.to_owned(),
        };
        let answer = match (self.outcome, committed) {
            (Some(Err(error)), _) => Err(error),
            (Some(Ok(value)), Ok(())) => Ok(value),
            (Some(Ok(_)) | None, Err(message)) => Err(failed(message)),
            (None, Ok(())) => Err(failed("it was not done")),
        };
        let _ = self.reply.send(answer); // whoever asked may have gone
    }
}

/// The writer's own side.
struct Desk {
    connection: Connection,
    state: WriterState,
    /// Why nothing is written any more.
    refusing: watch::Sender<Option<String>>,
    commit: fn(&Connection) -> Outcome<()>,
    /// Pages, as estimated, that lie in the log; `None` where there is no log.
    unmerged: Option<u64>,
}

fn commit_now(connection: &Connection) -> Outcome<()> {
    connection.prepare_cached("COMMIT")?.execute([])?;
    Ok(())
}

impl Desk {
    /// Works until it is told to stop, or nobody is left to ask.
    fn work(mut self, mut inbox: mpsc::Receiver<Message>) -> Option<oneshot::Sender<()>> {
        let mut group = Vec::with_capacity(GROUP_MAX);
        let mut stop = None;
        while stop.is_none() {
            match inbox.blocking_recv() {
                Some(Message::Write(job)) => group.push(job),
                Some(Message::Stop(reply)) => stop = Some(reply),
                None => break,
            }
            while stop.is_none() && group.len() < GROUP_MAX {
                match inbox.try_recv() {
                    Ok(Message::Write(job)) => group.push(job),
                    Ok(Message::Stop(reply)) => stop = Some(reply),
                    Err(_) => break,
                }
            }
            self.write_together(&mut group);
            self.merge_log(LOG_PAGES);
        }
        self.merge_log(0);
        if self.is_refusing() {
            // Closing would merge the log, by way of files that have failed.
            let kept =
                self.connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true);
            if let Err(error) = kept {
                tracing::warn!(%error, "the log may be merged at the close");
            }
        }
        stop
    }

    fn is_refusing(&self) -> bool {
        self.refusing.borrow().is_some()
    }

    /// Where it was the disk that failed, nothing is written from now on: what the files
    /// hold is not known, and would not be known of the next commit either.
    fn refuse_after(&self, during: &str, fault: &Fault) {
        if fault.is_of_the_disk() {
            self.refuse(during, &fault.to_string());
        }
    }

    fn refuse(&self, during: &str, fault: &str) {
        if self.is_refusing() {
            return;
        }
        tracing::error!(%fault, "{during} failed on the disk; nothing more is written until a restart");
        let reason = format!("{during} failed on the disk ({fault}); restart once it is well");
        self.refusing.send_replace(Some(reason));
    }

    /// One commit.
    fn write_together(&mut self, group: &mut Vec<Box<dyn Job>>) {
        if group.is_empty() {
            return;
        }
        let changes_before = self.connection.total_changes();
        let mut after_commit = Vec::new();
        let refusing = self.refusing.borrow().clone();
        let committed = match refusing {
            Some(reason) => Err(reason),
            None => self.run_and_commit(group, &mut after_commit),
        };
        if committed.is_ok() {
            for then in after_commit {
                then();
            }
            self.state.listeners.announce();
        } else {
            self.state.listeners.forget();
        }
        for job in group.drain(..) {
            job.answer(committed.as_ref().copied().map_err(String::as_str));
        }
        if let Some(unmerged) = &mut self.unmerged {
            // Rows that lie together share pages; a commit of one row still writes several.
            let changes = self.connection.total_changes().saturating_sub(changes_before);
            *unmerged += 8 + changes / 8;
        }
    }

    fn run_and_commit(
        &mut self,
        group: &mut [Box<dyn Job>],
        after_commit: &mut Vec<AfterCommit>,
    ) -> std::result::Result<(), String> {
        self.execute("BEGIN IMMEDIATE").map_err(|fault| self.give_up(&fault))?;
        // While nothing is written that must be kept, a job that fails is undone with
        // the whole transaction, and needs no savepoint, which costs copies of pages.
        let mut anything_to_keep = false;
        for job in group {
            if anything_to_keep {
                self.execute("SAVEPOINT job").map_err(|fault| self.give_up(&fault))?;
            }
            let planned = after_commit.len();
            let ran = job.run(&mut Writing {
                connection: &self.connection,
                state: &mut self.state,
                after_commit,
            });
            let gone_on = match ran {
                Ran::Well if anything_to_keep => self.execute("RELEASE job"),
                Ran::Well => {
                    anything_to_keep = true;
                    Ok(())
                }
                Ran::Badly { on_disk: Some(fault) } => {
                    self.refuse("a transaction", &fault);
                    self.roll_back();
                    return Err(format!(
                        "the disk failed another part of the same commit: {fault}"
                    ));
                }
                Ran::Badly { on_disk: None } => {
                    after_commit.truncate(planned);
                    self.state.listeners.forget();
                    if anything_to_keep {
                        self.execute("ROLLBACK TO job").and_then(|()| self.execute("RELEASE job"))
                    } else {
                        self.roll_back();
                        self.execute("BEGIN IMMEDIATE")
                    }
                }
            };
            gone_on.map_err(|fault| self.give_up(&fault))?;
        }
        (self.commit)(&self.connection).map_err(|fault| {
            self.refuse_after("a commit", &fault);
            self.roll_back();
            format!("the commit failed: {fault}")
        })
    }

    fn execute(&self, sql: &str) -> Outcome<()> {
        self.connection.prepare_cached(sql)?.execute([])?;
        Ok(())
    }

    fn give_up(&self, fault: &Fault) -> String {
        self.refuse_after("a transaction", fault);
        self.roll_back();
        format!("the transaction failed: {fault}")
    }

    fn roll_back(&self) {
        if !self.connection.is_autocommit()
            && let Err(fault) = self.execute("ROLLBACK")
        {
            tracing::error!(%fault, "a transaction could not be rolled back");
            self.refuse_after("undoing a transaction", &fault);
        }
    }

    /// Merges the log into the database once it is long. It takes what no reader
    /// needs, and waits for none.
    fn merge_log(&mut self, above: u64) {
        let Some(unmerged) = self.unmerged.filter(|pages| *pages > above) else { return };
        if self.is_refusing() {
            return;
        }
        let merged = self.connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
        match merged.map_err(Fault::from) {
            Ok(()) => self.unmerged = Some(0),
            Err(fault) => {
                tracing::warn!(%fault, "the log could not be merged");
                self.refuse_after("merging the log", &fault);
                self.unmerged = Some(unmerged / 2);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn desk() -> Desk {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch("CREATE TABLE t (x INTEGER PRIMARY KEY) STRICT").unwrap();
        Desk {
            connection,
            state: WriterState::default(),
            refusing: watch::channel(None).0,
            commit: commit_now,
            unmerged: None,
        }
    }

    fn insert(x: i64) -> (Box<dyn Job>, oneshot::Receiver<Result<()>>) {
        let (reply, answer) = oneshot::channel();
        let work = move |writing: &mut Writing<'_>| {
            writing.connection.execute("INSERT INTO t VALUES (?1)", [x])?;
            Ok(())
        };
        (Box::new(Task { during: "inserting", work: Some(work), outcome: None, reply }), answer)
    }

    fn write(desk: &mut Desk, values: &[i64]) -> Vec<Result<()>> {
        let (mut jobs, answers): (Vec<_>, Vec<_>) = values.iter().map(|x| insert(*x)).unzip();
        desk.write_together(&mut jobs);
        answers.into_iter().map(|mut answer| answer.try_recv().unwrap()).collect()
    }

    fn stored(desk: &Desk) -> Vec<i64> {
        let mut statement = desk.connection.prepare("SELECT x FROM t ORDER BY x").unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().collect::<rusqlite::Result<_>>().unwrap()
    }

    #[test]
    fn a_job_that_fails_leaves_its_neighbours_alone() {
        let mut desk = desk();
        let answers = write(&mut desk, &[1, 1, 2]);
        assert_eq!(answers.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, false, true]);
        assert_eq!(stored(&desk), [1, 2]);
        assert!(write(&mut desk, &[2])[0].is_err());
        assert!(write(&mut desk, &[3])[0].is_ok());
    }

    #[test]
    fn a_commit_that_fails_fails_every_caller() {
        let mut desk = desk();
        desk.commit = |_| Err(Fault::Refused("no".to_owned()));
        assert!(write(&mut desk, &[1, 2]).iter().all(Result::is_err));
        desk.commit = commit_now;
        assert!(write(&mut desk, &[1]).iter().all(Result::is_ok));
        assert_eq!(stored(&desk), [1]);
    }

    fn disk_failure() -> Fault {
        let failure = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_IOERR_FSYNC);
        rusqlite::Error::SqliteFailure(failure, Some("disk I/O error".to_owned())).into()
    }

    /// What the desk answers to whatever it is asked from now on.
    fn refusal(desk: &mut Desk) -> String {
        desk.commit = commit_now;
        write(desk, &[9]).remove(0).unwrap_err().to_string()
    }

    #[test]
    fn after_a_commit_that_failed_on_the_disk_nothing_more_is_written() {
        let mut desk = desk();
        desk.commit = |_| Err(disk_failure());
        assert!(write(&mut desk, &[1])[0].is_err());
        assert_eq!(
            refusal(&mut desk),
            "the database failed while inserting: a commit failed on the disk (disk I/O error); \
             restart once it is well"
        );
        assert_eq!(stored(&desk), [0_i64; 0]);
    }

    #[test]
    fn after_a_job_that_the_disk_failed_nothing_more_is_written() {
        let mut desk = desk();
        let (reply, mut answer) = oneshot::channel();
        let work = |_: &mut Writing<'_>| Outcome::<()>::Err(disk_failure());
        let failing = Task { during: "reading", work: Some(work), outcome: None, reply };
        let (neighbour, mut neighbours_answer) = insert(1);
        desk.write_together(&mut vec![neighbour, Box::new(failing)]);
        assert_eq!(
            answer.try_recv().unwrap().unwrap_err().to_string(),
            "the database failed while reading: disk I/O error"
        );
        assert_eq!(
            neighbours_answer.try_recv().unwrap().unwrap_err().to_string(),
            "the database failed while inserting: the disk failed another part of the same \
             commit: disk I/O error"
        );
        assert_eq!(
            refusal(&mut desk),
            "the database failed while inserting: a transaction failed on the disk (disk I/O \
             error); restart once it is well"
        );
        assert_eq!(stored(&desk), [0_i64; 0]);
    }

    #[test]
    fn what_is_to_follow_a_commit_follows_only_one_that_stands() {
        let mut desk = desk();
        let done = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let job = |x: i64| -> Box<dyn Job> {
            let done = done.clone();
            let work = move |writing: &mut Writing<'_>| {
                writing.after_commit.push(Box::new(move || {
                    done.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                }));
                writing.connection.execute("INSERT INTO t VALUES (?1)", [x])?;
                Ok(())
            };
            Box::new(Task {
                during: "inserting",
                work: Some(work),
                outcome: None,
                reply: oneshot::channel().0,
            })
        };
        desk.write_together(&mut vec![job(1), job(1), job(2)]);
        assert_eq!(done.load(std::sync::atomic::Ordering::Relaxed), 2);
    }
}
