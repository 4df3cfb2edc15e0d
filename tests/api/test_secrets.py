"""Secrets stay where they are: in files, as hashes, and with whom they were shown to once."""

from __future__ import annotations

from base64 import b64encode, urlsafe_b64encode
from pathlib import Path
from uuid import uuid4

import pytest
import structlog

from api.scopes import SCOPES
from deploy import wiring
from deploy.settings import SettingIsWrong, from_environment
from tests.api.machine import api_key, registered, with_key
from tests.api.place import Place


def written_as(secret: bytes) -> set[str]:
    """How bytes turn up in a text."""
    forms = {secret.hex(), b64encode(secret).decode(), urlsafe_b64encode(secret).decode()}
    return {form.rstrip("=") for form in forms} | {repr(secret)[2:-1]}


def found(secrets: set[str], text: str) -> set[str]:
    return {secret[:6] for secret in secrets if secret.casefold() in text.casefold()}


def test_no_secret_of_the_place_is_in_anything_it_says(place: Place) -> None:
    house = place.house
    secrets = written_as(house.secret) | written_as(house.database.master)
    asha = place.person("asha")
    secrets.add(asha.token)
    with structlog.testing.capture_logs() as lines:
        said = [place.anybody().get(path).text for path in ("/openapi.json", "/metrics", "/health")]
        said += [asha.read(path).text for path in ("/v1/partners", "/nowhere", "/v1/people/x")]
        said.append(asha.ask("/v1/people", {"name": 1}).text)
    parts = place.app.state.parts
    said += [str(lines), repr(house), repr(parts), repr(house.settings), repr(house.database)]
    said += [repr(vars(part)) for part in (parts.limits, parts.credentials)]
    assert lines
    assert {index: each for index, text in enumerate(said) if (each := found(secrets, text))} == {}


def test_no_secret_of_a_system_is_in_a_log_or_an_answer(place: Place) -> None:
    yusuf = place.person("yusuf")
    with structlog.testing.capture_logs() as lines:
        machine, made = registered(place, yusuf, *SCOPES), api_key(yusuf, *SCOPES)
        assertion, system = machine.signed(), machine.client()
        used, refused = machine.asks(assertion), machine.asks(assertion)
        assert (used.status_code, refused.status_code) == (200, 401)
        secrets = {made["key"], assertion, system.token, used.json()["access_token"]}
        keyed = with_key(place, yusuf, made["key"])
        said = [
            refused.text,
            system.read("/v1/systems").text,
            keyed.read("/v1/systems").text,
            keyed.ask("/v1/people", {"name": 1}).text,
            yusuf.read("/v1/systems").text,
            place.anybody().get("/v1/caseload", headers={"Authorization": made["key"]}).text,
            place.anybody().get("/metrics").text,
        ]
    said.append(str(lines))
    assert {line["event"] for line in lines} >= {
        "system registered",
        "key made",
        "token issued",
        "system not proved",
    }
    assert {index: each for index, text in enumerate(said) if (each := found(secrets, text))} == {}


@pytest.mark.parametrize(
    "given", ["postgresql://login:canary-word@host/db", "host=host password=canary-word"]
)
def test_no_password_is_taken_from_the_environment(given: str) -> None:
    with pytest.raises(SettingIsWrong, match="passfile") as refused:
        from_environment({"THROUGHCARE_DATABASE": given})
    assert "canary-word" not in str(refused.value)
    with_a_file = "postgresql://login@host/db?passfile=/run/secrets/pgpass"
    assert from_environment({"THROUGHCARE_DATABASE": with_a_file}).database == with_a_file


def test_what_connects_does_not_show_how() -> None:
    database = wiring.Database({"role": f"password={uuid4()}"}, b"m" * 32, Path())
    assert "password" not in repr(database)
    assert "mmmm" not in repr(database)
