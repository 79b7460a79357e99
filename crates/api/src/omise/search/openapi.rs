//! Searches, described.

use serde_json::{Value, json};

use super::scope::Scope;
use super::{PER_PAGE_DEFAULT, PER_PAGE_MAX};
use crate::omise::openapi::{Api, ORDERS, nothing};
use crate::omise::params::TEXT_CHARACTERS_MAX;
use crate::openapi::schema::{
    either, integer, list, map, named, object, said, short, text, with, word,
};
use crate::openapi::{Operation, query};

const TAG: &str = "search";

pub(crate) fn describe(api: &mut Api) {
    api.it.tag(TAG, "What is found by text and filters.");
    let found = Api::asking(TAG, "search", "Finds things of one kind.", &named("Search"));
    let scope = json!({
        "name": "scope", "in": "query", "required": true, "schema": word(Scope::ALL.map(Scope::name)),
    });
    api.it.operation("get", "/search", searching(found.takes(scope)));
    for (path, id, summary) in [
        ("/charges/schedules/search", "searchChargeSchedules", "Finds schedules that charge."),
        ("/transfers/schedules/search", "searchTransferSchedules", "Finds schedules that pay."),
    ] {
        let found = Api::asking(TAG, id, summary, &named("Search"));
        api.it.operation("get", path, searching(found));
    }
    let search = search(api);
    api.it.schema("Search", search);
}

fn searching(operation: Operation) -> Operation {
    let least = || json!({ "type": "integer", "minimum": 1 });
    let per_page = with(least(), "default", json!(PER_PAGE_DEFAULT));
    let per_page = said(per_page, &format!("More than {PER_PAGE_MAX} count as {PER_PAGE_MAX}."));
    let filters = json!({
        "name": "filters", "in": "query", "style": "deepObject", "explode": true,
        "description": "By the fields that the scope has; ranges as `1..2`.",
        "schema": { "type": "object", "additionalProperties": { "type": "string" } },
    });
    operation
        .takes(query("query", &short(TEXT_CHARACTERS_MAX)))
        .takes(filters)
        .takes(query("order", &word(ORDERS)))
        .takes(query("page", &with(least(), "default", json!(1))))
        .takes(query("per_page", &per_page))
        .expands()
}

fn search(api: &Api) -> Value {
    let found = either(
        [
            "Charge",
            "Customer",
            "Event",
            "Recipient",
            "Refund",
            "Schedule",
            "Transaction",
            "Transfer",
        ]
        .map(named),
    );
    let found = if api.is_2017() { either([found, named("Deleted")]) } else { found };
    let shown = object([
        ("object", json!({ "const": "search" })),
        ("order", word(ORDERS)),
        ("scope", word(Scope::ALL.map(Scope::name))),
        ("query", text()),
        ("filters", map()),
        ("page", integer()),
        ("per_page", integer()),
        ("location", text()),
        ("total_pages", integer()),
        ("total", integer()),
        ("data", list(found)),
    ]);
    if api.is_2017() {
        return shown;
    }
    let more = object([("export", nothing()), ("aggregate_level", nothing())]);
    crate::openapi::schema::both(shown, more)
}
