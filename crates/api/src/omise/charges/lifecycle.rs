//! What is done with a charge after it was made: `POST /charges/{id}/capture`,
//! `/reverse`, `/expire`, `/mark_as_paid` and `/mark_as_failed`.

use bank::{Charge, ChargeStatus};
use engine::{ChargeId, Instant};
use gateway::bank::BankError;

use super::render::Place;
use super::{failure, show};
use crate::omise::answer::Answer;
use crate::omise::context::Context;
use crate::omise::error::OmiseError;
use crate::omise::ids::Kind;
use crate::omise::params::Params;
use crate::omise::refusal::{Asked, find};

/// Takes authorised money, in part if an amount is given.
pub(super) async fn capture(context: Context, params: Params, id: String) -> Answer {
    let key = ChargeId(find(&context, Kind::Charge, &id)?);
    let mut read = params.reader();
    let amount = if read.has("capture_amount") { "capture_amount" } else { "amount" };
    let amount_minor = read.optional_integer(amount);
    read.finish_as(OmiseError::failed_capture)?;
    let done = context.app.bank().capture_charge(context.bank_context(), key, amount_minor).await;
    answer(&context, &id, done, |charge, now| match charge.status {
        _ if has_lapsed(charge, now) => OmiseError::expired_charge("charge expired"),
        ChargeStatus::Successful => OmiseError::failed_capture("charge was already captured"),
        _ => OmiseError::failed_capture("Charge is not authorized"),
    })
    .await
}

/// Releases authorised money.
pub(super) async fn reverse(context: Context, _params: Params, id: String) -> Answer {
    let key = ChargeId(find(&context, Kind::Charge, &id)?);
    let done = context.app.bank().reverse_charge(context.bank_context(), key).await;
    answer(&context, &id, done, |charge, now| {
        if has_lapsed(charge, now) {
            return OmiseError::expired_charge("charge expired");
        }
        OmiseError::failed_reverse("only uncaptured authorized charges can be reversed")
    })
    .await
}

/// Lets a pending charge lapse.
pub(super) async fn expire(context: Context, _params: Params, id: String) -> Answer {
    let key = ChargeId(find(&context, Kind::Charge, &id)?);
    let done = context.app.bank().expire_charge(context.bank_context(), key).await;
    answer(&context, &id, done, |_, _| {
        OmiseError::failed_expire("only pending charges can be expired")
    })
    .await
}

/// Pays a pending charge, as its payer would.
pub(super) async fn mark_as_paid(context: Context, _params: Params, id: String) -> Answer {
    let key = ChargeId(find(&context, Kind::Charge, &id)?);
    let done = context.app.bank().mark_charge_as_paid(context.bank_context(), key).await;
    answer(&context, &id, done, |_, _| {
        OmiseError::bad_request("only pending charges can be marked as paid")
    })
    .await
}

/// Fails a pending charge, as its payer would.
pub(super) async fn mark_as_failed(context: Context, params: Params, id: String) -> Answer {
    let key = ChargeId(find(&context, Kind::Charge, &id)?);
    let mut read = params.reader();
    let code = read.optional_id("failure_code");
    let why = code.as_deref().and_then(failure::of_code);
    if code.is_some() && why.is_none() {
        read.refuse("failure_code is not supported");
    }
    read.finish()?;
    let done = context.app.bank().mark_charge_as_failed(context.bank_context(), key, why).await;
    answer(&context, &id, done, |_, _| {
        OmiseError::bad_request("only pending charges can be marked as failed")
    })
    .await
}

/// The charge as it is now, or why it could not become so.
async fn answer(
    context: &Context,
    id: &str,
    done: Result<Charge, BankError>,
    in_wrong_state: impl FnOnce(&Charge, Instant) -> OmiseError + Send,
) -> Answer {
    let charge = match done {
        Ok(charge) => charge,
        Err(BankError::ChargeState(charge)) => return Err(in_wrong_state(&charge, context.now)),
        Err(error) => {
            let ids = [(Kind::Charge, id)];
            let asked =
                Asked { amount_code: OmiseError::failed_capture, ..Asked::about(context, &ids) };
            return Err(asked.refused(error));
        }
    };
    show::charge(context, &charge, Place::Alone).await
}

/// Whether a charge can no longer be captured or paid because its time is up.
fn has_lapsed(charge: &Charge, now: Instant) -> bool {
    match charge.status {
        ChargeStatus::Expired => true,
        ChargeStatus::Pending => charge.expires_at.is_some_and(|expires_at| expires_at <= now),
        ChargeStatus::Successful | ChargeStatus::Failed | ChargeStatus::Reversed => false,
    }
}
