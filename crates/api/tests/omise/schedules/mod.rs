mod create;
mod lifecycle;
mod list;
mod upload;

use serde_json::{Value, json};

use crate::sandbox::{Sandbox, id};

/// A monthly charge from tomorrow on, changed by `more`.
pub(crate) fn monthly(customer: &str, more: &Value) -> Value {
    let mut body = json!({
        "every": 1, "period": "month", "on": {"days_of_month": [31]},
        "start_date": "2025-03-21", "end_date": "2025-06-30",
        "charge": {"customer": customer, "amount": 100_000, "description": "Membership fee"},
    });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

/// The id of a customer whose card does this.
pub(crate) async fn customer_with_card(sandbox: &Sandbox, number: &str) -> String {
    let card = sandbox.token(number).await;
    id(&sandbox.post("/customers", json!({"card": card})).await)
}
