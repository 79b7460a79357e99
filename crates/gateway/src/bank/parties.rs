//! Parties.

use bank::{Grant, Instrument, Party, PartyKind, PaymentMethod, Rail, RecordKind, Wallet};
use engine::{AccountId, PartyId};
use store::{Order, Page, PageQuery};

use super::books::Draft;
use super::payment_methods::MethodNames;
use super::wallets::NewWallet;
use super::{Bank, Context, PartyError, Result};

/// A party to be made.
#[derive(Clone, Debug)]
pub struct NewParty {
    /// Person or business.
    pub kind: PartyKind,
    /// What it is called where it is shown.
    pub display_name: String,
    /// An address to write to.
    pub email: Option<String>,
    /// What the tenant calls it.
    pub foreign_id: Option<String>,
    /// What it may do from the beginning.
    pub capabilities: Vec<Box<str>>,
    /// What the dialect keeps of it.
    pub attributes: bank::Metadata,
    /// A key of the user's choosing, from a seed.
    pub given_id: Option<Box<str>>,
    /// The wallet it gets, if it gets one.
    pub wallet: Option<NewWallet>,
}

impl Bank {
    /// Makes a party, with its wallet.
    pub async fn create_party(&self, context: Context<'_>, new: NewParty) -> Result<Party> {
        let id = PartyId(self.fresh_key(RecordKind::Party, new.given_id.as_deref())?);
        let party = Party {
            id,
            account: context.account.id,
            created_at: context.now,
            updated_at: context.now,
            version: 0,
            kind: new.kind,
            display_name: new.display_name,
            email: new.email,
            foreign_id: new.foreign_id,
            grants: new.capabilities.iter().map(|name| Grant::new(name, context.now)).collect(),
            attributes: new.attributes,
            disconnected_at: None,
        };
        let wallet = match &new.wallet {
            Some(wallet) => Some(self.new_wallet(context, id, wallet)?),
            None => None,
        };
        self.decide(|| async {
            let mut draft = Draft::default();
            draft.record(&party)?;
            draft.name(new.given_id.clone());
            if let Some(made) = &wallet {
                made.draft(&mut draft)?;
            }
            Ok((party.clone(), draft))
        })
        .await
    }

    /// A party; a disconnected one too (`disconnected_at` says so).
    pub async fn party(&self, account: AccountId, id: PartyId) -> Result<Party> {
        self.find(account, id.0).await
    }

    /// Parties in the order asked; those that are not there, or are somebody else's,
    /// are `None`.
    pub async fn parties_by_id(
        &self,
        account: AccountId,
        ids: impl IntoIterator<Item = PartyId>,
    ) -> Result<Vec<Option<Party>>> {
        self.find_all(account, ids.into_iter().map(|id| id.0)).await
    }

    /// Parties that are wanted, newest first: `count` of them after the first `skip`.
    pub async fn parties(
        &self,
        account: AccountId,
        skip: u32,
        count: u32,
        wanted: impl Fn(&Party) -> bool,
    ) -> Result<Vec<Party>> {
        let (mut skip, mut found) = (skip, Vec::new());
        let mut page = PageQuery {
            order: Order::ReverseChronological,
            ..PageQuery::first(PageQuery::LIMIT_MAX)
        };
        let is_full = |found: &Vec<Party>| u32::try_from(found.len()).is_ok_and(|len| len >= count);
        while !is_full(&found) && page.offset <= PageQuery::OFFSET_MAX {
            let Page { entries, total } = self.page::<Party>(account, None, page).await?;
            for party in entries.into_iter().filter(&wanted) {
                match skip.checked_sub(1) {
                    Some(left) => skip = left,
                    None if is_full(&found) => break,
                    None => found.push(party),
                }
            }
            page.offset = page.offset.saturating_add(page.limit);
            if u64::from(page.offset) >= total {
                break;
            }
        }
        Ok(found)
    }

    /// Changes a party that is connected.
    pub async fn update_party(
        &self,
        context: Context<'_>,
        id: PartyId,
        change: impl Fn(&mut Party),
    ) -> Result<Party> {
        self.decide(|| async {
            let mut party = self.connected_party(context.account.id, id).await?;
            let mut draft = Draft::default();
            change(&mut party);
            party.updated_at = context.now;
            draft.linked(&mut party)?;
            Ok((party, draft))
        })
        .await
    }

    /// Lets go of a party, and disables its payment methods. One that was let go of
    /// stays as it is.
    pub async fn disconnect_party(&self, context: Context<'_>, id: PartyId) -> Result<Party> {
        self.decide(|| async {
            let mut party = self.party(context.account.id, id).await?;
            let mut draft = Draft::default();
            if !party.is_connected() {
                return Ok((party, draft));
            }
            party.disconnected_at = Some(context.now);
            party.updated_at = context.now;
            draft.linked(&mut party)?;
            self.disable_methods(context, id, |_| true, &mut draft).await?;
            Ok((party, draft))
        })
        .await
    }

    /// Turns capabilities on. A party that is to have a wallet and has none open gets back
    /// the one that was closed, with its payment method, or else the new one.
    pub async fn grant(
        &self,
        context: Context<'_>,
        id: PartyId,
        capabilities: &[Box<str>],
        wallet: Option<NewWallet>,
    ) -> Result<Party> {
        let wallet = match &wallet {
            Some(wallet) => Some(self.new_wallet(context, id, wallet)?),
            None => None,
        };
        self.decide(|| async {
            let mut party = self.connected_party(context.account.id, id).await?;
            let mut draft = Draft::default();
            for capability in capabilities {
                party.enable(capability, context.now);
            }
            if let Some(made) = &wallet {
                let wallets = self.wallets(context.account.id, id).await?;
                match wallets.last() {
                    None => made.draft(&mut draft)?,
                    Some(_) if wallets.iter().any(Wallet::is_open) => {}
                    Some(closed) => self.reopen_wallet(context, closed, &mut draft).await?,
                }
            }
            party.updated_at = context.now;
            draft.linked(&mut party)?;
            Ok((party, draft))
        })
        .await
    }

    /// Turns a capability off, and closes the wallets that went with it.
    /// [`PartyError::NotGranted`] where the party never had it, and
    /// [`PartyError::WalletNotEmpty`] where such a wallet holds money.
    pub async fn revoke(
        &self,
        context: Context<'_>,
        id: PartyId,
        capability: &str,
        closes_wallets: bool,
    ) -> Result<Party> {
        self.decide(|| async {
            let mut party = self.connected_party(context.account.id, id).await?;
            let mut draft = Draft::default();
            if !party.disable(capability, context.now) {
                return Err(PartyError::NotGranted.into());
            }
            if closes_wallets {
                let wallets = self.wallets(context.account.id, id).await?;
                let held = self.wallet_balances(&wallets).await?;
                for (wallet, held) in wallets.iter().zip(held).filter(|(it, _)| it.is_open()) {
                    if held != 0 {
                        return Err(PartyError::WalletNotEmpty.into());
                    }
                    draft.record(&wallet.closed(Some(context.now)))?;
                }
                let of_wallet = |method: &PaymentMethod| method.rail == Rail::Wallet;
                self.disable_methods(context, id, of_wallet, &mut draft).await?;
            }
            party.updated_at = context.now;
            draft.linked(&mut party)?;
            Ok((party, draft))
        })
        .await
    }

    /// A party for which the tenant can still act.
    pub(super) async fn connected_party(&self, account: AccountId, id: PartyId) -> Result<Party> {
        let party = self.party(account, id).await?;
        if party.is_connected() { Ok(party) } else { Err(PartyError::Disconnected.into()) }
    }

    /// Disables those of a party's payment methods that are chosen.
    pub(super) async fn disable_methods(
        &self,
        context: Context<'_>,
        party: PartyId,
        chosen: impl Fn(&PaymentMethod) -> bool,
        draft: &mut Draft,
    ) -> Result<()> {
        let methods = self.payment_methods(context.account.id, party).await?;
        for method in methods.into_iter().filter(chosen) {
            draft.record(&method.disabled(context.now))?;
        }
        Ok(())
    }

    /// A wallet that was closed can be paid with again, by the payment method that it had.
    async fn reopen_wallet(
        &self,
        context: Context<'_>,
        wallet: &Wallet,
        draft: &mut Draft,
    ) -> Result<()> {
        let mut wallet = wallet.closed(None);
        if let Some(id) = wallet.method {
            let method = self.payment_method(context.account.id, id).await?;
            draft.record(&method.enabled())?;
        } else {
            let (instrument, names) = (Instrument::Wallet(wallet.id), MethodNames::new());
            let rails = [Rail::Wallet];
            let methods = self.new_methods(context, wallet.party, instrument, &rails, &names)?;
            wallet.method = methods.first().map(|method| method.id);
            draft.methods(&methods, &names)?;
        }
        Ok(draft.record(&wallet)?)
    }

    /// A wallet and its payment method, about to be written.
    fn new_wallet(
        &self,
        context: Context<'_>,
        party: PartyId,
        new: &NewWallet,
    ) -> Result<MadeWallet> {
        let key = self.fresh_key(RecordKind::Wallet, new.given_id.as_deref())?;
        let mut wallet = Wallet {
            id: engine::WalletId(key),
            account: context.account.id,
            party,
            created_at: context.now,
            version: 0,
            currency: new.currency,
            method: None,
            closed_at: None,
        };
        let names: MethodNames =
            new.given_method_id.iter().map(|name| (Rail::Wallet, name.clone())).collect();
        let methods = self.new_methods(
            context,
            party,
            Instrument::Wallet(wallet.id),
            &[Rail::Wallet],
            &names,
        )?;
        wallet.method = methods.first().map(|method| method.id);
        Ok(MadeWallet { wallet, name: new.given_id.clone(), methods, names })
    }
}

/// A wallet and its payment method, about to be written.
struct MadeWallet {
    wallet: Wallet,
    name: Option<Box<str>>,
    methods: Vec<PaymentMethod>,
    names: MethodNames,
}

impl MadeWallet {
    fn draft(&self, draft: &mut Draft) -> Result<()> {
        draft.record(&self.wallet)?;
        draft.name(self.name.clone());
        draft.methods(&self.methods, &self.names)
    }
}
