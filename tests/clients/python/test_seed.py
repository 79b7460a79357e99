"""A sandbox that begins with people of our choosing."""

import pathlib

import omise
from omise import errors

import answers
from sandbox import START, SandboxTest, whole

SEED = pathlib.Path(__file__).parent.parent / "seed.toml"


class Seed(SandboxTest):
    def setUp(self):
        self.start_sandbox(seed=SEED)

    def test_seeded_people_are_found_by_their_ids(self):
        customer = omise.Customer.retrieve("cust_test_somchai")
        # A seed gives no security code, so there was none to check.
        card = answers.card(
            "card_test_visa", START, customer="cust_test_somchai", security_code_check=False
        )
        self.assertEqual(whole(customer), answers.customer("cust_test_somchai", [card], START))
        recipient = omise.Recipient.retrieve("recp_test_landlord")
        self.assertEqual(
            whole(recipient),
            answers.recipient(
                "recp_test_landlord",
                START,
                active=True,
                verified=True,
                verified_at=START,
                activated_at=START,
            ),
        )

    def test_seeded_people_are_paid_and_pay_on_schedule(self):
        rule = {"every": 1, "period": "day", "start_date": "2026-01-02", "end_date": "2026-01-04"}
        incoming = omise.Schedule.create(
            **rule, charge={"customer": "cust_test_somchai", "amount": 100000, "card": "card_test_visa"}
        )
        outgoing = omise.Schedule.create(
            **rule, transfer={"recipient": "recp_test_landlord", "amount": 50000}
        )
        self.sandbox.advance("2026-01-05T00:00:00Z")
        for schedule in (incoming, outgoing):
            self.assertEqual(
                [(each.scheduled_on, each.status) for each in schedule.occurrence()],
                [
                    ("2026-01-02", "successful"),
                    ("2026-01-03", "successful"),
                    ("2026-01-04", "successful"),
                ],
            )
        self.assertEqual(omise.Balance.retrieve().transferable, 500000 + 3 * 96094 - 3 * 50000)

    def test_an_account_with_3d_secure_may_not_schedule(self):
        omise.api_secret = "skey_test_secure"
        with self.assertRaises(errors.BaseError) as refusal:
            omise.Schedule.create(
                every=1,
                period="day",
                end_date="2026-01-31",
                charge={"customer": "cust_test_secure", "amount": 100000},
            )
        self.assertEqual(
            refusal.exception.args,
            ("charge schedules are not available on an account that uses 3-D Secure",),
        )
        self.assertEqual(len(omise.Schedule.list()), 0)

    def test_one_account_does_not_see_what_another_has(self):
        omise.api_secret = "skey_test_secure"
        with self.assertRaises(errors.NotFoundError) as refusal:
            omise.Customer.retrieve("cust_test_somchai")
        self.assertEqual(refusal.exception.args, ("customer cust_test_somchai was not found",))
