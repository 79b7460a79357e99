//! Payments that the upstream shows name the schedules kept here.

use engine::{Account, ScheduleId};
use serde_json::Value;

use crate::omise::Kind;
use crate::omise::ids::Code;

/// In which mark a payment carries its schedule's id (`gateway::upstream`).
const MARK: &str = "kalends_schedule";
/// How deep a payment may stand in an answer: in a list, in a customer, expanded.
const DEPTH_MAX: usize = 16;

/// Whether what stands at a path shows payments.
pub(super) fn may_be_in(path: &str) -> bool {
    ["/charges", "/transfers", "/search", "/events", "/refunds", "/transactions"]
        .iter()
        .any(|root| path.starts_with(root))
}

/// Writes into each payment with a mark of ours the schedule that it came of, in the place
/// where Omise has one of its own. Whether there was any.
pub(super) fn put(answer: &mut Value, code: Code) -> bool {
    put_below(answer, code, 0)
}

fn put_below(value: &mut Value, code: Code, depth: usize) -> bool {
    if depth > DEPTH_MAX {
        return false;
    }
    match value {
        Value::Array(entries) => {
            entries.iter_mut().fold(false, |any, entry| put_below(entry, code, depth + 1) | any)
        }
        Value::Object(fields) => {
            let ours = schedule(fields, code);
            let mut any = false;
            if let Some(ours) = ours
                && let Some(place @ Value::Null) = fields.get_mut("schedule")
            {
                *place = Value::String(ours);
                any = true;
            }
            fields.values_mut().fold(any, |any, field| put_below(field, code, depth + 1) | any)
        }
        _ => false,
    }
}

/// The id of the schedule that a payment came of, if it is one of ours.
fn schedule(fields: &serde_json::Map<String, Value>, code: Code) -> Option<String> {
    let object = fields.get("object")?.as_str()?;
    let id = fields.get("metadata")?.get(MARK)?.as_str()?;
    let is_payment = matches!(object, "charge" | "transfer");
    let _: ScheduleId = code.parse(Kind::Schedule, id).filter(|_| is_payment).map(ScheduleId)?;
    Some(id.to_owned())
}

/// How an account's ids are written.
pub(super) fn code_of(installation: engine::InstallationId, account: &Account) -> Code {
    Code { installation, mode: account.mode }
}

#[cfg(test)]
mod tests {
    use engine::{InstallationId, Mode};
    use serde_json::json;

    use super::*;

    const CODE: Code = Code { installation: InstallationId(7), mode: Mode::Live };

    #[test]
    fn a_payment_with_our_mark_names_its_schedule() {
        let id = CODE.render(Kind::Schedule, 5);
        let payment = |schedule: Value, mark: &str| {
            json!({"object": "charge", "id": "chrg_1", "schedule": schedule,
                   "metadata": {"kalends_schedule": mark}})
        };
        let mut answer = json!({"object": "list", "data": [
            payment(Value::Null, &id),
            payment(json!("schd_theirs"), &id),
            payment(Value::Null, "schd_0000000000000000000"),
        ]});
        assert!(put(&mut answer, CODE));
        assert_eq!(
            answer,
            json!({"object": "list", "data": [
                payment(json!(id), &id),
                payment(json!("schd_theirs"), &id),
                payment(Value::Null, "schd_0000000000000000000"),
            ]})
        );
    }

    #[test]
    fn what_is_no_payment_is_left_alone() {
        let id = CODE.render(Kind::Schedule, 5);
        let customer = json!({"object": "customer", "schedule": null,
                              "metadata": {"kalends_schedule": id}});
        let mut answer = customer.clone();
        assert!(!put(&mut answer, CODE));
        assert_eq!(answer, customer);
    }
}
