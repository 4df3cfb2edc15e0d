"""What must be told before a referral is sent, and that nobody is asked for more than they see."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from domain.policies.agreements import TEMPLATES
from domain.policies.minimum_data import ASK, SETS, TakesNoReferrals, in_force, missing
from domain.vocabulary import PartnerKind
from tests.domain.policies.stories import moment

TODAY = moment("2026-03-02")

WHOLE = {
    "name": "Rosa Marsh",
    "phone": "07700 900001",
    "address": "1 Kiln Lane",
    "date_of_birth": "1980-05-01",
    "nhs_number": "9990000018",
    "practice": "a practice",
    "ask": "Please see her",
    "reason": "Low mood since autumn",
    "priority": "routine",
    "consent": True,
    "mode": "written",
    "source": "professional",
}


def without(*fields: str, **more: object) -> dict[str, object]:
    return {key: value for key, value in WHOLE.items() if key not in fields} | more


LACKING = [
    (PartnerKind.TALKING_THERAPIES, WHOLE, ()),
    (PartnerKind.TALKING_THERAPIES, without("reason", "nhs_number"), ()),
    (PartnerKind.TALKING_THERAPIES, without("phone"), ("a telephone number for the person",)),
    (PartnerKind.TALKING_THERAPIES, without("practice"), ("the GP practice",)),
    (PartnerKind.TRUST, without("phone"), ()),  # a letter will do
    (PartnerKind.TRUST, without("phone", "address"),
     ("a telephone number or an address for the person",)),
    (PartnerKind.TRUST, without("nhs_number"), ()),  # the address finds it
    (PartnerKind.TRUST, without("reason", "priority"),
     ("why: the problem and what has been tried", "how urgent it is")),
    (PartnerKind.SOCIAL_WORK, without("address"), ("the address or the postcode",)),
    (PartnerKind.SOCIAL_WORK, without("address", postcode="NW5"), ()),
    (PartnerKind.DRUG_SERVICE, without("reason"), ("why: the problem and what has been tried",)),
    (PartnerKind.PRACTICE, without("date_of_birth"), ("the date of birth",)),
    (PartnerKind.CHARITY, {"name": "Rosa", "phone": "07700 900001", "ask": "Art group"}, ()),
    (PartnerKind.LIBRARY, {"name": "Rosa"},
     ("a telephone number for the person", "what you ask for")),
    (PartnerKind.PROBATION, without("consent"),
     ("the person's own agreement, in so many words",)),
    (PartnerKind.PROBATION, without(consent=False),
     ("the person's own agreement, in so many words",)),
    (PartnerKind.PRACTICE, without(mode="verbal"),
     ("who asked, since it was said and not written",)),
    (PartnerKind.PRACTICE, without(mode="verbal", said_by="Sister Okoro"), ()),
    (PartnerKind.HOUSING_ADVICE, without(ask="   "), ("what you ask for",)),
    (PartnerKind.TRUST, without("reason", source="partner"), ()),  # a library has no history
    (PartnerKind.TRUST, without("reason", source="carer"), ()),
]  # fmt: skip


@pytest.mark.parametrize(("destination", "given", "lacking"), LACKING)
def test_what_is_still_missing(
    destination: PartnerKind, given: dict[str, object], lacking: tuple[str, ...]
) -> None:
    assert tuple(needed.words for needed in missing(destination, given, TODAY)) == lacking


TAKING_NONE = (PartnerKind.COMMISSIONER, PartnerKind.PHARMACY)


@pytest.mark.parametrize("destination", TAKING_NONE)
def test_nobody_is_referred_to_a_commissioner_or_a_pharmacy(destination: PartnerKind) -> None:
    with pytest.raises(TakesNoReferrals):
        missing(destination, WHOLE, TODAY)


@pytest.mark.parametrize("destination", [kind for kind in PartnerKind if kind not in TAKING_NONE])
def test_nobody_is_asked_for_what_the_destination_may_not_see(destination: PartnerKind) -> None:
    needed = {item.category for item in in_force(destination, TODAY).needed} - {None}
    assert needed <= set(TEMPLATES[destination].categories)


def test_a_place_asks_for_less_from_a_day_on() -> None:
    before = in_force(PartnerKind.LIBRARY, TODAY)
    after = replace(before, effective_from=date(2026, 4, 1), needed=(ASK,))
    sets = (*SETS, after)
    assert in_force(PartnerKind.LIBRARY, moment("2026-03-31 23:59"), sets) is before
    assert in_force(PartnerKind.LIBRARY, moment("2026-04-01 00:00"), sets) is after
