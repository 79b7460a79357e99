//! Tokens: a card is read once, and what stays tells nothing of its number.

use bank::card::{Address, has_expired, security_code_passes};
use bank::{Card, CardNumber, RecordKind, Token};
use engine::{AccountId, CardId};

use super::books::Draft;
use super::{Bank, BankError, CardField, Context, Result};

/// A card as typed in. Never stored, never logged.
pub struct CardDetails {
    /// The number, spaces and dashes allowed.
    pub number: String,
    /// The holder's name.
    pub name: String,
    /// 1 to 12.
    pub expiration_month: u8,
    /// Four digits.
    pub expiration_year: u16,
    /// Three or four digits.
    pub security_code: Option<String>,
    /// Where the holder lives.
    pub address: Address,
    /// A key of the user's choosing, from a seed.
    pub given_id: Option<Box<str>>,
}

/// A card number as it is read once: what the bank keeps of it.
pub type TokenAndCard = (Token, Card);

impl Bank {
    /// Reads a card once and makes a single-use token for it.
    pub async fn create_token(
        &self,
        context: Context<'_>,
        card: CardDetails,
    ) -> Result<TokenAndCard> {
        let number = card.checked_number(context)?;
        let id = CardId(self.fresh_key(RecordKind::Card, card.given_id.as_deref())?);
        let behaviour = number.behaviour();
        let kept = Card {
            id,
            account: context.account.id,
            customer: None,
            link: None,
            created_at: context.now,
            version: 0,
            brand: number.brand(),
            first_digits: number.first_digits().to_owned(),
            last_digits: number.last_digits().to_owned(),
            fingerprint: number.fingerprint(),
            name: card.name.trim().to_owned(),
            expiration_month: card.expiration_month,
            expiration_year: card.expiration_year,
            security_code_check: security_code_passes(card.security_code.as_deref(), behaviour),
            address: card.address,
            behaviour,
            deleted: false,
        };
        let token = Token {
            key: self.fresh_key(RecordKind::Token, None)?,
            account: context.account.id,
            created_at: context.now,
            version: 0,
            card: id,
            used: false,
        };
        self.decide(|| async {
            let mut draft = Draft::default();
            draft.record(&token)?;
            draft.record(&kept)?;
            draft.name(card.given_id.clone());
            Ok(((), draft))
        })
        .await?;
        Ok((token, kept))
    }

    /// A token and its card.
    pub async fn token(&self, account: AccountId, key: i64) -> Result<TokenAndCard> {
        let token: Token = self.find(account, key).await?;
        let card = self.find(account, token.card.0).await?;
        Ok((token, card))
    }

    /// A token that is about to be used, marked as used, and its card.
    pub(super) async fn unused_token(&self, account: AccountId, key: i64) -> Result<TokenAndCard> {
        let (token, card) = self.token(account, key).await?;
        if token.used {
            return Err(BankError::UsedToken);
        }
        let version = token.version.saturating_add(1);
        Ok((Token { used: true, version, ..token }, card))
    }
}

impl CardDetails {
    /// The number, where everything about the card is valid.
    fn checked_number(&self, context: Context<'_>) -> Result<CardNumber> {
        let number =
            CardNumber::parse(&self.number).ok_or(BankError::InvalidCard(CardField::Number))?;
        check_expiration(context, self.expiration_year, self.expiration_month)?;
        check_name(&self.name)?;
        Ok(number)
    }
}

/// Refuses months that are none, and those that have passed.
pub(super) fn check_expiration(context: Context<'_>, year: u16, month: u8) -> Result<()> {
    let valid = (1..=12).contains(&month) && year <= 9999 && !has_expired(year, month, context.now);
    if valid { Ok(()) } else { Err(BankError::InvalidCard(CardField::Expiration)) }
}

/// Refuses a holder without a name.
pub(super) fn check_name(name: &str) -> Result<()> {
    if name.trim().is_empty() {
        return Err(BankError::InvalidCard(CardField::Name));
    }
    Ok(())
}
