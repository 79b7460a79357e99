//! Reads what a refund is shown with, and shows it.

use bank::Refund;

use super::render;
use crate::omise::answer::Answer;
use crate::omise::context::Context;
use crate::omise::view::View;
use crate::omise::{charges, transactions};

/// A refund.
pub(crate) async fn refund(context: &Context, refund: &Refund) -> Answer {
    let charge = charges::show::reference(context, refund.charge).await?;
    let transaction = transactions::show::reference(context, Some(refund.journal_entry)).await?;
    Ok(render::refund(&View::of(context), refund, charge, transaction))
}
