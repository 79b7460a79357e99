//! `POST /oauth2/token`: an access token, and a refresh token for the next.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use engine::PartyId;
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use store::{Credential, Grant, GrantKind};

use super::client;
use crate::App;
use crate::moov::ids::Ids;
use crate::moov::scope::{self, Scope};
use crate::moov::{Answer, Problems, Refusal, Reply, Request, origin};

/// How long an access token lasts, by the wall clock: a clock that is moved a month on
/// logs nobody out.
pub(super) const ACCESS_SECONDS: i64 = 60 * 60;
/// How long a refresh token lasts. Each is worth one refresh.
pub(super) const REFRESH_SECONDS: i64 = 30 * 24 * 60 * 60;

#[derive(Deserialize)]
struct TokenRequest {
    grant_type: Option<GrantType>,
    client_id: Option<String>,
    client_secret: Option<String>,
    client_type: Option<ClientType>,
    scope: Option<String>,
    refresh_token: Option<String>,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "snake_case")]
enum GrantType {
    ClientCredentials,
    RefreshToken,
}

/// What kind of program will use the token.
#[derive(Deserialize, Clone, Copy, PartialEq, Eq, Default)]
#[serde(rename_all = "snake_case")]
enum ClientType {
    /// A web page: bound to the domains of the client.
    #[default]
    #[serde(alias = "w")]
    Web,
    /// An app.
    #[serde(alias = "d")]
    Device,
    /// A server.
    #[serde(alias = "s")]
    Service,
}

pub(super) async fn create(app: App, request: Request) -> Answer {
    let asked: TokenRequest = request.json_or_form()?;
    let Some(grant_type) = asked.grant_type else {
        let message = "grant_type is missing; it would be client_credentials or refresh_token";
        return Err(Refusal::malformed(message));
    };
    let (id, secret) = (asked.client_id.as_deref(), asked.client_secret.as_deref());
    let client = client::authenticated(&app, &request, id, secret).await?;
    let given = match grant_type {
        GrantType::ClientCredentials => fresh(&app, &client, &asked).await?,
        GrantType::RefreshToken => refreshed(&app, &client, &asked).await?,
    };
    if given.bound && !origin::is_allowed(&client, request.headers()) {
        let message = "Origin and Referer name no domain of this client";
        return Err(Refusal::malformed(message));
    }
    give(&app, &client, given).await
}

/// What is to be given.
struct Given {
    scopes: Vec<Scope>,
    bound: bool,
    /// The refresh token that is spent for it.
    spent: Option<Grant>,
}

async fn fresh(app: &App, client: &Credential, asked: &TokenRequest) -> Result<Given, Refusal> {
    let scopes = match asked.scope.as_deref() {
        Some(text) => scope::parse_list(text),
        None => Err("is missing".to_owned()),
    };
    let scopes = scopes.map_err(invalid_scope)?;
    let account = app.store().account(client.account).await?.ok_or_else(Refusal::unauthorized)?;
    let ids = Ids::of(app, &account);
    for scope in &scopes {
        if let Some(id) = scope.account()
            && ids.find::<PartyId>(id).is_none()
        {
            return Err(invalid_scope(format!("{scope}: there is no such account")));
        }
    }
    let bound = asked.client_type.unwrap_or_default() == ClientType::Web;
    Ok(Given { scopes, bound, spent: None })
}

async fn refreshed(app: &App, client: &Credential, asked: &TokenRequest) -> Result<Given, Refusal> {
    let Some(token) = asked.refresh_token.as_deref() else {
        return Err(invalid_refresh("is missing"));
    };
    let grant = app.store().grant(Sha256::digest(token).into()).await?;
    let grant = grant
        .filter(|grant| grant.kind == GrantKind::Refresh && grant.credential == client.sha256)
        .filter(|grant| grant.expires_at > app.runner.wall_now())
        .ok_or_else(|| invalid_refresh("is unknown, was used, was revoked or has expired"))?;
    let granted = scope::parse_list(&grant.scopes).map_err(invalid_scope)?;
    let scopes = match asked.scope.as_deref().map(scope::parse_list).transpose() {
        Ok(None) => granted,
        Ok(Some(narrower)) => {
            if let Some(beyond) = narrower.iter().find(|scope| !granted.contains(scope)) {
                return Err(invalid_scope(format!("{beyond} was not granted before")));
            }
            narrower
        }
        Err(message) => return Err(invalid_scope(message)),
    };
    Ok(Given { scopes, bound: grant.bound, spent: Some(grant) })
}

async fn give(app: &App, client: &Credential, given: Given) -> Answer {
    let (access, refresh) = (Token::draw()?, Token::draw()?);
    let now = app.runner.wall_now();
    let scopes: Vec<_> = given.scopes.iter().map(Scope::to_string).collect();
    let scopes = scopes.join(" ");
    let family = given.spent.as_ref().map_or(refresh.sha256, |spent| spent.family);
    let grant = |token: &Token, kind, seconds| Grant {
        sha256: token.sha256,
        kind,
        credential: client.sha256,
        family,
        scopes: scopes.as_str().into(),
        bound: given.bound,
        expires_at: now.plus_seconds(seconds),
    };
    let grants = vec![
        grant(&access, GrantKind::Access, ACCESS_SECONDS),
        grant(&refresh, GrantKind::Refresh, REFRESH_SECONDS),
    ];
    let spent = given.spent.map(|spent| spent.sha256);
    if !app.store().add_grants(spent, grants, now).await? {
        // Somebody else was first with it.
        return Err(invalid_refresh("was used"));
    }
    Ok(Reply::json(json!({
        "token_type": "Bearer",
        "access_token": access.text,
        "refresh_token": refresh.text,
        "expires_in": ACCESS_SECONDS,
        "scope": scopes,
    })))
}

/// 256 bits that nobody can guess.
struct Token {
    text: String,
    sha256: [u8; 32],
}

impl Token {
    fn draw() -> Result<Token, Refusal> {
        let mut bits = [0_u8; 32];
        getrandom::fill(&mut bits).map_err(|error| {
            tracing::error!(%error, "no random number could be drawn for a token");
            Refusal::failed()
        })?;
        let text = URL_SAFE_NO_PAD.encode(bits);
        let sha256 = Sha256::digest(&text).into();
        Ok(Token { text, sha256 })
    }
}

fn invalid_scope(message: impl Into<String>) -> Refusal {
    invalid("scope", message)
}

fn invalid_refresh(message: &str) -> Refusal {
    invalid("refresh_token", message)
}

fn invalid(key: &str, message: impl Into<String>) -> Refusal {
    let mut problems = Problems::new();
    problems.add(key, message);
    problems.into_refusal()
}
