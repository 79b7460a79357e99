"""Access tokens: asked for, used, refreshed and revoked."""

import json

from moovio_sdk.models import components, errors

from sandbox import MERCHANT, PARTNER, PUBLIC_KEY, SECRET_KEY, dumped
import answers
from scheduling import SchedulingTest

READ = f"/accounts/{PARTNER}/transfers.read"
WRITE = f"/accounts/{PARTNER}/transfers.write"
CREDENTIALS = components.GrantType.CLIENT_CREDENTIALS
REFRESH = components.GrantType.REFRESH_TOKEN
SOME_TOKEN = answers.Matching(r"[A-Za-z0-9._~+/=-]{32,4096}")


class Tokens(SchedulingTest):
    def token(self, *scopes):
        """A token for these scopes."""
        return self.moov.authentication.create_access_token(
            grant_type=CREDENTIALS, scope=" ".join(scopes)
        ).result

    def status(self, token, method, path, body=None):
        """The status of a request with a token alone."""
        bearer = f"Bearer {token}"
        return self.send(method, path, body, Authorization=bearer).status

    def test_a_token_is_answered_whole(self):
        self.assertEqual(
            dumped(self.token("/ping.read")),
            {
                "token_type": "Bearer",
                "access_token": SOME_TOKEN,
                "refresh_token": SOME_TOKEN,
                "expires_in": 3600,
                "scope": "/ping.read",
            },
        )

    def test_a_token_may_be_asked_for_by_a_form_and_credentials_in_the_body(self):
        form = (
            f"grant_type=client_credentials&client_id={PUBLIC_KEY}&client_secret={SECRET_KEY}"
            "&scope=%2Fping.read"
        )
        answer = self.send(
            "POST",
            "/oauth2/token",
            form.encode(),
            Authorization=None,
            Content_Type="application/x-www-form-urlencoded",
        )
        self.assertEqual((answer.status, answer.json()["scope"]), (200, "/ping.read"))
        self.assertEqual(self.status(answer.json()["access_token"], "GET", "/ping"), 200)

    def test_a_token_may_do_what_its_scopes_say_and_no_more(self):
        schedules = f"/accounts/{PARTNER}/schedules"
        body = {"recur": self.recurs("FREQ=DAILY;COUNT=1", start="2026-02-01T00:00:00Z")}
        for scope, reads, writes in ((READ, 200, 403), (WRITE, 403, 200), ("/ping.read", 403, 403)):
            with self.subTest(scope=scope):
                token = self.token(scope).access_token
                self.assertEqual(self.status(token, "GET", schedules), reads)
                self.assertEqual(self.status(token, "POST", schedules, body), writes)

    def test_a_scope_is_of_one_account(self):
        token = self.token(READ).access_token
        self.assertEqual(self.status(token, "GET", f"/accounts/{MERCHANT}/schedules"), 403)

    def test_a_refreshed_token_takes_the_place_of_the_old_one(self):
        first = self.token("/ping.read")
        second = self.moov.authentication.create_access_token(
            grant_type=REFRESH, refresh_token=first.refresh_token
        ).result
        self.assertEqual(second.scope, "/ping.read")
        self.assertNotEqual(second.access_token, first.access_token)
        self.assertEqual(self.status(second.access_token, "GET", "/ping"), 200)

    def test_a_revoked_token_is_worth_nothing(self):
        token = self.token("/ping.read")
        self.moov.authentication.revoke_access_token(token=token.access_token)
        self.assertEqual(self.status(token.access_token, "GET", "/ping"), 401)

    def test_a_made_up_token_is_worth_nothing(self):
        self.assertEqual(self.status("eyJhbGciOiJFZERTQSJ9.e30.x", "GET", "/ping"), 401)

    def test_a_token_needs_a_scope(self):
        with self.assertRaises(errors.AuthTokenRequestError) as caught:
            self.moov.authentication.create_access_token(grant_type=CREDENTIALS)
        self.assertEqual(caught.exception.status_code, 422)
        self.assertEqual(list(json.loads(caught.exception.body)), ["scope"])

    def test_a_refresh_needs_its_token(self):
        with self.assertRaises(errors.AuthTokenRequestError) as caught:
            self.moov.authentication.create_access_token(grant_type=REFRESH)
        self.assertEqual(list(json.loads(caught.exception.body)), ["refresh_token"])
