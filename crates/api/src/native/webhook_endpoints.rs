//! `/kalends/v1/webhook-endpoints`: where an account's events are sent, and how they are
//! signed there.

use axum::extract::State;
use engine::{AccountId, Instant};
use http::StatusCode;
use serde_json::{Value, json};
use store::webhook::{Disabled, ENDPOINTS_MAX, Endpoint, EndpointId, SigningKey, Why};
use store::{AuditEntry, Deed};

use super::endpoint::{Actor, Named, Reply, Sent};
use super::event::reason;
use super::names::{endpoint_id, id_of_endpoint};
use super::problem::Problem;
use crate::App;
use crate::omise::Reader;
use crate::webhooks::{Dialect, Secret, Webhooks};

/// Characters of a description, at most.
pub(super) const DESCRIPTION_MAX: usize = 255;
/// For how long an old secret is accepted when the client does not say, and at most.
pub(super) const OVERLAP_SECONDS_DEFAULT: i64 = 24 * 60 * 60;
pub(super) const OVERLAP_SECONDS_MAX: i64 = 7 * 24 * 60 * 60;
/// Secrets of one endpoint that are accepted at once, at most.
const SECRETS_MAX: usize = 4;

/// Makes an endpoint. Its secret is shown this once.
pub(super) async fn create(
    State(app): State<App>,
    actor: Actor,
    Sent(params): Sent,
) -> Result<Reply, Problem> {
    let webhooks = webhooks(&app)?;
    let now = app.runner.wall_now();
    let mut read = params.reader();
    let dialect = read.optional_text("dialect");
    let dialect = dialect.as_deref().unwrap_or(Dialect::Native.word());
    let dialect = Dialect::named(dialect).ok_or_else(|| {
        Problem::bad_request(format!("dialect must be omise, moov or native, and is {dialect:?}"))
    })?;
    let asked = Asked::read(&mut read, dialect);
    let why = read.optional_text("reason").unwrap_or_default();
    read.finish()?;
    let url = asked.url.ok_or_else(|| {
        Problem::bad_request("url is missing; it would be such as https://example.com/webhooks")
    })?;
    let secret = draw(dialect)?;
    let mut endpoint = Endpoint {
        id: fresh_id()?,
        account: actor.account.id,
        version: 0,
        url: vetted(webhooks, &url)?,
        form: dialect.form(),
        filter: match asked.events {
            Wanted::Unsaid | Wanted::All => None,
            Wanted::Only(names) => Some(names),
        },
        hears_occurrences: false,
        description: asked.description.unwrap_or_default().into(),
        disabled: disabled(asked.enabled.unwrap_or(true), None, now),
        secrets: vec![SigningKey { bytes: secret.key, until: None }],
        created_at: now,
        updated_at: now,
        delivered_at: None,
    };
    endpoint.hears_occurrences = dialect.hears_occurrences(endpoint.filter.as_deref());
    let entry = entry(&actor, (Deed::EndpointCreated, endpoint.id), &why, now);
    if !webhooks.store.create_endpoint(endpoint.clone(), entry).await? {
        let detail =
            format!("an account has {ENDPOINTS_MAX} endpoints at most; delete one, or change one");
        return Err(Problem::new(StatusCode::CONFLICT, detail));
    }
    Ok(Reply(shown_with_secret(&endpoint, now, &secret.shown)))
}

/// Those of the caller, oldest first.
pub(super) async fn list(State(app): State<App>, actor: Actor) -> Result<Reply, Problem> {
    let now = app.runner.wall_now();
    let endpoints = webhooks(&app)?.store.endpoints(actor.account.id).await?;
    let shown: Vec<Value> = endpoints.iter().map(|endpoint| show(endpoint, now)).collect();
    Ok(Reply(json!({ "webhook_endpoints": shown })))
}

/// One of them.
pub(super) async fn retrieve(
    State(app): State<App>,
    Named(id): Named,
    actor: Actor,
) -> Result<Reply, Problem> {
    let endpoint = find(webhooks(&app)?, actor.account.id, &id).await?;
    Ok(Reply(show(&endpoint, app.runner.wall_now())))
}

/// Changes what is named, and leaves the rest.
pub(super) async fn change(
    State(app): State<App>,
    Named(id): Named,
    actor: Actor,
    Sent(params): Sent,
) -> Result<Reply, Problem> {
    let webhooks = webhooks(&app)?;
    let now = app.runner.wall_now();
    let before = find(webhooks, actor.account.id, &id).await?;
    let dialect = dialect_of(&before)?;
    let mut read = params.reader();
    if read.has("dialect") {
        read.refuse("dialect cannot be changed; make another endpoint and delete this one");
    }
    let asked = Asked::read(&mut read, dialect);
    let why = read.optional_text("reason").unwrap_or_default();
    read.finish()?;
    let mut new = before.clone();
    if let Some(url) = asked.url {
        new.url = vetted(webhooks, &url)?;
    }
    match asked.events {
        Wanted::Unsaid => {}
        Wanted::All => new.filter = None,
        Wanted::Only(names) => new.filter = Some(names),
    }
    new.hears_occurrences = dialect.hears_occurrences(new.filter.as_deref());
    if let Some(description) = asked.description {
        new.description = description.into();
    }
    if let Some(enabled) = asked.enabled {
        new.disabled = disabled(enabled, before.disabled, now);
    }
    new.updated_at = now;
    let deed = Deed::EndpointChanged;
    write(webhooks, new.clone(), entry(&actor, (deed, new.id), &why, now)).await?;
    Ok(Reply(show(&new, now)))
}

/// Deletes one, with all that was to be sent there.
pub(super) async fn delete(
    State(app): State<App>,
    Named(id): Named,
    actor: Actor,
    Sent(params): Sent,
) -> Result<Reply, Problem> {
    let webhooks = webhooks(&app)?;
    let endpoint = find(webhooks, actor.account.id, &id).await?;
    let mut read = params.reader();
    let why = read.optional_text("reason").unwrap_or_default();
    read.finish()?;
    let now = app.runner.wall_now();
    let entry = entry(&actor, (Deed::EndpointDeleted, endpoint.id), &why, now);
    if !webhooks.store.delete_endpoint(endpoint.id, entry).await? {
        return Err(missing(&id));
    }
    Ok(Reply(json!({ "id": id_of_endpoint(endpoint.id), "deleted": true })))
}

/// Gives one another secret; the one before is accepted beside it for a while.
pub(super) async fn roll(
    State(app): State<App>,
    Named(id): Named,
    actor: Actor,
    Sent(params): Sent,
) -> Result<Reply, Problem> {
    let webhooks = webhooks(&app)?;
    let now = app.runner.wall_now();
    let before = find(webhooks, actor.account.id, &id).await?;
    let dialect = dialect_of(&before)?;
    let mut read = params.reader();
    let overlap = read.optional_integer("overlap_seconds").unwrap_or(OVERLAP_SECONDS_DEFAULT);
    if !(0..=OVERLAP_SECONDS_MAX).contains(&overlap) {
        read.refuse_one(
            "overlap_seconds",
            &format!("must be a whole number from 0 to {OVERLAP_SECONDS_MAX}"),
        );
    }
    let why = read.optional_text("reason").unwrap_or_default();
    read.finish()?;
    let secret = draw(dialect)?;
    let until = Instant::from_nanoseconds(
        now.nanoseconds().saturating_add(overlap.saturating_mul(1_000_000_000)),
    );
    let mut new = before.clone();
    new.secrets = rolled(&before, secret.key, now, until)?;
    new.updated_at = now;
    let deed = Deed::SecretRolled;
    write(webhooks, new.clone(), entry(&actor, (deed, new.id), &why, now)).await?;
    Ok(Reply(shown_with_secret(&new, now, &secret.shown)))
}

/// A new key before those that are still accepted, each until then at the latest.
fn rolled(
    before: &Endpoint,
    key: Vec<u8>,
    now: Instant,
    until: Instant,
) -> Result<Vec<SigningKey>, Problem> {
    let newest = SigningKey { bytes: key, until: None };
    let kept = before.secrets_at(now).filter(|_| until > now).cloned();
    let kept = kept.map(|secret| SigningKey {
        until: Some(secret.until.map_or(until, |ends| ends.min(until))),
        ..secret
    });
    let secrets: Vec<SigningKey> = std::iter::once(newest).chain(kept).collect();
    if secrets.len() > SECRETS_MAX {
        let detail = format!(
            "{SECRETS_MAX} secrets are accepted at once at most; wait until an older one has \
             ended, or roll with overlap_seconds 0, which ends them all"
        );
        return Err(Problem::new(StatusCode::CONFLICT, detail));
    }
    Ok(secrets)
}

/// Which events a client wants.
enum Wanted {
    /// It did not say.
    Unsaid,
    /// Every event: null, or an empty list.
    All,
    /// These.
    Only(Vec<Box<str>>),
}

/// What a client may say of an endpoint.
struct Asked {
    url: Option<String>,
    events: Wanted,
    description: Option<String>,
    enabled: Option<bool>,
}

impl Asked {
    fn read(read: &mut Reader<'_>, dialect: Dialect) -> Asked {
        Asked {
            url: read.optional_text("url"),
            events: wanted(read, dialect),
            description: read.text("description", DESCRIPTION_MAX),
            enabled: read.optional_boolean("enabled"),
        }
    }
}

fn wanted(read: &mut Reader<'_>, dialect: Dialect) -> Wanted {
    if !read.mentions("events") {
        return Wanted::Unsaid;
    }
    let asked = read.optional_list("events").unwrap_or_default();
    let mut names: Vec<Box<str>> = Vec::new();
    for value in asked {
        let name = value.as_str().unwrap_or_default();
        match dialect.names().find(|known| *known == name) {
            Some(known) if !names.iter().any(|it| &**it == known) => names.push(known.into()),
            Some(_) => {}
            None => {
                let known: Vec<_> = dialect.names().collect();
                let known = known.join(", ");
                read.refuse(format!("events has {value}, which is none of {known}"));
                return Wanted::Unsaid;
            }
        }
    }
    if names.is_empty() { Wanted::All } else { Wanted::Only(names) }
}

/// Where an endpoint stands after a wish.
fn disabled(enabled: bool, before: Option<Disabled>, now: Instant) -> Option<Disabled> {
    let asked = Disabled { why: Why::Asked, since: now };
    (!enabled).then(|| before.unwrap_or(asked))
}

fn vetted(webhooks: &Webhooks, url: &str) -> Result<Box<str>, Problem> {
    let vetted = webhooks.courier.vet(url);
    let vetted = vetted.map_err(|refused| Problem::bad_request(format!("url: {refused}")))?;
    Ok(vetted.as_str().into())
}

async fn write(webhooks: &Webhooks, new: Endpoint, entry: AuditEntry) -> Result<(), Problem> {
    if webhooks.store.change_endpoint(new, entry).await? {
        return Ok(());
    }
    let detail = "the endpoint was changed meanwhile; read it again, and ask again";
    Err(Problem::new(StatusCode::CONFLICT, detail))
}

pub(super) fn webhooks(app: &App) -> Result<&Webhooks, Problem> {
    let detail = "webhooks are not delivered by this server";
    app.webhooks.as_ref().ok_or_else(|| Problem::new(StatusCode::NOT_FOUND, detail))
}

pub(super) async fn find(
    webhooks: &Webhooks,
    account: AccountId,
    id: &str,
) -> Result<Endpoint, Problem> {
    let key = endpoint_id(id).ok_or_else(|| missing(id))?;
    let found = webhooks.store.endpoint(key).await?;
    found.filter(|endpoint| endpoint.account == account).ok_or_else(|| missing(id))
}

fn missing(id: &str) -> Problem {
    Problem::new(StatusCode::NOT_FOUND, format!("there is no webhook endpoint {id}"))
}

fn dialect_of(endpoint: &Endpoint) -> Result<Dialect, Problem> {
    Dialect::named(&endpoint.form.0).ok_or_else(|| {
        Problem::new(StatusCode::CONFLICT, "the endpoint is of a dialect that is not known here")
    })
}

pub(super) fn entry(
    actor: &Actor,
    (deed, id): (Deed, EndpointId),
    reason: &str,
    at: Instant,
) -> AuditEntry {
    AuditEntry {
        account: actor.account.id,
        at,
        actor: actor.name(),
        deed,
        subject: id_of_endpoint(id).into(),
        reason: reason.into(),
    }
}

fn draw(dialect: Dialect) -> Result<Secret, Problem> {
    Secret::draw(dialect).map_err(|_| no_chance())
}

fn fresh_id() -> Result<EndpointId, Problem> {
    let drawn = getrandom::u64().map_err(|_| no_chance())?;
    Ok(EndpointId((drawn >> 1).cast_signed()))
}

fn no_chance() -> Problem {
    let detail = "no random number could be drawn";
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, detail)
}

fn show(endpoint: &Endpoint, now: Instant) -> Value {
    let disabled = endpoint
        .disabled
        .map(|it| json!({ "reason": reason(it.why), "since": it.since.to_string() }));
    let secrets = endpoint
        .secrets_at(now)
        .map(|secret| json!({ "accepted_until": secret.until.map(|until| until.to_string()) }));
    json!({
        "id": id_of_endpoint(endpoint.id),
        "url": endpoint.url,
        "dialect": &*endpoint.form.0,
        "events": endpoint.filter,
        "description": endpoint.description,
        "enabled": endpoint.disabled.is_none(),
        "disabled": disabled,
        "secrets": secrets.collect::<Vec<_>>(),
        "created_at": endpoint.created_at.to_string(),
        "updated_at": endpoint.updated_at.to_string(),
        "delivered_at": endpoint.delivered_at.map(|at| at.to_string()),
    })
}

fn shown_with_secret(endpoint: &Endpoint, now: Instant, secret: &str) -> Value {
    let mut shown = show(endpoint, now);
    if let Value::Object(fields) = &mut shown {
        fields.insert("secret".to_owned(), json!(secret));
    }
    shown
}
