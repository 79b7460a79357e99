"""Requests that two official SDKs have sent, sent again.

`recorded_requests.json` was recorded of moovio-sdk 26.8.6 (PyPI) and @moovio/sdk
26.7.1 (npm) against a stub that knew nothing. Method, path, headers and body go
out as they stand; only the two ids that a server chooses, of the schedule and of
the occurrence, are those of this run.
"""

import json
import pathlib

from wire import WireTest

REQUESTS = json.loads(pathlib.Path(__file__).with_name("recorded_requests.json").read_text())
SEED = pathlib.Path(__file__).with_name("recorded_seed.toml")

SCHEDULE = "b7aa2ee2-8783-4fc9-9fa6-a4720b30b20d"
OCCURRENCE = "74fabb88-d79e-4e9e-b63b-2ddc96054e61"


class RecordedRequests(WireTest):
    seed = SEED
    public, secret = "pub", "sec"

    def test_each_is_accepted_as_it_stands(self):
        self.assertEqual(len(REQUESTS), 22)
        for index, request in enumerate(REQUESTS):
            with self.subTest(index=index, method=request["method"], path=request["path"]):
                answer = self.replayed(request)
                self.assertIn(answer.status, (200, 204), answer.body)
                self.assertEqual(answer.status == 204, request["method"] == "DELETE")

    def replayed(self, request):
        """What is answered to a request that was recorded."""
        path, body = request["path"], json.dumps(request["body"])
        if SCHEDULE in path:
            schedule = self.schedule()
            path = path.replace(SCHEDULE, schedule["scheduleID"])
            # The last one: the first is due at once.
            occurrence = schedule["occurrences"][-1]["occurrenceID"]
            path = path.replace(OCCURRENCE, occurrence)
            body = body.replace(OCCURRENCE, occurrence)
        headers = dict(request["headers"])
        if headers["authorization"] == "Bearer tok":
            headers["authorization"] = f"Bearer {self.token()}"
        data = None if request["body"] is None else body.encode()
        return self.send(request["method"], path, data, **headers)

    def schedule(self):
        """A schedule as the first recording makes it, from now on."""
        recur = {name: value for name, value in REQUESTS[0]["body"]["recur"].items() if name != "start"}
        answer = self.send("POST", REQUESTS[0]["path"], {"recur": recur})
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json()

    def token(self):
        """A token that may read the transfers of the recorded account."""
        account = REQUESTS[0]["path"].split("/")[2]
        wanted = {
            "grant_type": "client_credentials",
            "scope": f"/accounts/{account}/transfers.read",
        }
        return self.send("POST", "/oauth2/token", wanted).json()["access_token"]
