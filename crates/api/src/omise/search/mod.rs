//! `/search`, and the searches of schedules below charges and transfers.

mod filter;
mod found;
pub(super) mod openapi;
mod scope;
mod wanted;

use serde_json::{Map, Value, json};
use store::Order;

use super::params::Reader;
use super::router::{Resource, Routes};
use super::view::object;
use super::{Answer, Context, OmiseError, Params, Version};
use scope::Scope;
use wanted::Wanted;

/// How many things a search looks at; what is older, or newer, is not found.
const SCANNED_MAX: u32 = 10_000;
/// Entries on a page when the client does not say.
const PER_PAGE_DEFAULT: i64 = 30;
/// The most entries on a page.
const PER_PAGE_MAX: i64 = 100;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .at("/search", Resource::new().get(search))
        .at("/charges/schedules/search", Resource::new().get(charge_schedules))
        .at("/transfers/schedules/search", Resource::new().get(transfer_schedules))
}

async fn search(context: Context, params: Params) -> Answer {
    let scope = params.reader().optional_id("scope");
    let scope = scope.as_deref().and_then(Scope::named).ok_or_else(|| {
        let names: Vec<_> = Scope::ALL.into_iter().map(Scope::name).collect();
        OmiseError::invalid_scope(format!("scope must be one of these: {}", names.join(", ")))
    })?;
    answer(&context, &params, scope).await
}

async fn charge_schedules(context: Context, params: Params) -> Answer {
    answer(&context, &params, Scope::ChargeSchedule).await
}

async fn transfer_schedules(context: Context, params: Params) -> Answer {
    answer(&context, &params, Scope::TransferSchedule).await
}

/// What is searched for.
struct Question {
    scope: Scope,
    query: String,
    filters: Map<String, Value>,
    page: usize,
    per_page: usize,
    order: Order,
}

fn question(params: &Params, scope: Scope, version: Version) -> Result<Question, OmiseError> {
    let mut read = params.reader();
    let query = read.optional_text("query").unwrap_or_default();
    let filters = filters(&mut read);
    let order = match read.optional_id("order").as_deref() {
        None if version.is_2017() => Order::Chronological,
        None | Some("reverse_chronological") => Order::ReverseChronological,
        Some("chronological") => Order::Chronological,
        Some(_) => {
            read.refuse("order must be one of these: chronological, reverse_chronological");
            Order::Chronological
        }
    };
    let page = read.optional_integer("page").unwrap_or(1);
    let per_page = read.optional_integer("per_page").unwrap_or(PER_PAGE_DEFAULT);
    read.finish()?;
    if page < 1 || per_page < 1 {
        let message = "page and per_page must be greater than or equal to 1";
        return Err(OmiseError::invalid_page(message));
    }
    let size = |value: i64| usize::try_from(value).unwrap_or(usize::MAX);
    let (page, per_page) = (size(page), size(per_page.min(PER_PAGE_MAX)));
    Ok(Question { scope, query, filters, page, per_page, order })
}

fn filters(read: &mut Reader<'_>) -> Map<String, Value> {
    // PHP sends an empty list where it means an empty object.
    if read.value("filters").is_some_and(|it| it.as_array().is_some_and(Vec::is_empty)) {
        return Map::new();
    }
    let filters = read.optional_object("filters").cloned().unwrap_or_default();
    filters.into_iter().filter(|(_, value)| !value.is_null()).collect()
}

async fn answer(context: &Context, params: &Params, scope: Scope) -> Answer {
    let question = question(params, scope, context.version)?;
    let conditions = filter::conditions(&question.filters, scope)?;
    let wanted = Wanted::read(context, &question.query, scope).await?;
    let found = scope.scan(context, question.order, SCANNED_MAX).await?;
    let mut matching = Vec::new();
    for found in found {
        if wanted.is_mentioned_by(context, &found)
            && filter::all_hold(&conditions, &found, context).await?
        {
            matching.push(found);
        }
    }
    let skipped = question.page.saturating_sub(1).saturating_mul(question.per_page);
    let mut data = Vec::new();
    for found in matching.iter().skip(skipped).take(question.per_page) {
        data.push(found.shown(context).await?);
    }
    Ok(envelope(context.version, question, matching.len(), data))
}

/// The envelope, in the captured order of its version.
fn envelope(version: Version, question: Question, total: usize, data: Vec<Value>) -> Value {
    let total_pages = total.div_ceil(question.per_page);
    let order = match question.order {
        Order::Chronological => "chronological",
        Order::ReverseChronological => "reverse_chronological",
    };
    let (order, scope, query) = (json!(order), json!(question.scope.name()), json!(question.query));
    let filters = Value::Object(question.filters);
    let (page, per_page) = (json!(question.page), json!(question.per_page));
    match version {
        Version::V2019_05_29 => object([
            ("object", json!("search")),
            ("export", Value::Null),
            ("data", Value::Array(data)),
            ("page", page),
            ("per_page", per_page),
            ("total", json!(total)),
            ("total_pages", json!(total_pages)),
            ("filters", filters),
            ("location", json!("/search")),
            ("order", order),
            ("query", query),
            ("scope", scope),
            ("aggregate_level", Value::Null),
        ]),
        Version::V2017_11_02 => object([
            ("object", json!("search")),
            ("order", order),
            ("scope", scope),
            ("query", query),
            ("filters", filters),
            ("page", page),
            ("per_page", per_page),
            ("location", json!("/search")),
            ("total_pages", json!(total_pages)),
            ("total", json!(total)),
            ("data", Value::Array(data)),
        ]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_envelopes_are_the_captured_ones() {
        let asked = json!({"query": "demo", "filters": {"captured": "true"}});
        let params = Params(asked.as_object().cloned().unwrap());
        let asked = |version| question(&params, Scope::Charge, version).unwrap();
        let render = |version| envelope(version, asked(version), 0, Vec::new()).to_string();
        assert_eq!(
            render(Version::V2019_05_29),
            r#"{"object":"search","export":null,"data":[],"page":1,"per_page":30,"total":0,"total_pages":0,"filters":{"captured":"true"},"location":"/search","order":"reverse_chronological","query":"demo","scope":"charge","aggregate_level":null}"#
        );
        assert_eq!(
            render(Version::V2017_11_02),
            r#"{"object":"search","order":"chronological","scope":"charge","query":"demo","filters":{"captured":"true"},"page":1,"per_page":30,"location":"/search","total_pages":0,"total":0,"data":[]}"#
        );
    }
}
