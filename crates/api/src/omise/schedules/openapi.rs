//! Schedules, described.

use serde_json::{Value, json};

use super::window::YEARS_MAX;
use crate::omise::openapi::{
    Api, amount, currency, embedded, expandable, livemode, nested, nothing, page, text_or_null,
};
use crate::omise::params::{ID_CHARACTERS_MAX, TEXT_CHARACTERS_MAX};
use crate::openapi::schema::{
    any_of_these, boolean, date, either, instant, integer, list, map, named, number, object,
    or_null, perhaps, said, short, text, with, within, word,
};

const TAG: &str = "schedules";
const STATUSES: [&str; 4] = ["expiring", "expired", "deleted", "suspended"];
const PERIODS: [&str; 3] = ["day", "week", "month"];
const WEEKDAYS: [&str; 7] =
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

pub(crate) fn describe(api: &mut Api) {
    api.it.tag(TAG, "What is paid again and again.");
    collections(api);
    members(api);
    for (name, schema) in [
        ("Schedule", schedule(api)),
        ("ScheduledCharge", charge(api)),
        ("ScheduledTransfer", transfer(api)),
        ("On", on()),
        ("NewSchedule", new()),
        ("Upload", upload()),
        ("Batch", batch()),
    ] {
        api.it.schema(name, schema);
    }
}

fn collections(api: &mut Api) {
    let all = page(named("Schedule"));
    for (path, id, summary) in [
        ("/schedules", "listSchedules", "All schedules."),
        ("/charges/schedules", "listChargeSchedules", "Schedules that charge."),
        ("/transfers/schedules", "listTransferSchedules", "Schedules that pay recipients."),
    ] {
        let listed = Api::lists(TAG, id, summary, &all).expands();
        api.it.operation("get", path, listed);
        let id = id.replace("list", "create").replace("Schedules", "Schedule");
        let made =
            "Makes a schedule. If it begins today, its first run is over when it is answered.";
        let made = Api::asking(TAG, &id, made, &named("Schedule")).told("NewSchedule").once();
        api.it.operation("post", path, made);
    }
    for (path, id, summary) in [
        (
            "/customers/{id}/schedules",
            "listSchedulesOfCustomer",
            "Schedules that charge a customer.",
        ),
        (
            "/recipients/{id}/schedules",
            "listSchedulesOfRecipient",
            "Schedules that pay a recipient.",
        ),
    ] {
        let listed = Api::lists(TAG, id, summary, &all).expands().named_in_path();
        api.it.operation("get", path, listed);
    }
    let uploaded = "Makes a charge schedule of every row of a CSV file that is one.";
    let uploaded = Api::asking(TAG, "uploadSchedules", uploaded, &named("Batch"));
    let uploaded = uploaded.sent(["multipart/form-data"], &named("Upload")).once();
    api.it.operation("post", "/schedules/upload", uploaded);
}

fn members(api: &mut Api) {
    let one = "/schedules/{id}";
    let schedule = named("Schedule");
    let shown = Api::asking(TAG, "retrieveSchedule", "Shows a schedule.", &schedule);
    api.it.operation("get", one, shown.expands().named_in_path());
    let gone = Api::asking(TAG, "deleteSchedule", "Ends a schedule.", &schedule);
    api.it.operation("delete", one, gone.named_in_path());
    let occurrences = nested(api, named("Occurrence"));
    let listed = Api::lists(TAG, "listOccurrences", "What a schedule has run.", &occurrences);
    api.it.operation("get", &format!("{one}/occurrences"), listed.named_in_path());
}

fn schedule(api: &Api) -> Value {
    let occurrences = embedded(api, named("Occurrence"));
    let running = if api.is_2017() { "active" } else { "running" };
    let status = word(STATUSES.into_iter().chain([running]));
    let paid = [("charge", named("ScheduledCharge")), ("transfer", named("ScheduledTransfer"))];
    let shown = object([
        ("object", json!({ "const": "schedule" })),
        ("id", text()),
        livemode(),
        ("location", text()),
        ("every", integer()),
        ("period", word(PERIODS)),
        ("on", named("On")),
        ("in_words", text()),
        ("status", status),
        ("occurrences", occurrences),
        api.created(),
    ]);
    let more = if api.is_2017() {
        object([
            ("start_date", date()),
            ("end_date", date()),
            ("next_occurrence_dates", list(date())),
        ])
    } else {
        object([
            ("deleted", boolean()),
            ("active", boolean()),
            ("state", text()),
            ("next_occurrences_on", list(date())),
            ("ended_at", or_null(instant())),
            ("start_on", date()),
            ("end_on", date()),
            ("execute_time", nothing()),
            ("deleted_by", nothing()),
        ])
    };
    perhaps(crate::openapi::schema::both(shown, more), paid)
}

fn charge(api: &Api) -> Value {
    let shown = object([
        ("amount", amount()),
        ("currency", currency(api)),
        ("description", text_or_null()),
        ("customer", expandable("Customer")),
        ("card", or_null(expandable("Card"))),
    ]);
    if api.is_2017() {
        return shown;
    }
    let more = object([
        ("object", json!({ "const": "scheduled_charge" })),
        ("id", text()),
        livemode(),
        ("default_card", boolean()),
        ("linked_account", nothing()),
        ("metadata", map()),
        api.created(),
    ]);
    crate::openapi::schema::both(shown, more)
}

fn transfer(api: &Api) -> Value {
    let shown = object([
        ("recipient", expandable("Recipient")),
        ("amount", or_null(amount())),
        ("percentage_of_balance", or_null(number())),
        ("currency", currency(api)),
    ]);
    if api.is_2017() {
        return shown;
    }
    let more = object([
        ("object", json!({ "const": "scheduled_transfer" })),
        ("id", text()),
        livemode(),
        api.created(),
    ]);
    crate::openapi::schema::both(shown, more)
}

fn on() -> Value {
    let shown = any_of_these([
        ("weekdays", list(word(WEEKDAYS))),
        ("days_of_month", list(integer())),
        ("weekday_of_month", said(text(), "Such as `2nd_monday` or `last_friday`.")),
        ("rule", said(text(), "A rule that has no other form here, as RFC 5545 has it.")),
    ]);
    said(shown, "On which days of a week or month; empty for every day.")
}

fn new() -> Value {
    let day = within(1, 31);
    let on = any_of_these([
        ("weekdays", list(word(WEEKDAYS))),
        ("days_of_month", list(day)),
        ("weekday_of_month", said(text(), "Such as `2nd_monday` or `last_friday`.")),
    ]);
    let charge = perhaps(
        object([("customer", short(ID_CHARACTERS_MAX)), ("amount", amount())]),
        [
            ("card", short(ID_CHARACTERS_MAX)),
            ("currency", short(ID_CHARACTERS_MAX)),
            ("description", short(TEXT_CHARACTERS_MAX)),
            ("metadata", map()),
        ],
    );
    let transfer = any_of_these([
        ("recipient", said(short(ID_CHARACTERS_MAX), "The default recipient, if none is named.")),
        ("amount", amount()),
        (
            "percentage_of_balance",
            said(either([number(), text()]), "Above 0 and up to 100, with up to four decimals."),
        ),
        ("currency", short(ID_CHARACTERS_MAX)),
    ]);
    let ends = format!("Within {YEARS_MAX} years of the start.");
    let dates = perhaps(
        object([
            ("every", within(1, i64::from(recurrence::Rule::EVERY_MAX))),
            ("period", word(PERIODS)),
            ("end_date", said(date(), &ends)),
        ]),
        [
            ("start_date", said(date(), "Today, if it is not sent.")),
            ("on", said(on, "One of these; nothing where the period is a day.")),
            ("charge", charge),
            ("transfer", transfer),
        ],
    );
    said(dates, "With either `charge` or `transfer`. `start_on` and `end_on` are read too.")
}

fn upload() -> Value {
    let file = json!({ "type": "string", "contentMediaType": "text/csv" });
    object([("file", said(file, "With the columns customer, amount, every, period, end_date."))])
}

fn batch() -> Value {
    let error = object([
        ("row", integer()),
        ("customer_key", text_or_null()),
        ("code", text()),
        ("message", text()),
    ]);
    let batch = object([
        ("object", json!({ "const": "batch_recurring" })),
        ("status", json!({ "const": "completed" })),
        ("id", text()),
        livemode(),
        ("created_at", instant()),
        ("updated_at", instant()),
        ("name", text()),
        ("team", text()),
        ("entries", integer()),
        ("schedule_created_count", integer()),
        ("downloadable", boolean()),
        ("errors", list(error)),
    ]);
    with(batch, "description", json!("What became of an upload."))
}
