//! A sandbox that is killed at any moment of an advance pays each slot once.

use crate::books::{Books, instant};
use crate::campaign::{Chance, length};
use crate::sandbox_process::SandboxProcess;
use crate::world::{START, create_schedules, later, write_seed};

/// Kills in one test run; `KALENDS_KILLS` asks for more.
const KILLS: u32 = 100;
/// Each advance goes so many days; the next one begins where it ended.
const DAYS_PER_ADVANCE: i64 = 120;

#[tokio::test(flavor = "multi_thread")]
async fn a_sandbox_killed_at_any_moment_pays_each_slot_once() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("kalends.db");
    let log = folder.path().join("log");
    let seed = write_seed(folder.path());

    let arguments = ["--clock", START, "--seed", &seed];
    let sandbox = SandboxProcess::start(&data, &arguments, &log);
    create_schedules(&sandbox).await;
    sandbox.kill();

    let mut chance = Chance::new();
    let kills = length("KALENDS_KILLS", KILLS);
    for _ in 0..kills {
        let sandbox = SandboxProcess::start(&data, &[], &log);
        let (now, advancing) = sandbox.clock().await;
        if !advancing {
            sandbox.begin_advance(&later(&now, DAYS_PER_ADVANCE));
        }
        tokio::time::sleep(chance.moment()).await;
        sandbox.kill();
    }

    let sandbox = SandboxProcess::start(&data, &[], &log);
    let position = sandbox.standing().await;
    sandbox.kill();
    println!("seed {}, {kills} kills, the clock reached {position}", chance.seed);
    Books::read(&data, instant(&position)).await.check();
}
