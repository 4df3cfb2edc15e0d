"""Agreements: what a partner may know, for which purposes, from when until when."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from domain.agreement import (
    AgreementBegan,
    AgreementEnded,
    AgreementEndsBeforeItBegins,
    AgreementExpired,
    AgreementIsKnown,
    AgreementSigned,
    AgreementWouldBeOver,
    AnAgreementHasAPurpose,
    ConsentIsAskedInSoManyWords,
    Over,
)
from domain.intentions.agreements import OnlyTheHostSigns, TheHostKeepsItsAgreement
from domain.kernel import Asked, BrokenRule, Fact
from domain.partner import Partner
from domain.vocabulary import Confidentiality, Purpose, Way
from tests.people import CHARITY, MONDAY, TRUST, WIGG, agreement
from tests.scenario import Community, by, refused

TODAY = MONDAY.date()


@pytest.fixture
def place() -> Community:
    return Community()


def terms(days: int = 0, until: int | None = None, **changed: Any) -> AgreementSigned:
    """Terms for the charity from so many days after Monday, until so many after."""
    ends = None if until is None else TODAY + timedelta(days=until)
    fresh = {"reference": f"from {days}", "starts": TODAY + timedelta(days=days), "ends": ends}
    return agreement(CHARITY).model_copy(update=fresh | changed)


def sign(place: Community, signed: AgreementSigned) -> None:
    place.care.sign_agreement(CHARITY, signed, asked=by(WIGG))


def charity(place: Community) -> Partner:
    return place.care._load(Partner, CHARITY)


def after(place: Community, days: int) -> list[Fact]:
    """What the timer records so many days after Monday."""
    facts, asked = len(place.log.facts), Asked(WIGG, MONDAY + timedelta(days=days), uuid4())
    place.care.begin_agreement(CHARITY, asked=asked)
    place.care.expire_agreement(CHARITY, asked=asked)
    return place.facts(facts)


def test_one_that_begins_at_once_takes_the_place_of_the_one_before(place: Community) -> None:
    sign(place, terms(-400))
    held = charity(place).held
    assert [each.over for each in held] == [Over.REPLACED, None], "though it starts earlier"
    assert charity(place).signed == terms(-400)


def test_one_that_begins_later_waits_for_its_day_and_for_the_clock(place: Community) -> None:
    sign(place, terms(10))
    assert charity(place).signed == agreement(CHARITY)
    assert after(place, 9) == []
    assert after(place, 10) == [AgreementBegan(reference="from 10", starts=terms(10).starts)]
    assert after(place, 11) == []
    assert charity(place).signed == terms(10)


def test_what_was_signed_to_begin_on_or_after_the_day_of_a_later_one_never_does(
    place: Community,
) -> None:
    sign(place, terms(10))
    sign(place, terms(5))
    assert after(place, 20) == [AgreementBegan(reference="from 5", starts=terms(5).starts)]
    assert after(place, 30) == []


def test_one_expires_when_its_last_day_is_over_and_not_before(place: Community) -> None:
    sign(place, terms(until=10))
    assert charity(place).may_hear(terms(10).starts, consented=False)
    assert not charity(place).may_hear(terms(11).starts, consented=False)
    assert after(place, 10) == []
    assert after(place, 11) == [AgreementExpired(reference="from 0", ends=terms(10).starts)]
    assert after(place, 12) == []
    assert not charity(place).hears(terms(12).starts)


def test_one_that_follows_on_leaves_no_day_between(place: Community) -> None:
    sign(place, terms(until=10))
    sign(place, terms(11))
    for day in range(20):
        assert charity(place).hears(terms(day).starts)
    assert after(place, 11) == [AgreementBegan(reference="from 11", starts=terms(11).starts)]


def test_ending_it_ends_what_is_yet_to_begin_too_and_once(place: Community) -> None:
    sign(place, terms(10))
    for _ in range(2):
        place.care.end_agreement(CHARITY, asked=by(WIGG))
    ended = [f for f in place.facts(0) if isinstance(f, AgreementEnded)]
    assert ended == [AgreementEnded(reference=agreement(CHARITY).reference)]
    assert after(place, 20) == []
    assert not charity(place).hears(TODAY)


def test_signing_the_same_twice_signs_once(place: Community) -> None:
    sign(place, terms())
    facts = len(place.log.facts)
    sign(place, terms())
    assert place.facts(facts) == []


@pytest.mark.parametrize(
    ("signed", "rule"),
    [
        (terms(purposes=()), AnAgreementHasAPurpose),
        (terms(purposes=(Purpose.JUSTICE, Purpose.AUDIT)), AnAgreementHasAPurpose),
        (terms(until=-1), AgreementEndsBeforeItBegins),
        (terms(-10, until=-1), AgreementWouldBeOver),
        (
            terms(consent_required=True, confidentiality=Confidentiality.IMPLIED),
            ConsentIsAskedInSoManyWords,
        ),
        (terms(reference=agreement(CHARITY).reference, substance=True), AgreementIsKnown),
    ],
)
def test_nothing_unsound_is_signed(
    place: Community, signed: AgreementSigned, rule: type[BrokenRule]
) -> None:
    with refused(rule):
        sign(place, signed)


def test_only_the_host_signs_and_its_own_has_no_last_day(place: Community) -> None:
    with refused(OnlyTheHostSigns):
        place.care.sign_agreement(CHARITY, terms(), asked=by(CHARITY))
    with refused(OnlyTheHostSigns):
        place.care.end_agreement(CHARITY, asked=by(TRUST))
    with refused(TheHostKeepsItsAgreement):
        place.care.end_agreement(WIGG, asked=by(WIGG))
    own = agreement(WIGG).model_copy(update={"reference": "own", "ends": date(2030, 1, 1)})
    with refused(TheHostKeepsItsAgreement):
        place.care.sign_agreement(WIGG, own, asked=by(WIGG))


@pytest.mark.parametrize(
    ("basis", "purposes", "confidentiality"),
    [
        (
            "UK GDPR 6(1)(e) and 9(2)(h); implied consent for direct care",
            (Purpose.DIRECT_CARE, Purpose.SAFEGUARDING),
            Confidentiality.IMPLIED,
        ),
        (
            "UK GDPR 6(1)(e); the person was asked",
            (Purpose.COMMUNITY_SUPPORT,),
            Confidentiality.EXPLICIT,
        ),
        ("explicit consent of the person", (Purpose.JUSTICE,), Confidentiality.EXPLICIT),
        ("aggregates only", (Purpose.PLANNING,), Confidentiality.NOTHING),
    ],
)
def test_an_agreement_of_before_purposes_is_read_with_what_its_basis_said(
    basis: str, purposes: tuple[Purpose, ...], confidentiality: Confidentiality
) -> None:
    stored = {
        "reference": "first",
        "categories": ["identity"],
        "scope": "own",
        "basis": basis,
        "starts": "2026-03-02",
    }
    read = AgreementSigned.model_validate(AgreementSigned.upcast(stored, 1))
    assert (read.purposes, read.confidentiality) == (purposes, confidentiality)


def test_the_ways_to_be_told_are_no_terms_of_what_is_known() -> None:
    assert terms().terms == terms(ways=(Way.KAFKA,)).terms
    assert terms().terms != terms(substance=True).terms
