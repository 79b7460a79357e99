//! Integer keys. Inside, everything is known by an integer; the text a client
//! sees is made from it at the edge (`api`), or kept beside it where the text
//! came from a seed file or an upstream.

use serde::{Deserialize, Serialize};

macro_rules! identity {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(formatter)
            }
        }
    )*};
}

identity! {
    /// A tenant in one mode; owns everything else.
    AccountId;
    /// A clock and a gateway binding: what is due together and stops together.
    LaneId;
    /// A clock that accounts follow.
    ClockId;
    /// A standing instruction.
    ScheduleId;
    /// Somebody who pays an account.
    CustomerId;
    /// A card of a customer, or of nobody yet.
    CardId;
    /// Somebody whom an account pays.
    RecipientId;
    /// A payment taken from a card.
    ChargeId;
    /// A payment made to a recipient.
    TransferId;
    /// Somebody with accounts of their own under a tenant, the tenant's own included.
    PartyId;
    /// A way to pay or be paid: a card, bank account or wallet on one rail.
    PaymentMethodId;
    /// A bank account that a party has linked.
    LinkedAccountId;
    /// A balance that a party keeps with the bank.
    WalletId;
    /// A transfer between two payment methods.
    RemittanceId;
}

/// The fencing term of one start of one node. A write under an older term
/// than the row's changes nothing.
///
/// Terms count from one, so that none can be taken for a run that nobody has
/// claimed, whichever numbers a store writes for that.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Term(i64);

impl Term {
    /// The term of the first start.
    pub const FIRST: Term = Term(1);

    /// The term of this number; none below one.
    pub const fn new(number: i64) -> Option<Term> {
        if number < Self::FIRST.0 { None } else { Some(Term(number)) }
    }

    /// Its number, from one.
    pub const fn number(self) -> i64 {
        self.0
    }

    /// The term of the start that follows.
    #[must_use]
    pub const fn next(self) -> Term {
        Term(self.0.saturating_add(1))
    }
}

/// Drawn once, when a database is created, and kept by its copies: two
/// installations in front of one gateway never ask under the same key, and a
/// clone always does.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct InstallationId(pub u32);

#[cfg(test)]
mod tests {
    use super::Term;

    #[test]
    fn terms_count_from_one() {
        let made = [i64::MIN, -1, 0, 1, 2].map(|number| Term::new(number).map(Term::number));
        assert_eq!(made, [None, None, None, Some(1), Some(2)]);
        assert_eq!((Term::new(1), Term::new(2)), (Some(Term::FIRST), Some(Term::FIRST.next())));
    }
}
