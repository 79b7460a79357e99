"""The failing story: a card without money fails on three days running, and the schedule stops."""

import omise

import answers
from sandbox import START, SandboxTest, next_dates, whole

WITHOUT_FUNDS = "4111111111140011"
MONTHLY = ["2026-02-06", "2026-03-06", "2026-04-06"]


class AFailingCard(SandboxTest):
    def setUp(self):
        super().setUp()
        self.payer = self.customer(WITHOUT_FUNDS)
        self.schedule = omise.Schedule.create(
            every=1,
            period="month",
            on={"days_of_month": [6]},
            start_date="2026-02-01",
            end_date="2026-04-30",
            charge={"customer": self.payer.id, "amount": 50000},
        )

    def attempt(self, run_on, created_at, retry_on=None, **changed):
        """An attempt at the date of February."""
        return answers.occurrence(
            self.schedule.id,
            **{
                "scheduled_on": "2026-02-06",
                "created_at": created_at,
                "processed_at": f"{run_on}T01:30:00Z",
                "retry_on": retry_on,
                "result": answers.some_id("chrg"),
                "status": "failed",
                "message": "charge could not be captured",
                **changed,
            },
        )

    def attempts(self):
        return [whole(each) for each in self.schedule.occurrence()]

    def test_a_failed_date_stays_the_next_one_while_it_is_retried(self):
        self.sandbox.advance("2026-02-06T02:00:00Z")
        self.assertEqual(self.attempts(), [self.attempt("2026-02-06", START)])
        self.schedule.reload()
        self.assertEqual((self.schedule.status, self.schedule.active), ("running", True))
        self.assertEqual(next_dates(self.schedule), MONTHLY)

    def test_three_failures_on_three_days_running_suspend_the_schedule(self):
        self.sandbox.advance("2026-05-01T00:00:00Z")
        attempts = [
            self.attempt("2026-02-06", START),
            self.attempt("2026-02-07", "2026-02-06T01:30:00Z", retry_on="2026-02-07"),
            self.attempt("2026-02-08", "2026-02-07T01:30:00Z", retry_on="2026-02-08"),
        ]
        self.assertEqual(self.attempts(), attempts)
        self.assertEqual(
            whole(self.schedule.reload()),
            answers.schedule(
                self.schedule.id,
                every=1,
                period="month",
                on={"days_of_month": [6]},
                in_words="Every 1 month(s) on the 6th",
                start_on="2026-02-01",
                end_on="2026-04-30",
                next_occurrences_on=[],
                created_at=START,
                charge=answers.scheduled_charge(50000, self.payer.id, self.payer.default_card, START),
                occurrences=attempts,
                to="2026-05-01T00:00:00Z",
                status="suspended",
                active=False,
                ended_at="2026-02-08T01:30:00Z",
            ),
        )

    def test_each_failure_is_a_failed_charge(self):
        self.sandbox.advance("2026-05-01T00:00:00Z")
        charges = list(omise.Charge.list())
        card = answers.card(self.payer.default_card, START, customer=self.payer.id, last_digits="0011")
        self.assertEqual(
            [whole(charge) for charge in charges],
            [
                answers.in_list(
                    answers.charge(
                        charge.id,
                        50000,
                        card,
                        created_at=f"{day}T01:30:00Z",
                        to="2026-05-01T00:00:00Z",
                        customer=self.payer.id,
                        schedule=self.schedule.id,
                        expired=True,
                        **answers.INSUFFICIENT_FUND,
                    )
                )
                for charge, day in zip(charges, ["2026-02-06", "2026-02-07", "2026-02-08"])
            ],
        )
        self.assertEqual([each["result"] for each in self.attempts()], [charge.id for charge in charges])
        self.assertEqual(omise.Balance.retrieve().total, 0)

    def test_the_suspension_is_an_event(self):
        self.sandbox.advance("2026-05-01T00:00:00Z")
        first, second, third = charges = list(omise.Charge.list())
        self.assertEqual(
            self.told_about(self.schedule, *charges),
            [
                ("schedule.create", self.schedule.id, START),
                ("charge.create", first.id, "2026-02-06T01:30:00Z"),
                ("charge.create", second.id, "2026-02-07T01:30:00Z"),
                ("charge.create", third.id, "2026-02-08T01:30:00Z"),
                ("schedule.suspend", self.schedule.id, "2026-02-08T01:30:00Z"),
            ],
        )
        [suspended] = [event for event in omise.Event.list() if event.key == "schedule.suspend"]
        self.assertEqual(suspended.data.status, "suspended")

    def test_a_new_default_card_lets_the_retry_succeed_and_the_cadence_go_on(self):
        self.sandbox.advance("2026-02-06T02:00:00Z")
        self.payer.update(card=self.token().id)
        [_, good_card] = self.payer.list_cards()
        self.payer.update(default_card=good_card.id)
        self.sandbox.advance("2026-03-07T00:00:00Z")
        self.assertEqual(
            self.attempts(),
            [
                self.attempt("2026-02-06", START),
                self.attempt(
                    "2026-02-07",
                    "2026-02-06T01:30:00Z",
                    retry_on="2026-02-07",
                    status="successful",
                    message=None,
                ),
                self.attempt(
                    "2026-03-06",
                    "2026-02-07T01:30:00Z",
                    scheduled_on="2026-03-06",
                    status="successful",
                    message=None,
                ),
            ],
        )
        self.schedule.reload()
        self.assertEqual((self.schedule.status, next_dates(self.schedule)), ("expiring", ["2026-04-06"]))
