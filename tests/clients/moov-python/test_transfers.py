"""Transfers that no schedule made."""

import uuid

from moovio_sdk.models import components, errors

import answers
from sandbox import (
    DECLINED_VISA,
    MERCHANT,
    MERCHANT_WALLET_METHOD,
    NOBODY,
    PARTNER,
    SandboxTest,
    START,
    dumped,
    usd,
)


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
        self.assertEqual(dumped(taken), {"transferID": answers.SOME_ID, "createdOn": START})
        started = self.get(taken.transfer_id)
        self.sandbox.advance("2026-01-20T00:00:00Z")
        done = self.get(taken.transfer_id)
        self.assertEqual((started["status"], done["status"]), ("pending", "completed"))
        self.assertEqual((done["amount"], done["description"]), (usd(1204), "Yoga class"))
        self.assertNotIn("scheduleID", done)

    def test_options_are_the_methods_by_which_money_could_go(self):
        options = self.moov.transfers.generate_options(
            account_id=PARTNER,
            source={"account_id": self.payer},
            destination={"payment_method_id": MERCHANT_WALLET_METHOD},
            amount=usd(1204),
        ).result
        self.assertEqual(self.method_of(options.source_options, "card-payment"), self.source)
        [destination] = options.destination_options
        self.assertEqual(destination.payment_method_id, MERCHANT_WALLET_METHOD)
        with self.assertRaises(errors.TransferOptionsValidationError) as caught:
            self.moov.transfers.generate_options(
                account_id=PARTNER, source={}, destination={}, amount=usd(1204)
            )
        self.assertIsNotNone(caught.exception.data.source)

    def test_what_has_moved_a_wallet_can_be_read(self):
        taken = self.transfer()
        self.sandbox.advance("2026-01-20T00:00:00Z")
        [wallet] = self.moov.wallets.list(account_id=MERCHANT).result
        ids = {"account_id": MERCHANT, "wallet_id": wallet.wallet_id}
        [transaction] = self.moov.wallet_transactions.list(**ids).result
        self.assertEqual(
            (transaction.transaction_type.value, transaction.source_id, transaction.net_amount),
            ("card-payment", taken.transfer_id, 1204),
        )
        self.assertEqual(transaction.available_balance, wallet.available_balance.value)
        got = self.moov.wallet_transactions.get(**ids, transaction_id=transaction.transaction_id)
        self.assertEqual(got.result, transaction)
        filtered = self.moov.wallet_transactions.list(**ids, transaction_types=["payout", "refund"])
        self.assertEqual(filtered.result, [])

    def test_what_is_wrong_with_a_line_item_is_told_where_the_sdk_looks_for_it(self):
        item = {"name": "Yoga", "base_price": {"currency": "USD", "value_decimal": "x"}}
        with self.assertRaises(errors.TransferValidationError) as caught:
            self.transfer(line_items={"items": [{**item, "quantity": 1}]})
        told = caught.exception.data.line_items.items["0"]
        self.assertIn("decimal", told.base_price.value_decimal)

    def test_a_tip_beyond_the_amount_is_told_where_the_sdk_looks_for_it(self):
        if not hasattr(components, "CreateTransferAmountDetails"):
            self.skipTest("this version has no amountDetails")
        tip = {"currency": "USD", "value_decimal": "99.00"}
        with self.assertRaises(errors.TransferValidationError) as caught:
            self.transfer(amount_details={"tip": tip})
        self.assertIn("makes it more", caught.exception.data.amount_details.tip)

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
        failed = self.transfer(x_wait_for="rail-response")
        self.assertEqual(
            (failed.status.value, failed.failure_reason.value), ("failed", "source-payment-error")
        )

    def test_transfers_are_listed_newest_first_and_filtered(self):
        first = self.transfer().transfer_id
        self.sandbox.advance("2026-01-20T00:00:00Z")
        second = self.transfer().transfer_id

        def listed(**filters):
            return [
                each.transfer_id
                for each in self.moov.transfers.list(account_id=PARTNER, **filters).result
            ]

        self.assertEqual(listed(), [second, first])
        self.assertEqual(listed(count=1), [second])
        self.assertEqual(listed(skip=1), [first])
        self.assertEqual(listed(status="completed"), [first])
        self.assertEqual(listed(account_i_ds=[NOBODY]), [])
        self.assertEqual(listed(account_i_ds=[MERCHANT]), [second, first])

    def test_what_cannot_be_paid_is_refused(self):
        for changed in (
            {"amount": 0},
            {"source": {"payment_method_id": NOBODY}},
            {"destination": {"payment_method_id": NOBODY}},
        ):
            with self.subTest(changed=changed):
                with self.assertRaises(errors.TransferValidationError) as caught:
                    self.transfer(**changed)
                self.assertEqual(caught.exception.status_code, 422)
        self.assertEqual(self.moov.transfers.list(account_id=PARTNER).result, [])
