"""What the API answers about schedules, whole.

A function fills in what the one at hand is about; keyword arguments say what is
answered besides, or otherwise.
"""

import re

MODE = "sandbox"


class Matching:
    """Equal to every string of one form: for what a test cannot know beforehand."""

    def __init__(self, form):
        self._form = re.compile(form)

    def __eq__(self, other):
        return isinstance(other, str) and self._form.fullmatch(other) is not None

    def __repr__(self):
        return f"<matching {self._form.pattern}>"


# A UUID of a version and a variant that are written down somewhere (RFC 9562).
SOME_ID = Matching("[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def run_transfer(amount, source, destination, partner, description="Gym dues", **changed):
    """What an occurrence pays, in a request and in an answer alike."""
    return {
        "amount": {"currency": "USD", "value": amount},
        "source": {"paymentMethodID": source},
        "destination": {"paymentMethodID": destination},
        "partnerAccountID": partner,
        "description": description,
        **changed,
    }


def occurrence(schedule, run_on, transfer, **changed):
    """An occurrence that a rule made and that has not run."""
    return {
        "scheduleID": schedule,
        "occurrenceID": SOME_ID,
        "mode": MODE,
        "generated": True,
        "indefinite": False,
        "runOn": run_on,
        "runTransfer": transfer,
        **changed,
    }


def schedule(id, parties, created_on, occurrences, **changed):
    """A schedule between two accounts, run by a third."""
    source, destination, partner = parties
    return {
        "scheduleID": id,
        "mode": MODE,
        "sourceAccountID": source,
        "destinationAccountID": destination,
        "partnerAccountID": partner,
        "ownerAccountID": partner,
        "createdOn": created_on,
        "updatedOn": created_on,
        "occurrences": occurrences,
        **changed,
    }


def party(account, name, email=None):
    """An account in a list of hydrated schedules."""
    known = {"accountID": account, "displayName": name}
    return known if email is None else {**known, "email": email}
