"""What was kept for long enough goes alone: from every table, and the record stays as it was."""

from __future__ import annotations

import copy
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg

from deploy import letting_go
from deploy.letting_go import UNTIL_SETTLED, Step
from domain.facts import FACTS
from domain.keeping import KeptBy
from domain.kept_no_longer import KeptNoLonger
from domain.mapping import FactMapper, Volume
from domain.person import Person
from domain.policies.retention import in_force
from domain.sharing import LET_GO
from domain.vocabulary import (
    Collected,
    Experience,
    FeedbackId,
    LegalHoldReason,
    PersonId,
    Rectified,
    Retention,
)
from projections import erasures, keeping, schema
from projections.keeping import Standing
from tests.people import (
    MINA,
    MONDAY,
    ROSA,
    TALKING,
    THERAPY,
    TOM,
    TRUST,
    WARD,
    WIGG,
    named,
)
from tests.projections.place import Place
from tests.projections.test_erasures import _files_with, every_row
from tests.projections.test_proof import proved
from tests.projections.test_signing import signing
from tests.projections.test_soundness import verified

ASKED, SAID, NAMELESS = "Zebulon-Asked", "Quetzalcoatl-Said", "Xochitl-Nameless"
STAYS, HELD = "Popocatepetl-Stays", "Iztaccihuatl-Held"
GOING = (ASKED, SAID, NAMELESS)
ANSWER = FeedbackId(named("nobody's answer"))
LETTERS, FEEDBACK = Retention.CORRESPONDENCE, Retention.FEEDBACK
REQUESTS = (
    (ROSA, STAYS, ASKED, SAID),
    (TOM, "Tom is low", HELD, HELD),
    (MINA, "Mina is low", ASKED, None),
)
DUE = MONDAY.date().replace(year=MONDAY.year + 4)
PUT_RIGHT = "person.RectificationAsked"
VERSIONS = "select v::text from views.caseload_versions as v order by 1"
ANSWERS = "select f::text from views.feedback as f order by 1"


def lived(place: Place) -> None:
    """Of Rosa everything is kept, of each kind a word of its own; the law keeps Tom's."""
    place.register()
    place.register(TOM)
    place.register(MINA)
    for person, words in ((ROSA, STAYS), (TOM, "Tom is low"), (MINA, "Mina is low")):
        place.care.accept_referral(place.refer(words, person=person), asked=place.by(TALKING))
    for person, about, words, said in REQUESTS:
        place.care.ask_rectification(person, named(about), 1, words, asked=place.by(TALKING))
        which = next(iter(place.care._load(Person, person).to_put_right))
        place.care.decide_rectification(
            person, which, Rectified.PUT_RIGHT, f"{STAYS} is right", asked=place.by(WIGG)
        )
        if said:
            give(place, FeedbackId(named(said)), said, person)
    give(place, ANSWER, NAMELESS, None)
    place.care.place_legal_hold(
        TOM, "INQUIRY-4", reason=LegalHoldReason.INQUIRY, asked=place.by(WIGG)
    )
    place.fold()


def give(place: Place, answer: FeedbackId, words: str, person: PersonId | None) -> None:
    place.care.give_feedback(
        answer,
        THERAPY,
        Experience.GOOD,
        collected=Collected.ONLINE,
        words=words,
        person_id=person,
        asked=place.by(TALKING),
    )


def due(place: Place, on: date = DUE) -> list[Standing]:
    with psycopg.connect(place.database.dsn(schema.PROJECT)) as connection:
        mapper = FactMapper(FACTS, place.keys)
        found = list(keeping.standings(connection, mapper, place.keys, on))
    return [each for each in found if each.kept.is_due(on)]


def follow(place: Place, settled: float = 0) -> set[str]:
    """One sweep; it remembers nothing of the one before."""
    asked = letting_go.follow(place.care, place.keys, due(place), at=MONDAY, settled=settled)
    return {step for _, step in asked}


def destroy(place: Place) -> list[tuple[PersonId, Volume]]:
    with psycopg.connect(place.database.dsn(schema.PROJECT)) as connection:
        return letting_go.destroy(connection, place.keys)


def let_go(place: Place) -> list[KeptNoLonger]:
    mapper = FactMapper(FACTS, place.keys)
    rows = place.rows("select distinct stream from log.facts where topic = 'person:KeptNoLonger'")
    found = [mapper.read(each).fact for (who,) in rows for each in place.log.select_events(who)]
    return [each for each in found if isinstance(each, KeptNoLonger)]


def without_words(views: dict[str, Any]) -> dict[str, Any]:
    """Every view, but how far each row has come and what the person asked in their own words."""
    views = copy.deepcopy(views)
    for row in views["caseload"].values():
        del row["number"], row["position"]
        for asked in row.get("rectifications", {}).values():
            asked.pop("words", None)
    return views


def keep_no_wal(place: Place) -> None:
    """What was written is not written over in a file of another name."""
    with place.as_superuser() as admin:
        admin.execute("alter system set wal_recycle = off")
        admin.execute("select pg_reload_conf()")


def who_was_told(place: Place, words: str) -> set[UUID]:
    return {each.partner for each in place.entries() if words in repr(each.data)}


def test_what_was_kept_long_enough_is_in_no_table_and_the_record_stays_as_it_was(
    place: Place, tmp_path: Path
) -> None:
    lived(place)
    signer = signing(place.database, tmp_path / "last-checkpoint")
    assert signer.once()
    before = place.views()
    leaves = place.rows("select * from tree.leaves order by 1")
    keep_no_wal(place)
    said = every_row(place)
    assert all(each in said for each in (*GOING, STAYS, HELD)), "it is looked for rightly"

    going = {(each.person, each.kept.retention, each.kept.why) for each in due(place)}
    assert going == {
        (ROSA, LETTERS, KeptBy.ANSWERED),
        (MINA, LETTERS, KeptBy.ANSWERED),
        (ROSA, FEEDBACK, KeptBy.SAID),
        (PersonId(ANSWER), FEEDBACK, KeptBy.SAID),
    }, "the law keeps Tom's"
    assert all(record == each.person for each in due(place) for record, _ in each.volumes)
    # A new volume begins first, and nothing goes until every process writes in it.
    assert follow(place, UNTIL_SETTLED) == {Step.BEGUN}
    assert follow(place, UNTIL_SETTLED) == {Step.BEGUN}
    assert place.keys.newest(ROSA, LETTERS) == Volume(LETTERS, 1)
    assert let_go(place) == []
    # Who is told in between is told under the key that goes.
    place.care.accept_referral(place.refer("Rosa to the ward", to=WARD), asked=place.by(TRUST))
    place.fold()
    assert who_was_told(place, ASKED) == {WIGG, TALKING, TRUST}
    before = place.views()
    assert follow(place) == {Step.LET_GO}
    assert follow(place) == {Step.LET_GO}, "killed here, the next one goes on"
    rule = in_force(LETTERS, MONDAY.date())
    assert sorted(let_go(place), key=lambda each: each.kept_as)[0] == KeptNoLonger(
        kept_as=LETTERS, volumes=(0,), rule=rule.source, rule_since=rule.effective_from
    )
    assert len(let_go(place)) == 4
    assert destroy(place) == [], "views say it still"
    place.fold()

    assert place.keys.of(ROSA, Volume(LETTERS)), "its key stands"
    said = every_row(place)
    assert [each for each in GOING if each in said] == []
    assert STAYS in said
    assert HELD in said
    assert without_words(place.views()) == without_words(before)
    place.assert_counted()
    subject = place.subject(TALKING, ROSA)
    shown = place.ask(lambda reading: reading.history(TALKING, subject))
    assert ASKED not in repr(shown)
    # Whoever was told of it hears which kind goes, by which rule; nobody else does.
    told = {(e.partner, e.data["kept_as"]): e.data for e in place.entries() if e.type == LET_GO}
    assert told.keys() == {
        (WIGG, LETTERS),
        (TALKING, LETTERS),
        (TRUST, LETTERS),
        (TALKING, FEEDBACK),
    }
    row = place.views()["caseload"][TALKING, subject]
    assert (row["withdrawn"], row["ended"]) == (False, False)
    assert told[TALKING, "feedback"] == {
        "kept_as": "feedback",
        "volumes": [0],
        "rule": in_force(FEEDBACK, MONDAY.date()).source,
        "rule_since": "2021-08-04",
        "acknowledge": True,
    }

    # Who is told of her afterwards is told no word of it, while its key stands and after.
    place.care.accept_referral(
        place.refer("Mina to the ward", to=WARD, person=MINA), asked=place.by(TRUST)
    )
    place.fold()
    mina = place.subject(TRUST, MINA)
    heard = [e for e in place.entries() if e.subject == mina and e.type.startswith(PUT_RIGHT)]
    assert len(heard) == 1
    assert ASKED not in repr(heard)
    assert ASKED not in every_row(place)
    assert {(who, volume.retention) for who, volume in destroy(place)} == {
        (ROSA, LETTERS),
        (MINA, LETTERS),
        (ROSA, FEEDBACK),
        (PersonId(ANSWER), FEEDBACK),
    }
    assert destroy(place) == []
    assert follow(place) == set()
    place.forget_keys()
    assert place.keys.of(ROSA, Volume(LETTERS)) is None
    assert place.keys.of(ROSA) is not None
    assert place.keys.of(TOM, Volume(LETTERS)) is not None
    # Nothing was taken from the log, and it proves what it proved.
    assert place.rows("select * from tree.leaves order by 1")[: len(leaves)] == leaves
    assert not [each for each in proved(place) if each.differing or each.renumbered]
    assert signer.once()
    verified(place, (tmp_path / "last-checkpoint").read_text("utf-8"))
    # What comes after is recorded and told as ever.
    place.care.ask_rectification(ROSA, named(STAYS), 1, "It was my aunt", asked=place.by(TALKING))
    place.fold()
    assert "It was my aunt" in repr(place.views()["caseload"])
    assert not [each for each in proved(place) if each.differing or each.renumbered]
    # Folded from the log alone, every view says what is served.
    served = place.views(), place.rows(VERSIONS), place.rows(ANSWERS)
    place.forget_what_was_told()
    place.forget_keys()
    place.fold()
    assert (place.views(), place.rows(VERSIONS), place.rows(ANSWERS)) == served
    # No file of the server has a word, its indexes and what it keeps to write again among them.
    with place.as_superuser() as admin:
        ((folder,),) = admin.execute("show data_directory").fetchall()
        owner, owner_of_keys = map(place.database.connect, (schema.OWNER, schema.KEYS_OWNER))
        erasures.rewrite(owner, owner_of_keys)
        for _ in range(2):
            admin.execute("select pg_switch_wal()")
            admin.execute("checkpoint")
    assert _files_with(Path(folder), [each.encode() for each in GOING]) == []
    assert _files_with(Path(folder), [STAYS.encode()])
