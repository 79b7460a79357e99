//! Which requests are answered here.

use engine::Mode;
use http::Uri;
use store::Store;

use crate::App;
use crate::omise::Kind;
use crate::omise::ids::Code;

/// Where a request is answered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Place {
    /// Here, by whatever has a route.
    Here,
    /// By the account's API.
    Api,
    /// Where tokens are made.
    Vault,
    /// By the account's API and here: a list of things of both.
    Both,
}

/// Where a request is answered that has a route here. Two of the upstream's lists hold
/// things of both: of its events those with an id of ours are ours, and their list is made of
/// both; of its searches those for schedules are ours.
pub(super) fn of_routed(app: &App, mode: Mode, uri: &Uri) -> Place {
    if uri.path() == "/search" {
        return if is_for_schedules(uri.query().unwrap_or_default()) {
            Place::Here
        } else {
            Place::Api
        };
    }
    match uri.path().strip_prefix("/events") {
        Some("") => Place::Both,
        Some(id) if !is_our_event(app.store().as_ref(), mode, id) => Place::Api,
        _ => Place::Here,
    }
}

/// Where a request is answered that has none.
pub(super) fn of_unrouted(path: &str) -> Place {
    let is_under = |root: &str| path.strip_prefix(root).is_some_and(is_end);
    if is_under("/kalends") {
        Place::Here
    } else if is_under("/tokens") {
        Place::Vault
    } else {
        Place::Api
    }
}

fn is_end(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with('/')
}

fn is_for_schedules(query: &str) -> bool {
    let scope = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "scope");
    scope.is_some_and(|(_, scope)| scope == "charge_schedule" || scope == "transfer_schedule")
}

fn is_our_event(store: &dyn Store, mode: Mode, id: &str) -> bool {
    let code = Code { installation: store.installation(), mode };
    code.parse(Kind::Event, id.trim_start_matches('/')).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_searches_for_schedules_are_ours() {
        assert!(is_for_schedules("scope=charge_schedule&page=1"));
        assert!(is_for_schedules("query=x&scope=transfer_schedule"));
        for theirs in ["", "scope=charge", "query=charge_schedule", "scope=charge&scope=x"] {
            assert!(!is_for_schedules(theirs), "{theirs}");
        }
    }

    #[test]
    fn what_has_no_route_is_the_upstreams_unless_it_stands_under_our_own_root() {
        for (path, place) in [
            ("/charges", Place::Api),
            ("/charges/chrg_1", Place::Api),
            ("/tokens", Place::Vault),
            ("/tokens/tokn_1", Place::Vault),
            ("/tokenship", Place::Api),
            ("/kalends/v1/nothing", Place::Here),
            ("/kalends", Place::Here),
            ("/", Place::Api),
        ] {
            assert_eq!(of_unrouted(path), place, "{path}");
        }
    }
}
