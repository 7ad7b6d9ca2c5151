"""A small mail server on loopback that refuses and hangs up where a test tells it to."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Behaviour:
    """Answers by command; `hang_up_at` closes the connection at a command, or after the `text`."""

    answers: dict[str, str] = field(default_factory=dict)
    hang_up_at: str = ""
    received: list[tuple[str, bytes]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


class MailServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.behaviour = Behaviour()

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class _Session(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        behaviour = self.server.behaviour
        recipient = ""
        self._say("220 test")
        while line := self.rfile.readline():
            command = line.decode().strip()
            verb = command.split(" ")[0].upper()
            if verb == behaviour.hang_up_at:
                return
            if verb == "QUIT":
                self._say("221 bye")
                return
            if verb == "RCPT":
                recipient = command.split("<")[1].split(">")[0]
            if verb in behaviour.answers:
                self._say(behaviour.answers[verb])
            elif verb == "DATA":
                self._say("354 go on")
                text = self._text()
                if behaviour.hang_up_at == "text":
                    return
                if "text" in behaviour.answers:
                    self._say(behaviour.answers["text"])
                    continue
                with behaviour.lock:
                    behaviour.received.append((recipient, text))
                self._say("250 taken over")
            else:
                self._say("250 fine")

    def _text(self) -> bytes:
        lines = []
        while (line := self.rfile.readline()) and line != b".\r\n":
            lines.append(line)
        return b"".join(lines)

    def _say(self, answer: str) -> None:
        self.wfile.write(answer.encode() + b"\r\n")


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """A server that listens while inside; all its sessions have ended afterwards."""
    with MailServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
