"""A sandbox of its own for each test, with a partner, a merchant and customers with test cards."""

import json
import pathlib
import sys
import unittest
import urllib.error
import urllib.request

from moovio_sdk import Moov
from moovio_sdk.models import components

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TESTS))

import server

PUBLIC_KEY = "sandbox-public"
SECRET_KEY = "sandbox-secret"
SEED = TESTS / "moov" / "seed.toml"

# The accounts and payment methods that the seed names.
PARTNER = "5352b013-ae58-4a63-8a3f-97f316a917cf"
PARTNER_WALLET_METHOD = "041fdc88-c93d-4cb4-80aa-b2dde9a4fe2e"
MERCHANT = "ebbf46c6-122a-4367-bc45-7dd555e1d3b9"
MERCHANT_WALLET_METHOD = "67ebda6c-de48-474c-b49d-2cd3aa7d3f92"
NOBODY = "11111111-2222-4333-8444-555555555555"

# Monday, ten in the morning in New York.
START = "2026-01-05T15:00:00Z"

VISA = "4111111111111111"
DECLINED_VISA = "4000020000000000"


def client(sandbox, public=PUBLIC_KEY, secret=SECRET_KEY, version=None):
    """The SDK as its users set it up, led to the sandbox; `version` in place of the SDK's own."""
    moov = Moov(
        server_url=sandbox.url,
        security=components.Security(username=public, password=secret),
    )
    if version is not None:
        moov.sdk_configuration.openapi_doc_version = version
    return moov


def whole(answer):
    """All that was answered, by the names on the wire."""
    result = answer.result
    if isinstance(result, list):
        return [dumped(each) for each in result]
    return dumped(result)


def dumped(model):
    """A model by its names on the wire."""
    return model.model_dump(mode="json", by_alias=True, exclude_none=True)


def usd(cents):
    """An amount of money."""
    return {"currency": "USD", "value": cents}


class SandboxTest(unittest.TestCase):
    """A test with a sandbox of its own, and the SDK led there by its own settings."""

    maxDiff = None

    def setUp(self):
        self.start_sandbox()

    def start_sandbox(self, clock=START, seed=SEED, **options):
        """Starts a sandbox, which the end of the test stops."""
        authorization = server.basic(PUBLIC_KEY, SECRET_KEY)
        self.sandbox = server.Sandbox(authorization, clock, seed=seed, **options)
        self.addCleanup(self.sandbox.stop)
        self.moov = self.client()

    def client(self, **changed):
        """Another client of the same sandbox, which the end of the test closes."""
        moov = self.enterContext(client(self.sandbox, **changed))
        return moov

    def send(self, method, path, body=None, **headers):
        """A request that the SDK would not send: (status, headers, body as JSON or text)."""
        data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        headers = {
            "Authorization": server.basic(PUBLIC_KEY, SECRET_KEY),
            **({} if data is None else {"Content-Type": "application/json"}),
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        headers = {name: value for name, value in headers.items() if value is not None}
        request = urllib.request.Request(self.sandbox.url + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request) as answer:
                return Answer(answer)
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error)

    def customer(self):
        """The id of a new account of a person."""
        return self.moov.accounts.create(
            account_type=components.CreateAccountType.INDIVIDUAL,
            profile={
                "individual": {
                    "name": {"first_name": "Ada", "last_name": "Lovelace"},
                    "email": "ada@example.com",
                }
            },
        ).result.account_id

    def card(self, account, number=VISA):
        """A test card, linked to an account."""
        return self.moov.cards.link(
            account_id=account,
            card_number=number,
            card_cvv="123",
            expiration={"month": "10", "year": "35"},
            holder_name="Ada Lovelace",
            billing_address={"postal_code": "12345"},
            card_on_file=True,
            x_wait_for=components.LinkCardWaitFor.PAYMENT_METHOD,
        ).result

    def card_method(self, account, number=VISA):
        """The payment method that charges a test card of an account."""
        return self.method_of(self.card(account, number).payment_methods, "card-payment")

    def bank_account(self, account, number="1001001234"):
        """A bank account, linked to an account."""
        return self.moov.bank_accounts.link(
            account_id=account,
            link_bank_account={
                "account": {
                    "holder_name": "Ada Lovelace",
                    "holder_type": "individual",
                    "account_number": number,
                    "bank_account_type": "checking",
                    "routing_number": "322271627",
                }
            },
            x_wait_for=components.BankAccountWaitFor.PAYMENT_METHOD,
        ).result

    def bank_method(self, account, kind):
        """The payment method of one kind of a verified bank account of an account."""
        bank_account = self.bank_account(account)
        self.verify(account, bank_account)
        methods = self.moov.payment_methods.list(
            account_id=account, source_id=bank_account.bank_account_id
        ).result
        return self.method_of(methods, kind)

    def verify(self, account, bank_account):
        """Proves by micro-deposits that a bank account is its holder's."""
        ids = {"account_id": account, "bank_account_id": bank_account.bank_account_id}
        self.moov.bank_accounts.initiate_micro_deposits(**ids)
        self.moov.bank_accounts.complete_micro_deposits(**ids, amounts=[0, 0])

    def method_of(self, methods, kind):
        """The id of the payment method of one kind."""
        ids = {str(each.payment_method_type.value): each.payment_method_id for each in methods}
        return ids[kind]

    def balance(self, account):
        """What the first wallet of an account holds, in cents."""
        [wallet, *_] = self.moov.wallets.list(account_id=account).result
        return wallet.available_balance.value


class Answer:
    """What was answered to a request that no SDK sent."""

    def __init__(self, answer):
        self.status = answer.status
        self.headers = answer.headers
        self.body = answer.read()

    def json(self):
        """The body."""
        return json.loads(self.body)
