"""Moov's OpenAPI document with the overlay laid over it."""

import json
import pathlib
import tomllib

HERE = pathlib.Path(__file__).resolve().parent
ERROR = {"application/json": {"schema": {"$ref": "#/components/schemas/GenericError"}}}
HEADERS = {"x-request-id": {"required": True, "schema": {"type": "string", "format": "uuid"}}}


def patched():
    """The document that the sandbox is held to."""
    document = json.loads((HERE / "moov-v2024.01.00.json").read_text())
    changes = tomllib.loads((HERE / "overlay.toml").read_text())["change"]
    by_id = {
        operation["operationId"]: operation
        for item in document["paths"].values()
        for operation in item.values()
    }
    for change in changes:
        ids = by_id if change["operations"] == "all" else change["operations"]
        for id in ids:
            for status, kind in change["responses"].items():
                by_id[id]["responses"].setdefault(status, response(kind, change["why"]))
    return document


def response(kind, why):
    """A response that the overlay adds."""
    bare = {"description": why, "headers": HEADERS}
    return bare if kind == "bare" else {**bare, "content": ERROR}
