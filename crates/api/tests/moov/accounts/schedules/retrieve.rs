//! `GET /accounts/{accountID}/schedules/{scheduleID}`.

use super::cast::{Cast, PARTNER, collection};

#[tokio::test]
async fn what_is_no_schedule_is_not_there() {
    let cast = Cast::new().await;
    for id in ["b7aa2ee2-8783-4fc9-9fa6-a4720b30b20d", PARTNER, "schd_1", "latest"] {
        let path = format!("{}/{id}", collection(PARTNER));
        cast.ask().get(&path).await.is_bare(404);
        cast.ask().send("PUT", &path, Some(serde_json::json!({}))).await.is_bare(404);
        cast.ask().send("DELETE", &path, None).await.is_bare(404);
    }
}
