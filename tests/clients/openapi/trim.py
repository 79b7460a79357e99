"""Cuts Moov's OpenAPI document down to the operations that the sandbox serves.

    python trim.py openapi.yaml > moov-v2024.01.00.json

Takes the operations that served.txt names, the schemas that they need, and no
prose. Needs PyYAML; the tests read what it has written.
"""

import json
import pathlib
import sys

import yaml

METHODS = ("get", "put", "post", "patch", "delete")
PROSE = ("description", "summary", "externalDocs", "tags", "title", "example", "examples")
SOURCE = "github.com/moovfinancial/moov-api-public, v2024.01.00/openapi.yaml, of 2025-06-10"


def served():
    """The ids of the operations to keep."""
    lines = pathlib.Path(__file__).with_name("served.txt").read_text().splitlines()
    return {line for line in lines if line and not line.startswith("#")}


def operations(document, wanted):
    """The paths with nothing but the wanted operations."""
    kept = {}
    for path, item in document["paths"].items():
        for method in METHODS:
            if item.get(method, {}).get("operationId") in wanted:
                kept.setdefault(path, {})[method] = item[method]
    return kept


def references(part):
    """Every `$ref` in a part of the document."""
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for value in part.values():
            yield from references(value)
    elif isinstance(part, list):
        for value in part:
            yield from references(value)


def components(document, paths):
    """The components that the paths lead to."""
    kept, pending = {}, list(references(paths))
    while pending:
        _, _, kind, name = pending.pop().split("/")
        if name not in kept.setdefault(kind, {}):
            kept[kind][name] = document["components"][kind][name]
            pending.extend(references(kept[kind][name]))
    kept["securitySchemes"] = document["components"]["securitySchemes"]
    return {kind: dict(sorted(kept[kind].items())) for kind in sorted(kept)}


def without_prose(part, inside_properties=False):
    """A part of the document without what only people read."""
    if isinstance(part, dict):
        return {
            name: without_prose(value, name == "properties" and not inside_properties)
            for name, value in part.items()
            if inside_properties or not (name in PROSE or name.startswith("x-speakeasy"))
        }
    if isinstance(part, list):
        return [without_prose(value) for value in part]
    return part


def with_descriptions(paths):
    """Responses must be described, if only by nothing."""
    for item in paths.values():
        for operation in item.values():
            for response in operation["responses"].values():
                response["description"] = ""
    return paths


def main():
    document = yaml.load(pathlib.Path(sys.argv[1]).read_text(), yaml.CSafeLoader)
    wanted = served()
    paths = operations(document, wanted)
    kept = {operation["operationId"] for item in paths.values() for operation in item.values()}
    if kept != wanted:
        sys.exit(f"not in the document: {sorted(wanted - kept)}")
    info = {name: document["info"][name] for name in ("title", "version", "license")}
    trimmed = {
        "openapi": document["openapi"],
        "info": {**info, "x-source": SOURCE},
        "security": document["security"],
        "paths": with_descriptions(without_prose(paths)),
        "components": without_prose(components(document, paths)),
    }
    json.dump(trimmed, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
