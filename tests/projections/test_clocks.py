"""A person's clocks, read from what one partner was told: in step with the facts, never beyond."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.agreement import AgreementSigned, Held
from domain.kernel import Category
from domain.plan import Terms
from domain.policies.days import local_date
from domain.policies.steps import Evidence
from domain.steps import Grounds
from domain.vocabulary import (
    AgreedHow,
    Attendance,
    ContactId,
    Content,
    HandoverId,
    Instrument,
    MeasureId,
    Medium,
    Mode,
    NullificationReason,
    PartnerId,
    PauseReason,
    Priority,
    ReferralId,
    ServiceId,
    Source,
)
from projections.clocks import running
from projections.directory import Directory, PartnerEntry, ServiceEntry
from projections.entries import Entry
from tests.people import (
    COLLABORATIVE_CARE,
    DRUG_CARE,
    KINDS,
    LIBRARY,
    MONDAY,
    PRACTITIONERS,
    ROSA,
    SERVICES,
    SOCIAL,
    TALKING,
    THERAPY,
    TRUST,
    WARD,
    WIGG,
    agreement,
    named,
)
from tests.scenario import Community, by

SIX = "talking therapies, 6 weeks"
OWN_PAUSES = "talking therapies, 6 weeks without the person's pauses"
HIDDEN = "talking therapies, second treatment"
FOUR = "community mental health, 4 weeks"
SUBJECT = UUID(int=7)


def day(number: int, hour: int = 9) -> datetime:
    """So many days after the Monday of the referral."""
    return MONDAY.replace(hour=hour) + timedelta(days=number)


@dataclass
class Week:
    """Rosa's care, and when each thing of it was recorded, if that was not when it happened."""

    place: Community = field(default_factory=Community)
    recorded: dict[UUID, datetime] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.place.register()

    def refer(
        self,
        to: ServiceId = THERAPY,
        *,
        sender: PartnerId = WIGG,
        priority: Priority = Priority.ROUTINE,
        on: int = 0,
    ) -> ReferralId:
        referral = ReferralId(uuid4())
        self.place.care.make_referral(
            referral,
            ROSA,
            to,
            source=Source.PROFESSIONAL,
            mode=Mode.WRITTEN,
            sent_without="Not known yet.",
            ask="Please see her.",
            priority=priority,
            asked=by(sender, at=day(on)),
        )
        receiver = SERVICES[to].partner
        self.place.care.accept_referral(referral, asked=by(receiver, at=day(on)))
        return referral

    def seen(
        self,
        referral: ReferralId,
        provider: PartnerId,
        on: int,
        content: Content | None = Content.TREATMENT,
        *,
        outcome: Attendance = Attendance.ON_TIME,
        recorded: int | None = None,
        was: Content | None = None,
    ) -> None:
        contact, asked = ContactId(uuid4()), by(provider, at=day(on, 10))
        self.place.care.book_appointment(
            contact,
            referral,
            starts_at=day(on, 10),
            medium=Medium.VIDEO,
            content=content,
            asked=by(provider, at=day(0)),
        )
        self.place.care.note_attendance(contact, outcome, content=was, asked=asked)
        if recorded is not None:
            self.recorded[asked.key] = day(recorded)

    def entries(self, partner: PartnerId) -> list[Entry]:
        told = self.place.share().entries.get(partner, [])
        return [
            Entry(
                partner=partner,
                number=number,
                position=said.recorded.position,
                subject=SUBJECT,
                type=said.type,
                effective_at=said.recorded.effective_at,
                recorded_at=self.recorded.get(said.recorded.intention, said.recorded.effective_at),
                backfill=said.backfill,
                data=said.data,
            )
            for number, said in enumerate(told, start=1)
            if said is not None
        ]

    def clocks(self, partner: PartnerId, on: int) -> dict[str, dict[str, Any]]:
        directory = deepcopy(DIRECTORY)
        for recorded in self.place.recorded():
            directory.follow(recorded)  # what the place has chosen since
        read = running(self.entries(partner), directory, partner, at=day(on, 12))
        assert len({clock["clock"] for clock in read}) == len(read)
        return {clock["clock"]: clock for clock in read}

    def says(self, partner: PartnerId, clock: str, on: int) -> str:
        return str(self.clocks(partner, on)[clock]["words"])


def held(signed: AgreementSigned) -> list[Held]:
    return [Held(signed, MONDAY, began_at=MONDAY)]


DIRECTORY = Directory(
    partners={
        partner: PartnerEntry(partner, kind.value, kind, {}, held(agreement(partner)))
        for partner, kind in KINDS.items()
    },
    services={
        service: ServiceEntry(
            service,
            opened.partner,
            opened.name,
            opened.step,
            opened.ways_in,
            opened.eligibility,
            opened.group,
            opened.label,
            {},
        )
        for service, opened in SERVICES.items()
    },
)


@pytest.fixture
def week() -> Week:
    return Week()


def test_a_talking_therapies_wait_ends_with_treatment_and_not_with_an_assessment(
    week: Week,
) -> None:
    referral = week.refer()
    week.seen(referral, TALKING, 10, Content.ASSESSMENT)
    week.seen(referral, TALKING, 20, outcome=Attendance.DID_NOT_ATTEND)
    for partner in (WIGG, TALKING):
        assert week.says(partner, SIX, 30) == "day 30 of 42"
        assert week.clocks(partner, 30)[SIX]["awaits"] == ["attended treatment contact"]
    week.seen(referral, TALKING, 40)
    assert week.says(TALKING, SIX, 60) == "stopped on day 40 of 42"
    assert week.says(TALKING, "talking therapies, 18 weeks", 60) == "stopped on day 40 of 126"


def test_what_a_contact_was_counts_and_not_what_it_was_booked_for(week: Week) -> None:
    week.seen(week.refer(), TALKING, 10, Content.ASSESSMENT, was=Content.ASSESSMENT_AND_TREATMENT)
    assert week.says(TALKING, SIX, 20) == "stopped on day 10 of 42"


def test_the_hidden_wait_runs_from_the_first_treatment_to_the_second(week: Week) -> None:
    referral = week.refer()
    assert HIDDEN not in week.clocks(TALKING, 5)
    week.seen(referral, TALKING, 10)
    assert week.says(TALKING, HIDDEN, 30) == "day 20 of 90"
    week.seen(referral, TALKING, 45)
    assert week.says(TALKING, HIDDEN, 60) == "stopped on day 35 of 90"


def test_a_treatment_recorded_late_restates_the_clock_which_says_both(week: Week) -> None:
    week.seen(week.refer(), TALKING, 36, recorded=46)
    clock = week.clocks(TALKING, 50)[SIX]
    assert clock["words"] == "stopped on day 36 of 42"
    assert clock["restated"] == {
        "at": day(46).isoformat(),
        "was": "day 46, over 42 days",
        "is": "stopped on day 36 of 42",
    }


def test_an_appointment_took_place_when_it_was_to_and_not_when_somebody_said_so(
    week: Week,
) -> None:
    referral, contact = week.refer(), ContactId(uuid4())
    week.place.care.book_appointment(
        contact,
        referral,
        starts_at=day(40),
        medium=Medium.VIDEO,
        content=Content.TREATMENT,
        asked=by(TALKING, at=day(1)),
    )
    week.place.care.note_attendance(contact, Attendance.ON_TIME, asked=by(TALKING, at=day(45)))
    clock = week.clocks(TALKING, 50)[SIX]
    assert clock["words"] == "stopped on day 40 of 42"
    assert clock["restated"]["was"] == "day 45, over 42 days"


def test_what_somebody_is_told_late_of_times_before_is_no_restatement(week: Week) -> None:
    referral = week.refer()
    week.seen(referral, TALKING, 10)
    offer = HandoverId(named("to the trust"))
    asked = by(WIGG, at=day(60))
    week.place.care.offer_handover(ROSA, offer, WARD, asked=asked)
    for told in (entry for entry in week.entries(TRUST) if entry.backfill):
        assert told.type != "pathway.HandoverOffered.v1"
    clock = week.clocks(TRUST, 61)[SIX]
    assert (clock["words"], clock["restated"]) == ("stopped on day 10 of 42", None)


def test_a_pause_is_shown_apart_and_taken_off_only_where_the_rule_says_so(week: Week) -> None:
    referral = week.refer()
    care = week.place.care
    care.pause_wait(referral, PauseReason.AWAY, asked=by(TALKING, at=day(10)))
    assert week.clocks(TALKING, 20)[OWN_PAUSES]["state"] == "paused"
    care.resume_wait(referral, asked=by(TALKING, at=day(30)))
    clocks = week.clocks(TALKING, 44)
    assert (clocks[SIX]["words"], clocks[SIX]["paused_days"]) == ("day 44, over 42 days", 20)
    assert clocks[OWN_PAUSES]["words"] == "day 24 of 42"


def test_a_pause_written_up_late_restates_the_local_clock_and_no_national_one(
    week: Week,
) -> None:
    referral, care = week.refer(), week.place.care
    for asked, what in ((by(TALKING, at=day(10)), "pause"), (by(TALKING, at=day(20)), "resume")):
        week.recorded[asked.key] = day(44)
        if what == "pause":
            care.pause_wait(referral, PauseReason.UNWELL, asked=asked)
        else:
            care.resume_wait(referral, asked=asked)
    clocks = week.clocks(TALKING, 45)
    assert clocks[SIX]["restated"] is None
    assert clocks[OWN_PAUSES]["restated"]["was"] == "day 44, over 42 days"
    assert clocks[OWN_PAUSES]["restated"]["is"] == "day 35 of 42"


def test_a_wait_that_was_a_mistake_counts_nowhere_until_that_was_the_mistake(week: Week) -> None:
    referral, care = week.refer(), week.place.care
    care.nullify_clock(referral, NullificationReason.MADE_TWICE, asked=by(WIGG, at=day(44)))
    clock = week.clocks(TALKING, 45)[SIX]
    assert (clock["state"], clock["restated"]["was"]) == ("nullified", "day 44, over 42 days")
    care.reinstate_clock(referral, asked=by(WIGG, at=day(46)))
    assert week.says(TALKING, SIX, 47) == "day 47, over 42 days"


def test_a_redirected_referral_waits_anew_with_the_other_provider(week: Week) -> None:
    referral, care = ReferralId(uuid4()), week.place.care
    care.make_referral(
        referral,
        ROSA,
        THERAPY,
        source=Source.PROFESSIONAL,
        mode=Mode.WRITTEN,
        sent_without="Not known yet.",
        ask="Please see her.",
        asked=by(WIGG, at=day(0)),
    )
    care.redirect_referral(referral, WARD, asked=by(TALKING, at=day(5)))
    clocks = week.clocks(WIGG, 20)
    assert clocks[SIX]["words"] == "ended without its stop on day 5 of 42"
    assert (clocks[FOUR]["words"], clocks[FOUR]["provider"]) == ("day 15 of 28", str(TRUST))


def test_a_community_clock_stops_with_the_latest_of_its_four(week: Week) -> None:
    referral = week.refer(COLLABORATIVE_CARE, sender=TRUST)
    week.seen(referral, WIGG, 3, Content.ASSESSMENT)
    awaited = week.clocks(WIGG, 10)[FOUR]["awaits"]
    assert awaited[0] == "baseline outcome"
    week.place.care.complete_measure(
        MeasureId(uuid4()),
        referral,
        instrument=Instrument.PHQ_9,
        total=18,
        asked=by(WIGG, at=day(12)),
    )
    assert week.says(WIGG, FOUR, 20) == "day 20 of 28"
    week.seen(referral, WIGG, 21)
    assert week.says(WIGG, FOUR, 40) == "stopped on day 21 of 28"


def test_the_clock_of_an_initial_assessment_runs_where_the_way_of_that_day_names_it(
    week: Week,
) -> None:
    clock = "Sandwell, initial assessment"
    care = week.place.care
    care.choose_way("Sandwell", local_date(day(0)), asked=by(WIGG, at=day(0)))
    care.choose_way("James Wigg", local_date(day(10)), asked=by(WIGG, at=day(0)))
    in_time = week.refer(COLLABORATIVE_CARE, sender=TRUST)
    week.seen(in_time, WIGG, 3, Content.ASSESSMENT)
    assert week.says(WIGG, clock, 40) == "stopped on day 3 of 3", "by the way of its first day"
    assert "Sandwell, initial assessment when acute" not in week.clocks(WIGG, 40)


def test_where_no_way_names_it_nobody_is_measured_by_it(week: Week) -> None:
    week.refer(COLLABORATIVE_CARE, sender=TRUST)
    assert "Sandwell, initial assessment" not in week.clocks(WIGG, 2)
    week.place.care.choose_way("Sandwell", local_date(day(1)), asked=by(WIGG, at=day(0)))
    assert "Sandwell, initial assessment" not in week.clocks(WIGG, 2), "chosen from the day after"


def agree_plan(week: Week, on: int, *, recorded: int | None = None) -> None:
    """The practice agrees a plan with Rosa, and perhaps writes it down later."""
    asked = by(WIGG, at=day(on))
    holder = week.place.pathway().responsible
    assert holder is not None
    week.place.care.name_key_worker(ROSA, PRACTITIONERS[holder], asked=by(holder, at=day(0)))
    terms = Terms(how=AgreedHow.TOGETHER, person_does="Walk every day")
    week.place.care.agree_plan(ROSA, terms, asked=asked)
    if recorded is not None:
        week.recorded[asked.key] = day(recorded)


def all_but_the_plan(week: Week) -> None:
    """Rosa is assessed on day 3 and measured on day 12."""
    referral = week.refer(COLLABORATIVE_CARE, sender=TRUST)
    week.seen(referral, WIGG, 3, Content.ASSESSMENT)
    week.place.care.complete_measure(
        MeasureId(uuid4()),
        referral,
        instrument=Instrument.PHQ_9,
        total=18,
        asked=by(WIGG, at=day(12)),
    )


def test_an_agreed_plan_is_what_the_community_clock_waits_for(week: Week) -> None:
    all_but_the_plan(week)
    (awaited,) = week.clocks(WIGG, 20)[FOUR]["awaits"]
    assert set(awaited.split(" or ")) == {
        "agreed care plan",
        "intervention",
        "attended treatment contact",
    }
    agree_plan(week, 25)
    assert week.says(WIGG, FOUR, 40) == "stopped on day 25 of 28"


def test_a_plan_agreed_before_the_referral_came_stops_nothing(week: Week) -> None:
    week.refer(sender=WIGG)
    agree_plan(week, 1)
    referral = week.refer(COLLABORATIVE_CARE, sender=TRUST, on=10)
    week.seen(referral, WIGG, 12, Content.ASSESSMENT)
    assert len(week.clocks(WIGG, 20)[FOUR]["awaits"]) == 2


def test_a_plan_that_another_provider_agreed_stops_no_wait_of_this_one(week: Week) -> None:
    all_but_the_plan(week)
    asked = by(TALKING, at=day(15))
    week.refer(THERAPY)
    terms = Terms(how=AgreedHow.TOGETHER, person_does="Walk every day")
    week.place.care.agree_plan(ROSA, terms, asked=asked)
    assert week.says(WIGG, FOUR, 20) == "day 20 of 28"


def test_a_plan_written_down_late_restates_the_clock_which_says_both(week: Week) -> None:
    all_but_the_plan(week)
    agree_plan(week, 25, recorded=35)
    clock = week.clocks(WIGG, 40)[FOUR]
    assert clock["words"] == "stopped on day 25 of 28"
    assert clock["restated"] == {
        "at": day(35).isoformat(),
        "was": "day 35, over 28 days",
        "is": "stopped on day 25 of 28",
    }


def test_who_may_not_know_of_plans_is_shown_no_clock_that_one_would_stop(week: Week) -> None:
    all_but_the_plan(week)
    signed = agreement(WIGG)
    without = tuple(c for c in signed.categories if c is not Category.PLAN)
    entry = DIRECTORY.partners[WIGG]
    partners = DIRECTORY.partners | {
        WIGG: replace(entry, held=held(signed.model_copy(update={"categories": without})))
    }
    narrower = Directory(partners, DIRECTORY.services)
    read = running(week.entries(WIGG), narrower, WIGG, at=day(20, 12))
    assert FOUR not in {clock["clock"] for clock in read}


def test_an_email_or_a_message_is_no_contact_for_the_community_clock(week: Week) -> None:
    referral, contact = week.refer(COLLABORATIVE_CARE, sender=TRUST), ContactId(uuid4())
    week.place.care.book_appointment(
        contact,
        referral,
        starts_at=day(2),
        medium=Medium.EMAIL,
        content=Content.TREATMENT,
        asked=by(WIGG, at=day(1)),
    )
    week.place.care.note_attendance(contact, Attendance.ON_TIME, asked=by(WIGG, at=day(2)))
    assert "attended contact or attended treatment contact" in " ".join(
        week.clocks(WIGG, 5)[FOUR]["awaits"]
    )


@pytest.mark.parametrize(
    ("service", "priority", "clock", "says"),
    [
        (COLLABORATIVE_CARE, Priority.EMERGENCY, "emergency", "3 h 00 min of 4 hours"),
        (COLLABORATIVE_CARE, Priority.URGENT, "urgent", "day 0 of 7"),
        (WARD, Priority.EMERGENCY, "crisis, very urgent", "3 h 00 min of 4 hours"),
        (WARD, Priority.URGENT, "crisis, urgent", "3 h 00 min of 24 hours"),
    ],
)
def test_how_urgent_it_is_decides_about_the_standard(
    week: Week, service: ServiceId, priority: Priority, clock: str, says: str
) -> None:
    sender = TRUST if service == COLLABORATIVE_CARE else WIGG
    week.refer(service, sender=sender, priority=priority)
    assert week.says(WIGG, clock, 0) == says


def test_collaborative_care_waits_for_its_follow_up_and_its_psychiatrist(week: Week) -> None:
    offer, care = HandoverId(named("step up")), week.place.care
    referral = week.refer(THERAPY)
    care.offer_handover(ROSA, offer, WARD, asked=by(WIGG, at=day(0)))
    care.accept_handover(ROSA, offer, asked=by(TRUST, at=day(0)))
    back = HandoverId(named("step down"))
    care.offer_handover(
        ROSA,
        back,
        COLLABORATIVE_CARE,
        grounds=Grounds(kind=Evidence.PERSONS_REQUEST, words="Home now."),
        asked=by(TRUST, at=day(2)),
    )
    care.accept_handover(ROSA, back, asked=by(WIGG, at=day(2)))
    assert week.says(WIGG, "collaborative care, follow-up", 20) == "day 18 of 28"
    assert week.clocks(WIGG, 20)["collaborative care, psychiatric review"]["opens_on"] == (
        day(2 + 56).date().isoformat()
    )
    week.seen(referral, TALKING, 22, Content.FOLLOW_UP)
    assert week.says(WIGG, "collaborative care, follow-up", 40) == "stopped on day 20 of 28"
    for on, total in ((3, 20), (50, 9)):
        care.complete_measure(
            MeasureId(uuid4()),
            referral,
            instrument=Instrument.PHQ_9,
            total=total,
            asked=by(TALKING, at=day(on)),
        )
    ended = week.clocks(WIGG, 60)["collaborative care, psychiatric review"]
    assert ended["state"] == "ended without its stop"


def test_who_is_not_told_what_moves_a_clock_is_shown_none(week: Week) -> None:
    week.seen(week.refer(sender=LIBRARY), TALKING, 10)
    assert week.clocks(LIBRARY, 60) == {}
    assert SIX in week.clocks(WIGG, 60)
    offer = HandoverId(named("to social work"))
    week.place.care.offer_handover(
        ROSA, offer, next(s for s in SERVICES if SERVICES[s].partner == SOCIAL), asked=by(WIGG)
    )
    assert "ReferralMade" in week.place.share().types(SOCIAL)
    assert week.clocks(SOCIAL, 60) == {}


def test_a_drug_services_wait_is_no_business_of_talking_therapies(week: Week) -> None:
    week.refer()
    before = week.clocks(TALKING, 20)
    week.seen(week.refer(DRUG_CARE), KINDS_OF[DRUG_CARE], 3)
    assert week.clocks(TALKING, 20) == before


def test_on_what_was_known_then_it_reads_as_it_did(week: Week) -> None:
    referral = week.refer()
    told_then = len(week.entries(TALKING))
    week.seen(referral, TALKING, 36, recorded=46)
    then = running(week.entries(TALKING)[:told_then], DIRECTORY, TALKING, at=day(45))
    assert {c["clock"]: c["words"] for c in then}[SIX] == "day 45, over 42 days"
    assert week.says(TALKING, SIX, 45) == "stopped on day 36 of 42"


def test_of_somebody_withdrawn_no_clock_is_read() -> None:
    withdrawn = Entry(
        TALKING, 1, 1, SUBJECT, "share.Withdrawn.v1", MONDAY, datetime.now(UTC), False, {}
    )
    week = Week()
    week.refer()
    assert running([*week.entries(TALKING), withdrawn], DIRECTORY, TALKING, at=day(5)) == []


KINDS_OF = {service: opened.partner for service, opened in SERVICES.items()}
