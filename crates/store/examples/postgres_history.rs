//! Measures how long it takes to move old occurrences out of one PostgreSQL into files.
//!
//! ```text
//! cargo run --release -p store --example postgres_history -- \
//!     postgres://user:password@host/database 2010-01-01 folder
//! ```
//!
//! What it moves is gone from the database afterwards.

use std::path::Path;
use std::time::Instant as Stopwatch;

use async_trait::async_trait;
use engine::{Instant, Slot};
use store::history::{Leaving, Left, Move, Named, Naming, move_out};
use store::postgres::{PostgresStore, Settings};

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Names as long as those that clients know.
struct Numbers;

#[async_trait]
impl Naming for Numbers {
    async fn names(&self, leaving: &[Leaving]) -> store::Result<Vec<Named>> {
        let name = |Leaving { occurrence, .. }: &Leaving| Named {
            id: format!("occu_test_{:019}", occurrence.slot.days()),
            schedule: format!("schd_test_{:019}", occurrence.schedule.0),
            payment: Some(format!("chrg_test_{:019}", occurrence.slot.days())),
        };
        Ok(leaving.iter().map(name).collect())
    }
}

#[tokio::main(worker_threads = 2)]
async fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let mut next = |what: &str| arguments.next().ok_or(format!("{what} is missing"));
    let (url, before, folder) = (next("the URL")?, next("the date")?, next("the folder")?);
    let store = PostgresStore::open(&Settings::new(&url)).await?;
    loop {
        let begun = now();
        let wish = Move {
            store: &*store,
            naming: &Numbers,
            folder: Path::new(&folder),
            before: Slot::of_date(before.parse()?),
            now: Instant::EPOCH,
            per_file: 1_000_000,
        };
        let (file, left) = move_out(&wish).await?;
        let count = file.map_or(0, |file| file.occurrences);
        println!("{count} occurrences moved in {:.1} s", begun.elapsed().as_secs_f64());
        if left == Left::Nothing {
            return Ok(());
        }
    }
}

/// A benchmark measures time; nothing that it measures reads any.
#[expect(clippy::disallowed_methods)]
fn now() -> Stopwatch {
    Stopwatch::now()
}
