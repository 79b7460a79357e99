//! `kalends history`: old occurrences leave the data, and are found in their files.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};

use crate::sandbox_process::SandboxProcess;

fn history(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kalends"));
    command.arg("history").args(arguments).output().unwrap()
}

fn told(arguments: &[&str]) -> String {
    let output = history(arguments);
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn refused(arguments: &[&str]) -> String {
    let output = history(arguments);
    assert!(!output.status.success(), "{output:?}");
    String::from_utf8(output.stderr).unwrap()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn old_occurrences_leave_the_data_and_are_found_in_their_files() {
    let folder = tempfile::tempdir().unwrap();
    let (data, log) = (folder.path().join("kalends.db"), folder.path().join("log"));
    let files = folder.path().join("archive");
    std::fs::create_dir(&files).unwrap();
    let sandbox = SandboxProcess::start(&data, &["--clock", "2025-01-01T00:00:00Z"], &log);
    let payout = json!({
        "every": 1, "period": "day", "end_date": "2025-12-31", "transfer": { "amount": 10_000 },
    });
    let schedule = sandbox.post("/schedules", &payout).await["id"].as_str().unwrap().to_owned();
    sandbox.advance("2025-04-11T00:00:00Z").await;
    let path = format!("/schedules/{schedule}/occurrences");
    let before = sandbox.get(&path).await;
    let first = before["data"][0].clone();
    let moving = ["move", "--before", "2025-03-01", "--to", text(&files), "--data", text(&data)];
    let in_use = refused(&moving);
    assert!(in_use.contains("one writer") && in_use.contains("in use"), "{in_use}");
    sandbox.kill();

    let too_late =
        refused(&["move", "--before", "2025-03-12", "--to", text(&files), "--data", text(&data)]);
    assert!(too_late.contains("2025-03-11 is the latest date"), "{too_late}");
    let moved = told(&moving);
    let file = std::fs::read_dir(&files).unwrap().next().unwrap().unwrap().path();
    let name = file.file_name().unwrap().to_str().unwrap();
    assert!(moved.starts_with(&format!("{name}  2025-01-01 to 2025-02-28  ")), "{moved}");
    assert_eq!(told(&moving), "Nothing of before 2025-03-01 may be moved.\n");
    let listed = told(&["list", "--data", text(&data)]);
    assert_eq!(listed.trim_end(), moved.lines().next().unwrap());

    let id = first["id"].as_str().unwrap();
    let found = told(&["find", id, "--in", text(&files)]);
    let found: Value = serde_json::from_str(&found).unwrap();
    assert_eq!(
        (&found["id"], &found["schedule"], &found["payment"], &found["status"]),
        (&first["id"], &json!(schedule), &first["result"], &first["status"])
    );
    let of_schedule = told(&["find", &schedule, "--in", text(&file)]);
    let count = of_schedule.lines().count();
    assert!(told(&["check", text(&files)]).starts_with("ok "));
    let missing = refused(&["find", "occu_test_nothing", "--in", text(&files)]);
    assert_eq!(missing, "In none of these files: occu_test_nothing\n");

    let sandbox = SandboxProcess::start(&data, &[], &log);
    let after = sandbox.get(&path).await;
    let left = before["total"].as_u64().unwrap() - u64::try_from(count).unwrap();
    assert_eq!(after["total"], left);
    let gone = sandbox.get(&format!("/occurrences/{id}")).await;
    let said = gone["message"].as_str().unwrap();
    assert!(
        said.starts_with(&format!("occurrence {id} was not found: it was moved on ")),
        "{said}"
    );
    assert!(said.ends_with(&format!(" into the file {name}")), "{said}");
    // And it goes on where it stood: in the midst of retries, for the account has no money.
    let to = json!({ "to": "2025-04-12T00:00:00Z" });
    let advanced = sandbox.post("/kalends/v1/clock/advance", &to).await;
    assert_eq!(advanced["occurrences"], json!({ "successful": 0, "failed": 1, "skipped": 1 }));
    assert_eq!(sandbox.get(&path).await["total"], left + 2);
    sandbox.kill();
    let doctor = Command::new(env!("CARGO_BIN_EXE_kalends"))
        .args(["doctor", "--data", text(&data)])
        .output()
        .unwrap();
    assert!(doctor.status.success(), "{doctor:?}");

    let written = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, written.replacen("\"failed\"", "\"faileD\"", 1)).unwrap();
    assert!(!history(&["check", text(&files)]).status.success());
}
