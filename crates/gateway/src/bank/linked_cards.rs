//! Parties' cards.

use bank::card::{Address, CardChecks, CardLink, Funding, party_owner, security_code_passes};
use bank::{Card, CardNumber, Instrument, PaymentMethod, Rail, RecordKind, test_number};
use engine::{AccountId, CardId, PartyId};

use super::books::Draft;
use super::payment_methods::MethodNames;
use super::{Bank, BankError, CardField, Context, Result};

/// A card to be linked. It holds the number, and is neither stored nor shown.
pub struct NewLinkedCard {
    /// The number.
    pub number: CardNumber,
    /// Three or four digits.
    pub security_code: Option<String>,
    /// 1 to 12.
    pub expiration_month: u8,
    /// Four digits. A card that has expired can be linked, and is declined when it is
    /// charged: what becomes of such a card is worth testing.
    pub expiration_year: u16,
    /// The holder's name.
    pub name: String,
    /// Where the holder lives.
    pub address: Address,
    /// Whether its holder agreed that it be kept for later payments.
    pub on_file: Option<bool>,
    /// For which seller it is linked.
    pub merchant: Option<PartyId>,
    /// Whether the issuer is asked about the holder's name.
    pub verifies_name: bool,
    /// A key of the user's choosing, from a seed.
    pub given_id: Option<Box<str>>,
    /// Keys of the user's choosing for its payment methods.
    pub given_method_ids: MethodNames,
}

/// What changes on a card; `None` leaves as it is.
#[derive(Clone, Default)]
pub struct LinkedCardChange {
    /// A security code, with which the issuer is asked anew.
    pub security_code: Option<String>,
    /// 1 to 12, and four digits.
    pub expiration: Option<(u8, u16)>,
    /// The holder's name.
    pub name: Option<String>,
    /// Where the holder lives, as a whole.
    pub address: Option<Address>,
    /// Whether its holder agreed that it be kept for later payments.
    pub on_file: Option<bool>,
    /// For which seller it is linked.
    pub merchant: Option<PartyId>,
    /// Whether the issuer is asked about the holder's name.
    pub verifies_name: bool,
}

impl Bank {
    /// Links a card to a party, and makes its payment methods.
    pub async fn link_card(
        &self,
        context: Context<'_>,
        party: PartyId,
        new: NewLinkedCard,
    ) -> Result<(Card, Vec<PaymentMethod>)> {
        check_month(new.expiration_month, new.expiration_year)?;
        let id = CardId(self.fresh_key(RecordKind::Card, new.given_id.as_deref())?);
        let funding = new.number.funding();
        let names = &new.given_method_ids;
        let instrument = Instrument::Card(id);
        let methods = self.new_methods(context, party, instrument, rails(funding), names)?;
        let card = new.card(context, id, party);
        self.decide(|| async {
            let mut holder = self.connected_party(context.account.id, party).await?;
            let mut draft = Draft::default();
            draft.linked(&mut holder)?;
            draft.record(&card)?;
            draft.name(new.given_id.clone());
            draft.methods(&methods, names)?;
            Ok(((), draft))
        })
        .await?;
        Ok((card, methods))
    }

    /// A party's cards, oldest first.
    pub async fn linked_cards(&self, account: AccountId, party: PartyId) -> Result<Vec<Card>> {
        self.all_of(account, party_owner(party)).await
    }

    /// A party's card that is not disabled.
    pub async fn linked_card(
        &self,
        account: AccountId,
        party: PartyId,
        id: CardId,
    ) -> Result<Card> {
        let card = self.card(account, id).await?;
        let is_theirs = card.link.as_ref().is_some_and(|link| link.party == party);
        if !is_theirs || card.deleted {
            return Err(BankError::NotFound(RecordKind::Card));
        }
        Ok(card)
    }

    /// Changes a party's card. With a security code the issuer is asked anew; another
    /// address or date is only kept.
    pub async fn update_linked_card(
        &self,
        context: Context<'_>,
        party: PartyId,
        id: CardId,
        change: LinkedCardChange,
    ) -> Result<Card> {
        if let Some((month, year)) = change.expiration {
            check_month(month, year)?;
        }
        self.decide(|| async {
            self.connected_party(context.account.id, party).await?;
            let mut card = self.linked_card(context.account.id, party, id).await?;
            change.apply(context, &mut card);
            let mut draft = Draft::default();
            draft.record(&card)?;
            Ok((card, draft))
        })
        .await
    }

    /// Disables a party's card and its payment methods.
    pub async fn disable_linked_card(
        &self,
        context: Context<'_>,
        party: PartyId,
        id: CardId,
    ) -> Result<()> {
        self.decide(|| async {
            self.connected_party(context.account.id, party).await?;
            let mut card = self.linked_card(context.account.id, party, id).await?;
            card.deleted = true;
            card.version = card.version.saturating_add(1);
            let mut draft = Draft::default();
            draft.record(&card)?;
            let on_card = |method: &PaymentMethod| method.instrument == Instrument::Card(id);
            self.disable_methods(context, party, on_card, &mut draft).await?;
            Ok(((), draft))
        })
        .await
    }
}

impl NewLinkedCard {
    fn card(&self, context: Context<'_>, id: CardId, party: PartyId) -> Card {
        let behaviour = self.number.linked_behaviour();
        let code = self.security_code.as_deref();
        Card {
            id,
            account: context.account.id,
            customer: None,
            link: Some(CardLink {
                party,
                updated_at: context.now,
                funding: self.number.funding(),
                on_file: self.on_file,
                merchant: self.merchant,
                checks: checks(code, &self.address, self.verifies_name.then_some(&self.name)),
            }),
            created_at: context.now,
            version: 0,
            brand: self.number.brand(),
            first_digits: self.number.first_digits().to_owned(),
            last_digits: self.number.last_digits().to_owned(),
            fingerprint: self.number.linked_fingerprint(context.fingerprint_secret()),
            name: self.name.trim().to_owned(),
            expiration_month: self.expiration_month,
            expiration_year: self.expiration_year,
            security_code_check: security_code_passes(code, behaviour),
            address: self.address.clone(),
            behaviour,
            deleted: false,
        }
    }
}

impl LinkedCardChange {
    fn apply(&self, context: Context<'_>, card: &mut Card) {
        card.version = card.version.saturating_add(1);
        if let Some((month, year)) = self.expiration {
            (card.expiration_month, card.expiration_year) = (month, year);
        }
        if let Some(name) = &self.name {
            name.trim().clone_into(&mut card.name);
        }
        if let Some(address) = &self.address {
            card.address.clone_from(address);
        }
        if let Some(code) = self.security_code.as_deref() {
            card.security_code_check = security_code_passes(Some(code), card.behaviour);
        }
        let Some(link) = &mut card.link else { return };
        link.updated_at = context.now;
        link.on_file = self.on_file.or(link.on_file);
        link.merchant = self.merchant.or(link.merchant);
        if let Some(code) = self.security_code.as_deref() {
            let name = link.checks.name;
            let asked = self.verifies_name.then_some(&card.name);
            link.checks = checks(Some(code), &card.address, asked);
            link.checks.name = link.checks.name.or(name);
        } else if self.verifies_name {
            link.checks.name = Some(test_number::name_checks(&card.name));
        }
    }
}

/// What the issuer says, of the name too where one is asked about.
fn checks(code: Option<&str>, address: &Address, name: Option<&String>) -> CardChecks {
    let postal_code = address.postal_code.as_deref().unwrap_or_default();
    let checks = test_number::checks(code, postal_code, address.street1.is_some());
    CardChecks { name: name.map(|name| test_number::name_checks(name.trim())), ..checks }
}

/// A card's rails, the one that people mean first.
const fn rails(funding: Funding) -> &'static [Rail] {
    match funding {
        Funding::Debit => &[Rail::CardPayment, Rail::PushToCard, Rail::PullFromCard],
        Funding::Credit => &[Rail::CardPayment],
    }
}

fn check_month(month: u8, year: u16) -> Result<()> {
    let valid = (1..=12).contains(&month) && (2000..=9999).contains(&year);
    if valid { Ok(()) } else { Err(BankError::InvalidCard(CardField::Expiration)) }
}
