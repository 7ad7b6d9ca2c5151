"""The product as a person starts it: one command, a folder of its own, the address on this machine."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

READY_SECONDS = 120
STOP_SECONDS = 90
COMMAND_SECONDS = 240

# The founding programme's policy: who registered until the freeze is in that day's draw.
DRAW_HOUR_UTC = 18
FREEZE_LEAD = timedelta(minutes=45)
IT_IS_NOW = re.compile(r"It is now (\d{4}-\d{2}-\d{2} \d{2}:\d{2}) UTC")


def free_port() -> int:
    """A port of the loopback address that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Product:
    """A demonstration of Fairport in its own folder; nothing of the caller's settings gets into it."""

    def __init__(self, var: Path, *, port: int | None = None, **settings: str) -> None:
        """`settings`: further environment variables."""
        self.var = var
        self.port = port or free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        foreign = ("FAIRPORT_", "DJANGO_", "PYTEST_")
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
        self.environment = {**inherited, "FAIRPORT_VAR": str(var), "PYTHONUNBUFFERED": "1", **settings}
        self.process: subprocess.Popen[bytes] | None = None
        # The cookies of members of staff, by address.
        self.signed_in: dict[str, Any] = {}
        self._told: tuple[datetime, float] | None = None

    @property
    def log(self) -> Path:
        """What the running server says."""
        return self.var / "serve.log"

    @contextmanager
    def running(self) -> Iterator[Product]:
        """Serves while inside; an end other than a clean one is an error."""
        try:
            self.start()
            yield self
        finally:
            status = self.stop()
        assert status == 0, f"fairport serve ended with {status}:\n{self.end_of_log()}"

    def start(self) -> None:
        """Starts the server and waits until it is ready."""
        self.var.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "fairport", "serve", "--demo", "--port", str(self.port)],
                env=self.environment,
                cwd=self.var,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = time.monotonic() + READY_SECONDS
        while not self.is_ready():
            assert time.monotonic() < deadline, f"not ready after {READY_SECONDS} s:\n{self.end_of_log()}"
            assert not self._ends_within(0.1), f"fairport serve ended by itself:\n{self.end_of_log()}"

    def is_ready(self) -> bool:
        """Whether /readyz says so."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def stop(self) -> int:
        """Ctrl-C; gives the exit status."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            return self.process.wait()

    def run(self, *arguments: str, status: int = 0) -> str:
        """Runs `fairport ARGUMENTS` beside the server; gives what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "fairport", *arguments],
            env=self.environment,
            cwd=self.var,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )
        said = f"{done.stdout}{done.stderr}"
        assert done.returncode == status, f"fairport {' '.join(arguments)} ended with {done.returncode}:\n{said}"
        return done.stdout.strip()

    # ---- the demonstration's clock

    @property
    def now(self) -> datetime:
        """The demonstration's time, at most a minute behind."""
        if self._told is None:
            self.advance(timedelta(minutes=1))
        assert self._told is not None
        told, when = self._told
        return told + timedelta(seconds=time.monotonic() - when)

    def advance(self, by: timedelta) -> None:
        """`fairport demo advance`, in whole minutes."""
        minutes = -(-int(by.total_seconds()) // 60)
        said = self.run("demo", "advance", f"{minutes}m")
        match = IT_IS_NOW.search(said)
        assert match is not None, f"the demonstration does not tell its time: {said}"
        self._told = (datetime.strptime(match[1], "%Y-%m-%d %H:%M").replace(tzinfo=UTC), time.monotonic())

    def advance_to(self, moment: datetime) -> None:
        """Moves the clock to just after `moment`; nothing happens when that is over."""
        if (ahead := moment - self.now) > timedelta(0):
            self.advance(ahead + timedelta(minutes=1))

    def draw(self) -> None:
        """Moves the clock to just after the next draw that everybody who registered until now is in."""
        latest_entry = self.now + FREEZE_LEAD + timedelta(minutes=5)
        draw_time = latest_entry.replace(hour=DRAW_HOUR_UTC, minute=0, second=0, microsecond=0)
        if draw_time < latest_entry:
            draw_time += timedelta(days=1)
        self.advance_to(draw_time)

    # ---- the JSON API

    def call(
        self, method: str, path: str, body: Any = None, *, code: str = "", headers: Mapping[str, str] | None = None
    ) -> tuple[int, Any]:
        """Calls `/api/v1PATH`, with an access code where one is given; the answer's status and its JSON."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(
                method,
                f"/api/v1{path}",
                None if body is None else json.dumps(body),
                {
                    **({} if body is None else {"Content-Type": "application/json"}),
                    **({"Authorization": f"Bearer {code}"} if code else {}),
                    **(headers or {}),
                },
            )
            answer = connection.getresponse()
            text = answer.read()
            return answer.status, json.loads(text) if text else None
        finally:
            connection.close()

    # ----

    def end_of_log(self) -> str:
        """The last lines of the server's output."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-40:]) if self.log.exists() else ""

    def _ends_within(self, seconds: float) -> bool:
        assert self.process is not None
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True
