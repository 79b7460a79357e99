"""A sandbox of its own for each test: the real binary on a free port, its clock standing still."""

import pathlib
import sys
import unittest

import omise

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

import server

SECRET_KEY = "skey_test_sandbox"
PUBLIC_KEY = "pkey_test_sandbox"

# Thursday, seven in the morning in Bangkok: before the hour at which charges run.
START = "2026-01-01T00:00:00Z"


class SandboxTest(unittest.TestCase):
    """A test with a sandbox of its own, and the SDK led there by its own settings."""

    maxDiff = None

    def setUp(self):
        self.start_sandbox()

    def start_sandbox(self, clock=START, **options):
        """Starts a sandbox, which the end of the test stops."""
        self.sandbox = server.Sandbox(server.basic(SECRET_KEY), clock, **options)
        self.addCleanup(self.sandbox.stop)
        omise.api_main = omise.api_vault = self.sandbox.url
        omise.api_secret = SECRET_KEY
        omise.api_public = PUBLIC_KEY
        omise.api_version = None

    def token(self, number="4242424242424242", **card):
        """A token of a test card."""
        details = {
            "name": "Somchai Prasert",
            "number": number,
            "expiration_month": 10,
            "expiration_year": 2035,
            "city": "Bangkok",
            "postal_code": "10320",
            "security_code": "123",
        }
        return omise.Token.create(**{**details, **card})

    def customer(self, number="4242424242424242"):
        """A customer with a test card."""
        return omise.Customer.create(
            email="somchai@example.com",
            description="Somchai Prasert (id: 30)",
            card=self.token(number).id,
        )

    def told_about(self, *resources):
        """The events about these resources, in order, as (key, id, moment)."""
        ids = {resource.id for resource in resources}
        return [
            (event.key, event.data.id, event.created_at)
            for event in omise.Event.list()
            if event.data.id in ids
        ]

    def default_recipient(self):
        """The recipient that the sandbox comes with."""
        return next(recipient for recipient in omise.Recipient.list() if recipient.default)


def whole(resource):
    """All that the server answered about a resource, which the SDK otherwise gives field by field."""
    return resource._attributes


def next_dates(schedule):
    """The dates that a schedule still has ahead."""
    return whole(schedule)["next_occurrences_on"]
