//! Charges that clients ask for themselves.

use bank::charge::{Asked, ChargeRefusal, Command, make};
use bank::country::{charge_limits, supported_currencies};
use bank::{BankEvent, Card, Charge, ChargeFailure, Metadata, RecordKind, Step, Token};
use engine::{Account, AccountId, CardId, ChargeId, CustomerId, Instant, Money, PaymentId};
use store::{Page, PageQuery};

use super::books::{Draft, Snapshot};
use super::{Bank, BankError, Context, Result};

/// A charge to be made.
#[derive(Clone, Debug)]
pub struct NewCharge {
    /// How much.
    pub money: Money,
    /// From which card.
    pub payer: Payer,
    /// At once, or only authorised.
    pub capture: bool,
    /// What the payer is told.
    pub description: Option<Box<str>>,
    /// Data.
    pub metadata: Metadata,
    /// What only a wire format cares about.
    pub attributes: Metadata,
    /// When an authorisation lapses; seven days later if not given.
    pub expires_at: Option<Instant>,
}

/// Whose card is charged.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Payer {
    /// A customer's; `None` is the default one.
    Customer(CustomerId, Option<CardId>),
    /// A token's.
    Token(i64),
}

/// A card that is about to be charged, and whose it is.
struct Paying {
    card: Card,
    customer: Option<CustomerId>,
    /// The token that is used up by it.
    token: Option<Token>,
}

impl Bank {
    /// Charges a card. A refused charge is a charge with `status` failed, not an error.
    /// Under a used key, the charge made then, if it is the one that is asked for.
    pub async fn create_charge(&self, context: Context<'_>, new: NewCharge) -> Result<Charge> {
        let account = context.account.id;
        if let Some(payment) = self.made_before(context).await? {
            return self.charge_made(account, payment, &new).await;
        }
        check_money(context.account, new.money)?;
        let made = self
            .decide_once(|| async {
                let Paying { card, customer, token } = self.paying(account, new.payer).await?;
                let id = ChargeId(self.fresh_key(RecordKind::Charge, None)?);
                let entry_key = self.fresh_key(RecordKind::JournalEntry, None)?;
                let asked = Asked {
                    id,
                    account,
                    at: context.now,
                    money: new.money,
                    customer,
                    card: Some(card.id),
                    schedule: None,
                    description: new.description.clone(),
                    metadata: new.metadata.clone(),
                    attributes: new.attributes.clone(),
                    capture: new.capture,
                    expires_at: new.expires_at,
                };
                let step = make(asked, card.verdict(context.now), entry_key);
                let charge = step.record.clone();
                let mut draft = Draft::under(context, PaymentId::Charge(id));
                if let Some(token) = token {
                    draft.record(&token)?;
                }
                // What has come to its end at once can be told from what is stored.
                let snapshot =
                    if step.wake_at.is_some() { Snapshot::Taken } else { Snapshot::Omitted };
                draft.step(step, context.now, snapshot)?;
                Ok((charge, draft))
            })
            .await?;
        match made {
            Ok(charge) => Ok(charge),
            Err(payment) => self.charge_made(account, payment, &new).await,
        }
    }

    /// One charge.
    pub async fn charge(&self, account: AccountId, id: ChargeId) -> Result<Charge> {
        self.find(account, id.0).await
    }

    /// A page of charges.
    pub async fn charges(&self, account: AccountId, page: PageQuery) -> Result<Page<Charge>> {
        self.page(account, None, page).await
    }

    /// Changes a charge's description or metadata.
    pub async fn update_charge(
        &self,
        context: Context<'_>,
        id: ChargeId,
        description: Option<Option<Box<str>>>,
        metadata: Option<Metadata>,
    ) -> Result<Charge> {
        self.decide(|| async {
            let mut charge = self.charge(context.account.id, id).await?;
            let mut draft = Draft::default();
            if description.is_none() && metadata.is_none() {
                return Ok((charge, draft));
            }
            if let Some(description) = &description {
                charge.description.clone_from(description);
            }
            if let Some(metadata) = &metadata {
                charge.metadata.clone_from(metadata);
            }
            charge.version = charge.version.saturating_add(1);
            let step = Step::told(charge.clone(), [BankEvent::ChargeUpdated]);
            draft.step(step, context.now, Snapshot::Taken)?;
            Ok((charge, draft))
        })
        .await
    }

    /// Captures an authorised charge, in part if an amount is given.
    pub async fn capture_charge(
        &self,
        context: Context<'_>,
        id: ChargeId,
        amount_minor: Option<i64>,
    ) -> Result<Charge> {
        self.command_charge(context, id, Command::Capture { amount_minor }).await
    }

    /// Releases an authorised charge.
    pub async fn reverse_charge(&self, context: Context<'_>, id: ChargeId) -> Result<Charge> {
        self.command_charge(context, id, Command::Reverse).await
    }

    /// Expires a pending charge.
    pub async fn expire_charge(&self, context: Context<'_>, id: ChargeId) -> Result<Charge> {
        self.command_charge(context, id, Command::Expire).await
    }

    /// Makes a pending charge paid, as its payer would.
    pub async fn mark_charge_as_paid(&self, context: Context<'_>, id: ChargeId) -> Result<Charge> {
        self.command_charge(context, id, Command::MarkPaid).await
    }

    /// Makes a pending charge failed, as its payer would; for want of a reason, its
    /// processing failed.
    pub async fn mark_charge_as_failed(
        &self,
        context: Context<'_>,
        id: ChargeId,
        failure: Option<ChargeFailure>,
    ) -> Result<Charge> {
        let failure = failure.unwrap_or(ChargeFailure::FailedProcessing);
        self.command_charge(context, id, Command::MarkFailed(failure)).await
    }

    async fn command_charge(
        &self,
        context: Context<'_>,
        id: ChargeId,
        command: Command,
    ) -> Result<Charge> {
        self.decide(|| async {
            let charge = self.charge(context.account.id, id).await?;
            let entry_key = self.fresh_key(RecordKind::JournalEntry, None)?;
            let step =
                charge.apply(command, context.now, entry_key).map_err(|refusal| match refusal {
                    ChargeRefusal::State => BankError::ChargeState(Box::new(charge.clone())),
                    ChargeRefusal::Amount { amount_minor, limits } => BankError::AmountOutOfRange {
                        amount_minor,
                        least: limits.least,
                        greatest: limits.greatest,
                    },
                })?;
            let charge = step.record.clone();
            let mut draft = Draft::default();
            draft.step(step, context.now, Snapshot::Taken)?;
            Ok((charge, draft))
        })
        .await
    }

    /// The card to charge. One that a token carries is used up by it.
    async fn paying(&self, account: AccountId, payer: Payer) -> Result<Paying> {
        match payer {
            Payer::Token(token) => {
                let (token, card) = self.unused_token(account, token).await?;
                Ok(Paying { card, customer: None, token: Some(token) })
            }
            Payer::Customer(id, named) => {
                let customer = self.present_customer(account, id).await?;
                let card = named.or(customer.default_card).ok_or(BankError::MissingCard)?;
                let card = self.present_card(&customer, card).await?;
                Ok(Paying { card, customer: Some(id), token: None })
            }
        }
    }

    /// The charge that was made under the client's key. Keys are remembered for ever,
    /// so that one may come back with something else long after.
    async fn charge_made(
        &self,
        account: AccountId,
        payment: PaymentId,
        asked: &NewCharge,
    ) -> Result<Charge> {
        let PaymentId::Charge(id) = payment else { return Err(BankError::KeyUsed) };
        let charge = self.charge(account, id).await?;
        let same_payer = match asked.payer {
            Payer::Customer(customer, _) => charge.customer == Some(customer),
            Payer::Token(token) => charge.card == Some(self.token(account, token).await?.1.id),
        };
        if same_payer && charge.money == asked.money { Ok(charge) } else { Err(BankError::KeyUsed) }
    }
}

/// Refuses currencies the account does not trade in, and amounts its country does not allow.
fn check_money(account: &Account, money: Money) -> Result<()> {
    let supported = money.currency == account.currency
        || supported_currencies(&account.country).any(|currency| currency == money.currency);
    if !supported {
        return Err(BankError::CurrencyNotSupported);
    }
    let limits = charge_limits(money.currency);
    if !limits.allow(money.amount_minor) {
        return Err(BankError::AmountOutOfRange {
            amount_minor: money.amount_minor,
            least: limits.least,
            greatest: limits.greatest,
        });
    }
    Ok(())
}
