"""Getting one occurrence: by its id, by a moment, and the latest."""

from scheduling import SchedulingTest
from sandbox import MERCHANT, NOBODY, PARTNER
from moovio_sdk.models import errors


class Occurrences(SchedulingTest):
    def setUp(self):
        super().setUp()
        self.schedule = self.create(
            recur=self.recurs("FREQ=DAILY;COUNT=4", start="2026-01-06T12:00:00Z")
        )
        self.id = self.schedule["scheduleID"]
        self.occurrences = self.schedule["occurrences"]

    def test_an_occurrence_is_found_by_its_id_by_all_three_parties(self):
        for account in (self.payer, MERCHANT, PARTNER):
            for expected in self.occurrences:
                with self.subTest(account=account, run_on=expected["runOn"]):
                    found = self.occurrence(self.id, expected["occurrenceID"], account)
                    self.assertEqual(found, expected)

    def test_a_moment_finds_the_latest_occurrence_at_or_before_it(self):
        for moment, index in {
            "2026-01-06T12:00:00Z": 0,
            "2026-01-07T11:59:59.999999999Z": 0,
            "2026-01-07T12:00:00Z": 1,
            "2026-01-07T14:00:00+02:00": 1,
            "2026-01-07T13:59:59+02:00": 0,
            "2026-01-07T07:00:00-05:00": 1,
            "2099-01-01T00:00:00Z": 3,
        }.items():
            with self.subTest(moment=moment):
                self.assertEqual(self.occurrence(self.id, moment), self.occurrences[index])

    def test_latest_is_the_last_one_that_was_due_by_now(self):
        self.sandbox.advance("2026-01-07T12:00:00Z")
        self.assertEqual(
            self.occurrence(self.id, "latest"),
            self.occurrence(self.id, self.occurrences[1]["occurrenceID"]),
        )

    def test_a_canceled_occurrence_is_found_like_any_other(self):
        self.update(
            self.id,
            occurrences=[{"occurrenceID": self.occurrences[0]["occurrenceID"], "canceled": True}],
        )
        self.sandbox.advance("2026-01-06T13:00:00Z")
        latest = self.occurrence(self.id, "latest")
        self.assertEqual(latest["occurrenceID"], self.occurrences[0]["occurrenceID"])
        self.assertNotIn("ranOn", latest)

    def test_before_the_first_there_is_none(self):
        for which in ("latest", "2026-01-06T11:59:59Z", NOBODY, "soon", "2026-13-01T00:00:00Z"):
            with self.subTest(which=which):
                with self.assertRaises(errors.APIError) as caught:
                    self.occurrence(self.id, which)
                self.assertEqual((caught.exception.status_code, caught.exception.body), (404, ""))

    def test_an_occurrence_of_another_schedule_is_none_of_this_one(self):
        other = self.create(recur=self.recurs("FREQ=DAILY;COUNT=1", start="2026-01-06T12:00:00Z"))
        with self.assertRaises(errors.APIError) as caught:
            self.occurrence(self.id, other["occurrences"][0]["occurrenceID"])
        self.assertEqual(caught.exception.status_code, 404)
