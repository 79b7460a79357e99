//! `GET /accounts/{accountID}/schedules`.

use serde_json::{Value, json};

use super::cast::{CUSTOMER, Cast, MERCHANT, PARTNER, collection, member, occurrence};

impl Cast {
    async fn schedules(&self, count: i64) -> Vec<Value> {
        let mut made = Vec::new();
        for cents in 1..=count {
            let body = json!({"occurrences": [occurrence("2040-03-01T00:00:00Z", cents)]});
            made.push(self.schedule(body).await);
        }
        made
    }

    async fn listed(&self, query: &str) -> Value {
        self.get(&format!("{}{query}", collection(PARTNER))).await
    }
}

#[tokio::test]
async fn the_newest_come_first_and_twenty_at_a_time() {
    let cast = Cast::new().await;
    let mut made = cast.schedules(22).await;
    made.reverse();
    assert_eq!(cast.listed("").await, json!(made[..20]));
    assert_eq!(cast.listed("?skip=20").await, json!(made[20..]));
    assert_eq!(cast.listed("?skip=1&count=2").await, json!(made[1..3]));
    assert_eq!(cast.listed("?count=1000").await, json!(made));
    assert_eq!(cast.listed("?skip=22").await, json!([]));
}

#[tokio::test]
async fn canceled_schedules_are_listed_too() {
    let cast = Cast::new().await;
    let made = cast.schedules(1).await;
    cast.delete(&member(&made[0])).await;
    assert_eq!(cast.listed("").await, json!([cast.get(&member(&made[0])).await]));
}

#[tokio::test]
async fn accounts_are_added_where_they_are_asked_for() {
    let cast = Cast::new().await;
    let mut made = cast.schedules(1).await.remove(0);
    made["destinationAccount"] =
        json!({"accountID": MERCHANT, "displayName": "Lincoln National Corporation"});
    made["partnerAccount"] = json!({"accountID": PARTNER, "displayName": "Partner"});
    made["sourceAccount"] =
        json!({"accountID": CUSTOMER, "displayName": "John Doe", "email": "noreply@moov.io"});
    assert_eq!(cast.listed("?hydrate=accounts").await, json!([made]));
}

#[tokio::test]
async fn a_query_that_cannot_be_decoded_is_refused() {
    let cast = Cast::new().await;
    for query in ["?skip=abc", "?count=1.5", "?hydrate=everything"] {
        let refused = cast.ask().get(&format!("{}{query}", collection(PARTNER))).await;
        assert_eq!(refused.status, 400, "{query}");
        assert!(refused.body()["error"].is_string());
    }
}
