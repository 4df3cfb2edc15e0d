"""The contract: in which shape each fact leaves in a share, read off the sharing rule itself.

It refuses to know how a message travels and who listens.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from inspect import cleandoc
from itertools import product
from typing import Any

from domain.acknowledgement import WithdrawalsAcknowledged
from domain.agreement import AgreementSigned
from domain.beside import IN_WORDS, TOLD_BESIDE
from domain.catalogue import A_MOMENT, ANOTHER, EXAMPLES, ME, STREAM, example
from domain.facts import FACTS
from domain.kernel import Category, Fact, Recorded
from domain.linking import LinkingFact
from domain.meeting import OF_THE_WHOLE
from domain.policies.agreements import TEMPLATES
from domain.rectification import RectificationFact
from domain.sharing import (
    ENDED,
    ERASED,
    LET_GO,
    RECEIVED,
    SAID_AS,
    SENT,
    TOLD_TO_NOBODY,
    WITHDRAWN,
    may_know,
    message_type,
)
from domain.unmet import UnmetNeedRecorded
from domain.vocabulary import Label, PartnerId, PersonId, Purpose, Retention

DIALECT = "https://json-schema.org/draft/2020-12/schema"

Schema = dict[str, Any]
"""A JSON Schema of the 2020-12 dialect."""

TOLD_WHOLE: tuple[type[Fact], ...] = (*OF_THE_WHOLE, UnmetNeedRecorded, WithdrawalsAcknowledged)
"""Told in all its fields, to those invited or to whoever recorded it, when it is of no person."""

OF_NOBODY = (Category.DIRECTORY, Category.STAFF)
"""Kinds of data that are in no share: about nobody who is helped."""

_ID = {"type": "string", "format": "uuid"}
_MOMENT = {"type": "string", "format": "date-time"}
_TRUE = {"const": True}

EFFECTIVE: Schema = _MOMENT | {"description": "When what is told was true."}
TELLING: Mapping[str, Schema] = {
    "stream": _ID | {"description": "What it is about: a referral, a meeting, an appointment …"},
    "fact": {
        "type": "string",
        "pattern": "^[0-9a-f-]{36}/[1-9][0-9]*$",
        "description": "The fact's own name: its stream and its place in it.",
    },
    "correlation": _ID | {"description": "What it belongs to: the referral that began it."},
    "causation": {"type": "string", "description": "The fact or intention that caused it."},
    "by_organisation": _ID | {"description": "Who recorded it."},
    "by_practitioner": _ID | {"description": "Which practitioner recorded it."},
    "first_recorded_at": _MOMENT | {"description": "Of a backfill: when it was recorded."},
    "first_position": {
        "type": "integer",
        "minimum": 1,
        "description": "Of a backfill: where its fact stands in the log.",
    },
    "told_again": _TRUE | {"description": "What holds now would have told it when it happened."},
    "added": _TRUE | {"description": "It stands where its fact did, in place of less of it."},
}
"""What an entry may say beside the fact's own fields."""

_ORDER = {"type": "string", "description": "The reference of the order; it names nobody."}
_THIRD_PARTY = _TRUE | {"description": "It tells of somebody else too, who is asked first."}
_PART = {"enum": [RECEIVED, SENT, ""], "description": "Your part in the referral; empty if none."}
_REMOVE = _TRUE | {"description": "You are asked to say that you removed it."}


Told = type[Fact] | None
"""The fact that a message tells of; a notice tells of none."""


@dataclass(frozen=True, slots=True)
class Shape:
    """One type of message in a share: what it means and exactly what its ``data`` may hold."""

    type: str
    meaning: str
    schema: Schema
    category: Category | None = None
    fact: Told = None


@dataclass(frozen=True, slots=True)
class Ever:
    """Which fields are told of a fact under some agreement, and which under every one."""

    some: frozenset[str]
    all: frozenset[str]
    part: bool


def shapes() -> tuple[Shape, ...]:
    """Every type of message that a partner's share may hold."""
    return (*notices(), *(shape(fact) for fact in told_facts()))


def told_facts() -> Iterator[type[Fact]]:
    """Every fact that can be in somebody's share, in its own words."""
    for fact in FACTS:
        to_nobody = issubclass(fact, TOLD_TO_NOBODY) or fact.CATEGORY in OF_NOBODY
        if fact in TOLD_WHOLE or not (to_nobody or fact in SAID_AS):
            yield fact


def notices() -> tuple[Shape, ...]:
    """What is told of no fact: that something may no longer be known, or is over."""
    return (
        Shape(
            WITHDRAWN,
            "You may no longer know what you were told of this person: hide it, and keep only what "
            "your own law makes you keep.",
            _object({"effective_at": EFFECTIVE, "acknowledge": _REMOVE}, ("effective_at",)),
        ),
        Shape(
            ERASED,
            "This person was erased under the order with this reference: remove all you were told "
            "of them, in copies too.",
            _object(
                {"effective_at": EFFECTIVE, "order": _ORDER, "acknowledge": _REMOVE},
                ("effective_at", "order"),
            ),
        ),
        Shape(
            LET_GO,
            "What you were told of this person and is kept as this was kept for as long as the "
            "rule says: remove it, in copies too. The rest of their record stays.",
            _object(
                {
                    "effective_at": EFFECTIVE,
                    "kept_as": {"enum": [e.value for e in Retention if e is not Retention.CARE]},
                    "volumes": {"type": "array", "items": {"type": "integer", "minimum": 0}},
                    "rule": {"type": "string", "description": "The source that says how long."},
                    "rule_since": {"type": "string", "format": "date"},
                    "acknowledge": _REMOVE,
                },
                ("effective_at", "kept_as", "volumes", "rule", "rule_since"),
            ),
        ),
        Shape(
            ENDED,
            "Nothing more is told of this person; what you were told stays your record.",
            _object({"effective_at": EFFECTIVE}, ("effective_at",)),
        ),
    )


def shape(fact: type[Fact]) -> Shape:
    """How a fact leaves: the fields that some agreement lets out, required if every one does."""
    ever = _ever(fact)
    written = fact.model_json_schema(mode="serialization")
    of_fact = {
        name: _marked(_without_null(written["properties"][name]), fact, name)
        for name in fact.model_fields
        if name in ever.some
    }
    telling = dict(TELLING)
    if fact.THIRD_PARTY:
        telling["third_party"] = _THIRD_PARTY
    if ever.part:
        telling["part"] = _PART
    if issubclass(fact, LinkingFact):
        described = {"description": "A person, as you know them."}
        telling |= {
            name: _ID | described for name in ("other", "kept") if name in written["properties"]
        }
    schema = _object(
        {"effective_at": EFFECTIVE} | of_fact | telling, ("effective_at", *_always(fact))
    )
    definitions = {name: _without_null(inner) for name, inner in written.get("$defs", {}).items()}
    schema["$defs"] = {name: definitions[name] for name in sorted(_named(of_fact, definitions))}
    if not schema["$defs"]:
        del schema["$defs"]
    return Shape(message_type(fact), cleandoc(fact.__doc__ or ""), schema, fact.CATEGORY, fact)


def _object(properties: Mapping[str, Schema], required: tuple[str, ...]) -> Schema:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(required),
        "additionalProperties": False,
    }


def _always(fact: type[Fact]) -> Iterator[str]:
    """What an entry of this fact always says, whoever is told and however little they may know.

    A field with a default may be newer than the entry; a personal one goes with the person's key.
    """
    everywhere = _ever(fact).all
    for name, about in fact.model_fields.items():
        own = fact.FIELD_CATEGORY[name] is fact.CATEGORY and name not in fact.PERSONAL_FIELDS
        if name in everywhere and own and about.is_required():
            yield name


def _marked(schema: Schema, fact: type[Fact], name: str) -> Schema:
    marked = schema | {"x-category": fact.FIELD_CATEGORY[name].value}
    return marked | {"x-personal": True} if name in fact.PERSONAL_FIELDS else marked


def _without_null(schema: Any) -> Any:
    """What is absent is left out, never null; a default is the writer's, not the reader's."""
    match schema:
        case dict():
            kept = {k: _without_null(v) for k, v in schema.items() if k not in ("default", "title")}
            if "properties" in schema:  # a field may be called title
                kept["properties"] = {k: _without_null(v) for k, v in schema["properties"].items()}
            if any_of := kept.pop("anyOf", None):
                left = [each for each in any_of if each != {"type": "null"}]
                kept |= left[0] if len(left) == 1 else {"anyOf": left}
            return kept
        case list():
            return [_without_null(each) for each in schema]
        case _:
            return schema


def _named(schema: Any, definitions: Mapping[str, Any]) -> set[str]:
    """The definitions that a schema names, and that those name."""
    found: set[str] = set()
    waiting = [schema]
    while waiting:
        match waiting.pop():
            case {"$ref": str(ref), **more}:
                name = ref.removeprefix("#/$defs/")
                if name not in found:
                    found.add(name)
                    waiting.append(definitions[name])
                waiting.append(more)
            case dict() as inner:
                waiting += inner.values()
            case list() as several:
                waiting += several
            case _:
                pass
    return found


# What the rule lets out


@cache
def _ever(fact: type[Fact]) -> Ever:
    told = [each for said in (fact, *_said_so(fact)) for each in _disclosed(said)]
    assert told, f"{fact.TOPIC} is told to nobody: say so in domain/sharing.py"
    fields = [each & frozenset(fact.model_fields) for each in told]
    return Ever(
        some=frozenset().union(*fields),
        all=frozenset.intersection(*fields),
        part=any("part" in each for each in told),
    )


def _said_so(fact: type[Fact]) -> Iterator[type[Fact]]:
    return (said for said, words in SAID_AS.items() if words is fact)


def _disclosed(fact: type[Fact]) -> Iterator[frozenset[str]]:
    """The names told of a fact to everybody it may be told to, under every agreement."""
    if fact in TOLD_WHOLE:
        yield frozenset(fact.model_fields)
    if fact in (*OF_THE_WHOLE, WithdrawalsAcknowledged):
        return
    if issubclass(fact, RectificationFact):
        yield from (TOLD_BESIDE, TOLD_BESIDE | IN_WORDS)
    for recorded, agreement, own in product(_said(fact), _agreements(), (True, False)):
        told = may_know(recorded, ME, agreement, frozenset({STREAM} if own else ()))
        if told is not None:
            yield frozenset(told.data)


def _said(fact: type[Fact]) -> Iterator[Recorded]:
    """A fact with and without this partner in it, by it and by another, and of drug care."""
    for named, by, label in product((ME, ANOTHER), (ME, ANOTHER), Label):
        yield Recorded(
            fact=example(fact, partner=named, label=label),
            originator_id=STREAM,
            originator_version=1,
            effective_at=A_MOMENT,
            organisation=PartnerId(by),
            purpose=Purpose.DIRECT_CARE,
            intention=STREAM,
            correlation=STREAM,
            person=PersonId(EXAMPLES),
            label=label,
        )


@cache
def _agreements() -> tuple[AgreementSigned, ...]:
    """The agreements that kinds of partner sign, each also with what it may say more or less of."""
    signed = {}
    for template, substance, safeguarding in product(
        TEMPLATES.values(), (True, False), (True, False)
    ):
        one = replace(template, substance=substance, safeguarding=safeguarding)
        agreement = AgreementSigned.under(one, reference="any", starts=A_MOMENT.date())
        signed[repr(agreement.terms)] = agreement
    return tuple(signed.values())
