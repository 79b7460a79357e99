//! A sandbox that stands still for longer than its claims hold neither sends nor settles
//! what it had claimed before it has looked it up.

use std::time::Duration;

use crate::books::{Books, instant};
use crate::campaign::{Chance, length};
use crate::sandbox_process::SandboxProcess;
use crate::shim::Shim;
use crate::world::{START, create_schedules, later, write_seed};

/// Times that it is stopped in one test run; `KALENDS_STOPS` asks for more.
const STOPS: u32 = 60;
/// For how long, by its own clocks: longer than a claim holds.
const STANDSTILL: Duration = Duration::from_secs(150);

/// Nothing waits: while the process is stopped its clocks are moved on.
#[tokio::test(flavor = "multi_thread")]
async fn a_sandbox_that_stood_still_past_its_lease_pays_each_slot_once() {
    let folder = tempfile::tempdir().unwrap();
    let (data, log) = (folder.path().join("kalends.db"), folder.path().join("log"));
    let seed = write_seed(folder.path());
    let shim = Shim::new(folder.path());
    let arguments = ["--clock", START, "--seed", &seed];
    let sandbox = SandboxProcess::launch(&data, &arguments, &log, Some(&shim)).unwrap();
    create_schedules(&sandbox).await;

    let mut chance = Chance::new();
    let stops = length("KALENDS_STOPS", STOPS);
    for stop in 1..=stops {
        let (now, advancing) = sandbox.clock().await;
        if !advancing {
            sandbox.begin_advance(&later(&now, 120));
        }
        tokio::time::sleep(chance.moment()).await;
        sandbox.signal("STOP");
        shim.pass(STANDSTILL * stop);
        sandbox.signal("CONT");
    }
    let position = sandbox.standing().await;
    sandbox.kill();
    let log = std::fs::read_to_string(log).unwrap();
    let (kept_back, recovered) = (
        log.matches("a batch was held past its lease and is not sent").count(),
        log.matches("recovering runs that were begun").count(),
    );
    println!(
        "seed {}, {stops} stops of {} seconds, {kept_back} batches kept back, {recovered} \
         recovered, the clock reached {position}",
        chance.seed,
        STANDSTILL.as_secs()
    );
    assert!(kept_back > 0 && recovered > 0, "no stop came between claim and payment");
    Books::read(&data, instant(&position)).await.check();
}
