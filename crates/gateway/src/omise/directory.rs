//! Whom a real Omise account deals with, asked when a schedule is made or shown.

use std::num::NonZeroU32;
use std::time::Duration;

use reqwest::Url;
use serde_json::Value;

use super::{OmiseAccount, PAGE, VERSION};
use crate::upstream::{Limits, Line, SetupError, Told};

/// Beside payments, and never in their way.
const LIMITS: Limits = Limits {
    concurrency: NonZeroU32::new(8).unwrap(),
    per_second: None,
    timeout: Duration::from_secs(15),
};
/// The longest id that is asked about, in bytes.
const ID_MAX: usize = 255;
/// Pages of recipients that are read to find the default one.
const PAGES_MAX: u32 = 10;

/// The customers, cards and recipients of an account.
pub struct OmiseDirectory {
    line: Line,
    account: OmiseAccount,
}

/// The upstream did not say.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Silent;

/// What it said: the object, or that there is none.
type Said = Result<Option<Value>, Silent>;

impl OmiseDirectory {
    /// Of an account.
    pub fn new(account: OmiseAccount) -> Result<OmiseDirectory, SetupError> {
        Ok(OmiseDirectory { line: Line::new(&account.url, LIMITS)?, account })
    }

    /// A customer, or what is left of a deleted one, as a version of the API shows it.
    pub async fn customer(&self, id: &str, version: &'static str) -> Said {
        self.object("customer", &["customers", id], version).await
    }

    /// A card of a customer.
    pub async fn card(&self, customer: &str, id: &str, version: &'static str) -> Said {
        self.object("card", &["customers", customer, "cards", id], version).await
    }

    /// A recipient, or what is left of a deleted one.
    pub async fn recipient(&self, id: &str, version: &'static str) -> Said {
        self.object("recipient", &["recipients", id], version).await
    }

    /// The recipient who is paid where none is named.
    pub async fn default_recipient(&self) -> Said {
        for page in 0..PAGES_MAX {
            let mut url = self.line.url(["recipients"]);
            url.query_pairs_mut()
                .append_pair("limit", &PAGE.to_string())
                .append_pair("offset", &(page * PAGE).to_string());
            let list = self.asked(url, VERSION.1).await?.ok_or(Silent)?;
            let recipients = list.get("data").and_then(Value::as_array).ok_or(Silent)?;
            let is_default = |it: &&Value| it.get("default") == Some(&Value::Bool(true));
            if let Some(found) = recipients.iter().find(is_default) {
                return Ok(Some(found.clone()));
            }
            if recipients.is_empty() {
                break;
            }
        }
        Ok(None)
    }

    /// What stands at a path whose last part is its id, if it is what it should be.
    async fn object(&self, object: &str, path: &[&str], version: &'static str) -> Said {
        if !path.iter().all(|part| is_plain(part)) {
            return Ok(None);
        }
        let found = self.asked(self.line.url(path.iter().copied()), version).await?;
        let is_it = |it: &Value| {
            it.get("object").and_then(Value::as_str) == Some(object)
                && it.get("id").and_then(Value::as_str) == path.last().copied()
        };
        Ok(found.filter(is_it))
    }

    async fn asked(&self, url: Url, version: &'static str) -> Said {
        let request = self.line.client().get(url).header(VERSION.0, version);
        let request = request.basic_auth(self.account.secret_key.reveal(), Some(""));
        match self.line.ask(request).await {
            Told::Answer(answer) if answer.is_success() => answer.read().map(Some).ok_or(Silent),
            Told::Answer(answer) if answer.status == 404 => Ok(None),
            Told::Answer(_) | Told::NotSent(_) | Told::Nothing => Err(Silent),
        }
    }
}

/// Whether a part of a path means itself.
fn is_plain(part: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    (1..=ID_MAX).contains(&part.len()) && part.bytes().all(plain)
}
