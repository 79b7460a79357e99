//! What this installation's own things are called outside: as its APIs call them.

use std::sync::Arc;

use api::{moov, omise};
use engine::{AccountId, InstallationId, InstructionKind, Mode, ScheduleId};
use gateway::upstream::LocalNames;
use store::{BankStore, RecordKey, RecordKind};

/// The public ids of everything in accounts of one mode.
pub(crate) struct PublicIds {
    pub(crate) installation: InstallationId,
    pub(crate) mode: Mode,
    pub(crate) books: Arc<dyn BankStore>,
}

impl PublicIds {
    fn omise(&self, account: AccountId) -> omise::ids::Ids {
        let code = omise::ids::Code { installation: self.installation, mode: self.mode };
        omise::ids::Ids::over(code, account, Arc::clone(&self.books))
    }

    fn moov(&self, account: AccountId) -> moov::Ids {
        moov::Ids::over(self.installation, account, Arc::clone(&self.books))
    }
}

impl LocalNames for PublicIds {
    fn account(&self, account: AccountId, paid: InstructionKind) -> String {
        match paid {
            InstructionKind::Charge | InstructionKind::Transfer => {
                self.omise(account).render(omise::Kind::Account, account.0)
            }
            // A tenant's own party is its account to itself, and named as the partner.
            InstructionKind::Remittance => account.to_string(),
        }
    }

    fn schedule(&self, account: AccountId, schedule: ScheduleId, pays: InstructionKind) -> String {
        match pays {
            InstructionKind::Charge | InstructionKind::Transfer => {
                self.omise(account).render(omise::Kind::Schedule, schedule.0)
            }
            InstructionKind::Remittance => self.moov(account).id(schedule),
        }
    }

    fn record(&self, account: AccountId, record: RecordKey) -> Option<String> {
        let RecordKey { kind, key } = record;
        Some(match kind {
            RecordKind::Party => self.moov(account).render(moov::Kind::Account, key),
            RecordKind::PaymentMethod => self.moov(account).render(moov::Kind::PaymentMethod, key),
            kind => self.omise(account).render(omise::Kind::of_record(kind), key),
        })
    }
}
