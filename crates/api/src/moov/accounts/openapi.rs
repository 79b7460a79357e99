//! Accounts, described.

use serde_json::Value;

use super::profile::{BUSINESS_TYPES, REGULATORS};
use crate::moov::openapi::{Api, id, metadata, page, words};
use crate::moov::version::Version;
use crate::openapi::query;
use crate::openapi::schema::{
    any_of_these, boolean, both, instant, integer, list, named, object, perhaps, text, word,
};

const TAG: &str = "accounts";
const STATUSES: [&str; 4] = ["enabled", "disabled", "pending", "in-review"];

pub(crate) fn describe(api: &mut Api) {
    api.it.tag(TAG, "People and businesses that a platform acts for.");
    let all = Api::shows(TAG, "listAccounts", "Accounts, newest first.", &list(named("Account")));
    let all = page(all)
        .takes(query("name", &text()))
        .takes(query("email", &text()))
        .takes(query("type", &word(["individual", "business", "guest"])))
        .takes(query("foreignID", &text()))
        .takes(query("includeDisconnected", &boolean()))
        .takes(query("capability", &text()))
        .takes(query("capabilityStatus", &word(STATUSES)));
    api.it.operation("get", "/accounts", all);
    let made = (TAG, "createAccount", "Makes an account.");
    let made = Api::changes(made, "NewAccount", &named("Account"));
    api.it.operation("post", "/accounts", api.wrapping(made));
    let one = "/accounts/{accountID}";
    let shown = Api::shows(TAG, "getAccount", "Shows an account.", &named("Account"));
    api.it.operation("get", one, shown);
    let changed = (TAG, "updateAccount", "Changes what is given, and leaves the rest.");
    let changed = Api::changes(changed, "AccountChange", &named("Account"));
    api.it.operation("patch", one, api.wrapping(changed));
    let gone = Api::ends(TAG, "disconnectAccount", "Lets go of an account.");
    api.it.operation("delete", one, gone);
    for (name, schema) in [
        ("Account", account()),
        ("Profile", profile()),
        ("Address", words(ADDRESS)),
        ("Phone", words(["number", "countryCode"])),
        ("Support", support()),
        ("Settings", settings()),
        ("NewAccount", new(api.version)),
        ("AccountChange", perhaps(any_of_these(given()), [("profile", named("ProfileGiven"))])),
        ("ProfileGiven", profile_given()),
    ] {
        api.it.schema(name, schema);
    }
}

const ADDRESS: [&str; 6] =
    ["addressLine1", "addressLine2", "city", "stateOrProvince", "postalCode", "country"];

fn account() -> Value {
    let capability = object([("capability", text()), ("status", word(["enabled", "disabled"]))]);
    let verification = object([("verificationStatus", text()), ("status", text())]);
    let account = object([
        ("mode", word(["sandbox", "production"])),
        ("accountID", id()),
        ("accountType", word(["individual", "business", "guest"])),
        ("displayName", text()),
        ("profile", named("Profile")),
        ("capabilities", list(capability)),
        ("verification", verification),
        ("createdOn", instant()),
        ("updatedOn", instant()),
    ]);
    let terms = object([("acceptedDate", instant()), ("acceptedIP", text())]);
    perhaps(
        account,
        [
            ("metadata", metadata()),
            ("termsOfService", terms),
            ("foreignID", text()),
            ("customerSupport", named("Support")),
            ("settings", named("Settings")),
            ("disconnectedOn", instant()),
        ],
    )
}

fn contact() -> [(&'static str, Value); 2] {
    [("phone", named("Phone")), ("email", text())]
}

/// What is said of a business by itself and of what is kept of it.
fn business() -> Value {
    let business = any_of_these([
        ("legalBusinessName", text()),
        ("doingBusinessAs", text()),
        ("businessType", word(BUSINESS_TYPES)),
        ("address", named("Address")),
        ("website", text()),
        ("description", text()),
        ("ownersProvided", boolean()),
        ("industryCodes", words(["naics", "sic", "mcc"])),
        ("primaryRegulator", word(REGULATORS)),
    ]);
    perhaps(business, contact())
}

fn person() -> Value {
    let name = words(["firstName", "middleName", "lastName", "suffix"]);
    perhaps(any_of_these([("name", name), ("address", named("Address"))]), contact())
}

fn guest() -> Value {
    perhaps(words(["name"]), contact())
}

fn profile() -> Value {
    let flags = object([("birthDateProvided", boolean()), ("governmentIDProvided", boolean())]);
    any_of_these([
        ("individual", both(flags, person())),
        ("business", perhaps(business(), [("taxIDProvided", boolean())])),
        ("guest", guest()),
    ])
}

fn profile_given() -> Value {
    let date = any_of_these(["day", "month", "year"].map(|part| (part, integer())));
    let number = || words(["full", "lastFour"]);
    let government = any_of_these([("ssn", number()), ("itin", number())]);
    let individual = perhaps(person(), [("birthDate", date), ("governmentID", government)]);
    let tax = any_of_these([("ein", words(["number"]))]);
    any_of_these([
        ("individual", individual),
        ("business", perhaps(business(), [("taxID", tax)])),
        ("guest", guest()),
    ])
}

fn support() -> Value {
    let support = any_of_these([("address", named("Address")), ("website", text())]);
    perhaps(support, contact())
}

fn settings() -> Value {
    any_of_these([
        ("cardPayment", words(["statementDescriptor"])),
        ("achPayment", words(["companyName"])),
    ])
}

fn given() -> [(&'static str, Value); 5] {
    let acceptance = || {
        let acceptance = words(["acceptedIP", "acceptedUserAgent", "acceptedDomain"]);
        perhaps(acceptance, [("acceptedDate", instant())])
    };
    let terms = perhaps(acceptance(), [("token", text()), ("manual", acceptance())]);
    [
        ("metadata", metadata()),
        ("termsOfService", terms),
        ("foreignID", text()),
        ("customerSupport", named("Support")),
        ("settings", named("Settings")),
    ]
}

fn new(version: Version) -> Value {
    let kinds: &[&str] = if version >= Version::V2025_07_00 {
        &["individual", "business", "guest"]
    } else {
        &["individual", "business"]
    };
    let new =
        object([("accountType", word(kinds.iter().copied())), ("profile", named("ProfileGiven"))]);
    perhaps(perhaps(new, given()), [("capabilities", list(text()))])
}
