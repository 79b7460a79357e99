//! What each request wants of the key that it shows.

use http::{Method, Uri};
use store::{Area, CredentialKind, Reach, Scope};

/// What a request wants.
pub(crate) fn wanted(method: &Method, uri: &Uri) -> Scope {
    let path = uri.path();
    let only_reads = matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS);
    let area = match path.strip_prefix("/kalends/v1/") {
        Some(ours) => area_of_ours(ours),
        None if is_about_schedules(path, uri.query()) => Area::Schedules,
        None => Area::Payments,
    };
    Scope { area, reach: if only_reads { Reach::Read } else { Reach::Write } }
}

fn area_of_ours(path: &str) -> Area {
    match path.split('/').next().unwrap_or_default() {
        "schedules" | "preview" => Area::Schedules,
        "webhook-endpoints" | "deliveries" => Area::Webhooks,
        "keys" => Area::Keys,
        _ => Area::Operations,
    }
}

/// Those of a customer or recipient among them, and what is searched among them.
fn is_about_schedules(path: &str, query: Option<&str>) -> bool {
    let mut segments = path.split('/').filter(|segment| !segment.is_empty());
    match segments.next() {
        Some("schedules" | "occurrences") => true,
        Some("search") => {
            let mut pairs = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
            pairs.any(|(name, scope)| name == "scope" && scope.ends_with("_schedule"))
        }
        Some(_) => segments.any(|segment| segment == "schedules"),
        None => false,
    }
}

/// Whether a key opens what a request wants; else what it would need.
pub(crate) fn admit(kind: CredentialKind, wanted: Scope) -> Result<(), String> {
    match kind {
        CredentialKind::Restricted(scopes) if !scopes.allow(wanted) => {
            Err(format!("this key is restricted, and has not the scope {}", wanted.name()))
        }
        CredentialKind::Secret | CredentialKind::Public | CredentialKind::Restricted(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_request_wants_one_scope() {
        let wanted = |method: Method, uri: &str| wanted(&method, &uri.parse().unwrap()).name();
        for (uri, expected) in [
            ("/schedules", "schedules.read"),
            ("/customers/cust_1/schedules?limit=1", "schedules.read"),
            ("/occurrences/occu_1", "schedules.read"),
            ("/search?query=a&scope=charge_schedule", "schedules.read"),
            ("/search?scope=charge", "payments.read"),
            ("/charges/schedules_1", "payments.read"),
            ("/charges", "payments.read"),
            ("/kalends/v1/schedules/schd_1", "schedules.read"),
            ("/kalends/v1/webhook-endpoints/1/deliveries", "webhooks.read"),
            ("/kalends/v1/keys", "keys.read"),
            ("/kalends/v1/audit", "operations.read"),
        ] {
            assert_eq!(wanted(Method::GET, uri), expected, "{uri}");
            let expected = expected.replace("read", "write");
            assert_eq!(wanted(Method::POST, uri), expected, "{uri}");
        }
    }
}
