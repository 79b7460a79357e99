//! Recipients, described.

use serde_json::{Value, json};

use crate::omise::openapi::{Api, livemode, nothing, page, text_or_null};
use crate::omise::params::{ID_CHARACTERS_MAX, TEXT_CHARACTERS_MAX};
use crate::openapi::schema::{
    any_of_these, boolean, both, instant, map, named, object, or_null, perhaps, said, short, text,
    with, word,
};

const TAG: &str = "recipients";
const KINDS: [&str; 2] = ["individual", "corporation"];

pub(crate) fn describe(api: &mut Api) {
    api.it.tag(TAG, "People who are paid.");
    let known = api.or_deleted("Recipient");
    let all = Api::lists(TAG, "listRecipients", "All recipients.", &page(named("Recipient")));
    api.it.operation("get", "/recipients", all);
    let made = Api::asking(TAG, "createRecipient", "Makes a recipient.", &named("Recipient"));
    api.it.operation("post", "/recipients", made.told("NewRecipient").once());
    let one = "/recipients/{id}";
    let shown = Api::asking(TAG, "retrieveRecipient", "Shows a recipient.", &known);
    api.it.operation("get", one, shown.named_in_path());
    let changed = Api::asking(TAG, "updateRecipient", "Changes a recipient.", &named("Recipient"));
    api.it.operation("patch", one, changed.perhaps_told("RecipientChange"));
    let gone = Api::asking(TAG, "deleteRecipient", "Deletes a recipient.", &known);
    api.it.operation("delete", one, gone.named_in_path());
    let verify = format!("{one}/verify");
    for (method, id) in [("patch", "verifyRecipient"), ("post", "verifyRecipientByPost")] {
        let verified = "Verifies and activates a recipient.";
        let verified = Api::asking(TAG, id, verified, &named("Recipient")).named_in_path();
        let verified = if method == "post" { verified.once() } else { verified };
        api.it.operation(method, &verify, verified);
    }
    for (name, schema) in [
        ("Recipient", recipient(api)),
        ("BankAccount", bank_account(api)),
        ("NewRecipient", new()),
        ("RecipientChange", change()),
    ] {
        api.it.schema(name, schema);
    }
}

fn recipient(api: &Api) -> Value {
    let shown = object([
        ("object", json!({ "const": "recipient" })),
        ("id", text()),
        livemode(),
        ("location", text()),
        ("verified", boolean()),
        ("active", boolean()),
        ("name", text()),
        ("email", text_or_null()),
        ("description", text_or_null()),
        ("type", word(KINDS)),
        ("tax_id", text_or_null()),
        ("bank_account", named("BankAccount")),
        ("failure_code", text_or_null()),
        api.created(),
    ]);
    if api.is_2017() {
        return shown;
    }
    let more = object([
        ("deleted", boolean()),
        ("default", boolean()),
        ("schedule", nothing()),
        ("metadata", map()),
        ("verified_at", or_null(instant())),
        ("activated_at", or_null(instant())),
    ]);
    both(shown, more)
}

fn bank_account(api: &Api) -> Value {
    let shown = object([
        ("object", json!({ "const": "bank_account" })),
        ("brand", text_or_null()),
        ("last_digits", text()),
        ("name", text()),
        api.created(),
    ]);
    if api.is_2017() {
        return shown;
    }
    let more = object([
        livemode(),
        ("account_number", text()),
        ("type", text_or_null()),
        ("bank_code", text()),
        ("branch_code", text_or_null()),
    ]);
    both(shown, more)
}

fn sent_account() -> Value {
    let names = ["brand", "bank_code", "number", "account_number", "name", "type", "branch_code"];
    let account = any_of_these(names.map(|name| (name, short(ID_CHARACTERS_MAX))));
    said(account, "`bank_code` is another name of `brand`, and `account_number` of `number`.")
}

fn name() -> Value {
    with(with(short(TEXT_CHARACTERS_MAX), "minLength", json!(1)), "pattern", json!("\\S"))
}

fn words() -> [(&'static str, Value); 4] {
    [
        ("email", short(TEXT_CHARACTERS_MAX)),
        ("description", short(TEXT_CHARACTERS_MAX)),
        ("tax_id", short(TEXT_CHARACTERS_MAX)),
        ("metadata", map()),
    ]
}

fn new() -> Value {
    let needed =
        object([("name", name()), ("type", word(KINDS)), ("bank_account", sent_account())]);
    perhaps(needed, words())
}

fn change() -> Value {
    let change =
        any_of_these([("name", name()), ("type", word(KINDS)), ("bank_account", sent_account())]);
    perhaps(change, words())
}
