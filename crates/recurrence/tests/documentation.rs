//! Every public item has an example that runs with the tests.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

/// Where an example belongs: what a line of code starts with.
const ITEMS: [&str; 7] = [
    "pub fn ",
    "pub const fn ",
    "pub const ",
    "pub struct ",
    "pub enum ",
    "pub trait ",
    "pub type ",
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Public items of a source whose comment has no example.
fn without_example(source: &str) -> Vec<String> {
    let mut missing = Vec::new();
    let mut has_example = false;
    for line in source.lines() {
        let line = line.trim_start();
        if line.starts_with("mod tests {") {
            break;
        }
        if let Some(comment) = line.strip_prefix("///") {
            has_example |= comment.trim() == "```";
        } else if ITEMS.iter().any(|item| line.starts_with(item)) {
            let is_number = line.starts_with("pub const ") && !line.starts_with("pub const fn ");
            // What a number is for, its own words say.
            if !has_example && !is_number {
                missing.push(line.to_owned());
            }
            has_example = false;
        } else if !line.starts_with("#[") && !line.starts_with("//") && !line.starts_with(")]") {
            has_example = has_example && line.is_empty();
        }
    }
    missing
}

#[test]
fn every_public_item_has_a_runnable_example() {
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    assert!(files.len() > 30);
    let mut missing = Vec::new();
    for file in files {
        let name = file.display().to_string();
        let found = without_example(&fs::read_to_string(&file).unwrap());
        missing.extend(found.into_iter().map(|item| format!("{name}: {item}")));
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn an_item_without_an_example_is_found() {
    let source =
        "/// Says.\npub fn silent() {}\n\n/// ```\n/// ```\n#[must_use]\npub fn shown() {}\n";
    assert_eq!(without_example(source), ["pub fn silent() {}"]);
}
