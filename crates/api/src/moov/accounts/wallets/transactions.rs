//! `/accounts/{accountID}/wallets/{walletID}/transactions`: what has moved a wallet's
//! balance. What is on its way to it is none yet.

use std::collections::HashMap;

use bank::{EntryKind, Instrument, Rail, RecordKind, Remittance, RemittanceStatus, Wallet};
use engine::{Instant, PartyId, RemittanceId};
use gateway::bank::WalletMovement;
use serde_json::Value;

use super::find;
use crate::moov::answer::{Answer, Reply};
use crate::moov::context::Context;
use crate::moov::decimal;
use crate::moov::ids::Kind;
use crate::moov::object::Object;
use crate::moov::refusal::Refusal;
use crate::moov::request::Request;

/// How many are listed if nothing is said, and the most that can be.
const COUNT_DEFAULT: u32 = 200;
const COUNT_MAX: u32 = 200;

/// A transaction as it is shown, with what it can be asked for by.
struct Transaction {
    at: Instant,
    kind: &'static str,
    source_kind: &'static str,
    source: String,
    shown: Value,
}

/// The wallet's transactions, newest first.
pub(super) async fn list(
    context: Context,
    request: Request,
    party: PartyId,
    wallet: String,
) -> Answer {
    let filter = Filter::read(&request)?;
    let page = request.query().page(COUNT_DEFAULT, COUNT_MAX)?;
    let wallet = find(&context, party, &wallet).await?;
    let movements = context.bank().wallet_movements(&wallet).await?;
    let known = read(&context, &wallet, movements).await?;
    let [skip, count] = [page.offset, page.limit].map(|it| usize::try_from(it).unwrap_or(0));
    let wanted = known.into_iter().rev().filter(|it| filter.wants(it)).skip(skip).take(count);
    Ok(Reply::json(Value::Array(wanted.map(|it| it.shown).collect())))
}

pub(super) async fn retrieve(
    context: Context,
    _: Request,
    party: PartyId,
    wallet: String,
    id: String,
) -> Answer {
    let wallet = find(&context, party, &wallet).await?;
    let key = context.ids().parse(Kind::WalletTransaction, &id).ok_or_else(Refusal::not_found)?;
    let mut movements = context.bank().wallet_movements(&wallet).await?;
    movements.retain(|movement| movement.entry.key == key);
    let found = read(&context, &wallet, movements).await?.pop();
    Ok(Reply::json(found.ok_or_else(Refusal::not_found)?.shown))
}

/// Movements as transactions, with one look-up of the transfers that they come from.
async fn read(
    context: &Context,
    wallet: &Wallet,
    movements: Vec<WalletMovement>,
) -> Result<Vec<Transaction>, Refusal> {
    let origins = movements.iter().filter_map(origin);
    let found = context.bank().remittances_by_id(context.account.id, origins).await?;
    let known: HashMap<_, _> = found.into_iter().flatten().map(|it| (it.id, it)).collect();
    let shown = movements.iter().map(|movement| {
        let remittance = origin(movement).and_then(|id| known.get(&id));
        Transaction::of(context, wallet, movement, remittance)
    });
    Ok(shown.collect())
}

/// The transfer that a movement comes from.
fn origin(movement: &WalletMovement) -> Option<RemittanceId> {
    let (kind, key) = movement.entry.origin;
    (kind == RecordKind::Remittance).then_some(RemittanceId(key))
}

impl Transaction {
    fn of(
        context: &Context,
        wallet: &Wallet,
        movement: &WalletMovement,
        remittance: Option<&Remittance>,
    ) -> Transaction {
        let ids = context.ids();
        let (at, currency) = (movement.entry.at, wallet.currency);
        let kind = remittance.map_or("adjustment", |it| kind(wallet, movement, it));
        let (source_kind, source) = match remittance {
            Some(remittance) => ("transfer", ids.id(remittance.id)),
            None => ("adjustment", ids.id(wallet.id)),
        };
        let fee = remittance.map_or(0, |it| fee(wallet, movement, it));
        let amounts = [
            ("grossAmount", "grossAmountDecimal", movement.amount.saturating_add(fee)),
            ("fee", "feeDecimal", fee),
            ("netAmount", "netAmountDecimal", movement.amount),
            ("availableBalance", "availableBalanceDecimal", movement.balance),
        ];
        let shown = Object::new()
            .with("walletID", ids.id(wallet.id))
            .with("transactionID", ids.render(Kind::WalletTransaction, movement.entry.key))
            .with("transactionType", kind)
            .with("sourceType", source_kind)
            .with("sourceID", source.clone())
            .with("status", "completed")
            .with("memo", kind.replace('-', " "))
            .at("createdOn", at)
            .at("completedOn", at)
            .with("currency", currency.code());
        let shown = amounts.into_iter().fold(shown, |shown, (name, as_decimal, minor)| {
            // The form of the decimals has no sign.
            let size = decimal::of_minor(minor.saturating_abs(), currency);
            shown.with(name, minor).with(as_decimal, size)
        });
        Transaction { at, kind, source_kind, source, shown: shown.into() }
    }
}

/// What a wallet was paid less than the whole, because the partner keeps it.
fn fee(wallet: &Wallet, movement: &WalletMovement, it: &Remittance) -> i64 {
    let is_paid = it.destination.instrument == Instrument::Wallet(wallet.id)
        && movement.entry.kind == EntryKind::RemittanceCompleted
        && movement.amount > 0;
    let kept = it.fee.filter(|fee| fee.wallet != wallet.id);
    kept.filter(|_| is_paid).map_or(0, |fee| fee.amount_minor)
}

/// What Moov calls such a movement.
fn kind(wallet: &Wallet, movement: &WalletMovement, it: &Remittance) -> &'static str {
    let is_in = movement.amount > 0;
    let this = Instrument::Wallet(wallet.id);
    match movement.entry.kind {
        EntryKind::RemittanceRefunded => "refund",
        EntryKind::RemittanceReturned if it.status == RemittanceStatus::Canceled => "payout",
        EntryKind::RemittanceReturned => "ach-reversal",
        _ if is_in && it.destination.instrument != this => "facilitator-fee",
        _ if (it.source.rail, it.destination.rail) == (Rail::Wallet, Rail::Wallet) => {
            "wallet-transfer"
        }
        _ if is_in => match it.source.rail {
            Rail::CardPayment => "card-payment",
            Rail::AchDebitCollect => "payment",
            _ => "account-funding",
        },
        _ if it.source.party == it.destination.party => "cash-out",
        _ => "payout",
    }
}

/// Which transactions are wanted.
struct Filter {
    kinds: Vec<String>,
    source_kind: Option<String>,
    source: Option<String>,
    from: Instant,
    /// The first moment that is too late.
    before: Instant,
    /// Something that none of them has.
    nothing: bool,
}

impl Filter {
    fn read(request: &Request) -> Result<Filter, Refusal> {
        let query = request.query();
        let text = |name: &str| query.text(name).filter(|it| !it.is_empty()).map(str::to_owned);
        let mut kinds: Vec<String> = query.texts("transactionTypes").map(str::to_owned).collect();
        kinds.extend(text("transactionType"));
        let statuses =
            [("pending", false), ("completed", true), ("canceled", false), ("failed", false)];
        let is_completed = query.one_of("status", &statuses)?.unwrap_or(true);
        let (mut from, mut before) = (Instant::from_nanoseconds(i64::MIN), Instant::MAX);
        for bounds in ["created", "completed"] {
            let bound = |which: &str| query.instant(&format!("{bounds}{which}DateTime"));
            from = from.max(bound("Start")?.unwrap_or(from));
            before = before.min(bound("End")?.unwrap_or(before));
        }
        Ok(Filter {
            kinds,
            source_kind: text("sourceType"),
            source: text("sourceID").map(|id| id.to_ascii_lowercase()),
            from,
            before,
            nothing: !is_completed || text("sweepID").is_some(),
        })
    }

    fn wants(&self, it: &Transaction) -> bool {
        !self.nothing
            && (self.from..self.before).contains(&it.at)
            && (self.kinds.is_empty() || self.kinds.iter().any(|kind| kind == it.kind))
            && self.source_kind.as_ref().is_none_or(|kind| kind == it.source_kind)
            && self.source.as_ref().is_none_or(|source| *source == it.source)
    }
}
