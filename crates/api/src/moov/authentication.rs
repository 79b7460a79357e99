//! Who asks: a pair of keys (HTTP Basic), or the bearer of an access token.

use engine::Account;
use http::HeaderMap;
use sha2::{Digest as _, Sha256};
use store::{Credential, GrantKind};

use super::origin;
use super::refusal::Refusal;
use super::scope::{self, Requirement, Scope};
use crate::App;
use crate::authentication::credentials_of;

/// What a request was let in by.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Caller {
    /// What a token was given; a pair of keys is not narrowed.
    scopes: Option<Vec<Scope>>,
    /// What it showed that the upstream let it in by, in front of one.
    shown_upstream: Option<HeaderMap>,
}

impl Caller {
    /// One that may do everything.
    pub(crate) const fn unbound() -> Caller {
        Caller { scopes: None, shown_upstream: None }
    }

    /// One that the upstream lets do what it asks, by what it showed.
    pub(crate) const fn let_in_upstream(shown: HeaderMap) -> Caller {
        Caller { scopes: None, shown_upstream: Some(shown) }
    }

    /// What it showed that the upstream let it in by.
    pub(crate) const fn shown_upstream(&self) -> Option<&HeaderMap> {
        self.shown_upstream.as_ref()
    }

    /// Whether it may do what is wanted, of an account given by its id.
    #[must_use]
    pub fn may(&self, wants: Requirement, account: Option<&str>) -> bool {
        let Some(scopes) = &self.scopes else { return true };
        scopes.iter().any(|scope| scope.gives(wants, account))
    }
}

/// The tenant whose pair of keys or token the request shows: a 401 where it shows none
/// that opens anything, a 403 where a token is used from a web page that it is not for.
pub(super) async fn authenticate(
    app: &App,
    headers: &HeaderMap,
) -> Result<(Account, Caller), Refusal> {
    let store = app.store().as_ref();
    let (credential, scopes) = match credentials_of(headers, "bearer") {
        Some(token) => {
            let (credential, scopes) = borne(app, headers, token).await?;
            (Some(credential), Some(scopes))
        }
        None => (app.credentials.of_pair(headers, store, app.runner.wall_now()).await?, None),
    };
    let credential = credential.ok_or_else(Refusal::unauthorized)?;
    let account = store.account(credential.account).await?.ok_or_else(Refusal::unauthorized)?;
    Ok((account, Caller { scopes, shown_upstream: None }))
}

/// In whose place a token stands, and what it gives.
async fn borne(
    app: &App,
    headers: &HeaderMap,
    token: &str,
) -> Result<(Credential, Vec<Scope>), Refusal> {
    let store = app.store().as_ref();
    let grant = store.grant(Sha256::digest(token).into()).await?;
    let grant = grant
        .filter(|grant| grant.kind == GrantKind::Access)
        .filter(|grant| grant.expires_at > app.runner.wall_now())
        .ok_or_else(Refusal::unauthorized)?;
    let credential =
        app.credentials.opened_by(grant.credential, store, app.runner.wall_now()).await?;
    let credential = credential.ok_or_else(Refusal::unauthorized)?;
    if grant.bound && !origin::is_allowed(&credential, headers) {
        return Err(Refusal::forbidden());
    }
    let scopes = scope::parse_list(&grant.scopes).map_err(|message| {
        tracing::error!(message, "the scopes of a token cannot be read");
        Refusal::failed()
    })?;
    Ok((credential, scopes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::moov::scope::Family::{Accounts, Transfers};

    const ALICE: &str = "5352b013-ae58-4a63-8a3f-97f316a917cf";
    const BOB: &str = "ebbf46c6-122a-4367-bc45-7dd555e1d3b9";

    #[test]
    fn a_pair_of_keys_may_do_everything() {
        let caller = Caller::unbound();
        assert!(caller.may(Transfers.write(), Some(ALICE)));
        assert!(caller.may(Accounts.write(), None));
    }

    #[test]
    fn a_token_may_do_what_one_of_its_scopes_gives_of_the_account_in_the_path() {
        let list = format!("/accounts.read /accounts/{ALICE}/transfers.read");
        let scopes = Some(scope::parse_list(&list).unwrap());
        let caller = Caller { scopes, shown_upstream: None };
        assert!(caller.may(Accounts.read(), None));
        assert!(caller.may(Transfers.read(), Some(ALICE)));
        assert!(!caller.may(Accounts.write(), None));
        assert!(!caller.may(Transfers.write(), Some(ALICE)));
        assert!(!caller.may(Transfers.read(), Some(BOB)));
    }
}
