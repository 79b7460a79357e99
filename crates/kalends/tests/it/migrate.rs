//! A sandbox that is paid for by an endpoint, killed in the middle, moved to PostgreSQL and back:
//! it goes on with what it was at, and nothing is paid twice.

use std::path::Path;
use std::process::Command;

use crate::emulator::Emulator;
use crate::sandbox_process::{SandboxProcess, eventually};
use crate::world::{START, create_schedules, later, write_seed};

/// What a command says, and whether it went well.
fn kalends(arguments: &[&str]) -> (bool, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kalends"));
    let output = command.args(arguments).env("RUST_BACKTRACE", "0").output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(said).unwrap())
}

fn well(arguments: &[&str]) -> String {
    let (went_well, said) = kalends(arguments);
    assert!(went_well, "{said}");
    said
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sandbox_that_is_moved_and_comes_back_goes_on_and_pays_nothing_twice() {
    let folder = tempfile::tempdir().unwrap();
    let folder = &folder.path().canonicalize().unwrap();
    let (data, log, secret) =
        (folder.join("kalends.db"), folder.join("log"), folder.join("secret"));
    std::fs::write(&secret, "a2FsZW5kcy1rYWxlbmRzLWthbGVuZHMta2FsZW5kcy0=").unwrap();
    let emulator = Emulator::start(folder, 1).await;
    emulator.calm();
    let endpoint = ["--gateway-url", &emulator.url, "--gateway-secret-file", text(&secret)];
    let seed = write_seed(folder);
    let first = [&["--clock", START, "--seed", &seed], &endpoint[..]].concat();
    let sandbox = SandboxProcess::start(&data, &first, &log);
    create_schedules(&sandbox).await;
    sandbox.advance(&later(START, 20)).await;
    let paid = emulator.kept().len();
    sandbox.begin_advance(&later(START, 90));
    eventually("it pays", async || (emulator.kept().len() > paid + 100).then_some(())).await;

    let url = cluster::url_with_password(&cluster::empty_database().await);
    let move_there = ["migrate", "--from", text(&data), "--to", &url];
    let (went_well, said) = kalends(&move_there);
    assert!(!went_well && said.contains("is in use by another process"), "{said}");
    sandbox.kill();
    let said = well(&move_there);
    assert!(said.contains("\nMoved from ") && !said.contains("kept-in-the-test"), "{said}");
    assert!(well(&move_there).contains("already"));

    let said = well(&["doctor", "--data", &url]);
    assert!(said.contains(" is sound.\n") && !said.contains("kept-in-the-test"), "{said}");
    let (there, here) =
        (well(&["accounts", "--data", &url]), well(&["accounts", "--data", text(&data)]));
    let told = here.lines().map(|line| match line.split_once(", went to postgres://") {
        Some((told, place)) => {
            assert!(place.ends_with(" and runs here no more") && !place.contains('@'), "{place}");
            told
        }
        None => line,
    });
    assert_eq!(there.lines().collect::<Vec<_>>(), told.collect::<Vec<_>>());
    assert_eq!(here.matches("went to").count(), 2, "{here}");
    let said = well(&["doctor", "--data", text(&data)]);
    assert_eq!(said.matches("\ngone   ").count(), 2, "{said}");
    assert!(said.ends_with(" is sound.\n"), "{said}");
    let said = well(&["resume", "--data", &url]);
    assert_eq!(said, "Nothing is held: what is due runs when the server is started.\n");
    let long_ago = ["history", "move", "--before", "2020-01-01", "--to", text(folder)];
    let said = well(&[&long_ago[..], &["--data", &url]].concat());
    assert_eq!(said, "Nothing of before 2020-01-01 may be moved.\n");
    assert_eq!(well(&["history", "list", "--data", &url]), "");
    let (went_well, said) = kalends(&["backup", text(&folder.join("copy")), "--data", &url]);
    assert!(!went_well && said.contains("PostgreSQL has its own backups"), "{said}");
    let (went_well, said) = kalends(&["sandbox", "--data", text(&data)]);
    assert!(!went_well && said.contains("nothing of it runs here any more"), "{said}");

    let back = folder.join("back/kalends.db");
    well(&["migrate", "--from", &url, "--to", text(&back)]);
    let sandbox = SandboxProcess::start(&back, &endpoint, &log);
    assert_eq!(sandbox.standing().await, later(START, 90));
    sandbox.kill();
    assert_eq!(
        emulator.faults(),
        [""; 0],
        "nothing was paid twice, and nothing else was asked for"
    );
    assert!(emulator.kept().len() > paid + 200);
    assert!(well(&["doctor", "--data", text(&back)]).ends_with(" is sound.\n"));
}
