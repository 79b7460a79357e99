//! How requests to Moov show who asks: by the pair of keys itself, or by a token that the
//! pair was exchanged for.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use engine::NotSent;
use reqwest::{RequestBuilder, header};
use serde::Deserialize;
use tokio::time::sleep;

use super::{MoovPlatform, Showing, VERSION};
use crate::upstream::{Line, Secret, Told};

/// Tokens that are kept; past it, all are asked for anew.
const TOKENS_MAX: usize = 4_096;
/// A token is no longer used when this much of its life is left, so that none runs out on
/// its way.
const SPARE: Duration = Duration::from_mins(1);

/// Of what a request asks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Scope<'a> {
    /// All accounts.
    Accounts,
    /// An account itself.
    Profile(&'a str),
    /// How it pays and is paid.
    PaymentMethods(&'a str),
    /// Its images and products.
    Files(&'a str),
    /// Transfers that it runs.
    Transfers(&'a str),
}

impl Scope<'_> {
    /// As Moov writes it.
    fn written(self) -> String {
        match self {
            Scope::Accounts => "/accounts.read".to_owned(),
            Scope::Profile(account) => format!("/accounts/{account}/profile.read"),
            Scope::PaymentMethods(account) => format!("/accounts/{account}/payment-methods.read"),
            Scope::Files(account) => {
                format!("/accounts/{account}/files.read /accounts/{account}/profile.read")
            }
            Scope::Transfers(account) => {
                format!("/accounts/{account}/transfers.read /accounts/{account}/transfers.write")
            }
        }
    }
}

/// The tokens of a platform, each under its scope.
type Tokens = Mutex<HashMap<String, Secret>>;

/// How requests show who asks.
pub(super) struct Authorisation {
    platform: MoovPlatform,
    tokens: Arc<Tokens>,
}

/// An answer of `POST /oauth2/token`.
#[derive(Deserialize)]
struct Given {
    access_token: Box<str>,
    /// Seconds, whatever the reference calls it.
    expires_in: u64,
}

impl Authorisation {
    /// That of a platform.
    pub(super) fn new(platform: MoovPlatform) -> Authorisation {
        Authorisation { platform, tokens: Arc::default() }
    }

    pub(super) const fn platform(&self) -> &MoovPlatform {
        &self.platform
    }

    /// The request, from whom it comes, in the version that is spoken. What cannot be shown
    /// was not sent.
    pub(super) async fn show(
        &self,
        line: &Line,
        request: RequestBuilder,
        scope: Scope<'_>,
    ) -> Result<RequestBuilder, NotSent> {
        let MoovPlatform { public_key, secret_key, showing, .. } = &self.platform;
        let request = self.in_our_name(request);
        Ok(match showing {
            Showing::Pair => request.basic_auth(public_key, Some(secret_key.reveal())),
            Showing::Token => request.bearer_auth(self.token(line, scope).await?.reveal()),
        })
    }

    /// Takes note of what came of a request: a token that was not taken is used no more.
    pub(super) fn note(&self, told: &Told, scope: Scope<'_>) {
        if matches!(told, Told::NotSent(NotSent::Unauthorised)) {
            forget(&self.tokens, &scope.written());
        }
    }

    fn in_our_name(&self, request: RequestBuilder) -> RequestBuilder {
        let request = request.header(VERSION.0, VERSION.1);
        match &self.platform.origin {
            Some(origin) => request.header(header::ORIGIN, origin.as_ref()),
            None => request,
        }
    }

    async fn token(&self, line: &Line, scope: Scope<'_>) -> Result<Secret, NotSent> {
        let scope = scope.written();
        let known = self.tokens.lock().ok().and_then(|tokens| tokens.get(&scope).cloned());
        match known {
            Some(token) => Ok(token),
            None => self.exchanged(line, scope).await,
        }
    }

    /// Exchanges the pair of keys for a token. Whatever becomes of that, nothing was paid.
    async fn exchanged(&self, line: &Line, scope: String) -> Result<Secret, NotSent> {
        let MoovPlatform { public_key, secret_key, .. } = &self.platform;
        let asked = serde_json::json!({
            "grant_type": "client_credentials",
            "client_id": public_key,
            "client_secret": secret_key.reveal(),
            "scope": scope,
            "client_type": "service",
        });
        let post = self.in_our_name(line.client().post(line.url(["oauth2", "token"]))).json(&asked);
        let answer = match line.ask(post).await {
            Told::Answer(answer) => answer,
            Told::NotSent(reason) => return Err(reason),
            Told::Nothing => return Err(NotSent::Unreachable),
        };
        let given: Option<Given> = answer.read().filter(|_| answer.is_success());
        let Some(given) = given else {
            tracing::warn!(status = answer.status, "Moov gave no token for the pair of keys");
            let is_refusal = matches!(answer.status, 400 | 422);
            return Err(if is_refusal { NotSent::Unauthorised } else { NotSent::Unreachable });
        };
        let token = Secret::new(given.access_token);
        self.keep(scope, token.clone(), Duration::from_secs(given.expires_in));
        Ok(token)
    }

    /// Keeps a token until shortly before its end. It is taken away by a timer, for nothing
    /// here reads a clock.
    fn keep(&self, scope: String, token: Secret, life: Duration) {
        let Some(kept_for) = life.checked_sub(SPARE).filter(|it| !it.is_zero()) else { return };
        let Ok(mut tokens) = self.tokens.lock() else { return };
        if tokens.len() >= TOKENS_MAX {
            tokens.clear();
        }
        tokens.insert(scope.clone(), token.clone());
        let tokens: Weak<Tokens> = Arc::downgrade(&self.tokens);
        tokio::spawn(async move {
            sleep(kept_for).await;
            let Some(tokens) = tokens.upgrade() else { return };
            let Ok(mut tokens) = tokens.lock() else { return };
            if tokens.get(&scope) == Some(&token) {
                tokens.remove(&scope);
            }
        });
    }
}

fn forget(tokens: &Tokens, scope: &str) {
    if let Ok(mut tokens) = tokens.lock() {
        tokens.remove(scope);
    }
}
