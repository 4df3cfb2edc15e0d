"""The matrix: every kind of partner, role, purpose, fact and field, seen as the tables say.

The tables are those that people read (`tests.who_may_see`); what is tested is the sharing rule with
sight upon it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import uuid5

import pytest

from domain.catalogue import A_MOMENT, ANOTHER, ME, STREAM, example
from domain.facts import FACTS
from domain.kernel import Category, Fact, Recorded
from domain.meeting import OF_THE_WHOLE
from domain.policies.roles import (
    OF_PERSONS,
    WHOLE,
    Sight,
    purpose_in_force,
    purposes,
    role_in_force,
    sight,
)
from domain.sharing import ENDED, WITHDRAWN, may_know
from domain.sight import seen
from domain.vocabulary import PartnerKind, PersonId, Purpose, Role, Scope
from tests import who_may_see
from tests.people import NADIA, PARTNER_OF, TRUST, WIGG, agreement

ON = date(2026, 3, 2)
ASKED = [(role, purpose) for role in Role for purpose in Purpose]
PERSONS = [fact for fact in FACTS if fact.CATEGORY in OF_PERSONS]


def told(
    fact: type[Fact], kind: PartnerKind, *, part: bool
) -> tuple[str, dict[str, object]] | None:
    """What a kind of partner is told of an example of the fact under its default agreement."""
    part = part and (fact.TAKING_PART is None or kind in fact.TAKING_PART)
    recorded = Recorded(
        fact=example(fact, partner=ME if part else ANOTHER),
        originator_id=STREAM,
        originator_version=1,
        effective_at=A_MOMENT,
        organisation=ME if part else ANOTHER,
        purpose=Purpose.DIRECT_CARE,
        intention=STREAM,
        correlation=STREAM,
        person=PersonId(uuid5(STREAM, "person")),
    )
    known = may_know(recorded, ME, agreement(PARTNER_OF[kind]), frozenset({STREAM} if part else ()))
    return None if known is None else (known.type, known.data)


@pytest.mark.parametrize("kind", list(PartnerKind), ids=lambda kind: kind.value)
def test_every_role_sees_for_every_purpose_what_the_tables_say(kind: PartnerKind) -> None:
    wrong, cells = [], 0
    for fact in PERSONS:
        name = fact.TOPIC.replace(":", " ")
        fields = ("", *fact.model_fields)
        for part in (True,) if issubclass(fact, OF_THE_WHOLE) else (True, False):
            known = told(fact, kind, part=part)
            for role, purpose in ASKED:
                shown = known and seen(*known, ME, sight(role, purpose, ON))
                for field in fields:
                    cells += 1
                    was = shown is not None and (not field or field in shown)
                    may = who_may_see.may_see(
                        kind.value, role.value, purpose.value, name, field, part=part
                    )
                    if was != may:
                        wrong.append((name, field, part, role.value, purpose.value, was))
    print(f"{kind.value}: {cells} cells")
    assert wrong == []
    assert cells > 50_000


# What is beside the table


def test_what_is_over_is_seen_whatever_one_sees_and_what_nobody_ruled_on_is_not() -> None:
    narrow = sight(Role.RECEPTION, Purpose.DIRECT_CARE, ON)
    for notice in (WITHDRAWN, ENDED):
        assert seen(notice, {}, WIGG, narrow) == {}
    assert seen("share.SomethingNew.v1", {"words": "of care"}, WIGG, narrow) is None
    assert seen("share.SomethingNew.v1", {"words": "of care"}, WIGG, WHOLE) is not None


def test_who_else_wrote_something_is_seen_by_who_sees_how_care_is_coordinated() -> None:
    told = {"needs": "Large print", "by_organisation": str(TRUST), "by_practitioner": str(NADIA)}
    message = "person.CommunicationNeedsRecorded.v1"
    assert seen(message, told, WIGG, sight(Role.RECEPTION, Purpose.DIRECT_CARE, ON)) == {
        "needs": "Large print"
    }
    assert seen(message, told, WIGG, sight(Role.CHAIR, Purpose.ADMINISTRATION, ON)) == told


def test_of_a_correction_only_the_details_that_are_seen_are_named() -> None:
    message = "person.DetailsCorrected.v1"
    who = Sight(frozenset({Category.IDENTITY}), Scope.EPISODE)
    assert seen(message, {"nhs_number": "9990301948"}, WIGG, who) is None
    assert seen(message, {"taken_out": ["address"]}, WIGG, who) is None
    assert seen(message, {"name": "Rosa", "taken_out": ["address", "phone"]}, WIGG, who) == {
        "name": "Rosa",
        "taken_out": ["phone"],
    }


def test_the_tables_of_roles_and_purposes_are_the_rules_in_force() -> None:
    names = {category.value for category in OF_PERSONS}
    assert who_may_see.roles().keys() == {role.value for role in Role}
    for role in Role:
        held, said = role_in_force(role, ON), who_may_see.roles()[role.value]
        assert said.sees == {category.value for category in held.sees}
        assert said.own is (held.scope is Scope.OWN)
        assert said.purposes == {purpose.value for purpose in held.purposes}
        assert said.duties == {duty.value for duty in held.duties}
    assert who_may_see.needed().keys() == {purpose.value for purpose in Purpose}
    for purpose in Purpose:
        needs = {category.value for category in purpose_in_force(purpose, ON).needs}
        assert who_may_see.needed()[purpose.value] == needs <= names


def test_a_role_looks_for_the_purposes_of_the_agreement_and_for_those_that_need_none() -> None:
    of_a_practice = (Purpose.DIRECT_CARE, Purpose.SAFEGUARDING)
    assert purposes(Role.CLINICIAN, of_a_practice, ON) == (
        Purpose.DIRECT_CARE,
        Purpose.SAFEGUARDING,
        Purpose.ADMINISTRATION,
    )
    assert purposes(Role.RECEPTION, of_a_practice, ON)[0] is Purpose.DIRECT_CARE
    assert purposes(Role.PRIVACY_OFFICER, of_a_practice, ON) == (Purpose.AUDIT,)
    assert Purpose.SAFEGUARDING not in purposes(Role.HELPER, (Purpose.COMMUNITY_SUPPORT,), ON)


def test_rules_of_roles_hold_between_their_days() -> None:
    first, later = date(2020, 12, 8), date(2027, 4, 1)
    old = role_in_force(Role.RECEPTION, ON)
    new = replace(old, sees=frozenset({Category.IDENTITY}), effective_from=later)
    rules = (replace(old, effective_to=later), new)
    assert role_in_force(Role.RECEPTION, date(2019, 1, 1), rules).effective_from == first
    assert role_in_force(Role.RECEPTION, date(2027, 3, 31), rules).sees == old.sees
    assert role_in_force(Role.RECEPTION, later, rules).sees == new.sees
