"""A small OpenID Connect provider in a process of its own, which can be told to misbehave.

`with issuer() as provider:` starts it on loopback. `provider.set(...)` changes how it answers; see `Manners`.
"""

import base64
import contextlib
import hashlib
import hmac
import http.client
import json
import secrets
import subprocess
import sys
import time
import urllib.request
from collections.abc import Generator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, Key, KeySet, RSAKey

CLIENT_ID, CLIENT_SECRET = "treadway", "s3cret of the client"
REDIRECT = "http://127.0.0.1:1/callback"
REGISTERED = (REDIRECT, "http://127.0.0.1:8000/sign-in/back", "https://treadway.example.org/sign-in/back")

MANNERS: dict[str, Any] = {
    "claims": {},  # laid over the right ones; null takes one away
    "alg": "RS256",
    "sign_with": "current",  # current | old | stranger | oct-of-public-key | none
    "kid": "own",  # own | none | unknown
    "publish_old": False,
    "rotate": 0,  # a new number makes a new key
    "discovery": {},  # laid over the right document
    "token_response": None,  # in place of the right one
    "token_status": 200,
    "raw_id_token": None,
    "deny": False,
    "broken": None,  # of `discovery` or `jwks`: answered 500
}


@dataclass
class Issuer:
    """The provider as its tests see it."""

    url: str

    def set(self, **manners: object) -> None:
        """Behave like this from now on, and well in everything else."""
        body = json.dumps(manners).encode()
        request = urllib.request.Request(f"{self.url}/manners", body, method="POST")
        with urllib.request.urlopen(request) as response:
            assert response.status == 200

    def visit(self, url: str) -> dict[str, str]:
        """What a browser would bring back from signing in there: the parameters of the redirect."""
        back = urlsplit(self.sent_back(url))
        return {name: values[0] for name, values in parse_qs(back.query).items()}

    def sent_back(self, url: str) -> str:
        """The address to which a browser is sent back from signing in there."""
        parts = urlsplit(url)
        connection = http.client.HTTPConnection(parts.netloc, timeout=10)
        connection.request("GET", f"{parts.path}?{parts.query}")
        location = connection.getresponse().headers.get("Location", "")
        connection.close()
        assert location.startswith(REGISTERED)
        return location

    def asked(self) -> dict[str, int]:
        """How often each address was asked."""
        with urllib.request.urlopen(f"{self.url}/asked") as response:
            return json.load(response)


@contextlib.contextmanager
def issuer() -> Generator[Issuer]:
    """Run the provider and stop it afterwards."""
    command = [sys.executable, str(Path(__file__))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdin
        try:
            yield Issuer(process.stdout.readline().strip())
        finally:
            process.stdin.close()  # it ends when its parent lets go, also by dying
            process.wait(10)


def _letters(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _laid_over(right: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**right, **over}.items() if value is not None}


def _part(value: object) -> str:
    return _letters(json.dumps(value).encode())


class _State:
    def __init__(self) -> None:
        self.manners = dict(MANNERS)
        self.keys = {"old": RSAKey.generate_key(2048), "current": RSAKey.generate_key(2048)}
        self.stranger = RSAKey.generate_key(2048)
        self.ec = ECKey.generate_key("P-256")
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: dict[str, int] = {}
        self.rotated = 0
        self.url = ""

    def behave(self, manners: dict[str, Any]) -> None:
        self.manners = {**MANNERS, **manners}
        if self.manners["rotate"] != self.rotated:
            self.rotated = int(str(self.manners["rotate"]))
            self.keys = {"old": self.keys["current"], "current": RSAKey.generate_key(2048)}

    def jwks(self) -> dict[str, object]:
        shown: list[Key] = [self.keys["current"], self.ec]
        if self.manners["publish_old"]:
            shown.append(self.keys["old"])
        return dict(KeySet(shown).as_dict(private=False))

    def id_token(self, nonce: str | None, access_token: str) -> str:
        if self.manners["raw_id_token"] is not None:
            return str(self.manners["raw_id_token"])
        now = int(time.time())
        half = hashlib.sha256(access_token.encode()).digest()[:16]
        right = {
            "iss": self.url, "sub": "42", "aud": CLIENT_ID, "exp": now + 300, "iat": now, "name": "Dr Ek",
            "nonce": nonce, "at_hash": _letters(half),
        }  # fmt: skip
        claims = _laid_over(right, self.manners["claims"])
        alg, sign_with = str(self.manners["alg"]), self.manners["sign_with"]
        if sign_with == "none":
            return f"{_part({'alg': alg, 'typ': 'JWT'})}.{_part(claims)}."
        key: Key = {**self.keys, "stranger": self.stranger}.get(str(sign_with), self.keys["current"])
        if alg == "ES256":
            key = self.ec
        kid = {"own": key.ensure_kid() or key.kid, "unknown": "nobody-knows"}.get(str(self.manners["kid"]))
        if sign_with == "stranger":
            kid = self.keys["current"].kid
        header = {"alg": alg, **({"kid": kid} if kid else {})}
        if sign_with == "oct-of-public-key":
            # By hand: the library knows this attack and refuses to make it.
            said = f"{_part({'alg': 'HS256', 'kid': key.kid})}.{_part(claims)}"
            secret = self.keys["current"].as_pem(private=False)
            return f"{said}.{_letters(hmac.digest(secret, said.encode(), 'sha256'))}"
        return jwt.encode(header, claims, key, [alg])


def _handler(state: _State) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the library's
            """Say nothing."""

        def answer(self, body: object, status: int = 200) -> None:
            raw = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def do_GET(self) -> None:
            path = urlsplit(self.path)
            state.asked[path.path] = state.asked.get(path.path, 0) + 1
            match path.path:
                case "/.well-known/openid-configuration":
                    right = {
                        "issuer": state.url,
                        "authorization_endpoint": f"{state.url}/authorize",
                        "token_endpoint": f"{state.url}/token",
                        "jwks_uri": f"{state.url}/jwks",
                        "id_token_signing_alg_values_supported": ["RS256", "ES256", "HS256", "none"],
                        "authorization_response_iss_parameter_supported": True,
                    }
                    document = _laid_over(right, state.manners["discovery"])
                    self.answer(document, 500 if state.manners["broken"] == "discovery" else 200)
                case "/jwks":
                    self.answer(state.jwks(), 500 if state.manners["broken"] == "jwks" else 200)
                case "/authorize":
                    self.authorize({name: values[0] for name, values in parse_qs(path.query).items()})
                case "/asked":
                    self.answer(state.asked)
                case _:
                    self.answer({}, 404)

        def authorize(self, asked: dict[str, str]) -> None:
            right = (
                asked.get("client_id") == CLIENT_ID
                and asked.get("redirect_uri") in REGISTERED
                and asked.get("response_type") == "code"
                and "openid" in asked.get("scope", "").split()
                and asked.get("code_challenge_method") == "S256"
                and len(asked.get("code_challenge", "")) == 43
                and len(asked.get("state", "")) >= 20
                and len(asked.get("nonce", "")) >= 20
            )
            if not right:
                self.answer({"error": "invalid_request"}, 400)
                return
            back = {"state": asked["state"], "iss": state.url}
            if state.manners["deny"]:
                back["error"] = "access_denied"
            else:
                code = secrets.token_urlsafe(16)
                state.codes[code] = asked
                back["code"] = code
            self.send_response(302)
            self.send_header("Location", f"{asked['redirect_uri']}?{urlencode(back)}")
            self.end_headers()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            if self.path == "/manners":
                state.behave(json.loads(body))
                self.answer({})
                return
            sent = {name: values[0] for name, values in parse_qs(body).items()}
            asked = state.codes.pop(sent.get("code", ""), None)
            login = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
            challenge = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
            right = (
                asked is not None
                and self.headers.get("Authorization") == f"Basic {login}"
                and sent.get("grant_type") == "authorization_code"
                and sent.get("redirect_uri") == asked["redirect_uri"]
                and asked["code_challenge"] == _letters(challenge)
            )
            if not right or asked is None:
                self.answer({"error": "invalid_grant"}, 400)
                return
            access_token = secrets.token_urlsafe(16)
            answer = state.manners["token_response"] or {
                "access_token": access_token,
                "token_type": "Bearer",
                "id_token": state.id_token(asked["nonce"], access_token),
            }
            self.answer(answer, int(str(state.manners["token_status"])))

    return Handler


def _serve() -> None:
    state = _State()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(state))
    state.url = f"http://127.0.0.1:{server.server_address[1]}"
    print(state.url, flush=True)
    import threading

    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.read()
    server.shutdown()


if __name__ == "__main__":
    _serve()
