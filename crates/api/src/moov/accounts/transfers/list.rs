//! `GET /accounts/{accountID}/transfers`.

use bank::{Remittance, RemittanceStatus};
use engine::{Instant, PartyId, ScheduleId};
use serde_json::Value;
use store::PageQuery;

use super::extras::Extras;
use super::{concerns, show};
use crate::moov::accounts;
use crate::moov::answer::{Answer, Reply};
use crate::moov::context::Context;
use crate::moov::refusal::Refusal;
use crate::moov::request::Request;

/// How many are listed if nothing is said, and the most that can be.
const COUNT_DEFAULT: u32 = 200;
const COUNT_MAX: u32 = 200;

/// The states by their names. What is made is on its way at once, so nothing is ever
/// `created` or `queued`.
pub(super) const STATUSES: [(&str, &[RemittanceStatus]); 7] = [
    ("created", &[]),
    ("pending", &[RemittanceStatus::Pending]),
    ("completed", &[RemittanceStatus::Completed]),
    ("failed", &[RemittanceStatus::Failed]),
    ("reversed", &[RemittanceStatus::Reversed]),
    ("queued", &[]),
    ("canceled", &[RemittanceStatus::Canceled]),
];

/// Which transfers are wanted.
struct Filter {
    party: PartyId,
    /// Those who pay or are paid; `None` asks for nobody in particular.
    parties: Option<Vec<PartyId>>,
    /// In which states; `None` is in any.
    statuses: Option<&'static [RemittanceStatus]>,
    schedule: Option<ScheduleId>,
    foreign_id: Option<String>,
    refunded: bool,
    /// Something that no transfer here has: a group, a payment link, a dispute, a
    /// schedule that is none.
    nothing: bool,
}

/// The account's transfers, newest first.
pub(super) async fn list(context: Context, request: Request, party: PartyId) -> Answer {
    let (filter, page) = read(&context, &request, party)?;
    accounts::party(&context, party).await?;
    if filter.nothing {
        return Ok(Reply::json(Value::Array(Vec::new())));
    }
    let wanted = |remittance: &Remittance| filter.wants(remittance);
    let found = context.bank().remittances(context.account.id, page, wanted).await?;
    Ok(Reply::json(Value::Array(show::transfers(&context, &found).await?)))
}

fn read(
    context: &Context,
    request: &Request,
    party: PartyId,
) -> Result<(Filter, PageQuery), Refusal> {
    let (ids, query) = (context.ids(), request.query());
    let named: Vec<&str> = query.texts("accountIDs").collect();
    let parties = named.iter().filter_map(|id| ids.find(id)).collect();
    let asked = query.text("scheduleID");
    let schedule = asked.and_then(|id| ids.find(id));
    let filter = Filter {
        party,
        parties: (!named.is_empty()).then_some(parties),
        statuses: query.one_of("status", &STATUSES)?,
        schedule,
        foreign_id: query.text("foreignID").map(str::to_owned),
        refunded: query.boolean("refunded")?.unwrap_or(false),
        nothing: (asked.is_some() && schedule.is_none())
            || query.boolean("disputed")?.unwrap_or(false)
            || ["groupID", "paymentLinkID", "paymentLinkCode"]
                .iter()
                .any(|name| query.text(name).is_some()),
    };
    let mut page = query.page(COUNT_DEFAULT, COUNT_MAX)?;
    if let Some(from) = query.instant("startDateTime")? {
        page.from = from;
    }
    if let Some(before) = query.instant("endDateTime")? {
        page.to = Instant::from_nanoseconds(before.nanoseconds().saturating_sub(1));
    }
    Ok((filter, page))
}

impl Filter {
    fn wants(&self, it: &Remittance) -> bool {
        let is_between = |parties: &Vec<PartyId>| {
            parties.contains(&it.source.party) || parties.contains(&it.destination.party)
        };
        concerns(it, self.party)
            && self.parties.as_ref().is_none_or(is_between)
            && self.statuses.is_none_or(|statuses| statuses.contains(&it.status))
            && self
                .schedule
                .is_none_or(|wanted| it.scheduled.is_some_and(|(schedule, _)| schedule == wanted))
            && (!self.refunded || !it.refunds.is_empty())
            && self.foreign_id.as_ref().is_none_or(|wanted| {
                Extras::of(&it.particulars).foreign_id.as_ref() == Some(wanted)
            })
    }
}
