"""The server under test: the real binary on a free port, its clock standing still."""

import base64
import json
import os
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

import databases

READY_WITHIN_SECONDS = 10
STOPPED_WITHIN_SECONDS = 10
POLL_SECONDS = 0.01

# The loopback interface is never reached through a proxy.
os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1"


def binary():
    """The server under test."""
    try:
        return os.environ["KALENDS"]
    except KeyError:
        raise RuntimeError("KALENDS must name the kalends binary") from None


def free_port():
    """A port that nobody listened on a moment ago."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def basic(user, password=""):
    """The header by which `user` makes itself known."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


class Server:
    """One running server, whose own API is called with `authorization`."""

    def __init__(self, authorization, port, command, environment=None):
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self._authorization = authorization
        self._log = tempfile.TemporaryFile()
        self._process = subprocess.Popen(
            [binary(), *command],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )
        try:
            self._wait_until_ready()
        except BaseException:
            self._process.kill()
            self._process.wait()
            self._log.close()
            raise

    def _wait_until_ready(self):
        deadline = time.monotonic() + READY_WITHIN_SECONDS
        while not self._is_ready():
            if time.monotonic() > deadline:
                raise RuntimeError(f"not ready within {READY_WITHIN_SECONDS} s:\n{self.log()}")
            try:
                status = self._process.wait(POLL_SECONDS)
            except subprocess.TimeoutExpired:
                continue
            raise RuntimeError(f"ended with {status} before it was ready:\n{self.log()}")

    def _is_ready(self):
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=1) as answer:
                return answer.status == 200
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False

    def log(self):
        """What the server has said so far."""
        self._log.seek(0)
        return self._log.read().decode(errors="replace")

    def stop(self):
        """Asks the server to end, as an operator would, and takes nothing but a clean end."""
        if self._process.returncode is not None:
            return
        self._process.terminate()
        try:
            status = self._process.wait(STOPPED_WITHIN_SECONDS)
            if status != 0:
                raise RuntimeError(f"ended with {status}:\n{self.log()}")
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise RuntimeError(
                f"still there {STOPPED_WITHIN_SECONDS} s after SIGTERM:\n{self.log()}"
            ) from None
        finally:
            self._log.close()

    def kalends(self, method, path, body=None):
        """Calls Kalends' own API, which no SDK knows."""
        request = urllib.request.Request(
            f"{self.url}/kalends/v1/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": self._authorization, "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def advance(self, to):
        """Moves the clock; comes back when all that was due by then has settled."""
        return self.kalends("POST", "clock/advance", {"to": to})

    def now(self):
        """Where the clock stands."""
        return self.kalends("GET", "clock")["now"]


class SandboxServer(Server):
    """A sandbox whose clock stands."""

    def __init__(self, authorization, clock, data=":memory:", seed=None):
        port = free_port()
        command = ["sandbox", "--listen", f"127.0.0.1:{port}", "--data", str(data)]
        if clock is not None:
            command += ["--clock", clock]
        if seed is not None:
            command += ["--seed", str(seed)]
        super().__init__(authorization, port, command)


class ServerInFront(Server):
    """`kalends serve` in front of a sandbox that plays the upstream, by clocks that move together.

    Where `KALENDS_CLUSTER` names what starts a PostgreSQL, there are two of it over one
    database. Clients ask the first, and the second is the one that is told to move the clock.
    """

    OMISE = {
        "OMISE__VAULT_URL": None,
        "OMISE__URL": None,
        "OMISE__SECRET_KEY_VARIABLE": "OMISE_SECRET_KEY",
        "OMISE__PUBLIC_KEY": "pkey_test_sandbox",
        "OMISE__ALLOW_CARD_NUMBERS": "true",
    }
    MOOV = {
        "MOOV__URL": None,
        "MOOV__PUBLIC_KEY": "sandbox-public",
        "MOOV__SECRET_KEY_VARIABLE": "MOOV_SECRET_KEY",
        "MOOV__PER_SECOND": "1000",
    }
    SECRETS = {"OMISE_SECRET_KEY": "skey_test_sandbox", "MOOV_SECRET_KEY": "sandbox-secret"}

    def __init__(self, authorization, clock, data=":memory:", seed=None):
        self.upstream = SandboxServer(authorization, clock, data, seed)
        ports = [free_port()]
        behind = {"omise": self.OMISE, "moov": self.MOOV}[os.environ["KALENDS_IN_FRONT"]]
        account = {"NAME": "shop", "MODE": "test", **behind}
        environment = {
            **os.environ,
            **self.SECRETS,
        }
        if databases.are_wanted():
            environment.update(databases.environment(data))
            ports.append(free_port())
        else:
            environment["KALENDS_DATA"] = data if data == ":memory:" else f"{data}-in-front.db"
        for name, value in account.items():
            environment[f"KALENDS_ACCOUNTS__0__{name}"] = value or self.upstream.url
        self._beside = None
        try:
            first, *others = ports
            super().__init__(authorization, first, ["serve"], listening(environment, first))
            for port in others:
                beside = listening(environment, port)
                self._beside = Server(authorization, port, ["serve"], beside)
            now = self.upstream.kalends("GET", "clock")
            if now["mode"] == "standing":
                self.kalends("PUT", "clock", {"now": now["now"]})
        except BaseException:
            self.upstream.stop()
            raise

    def kalends(self, method, path, body=None):
        """The node that no client asks is asked."""
        ask = super().kalends if self._beside is None else self._beside.kalends
        return ask(method, path, body)

    def advance(self, to):
        """By way of each moment at which something runs, so that the upstream pays in its hour."""
        while due := self._next_due(self.now(), to):
            self._advance_both(due)
        return self._advance_both(to)

    def _advance_both(self, to):
        """The upstream's clock first: whoever pays is never behind whoever asks."""
        self.upstream.advance(to)
        return super().advance(to)

    def _next_due(self, now, to):
        """When something runs next; clocks are written alike, so that their texts can be compared."""
        schedules = self.kalends("GET", "schedules?limit=100")["data"]
        due = (run["due"] for schedule in schedules for run in schedule["next"])
        return min((moment for moment in due if now < moment < to), default=None)

    def stop(self):
        try:
            if self._beside is not None:
                self._beside.stop()
            super().stop()
        finally:
            self.upstream.stop()


def listening(environment, port):
    """The environment of one node."""
    return {**environment, "KALENDS_LISTEN": f"127.0.0.1:{port}"}


# The same tests go through a server in front of the sandbox where this is set.
Sandbox = ServerInFront if os.environ.get("KALENDS_IN_FRONT") else SandboxServer
