//! The few threads that read, each over a connection of its own.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::connection;
use crate::fault::{During, Fault, Outcome};
use crate::{Result, StoreError};

/// Threads that read.
const READERS: usize = 3;
/// Reads that may wait; whoever asks for more waits to ask.
const WAITING_MAX: usize = 1024;

type Read = Box<dyn FnOnce(&Connection) + Send>;

/// Asks the readers for things.
#[derive(Clone)]
pub(super) struct Readers {
    reads: mpsc::Sender<Read>,
}

impl Readers {
    /// Starts the threads.
    pub(super) fn start(path: &Path) -> Result<(Readers, Vec<JoinHandle<()>>)> {
        const DURING: &str = "opening the data for reading";
        let (reads, inbox) = mpsc::channel::<Read>(WAITING_MAX);
        let inbox = Arc::new(Mutex::new(inbox));
        let mut threads = Vec::with_capacity(READERS);
        for number in 0..READERS {
            let connection = connection::reader(path).during(DURING)?;
            let inbox = inbox.clone();
            let thread = std::thread::Builder::new()
                .name(format!("store-reader-{number}"))
                .spawn(move || {
                    while let Some(read) = next(&inbox) {
                        read(&connection);
                    }
                })
                .map_err(|error| Fault::Refused(error.to_string()))
                .during(DURING)?;
            threads.push(thread);
        }
        Ok((Readers { reads }, threads))
    }

    /// Runs `work` over one state of the data.
    pub(super) async fn read<T, W>(&self, during: &'static str, work: W) -> Result<T>
    where
        T: Send + 'static,
        W: FnOnce(&Connection) -> Outcome<T> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let read = move |connection: &Connection| {
            let result = in_one_state(connection, work).during(during);
            let _ = reply.send(result); // whoever asked may have gone
        };
        self.reads.send(Box::new(read)).await.map_err(|_| StoreError::Stopped)?;
        answer.await.map_err(|_| StoreError::Stopped)?
    }
}

/// The reader that waits holds the lock; the others wait for that.
fn next(inbox: &Mutex<mpsc::Receiver<Read>>) -> Option<Read> {
    inbox.lock().unwrap_or_else(PoisonError::into_inner).blocking_recv()
}

fn in_one_state<T>(
    connection: &Connection,
    work: impl FnOnce(&Connection) -> Outcome<T>,
) -> Outcome<T> {
    connection.prepare_cached("BEGIN")?.execute([])?;
    let result = work(connection);
    connection.prepare_cached("ROLLBACK")?.execute([])?;
    result
}
