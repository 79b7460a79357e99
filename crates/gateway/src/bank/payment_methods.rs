//! Payment methods, and what they stand on.

use std::collections::{BTreeMap, HashMap};

use bank::{Card, Instrument, LinkedAccount, PaymentMethod, Rail, RecordKind, Wallet};
use engine::{AccountId, CardId, LinkedAccountId, PartyId, PaymentMethodId, WalletId};

use super::books::Draft;
use super::{Bank, Context, Result};

/// Keys of the user's choosing, from a seed, for the payment methods of one instrument.
pub type MethodNames = BTreeMap<Rail, Box<str>>;

/// What some payment methods stand on. Each is there for every method that was asked about.
#[derive(Clone, Debug, Default)]
pub struct Instruments {
    /// Cards, disabled ones too.
    pub cards: HashMap<CardId, Card>,
    /// Bank accounts, disabled ones too.
    pub linked_accounts: HashMap<LinkedAccountId, LinkedAccount>,
    /// Wallets, closed ones too.
    pub wallets: HashMap<WalletId, Wallet>,
}

impl Bank {
    /// A party's payment methods that are enabled, oldest first.
    pub async fn payment_methods(
        &self,
        account: AccountId,
        party: PartyId,
    ) -> Result<Vec<PaymentMethod>> {
        self.all_of(account, party.0).await
    }

    /// One payment method, a disabled one too (`disabled_at` says so).
    pub async fn payment_method(
        &self,
        account: AccountId,
        id: PaymentMethodId,
    ) -> Result<PaymentMethod> {
        self.find(account, id.0).await
    }

    /// Payment methods in the order asked, disabled ones too; those that are not there,
    /// or are another tenant's, are `None`.
    pub async fn payment_methods_by_id(
        &self,
        account: AccountId,
        ids: impl IntoIterator<Item = PaymentMethodId>,
    ) -> Result<Vec<Option<PaymentMethod>>> {
        self.find_all(account, ids.into_iter().map(|id| id.0)).await
    }

    /// What payment methods stand on.
    pub async fn instruments(
        &self,
        account: AccountId,
        methods: &[PaymentMethod],
    ) -> Result<Instruments> {
        let (mut cards, mut linked, mut wallets) = (Vec::new(), Vec::new(), Vec::new());
        for method in methods {
            match method.instrument {
                Instrument::Card(id) => cards.push(id.0),
                Instrument::LinkedAccount(id) => linked.push(id.0),
                Instrument::Wallet(id) => wallets.push(id.0),
            }
        }
        let cards: Vec<Option<Card>> = self.find_all(account, cards).await?;
        let linked: Vec<Option<LinkedAccount>> = self.find_all(account, linked).await?;
        let wallets: Vec<Option<Wallet>> = self.find_all(account, wallets).await?;
        Ok(Instruments {
            cards: cards.into_iter().flatten().map(|it| (it.id, it)).collect(),
            linked_accounts: linked.into_iter().flatten().map(|it| (it.id, it)).collect(),
            wallets: wallets.into_iter().flatten().map(|it| (it.id, it)).collect(),
        })
    }

    /// Payment methods on an instrument, one for each rail, about to be written.
    pub(super) fn new_methods(
        &self,
        context: Context<'_>,
        party: PartyId,
        instrument: Instrument,
        rails: &[Rail],
        names: &MethodNames,
    ) -> Result<Vec<PaymentMethod>> {
        let method = |&rail| {
            let name = names.get(&rail).map(AsRef::as_ref);
            let id = PaymentMethodId(self.fresh_key(RecordKind::PaymentMethod, name)?);
            Ok(PaymentMethod {
                id,
                account: context.account.id,
                party,
                created_at: context.now,
                version: 0,
                rail,
                instrument,
                disabled_at: None,
            })
        };
        rails.iter().map(method).collect()
    }
}

impl Draft {
    /// New payment methods, with the names that a seed gave them.
    pub(super) fn methods(&mut self, methods: &[PaymentMethod], names: &MethodNames) -> Result<()> {
        for method in methods {
            self.record(method)?;
            self.name(names.get(&method.rail).cloned());
        }
        Ok(())
    }

    /// A party, with the version it gets by being changed or linked to.
    pub(super) fn linked(&mut self, party: &mut bank::Party) -> Result<()> {
        party.version = party.version.saturating_add(1);
        Ok(self.record(party)?)
    }
}
