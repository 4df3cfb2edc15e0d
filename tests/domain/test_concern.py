"""A worry about somebody is with one organisation until somebody says what came of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from uuid import UUID, uuid4, uuid5

import pytest

from domain import concern
from domain.concern import (
    Concern,
    ConcernAcknowledged,
    ConcernEscalated,
    ConcernFact,
    ConcernFellBack,
    ConcernIsOver,
    ConcernIsRaised,
    ConcernIsUnknown,
    ConcernNeedsWords,
    ConcernNotTaken,
    ConcernPassedOn,
    ConcernResolved,
    NobodyAskedYou,
    NobodyHasLooked,
    OnlySomebodyMayLook,
    OnlyWhoIsToLookMay,
    SafetyConcernRaised,
    SealedFromWhoRaisesIt,
    SomebodyLooks,
    TheyHaveItAlready,
    concern_of,
    concern_of_safeguarding,
)
from domain.intentions.concerns import AnAnswerRaisesItself, TheyMayNotLook
from domain.intentions.raising import ConcernIsOpen, NobodyMayLook
from domain.kernel import Asked
from domain.policies.concerns import (
    GUIDANCE,
    LOOKINGS,
    ConcernDue,
    ConcernRung,
    Looker,
    MustLook,
    in_force,
    next_rung,
)
from domain.policies.days import Unit, Within
from domain.silence import ThisRungIsNotDue
from domain.vocabulary import (
    ConcernId,
    ConcernOutcome,
    ConcernSource,
    EndReason,
    HowKnown,
    Label,
    MeasureId,
    PartnerId,
    PersonId,
    SafeguardingId,
    Tied,
)
from tests.people import (
    CHARITY,
    DRUG_CARE,
    DRUGS,
    GARDENING,
    HOUSING,
    LIBRARY,
    MONDAY,
    PROBATION,
    READING,
    ROSA,
    SCHOOL,
    SCHOOL_NURSE,
    SOCIAL,
    TALKING,
    THERAPY,
    TRUST,
    WARD,
    WIGG,
    details,
    named,
)
from tests.scenario import Community, by, refused, without_agreements

WORRY = ConcernId(named("what Rosa said to her therapist"))
HOURS = timedelta(hours=1)
HOST = ConcernRung.HOST
PLAN = ConcernOutcome.SAFETY_PLAN


@pytest.fixture
def place() -> Community:
    """Rosa is held by her practice and seen by talking therapies."""
    place = Community()
    place.register()
    place.accept(place.refer("Rosa to therapy"), TALKING)
    return place


def worried(
    place: Community,
    by_whom: PartnerId = TALKING,
    *,
    source: ConcernSource = ConcernSource.PRACTITIONER,
    worry: ConcernId = WORRY,
    sealed_from: tuple[PartnerId, ...] = (),
    at: datetime = MONDAY,
) -> Concern:
    place.care.raise_concern(
        ROSA,
        worry,
        source=source,
        words="She says she cannot go on.",
        sealed_from=sealed_from,
        asked=by(by_whom, at=at),
    )
    return the_concern(place, worry)


def the_concern(place: Community, worry: ConcernId = WORRY) -> Concern:
    return place.care._load(Concern, worry)


def look(place: Community, who: PartnerId = WIGG, *, at: datetime = MONDAY) -> None:
    place.care.acknowledge_concern(WORRY, "Rang her at once.", asked=by(who, at=at))


def resolve(place: Community, who: PartnerId = WIGG, outcome: ConcernOutcome = PLAN) -> None:
    place.care.resolve_concern(WORRY, outcome, "Her sister is with her.", asked=by(who))


def pass_on(place: Community, to: PartnerId = TRUST, who: PartnerId = WIGG) -> None:
    place.care.pass_on_concern(WORRY, to, "She is under your team.", asked=by(who))


def timer(at: datetime) -> Asked:
    return replace(by(WIGG, at=at), practitioner=None)


def due(place: Community) -> datetime:
    """When the next one is told."""
    following = the_concern(place).next_rung()
    assert following is not None
    return following.at


def escalate(place: Community, rung: ConcernRung, at: datetime) -> None:
    place.care.escalate_concern(WORRY, rung, asked=timer(at))


# Who must look, and by when


def test_whoever_is_responsible_must_look_within_four_hours(place: Community) -> None:
    worried(place)
    assert place.facts()[-1] == SafetyConcernRaised(
        acts=WIGG,
        raised_by=TALKING,
        source=ConcernSource.PRACTITIONER,
        because=MustLook.RESPONSIBLE,
        look_by=MONDAY + 4 * HOURS,
        words="She says she cannot go on.",
    )


def test_the_deadline_is_dated_data_that_says_whose_figure_it_is() -> None:
    assert all("own default" in each.source for each in LOOKINGS)
    assert all(each.source for each in GUIDANCE)
    said = " ".join(each.text for each in GUIDANCE)
    assert "999" in said
    assert "111" in said
    assert "option (2)" in said


def test_how_soon_somebody_must_look_is_as_it_was_on_the_day() -> None:
    (four_hours,) = LOOKINGS
    changed = MONDAY.date() + timedelta(days=3)
    one_hour = replace(four_hours, effective_from=changed, within=Within(1, Unit.HOURS))
    looked = replace(four_hours, effective_to=changed), replace(one_hour, rungs=(HOST,))
    for at, hours, rung in (
        (MONDAY, 4, ConcernRung.KEY_WORKER),
        (MONDAY + timedelta(days=3), 1, HOST),
    ):
        held = in_force(at, looked)
        assert held.look_by(at) == at + hours * HOURS
        due_then = next_rung(
            since=at, look_by=held.look_by(at), sent=(), told_at=None, lookings=looked
        )
        assert due_then == ConcernDue(rung, at + hours * HOURS)
    assert in_force(MONDAY + timedelta(days=3), (four_hours, one_hour)) is one_hour
    with pytest.raises(AssertionError):
        in_force(MONDAY, (one_hour,))


def test_what_raises_a_concern_by_itself_raises_the_same_one_for_ever() -> None:
    """Else the same answer, asked again of a later version, would raise a second."""
    assert concern_of(MeasureId(UUID(int=9))) == uuid5(UUID(int=9), "item 9")
    referred = SafeguardingId(UUID(int=9))
    assert concern_of_safeguarding(referred) == uuid5(UUID(int=9), "to be looked at")


def test_no_fact_about_a_concern_has_a_field_for_a_risk() -> None:
    for fact in concern.FACTS:
        for name, about in fact.model_fields.items():
            assert not {"risk", "level", "score", "severity", "priority"} & set(name.split("_"))
            assert about.annotation not in (int, float), f"{name} would rank it"


def test_with_nobody_responsible_the_practice_must_look() -> None:
    place = Community()
    place.register()
    raised = worried(place, WIGG, source=ConcernSource.THE_PERSON)
    assert raised.acts == WIGG
    fact = place.facts()[-1]
    assert isinstance(fact, SafetyConcernRaised)
    assert fact.because is MustLook.PRACTICE


def test_with_no_practice_the_host_must_look() -> None:
    place = Community()
    place.care.register_person(ROSA, details(ROSA, practice=None), asked=by(SOCIAL))
    worried(place, SOCIAL)
    fact = place.facts()[-1]
    assert isinstance(fact, SafetyConcernRaised)
    assert (fact.acts, fact.because) == (WIGG, MustLook.HOST)


def test_whom_the_person_objects_to_does_not_look(place: Community) -> None:
    place.hand_over(WARD)
    place.care.object_to(ROSA, WIGG, asked=by(TRUST))
    assert worried(place).acts == TRUST


def test_who_raises_it_looks_when_the_person_objects_to_everybody_else() -> None:
    place = Community()
    for known_by in (SOCIAL, LIBRARY):
        place.care.register_person(
            person := PersonId(uuid4()), details(ROSA, practice=None), asked=by(known_by)
        )
        place.care.object_to(person, WIGG, asked=by(known_by))
        raising = partial(
            place.care.raise_concern,
            person,
            ConcernId(uuid4()),
            source=ConcernSource.ORGANISATION,
            words="She has not been seen.",
            asked=by(known_by),
        )
        if known_by == LIBRARY:
            with refused(NobodyMayLook):
                raising()
        else:
            assert the_concern(place, ConcernId(raising().id)).acts == SOCIAL


def test_an_answer_to_item_9_is_looked_at_by_who_took_the_measure(place: Community) -> None:
    """Its concern is told before its score; asked again, it is raised once."""
    measure = MeasureId(named("Rosa's first PHQ-9"))
    raised = place.care._concern_of_item_9(
        ROSA, measure, label=place.pathway().label, asked=by(TALKING)
    )
    (fact,) = (recorded.fact for recorded in raised.pending)
    assert fact == SafetyConcernRaised(
        acts=TALKING,
        raised_by=TALKING,
        source=ConcernSource.ITEM_9,
        because=MustLook.MEASURED,
        look_by=MONDAY + 4 * HOURS,
        measure=measure,
    )
    assert raised.id == concern_of(measure)
    assert (
        raised.raise_for(
            ROSA,
            place.care._looker(ROSA, by(TALKING), measured=True) or pytest.fail("nobody looks"),
            source=ConcernSource.ITEM_9,
            measure=measure,
            asked=by(TALKING),
        )
        is None
    )


def test_nobody_says_in_words_what_an_answer_says_by_itself(place: Community) -> None:
    with refused(AnAnswerRaisesItself):
        worried(place, source=ConcernSource.ITEM_9)


def test_a_concern_without_words_helps_nobody_look(place: Community) -> None:
    with refused(ConcernNeedsWords):
        place.care.raise_concern(
            ROSA, WORRY, source=ConcernSource.CARER, words=" ", asked=by(TALKING)
        )


def test_nobody_keeps_a_concern_from_themselves(place: Community) -> None:
    with refused(SealedFromWhoRaisesIt):
        worried(place, sealed_from=(TALKING, TRUST))


def test_a_concern_says_what_it_was_caused_by() -> None:
    raised = Concern(WORRY).raise_for(
        ROSA,
        Looker(WIGG, MustLook.RESPONSIBLE),
        source=ConcernSource.SAFEGUARDING,
        words="She has bruises.",
        asked=by(TALKING),
        cause="what was seen/1",
    )
    assert raised is not None
    assert raised.causation == "what was seen/1"


def test_a_concern_has_an_id_of_its_own(place: Community) -> None:
    worried(place)
    with refused(ConcernIsRaised):
        worried(place)


# Looking


def test_somebody_looks_and_says_what_they_did_first(place: Community) -> None:
    worried(place)
    look(place)
    assert place.facts()[-1] == ConcernAcknowledged(
        acts=WIGG,
        raised_by=TALKING,
        source=ConcernSource.PRACTITIONER,
        first_did="Rang her at once.",
    )
    before = len(place.log.facts)
    look(place)
    assert len(place.log.facts) == before, "asked twice, it answers once"


def test_no_system_looks(place: Community) -> None:
    worried(place)
    with refused(OnlySomebodyMayLook):
        place.care.acknowledge_concern(WORRY, "Seen.", asked=timer(MONDAY))


@pytest.mark.parametrize("other", [TALKING, TRUST, CHARITY])
def test_nobody_silences_a_concern_from_outside(place: Community, other: PartnerId) -> None:
    worried(place)
    with refused(OnlyWhoIsToLookMay):
        look(place, other)
    look(place)
    for silence in (resolve, pass_on):
        with refused(OnlyWhoIsToLookMay):
            silence(place, who=other)


def test_it_is_resolved_by_who_looked_with_what_came_of_it(place: Community) -> None:
    worried(place)
    with refused(NobodyHasLooked):
        resolve(place)
    look(place)
    resolve(place)
    fact = place.facts()[-1]
    assert isinstance(fact, ConcernResolved)
    assert (fact.outcome, fact.words) == (PLAN, "Her sister is with her.")
    before = len(place.log.facts)
    resolve(place)
    assert len(place.log.facts) == before
    with refused(ConcernIsOver):
        look(place)
    assert not the_concern(place).open


def test_an_unknown_concern_is_not_there(place: Community) -> None:
    with refused(ConcernIsUnknown):
        look(place)


def test_no_system_says_what_came_of_it_nor_passes_it_on_nor_declines_it(place: Community) -> None:
    worried(place)
    look(place)
    machine = timer(MONDAY)
    with refused(OnlySomebodyMayLook):
        place.care.resolve_concern(WORRY, PLAN, "Done.", asked=machine)
    with refused(OnlySomebodyMayLook):
        place.care.pass_on_concern(WORRY, TRUST, "Yours.", asked=machine)
    pass_on(place)
    with refused(OnlySomebodyMayLook):
        place.care.not_take_concern(WORRY, "No.", asked=replace(by(TRUST), practitioner=None))


def test_once_it_is_resolved_nothing_else_is_said_of_it(place: Community) -> None:
    worried(place)
    look(place)
    pass_on(place)
    resolve(place)
    assert the_concern(place).fall_back(TRUST, asked=timer(MONDAY)) is None
    assert the_concern(place).next_rung() is None
    with refused(ConcernIsOver):
        resolve(place, outcome=ConcernOutcome.CARE_ELSEWHERE_TOLD)
    with refused(ConcernIsOver):
        pass_on(place, SOCIAL)
    with refused(ConcernIsOver):
        escalate(place, ConcernRung.KEY_WORKER, MONDAY + 9 * HOURS)
    with refused(NobodyAskedYou):
        place.care.not_take_concern(WORRY, "Not ours.", asked=by(TRUST))


def test_a_concern_offers_what_may_be_said_of_it_to_who_may_say_it(place: Community) -> None:
    place.hand_over(WARD)
    worried(place)
    may = the_concern(place).next_actions
    assert may(TRUST) == ("acknowledgement", "passing-on")
    assert may(WIGG) == may(TALKING) == ()
    look(place, TRUST)
    may = the_concern(place).next_actions
    assert may(TRUST) == ("resolution", "passing-on")
    pass_on(place, SOCIAL, TRUST)
    may = the_concern(place).next_actions
    assert may(TRUST) == ("acknowledgement", "resolution", "passing-on")
    assert may(SOCIAL) == ("acknowledgement", "refusal")
    for rung in ConcernRung:
        escalate(place, rung, due(place))
    assert the_concern(place).next_actions(WIGG) == ("acknowledgement",)
    resolve(place, TRUST)
    may = the_concern(place).next_actions
    assert may(TRUST) == may(SOCIAL) == may(WIGG) == ()


# Passing on: somebody always has it


def test_asked_twice_to_take_it_on_they_are_asked_once(place: Community) -> None:
    worried(place)
    pass_on(place)
    fact = place.facts()[-1]
    assert isinstance(fact, ConcernPassedOn)
    assert (fact.to, fact.look_by) == (TRUST, MONDAY + 4 * HOURS)
    assert fact.words == "She is under your team."
    before = len(place.log.facts)
    pass_on(place)
    assert len(place.log.facts) == before


def test_once_it_is_not_taken_nobody_is_waited_for(place: Community) -> None:
    """Who looked has it again as before; whom it was offered to is told no more of it."""
    worried(place)
    look(place)
    pass_on(place)
    escalate(place, ConcernRung.KEY_WORKER, due(place))
    place.care.not_take_concern(WORRY, "She is with another team.", asked=by(TRUST))
    assert the_concern(place).next_rung() is None
    with refused(SomebodyLooks):
        escalate(place, ConcernRung.RESPONSIBLE, MONDAY + 99 * HOURS)
    pass_on(place, SOCIAL)
    following = the_concern(place).next_rung()
    assert following is not None
    assert following.rung is ConcernRung.KEY_WORKER, "a new wait is told from its start"


def test_not_taken_before_anybody_looked_wins_no_time(place: Community) -> None:
    worried(place)
    first = due(place)
    pass_on(place)
    place.care.not_take_concern(WORRY, "She is with another team.", asked=by(TRUST))
    assert due(place) == first


def test_a_concern_that_is_passed_on_stays_until_somebody_there_looks(place: Community) -> None:
    worried(place)
    look(place)
    pass_on(place)
    assert the_concern(place).acts == WIGG
    assert isinstance(place.facts()[-1], ConcernPassedOn)
    look(place, TRUST)
    assert the_concern(place).acts == TRUST
    fact = place.facts()[-1]
    assert isinstance(fact, ConcernAcknowledged)
    assert fact.was == WIGG
    with refused(OnlyWhoIsToLookMay):
        resolve(place, WIGG)
    resolve(place, TRUST)


def test_a_concern_that_is_not_taken_stays_where_it_was(place: Community) -> None:
    worried(place)
    pass_on(place)
    place.care.not_take_concern(WORRY, "She is with another team.", asked=by(TRUST))
    assert isinstance(place.facts()[-1], ConcernNotTaken)
    assert the_concern(place).acts == WIGG
    with refused(NobodyAskedYou):
        place.care.not_take_concern(WORRY, "Nor we.", asked=by(TRUST))
    with refused(OnlyWhoIsToLookMay):
        look(place, TRUST)


def test_who_passed_it_on_may_look_all_the_same(place: Community) -> None:
    worried(place)
    look(place)
    pass_on(place)
    look(place)
    assert the_concern(place).offered_to is None
    with refused(OnlyWhoIsToLookMay):
        look(place, TRUST)


@pytest.mark.parametrize("to", [CHARITY, LIBRARY, PROBATION, HOUSING])
def test_nobody_outside_care_is_left_with_a_concern(place: Community, to: PartnerId) -> None:
    worried(place)
    with refused(TheyMayNotLook):
        pass_on(place, to)


def test_it_is_not_passed_on_to_who_has_it(place: Community) -> None:
    worried(place)
    with refused(TheyHaveItAlready):
        pass_on(place, WIGG)


# When nobody looks


def test_nobody_looks_and_each_rung_is_told_once(place: Community) -> None:
    """The key worker's organisation after four hours, who is responsible after six, the host."""
    place.hand_over(WARD)
    worried(place)
    with refused(ThisRungIsNotDue):
        escalate(place, ConcernRung.KEY_WORKER, MONDAY + 3 * HOURS)
    with refused(ThisRungIsNotDue):
        escalate(place, ConcernRung.HOST, MONDAY + 9 * HOURS)
    at = due(place)
    assert timedelta() <= at - (MONDAY + 4 * HOURS) < HOURS, "counted from when it was known"
    for rung, to in (
        (ConcernRung.KEY_WORKER, TRUST),
        (ConcernRung.RESPONSIBLE, TRUST),
        (ConcernRung.HOST, WIGG),
    ):
        with refused(ThisRungIsNotDue):
            escalate(place, rung, at - timedelta(seconds=1))
        escalate(place, rung, at)
        fact = place.facts()[-1]
        assert isinstance(fact, ConcernEscalated)
        assert (fact.rung, fact.to, fact.due_at) == (rung, to, at)
        before = len(place.log.facts)
        escalate(place, rung, at)
        assert len(place.log.facts) == before
        at += 2 * HOURS
    assert the_concern(place).next_rung() is None


def test_whoever_is_told_in_their_place_may_look_and_then_has_it(place: Community) -> None:
    place.hand_over(WARD)
    worried(place)
    for rung in ConcernRung:
        escalate(place, rung, due(place))
    look(place, WIGG, at=MONDAY + 9 * HOURS)
    assert the_concern(place).acts == WIGG
    with refused(OnlyWhoIsToLookMay):
        resolve(place, TRUST)


def test_everybody_who_was_told_in_their_place_may_look(place: Community) -> None:
    """Who is told later does not take it from who was told before."""
    raised = worried(place)
    for rung, to in zip(ConcernRung, (SOCIAL, TALKING, TRUST), strict=True):
        following = raised.next_rung()
        assert following is not None
        raised.escalate(rung, to, asked=timer(following.at))
    for told in (SOCIAL, TALKING, TRUST):
        assert raised.next_actions(told) == ("acknowledgement",)


def test_once_somebody_looked_nobody_else_is_told(place: Community) -> None:
    worried(place)
    look(place)
    with refused(SomebodyLooks):
        escalate(place, ConcernRung.KEY_WORKER, MONDAY + 5 * HOURS)


def test_passing_on_unlooked_at_wins_no_time(place: Community) -> None:
    worried(place)
    first = due(place)
    pass_on(place)
    assert due(place) == first
    escalate(place, ConcernRung.KEY_WORKER, first)
    pass_on(place, SOCIAL)
    escalate(place, ConcernRung.RESPONSIBLE, due(place))


def test_a_concern_passed_on_that_nobody_takes_is_escalated_too(place: Community) -> None:
    worried(place)
    look(place)
    pass_on(place)
    escalate(place, ConcernRung.KEY_WORKER, due(place))
    assert isinstance(place.facts()[-1], ConcernEscalated)


# Never lost


def test_a_pathway_does_not_close_over_a_concern(place: Community) -> None:
    without_agreements(place)
    worried(place)
    look(place)
    with refused(ConcernIsOpen):
        place.care.close_pathway(ROSA, EndReason.COMPLETED, asked=by(WIGG))
    with refused(ConcernIsOpen):
        place.care.propose_discharge(ROSA, EndReason.COMPLETED, plan="Ring.", asked=by(WIGG))
    resolve(place)
    place.care.close_pathway(ROSA, EndReason.COMPLETED, asked=by(WIGG))
    assert not place.pathway().open


def test_a_concern_outlives_the_person(place: Community) -> None:
    worried(place)
    place.care.record_death(ROSA, date(2026, 3, 2), known_by=HowKnown.FAMILY, asked=by(WIGG))
    assert the_concern(place).open
    look(place)
    resolve(place, outcome=ConcernOutcome.PERSON_DIED)
    assert not the_concern(place).open


def test_a_concern_outlives_a_move_until_care_there_was_told(place: Community) -> None:
    worried(place)
    place.care.record_move(
        ROSA, date(2026, 3, 2), where_to="Leeds", new_place_told=True, asked=by(WIGG)
    )
    assert the_concern(place).open
    look(place)
    resolve(place, outcome=ConcernOutcome.CARE_ELSEWHERE_TOLD)


@pytest.mark.parametrize("alive", [True, False])
def test_a_concern_falls_back_when_who_had_it_leaves(place: Community, alive: bool) -> None:
    place.hand_over(WARD)
    worried(place)
    look(place, TRUST)
    if not alive:
        place.care.record_death(ROSA, date(2026, 3, 2), known_by=HowKnown.FAMILY, asked=by(TRUST))
    place.care.leave(TRUST, "The contract ended.", asked=by(WIGG))
    for _ in range(2):
        place.care.end_tie(Tied.CONCERN, WORRY, ROSA, TRUST, asked=timer(MONDAY))
    fact = place.facts()[-1]
    assert isinstance(fact, ConcernFellBack)
    assert (fact.acts, fact.was, fact.look_by) == (WIGG, TRUST, MONDAY + 4 * HOURS)
    assert not the_concern(place).looked, "somebody there must look anew"
    assert due(place) == the_concern(place).look_by, "and is waited for anew"
    assert the_concern(place).waits_since is not None
    look(place)


def test_a_handover_does_not_take_a_concern_along(place: Community) -> None:
    worried(place)
    place.hand_over(WARD)
    assert the_concern(place).acts == WIGG


# Who may know


def test_who_cares_for_her_is_told_and_nobody_else(place: Community) -> None:
    place.accept(place.refer("Rosa to gardening", to=GARDENING), CHARITY)
    place.accept(place.refer("Rosa to the drug service", to=DRUG_CARE), DRUGS)
    worried(place)
    look(place)
    share = place.share()
    for care in (WIGG, TALKING):
        assert share.types(care)[-2:] == ["SafetyConcernRaised", "ConcernAcknowledged"]
    for other in (CHARITY, DRUGS):
        assert not any("Concern" in each for each in share.types(other))


def test_a_library_raises_a_concern_and_learns_only_that_somebody_looks(place: Community) -> None:
    place.accept(place.refer("Rosa to reading", to=READING), LIBRARY)
    worried(place, LIBRARY, source=ConcernSource.ORGANISATION)
    look(place)
    pass_on(place)
    look(place, TRUST)
    resolve(place, TRUST)
    share = place.share()
    told = [entry for entry in share.entries[LIBRARY] if entry and "concern." in entry.type]
    assert [entry.type.split(".")[1] for entry in told] == [
        "SafetyConcernRaised",
        "ConcernAcknowledged",  # by the practice
        "ConcernAcknowledged",  # and by whom it was passed on to
    ]
    assert all(entry.data == {"stream": str(WORRY)} for entry in told)
    assert str(LIBRARY) in str(share.told(WIGG, "SafetyConcernRaised").data)
    assert str(LIBRARY) not in str(share.told(TALKING, "SafetyConcernRaised").data)


def test_who_is_alleged_never_learns_of_it(place: Community) -> None:
    """Not of the concern, nor by being refused something because of it."""
    without_agreements(place)
    raised = worried(place, sealed_from=(WIGG,))
    assert raised.acts == TALKING, "the one it is about does not look into it"
    for rung in ConcernRung:
        escalate(place, rung, due(place))
        fact = place.facts()[-1]
        assert isinstance(fact, ConcernEscalated)
        assert fact.to != WIGG
    with refused(ConcernIsUnknown):
        look(place, WIGG)
    place.care.close_pathway(ROSA, EndReason.COMPLETED, asked=by(WIGG))
    assert not any("Concern" in each for each in place.share().types(WIGG))


def test_a_concern_of_the_drug_service_names_it_to_nobody_who_should_not_know(
    place: Community,
) -> None:
    place.accept(place.refer("Rosa to the drug service", to=DRUG_CARE), DRUGS)
    place.hand_over(THERAPY)
    worried(place, DRUGS)
    share = place.share()
    assert str(DRUGS) not in share.text(TALKING)
    assert share.told(TALKING, "SafetyConcernRaised").data["words"]


def test_whatever_is_said_of_a_concern_is_as_sensitive_as_the_concern(place: Community) -> None:
    """Else an answer would name the drug service that the concern does not."""
    place.accept(place.refer("Rosa to the drug service", to=DRUG_CARE), DRUGS)
    place.hand_over(DRUG_CARE)
    since = len(place.log.facts)
    worried(place)
    look(place, DRUGS)
    pass_on(place, TRUST, DRUGS)
    place.care.not_take_concern(WORRY, "Not ours.", asked=by(TRUST))
    pass_on(place, SOCIAL, DRUGS)
    escalate(place, ConcernRung.KEY_WORKER, due(place))
    resolve(place, DRUGS)
    assert {each.label for each in place.recorded(since)} == {Label.SUBSTANCE}
    assert str(DRUGS) not in place.share().text(TALKING)


def test_who_does_not_take_it_and_has_no_other_part_is_told_no_more(place: Community) -> None:
    worried(place)
    pass_on(place, SOCIAL)
    assert "SafetyConcernRaised" in place.share().types(SOCIAL)
    place.care.not_take_concern(WORRY, "Not ours.", asked=by(SOCIAL))
    assert place.share().types(SOCIAL)[-1] == "Withdrawn"


def test_every_fact_says_who_has_it(place: Community) -> None:
    """From the first to the last, one organisation has the concern."""
    worried(place)
    look(place)
    pass_on(place)
    look(place, TRUST)
    resolve(place, TRUST)
    has = [fact.acts for fact in place.facts() if isinstance(fact, ConcernFact)]
    assert has == [WIGG, WIGG, WIGG, TRUST, TRUST]


def test_a_school_may_raise_one_too(place: Community) -> None:
    place.accept(place.refer("Rosa to school", to=SCHOOL_NURSE), SCHOOL)
    assert worried(place, SCHOOL, source=ConcernSource.ORGANISATION).acts == WIGG
