//! A sandbox whose schedules an endpoint pays that loses answers.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use serde_json::{Value, json};

use crate::sandbox_process::SandboxProcess;

/// A payment that an endpoint made.
struct Paid {
    body: Bytes,
    asked: u32,
}

/// An endpoint's books: payments by their keys.
type Books = Arc<Mutex<BTreeMap<String, Paid>>>;

/// Pays once under each key, and answers only whoever asks for it a second time.
async fn pay(State(books): State<Books>, headers: HeaderMap, body: Bytes) -> (StatusCode, String) {
    let key = headers["idempotency-key"].to_str().unwrap().to_owned();
    let mut books = books.lock().unwrap();
    let paid = books.entry(key.clone()).or_insert(Paid { body: body.clone(), asked: 0 });
    assert_eq!(paid.body, body, "the same bytes under the same key");
    paid.asked += 1;
    match paid.asked {
        1 => (StatusCode::BAD_GATEWAY, "the answer was lost".to_owned()),
        _ => (StatusCode::OK, succeeded(&key).to_string()),
    }
}

async fn show(State(books): State<Books>, Path(key): Path<String>) -> (StatusCode, String) {
    if books.lock().unwrap().contains_key(&key) {
        return (StatusCode::OK, succeeded(&key).to_string());
    }
    (StatusCode::NOT_FOUND, json!({ "status": "absent" }).to_string())
}

fn succeeded(key: &str) -> Value {
    json!({ "status": "succeeded", "payment": format!("receipt/{key}") })
}

async fn endpoint(books: Books) -> String {
    let router = Router::new()
        .route("/payments", post(pay))
        .route("/payments/{key}", get(show))
        .with_state(books);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (connection, _) = listener.accept().await.unwrap();
            let service = hyper_util::service::TowerToHyperService::new(router.clone());
            let io = hyper_util::rt::TokioIo::new(connection);
            let serving = hyper::server::conn::http1::Builder::new().serve_connection(io, service);
            tokio::spawn(serving);
        }
    });
    url
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_that_loses_every_answer_pays_each_slot_once() {
    let books = Books::default();
    let url = endpoint(Arc::clone(&books)).await;
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("secret");
    std::fs::write(&secret, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
    let arguments = [
        "--clock",
        "2026-01-01T00:00:00Z",
        "--gateway-url",
        &url,
        "--gateway-secret-file",
        secret.to_str().unwrap(),
    ];
    let (data, log) = (folder.path().join("kalends.db"), folder.path().join("log"));
    let sandbox = SandboxProcess::start(&data, &arguments, &log);
    let recipient = sandbox.get("/recipients").await["data"][0]["id"].clone();
    let schedule = sandbox
        .post(
            "/schedules",
            &json!({
                "every": 1, "period": "day", "start_date": "2026-01-02", "end_date": "2026-01-11",
                "transfer": { "recipient": recipient, "amount": 10_000 },
            }),
        )
        .await;
    sandbox.advance("2026-02-01T00:00:00Z").await;
    // What is unknown when an advance ends is looked up as the next one begins.
    sandbox.advance("2026-02-02T00:00:00Z").await;

    let path = format!("/schedules/{}/occurrences", schedule["id"].as_str().unwrap());
    let occurrences = sandbox.get(&path).await;
    let occurrences = occurrences["data"].as_array().unwrap();
    let books = books.lock().unwrap();
    assert_eq!((occurrences.len(), books.len()), (10, 10));
    let mut shown: Vec<&str> = Vec::new();
    for occurrence in occurrences {
        assert_eq!(occurrence["status"], "successful");
        shown.push(occurrence["result"].as_str().unwrap());
    }
    shown.sort_unstable();
    let paid: Vec<String> = books.keys().map(|key| format!("receipt/{key}")).collect();
    assert_eq!(shown, paid, "each slot shows the payment that was made for it");
    let body: Value = serde_json::from_slice(&books.values().next().unwrap().body).unwrap();
    assert_eq!(
        (&body["schedule"], &body["recipient"], &body["slot"]),
        (&schedule["id"], &recipient, &json!("2026-01-02T00:00:00"))
    );
}
