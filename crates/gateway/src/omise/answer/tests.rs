use engine::{Currency, CustomerId, Money, NotSent, RecipientId};
use serde_json::{Value, json};

use super::*;

fn charge() -> PaymentBody {
    let money = Money::new(100_000, Currency::THB);
    PaymentBody::Charge { customer: CustomerId(1), card: None, money, description: None }
}

fn transfer() -> PaymentBody {
    PaymentBody::Transfer { recipient: RecipientId(1), money: Money::new(5_000, Currency::THB) }
}

fn answer(status: u16, body: &Value) -> Told {
    Told::Answer(Answer { status, body: body.to_string().into_bytes() })
}

fn declined(payment: Option<&str>, kind: DeclineKind, message: &str) -> Verdict {
    Verdict::Declined { payment: payment.map(Into::into), kind, message: Some(message.into()) }
}

fn error(code: &str, message: &str) -> Value {
    json!({"object": "error", "location": "https://www.omise.co/api-errors", "code": code,
           "message": message})
}

#[test]
fn a_charge_is_what_its_status_says() {
    let of = |status: &str| {
        let body = json!({"object": "charge", "id": "chrg_test_1", "status": status,
                          "failure_code": null, "failure_message": null, "metadata": {}});
        verdict(&answer(200, &body), &charge())
    };
    assert_eq!(of("successful"), Verdict::Succeeded("chrg_test_1".into()));
    assert_eq!(of("pending"), Verdict::Accepted("chrg_test_1".into()));
    assert_eq!(of("something new"), Verdict::Unknown);
    for status in ["expired", "reversed", "failed"] {
        assert!(matches!(of(status), Verdict::Declined { payment: Some(_), .. }), "{status}");
    }
}

#[test]
fn a_failed_charge_is_the_payers_and_keeps_omises_words() {
    let body = json!({"object": "charge", "id": "chrg_test_1", "status": "failed",
                      "failure_code": "insufficient_fund", "failure_message": "insufficient funds"});
    assert_eq!(
        verdict(&answer(200, &body), &charge()),
        declined(Some("chrg_test_1"), DeclineKind::Payer, "insufficient funds")
    );
}

#[test]
fn a_transfer_is_made_when_it_is_taken_unless_it_failed_at_once() {
    let of = |code: Value| {
        let body = json!({"object": "transfer", "id": "trsf_test_1", "sent": false, "paid": false,
                          "failure_code": code, "failure_message": null});
        verdict(&answer(200, &body), &transfer())
    };
    assert_eq!(of(Value::Null), Verdict::Succeeded("trsf_test_1".into()));
    assert_eq!(
        of(json!("insufficient_balance")),
        declined(Some("trsf_test_1"), DeclineKind::BalanceShort, "insufficient_balance")
    );
    assert_eq!(
        of(json!("invalid_recipient")),
        declined(Some("trsf_test_1"), DeclineKind::Payee, "invalid_recipient")
    );
}

#[test]
fn what_omise_refuses_in_its_own_words_was_not_done() {
    let missing = error("not_found", "customer cust_test_1 was not found");
    assert_eq!(
        verdict(&answer(404, &missing), &charge()),
        declined(None, DeclineKind::Payer, "customer cust_test_1 was not found")
    );
    let short = error("invalid_amount", "amount is greater than the transferable balance");
    assert_eq!(
        verdict(&answer(400, &short), &transfer()),
        declined(
            None,
            DeclineKind::BalanceShort,
            "amount is greater than the transferable balance"
        )
    );
    let stranger = error("invalid_recipient", "recipient is not verified or not active");
    assert_eq!(
        verdict(&answer(400, &stranger), &transfer()),
        declined(None, DeclineKind::Payee, "recipient is not verified or not active")
    );
}

#[test]
fn of_everything_else_nothing_is_known() {
    let refusal = error("bad_request", "amount is not a number");
    for status in [302, 402, 405, 408, 409, 500, 502, 503, 504] {
        assert_eq!(verdict(&answer(status, &refusal), &charge()), Verdict::Unknown, "{status}");
    }
    let used = error("bad_request", "Idempotency-Key was used for a different request");
    assert_eq!(verdict(&answer(422, &used), &charge()), Verdict::Unknown);
    assert_eq!(verdict(&answer(404, &json!({"error": "no page"})), &charge()), Verdict::Unknown);
    assert_eq!(verdict(&answer(400, &error("backend_error", "oops")), &charge()), Verdict::Unknown);
    let of_another_kind = json!({"object": "transfer", "id": "trsf_test_1"});
    assert_eq!(verdict(&answer(200, &of_another_kind), &charge()), Verdict::Unknown);
    assert_eq!(verdict(&Told::Nothing, &charge()), Verdict::Unknown);
    let throttled = NotSent::Throttled { retry_after_seconds: None };
    assert_eq!(verdict(&Told::NotSent(throttled), &charge()), Verdict::NotSent(throttled));
}

#[test]
fn what_somebody_else_made_carries_no_key() {
    for metadata in [json!({}), json!({"order": 5}), json!({"kalends_key": 5}), json!("text")] {
        let body = json!({"object": "charge", "id": "chrg_test_1", "metadata": metadata});
        let payment: Payment = serde_json::from_value(body).unwrap();
        assert_eq!(payment.key(), "");
    }
}

#[test]
fn a_balance_counts_in_its_own_currency_only() {
    let body = json!({"object": "balance", "currency": "THB", "transferable": 1_644_800});
    assert_eq!(transferable(&answer(200, &body), "THB"), Some(1_644_800));
    assert_eq!(transferable(&answer(200, &body), "USD"), None);
    assert_eq!(transferable(&answer(500, &body), "THB"), None);
}
