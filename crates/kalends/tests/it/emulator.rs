//! An endpoint that pays (docs/gateways.md), as the world would be at its worst: it
//! declines, is slow, refuses, fails before and after the deed, and breaks off. What it
//! keeps is right all the same, and it is not in the process that is killed.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use http::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};

use crate::campaign::Chance;

/// Bytes of a request's body.
const BODY_BYTES_MAX: usize = 64 * 1024;
/// What every balance has.
const AVAILABLE: u64 = 1_000_000;

/// What it keeps of one key.
#[derive(Clone)]
pub(crate) struct Kept {
    body: Bytes,
    /// The request, read.
    pub(crate) request: Value,
    /// `succeeded` or `declined`; what is accepted has succeeded when it is asked about.
    pub(crate) status: &'static str,
    /// How often it was asked for.
    pub(crate) asked: u32,
}

/// How often it did what no endpoint should.
#[derive(Clone, Default, Debug)]
pub(crate) struct Misdeeds {
    pub(crate) slow: u32,
    pub(crate) throttled: u32,
    pub(crate) failed_before: u32,
    pub(crate) failed_after: u32,
    pub(crate) broken_off: u32,
}

#[derive(Clone)]
pub(crate) struct Emulator {
    books: Arc<Mutex<Books>>,
    is_calm: Arc<AtomicBool>,
    pub(crate) url: String,
}

struct Books {
    kept: BTreeMap<String, Kept>,
    misdeeds: Misdeeds,
    /// What it was asked that it must never be.
    faults: Vec<String>,
    chance: Chance,
    /// One line for everything asked and done, for whoever looks into a failure.
    ledger: File,
}

/// What is to go wrong with one request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Mood {
    Well,
    SlowBefore,
    SlowAfter,
    Throttle,
    FailBefore,
    FailAfter,
    BreakOffBefore,
    BreakOffAfter,
}

/// Closes the connection without an answer.
fn broken_off() -> std::io::Error {
    std::io::Error::other("broken off")
}

impl Emulator {
    /// Listens, with a ledger in `folder`.
    pub(crate) async fn start(folder: &Path, seed: u64) -> Emulator {
        let books = Books {
            kept: BTreeMap::new(),
            misdeeds: Misdeeds::default(),
            faults: Vec::new(),
            chance: Chance::from_seed(seed),
            ledger: File::create(folder.join("ledger")).unwrap(),
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let emulator = Emulator {
            books: Arc::new(Mutex::new(books)),
            is_calm: Arc::default(),
            url: format!("http://{}/pay", listener.local_addr().unwrap()),
        };
        let serving = emulator.clone();
        tokio::spawn(async move {
            loop {
                let (connection, _) = listener.accept().await.unwrap();
                tokio::spawn(serving.clone().serve(connection));
            }
        });
        emulator
    }

    /// Nothing goes wrong any more.
    pub(crate) fn calm(&self) {
        self.is_calm.store(true, Ordering::Release);
    }

    /// All that it was asked for and keeps.
    pub(crate) fn kept(&self) -> Vec<Kept> {
        self.books.lock().unwrap().kept.values().cloned().collect()
    }

    pub(crate) fn misdeeds(&self) -> Misdeeds {
        self.books.lock().unwrap().misdeeds.clone()
    }

    pub(crate) fn faults(&self) -> Vec<String> {
        self.books.lock().unwrap().faults.clone()
    }

    async fn serve(self, connection: TcpStream) {
        let service = hyper::service::service_fn(|request| self.answer(request));
        let serving = hyper::server::conn::http1::Builder::new()
            .serve_connection(TokioIo::new(connection), service);
        let _ = serving.await; // whoever asked may have been killed
    }

    async fn answer(
        &self,
        request: Request<hyper::body::Incoming>,
    ) -> std::io::Result<Response<Body>> {
        let (head, body) = request.into_parts();
        let body = to_bytes(Body::new(body), BODY_BYTES_MAX).await.map_err(|_| broken_off())?;
        let path = head.uri.path().trim_start_matches("/pay/").to_owned();
        if path.starts_with("balances/") {
            return Ok(said(StatusCode::OK, &json!({ "available": AVAILABLE })));
        }
        let mood = self.mood();
        if mood == Mood::SlowBefore {
            self.dawdle().await;
        }
        match mood {
            Mood::Throttle => return Ok(said(StatusCode::TOO_MANY_REQUESTS, &json!({}))),
            Mood::FailBefore => return Ok(said(StatusCode::INTERNAL_SERVER_ERROR, &json!({}))),
            Mood::BreakOffBefore => return Err(broken_off()),
            _ => {}
        }
        let answer = if head.method == Method::POST {
            let header = head.headers["idempotency-key"].to_str().unwrap_or_default();
            self.pay(header, body)
        } else {
            self.look_up(path.trim_start_matches("payments/"))
        };
        if mood == Mood::SlowAfter {
            self.dawdle().await;
        }
        match mood {
            Mood::FailAfter => Ok(said(StatusCode::BAD_GATEWAY, &json!({}))),
            Mood::BreakOffAfter => Err(broken_off()),
            _ => Ok(answer),
        }
    }

    /// Looks for the key; where it has none, pays and keeps it. All under one lock.
    fn pay(&self, header: &str, body: Bytes) -> Response<Body> {
        let request: Value = serde_json::from_slice(&body).unwrap_or_default();
        let key = request["key"].as_str().unwrap_or_default().to_owned();
        let mut books = self.books.lock().unwrap();
        if header != key || key.is_empty() {
            books.faults.push(format!("the header says {header:?}: {request}"));
        }
        if let Some(kept) = books.kept.get_mut(&key) {
            kept.asked += 1;
            let (kept, is_same) = (kept.clone(), kept.body == body);
            books.note(&json!({ "asked_again": key }));
            if !is_same {
                books.faults.push(format!("another body under the same key: {request}"));
                return said(StatusCode::CONFLICT, &json!({}));
            }
            return told(&key, &kept, false);
        }
        let status = if books.chance.below(30) == 0 { "declined" } else { "succeeded" };
        let accepted_first = status == "succeeded" && books.chance.below(50) == 0;
        books.note(&json!({ "did": status, "asked": request }));
        let kept = Kept { body, request, status, asked: 1 };
        let answer = told(&key, &kept, accepted_first);
        books.kept.insert(key, kept);
        answer
    }

    fn look_up(&self, key: &str) -> Response<Body> {
        match self.books.lock().unwrap().kept.get(key) {
            Some(kept) => {
                let mut answer = told(key, kept, false);
                *answer.status_mut() = StatusCode::OK;
                answer
            }
            None => said(StatusCode::NOT_FOUND, &json!({ "status": "absent" })),
        }
    }

    fn mood(&self) -> Mood {
        if self.is_calm.load(Ordering::Acquire) {
            return Mood::Well;
        }
        let mut books = self.books.lock().unwrap();
        let (mood, count) = match books.chance.below(200) {
            0..3 => (Mood::SlowBefore, &mut books.misdeeds.slow),
            3..6 => (Mood::SlowAfter, &mut books.misdeeds.slow),
            6 => (Mood::Throttle, &mut books.misdeeds.throttled),
            7..9 => (Mood::FailBefore, &mut books.misdeeds.failed_before),
            9..12 => (Mood::FailAfter, &mut books.misdeeds.failed_after),
            12 => (Mood::BreakOffBefore, &mut books.misdeeds.broken_off),
            13..17 => (Mood::BreakOffAfter, &mut books.misdeeds.broken_off),
            _ => return Mood::Well,
        };
        *count += 1;
        mood
    }

    async fn dawdle(&self) {
        let moment = self.books.lock().unwrap().chance.below(150);
        tokio::time::sleep(Duration::from_millis(moment)).await;
    }
}

impl Books {
    fn note(&mut self, line: &Value) {
        writeln!(self.ledger, "{line}").unwrap();
    }
}

fn told(key: &str, kept: &Kept, accepted: bool) -> Response<Body> {
    let payment = format!("payment/{key}");
    match kept.status {
        "declined" => said(
            StatusCode::UNPROCESSABLE_ENTITY,
            &json!({ "status": "declined", "decline": "payer", "message": "no" }),
        ),
        _ if accepted => said(StatusCode::OK, &json!({ "status": "accepted", "payment": payment })),
        _ => said(StatusCode::OK, &json!({ "status": "succeeded", "payment": payment })),
    }
}

fn said(status: StatusCode, body: &Value) -> Response<Body> {
    Response::builder()
        .status(status)
        .header("content-type", "application/json")
        .header("retry-after", "1")
        .body(Body::from(body.to_string()))
        .unwrap()
}
