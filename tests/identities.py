"""A provider of identities for the tests, on authlib: a process of its own, spoken to over HTTP.

``python -m tests.identities PORT CALLBACK SIGNED_OUT`` runs it. It lies in one way at a time, when
told to at ``/lie``; otherwise it keeps to the specifications.
"""

from __future__ import annotations

import base64
import hmac
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.trusting import TRUSTED

CLIENT, SECRET = "throughcare", "a-secret-of-the-tests"
ROOT = Path(__file__).resolve().parents[1]
TRUE = ""
"""No lie."""


@dataclass
class Identities:
    """The running provider, as a test speaks to it."""

    url: str
    http: httpx.Client = field(repr=False)

    def lie(self, how: str) -> None:
        self.http.post("/lie", data={"how": how}).raise_for_status()

    @property
    def asked(self) -> list[dict[str, Any]]:
        """What its token endpoint was asked, and what it answered."""
        found: list[dict[str, Any]] = self.http.get("/asked").json()
        return found

    @property
    def keys_asked(self) -> int:
        return int(self.http.get("/keys-asked").text)

    def proven(self, address: str, subject: str) -> str:
        """Where the browser goes once somebody proved who they are at this address."""
        answer = self.http.post(address, data={"subject": subject})
        assert answer.status_code == 302, answer.text
        return answer.headers["Location"]


@contextmanager
def running(port: int, place: str) -> Iterator[Identities]:
    """The provider in a process of its own, knowing one place as its client."""
    url = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "tests.identities",
            str(port),
            f"{place}/sign-in/callback",
            f"{place}/signed-out",
        ],
        cwd=ROOT,
        env=os.environ | {"AUTHLIB_INSECURE_TRANSPORT": "1"},
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    try:
        with httpx.Client(base_url=url, timeout=20, verify=TRUSTED) as http:
            until = time.monotonic() + 30
            while True:
                assert process.poll() is None, "the provider ended"
                assert time.monotonic() < until, "the provider did not start"
                try:
                    http.get("/keys-asked").raise_for_status()
                    break
                except httpx.TransportError:
                    time.sleep(0.05)
            yield Identities(url, http)
    finally:
        process.terminate()
        process.wait(timeout=10)


def main(port: int, callback: str, signed_out: str) -> None:
    """Serve until told to stop."""
    from authlib.integrations.flask_oauth2 import AuthorizationServer
    from authlib.oauth2.rfc6749 import ClientMixin, grants
    from authlib.oauth2.rfc7636 import CodeChallenge
    from authlib.oidc.core import UserInfo
    from authlib.oidc.core.grants import OpenIDCode
    from flask import Flask, Response, jsonify, redirect, request

    url = f"http://127.0.0.1:{port}"
    known, changed, foreign = (
        RSAKey.generate_key(2048, {"kid": kid, "use": "sig"}) for kid in ("1", "2", "1")
    )
    state: dict[str, Any] = {"lie": TRUE, "asked": [], "keys": 0, "codes": {}}

    class Client(ClientMixin):  # type: ignore[misc]
        def get_client_id(self) -> str:
            return CLIENT

        def get_default_redirect_uri(self) -> str:
            return callback

        def get_allowed_scope(self, scope: str) -> str:
            return "openid"

        def check_redirect_uri(self, redirect_uri: str) -> bool:
            return redirect_uri == callback

        def check_client_secret(self, client_secret: str) -> bool:
            return hmac.compare_digest(client_secret, SECRET)

        def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
            return method == "client_secret_basic"

        def check_response_type(self, response_type: str) -> bool:
            return response_type == "code"

        def check_grant_type(self, grant_type: str) -> bool:
            return grant_type == "authorization_code"

        @property
        def id_token_signed_response_alg(self) -> str:
            return "RS256"

        @property
        def client_metadata(self) -> dict[str, Any]:
            return {"id_token_signed_response_alg": "RS256"}

    @dataclass
    class Code:
        code: str
        subject: str
        nonce: str
        code_challenge: str
        code_challenge_method: str

        def get_redirect_uri(self) -> str:
            return callback

        def get_scope(self) -> str:
            return "openid"

        def get_nonce(self) -> str:
            return self.nonce

        def get_auth_time(self) -> int:
            return int(time.time())

        def get_acr(self) -> str:
            return "AAL3"

        def get_amr(self) -> None:
            return None

    class Grant(grants.AuthorizationCodeGrant):  # type: ignore[misc]
        TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic"]

        def save_authorization_code(self, code: str, request: Any) -> None:
            asked = request.payload.data
            state["codes"][code] = Code(
                code,
                request.user,
                asked["nonce"],
                asked["code_challenge"],
                asked["code_challenge_method"],
            )

        def query_authorization_code(self, code: str, client: Any) -> Code | None:
            found: Code | None = state["codes"].get(code)
            return found

        def delete_authorization_code(self, authorization_code: Code) -> None:
            del state["codes"][authorization_code.code]

        def authenticate_user(self, authorization_code: Code) -> str:
            return authorization_code.subject

    class Code_(OpenIDCode):  # type: ignore[misc]  # noqa: N801
        def exists_nonce(self, nonce: str, request: Any) -> bool:
            return any(code.nonce == nonce for code in state["codes"].values())

        def resolve_client_private_key(self, client: Any) -> RSAKey:
            return known

        def get_client_claims(self, client: Any) -> dict[str, Any]:
            now = int(time.time())
            return {"iss": url, "aud": CLIENT, "iat": now, "exp": now + 300}

        def get_compatible_claims(self, request: Any) -> dict[str, Any]:
            return self.get_client_claims(request.client)

        def get_encode_header(self, client: Any) -> dict[str, Any]:
            return {"alg": "RS256", "kid": "1"}

        def generate_user_info(self, user: str, scope: str) -> Any:
            return UserInfo(sub=user)

        def encode_id_token(self, token: Any, request: Any) -> str:
            honest: str = super().encode_id_token(token, request)
            return lied(state["lie"], honest)

    def lied(lie: str, honest: str) -> str:
        claims = dict(jwt.decode(honest, known, algorithms=["RS256"]).claims)
        now = int(time.time())
        head = {"alg": "RS256", "kid": "1"}

        def signed(key: RSAKey, **other: str) -> str:
            return jwt.encode(head | other, claims, key, algorithms=["RS256"])

        def unsigned(alg: str) -> str:
            parts = ({"alg": alg, "kid": "1"}, claims)
            return ".".join(
                base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
                for part in parts
            )

        changes: dict[str, dict[str, Any]] = {
            "another nonce": {"nonce": "n-0S6_WzA2Mj"},
            "no nonce": {"nonce": None},
            "another audience": {"aud": "another"},
            "two audiences": {"aud": [CLIENT, "another"]},
            "two audiences, for another": {"aud": [CLIENT, "another"], "azp": "another"},
            "two audiences, for us": {"aud": [CLIENT, "another"], "azp": CLIENT},
            "for another": {"azp": "another"},
            "another issuer in the token": {"iss": "https://elsewhere.example"},
            "expired": {"exp": now - 60},
            "never expires": {"exp": None},
            "issued long ago": {"iat": now - 3600},
            "issued in the future": {"iat": now + 3600},
            "not valid yet": {"nbf": now + 3600},
            "nobody": {"sub": None},
            "somebody without a name": {"sub": ""},
            "a number": {"sub": 900000000108},
            "proven weakly": {"acr": "AAL1"},
            "not said how": {"acr": None},
            "proven long ago": {"auth_time": now - 90_000},
            "not said when": {"auth_time": None},
        }
        claims |= changes.get(lie, {})
        claims = {name: value for name, value in claims.items() if value is not None}
        if lie == "none":
            return unsigned("none") + "."
        if lie == "signed with the public key":
            text = unsigned("HS256")
            mac = hmac.digest(known.as_pem(private=False), text.encode(), "sha256")
            return f"{text}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"
        if lie == "another key":
            return signed(foreign)
        if lie in ("changed keys", "a key that is nowhere"):
            return signed(changed, kid="2")
        if lie == "tampered":
            claims["sub"] = "somebody else"
            return ".".join((unsigned("RS256"), honest.split(".")[2]))
        if lie == "not a token":
            return "not.a token"
        return signed(known)

    app = Flask(__name__)
    server = AuthorizationServer(
        app,
        query_client=lambda client_id: Client() if client_id == CLIENT else None,
        save_token=lambda token, request: None,
    )
    server.register_grant(Grant, [Code_(require_nonce=True), CodeChallenge(required=True)])

    @app.get("/.well-known/openid-configuration")
    def configuration() -> Any:
        lie = state["lie"]
        if lie == "silent":
            time.sleep(30)
        if lie == "a great deal":
            return Response("{" + '"a":1,' * 100_000 + '"b":1}', mimetype="application/json")
        if lie == "not what it is":
            return Response("<html>", mimetype="text/html")
        if lie == "elsewhere":
            return redirect("https://elsewhere.example/")
        found = {
            "issuer": "https://elsewhere.example" if lie == "described another" else url,
            "authorization_endpoint": f"{url}/authorize?tenant=tests",
            "token_endpoint": f"{url}/token",
            "jwks_uri": f"{url}/keys",
            "end_session_endpoint": f"{url}/end",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
        }
        if lie == "in the clear":
            found["token_endpoint"] = "http://elsewhere.example/token"
        if lie == "no PKCE":
            found["code_challenge_methods_supported"] = ["plain"]
        if lie == "signs with a shared secret":
            found["id_token_signing_alg_values_supported"] = ["HS256"]
        return jsonify(found)

    @app.get("/keys")
    def keys() -> Any:
        state["keys"] += 1
        published = [known, changed] if state["lie"] == "changed keys" else [known]
        return jsonify({"keys": [key.as_dict(private=False) for key in published]})

    @app.get("/authorize")
    def ask() -> Any:
        query = request.query_string.decode()
        return (
            "<!doctype html><html lang='en'><title>Prove who you are</title><h1>Prove it</h1>"
            f"<form method='post' action='/authorize?{query.replace('&', '&amp;')}'>"
            "<label>Who are you? <input name='subject'></label>"
            "<button>I am who I say</button></form></html>"
        )

    @app.post("/authorize")
    def proven() -> Any:
        query = parse_qs(urlsplit(request.url).query)
        said = {"state": query["state"][0], "iss": url}
        if state["lie"] == "refuses":
            return redirect(f"{callback}?{urlencode(said | {'error': 'access_denied'})}")
        grant = server.get_consent_grant(end_user=request.form["subject"])
        answer = server.create_authorization_response(
            grant_user=request.form["subject"], grant=grant
        )
        code = parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]
        said |= {"code": code}
        if state["lie"] == "another issuer":
            said["iss"] = "https://elsewhere.example"
        if state["lie"] == "no issuer":
            del said["iss"]
        if state["lie"] == "another state":
            said["state"] = "another"
        return redirect(f"{callback}?{urlencode(said)}")

    @app.post("/token")
    def token() -> Any:
        answer = server.create_token_response()
        body = answer.get_json()
        state["asked"].append(
            {
                "form": request.form.to_dict(),
                "basic": request.headers.get("Authorization", "").startswith("Basic "),
                "status": answer.status_code,
                "error": body.get("error_description") or body.get("error"),
            }
        )
        if state["lie"] == "no token":
            body.pop("id_token", None)
            return jsonify(body)
        if state["lie"] == "broken":
            return jsonify({}), 502
        return answer

    @app.get("/end")
    def end() -> Any:
        back = request.args.get("post_logout_redirect_uri")
        if request.args.get("client_id") != CLIENT or back != signed_out:
            return "no", 400
        state["asked"].append({"signed out": request.args.to_dict()})
        return redirect(back)

    @app.post("/lie")
    def lie_now() -> str:
        state["lie"] = request.form["how"]
        return ""

    @app.get("/asked")
    def what_was_asked() -> Any:
        return jsonify(state["asked"])

    @app.get("/keys-asked")
    def how_often_keys_were_asked() -> str:
        return str(state["keys"])

    app.run(port=port, threaded=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3])
