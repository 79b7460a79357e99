//! The list of events: those of the account behind, and among them those of the schedules
//! kept here, which the account behind does not know of.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use bytes::Bytes;
use gateway::passage::{NotPassed, Passage};
use http::header::{
    ACCEPT_ENCODING, AUTHORIZATION, CONTENT_LENGTH, ETAG, IF_MODIFIED_SINCE, IF_NONE_MATCH,
};
use http::response::Parts;
use http::{Extensions, HeaderMap, Method, StatusCode, Uri};
use jiff::Timestamp;
use serde_json::Value;
use store::Order;

use super::merging::{self, Entry, List, Page, Source};
use super::pass::{ANSWER_MAX, not_passed, through};
use super::references;
use crate::App;
use crate::omise::answer::{OMISE_VERSION, pretty};

/// Where the list is.
const PATH: &str = "/events";

/// Answers `GET /events`. Whom nothing opens here, and where nothing happened here, the
/// account behind answers alone, byte for byte.
pub(super) async fn list(app: &App, passage: &Passage, request: Request, next: Next) -> Response {
    let query = request.uri().query().unwrap_or_default().to_owned();
    let (headers, extensions) = (request.headers().clone(), request.extensions().clone());
    let here = Here { next, headers, extensions, query: query.clone() };
    let ours = match Answered::of(here.asked(&query).await).await {
        Some(answered) if answered.head.status == StatusCode::BAD_REQUEST => {
            return answered.into_response();
        }
        answered => answered.and_then(|it| it.read()).filter(|it| it.page.total > 0),
    };
    let Some(ours) = ours else { return through(app, passage, request).await };
    let behind = Behind { passage, headers: headers_behind(request.headers()), query };
    let answered = match behind.asked(&behind.query).await {
        Ok(response) => Answered::of(response).await,
        Err(reason) => return not_passed(reason),
    };
    let Some(answered) = answered else { return not_passed(NotPassed::Unanswered) };
    let Some(theirs) = answered.read() else { return answered.into_response() };
    let merged = merged(theirs, behind, ours, here).await;
    let Some(mut merged) = merged else { return not_passed(NotPassed::Unanswered) };
    if let Some((_, account)) = &app.overlaid {
        references::put(&mut merged, references::code_of(app.store().installation(), account));
    }
    let mut head = answered.head;
    head.headers.remove(CONTENT_LENGTH);
    head.headers.remove(ETAG);
    Response::from_parts(head, Body::from(pretty(&merged)))
}

/// The envelope of the account behind, with the entries and the total of both.
async fn merged(theirs: Read, behind: Behind<'_>, ours: Read, here: Here) -> Option<Value> {
    let Read { mut envelope, page, offset, limit, order } = theirs;
    let mut theirs = List::seen(behind, order, offset, page);
    let mut ours = List::seen(here, order, ours.offset, ours.page);
    let total = theirs.total().checked_add(ours.total())?;
    let entries = merging::page(&mut theirs, &mut ours, offset, limit).await?;
    let fields = envelope.as_object_mut()?;
    fields.insert("data".to_owned(), Value::Array(entries));
    fields.insert("total".to_owned(), total.into());
    Some(envelope)
}

/// The list of the account behind, with the caller's own key.
struct Behind<'a> {
    passage: &'a Passage,
    headers: HeaderMap,
    query: String,
}

impl Behind<'_> {
    async fn asked(&self, query: &str) -> Result<Response, NotPassed> {
        let request = request(query, self.headers.clone()).ok_or(NotPassed::Path)?;
        let request = request.map(|_| None::<axum::body::BodyDataStream>);
        Ok(self.passage.pass(request).await?.map(Body::new))
    }
}

impl Source for Behind<'_> {
    async fn page(&self, offset: u64, limit: u64) -> Option<Page> {
        let response = self.asked(&paged(&self.query, offset, limit)).await.ok()?;
        Some(Answered::of(response).await?.read()?.page)
    }
}

/// The list that is answered here.
struct Here {
    next: Next,
    headers: HeaderMap,
    /// What routing found out.
    extensions: Extensions,
    query: String,
}

impl Here {
    async fn asked(&self, query: &str) -> Response {
        let mut headers = HeaderMap::new();
        for name in [AUTHORIZATION, OMISE_VERSION] {
            if let Some(value) = self.headers.get(&name) {
                headers.insert(name, value.clone());
            }
        }
        match request(query, headers) {
            Some(mut request) => {
                *request.extensions_mut() = self.extensions.clone();
                self.next.clone().run(request).await
            }
            None => not_passed(NotPassed::Path),
        }
    }
}

impl Source for Here {
    async fn page(&self, offset: u64, limit: u64) -> Option<Page> {
        let response = self.asked(&paged(&self.query, offset, limit)).await;
        Some(Answered::of(response).await?.read()?.page)
    }
}

/// Headers with which an answer comes whole, and as it can be read.
fn headers_behind(headers: &HeaderMap) -> HeaderMap {
    let mut headers = headers.clone();
    for name in [ACCEPT_ENCODING, IF_NONE_MATCH, IF_MODIFIED_SINCE, CONTENT_LENGTH] {
        headers.remove(name);
    }
    headers
}

fn request(query: &str, headers: HeaderMap) -> Option<Request> {
    let path = if query.is_empty() { PATH.to_owned() } else { format!("{PATH}?{query}") };
    let mut request = Request::new(Body::empty());
    *request.method_mut() = Method::GET;
    *request.uri_mut() = path.parse::<Uri>().ok()?;
    *request.headers_mut() = headers;
    Some(request)
}

/// The same query for another page.
fn paged(query: &str, offset: u64, limit: u64) -> String {
    let is_of_page = |name: &str| matches!(name, "offset" | "limit");
    let said = form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| !is_of_page(name));
    let mut paged = form_urlencoded::Serializer::new(String::new());
    paged.extend_pairs(said);
    paged.append_pair("offset", &offset.to_string()).append_pair("limit", &limit.to_string());
    paged.finish()
}

/// An answer that has arrived whole.
struct Answered {
    head: Parts,
    body: Bytes,
}

impl Answered {
    async fn of(response: Response) -> Option<Answered> {
        let (head, body) = response.into_parts();
        Some(Answered { head, body: to_bytes(body, ANSWER_MAX).await.ok()? })
    }

    fn into_response(self) -> Response {
        Response::from_parts(self.head, Body::from(self.body))
    }

    /// As a page of a list, if it is one.
    fn read(&self) -> Option<Read> {
        if self.head.status != StatusCode::OK {
            return None;
        }
        let envelope: Value = serde_json::from_slice(&self.body).ok()?;
        let number = |name: &str| envelope.get(name)?.as_u64();
        let entries = envelope.get("data")?.as_array()?.iter().map(entry);
        let order = match envelope.get("order")?.as_str()? {
            "chronological" => Order::Chronological,
            "reverse_chronological" => Order::ReverseChronological,
            _ => return None,
        };
        let page = Page { entries: entries.collect::<Option<_>>()?, total: number("total")? };
        let (offset, limit) = (number("offset")?, number("limit")?);
        Some(Read { envelope, page, offset, limit, order })
    }
}

/// A page of a list, with what it says of itself.
struct Read {
    envelope: Value,
    page: Page,
    offset: u64,
    limit: u64,
    order: Order,
}

/// An event with its moment, which its versions name differently.
fn entry(shown: &Value) -> Option<Entry> {
    let at = shown.get("created_at").or_else(|| shown.get("created"))?.as_str()?;
    let second = at.parse::<Timestamp>().ok()?.as_second();
    Some(Entry { second, shown: shown.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_page_is_asked_for_with_all_else_as_it_was() {
        assert_eq!(paged("", 3, 1), "offset=3&limit=1");
        assert_eq!(
            paged("order=chronological&limit=20&from=2026-01-01T00%3A00%3A00Z&offset=40", 7, 5),
            "order=chronological&from=2026-01-01T00%3A00%3A00Z&offset=7&limit=5"
        );
    }
}
