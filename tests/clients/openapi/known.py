"""Turns most of what schemathesis makes up into what the sandbox knows.

Ids that nothing has, rules that do not parse and cards that do not exist are
refused at the door. Nine in ten of them are replaced by known ones,
and always by the same, so that a seed replays.
"""

import itertools
import json
import os
import random

import schemathesis

# What stands in for the fields and path parameters of these names, and, below the
# name of an object, for its own ("source", "destination").
KNOWN = json.loads(os.environ["KALENDS_KNOWN"])
# What only a deletion is given, so that the rest stays.
SPARE = KNOWN.pop("spare", {})
# What stands in for the path parameters of one path, or of one method of it.
PATHS = KNOWN.pop("paths", {})
# One made-up value in so many is left as it is.
KEPT_ONE_IN = 10

turns = itertools.count()


@schemathesis.hook
def before_call(context, case, kwargs):
    """Replaces in the path and the body, just before a request is sent."""
    names = set(case.path_parameters or ())
    path = {**KNOWN, **SPARE} if case.method.upper() == "DELETE" else dict(KNOWN)
    if "scheduleID" in names and case.method.upper() != "GET":
        path["accountID"] = KNOWN["partnerAccountID"]
    elif "accountID" in names and OWNED & names:
        path["accountID"] = path["owner"]
    template = case.operation.path
    path |= PATHS.get(template, {}) | PATHS.get(f"{case.method.upper()} {template}", {})
    case.path_parameters = replaced(case.path_parameters, path)
    case.body = replaced(case.body, KNOWN)


# What is found under the account that owns it, and no other.
OWNED = {"cardID", "bankAccountID", "walletID", "transactionID", "paymentMethodID"}


def replaced(part, known, name=None):
    """A part of a request with known values in it."""
    if isinstance(part, dict):
        known = {**known, **known[name]} if isinstance(known.get(name), dict) else known
        return {key: replaced(value, known, key) for key, value in part.items()}
    if isinstance(part, list):
        return [replaced(value, known, name) for value in part]
    values = known.get(name)
    turn = random.Random(next(turns))
    if isinstance(values, list) and type(part) is type(values[0]) and turn.randrange(KEPT_ONE_IN):
        return turn.choice(values)
    return part
