//! `GET /`: which versions there are.

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
