"""The one door out: which fields of which fact each kind of partner may know, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from domain import (
    contact,
    corrections,
    disclosure,
    measure,
    meeting,
    needs,
    pathway,
    person,
    referral,
    sealing,
    wishes,
)
from domain.carer import CarerFact
from domain.case import AttendanceRecorded, CaseFact, CaseListed
from domain.catalogue import A_MOMENT, ANOTHER, ME, STREAM, catalogue, example
from domain.facts import FACTS
from domain.handover import HandoverAccepted, HandoverDeclined, HandoverOffered
from domain.handover_offer import HandoverFact
from domain.implementation import ImplementationFact
from domain.kernel import Category, Fact, Recorded
from domain.key_worker import KeyWorkerNamed
from domain.leaving import ResponsibilityFellBack
from domain.pen import PenFact
from domain.registered_carer import RegisteredCarerFact
from domain.sharing import Disclosure, may_know, of_nobody
from domain.standing import PathwayFact
from domain.steps import SteppedUp
from domain.unmet import UnmetNeedRecorded
from domain.vocabulary import Label, PartnerKind, PersonId, PractitionerId, Purpose, Step
from tests.people import PARTNER_OF, agreement, named
from tests.who_may_know import TABLE, table

PERSON = PersonId(named("somebody"))
KINDS = list(PartnerKind)
EVERY_FACT = list(FACTS)
CARE = {PartnerKind.PRACTICE, PartnerKind.TRUST, PartnerKind.TALKING_THERAPIES}
ACTIVITY = {
    PartnerKind.CHARITY,
    PartnerKind.PATIENT_GROUP,
    PartnerKind.SCHOOL,
    PartnerKind.LIBRARY,
    PartnerKind.HOUSING_ADVICE,
    PartnerKind.PROBATION,
}


def recorded(
    fact: Fact, *, by: Any = ANOTHER, label: Label = Label.ORDINARY, stream: UUID = STREAM
) -> Recorded:
    return Recorded(
        fact=fact,
        originator_id=stream,
        originator_version=1,
        effective_at=A_MOMENT,
        organisation=by,
        purpose=Purpose.DIRECT_CARE,
        intention=named("an intention"),
        correlation=stream,
        causation=f"{named('a cause')}/1",
        practitioner=PractitionerId(named("somebody's doctor")),
        person=PERSON,
        label=label,
        position=1,
    )


def told(
    fact: Fact,
    kind: PartnerKind,
    *,
    party: bool = False,
    by: Any = ANOTHER,
    label: Label = Label.ORDINARY,
) -> Disclosure | None:
    own = frozenset({STREAM} if party else ())
    stream = PERSON if isinstance(fact, ABOUT_THE_PERSON) else STREAM
    return may_know(
        recorded(fact, by=by, label=label, stream=stream), ME, agreement(PARTNER_OF[kind]), own
    )


ABOUT_THE_PERSON = (
    person.PersonFact,
    wishes.WishFact,
    sealing.SealFact,
    disclosure.DisclosedWithoutConsent,
    corrections.CorrectionFact,
    CarerFact,
    RegisteredCarerFact,
)
OPINIONS = (corrections.DisagreementRecorded,)
"""Of the person's own stream, and shared as what they are about."""


# The whole table, for a privacy officer to read


def test_the_table_of_who_may_know_what_is_as_agreed() -> None:
    """Read the difference before writing it: ``python -m tests.who_may_know``."""
    assert table() == TABLE.read_text(encoding="utf-8")


# What no kind of partner may ever learn by default, said without the rule's own words

NEVER_OUTSIDE_CARE = {
    Category.DEMOGRAPHIC,
    Category.COORDINATION,
    Category.CLINICAL,
    Category.PLAN,
    Category.EQUALITY,
    Category.SAFETY,
}


@pytest.mark.parametrize("kind", sorted(ACTIVITY))
def test_partners_outside_care_learn_nothing_clinical_and_nothing_of_steps(
    kind: PartnerKind,
) -> None:
    for fact in EVERY_FACT:
        for party in (True, False):
            disclosed = told(example(fact, partner=ME if party else ANOTHER), kind, party=party)
            if disclosed:
                fields = {f for f in fact.model_fields if f in disclosed.data}
                assert not {fact.FIELD_CATEGORY[f] for f in fields} & NEVER_OUTSIDE_CARE
                assert not issubclass(
                    fact,
                    PathwayFact
                    | HandoverFact
                    | meeting.MeetingFact
                    | PenFact
                    | CaseFact
                    | ImplementationFact
                    | measure.MeasureCompleted,
                )


@pytest.mark.parametrize("kind", sorted(ACTIVITY | {PartnerKind.DRUG_SERVICE}))
def test_partners_told_of_their_own_learn_nothing_of_others(kind: PartnerKind) -> None:
    for fact in EVERY_FACT:
        if not issubclass(fact, ABOUT_THE_PERSON) or fact in OPINIONS:
            assert told(example(fact), kind) is None


def test_the_commissioner_learns_nothing_of_anybody() -> None:
    for fact in EVERY_FACT:
        assert told(example(fact, partner=ME), PartnerKind.COMMISSIONER, party=True) is None


def test_the_housing_adviser_sees_a_name_a_phone_number_and_the_ask() -> None:
    registered = told(example(person.PersonRegistered), PartnerKind.HOUSING_ADVICE)
    assert registered
    assert set(registered.data) == {"name", "phone", "language"}
    made = told(example(referral.ReferralMade, partner=ME), PartnerKind.HOUSING_ADVICE, party=True)
    assert made
    assert set(made.data) - {"stream", "fact", "correlation", "part"} == {
        "service",
        "receiver",
        "source",
        "mode",
        "ask",
        "missing",
        "sent_without",
    }


def test_a_school_does_not_learn_of_a_referral_elsewhere() -> None:
    for fact in (referral.ReferralMade, contact.AppointmentBooked, pathway.PathwayOpened):
        assert told(example(fact), PartnerKind.SCHOOL) is None


def test_communication_needs_travel_to_everybody_but_probation_and_commissioner() -> None:
    recorded_needs = example(needs.CommunicationNeedsRecorded)
    knowing = {kind for kind in KINDS if told(recorded_needs, kind)}
    assert knowing == set(KINDS) - {PartnerKind.PROBATION, PartnerKind.COMMISSIONER}


def test_probation_follows_attendance_at_what_it_asked_for_and_no_more() -> None:
    attended = example(contact.Attended)
    assert told(attended, PartnerKind.PROBATION) is None
    seen = told(attended, PartnerKind.PROBATION, party=True)
    assert seen
    assert set(seen.data) - {"stream", "fact", "correlation"} == {
        "referral",
        "provider",
        "attendance",
    }
    assert told(example(measure.MeasureCompleted), PartnerKind.PROBATION, party=True) is None


def test_every_sender_can_read_the_question_it_is_asked() -> None:
    asked = example(referral.InformationAsked)
    for kind in set(KINDS) - {PartnerKind.COMMISSIONER, PartnerKind.PHARMACY}:
        question = told(asked, kind, party=True)
        assert question
        assert question.data["question"] == "question in words"


def test_a_social_worker_sees_who_said_it_and_not_why() -> None:
    made = told(example(referral.ReferralMade), PartnerKind.SOCIAL_WORK)
    assert made
    assert "said_by" in made.data
    assert "reason" not in made.data


def test_an_unmet_need_of_nobody_is_told_to_who_recorded_it_alone_with_all_they_said() -> None:
    happened = replace(recorded(example(UnmetNeedRecorded, partner=ME), by=ME), person=None)
    disclosed = of_nobody(happened)
    assert (disclosed.partner, disclosed.type) == (ME, "unmet.UnmetNeedRecorded.v1")
    assert disclosed.recorded == happened
    assert not disclosed.backfill
    assert disclosed.personal == frozenset()
    assert disclosed.data == happened.fact.model_dump(mode="json", exclude_none=True) | {
        "stream": str(STREAM),
        "by_organisation": str(ME),
    }
    assert None not in disclosed.data.values()


# Substance-misuse care


@pytest.mark.parametrize("kind", [PartnerKind.TALKING_THERAPIES, PartnerKind.SOCIAL_WORK])
def test_others_learn_of_drug_care_only_that_responsibility_moved(kind: PartnerKind) -> None:
    holding = {
        pathway.PathwayOpened: {"step"},
        pathway.PathwayReopened: {"step"},
        HandoverAccepted: {"handover"},
        ResponsibilityFellBack: set(),
        pathway.PathwayClosed: set(),
    }
    for fact in EVERY_FACT:
        disclosed = told(example(fact, label=Label.SUBSTANCE), kind, label=Label.SUBSTANCE)
        if fact in holding:
            assert disclosed
            assert set(disclosed.data) == holding[fact]
        elif not issubclass(fact, ABOUT_THE_PERSON) or fact in OPINIONS:
            assert disclosed is None


def test_who_holds_a_person_after_a_drug_service_is_told() -> None:
    back = example(HandoverAccepted, label=Label.ORDINARY)
    disclosed = told(back, PartnerKind.TALKING_THERAPIES, label=Label.SUBSTANCE)
    assert disclosed
    assert set(disclosed.data) == {"handover", "receiver"}


@pytest.mark.parametrize("kind", [PartnerKind.TALKING_THERAPIES, PartnerKind.SOCIAL_WORK])
def test_who_hands_a_person_to_a_drug_service_is_told_all_of_it(kind: PartnerKind) -> None:
    for fact in (HandoverOffered, HandoverAccepted, HandoverDeclined):
        mine = example(fact, label=Label.SUBSTANCE).model_copy(update={"sender": ME})
        disclosed = told(mine, kind, label=Label.SUBSTANCE)
        assert disclosed
        assert {"sender", "receiver"} <= set(disclosed.data)


@pytest.mark.parametrize("kind", [PartnerKind.PRACTICE, PartnerKind.TRUST])
def test_practice_and_trust_know_of_drug_care(kind: PartnerKind) -> None:
    offered = told(example(HandoverOffered, label=Label.SUBSTANCE), kind, label=Label.SUBSTANCE)
    assert offered
    assert "receiver" in offered.data


def test_a_sender_is_not_told_what_happens_in_a_drug_services_room() -> None:
    for fact in (contact.Attended, measure.MeasureCompleted):
        attended = example(fact)
        kind = PartnerKind.TALKING_THERAPIES
        assert told(attended, kind, party=True, label=Label.SUBSTANCE) is None


def test_a_drug_service_is_told_of_those_it_holds() -> None:
    for fact in (
        pathway.PathwayOpened(step=Step.COLLABORATIVE_CARE, responsible=ME),
        example(pathway.PathwayClosed, partner=ME),
        example(HandoverOffered).model_copy(update={"sender": ME}),
        example(SteppedUp, partner=ME),
    ):
        assert told(fact, PartnerKind.DRUG_SERVICE, label=Label.SUBSTANCE)
    named_by_me = example(KeyWorkerNamed)
    assert told(named_by_me, PartnerKind.DRUG_SERVICE, by=ME)
    assert told(named_by_me, PartnerKind.DRUG_SERVICE) is None


# Who is named


@pytest.mark.parametrize("kind", [PartnerKind.TALKING_THERAPIES, PartnerKind.SOCIAL_WORK])
def test_who_was_in_the_room_is_known_to_those_in_the_room(kind: PartnerKind) -> None:
    listed, attendance = example(CaseListed), example(AttendanceRecorded)
    inside, outside = told(listed, kind, party=True), told(listed, kind)
    assert inside
    assert outside
    assert "present" in inside.data
    assert "present" not in outside.data
    assert told(attendance, kind, party=True)
    assert told(attendance, kind) is None


def test_an_objection_and_a_consent_are_known_to_whom_they_were_said() -> None:
    for fact in wishes.FACTS:
        assert told(example(fact), PartnerKind.PRACTICE) is None
        assert told(example(fact), PartnerKind.PRACTICE, by=ME)


def test_who_registered_a_person_is_not_told_to_those_who_may_not_know_of_drug_care() -> None:
    for fact in (person.PersonRegistered, needs.CommunicationNeedsRecorded):
        for kind in KINDS:
            disclosed = told(example(fact), kind)
            if disclosed:
                knows = kind in (
                    PartnerKind.PRACTICE,
                    PartnerKind.TRUST,
                    PartnerKind.DRUG_SERVICE,
                )
                assert ("by_organisation" in disclosed.data) is knows


def test_who_recorded_it_is_told_to_those_who_coordinate_and_to_themselves() -> None:
    made = example(referral.ReferralMade)
    theirs = told(made, PartnerKind.CHARITY, party=True)
    own = told(made, PartnerKind.CHARITY, party=True, by=ME)
    gps = told(made, PartnerKind.PRACTICE)
    assert theirs
    assert own
    assert gps
    assert not {"by_organisation", "by_practitioner", "causation"} & set(theirs.data)
    assert {"by_organisation", "by_practitioner"} <= set(own.data)
    assert {"by_organisation", "by_practitioner", "causation"} <= set(gps.data)


def test_no_internal_id_of_a_person_is_told() -> None:
    for fact in EVERY_FACT:
        stream = PERSON if issubclass(fact, person.PersonFact) else STREAM
        for kind in KINDS:
            own = frozenset({stream})
            happened = recorded(example(fact, partner=ME), by=ME, stream=stream)
            disclosed = may_know(happened, ME, agreement(PARTNER_OF[kind]), own)
            if disclosed:
                assert str(PERSON) not in str(disclosed.data)


# The canary: every field of every fact holds a marked text; count what sings, and where


def canary(fact: type[Fact]) -> Fact:
    """A fact whose every text carries its own field's name and category, as nobody would write."""
    filled = example(fact)
    marks = {
        name: f"canary {category.value} {name}"
        for name, category in fact.FIELD_CATEGORY.items()
        if isinstance(getattr(filled, name), str) and type(getattr(filled, name)) is str
    }
    return filled.model_copy(update=marks)


@pytest.mark.parametrize("kind", KINDS)
def test_a_canary_sings_only_where_the_agreement_lets_it(kind: PartnerKind) -> None:
    allowed = set(agreement(PARTNER_OF[kind]).categories)
    for fact in EVERY_FACT:
        for party in (True, False):
            for label in Label:
                disclosed = told(canary(fact), kind, party=party, label=label)
                if disclosed is None:
                    continue
                for category in set(Category) - allowed:
                    assert f"canary {category.value}" not in str(disclosed.data)


def test_the_canary_sings_for_the_practice() -> None:
    """Else the test above proves nothing."""
    sung = " ".join(
        str(disclosed.data)
        for fact in EVERY_FACT
        if (disclosed := told(canary(fact), PartnerKind.PRACTICE, party=True))
    )
    for category in (Category.IDENTITY, Category.CLINICAL, Category.ASK, Category.DEMOGRAPHIC):
        assert f"canary {category.value}" in sung


def test_free_text_told_is_marked_for_the_persons_key() -> None:
    for entry in catalogue():
        fact = next(f for f in EVERY_FACT if entry.topic == f.TOPIC)
        disclosed = told(example(fact, partner=ME), PartnerKind.PRACTICE, party=True)
        if disclosed:
            assert disclosed.personal == {f.name for f in entry.fields if f.personal}
