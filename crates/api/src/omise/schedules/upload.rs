//! `POST /schedules/upload`: many charge schedules from one CSV file.
//!
//! Omise queues the file and answers `pending`; here it has been worked through
//! when the answer comes. A row that cannot be made is told in `errors`, and does
//! not keep the others from being made.

use bank::RecordKind;
use csv::StringRecord;
use engine::CustomerId;
use gateway::bank::CustomerChange;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use store::RequestKey;

use super::super::params::integer;
use super::super::view::object;
use super::super::{Answer, Context, Kind, OmiseError, Params};
use super::draft;

/// The most rows that a file may have.
const ROWS_MAX: usize = 1_000;

pub(super) async fn upload(context: Context, params: Params) -> Answer {
    let file = params.reader().value("file").and_then(Value::as_object);
    let part = |name| file.and_then(|file| file.get(name)).and_then(Value::as_str);
    let (Some(name), Some(content)) = (part("filename"), part("content")) else {
        return Err(OmiseError::missing_file("missing file or filename"));
    };
    if name.is_empty() {
        return Err(OmiseError::missing_file("missing file or filename"));
    }
    let rows = rows(content)?;
    let mut created = 0_usize;
    let mut errors = Vec::new();
    for (place, row) in rows.iter().enumerate() {
        match create_row(&context, place, row).await {
            Ok(()) => created += 1,
            Err(error) if error.status.is_server_error() => return Err(error),
            Err(error) => errors.push(json!({
                "row": place + 1,
                "customer_key": row.get("customer_key"),
                "code": error.code,
                "message": error.message,
            })),
        }
    }
    Ok(object([
        ("object", json!("batch_recurring")),
        ("status", json!("completed")),
        ("id", json!(batch_id(&context, content))),
        ("livemode", json!(context.livemode())),
        ("created_at", context.time(context.now)),
        ("updated_at", context.time(context.now)),
        ("name", json!(name)),
        ("team", json!(context.ids().render(Kind::Team, context.account.id.0))),
        ("entries", json!(rows.len())),
        ("schedule_created_count", json!(created)),
        ("downloadable", json!(false)),
        ("errors", Value::Array(errors)),
    ]))
}

/// The file's rows, by the names in its first line. Blank cells are left out.
fn rows(content: &str) -> Result<Vec<Map<String, Value>>, OmiseError> {
    let unreadable = |error: csv::Error| {
        OmiseError::invalid_file_type(format!("the file cannot be read as CSV: {error}"))
    };
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(content.as_bytes());
    let names = reader.headers().map_err(unreadable)?.clone();
    for needed in ["customer", "amount", "every", "period", "end_date"] {
        if !names.iter().any(|name| name == needed) {
            let message = format!("the file's first line must name the column {needed}");
            return Err(OmiseError::invalid_file_type(message));
        }
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        if rows.len() == ROWS_MAX {
            let message = format!("the file has more than {ROWS_MAX} rows");
            return Err(OmiseError::bad_request(message));
        }
        rows.push(row(&names, &record.map_err(unreadable)?));
    }
    Ok(rows)
}

fn row(names: &StringRecord, record: &StringRecord) -> Map<String, Value> {
    names
        .iter()
        .zip(record)
        .filter(|(_, cell)| !cell.is_empty())
        .map(|(name, cell)| (name.to_owned(), json!(cell)))
        .collect()
}

async fn create_row(
    context: &Context,
    place: usize,
    row: &Map<String, Value>,
) -> Result<(), OmiseError> {
    let mut params = params(row);
    if let Some(card) = attached_card(context, row).await?
        && let Some(Value::Object(charge)) = params.0.get_mut("charge")
    {
        charge.insert("card".to_owned(), Value::String(card));
    }
    let draft = draft::read(context, &params).await?;
    // A retried upload makes each of its rows once.
    let request = context.request.as_ref().map(|request| RequestKey {
        account: request.account,
        // No header carries a line feed: no client's own key is ever the same.
        key: format!("{}\n{place}", request.key).into(),
    });
    draft::create(context, draft, request).await.map(|_| ())
}

/// A row as `POST /schedules` would have it.
fn params(row: &Map<String, Value>) -> Params {
    let mut params = Map::new();
    for name in ["every", "period", "start_date", "end_date"] {
        params.extend(row.get(name).map(|cell| (name.to_owned(), cell.clone())));
    }
    let mut charge = Map::new();
    for name in ["customer", "card", "amount", "currency", "description"] {
        charge.extend(row.get(name).map(|cell| (name.to_owned(), cell.clone())));
    }
    params.insert("charge".to_owned(), Value::Object(charge));
    if let Some(days) = row.get("days_of_month").and_then(Value::as_str) {
        let days: Vec<Value> = days
            .split([';', ',', ' ', '|'])
            .filter(|day| !day.is_empty())
            .map(|day| integer(&json!(day)).map_or_else(|| json!(day), |day| json!(day)))
            .collect();
        params.insert("on".to_owned(), json!({"days_of_month": days}));
    }
    Params(params)
}

/// Where the row names a token, its card becomes the customer's.
async fn attached_card(
    context: &Context,
    row: &Map<String, Value>,
) -> Result<Option<String>, OmiseError> {
    let text = |name| row.get(name).and_then(Value::as_str).unwrap_or_default();
    let (customer, token) = (text("customer"), text("card"));
    let ids = context.ids();
    let Some(token_key) = ids.parse(Kind::Token, token) else { return Ok(None) };
    let missing = || OmiseError::not_found("customer", customer);
    let customer_key = ids.parse(Kind::Customer, customer).ok_or_else(missing)?;
    let bank = context.app.bank();
    let refused = |error| match error {
        gateway::bank::BankError::NotFound(RecordKind::Token) => {
            OmiseError::not_found("token", token)
        }
        gateway::bank::BankError::UsedToken => OmiseError::used_token(),
        error => super::show::not_found_or_failure(error, missing),
    };
    let (_, card) = bank.token(context.account.id, token_key).await.map_err(refused)?;
    let change = CustomerChange { token: Some(token_key), ..CustomerChange::default() };
    bank.update_customer(context.bank_context(), CustomerId(customer_key), change)
        .await
        .map_err(refused)?;
    Ok(Some(ids.render(Kind::Card, card.id.0)))
}

/// The same file at the same moment has the same id; nothing is stored under it.
fn batch_id(context: &Context, content: &str) -> String {
    let hash = Sha256::new()
        .chain_update(context.now.nanoseconds().to_be_bytes())
        .chain_update(content)
        .finalize();
    let key = hash.iter().take(8).fold(0_u64, |sum, byte| (sum << 8) | u64::from(*byte));
    let key = i64::try_from(key >> 1).unwrap_or_default(); // without its highest bit it always fits
    context.ids().render(Kind::BatchRecurring, key)
}
