//! `GET /accounts`.

use bank::{Party, PartyKind};
use serde_json::Value;

use super::{profile, show};
use crate::moov::answer::{Answer, Reply};
use crate::moov::context::Context;
use crate::moov::refusal::Refusal;
use crate::moov::request::Request;

/// The most accounts on a page, and as many as there are where nothing is asked.
const COUNT_MAX: u32 = 200;

/// Accounts that the platform is connected to, newest first. It is not to itself.
pub(super) async fn list(context: Context, request: Request) -> Answer {
    let wanted = Wanted::read(&request)?;
    let page = request.query().page(COUNT_MAX, COUNT_MAX)?;
    let platform = context.platform();
    let found = context
        .bank()
        .parties(context.account.id, page.offset, page.limit, |party| {
            Some(party.id) != platform && wanted.is_met_by(party)
        })
        .await?;
    let accounts = found.iter().map(|party| show::account(&context, party)).collect();
    Ok(Reply::json(Value::Array(accounts)))
}

/// What is asked for.
struct Wanted {
    /// In lower case.
    name: Option<String>,
    email: Option<String>,
    kind: Option<PartyKind>,
    foreign_id: Option<String>,
    disconnected_too: bool,
    capability: Option<String>,
    enabled: Option<bool>,
}

const KINDS: [(&str, PartyKind); 3] = [
    ("individual", PartyKind::Individual),
    ("business", PartyKind::Business),
    ("guest", PartyKind::Guest),
];

/// Whether a capability of that status is one that is on; none is ever pending here.
const STATUSES: [(&str, Option<bool>); 4] =
    [("enabled", Some(true)), ("disabled", Some(false)), ("pending", None), ("in-review", None)];

impl Wanted {
    fn read(request: &Request) -> Result<Wanted, Refusal> {
        let query = request.query();
        let text = |name| query.text(name).filter(|text| !text.is_empty()).map(str::to_owned);
        let capability_status = query.one_of("capabilityStatus", &STATUSES)?;
        let capability = match capability_status {
            // Nothing is ever that.
            Some(None) => Some(String::new()),
            _ => text("capability"),
        };
        Ok(Wanted {
            name: text("name").map(|name| name.to_lowercase()),
            email: text("email"),
            kind: query.one_of("type", &KINDS)?,
            foreign_id: text("foreignID"),
            disconnected_too: query.boolean("includeDisconnected")?.unwrap_or(false),
            capability,
            enabled: capability_status.flatten(),
        })
    }

    fn is_met_by(&self, party: &Party) -> bool {
        (self.disconnected_too || party.is_connected())
            && self.kind.is_none_or(|kind| party.kind == kind)
            && self.name.as_ref().is_none_or(|name| is_named(party, name))
            && self.email.as_ref().is_none_or(|email| is_email(party, email))
            && self.foreign_id.as_ref().is_none_or(|id| party.foreign_id.as_ref() == Some(id))
            && self.has_capability(party)
    }

    fn has_capability(&self, party: &Party) -> bool {
        let enabled = |is: bool| self.enabled.is_none_or(|wanted| wanted == is);
        match &self.capability {
            Some(name) => party.grant(name).is_some_and(|grant| enabled(grant.is_enabled())),
            None if self.enabled.is_none() => true,
            None => party.grants.iter().any(|grant| enabled(grant.is_enabled())),
        }
    }
}

fn is_named(party: &Party, name: &str) -> bool {
    let profile = party.attributes.get("profile").unwrap_or(&Value::Null);
    party.display_name.to_lowercase().contains(name) || profile::is_named(profile, name)
}

fn is_email(party: &Party, email: &str) -> bool {
    party.email.as_ref().is_some_and(|known| known.eq_ignore_ascii_case(email))
}
