//! `POST /accounts`.

use bank::PartyKind;
use gateway::bank::{NewParty, NewWallet};
use serde::Deserialize;
use serde_json::json;

use super::{capabilities, finish, form, profile, settings, show};
use crate::moov::answer::{Answer, Reply};
use crate::moov::context::Context;
use crate::moov::refusal::Refusal;
use crate::moov::request::Request;
use crate::moov::validation::Problems;
use crate::moov::version::Version;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    account_type: Option<String>,
    profile: Option<profile::Given>,
    capabilities: Option<Vec<String>>,
    #[serde(flatten)]
    rest: settings::Given,
}

/// Makes an account. In test mode it is verified at once, and may do everything.
pub(super) async fn create(context: Context, request: Request) -> Answer {
    let body: Body = request.json()?;
    let new = body.read(&context)?;
    let party = context.bank().create_party(context.bank_context(), new).await?;
    Ok(Reply::json(show::account(&context, &party)))
}

impl Body {
    fn read(self, context: &Context) -> Result<NewParty, Refusal> {
        let mut problems = Problems::new();
        let kind = self.kind(context.version, &mut problems);
        let given = self.profile.unwrap_or_default();
        given.check(&mut problems);
        self.rest.check(&mut problems);
        let capabilities = capabilities::names(self.capabilities.unwrap_or_default());
        let capabilities =
            capabilities.map_err(|(index, told)| problems.add_at(&["capabilities", &index], told));
        let kind = kind.unwrap_or(PartyKind::Individual);
        let kept = given.kept(kind).unwrap_or_else(|| json!({}));
        profile::check_complete(&mut problems, kind, &kept);
        finish(problems, context.version)?;

        let display_name = profile::display_name(&kept);
        let mut granted = capabilities::from_the_beginning();
        for name in capabilities.unwrap_or_default() {
            if !granted.contains(&name) {
                granted.push(name);
            }
        }
        let foreign_id = self.rest.foreign_id().cloned();
        let mut settings = settings::default_settings(kind, &display_name);
        let mut attributes = self.rest.kept(context.now);
        form::merge(&mut settings, attributes.remove("settings").unwrap_or_else(|| json!({})));
        attributes.insert("settings".to_owned(), settings);
        let email = profile::email_of(&kept);
        attributes.insert("profile".to_owned(), kept);
        Ok(NewParty {
            kind,
            display_name,
            email,
            foreign_id,
            capabilities: granted,
            attributes,
            given_id: None,
            wallet: Some(NewWallet::in_currency(context.account.currency)),
        })
    }

    fn kind(&self, version: Version, problems: &mut Problems) -> Option<PartyKind> {
        let guests = version >= Version::V2025_07_00;
        let kind = match self.account_type.as_deref() {
            Some("individual") => Some(PartyKind::Individual),
            Some("business") => Some(PartyKind::Business),
            Some("guest") if guests => Some(PartyKind::Guest),
            _ => None,
        };
        if kind.is_none() {
            problems.add("accountType", "is not one of individual, business");
        }
        kind
    }
}
