"""Charges, refunds, transfers, and what they leave in the books."""

import omise

import answers
from sandbox import START, SandboxTest, whole


class Charges(SandboxTest):
    def setUp(self):
        super().setUp()
        self.payer = self.customer()
        self.card = answers.card(self.payer.default_card, START, customer=self.payer.id)

    def charge(self, **changed):
        return omise.Charge.create(
            **{"amount": 100000, "currency": "thb", "customer": self.payer.id, **changed}
        )

    def answered(self, charge, **changed):
        return answers.charge(
            charge.id,
            100000,
            created_at=START,
            **{"card": self.card, "customer": self.payer.id, **changed},
        )

    def test_a_customers_card_is_charged_and_captured_at_once(self):
        charge = self.charge(description="Order-384", ip="127.0.0.1", metadata={"order": 384})
        self.assertEqual(
            whole(charge),
            self.answered(charge, description="Order-384", ip="127.0.0.1", metadata={"order": 384}),
        )
        self.assertEqual(whole(omise.Charge.retrieve(charge.id)), whole(charge))

    def test_a_token_is_charged_for_nobody_in_particular(self):
        token = self.token()
        charge = self.charge(customer=None, card=token.id)
        self.assertEqual(
            whole(charge),
            self.answered(charge, customer=None, card=answers.card(token.card.id, START)),
        )

    def test_a_charge_without_capture_waits_to_be_captured(self):
        charge = self.charge(capture=False)
        self.assertEqual(whole(charge), self.answered(charge, **answers.AUTHORIZED))
        self.assertEqual(omise.Balance.retrieve().total, 0)
        charge.capture()
        self.assertEqual(whole(charge), self.answered(charge, capture=False))
        self.assertEqual(omise.Balance.retrieve().total, 96094)

    def test_an_authorisation_can_be_reversed(self):
        charge = self.charge(capture=False)
        charge.reverse()
        self.assertEqual(
            whole(charge),
            self.answered(
                charge,
                **{
                    **answers.AUTHORIZED,
                    "status": "reversed",
                    "reversed": True,
                    "reversed_at": START,
                    "capturable": False,
                    "reversible": False,
                },
            ),
        )

    def test_a_card_without_money_makes_a_failed_charge_and_no_error(self):
        poor = self.customer("4111111111140011")
        charge = self.charge(customer=poor.id)
        self.assertEqual(
            whole(charge),
            self.answered(
                charge,
                customer=poor.id,
                card=answers.card(poor.default_card, START, customer=poor.id, last_digits="0011"),
                **answers.INSUFFICIENT_FUND,
            ),
        )

    def test_every_failing_test_card_fails_in_its_own_way(self):
        codes = {
            "4111111111140011": "insufficient_fund",
            "4111111111130012": "stolen_or_lost_card",
            "4111111111120013": "failed_processing",
            "4111111111110014": "payment_rejected",
            "4111111111190016": "failed_fraud_check",
            "4111111111180017": "invalid_account_number",
            "4111111111160001": "invalid_security_code",
        }
        outcomes = {number: self.charge(customer=None, card=self.token(number).id) for number in codes}
        self.assertEqual({number: charge.failure_code for number, charge in outcomes.items()}, codes)

    def test_a_charge_can_be_described_anew(self):
        charge = self.charge()
        charge.update(description="Another description", metadata={"order": 385})
        self.assertEqual(
            whole(charge), self.answered(charge, description="Another description", metadata={"order": 385})
        )

    def test_charges_are_listed(self):
        charges = [answers.in_list(whole(self.charge(description=f"Order-{number}"))) for number in range(3)]
        self.assertEqual([whole(each) for each in omise.Charge.list()], charges)
        self.assertEqual(whole(omise.Charge.retrieve()), answers.listed(charges, "/charges", START))

    def test_charges_are_listed_from_a_day_on(self):
        self.charge()
        self.sandbox.advance("2026-01-05T00:00:00Z")
        later = self.charge()
        listed = omise.Charge.list(fromDate="2026-01-03")
        self.assertEqual([each.id for each in listed], [later.id])

    def test_a_part_of_a_charge_can_be_given_back(self):
        charge = self.charge()
        self.sandbox.advance("2026-01-03T00:00:00Z")
        refund = charge.refund(amount=10000, metadata={"reason": "late"})
        answered = answers.refund(
            refund.id, charge.id, 10000, "2026-01-03T00:00:00Z", metadata={"reason": "late"}
        )
        self.assertEqual(whole(refund), answered)
        self.assertEqual(charge.refunded_amount, 10000)
        self.assertEqual([whole(each) for each in charge.list_refunds()], [answered])
        self.assertEqual([whole(each) for each in omise.Refund.list()], [answered])
        self.assertEqual(omise.Balance.retrieve().total, 96094 - 10000)

    def test_what_happened_to_a_charge_is_told_in_events(self):
        charge = self.charge(capture=False)
        charge.capture()
        charge.update(description="Another description")
        self.assertEqual(
            [(event.key, event.data.id, event.created_at) for event in charge.list_events()],
            [
                ("charge.create", charge.id, START),
                ("charge.capture", charge.id, START),
                ("charge.update", charge.id, START),
            ],
        )


class Transfers(SandboxTest):
    def setUp(self):
        super().setUp()
        self.charge = omise.Charge.create(amount=100000, currency="thb", card=self.token().id)
        self.recipient = self.default_recipient()

    def answered(self, transfer, amount=50000, **changed):
        return answers.transfer(
            transfer.id, amount, self.recipient.id, whole(self.recipient)["bank_account"], START, **changed
        )

    def test_a_transfer_goes_to_the_default_recipient_where_none_is_named(self):
        transfer = omise.Transfer.create(amount=50000)
        self.assertEqual(whole(transfer), self.answered(transfer))
        self.assertEqual(whole(omise.Transfer.retrieve(transfer.id)), whole(transfer))

    def test_a_transfer_that_has_not_left_can_be_changed(self):
        transfer = omise.Transfer.create(amount=50000, recipient=self.recipient.id)
        transfer.update(amount=40000)
        self.assertEqual(whole(transfer), self.answered(transfer, amount=40000))
        self.assertEqual(omise.Balance.retrieve().transferable, 96094 - 40000)

    def test_a_transfer_that_has_not_left_can_be_called_off(self):
        transfer = omise.Transfer.create(amount=50000)
        self.assertEqual(omise.Balance.retrieve().transferable, 96094 - 50000)
        transfer.destroy()
        self.assertTrue(transfer.destroyed)
        self.assertEqual(whole(transfer), self.answered(transfer, deleted=True))
        self.assertEqual(omise.Balance.retrieve().transferable, 96094)
        self.assertEqual(len(omise.Transfer.list()), 0)

    def test_transfers_are_listed(self):
        transfers = [whole(omise.Transfer.create(amount=amount)) for amount in (10000, 20000)]
        self.assertEqual([whole(each) for each in omise.Transfer.list()], transfers)

    def test_a_captured_charge_is_a_transaction(self):
        [transaction] = omise.Transaction.list()
        self.assertEqual(
            whole(transaction), answers.transaction(transaction.id, 96094, self.charge.id, START)
        )
        self.assertEqual(transaction.id, self.charge.transaction)
        self.assertEqual(whole(omise.Transaction.retrieve(transaction.id)), whole(transaction))
