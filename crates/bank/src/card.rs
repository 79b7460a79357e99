//! Cards, and the single-use tokens that carry one in.
//!
//! A card's number is read once, when its token is made: what stays is its
//! brand, first and last digits, a fingerprint, and what the test number does.

use engine::{AccountId, CardId, CustomerId, Instant};
use serde::{Deserialize, Serialize};

use crate::charge::ChargeFailure;

/// A card.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Card {
    /// Its key.
    pub id: CardId,
    /// Whose books it is in.
    pub account: AccountId,
    /// Who pays with it; `None` while only a token knows it.
    pub customer: Option<CustomerId>,
    /// When its token was made.
    pub created_at: Instant,
    /// Counts its changes.
    pub version: u32,
    /// Its scheme.
    pub brand: Brand,
    /// The first six digits of its number.
    pub first_digits: String,
    /// The last four.
    pub last_digits: String,
    /// The same for the same number, and tells nothing of it: base64 of 32 bytes.
    pub fingerprint: String,
    /// The holder's name.
    pub name: String,
    /// 1 to 12.
    pub expiration_month: u8,
    /// Four digits.
    pub expiration_year: u16,
    /// Whether the security code was right.
    pub security_code_check: bool,
    /// Where the holder lives.
    pub address: Address,
    /// What the test number does when it is charged.
    pub behaviour: Behaviour,
    /// Whether it was deleted.
    pub deleted: bool,
}

/// A card holder's address, as given.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Address {
    /// First line.
    pub street1: Option<String>,
    /// Second line.
    pub street2: Option<String>,
    /// City.
    pub city: Option<String>,
    /// State or province.
    pub state: Option<String>,
    /// Country code, lower-case.
    pub country: Option<String>,
    /// Postal code.
    pub postal_code: Option<String>,
    /// Telephone.
    pub phone_number: Option<String>,
}

/// A card scheme.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Brand {
    /// Visa.
    Visa,
    /// Mastercard.
    Mastercard,
    /// JCB.
    Jcb,
    /// American Express.
    AmericanExpress,
    /// UnionPay.
    UnionPay,
    /// Discover.
    Discover,
    /// Diners Club.
    DinersClub,
}

/// What a test number does when it is charged.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Behaviour {
    /// Every charge succeeds.
    Succeeds,
    /// Every charge fails so.
    Fails(ChargeFailure),
}

/// A single-use token: a card that is nobody's yet.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Token {
    /// Its key.
    pub key: i64,
    /// Whose books it is in.
    pub account: AccountId,
    /// When it was made.
    pub created_at: Instant,
    /// Counts its changes.
    pub version: u32,
    /// The card it carries.
    pub card: CardId,
    /// Whether it was used, which it can be once.
    pub used: bool,
}
