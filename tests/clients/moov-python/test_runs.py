"""What happens when an occurrence is due."""

import answers
from sandbox import DECLINED_VISA, MERCHANT, MERCHANT_WALLET_METHOD, PARTNER, usd
from scheduling import SchedulingTest


class Runs(SchedulingTest):
    def test_a_run_leaves_the_moment_the_transfer_and_the_status(self):
        schedule = self.create(
            recur=self.recurs("FREQ=MONTHLY;COUNT=2", start="2026-02-01T00:00:00Z")
        )
        id = schedule["scheduleID"]
        first, second = schedule["occurrences"]
        self.sandbox.advance("2026-02-20T00:00:00Z")
        ran, waiting = self.get(id)["occurrences"]
        self.assertEqual(
            ran,
            {
                **first,
                "ranOn": "2026-02-01T00:00:00Z",
                "ranTransferID": answers.SOME_ID,
                "status": "completed",
            },
        )
        self.assertEqual(waiting, second)
        self.assertEqual(self.occurrence(id, first["occurrenceID"]), ran)
        self.assertEqual(self.occurrence(id, "latest"), ran)

    def test_the_transfer_of_a_run_names_its_schedule_and_occurrence(self):
        schedule = self.create(
            recur=self.recurs("FREQ=MONTHLY;COUNT=1", start="2026-02-01T00:00:00Z")
        )
        self.sandbox.advance("2026-02-20T00:00:00Z")
        [ran] = self.get(schedule["scheduleID"])["occurrences"]
        transfer = self.transfer(ran["ranTransferID"])
        told = (
            "transferID",
            "createdOn",
            "status",
            "amount",
            "description",
            "scheduleID",
            "occurrenceID",
        )
        self.assertEqual(
            {name: transfer[name] for name in told},
            {
                "transferID": ran["ranTransferID"],
                "createdOn": "2026-02-01T00:00:00Z",
                "status": "completed",
                "amount": usd(1204),
                "description": "Gym dues",
                "scheduleID": schedule["scheduleID"],
                "occurrenceID": ran["occurrenceID"],
            },
        )
        self.assertEqual(transfer["source"]["paymentMethodID"], self.source)
        self.assertEqual(transfer["source"]["account"]["accountID"], self.payer)
        self.assertEqual(transfer["destination"]["paymentMethodID"], MERCHANT_WALLET_METHOD)
        self.assertEqual(transfer["destination"]["account"]["accountID"], MERCHANT)

    def test_transfers_are_listed_by_their_schedule(self):
        mine = self.create(recur=self.recurs("FREQ=DAILY;COUNT=2", start="2026-02-01T00:00:00Z"))
        self.create(recur=self.recurs("FREQ=DAILY;COUNT=3", start="2026-02-01T00:00:00Z"))
        self.sandbox.advance("2026-02-10T00:00:00Z")
        listed = self.moov.transfers.list(account_id=PARTNER, schedule_id=mine["scheduleID"]).result
        self.assertEqual(
            {each.transfer_id for each in listed},
            {each["ranTransferID"] for each in self.get(mine["scheduleID"])["occurrences"]},
        )
        self.assertEqual(len(self.moov.transfers.list(account_id=PARTNER).result), 5)

    def test_a_card_payment_is_pending_until_it_has_settled(self):
        schedule = self.create(
            recur=self.recurs("FREQ=DAILY;COUNT=1", start="2026-01-06T15:00:00Z")
        )
        self.sandbox.advance("2026-01-06T15:00:00Z")
        self.assertEqual(self.occurrence(schedule["scheduleID"], "latest")["status"], "pending")
        self.sandbox.advance("2026-01-13T00:00:00Z")
        self.assertEqual(self.occurrence(schedule["scheduleID"], "latest")["status"], "completed")

    def test_the_merchant_is_paid_what_has_completed(self):
        before = self.balance(MERCHANT)
        self.create(recur=self.recurs("FREQ=DAILY;COUNT=3", start="2026-01-06T00:00:00Z"))
        self.sandbox.advance("2026-02-01T00:00:00Z")
        self.assertEqual(self.balance(MERCHANT) - before, 3 * 1204)

    def test_each_occurrence_runs_once_and_in_the_order_of_its_moments(self):
        schedule = self.create(
            occurrences=[
                {"runOn": "2026-01-08T00:00:00Z", "runTransfer": self.pays(2)},
                {"runOn": "2026-01-07T00:00:00Z", "runTransfer": self.pays(1)},
                # Two that are due at the same moment are two.
                {"runOn": "2026-01-08T00:00:00Z", "runTransfer": self.pays(3)},
            ]
        )
        self.sandbox.advance("2026-02-01T00:00:00Z")
        self.sandbox.advance("2026-03-01T00:00:00Z")
        occurrences = self.get(schedule["scheduleID"])["occurrences"]
        self.assertEqual(
            sorted((each["ranOn"], each["runTransfer"]["amount"]["value"]) for each in occurrences),
            [("2026-01-07T00:00:00Z", 1), ("2026-01-08T00:00:00Z", 2), ("2026-01-08T00:00:00Z", 3)],
        )
        self.assertEqual(len(self.moov.transfers.list(account_id=PARTNER).result), 3)

    def test_a_moved_occurrence_runs_at_its_new_moment(self):
        schedule = self.create(
            recur=self.recurs("FREQ=DAILY;COUNT=1", start="2026-02-01T00:00:00Z")
        )
        [only] = schedule["occurrences"]
        moved = {"occurrenceID": only["occurrenceID"], "runOn": "2026-01-07T09:30:00Z"}
        self.update(schedule["scheduleID"], occurrences=[moved])
        self.sandbox.advance("2026-03-01T00:00:00Z")
        [ran] = self.get(schedule["scheduleID"])["occurrences"]
        self.assertEqual((ran["runOn"], ran["ranOn"]), ("2026-01-07T09:30:00Z",) * 2)

    def test_a_change_of_the_template_reaches_the_next_run_only(self):
        schedule = self.create(
            recur=self.recurs("FREQ=MONTHLY;COUNT=2", start="2026-02-01T00:00:00Z")
        )
        self.sandbox.advance("2026-02-10T00:00:00Z")
        self.update(
            schedule["scheduleID"],
            recur=self.recurs("FREQ=MONTHLY;COUNT=2", start="2026-02-01T00:00:00Z", amount=2000),
        )
        self.sandbox.advance("2026-03-10T00:00:00Z")
        self.assertEqual(
            [
                self.transfer(each["ranTransferID"])["amount"]
                for each in self.get(schedule["scheduleID"])["occurrences"]
            ],
            [usd(1204), usd(2000)],
        )


class ADeclinedCard(SchedulingTest):
    card_number = DECLINED_VISA

    def test_a_declined_card_fails_the_occurrence_and_the_schedule_goes_on(self):
        schedule = self.create(
            recur=self.recurs("FREQ=MONTHLY;COUNT=3", start="2026-02-01T00:00:00Z")
        )
        self.sandbox.advance("2026-03-10T00:00:00Z")
        first, second, third = self.get(schedule["scheduleID"])["occurrences"]
        for failed in (first, second):
            self.assertEqual((failed["status"], failed["ranOn"]), ("failed", failed["runOn"]))
            self.assertTrue(failed["error"]["message"])
        self.assertNotIn("status", third)
        # No attempt is made again by itself: one transfer for each occurrence that ran.
        self.assertEqual(len(self.moov.transfers.list(account_id=PARTNER).result), 2)

    def test_the_transfer_of_a_declined_card_says_so(self):
        schedule = self.create(
            recur=self.recurs("FREQ=MONTHLY;COUNT=1", start="2026-02-01T00:00:00Z")
        )
        self.sandbox.advance("2026-02-10T00:00:00Z")
        failed = self.occurrence(schedule["scheduleID"], "latest")
        transfer = self.transfer(failed["ranTransferID"])
        self.assertEqual(
            (transfer["status"], transfer["failureReason"]), ("failed", "source-payment-error")
        )
        self.assertEqual(transfer["source"]["cardDetails"]["status"], "failed")

    def test_an_added_occurrence_is_how_a_failed_one_is_tried_again(self):
        schedule = self.create(
            recur=self.recurs("FREQ=MONTHLY;COUNT=1", start="2026-02-01T00:00:00Z")
        )
        id = schedule["scheduleID"]
        self.sandbox.advance("2026-02-10T00:00:00Z")
        working = self.card_method(self.payer)
        retry = {
            "runOn": "2026-02-11T00:00:00Z",
            "runTransfer": {**self.pays(), "source": {"paymentMethodID": working}},
        }
        self.update(id, occurrences=[retry])
        self.sandbox.advance("2026-02-20T00:00:00Z")
        self.assertEqual(
            [each["status"] for each in self.get(id)["occurrences"]], ["failed", "completed"]
        )


class ABankAccount(SchedulingTest):
    def setUp(self):
        super().setUp()
        self.source = self.bank_method(self.payer, "ach-debit-collect")

    def test_a_bank_debit_completes_when_its_rail_is_done(self):
        schedule = self.create(
            recur=self.recurs("FREQ=DAILY;COUNT=1", start="2026-01-06T15:00:00Z")
        )
        self.sandbox.advance("2026-01-06T15:00:00Z")
        started = self.occurrence(schedule["scheduleID"], "latest")
        self.sandbox.advance("2026-01-20T00:00:00Z")
        done = self.occurrence(schedule["scheduleID"], "latest")
        self.assertEqual((started["status"], done["status"]), ("pending", "completed"))
        self.assertEqual(done, {**started, "status": "completed"})

    def test_an_amount_chooses_the_code_by_which_a_bank_debit_is_returned(self):
        for amount, code in {5501: "R01", 5508: "R08", 5509: "R09", 5524: "R24"}.items():
            with self.subTest(amount=amount):
                failed, transfer = self.run_of(amount)
                self.assertEqual(failed["status"], "failed")
                self.assertTrue(failed["error"]["message"])
                self.assertEqual(
                    (transfer["status"], transfer["failureReason"]),
                    ("failed", "source-payment-error"),
                )
                self.assertEqual(transfer["source"]["achDetails"]["status"], "returned")
                self.assertEqual(transfer["source"]["achDetails"]["return"]["code"], code)

    def test_a_debit_that_comes_back_after_it_had_completed_is_reversed(self):
        for amount, code in {5507: "R07", 5529: "R29"}.items():
            with self.subTest(amount=amount):
                completed, transfer = self.run_of(amount)
                self.assertEqual(completed["status"], "completed")
                self.assertEqual(transfer["status"], "reversed")
                self.assertEqual(transfer["source"]["achDetails"]["return"]["code"], code)

    def run_of(self, amount):
        """The occurrence of a run of this amount and its transfer, a year later."""
        now = self.sandbox.now()
        schedule = self.create(recur=self.recurs("FREQ=DAILY;COUNT=1", amount=amount))
        self.sandbox.advance(f"{int(now[:4]) + 1}{now[4:]}")
        ran = self.occurrence(schedule["scheduleID"], "latest")
        return ran, self.transfer(ran["ranTransferID"])


class AWallet(SchedulingTest):
    def test_a_wallet_pays_another_at_once(self):
        self.fund(MERCHANT, 5000)
        schedule = self.wallet_to_wallet(1204)
        self.sandbox.advance("2026-02-01T00:00:00Z")
        ran = self.occurrence(schedule["scheduleID"], "latest")
        self.assertEqual((ran["status"], ran["ranOn"]), ("completed", "2026-02-01T00:00:00Z"))
        transfer = self.transfer(ran["ranTransferID"])
        self.assertEqual(transfer["completedOn"], "2026-02-01T00:00:00Z")

    def test_a_wallet_without_money_fails_the_run(self):
        schedule = self.wallet_to_wallet(self.balance(MERCHANT) + 1)
        self.sandbox.advance("2026-02-01T00:00:00Z")
        failed = self.occurrence(schedule["scheduleID"], "latest")
        self.assertEqual(failed["status"], "failed")
        self.assertTrue(failed["error"]["message"])

    def fund(self, account, cents):
        """Lets a customer's card pay into a wallet."""
        self.create(recur=self.recurs("FREQ=DAILY;COUNT=1", amount=cents))
        self.sandbox.advance("2026-01-20T00:00:00Z")

    def wallet_to_wallet(self, cents):
        """A schedule by which the merchant pays the partner on the first of February."""
        methods = self.moov.payment_methods.list(account_id=PARTNER).result
        transfer = answers.run_transfer(
            cents, MERCHANT_WALLET_METHOD, self.method_of(methods, "moov-wallet"), PARTNER
        )
        return self.create(occurrences=[{"runOn": "2026-02-01T00:00:00Z", "runTransfer": transfer}])
