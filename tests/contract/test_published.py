"""What is published is what the code tells and takes; examples are as their schemas say."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import orjson
import pytest
from jsonschema_rs import meta

from consumers.answers import ANSWERS
from domain.agreement import AgreementSigned
from domain.contract import TOLD_WHOLE
from domain.policies.agreements import TEMPLATES
from domain.policies.roles import purposes, sight
from domain.sharing import may_know
from domain.sight import seen
from domain.vocabulary import Label, PartnerKind, Purpose, Role
from projections.contract import DIALECT, ENTRY, PUBLISHED, Told, contract, read, write
from tests.contract.checking import as_published, exactly, validator
from tests.contract.made import AT, YOU, made, of_sample, said, samples, shapes, stored

MADE = made()
SHAPES = [shape for shape in shapes() if shape.fact]


def test_what_is_published_is_what_the_code_tells_and_takes() -> None:
    for type_, message in MADE.items():
        assert type_ in contract(), f"{type_} is new: run python -m tests.contract"
        published = contract()[type_]
        dated = replace(message, deprecated=published.deprecated)
        assert published == dated, f"{type_} is another now: run python -m tests.contract"


def test_what_is_told_no_more_says_what_takes_its_place() -> None:
    for type_ in contract().keys() - MADE.keys():
        earlier = contract()[type_].deprecated
        assert earlier, f"{type_} is not told any more, and says no day"
        assert earlier.successor in MADE


def test_a_file_is_named_by_its_type_and_written_one_way() -> None:
    for path in PUBLISHED.iterdir():
        message = read(path.read_bytes())
        assert path.name == f"{message.type}.json"
        assert write(message) == path.read_bytes()


def test_a_schema_is_a_schema_and_its_example_is_as_it_says() -> None:
    entry = validator(ENTRY | {"additionalProperties": False})
    for type_, message in contract().items():
        for schema in (message.schema, message.published):
            meta.validate(schema | {"$schema": DIALECT})
        assert exactly(type_).is_valid(message.example["data"]), type_
        assert as_published(type_).is_valid(message.example["data"]), type_
        assert message.example["type"] == type_
        assert message.told is not Told.TO_PARTNERS or entry.is_valid(message.example), type_


SIGHTS = {
    sight(role, purpose, AT.date())
    for role in Role
    for purpose in Purpose
    if purpose in purposes(role, tuple(Purpose), AT.date())
}
STORED = [(shape, path) for shape in SHAPES if shape.fact for path in samples(shape.fact)]


def test_whatever_was_stored_is_told_as_published_and_so_is_what_a_role_sees_of_it() -> None:
    """Who sees less of an entry for their role or purpose still reads by the same schema."""
    for shape, path in STORED:
        told = of_sample(shape, path)["data"]
        assert exactly(shape.type).is_valid(told), path.stem
        assert len(told) > 3
        effective = {"effective_at": told.pop("effective_at")}
        for narrow in SIGHTS:
            left = seen(shape.type, told, YOU, narrow)
            assert left is None or exactly(shape.type).is_valid(effective | left), path.stem


def test_whatever_an_agreement_lets_out_of_what_was_stored_is_as_published() -> None:
    for shape, path in STORED:
        told = lets_out(path)
        assert told or shape.fact in TOLD_WHOLE, path.stem
        for data in told:
            at = {"effective_at": AT.isoformat()}
            assert exactly(shape.type).is_valid(data | at), (path.stem, sorted(data))


def lets_out(path: Path) -> list[dict[str, Any]]:
    """What each kind of partner is told of a stored fact, of drug care or not, a party or not."""
    fact = stored(path)
    return [
        each.data
        for kind, (recorded, party, own), label, part in product(
            PartnerKind, said(fact), Label, (True, False)
        )
        if (
            each := may_know(
                replace(recorded, label=label),
                party,
                AgreementSigned.under(TEMPLATES[kind], reference=kind, starts=AT.date()),
                own if part else frozenset(),
            )
        )
    ]


def test_the_entry_that_is_explained_to_partners_is_one() -> None:
    text = (Path(__file__).parents[2] / "docs" / "streams.md").read_text(encoding="utf-8")
    written = text.split("```json")[1].split("```")[0]
    entry = orjson.loads(written)
    assert validator(ENTRY | {"additionalProperties": False}).is_valid(entry)
    assert exactly(entry["type"]).is_valid(entry["data"])


@pytest.mark.parametrize(
    "type_", [type_ for type_, each in contract().items() if each.told is Told.BY_PARTNERS]
)
def test_an_answer_that_was_published_is_taken(type_: str) -> None:
    """Also in the words of an earlier version: it is read until its last day."""
    message = contract()[type_]
    taken = ANSWERS[type_].model_validate_json(orjson.dumps(message.example["data"]))
    assert taken.model_dump(mode="json", exclude_none=True).keys() == message.example["data"].keys()
    unheard_of = message.example["data"] | {"unheard_of": 1}
    assert not exactly(type_).is_valid(unheard_of)
    assert not as_published(type_).is_valid(unheard_of)


def test_a_schema_names_no_field_that_no_agreement_lets_out() -> None:
    kept_back = {
        "person.ItemSealed.v1": "keepers",
        "person.PersonRegistered.v1": "made_as",
        "carer.CarerIdentified.v1": "carer_person",
    }
    for type_, field in kept_back.items():
        assert field not in contract()[type_].schema["properties"]


def test_a_field_says_which_kind_of_data_it_is_and_whether_it_is_personal() -> None:
    fields = contract()["meeting.MdtDecisionRecorded.v1"].schema["properties"]
    assert fields["rationale"]["x-category"] == "clinical"
    assert fields["rationale"]["x-personal"] is True
    assert fields["decision"]["x-category"] == "coordination"
    for shape in SHAPES:
        assert shape.fact
        for name, category in shape.fact.FIELD_CATEGORY.items():
            if name in shape.schema["properties"] and name not in ("other", "kept"):
                field = shape.schema["properties"][name]
                assert field["x-category"] == category.value
                assert field.get("x-personal", False) == (name in shape.fact.PERSONAL_FIELDS)


def test_a_reader_is_not_stopped_by_what_is_added_within_a_version() -> None:
    """A field and a word that came later are read with the schema of before; a wrong one is not."""
    type_ = "referral.ReferralMade.v1"
    told = contract()[type_].example["data"]
    later = told | {"priority": "at once", "came_later": 1}
    assert as_published(type_).is_valid(later)
    assert not exactly(type_).is_valid(later)
    assert not as_published(type_).is_valid(told | {"priority": 1})
    assert not as_published(type_).is_valid({k: v for k, v in told.items() if k != "receiver"})
