"""Somebody is referred for safeguarding: on a duty that holds, and never past who it is about."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from domain.concern import Concern, ConcernIsUnknown, SafetyConcernRaised, concern_of_safeguarding
from domain.intentions.concerns import OnlyCareRefersForSafeguarding, TheyMayNotLook
from domain.policies.concerns import MustLook
from domain.policies.safeguarding import bases
from domain.safeguarding import (
    BasisIsNotInForce,
    BodyIsMissing,
    SafeguardingIsReferred,
    SafeguardingReferred,
    SayWhyTheyWereNotTold,
    TheAllegedAreNotAsked,
)
from domain.vocabulary import (
    ConcernSource,
    NotTold,
    PartnerId,
    Purpose,
    SafeguardingId,
    SafeguardingOf,
)
from tests.people import (
    CHARITY,
    DRUG_CARE,
    DRUGS,
    GARDENING,
    HOUSING,
    HOUSING_HELP,
    LIBRARY,
    PROBATION,
    ROSA,
    SCHOOL,
    SOCIAL,
    TALKING,
    THERAPY,
    TRUST,
    WARD,
    WIGG,
    named,
)
from tests.scenario import Community, by, refused

REFERRED = SafeguardingId(named("Rosa is referred for safeguarding"))
SAID = SafeguardingReferred(
    of=SafeguardingOf.ADULT,
    basis="Care Act 2014 s42",
    outside_body="Camden MASH",
    content="Her nephew takes her pension.",
    shared="Name and address.",
    told=False,
    not_told=NotTold.DANGER,
)


@pytest.fixture
def place() -> Community:
    """Rosa is held by her practice, and helped by many."""
    place = Community()
    place.register()
    for service, receiver in (
        (THERAPY, TALKING),
        (WARD, TRUST),
        (GARDENING, CHARITY),
        (HOUSING_HELP, HOUSING),
        (DRUG_CARE, DRUGS),
    ):
        place.accept(place.refer(f"Rosa to {service}", to=service), receiver)
    return place


def refer(place: Community, who: PartnerId = WIGG, **said: Any) -> None:
    referred = SAID.model_copy(update=said)
    place.care.refer_safeguarding(ROSA, REFERRED, referred, asked=by(who))


def test_it_says_to_whom_on_which_duty_what_was_said_and_whether_they_know(
    place: Community,
) -> None:
    refer(place)
    (recorded,) = [r for r in place.recorded() if r.fact == SAID]
    assert recorded.purpose is Purpose.SAFEGUARDING
    with refused(SafeguardingIsReferred):
        refer(place)


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        ({"outside_body": None}, BodyIsMissing),
        ({"outside_body": " "}, BodyIsMissing),
        ({"body": SOCIAL}, BodyIsMissing),
        ({"basis": "Children Act 1989 s47"}, BasisIsNotInForce),
        ({"of": SafeguardingOf.CHILD}, BasisIsNotInForce),
        ({"told": True}, SayWhyTheyWereNotTold),
        ({"not_told": None}, SayWhyTheyWereNotTold),
        ({"alleged": (WIGG,)}, TheAllegedAreNotAsked),
        ({"alleged": (SOCIAL,), "body": SOCIAL, "outside_body": None}, TheAllegedAreNotAsked),
        ({"body": CHARITY, "outside_body": None}, TheyMayNotLook),
    ],
)
def test_what_is_missing_or_cannot_be_is_refused(
    place: Community, said: dict[str, Any], rule: type[Exception]
) -> None:
    with pytest.raises(rule):
        refer(place, **said)


def test_a_duty_holds_from_its_day() -> None:
    """The Care Act came into force on 1 April 2015; no duty of this list held for adults before."""
    assert bases(SafeguardingOf.ADULT, date(2015, 3, 31)) == ()
    assert [b.code for b in bases(SafeguardingOf.ADULT, date(2015, 4, 1))] == ["Care Act 2014 s42"]
    children = [b.code for b in bases(SafeguardingOf.CHILD, date(2026, 3, 2))]
    assert children == ["Children Act 1989 s47", "Children Act 1989 s17"]


@pytest.mark.parametrize("who", [CHARITY, HOUSING, LIBRARY, SCHOOL, PROBATION])
def test_who_gives_no_care_raises_a_concern_instead(place: Community, who: PartnerId) -> None:
    with refused(OnlyCareRefersForSafeguarding):
        refer(place, who)


def test_a_body_of_this_place_must_look_as_at_any_concern(place: Community) -> None:
    refer(place, body=SOCIAL, outside_body=None)
    raised = place.facts()[-1]
    assert isinstance(raised, SafetyConcernRaised)
    assert (raised.acts, raised.because) == (SOCIAL, MustLook.NAMED)
    assert raised.source is ConcernSource.SAFEGUARDING
    looking = place.care._load(Concern, concern_of_safeguarding(REFERRED))
    assert looking.next_actions(SOCIAL) == ("acknowledgement", "passing-on")
    share = place.share()
    assert {"SafeguardingReferred", "SafetyConcernRaised"} <= set(share.types(SOCIAL))
    assert share.told(SOCIAL, "SafeguardingReferred").data["content"] == SAID.content


def test_practice_and_trust_know_and_nobody_else_who_helps(place: Community) -> None:
    refer(place)
    share = place.share()
    for care in (WIGG, TRUST):
        assert share.told(care, "SafeguardingReferred").data["content"] == SAID.content
    for other in (TALKING, DRUGS, CHARITY, HOUSING):
        assert "SafeguardingReferred" not in share.types(other)


def test_who_recorded_it_knows_of_its_own(place: Community) -> None:
    refer(place, TALKING)
    assert "SafeguardingReferred" in place.share().types(TALKING)


def test_who_is_alleged_learns_neither_of_the_referral_nor_of_looking_into_it(
    place: Community,
) -> None:
    refer(place, body=SOCIAL, outside_body=None, alleged=(TRUST,))
    share = place.share()
    assert not {"SafeguardingReferred", "SafetyConcernRaised"} & set(share.types(TRUST))
    assert share.told(SOCIAL, "SafeguardingReferred").data["alleged"] == [str(TRUST)]


def test_a_referral_of_the_drug_service_does_not_name_it(place: Community) -> None:
    refer(place, DRUGS, body=SOCIAL, outside_body=None)
    share = place.share()
    assert str(DRUGS) not in share.text(SOCIAL)
    assert share.told(SOCIAL, "SafeguardingReferred").data["content"]


def test_a_concern_behind_it_is_one_of_the_same_person(place: Community) -> None:
    with refused(ConcernIsUnknown):
        refer(place, concern=uuid4())
