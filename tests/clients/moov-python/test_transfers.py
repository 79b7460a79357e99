"""Transfers that no schedule made."""

import uuid

from moovio_sdk.models import components, errors

import answers
from sandbox import DECLINED_VISA, MERCHANT, MERCHANT_WALLET_METHOD, NOBODY, PARTNER, SandboxTest, START, dumped, usd


class Transfers(SandboxTest):
    def setUp(self):
        super().setUp()
        self.payer = self.customer()
        self.source = self.card_method(self.payer)

    def transfer(self, key=None, amount=1204, **changed):
        """A transfer from the customer's card to the merchant's wallet."""
        wanted = {
            "x_idempotency_key": key or str(uuid.uuid4()),
            "account_id": PARTNER,
            "source": {"payment_method_id": self.source},
            "destination": {"payment_method_id": MERCHANT_WALLET_METHOD},
            "amount": usd(amount),
            "description": "Yoga class",
        }
        return self.moov.transfers.create(**{**wanted, **changed}).result

    def get(self, id):
        """A transfer as it is."""
        return dumped(self.moov.transfers.get(account_id=PARTNER, transfer_id=id).result)

    def test_a_transfer_is_taken_at_once_and_completes_with_its_rail(self):
        taken = self.transfer()
        self.assertEqual(
            dumped(taken), {"transferID": answers.SOME_ID, "createdOn": START}
        )
        started = self.get(taken.transfer_id)
        self.sandbox.advance("2026-01-20T00:00:00Z")
        done = self.get(taken.transfer_id)
        self.assertEqual((started["status"], done["status"]), ("pending", "completed"))
        self.assertEqual((done["amount"], done["description"]), (usd(1204), "Yoga class"))
        self.assertNotIn("scheduleID", done)

    def test_one_idempotency_key_makes_one_transfer(self):
        key = str(uuid.uuid4())
        taken = self.transfer(key)
        with self.assertRaises(errors.Transfer) as caught:
            self.transfer(key)
        self.assertEqual(caught.exception.status_code, 409)
        self.assertEqual(caught.exception.data.transfer_id, taken.transfer_id)
        self.assertEqual(len(self.moov.transfers.list(account_id=PARTNER).result), 1)

    def test_who_waits_for_the_rail_is_told_of_a_decline(self):
        self.source = self.card_method(self.payer, DECLINED_VISA)
        failed = self.transfer(x_wait_for=components.TransferWaitFor.RAIL_RESPONSE)
        self.assertEqual(
            (failed.status.value, failed.failure_reason.value), ("failed", "source-payment-error")
        )

    def test_transfers_are_listed_newest_first_and_filtered(self):
        first = self.transfer().transfer_id
        self.sandbox.advance("2026-01-20T00:00:00Z")
        second = self.transfer().transfer_id
        listed = lambda **filters: [
            each.transfer_id
            for each in self.moov.transfers.list(account_id=PARTNER, **filters).result
        ]
        self.assertEqual(listed(), [second, first])
        self.assertEqual(listed(count=1), [second])
        self.assertEqual(listed(skip=1), [first])
        self.assertEqual(listed(status=components.TransferStatus.COMPLETED), [first])
        self.assertEqual(listed(account_i_ds=[NOBODY]), [])
        self.assertEqual(listed(account_i_ds=[MERCHANT]), [second, first])

    def test_what_cannot_be_paid_is_refused(self):
        for changed in (
            {"amount": usd(0)},
            {"source": {"payment_method_id": NOBODY}},
            {"destination": {"payment_method_id": NOBODY}},
        ):
            with self.subTest(changed=changed):
                with self.assertRaises(errors.TransferValidationError) as caught:
                    self.transfer(**changed)
                self.assertEqual(caught.exception.status_code, 422)
        self.assertEqual(self.moov.transfers.list(account_id=PARTNER).result, [])
