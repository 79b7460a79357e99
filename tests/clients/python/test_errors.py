"""What is refused, as the exceptions of the SDK."""

import omise
from omise import errors

from sandbox import SandboxTest


class Errors(SandboxTest):
    def assert_refused(self, exception, message, call, *arguments, **named):
        with self.assertRaises(exception) as refusal:
            call(*arguments, **named)
        self.assertEqual(type(refusal.exception), exception)
        self.assertEqual(refusal.exception.args, (message,))

    def schedule(self, **changed):
        """Tries a schedule whose faults are in `changed`."""
        customer = self.customer()
        return omise.Schedule.create(
            **{
                "every": 1,
                "period": "month",
                "on": {"days_of_month": [1]},
                "start_date": "2026-01-02",
                "end_date": "2026-12-31",
                "charge": {"customer": customer.id, "amount": 100000},
                **changed,
            }
        )

    def test_a_wrong_key_is_an_authentication_failure(self):
        omise.api_secret = "skey_test_wrong"
        self.assert_refused(
            errors.AuthenticationFailureError, "authentication failed", omise.Schedule.retrieve
        )

    def test_a_public_key_does_not_open_schedules(self):
        omise.api_secret = omise.api_public
        self.assert_refused(
            errors.AuthenticationFailureError, "authentication failed", omise.Schedule.retrieve
        )

    def test_an_unknown_id_is_not_found(self):
        for resource, kind in [
            (omise.Schedule, "schedule"),
            (omise.Occurrence, "occurrence"),
            (omise.Customer, "customer"),
            (omise.Charge, "charge"),
            (omise.Transfer, "transfer"),
            (omise.Recipient, "recipient"),
            (omise.Event, "event"),
            (omise.Token, "token"),
        ]:
            with self.subTest(kind):
                self.assert_refused(
                    errors.NotFoundError, f"{kind} missing was not found", resource.retrieve, "missing"
                )

    def test_a_month_without_on_is_told_what_on_must_be(self):
        self.assert_refused(
            errors.BaseError,
            "on must be an object and on must contain one of these keys: days_of_month, weekday_of_month",
            self.schedule,
            on=None,
        )

    def test_days_of_month_must_be_an_array(self):
        self.assert_refused(
            errors.BaseError,
            "on must contain one of these keys: days_of_month, weekday_of_month",
            self.schedule,
            on={"days_of_month": 15},
        )

    def test_a_day_past_the_31st_is_refused(self):
        self.assert_refused(
            errors.BaseError,
            "on [days_of_month] must be an array of integer values (1 - 31)",
            self.schedule,
            on={"days_of_month": [32]},
        )

    def test_a_week_without_weekdays_is_told_so(self):
        self.assert_refused(
            errors.BaseError,
            "on must contain one of these keys: weekdays",
            self.schedule,
            period="week",
            on={},
        )

    def test_a_charge_schedule_for_an_unknown_customer_is_not_found(self):
        self.assert_refused(
            errors.NotFoundError,
            "customer cust_test_missing was not found",
            self.schedule,
            charge={"customer": "cust_test_missing", "amount": 100000},
        )

    def test_a_charge_below_the_least_amount_is_invalid(self):
        self.assert_refused(
            errors.InvalidChargeError,
            "amount must be greater than or equal to 2000 (thb subunits)",
            omise.Charge.create,
            amount=1999,
            currency="thb",
            card=self.token().id,
        )

    def test_a_token_works_once(self):
        token = self.token()
        omise.Charge.create(amount=100000, currency="thb", card=token.id)
        self.assert_refused(
            errors.UsedTokenError,
            "token was already used",
            omise.Charge.create,
            amount=100000,
            currency="thb",
            card=token.id,
        )

    def test_a_captured_charge_cannot_be_reversed(self):
        charge = omise.Charge.create(amount=100000, currency="thb", card=self.token().id)
        self.assert_refused(
            errors.BaseError, "only uncaptured authorized charges can be reversed", charge.reverse
        )
