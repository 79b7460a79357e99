//! The descriptions of all that is served, as they are kept, as they are served, and beside
//! the routes that there are.

use std::collections::BTreeSet;

use api::openapi::{Document, documents};
use axum::body::Body;
use http::Request;
use serde_json::Value;

use crate::sandbox::Sandbox;

const KEPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../openapi");
const METHODS: [&str; 5] = ["get", "put", "post", "patch", "delete"];

#[test]
fn the_descriptions_that_are_kept_are_those_of_the_code() {
    for Document { name, content, .. } in documents() {
        let path = format!("{KEPT}/{name}");
        let written = format!("{}\n", serde_json::to_string_pretty(&content).unwrap());
        if std::env::var_os("KALENDS_WRITE_OPENAPI").is_some() {
            std::fs::write(&path, &written).unwrap();
        }
        let kept = std::fs::read_to_string(path).unwrap_or_default();
        // Not compared by `assert_eq`, which would print both.
        assert!(
            kept == written,
            "openapi/{name} is not what the code says; run this test with \
             KALENDS_WRITE_OPENAPI=1, and read what changed"
        );
    }
}

#[test]
fn no_description_is_kept_that_the_code_does_not_have() {
    let kept = std::fs::read_dir(KEPT).unwrap().map(|entry| entry.unwrap().file_name());
    let kept: BTreeSet<String> = kept.map(|name| name.into_string().unwrap()).collect();
    let known = documents().into_iter().map(|document| document.name).collect();
    assert_eq!(kept, known);
}

#[tokio::test]
async fn anybody_is_shown_every_description() {
    let sandbox = Sandbox::open().await;
    for Document { name, content, .. } in documents() {
        let request = Request::get(format!("/openapi/{name}")).body(Body::empty()).unwrap();
        assert_eq!(sandbox.text(request).await, (200, content.to_string()), "{name}");
    }
}

#[test]
fn every_path_that_is_there_is_described_and_no_other() {
    for Document { name, content, paths } in documents() {
        let described: BTreeSet<&str> =
            content["paths"].as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(described, paths.iter().map(String::as_str).collect(), "{name}");
    }
}

#[tokio::test]
async fn every_method_that_is_there_is_described_and_no_other() {
    let sandbox = Sandbox::open().await;
    for Document { name, content, paths } in documents() {
        for path in paths {
            let described = |method: &&str| content["paths"][&path].get(*method).is_some();
            let described: Vec<&str> = METHODS.into_iter().filter(described).collect();
            let mut there = Vec::new();
            for method in METHODS {
                let asked = path.replace(['{', '}'], "");
                let request = Request::builder().method(&*method.to_ascii_uppercase()).uri(asked);
                // Whoever shows no key is refused before anything is done, where there is
                // something to be refused.
                let (status, _) = sandbox.text(request.body(Body::empty()).unwrap()).await;
                if status != 405 {
                    there.push(method);
                }
            }
            assert_eq!(described, there, "{path} of {name}");
        }
    }
}

#[test]
fn whatever_is_referred_to_is_described() {
    for Document { name, content, .. } in documents() {
        let mut left = vec![&content];
        while let Some(value) = left.pop() {
            match value {
                Value::Object(fields) => {
                    if let Some(reference) = fields.get("$ref").and_then(Value::as_str) {
                        let pointer = reference.trim_start_matches('#');
                        assert!(content.pointer(pointer).is_some(), "{reference} of {name}");
                    }
                    left.extend(fields.values());
                }
                Value::Array(entries) => left.extend(entries),
                _ => {}
            }
        }
    }
}

#[test]
fn whatever_is_described_is_referred_to() {
    for Document { name, content, .. } in documents() {
        let text = content.to_string();
        for of in ["parameters", "responses", "schemas"] {
            for part in content["components"][of].as_object().unwrap().keys() {
                let reference = format!("\"#/components/{of}/{part}\"");
                assert!(text.contains(&reference), "nothing refers to {reference} in {name}");
            }
        }
    }
}
