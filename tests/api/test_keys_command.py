"""Copies of keys and legal holds as they are typed, and what `doctor` says of broken keys."""

from __future__ import annotations

import json
import stat
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from deploy.cli import main
from deploy.commands import doctor, keys, retention
from deploy.commands.output import CONFLICT, FAILED, NOTHING, OK, USAGE
from deploy.community.place import LOW
from deploy.sweeping import erasure
from domain.policies.erasure import RULES
from tests.api.place import Client, Place

ORDER = {"order": "IG-2026-21", "reason": "it was recorded of the wrong person"}
DIED = {"died_on": "2026-03-01", "known_by": "told by the family or a carer"}
HOLD = ("--order", "inquest/7", "--reason", "inquiry")


@pytest.fixture(autouse=True)
def house(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    for each in (doctor, keys, retention):
        monkeypatch.setattr(each, "opened", lambda: nullcontext(place.house))


def typed(
    capsys: pytest.CaptureFixture[str], *words: str | Path
) -> tuple[int, list[dict[str, Any]], str]:
    capsys.readouterr()
    code = OK
    try:
        main([*map(str, words)])
    except SystemExit as ended:
        code = int(ended.code or OK)
    said = capsys.readouterr()
    return code, [json.loads(line) for line in said.out.splitlines() if line[:1] == "{"], said.err


def died(asha: Client, name: str) -> str:
    """Somebody who was referred and died: nobody holds them any more."""
    made = asha.done(
        "/v1/referrals",
        {
            "service": str(LOW.id),
            "person": {"name": name},
            "source": "professional",
            "ask": "Low mood",
        },
    )
    asha.done(f"/v1/people/{made['person']}/death", DIED)
    return str(made["person"])


def known(place: Place, subject: str) -> UUID:
    """The place's own id of whom the practice knows by this one."""
    with place.superuser() as database:
        ((found,),) = database.execute(
            "select person from share.subjects where subject = %s", [UUID(subject)]
        ).fetchall()
    return UUID(str(found))


def swept(place: Place) -> list[str]:
    sweep = place.house.sweep()
    clock = sweep.clock
    later = replace(sweep, clock=lambda c: clock(c) + RULES[-1].delay + timedelta(days=1))
    done = [each.done for each in later.once(of=(erasure,))]
    place.house.engine.catch_up()
    return done


def check(place: Place, what: str) -> dict[str, Any]:
    return next(row for row in doctor._checks(place.house) if row["check"] == what)


def test_a_legal_hold_keeps_somebody_from_being_erased_until_it_is_lifted(
    place: Place, asha: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    hugh, person = place.person("hugh"), died(asha, "Ines Holm")
    code, (row,), _ = typed(capsys, "retention", "hold", person, *HOLD, "--json")
    assert (code, row["order"]) == (OK, "inquest/7")
    refused = hugh.ask(f"/v1/people/{person}/erasure", ORDER)
    assert refused.json()["type"] == "/problems/a-legal-hold-keeps-them"
    for words, ends, said in (
        (("hold", person, "--order", "Ines Holm", *HOLD[2:]), USAGE, "is no reference"),
        (("hold", str(uuid4()), *HOLD), NOTHING, "no person has the id"),
        (("hold", "Ines", *HOLD), USAGE, "person"),
        (("lift", person, "--order", "inquest/8"), NOTHING, "nothing holds"),
    ):
        code, rows, why = typed(capsys, "retention", *words)
        assert (code, rows) == (ends, []), why
        assert said in why
    assert typed(capsys, "retention", "lift", person, "--order", "inquest/7")[0] == OK
    assert hugh.ask(f"/v1/people/{person}/erasure", ORDER | {"order": "IG-1"}).is_success


@pytest.fixture
def copied(asha: Client, tmp_path: Path) -> tuple[str, Path]:
    """Somebody, and where a copy of the keys is put."""
    return died(asha, "Rosa Lind"), tmp_path / "keys.copy"


def test_a_copy_from_before_an_erasure_brings_everybody_back_but_who_was_erased(
    place: Place, asha: Client, copied: tuple[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    subject, copy = copied
    person, another = known(place, subject), known(place, died(asha, "Tom Ashe"))
    code, _, said = typed(capsys, "keys", "backup", copy)
    assert code == OK
    assert "keep it apart" in said
    assert stat.S_IMODE(copy.stat().st_mode) == stat.S_IRUSR | stat.S_IWUSR
    assert typed(capsys, "keys", "backup", copy)[0] == CONFLICT

    made = place.person("hugh").done(f"/v1/people/{subject}/erasure", ORDER | {"order": "IG-2"})
    place.person("yusuf").done(f"/v1/erasures/{made['id']}/confirmation")
    assert swept(place) == ["erased"]
    assert swept(place) == ["finished"]

    place.database.beside().execute("delete from keys.person_keys")
    code, (row,), _ = typed(capsys, "keys", "restore", copy, "--json")
    assert code == OK
    assert row["destroyed_again"] == 1
    assert row["put_back"] > row["destroyed_again"]
    held: dict[UUID, bool] = dict(
        place.database.beside()
        .execute("select person, wrapped is not null from keys.person_keys")
        .fetchall()
    )
    assert (held[person], held[another]) == (False, True)
    assert check(place, "persons' keys unwrap")["state"] == "ok"


def test_what_is_no_copy_of_keys_is_refused_with_the_reason(
    place: Place, asha: Client, copied: tuple[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    _, copy = copied
    code, _, said = typed(capsys, "keys", "restore", copy)
    assert (code, "cannot be read: No such file" in said) == (FAILED, True)
    assert typed(capsys, "keys", "backup", copy)[0] == OK
    whole = copy.read_bytes()
    for broken in (b"", b"a letter", whole[:-20], whole + whole):
        copy.write_bytes(broken)
        code, _, said = typed(capsys, "keys", "restore", copy)
        assert (code, "is no whole copy of keys" in said) == (FAILED, True), broken[:40]


def test_a_copy_under_another_master_key_is_refused_with_the_remedy(
    place: Place, copied: tuple[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    _, copy = copied
    assert typed(capsys, "keys", "backup", copy)[0] == OK
    text = copy.read_bytes()
    copy.write_bytes(text.replace(place.house.keys.master.encode(), b"another"))
    code, _, said = typed(capsys, "keys", "restore", copy)
    assert code == CONFLICT
    assert "THROUGHCARE_MASTER_KEY_FILE" in " ".join(said.split())
    assert "another" in said


def test_doctor_names_a_key_of_another_master_and_who_has_none(
    place: Place,
    asha: Client,
    copied: tuple[str, Path],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    person = known(place, copied[0])
    admin = place.database.beside()
    assert check(place, "persons' keys unwrap")["state"] == "ok"
    assert check(place, "every person has a key")["state"] == "ok"
    admin.execute("update keys.person_keys set master = 'another' where person = %s", [person])
    found = check(place, "persons' keys unwrap")
    assert found["state"] == "not ok"
    assert str(person) in found["found"]
    assert "master key" in found["remedy"]
    monkeypatch.setenv("THROUGHCARE_DATA", str(tmp_path))
    code, rows, said = typed(capsys, "doctor", "--json")
    assert (code, "checks failed" in said) == (FAILED, True)
    assert "persons' keys unwrap" in [row["check"] for row in rows if row["state"] != "ok"]
    admin.execute("delete from keys.person_keys where person = %s", [person])
    lost = check(place, "every person has a key")
    assert lost["state"] == "not ok"
    assert str(person) in lost["found"]
    assert "restore the keys" in lost["remedy"]
