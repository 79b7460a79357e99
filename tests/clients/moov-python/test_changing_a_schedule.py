"""What an update changes, and what it leaves as it was."""

from moovio_sdk.models import errors

import answers
from sandbox import usd
from scheduling import START, SchedulingTest

RULE = "FREQ=MONTHLY;COUNT=3"
FIRST = "2026-02-01T00:00:00Z"


class ChangingASchedule(SchedulingTest):
    def setUp(self):
        super().setUp()
        self.schedule = self.create(
            description="Gym membership",
            occurrences=[{"runOn": "2026-01-20T00:00:00Z", "runTransfer": self.pays(500)}],
            recur=self.recurs(RULE, start=FIRST),
        )
        self.id = self.schedule["scheduleID"]
        self.joining, *self.months = self.schedule["occurrences"]

    def test_an_update_of_nothing_keeps_everything(self):
        self.assertEqual(self.update(self.id), self.schedule)

    def test_a_description_can_be_changed_alone(self):
        self.sandbox.advance("2026-01-06T00:00:00Z")
        updated = self.update(self.id, description="Yoga")
        self.assertEqual(
            updated,
            {**self.schedule, "description": "Yoga", "updatedOn": "2026-01-06T00:00:00Z"},
        )
        self.assertEqual(self.get(self.id), updated)

    def test_a_new_template_reaches_the_generated_occurrences_and_keeps_their_ids(self):
        updated = self.update(self.id, recur=self.recurs(RULE, start=FIRST, amount=2000))
        self.assertEqual(
            updated,
            {
                **self.schedule,
                "recur": {**self.recurs(RULE, start=FIRST, amount=2000), "indefinite": False},
                "occurrences": [
                    self.joining,
                    *({**each, "runTransfer": self.pays(2000)} for each in self.months),
                ],
            },
        )

    def test_an_occurrence_in_the_update_wins_over_the_template(self):
        updated = self.update(
            self.id,
            recur=self.recurs(RULE, start=FIRST, amount=2000),
            occurrences=[
                {"occurrenceID": self.months[1]["occurrenceID"], "runTransfer": self.pays(300)}
            ],
        )
        self.assertEqual(
            [each["runTransfer"]["amount"] for each in updated["occurrences"]],
            [usd(500), usd(2000), usd(300), usd(2000)],
        )

    def test_a_modified_occurrence_keeps_its_own_transfer_when_the_template_changes(self):
        modified = {"occurrenceID": self.months[0]["occurrenceID"], "runTransfer": self.pays(300)}
        self.update(self.id, occurrences=[modified])
        updated = self.update(self.id, recur=self.recurs(RULE, start=FIRST, amount=2000))
        self.assertEqual(
            [each["runTransfer"]["amount"] for each in updated["occurrences"]],
            [usd(500), usd(300), usd(2000), usd(2000)],
        )

    def test_a_new_rule_generates_the_occurrences_that_have_not_run_again(self):
        self.sandbox.advance("2026-02-02T00:00:00Z")
        before = self.get(self.id)["occurrences"]
        updated = self.update(self.id, recur=self.recurs("FREQ=WEEKLY;COUNT=3", start=FIRST))
        self.assertEqual(
            [(each["runOn"], each["generated"], "ranOn" in each) for each in updated["occurrences"]],
            [
                ("2026-01-20T00:00:00Z", False, True),
                ("2026-02-01T00:00:00Z", True, True),
                ("2026-02-08T00:00:00Z", True, False),
                ("2026-02-15T00:00:00Z", True, False),
            ],
        )
        # What has run is what it was.
        self.assertEqual(updated["occurrences"][:2], before[:2])

    def test_an_occurrence_can_be_moved_and_the_list_stays_in_order(self):
        moved = {
            "occurrenceID": self.months[0]["occurrenceID"],
            "runOn": "2026-03-15T00:00:00Z",
        }
        updated = self.update(self.id, occurrences=[moved])
        self.assertEqual(
            [(each["occurrenceID"], each["runOn"]) for each in updated["occurrences"]],
            [
                (self.joining["occurrenceID"], "2026-01-20T00:00:00Z"),
                (self.months[1]["occurrenceID"], "2026-03-01T00:00:00Z"),
                (self.months[0]["occurrenceID"], "2026-03-15T00:00:00Z"),
                (self.months[2]["occurrenceID"], "2026-04-01T00:00:00Z"),
            ],
        )

    def test_an_occurrence_without_an_id_is_added(self):
        fee = {"runOn": "2026-01-10T01:00:00Z", "runTransfer": self.pays(1)}
        updated = self.update(self.id, occurrences=[fee])
        self.assertEqual(
            updated["occurrences"],
            [
                answers.occurrence(self.id, fee["runOn"], fee["runTransfer"], generated=False),
                *self.schedule["occurrences"],
            ],
        )

    def test_a_canceled_occurrence_is_shown_and_does_not_run_until_it_is_resumed(self):
        id = self.months[0]["occurrenceID"]
        canceled = self.update(self.id, occurrences=[{"occurrenceID": id, "canceled": True}])
        self.assertEqual(
            canceled["occurrences"],
            [self.joining, {**self.months[0], "canceledOn": START}, *self.months[1:]],
        )
        resumed = self.update(self.id, occurrences=[{"occurrenceID": id, "canceled": False}])
        self.assertEqual(resumed["occurrences"], self.schedule["occurrences"])
        self.update(self.id, occurrences=[{"occurrenceID": id, "canceled": True}])
        self.sandbox.advance("2026-03-02T00:00:00Z")
        self.assertEqual(
            ["ranOn" in each for each in self.get(self.id)["occurrences"]],
            [True, False, True, False],
        )

    def test_an_unknown_occurrence_fails_the_whole_update(self):
        with self.assertRaises(errors.ScheduleValidationError) as caught:
            self.update(
                self.id,
                description="Not this",
                occurrences=[
                    {"occurrenceID": self.months[0]["occurrenceID"], "canceled": True},
                    {"occurrenceID": "11111111-2222-4333-8444-555555555555", "canceled": True},
                ],
            )
        self.assertEqual(set(caught.exception.data.occurrences), {"1"})
        self.assertEqual(self.get(self.id), self.schedule)

    def test_what_has_run_can_no_longer_be_changed(self):
        self.sandbox.advance("2026-01-21T00:00:00Z")
        before = self.get(self.id)
        id = self.joining["occurrenceID"]
        for change in ({"canceled": True}, {"runOn": "2026-05-01T00:00:00Z"}, {"runTransfer": self.pays(1)}):
            with self.subTest(change=change):
                with self.assertRaises(errors.GenericError) as caught:
                    self.update(self.id, occurrences=[{"occurrenceID": id, **change}])
                self.assertEqual(caught.exception.status_code, 409)
                self.assertEqual(self.get(self.id), before)

    def test_what_has_run_may_be_sent_back_as_it_is(self):
        self.sandbox.advance("2026-01-21T00:00:00Z")
        before = self.get(self.id)
        sent_back = [
            {name: each[name] for name in ("occurrenceID", "runOn", "runTransfer")}
            for each in before["occurrences"]
        ]
        self.assertEqual(self.update(self.id, occurrences=sent_back)["occurrences"][0], before["occurrences"][0])

    def test_a_disabled_schedule_can_no_longer_be_changed(self):
        self.cancel(self.id)
        before = self.get(self.id)
        with self.assertRaises(errors.GenericError) as caught:
            self.update(self.id, description="Yoga")
        self.assertEqual(caught.exception.status_code, 409)
        self.assertEqual(self.get(self.id), before)
