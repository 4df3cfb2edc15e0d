"""The interface answers as it describes itself, whatever is sent and whoever asks: the short form.

`make fuzz` asks a hundred thousand times; ``tests.fuzzing`` says how.
"""

from __future__ import annotations

from http import HTTPStatus

from api import described
from tests.api.place import Place
from tests.fuzzing import Fuzz

SEED = 20261122
CASES = 240
ADDRESSES = 24


def test_whatever_is_sent_is_answered_as_it_is_described(place: Place) -> None:
    found = Fuzz(place, SEED).ask(CASES, of=ADDRESSES)
    assert found.wrong == {}
    assert found.cases > CASES * 0.8
    assert found.answers["2xx"] > 0
    assert set(found.answers) <= {"2xx", "3xx", "4xx", "5xx"}


def test_every_address_says_which_problems_it_can_come_to(place: Place) -> None:
    paths = place.anybody().get("/openapi.json").json()["paths"]
    types = described.by_status()
    for path, methods in paths.items():
        for method, operation in methods.items():
            answers = operation["responses"]
            assert "4XX" not in answers
            assert "500" not in answers
            if operation.get("security") and path.startswith("/v1"):
                assert {"401", "403", "503"} <= set(answers), (method, path)
                refused = answers["403"]["content"]["application/problem+json"]["schema"]
                assert refused["allOf"][1]["properties"]["type"]["enum"] == types[403]
    seen = paths["/v1/people/{person}"]["get"]["responses"]
    assert set(seen) == {"200", "401", "403", "404", "422", "429", "503"}
    assert "/problems/person-is-unknown" in types[HTTPStatus.NOT_FOUND]
