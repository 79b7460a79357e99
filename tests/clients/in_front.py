"""Runs a Python client's tests through `kalends serve` in front of a sandbox: `in_front.py FOLDER`.

All of them but those listed here, each with what is other there and cannot be alike.
"""

import os
import pathlib
import sys
import unittest

# Whom the sandbox plays for the tests of a folder.
UPSTREAMS = {"python": "omise", "moov-python": "moov"}

# A failed occurrence says what Omise said of its charge, which is more than its own
# schedules say.
MESSAGE = "the message of a failed occurrence is the charge's own"
# A payment carries marks in its metadata, and is made at the hour of the account behind,
# whose clock has gone ahead.
PAYMENT = "a payment has marks and the hour of the account behind"
# It is what a server in front is for.
THREE_D_SECURE = "an account that uses 3-D Secure may schedule"
# Moov's own filter of transfers knows its own schedules alone.
LISTED = "transfers cannot be listed by schedules that Moov does not know"

OTHER = {
    "python": {
        "test_a_failing_card.AFailingCard.test_a_failed_date_stays_the_next_one_while_it_is_retried": MESSAGE,
        "test_a_failing_card.AFailingCard.test_a_new_default_card_lets_the_retry_succeed_and_the_cadence_go_on": MESSAGE,
        "test_a_failing_card.AFailingCard.test_each_failure_is_a_failed_charge": PAYMENT,
        "test_a_failing_card.AFailingCard.test_three_failures_on_three_days_running_suspend_the_schedule": MESSAGE,
        "test_a_year_of_charges.AYearOfCharges.test_every_month_end_is_paid_once": PAYMENT,
        "test_a_year_of_charges.AYearOfCharges.test_the_event_of_a_payment_shows_the_charge_as_it_was_made": PAYMENT,
        "test_seed.Seed.test_an_account_with_3d_secure_may_not_schedule": THREE_D_SECURE,
    },
    "moov-python": {
        "test_runs.Runs.test_transfers_are_listed_by_their_schedule": LISTED,
    },
}


def each(suite):
    """The tests of a suite, one by one."""
    for entry in suite:
        if isinstance(entry, unittest.TestSuite):
            yield from each(entry)
        else:
            yield entry


def main():
    """Runs them; a listed test that there is not is a mistake in the list."""
    [_, name] = sys.argv
    os.environ["KALENDS_IN_FRONT"] = UPSTREAMS[name]
    other = OTHER[name]
    folder = pathlib.Path(__file__).resolve().parent / name
    found = list(each(unittest.defaultTestLoader.discover(str(folder))))
    unknown = set(other) - {test.id() for test in found}
    if unknown:
        sys.exit(f"listed, and not there: {', '.join(sorted(unknown))}")
    alike = unittest.TestSuite(test for test in found if test.id() not in other)
    print(f"{alike.countTestCases()} of {len(found)} tests; {len(other)} are other here:")
    for test, reason in other.items():
        print(f"  {test}: {reason}")
    result = unittest.TextTestRunner().run(alike)
    sys.exit(not result.wasSuccessful())


if __name__ == "__main__":
    main()
