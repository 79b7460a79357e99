"""The main story: a customer pays on the last day of every month of a year."""

import omise

import answers
from sandbox import START, SandboxTest, next_dates, whole

MONTH_ENDS = [
    "2026-01-31",
    "2026-02-28",
    "2026-03-31",
    "2026-04-30",
    "2026-05-31",
    "2026-06-30",
    "2026-07-31",
    "2026-08-31",
    "2026-09-30",
    "2026-10-31",
    "2026-11-30",
    "2026-12-31",
]
NEW_YEAR = "2027-01-01T00:00:00Z"


def run_at(day):
    """The moment at which charges run: half past eight in Bangkok."""
    return f"{day}T01:30:00Z"


class AYearOfCharges(SandboxTest):
    def setUp(self):
        super().setUp()
        self.payer = self.customer()
        self.schedule = omise.Schedule.create(
            every=1,
            period="month",
            on={"days_of_month": [31]},
            start_date="2026-01-01",
            end_date="2026-12-31",
            charge={"customer": self.payer.id, "amount": 100000, "description": "Membership fee"},
        )
        self.card = answers.card(self.payer.default_card, START, customer=self.payer.id)

    def answered_schedule(self, **changed):
        return answers.schedule(
            self.schedule.id,
            every=1,
            period="month",
            on={"days_of_month": [31]},
            in_words="Every 1 month(s) on the 31st",
            start_on="2026-01-01",
            end_on="2026-12-31",
            created_at=START,
            charge=answers.scheduled_charge(
                100000, self.payer.id, self.payer.default_card, START, description="Membership fee"
            ),
            **changed,
        )

    def answered_occurrences(self, charges):
        """A row for each month end; each was queued when the one before it had run."""
        queued = [START] + [run_at(day) for day in MONTH_ENDS]
        return [
            answers.occurrence(
                self.schedule.id,
                scheduled_on=day,
                created_at=created_at,
                processed_at=run_at(day),
                result=charge.id,
            )
            for day, created_at, charge in zip(MONTH_ENDS, queued, charges)
        ]

    def answered_charge(self, id, day, to):
        return answers.in_list(
            answers.charge(
                id,
                100000,
                self.card,
                created_at=run_at(day),
                to=to,
                customer=self.payer.id,
                schedule=self.schedule.id,
                description="Membership fee",
            )
        )

    def test_before_the_first_month_end_nothing_is_paid(self):
        self.assertEqual(whole(self.schedule), self.answered_schedule(next_occurrences_on=MONTH_ENDS))
        self.sandbox.advance("2026-01-31T01:29:59Z")
        self.assertEqual(len(omise.Charge.list()), 0)
        self.assertEqual(next_dates(self.schedule.reload()), MONTH_ENDS)

    def test_every_month_end_is_paid_once(self):
        self.sandbox.advance(NEW_YEAR)
        self.assertEqual(self.sandbox.now(), NEW_YEAR)

        charges = list(omise.Charge.list())
        self.assertEqual(len({charge.id for charge in charges}), 12)
        self.assertEqual(
            [whole(charge) for charge in charges],
            [self.answered_charge(charge.id, day, NEW_YEAR) for charge, day in zip(charges, MONTH_ENDS)],
        )

        occurrences = self.answered_occurrences(charges)
        self.assertEqual([whole(each) for each in self.schedule.occurrence()], occurrences)
        self.assertEqual(
            whole(self.schedule.reload()),
            self.answered_schedule(
                next_occurrences_on=[],
                occurrences=occurrences,
                to=NEW_YEAR,
                status="expired",
                active=False,
                ended_at=run_at("2026-12-31"),
            ),
        )

        balance = omise.Balance.retrieve()
        self.assertEqual((balance.total, balance.transferable), (12 * 96094, 12 * 96094))
        self.assertEqual(
            [whole(transaction) for transaction in omise.Transaction.list()],
            [
                answers.transaction(charge.transaction, 96094, charge.id, run_at(day))
                for charge, day in zip(charges, MONTH_ENDS)
            ],
        )

    def test_a_year_taken_in_steps_is_the_same_as_a_year_at_once(self):
        for month in range(2, 13):
            self.sandbox.advance(f"2026-{month:02}-01T00:00:00Z")
        self.sandbox.advance(NEW_YEAR)
        charges = list(omise.Charge.list())
        self.assertEqual(
            [whole(each) for each in self.schedule.occurrence()], self.answered_occurrences(charges)
        )

    def test_every_payment_and_every_turn_of_the_schedule_is_an_event(self):
        self.sandbox.advance(NEW_YEAR)
        charges = list(omise.Charge.list())
        expected = [("schedule.create", self.schedule.id, START)]
        for charge, day in zip(charges, MONTH_ENDS):
            expected.append(("charge.create", charge.id, run_at(day)))
        expected.insert(-1, ("schedule.expiring", self.schedule.id, run_at("2026-11-30")))
        expected.append(("schedule.expire", self.schedule.id, run_at("2026-12-31")))
        self.assertEqual(self.told_about(self.schedule, *charges), expected)

    def test_the_event_of_a_payment_shows_the_charge_as_it_was_made(self):
        self.sandbox.advance("2026-02-01T00:00:00Z")
        [charge] = omise.Charge.list()
        [event] = [event for event in omise.Event.list() if event.key == "charge.create"]
        data = whole(event)["data"]
        self.assertEqual(whole(event), answers.event(event.id, "charge.create", data, run_at("2026-01-31")))
        self.assertEqual(
            (data["id"], data["status"], data["amount"], data["customer"], data["schedule"]),
            (charge.id, "successful", 100000, self.payer.id, self.schedule.id),
        )
        self.assertEqual(whole(omise.Event.retrieve(event.id)), whole(event))
