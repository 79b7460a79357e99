//! Linked accounts: bank accounts at other banks that a party has linked.
//!
//! An account's number is read once: what stays is its last digits and a fingerprint.

use engine::{AccountId, Instant, LinkedAccountId, PartyId};
use serde::{Deserialize, Serialize};

use crate::fingerprint;
use crate::remittance::ach_return::AchReturn;
use crate::routing_number::RoutingNumber;

/// How often the amounts of the test deposits may be told wrongly.
pub const DEPOSIT_ATTEMPTS_MAX: u8 = 3;

/// The number of an account at another bank. It lives only as long as the account is
/// being linked, and has no `Debug`, so that it cannot reach a log.
pub struct AccountNumber(String);

/// Keeps fingerprints of bank accounts apart from those of anything else.
const FINGERPRINT_DOMAIN: &[u8] = b"kalends linked account\0";

impl AccountNumber {
    /// Reads one: 4 to 17 letters or digits, as the ACH has room for.
    #[must_use]
    pub fn parse(text: &str) -> Option<AccountNumber> {
        let well_formed =
            (4..=17).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        well_formed.then(|| AccountNumber(text.to_owned()))
    }

    /// The last four of it.
    #[must_use]
    pub fn last_digits(&self) -> &str {
        self.0.len().checked_sub(4).and_then(|at| self.0.get(at..)).unwrap_or_default()
    }

    /// The same for the same account at the same bank, under the same secret: 32 bytes
    /// in hexadecimal.
    #[must_use]
    pub fn fingerprint(&self, bank: &RoutingNumber, secret: &[u8]) -> String {
        fingerprint::keyed(FINGERPRINT_DOMAIN, secret, &format!("{}:{}", bank.as_str(), self.0))
    }
}

/// What the two test deposits come to in test mode, in minor units.
pub const DEPOSITS: [i64; 2] = [0, 0];

/// A bank account that a party has linked.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct LinkedAccount {
    /// Its key.
    pub id: LinkedAccountId,
    /// Under which tenant.
    pub account: AccountId,
    /// Whose.
    pub party: PartyId,
    /// When it was linked.
    pub created_at: Instant,
    /// When it was last changed.
    pub updated_at: Instant,
    /// Counts its changes.
    pub version: u32,
    /// The same for the same account, and tells nothing of it.
    pub fingerprint: String,
    /// In whose name it stands.
    pub holder_name: String,
    /// Whether that is a business.
    pub holder: Holder,
    /// What kind of account it is.
    pub kind: LinkedAccountKind,
    /// Its bank's number.
    pub routing_number: String,
    /// Its bank's name.
    pub bank_name: String,
    /// The last four digits of its number.
    pub last_digits: String,
    /// How far it is proved that it belongs to the party.
    pub proof: Proof,
    /// What broke it, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub breakage: Option<Breakage>,
    /// When it was disabled.
    pub disabled_at: Option<Instant>,
}

/// Who holds an account.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Holder {
    /// A person.
    Individual,
    /// A business.
    Business,
}

/// What kind of account it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum LinkedAccountKind {
    /// For payments.
    Checking,
    /// For savings.
    Savings,
    /// A bank's own.
    GeneralLedger,
    /// A loan.
    Loan,
}

/// How far it is proved that an account belongs to its party.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Proof {
    /// Nothing was done.
    Unproved,
    /// Two small amounts were paid in; its holder is to say which.
    Deposited {
        /// How often they were told wrongly.
        attempts: u8,
    },
    /// Its holder knew the amounts: it can be debited.
    Proved,
    /// They were told wrongly too often.
    Failed,
    /// A payment came back because the account is closed, or is none: it cannot be used.
    Broken,
}

/// What came back because an account cannot be used.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Breakage {
    /// Money that was to be drawn from it.
    Debit(AchReturn),
    /// Money that was sent to it.
    Credit(AchReturn),
}

/// Why a step of the proof was refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ProofRefusal {
    /// It is disabled.
    Disabled,
    /// The account is proved, or cannot be.
    Settled,
    /// No deposits were made yet.
    NotDeposited,
}

impl LinkedAccount {
    /// Whether money can be sent to it.
    #[must_use]
    pub const fn is_usable(&self) -> bool {
        self.disabled_at.is_none() && !matches!(self.proof, Proof::Broken)
    }

    /// The account after two small amounts were paid in.
    ///
    /// # Errors
    ///
    /// Refuses what needs no proof, or can have none any more.
    pub fn deposit(&self, at: Instant) -> Result<LinkedAccount, ProofRefusal> {
        match self.proof {
            _ if self.disabled_at.is_some() => Err(ProofRefusal::Disabled),
            Proof::Unproved | Proof::Failed => Ok(self.with(Proof::Deposited { attempts: 0 }, at)),
            // Asked again: the first two still stand.
            Proof::Deposited { .. } => Ok(self.with(self.proof, at)),
            Proof::Proved | Proof::Broken => Err(ProofRefusal::Settled),
        }
    }

    /// The account after its holder told the amounts, in either order.
    ///
    /// # Errors
    ///
    /// Refuses what waits for no answer.
    pub fn confirm(&self, told: [i64; 2], at: Instant) -> Result<LinkedAccount, ProofRefusal> {
        let attempts = match self.proof {
            _ if self.disabled_at.is_some() => return Err(ProofRefusal::Disabled),
            Proof::Deposited { attempts } => attempts,
            Proof::Unproved => return Err(ProofRefusal::NotDeposited),
            Proof::Proved | Proof::Failed | Proof::Broken => return Err(ProofRefusal::Settled),
        };
        let [first, second] = told;
        if told == DEPOSITS || [second, first] == DEPOSITS {
            return Ok(self.with(Proof::Proved, at));
        }
        let attempts = attempts.saturating_add(1);
        let proof = if attempts >= DEPOSIT_ATTEMPTS_MAX {
            Proof::Failed
        } else {
            Proof::Deposited { attempts }
        };
        Ok(self.with(proof, at))
    }

    /// The account after a payment came back because it cannot be used.
    #[must_use]
    pub fn broken(&self, breakage: Breakage, at: Instant) -> LinkedAccount {
        LinkedAccount { breakage: Some(breakage), ..self.with(Proof::Broken, at) }
    }

    fn with(&self, proof: Proof, at: Instant) -> LinkedAccount {
        let version = self.version.saturating_add(1);
        LinkedAccount { proof, updated_at: at, version, ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn linked() -> LinkedAccount {
        LinkedAccount {
            id: LinkedAccountId(1),
            account: AccountId(1),
            party: PartyId(1),
            created_at: Instant::EPOCH,
            updated_at: Instant::EPOCH,
            version: 0,
            fingerprint: "print".into(),
            holder_name: "Jules Jackson".into(),
            holder: Holder::Individual,
            kind: LinkedAccountKind::Checking,
            routing_number: "273976369".into(),
            bank_name: "Veridian Credit Union".into(),
            last_digits: "6789".into(),
            proof: Proof::Unproved,
            breakage: None,
            disabled_at: None,
        }
    }

    #[test]
    fn a_number_leaves_its_last_digits_and_a_fingerprint() {
        let bank = RoutingNumber::parse("273976369").unwrap();
        let number = AccountNumber::parse("0004321567000").unwrap();
        assert_eq!(number.last_digits(), "7000");
        let print = number.fingerprint(&bank, b"secret");
        assert_eq!(print, number.fingerprint(&bank, b"secret"));
        assert_ne!(
            print,
            number.fingerprint(&RoutingNumber::parse("322271627").unwrap(), b"secret")
        );
        for wrong in ["", "123", "123456789012345678", "12 34", "1234-5678", "๑๒๓๔"] {
            assert!(AccountNumber::parse(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn an_account_is_proved_by_telling_what_was_paid_in() {
        let deposited = linked().deposit(Instant::EPOCH).unwrap();
        assert_eq!(deposited.confirm([0, 0], Instant::EPOCH).unwrap().proof, Proof::Proved);
    }

    #[test]
    fn nothing_can_be_told_before_anything_was_paid_in() {
        assert_eq!(linked().confirm([0, 0], Instant::EPOCH), Err(ProofRefusal::NotDeposited));
    }

    #[test]
    fn the_third_wrong_answer_ends_the_proof_until_deposits_are_made_anew() {
        let mut account = linked().deposit(Instant::EPOCH).unwrap();
        for proof in
            [Proof::Deposited { attempts: 1 }, Proof::Deposited { attempts: 2 }, Proof::Failed]
        {
            account = account.confirm([1, 2], Instant::EPOCH).unwrap();
            assert_eq!(account.proof, proof);
        }
        assert_eq!(account.confirm([0, 0], Instant::EPOCH), Err(ProofRefusal::Settled));
        let anew = account.deposit(Instant::EPOCH).unwrap();
        assert_eq!(anew.proof, Proof::Deposited { attempts: 0 });
    }

    #[test]
    fn a_proved_account_needs_no_deposits_and_a_broken_one_gets_none() {
        let proved = LinkedAccount { proof: Proof::Proved, ..linked() };
        assert_eq!(proved.deposit(Instant::EPOCH), Err(ProofRefusal::Settled));
        let (closed, _) = AchReturn::of_amount(5_502).unwrap();
        let broken = proved.broken(Breakage::Debit(closed), Instant::EPOCH);
        assert!(!broken.is_usable());
        assert_eq!(broken.deposit(Instant::EPOCH), Err(ProofRefusal::Settled));
    }
}
