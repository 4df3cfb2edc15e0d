"""A clinician opens a record that is not shared with them, for an hour, and somebody asks why."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest

from domain.emergency import (
    EmergencyAccess,
    EmergencyAccessEnded,
    EmergencyAccessIsUnknown,
    EmergencyAccessReviewed,
    EmergencyAccessTaken,
    EmergencyReviewEscalated,
)
from domain.exceptional import (
    AccessIsNotOver,
    AccessIsReviewed,
    AccessIsTaken,
    NobodyReviewsTheirOwn,
    OnlySomebodyMayTakeAccess,
    OnlyWhoTookItEndsIt,
    ReasonInWordsIsNeeded,
    ThisReasonIsNotGiven,
)
from domain.intentions.emergencies import (
    NobodyIsFound,
    OnlyAPrivacyOfficerReviews,
    OnlyCareOpensInAnEmergency,
)
from domain.kernel import Asked
from domain.person import ThePersonHasDied
from domain.policies.days import end_of_day
from domain.policies.exceptional import EMERGENCY, Reason, in_force
from domain.privacy import (
    NobodyLooksAfterPrivacy,
    NotAPrivacyOfficerThere,
    OnlyTheyNameTheirOfficer,
)
from domain.silence import ThisRungIsNotDue
from domain.vocabulary import (
    AccessId,
    ConcernId,
    ConcernSource,
    EmergencyReason,
    EndReason,
    HowKnown,
    Justified,
    OfficerRung,
    PartnerId,
    PartnerKind,
    PersonId,
    PractitionerId,
    Role,
)
from tests.people import (
    CHARITY,
    DR_OKAFOR,
    DRUG_CARE,
    DRUGS,
    GARDENING,
    LIBRARY,
    MONDAY,
    OFFICERS,
    READING,
    ROSA,
    TALKING,
    TOM,
    TRUST,
    WARD,
    WIGG,
    details,
    named,
)
from tests.scenario import URGENT, Community, by, refused

OPENED = AccessId(named("Dr Okafor opens Rosa's record"))
HOUR = timedelta(hours=1)
LIFE = EmergencyReason.LIFE
OFFICER, HOST = OfficerRung.OFFICER, OfficerRung.HOST
DUE = end_of_day(date(2026, 3, 9))  # five working days after a Monday
"""The end of the fifth working day after Monday 2 March 2026."""


@pytest.fixture
def place() -> Community:
    """Rosa is known to her practice alone."""
    place = Community()
    place.register()
    return place


def opened(
    place: Community,
    by_whom: PartnerId = TRUST,
    *,
    access: AccessId = OPENED,
    person: PersonId = ROSA,
    at: datetime = MONDAY,
    practitioner: PractitionerId | None = None,
    words: str = "Found unwell; nobody knows what she takes.",
) -> EmergencyAccess:
    place.care.take_emergency_access(
        person,
        access,
        reason=LIFE,
        words=words,
        asked=by(by_whom, at=at, practitioner=practitioner),
    )
    return place.care._load(EmergencyAccess, access)


def found(place: Community, number: str, born: date, *, access: AccessId = OPENED) -> None:
    place.care.find_in_an_emergency(
        number,
        born,
        access,
        alike=[ROSA, TOM],
        reason=LIFE,
        words="Brought in by ambulance.",
        asked=by(TRUST),
    )


def timer(organisation: PartnerId, at: datetime) -> Asked:
    return Asked(organisation=organisation, at=at, key=uuid4())


def officer(organisation: PartnerId, at: datetime = MONDAY) -> Asked:
    return by(organisation, at=at, practitioner=OFFICERS[organisation])


def review(
    place: Community,
    by_whom: Asked,
    outcome: Justified = Justified.JUSTIFIED,
    words: str = "Her medicines had to be known at once.",
) -> None:
    place.care.review_emergency_access(OPENED, outcome, words, asked=by_whom)


# Who may


def test_a_clinician_opens_a_record_for_an_hour(place: Community) -> None:
    since = len(place.log.facts)
    opened(place)
    assert place.facts(since) == [
        EmergencyAccessTaken(
            reason=LIFE,
            words="Found unwell; nobody knows what she takes.",
            until=MONDAY + HOUR,
            dissent=False,
        )
    ]


@pytest.mark.parametrize("outside", [CHARITY, LIBRARY])
def test_who_gives_no_care_opens_nothing(place: Community, outside: PartnerId) -> None:
    somebody = PractitionerId(named("a volunteer"))
    place.employ(outside, somebody)
    with refused(OnlyCareOpensInAnEmergency):
        opened(place, outside, practitioner=somebody)


@pytest.mark.parametrize(
    "role", [role for role in Role if role not in (Role.CLINICIAN, Role.SYSTEM)]
)
def test_only_a_clinician_opens_a_record(place: Community, role: Role) -> None:
    somebody = PractitionerId(named(f"somebody who is {role}"))
    place.care.add_practitioner(
        TRUST, somebody, name="somebody", role=role, title=role, asked=by(WIGG)
    )
    with refused(OnlyCareOpensInAnEmergency):
        opened(place, practitioner=somebody)


def test_a_system_opens_nothing(place: Community) -> None:
    with refused(OnlySomebodyMayTakeAccess):
        place.care.take_emergency_access(
            ROSA, OPENED, reason=LIFE, words="A form.", asked=timer(TRUST, MONDAY)
        )


def test_nobody_opens_a_record_where_nobody_looks_after_privacy(place: Community) -> None:
    other = PartnerId(named("a practice that has just joined"))
    place.care.join_partner(
        other, name="New", kind=PartnerKind.PRACTICE, identifiers={}, asked=by(WIGG)
    )
    somebody = PractitionerId(named("its only doctor"))
    place.employ(other, somebody)
    with refused(NobodyLooksAfterPrivacy):
        opened(place, other, practitioner=somebody)
    looks_after_it = PractitionerId(named("its manager"))
    place.care.add_practitioner(
        other,
        looks_after_it,
        name="somebody",
        role=Role.PRIVACY_OFFICER,
        title="manager",
        asked=by(WIGG),
    )
    place.care.name_privacy_officer(other, looks_after_it, MONDAY.date(), asked=by(WIGG))
    assert opened(place, other, practitioner=somebody).until == MONDAY + HOUR


def test_an_organisation_names_its_own_privacy_officer(place: Community) -> None:
    since = len(place.log.facts)
    place.care.name_privacy_officer(TRUST, OFFICERS[TRUST], MONDAY.date(), asked=by(TRUST))
    assert place.facts(since) == []
    with refused(NotAPrivacyOfficerThere):
        place.care.name_privacy_officer(TRUST, DR_OKAFOR, MONDAY.date(), asked=by(TRUST))
    with refused(OnlyTheyNameTheirOfficer):
        place.care.name_privacy_officer(TRUST, OFFICERS[TRUST], MONDAY.date(), asked=by(TALKING))


def test_a_reason_is_said_in_words(place: Community) -> None:
    with refused(ReasonInWordsIsNeeded):
        opened(place, words=" ")


def test_a_reason_that_is_given_no_longer_is_refused() -> None:
    rule = in_force(MONDAY)
    retired = replace(rule, reasons=(Reason(LIFE, date.min, MONDAY.date()),))
    assert rule.allows(LIFE, MONDAY)
    assert retired.allows(LIFE, MONDAY - timedelta(days=1))
    assert not retired.allows(LIFE, MONDAY)
    taking = EmergencyAccess(id=OPENED)
    EmergencyAccess.RULES, before = (retired,), EmergencyAccess.RULES
    try:
        with refused(ThisReasonIsNotGiven):
            taking.take(ROSA, reason=LIFE, words="Now.", dissent=False, asked=by(TRUST))
    finally:
        EmergencyAccess.RULES = before


def test_an_access_is_taken_once(place: Community) -> None:
    opened(place)
    with refused(AccessIsTaken):
        opened(place)


def test_the_record_of_who_died_is_not_opened(place: Community) -> None:
    place.care.record_death(ROSA, MONDAY.date(), known_by=HowKnown.CLINICIAN, asked=by(WIGG))
    with refused(ThePersonHasDied):
        opened(place)


def test_against_an_objection_is_marked_as_such(place: Community) -> None:
    place.care.object_to(ROSA, TRUST, asked=by(WIGG))
    assert opened(place).dissent
    assert not opened(place, TALKING, access=AccessId(named("another"))).dissent


# Whom nobody knows there


def test_somebody_is_found_by_number_and_date_of_birth_together(place: Community) -> None:
    known = details(ROSA)
    assert known.nhs_number is not None
    assert known.date_of_birth is not None
    found(place, known.nhs_number, known.date_of_birth)
    assert place.care.opened_in_an_emergency(OPENED) == ROSA
    assert place.care._load(EmergencyAccess, OPENED).found


def test_a_stranger_learns_nothing_from_the_answer(place: Community) -> None:
    known = details(ROSA)
    assert known.nhs_number is not None
    assert known.date_of_birth is not None
    texts = set()
    for number, born in (
        (known.nhs_number, known.date_of_birth + timedelta(days=1)),
        (known.nhs_number, known.date_of_birth.replace(year=1950)),
        ("9990000026", known.date_of_birth),
        ("9999999999", known.date_of_birth),
    ):
        with refused(NobodyIsFound) as answer:
            found(place, number, born)
        texts.add((answer.value.rule, answer.value.text, answer.value.args, answer.value.needs))
    assert len(texts) == 1
    place.care.record_death(ROSA, MONDAY.date(), known_by=HowKnown.CLINICIAN, asked=by(WIGG))
    with refused(NobodyIsFound) as dead:
        found(place, known.nhs_number, known.date_of_birth)
    assert (dead.value.rule, dead.value.text, dead.value.args, dead.value.needs) in texts


# When it is over


def test_it_is_over_by_the_clock_and_not_before(place: Community) -> None:
    opened(place)
    with refused(AccessIsNotOver):
        place.care.end_emergency_access(OPENED, asked=timer(TRUST, MONDAY + HOUR - HOUR / 60))
    since = len(place.log.facts)
    place.care.end_emergency_access(OPENED, asked=timer(TRUST, MONDAY + HOUR))
    place.care.end_emergency_access(OPENED, asked=timer(TRUST, MONDAY + HOUR))
    assert place.facts(since) == [EmergencyAccessEnded(early=False)]


def test_whoever_took_it_ends_it_early_and_nobody_else(place: Community) -> None:
    opened(place)
    colleague = PractitionerId(named("another psychiatrist"))
    place.employ(TRUST, colleague)
    with refused(OnlyWhoTookItEndsIt):
        place.care.end_emergency_access(OPENED, asked=by(TRUST, practitioner=colleague))
    with refused(EmergencyAccessIsUnknown):
        place.care.end_emergency_access(OPENED, asked=by(TALKING))
    since = len(place.log.facts)
    place.care.end_emergency_access(OPENED, asked=by(TRUST, at=MONDAY + HOUR / 2))
    assert place.facts(since) == [EmergencyAccessEnded(early=True)]


# What it shows


def told_at(place: Community, at: datetime) -> None:
    """From here on the log's own clock shows this time, and a little more with each fact."""
    place.log.starts = at - timedelta(seconds=len(place.log.facts) + 1)


def over(place: Community, by_whom: PartnerId = TRUST) -> None:
    told_at(place, MONDAY + HOUR)
    place.care.end_emergency_access(OPENED, asked=timer(by_whom, MONDAY + HOUR))


def test_it_shows_the_whole_episode_and_when_it_is_over_nothing(place: Community) -> None:
    place.refer("Rosa to therapy")
    assert TRUST not in place.share().entries
    opened(place)
    place.refer("Rosa to gardening", to=GARDENING)
    assert place.share().types(TRUST) == [
        "PersonRegistered",
        "ReferralMade",
        "PathwayOpened",
        "EmergencyAccessTaken",
        "ReferralMade",
    ]
    over(place)
    place.refer("Rosa to reading", to=READING)
    assert place.share().types(TRUST)[5:] == ["Withdrawn"]
    assert TRUST not in place.share().circle.told


def test_what_is_recorded_after_the_hour_is_not_told_although_no_timer_ran(
    place: Community,
) -> None:
    place.refer("Rosa to therapy")
    opened(place)
    told_at(place, MONDAY + HOUR)
    place.refer("Rosa to gardening", to=GARDENING)
    assert place.share().types(TRUST)[-2:] == ["EmergencyAccessTaken", "Withdrawn"]
    over(place)
    assert place.share().types(TRUST)[-2:] == ["EmergencyAccessTaken", "Withdrawn"]


def test_an_objection_does_not_keep_it_away_and_stands_when_it_is_over(place: Community) -> None:
    place.accept(place.refer("Rosa to the ward", to=WARD, grounds=URGENT), TRUST)
    place.care.object_to(ROSA, TRUST, asked=by(WIGG))
    opened(place)
    shown = place.share().types(TRUST)
    assert "PersonRegistered" in shown[shown.index("Withdrawn") :]
    over(place)
    place.refer("Rosa to gardening", to=GARDENING)
    assert place.share().types(TRUST)[-2:] == ["EmergencyAccessTaken", "Withdrawn"]


def test_who_was_told_of_its_own_alone_is_told_so_again(place: Community) -> None:
    place.refer("Rosa to therapy")
    place.accept(place.refer("Rosa to drug care", to=DRUG_CARE, grounds=URGENT), DRUGS)
    own = place.share().types(DRUGS)
    opened(place, DRUGS)
    wide = place.share().types(DRUGS)
    assert wide[len(own)] == "Withdrawn"
    assert wide.count("ReferralMade") == 1 + 2
    over(place, DRUGS)
    narrow = place.share().types(DRUGS)[len(wide) :]
    assert narrow == ["Withdrawn", *own, "EmergencyAccessTaken", "EmergencyAccessEnded"]
    place.refer("Rosa to gardening", to=GARDENING)
    assert place.share().types(DRUGS)[len(wide) :] == narrow


def test_what_an_organisation_keeps_as_its_own_record_it_keeps(place: Community) -> None:
    asked_for = place.refer("Rosa to the ward", to=WARD, grounds=URGENT)
    place.accept(asked_for, TRUST)
    place.care.close_referral(asked_for, EndReason.COMPLETED, asked=by(TRUST))
    kept = place.share().types(TRUST)
    assert TRUST not in place.share().circle.told
    place.refer("Rosa to therapy")
    opened(place)
    assert place.share().types(TRUST).count("ReferralMade") == 2
    wide = len(place.share().types(TRUST))
    over(place)
    assert place.share().types(TRUST)[wide:] == ["Withdrawn", *kept]


def test_who_gains_a_reason_of_its_own_keeps_what_that_gives(place: Community) -> None:
    opened(place)
    place.accept(place.refer("Rosa to the ward", to=WARD, grounds=URGENT), TRUST)
    over(place)
    assert place.share().types(TRUST)[-1] == "EmergencyAccessEnded"
    assert TRUST in place.share().circle.told


def test_two_accesses_are_over_when_both_are(place: Community) -> None:
    colleague = PractitionerId(named("another psychiatrist"))
    place.employ(TRUST, colleague)
    opened(place)
    told_at(place, MONDAY + HOUR / 2)
    second = AccessId(named("the colleague opens it too"))
    opened(place, access=second, practitioner=colleague, at=MONDAY + HOUR / 2)
    over(place)
    assert place.share().types(TRUST)[-1] == "EmergencyAccessEnded"
    told_at(place, MONDAY + HOUR * 3 / 2)
    place.refer("Rosa to therapy")
    assert place.share().types(TRUST)[-1] == "Withdrawn"


def test_what_is_sealed_stays_sealed(place: Community) -> None:
    place.care.raise_concern(
        ROSA,
        ConcernId(named("about somebody at the trust")),
        source=ConcernSource.PRACTITIONER,
        words="What a nurse of the trust said to her.",
        sealed_from=(TRUST,),
        asked=by(WIGG),
    )
    opened(place)
    opened(place, TALKING, access=AccessId(named("another")))
    assert "SafetyConcernRaised" in place.share().types(TALKING)
    assert "SafetyConcernRaised" not in place.share().types(TRUST)
    assert "nurse" not in place.share().text(TRUST)


def test_nobody_else_is_told_that_it_was_opened(place: Community) -> None:
    opened(place)
    over(place)
    review(place, officer(TRUST))
    for partner in place.share().entries:
        if partner != TRUST:
            assert not [t for t in place.share().types(partner) if t.startswith("Emergency")]


# The review


def test_the_privacy_officer_says_whether_it_was_justified(place: Community) -> None:
    opened(place)
    since = len(place.log.facts)
    review(place, officer(TRUST))
    review(place, officer(TRUST))
    assert place.facts(since) == [
        EmergencyAccessReviewed(
            outcome=Justified.JUSTIFIED, words="Her medicines had to be known at once."
        )
    ]
    with refused(AccessIsReviewed):
        review(place, officer(TRUST), Justified.NOT_JUSTIFIED)


def test_nobody_but_a_privacy_officer_of_theirs_reviews(place: Community) -> None:
    opened(place)
    with refused(EmergencyAccessIsUnknown):
        review(place, officer(TALKING))
    with refused(EmergencyAccessIsUnknown):
        review(place, officer(WIGG))  # the host has not been told yet
    colleague = PractitionerId(named("another psychiatrist"))
    place.employ(TRUST, colleague)
    with refused(OnlyAPrivacyOfficerReviews):
        review(place, by(TRUST, practitioner=colleague))


def test_nobody_reviews_their_own() -> None:
    taken = EmergencyAccess(id=OPENED)
    taken.take(ROSA, reason=LIFE, words="Now.", dissent=False, asked=by(TRUST))
    with refused(NobodyReviewsTheirOwn):
        taken.review(Justified.JUSTIFIED, "It was me.", asked=by(TRUST))


def test_nobody_in_time_is_told_on_each_once_in_their_order(place: Community) -> None:
    opened(place)
    with refused(ThisRungIsNotDue):
        place.care.escalate_emergency_review(
            OPENED, OFFICER, asked=timer(WIGG, DUE - timedelta(seconds=1))
        )
    since = len(place.log.facts)
    later = DUE + timedelta(minutes=1)
    for _ in range(2):
        place.care.escalate_emergency_review(OPENED, OFFICER, asked=timer(WIGG, later))
    with refused(ThisRungIsNotDue):
        place.care.escalate_emergency_review(OPENED, HOST, asked=timer(WIGG, later))
    again = end_of_day(date(2026, 3, 12))  # it was told on a Tuesday, and two working days go by
    for _ in range(2):
        place.care.escalate_emergency_review(OPENED, HOST, asked=timer(WIGG, again))
    assert place.facts(since) == [
        EmergencyReviewEscalated(rung=OFFICER, to=TRUST, due_at=DUE),
        EmergencyReviewEscalated(rung=HOST, to=WIGG, due_at=again),
    ]
    assert place.care._load(EmergencyAccess, OPENED).next_rung() is None
    review(place, officer(WIGG, again), Justified.NOT_JUSTIFIED)
    assert place.care._load(EmergencyAccess, OPENED).outcome is Justified.NOT_JUSTIFIED


def test_what_is_reviewed_is_not_escalated(place: Community) -> None:
    opened(place)
    review(place, officer(TRUST))
    with refused(AccessIsReviewed):
        place.care.escalate_emergency_review(OPENED, OFFICER, asked=timer(WIGG, DUE))


def test_a_review_shows_who_and_why_and_nothing_of_their_care(place: Community) -> None:
    place.refer("Rosa to therapy")
    opened(place)
    seen = place.care.look_into(OPENED, TRUST)
    assert (seen.known.name, seen.access.words) == (
        details(ROSA).name,
        "Found unwell; nobody knows what she takes.",
    )
    assert "Low since" not in repr(seen)
    for outside in (WIGG, TALKING):
        with refused(EmergencyAccessIsUnknown):
            place.care.look_into(OPENED, outside)


def test_every_rule_says_its_source_and_every_reason_may_be_given() -> None:
    for rule in EMERGENCY:
        assert rule.source
        assert {each.reason for each in rule.reasons} == set(EmergencyReason)
