//! What can be searched, and what of it is looked at.

use engine::{Instant, InstructionKind};
use store::{Order, Page, PageQuery, ScheduleQuery};

use super::super::{Context, OmiseError, records};
use super::found::Found;

/// What can be searched.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Scope {
    Charge,
    ChargeSchedule,
    Customer,
    Event,
    Recipient,
    Refund,
    Transfer,
    TransferSchedule,
    Transaction,
    /// What Omise has and is not built here: there is none of it.
    NotBuilt(&'static str),
}

impl Scope {
    pub(super) const ALL: [Scope; 15] = [
        Scope::Charge,
        Scope::ChargeSchedule,
        Scope::Customer,
        Scope::Event,
        Scope::Recipient,
        Scope::Refund,
        Scope::Transfer,
        Scope::TransferSchedule,
        Scope::Transaction,
        Scope::NotBuilt("dispute"),
        Scope::NotBuilt("fund_account"),
        Scope::NotBuilt("link"),
        Scope::NotBuilt("log_entry"),
        Scope::NotBuilt("receipt"),
        Scope::NotBuilt("sub_merchant"),
    ];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Scope::Charge => "charge",
            Scope::ChargeSchedule => "charge_schedule",
            Scope::Customer => "customer",
            Scope::Event => "event",
            Scope::Recipient => "recipient",
            Scope::Refund => "refund",
            Scope::Transfer => "transfer",
            Scope::TransferSchedule => "transfer_schedule",
            Scope::Transaction => "transaction",
            Scope::NotBuilt(name) => name,
        }
    }

    pub(super) fn named(name: &str) -> Option<Scope> {
        Scope::ALL.into_iter().find(|scope| scope.name() == name)
    }

    /// By what it can be filtered.
    pub(super) const fn filters(self) -> &'static [&'static str] {
        match self {
            Scope::Charge => &[
                "amount",
                "authorized",
                "captured",
                "card_last_digits",
                "created",
                "currency",
                "failure_code",
                "refunded",
                "reversed",
                "status",
                "voided",
            ],
            Scope::ChargeSchedule => {
                &["active", "amount", "card_last_digits", "created", "currency", "status"]
            }
            Scope::TransferSchedule => &["active", "amount", "created", "currency", "status"],
            Scope::Customer => &["created", "email"],
            Scope::Event => &["created", "key"],
            Scope::Recipient => &["active", "created", "default", "type", "verified"],
            Scope::Refund => &["amount", "created", "currency", "voided"],
            Scope::Transfer => &["amount", "created", "currency", "deleted", "paid", "sent"],
            Scope::Transaction => &["amount", "created", "currency", "type"],
            Scope::NotBuilt(_) => &[],
        }
    }

    /// The first `scanned_max` of them, in order.
    pub(super) async fn scan(
        self,
        context: &Context,
        order: Order,
        scanned_max: u32,
    ) -> Result<Vec<Found>, OmiseError> {
        let mut found = Vec::new();
        let mut offset = 0;
        while offset < scanned_max {
            let limit = PageQuery::LIMIT_MAX;
            let page =
                PageQuery { to: Instant::MAX, offset, limit, order, ..PageQuery::first(limit) };
            let part = self.page(context, page).await?;
            let done = part.len() < usize::try_from(limit).unwrap_or(usize::MAX);
            found.extend(part);
            if done {
                break;
            }
            offset += limit;
        }
        Ok(found)
    }

    async fn page(self, context: &Context, page: PageQuery) -> Result<Vec<Found>, OmiseError> {
        let (bank, store, account) = (context.app.bank(), context.app.store(), context.account.id);
        let refused = |error| records::failure(&error);
        Ok(match self {
            Scope::Charge => all(bank.charges(account, page).await.map_err(refused)?, |it| {
                Found::Charge(Box::new(it))
            }),
            Scope::Customer => {
                all(bank.customers(account, page).await.map_err(refused)?, Found::Customer)
            }
            Scope::Recipient => all(bank.recipients(account, page).await.map_err(refused)?, |it| {
                Found::Recipient(Box::new(it))
            }),
            Scope::Refund => {
                all(bank.refunds(account, None, page).await.map_err(refused)?, Found::Refund)
            }
            Scope::Transfer => all(bank.transfers(account, page).await.map_err(refused)?, |it| {
                Found::Transfer(Box::new(it))
            }),
            Scope::Transaction => {
                all(bank.journal(account, page).await.map_err(refused)?, Found::Transaction)
            }
            Scope::Event => all(store.events(account, page).await?, Found::Event),
            Scope::ChargeSchedule => schedules(context, InstructionKind::Charge, page).await?,
            Scope::TransferSchedule => schedules(context, InstructionKind::Transfer, page).await?,
            Scope::NotBuilt(_) => Vec::new(),
        })
    }
}

async fn schedules(
    context: &Context,
    kind: InstructionKind,
    page: PageQuery,
) -> Result<Vec<Found>, OmiseError> {
    let account = context.account.id;
    let query = ScheduleQuery { account, kind: Some(kind), party: None, status: None, page };
    Ok(all(context.app.store().schedules(query).await?, |it| Found::Schedule(Box::new(it))))
}

fn all<T>(page: Page<T>, found: impl Fn(T) -> Found) -> Vec<Found> {
    page.entries.into_iter().map(found).collect()
}
