//! ACH returns, and the amounts that bring them about.
//!
//! In Moov's test mode an amount of 55 dollars and so many cents is sent back with the
//! return code of as many: 55.01 with R01. Moov documents what is returned and when for
//! the first four; the others follow the rule of the network, that what was not
//! authorised may come back long after, and all else within two days.

use serde::{Deserialize, Serialize};

/// A return code of the network: 1 stands for R01.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AchReturn(u8);

/// What is sent back, and when.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Stage {
    /// The debit, before it has cleared.
    DebitOriginated,
    /// The debit, after it had cleared.
    DebitCompleted,
    /// The credit, after it had been made.
    CreditCompleted,
}

/// The cents that make up a whole table of returns.
const BASE_MINOR: i64 = 5_500;

/// Code, stage, title and explanation.
type Row = (u8, Stage, &'static str, &'static str);

const TABLE: [Row; 14] = [
    (1, Stage::DebitOriginated, "Insufficient Funds", "The balance is not enough for the debit"),
    (2, Stage::DebitOriginated, "Account Closed", "A bank account that was open has been closed"),
    (
        3,
        Stage::CreditCompleted,
        "No Account/Unable to Locate Account",
        "The account number does not belong to the holder named, or the account is not open",
    ),
    (
        4,
        Stage::CreditCompleted,
        "Invalid Account Number Structure",
        "The account number cannot be one of that bank",
    ),
    (
        7,
        Stage::DebitCompleted,
        "Authorization Revoked by Customer",
        "The holder has revoked the authorization given before",
    ),
    (8, Stage::DebitOriginated, "Payment Stopped", "The holder has stopped this debit"),
    (
        9,
        Stage::DebitOriginated,
        "Uncollected Funds",
        "The balance is enough, but has not been collected yet",
    ),
    (
        10,
        Stage::DebitCompleted,
        "Customer Advises Originator is Not Known or Not Authorized",
        "The holder says that the debit was not authorized",
    ),
    (
        11,
        Stage::DebitCompleted,
        "Customer Advises Entry Not in Accordance with the Terms of the Authorization",
        "The holder says that the debit is not what was authorized",
    ),
    (15, Stage::DebitOriginated, "Beneficiary or Account Holder Deceased", "The holder has died"),
    (16, Stage::DebitOriginated, "Account Frozen", "The account is frozen"),
    (20, Stage::DebitOriginated, "Non-Transaction Account", "The account allows no such debits"),
    (24, Stage::DebitOriginated, "Duplicate Entry", "The same debit was received twice"),
    (
        29,
        Stage::DebitCompleted,
        "Corporate Customer Advises Not Authorized",
        "The business says that the debit was not authorized",
    ),
];

impl AchReturn {
    /// What an amount brings about.
    pub(crate) fn of_amount(amount_minor: i64) -> Option<(AchReturn, Stage)> {
        let code = u8::try_from(amount_minor.checked_sub(BASE_MINOR)?).ok()?;
        row(code).map(|(code, stage, ..)| (AchReturn(*code), *stage))
    }

    /// The code as the network writes it.
    #[must_use]
    pub fn code(self) -> String {
        format!("R{:02}", self.0)
    }

    /// Whether it says that the account cannot be used any more.
    #[must_use]
    pub const fn breaks_account(self) -> bool {
        matches!(self.0, 2 | 3 | 4 | 15 | 16 | 20)
    }

    /// What the network calls it.
    #[must_use]
    pub fn reason(self) -> &'static str {
        row(self.0).map_or("Returned", |(_, _, reason, _)| reason)
    }

    /// What that means.
    #[must_use]
    pub fn description(self) -> &'static str {
        row(self.0).map_or("The bank sent it back", |(.., description)| description)
    }
}

fn row(code: u8) -> Option<&'static Row> {
    TABLE.iter().find(|(number, ..)| *number == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cents_of_fifty_five_dollars_name_the_return() {
        let of = |amount| AchReturn::of_amount(amount).map(|(code, stage)| (code.code(), stage));
        assert_eq!(of(5_501), Some(("R01".to_owned(), Stage::DebitOriginated)));
        assert_eq!(of(5_504), Some(("R04".to_owned(), Stage::CreditCompleted)));
        assert_eq!(of(5_529), Some(("R29".to_owned(), Stage::DebitCompleted)));
        for amount in [5_500, 5_505, 5_530, 501, 0, -1, i64::MIN, i64::MAX] {
            assert_eq!(of(amount), None, "{amount}");
        }
    }

    #[test]
    fn a_return_says_what_it_is() {
        let (funds, _) = AchReturn::of_amount(5_501).unwrap();
        assert_eq!(funds.reason(), "Insufficient Funds");
        assert_eq!(funds.description(), "The balance is not enough for the debit");
        assert!(!funds.breaks_account());
        let (closed, _) = AchReturn::of_amount(5_502).unwrap();
        assert!(closed.breaks_account());
    }
}
