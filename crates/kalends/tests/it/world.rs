//! Who pays and who is paid in the sandboxes that are killed, stopped and failed.

use std::path::Path;

use serde_json::json;

use crate::books::instant;
use crate::sandbox_process::SandboxProcess;

/// Where their clocks begin.
pub(crate) const START: &str = "2026-01-01T00:00:00Z";

const SEED: &str = r#"
[[account]]
balance = 100000000

[[account.customer]]
id = "cust_test_pays"
[[account.customer.card]]
id = "card_test_pays"
number = "4242424242424242"
name = "Pays"
expiration_month = 12
expiration_year = 2099

[[account.customer]]
id = "cust_test_fails"
[[account.customer.card]]
id = "card_test_fails"
number = "4111111111140011"
name = "Fails"
expiration_month = 12
expiration_year = 2099

[[account.recipient]]
id = "recp_test_landlord"
name = "Landlord"
bank_account = { brand = "scb", number = "1234567890", name = "LANDLORD" }

[[account.recipient]]
id = "recp_test_stranger"
name = "Stranger"
bank_account = { brand = "scb", number = "1234567891", name = "STRANGER" }
verified = false
"#;

/// Writes the seed into a folder, and answers its path.
pub(crate) fn write_seed(folder: &Path) -> String {
    let seed = folder.join("seed.toml");
    std::fs::write(&seed, SEED).unwrap();
    seed.to_str().unwrap().to_owned()
}

/// Charges and payouts of every kind, in the middle of which things go wrong.
pub(crate) async fn create_schedules(sandbox: &SandboxProcess) {
    let daily = json!({ "every": 1, "period": "day" });
    let weekly =
        json!({ "every": 1, "period": "week", "on": { "weekdays": ["monday", "friday"] } });
    let monthly = json!({ "every": 1, "period": "month", "on": { "days_of_month": [1, 15, 31] } });
    let pays = json!({ "charge": { "customer": "cust_test_pays", "amount": 100_000 } });
    let fails = json!({ "charge": { "customer": "cust_test_fails", "amount": 100_000 } });
    let fixed = json!({ "transfer": { "recipient": "recp_test_landlord", "amount": 100_000_000 } });
    let share =
        json!({ "transfer": { "recipient": "recp_test_landlord", "percentage_of_balance": 12.5 } });
    let refused = json!({ "transfer": { "recipient": "recp_test_stranger", "amount": 10_000 } });
    let plans = [
        (20, &daily, &pays),
        (5, &weekly, &pays),
        (5, &monthly, &pays),
        (2, &daily, &fails),
        (2, &monthly, &fails),
        (2, &monthly, &fixed),
        (2, &weekly, &share),
        (1, &daily, &share),
        (1, &daily, &refused),
    ];
    for (count, rule, instruction) in plans {
        for _ in 0..count {
            let mut body = json!({ "start_date": "2026-01-02", "end_date": "2100-01-01" });
            let fields = body.as_object_mut().unwrap();
            fields.extend(rule.as_object().unwrap().clone());
            fields.extend(instruction.as_object().unwrap().clone());
            sandbox.post("/schedules", &body).await;
        }
    }
}

/// So many days after `now`.
pub(crate) fn later(now: &str, days: i64) -> String {
    instant(now).plus_seconds(days * 86_400).to_string()
}
