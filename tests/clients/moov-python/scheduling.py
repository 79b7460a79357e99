"""What the tests of schedules share: a customer with a card who pays the merchant's wallet."""

import answers
from sandbox import MERCHANT, MERCHANT_WALLET_METHOD, PARTNER, SandboxTest, START, VISA, whole

__all__ = ["START", "SchedulingTest", "whole"]


class SchedulingTest(SandboxTest):
    """A test of schedules that a partner runs between a customer and the merchant."""

    card_number = VISA

    def setUp(self):
        super().setUp()
        self.payer = self.customer()
        self.source = self.card_method(self.payer, self.card_number)
        self.parties = (self.payer, MERCHANT, PARTNER)

    def pays(self, amount=1204, **changed):
        """What a run pays, by the names on the wire."""
        return answers.run_transfer(
            amount, self.source, MERCHANT_WALLET_METHOD, PARTNER, **changed
        )

    def recurs(self, rule, start=None, amount=1204, **changed):
        """A rule, by the names on the wire."""
        recur = {"recurrenceRule": rule, "runTransfer": self.pays(amount, **changed)}
        return recur if start is None else {**recur, "start": start}

    def create(self, account=PARTNER, **schedule):
        """Makes a schedule: (all that was answered)."""
        return whole(self.moov.scheduling.create(account_id=account, **schedule))

    def get(self, id, account=PARTNER):
        """A schedule as it is."""
        return whole(self.moov.scheduling.get(account_id=account, schedule_id=id))

    def update(self, id, account=PARTNER, **changes):
        """Changes a schedule: (all that was answered)."""
        return whole(
            self.moov.scheduling.update(account_id=account, schedule_id=id, **changes)
        )

    def cancel(self, id, account=PARTNER):
        """Ends a schedule."""
        self.moov.scheduling.cancel(account_id=account, schedule_id=id)

    def occurrence(self, id, which, account=PARTNER):
        """One occurrence of a schedule."""
        return whole(
            self.moov.scheduling.get_occurrance(
                account_id=account, schedule_id=id, occurrence_filter=which
            )
        )

    def listed(self, account=PARTNER, **page):
        """The schedules that concern an account."""
        return whole(self.moov.scheduling.list(account_id=account, **page))

    def transfer(self, id, account=PARTNER):
        """A transfer as it is."""
        return whole(self.moov.transfers.get(account_id=account, transfer_id=id))
