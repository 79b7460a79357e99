//! Captured answers, got again by doing what led to them.
//!
//! A test does what must have been done before, sends the captured request with
//! its ids replaced by those of here, and compares the whole answer. Ids,
//! fingerprints and times are aside, dates are not: the clock stands where it stood.
//!
//! - omise-elixir recorded requests too, and its answers are compared to the letter.
//! - omise-php's are the canonical ones of 2019-05-29, and compared likewise.
//! - omise-swift's are older, with fewer fields in another order, and partly typed
//!   by hand: what they show is compared, in whatever order it stands.
//!
//! What is not as captured says so with [`Capture::but`], and why.

mod account;
mod anonymous;
mod charges;
mod customers;
mod events;
mod recipients;
mod schedules;
mod searches;
mod swift;
mod tokens;
mod transactions;
mod transfers;
mod vectors;

use serde_json::{Value, json};

use crate::sandbox::{Answered, Sandbox, id};
use anonymous::anonymous;

/// A card that always pays.
const PAID: &str = "4242424242424242";

/// A captured answer.
pub(crate) struct Capture {
    name: String,
    shown: Value,
    asked: Option<Exchange>,
    /// Whether fields that it lacks may be there, in any order.
    older: bool,
}

struct Exchange {
    method: String,
    path: String,
    body: Value,
    status: u16,
}

impl Capture {
    /// An exchange that omise-elixir recorded.
    pub(crate) fn elixir(name: &str) -> Capture {
        let exchange = &file(&format!("2017-11-02/elixir/{name}.json"))[0];
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let (request, response) = (&exchange["request"], &exchange["response"]);
        let url = text(&request["url"]);
        let (_, path) = url.split_once("omise.co").unwrap();
        let read = |value: &Value| serde_json::from_str(value.as_str().unwrap()).unwrap();
        let asked = Exchange {
            method: text(&request["method"]).to_uppercase(),
            path: path.to_owned(),
            body: read(&request["body"]),
            status: response["status_code"].as_u64().unwrap().try_into().unwrap(),
        };
        let shown = read(&response["body"]);
        Capture { name: name.to_owned(), shown, asked: Some(asked), older: false }
    }

    /// An answer that omise-php recorded.
    pub(crate) fn php(name: &str) -> Capture {
        let shown = file(&format!("2019-05-29/php/{name}.json"));
        Capture { name: name.to_owned(), shown, asked: None, older: false }
    }

    /// An answer that omise-swift recorded.
    pub(crate) fn swift(name: &str) -> Capture {
        let shown = file(&format!("2019-05-29/swift/{name}.json"));
        Capture { name: name.to_owned(), shown, asked: None, older: true }
    }

    /// One of a captured list.
    pub(crate) fn entry(self, place: usize) -> Capture {
        let shown = self.shown["data"][place].clone();
        Capture { name: format!("{}, {place}", self.name), shown, ..self }
    }

    /// Recorded of an older answer: what it shows is compared, in whatever order it stands.
    pub(crate) fn older(self) -> Capture {
        Capture { older: true, ..self }
    }

    /// What it shows.
    pub(crate) fn shown(&self) -> &Value {
        &self.shown
    }

    /// Something that is not as captured, and why.
    pub(crate) fn but(mut self, pointer: &str, value: impl Into<Value>, _why: &str) -> Capture {
        let name = &self.name;
        let field = self.shown.pointer_mut(pointer);
        *field.unwrap_or_else(|| panic!("{name} has no {pointer}")) = value.into();
        self
    }

    /// Something captured that is not there, and why.
    pub(crate) fn without(mut self, pointer: &str, _why: &str) -> Capture {
        let (parent, field) = pointer.rsplit_once('/').unwrap();
        let name = &self.name;
        let parent = self.shown.pointer_mut(parent);
        let parent = parent.unwrap_or_else(|| panic!("{name} has no {pointer}"));
        match parent {
            Value::Array(entries) => drop(entries.remove(field.parse().unwrap())),
            Value::Object(fields) => drop(fields.shift_remove(field).unwrap()),
            _ => panic!("{name}: {pointer} is in nothing"),
        }
        self
    }

    /// An id that the recorded request names, as it is here.
    pub(crate) fn naming(mut self, captured: &str, here: &str) -> Capture {
        let asked = self.asked.as_mut().unwrap();
        asked.path = asked.path.replace(captured, here);
        asked.body = serde_json::from_str(&asked.body.to_string().replace(captured, here)).unwrap();
        self
    }

    /// What was sent and not recorded.
    pub(crate) fn sending(mut self, body: Value) -> Capture {
        self.asked.as_mut().unwrap().body = body;
        self
    }

    /// Sends the recorded request, asserts the recorded answer, and gives what was answered.
    pub(crate) async fn replayed(self, sandbox: &Sandbox) -> Value {
        let asked = self.asked.as_ref().unwrap();
        let of_vault = asked.path.starts_with("/tokens");
        let asking = if of_vault { sandbox.ask_publicly() } else { sandbox.ask() };
        let body = (asked.method != "GET").then(|| asked.body.clone());
        let answered = asking
            .header("Omise-Version", "2017-11-02")
            .send(&asked.method, &asked.path, body)
            .await;
        assert_eq!(answered.status, asked.status, "{}: {}", self.name, answered.text);
        self.is(&answered)
    }

    /// Asserts that an answer is this one, and gives it.
    #[track_caller]
    pub(crate) fn is(&self, answered: &Answered) -> Value {
        self.is_shown_by(&answered.body);
        // Not a byte more than the value: the layout is one for all.
        let laid_out = api::omise::answer::pretty(&answered.body);
        assert_eq!(answered.text.as_bytes(), laid_out, "{}", self.name);
        answered.body.clone()
    }

    /// Asserts that something shown is this.
    #[track_caller]
    pub(crate) fn is_shown_by(&self, value: &Value) {
        let here = if self.older { seen_as(value, &self.shown) } else { value.clone() };
        let text = |value: &Value| {
            String::from_utf8(api::omise::answer::pretty(&anonymous(value))).unwrap()
        };
        let (here, captured) = (text(&here), text(&self.shown));
        if here != captured {
            let line = here.lines().zip(captured.lines()).position(|(a, b)| a != b);
            let line = line.unwrap_or_default();
            let at = |text: &str| text.lines().nth(line).unwrap_or_default().to_owned();
            panic!(
                "{}, line {line}: {} where {} was captured; in all\n{here}",
                self.name,
                at(&here),
                at(&captured)
            );
        }
    }
}

/// A value with the fields of another alone, in their order there.
fn seen_as(value: &Value, shape: &Value) -> Value {
    match (value, shape) {
        (Value::Object(fields), Value::Object(shape)) => shape
            .iter()
            .map(|(name, shape)| {
                let missing = Value::String("missing".to_owned());
                (name.clone(), seen_as(fields.get(name).unwrap_or(&missing), shape))
            })
            .collect::<serde_json::Map<_, _>>()
            .into(),
        (Value::Array(entries), Value::Array(shapes)) if entries.len() == shapes.len() => {
            entries.iter().zip(shapes).map(|(value, shape)| seen_as(value, shape)).collect()
        }
        (value, _) => value.clone(),
    }
}

/// What a captured file says.
fn file(path: &str) -> Value {
    let path = format!("{}/tests/fixtures/omise/{path}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The captured card, as omise-elixir's people typed it in.
async fn john_doe(sandbox: &Sandbox) -> String {
    token(
        sandbox,
        json!({
            "name": "John Doe", "number": PAID, "security_code": "123",
            "expiration_month": 10, "expiration_year": 2019,
            "city": "Bangkok", "postal_code": "10320",
        }),
    )
    .await
}

/// A token for a card.
async fn token(sandbox: &Sandbox, card: Value) -> String {
    id(&sandbox.ask_publicly().post("/tokens", json!({"card": card})).await.ok())
}

/// A customer with the captured card.
async fn adele(sandbox: &Sandbox) -> Value {
    let card = john_doe(sandbox).await;
    let body = json!({"email": "adele@gmail.com", "description": "Burnnnn", "card": card});
    sandbox.post("/customers", body).await
}

/// Why a total is not the captured one.
const YEARS_OF_HISTORY: &str = "the account had years of history";
