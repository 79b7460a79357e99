"""Sends what schemathesis makes up from our own OpenAPI documents to a sandbox.

    python own.py --max-examples 20 --document kalends-v1

No answer may be a server error, have a status, content type or shape that the document
served by the sandbox does not have, or be given without credentials. No object that is
answered may have a field that the document does not have.
"""

import argparse
import copy
import json
import pathlib
import sys
import time
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import fuzz
import run
import server

SECRET_KEY, PUBLIC_KEY = "skey_test_sandbox", "pkey_test_sandbox"
START = "2026-01-05T15:00:00Z"
KEPT = HERE.parents[2] / "openapi"
# The smallest PNG file.
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c"
    "6360000002000001e221bc330000000049454e44ae426082"
)


def names():
    """Every document there is."""
    return sorted(path.stem for path in KEPT.glob("*.json"))


def of_short_form(names):
    """Without those versions of Moov that are neither its oldest nor its newest."""
    moov = [name for name in names if name.startswith("moov-")]
    return [name for name in names if name not in moov[1:-1]]


def closed(document):
    """The same, whose answers have no field that is not described."""
    document = copy.deepcopy(document)
    schemas = document["components"]["schemas"]
    sent, pending = set(), []
    for item in document["paths"].values():
        for method, operation in item.items():
            if method == "parameters":
                continue
            pending.append(operation.get("requestBody", {}))
    while pending:
        for name in references(pending.pop()):
            if name not in sent:
                sent.add(name)
                pending.append(schemas[name])
    for name, schema in schemas.items():
        if name not in sent:
            close(schema)
    return document


def references(part):
    """The names of the schemas that a part of the document refers to."""
    if isinstance(part, dict):
        reference = part.get("$ref", "")
        if reference.startswith("#/components/schemas/"):
            yield reference.rsplit("/", 1)[1]
        for value in part.values():
            yield from references(value)
    elif isinstance(part, list):
        for value in part:
            yield from references(value)


def close(part):
    if isinstance(part, dict):
        if "properties" in part:
            part.setdefault("additionalProperties", False)
        for value in part.values():
            close(value)
    elif isinstance(part, list):
        for value in part:
            close(value)


def moov_stage(sandbox):
    """Makes one of everything that Moov's API has."""
    call = fuzz.Client(sandbox)
    known = fuzz.set_the_stage(call)
    price = {"currency": "USD", "valueDecimal": "12.04"}
    path = f"/accounts/{fuzz.PARTNER}/products"
    product = call("POST", path, {"title": "Gym dues", "basePrice": price})
    image = upload(sandbox)
    return {
        **known,
        "productID": [product["productID"]],
        "imageID": [image["imageID"]],
        "publicID": [image["publicID"]],
        "paths": {
            path: {"accountID": [fuzz.PARTNER]}
            for path in (
                "/accounts/{accountID}/products/{productID}",
                "/accounts/{accountID}/images/{imageID}",
                "/accounts/{accountID}/images/{imageID}/metadata",
            )
        },
    }


def upload(sandbox):
    """Uploads an image."""
    boundary = "boundary-of-parts"
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\n'
    head += "Content-Type: image/png\r\n\r\n"
    request = urllib.request.Request(
        f"{sandbox.url}/accounts/{fuzz.PARTNER}/images",
        head.encode() + PICTURE + f"\r\n--{boundary}--\r\n".encode(),
        {
            "Authorization": server.basic(fuzz.PUBLIC_KEY, fuzz.SECRET_KEY),
            "Content-Type": f"multipart/form-data; boundary={boundary}",
        },
    )
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


class OmiseClient:
    """Calls that set the stage."""

    def __init__(self, sandbox):
        self._sandbox = sandbox

    def __call__(self, method, path, body=None, key=SECRET_KEY):
        headers = {"Authorization": server.basic(key), "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        url = self._sandbox.url + path
        request = urllib.request.Request(url, data, headers, method=method)
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)


def token(call):
    """A card, to be handed over once."""
    card = {
        "name": "Somchai Prasert",
        "number": "4242424242424242",
        "expiration_month": 12,
        "expiration_year": 2030,
    }
    return call("POST", "/tokens", {"card": card}, PUBLIC_KEY)["id"]


def omise_stage(sandbox):
    """Makes one of everything that Omise's API and Kalends' own have."""
    call = OmiseClient(sandbox)
    customers = [call("POST", "/customers", {"card": token(call)}) for _ in range(3)]
    kept, other, gone = (customer["id"] for customer in customers)
    card = customers[0]["default_card"]
    charge = call("POST", "/charges", {"customer": kept, "amount": 10_000_000})["id"]
    held = {"customer": kept, "amount": 19_900, "capture": False}
    held = [call("POST", "/charges", held)["id"] for _ in range(3)]
    refund = call("POST", f"/charges/{charge}/refunds", {"amount": 100})["id"]
    account = {"brand": "bbl", "number": "1234567890", "name": "Somchai"}
    person = {"name": "Somchai", "type": "individual", "bank_account": account}
    recipients = [call("POST", "/recipients", person)["id"] for _ in range(2)]
    call("PATCH", f"/recipients/{recipients[0]}/verify", {})
    transfers = [call("POST", "/transfers", {"amount": 10_000})["id"] for _ in range(3)]
    daily = {"every": 1, "period": "day", "end_date": "2026-03-31"}
    charging = daily | {"charge": {"customer": other, "amount": 19_900}}
    paying = daily | {"transfer": {"recipient": recipients[0], "amount": 10_000}}
    schedules = [call("POST", "/schedules", wish)["id"] for wish in (charging, paying, charging)]
    sandbox.advance("2026-01-08T15:00:00Z")
    occurrences = call("GET", f"/schedules/{schedules[0]}/occurrences")["data"]
    events = [event["id"] for event in call("GET", "/events")["data"]]
    transactions = [entry["id"] for entry in call("GET", "/transactions")["data"]]
    tokens = [token(call) for _ in range(40)]
    of = {
        "/schedules/{id}": schedules[:2],
        "/schedules/{id}/occurrences": schedules[:2],
        "/occurrences/{id}": [occurrence["id"] for occurrence in occurrences],
        "/events/{id}": events,
        "/tokens/{id}": tokens[:1],
        "/customers/{id}": [kept, other],
        "/customers/{id}/schedules": [other, kept],
        "/customers/{id}/cards": [kept],
        "/charges/{id}": [charge, *held],
        "/charges/{id}/events": [charge],
        "/charges/{id}/refunds": [charge],
        "/recipients/{id}": recipients,
        "/recipients/{id}/verify": recipients,
        "/recipients/{id}/schedules": recipients,
        "/transactions/{id}": transactions,
        "/transfers/{id}": transfers,
        "DELETE /schedules/{id}": schedules[2:],
        "DELETE /customers/{id}": [gone],
        "DELETE /transfers/{id}": transfers[2:],
        "DELETE /recipients/{id}": recipients[1:],
    }
    for turn in ("capture", "reverse", "expire", "mark_as_paid", "mark_as_failed"):
        of[f"/charges/{{id}}/{turn}"] = [charge, *held]
    for turn in ("mark_as_sent", "mark_as_paid"):
        of[f"/transfers/{{id}}/{turn}"] = transfers
    paths = {path: {"id": ids} for path, ids in of.items()}
    paths["/customers/{id}/cards/{part}"] = {"id": [kept], "part": [card]}
    paths["/charges/{id}/refunds/{part}"] = {"id": [charge], "part": [refund]}
    return {
        "customer": [kept, other],
        "recipient": recipients,
        "card": tokens,
        "default_card": [card],
        "amount": [10_000, 2_000, 1],
        "currency": ["THB", "thb"],
        "start_date": ["2026-02-01", "2026-01-08"],
        "end_date": ["2026-12-31", "2027-02-01"],
        "weekday_of_month": ["2nd_monday", "last_friday"],
        "number": ["4242424242424242", "4111111111140011"],
        "expiration_year": [2030],
        "brand": ["bbl", "kbank"],
        "paths": paths | own_paths(sandbox, schedules),
        "zone": ["Asia/Bangkok", "America/New_York"],
        "hour": ["08:30:00"],
        "reason": ["as the owner wishes"],
        "now": ["2026-01-09T15:00:00Z", "2026-01-10T15:00:00Z"],
        "to": ["2026-01-09T15:00:00Z", "2026-01-10T15:00:00Z"],
        "rrule": ["FREQ=MONTHLY;BYMONTHDAY=-1", "FREQ=DAILY;COUNT=3"],
        "start": ["2026-02-01", "2026-02-01T09:00:00Z"],
        "end": ["2026-12-31"],
        "calendar": ["target2", "weekends"],
        # Where nobody listens.
        "url": ["http://127.0.0.1:9/", "https://127.0.0.1:9/webhooks"],
    }


def own_paths(sandbox, schedules):
    """What Kalends' own paths name."""
    make = sandbox.kalends
    keys = [make("POST", "keys", {"name": "spare"})["id"] for _ in range(3)]
    wish = {"url": "http://127.0.0.1:9/"}
    endpoints = [make("POST", "webhook-endpoints", wish)["id"] for _ in range(3)]
    # Something to be told.
    OmiseClient(sandbox)("PATCH", "/account", {})
    call = OmiseClient(sandbox)
    call("POST", "/customers", {"email": "somchai@example.com"})
    deliveries = waited_for(sandbox, endpoints[0])
    one, endpoint = "/kalends/v1/schedules/{id}", "/kalends/v1/webhook-endpoints/{id}"
    of = {
        one: schedules[:2],
        f"{one}/pause": schedules[:2],
        f"{one}/resume": schedules[:2],
        f"{one}/unsuspend": schedules[:2],
        endpoint: endpoints[:2],
        f"{endpoint}/roll": endpoints[:2],
        f"{endpoint}/deliveries": endpoints[:2],
        f"DELETE {endpoint}": endpoints[2:],
        "/kalends/v1/deliveries/{id}/redeliver": deliveries,
        "/kalends/v1/keys/{id}/roll": keys[:2],
        "DELETE /kalends/v1/keys/{id}": keys[2:],
    }
    return {path: {"id": ids} for path, ids in of.items() if ids}


def waited_for(sandbox, endpoint, polls_left=100):
    """The ids of what an endpoint is told, once there is any."""
    while polls_left > 0:
        shown = sandbox.kalends("GET", f"webhook-endpoints/{endpoint}/deliveries")["deliveries"]
        if shown:
            return [delivery["id"] for delivery in shown]
        polls_left -= 1
        time.sleep(server.POLL_SECONDS)
    return []


def check(name, arguments):
    """Runs schemathesis on one document; what was wrong, if anything."""
    is_moov = name.startswith("moov-")
    if is_moov:
        authorization = server.basic(fuzz.PUBLIC_KEY, fuzz.SECRET_KEY)
        auth, seed = f"{fuzz.PUBLIC_KEY}:{fuzz.SECRET_KEY}", HERE.parent / "moov" / "seed.toml"
        headers = [f"X-Moov-Version:{name.removeprefix('moov-')}"]
    else:
        authorization, auth, seed = server.basic(SECRET_KEY), f"{SECRET_KEY}:", None
        is_omise = name.startswith("omise-")
        headers = [f"Omise-Version:{name.removeprefix('omise-')}"] if is_omise else []
    sandbox = server.SandboxServer(authorization, START, seed=seed)
    try:
        with urllib.request.urlopen(f"{sandbox.url}/openapi/{name}.json") as answer:
            document = closed(json.load(answer))
        known = moov_stage(sandbox) if is_moov else omise_stage(sandbox)
        status = run.schemathesis(document, sandbox.url, known, arguments, auth, headers)
        log = sandbox.log()
    finally:
        sandbox.stop()
    if "panicked" in log:
        return f"the server panicked:\n{log}"
    return f"schemathesis ended with {status}" if status else None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    run.add_arguments(parser)
    parser.add_argument("--document", action="append", help="one of them, instead of all")
    parser.add_argument("--short", action="store_true", help="less of it, in less than a minute")
    arguments = parser.parse_args()
    wanted = arguments.document or names()
    if arguments.short:
        wanted = of_short_form(wanted)
        arguments.max_examples, arguments.phases = 1, "fuzzing"
    wrong = {name: check(name, arguments) for name in wanted}
    wrong = {name: told for name, told in wrong.items() if told}
    if wrong:
        sys.exit("\n".join(f"{name}: {told}" for name, told in wrong.items()))


if __name__ == "__main__":
    main()
