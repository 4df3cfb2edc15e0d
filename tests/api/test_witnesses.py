"""How witnesses stand: on the page of operations, in figures and by `doctor`."""

from __future__ import annotations

from typing import Any

from deploy.commands import doctor
from tests.api.place import Place

NAME = "council.example/witness"


def told(place: Place) -> tuple[dict[str, Any], list[dict[str, Any]], dict[str, float]]:
    """What `doctor` says of witnesses, the rows of operations, and the figures."""
    check = next(row for row in doctor._checks(place.house) if row["check"] == "a witness signs")
    rows: list[dict[str, Any]] = place.person("nina").seen("/v1/operations")["witnesses"]
    lines = place.anybody().get("/metrics").text.splitlines()
    figures = dict(line.split() for line in lines if "witness" in line and not line.startswith("#"))
    return check, rows, {name: float(value) for name, value in figures.items()}


def test_a_witness_behind_denying_and_signing_again_is_seen_everywhere(place: Place) -> None:
    check, rows, figures = told(place)
    assert (check["state"], check["found"], rows) == ("ok", "no witness is named", [])
    assert figures["throughcare_witnesses"] == 0

    with place.superuser() as database:
        database.execute(
            "insert into tree.witnesses (name, since) values (%s, now() - interval '1 hour')",
            [NAME],
        )
        database.execute(
            "insert into tree.checkpoints (size, root, note, signed_at) "
            "values (1, sha256('one'), 'a note', now() - interval '20 minutes')"
        )
        check, rows, figures = told(place)
        assert check["state"] == "not ok"
        assert "no witness has signed what was recorded since" in check["found"]
        assert "No witness signs" in check["remedy"]
        (row,) = rows
        assert (row["name"], row["size"], row["denied"]) == (NAME, 0, None)
        assert row["waits_since"]
        assert 1_200 <= figures["throughcare_unwitnessed_seconds"] < 1_500
        assert figures["throughcare_witnesses_denying"] == 0

        database.execute("update tree.witnesses set denied = 'it knew 5 facts', failure = denied")
        check, (row,), figures = told(place)
        assert check["found"] == f"{NAME} does not sign: it knew 5 facts"
        assert row["denied"] == "it knew 5 facts"
        assert figures["throughcare_witnesses_denying"] == 1

        database.execute(
            "insert into tree.cosignatures (size, witness, line) values (1, %s, 'a line')", [NAME]
        )
        database.execute("update tree.witnesses set denied = null, failure = null")
        check, (row,), figures = told(place)
        assert (check["state"], check["found"]) == ("ok", f"{NAME} signed 1 facts")
        assert (row["size"], row["waits_since"]) == (1, None)
        assert figures["throughcare_unwitnessed_seconds"] == 0
