//! What remittances are decided from: whose payment methods they name, what those
//! stand on, and what the wallets hold. All of it is read once for a whole batch.

use std::collections::HashMap;

use bank::linked_account::Proof;
use bank::remittance::side::Side;
use bank::remittance::{Asked, PartnerFee, Refused};
use bank::{
    Card, Entity, Instrument, JournalEntry, LedgerAccount, LedgerRole, LinkedAccount, Metadata,
    Party, PaymentMethod, Rail, RecordKind, Wallet,
};
use engine::{
    AccountId, CardId, DeclineKind, Instant, LinkedAccountId, Money, PartyId, PaymentMethodId,
    RemittanceId, Remitted, ScheduleId, Slot, WalletId,
};
use store::{RecordKey, StoreError};

use super::books::{read, record_key};
use super::{Bank, Result};

/// A remittance that is to be decided.
pub(super) struct Wanted<'a> {
    /// On whose account.
    pub(super) account: AccountId,
    /// What moves.
    pub(super) remitted: &'a Remitted,
    /// What the partner keeps of it.
    pub(super) fee_minor: i64,
    /// Which obligation of which schedule it pays.
    pub(super) scheduled: Option<(ScheduleId, Slot)>,
    /// Now.
    pub(super) at: Instant,
}

/// Why a remittance cannot be made at all.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{message}")]
pub struct Obstacle {
    /// Where it lies.
    pub place: Place,
    /// What it is, in words.
    pub message: &'static str,
}

/// Where an obstacle lies.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// The party that runs it.
    Partner,
    /// The payment method that pays.
    Source,
    /// The payment method that is paid.
    Destination,
    /// The amount.
    Amount,
    /// What the partner keeps.
    Fee,
}

impl Obstacle {
    /// What it means to whoever retries.
    pub(super) const fn kind(self) -> DeclineKind {
        match self.place {
            Place::Destination => DeclineKind::Payee,
            Place::Partner | Place::Source | Place::Amount | Place::Fee => DeclineKind::Payer,
        }
    }
}

/// What remittances are decided from.
#[derive(Default)]
pub(super) struct Means {
    parties: HashMap<PartyId, Party>,
    methods: HashMap<PaymentMethodId, PaymentMethod>,
    cards: HashMap<CardId, Card>,
    linked_accounts: HashMap<LinkedAccountId, LinkedAccount>,
    wallets: HashMap<WalletId, Wallet>,
    /// The open wallets of parties that must answer with one.
    own_wallets: HashMap<PartyId, WalletId>,
    /// What wallets hold, running through the batch.
    balances: HashMap<LedgerAccount, i64>,
}

impl Means {
    /// Everything that a batch names.
    pub(super) async fn read(bank: &Bank, wanted: &[Wanted<'_>]) -> Result<Means> {
        let mut means = Means::default();
        if wanted.is_empty() {
            return Ok(means);
        }
        let named = wanted.iter().flat_map(|wanted| {
            let Remitted { partner, source, destination, .. } = wanted.remitted;
            [
                record_key::<Party>(partner.0),
                record_key::<PaymentMethod>(source.0),
                record_key::<PaymentMethod>(destination.0),
            ]
        });
        means.add(bank, named.collect()).await?;
        let beneath = means.methods.values().flat_map(|method| {
            let instrument = match method.instrument {
                Instrument::Card(id) => record_key::<Card>(id.0),
                Instrument::LinkedAccount(id) => record_key::<LinkedAccount>(id.0),
                Instrument::Wallet(id) => record_key::<Wallet>(id.0),
            };
            [instrument, record_key::<Party>(method.party.0)]
        });
        let beneath = beneath.collect();
        means.add(bank, beneath).await?;
        means.find_own_wallets(bank, wanted).await?;
        means.read_balances(bank, wanted).await?;
        Ok(means)
    }

    async fn add(&mut self, bank: &Bank, mut keys: Vec<RecordKey>) -> Result<(), StoreError> {
        keys.sort_unstable();
        keys.dedup();
        for record in bank.store.records(keys).await?.iter().flatten() {
            let key = record.key.key;
            match record.key.kind {
                RecordKind::Party => {
                    self.parties.insert(PartyId(key), read(record)?);
                }
                RecordKind::PaymentMethod => {
                    self.methods.insert(PaymentMethodId(key), read(record)?);
                }
                RecordKind::Card => {
                    self.cards.insert(CardId(key), read(record)?);
                }
                RecordKind::LinkedAccount => {
                    self.linked_accounts.insert(LinkedAccountId(key), read(record)?);
                }
                RecordKind::Wallet => {
                    self.wallets.insert(WalletId(key), read(record)?);
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The wallets of those who answer for what a bank sends back, or keep a fee.
    async fn find_own_wallets(&mut self, bank: &Bank, wanted: &[Wanted<'_>]) -> Result<()> {
        let mut owners: Vec<(AccountId, PartyId)> = Vec::new();
        for Wanted { account, remitted, fee_minor, .. } in wanted {
            let method = |id| self.methods.get(id);
            let (source, destination) = (method(&remitted.source), method(&remitted.destination));
            let stands_alone = |method: &&PaymentMethod| method.rail != Rail::Wallet;
            let answering = match source.map(|method| method.rail) {
                Some(Rail::Wallet) | None => None,
                Some(Rail::AchDebitFund) => source,
                Some(_) => destination.filter(stands_alone),
            };
            owners.extend(answering.map(|method| (*account, method.party)));
            owners.extend((*fee_minor > 0).then_some((*account, remitted.partner)));
        }
        owners.sort_unstable();
        owners.dedup();
        for (account, owner) in owners {
            let wallets = bank.wallets(account, owner).await?;
            let open = wallets.into_iter().find(Wallet::is_open);
            self.own_wallets.extend(open.map(|wallet| (owner, wallet.id)));
        }
        Ok(())
    }

    async fn read_balances(&mut self, bank: &Bank, wanted: &[Wanted<'_>]) -> Result<()> {
        let mut places: Vec<LedgerAccount> = wanted
            .iter()
            .filter_map(|wanted| {
                let source = self.methods.get(&wanted.remitted.source)?;
                wallet_place(wanted.account, source.instrument, wanted.remitted.money)
            })
            .collect();
        places.sort_unstable();
        places.dedup();
        if places.is_empty() {
            return Ok(());
        }
        let standing = bank.store.balances(places.clone()).await?;
        self.balances.extend(places.into_iter().zip(standing));
        Ok(())
    }

    /// What is to be made of a wanted remittance, or what stands in its way.
    pub(super) fn decide(
        &self,
        wanted: &Wanted<'_>,
        id: RemittanceId,
    ) -> Result<(Asked, Result<(), Refused>), Obstacle> {
        let Wanted { account, remitted, at, .. } = *wanted;
        if remitted.money.amount_minor <= 0 {
            return Err(obstacle(Place::Amount, "the amount must be greater than zero"));
        }
        self.partner(account, remitted.partner)?;
        let source = self.side(Place::Source, wanted, remitted.source)?;
        let destination = self.side(Place::Destination, wanted, remitted.destination)?;
        let verdict = self.verdict(wanted, source, destination);
        let own_wallet = |method: &PaymentMethod| self.own_wallets.get(&method.party).copied();
        let asked = Asked {
            id,
            account,
            at,
            partner: remitted.partner,
            source: Side::new(source, own_wallet(source)),
            destination: Side::new(destination, own_wallet(destination)),
            money: remitted.money,
            fee: self.fee(wanted)?,
            scheduled: wanted.scheduled,
            particulars: remitted.particulars.clone(),
            metadata: Metadata::new(),
        };
        Ok((asked, verdict))
    }

    /// What an entry that is to be written leaves to those after it.
    pub(super) fn count(&mut self, entry: Option<&JournalEntry>) {
        let Some(entry) = entry else { return };
        for leg in &entry.legs {
            let (account, currency) = (entry.account, entry.currency);
            let place = LedgerAccount { account, role: leg.role, currency };
            if let Some(balance) = self.balances.get_mut(&place) {
                *balance = balance.saturating_add(leg.amount);
            }
        }
    }

    fn partner(&self, account: AccountId, partner: PartyId) -> Result<(), Obstacle> {
        match own(account, self.parties.get(&partner)) {
            None => Err(obstacle(Place::Partner, "the partner account was not found")),
            Some(party) if !party.is_connected() => {
                Err(obstacle(Place::Partner, "the partner account is disconnected"))
            }
            Some(_) => Ok(()),
        }
    }

    fn side(
        &self,
        place: Place,
        wanted: &Wanted<'_>,
        id: PaymentMethodId,
    ) -> Result<&PaymentMethod, Obstacle> {
        let words = if place == Place::Source { &SOURCE } else { &DESTINATION };
        let Wanted { account, remitted, .. } = *wanted;
        let Some(method) = own(account, self.methods.get(&id)) else {
            return Err(obstacle(place, words.not_found));
        };
        let party = own(account, self.parties.get(&method.party));
        let fits = match place {
            Place::Source => method.rail.can_pay(),
            _ => method.rail.can_be_paid(),
        };
        if !fits {
            return Err(obstacle(place, words.wrong_direction));
        }
        if !party.is_some_and(Party::is_connected) {
            return Err(obstacle(place, words.disconnected));
        }
        let is_usable = match method.instrument {
            Instrument::Card(id) => self.cards.get(&id).is_some_and(|card| !card.deleted),
            Instrument::LinkedAccount(id) => {
                let is_debited = place == Place::Source;
                self.linked_accounts.get(&id).is_some_and(|linked| {
                    linked.is_usable() && (!is_debited || linked.proof == Proof::Proved)
                })
            }
            Instrument::Wallet(id) => self.wallets.get(&id).is_some_and(Wallet::is_open),
        };
        if !method.is_enabled() || !is_usable {
            return Err(obstacle(place, words.disabled));
        }
        if let Instrument::Wallet(id) = method.instrument
            && self.wallets.get(&id).is_some_and(|it| it.currency != remitted.money.currency)
        {
            return Err(obstacle(Place::Amount, "the wallet holds another currency"));
        }
        Ok(method)
    }

    /// Whether it fails at once.
    fn verdict(
        &self,
        wanted: &Wanted<'_>,
        source: &PaymentMethod,
        destination: &PaymentMethod,
    ) -> Result<(), Refused> {
        let card_verdict = |instrument| match instrument {
            Instrument::Card(id) => {
                self.cards.get(&id).map_or(Ok(()), |card| card.verdict(wanted.at))
            }
            Instrument::LinkedAccount(_) | Instrument::Wallet(_) => Ok(()),
        };
        card_verdict(source.instrument).map_err(Refused::SourceCard)?;
        let money = wanted.remitted.money;
        if let Some(place) = wallet_place(wanted.account, source.instrument, money) {
            let held = self.balances.get(&place).copied().unwrap_or(0);
            if held < money.amount_minor {
                return Err(Refused::WalletShort);
            }
        }
        card_verdict(destination.instrument).map_err(Refused::DestinationCard)
    }

    fn fee(&self, wanted: &Wanted<'_>) -> Result<Option<PartnerFee>, Obstacle> {
        let Wanted { remitted, fee_minor, .. } = *wanted;
        if fee_minor == 0 {
            return Ok(None);
        }
        if !(0..=remitted.money.amount_minor).contains(&fee_minor) {
            return Err(obstacle(Place::Fee, "the fee is more than the amount"));
        }
        match self.own_wallets.get(&remitted.partner) {
            Some(wallet) => Ok(Some(PartnerFee { amount_minor: fee_minor, wallet: *wallet })),
            None => Err(obstacle(Place::Fee, "the partner account has no wallet for its fee")),
        }
    }
}

/// What may be wrong with one side, in words.
struct Words {
    not_found: &'static str,
    wrong_direction: &'static str,
    disconnected: &'static str,
    disabled: &'static str,
}

const SOURCE: Words = Words {
    not_found: "the source payment method was not found",
    wrong_direction: "the source payment method can only be paid, it cannot pay",
    disconnected: "the source account is disconnected",
    disabled: "the source payment method is disabled",
};

const DESTINATION: Words = Words {
    not_found: "the destination payment method was not found",
    wrong_direction: "the destination payment method can only pay, it cannot be paid",
    disconnected: "the destination account is disconnected",
    disabled: "the destination payment method is disabled",
};

const fn obstacle(place: Place, message: &'static str) -> Obstacle {
    Obstacle { place, message }
}

fn own<E: Entity>(account: AccountId, found: Option<&E>) -> Option<&E> {
    found.filter(|entity| entity.account() == account)
}

/// Where a wallet's money stands.
const fn wallet_place(
    account: AccountId,
    instrument: Instrument,
    money: Money,
) -> Option<LedgerAccount> {
    match instrument {
        Instrument::Wallet(wallet) => Some(LedgerAccount {
            account,
            role: LedgerRole::Wallet(wallet),
            currency: money.currency,
        }),
        Instrument::Card(_) | Instrument::LinkedAccount(_) => None,
    }
}
