//! The text that a search is for.

use std::collections::HashSet;

use engine::CustomerId;
use store::Order;

use super::super::{Context, OmiseError};
use super::SCANNED_MAX;
use super::found::Found;
use super::scope::Scope;

/// The text that a search is for, and whom it is about.
pub(super) struct Wanted {
    /// In lower case; empty for everything.
    text: String,
    /// The customers whose own words contain it: what they pay is found by them too.
    customers: HashSet<CustomerId>,
}

impl Wanted {
    /// Reads the text, and who is meant where customers pay for what is searched.
    pub(super) async fn read(
        context: &Context,
        text: &str,
        scope: Scope,
    ) -> Result<Wanted, OmiseError> {
        let mut wanted = Wanted { text: text.trim().to_lowercase(), customers: HashSet::new() };
        if !wanted.text.is_empty() && matches!(scope, Scope::Charge | Scope::ChargeSchedule) {
            let order = Order::ReverseChronological;
            for found in Scope::Customer.scan(context, order, SCANNED_MAX).await? {
                if let Found::Customer(customer) = &found
                    && wanted.is_in_words_of(context, &found)
                {
                    wanted.customers.insert(customer.id);
                }
            }
        }
        Ok(wanted)
    }

    /// Whether something's id, its owner's words about it or its payer's own contain
    /// the text, in either case.
    pub(super) fn is_mentioned_by(&self, context: &Context, found: &Found) -> bool {
        self.is_in_words_of(context, found)
            || found.customer().is_some_and(|customer| self.customers.contains(&customer))
    }

    fn is_in_words_of(&self, context: &Context, found: &Found) -> bool {
        self.text.is_empty()
            || found.words(context).iter().any(|word| word.to_lowercase().contains(&self.text))
    }
}
