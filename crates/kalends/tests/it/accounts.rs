//! `kalends accounts`, beside a running server.

use std::process::Command;

use serde_json::json;

use crate::sandbox_process::SandboxProcess;

#[tokio::test(flavor = "multi_thread")]
async fn accounts_of_data_in_use_are_listed_with_how_they_stand() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("kalends.db");
    let listed = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kalends"));
        let output = command.args(["accounts", "--data"]).arg(&data).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let more = ["--clock", "2026-01-31T00:00:00Z"];
    let sandbox = SandboxProcess::start(&data, &more, &folder.path().join("log"));
    let payout = json!({
        "every": 1, "period": "month", "on": { "days_of_month": [1] }, "end_date": "2026-12-31",
        "transfer": { "percentage_of_balance": 50 },
    });
    sandbox.post("/schedules", &payout).await;
    let beat = {
        let line = listed();
        let (_, rest) = line.split_once("last worked ").unwrap();
        rest.lines().next().unwrap().to_owned()
    };
    assert_eq!(
        listed(),
        format!(
            "(without a name)  test, TH, THB, Asia/Bangkok, lane 1\n  \
             1 schedules, next due 2026-02-01T01:05:00Z, last worked {beat}\n\
             (without a name)  test, US, USD, UTC, lane 1\n  \
             0 schedules, next due 2026-02-01T01:05:00Z, last worked {beat}\n"
        )
    );
    sandbox.kill();
    let nothing = Command::new(env!("CARGO_BIN_EXE_kalends"))
        .args(["accounts", "--data"])
        .arg(folder.path().join("other.db"))
        .output()
        .unwrap();
    assert!(!nothing.status.success());
    let told = String::from_utf8(nothing.stderr).unwrap();
    assert!(told.contains("no data at ") && told.contains("other.db"), "{told}");
}
