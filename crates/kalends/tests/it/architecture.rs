//! The invariants of ARCHITECTURE.md that can be read off the sources.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The rooms of the house, from the ground up.
const ROOMS: [&str; 8] =
    ["recurrence", "engine", "bank", "store", "gateway", "runner", "api", "kalends"];
/// Rooms without I/O, clock, chance or an async runtime.
const PURE: [&str; 3] = ["recurrence", "engine", "bank"];

fn crates() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn dependencies(room: &str) -> BTreeSet<String> {
    let manifest = fs::read_to_string(crates().join(room).join("Cargo.toml")).unwrap();
    let manifest: toml::Table = manifest.parse().unwrap();
    manifest["dependencies"].as_table().unwrap().keys().cloned().collect()
}

/// Every source file of a room, with its text; tests left out.
fn sources(room: &str) -> Vec<(PathBuf, String)> {
    rust_files(vec![crates().join(room).join("src")])
}

fn rust_files(mut folders: Vec<PathBuf>) -> Vec<(PathBuf, String)> {
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                files.push((path, text));
            }
        }
    }
    files
}

#[test]
fn nothing_imports_what_stands_above_it() {
    for (height, room) in ROOMS.iter().enumerate() {
        for above in &ROOMS[height + 1..] {
            assert!(
                !dependencies(room).contains(*above),
                "{room} depends on {above}, which stands above it"
            );
        }
    }
}

#[test]
fn the_pure_rooms_depend_on_nothing_that_acts() {
    let allowed: BTreeSet<String> = [
        "recurrence",
        "engine",
        "jiff",
        "serde",
        "serde_json",
        "postcard",
        "thiserror",
        "iso_currency",
        "sha2",
        "base64",
    ]
    .map(str::to_owned)
    .into();
    for room in PURE {
        let beyond: Vec<_> = dependencies(room).difference(&allowed).cloned().collect();
        assert_eq!(beyond, [""; 0], "{room}");
    }
}

#[test]
fn only_the_store_speaks_sql() {
    for room in ROOMS.iter().filter(|room| **room != "store") {
        assert!(!dependencies(room).contains("rusqlite"), "{room}");
    }
}

/// `measured` is a gateway itself, and passes on what it is asked.
#[test]
fn only_the_execution_of_a_batch_asks_a_gateway_to_pay() {
    let callers: BTreeSet<_> = ROOMS
        .iter()
        .flat_map(|room| sources(room))
        .filter(|(path, text)| {
            text.contains("gateway.pay(") && !path.ends_with("gateway/src/lib.rs")
        })
        .map(|(path, _)| path.strip_prefix(crates()).unwrap().to_owned())
        .collect();
    let expected = ["runner/src/execution.rs", "runner/src/measured.rs"].map(PathBuf::from);
    assert_eq!(callers, BTreeSet::from(expected));
}

/// The command line's own calls (`kalends clock …`) go to a server of ours, not outside.
#[test]
fn only_a_gateway_talks_to_the_outside() {
    for room in ROOMS.iter().filter(|room| !["gateway", "kalends"].contains(room)) {
        assert!(!dependencies(room).contains("reqwest"), "{room}");
    }
    let callers: Vec<_> = sources("kalends")
        .into_iter()
        .filter(|(_, text)| text.contains("reqwest::"))
        .map(|(path, _)| path.strip_prefix(crates()).unwrap().to_owned())
        .collect();
    assert_eq!(callers, [Path::new("kalends/src/server_client.rs")]);
}

#[test]
fn only_the_clock_reads_time() {
    let readers: Vec<_> = ROOMS
        .iter()
        .flat_map(|room| sources(room))
        .filter(|(_, text)| {
            text.contains("Timestamp::now()")
                || text.contains("Instant::now()")
                || text.contains("SystemTime::now()")
        })
        .map(|(path, _)| path.strip_prefix(crates()).unwrap().to_owned())
        .collect();
    assert_eq!(readers, [Path::new("runner/src/clock.rs")]);
}

/// Comments may name a source; code below `api` may not know a dialect.
#[test]
fn no_dialect_is_named_below_the_api() {
    let below = ["engine", "bank", "store", "gateway", "runner"];
    // What is asked of Omise itself, or of Moov, is asked in its own words.
    let own = [crates().join("gateway/src/omise"), crates().join("gateway/src/moov")];
    // The fuzzer reads the answers of all.
    let of_all = ["gateway/src/lib.rs", "gateway/src/exercise.rs"];
    let speaks_it = |path: &Path| {
        own.iter().any(|own| path.starts_with(own)) || of_all.iter().any(|it| path.ends_with(it))
    };
    for (path, text) in below.iter().flat_map(|room| sources(room)) {
        if speaks_it(&path) {
            continue;
        }
        let code =
            text.lines().filter(|line| !line.trim_start().starts_with("//")).map(str::to_lowercase);
        for (number, line) in code.enumerate() {
            assert!(
                !line.contains("omise") && !line.contains("moov"),
                "{}: {number}: {line}",
                path.display()
            );
        }
    }
}

#[test]
fn every_guarantee_names_a_test_that_exists() {
    every_test_named_in_exists("GUARANTEES.md");
}

#[test]
fn every_decision_about_moov_names_a_test_that_exists() {
    every_test_named_in_exists("docs/moov.md");
}

/// What stands between backticks and has more than two underscores is a test's name.
#[track_caller]
fn every_test_named_in_exists(page: &str) {
    let root = crates().parent().unwrap().to_owned();
    let page = fs::read_to_string(root.join(page)).unwrap();
    let tests: Vec<String> = rust_files(vec![crates(), root.join("simulation")])
        .into_iter()
        .map(|(_, text)| text)
        .collect();
    let is_of_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let names = page.split('`').skip(1).step_by(2);
    let names = names.filter(|name| name.matches('_').count() > 2 && name.chars().all(is_of_name));
    let mut count = 0;
    for name in names {
        count += 1;
        let is_test = tests.iter().any(|text| text.contains(&format!("fn {name}(")));
        assert!(is_test, "{name} is no test");
    }
    assert!(count > 0, "the page names no test");
}
