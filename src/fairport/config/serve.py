"""Runs the web server and the worker as children of one process, and stops them in order."""

import contextlib
import ctypes
import http.client
import ipaddress
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass
from types import FrameType
from urllib.parse import urlsplit

from fairport.config.database import has_ended
from fairport.config.env import words

STOP_SECONDS = 25
WATCH_SECONDS = 2
# Threads wait for the database most of the time; a connection is only taken while one is in use.
THREADS_A_PROCESS = 16
CONNECTIONS_A_PROCESS = 16
# A process of granian (2.8) that still starts does not hear that it should stop; one with a request needs a moment.
WEB_PROCESS_STOP_SECONDS = 10
PR_SET_PDEATHSIG = 1


class ServeRefused(Exception):
    """Fairport cannot be served like that; the message is one plain sentence."""

    code = "serve_refused"


@dataclass(frozen=True)
class Child:
    """A running child and the name that stands before its lines."""

    name: str
    process: subprocess.Popen[str]


# What wakes the main loop: a child that ended (its name), or None for a signal.
Wake = queue.SimpleQueue[str | None]


def serve(*, host: str, port: int, demo: bool) -> int:
    """Migrate, prepare and serve until SIGINT or SIGTERM. The database must be there.

    Returns:
        The exit status: 0 after a signal, 1 when a step of the set-up failed or a child ended by itself.
    """
    environment = _environment(host, port, demo=demo)
    wake: Wake = queue.SimpleQueue()
    stopping = _stop_on_signals(wake)
    said = ""
    for step in (["migrate", "--quiet"], ["prepare", *(["--demo"] if demo else [])]):
        # A session of its own: Ctrl-C waits for the end of the step.
        done = subprocess.run(
            [sys.executable, "-m", "fairport", *step],
            env=environment,
            start_new_session=True,
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        said += done.stdout
        if stopping.is_set():
            print("Fairport has stopped.", flush=True)
            return 0
        if done.returncode != 0:
            return 1
    return _run_children(host, port, environment, wake, stopping, greeting=said)


def refuse_impossible(*, host: str, port: int, demo: bool) -> None:
    """Check what can be checked before anything is started.

    Raises:
        ServeRefused: a demonstration for other machines, also behind a proxy, or a port that is taken.
    """
    if demo and not is_loopback(host):
        raise ServeRefused(
            f"The demonstration has accounts whose secrets are printed, so it is served on this machine only, not on"
            f" {host}."
        )
    if demo:
        _refuse_public_names()
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise ServeRefused(
                f"Port {port} of {host} cannot be used ({error.strerror}): stop what uses it or choose another --port."
            ) from error


def _refuse_public_names() -> None:
    """Refuse a demonstration that a reverse proxy would show to others under a name or an origin."""
    hosts = [("FAIRPORT_HOSTS", word, word) for word in words("FAIRPORT_HOSTS")]
    origins = [("FAIRPORT_ORIGINS", word, urlsplit(word).hostname or word) for word in words("FAIRPORT_ORIGINS")]
    for variable, word, host in hosts + origins:
        if not is_loopback(host):
            raise ServeRefused(
                f"The demonstration has accounts whose secrets are printed, so it is served on this machine only:"
                f" take {word} out of {variable}."
            )


def is_loopback(host: str) -> bool:
    """Tell whether only this machine can reach `host`."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _environment(host: str, port: int, *, demo: bool) -> dict[str, str]:
    environment = {**os.environ, "FAIRPORT_DEMO": "1" if demo else "0", "PYTHONUNBUFFERED": "1"}
    shown = f"[{host}]" if ":" in host else host
    environment.setdefault("FAIRPORT_PUBLIC_ADDRESS", f"http://{shown}:{port}")
    return environment


def _stop_on_signals(wake: Wake) -> threading.Event:
    stopping = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopping.set()
        wake.put(None)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    return stopping


def _run_children(
    host: str, port: int, environment: dict[str, str], wake: Wake, stopping: threading.Event, *, greeting: str
) -> int:
    processes = os.cpu_count() or 1
    web = [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws", "--host", host, "--port", str(port)),
        *("--workers", str(processes), "--blocking-threads", str(THREADS_A_PROCESS)),
        *("--workers-kill-timeout", str(WEB_PROCESS_STOP_SECONDS), "--log-level", "error"),
        "fairport.config.wsgi:application",
    ]
    children = [
        _start("web", web, {**environment, "FAIRPORT_DATABASE_POOL": str(CONNECTIONS_A_PROCESS)}, wake),
        _start("worker", [sys.executable, "-m", "fairport", "worker"], environment, wake),
    ]
    try:
        if _wait_until_answering(host, port, children, stopping):
            print(f"\nFairport is ready: http://{host}:{port} (Ctrl-C stops it)\n{greeting}", flush=True)
        ended = None if stopping.is_set() else _wait_for_the_end(wake)
    finally:
        # The server first, so that no request comes in any more; then the worker, which finishes its job.
        for child in children:
            _stop(child)
    if ended is None:
        print("Fairport has stopped.", flush=True)
        return 0
    print(f"The {ended} ended by itself, so everything was stopped.", file=sys.stderr)
    return 1


def _wait_for_the_end(wake: Wake) -> str | None:
    """Return the name of what ended by itself, or None when a signal came first."""
    while True:
        try:
            return wake.get(timeout=WATCH_SECONDS)
        except queue.Empty:
            if has_ended():
                return "database"


def _start(name: str, command: list[str], environment: dict[str, str], wake: Wake) -> Child:
    process = subprocess.Popen(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        # A session of its own: Ctrl-C reaches this process only, which then stops the others in order.
        start_new_session=True,
        preexec_fn=_end_with_parent,
    )
    threading.Thread(target=_pass_lines_on, args=(name, process), daemon=True).start()
    threading.Thread(target=_tell_of_the_end, args=(name, process, wake), daemon=True).start()
    return Child(name, process)


def _end_with_parent() -> None:
    # Linux only: a child of a killed parent must not keep the port.
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _pass_lines_on(name: str, process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        print(f"{name:<6} | {line}", end="", flush=True)


def _tell_of_the_end(name: str, process: subprocess.Popen[str], wake: Wake) -> None:
    # Its lines may go on after it: they are its own children's, too.
    process.wait()
    wake.put(name)


def _wait_until_answering(host: str, port: int, children: list[Child], stopping: threading.Event) -> bool:
    while all(child.process.poll() is None for child in children):
        connection = http.client.HTTPConnection(host, port, timeout=10)
        try:
            connection.request("GET", "/healthz")
            connection.getresponse()
            return True
        except OSError:
            if stopping.wait(0.1):
                return False
        finally:
            connection.close()
    return False


def _stop(child: Child) -> None:
    if child.process.poll() is None:
        child.process.terminate()
    try:
        child.process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        print(f"The {child.name} did not stop within {STOP_SECONDS} seconds and was killed.", file=sys.stderr)
    # What is left of its session: itself if it hangs, its processes if it was killed.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.process.pid, signal.SIGKILL)
    child.process.wait()
