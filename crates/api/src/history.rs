//! What clients call occurrences that are moved out of the data.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use engine::settlement::AwaitingKey;
use engine::{Account, AccountId, InstructionKind, PaymentId};
use store::history::{Leaving, Named, Naming};
use store::{BankStore, NameStore, RecordKey, Store, is_foreign};

use crate::foreign::ForeignNames;
use crate::{moov, omise};

/// Knows the ids of whichever dialect made a schedule.
pub struct PublicNames {
    store: Arc<dyn Store>,
    bank: Arc<dyn BankStore>,
    foreign: Arc<dyn NameStore>,
    accounts: HashMap<AccountId, Account>,
}

impl PublicNames {
    /// Over the data of an installation.
    ///
    /// # Errors
    /// Where its accounts cannot be read.
    pub async fn over(
        store: Arc<dyn Store>,
        bank: Arc<dyn BankStore>,
        foreign: Arc<dyn NameStore>,
    ) -> store::Result<PublicNames> {
        let accounts = store.accounts().await?;
        let accounts = accounts.into_iter().map(|account| (account.id, account)).collect();
        Ok(PublicNames { store, bank, foreign, accounts })
    }

    async fn foreign(&self, leaving: &[Leaving]) -> store::Result<ForeignNames> {
        let payments = leaving.iter().filter_map(|it| it.occurrence.result);
        let mut keys: Vec<RecordKey> =
            payments.map(RecordKey::from).filter(|named| is_foreign(named.key)).collect();
        keys.sort_unstable();
        keys.dedup();
        if keys.is_empty() {
            return Ok(ForeignNames::default());
        }
        let texts = self.foreign.names(keys.clone()).await?;
        Ok(ForeignNames::of(keys.into_iter().zip(texts).filter_map(|(key, it)| Some((key, it?)))))
    }

    fn named(&self, Leaving { occurrence, kind }: &Leaving, foreign: &ForeignNames) -> Named {
        let Some(account) = self.accounts.get(&occurrence.account) else { return Named::default() };
        let installation = self.store.installation();
        let bank = Arc::clone(&self.bank);
        if *kind == InstructionKind::Remittance {
            let ids = moov::Ids::over(installation, account.id, bank).knowing(foreign.clone());
            return Named {
                id: ids.occurrence(occurrence.schedule, occurrence.slot),
                schedule: ids.id(occurrence.schedule),
                payment: occurrence.result.map(|payment| {
                    let (PaymentId::Charge(engine::ChargeId(key))
                    | PaymentId::Transfer(engine::TransferId(key))
                    | PaymentId::Remittance(engine::RemittanceId(key))) = payment;
                    ids.render(moov::Kind::Transfer, key)
                }),
            };
        }
        let code = omise::ids::Code { installation, mode: account.mode };
        let ids = omise::Ids::over(code, account.id, bank).knowing(foreign.clone());
        let key = AwaitingKey {
            schedule: occurrence.schedule,
            slot: occurrence.slot,
            attempt: occurrence.attempt,
        };
        Named {
            id: ids.render_occurrence(key),
            schedule: ids.render(omise::Kind::Schedule, occurrence.schedule.0),
            payment: occurrence.result.map(|payment| ids.render_payment(payment)),
        }
    }
}

#[async_trait]
impl Naming for PublicNames {
    async fn names(&self, leaving: &[Leaving]) -> store::Result<Vec<Named>> {
        let foreign = self.foreign(leaving).await?;
        Ok(leaving.iter().map(|it| self.named(it, &foreign)).collect())
    }
}
