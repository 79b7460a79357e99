//! `/kalends/v1/keys`: the keys that open an account; made, rolled and revoked.

use axum::extract::State;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use engine::{Account, Instant, Mode};
use http::StatusCode;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use store::{AuditEntry, Credential, CredentialKind, Deed, Key, KeyOrigin, Scope, Scopes};

use super::endpoint::{Actor, Named, Reply, Sent};
use super::problem::Problem;
use crate::App;
use crate::authentication::MADE_HERE;

/// Keys of one account, ended ones left out.
const KEYS_MAX: usize = 100;
/// Characters of a name.
pub(super) const NAME_CHARACTERS_MAX: usize = 100;
/// How long the old key opens beside the new one where a roll does not say, in seconds.
pub(super) const OVERLAP_SECONDS: i64 = 24 * 60 * 60;
/// How long it may, in seconds.
pub(super) const OVERLAP_SECONDS_MAX: i64 = 30 * 24 * 60 * 60;
/// Characters of a key's end that are shown.
const ENDING_CHARACTERS: usize = 4;

/// All of the account's, oldest first.
pub(super) async fn list(State(app): State<App>, actor: Actor) -> Result<Reply, Problem> {
    let now = app.runner.wall_now();
    let keys = app.store().keys(actor.account.id).await?;
    Ok(Reply(json!({ "keys": keys.iter().map(|key| shown(key, now)).collect::<Vec<_>>() })))
}

/// Makes one. The answer alone shows it.
pub(super) async fn create(
    State(app): State<App>,
    actor: Actor,
    Sent(params): Sent,
) -> Result<Reply, Problem> {
    let mut read = params.reader();
    let name = read.optional_text("name");
    let kind = read.optional_text("kind");
    let scopes = read.optional_list("scopes");
    read.finish()?;
    let name = checked_name(name.as_deref())?;
    let kind = checked_kind(kind.as_deref(), scopes.as_deref())?;
    within_reach(&actor, kind)?;
    let now = app.runner.wall_now();
    let open = app.store().keys(actor.account.id).await?;
    if open.iter().filter(|key| key.credential.opens_at(now)).count() >= KEYS_MAX {
        let detail = format!("there are {KEYS_MAX} keys already; revoke one first");
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, detail));
    }
    let (text, key) = drawn(&actor.account, name, kind, now)?;
    let entry = entry(&actor, now, Deed::MadeKey, &key);
    app.store().put_keys(vec![key.clone()], Some(entry)).await?;
    Ok(Reply(with_text(shown(&key, now), &text)))
}

/// Makes another in the place of one, which opens beside it for a while.
pub(super) async fn roll(
    State(app): State<App>,
    Named(id): Named,
    actor: Actor,
    Sent(params): Sent,
) -> Result<Reply, Problem> {
    let mut read = params.reader();
    let overlap = read.optional_integer("overlap_seconds").unwrap_or(OVERLAP_SECONDS);
    read.finish()?;
    if !(0..=OVERLAP_SECONDS_MAX).contains(&overlap) {
        let detail = format!("overlap_seconds must be 0 to {OVERLAP_SECONDS_MAX} (30 days)");
        return Err(Problem::bad_request(detail));
    }
    let now = app.runner.wall_now();
    let mut old = made_here(&app, &actor, &id, now).await?;
    let (text, new) = drawn(&actor.account, &old.name, old.credential.kind, now)?;
    old.credential.expires_at = Some(now.plus_seconds(overlap));
    let entry = entry(&actor, now, Deed::RolledKey, &old);
    app.store().put_keys(vec![old.clone(), new.clone()], Some(entry)).await?;
    app.credentials.forget(&old.credential.sha256);
    let mut reply = with_text(shown(&new, now), &text);
    if let Value::Object(fields) = &mut reply {
        fields.insert("replaces".to_owned(), shown(&old, now));
    }
    Ok(Reply(reply))
}

/// Ends one at once.
pub(super) async fn revoke(
    State(app): State<App>,
    Named(id): Named,
    actor: Actor,
) -> Result<Reply, Problem> {
    let now = app.runner.wall_now();
    let mut key = made_here(&app, &actor, &id, now).await?;
    key.credential.expires_at = Some(now);
    let entry = entry(&actor, now, Deed::RevokedKey, &key);
    app.store().put_keys(vec![key.clone()], Some(entry)).await?;
    app.credentials.forget(&key.credential.sha256);
    Ok(Reply(shown(&key, now)))
}

/// The account's open key with this id, if it was made here.
async fn made_here(app: &App, actor: &Actor, id: &str, now: Instant) -> Result<Key, Problem> {
    let keys = app.store().keys(actor.account.id).await?;
    let found = keys.into_iter().find(|key| id_of(key) == id && key.credential.opens_at(now));
    let key = found.ok_or_else(|| {
        Problem::new(StatusCode::NOT_FOUND, format!("no key that opens anything has the id {id}"))
    })?;
    within_reach(actor, key.credential.kind)?;
    match key.origin {
        KeyOrigin::Made => Ok(key),
        KeyOrigin::Configured => Err(Problem::new(
            StatusCode::CONFLICT,
            "this key is the upstream's own, and comes from the configuration; change it there",
        )),
    }
}

fn checked_name(name: Option<&str>) -> Result<&str, Problem> {
    let name = name.map(str::trim).unwrap_or_default();
    let is_long = name.chars().count() > NAME_CHARACTERS_MAX;
    if name.is_empty() || is_long || name.chars().any(char::is_control) {
        let detail =
            format!("name must be 1 to {NAME_CHARACTERS_MAX} characters that say who uses the key");
        return Err(Problem::bad_request(detail));
    }
    Ok(name)
}

/// What a key is to open: everything, what a browser may do, or what its scopes allow.
fn checked_kind(kind: Option<&str>, scopes: Option<&[&Value]>) -> Result<CredentialKind, Problem> {
    match (kind, scopes) {
        (None | Some("secret"), None) => Ok(CredentialKind::Secret),
        (Some("public"), None) => Ok(CredentialKind::Public),
        (None | Some("restricted"), Some(scopes)) if !scopes.is_empty() => {
            let scopes: Result<Scopes, Problem> = scopes.iter().map(|scope| named(scope)).collect();
            Ok(CredentialKind::Restricted(scopes?))
        }
        (Some("secret" | "public"), Some(_)) => Err(Problem::bad_request(
            "scopes are those of a restricted key; leave kind out, or say restricted",
        )),
        (None | Some("restricted"), _) => {
            let detail = format!("scopes must be a list of one or more of {}", known_scopes());
            Err(Problem::bad_request(detail))
        }
        (Some(_), _) => Err(Problem::bad_request("kind must be secret, public or restricted")),
    }
}

fn named(scope: &Value) -> Result<Scope, Problem> {
    scope.as_str().and_then(Scope::named).ok_or_else(|| {
        Problem::bad_request(format!(
            "{scope} is no scope; those that there are: {}",
            known_scopes()
        ))
    })
}

fn known_scopes() -> String {
    Scope::ALL.map(Scope::name).join(", ")
}

/// Nobody makes, changes or ends a key that opens more than their own.
fn within_reach(actor: &Actor, kind: CredentialKind) -> Result<(), Problem> {
    let is_within = match (actor.kind, kind) {
        (CredentialKind::Secret, _) => true,
        (CredentialKind::Restricted(own), CredentialKind::Restricted(other)) => own.include(other),
        (CredentialKind::Restricted(_) | CredentialKind::Public, _) => false,
    };
    if is_within {
        return Ok(());
    }
    let detail = "the key in question opens more than the key that asks";
    Err(Problem::new(StatusCode::FORBIDDEN, detail))
}

/// A new key of an account, and what is kept of it.
fn drawn(
    account: &Account,
    name: &str,
    kind: CredentialKind,
    now: Instant,
) -> Result<(String, Key), Problem> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| {
        tracing::error!(%error, "no random numbers");
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "no key can be drawn right now")
    })?;
    let mode = match account.mode {
        Mode::Test => "test",
        Mode::Live => "live",
    };
    let text = format!("{MADE_HERE}{mode}_{}", URL_SAFE_NO_PAD.encode(bytes));
    let start = text.len().saturating_sub(ENDING_CHARACTERS);
    let key = Key {
        credential: Credential {
            sha256: Sha256::digest(&text).into(),
            account: account.id,
            kind,
            domains: Vec::new(),
            expires_at: None,
        },
        name: name.into(),
        // It is ASCII throughout.
        ending: text.get(start..).unwrap_or_default().into(),
        origin: KeyOrigin::Made,
        created_at: now,
    };
    Ok((text, key))
}

fn entry(actor: &Actor, at: Instant, deed: Deed, key: &Key) -> AuditEntry {
    let (account, subject) = (actor.account.id, id_of(key).into());
    AuditEntry { account, at, actor: actor.name(), deed, subject, reason: key.name.clone() }
}

/// A key's name in paths and records: the beginning of its hash, which opens nothing.
fn id_of(key: &Key) -> String {
    let hash = key.credential.sha256.iter().take(8);
    hash.fold("key_".to_owned(), |id, byte| format!("{id}{byte:02x}"))
}

fn shown(key: &Key, now: Instant) -> Value {
    let origin = match key.origin {
        KeyOrigin::Made => "made",
        KeyOrigin::Configured => "configured",
    };
    let (kind, scopes) = match key.credential.kind {
        CredentialKind::Secret => ("secret", None),
        CredentialKind::Public => ("public", None),
        CredentialKind::Restricted(scopes) => ("restricted", Some(scopes)),
    };
    let scopes = scopes.map(|scopes| scopes.iter().map(Scope::name).collect::<Vec<_>>());
    json!({
        "id": id_of(key),
        "name": key.name,
        "kind": kind,
        "scopes": scopes,
        "origin": origin,
        "ending": key.ending,
        "created_at": key.created_at.to_string(),
        "expires_at": key.credential.expires_at.map(|at| at.to_string()),
        "open": key.credential.opens_at(now),
    })
}

fn with_text(mut shown: Value, text: &str) -> Value {
    if let Value::Object(fields) = &mut shown {
        fields.insert("key".to_owned(), json!(text));
    }
    shown
}
