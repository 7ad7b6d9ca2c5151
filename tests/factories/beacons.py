"""Rounds of drand's quicknet: a real one, and others of a chain whose key only the tests have."""

from __future__ import annotations

import hashlib
import json
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from py_ecc.bls.hash_to_curve import hash_to_G1
from py_ecc.bls.point_compression import compress_G1, compress_G2, decompress_G1
from py_ecc.optimized_bls12_381 import FQ, G2, add, b, curve_order, field_modulus, multiply

from fairport.audit.events import WORKER
from fairport.domain.beacon import QUICKNET_CHAIN_HASH, QUICKNET_DST, DrandBeacon, time_of_round
from fairport.draws.models import Draw
from fairport.draws.operations import freeze_draw
from tests.factories.programme import PROGRAMME

ROUND = 1000
SIGNATURE = bytes.fromhex(
    "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39"
)
RANDOMNESS = bytes.fromhex("fe290beca10872ef2fb164d2aa4442de4566183ec51c56ff3cd603d930e54fdd")
REAL_BEACON = DrandBeacon(ROUND, SIGNATURE)
# A draw that round 1000 decides: twenty minutes before it, as the specification's example has it, and its moment.
REAL_FREEZE = datetime(2023, 8, 23, 15, 40, tzinfo=UTC)
REAL_TIME = time_of_round(ROUND)
INFINITY = b"\xc0" + bytes(47)

_TEST_SECRET = 0x5EED
_first, _second = compress_G2(multiply(G2, _TEST_SECRET))
TEST_CHAIN_KEY = (int(_first).to_bytes(48, "big") + int(_second).to_bytes(48, "big")).hex()


def compressed(point: Any) -> bytes:
    """The 48 bytes of a point of G1."""
    return int(compress_G1(point)).to_bytes(48, "big")


def point_of(signature: bytes) -> Any:
    """The point of 48 bytes, in whatever subgroup it is."""
    return decompress_G1(int.from_bytes(signature, "big"))


def signed_round(round_number: int) -> DrandBeacon:
    """A round as the tests' own chain signs it."""
    message = hashlib.sha256(round_number.to_bytes(8, "big")).digest()
    point = multiply(hash_to_G1(message, QUICKNET_DST.encode(), hashlib.sha256), _TEST_SECRET)
    return DrandBeacon(round_number, compressed(point))


def cofactor_point() -> Any:
    """A point of the curve whose order divides the cofactor: no pairing notices it."""
    x = 1
    while True:
        square = (x**3 + b.n) % field_modulus
        y = pow(square, (field_modulus + 1) // 4, field_modulus)
        if y * y % field_modulus == square:
            return multiply((FQ(x), FQ(y), FQ(1)), curve_order)
        x += 1


def forged_signature() -> bytes:
    """The real signature of round 1000 plus a point of cofactor order: another 48 bytes with another randomness."""
    return compressed(add(point_of(SIGNATURE), cofactor_point()))


def freeze_for_round(round_number: int = ROUND, *, at: datetime = REAL_FREEZE) -> Draw:
    """A draw frozen at `at` whose randomness will be that round of drand."""
    return freeze_draw(programme=PROGRAMME, at=at, actor=WORKER, beacon="drand", draw_time=time_of_round(round_number))


class StubRelay:
    """A relay on this machine. It answers with what `answers` has for a path; the paths asked for are in `asked`."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[int, bytes]] = {}
        self.asked: list[str] = []
        relay = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                relay.asked.append(self.path)
                status, content = relay.answers.get(self.path, (404, b""))
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", content.decode())
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_arguments: object) -> None:
                """Keeps quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})

    def serve(self, beacon: DrandBeacon, **changes: object) -> None:
        """Answers with a round as a relay of drand does, or with something else in its fields."""
        content = {
            "round": beacon.round,
            "randomness": beacon.randomness.hex(),
            "signature": beacon.signature.hex(),
            **changes,
        }
        self.answers[path_of(beacon.round)] = (200, json.dumps(content).encode())

    def __enter__(self) -> StubRelay:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def path_of(round_number: int) -> str:
    """Where a relay has a round."""
    return f"/{QUICKNET_CHAIN_HASH}/public/{round_number}"
