"""How long what is kept of a person is kept: by a clock that moves decades."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from domain.keeping import Keeping, KeptBy, keeping
from domain.kept_no_longer import KeptNoLonger, OnlyATimerLetsGo, OnlyErasureLetsARecordGo
from domain.kernel import Asked
from domain.legal_hold import ALegalHoldKeepsThem, LegalHoldIsUnknown, OnlyTheHostHolds
from domain.policies import retention as rules
from domain.policies.retention import due_on
from domain.vocabulary import (
    ErasureId,
    ErasureReason,
    HowKnown,
    LegalHoldReason,
    PartnerId,
    RectificationId,
    Rectified,
    Retention,
    SubjectAccessId,
)
from tests.people import MONDAY, ROSA, TALKING, WIGG, named
from tests.scenario import Community, by, refused

CARE, LETTERS = Retention.CARE, Retention.CORRESPONDENCE
LAST = MONDAY.date()


@pytest.fixture
def place() -> Community:
    community = Community()
    community.register()
    return community


def stands(place: Community) -> Keeping:
    return keeping(place.recorded())


def years(many: int) -> date:
    return LAST.replace(year=LAST.year + many)


@pytest.mark.parametrize(
    ("retention", "over", "died_on", "due"),
    [
        (CARE, date(2026, 3, 2), None, date(2046, 3, 2)),
        (CARE, date(2024, 2, 29), None, date(2044, 2, 29)),
        (CARE, date(2026, 3, 2), date(2026, 5, 1), date(2036, 5, 1)),
        (CARE, date(2010, 3, 2), date(2026, 5, 1), date(2036, 5, 1)),
        (LETTERS, date(2026, 3, 2), date(2026, 5, 1), date(2029, 3, 2)),
        (LETTERS, date(2024, 2, 29), None, date(2027, 3, 1)),
        (Retention.FEEDBACK, date(2026, 3, 2), None, date(2027, 3, 2)),
    ],
)
def test_each_kind_is_kept_for_as_long_as_its_rule_says(
    retention: Retention, over: date, died_on: date | None, due: date
) -> None:
    assert due_on(retention, over, died_on, date(2026, 11, 22)) == due


def test_every_kind_has_a_rule_with_its_source_on_every_day() -> None:
    for retention in Retention:
        for on in (date(1990, 1, 1), date(2026, 11, 22), date(2090, 1, 1)):
            assert "Records Management Code" in rules.in_force(retention, on).source


def test_a_care_record_goes_twenty_years_after_the_last_contact(place: Community) -> None:
    kept = stands(place).kept(CARE, years(19))
    assert kept is not None
    assert (kept.why, kept.since, kept.due_on) == (KeptBy.LAST_CONTACT, LAST, years(20))
    assert not kept.is_due(years(20) - timedelta(days=1))
    assert kept.is_due(years(20))
    assert stands(place).kept(LETTERS, years(40)) is None
    assert stands(place).kept(Retention.FEEDBACK, years(40)) is None


def test_nobody_goes_whom_an_organisation_holds_however_long_ago(place: Community) -> None:
    place.accept(place.refer("Rosa to therapy", take_over=True), TALKING)
    kept = stands(place).kept(CARE, years(60))
    assert kept is not None
    assert (kept.why, kept.due_on) == (KeptBy.OPEN_PATHWAY, None)
    place.care.record_death(ROSA, LAST, known_by=HowKnown.FAMILY, asked=by(WIGG))
    closed = stands(place).kept(CARE, years(60))
    assert closed is not None
    assert closed.is_due(years(60))


def test_ten_years_after_a_death(place: Community) -> None:
    died_on = LAST - timedelta(days=40)
    place.care.record_death(ROSA, died_on, known_by=HowKnown.FAMILY, asked=by(WIGG))
    kept = stands(place).kept(CARE, years(9))
    assert kept is not None
    assert (kept.why, kept.since) == (KeptBy.DEATH, died_on)
    assert kept.due_on == died_on.replace(year=died_on.year + 10)
    place.care.take_back_death(ROSA, asked=by(WIGG))
    alive = stands(place).kept(CARE, years(9))
    assert alive is not None
    assert (alive.why, alive.due_on) == (KeptBy.LAST_CONTACT, years(20))


def test_what_was_asked_of_the_record_goes_three_years_after_its_answer(place: Community) -> None:
    place.refer("Rosa to therapy")
    place.care.ask_rectification(ROSA, named("Rosa to therapy"), 1, "Mine", asked=by(WIGG))
    waiting = stands(place).kept(LETTERS, years(30))
    assert waiting is not None
    assert (waiting.why, waiting.due_on) == (KeptBy.UNANSWERED, None)
    (which,) = stands(place).waiting
    place.care.decide_rectification(
        ROSA, RectificationId(which), Rectified.KEPT, "No", asked=by(WIGG)
    )
    answered = stands(place).kept(LETTERS, years(30))
    assert answered is not None
    assert (answered.why, answered.due_on) == (KeptBy.ANSWERED, years(3))


def test_to_ask_for_ones_record_is_no_contact(place: Community) -> None:
    later = datetime(LAST.year + 15, 3, 2, 9, tzinfo=UTC)
    request = SubjectAccessId(named("a request"))
    place.care.request_subject_access(request, ROSA, later.date(), asked=by(WIGG, at=later))
    found = stands(place)
    assert found.contact == LAST
    kept = found.kept(CARE, years(30))
    assert kept is not None
    assert kept.why is KeptBy.UNANSWERED


def test_a_legal_hold_keeps_somebody_until_it_is_lifted(place: Community) -> None:
    hold = place.care.place_legal_hold
    with refused(OnlyTheHostHolds):
        hold(ROSA, "INQUIRY-4", reason=LegalHoldReason.INQUIRY, asked=by(TALKING))
    for order in ("INQUIRY-4", "CLAIM-9", "CLAIM-9"):
        hold(ROSA, order, reason=LegalHoldReason.INQUIRY, words="A letter", asked=by(WIGG))
    assert len(stands(place).held) == 2
    for order in ("INQUIRY-4", "CLAIM-9"):
        kept = stands(place).kept(CARE, years(60))
        assert kept is not None
        assert (kept.why, kept.due_on) == (KeptBy.LEGAL_HOLD, None)
        place.care.lift_legal_hold(ROSA, order, asked=by(WIGG))
        with refused(LegalHoldIsUnknown):
            place.care.lift_legal_hold(ROSA, order, asked=by(WIGG))
    kept = stands(place).kept(CARE, years(60))
    assert kept is not None
    assert kept.is_due(years(60))


def test_nobody_is_erased_whom_a_legal_hold_keeps(place: Community) -> None:
    order, held = ErasureId(named("an order")), ALegalHoldKeepsThem
    system = replace(by(WIGG), practitioner=None)
    place.care.place_legal_hold(ROSA, "CLAIM-9", reason=LegalHoldReason.CLAIM, asked=by(WIGG))

    def ordered() -> None:
        place.care.order_erasure(
            order, ROSA, "retention/2046", reason=ErasureReason.RETENTION, asked=system
        )

    with refused(held):
        ordered()
    place.care.lift_legal_hold(ROSA, "CLAIM-9", asked=by(WIGG))
    ordered()
    kept = stands(place).kept(CARE, years(19))
    assert kept is not None
    assert kept.since == LAST


def test_what_is_kept_for_less_long_is_let_go_once_by_the_host_and_not_while_the_law_holds_it(
    place: Community,
) -> None:
    def timer(partner: PartnerId = WIGG) -> Asked:
        return replace(by(partner), practitioner=None)

    going = {ROSA: [0]}
    with refused(OnlyTheHostHolds):
        place.care.let_volumes_go(ROSA, LETTERS, going, asked=timer(TALKING))
    with refused(OnlyATimerLetsGo):
        place.care.let_volumes_go(ROSA, LETTERS, going, asked=by(WIGG))
    with refused(OnlyErasureLetsARecordGo):
        place.care.let_volumes_go(ROSA, CARE, going, asked=timer())
    place.care.place_legal_hold(ROSA, "COR-1", reason=LegalHoldReason.COURT, asked=by(WIGG))
    with refused(ALegalHoldKeepsThem):
        place.care.let_volumes_go(ROSA, LETTERS, going, asked=timer())
    place.care.lift_legal_hold(ROSA, "COR-1", asked=by(WIGG))
    last = stands(place).contact
    first = place.care.let_volumes_go(ROSA, LETTERS, going, asked=timer())
    again = place.care.let_volumes_go(ROSA, LETTERS, {ROSA: [0, 1]}, asked=timer())
    assert place.care.let_volumes_go(ROSA, LETTERS, {ROSA: [1]}, asked=timer()).repeated
    assert again.position == first.position + 1
    told = [each.fact for each in place.recorded() if isinstance(each.fact, KeptNoLonger)]
    assert [each.volumes for each in told] == [(0,), (1,)]
    assert stands(place).contact == last, "it is no contact"
