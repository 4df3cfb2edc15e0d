"""The contract as the code has it now: schemas from the rule, examples from what was stored.

It refuses to know what was published before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import cache
from inspect import cleandoc
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import orjson

from consumers.answers import ANSWERS
from consumers.answers import Message as Answer
from consumers.records import HEARTBEAT, heartbeat
from domain import contract as shares
from domain.agreement import AgreementSigned
from domain.catalogue import EXAMPLES
from domain.contract import TOLD_WHOLE, Shape
from domain.facts import FACTS
from domain.kept_no_longer import KeptNoLonger
from domain.kernel import Fact, Recorded
from domain.linking import LinkingFact
from domain.policies.agreements import TEMPLATES
from domain.sharing import ERASED, LET_GO, WITHDRAWN, may_know
from domain.vocabulary import PartnerId, PartnerKind, PersonId, PractitionerId, Purpose
from projections.cloudevents import SOURCE, cloudevent
from projections.contract import Contract, Deprecated, Message, Told
from projections.endpoints import NEWS, REPLAY, TEST, body
from projections.entries import TO_ACKNOWLEDGE, Entry

STORED = Path(__file__).parents[1] / "domain" / "stored"
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SAID_AT = datetime(2026, 3, 2, 9, 0, 12, 120_000, tzinfo=UTC)
YOU = PartnerId(uuid5(EXAMPLES, "you"))
NUMBER, POSITION = 42, 90_211
ORDER = "IG-2026-17"


def named(what: str) -> UUID:
    """An id in an example, which stands for nobody."""
    return uuid5(EXAMPLES, what)


def made(deprecated: dict[str, Deprecated] | None = None) -> Contract:
    """Every message that can be told or taken now; ``deprecated`` are dates that were given."""
    dates = deprecated or {}
    told = (
        Message(
            type=shape.type,
            told=Told.TO_PARTNERS,
            meaning=shape.meaning,
            schema=shape.schema,
            example=example(shape),
            category=shape.category.value if shape.category else None,
            deprecated=dates.get(shape.type),
        )
        for shape in shapes()
    )
    asked = (
        Message(
            type=answer.TYPE,
            told=Told.BY_PARTNERS,
            meaning=cleandoc(answer.__doc__ or ""),
            schema=of_answer(answer),
            example=answered(answer),
            deprecated=dates.get(answer.TYPE),
        )
        for answer in ANSWERS.values()
    )
    waking = (
        Message(
            type=type_,
            told=Told.TO_AN_ENDPOINT,
            meaning=meaning,
            schema=schema,
            example=orjson.loads(body(type_, says, AT)),
            deprecated=dates.get(type_),
        )
        for type_, meaning, schema, says in WAKING
    )
    beat = Message(
        type=HEARTBEAT,
        told=Told.BETWEEN_ENTRIES,
        meaning=(
            "Your topic holds all up to `sharenumber`, but for what `held` names. It is no entry: "
            "it has no number of its own."
        ),
        schema=_object({}),
        example=_beat(),
        deprecated=dates.get(HEARTBEAT),
    )
    return Contract([*told, *asked, *waking, beat])


@cache
def shapes() -> tuple[Shape, ...]:
    return shares.shapes()


# What wakes an endpoint, and what is between entries


def _object(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "object", "properties": properties}
    return schema | {"required": list(required), "additionalProperties": False}


_UP_TO = {"type": "integer", "minimum": 0, "description": "The newest number of your share."}
_AFTER = {"type": "integer", "minimum": 0, "description": "Read again what follows this number."}
_TYPES = {
    "type": "array",
    "items": {"type": "string"},
    "description": "Of these types alone; of all when it is absent.",
}
_SUBJECT = {"type": "string", "format": "uuid", "description": "Of this person alone."}
WAKING: tuple[tuple[str, str, dict[str, Any], dict[str, Any]], ...] = (
    (
        NEWS,
        "There is news in your share up to a number: ask for it there.",
        _object({"up_to": _UP_TO}, "up_to"),
        {"up_to": NUMBER},
    ),
    (
        REPLAY,
        "Somebody of your organisation asks you to read again what follows a number.",
        _object(
            {"after": _AFTER, "up_to": _UP_TO, "type": _TYPES, "subject": _SUBJECT},
            "after",
            "up_to",
        ),
        {"after": 17, "up_to": NUMBER, "type": ["referral.ReferralMade.v1"]},
    ),
    (
        TEST,
        "Somebody of your organisation tries whether your endpoint is there; it says nothing.",
        _object({}),
        {},
    ),
)


def _beat() -> dict[str, Any]:
    """A heartbeat's record, written as an entry is."""
    record = heartbeat(YOU, NUMBER, SAID_AT, SOURCE, [38, 40, 41])
    said: dict[str, Any] = {
        name.removeprefix("ce_"): value.decode() for name, value in record.headers
    }
    said["datacontenttype"] = said.pop("content-type")
    return said | {"sharenumber": NUMBER, "data": orjson.loads(record.value)}


# What is told


def example(shape: Shape) -> dict[str, Any]:
    """An entry as a partner reads it, of a fact as it was stored."""
    if shape.fact is None:
        taken_back: dict[str, Any] = {}
        if shape.type in (WITHDRAWN, ERASED, LET_GO):
            taken_back = {TO_ACKNOWLEDGE: True}
        if shape.type == LET_GO:
            (sample,) = samples(KeptNoLonger)
            taken_back |= orjson.loads(sample.read_bytes())["body"]
        return _entry(shape.type, taken_back | ({"order": ORDER} if shape.type == ERASED else {}))
    path, *_ = samples(shape.fact)
    return of_sample(shape, path)


def samples(fact: type[Fact]) -> Sequence[Path]:
    """What was ever stored of a fact in today's schema, the plainest first."""
    noun, name = fact.TOPIC.split(":")
    found = sorted(STORED.glob(f"{noun}.{name}.*v{fact.SCHEMA}.json"), key=lambda p: len(p.name))
    assert found, f"{fact.TOPIC} has no stored sample"
    return found


def stored(path: Path) -> Fact:
    """A fact from its sample, whichever version it was stored in."""
    sample = orjson.loads(path.read_bytes())
    kind = FACTS.fact(sample["topic"])
    return kind.model_validate(kind.upcast(sample["body"], sample["schema"]))


def of_sample(shape: Shape, path: Path) -> dict[str, Any]:
    """What a stored fact is told as, to the kind of organisation that is told most of it."""
    assert shape.fact is not None
    fact = stored(path)
    about_nobody = shape.fact in TOLD_WHOLE
    return _entry(shape.type, _told(fact), subject=not about_nobody)


def _told(fact: Fact) -> dict[str, Any]:
    if type(fact) in TOLD_WHOLE:
        return fact.model_dump(mode="json", exclude_none=True) | {
            "stream": str(named("stream")),
            "by_organisation": str(YOU),
        }
    disclosures = (
        may_know(
            recorded,
            party,
            AgreementSigned.under(TEMPLATES[kind], reference=kind, starts=AT.date()),
            own,
        )
        for kind in PartnerKind
        for recorded, party, own in said(fact)
    )
    told: dict[str, Any] = max((each.data for each in disclosures if each), key=len)
    if isinstance(fact, LinkingFact):
        return told | {
            name: str(named(name)) for name in ("other", "kept") if name in type(fact).model_fields
        }
    return told


def said(fact: Fact) -> Iterator[tuple[Recorded, PartnerId, frozenset[UUID]]]:
    """The fact as recorded by you, or by whoever else it names, and you take part in it."""
    parties = {YOU, *_organisations(fact)}
    for recorder in sorted(parties):
        recorded = Recorded(
            fact=fact,
            originator_id=named("stream"),
            originator_version=1,
            effective_at=AT,
            organisation=recorder,
            purpose=Purpose.DIRECT_CARE,
            intention=named("intention"),
            correlation=named("referral"),
            practitioner=PractitionerId(named("practitioner")),
            person=PersonId(named("person")),
        )
        for party in sorted(parties):
            yield recorded, party, frozenset({named("stream"), named("referral")})


def _organisations(fact: Fact) -> Iterator[PartnerId]:
    for name, about in type(fact).model_fields.items():
        value = getattr(fact, name)
        if about.annotation in (PartnerId, PartnerId | None) and value is not None:
            yield value


def _entry(type_: str, told: dict[str, Any], *, subject: bool = True) -> dict[str, Any]:
    return cloudevent(
        Entry(
            partner=YOU,
            number=NUMBER,
            position=POSITION,
            subject=named("person") if subject else None,
            type=type_,
            effective_at=AT,
            recorded_at=SAID_AT,
            backfill=False,
            data=told,
        )
    )


# What is taken


def of_answer(answer: type[Answer]) -> dict[str, Any]:
    """What an answer's data may be, as the model that reads it has it."""
    schema: dict[str, Any] = _without_titles(answer.model_json_schema())
    schema.pop("examples", None)
    schema.pop("description", None)
    return schema


def answered(answer: type[Answer]) -> dict[str, Any]:
    """An answer as a partner sends it."""
    (data,) = answer.model_json_schema()["examples"]
    return {
        "specversion": "1.0",
        "id": str(named(answer.TYPE)),
        "source": f"/{YOU}",
        "type": answer.TYPE,
        "time": AT.isoformat(),
        "datacontenttype": "application/json",
        "data": data,
    }


def _without_titles(schema: Any) -> Any:
    match schema:
        case dict():
            left = {
                k: _without_titles(v) for k, v in schema.items() if k not in ("title", "default")
            }
            if "properties" in schema:
                left["properties"] = {
                    k: _without_titles(v) for k, v in schema["properties"].items()
                }
            return left
        case list():
            return [_without_titles(each) for each in schema]
        case _:
            return schema
