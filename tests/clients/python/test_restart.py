"""What a restart keeps."""

import pathlib
import tempfile

import omise

from sandbox import SandboxTest, whole


class Restart(SandboxTest):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.data = pathlib.Path(folder.name) / "kalends.db"
        self.start_sandbox(data=self.data)

    def restart(self):
        """Ends the server by SIGTERM and starts another on the same data."""
        self.sandbox.stop()
        self.start_sandbox(data=self.data)

    def test_a_restart_keeps_the_clock_and_all_that_stood_in_the_books(self):
        payer = self.customer()
        schedule = omise.Schedule.create(
            every=1,
            period="month",
            on={"days_of_month": [31]},
            end_date="2026-12-31",
            charge={"customer": payer.id, "amount": 100000},
        )
        self.sandbox.advance("2026-04-01T12:00:00Z")
        before = self.books(payer, schedule)

        self.restart()

        self.assertEqual(self.sandbox.now(), "2026-04-01T12:00:00Z")
        self.assertEqual(self.books(payer, schedule), before)

    def test_a_schedule_goes_on_where_the_restart_found_it(self):
        payer = self.customer()
        schedule = omise.Schedule.create(
            every=1,
            period="month",
            on={"days_of_month": [31]},
            end_date="2026-06-30",
            charge={"customer": payer.id, "amount": 100000},
        )
        self.sandbox.advance("2026-03-31T02:00:00Z")
        self.restart()
        self.sandbox.advance("2026-07-01T00:00:00Z")
        self.assertEqual(
            [(each.scheduled_on, each.processed_at, each.status) for each in schedule.occurrence()],
            [
                ("2026-01-31", "2026-01-31T01:30:00Z", "successful"),
                ("2026-02-28", "2026-02-28T01:30:00Z", "successful"),
                ("2026-03-31", "2026-03-31T01:30:00Z", "successful"),
                ("2026-04-30", "2026-04-30T01:30:00Z", "successful"),
                ("2026-05-31", "2026-05-31T01:30:00Z", "successful"),
                ("2026-06-30", "2026-06-30T01:30:00Z", "successful"),
            ],
        )
        self.assertEqual(len(omise.Charge.list()), 6)

    def books(self, payer, schedule):
        """All that there is, as the API tells it."""
        return {
            "customer": whole(payer.reload()),
            "schedule": whole(schedule.reload()),
            "occurrences": whole(schedule.occurrence()),
            "charges": [whole(each) for each in omise.Charge.list()],
            "transactions": [whole(each) for each in omise.Transaction.list()],
            "events": [whole(each) for each in omise.Event.list()],
            "balance": whole(omise.Balance.retrieve()),
            "account": whole(omise.Account.retrieve()),
        }
