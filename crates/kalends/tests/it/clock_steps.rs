//! A time of day that is set forward and back by an hour repeats no slot and loses none.

use engine::Instant;
use runner::{MachineTime, WallTime as _};
use serde_json::json;

use crate::books::{Books, instant};
use crate::sandbox_process::{SandboxProcess, eventually};
use crate::shim::Shim;
use crate::world::write_seed;

/// Schedules that are there from the first day.
const SCHEDULES: u64 = 10;
/// Seconds after which a step is noticed: the longest that the loop sleeps, and what a
/// busy machine adds.
const NOTICED_WITHIN: u64 = 40;

/// The machine's time of day, as the sandbox sees it.
struct TimeOfDay<'shim> {
    shim: &'shim Shim,
    real: MachineTime,
}

impl TimeOfDay<'_> {
    /// By the clocks of Bangkok, where charges are due at 08:30 and payouts at 08:05.
    fn set(&self, date: &str, time: &str) -> Instant {
        let wanted = instant(&format!("{date}T{time}+07:00"));
        let off = wanted.nanoseconds() - self.real.now().nanoseconds();
        self.shim.shift_time_of_day(off / 1_000_000_000);
        wanted
    }
}

async fn schedule(sandbox: &SandboxProcess, instruction: &serde_json::Value, start: &str) {
    let mut body =
        json!({ "every": 1, "period": "day", "start_date": start, "end_date": "2099-01-01" });
    body.as_object_mut().unwrap().extend(instruction.as_object().unwrap().clone());
    sandbox.post("/schedules", &body).await;
}

async fn charges(sandbox: &SandboxProcess) -> u64 {
    sandbox.get("/charges?limit=1").await["total"].as_u64().unwrap()
}

/// Waits until so many charges were made, and answers after how many seconds.
async fn seconds_until_charged(sandbox: &SandboxProcess, count: u64) -> u64 {
    let waiting = MachineTime::new();
    eventually("what is due is charged", async || (charges(sandbox).await >= count).then_some(()))
        .await;
    assert_eq!(charges(sandbox).await, count);
    waiting.elapsed().as_secs()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_set_forward_and_back_by_an_hour_repeats_no_slot_and_loses_none() {
    let folder = tempfile::tempdir().unwrap();
    let (data, log) = (folder.path().join("kalends.db"), folder.path().join("log"));
    let seed = write_seed(folder.path());
    let shim = Shim::new(folder.path());
    let clock = TimeOfDay { shim: &shim, real: MachineTime::new() };
    clock.set("2030-01-08", "08:00:00");
    let sandbox = SandboxProcess::launch(&data, &["--seed", &seed], &log, Some(&shim)).unwrap();
    let charge = json!({ "charge": { "customer": "cust_test_pays", "amount": 100_000 } });
    let payout = json!({ "transfer": { "recipient": "recp_test_landlord", "amount": 20_000 } });
    for _ in 0..SCHEDULES {
        schedule(&sandbox, &charge, "2030-01-08").await;
    }
    schedule(&sandbox, &payout, "2030-01-08").await;

    // Forward over what is due: it runs as soon as the step is noticed.
    clock.set("2030-01-08", "09:00:00");
    let forward = seconds_until_charged(&sandbox, SCHEDULES).await;
    assert!(forward <= NOTICED_WITHIN, "{forward} seconds");

    // Back to before it was due: the same half past eight comes again, and brings only
    // what was not there the first time.
    clock.set("2030-01-08", "08:00:00");
    schedule(&sandbox, &charge, "2030-01-08").await;
    clock.set("2030-01-08", "08:29:58");
    schedule(&sandbox, &charge, "2030-01-09").await;
    let on_time = seconds_until_charged(&sandbox, SCHEDULES + 1).await;

    // Back just before something is due: it waits until its time has come.
    clock.set("2030-01-09", "08:29:58");
    schedule(&sandbox, &charge, "2030-01-10").await;
    clock.set("2030-01-09", "07:29:58");
    let made = SCHEDULES + 1;
    assert_eq!(charges(&sandbox).await, made);
    clock.set("2030-01-09", "08:30:00");
    schedule(&sandbox, &charge, "2030-01-10").await;
    let made = made + SCHEDULES + 2;
    let back = seconds_until_charged(&sandbox, made).await;

    // Forward once more, while the loop sleeps and nobody wakes it.
    let last = clock.set("2030-01-10", "09:00:00");
    let asleep = seconds_until_charged(&sandbox, made + SCHEDULES + 4).await;
    assert!(asleep <= NOTICED_WITHIN, "{asleep} seconds");
    sandbox.kill();

    println!(
        "noticed {forward} s after an hour forward and {asleep} s when asleep; {on_time} s and \
         {back} s after an hour back and on to what is due"
    );
    Books::read(&data, last).await.check();
}
