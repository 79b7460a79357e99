//! `POST /accounts/{accountID}/transfer-options`, in older documents without the account:
//! by which payment methods money could go from one to another.

use bank::{PaymentMethod, Rail};
use engine::{PartyId, PaymentMethodId};
use serde::Deserialize;
use serde_json::Value;

use crate::moov::accounts;
use crate::moov::accounts::payment_methods::show::payment_method;
use crate::moov::answer::{Answer, Reply};
use crate::moov::context::Context;
use crate::moov::object::Object;
use crate::moov::refusal::Refusal;
use crate::moov::request::Request;
use crate::moov::run_transfer::{AmountBody, amount};
use crate::moov::validation::Problems;

#[derive(Deserialize)]
struct Body {
    source: Option<SideBody>,
    destination: Option<SideBody>,
    amount: Option<AmountBody>,
}

/// Whom, or by what, money would come from or go to.
#[derive(Clone, Default, Deserialize)]
struct SideBody {
    #[serde(rename = "accountID")]
    account_id: Option<String>,
    #[serde(rename = "paymentMethodID")]
    payment_method_id: Option<String>,
}

/// The options, for an account that transfers are run on.
pub(super) async fn of_account(context: Context, request: Request, party: PartyId) -> Answer {
    accounts::party(&context, party).await?;
    of_platform(context, request).await
}

/// The options, as older documents have them.
pub(super) async fn of_platform(context: Context, request: Request) -> Answer {
    let body: Body = request.json()?;
    let mut problems = Problems::new();
    let mut wrong = Vec::new();
    amount("amount", context.account.currency, body.amount.as_ref(), 1, &mut wrong);
    for told in wrong {
        problems.add("amount", told);
    }
    let (source, destination) =
        (body.source.unwrap_or_default(), body.destination.unwrap_or_default());
    let source = source.methods(&context, "source", Rail::can_pay, &mut problems).await?;
    let destination =
        destination.methods(&context, "destination", Rail::can_be_paid, &mut problems).await?;
    if source.is_none() && destination.is_none() && problems.is_empty() {
        problems.add("source", "names neither an account nor a payment method");
    }
    problems.finish()?;
    let options = Object::new()
        .maybe("sourceOptions", shown(&context, source).await?)
        .maybe("destinationOptions", shown(&context, destination).await?);
    Ok(Reply::json(options.into()))
}

impl SideBody {
    /// Those of its payment methods by which money can go; `None` where it names nobody.
    async fn methods(
        &self,
        context: &Context,
        side: &str,
        fits: impl Fn(Rail) -> bool,
        problems: &mut Problems,
    ) -> Result<Option<Vec<PaymentMethod>>, Refusal> {
        let named = |id: &Option<String>| id.clone().filter(|id| !id.is_empty());
        let (bank, account) = (context.bank(), context.account.id);
        let methods = match (named(&self.payment_method_id), named(&self.account_id)) {
            (None, None) => return Ok(None),
            (Some(id), _) => {
                let id: Option<PaymentMethodId> = context.ids().find(&id);
                let found = bank.payment_methods_by_id(account, id).await?;
                let enabled: Vec<_> =
                    found.into_iter().flatten().filter(PaymentMethod::is_enabled).collect();
                if enabled.is_empty() {
                    problems.add(side, "paymentMethodID names no payment method");
                }
                enabled
            }
            (None, Some(id)) => {
                let id: Option<PartyId> = context.ids().find(&id);
                let found = bank.parties_by_id(account, id).await?.into_iter().flatten().next();
                if let Some(party) = found {
                    bank.payment_methods(account, party.id).await?
                } else {
                    problems.add(side, "accountID names no account");
                    Vec::new()
                }
            }
        };
        Ok(Some(methods.into_iter().filter(|method| fits(method.rail)).collect()))
    }
}

async fn shown(
    context: &Context,
    methods: Option<Vec<PaymentMethod>>,
) -> Result<Option<Value>, Refusal> {
    let Some(methods) = methods else { return Ok(None) };
    let instruments = context.bank().instruments(context.account.id, &methods).await?;
    let shown = methods.iter().filter_map(|it| payment_method(context, it, &instruments));
    Ok(Some(Value::Array(shown.collect())))
}
