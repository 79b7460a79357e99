//! Parties' bank accounts at other banks.

use bank::linked_account::{AccountNumber, Holder, LinkedAccountKind, Proof};
use bank::{Instrument, LinkedAccount, PaymentMethod, Rail, RecordKind, RoutingNumber};
use engine::{AccountId, LinkedAccountId, PartyId};

use super::books::Draft;
use super::payment_methods::MethodNames;
use super::{Bank, BankError, Context, PartyError, Result};

/// A bank account to be linked. It holds the number, and is neither stored nor shown.
pub struct NewLinkedAccount {
    /// In whose name it stands.
    pub holder_name: String,
    /// Whether that is a business.
    pub holder: Holder,
    /// What kind of account it is.
    pub kind: LinkedAccountKind,
    /// Its bank.
    pub bank: RoutingNumber,
    /// Its number.
    pub number: AccountNumber,
    /// Whether it is taken as proved, as a seed's may be.
    pub is_proved: bool,
    /// A key of the user's choosing, from a seed.
    pub given_id: Option<Box<str>>,
    /// Keys of the user's choosing for its payment methods.
    pub given_method_ids: MethodNames,
}

impl Bank {
    /// Links a bank account to a party, and makes the payment methods that need no
    /// proof. [`PartyError::AlreadyLinked`] where the party has linked it before.
    pub async fn link_account(
        &self,
        context: Context<'_>,
        party: PartyId,
        new: NewLinkedAccount,
    ) -> Result<(LinkedAccount, Vec<PaymentMethod>)> {
        let name = new.given_id.as_deref();
        let id = LinkedAccountId(self.fresh_key(RecordKind::LinkedAccount, name)?);
        let mut rails = Rail::CREDITS.to_vec();
        rails.extend(if new.is_proved { &Rail::DEBITS[..] } else { &[] });
        let names = &new.given_method_ids;
        let instrument = Instrument::LinkedAccount(id);
        let methods = self.new_methods(context, party, instrument, &rails, names)?;
        let linked = new.account(context, id, party);
        self.decide(|| async {
            let mut holder = self.connected_party(context.account.id, party).await?;
            let others = self.linked_accounts(context.account.id, party).await?;
            if others.iter().any(|other| other.fingerprint == linked.fingerprint) {
                return Err(PartyError::AlreadyLinked.into());
            }
            let mut draft = Draft::default();
            draft.linked(&mut holder)?;
            draft.record(&linked)?;
            draft.name(new.given_id.clone());
            draft.methods(&methods, names)?;
            Ok(((), draft))
        })
        .await?;
        Ok((linked, methods))
    }

    /// A party's bank accounts, oldest first.
    pub async fn linked_accounts(
        &self,
        account: AccountId,
        party: PartyId,
    ) -> Result<Vec<LinkedAccount>> {
        self.all_of(account, party.0).await
    }

    /// A party's bank account that is not disabled.
    pub async fn linked_account(
        &self,
        account: AccountId,
        party: PartyId,
        id: LinkedAccountId,
    ) -> Result<LinkedAccount> {
        let linked: LinkedAccount = self.find(account, id.0).await?;
        if linked.party != party || linked.disabled_at.is_some() {
            return Err(BankError::NotFound(RecordKind::LinkedAccount));
        }
        Ok(linked)
    }

    /// Disables a party's bank account and its payment methods.
    pub async fn disable_linked_account(
        &self,
        context: Context<'_>,
        party: PartyId,
        id: LinkedAccountId,
    ) -> Result<()> {
        self.decide(|| async {
            self.connected_party(context.account.id, party).await?;
            let mut linked = self.linked_account(context.account.id, party, id).await?;
            linked.disabled_at = Some(context.now);
            linked.updated_at = context.now;
            linked.version = linked.version.saturating_add(1);
            let mut draft = Draft::default();
            draft.record(&linked)?;
            let instrument = Instrument::LinkedAccount(id);
            let on_it = |method: &PaymentMethod| method.instrument == instrument;
            self.disable_methods(context, party, on_it, &mut draft).await?;
            Ok(((), draft))
        })
        .await
    }

    /// Pays two small amounts into a bank account, for its holder to tell.
    pub async fn deposit_for_proof(
        &self,
        context: Context<'_>,
        party: PartyId,
        id: LinkedAccountId,
    ) -> Result<LinkedAccount> {
        self.decide(|| async {
            self.connected_party(context.account.id, party).await?;
            let linked = self.linked_account(context.account.id, party, id).await?;
            let linked = linked.deposit(context.now).map_err(PartyError::Proof)?;
            let mut draft = Draft::default();
            draft.record(&linked)?;
            Ok((linked, draft))
        })
        .await
    }

    /// Hears what was paid in. Once it is right, the account can be debited.
    pub async fn confirm_deposits(
        &self,
        context: Context<'_>,
        party: PartyId,
        id: LinkedAccountId,
        told: [i64; 2],
    ) -> Result<LinkedAccount> {
        let instrument = Instrument::LinkedAccount(id);
        let names = MethodNames::new();
        let debits = self.new_methods(context, party, instrument, &Rail::DEBITS, &names)?;
        self.decide(|| async {
            let mut holder = self.connected_party(context.account.id, party).await?;
            let linked = self.linked_account(context.account.id, party, id).await?;
            let linked = linked.confirm(told, context.now).map_err(PartyError::Proof)?;
            let mut draft = Draft::default();
            draft.record(&linked)?;
            if linked.proof == Proof::Proved {
                draft.linked(&mut holder)?;
                draft.methods(&debits, &names)?;
            }
            Ok((linked, draft))
        })
        .await
    }
}

impl NewLinkedAccount {
    fn account(&self, context: Context<'_>, id: LinkedAccountId, party: PartyId) -> LinkedAccount {
        LinkedAccount {
            id,
            account: context.account.id,
            party,
            created_at: context.now,
            updated_at: context.now,
            version: 0,
            fingerprint: self.number.fingerprint(&self.bank, context.fingerprint_secret()),
            holder_name: self.holder_name.clone(),
            holder: self.holder,
            kind: self.kind,
            routing_number: self.bank.as_str().to_owned(),
            bank_name: self.bank.bank_name().to_owned(),
            last_digits: self.number.last_digits().to_owned(),
            proof: if self.is_proved { Proof::Proved } else { Proof::Unproved },
            breakage: None,
            disabled_at: None,
        }
    }
}
