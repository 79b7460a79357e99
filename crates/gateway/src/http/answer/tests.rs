use engine::NotSent;
use serde_json::{Value, json};

use super::*;

fn answer(status: u16, body: &Value) -> Told {
    Told::Answer(Answer { status, body: body.to_string().into_bytes() })
}

fn refused(kind: DeclineKind, payment: Option<&str>, message: Option<&str>) -> Verdict {
    Verdict::Declined { payment: payment.map(Into::into), kind, message: message.map(Into::into) }
}

#[test]
fn an_answer_that_all_went_well_is_taken_at_its_word() {
    let paid = json!({"status": "succeeded", "payment": "pay_1"});
    assert_eq!(verdict(&answer(200, &paid)), Verdict::Succeeded("pay_1".into()));
    assert_eq!(verdict(&answer(201, &paid)), Verdict::Succeeded("pay_1".into()));
    let taken = json!({"status": "accepted", "payment": "pay_2", "more": ["to", "come"]});
    assert_eq!(verdict(&answer(202, &taken)), Verdict::Accepted("pay_2".into()));
    let declined = json!({"status": "declined", "payment": "pay_3", "decline": "payer",
                          "message": "insufficient funds"});
    assert_eq!(
        verdict(&answer(200, &declined)),
        refused(DeclineKind::Payer, Some("pay_3"), Some("insufficient funds"))
    );
}

#[test]
fn a_refusal_says_whose_it_is_or_is_the_payers() {
    let of =
        |decline: Value| verdict(&answer(200, &json!({"status": "declined", "decline": decline})));
    assert_eq!(of(json!("payer")), refused(DeclineKind::Payer, None, None));
    assert_eq!(of(json!("balance_short")), refused(DeclineKind::BalanceShort, None, None));
    assert_eq!(of(json!("payee")), refused(DeclineKind::Payee, None, None));
    assert_eq!(of(Value::Null), refused(DeclineKind::Payer, None, None));
}

#[test]
fn what_cannot_be_processed_is_refused_for_good() {
    let told = json!({"status": "declined", "decline": "payee", "message": "account closed"});
    let expected = refused(DeclineKind::Payee, None, Some("account closed"));
    assert_eq!(verdict(&answer(422, &told)), expected);
    assert_eq!(verdict(&answer(422, &json!("no"))), refused(DeclineKind::Payer, None, None));
}

#[test]
fn whatever_else_is_answered_is_not_known() {
    let paid = json!({"status": "succeeded", "payment": "pay_1"});
    for status in [300, 302, 400, 404, 405, 408, 409, 418, 500, 502, 503, 504] {
        assert_eq!(verdict(&answer(status, &paid)), Verdict::Unknown, "{status}");
    }
    for strange in [
        json!({"status": "succeeded"}),
        json!({"status": "accepted"}),
        json!({"status": "absent"}),
        json!({"status": "paid", "payment": "pay_1"}),
        json!({"payment": "pay_1"}),
        json!([]),
    ] {
        assert_eq!(verdict(&answer(200, &strange)), Verdict::Unknown, "{strange}");
    }
    let garbage = Told::Answer(Answer { status: 200, body: b"<html>".to_vec() });
    assert_eq!(verdict(&garbage), Verdict::Unknown);
}

#[test]
fn without_an_answer_it_is_known_at_most_that_nothing_left() {
    assert_eq!(verdict(&Told::Nothing), Verdict::Unknown);
    let unreachable = Told::NotSent(NotSent::Unreachable);
    assert_eq!(verdict(&unreachable), Verdict::NotSent(NotSent::Unreachable));
}

#[test]
fn absence_is_what_the_endpoint_itself_says() {
    assert_eq!(sighting(&answer(404, &json!({"status": "absent"}))), Sighting::Absent);
    for (status, body) in [
        (404, json!({"error": "no such page"})),
        (200, json!({"status": "absent"})),
        (410, json!({"status": "absent"})),
        (500, json!({"status": "succeeded", "payment": "pay_1"})),
    ] {
        assert_eq!(sighting(&answer(status, &body)), Sighting::Unreachable, "{status} {body}");
    }
    let paid = json!({"status": "succeeded", "payment": "pay_1"});
    assert_eq!(sighting(&answer(200, &paid)), Sighting::Found(Verdict::Succeeded("pay_1".into())));
    let unreachable = Told::NotSent(NotSent::Unauthorised);
    assert_eq!(sighting(&unreachable), Sighting::Unreachable);
}

#[test]
fn a_balance_is_what_is_available() {
    assert_eq!(balance(&answer(200, &json!({"available": -5, "currency": "THB"}))), Some(-5));
    for (status, body) in
        [(200, json!({"available": 1.5})), (200, json!({})), (404, json!({"available": 5}))]
    {
        assert_eq!(balance(&answer(status, &body)), None, "{status} {body}");
    }
}
