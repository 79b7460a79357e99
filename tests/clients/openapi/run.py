"""Runs schemathesis on a document, in front of a sandbox."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "ignored_auth",
)
PHASES = ("examples", "coverage", "fuzzing")


def add_arguments(parser):
    """How much is made up, and of what."""
    parser.add_argument(
        "--max-examples", type=int, default=20, help="requests made up for each operation"
    )
    parser.add_argument("--seed", type=int, default=1, help="of what is made up")
    parser.add_argument("--phases", default=",".join(PHASES), help="of schemathesis")
    parser.add_argument("passed_on", nargs="*", help="more arguments for schemathesis, after --")


def schemathesis(document, url, known, arguments, auth, headers=()):
    """Its exit status. `known` is what stands in for most of what is made up (known.py)."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "openapi.json"
        path.write_text(json.dumps(document))
        command = [
            *(sys.executable, "-m", "schemathesis.cli", "run", str(path)),
            *("--url", url),
            *("--auth", auth),
            *("--checks", ",".join(CHECKS)),
            *("--phases", arguments.phases),
            *(part for header in headers for part in ("--header", header)),
            *("--seed", str(arguments.seed)),
            *("--max-examples", str(arguments.max_examples)),
            # Letting a clock go runs all that has come due since.
            *("--request-timeout", "60"),
            *("--suppress-health-check", "all"),
            *("--warnings", "off"),
            "--continue-on-failure",
            "--no-shrink",
            *arguments.passed_on,
        ]
        environment = {
            **os.environ,
            "KALENDS_KNOWN": json.dumps(known),
            "SCHEMATHESIS_HOOKS": "known",
            "PYTHONPATH": str(HERE),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        return subprocess.run(command, env=environment, cwd=folder).returncode
