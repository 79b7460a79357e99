//! What each run of a schedule pays.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::identity::{CardId, CustomerId, PartyId, PaymentMethodId, RecipientId};
use crate::money::{Currency, Money, Percentage};

/// What each run pays. A queue row carries it whole, so that a run reads nothing else.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Instruction {
    /// Take money from a customer's card.
    Charge {
        /// Who pays.
        customer: CustomerId,
        /// With which card; `None` is the one that is default when the run comes.
        card: Option<CardId>,
        /// How much.
        money: Money,
        /// What the payer is told.
        description: Option<Box<str>>,
    },
    /// Pay a recipient from the account's balance.
    Transfer {
        /// Who is paid.
        recipient: RecipientId,
        /// How much.
        amount: TransferAmount,
    },
    /// Move money from one payment method to another.
    Remittance(Remitted),
}

/// What moves between two payment methods, and for whom.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Remitted {
    /// The party that runs it.
    pub partner: PartyId,
    /// Whence.
    pub source: PaymentMethodId,
    /// Where to.
    pub destination: PaymentMethodId,
    /// How much.
    pub money: Money,
    /// What the remittance is to say, as JSON in the dialect's own form. Neither the
    /// engine nor the bank reads it.
    pub particulars: Box<str>,
}

impl Instruction {
    /// Which of them.
    #[must_use]
    pub const fn kind(&self) -> InstructionKind {
        match self {
            Instruction::Charge { .. } => InstructionKind::Charge,
            Instruction::Transfer { .. } => InstructionKind::Transfer,
            Instruction::Remittance(_) => InstructionKind::Remittance,
        }
    }

    /// The key of whom a run deals with: customer, recipient, or the partner who runs it.
    #[must_use]
    pub const fn counterparty(&self) -> i64 {
        match self {
            Instruction::Charge { customer, .. } => customer.0,
            Instruction::Transfer { recipient, .. } => recipient.0,
            Instruction::Remittance(remitted) => remitted.partner.0,
        }
    }
}

/// Charge, transfer or remittance.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum InstructionKind {
    /// Money comes in.
    Charge,
    /// Money goes out.
    Transfer,
    /// Money goes from one payment method to another.
    Remittance,
}

impl fmt::Display for InstructionKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            InstructionKind::Charge => "charge",
            InstructionKind::Transfer => "transfer",
            InstructionKind::Remittance => "remittance",
        })
    }
}

/// How much a transfer moves.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum TransferAmount {
    /// The same every time.
    Fixed(Money),
    /// A share of what the account has when the run comes: quoted first, then
    /// frozen in the intent.
    Share {
        /// Which share.
        share: Percentage,
        /// Of the balance in this currency.
        currency: Currency,
    },
}
