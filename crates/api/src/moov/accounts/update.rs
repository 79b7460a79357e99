//! `PATCH /accounts/{accountID}`.

use bank::Party;
use engine::PartyId;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{finish, form, profile, settings, show};
use crate::moov::answer::{Answer, Reply};
use crate::moov::context::Context;
use crate::moov::request::Request;
use crate::moov::validation::Problems;

#[derive(Deserialize)]
struct Body {
    profile: Option<profile::Given>,
    #[serde(flatten)]
    rest: settings::Given,
}

/// Changes what is given of an account; each field by itself. Test accounts are
/// verified, and can be changed all the same.
pub(super) async fn update(context: Context, request: Request, party: PartyId) -> Answer {
    let body: Body = request.json()?;
    let known = super::party(&context, party).await?;
    let mut problems = Problems::new();
    let profile = body.profile.unwrap_or_default();
    profile.check(&mut problems);
    body.rest.check(&mut problems);
    let foreign_id = body.rest.foreign_id().cloned();
    let mut given = body.rest.kept(context.now);
    if let Some(profile) = profile.kept(known.kind) {
        given.insert("profile".to_owned(), profile);
    }
    let kept = merged(&known, given.clone());
    let kept = kept.get("profile").unwrap_or(&Value::Null);
    profile::check_complete(&mut problems, known.kind, kept);
    finish(problems, context.version)?;

    let change = |party: &mut Party| {
        party.attributes = merged(party, given.clone());
        if let Some(kept) = party.attributes.get("profile") {
            party.display_name = profile::display_name(kept);
            party.email = profile::email_of(kept);
        }
        if foreign_id.is_some() {
            party.foreign_id.clone_from(&foreign_id);
        }
    };
    let party = context.bank().update_party(context.bank_context(), party, change).await?;
    Ok(Reply::json(show::account(&context, &party)))
}

/// What is kept of an account with what is given in its place. Metadata is replaced as
/// a whole.
fn merged(party: &Party, given: Map<String, Value>) -> Map<String, Value> {
    let mut kept = party.attributes.clone();
    if given.contains_key("metadata") {
        kept.remove("metadata");
    }
    for (name, value) in given {
        form::merge(kept.entry(name).or_insert(Value::Null), value);
    }
    kept
}
