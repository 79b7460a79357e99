"""The account itself: its settings, its balance, what happened in it, and search."""

import omise

import answers
from sandbox import START, SandboxTest, whole


class TheAccount(SandboxTest):
    def test_the_sandbox_is_a_thai_account_in_the_newest_version(self):
        account = omise.Account.retrieve()
        shown = {
            name: whole(account)[name]
            for name in ("object", "livemode", "location", "country", "currency", "api_version")
        }
        self.assertEqual(
            shown,
            {
                "object": "account",
                "livemode": False,
                "location": "/account",
                "country": "TH",
                "currency": "THB",
                "api_version": "2019-05-29",
            },
        )
        self.assertEqual(whole(account.reload()), whole(omise.Account.retrieve()))

    def test_a_new_balance_is_empty(self):
        balance = whole(omise.Balance.retrieve())
        self.assertEqual(
            balance,
            {**answers.template("balance"), "created_at": balance["created_at"]},
        )

    def test_a_charge_adds_to_the_balance_what_the_fee_leaves(self):
        balance = omise.Balance.retrieve()
        omise.Charge.create(amount=12345, currency="thb", card=self.token().id)
        balance.reload()
        self.assertEqual((balance.total, balance.transferable), (11862, 11862))

    def test_the_public_key_shows_what_the_account_can_do(self):
        capability = omise.Capability.retrieve()
        self.assertEqual((capability.object, capability.country), ("capability", "TH"))


class Events(SandboxTest):
    def test_what_happens_is_told_in_order(self):
        customer = self.customer()
        customer.update(description="John")
        customer.destroy()
        self.assertEqual(
            self.told_about(customer),
            [
                ("customer.create", customer.id, START),
                ("customer.update", customer.id, START),
                ("customer.destroy", customer.id, START),
            ],
        )

    def test_an_event_is_found_again_as_it_was_listed(self):
        charge = omise.Charge.create(amount=100000, currency="thb", card=self.token().id)
        [event] = [event for event in omise.Event.list() if event.key == "charge.create"]
        data = whole(event)["data"]
        self.assertEqual(whole(event), answers.event(event.id, "charge.create", data, START))
        self.assertEqual((data["id"], data["amount"]), (charge.id, 100000))
        self.assertEqual(whole(omise.Event.retrieve(event.id)), whole(event))
        self.assertEqual(whole(event.reload()), whole(omise.Event.retrieve(event.id)))


class Search(SandboxTest):
    def assert_found(self, search, found, scope, **asked):
        self.assertEqual(whole(search), answers.search(scope, found, **asked))

    def test_charge_schedules_are_found_by_their_status(self):
        payer = self.customer()
        rule = {"every": 1, "period": "day", "start_date": "2026-01-02", "end_date": "2026-01-31"}
        kept = omise.Schedule.create(**rule, charge={"customer": payer.id, "amount": 100000})
        omise.Schedule.create(**rule, charge={"customer": payer.id, "amount": 100000}).destroy()
        self.assert_found(
            omise.Search.execute("charge_schedule", filters={"status": "running"}),
            [whole(kept)],
            scope="charge_schedule",
            filters={"status": "running"},
        )

    def test_transfer_schedules_are_a_scope_of_their_own(self):
        rule = {"every": 1, "period": "day", "start_date": "2026-01-02", "end_date": "2026-01-31"}
        schedule = omise.Schedule.create(
            **rule, transfer={"recipient": self.default_recipient().id, "amount": 30000}
        )
        self.assert_found(
            omise.Search.execute("transfer_schedule"), [whole(schedule)], scope="transfer_schedule"
        )
        self.assert_found(omise.Search.execute("charge_schedule"), [], scope="charge_schedule")

    def test_charges_are_found_by_amount_in_baht(self):
        small = omise.Charge.create(amount=50000, currency="thb", card=self.token().id)
        omise.Charge.create(amount=500000, currency="thb", card=self.token().id)
        self.assert_found(
            omise.Search.execute("charge", filters={"amount": "400..600"}),
            [answers.in_list(whole(small))],
            scope="charge",
            filters={"amount": "400..600"},
        )

    def test_customers_are_found_by_what_is_written_about_them(self):
        somchai = self.customer()
        omise.Customer.create(email="john@example.com", description="John")
        self.assert_found(
            omise.Search.execute("customer", query="somchai"),
            [whole(somchai)],
            scope="customer",
            query="somchai",
        )
