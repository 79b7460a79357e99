"""What the API answers, whole, in version 2019-05-29.

`answers.json` holds every field that an object is always answered with. A
function here fills in what the one at hand is about; `changed` says where it
differs from the rest.
"""

import copy
import json
import pathlib
import re
from datetime import datetime, timedelta

TEMPLATES = json.loads((pathlib.Path(__file__).parent.parent / "answers.json").read_text())
VAULT = "https://vault.omise.co"

# What differs in a charge that is authorised and not captured yet.
AUTHORIZED = TEMPLATES["authorized_charge"]
# What differs in a charge for which the card had no money.
INSUFFICIENT_FUND = TEMPLATES["charge_without_funds"]


class Matching:
    """Equal to every string of one form: for what a test cannot know beforehand."""

    def __init__(self, form):
        self._form = re.compile(form)

    def __eq__(self, other):
        return isinstance(other, str) and self._form.fullmatch(other) is not None

    def __repr__(self):
        return f"<matching {self._form.pattern}>"


def some_id(prefix):
    """An id of test mode."""
    return Matching(f"{prefix}_test_[0-9a-z]{{19}}")


def template(name):
    """All fields of one kind of object."""
    return copy.deepcopy(TEMPLATES[name])


def listed(data, location, to):
    """A list; `to` is the moment it was asked for."""
    return {**template("list"), "data": data, "total": len(data), "location": location, "to": to}


def card(id, created_at, customer=None, **changed):
    """A card, of a customer or of nobody yet."""
    return {
        **template("card"),
        "id": id,
        "location": None if customer is None else f"/customers/{customer}/cards/{id}",
        # Base64 of 32 bytes.
        "fingerprint": Matching("[A-Za-z0-9+/]{43}="),
        "created_at": created_at,
        **changed,
    }


def token(id, card, created_at):
    """A token around a card."""
    return {
        **template("token"),
        "id": id,
        "location": f"{VAULT}/tokens/{id}",
        "card": card,
        "created_at": created_at,
    }


def customer(id, cards, created_at, **changed):
    """A customer with cards, the first of which is the default."""
    return {
        **template("customer"),
        "id": id,
        "location": f"/customers/{id}",
        "cards": listed(cards, f"/customers/{id}/cards", created_at),
        "default_card": cards[0]["id"] if cards else None,
        "linked_accounts": listed([], f"/customers/{id}/linked_accounts", created_at),
        "created_at": created_at,
        **changed,
    }


def charge(id, amount, card, created_at, to=None, **changed):
    """A charge that was captured as soon as it was authorised; `to` is the moment it was asked for."""
    fee = round_half_up(amount * 365, 10_000)
    fee_vat = round_half_up(fee * 7, 100)
    expires_at = days_later(created_at, 7)
    return {
        **template("charge"),
        "id": id,
        "location": f"/charges/{id}",
        "amount": amount,
        "net": amount - fee - fee_vat,
        "fee": fee,
        "fee_vat": fee_vat,
        "funding_amount": amount,
        "refunds": listed([], f"/charges/{id}/refunds", to or created_at),
        "card": card,
        "transaction": some_id("trxn"),
        "created_at": created_at,
        "paid_at": created_at,
        "authorized_at": created_at,
        "expires_at": expires_at,
        # Told of every charge whose time is up, also of one that was paid in time.
        "expired_at": expires_at if expires_at <= (to or created_at) else None,
        **changed,
    }


def in_list(charge):
    """A charge as lists show it: with three fields more."""
    return {
        **charge,
        "authorization_type": None,
        "authorized_amount": charge["amount"],
        "captured_amount": charge["funding_amount"],
    }


def refund(id, charge, amount, created_at, **changed):
    """A refund of a charge."""
    return {
        **template("refund"),
        "id": id,
        "location": f"/charges/{charge}/refunds/{id}",
        "amount": amount,
        "charge": charge,
        "transaction": some_id("trxn"),
        "funding_amount": amount,
        "created_at": created_at,
        **changed,
    }


def recipient(id, created_at, **changed):
    """A recipient that nobody has checked yet."""
    return {
        **template("recipient"),
        "id": id,
        "location": f"/recipients/{id}",
        "bank_account": {**template("bank_account"), "created_at": created_at},
        "created_at": created_at,
        **changed,
    }


def transfer(id, amount, recipient, bank_account, created_at, **changed):
    """A transfer that waits to be sent. Its fee of 30 baht includes the tax."""
    return {
        **template("transfer"),
        "id": id,
        "location": f"/transfers/{id}",
        "amount": amount,
        "recipient": recipient,
        "bank_account": bank_account,
        "created_at": created_at,
        "net": amount - 3000,
        **changed,
    }


def transaction(id, amount, origin, at):
    """What a captured charge brought in."""
    return {
        **template("transaction"),
        "id": id,
        "amount": amount,
        "location": f"/transactions/{id}",
        "origin": origin,
        "transferable_at": at,
        "created_at": at,
    }


def scheduled_charge(amount, customer, card, created_at, **changed):
    """What a charge schedule pays."""
    return {
        **template("scheduled_charge"),
        "id": some_id("rchg"),
        "amount": amount,
        "card": card,
        "customer": customer,
        "created_at": created_at,
        **changed,
    }


def scheduled_transfer(recipient, created_at, **changed):
    """What a transfer schedule pays."""
    return {
        **template("scheduled_transfer"),
        "id": some_id("rtrf"),
        "created_at": created_at,
        "recipient": recipient,
        **changed,
    }


def occurrence(schedule, scheduled_on, created_at, processed_at, result, **changed):
    """One attempt that a schedule made."""
    return {
        **template("occurrence"),
        "id": some_id("occu"),
        "location": Matching("/occurrences/occu_test_[0-9a-z]{19}"),
        "result": result,
        "schedule": schedule,
        "processed_at": processed_at,
        "created_at": created_at,
        "scheduled_on": scheduled_on,
        **changed,
    }


def schedule(id, created_at, occurrences=(), to=None, **fields):
    """A running schedule; `charge` or `transfer` says what it pays, `occurrences` what it has done."""
    return {
        **template("schedule"),
        "id": id,
        "location": f"/schedules/{id}",
        "occurrences": listed(list(occurrences), f"/schedules/{id}/occurrences", to or created_at),
        "created_at": created_at,
        **fields,
    }


def event(id, key, data, created_at):
    """Something that happened, with the thing it happened to."""
    return {
        **template("event"),
        "id": id,
        "location": f"/events/{id}",
        "data": data,
        "key": key,
        "created_at": created_at,
    }


def search(scope, found, **asked):
    """What a search found."""
    return {
        **template("search"),
        "data": found,
        "total": len(found),
        "total_pages": 1 if found else 0,
        "scope": scope,
        **asked,
    }


def round_half_up(numerator, denominator):
    """A fraction as the nearest integer, a half going up."""
    return (2 * numerator + denominator) // (2 * denominator)


def days_later(at, days):
    """An instant some days after another."""
    form = "%Y-%m-%dT%H:%M:%SZ"
    return (datetime.strptime(at, form) + timedelta(days=days)).strftime(form)
