"""The catalogue of facts: what each means, who may record it, its schema, and who is told it.

It is read off the facts and the sharing rule themselves, so it cannot say anything else.
"""

from __future__ import annotations

import enum
import types
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cache
from inspect import cleandoc, isclass
from typing import Annotated, Any, Union, get_args, get_origin
from uuid import UUID, uuid5

import orjson
from pydantic import BaseModel

from domain.agreement import AgreementSigned
from domain.facts import FACTS
from domain.kernel import Category, Fact, Recorded, Recorder
from domain.meeting import OF_THE_WHOLE
from domain.policies.agreements import TEMPLATES
from domain.sharing import may_know, message_type
from domain.vocabulary import Label, PartnerId, PartnerKind, PersonId, Purpose

EXAMPLES = UUID("b2a3a8f4-52a1-5a63-8f0e-0d6f5b1c7a10")
"""Where the ids in examples come from: they stand for nobody."""

A_MOMENT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ME = PartnerId(uuid5(EXAMPLES, "this partner"))
ANOTHER = PartnerId(uuid5(EXAMPLES, "another partner"))
STREAM = uuid5(EXAMPLES, "stream")
ABOUT = ("sealed_from", "alleged")
"""Whom an example of a concern is about: never the organisation that it is shown to."""


@dataclass(frozen=True, slots=True)
class FieldEntry:
    """One field of a fact."""

    name: str
    type: str
    category: Category
    personal: bool
    required: bool


@dataclass(frozen=True, slots=True)
class Told:
    """Which of a fact's fields a kind of partner is told under its default agreement.

    ``None`` is "not told that it happened". ``involved`` speaks of anybody the partner is involved
    with, ``taking_part`` of what it is itself a party to, ``substance`` of somebody else's
    substance-misuse care.
    """

    involved: tuple[str, ...] | None
    taking_part: tuple[str, ...] | None
    substance: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class FactEntry:
    """One fact."""

    topic: str
    type: str
    noun: str
    name: str
    meaning: str
    category: Category
    recorded_by: tuple[Recorder, ...]
    schema: int
    fields: tuple[FieldEntry, ...]
    json_schema: dict[str, Any]
    example: dict[str, Any]
    told: dict[PartnerKind, Told]


@cache
def catalogue() -> tuple[FactEntry, ...]:
    """Every fact that can be stored, noun by noun."""
    return tuple(_entry(fact) for fact in FACTS)


def _entry(fact: type[Fact]) -> FactEntry:
    noun, name = fact.TOPIC.split(":")
    return FactEntry(
        topic=fact.TOPIC,
        type=message_type(fact),
        noun=noun,
        name=name,
        meaning=cleandoc(fact.__doc__ or ""),
        category=fact.CATEGORY,
        recorded_by=fact.RECORDED_BY,
        schema=fact.SCHEMA,
        fields=tuple(
            FieldEntry(
                name=field,
                type=_words(about.annotation),
                category=fact.FIELD_CATEGORY[field],
                personal=field in fact.PERSONAL_FIELDS,
                required=about.is_required(),
            )
            for field, about in fact.model_fields.items()
        ),
        json_schema=fact.model_json_schema(),
        example=example(fact).model_dump(mode="json"),
        told={kind: _told(fact, kind) for kind in PartnerKind},
    )


# Who is told


def _told(fact: type[Fact], kind: PartnerKind) -> Told:
    of_nobody = issubclass(fact, OF_THE_WHOLE)  # told to those invited
    return Told(
        involved=None if of_nobody else _fields(fact, kind, party=False),
        taking_part=_fields(fact, kind, party=True),
        substance=None if of_nobody else _fields(fact, kind, party=False, label=Label.SUBSTANCE),
    )


def _fields(
    fact: type[Fact], kind: PartnerKind, *, party: bool, label: Label = Label.ORDINARY
) -> tuple[str, ...] | None:
    """What the sharing rule lets this kind of partner know of the example."""
    party = party and (fact.TAKING_PART is None or kind in fact.TAKING_PART)
    signed = AgreementSigned.under(TEMPLATES[kind], reference=kind.value, starts=A_MOMENT.date())
    recorded = Recorded(
        fact=example(fact, partner=ME if party else ANOTHER, label=label),
        originator_id=STREAM,
        originator_version=1,
        effective_at=A_MOMENT,
        organisation=ME if party else ANOTHER,
        purpose=Purpose.DIRECT_CARE,
        intention=STREAM,
        correlation=STREAM,
        person=PersonId(uuid5(EXAMPLES, "person")),
        label=label,
    )
    told = may_know(recorded, ME, signed, frozenset({STREAM} if party else ()))
    return None if told is None else tuple(f for f in fact.model_fields if f in told.data)


# An example from nothing


def example(
    fact: type[Fact], *, partner: PartnerId = ANOTHER, label: Label = Label.ORDINARY
) -> Fact:
    """A fact of this kind with every field filled; every organisation in it is ``partner``.

    But for those it is about (`ABOUT`).
    """
    filled = {name: _value(name, about, partner) for name, about in _annotations(fact)}
    if "label" in filled:
        filled["label"] = label
    return fact.model_validate(filled)


def _annotations(model: type[BaseModel]) -> Iterator[tuple[str, Any]]:
    for name, about in model.model_fields.items():
        yield name, about.annotation


def _value(name: str, annotation: Any, partner: PartnerId) -> Any:
    annotation = _plain(annotation)
    origin, arguments = get_origin(annotation), get_args(annotation)
    if name in ABOUT:
        return (uuid5(EXAMPLES, name),)
    if annotation is PartnerId:
        return partner
    if origin is tuple:
        return (_value(name, arguments[0], partner),)
    if origin is dict:
        return {"an example": "of a code"}
    if isclass(annotation) and issubclass(annotation, BaseModel):
        return {inner: _value(inner, about, partner) for inner, about in _annotations(annotation)}
    if isclass(annotation) and issubclass(annotation, enum.Enum):
        return next(iter(annotation))
    if getattr(annotation, "__supertype__", annotation) is UUID:
        return uuid5(EXAMPLES, name)
    return {
        str: f"{name.replace('_', ' ')} in words",
        int: 1,
        bool: True,
        date: A_MOMENT.date(),
        datetime: A_MOMENT,
        time: A_MOMENT.time(),
    }[annotation]


def _plain(annotation: Any) -> Any:
    """A type without its marks and without ``None``."""
    if get_origin(annotation) is Annotated:
        return _plain(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        return _plain(next(a for a in get_args(annotation) if a is not type(None)))
    return annotation


def _words(annotation: Any) -> str:
    annotation = _plain(annotation)
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is tuple:
        return f"list of {_words(arguments[0])}"
    if origin is dict:
        return "codes by system"
    if isclass(annotation) and issubclass(annotation, enum.IntEnum):
        return "number: " + ", ".join(str(member.value) for member in annotation)
    if isclass(annotation) and issubclass(annotation, enum.Enum):
        return annotation.__name__
    plain = {
        str: "text",
        int: "number",
        bool: "yes or no",
        date: "date",
        datetime: "time",
        time: "time of day",
    }
    return plain[annotation] if annotation in plain else str(annotation.__name__)


# As a page


def page() -> str:
    """``docs/events.md``, in Markdown."""
    lines = [
        "# Catalogue of facts",
        "",
        "Written by `python -m domain.catalogue > docs/events.md` from the facts themselves; do",
        "not edit it by hand. *Personal* fields rest under the person's own key. *Told to* speaks",
        "of default agreements, and of anybody a partner is involved with unless it says *when it",
        "takes part*: a referral it sent or received, a hand-over to or from it, a meeting it sat",
        "in, an appointment it gives. Besides fields, an entry says which organisation recorded",
        "the fact, where the agreement allows that.",
        "",
    ]
    noun = ""
    for entry in catalogue():
        if entry.noun != noun:
            noun = entry.noun
            lines += [f"## {noun.capitalize()}", ""]
        lines += _section(entry)
    return "\n".join(lines)


def _section(entry: FactEntry) -> Iterator[str]:
    yield from (f"### {entry.name}", "", entry.meaning, "")
    yield from (f"`{entry.type}` · that it happened is *{entry.category.value}*", "")
    yield from (f"{recorded_by(entry.recorded_by)} {versions(entry.schema)}", "")
    if entry.fields:
        yield from ("| field | type | category | |", "|---|---|---|---|")
        for field in entry.fields:
            notes = [] if field.required else ["may be absent"]
            notes += ["personal"] if field.personal else []
            name, category = field.name, field.category.value
            yield f"| `{name}` | {field.type} | {category} | {', '.join(notes)} |"
        yield ""
    yield from _told_lines(entry)
    yield ""
    yield from ("```json", written(entry), "```", "")


def written(entry: FactEntry) -> str:
    """Its example as JSON; the ids in it stand for nobody."""
    return orjson.dumps(entry.example, option=orjson.OPT_INDENT_2).decode()


def recorded_by(recorders: tuple[Recorder, ...]) -> str:
    """Who may record it, as a sentence."""
    *others, last = (recorder.value for recorder in recorders)
    return f"Recorded by {', by '.join(others)} or by {last}." if others else f"Recorded by {last}."


def versions(schema: int) -> str:
    """Which shapes of it were ever stored, as a sentence."""
    if schema == 1:
        return "Schema version 1; there was no other."
    return f"Schema version {schema}; every earlier one is read for ever as this one."


def _told_lines(entry: FactEntry) -> Iterator[str]:
    if entry.category is Category.DIRECTORY:
        yield "Told to every partner, in the directory: it is about nobody who is helped."
    elif lines := told(entry):
        for line, inner in lines:
            yield f"- Told to {line}."
            yield from (f"  - {each}." for each in inner)
    else:
        yield "Told to nobody by default."


def told(entry: FactEntry) -> list[tuple[str, list[str]]]:
    """Which partners are told what of it by default, and how that narrows; nothing if none is."""
    groups: dict[Told, list[str]] = {}
    for kind, of in entry.told.items():
        if of.taking_part is not None:
            consent = " (with the person's consent)" if TEMPLATES[kind].consent_required else ""
            groups.setdefault(of, []).append(kind.value + consent)
    lines = []
    for of, kinds in groups.items():
        when = " when it takes part" if of.involved is None else ""
        narrower = []
        if of.involved not in (None, of.taking_part):
            narrower.append(f"When it does not take part: {_listed(entry, of.involved)}")
        if of.involved is not None and of.substance != of.involved:
            substance = _listed(entry, of.substance)
            narrower.append(f"Of somebody else's substance-misuse care: {substance}")
        lines.append((f"{', '.join(kinds)}{when}: {_listed(entry, of.taking_part)}", narrower))
    return lines


def _listed(entry: FactEntry, fields: tuple[str, ...] | None) -> str:
    if fields is None:
        return "nothing"
    if not fields:
        return "that it happened"
    if len(fields) == len(entry.fields) > 1:
        return "all fields"
    return ", ".join(f"`{name}`" for name in fields)


if __name__ == "__main__":
    print(page(), end="")  # noqa: T201
