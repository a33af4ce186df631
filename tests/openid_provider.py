"""A small OpenID Connect provider with real keys, for tests: whole on loopback, or asked in this process.

It checks what a provider must: the client and its secret, the redirect address, PKCE, and that a code is used once.
What it says can be bent by a test, to be refused.
"""

import base64
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from joserfc import jws
from joserfc.jwk import ECKey, Key, RSAKey

from app.outbound.message import OutboundAnswer, OutboundRequest

CLIENT, SECRET = "leadbid", "a:secret/with+signs"
RSA = RSAKey.generate_key(2048, {"kid": "rsa-1"})
EC = ECKey.generate_key("P-256", {"kid": "ec-1"})

Claims = dict[str, Any]


def signed(claims: Claims, key: Key = RSA, **header: Any) -> str:
    """A token, as `header` has it; the algorithm is that of the key unless it says so."""
    algorithm = {"RSA": "RS256", "EC": "ES256", "oct": "HS256", "OKP": "Ed25519"}[key.key_type]
    protected = {"alg": algorithm, "kid": key.kid, **header}
    protected = {name: value for name, value in protected.items() if value is not None}
    content = json.dumps(claims).encode()
    return jws.serialize_compact(protected, content, key, algorithms=[protected["alg"]])


def unsigned(claims: Claims, algorithm: str = "none", **header: Any) -> str:
    """A token that nobody has signed."""
    parts = (json.dumps({"alg": algorithm, "kid": "rsa-1", **header}), json.dumps(claims))
    return ".".join(base64.urlsafe_b64encode(part.encode()).rstrip(b"=").decode() for part in parts) + "."


@dataclass
class LocalProvider:
    """`claims` are added to each ID token, `told` are what `userinfo` tells, `says` changes the discovery document.

    `makes` makes a token of its claims, and `came_back` changes what the browser brings back.
    """

    issuer: str = "https://login.example.com"
    claims: Claims = field(default_factory=lambda: {"email": "ana@example.com", "email_verified": True})
    told: Claims = field(default_factory=dict)
    says: Claims = field(default_factory=dict)
    keys: list[Key] = field(default_factory=lambda: [RSA, EC])
    makes: Callable[[Claims], str] = signed
    came_back: Claims = field(default_factory=dict)
    down: set[str] = field(default_factory=set)
    clock: Callable[[], float] = time.time
    asked: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def metadata(self) -> Claims:
        ends = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        return {"issuer": self.issuer, **{name: f"{self.issuer}/{end}" for name, end in ends.items()}, **self.says}

    def authorize(self, query: dict[str, str]) -> str:
        """Where the browser is sent once somebody has signed in here."""
        assert (query["response_type"], query["client_id"], query["code_challenge_method"]) == ("code", CLIENT, "S256")
        code = sha256(query["state"].encode()).hexdigest()
        self.codes[code] = query
        brought = {"code": code, "state": query["state"], "iss": self.issuer, **self.came_back}
        brought = {name: value for name, value in brought.items() if value is not None}
        return f"{query['redirect_uri']}?{urlencode(brought)}"

    def answer(self, path: str, headers: dict[str, str], body: str) -> tuple[int, Any]:
        """What each end says."""
        end = path.rpartition("/")[2]
        self.asked.append(end)
        if end in self.down:
            return 500, {}
        if end == "openid-configuration":
            return 200, self.metadata
        if end == "keys":
            return 200, {"keys": [key.as_dict(private=False, use="sig") for key in self.keys]}
        if end == "userinfo":
            return 200, self.told if headers.get("authorization") == "Bearer opaque" else {}
        return self._token({name: values[0] for name, values in parse_qs(body).items()}, headers)

    async def send(self, request: OutboundRequest) -> OutboundAnswer:
        """As if over the network."""
        status, said = self.answer(urlsplit(request.url).path, request.headers, request.body.decode())
        return OutboundAnswer(status=status, body=json.dumps(said).encode())

    def _token(self, given: dict[str, str], headers: dict[str, str]) -> tuple[int, Any]:
        basic = base64.b64decode(headers.get("authorization", "").removeprefix("Basic ")).decode()
        client, _, secret = basic.partition(":")
        pair = (unquote(client), unquote(secret)) if basic else (given.get("client_id"), given.get("client_secret"))
        query = self.codes.pop(given["code"], None)
        if pair != (CLIENT, SECRET) or query is None or query["redirect_uri"] != given["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        proven = base64.urlsafe_b64encode(sha256(given["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        if proven != query["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        now = int(self.clock())
        claims = {"iss": self.issuer, "aud": CLIENT, "sub": "u-1", "iat": now, "exp": now + 300}
        return 200, {
            "id_token": self.makes({**claims, "nonce": query["nonce"], **self.claims}),
            "access_token": "opaque",
        }


@contextmanager
def listening_provider() -> Iterator[LocalProvider]:
    """One that a service and a browser reach on loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path == "/authorize":
                query = {name: values[0] for name, values in parse_qs(parts.query).items()}
                self.send_response(303)
                self.send_header("Location", provider.authorize(query))
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            self._say("")

        def do_POST(self) -> None:
            self._say(self.rfile.read(int(self.headers["content-length"])).decode())

        def _say(self, body: str) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, said = provider.answer(urlsplit(self.path).path, headers, body)
            content = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        provider = LocalProvider(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield provider
        finally:
            server.shutdown()
            thread.join()
