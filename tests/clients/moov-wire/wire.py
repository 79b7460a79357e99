"""Requests as they go over the wire, to a sandbox of its own for each test."""

import json
import pathlib
import sys
import unittest
import urllib.error
import urllib.request

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TESTS))

import server

PUBLIC_KEY = "sandbox-public"
SECRET_KEY = "sandbox-secret"

# The accounts and payment methods that the seed names.
PARTNER = "5352b013-ae58-4a63-8a3f-97f316a917cf"
MERCHANT = "ebbf46c6-122a-4367-bc45-7dd555e1d3b9"
MERCHANT_WALLET_METHOD = "67ebda6c-de48-474c-b49d-2cd3aa7d3f92"

# Monday, ten in the morning in New York.
START = "2026-01-05T15:00:00Z"


class Answer:
    """What was answered."""

    def __init__(self, answer):
        self.status = answer.status
        self.headers = answer.headers
        self.body = answer.read()

    def json(self):
        """The body, which must say that it is JSON."""
        kind = self.headers.get_content_type()
        if kind != "application/json":
            raise AssertionError(f"{self.status} with {kind}: {self.body}")
        return json.loads(self.body)


class WireTest(unittest.TestCase):
    """A test that sends requests as an SDK would, header by header."""

    maxDiff = None
    seed = TESTS / "moov" / "seed.toml"
    public, secret = PUBLIC_KEY, SECRET_KEY

    def setUp(self):
        authorization = server.basic(self.public, self.secret)
        self.sandbox = server.Sandbox(authorization, START, seed=self.seed)
        self.addCleanup(self.sandbox.stop)
        self.headers = {"Authorization": authorization}

    def send(self, method, path, body=None, **headers):
        """A request; a body that is no bytes goes as JSON."""
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            headers.setdefault("Content-Type", "application/json")
        request = urllib.request.Request(
            self.sandbox.url + path, body, {**self.headers, **headers}, method=method
        )
        try:
            with urllib.request.urlopen(request) as answer:
                return Answer(answer)
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error)
