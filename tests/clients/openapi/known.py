"""Turns most of what schemathesis makes up into what the sandbox knows.

Ids that nothing has, rules that do not parse and cards that do not exist are
refused at the door. Three in four of them are replaced by known ones, chosen by
the made-up value itself, so that a seed replays.
"""

import hashlib
import json
import os

import schemathesis

# Names of path parameters and of fields, with the values that stand in for them.
KNOWN = json.loads(os.environ["KALENDS_KNOWN"])
KEPT_OF_FOUR = 1


@schemathesis.hook
def before_call(context, case, kwargs):
    """Replaces in the path and the body, just before a request is sent."""
    case.path_parameters = replaced(case.path_parameters)
    case.body = replaced(case.body)


def replaced(part, name=None):
    """A part of a request with known values in it."""
    if isinstance(part, dict):
        return {key: replaced(value, key) for key, value in part.items()}
    if isinstance(part, list):
        return [replaced(value, name) for value in part]
    if name in KNOWN and isinstance(part, str):
        return chosen(part, KNOWN[name])
    return part


def chosen(made_up, known):
    """The made-up value, or a known one."""
    digest = hashlib.sha256(made_up.encode("utf-8", "surrogatepass")).digest()
    return made_up if digest[0] % 4 < KEPT_OF_FOUR else known[digest[1] % len(known)]
