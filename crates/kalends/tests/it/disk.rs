//! A disk that fails: the sandbox stops rather than lies, and starts again as it said.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::books::{Books, instant};
use crate::campaign::{Chance, length};
use crate::sandbox_process::SandboxProcess;
use crate::shim::{Call, Error, Failure, Shim};
use crate::world::{START, create_schedules, later, write_seed};

/// Failures in one test run; `KALENDS_DISK_FAILURES` asks for more.
const FAILURES: u32 = 45;
/// What is asked of a sandbox before it is taken that its failure does not come.
const REQUESTS_MAX: u32 = 24;

const fn once(call: Call, error: Error) -> Failure {
    Failure { call, error, persistent: false, part: false }
}

const fn from_then_on(call: Call, error: Error) -> Failure {
    Failure { persistent: true, ..once(call, error) }
}

const KINDS: [Failure; 9] = [
    once(Call::Sync, Error::Io),
    from_then_on(Call::Sync, Error::Io),
    once(Call::Write, Error::Io),
    from_then_on(Call::Write, Error::Io),
    from_then_on(Call::Write, Error::Full),
    Failure { part: true, ..from_then_on(Call::Write, Error::Full) },
    once(Call::Read, Error::Io),
    from_then_on(Call::Read, Error::Io),
    from_then_on(Call::Truncate, Error::Io),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_fails_stops_the_sandbox_and_nothing_it_said_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let mut campaign = Campaign::new(folder.path());
    let seed = write_seed(folder.path());
    let first = campaign.launch(&["--clock", START, "--seed", &seed]).unwrap();
    create_schedules(&first).await;
    first.kill();
    let failures = length("KALENDS_DISK_FAILURES", FAILURES);
    println!("seed {}, {failures} failures", campaign.chance.seed);
    for number in 0..failures {
        let failure = KINDS[usize::try_from(number).unwrap() % KINDS.len()];
        if campaign.chance.below(4) == 0 {
            campaign.fail_from_the_start(failure).await;
        } else {
            campaign.fail_at_work(failure).await;
        }
    }
    let sandbox = campaign.launch(&[]).unwrap();
    campaign.said.check(&sandbox).await;
    let position = sandbox.standing().await;
    sandbox.kill();
    campaign.report(&position);
    Books::read(&campaign.data, instant(&position)).await.check();
}

/// What clients were told is so.
#[derive(Default)]
struct Said {
    /// Where to find what was made.
    made: Vec<String>,
    /// How far the clock was moved.
    advanced: Option<String>,
    refusals: u32,
    unanswered: u32,
}

impl Said {
    /// It is still so.
    async fn check(&self, sandbox: &SandboxProcess) {
        for location in &self.made {
            let found = sandbox.get(location).await;
            assert_eq!(found["location"], **location, "made and then lost");
        }
        if let Some(advanced) = &self.advanced {
            let now = sandbox.standing().await;
            assert!(instant(&now) >= instant(advanced), "{now} after it was told {advanced}");
        }
    }
}

/// What became of the failures of one kind.
#[derive(Default, Debug)]
struct Tally {
    /// The process ended while it was at work.
    ended: u32,
    /// It ended before it was ready.
    ended_at_start: u32,
    /// It met the failure and went on: a reader had met it, or SQLite did not need it.
    went_on: u32,
    /// The failure never came.
    not_met: u32,
}

struct Campaign {
    data: PathBuf,
    log: PathBuf,
    shim: Shim,
    chance: Chance,
    said: Said,
    tallies: BTreeMap<Failure, Tally>,
    /// Where in the log this start begins.
    log_from: usize,
}

impl Campaign {
    fn new(folder: &Path) -> Campaign {
        Campaign {
            data: folder.join("kalends.db"),
            log: folder.join("log"),
            shim: Shim::new(folder),
            chance: Chance::new(),
            said: Said::default(),
            tallies: BTreeMap::new(),
            log_from: 0,
        }
    }

    fn launch(&mut self, more: &[&str]) -> Result<SandboxProcess, std::process::ExitStatus> {
        self.log_from = std::fs::read(&self.log).map_or(0, |log| log.len());
        SandboxProcess::launch(&self.data, more, &self.log, Some(&self.shim))
    }

    /// What the last start has said of itself.
    fn log(&self) -> String {
        let log = std::fs::read(&self.log).unwrap();
        String::from_utf8(log[self.log_from..].to_vec()).unwrap()
    }

    fn tally(&mut self, failure: Failure) -> &mut Tally {
        self.tallies.entry(failure).or_default()
    }

    /// How many calls go well before one fails: fewer of those that are rarer.
    fn calls_before(&mut self, call: Call, at_start: bool) -> i64 {
        let end = match (call, at_start) {
            (Call::Sync, false) => 60,
            (Call::Write, false) => 400,
            (Call::Read, false) => 8,
            (Call::Truncate, _) => 2,
            (Call::Sync, true) => 6,
            (Call::Write | Call::Read, true) => 30,
        };
        i64::try_from(self.chance.below(end)).unwrap()
    }

    async fn fail_from_the_start(&mut self, failure: Failure) {
        let left = self.calls_before(failure.call, true);
        self.shim.fail(failure, left);
        match self.launch(&[]) {
            Ok(sandbox) => self.work(sandbox, failure).await,
            Err(status) => {
                assert_eq!(status.code(), Some(1), "{failure:?}: {}", self.log());
                assert!(self.log().contains("Error: "), "{failure:?}: {}", self.log());
                assert!(self.shim.failed() > 0, "{failure:?}: {}", self.log());
                self.tally(failure).ended_at_start += 1;
                self.shim.heal();
            }
        }
    }

    async fn fail_at_work(&mut self, failure: Failure) {
        let sandbox = self.launch(&[]).expect("it starts where nothing fails");
        self.said.check(&sandbox).await;
        let left = self.calls_before(failure.call, false);
        self.shim.fail(failure, left);
        self.work(sandbox, failure).await;
    }

    /// Asks for things until it ends, and sees that it ends as it should.
    async fn work(&mut self, mut sandbox: SandboxProcess, failure: Failure) {
        let mut asked = 0;
        while asked < REQUESTS_MAX && sandbox.has_ended().is_none() && self.ask(&sandbox).await {
            asked += 1;
        }
        let has_failed = self.shim.failed() > 0;
        // A reader that the disk fails tells its own caller; a log that stays long is used
        // again; all else is the writer's.
        let must_end = matches!(failure.call, Call::Sync | Call::Write);
        if sandbox.has_ended().is_some() || (has_failed && must_end) {
            let status = sandbox.end().await;
            let code = status.and_then(|status| status.code());
            assert_eq!(code, Some(1), "{failure:?}: {}", self.log());
            for words in [
                "nothing more can be written; stopping",
                "Error: the data can no longer be written: ",
            ] {
                assert!(self.log().contains(words), "{failure:?}: {}", self.log());
            }
            self.tally(failure).ended += 1;
        } else if has_failed {
            self.tally(failure).went_on += 1;
        } else {
            self.tally(failure).not_met += 1;
        }
        self.shim.heal();
    }

    /// Asks for one thing and keeps what is said of it. `false` where it is not answered.
    async fn ask(&mut self, sandbox: &SandboxProcess) -> bool {
        let Some((now, advancing)) = sandbox.try_clock().await else {
            self.said.unanswered += 1;
            return false;
        };
        let to = later(&now, 3);
        let (path, body) = match self.chance.below(4) {
            0 => {
                let start = &to[..10];
                (
                    "/schedules",
                    json!({
                        "every": 7, "period": "day", "start_date": start, "end_date": "2100-01-01",
                        "charge": { "customer": "cust_test_pays", "amount": 50_000 },
                    }),
                )
            }
            1 => (
                "/charges",
                json!({
                    "customer": "cust_test_pays", "amount": 30_000, "currency": "thb",
                }),
            ),
            _ if advancing => return true,
            _ => ("/kalends/v1/clock/advance", json!({ "to": to })),
        };
        match sandbox.try_post(path, &body).await {
            Ok((status, answer)) if status.is_success() => {
                match answer["location"].as_str() {
                    Some(location) => self.said.made.push(location.to_owned()),
                    None => self.said.advanced = Some(to),
                }
                true
            }
            Ok((status, answer)) => {
                assert!(status.is_server_error(), "{path}: {status}: {answer:#}");
                self.said.refusals += 1;
                true
            }
            Err(_) => {
                self.said.unanswered += 1;
                false
            }
        }
    }

    fn report(&self, position: &str) {
        for (failure, tally) in &self.tallies {
            println!("{failure:?}: {tally:?}");
        }
        println!(
            "{} things said to be made, all there; {} refused, {} unanswered; the clock reached \
             {position}",
            self.said.made.len(),
            self.said.refusals,
            self.said.unanswered
        );
    }
}
