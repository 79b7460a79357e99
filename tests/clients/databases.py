"""Databases of a PostgreSQL that is started when the first is asked for, and ends with this process."""

import atexit
import os
import subprocess

_cluster = None
_of_data = {}


def are_wanted():
    """Whether servers keep their data in databases: `KALENDS_CLUSTER` names what starts them."""
    return "KALENDS_CLUSTER" in os.environ


def environment(data):
    """What tells a server to keep its data in a database: a new one, or, where `data` names a
    file, the one that took its place before."""
    url = _of_data.get(data) or _new()
    if data != ":memory:":
        _of_data[data] = url
    way, place = url.split("@")
    user, password = way.rsplit(":", 1)
    return {
        "KALENDS_STORE__URL": f"{user}@{place}",
        "KALENDS_STORE__PASSWORD_VARIABLE": "DATABASE_PASSWORD",
        "DATABASE_PASSWORD": password,
    }


def _new():
    global _cluster
    if _cluster is None:
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        _cluster = subprocess.Popen([os.environ["KALENDS_CLUSTER"]], **pipes)
        atexit.register(_cluster.communicate)
    _cluster.stdin.write("\n")
    _cluster.stdin.flush()
    return _cluster.stdout.readline().strip()
