"""Making, reading, listing and ending schedules."""

import answers
from sandbox import MERCHANT, PARTNER, usd
from scheduling import START, SchedulingTest


class Schedules(SchedulingTest):
    def test_a_schedule_is_answered_with_every_occurrence_of_its_rule(self):
        recur = self.recurs("FREQ=MONTHLY;COUNT=3", start="2040-01-31T12:30:15.123456Z")
        schedule = self.create(description="Gym membership", recur=recur)
        id = schedule["scheduleID"]
        self.assertEqual(
            schedule,
            answers.schedule(
                answers.SOME_ID,
                self.parties,
                START,
                # Months without a 31st are left out, as RFC 5545 has it, and a rule falls on
                # whole seconds.
                [
                    answers.occurrence(id, f"2040-{month}-31T12:30:15Z", self.pays())
                    for month in ("01", "03", "05")
                ],
                description="Gym membership",
                recur={**recur, "indefinite": False},
            ),
        )
        self.assertEqual(len({each["occurrenceID"] for each in schedule["occurrences"]}), 3)

    def test_a_schedule_asked_for_again_under_its_key_is_made_once(self):
        wanted = {"occurrences": [{"runOn": "2026-03-01T00:00:00Z", "runTransfer": self.pays()}]}
        key = {"http_headers": {"Idempotency-Key": "order-7"}}
        made, again = self.create(**wanted, **key), self.create(**wanted, **key)
        self.assertEqual(again, made)
        self.assertEqual(self.listed(), [made])

    def test_occurrences_may_be_named_one_by_one(self):
        later = {"runOn": "2026-03-01T00:00:00Z", "runTransfer": self.pays(200)}
        sooner = {"runOn": "2026-02-01T00:00:00Z", "runTransfer": self.pays(100)}
        schedule = self.create(occurrences=[later, sooner])
        id = schedule["scheduleID"]
        self.assertEqual(
            schedule,
            answers.schedule(
                answers.SOME_ID,
                self.parties,
                START,
                [
                    answers.occurrence(id, each["runOn"], each["runTransfer"], generated=False)
                    for each in (sooner, later)
                ],
            ),
        )

    def test_a_moment_is_answered_as_it_was_sent(self):
        for moment in (
            "2040-03-01T00:00:00Z",
            "2040-03-01T00:00:00.5Z",
            "2040-03-01T00:00:00.123456Z",
        ):
            with self.subTest(moment=moment):
                body = {"occurrences": [{"runOn": moment, "runTransfer": self.pays()}]}
                answer = self.send("POST", f"/accounts/{PARTNER}/schedules", body)
                self.assertEqual(answer.json()["occurrences"][0]["runOn"], moment)

    def test_a_rule_and_single_occurrences_stand_together_in_order(self):
        schedule = self.create(
            occurrences=[{"runOn": "2026-03-15T00:00:00Z", "runTransfer": self.pays(50)}],
            recur=self.recurs("FREQ=MONTHLY;COUNT=3", start="2026-02-01T00:00:00Z"),
        )
        self.assertEqual(
            [
                (each["runOn"], each["generated"], each["runTransfer"]["amount"])
                for each in schedule["occurrences"]
            ],
            [
                ("2026-02-01T00:00:00Z", True, usd(1204)),
                ("2026-03-01T00:00:00Z", True, usd(1204)),
                ("2026-03-15T00:00:00Z", False, usd(50)),
                ("2026-04-01T00:00:00Z", True, usd(1204)),
            ],
        )

    def test_a_rule_without_end_is_indefinite_and_shows_a_year(self):
        recur = self.recurs("FREQ=MONTHLY", start="2040-03-10T12:00:00Z")
        schedule = self.create(recur=recur)
        self.assertEqual(schedule["recur"], {**recur, "indefinite": True})
        self.assertEqual(
            [each["indefinite"] for each in schedule["occurrences"]],
            [True] * len(schedule["occurrences"]),
        )
        self.assertEqual(schedule["occurrences"][0]["runOn"], "2040-03-10T12:00:00Z")

    def test_a_rule_without_a_start_starts_when_it_is_made(self):
        schedule = self.create(recur=self.recurs("FREQ=DAILY;COUNT=2"))
        self.assertEqual(
            [each["runOn"] for each in schedule["occurrences"]],
            [START, "2026-01-06T15:00:00Z"],
        )

    def test_a_schedule_is_read_as_it_was_made_by_all_three_parties(self):
        schedule = self.create(
            recur=self.recurs("FREQ=WEEKLY;COUNT=2", start="2026-02-01T00:00:00Z")
        )
        for account in (self.payer, MERCHANT, PARTNER):
            with self.subTest(account=account):
                self.assertEqual(self.get(schedule["scheduleID"], account), schedule)
                self.assertEqual(self.listed(account), [schedule])

    def test_a_list_is_newest_first_and_can_be_paged(self):
        newest_first = []
        for day in range(3):
            self.sandbox.advance(f"2026-01-{10 + day}T00:00:00Z")
            newest_first.insert(
                0,
                self.create(recur=self.recurs("FREQ=DAILY;COUNT=1", start="2026-02-01T00:00:00Z")),
            )
        self.assertEqual(self.listed(), newest_first)
        self.assertEqual(self.listed(count=1), newest_first[:1])
        self.assertEqual(self.listed(skip=1, count=1), newest_first[1:2])
        self.assertEqual(self.listed(skip=3), [])

    def test_a_list_can_be_hydrated_with_its_accounts(self):
        schedule = self.create(
            recur=self.recurs("FREQ=DAILY;COUNT=1", start="2026-02-01T00:00:00Z")
        )
        [listed] = self.listed(hydrate="accounts")
        self.assertEqual(
            listed,
            {
                **schedule,
                "sourceAccount": answers.party(self.payer, "Ada Lovelace", "ada@example.com"),
                "destinationAccount": answers.party(MERCHANT, "Lincoln National Corporation"),
                "partnerAccount": answers.party(PARTNER, "Sandbox platform"),
            },
        )

    def test_a_canceled_schedule_is_disabled_and_runs_no_more(self):
        schedule = self.create(
            recur=self.recurs("FREQ=DAILY;COUNT=3", start="2026-01-06T00:00:00Z")
        )
        self.sandbox.advance("2026-01-06T12:00:00Z")
        self.cancel(schedule["scheduleID"])
        canceled = self.get(schedule["scheduleID"])
        self.sandbox.advance("2026-02-01T00:00:00Z")
        self.assertEqual(canceled["disabledOn"], "2026-01-06T12:00:00Z")
        self.assertEqual(
            [
                (each["runOn"], each.get("ranOn"), each.get("canceledOn"))
                for each in canceled["occurrences"]
            ],
            [
                ("2026-01-06T00:00:00Z", "2026-01-06T00:00:00Z", None),
                ("2026-01-07T00:00:00Z", None, "2026-01-06T12:00:00Z"),
                ("2026-01-08T00:00:00Z", None, "2026-01-06T12:00:00Z"),
            ],
        )
        self.assertEqual(len(self.moov.transfers.list(account_id=PARTNER).result), 1)

    def test_canceling_twice_changes_nothing(self):
        schedule = self.create(
            recur=self.recurs("FREQ=DAILY;COUNT=3", start="2026-02-01T00:00:00Z")
        )
        self.cancel(schedule["scheduleID"])
        once = self.get(schedule["scheduleID"])
        self.sandbox.advance("2026-01-20T00:00:00Z")
        self.cancel(schedule["scheduleID"])
        self.assertEqual(self.get(schedule["scheduleID"]), once)

    def test_what_a_rail_is_told_is_kept(self):
        transfer = self.pays(
            550,
            source={
                "paymentMethodID": self.source,
                "achDetails": {
                    "companyEntryDescription": "Gym dues",
                    "originatingCompanyName": "Whole Body",
                },
                "cardDetails": {"dynamicDescriptor": "WhlBdy *Yoga"},
            },
            salesTaxAmount=usd(50),
            lineItems={
                "items": [
                    {
                        "name": "Cappuccino",
                        "basePrice": {"currency": "USD", "valueDecimal": "3.50"},
                        "quantity": 1,
                        "options": [
                            {
                                "name": "Oat milk",
                                "quantity": 1,
                                "priceModifier": {"currency": "USD", "valueDecimal": "1.50"},
                                "group": "Milk",
                            }
                        ],
                    }
                ]
            },
        )
        schedule = self.create(
            occurrences=[{"runOn": "2026-02-01T00:00:00Z", "runTransfer": transfer}]
        )
        self.assertEqual(schedule["occurrences"][0]["runTransfer"], transfer)
