"""Every fact ever stored loads for ever: one sample of each, as it lies in the log.

A sample is never changed. A fact may gain a field with a default; anything else is a new fact, or a
new schema with an upcast and a sample of its own (``<topic>.v2.json``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, get_args

import orjson
import pytest
from pydantic import BaseModel, ValidationError

from domain.facts import FACTS
from domain.kernel import Category, Fact, Personal
from domain.mapping import Topics

STORED = Path(__file__).parent / "stored"
SAMPLES = sorted(STORED.glob("*.json"))
EVERY_FACT = list(FACTS)

CODED = {
    "legal_hold:LegalHoldPlaced": {"order"},
    "legal_hold:LegalHoldLifted": {"order"},
    "subject_access:SubjectAccessItemsDecided": {"items"},
    # said by coding systems, or about organisations, never about one person in words
    "person:PersonRegistered": {"sex", "language", "ethnicity"},
    "person:PersonMadeKnownAgain": {"sex", "language", "ethnicity"},
    "person:DetailsCorrected": {"sex", "language", "ethnicity"},
    "person:CommunicationNeedsRecorded": {"language"},
    "person:DisagreementRecorded": {"about"},
    "person:ItemSealed": {"item"},
    "person:PersonErased": {"order"},
    "person:KeptNoLonger": {"rule"},
    "erasure:ErasureOrdered": {"order"},
    "person:RectificationAsked": {"about"},
    "person:RectificationDecided": {"about"},
    "person:DisclosedWithoutConsent": {"basis"},
    "partner:PartnerJoined": {"name"},
    "partner:AgreementSigned": {"reference", "basis"},
    "partner:AgreementEnded": {"reference"},
    "partner:AgreementBegan": {"reference"},
    "partner:AgreementExpired": {"reference"},
    "partner:PractitionerAdded": {"name", "title"},
    "partner:PractitionerInvited": {"fingerprint"},
    "partner:PractitionerIdentified": {"issuer", "subject"},
    "partner:SteppedCareChosen": {"model"},
    "partner:WayChosen": {"way"},
    "partner:WayWritten": {"way"},
    "pathway:ComplexityCoded": {"way"},
    "service:ServiceOpened": {"name", "eligibility", "description"},
    "partner:PartnerLeft": {"reason"},
    "service:ServiceDescribed": {"name", "eligibility", "description"},
    "group:ProgrammePlanned": {"name", "place"},
    "group:ProgrammeEnded": {"reason"},
    "service:ServicePaused": {"reason"},
    "service:ServiceClosed": {"reason"},
    "referral:ReferralMade": {"message"},
    "meeting:MeetingScheduled": {"name"},
    "training:TrainingHeld": {"title"},
    "safeguarding:SafeguardingReferred": {"basis"},
    "meeting:MdtDecisionRecorded": {"quorum_rule"},
}


def subclasses(kind: type[Fact]) -> Iterator[type[Fact]]:
    for each in kind.__subclasses__():
        yield each
        yield from subclasses(each)


def load(path: Path) -> Fact:
    sample: dict[str, Any] = orjson.loads(path.read_bytes())
    fact = FACTS.fact(sample["topic"])
    body = sample["body"]
    if sample["schema"] < fact.SCHEMA:
        body = fact.upcast(body, sample["schema"])
    return fact.model_validate(body)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_stored_sample_loads(path: Path) -> None:
    sample = orjson.loads(path.read_bytes())
    loaded = load(path).model_dump(mode="json", exclude_none=True)
    assert {name: loaded[name] for name in sample["body"]} == sample["body"]


def test_every_fact_has_a_sample_of_its_schema() -> None:
    sampled = {
        (sample["topic"], sample["schema"])
        for sample in (orjson.loads(path.read_bytes()) for path in SAMPLES)
    }
    assert {(fact.TOPIC, fact.SCHEMA) for fact in EVERY_FACT} <= sampled


def test_every_sample_has_every_required_field_and_no_default_hides_a_loss() -> None:
    for path in SAMPLES:
        fact = load(path)
        assert set(type(fact).model_fields) >= set(orjson.loads(path.read_bytes())["body"])


def test_every_fact_that_can_be_written_is_registered() -> None:
    named = {
        fact
        for fact in subclasses(Fact)
        if fact.__module__.startswith("domain.") and not fact.TOPIC.endswith(":")
    }
    assert named == set(EVERY_FACT)


def test_a_topic_names_one_fact() -> None:
    assert len({fact.TOPIC for fact in EVERY_FACT}) == len(EVERY_FACT)
    with pytest.raises(AssertionError, match="share the topic"):
        Topics([EVERY_FACT[0], EVERY_FACT[0]])


def test_a_topic_is_its_nouns_module_and_its_own_name() -> None:
    of_another_noun = dict.fromkeys(
        ("handover", "leaving", "steps", "hold", "key_worker", "discharge", "review", "complexity"),
        "pathway",
    )
    of_another_noun |= {
        "agreement": "partner",
        "advice": "referral",
        "case": "meeting",
        "corrections": "person",
        "first_contact": "referral",
        "handover_offer": "pathway",
        "membership": "group",
        "offered": "contact",
        "outcome": "referral",
        "pen": "meeting",
        "practitioner": "partner",
        "privacy": "partner",
        "needs": "person",
        "wishes": "person",
        "sealing": "person",
        "disclosure": "person",
        "erased": "person",
        "kept_no_longer": "person",
        "acknowledgement": "partner",
        "rectification": "person",
        "linking": "person",
        "request": "referral",
        "room": "service",
        "unanswered": "referral",
        "waiting": "referral",
    }
    for fact in EVERY_FACT:
        module = fact.__module__.removeprefix("domain.")
        assert f"{of_another_noun.get(module, module)}:{fact.__name__}" == fact.TOPIC


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_fact_cannot_be_changed_or_given_what_it_does_not_say(path: Path) -> None:
    fact = load(path)
    with pytest.raises(ValidationError):
        type(fact).model_validate(fact.model_dump() | {"unheard_of": 1})
    for name in type(fact).model_fields:
        with pytest.raises(ValidationError):
            setattr(fact, name, getattr(fact, name))


def test_every_fact_says_what_it_reveals_and_what_it_means() -> None:
    for fact in EVERY_FACT:
        assert isinstance(fact.CATEGORY, Category)
        assert (fact.__doc__ or "").strip() != (Fact.__doc__ or "").strip()
        assert set(fact.FIELD_CATEGORY) == set(fact.model_fields)


def texts(annotation: Any, marked: bool = False) -> Iterator[bool]:
    """For every text within a type, whether it is marked personal."""
    if annotation is str:
        yield marked
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for about in annotation.model_fields.values():
            yield from texts(about.annotation, marked or is_personal(about.metadata))
    else:
        inner_marks = getattr(annotation, "__metadata__", ())
        for inner in get_args(annotation):
            yield from texts(inner, marked or is_personal(inner_marks))


def is_personal(marks: Iterable[Any]) -> bool:
    return any(isinstance(mark, Personal) for mark in marks)


def test_every_text_is_personal_or_known_to_be_coded() -> None:
    for fact in EVERY_FACT:
        for name, about in fact.model_fields.items():
            found = list(texts(about.annotation, is_personal(about.metadata)))
            if found and name not in CODED.get(fact.TOPIC, set()) | {"identifiers"}:
                assert all(found), f"{fact.TOPIC} {name}: free text outside the person's key"
                assert name in fact.PERSONAL_FIELDS


def test_what_is_personal_but_no_text_may_be_absent_once_erased() -> None:
    for fact in EVERY_FACT:
        for name in fact.PERSONAL_FIELDS - fact.PERSONAL_TEXTS:
            assert not fact.model_fields[name].is_required()


def test_facts_about_nobody_hold_nothing_personal() -> None:
    for fact in EVERY_FACT:
        if fact.CATEGORY is Category.DIRECTORY:
            assert not fact.PERSONAL_FIELDS
