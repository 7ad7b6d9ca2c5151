"""An OpenID Connect provider on this machine, which can also lie."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT = "fairport"
SECRET = "a secret of the tests only"
# Seconds since 1970: in 2023 and in 2100. Tokens run out in real time, whatever the tests' clock says.
LONG_AGO, FAR_OFF = 1_700_000_000, 4_102_444_800


@dataclass
class Provider:
    """Signs one person in after another.

    Attributes:
        address: what it calls itself.
        claims: put into the next ID token over what belongs there; None takes a claim out.
        userinfo: what its other endpoint tells.
        signing: the key that signs; another one than `key` is a forgery.
        broken: paths that answer with nonsense.
    """

    address: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=dict)
    key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))
    signing: rsa.RSAPrivateKey | None = None
    algorithm: str = "RS256"
    broken: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def authorize(self, location: str) -> dict[str, str]:
        """What a browser brings back from the provider's page at `location`, once the person has signed in there."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
        assert query["client_id"] == CLIENT
        assert query["response_type"] == "code"
        assert query["code_challenge_method"] == "S256"
        code = f"code-{len(self._codes)}"
        self._codes[code] = query
        return {"code": code, "state": query["state"]}

    def token(self, form: dict[str, str]) -> dict[str, Any]:
        """The answer to the code, once; the secret and the challenge must fit."""
        query = self._codes.pop(form["code"])
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=")
        if form["client_secret"] != SECRET or query["code_challenge"] != challenge.decode():
            return {"error": "invalid_grant"}
        claims = {
            "iss": self.address,
            "sub": "person-1",
            "aud": CLIENT,
            "iat": LONG_AGO,
            "exp": FAR_OFF,
            "nonce": query["nonce"],
            "email_verified": True,
            **self.claims,
        }
        present = {name: value for name, value in claims.items() if value is not None}
        token = jwt.encode(present, self.signing or self.key, algorithm=self.algorithm, headers={"kid": "one"})
        return {"access_token": "for-userinfo", "token_type": "Bearer", "id_token": token}

    def answer(self, path: str, form: dict[str, str]) -> Any:
        """What each path gives."""
        self.asked.append(path)
        if path in self.broken:
            return ["nonsense"]
        if path == "/.well-known/openid-configuration":
            return {
                "issuer": self.address,
                "authorization_endpoint": f"{self.address}/authorize",
                "token_endpoint": f"{self.address}/token",
                "userinfo_endpoint": f"{self.address}/userinfo",
                "jwks_uri": f"{self.address}/jwks",
                "token_endpoint_auth_methods_supported": ["client_secret_post"],
            }
        if path == "/jwks":
            public = jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
            return {"keys": [{**public, "kid": "one", "use": "sig", "alg": "RS256"}]}
        if path == "/userinfo":
            return self.userinfo
        return self.token(form)


@contextmanager
def serving() -> Iterator[Provider]:
    """A provider that listens on a loopback address."""
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._say(provider.answer(urlsplit(self.path).path, {}))

        def do_POST(self) -> None:
            sent = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            form = {name: values[0] for name, values in sent.items()}
            self._say(provider.answer(urlsplit(self.path).path, form))

        def _say(self, content: Any) -> None:
            body = json.dumps(content).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=10)
