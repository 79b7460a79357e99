//! Schedules and their occurrences, described.

use serde_json::Value;

use super::super::images::openapi::reference as image;
use crate::moov::openapi::{Api, amount, decimal, id, money, page, words};
use crate::moov::run_transfer::{ITEMS_MAX, OPTIONS_MAX};
use crate::openapi::query;
use crate::openapi::schema::{
    any_of_these, boolean, instant, integer, list, named, object, perhaps, said, text, with, word,
};

const TAG: &str = "schedules";

pub(crate) fn describe(api: &mut Api) {
    api.it.tag(TAG, "Transfers that run again and again, or at times that are named.");
    let path = "/accounts/{accountID}/schedules";
    let all =
        Api::shows(TAG, "listSchedules", "Schedules, newest first.", &list(named("Schedule")));
    let hydrate = with(word(["accounts"]), "description", "Shows accounts, not only ids.".into());
    api.it.operation("get", path, page(all).takes(query("hydrate", &hydrate)));
    let made = (TAG, "createSchedule", "Makes a schedule.");
    let made = Api::changes(made, "ScheduleWish", &named("Schedule"));
    api.it.operation("post", path, made.takes_shared("PerhapsIdempotencyKey"));
    let one = "/accounts/{accountID}/schedules/{scheduleID}";
    let shown = Api::shows(TAG, "getSchedules", "Shows a schedule.", &named("Schedule"));
    api.it.operation("get", one, shown);
    let changed = (TAG, "updateSchedule", "Changes what is to come.");
    let changed = Api::changes(changed, "ScheduleWish", &named("Schedule"));
    api.it.operation("put", one, changed);
    api.it.operation("delete", one, Api::ends(TAG, "cancelSchedule", "Ends a schedule."));
    let shown = "Shows an occurrence: by its id, as `latest`, or the last up to a moment.";
    let shown = Api::shows(TAG, "getScheduledOccurrence", shown, &named("Occurrence"));
    api.it.operation("get", &format!("{one}/occurrences/{{occurrenceFilter}}"), shown);
    for (name, schema) in [
        ("Schedule", schedule()),
        ("Occurrence", occurrence()),
        ("RunTransfer", run_transfer()),
        ("LineItems", line_items()),
        ("ScheduleWish", wish()),
        ("RunTransferWish", run_transfer_wish()),
        ("NewLineItems", new_line_items()),
    ] {
        api.it.schema(name, schema);
    }
}

fn schedule() -> Value {
    let account =
        || perhaps(object([("accountID", id()), ("displayName", text())]), [("email", text())]);
    let recur = object([
        ("indefinite", boolean()),
        ("recurrenceRule", text()),
        ("runTransfer", named("RunTransfer")),
        ("start", instant()),
    ]);
    let schedule = object([
        ("createdOn", instant()),
        ("destinationAccountID", id()),
        ("mode", word(["sandbox", "production"])),
        ("occurrences", list(named("Occurrence"))),
        ("ownerAccountID", id()),
        ("partnerAccountID", id()),
        ("scheduleID", id()),
        ("sourceAccountID", id()),
        ("updatedOn", instant()),
    ]);
    perhaps(
        schedule,
        [
            ("description", text()),
            ("disabledOn", instant()),
            ("recur", recur),
            ("destinationAccount", account()),
            ("partnerAccount", account()),
            ("sourceAccount", account()),
        ],
    )
}

fn occurrence() -> Value {
    let occurrence = object([
        ("generated", boolean()),
        ("indefinite", boolean()),
        ("mode", word(["sandbox", "production"])),
        ("occurrenceID", id()),
        ("runOn", instant()),
        ("runTransfer", named("RunTransfer")),
        ("scheduleID", id()),
    ]);
    perhaps(
        occurrence,
        [
            ("canceledOn", instant()),
            ("error", object([("message", text())])),
            ("modified", boolean()),
            ("ranOn", instant()),
            ("ranTransferID", id()),
            ("status", word(["pending", "completed", "failed"])),
        ],
    )
}

fn said_of_method(id: Value) -> Value {
    let ach = words(["companyEntryDescription", "originatingCompanyName"]);
    perhaps(
        object([("paymentMethodID", id)]),
        [("achDetails", ach), ("cardDetails", words(["dynamicDescriptor"]))],
    )
}

fn run_transfer() -> Value {
    let transfer = object([
        ("amount", amount()),
        ("description", text()),
        ("destination", said_of_method(id())),
        ("partnerAccountID", id()),
        ("source", said_of_method(id())),
    ]);
    perhaps(transfer, [("lineItems", named("LineItems")), ("salesTaxAmount", amount())])
}

fn line_items() -> Value {
    let option = perhaps(
        object([("name", text()), ("quantity", integer())]),
        [("group", text()), ("images", list(image())), ("priceModifier", decimal())],
    );
    let item = perhaps(
        object([("basePrice", decimal()), ("name", text()), ("quantity", integer())]),
        [("images", list(image())), ("options", list(option)), ("productID", id())],
    );
    object([("items", list(item))])
}

fn new_line_items() -> Value {
    let most = |list, count: usize| with(list, "maxItems", count.into());
    let quantity = || with(with(integer(), "minimum", 1.into()), "maximum", i32::MAX.into());
    let option = perhaps(
        object([("name", text()), ("quantity", quantity())]),
        [("group", text()), ("imageIDs", list(text())), ("priceModifier", decimal())],
    );
    let item = perhaps(
        object([("basePrice", decimal()), ("name", text()), ("quantity", quantity())]),
        [
            ("imageIDs", list(text())),
            ("options", most(list(option), OPTIONS_MAX)),
            ("productID", text()),
        ],
    );
    object([("items", most(list(item), ITEMS_MAX))])
}

fn run_transfer_wish() -> Value {
    let transfer = object([
        ("amount", money()),
        ("description", text()),
        ("destination", said_of_method(text())),
        ("source", said_of_method(text())),
    ]);
    let partner = said(text(), "The account of the path, if none is named.");
    perhaps(
        transfer,
        [
            ("partnerAccountID", partner),
            ("lineItems", named("NewLineItems")),
            ("salesTaxAmount", money()),
        ],
    )
}

fn wish() -> Value {
    let occurrence = any_of_these([
        ("occurrenceID", said(text(), "One of the schedule's own; a new one without it.")),
        ("canceled", boolean()),
        ("runOn", instant()),
        ("runTransfer", named("RunTransferWish")),
    ]);
    let recur = perhaps(
        object([("recurrenceRule", text()), ("runTransfer", named("RunTransferWish"))]),
        [("start", instant())],
    );
    any_of_these([("description", text()), ("occurrences", list(occurrence)), ("recur", recur)])
}
