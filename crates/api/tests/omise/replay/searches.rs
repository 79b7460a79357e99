use super::Capture;
use super::charges::{NO_SOURCES, charge_like};
use crate::sandbox::Sandbox;

/// The captured searches that found nothing, by what they asked.
const FOUND_NOTHING: [(&str, &str); 11] = [
    (
        "search-c2NvcGU9Y2hhcmdlJnF1ZXJ5PSZmaWx0ZXJzJTVCdm9pZGVkJTVEPXRydWUmcGFnZT0xJm9yZGVyPXJldmVyc2VfY2hyb25vbG9naWNhbA-get",
        "scope=charge&query=&filters[voided]=true&page=1&order=reverse_chronological",
    ),
    (
        "search-c2NvcGU9Y2hhcmdlJnF1ZXJ5PWRlbW8mZmlsdGVycyU1QmNhcHR1cmVkJTVEPXRydWUmcGFnZT0xJm9yZGVyPXJldmVyc2VfY2hyb25vbG9naWNhbA-get",
        "scope=charge&query=demo&filters[captured]=true&page=1&order=reverse_chronological",
    ),
    (
        "search-c2NvcGU9Y2hhcmdlJnF1ZXJ5PWRlbW8mZmlsdGVycyU1QmNhcHR1cmVkJTVEPXRydWUmcGFnZT0yJm9yZGVyPXJldmVyc2VfY2hyb25vbG9naWNhbA-get",
        "scope=charge&query=demo&filters[captured]=true&page=2&order=reverse_chronological",
    ),
    (
        "search-c2NvcGU9Y2hhcmdlJnF1ZXJ5PWRlbW8mZmlsdGVycyU1QmNhcHR1cmVkJTVEPXRydWUmcGFnZT0yJm9yZGVyPXJldmVyc2VfY2hyb25vbG9naWNhbCZwZXJfcGFnZT0y-get",
        "scope=charge&query=demo&filters[captured]=true&page=2&order=reverse_chronological&per_page=2",
    ),
    (
        "search-c2NvcGU9Y2hhcmdlJnF1ZXJ5PWRlbW8mZmlsdGVycyU1QnZvaWRlZCU1RD10cnVlJnBhZ2U9MSZvcmRlcj1yZXZlcnNlX2Nocm9ub2xvZ2ljYWw-get",
        "scope=charge&query=demo&filters[voided]=true&page=1&order=reverse_chronological",
    ),
    (
        "search-c2NvcGU9Y3VzdG9tZXImcXVlcnk9am9obiZmaWx0ZXJzJTVCY3JlYXRlZCU1RD0yMDE3LTAxLTAxLi4yMDIyLTEyLTIxJnBhZ2U9MiZvcmRlcj1yZXZlcnNlX2Nocm9ub2xvZ2ljYWwmcGVyX3BhZ2U9Mg-get",
        "scope=customer&query=john&filters[created]=2017-01-01..2022-12-21&page=2&order=reverse_chronological&per_page=2",
    ),
    (
        "search-c2NvcGU9ZGlzcHV0ZSZxdWVyeT1kZW1vJmZpbHRlcnMlNUJjYXJkX2xhc3RfZGlnaXRzJTVEPTU0NTQmcGFnZT0xJm9yZGVyPXJldmVyc2VfY2hyb25vbG9naWNhbA-get",
        "scope=dispute&query=demo&filters[card_last_digits]=5454&page=1&order=reverse_chronological",
    ),
    (
        "search-c2NvcGU9bGluayZxdWVyeT1kZW1vJmZpbHRlcnMlNUJ1c2VkJTVEPXRydWUmcGFnZT0xJm9yZGVyPXJldmVyc2VfY2hyb25vbG9naWNhbA-get",
        "scope=link&query=demo&filters[used]=true&page=1&order=reverse_chronological",
    ),
    (
        "search-c2NvcGU9cmVjaXBpZW50JnF1ZXJ5PWRlbW8mZmlsdGVycyU1QmFjdGl2ZSU1RD10cnVlJnBhZ2U9MSZvcmRlcj1yZXZlcnNlX2Nocm9ub2xvZ2ljYWw-get",
        "scope=recipient&query=demo&filters[active]=true&page=1&order=reverse_chronological",
    ),
    (
        "search-c2NvcGU9cmVmdW5kJnF1ZXJ5PSZmaWx0ZXJzJTVCdm9pZGVkJTVEPXRydWUmcGFnZT0xJm9yZGVyPXJldmVyc2VfY2hyb25vbG9naWNhbA-get",
        "scope=refund&query=&filters[voided]=true&page=1&order=reverse_chronological",
    ),
    (
        "search-c2NvcGU9dHJhbnNmZXImcXVlcnk9ZGVtbyU0MG9taXNlLmNvJmZpbHRlcnMlNUJjdXJyZW5jeSU1RD10aGImcGFnZT0xJm9yZGVyPXJldmVyc2VfY2hyb25vbG9naWNhbA-get",
        "scope=transfer&query=demo%40omise.co&filters[currency]=thb&page=1&order=reverse_chronological",
    ),
];

#[tokio::test]
async fn searches_of_2019_that_find_nothing() {
    let sandbox = Sandbox::open().await;
    for (name, asked) in FOUND_NOTHING {
        let answered = sandbox.ask().get(&format!("/search?{asked}")).await;
        Capture::php(&format!("api.omise.co/{name}")).is(&answered);
    }
}

#[tokio::test]
async fn a_search_of_2019_that_finds_charges_and_its_second_page() {
    let capture = Capture::php(
        "api.omise.co/search-c2NvcGU9Y2hhcmdlJnF1ZXJ5PW9yZGVyJmZpbHRlcnMlNUJjYXB0dXJlZCU1RD10cnVlJnBhZ2U9MSZvcmRlcj1yZXZlcnNlX2Nocm9ub2xvZ2ljYWw-get",
    );
    let mut found = capture.shown()["data"].as_array().unwrap().clone();
    let oldest = found.iter().map(|it| it["created_at"].as_str().unwrap()).min().unwrap();
    let sandbox = Sandbox::open_at(oldest).await;
    found = charge_like(&sandbox, &found).await;
    sandbox.advance("2025-03-20T10:35:00Z").await;
    found.reverse();
    let total = found.len();
    let asked =
        "/search?scope=charge&query=order&filters[captured]=true&order=reverse_chronological&page=";
    capture
        .but("/data", found, NO_SOURCES)
        .but("/total", total, NO_SOURCES)
        .is(&sandbox.ask().get(&format!("{asked}1")).await);
    Capture::php(
        "api.omise.co/search-c2NvcGU9Y2hhcmdlJnF1ZXJ5PW9yZGVyJmZpbHRlcnMlNUJjYXB0dXJlZCU1RD10cnVlJnBhZ2U9MiZvcmRlcj1yZXZlcnNlX2Nocm9ub2xvZ2ljYWw-get",
    )
    .but("/total", total, NO_SOURCES)
    .is(&sandbox.ask().get(&format!("{asked}2")).await);
}
