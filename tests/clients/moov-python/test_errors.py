"""What is refused, with which status and body."""

import uuid

from moovio_sdk.models import errors

import answers
from sandbox import MERCHANT, NOBODY, PARTNER, usd
from scheduling import SchedulingTest

START = "2026-02-01T00:00:00Z"


class Errors(SchedulingTest):
    def refused(self, error, call, *args, **kwargs):
        """The error by which a call is refused."""
        with self.assertRaises(error) as caught:
            call(*args, **kwargs)
        exception = caught.exception
        uuid.UUID(exception.headers["x-request-id"])
        return exception

    def assert_bare(self, status, call, *args, **kwargs):
        """Asserts that a call is refused by a status alone."""
        exception = self.refused(errors.APIError, call, *args, **kwargs)
        self.assertEqual((exception.status_code, exception.body), (status, ""))
        self.assertNotIn("content-type", exception.headers)

    def invalid(self, **schedule):
        """What is said of a schedule that does not hold."""
        exception = self.refused(errors.ScheduleValidationError, self.create, **schedule)
        self.assertEqual(exception.status_code, 422)
        return exception.data.model_dump(by_alias=True, exclude_none=True)

    def test_a_wrong_key_is_a_401(self):
        self.moov = self.client(secret="wrong")
        self.assert_bare(401, self.listed)
        self.assert_bare(401, self.moov.ping.ping)
        self.assert_bare(401, self.create, recur=self.recurs("FREQ=DAILY"))

    def test_nothing_is_answered_without_a_key(self):
        answer = self.send("GET", f"/accounts/{PARTNER}/schedules", Authorization=None)
        self.assertEqual((answer.status, answer.body), (401, b""))

    def test_what_is_not_there_is_a_404(self):
        schedule = self.create(recur=self.recurs("FREQ=DAILY;COUNT=1", start=START))
        for account, id in ((PARTNER, NOBODY), (NOBODY, schedule["scheduleID"]), (PARTNER, "no-uuid")):
            with self.subTest(account=account, id=id):
                self.assert_bare(404, self.get, id, account)
                self.assert_bare(404, self.update, id, account)
                self.assert_bare(404, self.cancel, id, account)
                self.assert_bare(404, self.occurrence, id, "latest", account)
        self.assert_bare(404, self.create, NOBODY, recur=self.recurs("FREQ=DAILY"))

    def test_a_schedule_of_others_is_not_there(self):
        schedule = self.create(recur=self.recurs("FREQ=DAILY;COUNT=1", start=START))
        stranger = self.customer()
        self.assert_bare(404, self.get, schedule["scheduleID"], stranger)
        self.assertEqual(self.listed(stranger), [])

    def test_only_its_owner_may_change_a_schedule(self):
        schedule = self.create(recur=self.recurs("FREQ=DAILY;COUNT=1", start=START))
        for account in (self.payer, MERCHANT):
            with self.subTest(account=account):
                self.assert_bare(403, self.update, schedule["scheduleID"], account, description="Mine")
                self.assert_bare(403, self.cancel, schedule["scheduleID"], account)
        self.assertEqual(self.get(schedule["scheduleID"]), schedule)

    def test_what_cannot_be_decoded_is_a_400(self):
        path = f"/accounts/{PARTNER}/schedules"
        for body in (b"", b"{", b"[]", b'"text"', b'{"occurrences": 1}', b'{"recur": {"start": "soon"}}'):
            with self.subTest(body=body):
                answer = self.send("POST", path, body)
                self.assertEqual((answer.status, list(answer.json())), (400, ["error"]))
                self.assertIsInstance(answer.json()["error"], str)

    def test_a_schedule_without_rule_or_occurrence_is_a_422(self):
        self.assertNotEqual(self.invalid(description="Nothing to do"), {})
        self.assertNotEqual(self.invalid(occurrences=[]), {})

    def test_a_rule_that_does_not_hold_is_a_422(self):
        for rule in ("", "every month", "FREQ=SOMETIMES", "FREQ=DAILY;FOO=1", "FREQ=MONTHLY;BYMONTHDAY=32", "INTERVAL=2"):
            with self.subTest(rule=rule):
                self.assertEqual(list(self.invalid(recur=self.recurs(rule))), ["recur"])

    def test_a_rule_that_never_matches_is_a_422(self):
        never = self.recurs("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", start=START)
        self.assertEqual(list(self.invalid(recur=never)), ["recur"])

    def test_a_rule_of_too_many_occurrences_is_a_422(self):
        self.assertEqual(list(self.invalid(recur=self.recurs("FREQ=DAILY;COUNT=5001", start=START))), ["recur"])

    def test_an_occurrence_in_the_past_is_a_422_by_its_index(self):
        fine = {"runOn": START, "runTransfer": self.pays()}
        past = {"runOn": "2026-01-01T00:00:00Z", "runTransfer": self.pays()}
        told = self.invalid(occurrences=[fine, past])
        self.assertEqual(list(told), ["occurrences"])
        self.assertEqual(list(told["occurrences"]), ["1"])

    def test_what_a_run_cannot_pay_is_a_422(self):
        wrong = {
            "nothing": {"amount": usd(0)},
            "less than nothing": {"amount": usd(-1)},
            "another currency": {"amount": {"currency": "XXX", "value": 1}},
            "no such source": {"source": {"paymentMethodID": NOBODY}},
            "no such destination": {"destination": {"paymentMethodID": NOBODY}},
            "a card as destination": {"destination": {"paymentMethodID": self.source}},
            "another partner": {"partnerAccountID": NOBODY},
            "a short descriptor": {
                "source": {"paymentMethodID": self.source, "cardDetails": {"dynamicDescriptor": "abc"}}
            },
            "a long entry description": {
                "source": {
                    "paymentMethodID": self.source,
                    "achDetails": {"companyEntryDescription": "12345678901"},
                }
            },
            "line items of another total": {
                "lineItems": {
                    "items": [
                        {
                            "name": "Tea",
                            "quantity": 1,
                            "basePrice": {"currency": "USD", "valueDecimal": "1.00"},
                        }
                    ]
                }
            },
        }
        for name, changed in wrong.items():
            transfer = {**self.pays(), **changed}
            with self.subTest(name):
                told = self.invalid(occurrences=[{"runOn": START, "runTransfer": transfer}])
                self.assertEqual(list(told.get("occurrences", {})), ["0"])
                recur = {**self.recurs("FREQ=DAILY;COUNT=1", start=START), "runTransfer": transfer}
                self.assertEqual(list(self.invalid(recur=recur)), ["recur"])

    def test_an_amount_written_as_in_the_guide_is_told_its_right_name(self):
        transfer = {**self.pays(), "amount": {"currency": "USD", "amount": 1000}}
        body = {"occurrences": [{"runOn": START, "runTransfer": transfer}]}
        answer = self.send("POST", f"/accounts/{PARTNER}/schedules", body)
        self.assertEqual(answer.status, 422)
        self.assertIn("value", answer.json()["occurrences"]["0"])

    def test_a_schedule_is_between_one_pair_of_accounts(self):
        other = self.customer()
        elsewhere = answers.run_transfer(
            1, self.card_method(other), self.pays()["destination"]["paymentMethodID"], PARTNER
        )
        told = self.invalid(
            occurrences=[
                {"runOn": START, "runTransfer": self.pays()},
                {"runOn": START, "runTransfer": elsewhere},
            ]
        )
        self.assertEqual(list(told), ["occurrences"])

    def test_every_answer_has_an_id_of_its_request(self):
        ids = {
            self.send(method, path).headers["x-request-id"]
            for method, path in (
                ("GET", "/ping"),
                ("GET", "/nowhere"),
                ("GET", f"/accounts/{PARTNER}/schedules"),
                ("GET", f"/accounts/{PARTNER}/schedules/{NOBODY}"),
                ("POST", f"/accounts/{PARTNER}/schedules"),
                ("POST", "/oauth2/token"),
            )
        }
        self.assertEqual(len(ids), 6)
        for id in ids:
            uuid.UUID(id)
