//! Transfers: money paid out to recipients.

use engine::{AccountId, Instant, Money, RecipientId, ScheduleId, TransferId};
use serde::{Deserialize, Serialize};

use crate::charge::Fees;
use crate::entity::Metadata;
use crate::recipient::BankAccount;

/// A payment out. Its money is held from the moment it is made.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Transfer {
    /// Its key.
    pub id: TransferId,
    /// Whose.
    pub account: AccountId,
    /// When it was made.
    pub created_at: Instant,
    /// Counts its changes.
    pub version: u32,
    /// How much leaves the account, fee included.
    pub money: Money,
    /// What it costs.
    pub fees: Fees,
    /// To whom.
    pub recipient: RecipientId,
    /// Where it goes, as it was when the transfer was made.
    pub bank_account: BankAccount,
    /// For which schedule.
    pub schedule: Option<ScheduleId>,
    /// Whether it fails at once instead of waiting when it cannot be sent.
    pub fail_fast: bool,
    /// When it left.
    pub sent_at: Option<Instant>,
    /// When it arrived.
    pub paid_at: Option<Instant>,
    /// Why it failed.
    pub failure: Option<TransferFailure>,
    /// Its journal entries, in order.
    pub journal_entries: Vec<i64>,
    /// The account's own data.
    pub metadata: Metadata,
    /// Whether it was called off before it left.
    pub deleted: bool,
}

/// Why a transfer failed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum TransferFailure {
    /// The balance is too small.
    InsufficientBalance,
    /// The recipient cannot be paid.
    InvalidRecipient,
    /// The bank sent it back.
    Failed,
}
