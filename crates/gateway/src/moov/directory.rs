//! Whom a Moov platform deals with, asked when a schedule is made or shown.

use std::num::NonZeroU32;
use std::time::Duration;

use engine::Mode;
use reqwest::Url;
use serde_json::Value;

use super::MoovPlatform;
use super::authorisation::{Authorisation, Scope};
use crate::upstream::{Limits, Line, SetupError, Told};

/// Beside payments, and never in their way.
const LIMITS: Limits = Limits {
    concurrency: NonZeroU32::new(8).unwrap(),
    per_second: None,
    timeout: Duration::from_secs(15),
};
/// The newest accounts that are looked through for whose a payment method is.
const NEWEST_MAX: u32 = 200;
/// The longest id that is asked about, in bytes: that of a UUID.
const ID_MAX: usize = 36;

/// The accounts, payment methods, products and images of a platform.
pub struct MoovDirectory {
    line: Line,
    authorisation: Authorisation,
    mode: Mode,
}

/// Why nothing is known.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Untold {
    /// The upstream did not say.
    Silent,
    /// It is of the other mode: a clock that can be moved must never move real money.
    OtherMode,
}

/// What was said: the object, or that there is none.
type Said = Result<Option<Value>, Untold>;

impl MoovDirectory {
    /// Of a platform, in a mode.
    pub fn new(platform: MoovPlatform, mode: Mode) -> Result<MoovDirectory, SetupError> {
        let line = Line::new(&platform.url, LIMITS)?;
        Ok(MoovDirectory { line, authorisation: Authorisation::new(platform), mode })
    }

    /// An account.
    pub async fn account(&self, id: &str) -> Said {
        let found = self.object(&["accounts", id], Scope::Profile(id), "accountID").await?;
        let mode = found.as_ref().and_then(|it| it.get("mode")?.as_str());
        let is_ours = match self.mode {
            Mode::Test => mode != Some("production"),
            Mode::Live => mode != Some("sandbox"),
        };
        if is_ours { Ok(found) } else { Err(Untold::OtherMode) }
    }

    /// Accounts, in the order asked.
    pub async fn accounts(&self, ids: &[String]) -> Vec<Said> {
        self.line.all(ids.iter().map(|id| self.account(id)).collect()).await
    }

    /// The enabled payment methods of accounts, in the order asked; `None` for what is no
    /// account.
    pub async fn payment_methods(
        &self,
        accounts: &[String],
    ) -> Vec<Result<Option<Vec<Value>>, Untold>> {
        let asked = accounts.iter().map(|account| self.payment_methods_of(account));
        self.line.all(asked.collect()).await
    }

    async fn payment_methods_of(&self, account: &str) -> Result<Option<Vec<Value>>, Untold> {
        if !is_plain(account) {
            return Ok(None);
        }
        let url = self.line.url(["accounts", account, "payment-methods"]);
        match self.asked(url, Scope::PaymentMethods(account)).await? {
            Some(Value::Array(methods)) => Ok(Some(methods)),
            Some(_) => Err(Untold::Silent),
            None => Ok(None),
        }
    }

    /// The ids of the accounts that were made last.
    pub async fn newest_accounts(&self) -> Result<Vec<String>, Untold> {
        let mut url = self.line.url(["accounts"]);
        url.query_pairs_mut().append_pair("count", &NEWEST_MAX.to_string());
        let listed = self.asked(url, Scope::Accounts).await?;
        let listed = listed.as_ref().and_then(Value::as_array).ok_or(Untold::Silent)?;
        let id = |it: &Value| it.get("accountID")?.as_str().map(str::to_owned);
        Ok(listed.iter().filter_map(id).take(NEWEST_MAX as usize).collect())
    }

    /// A product of one of these accounts.
    pub async fn product(&self, id: &str, accounts: &[String]) -> Said {
        self.of_one(id, accounts, "products", "productID").await
    }

    /// An image of one of these accounts.
    pub async fn image(&self, id: &str, accounts: &[String]) -> Said {
        self.of_one(id, accounts, "images", "imageID").await
    }

    async fn of_one(&self, id: &str, accounts: &[String], list: &str, name: &str) -> Said {
        for account in accounts {
            let path = ["accounts", account, list, id];
            let found = self.object(&path, Scope::Files(account), name).await?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// What stands at a path whose last part is its id, if it is what it should be.
    async fn object(&self, path: &[&str], scope: Scope<'_>, name: &str) -> Said {
        if !path.iter().all(|part| is_plain(part)) {
            return Ok(None);
        }
        let found = self.asked(self.line.url(path.iter().copied()), scope).await?;
        let id = path.last().copied();
        Ok(found.filter(|it| it.get(name).and_then(Value::as_str) == id))
    }

    async fn asked(&self, url: Url, scope: Scope<'_>) -> Said {
        let get = self.line.client().get(url);
        let shown = self.authorisation.show(&self.line, get, scope).await;
        let told = self.line.ask(shown.map_err(|_| Untold::Silent)?).await;
        self.authorisation.note(&told, scope);
        match told {
            Told::Answer(answer) if answer.is_success() => {
                answer.read().map(Some).ok_or(Untold::Silent)
            }
            Told::Answer(answer) if answer.status == 404 => Ok(None),
            Told::Answer(_) | Told::NotSent(_) | Told::Nothing => Err(Untold::Silent),
        }
    }
}

/// Whether a part of a path means itself.
fn is_plain(part: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (1..=ID_MAX).contains(&part.len()) && part.bytes().all(plain)
}
