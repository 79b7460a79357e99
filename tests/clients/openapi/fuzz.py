"""Sends what schemathesis makes up from Moov's own OpenAPI document to a sandbox.

    python fuzz.py --max-examples 20 --seed 1

No answer may be a server error, have a status, content type, header or shape that
the document (with overlay.toml) does not have, or be given without credentials.
"""

import argparse
import json
import pathlib
import sys
import urllib.request
import uuid

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import document
import run
import server

PUBLIC_KEY, SECRET_KEY = "sandbox-public", "sandbox-secret"
START = "2026-01-05T15:00:00Z"
PARTNER = "5352b013-ae58-4a63-8a3f-97f316a917cf"
MERCHANT = "ebbf46c6-122a-4367-bc45-7dd555e1d3b9"

class Client:
    """Calls that set the stage."""

    def __init__(self, sandbox):
        self._sandbox = sandbox
        self._headers = {
            "Authorization": server.basic(PUBLIC_KEY, SECRET_KEY),
            "Content-Type": "application/json",
            "x-wait-for": "payment-method",
        }

    def __call__(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        url = self._sandbox.url + path
        key = {"x-idempotency-key": str(uuid.uuid4())}
        request = urllib.request.Request(url, data, self._headers | key, method=method)
        with urllib.request.urlopen(request) as answer:
            return json.loads(answer.read() or b"null")


def set_the_stage(call):
    """Makes one of everything, and a spare one of what may be deleted."""
    owned, spare = belongings(call), belongings(call)
    path = f"/accounts/{MERCHANT}/payment-methods?paymentMethodType=moov-wallet"
    [method] = [each["paymentMethodID"] for each in call("GET", path)]
    run_transfer = {
        "amount": {"currency": "USD", "value": 1204},
        "source": {"paymentMethodID": owned.pop("source")},
        "destination": {"paymentMethodID": method},
        "partnerAccountID": PARTNER,
        "description": "Gym dues",
    }
    spare.pop("source")
    schedules = [
        call(
            "POST",
            f"/accounts/{PARTNER}/schedules",
            {"recur": {"recurrenceRule": rule, "runTransfer": run_transfer}},
        )
        for rule in ("FREQ=DAILY;COUNT=9", "FREQ=MONTHLY", "FREQ=DAILY;COUNT=3")
    ]
    transfer = call(
        "POST",
        f"/accounts/{PARTNER}/transfers",
        {name: run_transfer[name] for name in ("amount", "source", "destination")},
    )
    arrived, refund, transaction = what_has_arrived(call, owned)
    *kept, canceled = [each["scheduleID"] for each in schedules]
    occurrences = [each["occurrenceID"] for each in schedules[0]["occurrences"]]
    account = owned.pop("accountID")
    return {
        **{name: [id] for name, id in owned.items()},
        # The partner comes most often: it may write.
        "accountID": [PARTNER, PARTNER, account, MERCHANT],
        "owner": [account],
        "partnerAccountID": [PARTNER],
        "paymentMethodID": [run_transfer["source"]["paymentMethodID"], method],
        "source": {"paymentMethodID": [run_transfer["source"]["paymentMethodID"]]},
        "destination": {"paymentMethodID": [method]},
        "scheduleID": kept,
        "occurrenceID": occurrences,
        "occurrenceFilter": [
            *occurrences,
            "latest",
            "2026-01-07T15:00:00Z",
            "2026-01-07T15:00:00+02:00",
        ],
        # A purchase that can be canceled, and one that has been refunded in part.
        "transferID": [transfer["transferID"], arrived, arrived],
        "refundID": [refund],
        "transactionID": [transaction],
        "recurrenceRule": [
            "FREQ=DAILY;COUNT=3",
            "FREQ=MONTHLY",
            "FREQ=MONTHLY;BYDAY=+1MO;COUNT=36",
            "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
            "FREQ=SECONDLY",
        ],
        "runOn": ["2026-02-01T00:00:00Z", "2040-02-29T12:30:15.123456Z"],
        "start": ["2026-02-01T00:00:00Z", "2040-04-01T12:30:15.123456Z"],
        "currency": ["USD"],
        "value": [1204, 1, 5501],
        "accountType": ["individual", "business"],
        "firstName": ["Ada", "Grace"],
        "lastName": ["Lovelace", "Hopper"],
        "legalBusinessName": ["Whole Body Fitness"],
        "email": ["ada@example.com"],
        "number": ["5555555555"],
        "countryCode": ["1"],
        "cardNumber": ["4111111111111111", "5555555555554444", "4000020000000000"],
        "cardCvv": ["123", "1234"],
        "routingNumber": ["322271627"],
        "scope": ["/ping.read", f"/accounts/{PARTNER}/transfers.read"],
        "spare": {
            **{name: [id] for name, id in spare.items()},
            "owner": [spare["accountID"]],
            "scheduleID": [canceled],
        },
    }


def what_has_arrived(call, owned):
    """What a card has paid into a wallet at once: transfer, refund and transaction."""
    path = f"/accounts/{owned['accountID']}/payment-methods?paymentMethodType="
    [[source], [destination]] = [
        call("GET", path + kind) for kind in ("pull-from-card", "moov-wallet")
    ]
    transfer = call(
        "POST",
        f"/accounts/{PARTNER}/transfers",
        {
            "amount": {"currency": "USD", "value": 1204},
            "source": {"paymentMethodID": source["paymentMethodID"]},
            "destination": {"paymentMethodID": destination["paymentMethodID"]},
        },
    )["transferID"]
    refund = call("POST", f"/accounts/{PARTNER}/transfers/{transfer}/refunds", {"amount": 1})
    wallet = f"/accounts/{owned['accountID']}/wallets/{owned['walletID']}"
    newest, *_ = call("GET", f"{wallet}/transactions")
    return transfer, refund["refundID"], newest["transactionID"]


def belongings(call):
    """A new account with a card, a bank account and a wallet: their ids."""
    person = {"name": {"firstName": "Ada", "lastName": "Lovelace"}, "email": "ada@example.com"}
    body = {"accountType": "individual", "profile": {"individual": person}}
    account = call("POST", "/accounts", body)["accountID"]
    card = call(
        "POST",
        f"/accounts/{account}/cards",
        {
            "cardNumber": "4111111111111111",
            "cardCvv": "123",
            "expiration": {"month": "10", "year": "35"},
            "billingAddress": {"postalCode": "12345"},
        },
    )
    bank_account = call(
        "POST",
        f"/accounts/{account}/bank-accounts",
        {
            "account": {
                "holderName": "Ada Lovelace",
                "holderType": "individual",
                "accountNumber": "1001001234",
                "bankAccountType": "checking",
                "routingNumber": "322271627",
            }
        },
    )
    [wallet] = call("GET", f"/accounts/{account}/wallets")
    return {
        "accountID": account,
        "cardID": card["cardID"],
        "bankAccountID": bank_account["bankAccountID"],
        "walletID": wallet["walletID"],
        "source": card["paymentMethods"][0]["paymentMethodID"],
    }


def fuzz(sandbox, known, arguments):
    """Runs schemathesis; its exit status."""
    return run.schemathesis(
        document.patched(arguments.document),
        sandbox.url,
        known,
        arguments,
        auth=f"{PUBLIC_KEY}:{SECRET_KEY}",
        headers=[f"X-Moov-Version:{arguments.document}"],
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    run.add_arguments(parser)
    parser.add_argument("--document", default="v2024.01.00", help="of which version of Moov's API")
    arguments = parser.parse_args()
    sandbox = server.Sandbox(
        server.basic(PUBLIC_KEY, SECRET_KEY), START, seed=HERE.parent / "moov" / "seed.toml"
    )
    try:
        status = fuzz(sandbox, set_the_stage(Client(sandbox)), arguments)
        log = sandbox.log()
    finally:
        sandbox.stop()
    if "panicked" in log:
        sys.exit(f"the server panicked:\n{log}")
    sys.exit(status)


if __name__ == "__main__":
    main()
