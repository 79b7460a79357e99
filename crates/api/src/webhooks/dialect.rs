//! Events by the names that each dialect has for them.

use bank::BankEvent as B;
use engine::{OccurrenceStatus as O, ScheduleEvent as S};
use store::EventKind;
use store::webhook::Form;

use crate::{moov, native, omise};

/// In whose words an endpoint is told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Dialect {
    Omise,
    Moov,
    Native,
}

/// Everything that may happen.
pub(crate) const KINDS: [EventKind; 37] = [
    EventKind::Schedule(S::Created),
    EventKind::Schedule(S::Deleted),
    EventKind::Schedule(S::Expiring),
    EventKind::Schedule(S::Expired),
    EventKind::Schedule(S::Suspended),
    EventKind::Occurrence(O::Successful),
    EventKind::Occurrence(O::Failed),
    EventKind::Occurrence(O::Skipped),
    EventKind::Occurrence(O::Canceled),
    EventKind::Bank(B::ChargeCreated),
    EventKind::Bank(B::ChargeCompleted),
    EventKind::Bank(B::ChargeCaptured),
    EventKind::Bank(B::ChargeUpdated),
    EventKind::Bank(B::ChargeReversed),
    EventKind::Bank(B::ChargeExpired),
    EventKind::Bank(B::RefundCreated),
    EventKind::Bank(B::TransferCreated),
    EventKind::Bank(B::TransferSent),
    EventKind::Bank(B::TransferPaid),
    EventKind::Bank(B::TransferFailed),
    EventKind::Bank(B::TransferUpdated),
    EventKind::Bank(B::TransferDestroyed),
    EventKind::Bank(B::CustomerCreated),
    EventKind::Bank(B::CustomerUpdated),
    EventKind::Bank(B::CustomerCardAdded),
    EventKind::Bank(B::CustomerDestroyed),
    EventKind::Bank(B::CardUpdated),
    EventKind::Bank(B::CardDestroyed),
    EventKind::Bank(B::RecipientCreated),
    EventKind::Bank(B::RecipientUpdated),
    EventKind::Bank(B::RecipientDestroyed),
    EventKind::Bank(B::RecipientVerified),
    EventKind::Bank(B::RecipientActivated),
    EventKind::Bank(B::RecipientDeactivated),
    EventKind::Bank(B::RemittanceCreated),
    EventKind::Bank(B::RemittanceUpdated),
    EventKind::EndpointDisabled,
];

impl Dialect {
    pub(crate) const ALL: [Dialect; 3] = [Dialect::Omise, Dialect::Moov, Dialect::Native];

    /// As clients write it, and as it is stored.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Dialect::Omise => "omise",
            Dialect::Moov => "moov",
            Dialect::Native => "native",
        }
    }

    /// The dialect of this word.
    pub(crate) fn named(word: &str) -> Option<Dialect> {
        Dialect::ALL.into_iter().find(|dialect| dialect.word() == word)
    }

    /// As it is stored.
    pub(crate) fn form(self) -> Form {
        Form(self.word().into())
    }

    /// What it calls something that happened; `None` where it has no word for it.
    pub(crate) const fn name(self, kind: EventKind) -> Option<&'static str> {
        match self {
            Dialect::Omise => omise::webhook_key(kind),
            Dialect::Moov => moov::webhook::name(kind),
            Dialect::Native => Some(native::event::name(kind)),
        }
    }

    /// Every name that it has.
    pub(crate) fn names(self) -> impl Iterator<Item = &'static str> {
        KINDS.into_iter().filter_map(move |kind| self.name(kind))
    }

    /// Whether an endpoint with this filter may want to hear of single occurrences.
    pub(crate) fn hears_occurrences(self, filter: Option<&[Box<str>]>) -> bool {
        [O::Successful, O::Failed, O::Skipped, O::Canceled].into_iter().any(|status| {
            let name = self.name(EventKind::Occurrence(status));
            name.is_some_and(|name| filter.is_none_or(|filter| has(filter, name)))
        })
    }
}

/// Whether a filter has a name.
pub(crate) fn has(filter: &[Box<str>], name: &str) -> bool {
    filter.iter().any(|wanted| &**wanted == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_kind_has_a_name_of_its_own() {
        let names: BTreeSet<_> = Dialect::Native.names().collect();
        assert_eq!(names.len(), KINDS.len());
    }

    #[test]
    fn only_the_native_dialect_tells_of_occurrences() {
        assert!(!Dialect::Omise.hears_occurrences(None));
        assert!(!Dialect::Moov.hears_occurrences(None));
        assert!(Dialect::Native.hears_occurrences(None));
        let only = |name: &str| Dialect::Native.hears_occurrences(Some(&[name.into()]));
        assert!(only("occurrence.failed"));
        assert!(!only("schedule.created"));
    }

    #[test]
    fn moov_is_told_of_transfers_alone() {
        let names: Vec<_> = Dialect::Moov.names().collect();
        assert_eq!(names, ["transfer.created", "transfer.updated"]);
    }

    #[test]
    fn a_word_reads_back() {
        for dialect in Dialect::ALL {
            assert_eq!(Dialect::named(dialect.word()), Some(dialect));
        }
        assert_eq!(Dialect::named("Omise"), None);
    }
}
