use serde_json::{Value, json};

use super::monthly;
use crate::sandbox::{Sandbox, only};

const COLUMNS: &str =
    "customer_key,customer,card,amount,description,every,period,days_of_month,start_date,end_date";

fn multipart(name: &str, csv: &str) -> (String, String) {
    let body = format!(
        "--edge\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"example.csv\"\r\n\
         Content-Type: text/csv\r\n\r\n{csv}\r\n--edge--\r\n"
    );
    ("multipart/form-data; boundary=edge".to_owned(), body)
}

async fn upload(sandbox: &Sandbox, csv: &str) -> Value {
    let (content_type, body) = multipart("file", csv);
    sandbox.ask().send_as("POST", "/schedules/upload", &content_type, body).await.ok()
}

#[tokio::test]
async fn a_file_makes_a_schedule_of_each_row_and_names_those_it_cannot() {
    let sandbox = Sandbox::open().await;
    let customer = sandbox.customer().await;
    let token = sandbox.token("5555555555554444").await;
    let csv = format!(
        "{COLUMNS}\n\
         A1,{customer},,79000,First,1,month,5,2025-8-30,2028-4-5\n\
         A2,{customer},{token},54800,Second,1,month,15;20,2025-8-30,2028-4-5\n\
         A3,cust_test_missing,,54800,Third,1,month,15,2025-8-30,2028-4-5\n"
    );
    let batch = upload(&sandbox, &csv).await;
    assert_eq!(
        only(&batch, &["object", "name", "entries", "schedule_created_count", "errors"]),
        json!({
            "object": "batch_recurring", "name": "example.csv", "entries": 3,
            "schedule_created_count": 2,
            "errors": [{
                "row": 3, "customer_key": "A3", "code": "not_found",
                "message": "customer cust_test_missing was not found"
            }]
        })
    );
    let list = sandbox.get("/charges/schedules").await;
    let words = |place: usize| list["data"][place]["in_words"].clone();
    assert_eq!(words(0), "Every 1 month(s) on the 5th");
    assert_eq!(words(1), "Every 1 month(s) on the 15th and 20th");
    assert_eq!(list["data"][0]["start_on"], "2025-08-30");
    assert_eq!(list["data"][1]["charge"]["default_card"], false);
    let cards = sandbox.get(&format!("/customers/{customer}/cards")).await;
    assert_eq!(cards["total"], 2);
}

#[tokio::test]
async fn the_keys_of_rows_are_nobody_elses() {
    let sandbox = Sandbox::open().await;
    let customer = sandbox.customer().await;
    let csv = format!("{COLUMNS}\nA1,{customer},,79000,First,1,month,5,2025-8-30,2028-4-5\n");
    let (content_type, body) = multipart("file", &csv);
    let ask = |key| sandbox.ask().header("Idempotency-Key", key);
    ask("a").send_as("POST", "/schedules/upload", &content_type, body).await.ok();
    ask("a#0").post("/schedules", monthly(&customer, &json!({}))).await.ok();
    assert_eq!(sandbox.get("/schedules").await["total"], 2);
}

#[tokio::test]
async fn without_a_file_there_is_nothing_to_do() {
    let sandbox = Sandbox::open().await;
    sandbox.ask().post("/schedules/upload", json!({})).await.is_refused(
        400,
        "missing_file",
        "missing file or filename",
    );
    let (content_type, body) = multipart("files", COLUMNS);
    let answered = sandbox.ask().send_as("POST", "/schedules/upload", &content_type, body).await;
    answered.is_refused(400, "missing_file", "missing file or filename");
}
