"""Every word of the field that the code uses is in the glossary, in plain English, once."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import Enum
from pathlib import Path

import pytest

from domain import catalogue
from domain.facts import FACTS
from domain.kernel import Aggregate, BrokenRule, Category
from domain.request import State
from domain.vocabulary import (
    Confidentiality,
    Decision,
    Mode,
    PartnerKind,
    Priority,
    Purpose,
    Responsibility,
    Role,
    Scope,
    Source,
    Step,
    Way,
)
from projections.record import STATUSES

DOCS = Path(__file__).resolve().parent.parent / "docs"
TERM = re.compile(r"^\*\*([^*]+)\*\*", re.MULTILINE)
GLOSSARY = (DOCS / "glossary.md").read_text(encoding="utf-8")
SECTIONS = {
    title: text.strip()
    for title, _, text in (part.partition("\n") for part in GLOSSARY.split("\n## ")[1:])
}


def explained(text: str) -> list[str]:
    """The words a text explains: bold at the start of an entry."""
    entries = [line for line in text.split("\n\n") if line.startswith("**")]
    return [term for entry in entries for term in re.findall(r"\*\*([^*]+)\*\*", entry)]


def words(coded: Iterable[Enum]) -> set[str]:
    return {member.value for member in coded}


def nouns(kind: type[Aggregate]) -> set[type[Aggregate]]:
    """Those that nothing is built upon: a noun's parts are not nouns."""
    upon = kind.__subclasses__()
    return set().union(*map(nouns, upon)) if upon else {kind}


@pytest.mark.parametrize("noun", sorted(kind.__name__ for kind in nouns(Aggregate)))
def test_every_noun_is_explained(noun: str) -> None:
    assert noun in explained(SECTIONS["Nouns"])


def test_every_fact_is_explained_and_no_other() -> None:
    sections = [text for title, text in SECTIONS.items() if title.startswith("Facts about")]
    named = [term for text in sections for term in explained(text)]
    assert sorted(named) == sorted(fact.TOPIC.split(":")[1] for fact in FACTS)


@pytest.mark.parametrize(
    ("section", "used"),
    [
        ("Kinds of partner", words(PartnerKind)),
        ("Steps", {step.words for step in Step}),
        ("Where a person stands for a partner, most urgent first", set(STATUSES)),
        ("States of a referral", words(State)),
        ("Kinds of data an agreement speaks of", words(Category)),
        ("Purposes", words(Purpose)),
        ("How the duty of confidentiality is met", words(Confidentiality)),
        ("Scopes of an agreement", words(Scope)),
        ("Ways to be told", words(Way)),
        ("Roles", words(Role)),
        (
            "Who asks for help, and how",
            words(Source) | words(Mode) | words(Responsibility) | words(Priority),
        ),
        ("What a meeting may decide", words(Decision)),
    ],
)
def test_every_coded_word_is_explained_and_no_other(section: str, used: set[str]) -> None:
    assert set(explained(SECTIONS[section])) == used


def test_the_order_of_statuses_is_that_of_urgency() -> None:
    section = SECTIONS["Where a person stands for a partner, most urgent first"]
    assert tuple(explained(section)) == STATUSES


def test_nothing_is_explained_twice_in_one_section() -> None:
    for text in SECTIONS.values():
        assert len(explained(text)) == len(set(explained(text)))


def test_an_explanation_is_a_sentence() -> None:
    for text in SECTIONS.values():
        for entry in text.split("\n\n"):
            if entry.startswith("**"):
                assert re.search(r"\*\*: \S.*\.$", entry.strip(), re.DOTALL), entry


def test_the_catalogue_page_is_current() -> None:
    written = (DOCS / "events.md").read_text(encoding="utf-8")
    assert written == catalogue.page(), "run: python -m domain.catalogue > docs/events.md"


def rules(kind: type[BrokenRule]) -> Iterable[type[BrokenRule]]:
    for each in kind.__subclasses__():
        if each.__module__.startswith("domain."):
            yield each
            yield from rules(each)


def test_every_refusal_tells_the_caller_what_is_so() -> None:
    found = list(rules(BrokenRule))
    assert len(found) > 30
    for rule in found:
        text = rule().text
        assert text != (BrokenRule.__doc__ or "").strip()
        assert text.endswith(".")
        assert "\n" not in text
        assert rule().rule == rule.__name__


def test_every_fact_says_its_meaning_in_a_sentence() -> None:
    for entry in catalogue.catalogue():
        assert entry.meaning.split("\n")[0].rstrip().endswith((".", "helped", ";")), entry.topic
        assert not TERM.search(entry.meaning)
