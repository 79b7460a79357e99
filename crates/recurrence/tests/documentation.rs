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

/// Public items of a source whose comment has no example that runs, and those
/// that may fail whose example shows nothing wrong.
fn without_example(source: &str) -> Vec<String> {
    let mut missing = Vec::new();
    let mut comment = Comment::default();
    let mut signature: Option<(String, Comment)> = None;
    for line in source.lines() {
        let line = line.trim_start();
        if line.starts_with("mod tests {") {
            break;
        }
        if let Some(text) = line.strip_prefix("///") {
            comment.read(text);
        } else if ITEMS.iter().any(|item| line.starts_with(item)) {
            signature = Some((String::new(), std::mem::take(&mut comment)));
        } else if !line.starts_with("#[") && !line.starts_with("//") && !line.starts_with(")]") {
            comment = Comment::default();
        }
        // A signature may take several lines.
        if let Some((text, _)) = &mut signature {
            text.push_str(line);
            text.push(' ');
            if line.ends_with(['{', ';', '}']) {
                missing.extend(signature.take().and_then(|(text, comment)| comment.lacks(&text)));
            }
        }
    }
    missing
}

/// What a comment has shown so far.
#[derive(Default)]
struct Comment {
    /// Within code: whether it runs.
    code: Option<bool>,
    has_example: bool,
    shows_what_is_wrong: bool,
}

impl Comment {
    fn read(&mut self, text: &str) {
        if let Some(kind) = text.trim().strip_prefix("```") {
            // Nothing runs that is marked as text, or as not to be run.
            self.code = if self.code.is_some() { None } else { Some(kind.is_empty()) };
            self.has_example |= self.code == Some(true);
        } else if self.code == Some(true) {
            self.shows_what_is_wrong |=
                ["Err(", "is_err", "unwrap_err", "Error::"].iter().any(|it| text.contains(it));
        }
    }

    fn lacks(&self, signature: &str) -> Option<String> {
        let may_fail = signature.starts_with("pub fn ") && signature.contains("-> Result<");
        let lacks = if !self.has_example {
            "an example"
        } else if may_fail && !self.shows_what_is_wrong {
            "what is wrong"
        } else {
            return None;
        };
        Some(format!("{} lacks {lacks}", signature.trim_end()))
    }
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
    let source = "/// Says.\npub fn silent() {}\n\n/// ```\n/// ```\n#[must_use]\npub fn shown() {}\n\
        /// ```text\n/// ```\npub fn told() {}\n\
        /// ```\n/// new()?;\n/// ```\npub fn new(\n) -> Result<(), ()> {}\n\
        /// ```\n/// assert_eq!(old(), Err(()));\n/// ```\npub fn old() -> Result<(), ()> {}\n";
    let expected = [
        "pub fn silent() {} lacks an example",
        "pub fn told() {} lacks an example",
        "pub fn new( ) -> Result<(), ()> {} lacks what is wrong",
    ];
    assert_eq!(without_example(source), expected);
}
