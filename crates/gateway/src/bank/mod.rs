//! The built-in bank as a service: reads what a decision needs, lets the pure
//! `bank` crate decide, and commits; where somebody else was first, reads again.

use std::sync::Arc;

use async_trait::async_trait;
use bank::{
    BankAccount, Card, Charge, ChargeFailure, Customer, JournalEntry, Metadata, Recipient,
    RecipientKind, RecordKind, Refund, Token, Transfer, card::Address,
};
use engine::{
    Account, AccountId, CardId, ChargeId, CustomerId, IdempotencyKey, Instant, Money, Outcome,
    PaymentRequest, RecipientId, TransferId,
};
use store::{BankStore, Page, PageQuery, StoreError};

use crate::{Character, Gateway, Lookup, Quote};

/// The built-in bank.
pub struct Bank {
    store: Arc<dyn BankStore>,
}

/// On whose account, when, and under which key something is asked of the bank.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// Whose.
    pub account: &'a Account,
    /// The lane's now.
    pub now: Instant,
    /// Under which payment key, where the client gave its request one.
    pub key: Option<&'a IdempotencyKey>,
}

/// Why the bank did not do what it was asked. The wording belongs to the dialects.
#[derive(Debug, thiserror::Error)]
pub enum BankError {
    /// There is no such thing, or it is somebody else's.
    #[error("{0:?} was not found")]
    NotFound(RecordKind),
    /// The token was used.
    #[error("token was already used")]
    UsedToken,
    /// The amount is outside what the country allows.
    #[error("{amount_minor} lies outside {least} to {greatest}")]
    AmountOutOfRange {
        /// What was asked.
        amount_minor: i64,
        /// Least allowed.
        least: i64,
        /// Greatest allowed.
        greatest: i64,
    },
    /// The account does not trade in the currency.
    #[error("currency is not supported")]
    CurrencyNotSupported,
    /// A card number that no scheme would issue, or a date that is no date or past.
    #[error("the card's {0:?} is not valid")]
    InvalidCard(CardField),
    /// Neither a customer's card nor a token was given, or the customer has none.
    #[error("there is no card to charge")]
    MissingCard,
    /// The charge's state does not allow it.
    #[error("the charge cannot be changed so in its state")]
    ChargeState(Charge),
    /// The transfer's state does not allow it.
    #[error("the transfer cannot be changed so in its state")]
    TransferState(Transfer),
    /// More would be refunded than was taken.
    #[error("only {left} can still be refunded")]
    RefundTooLarge {
        /// What can still be refunded.
        left: i64,
    },
    /// The balance is too small.
    #[error("the balance is too small")]
    BalanceShort,
    /// The recipient cannot be paid.
    #[error("the recipient cannot be paid")]
    RecipientNotPayable,
    /// The name is taken.
    #[error("{0:?} is taken")]
    NameTaken(Box<str>),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Part of a card.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CardField {
    /// The number.
    Number,
    /// The month or year.
    Expiration,
    /// The holder's name.
    Name,
}

/// What the bank answers.
pub type Result<T, E = BankError> = std::result::Result<T, E>;

/// A card as typed in. Never stored, never logged.
pub struct CardDetails {
    /// The number, spaces and dashes allowed.
    pub number: String,
    /// The holder's name.
    pub name: String,
    /// 1 to 12.
    pub expiration_month: u8,
    /// Four digits.
    pub expiration_year: u16,
    /// Three or four digits.
    pub security_code: Option<String>,
    /// Where the holder lives.
    pub address: Address,
    /// A key of the user's choosing, from a seed.
    pub given_id: Option<Box<str>>,
}

/// A customer to be made.
#[derive(Clone, Debug, Default)]
pub struct NewCustomer {
    /// An address to write to.
    pub email: Option<String>,
    /// Words.
    pub description: Option<String>,
    /// Data.
    pub metadata: Metadata,
    /// The token of its first card.
    pub token: Option<i64>,
    /// A key of the user's choosing, from a seed.
    pub given_id: Option<Box<str>>,
}

/// What changes on a customer; `None` leaves as it is.
#[derive(Clone, Debug, Default)]
pub struct CustomerChange {
    /// An address to write to; the inner `None` clears it.
    pub email: Option<Option<String>>,
    /// Words; the inner `None` clears them.
    pub description: Option<Option<String>>,
    /// Data, replaced as a whole.
    pub metadata: Option<Metadata>,
    /// The token of one more card.
    pub token: Option<i64>,
    /// Which card is charged when none is named.
    pub default_card: Option<CardId>,
}

/// What changes on a card; `None` leaves as it is.
#[derive(Clone, Debug, Default)]
pub struct CardChange {
    /// The holder's name.
    pub name: Option<String>,
    /// 1 to 12.
    pub expiration_month: Option<u8>,
    /// Four digits.
    pub expiration_year: Option<u16>,
    /// City; the inner `None` clears it.
    pub city: Option<Option<String>>,
    /// Postal code; the inner `None` clears it.
    pub postal_code: Option<Option<String>>,
}

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

/// A recipient to be made, or the parts of one that change.
#[derive(Clone, Debug, Default)]
pub struct RecipientChange {
    /// Its name; required for a new one.
    pub name: Option<String>,
    /// An address to write to.
    pub email: Option<Option<String>>,
    /// Words.
    pub description: Option<Option<String>>,
    /// Person or company; required for a new one.
    pub kind: Option<RecipientKind>,
    /// Tax number.
    pub tax_id: Option<Option<String>>,
    /// Where its money goes; required for a new one. A new bank account must be verified anew.
    pub bank_account: Option<BankAccount>,
    /// Data, replaced as a whole.
    pub metadata: Option<Metadata>,
    /// Makes it the one paid when none is named.
    pub default: Option<bool>,
    /// A key of the user's choosing, from a seed; for a new one only.
    pub given_id: Option<Box<str>>,
}

/// A transfer to be made.
#[derive(Clone, Debug)]
pub struct NewTransfer {
    /// How much, fee included; `None` is the whole balance.
    pub amount_minor: Option<i64>,
    /// To whom; `None` is the default recipient.
    pub recipient: Option<RecipientId>,
    /// Whether it fails at once when it cannot be sent.
    pub fail_fast: bool,
    /// Data.
    pub metadata: Metadata,
}

/// What an account has.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Balance {
    /// Everything.
    pub total: i64,
    /// What can be paid out.
    pub available: i64,
    /// What is set aside for transfers.
    pub held: i64,
}

/// A card number as it is read once: what the bank keeps of it.
pub type TokenAndCard = (Token, Card);

#[allow(clippy::unused_async, unused_variables, clippy::missing_docs_in_private_items)]
impl Bank {
    /// A bank over its books.
    #[must_use]
    pub fn new(store: Arc<dyn BankStore>) -> Bank {
        Bank { store }
    }

    /// Its books, for reading names.
    #[must_use]
    pub fn store(&self) -> &Arc<dyn BankStore> {
        &self.store
    }

    /// Reads a card once and makes a single-use token for it.
    pub async fn create_token(
        &self,
        context: Context<'_>,
        card: CardDetails,
    ) -> Result<TokenAndCard> {
        unimplemented!()
    }
    /// A token and its card.
    pub async fn token(&self, account: AccountId, key: i64) -> Result<TokenAndCard> {
        unimplemented!()
    }

    /// Makes a customer, with a token's card if one is given.
    pub async fn create_customer(
        &self,
        context: Context<'_>,
        new: NewCustomer,
    ) -> Result<Customer> {
        unimplemented!()
    }
    /// A customer; a deleted one too (`deleted` says so).
    pub async fn customer(&self, account: AccountId, id: CustomerId) -> Result<Customer> {
        unimplemented!()
    }
    /// Changes a customer.
    pub async fn update_customer(
        &self,
        context: Context<'_>,
        id: CustomerId,
        change: CustomerChange,
    ) -> Result<Customer> {
        unimplemented!()
    }
    /// Deletes a customer and its cards.
    pub async fn destroy_customer(&self, context: Context<'_>, id: CustomerId) -> Result<Customer> {
        unimplemented!()
    }
    /// A page of customers.
    pub async fn customers(&self, account: AccountId, page: PageQuery) -> Result<Page<Customer>> {
        unimplemented!()
    }

    /// A page of a customer's cards.
    pub async fn cards(
        &self,
        account: AccountId,
        customer: CustomerId,
        page: PageQuery,
    ) -> Result<Page<Card>> {
        unimplemented!()
    }
    /// One card, a deleted one too.
    pub async fn card(&self, account: AccountId, id: CardId) -> Result<Card> {
        unimplemented!()
    }
    /// Changes a customer's card.
    pub async fn update_card(
        &self,
        context: Context<'_>,
        customer: CustomerId,
        id: CardId,
        change: CardChange,
    ) -> Result<Card> {
        unimplemented!()
    }
    /// Deletes a customer's card; another one becomes the default if it was that.
    pub async fn destroy_card(
        &self,
        context: Context<'_>,
        customer: CustomerId,
        id: CardId,
    ) -> Result<Card> {
        unimplemented!()
    }

    /// Charges a card. A refused charge is a charge with `status` failed, not an error.
    /// Under a used key, the charge made then.
    pub async fn create_charge(&self, context: Context<'_>, new: NewCharge) -> Result<Charge> {
        unimplemented!()
    }
    /// One charge.
    pub async fn charge(&self, account: AccountId, id: ChargeId) -> Result<Charge> {
        unimplemented!()
    }
    /// A page of charges.
    pub async fn charges(&self, account: AccountId, page: PageQuery) -> Result<Page<Charge>> {
        unimplemented!()
    }
    /// Changes a charge's description or metadata.
    pub async fn update_charge(
        &self,
        context: Context<'_>,
        id: ChargeId,
        description: Option<Option<Box<str>>>,
        metadata: Option<Metadata>,
    ) -> Result<Charge> {
        unimplemented!()
    }
    /// Captures an authorised charge, in part if an amount is given.
    pub async fn capture_charge(
        &self,
        context: Context<'_>,
        id: ChargeId,
        amount_minor: Option<i64>,
    ) -> Result<Charge> {
        unimplemented!()
    }
    /// Releases an authorised charge.
    pub async fn reverse_charge(&self, context: Context<'_>, id: ChargeId) -> Result<Charge> {
        unimplemented!()
    }
    /// Expires a pending charge.
    pub async fn expire_charge(&self, context: Context<'_>, id: ChargeId) -> Result<Charge> {
        unimplemented!()
    }
    /// Makes a pending charge paid, as its payer would.
    pub async fn mark_charge_as_paid(&self, context: Context<'_>, id: ChargeId) -> Result<Charge> {
        unimplemented!()
    }
    /// Makes a pending charge failed, as its payer would.
    pub async fn mark_charge_as_failed(
        &self,
        context: Context<'_>,
        id: ChargeId,
        failure: Option<ChargeFailure>,
    ) -> Result<Charge> {
        unimplemented!()
    }

    /// Refunds a charge, in part or whole. Under a used key, the refund made then.
    pub async fn create_refund(
        &self,
        context: Context<'_>,
        charge: ChargeId,
        amount_minor: i64,
        metadata: Metadata,
        void: bool,
    ) -> Result<Refund> {
        unimplemented!()
    }
    /// One refund.
    pub async fn refund(&self, account: AccountId, key: i64) -> Result<Refund> {
        unimplemented!()
    }
    /// A page of refunds, of one charge or of all.
    pub async fn refunds(
        &self,
        account: AccountId,
        charge: Option<ChargeId>,
        page: PageQuery,
    ) -> Result<Page<Refund>> {
        unimplemented!()
    }

    /// Makes a recipient.
    pub async fn create_recipient(
        &self,
        context: Context<'_>,
        new: RecipientChange,
    ) -> Result<Recipient> {
        unimplemented!()
    }
    /// One recipient; a deleted one too.
    pub async fn recipient(&self, account: AccountId, id: RecipientId) -> Result<Recipient> {
        unimplemented!()
    }
    /// The one paid when none is named.
    pub async fn default_recipient(&self, account: AccountId) -> Result<Option<Recipient>> {
        unimplemented!()
    }
    /// Changes a recipient.
    pub async fn update_recipient(
        &self,
        context: Context<'_>,
        id: RecipientId,
        change: RecipientChange,
    ) -> Result<Recipient> {
        unimplemented!()
    }
    /// Deletes a recipient.
    pub async fn destroy_recipient(
        &self,
        context: Context<'_>,
        id: RecipientId,
    ) -> Result<Recipient> {
        unimplemented!()
    }
    /// Verifies and activates a recipient.
    pub async fn verify_recipient(
        &self,
        context: Context<'_>,
        id: RecipientId,
    ) -> Result<Recipient> {
        unimplemented!()
    }
    /// A page of recipients.
    pub async fn recipients(&self, account: AccountId, page: PageQuery) -> Result<Page<Recipient>> {
        unimplemented!()
    }

    /// Makes a transfer and holds its money. Under a used key, the transfer made then.
    pub async fn create_transfer(
        &self,
        context: Context<'_>,
        new: NewTransfer,
    ) -> Result<Transfer> {
        unimplemented!()
    }
    /// One transfer.
    pub async fn transfer(&self, account: AccountId, id: TransferId) -> Result<Transfer> {
        unimplemented!()
    }
    /// A page of transfers.
    pub async fn transfers(&self, account: AccountId, page: PageQuery) -> Result<Page<Transfer>> {
        unimplemented!()
    }
    /// Changes a transfer that has not left.
    pub async fn update_transfer(
        &self,
        context: Context<'_>,
        id: TransferId,
        amount_minor: Option<i64>,
        metadata: Option<Metadata>,
    ) -> Result<Transfer> {
        unimplemented!()
    }
    /// Calls off a transfer that has not left.
    pub async fn destroy_transfer(&self, context: Context<'_>, id: TransferId) -> Result<Transfer> {
        unimplemented!()
    }
    /// Makes a transfer leave now.
    pub async fn mark_transfer_as_sent(
        &self,
        context: Context<'_>,
        id: TransferId,
    ) -> Result<Transfer> {
        unimplemented!()
    }
    /// Makes a transfer arrive now.
    pub async fn mark_transfer_as_paid(
        &self,
        context: Context<'_>,
        id: TransferId,
    ) -> Result<Transfer> {
        unimplemented!()
    }

    /// What an account has.
    pub async fn balance(&self, account: &Account) -> Result<Balance> {
        unimplemented!()
    }
    /// Gives an account its first money, from a seed.
    pub async fn open_balance(&self, context: Context<'_>, amount_minor: i64) -> Result<()> {
        unimplemented!()
    }
    /// A page of the movements that concern an account's own balance.
    pub async fn journal(&self, account: AccountId, page: PageQuery) -> Result<Page<JournalEntry>> {
        unimplemented!()
    }
    /// One movement.
    pub async fn journal_entry(&self, account: AccountId, key: i64) -> Result<JournalEntry> {
        unimplemented!()
    }

    /// Does everything that is to happen by `now` (transfers leave and arrive, pending
    /// charges lapse), each at its own time and in order; how many things that were.
    pub async fn run_agenda(&self, now: Instant) -> Result<u64> {
        unimplemented!()
    }
    /// When the next such thing is to happen.
    pub async fn next_agenda(&self) -> Result<Option<Instant>> {
        unimplemented!()
    }
}

#[async_trait]
impl Gateway for Bank {
    async fn pay(&self, _requests: Vec<PaymentRequest>) -> Vec<Outcome> {
        unimplemented!()
    }
    async fn look_up(&self, _requests: Vec<PaymentRequest>) -> Vec<Lookup> {
        unimplemented!()
    }
    async fn quote(&self, _quotes: Vec<Quote>) -> Vec<std::result::Result<Money, Outcome>> {
        unimplemented!()
    }
    fn character(&self) -> Character {
        unimplemented!()
    }
}
