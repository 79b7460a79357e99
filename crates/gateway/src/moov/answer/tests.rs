use engine::NotSent;
use serde_json::json;

use super::*;

fn answer(status: u16, body: &Value) -> Told {
    Told::Answer(Answer { status, body: body.to_string().into_bytes() })
}

fn of(status: u16, body: &Value) -> Verdict {
    verdict(&answer(status, body), "kalends-1")
}

#[test]
fn a_transfer_is_what_its_status_says() {
    let with = |status: &str| of(200, &json!({"transferID": "t-1", "status": status}));
    for status in ["completed", "reversed"] {
        assert_eq!(with(status), Verdict::Succeeded("t-1".into()), "{status}");
    }
    for status in ["created", "pending", "queued"] {
        assert_eq!(with(status), Verdict::Accepted("t-1".into()), "{status}");
    }
    assert_eq!(with("something-new"), Verdict::Unknown);
    let taken = json!({"transferID": "t-1", "createdOn": "2026-01-31T01:30:00Z"});
    assert_eq!(of(202, &taken), Verdict::Accepted("t-1".into()));
}

#[test]
fn a_failed_transfer_says_whose_fault_it_was() {
    let with = |reason: &str, source: &Value| {
        let body = json!({"transferID": "t-1", "status": "failed", "failureReason": reason,
                          "source": source});
        match of(201, &body) {
            Verdict::Declined { payment, kind, message } => (payment, kind, message),
            other => panic!("{other:?}"),
        }
    };
    let told = |kind, message: &str| (Some("t-1".into()), kind, Some(message.into()));
    assert_eq!(
        with("wallet-insufficient-funds", &json!({})),
        told(DeclineKind::BalanceShort, "wallet-insufficient-funds")
    );
    assert_eq!(
        with("destination-payment-error", &json!({})),
        told(DeclineKind::Payee, "destination-payment-error")
    );
    let card = json!({"cardDetails": {"failureCode": "do-not-honor"}});
    assert_eq!(with("source-payment-error", &card), told(DeclineKind::Payer, "do-not-honor"));
}

#[test]
fn a_used_key_is_answered_with_what_was_made_under_it() {
    let made = |key: &str| json!({"transferID": "t-1", "status": "completed", "metadata": {"kalends_key": key}});
    assert_eq!(of(409, &made("kalends-1")), Verdict::Succeeded("t-1".into()));
    assert_eq!(of(409, &made("kalends-2")), Verdict::Unknown);
    assert_eq!(of(409, &json!({"error": "in use"})), Verdict::Unknown);
}

#[test]
fn what_was_not_valid_was_not_done() {
    let amount = json!({"amount": "must be positive", "error": "no"});
    assert_eq!(
        of(422, &amount),
        Verdict::Declined {
            payment: None,
            kind: DeclineKind::Payer,
            message: Some("amount: must be positive; no".into()),
        }
    );
    let payee = json!({"destinationPaymentMethodID": "is not valid"});
    assert!(matches!(of(400, &payee), Verdict::Declined { kind: DeclineKind::Payee, .. }));
}

#[test]
fn of_everything_else_nothing_is_known() {
    for status in [302, 404, 405, 408, 500, 502, 504] {
        assert_eq!(of(status, &json!({"transferID": "t-1"})), Verdict::Unknown, "{status}");
    }
    assert_eq!(of(422, &json!("<html>")), Verdict::Unknown);
    assert_eq!(of(200, &json!({"id": "t-1"})), Verdict::Unknown);
    assert_eq!(verdict(&Told::Nothing, "kalends-1"), Verdict::Unknown);
    let unauthorised = Told::NotSent(NotSent::Unauthorised);
    assert_eq!(verdict(&unauthorised, "kalends-1"), Verdict::NotSent(NotSent::Unauthorised));
}
