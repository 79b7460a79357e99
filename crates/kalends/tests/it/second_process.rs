//! Two processes on the same data: the second is refused, and the first goes on.

use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use serde_json::json;

use crate::books::{Books, instant};
use crate::sandbox_process::SandboxProcess;
use crate::world::{START, create_schedules, later, write_seed};

/// What a second sandbox says before it ends, which it does by itself.
fn refusal(data: &Path) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_kalends"))
        .args(["sandbox", "--listen", "127.0.0.1:0", "--data"])
        .arg(data)
        .env("RUST_BACKTRACE", "0")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(output.stdout, b"");
    String::from_utf8(output.stderr).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_process_on_the_same_data_is_refused_and_the_first_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().canonicalize().unwrap();
    let (data, log) = (folder.join("kalends.db"), folder.join("log"));
    let seed = write_seed(&folder);
    let first = SandboxProcess::start(&data, &["--clock", START, "--seed", &seed], &log);
    create_schedules(&first).await;
    first.begin_advance(&later(START, 120));

    let (link, folder_link) = (folder.join("link.db"), folder.join("folder"));
    symlink("kalends.db", &link).unwrap();
    symlink(&folder, &folder_link).unwrap();
    for path in [&data, &folder, &link, &folder_link.join("kalends.db")] {
        let file = if path.is_dir() { path.join("kalends.db") } else { path.clone() };
        assert_eq!(
            refusal(path),
            format!(
                "Error: cannot open {}\n\nCaused by:\n    {} is in use by another process; stop \
                 it, or start with another --data\n",
                file.display(),
                data.display()
            )
        );
    }
    let hard_link = folder.join("other.db");
    std::fs::hard_link(&data, &hard_link).unwrap();
    assert_eq!(
        refusal(&hard_link),
        format!(
            "Error: cannot open {0}\n\nCaused by:\n    {0} has 2 names (hard links), and what is \
             committed under one is missing under the other; leave it one name, or copy it while \
             it is not in use\n",
            hard_link.display()
        )
    );
    std::fs::remove_file(hard_link).unwrap();

    first
        .post(
            "/charges",
            &json!({ "customer": "cust_test_pays", "amount": 10_000, "currency": "thb" }),
        )
        .await;
    first.standing().await;
    first.kill();
    // The kernel gives the lock back as the process ends: by another path, at once.
    let second = SandboxProcess::start(&link, &[], &log);
    let position = second.standing().await;
    second.kill();
    Books::read(&data, instant(&position)).await.check();
}
