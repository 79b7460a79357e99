//! `GET /accounts/{accountID}/schedules`.

use std::collections::HashMap;

use bank::RecordKind;
use engine::{InstructionKind, PartyId};
use serde_json::Value;
use store::{RecordKey, ScheduleQuery};

use super::kept::Kept;
use super::render::{self, AccountShown};
use super::view::View;
use crate::moov::{Answer, Context, Refusal, Reply, Request};
use crate::overlay::MoovOverlay;

/// Schedules on a page where nothing else is asked.
const COUNT_DEFAULT: u32 = 20;
/// Accounts of a platform behind this server that are added to a page, at most.
const HYDRATED_MAX: usize = 50;
/// Schedules on a page, at most.
const COUNT_MAX: u32 = 200;

/// Schedules that the account owns, runs, pays or is paid by, newest first, canceled
/// ones too.
pub(super) async fn list(context: Context, request: Request, party: PartyId) -> Answer {
    let page = request.query().page(COUNT_DEFAULT, COUNT_MAX)?;
    let hydrate = request.query().one_of("hydrate", &[("accounts", ())])?.is_some();
    let query = ScheduleQuery {
        account: context.account.id,
        kind: Some(InstructionKind::Remittance),
        party: Some(party.0),
        status: None,
        page,
    };
    let found = context.store().schedules(query).await?.entries.into_iter();
    let ours = found.filter_map(|schedule| Some((Kept::of(&schedule)?, schedule)));
    let ours = ours.map(|(kept, schedule)| (schedule, kept)).collect();
    let views = View::load_all(&context, ours).await?;
    let mut shown = render::schedules(&context, &views).await?;
    if hydrate {
        let parties = accounts(&context, &views).await?;
        let named = parties.keys().map(|it| RecordKey { kind: RecordKind::Party, key: it.0 });
        let context = context.naming(named).await?;
        for (shown, view) in shown.iter_mut().zip(&views) {
            render::add_accounts(&context, shown, view, &parties);
        }
    }
    Ok(Reply::json(Value::Array(shown)))
}

/// Everybody whose schedules they are.
async fn accounts(
    context: &Context,
    views: &[View],
) -> Result<HashMap<PartyId, AccountShown>, Refusal> {
    let between = views.iter().map(|view| view.kept.between);
    let mut ids: Vec<PartyId> =
        between.flat_map(|it| [it.source, it.destination, it.partner]).collect();
    ids.sort_unstable();
    ids.dedup();
    if let Some(overlay) = context.app.moov_overlay() {
        return accounts_upstream(context, overlay, ids).await;
    }
    let found = context.bank().parties_by_id(context.account.id, ids).await?;
    let shown = |party: bank::Party| {
        (party.id, AccountShown { display_name: party.display_name, email: party.email })
    };
    Ok(found.into_iter().flatten().map(shown).collect())
}

/// The same, of the platform behind. Those that it does not tell of are left out.
async fn accounts_upstream(
    context: &Context,
    overlay: &MoovOverlay,
    mut parties: Vec<PartyId>,
) -> Result<HashMap<PartyId, AccountShown>, Refusal> {
    parties.truncate(HYDRATED_MAX);
    let named = parties.iter().map(|it| RecordKey { kind: RecordKind::Party, key: it.0 });
    let ids = context.naming(named).await?.ids();
    let texts: Vec<String> = parties.iter().map(|party| ids.id(*party)).collect();
    let said = overlay.directory.accounts(&texts).await;
    let both = parties.into_iter().zip(said);
    Ok(both.filter_map(|(id, said)| Some((id, AccountShown::of(&said.ok()??)?))).collect())
}
