//! A sandbox that is killed at any moment of its life has an endpoint that it does not
//! share its fate with pay each slot once.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use engine::{Instruction, LaneId, OccurrenceStatus, Schedule, TransferAmount};
use http::StatusCode;
use serde_json::{Value, json};
use store::Store as _;
use store::sqlite::SqliteStore;
use tokio::task::JoinHandle;

use crate::books::{Books, check_slots, instant};
use crate::campaign::{Chance, length};
use crate::emulator::Emulator;
use crate::sandbox_process::{SECRET_KEY, SandboxProcess};
use crate::shim::Shim;
use crate::world::{START, later, write_seed};

/// Kills in one test run; `KALENDS_KILLS` asks for more.
const KILLS: u32 = 80;
/// Schedules made while the sandbox is killed, at most.
const SCHEDULES_MAX: u64 = 200;
/// One life in so many ends before it is ready.
const ENDS_AT_START: u64 = 6;
/// One life in so many is stopped for longer than its claims hold, and goes on.
const IS_STOPPED: u64 = 5;
const STANDSTILL: Duration = Duration::from_secs(150);
/// What a share of an endpoint's balances comes to.
const SHARE: i64 = 125_000;

#[tokio::test(flavor = "multi_thread")]
async fn a_sandbox_killed_at_any_moment_has_its_endpoint_pay_each_slot_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut campaign = Campaign::begin(folder.path()).await;
    let kills = length("KALENDS_KILLS", KILLS);
    for _ in 0..kills {
        campaign.live_and_be_killed().await;
    }
    let position = campaign.finish().await;
    println!("seed {}, {kills} kills, the clock reached {position}", campaign.chance.seed);
    campaign.check(&position).await;
}

struct Campaign {
    data: PathBuf,
    log: PathBuf,
    /// What every start is told.
    arguments: Vec<String>,
    emulator: Emulator,
    shim: Shim,
    /// How often it was stopped.
    stops: u32,
    chance: Chance,
    /// The amount of the next schedule: each has its own, and is known by it.
    amount: i64,
    /// A schedule that was asked for; asked for again until there is an answer.
    wanted: Option<(String, Value)>,
    /// Amounts of schedules that clients were told exist.
    said: Vec<i64>,
    /// Requests without an answer.
    unanswered: u32,
}

impl Campaign {
    async fn begin(folder: &Path) -> Campaign {
        let chance = Chance::new();
        let emulator = Emulator::start(folder, chance.seed).await;
        let secret = folder.join("secret");
        std::fs::write(&secret, "a2FsZW5kcy1rYWxlbmRzLWthbGVuZHMta2FsZW5kcy0=").unwrap();
        let arguments =
            ["--gateway-url", &emulator.url, "--gateway-secret-file", secret.to_str().unwrap()];
        let mut campaign = Campaign {
            data: folder.join("kalends.db"),
            log: folder.join("log"),
            arguments: arguments.map(str::to_owned).into(),
            emulator,
            shim: Shim::new(folder),
            stops: 0,
            chance,
            amount: 200_000,
            wanted: None,
            said: Vec::new(),
            unanswered: 0,
        };
        campaign.create_schedules(&write_seed(folder)).await;
        campaign
    }

    async fn create_schedules(&mut self, seed: &str) {
        let mut arguments = self.arguments();
        arguments.extend(["--clock", START, "--seed", seed]);
        let sandbox = SandboxProcess::start(&self.data, &arguments, &self.log);
        let daily = json!({ "every": 1, "period": "day" });
        let weekly =
            json!({ "every": 1, "period": "week", "on": { "weekdays": ["monday", "friday"] } });
        let monthly =
            json!({ "every": 1, "period": "month", "on": { "days_of_month": [1, 15, 31] } });
        let share = json!({ "transfer": {
            "recipient": "recp_test_landlord", "percentage_of_balance": 12.5
        }});
        for (count, rule) in [(12, &daily), (4, &weekly), (4, &monthly)] {
            for number in 0..count {
                self.amount += 1;
                let instruction = if number % 4 == 3 {
                    json!({ "transfer": { "recipient": "recp_test_landlord", "amount": self.amount } })
                } else {
                    json!({ "charge": { "customer": "cust_test_pays", "amount": self.amount } })
                };
                sandbox.post("/schedules", &body(rule, &instruction, "2026-01-02")).await;
                self.said.push(self.amount);
            }
        }
        sandbox.post("/schedules", &body(&weekly, &share, "2026-01-02")).await;
        self.said.push(SHARE);
        sandbox.kill();
    }

    fn arguments(&self) -> Vec<&str> {
        self.arguments.iter().map(String::as_str).collect()
    }

    async fn live_and_be_killed(&mut self) {
        let moment = self.chance.moment();
        if self.chance.below(ENDS_AT_START) == 0 {
            SandboxProcess::kill_at_start(&self.data, &self.arguments(), &self.log, moment).await;
            return;
        }
        let sandbox =
            SandboxProcess::launch(&self.data, &self.arguments(), &self.log, Some(&self.shim))
                .expect("it starts; its log says why not");
        let (now, advancing) = sandbox.clock().await;
        if !advancing {
            sandbox.begin_advance(&later(&now, 60));
        }
        let creation = self.begin_creation(&sandbox, &now);
        tokio::time::sleep(moment * 2).await;
        if self.chance.below(IS_STOPPED) == 0 {
            self.stops += 1;
            sandbox.signal("STOP");
            self.shim.pass(STANDSTILL * self.stops);
            sandbox.signal("CONT");
            tokio::time::sleep(self.chance.moment()).await;
        }
        sandbox.kill();
        if let Some(creation) = creation {
            self.note_answer(creation.await.unwrap());
        }
    }

    /// Asks for the schedule that has not been answered for, or now and then for a new one.
    fn begin_creation(
        &mut self,
        sandbox: &SandboxProcess,
        now: &str,
    ) -> Option<JoinHandle<Option<StatusCode>>> {
        let made = u64::try_from(self.said.len()).unwrap();
        if self.wanted.is_none() && made < SCHEDULES_MAX && self.chance.below(4) == 0 {
            self.amount += 1;
            let charge =
                json!({ "charge": { "customer": "cust_test_pays", "amount": self.amount } });
            let rule = json!({ "every": 3, "period": "day" });
            let start = &later(now, 90)[..10];
            self.wanted = Some((format!("wanted-{}", self.amount), body(&rule, &charge, start)));
        }
        let (key, body) = self.wanted.as_ref()?;
        let request = sandbox
            .client()
            .post(format!("{}/schedules", sandbox.url))
            .basic_auth(SECRET_KEY, Some(""))
            .header("idempotency-key", key)
            .json(body);
        Some(tokio::spawn(async move { Some(request.send().await.ok()?.status()) }))
    }

    fn note_answer(&mut self, status: Option<StatusCode>) {
        match status {
            Some(status) if status.is_success() => {
                self.wanted = None;
                self.said.push(self.amount);
            }
            // Its start has passed while nobody was told: it may be there or not.
            Some(StatusCode::BAD_REQUEST) => self.wanted = None,
            _ => self.unanswered += 1,
        }
    }

    /// Lets everything that is open end, where nothing goes wrong any more.
    async fn finish(&self) -> String {
        self.emulator.calm();
        let sandbox = SandboxProcess::start(&self.data, &self.arguments(), &self.log);
        let position = sandbox.standing().await;
        let to = later(&position, 4);
        sandbox.advance(&to).await;
        ask_for_what_came_too_late(&sandbox).await;
        sandbox.advance(&later(&to, 1)).await;
        sandbox.kill();
        // What is awaited is looked at once more before it says that it is ready.
        let sandbox = SandboxProcess::start(&self.data, &self.arguments(), &self.log);
        let position = sandbox.standing().await;
        sandbox.kill();
        position
    }

    async fn check(&self, position: &str) {
        assert_eq!(self.emulator.faults(), [""; 0], "what it was asked");
        let position = instant(position);
        let store = SqliteStore::open(&self.data).unwrap();
        let open = store.awaiting(LaneId(1), None, 10).await.unwrap();
        let open: Vec<_> = open.iter().map(|open| (open.key(), open.accepted())).collect();
        assert_eq!(open, [], "the endpoint can tell what became of these");
        store.stop().await;
        drop(store);
        let books = Books::read(&self.data, position).await;
        assert_eq!(books.faults, [""; 0], "the books do not balance");

        let mut recorded = BTreeSet::new();
        let mut amounts = BTreeSet::new();
        for (schedule, occurrences) in books.schedules.iter().zip(&books.occurrences) {
            let amount = amount(schedule);
            assert!(amounts.insert(amount), "a schedule was made twice");
            check_slots(schedule, occurrences, position);
            for occurrence in occurrences {
                let status = match occurrence.status {
                    OccurrenceStatus::Successful => "succeeded",
                    OccurrenceStatus::Failed => "declined",
                    OccurrenceStatus::Skipped | OccurrenceStatus::Canceled => continue,
                };
                let attempt = serde_json::to_value(occurrence.attempt).unwrap();
                let slot = occurrence.slot.date().to_string();
                recorded.insert((amount, slot, attempt.as_u64().unwrap(), status));
            }
        }
        let lost: Vec<_> = self.said.iter().filter(|said| !amounts.contains(said)).collect();
        assert_eq!(lost, [&0_i64; 0], "schedules that clients were told exist");
        self.compare(&recorded);
    }

    /// What the endpoint paid is what is recorded, each once.
    fn compare(&self, recorded: &BTreeSet<(i64, String, u64, &'static str)>) {
        let kept = self.emulator.kept();
        let mut done = BTreeSet::new();
        let mut paid = BTreeSet::new();
        for kept in &kept {
            let request = &kept.request;
            let amount = request["amount"].as_i64().unwrap();
            let slot = request["slot"].as_str().unwrap()[..10].to_owned();
            let attempt = request["attempt"].as_u64().unwrap();
            assert!(
                kept.status != "succeeded" || paid.insert((amount, slot.clone())),
                "paid twice: {request}"
            );
            assert!(
                done.insert((amount, slot, attempt, kept.status)),
                "one attempt under two keys: {request}"
            );
        }
        let unrecorded: Vec<_> = done.difference(recorded).collect();
        let unpaid: Vec<_> = recorded.difference(&done).collect();
        assert!(unrecorded.is_empty(), "paid and not recorded: {unrecorded:?}");
        assert!(unpaid.is_empty(), "recorded and not paid: {unpaid:?}");
        let log = std::fs::read_to_string(&self.log).unwrap();
        let kept_back = log.matches("past its lease and is not sent").count();
        let again: u32 = kept.iter().map(|kept| kept.asked - 1).sum();
        assert!(!paid.is_empty(), "the advance went nowhere");
        println!(
            "{} payments, each of one slot, and {} refusals; {again} asked for again under the \
             same key; {} schedules told of, {} requests unanswered; {} stops of {} seconds, \
             {kept_back} batches kept back; {:?}",
            paid.len(),
            done.len() - paid.len(),
            self.said.len(),
            self.unanswered,
            self.stops,
            STANDSTILL.as_secs(),
            self.emulator.misdeeds()
        );
    }
}

/// A request that never arrived is not made again once it is days late: a person is asked.
/// Days go by in no time here.
async fn ask_for_what_came_too_late(sandbox: &SandboxProcess) {
    let unknowns = sandbox.get("/kalends/v1/unknowns").await;
    for unknown in unknowns["unknowns"].as_array().unwrap() {
        let path = format!("/kalends/v1/unknowns/{}/settle", unknown["id"].as_str().unwrap());
        let said = json!({ "verdict": "ask", "reason": "the endpoint does not know it" });
        println!("asked for by hand: {unknown}: {}", sandbox.post(&path, &said).await);
    }
}

fn body(rule: &Value, instruction: &Value, start: &str) -> Value {
    let mut body = json!({ "start_date": start, "end_date": "2100-01-01" });
    let fields = body.as_object_mut().unwrap();
    fields.extend(rule.as_object().unwrap().clone());
    fields.extend(instruction.as_object().unwrap().clone());
    body
}

fn amount(schedule: &Schedule) -> i64 {
    match &schedule.plan.instruction {
        Instruction::Charge { money, .. }
        | Instruction::Transfer { amount: TransferAmount::Fixed(money), .. } => money.amount_minor,
        Instruction::Transfer { amount: TransferAmount::Share { .. }, .. } => SHARE,
        Instruction::Remittance(_) => unreachable!("nothing here makes a remittance"),
    }
}
