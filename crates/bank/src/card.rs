//! Cards, and the single-use tokens that carry one in.
//!
//! A card's number is read once, when its token is made: what stays is its
//! brand, first and last digits, a fingerprint, and what the test number does.

use engine::{AccountId, CardId, CustomerId, Instant, PartyId, Zone};
use serde::{Deserialize, Serialize};

use crate::charge::ChargeFailure;

/// A card.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Card {
    /// Its key.
    pub id: CardId,
    /// Whose books it is in.
    pub account: AccountId,
    /// Which customer pays with it; `None` while only a token knows it, and for a party's.
    pub customer: Option<CustomerId>,
    /// Which party has linked it, and how; `None` for a customer's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<CardLink>,
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

impl Card {
    /// What it is listed by: its customer or its party.
    #[must_use]
    pub fn owner(&self) -> Option<i64> {
        let party = self.link.as_ref().map(|link| party_owner(link.party));
        self.customer.map(|id| id.0).or(party)
    }

    /// Whether it lets money be taken from it, and if not, why.
    pub fn verdict(&self, at: Instant) -> Result<(), ChargeFailure> {
        if self.deleted {
            return Err(ChargeFailure::NoCard);
        }
        if has_expired(self.expiration_year, self.expiration_month, at) {
            return Err(ChargeFailure::ExpiredCard);
        }
        match self.behaviour {
            Behaviour::Succeeds => Ok(()),
            Behaviour::Fails(failure) => Err(failure),
        }
    }
}

/// How a party holds a card.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CardLink {
    /// Which party.
    pub party: PartyId,
    /// When it was last changed.
    pub updated_at: Instant,
    /// Debit or credit.
    pub funding: Funding,
    /// Whether its holder agreed that it be kept for later payments.
    pub on_file: Option<bool>,
    /// For which seller it was linked.
    pub merchant: Option<PartyId>,
    /// What its issuer said of what was typed in.
    pub checks: CardChecks,
}

/// Whose money a card spends.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Funding {
    /// What its holder has: money can also be pushed to it and pulled from it.
    Debit,
    /// What its issuer lends.
    Credit,
}

/// What a card's issuer said of what was typed in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CardChecks {
    /// Of the security code.
    pub security_code: Check,
    /// Of the first line of the address.
    pub street: Check,
    /// Of the postal code.
    pub postal_code: Check,
    /// Of the holder's name, where that was asked.
    pub name: Option<NameChecks>,
}

/// What a card's issuer said of its holder's name.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct NameChecks {
    /// Of the first name.
    pub first: Check,
    /// Of the middle name.
    pub middle: Check,
    /// Of the last name.
    pub last: Check,
    /// Of the whole.
    pub full: Check,
}

/// Whether what was typed in is what the issuer knows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Check {
    /// It is.
    Match,
    /// It nearly is.
    PartialMatch,
    /// It is not.
    NoMatch,
    /// It was not looked at.
    NotChecked,
    /// The issuer does not say.
    Unavailable,
}

/// Keeps parties apart from customers where a card's owner is one integer. Neither
/// kind has ever had so many that the two could meet.
const PARTY_OWNERS: i64 = 1 << 62;

/// What a party's cards are listed by.
#[must_use]
pub const fn party_owner(party: PartyId) -> i64 {
    party.0 ^ PARTY_OWNERS
}

/// Whether a card of that month is past it: it is good until the month ends, in
/// universal time.
#[must_use]
pub fn has_expired(year: u16, month: u8, at: Instant) -> bool {
    let today = Zone::utc().date_at(at);
    (i32::from(today.year()), i32::from(today.month())) > (i32::from(year), i32::from(month))
}

/// Whether the holder knows the card's security code: three or four digits were
/// given, and the number is not one that stands for a wrong code.
#[must_use]
pub fn security_code_passes(code: Option<&str>, behaviour: Behaviour) -> bool {
    let well_formed =
        |code: &str| matches!(code.len(), 3 | 4) && code.bytes().all(|byte| byte.is_ascii_digit());
    code.is_some_and(well_formed)
        && behaviour != Behaviour::Fails(ChargeFailure::InvalidSecurityCode)
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
    /// `UnionPay`.
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

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        Instant::from_timestamp(text.parse().unwrap()).unwrap()
    }

    #[test]
    fn a_card_is_good_until_its_month_ends() {
        assert!(!has_expired(2026, 2, at("2026-02-28T23:59:59Z")));
        assert!(has_expired(2026, 2, at("2026-03-01T00:00:00Z")));
        assert!(has_expired(2025, 12, at("2026-01-01T00:00:00Z")));
        assert!(!has_expired(2027, 1, at("2026-12-31T00:00:00Z")));
    }

    #[test]
    fn a_security_code_must_be_given_and_be_right() {
        let wrong = Behaviour::Fails(ChargeFailure::InvalidSecurityCode);
        assert!(security_code_passes(Some("123"), Behaviour::Succeeds));
        assert!(security_code_passes(Some("1234"), Behaviour::Succeeds));
        assert!(!security_code_passes(Some("12"), Behaviour::Succeeds));
        assert!(!security_code_passes(Some("12a"), Behaviour::Succeeds));
        assert!(!security_code_passes(None, Behaviour::Succeeds));
        assert!(!security_code_passes(Some("123"), wrong));
    }
}
