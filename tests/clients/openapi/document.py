"""Moov's OpenAPI document with the overlay laid over it."""

import json
import pathlib
import tomllib

HERE = pathlib.Path(__file__).resolve().parent
CONTENTS = {
    "error": {"$ref": "#/components/schemas/GenericError"},
    "problems": {"type": "object", "additionalProperties": {"type": "string"}},
}
HEADERS = {"x-request-id": {"required": True, "schema": {"type": "string", "format": "uuid"}}}


def patched(version):
    """The document of one version that the sandbox is held to."""
    document = json.loads((HERE / f"moov-{version}.json").read_text())
    changes = tomllib.loads((HERE / "overlay.toml").read_text())["change"]
    by_id = {
        operation["operationId"]: operation
        for item in document["paths"].values()
        for operation in item.values()
    }
    for change in changes:
        ids = by_id if change["operations"] == "all" else change["operations"]
        # A later version's document may be cut down to fewer operations.
        for operation in (by_id[id] for id in ids if id in by_id):
            for status, kind in change.get("responses", {}).items():
                operation["responses"].setdefault(status, response(kind, change["why"]))
            if "security" in change:
                operation["security"] = change["security"]
        for name in change.get("any_of", ()):
            if schema := document["components"]["schemas"].get(name):
                schema["anyOf"] = schema.pop("oneOf")
    return document


def response(kind, why):
    """A response that the overlay adds."""
    bare = {"description": why, "headers": HEADERS}
    if kind == "bare":
        return bare
    return {**bare, "content": {"application/json": {"schema": CONTENTS[kind]}}}
