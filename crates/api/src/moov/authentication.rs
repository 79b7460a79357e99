//! Who asks: a pair of keys (HTTP Basic), or the bearer of an access token.

use engine::Account;
use http::HeaderMap;
use store::Credential;

use super::refusal::Refusal;
use super::scope::{Requirement, Scope};
use crate::App;

/// What a request was let in by.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Caller {
    credential: Credential,
    /// What a token was given; a pair of keys is not narrowed.
    scopes: Option<Vec<Scope>>,
}

impl Caller {
    /// Whether it may do what is wanted, of an account given by its id.
    #[must_use]
    pub(super) fn may(&self, wants: Requirement, account: Option<&str>) -> bool {
        let Some(scopes) = &self.scopes else { return true };
        scopes.iter().any(|scope| scope.gives(wants, account))
    }
}

/// The tenant whose pair of keys or token the request shows.
pub(super) async fn authenticate(
    app: &App,
    headers: &HeaderMap,
) -> Result<(Account, Caller), Refusal> {
    let store = app.store().as_ref();
    let credential = app.credentials.of_pair(headers, store).await?;
    let credential = credential.ok_or_else(Refusal::unauthorized)?;
    let account = store.account(credential.account).await?.ok_or_else(Refusal::unauthorized)?;
    Ok((account, Caller { credential, scopes: None }))
}
