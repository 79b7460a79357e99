//! Verifies what came as docs/webhooks.md says, by running the very lines that stand there.
#![allow(dead_code, reason = "no one of the tests that use it uses all of it")]

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::json;

use crate::receiver::Received;

/// Reads one case from its input and answers what the page's function says of it.
const ASK: &str = "
import json, sys
case = json.loads(sys.stdin.read())
function, secret, headers = case['function'], case['secret'], case['headers']
if function == 'is_moov':
    verdict = is_moov([secret], headers, case['now'])
else:
    verdict = globals()[function](secret, headers, case['body'].encode(), case['now'])
print('yes' if verdict else 'no')
";

/// Whether the page's function takes what came for genuine. `python3` must be there.
pub(crate) fn verifies(function: &str, secret: &str, received: &Received) -> bool {
    verifies_at(function, secret, received, None)
}

/// The same, at another time, in seconds since 1970.
pub(crate) fn verifies_at(
    function: &str,
    secret: &str,
    received: &Received,
    now: Option<i64>,
) -> bool {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/webhooks.md");
    let page = std::fs::read_to_string(page).unwrap();
    let (_, after) = page.split_once("```python\n").unwrap();
    let (code, _) = after.split_once("```").unwrap();
    let headers: serde_json::Map<_, _> =
        received.headers.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    let case = json!({
        "function": function, "secret": secret, "headers": headers, "body": received.body,
        "now": now,
    });
    let mut python = Command::new("python3")
        .args(["-c", &format!("{code}\n{ASK}")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 runs what docs/webhooks.md says");
    python.stdin.take().unwrap().write_all(case.to_string().as_bytes()).unwrap();
    let output = python.wait_with_output().unwrap();
    match String::from_utf8(output.stdout).unwrap().trim() {
        "yes" => true,
        "no" => false,
        other => panic!("{function} answered {other:?}"),
    }
}
