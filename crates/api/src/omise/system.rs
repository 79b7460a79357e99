//! `GET /`: which versions there are.

use super::openapi::{Api, livemode};
use crate::openapi::schema::{list, named, object as shape, text, word};
use serde_json::json;

use super::router::{Resource, Routes};
use super::view::object;
use super::{Answer, Context, Params, Version};

pub(crate) fn routes() -> Routes {
    Routes::new().at("/", Resource::new().public_get(retrieve))
}

async fn retrieve(context: Context, _params: Params) -> Answer {
    let versions: Vec<_> = Version::ALL.into_iter().rev().map(Version::as_str).collect();
    Ok(object([
        ("object", json!("system_info")),
        ("location", json!("/")),
        ("livemode", json!(context.livemode())),
        ("versions", json!(versions)),
    ]))
}

/// Which versions there are, described.
pub(crate) fn describe(api: &mut Api) {
    let shown = "Shows which versions there are.";
    let shown = Api::asking("account", "retrieveSystemInfo", shown, &named("SystemInfo"));
    api.it.operation("get", "/", shown.publicly());
    let info = shape([
        ("object", json!({ "const": "system_info" })),
        ("location", text()),
        livemode(),
        ("versions", list(word(Version::ALL.map(Version::as_str)))),
    ]);
    api.it.schema("SystemInfo", info);
}
