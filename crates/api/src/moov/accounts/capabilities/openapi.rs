//! Capabilities, described.

use super::{GRANTED, OTHERS};
use crate::moov::openapi::{Api, id};
use crate::openapi::schema::{instant, list, named, object, perhaps, text, with, word};

const TAG: &str = "capabilities";

pub(crate) fn describe(api: &mut Api) {
    api.it.tag(TAG, "What an account may do.");
    let path = "/accounts/{accountID}/capabilities";
    let all = list(named("Capability"));
    let listed = Api::shows(TAG, "listCapabilities", "All capabilities.", &all);
    api.it.operation("get", path, listed);
    let asked = (TAG, "requestCapabilities", "Asks for capabilities, which are given at once.");
    let asked = Api::changes(asked, "CapabilityRequest", &all);
    api.it.operation("post", path, api.wrapping(asked));
    let one = "/accounts/{accountID}/capabilities/{capabilityID}";
    let shown = Api::shows(TAG, "getCapability", "Shows a capability.", &named("Capability"));
    api.it.operation("get", one, shown);
    let gone = Api::ends(TAG, "disableCapability", "Takes a capability back.");
    api.it.operation("delete", one, gone);
    let capability = object([
        ("capability", text()),
        ("accountID", id()),
        ("status", word(["enabled", "disabled"])),
        ("createdOn", instant()),
        ("updatedOn", instant()),
    ]);
    let disabled = [("disabledReason", text()), ("disabledOn", instant())];
    api.it.schema("Capability", perhaps(capability, disabled));
    let names = list(word(GRANTED.into_iter().chain(OTHERS)));
    let names = with(names, "minItems", serde_json::json!(1));
    api.it.schema("CapabilityRequest", object([("capabilities", names)]));
}
