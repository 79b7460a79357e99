//! A backup of a sandbox that is paid for by an endpoint: what was paid after it was taken
//! is not paid again by what is made of it.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use engine::{Attempt, LaneId, ScheduleId, Slot};
use serde_json::json;
use store::Store as _;
use store::sqlite::SqliteStore;

use crate::books::{Books, instant};
use crate::emulator::Emulator;
use crate::sandbox_process::{SandboxProcess, eventually};
use crate::world::{START, create_schedules, later, write_seed};

/// What a command says, and whether it went well.
fn kalends(arguments: &[&str]) -> (bool, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kalends"));
    let output = command.args(arguments).env("RUST_BACKTRACE", "0").output().unwrap();
    let said = if output.status.success() { output.stdout } else { output.stderr };
    (output.status.success(), String::from_utf8(said).unwrap())
}

/// What the endpoint was asked to pay, by key, and how often.
fn asked(emulator: &Emulator) -> Vec<(String, u32)> {
    emulator.kept().into_iter().map(|it| (it.request.to_string(), it.asked)).collect()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_backup_runs_nothing_until_it_is_resumed_and_pays_nothing_twice() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let (data, backup) = (folder.join("kalends.db"), folder.join("backup.db"));
    let (log, secret) = (folder.join("log"), folder.join("secret"));
    std::fs::write(&secret, "a2FsZW5kcy1rYWxlbmRzLWthbGVuZHMta2FsZW5kcy0=").unwrap();
    let emulator = Emulator::start(folder, 1).await;
    emulator.calm();
    let endpoint = ["--gateway-url", &emulator.url, "--gateway-secret-file", text(&secret)];
    let seed = write_seed(folder);
    let first = [&["--clock", START, "--seed", &seed], &endpoint[..]].concat();
    let sandbox = SandboxProcess::start(&data, &first, &log);
    create_schedules(&sandbox).await;
    sandbox.advance(&later(START, 20)).await;

    // Taken while payments are made.
    let paid = emulator.kept().len();
    sandbox.begin_advance(&later(START, 90));
    eventually("it pays", async || (emulator.kept().len() > paid + 100).then_some(())).await;
    let (went_well, said) = kalends(&["backup", text(&backup), "--data", text(&data)]);
    assert!(went_well, "{said}");
    let (went_well, said) = kalends(&["doctor", "--data", text(&data)]);
    assert!(went_well && said.ends_with(&format!("{} is sound.\n", data.display())), "{said}");
    let position = sandbox.standing().await;
    assert_eq!(position, later(START, 90));
    sandbox.kill();
    let paid = asked(&emulator);

    let restored = folder.join("restored.db");
    let (went_well, said) = kalends(&["restore", text(&backup), "--data", text(&restored)]);
    assert!(went_well, "{said}");
    let (went_well, said) = kalends(&["doctor", "--data", text(&restored)]);
    assert!(went_well && said.ends_with(" is sound.\n"), "{said}");
    let (went_well, said) = kalends(&["restore", text(&backup), "--data", text(&data)]);
    assert_eq!(
        (went_well, said),
        (
            false,
            format!(
                "Error: cannot restore {}\n\nCaused by:\n    {} exists, and is not written over; \
                 name another, or move it away\n",
                backup.display(),
                data.display()
            )
        )
    );
    let (_, said) = kalends(&["resume", "--data", text(&restored)]);
    assert!(said.contains(": held since ") && said.contains("Nothing has been resumed."), "{said}");

    // It answers, and runs nothing.
    let sandbox = SandboxProcess::start(&restored, &endpoint, &log);
    eventually("it is ready", async || sandbox.is_ready().await.then_some(())).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(sandbox.get("/kalends/v1/lane").await["held_since"].is_string());
    let (_, refused) = sandbox
        .try_post("/kalends/v1/clock/advance", &json!({ "to": later(START, 91) }))
        .await
        .unwrap();
    assert_eq!(refused["status"], 409, "{refused}");
    sandbox.kill();
    assert_eq!(asked(&emulator), paid);

    // Resumed, it goes on with the advance that it was taken in the middle of.
    let reason = ["resume", "--data", text(&restored), "--yes", "--reason", "the original is gone"];
    let (went_well, said) = kalends(&reason);
    assert!(went_well && said.contains("Resumed"), "{said}");
    let (_, said) = kalends(&reason);
    assert_eq!(said, "Nothing is held: what is due runs when the server is started.\n");
    let sandbox = SandboxProcess::start(&restored, &endpoint, &log);
    assert_eq!(sandbox.standing().await, position);
    sandbox.kill();
    assert_eq!(asked(&emulator), paid, "what was paid was found, and not asked for again");
    assert_eq!(emulator.faults(), [""; 0]);
    assert_eq!(attempts(&restored, &position).await, attempts(&data, &position).await);
}

/// Every attempt that is recorded, or waits for its outcome.
async fn attempts(data: &Path, position: &str) -> BTreeSet<(ScheduleId, Slot, Attempt)> {
    let books = Books::read(data, instant(position)).await;
    let recorded = books.occurrences.into_iter().flatten();
    let mut attempts: BTreeSet<_> = recorded.map(|it| (it.schedule, it.slot, it.attempt)).collect();
    let store = SqliteStore::open(data).unwrap();
    let awaiting = store.awaiting(LaneId(1), None, u32::MAX).await.unwrap();
    attempts.extend(awaiting.iter().map(|it| (it.key().schedule, it.key().slot, it.run.attempt)));
    attempts
}
