"""What the API answers, whole, in version 2019-05-29.

Each function builds one object as the live API has been seen to answer it; a
test names what it is about, and every other field is held to what it always is.
"""

import re
from datetime import datetime, timedelta

VAULT = "https://vault.omise.co"
EPOCH = "1970-01-01T00:00:00Z"


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


FINGERPRINT = Matching("[A-Za-z0-9+/]{43}=")


def listed(data, location, to, **changed):
    """A list; `to` is the moment it was asked for."""
    return {
        "object": "list",
        "data": data,
        "limit": 20,
        "offset": 0,
        "total": len(data),
        "location": location,
        "order": "chronological",
        "from": EPOCH,
        "to": to,
        **changed,
    }


def error(code, message):
    """An error."""
    return {
        "object": "error",
        "location": f"https://www.omise.co/api-errors#{code.replace('_', '-')}",
        "code": code,
        "message": message,
    }


def card(id, created_at, customer=None, **changed):
    """A card, of a customer or of nobody yet."""
    return {
        "object": "card",
        "id": id,
        "livemode": False,
        "location": None if customer is None else f"/customers/{customer}/cards/{id}",
        "deleted": False,
        "street1": None,
        "street2": None,
        "city": "Bangkok",
        "state": None,
        "phone_number": None,
        "postal_code": "10320",
        "country": "",
        "financing": "",
        "bank": "",
        "brand": "Visa",
        "fingerprint": FINGERPRINT,
        "first_digits": None,
        "last_digits": "4242",
        "name": "Somchai Prasert",
        "expiration_month": 10,
        "expiration_year": 2035,
        "security_code_check": True,
        "tokenization_method": None,
        "created_at": created_at,
        **changed,
    }


def token(id, card, created_at, **changed):
    """A token around a card."""
    return {
        "object": "token",
        "id": id,
        "livemode": False,
        "location": f"{VAULT}/tokens/{id}",
        "used": False,
        "charge_status": "unknown",
        "card": card,
        "created_at": created_at,
        **changed,
    }


def customer(id, cards, created_at, to=None, **changed):
    """A customer with cards, the first of which is the default."""
    to = to or created_at
    return {
        "object": "customer",
        "id": id,
        "livemode": False,
        "location": f"/customers/{id}",
        "deleted": False,
        "metadata": {},
        "cards": listed(cards, f"/customers/{id}/cards", to),
        "default_card": cards[0]["id"] if cards else None,
        "linked_accounts": listed([], f"/customers/{id}/linked_accounts", to),
        "description": "Somchai Prasert (id: 30)",
        "email": "somchai@example.com",
        "created_at": created_at,
        **changed,
    }


def charge(id, amount, card, created_at, to=None, **changed):
    """A charge that was captured as soon as it was authorised."""
    fee = round_half_up(amount * 365, 10_000)
    fee_vat = round_half_up(fee * 7, 100)
    return {
        "object": "charge",
        "id": id,
        "location": f"/charges/{id}",
        "amount": amount,
        "authorization_type": None,
        "authorized_amount": amount,
        "captured_amount": amount,
        "acquirer_reference_number": None,
        "net": amount - fee - fee_vat,
        "fee": fee,
        "fee_vat": fee_vat,
        "interest": 0,
        "interest_vat": 0,
        "funding_amount": amount,
        "refunded_amount": 0,
        "transaction_fees": {"fee_flat": "0.0", "fee_rate": "3.65", "vat_rate": "7.0"},
        "platform_fee": {"fixed": None, "amount": None, "percentage": None},
        "currency": "THB",
        "funding_currency": "THB",
        "ip": None,
        "refunds": listed([], f"/charges/{id}/refunds", to or created_at),
        "link": None,
        "description": None,
        "metadata": {},
        "card": card,
        "source": None,
        "schedule": None,
        "linked_account": None,
        "customer": None,
        "dispute": None,
        "transaction": some_id("trxn"),
        "failure_code": None,
        "failure_message": None,
        "merchant_advice": None,
        "merchant_advice_code": None,
        "status": "successful",
        "authorize_uri": None,
        "return_uri": None,
        "created_at": created_at,
        "paid_at": created_at,
        "authorized_at": created_at,
        "expires_at": days_later(created_at, 7),
        "expired_at": None,
        "reversed_at": None,
        "multi_capture": False,
        "zero_interest_installments": False,
        "branch": None,
        "terminal": None,
        "device": None,
        "authorized": True,
        "capturable": False,
        "capture": True,
        "disputable": True,
        "livemode": False,
        "refundable": True,
        "partially_refundable": True,
        "reversed": False,
        "reversible": False,
        "voided": False,
        "paid": True,
        "expired": False,
        "can_perform_void": True,
        "approval_code": None,
        **changed,
    }


# What differs in a charge that is authorised and not captured yet.
AUTHORIZED = {
    "authorization_type": "pre_auth",
    "captured_amount": 0,
    "transaction": None,
    "status": "pending",
    "paid_at": None,
    "capturable": True,
    "capture": False,
    "disputable": False,
    "refundable": False,
    "partially_refundable": False,
    "reversible": True,
    "paid": False,
    "can_perform_void": False,
}

# What differs in a charge for which the card had no money.
INSUFFICIENT_FUND = {
    "authorized_amount": 0,
    "captured_amount": 0,
    "transaction": None,
    "failure_code": "insufficient_fund",
    "failure_message": "insufficient funds in the account or the card has reached the credit limit",
    "status": "failed",
    "paid_at": None,
    "authorized_at": None,
    "authorized": False,
    "disputable": False,
    "refundable": False,
    "partially_refundable": False,
    "paid": False,
    "can_perform_void": False,
}


def refund(id, charge, amount, created_at, **changed):
    """A refund of a charge."""
    return {
        "object": "refund",
        "id": id,
        "location": f"/charges/{charge}/refunds/{id}",
        "livemode": False,
        "voided": False,
        "currency": "THB",
        "amount": amount,
        "metadata": {},
        "charge": charge,
        "capture": None,
        "terminal": None,
        "transaction": some_id("trxn"),
        "status": "closed",
        "funding_amount": amount,
        "funding_currency": "THB",
        "created_at": created_at,
        "acquirer_reference_number": None,
        "approval_code": None,
        **changed,
    }


def bank_account(created_at, **changed):
    """A recipient's bank account."""
    return {
        "object": "bank_account",
        "livemode": False,
        "last_digits": "7890",
        "account_number": "1234567890",
        "name": "SOMCHAI PRASERT",
        "type": None,
        "created_at": created_at,
        "brand": "Siam Commercial Bank",
        "bank_code": "scb",
        "branch_code": None,
        **changed,
    }


def recipient(id, created_at, **changed):
    """A recipient that nobody has checked yet."""
    return {
        "object": "recipient",
        "id": id,
        "livemode": False,
        "location": f"/recipients/{id}",
        "deleted": False,
        "bank_account": bank_account(created_at),
        "active": False,
        "default": False,
        "verified": False,
        "description": None,
        "email": "somchai@example.com",
        "failure_code": None,
        "name": "Somchai Prasert",
        "tax_id": "",
        "type": "individual",
        "created_at": created_at,
        "schedule": None,
        "metadata": {},
        "verified_at": None,
        "activated_at": None,
        **changed,
    }


def transfer(id, amount, recipient, bank_account, created_at, **changed):
    """A transfer that waits to be sent. Its fee of 30 baht includes the tax."""
    return {
        "object": "transfer",
        "id": id,
        "livemode": False,
        "location": f"/transfers/{id}",
        "deleted": False,
        "fail_fast": False,
        "paid": False,
        "sent": False,
        "sendable": True,
        "currency": "THB",
        "amount": amount,
        "fee": 2804,
        "metadata": {},
        "recipient": recipient,
        "bank_account": bank_account,
        "failure_code": None,
        "failure_message": None,
        "paid_at": None,
        "sent_at": None,
        "balance_hold_at": None,
        "created_at": created_at,
        "transactions": [],
        "schedule": None,
        "fee_vat": 196,
        "net": amount - 3000,
        "total_fee": 3000,
        "split_transfer_group_id": None,
        **changed,
    }


def transaction(id, amount, origin, at, **changed):
    """What a captured charge brought in."""
    return {
        "object": "transaction",
        "id": id,
        "livemode": False,
        "currency": "THB",
        "amount": amount,
        "location": f"/transactions/{id}",
        "direction": "credit",
        "key": "charge.captured.net",
        "origin": origin,
        "transferable_at": at,
        "created_at": at,
        **changed,
    }


def scheduled_charge(amount, customer, card, created_at, **changed):
    """What a charge schedule pays."""
    return {
        "object": "scheduled_charge",
        "id": some_id("rchg"),
        "livemode": False,
        "currency": "THB",
        "amount": amount,
        "default_card": True,
        "card": card,
        "customer": customer,
        "linked_account": None,
        "description": None,
        "metadata": {},
        "created_at": created_at,
        **changed,
    }


def scheduled_transfer(recipient, created_at, **changed):
    """What a transfer schedule pays."""
    return {
        "object": "scheduled_transfer",
        "id": some_id("rtrf"),
        "livemode": False,
        "created_at": created_at,
        "recipient": recipient,
        "amount": None,
        "percentage_of_balance": None,
        "currency": "THB",
        **changed,
    }


def occurrence(schedule, scheduled_on, created_at, processed_at, result, **changed):
    """One attempt that a schedule made."""
    id = changed.pop("id", some_id("occu"))
    location = f"/occurrences/{id}" if isinstance(id, str) else Matching("/occurrences/occu_test_[0-9a-z]{19}")
    return {
        "object": "occurrence",
        "livemode": False,
        "location": location,
        "id": id,
        "result": result,
        "schedule": schedule,
        "message": None,
        "status": "successful",
        "processed_at": processed_at,
        "created_at": created_at,
        "scheduled_on": scheduled_on,
        "retry_on": None,
        "execute_time": None,
        "split_metadata": None,
        "transfer_amount": 0,
        **changed,
    }


def schedule(id, every, period, on, in_words, start_on, end_on, next_on, created_at, **changed):
    """A running schedule; `charge` or `transfer` says what it pays, `occurrences` what it has done."""
    occurrences = changed.pop("occurrences", [])
    to = changed.pop("to", created_at)
    return {
        "object": "schedule",
        "id": id,
        "deleted": False,
        "livemode": False,
        "location": f"/schedules/{id}",
        "every": every,
        "occurrences": listed(occurrences, f"/schedules/{id}/occurrences", to),
        "on": on,
        "in_words": in_words,
        "period": period,
        "status": "running",
        "active": True,
        "state": "Active",
        "next_occurrences_on": next_on,
        "ended_at": None,
        "start_on": start_on,
        "end_on": end_on,
        "created_at": created_at,
        "execute_time": None,
        "deleted_by": None,
        **changed,
    }


def event(key, data, created_at, **changed):
    """Something that happened, with the thing it happened to."""
    return {
        "object": "event",
        "id": some_id("evnt"),
        "livemode": False,
        "location": Matching("/events/evnt_test_[0-9a-z]{19}"),
        "webhook_deliveries": [],
        "data": data,
        "key": key,
        "created_at": created_at,
        **changed,
    }


def round_half_up(numerator, denominator):
    """A fraction as the nearest integer, a half going up."""
    return (2 * numerator + denominator) // (2 * denominator)


def days_later(at, days):
    """An instant some days after another."""
    form = "%Y-%m-%dT%H:%M:%SZ"
    return (datetime.strptime(at, form) + timedelta(days=days)).strftime(form)
