"""One person whose every word is marked, in touch with a partner of every kind.

What each kind may know of it is written by hand below, from the sharing agreements of the place
(docs: who may know what), and not from the code that decides it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

from deploy.wiring import House
from domain.application import CareCoordination
from domain.carer import CarerIdentified
from domain.case import Attendee, Dissent
from domain.discussion import CaseDiscussed
from domain.kernel import Asked
from domain.meeting import MeetingScheduled
from domain.pathway import pathway_of
from domain.person import Details
from domain.plan import Part, Terms
from domain.policies.steps import Evidence
from domain.policies.ways import SANDWELL
from domain.safeguarding import SafeguardingReferred
from domain.steps import Grounds
from domain.vocabulary import (
    AccessNeed,
    ActionId,
    AgreedHow,
    Attendance,
    CarerId,
    Collected,
    Complexity,
    ConcernId,
    ConcernOutcome,
    ConcernSource,
    ContactId,
    Decision,
    DecisionId,
    DeclineReason,
    DiscussionId,
    EndReason,
    Experience,
    FeedbackId,
    GoalId,
    HandoverId,
    Instrument,
    MayBeTold,
    MeasureId,
    Medium,
    MeetingId,
    MeetingKind,
    Mode,
    NullificationReason,
    PartnerId,
    PartnerKind,
    PauseReason,
    PersonId,
    Recommendation,
    ReferralId,
    Relation,
    Role,
    SafeguardingId,
    SafeguardingOf,
    ServiceId,
    SharedCareEnd,
    Source,
    WorkId,
    WorkKind,
    WorkOutcome,
)
from tests.people import (
    CHARITY,
    DRUGS,
    GARDENING,
    KINDS,
    LIBRARY,
    MONDAY,
    PEER_GROUP,
    PHARMACY,
    READING,
    SERVICE_OF,
    SERVICES,
    SOCIAL,
    TALKING,
    THURSDAY,
    TRUST,
    WARD,
    WIGG,
    named,
)
from tests.processes.canary import CANARY, mark, worker
from tests.processes.private import PRIVATE, PRIVATELY, kept_private

LONG_AGO = datetime(2020, 1, 6, 9, 0, tzinfo=UTC)
BORN = date(1931, 7, 19)
NHS_NUMBER = "9990301948"


# What every kind may know

IDENTITY = {mark("name"), mark("phone")}
DEMOGRAPHIC = {BORN.isoformat(), NHS_NUMBER, mark("sex"), mark("address"), mark("postcode")}
ACCESS = {mark(words) for words in ("language", "needs", "one need", "adjustment")}
OF_CLINICIANS = {mark("impairment"), mark("need not met")}
KEPT_APART = {mark("kept apart")}
CARERS = {mark(f"carers {words}") for words in ("name", "phone", "wish", "assessment")}
SHARED_CARE = {mark("joint review"), mark("end of shared care")}
EQUALITY = {mark("ethnicity")}
EVERYBODY = IDENTITY | DEMOGRAPHIC | ACCESS | EQUALITY | OF_CLINICIANS | CARERS

# The practice is asked last, and so it is who refers first that holds the person: the practice.
HELPING = [partner for partner in KINDS if partner in SERVICE_OF and partner != WIGG] + [WIGG]
ORDINARY = [partner for partner in HELPING if partner != DRUGS]


def asked(partner: PartnerId) -> set[str]:
    """The practical words of a referral, and of the talk about it."""
    kind = KINDS[partner].value
    return {mark(what, kind) for what in ("ask", "question", "answer")}


def activity(partner: PartnerId) -> set[str]:
    return {mark(each, KINDS[partner].value) for each in ("activity", "meeting place")}


def coordination(partner: PartnerId) -> set[str]:
    return {mark("said by", KINDS[partner].value)}


def clinical(partner: PartnerId) -> set[str]:
    return {mark(what, KINDS[partner].value) for what in ("reason", "score put right")}


def whole(partners: list[PartnerId]) -> set[str]:
    found: set[str] = set()
    for partner in partners:
        found |= asked(partner) | activity(partner) | coordination(partner) | clinical(partner)
    return found


NOTES = {mark("declined ask"), mark("declined note"), mark("passed on ask"), mark("passed on note")}
NOTE_REASONS = {mark("declined reason"), mark("passed on reason")}
AT_THE_MEETING = {mark("case question"), mark("rationale"), mark("her view"), mark("dissent")}
OF_THE_HANDOVER = {mark("evidence"), mark("handover note")}
SUMMARY = {mark("summary")}
BESIDE_IT = {
    mark(words)
    for words in (
        *("advice question", "advice", "talk question", "talk advice", "pause note"),
        *("later dissent", "hold reason", "discharge plan", "disagreement"),
    )
}
TREATMENT = NOTE_REASONS | AT_THE_MEETING | OF_THE_HANDOVER | SUMMARY | BESIDE_IT
ACTION = {mark("action"), mark("action dropped")}
"""Practical words: to who coordinates, and to the housing adviser who was to do it."""
NULLIFIED = {mark("nullified")}
"""A practical word about the referral to talking therapies."""
PRACTICAL = ACTION | NULLIFIED
PASSED_ON = {mark("passed on ask"), mark("passed on note")}
DECLINED = {mark("declined ask"), mark("declined note")}

PLANNED = {
    mark(words)
    for words in (
        *("goal", "difference", "helps", "goal reached", "plan changed"),
        *("she does", "carers do", "crisis", "housing part"),
    )
}
HOUSING_PART = {mark("housing part")}
DRUG_PLAN = {mark("drug part"), mark("drug plan")}
SAID_OF_TALKING = {mark("said of talking")}
SAID_BY_NOBODY = {mark("said by nobody")}

LINKED = {mark("link reason"), mark("unlink reason")}
"""Why two records are one person's, or are not: to who may know of treatment."""
RULED_OUT = {mark("ruled out")}
"""Who somebody is not: told to nobody."""

ALLOWED: dict[PartnerKind, set[str]] = {
    PartnerKind.PRACTICE: EVERYBODY | whole(HELPING) | NOTES | TREATMENT | PRACTICAL,
    PartnerKind.TRUST: EVERYBODY | whole(HELPING) | NOTES | TREATMENT | PRACTICAL,
    PartnerKind.TALKING_THERAPIES: EVERYBODY | whole(ORDINARY) | NOTES | TREATMENT | PRACTICAL,
    PartnerKind.SOCIAL_WORK: IDENTITY
    | DEMOGRAPHIC
    | ACCESS
    | CARERS
    | NOTES
    | PRACTICAL
    | {m for p in ORDINARY for m in asked(p) | activity(p) | coordination(p)},
    PartnerKind.DRUG_SERVICE: EVERYBODY | whole([DRUGS]),
    PartnerKind.PHARMACY: IDENTITY | ACCESS,
    PartnerKind.CHARITY: IDENTITY | ACCESS | asked(CHARITY) | activity(CHARITY) | PASSED_ON,
    PartnerKind.PATIENT_GROUP: IDENTITY | ACCESS | PASSED_ON,
    PartnerKind.SCHOOL: IDENTITY | ACCESS,
    PartnerKind.LIBRARY: IDENTITY | ACCESS | asked(LIBRARY) | activity(LIBRARY) | DECLINED,
    PartnerKind.HOUSING_ADVICE: IDENTITY | ACCESS | ACTION,
    PartnerKind.PROBATION: IDENTITY,
    PartnerKind.COMMISSIONER: set(),
}
for clinical_care in (
    PartnerKind.PRACTICE,
    PartnerKind.TRUST,
    PartnerKind.TALKING_THERAPIES,
    PartnerKind.DRUG_SERVICE,
):
    ALLOWED[clinical_care] |= LINKED
ALLOWED[PartnerKind.PRACTICE] |= SHARED_CARE | KEPT_APART
ALLOWED[PartnerKind.TRUST] |= SHARED_CARE
ALLOWED[PartnerKind.DRUG_SERVICE] |= SHARED_CARE
for partner, kind in KINDS.items():  # whoever is asked is told its own ask
    if kind in (PartnerKind.PATIENT_GROUP, PartnerKind.SCHOOL):
        ALLOWED[kind] |= asked(partner) | activity(partner)
    if kind is PartnerKind.HOUSING_ADVICE:
        ALLOWED[kind] |= asked(partner)
    if kind is PartnerKind.PROBATION:
        ALLOWED[kind] |= {mark("question", kind.value)}

MARKS = EVERYBODY | whole(HELPING) | NOTES | TREATMENT | PRACTICAL | SHARED_CARE | KEPT_APART
MARKS |= LINKED | RULED_OUT


def needs_and_carers(house: House, by: Callable[[PartnerId], Asked]) -> None:
    """What the person needs, who cares for them, and with whom their treatment is shared."""
    care = house.care
    care.record_communication_needs(
        CANARY,
        mark("one need"),
        language=mark("language"),
        need=AccessNeed.LARGE_PRINT,
        asked=by(WIGG),
    )
    for need, words, shared in (
        (AccessNeed.LONGER, mark("adjustment"), True),
        (AccessNeed.QUIET, mark("kept apart"), False),
    ):
        why = mark("impairment") if shared else None
        care.agree_adjustment(CANARY, need, words, impairment=why, shared=shared, asked=by(WIGG))
    care.note_need(
        CANARY, AccessNeed.LONGER, False, what_came_of_it=mark("need not met"), asked=by(WIGG)
    )
    carer = CarerId(named("canary's carer"))
    seen = CarerIdentified(
        name=mark("carers name"), phone=mark("carers phone"), relation=Relation.SIBLING
    )
    care.identify_carer(CANARY, carer, seen, agreed=True, asked=by(WIGG))
    care.let_carer_be_told(carer, MayBeTold.SOME, mark("carers wish"), asked=by(WIGG))
    care.register_carer(carer, SOCIAL, asked=by(WIGG))
    care.complete_carers_assessment(carer, mark("carers assessment"), asked=by(SOCIAL))
    care.agree_shared_care(
        CANARY,
        practice=WIGG,
        prescriber=worker(WIGG),
        drug_service=DRUGS,
        key_worker=worker(DRUGS),
        pharmacy=PHARMACY,
        signed_on=MONDAY.date(),
        asked=by(DRUGS),
    )
    care.agree_supervision(CANARY, MONDAY.date(), asked=by(WIGG))
    gone = MONDAY.date() - timedelta(days=3)
    care.report_missed_doses(CANARY, gone, MONDAY.date(), asked=by(PHARMACY))
    care.hold_joint_review(
        CANARY,
        gp=worker(WIGG),
        key_worker=worker(DRUGS),
        outcome=mark("joint review"),
        asked=by(WIGG),
    )
    care.end_shared_care(
        CANARY, SharedCareEnd.HANDED_BACK, note=mark("end of shared care"), asked=by(DRUGS)
    )


for kind in (
    PartnerKind.PRACTICE,
    PartnerKind.TRUST,
    PartnerKind.TALKING_THERAPIES,
    PartnerKind.SOCIAL_WORK,
):
    ALLOWED[kind] |= PLANNED
for kind in (PartnerKind.PRACTICE, PartnerKind.TRUST, PartnerKind.DRUG_SERVICE):
    ALLOWED[kind] |= DRUG_PLAN
ALLOWED[PartnerKind.HOUSING_ADVICE] |= HOUSING_PART
ALLOWED[PartnerKind.TALKING_THERAPIES] |= SAID_OF_TALKING
SAID_OF_HELP = PLANNED | DRUG_PLAN | SAID_OF_TALKING | SAID_BY_NOBODY

MARKS |= SAID_OF_HELP


WORRIED = {
    mark(words)
    for words in ("worry", "passed on why", "not taken why", "looked", "came of the worry")
}
KEPT_FROM_ONE = {
    mark(words) for words in ("kept from one", "looked at what is kept", "came of what is kept")
}
SAFEGUARDED = {mark(words) for words in ("council", "safeguarding content", "safeguarding shared")}
ALLOWED[PartnerKind.TALKING_THERAPIES] |= WORRIED
for kind in (PartnerKind.PRACTICE, PartnerKind.TRUST, PartnerKind.SOCIAL_WORK):
    ALLOWED[kind] |= WORRIED | KEPT_FROM_ONE | SAFEGUARDED
OF_SAFETY = WORRIED | KEPT_FROM_ONE | SAFEGUARDED
"""The charity that worried learns that somebody looked, and reads none of these."""

MARKS |= OF_SAFETY

WHY_SO_COMPLEX = {mark("why so complex")}
SOCIAL_WORK = {mark("arrears"), mark("came of the arrears")}
"""Money and housing trouble: to who coordinates care; the housing adviser is told the ask alone."""
for kind in (PartnerKind.PRACTICE, PartnerKind.TRUST, PartnerKind.TALKING_THERAPIES):
    ALLOWED[kind] |= WHY_SO_COMPLEX | SOCIAL_WORK
ALLOWED[PartnerKind.SOCIAL_WORK] |= SOCIAL_WORK

MARKS |= WHY_SO_COMPLEX | SOCIAL_WORK

for kind, private in PRIVATELY.items():
    ALLOWED[kind] |= private

MARKS |= PRIVATE


def marked_person(house: House) -> None:
    """Everything that can be said of a person is said of this one, with a mark in it."""
    care = house.care
    ticks = iter(range(10_000))

    def by(partner: PartnerId, at: datetime = MONDAY) -> Asked:
        return Asked(partner, at + timedelta(minutes=next(ticks)), uuid4(), worker(partner))

    with care.batch():
        for partner, kind in KINDS.items():
            care.join_partner(
                partner, name=kind.value, kind=kind, identifiers={}, asked=by(partner, LONG_AGO)
            )
            care.add_practitioner(
                partner,
                worker(partner),
                name=f"Worker of the {kind.value}",
                role=Role.COMMISSIONER if kind is PartnerKind.COMMISSIONER else Role.CLINICIAN,
                title="worker",
                asked=by(partner, LONG_AGO),
            )
        for service, opening in SERVICES.items():
            care.open_service(service, opening, asked=by(opening.partner, LONG_AGO))

    care.register_person(
        CANARY,
        Details(
            name=mark("name"),
            phone=mark("phone"),
            practice=WIGG,
            date_of_birth=BORN,
            nhs_number=NHS_NUMBER,
            sex=mark("sex"),
            address=mark("address"),
            postcode=mark("postcode"),
            language=mark("language"),
            ethnicity=mark("ethnicity"),
            deprivation_decile=3,
        ),
        asked=by(WIGG),
    )
    care.record_communication_needs(
        CANARY, mark("needs"), language=mark("language"), asked=by(WIGG)
    )
    needs_and_carers(house, by)
    care.consent_to(CANARY, _of(PartnerKind.PROBATION), asked=by(WIGG))

    def refer(words: str, service: ServiceId, *, said_by: str | None = None) -> ReferralId:
        referral = ReferralId(named(f"canary {words}"))
        sender = SOCIAL if SERVICES[service].partner == WIGG else WIGG
        care.make_referral(
            referral,
            CANARY,
            service,
            source=Source.PROFESSIONAL,
            mode=Mode.VERBAL,
            ask=mark(f"{words} ask") if said_by is None else mark("ask", words),
            reason=mark(f"{words} reason") if said_by is None else mark("reason", words),
            said_by=said_by,
            asked=by(sender),
        )
        return referral

    for partner in HELPING:
        words = KINDS[partner].value
        referral = refer(words, SERVICE_OF[partner], said_by=mark("said by", words))
        sender = SOCIAL if partner == WIGG else WIGG
        care.ask_information(referral, mark("question", words), asked=by(partner))
        care.give_information(referral, mark("answer", words), asked=by(sender))
        care.accept_referral(referral, asked=by(partner))
        contact = ContactId(named(f"canary meets {words}"))
        care.book_appointment(
            contact,
            referral,
            starts_at=MONDAY,
            medium=Medium.GROUP,
            activity=mark("activity", words),
            place=mark("meeting place", words),
            asked=by(partner),
        )
        care.note_attendance(contact, Attendance.ON_TIME, asked=by(partner))
        measure = MeasureId(named(f"canary scored by {words}"))
        care.complete_measure(
            measure, referral, instrument=Instrument.WSAS, total=37, asked=by(partner)
        )
        care.correct_score(
            measure, total=36, reason=mark("score put right", words), asked=by(partner)
        )

    declined = refer("declined", READING)
    care.decline_referral(
        declined, DeclineReason.FULL, note=mark("declined note"), asked=by(LIBRARY)
    )
    passed_on = refer("passed on", GARDENING)
    care.redirect_referral(passed_on, PEER_GROUP, note=mark("passed on note"), asked=by(CHARITY))

    meeting, present = MeetingId(named("canary's MDT")), (WIGG, TALKING, TRUST, SOCIAL, CHARITY)
    care.schedule_meeting(
        meeting,
        MeetingScheduled(
            kind=MeetingKind.WEEKLY_MDT,
            name="MDT",
            starts_at=THURSDAY,
            chair=worker(WIGG),
            invited=present,
        ),
        asked=by(WIGG),
    )
    care.list_case(meeting, CANARY, question=mark("case question"), present=present, asked=by(WIGG))
    attendees = tuple(Attendee(practitioner=worker(p), partner=p) for p in present)
    care.record_attendance(meeting, CANARY, attendees, asked=by(WIGG))
    care.record_decision(
        meeting,
        CANARY,
        DecisionId(named("canary stays")),
        outcome=Decision.STAY,
        rationale=mark("rationale"),
        persons_view=mark("her view"),
        dissent=(Dissent(practitioner=worker(TRUST), reason=mark("dissent")),),
        asked=by(WIGG),
    )
    said_later = Dissent(practitioner=worker(TALKING), reason=mark("later dissent"))
    care.record_dissent(meeting, CANARY, said_later, asked=by(WIGG))
    housing, to_do = _of(PartnerKind.HOUSING_ADVICE), ActionId(named("canary's action"))
    care.agree_action(
        meeting,
        CANARY,
        to_do,
        what=mark("action"),
        owner=housing,
        due_on=THURSDAY.date(),
        asked=by(WIGG),
    )
    care.drop_action(to_do, mark("action dropped"), asked=by(housing))

    question = ReferralId(named("canary's question"))
    care.ask_advice(question, CANARY, WARD, mark("advice question"), asked=by(WIGG))
    care.give_advice(question, mark("advice"), Recommendation.NO_REFERRAL_NEEDED, asked=by(TRUST))
    care.discuss_case(
        CANARY,
        DiscussionId(named("canary is talked over")),
        CaseDiscussed(
            asked_by=Attendee(practitioner=worker(WIGG), partner=WIGG),
            advised_by=Attendee(practitioner=worker(TRUST), partner=TRUST),
            question=mark("talk question"),
            advice=mark("talk advice"),
            medium=Medium.FACE_TO_FACE,
        ),
        asked=by(WIGG),
    )
    waits = ReferralId(named(f"canary {KINDS[TALKING].value}"))
    care.pause_wait(waits, PauseReason.AWAY, note=mark("pause note"), asked=by(TALKING))
    care.nullify_clock(
        waits, NullificationReason.MADE_IN_ERROR, note=mark("nullified"), asked=by(WIGG)
    )
    care.record_disagreement(CANARY, pathway_of(CANARY), 1, mark("disagreement"), asked=by(WIGG))

    planned(care, by, housing)

    worried(care, by)

    coded_and_worked(care, by)

    offered = HandoverId(named("canary is offered"))
    care.offer_handover(
        CANARY,
        offered,
        WARD,
        grounds=Grounds(Evidence.URGENT_NEED, words=mark("evidence")),
        asked=by(WIGG),
    )
    care.decline_handover(CANARY, offered, note=mark("handover note"), asked=by(TRUST))
    care.put_on_hold(CANARY, reason=mark("hold reason"), review_on=date(2030, 1, 7), asked=by(WIGG))
    care.propose_discharge(CANARY, EndReason.COMPLETED, plan=mark("discharge plan"), asked=by(WIGG))
    ended = ReferralId(named(f"canary {KINDS[CHARITY].value}"))
    care.close_referral(ended, EndReason.COMPLETED, summary=mark("summary"), asked=by(CHARITY))
    taken_for_another(care, by)
    kept_private(care, by)


def taken_for_another(care: CareCoordination, by: Callable[[PartnerId], Asked]) -> None:
    """A second record is told apart, linked after all, and unlinked: two people, all along."""
    second = PersonId(named("the canary's namesake"))
    care.register_person(second, Details(name="Namesake", practice=WIGG), asked=by(WIGG))
    care.rule_out_match(CANARY, second, reason=mark("ruled out"), asked=by(WIGG))
    care.link_persons(CANARY, second, reason=mark("link reason"), asked=by(WIGG))
    care.unlink_persons(CANARY, second, reason=mark("unlink reason"), asked=by(WIGG))


def coded_and_worked(care: CareCoordination, by: Callable[[PartnerId], Asked]) -> None:
    """The case is coded in a place that has colours, and social workers take something up."""
    kept = SANDWELL.practices[1:]  # a full service may say so here
    care.write_way(SANDWELL.model_copy(update={"practices": kept}), asked=by(WIGG))
    care.choose_way(SANDWELL.name, MONDAY.date(), asked=by(WIGG))
    care.code_complexity(CANARY, Complexity.RED, mark("why so complex"), asked=by(WIGG))
    work, under = (
        WorkId(named("canary's arrears")),
        ReferralId(named(f"canary {KINDS[SOCIAL].value}")),
    )
    care.begin_work(work, under, kind=WorkKind.MONEY, what=mark("arrears"), asked=by(SOCIAL))
    note = mark("came of the arrears")
    care.end_work(work, WorkOutcome.PARTLY, note=note, asked=by(SOCIAL))


def worried(care: CareCoordination, by: Callable[[PartnerId], Asked]) -> None:
    """A charity worries and the practice looks; a worry kept from one; a safeguarding referral."""
    worry, kept = (ConcernId(named(f"canary's {words}")) for words in ("worry", "other worry"))
    care.raise_concern(
        CANARY, worry, source=ConcernSource.ORGANISATION, words=mark("worry"), asked=by(CHARITY)
    )
    care.pass_on_concern(worry, TRUST, mark("passed on why"), asked=by(WIGG))
    care.not_take_concern(worry, mark("not taken why"), asked=by(TRUST))
    care.raise_concern(
        CANARY,
        kept,
        source=ConcernSource.PRACTITIONER,
        words=mark("kept from one"),
        sealed_from=(TALKING,),
        asked=by(SOCIAL),
    )
    for each, did, came_of_it in (
        (worry, "looked", "came of the worry"),
        (kept, "looked at what is kept", "came of what is kept"),
    ):
        care.acknowledge_concern(each, mark(did), asked=by(WIGG))
        care.resolve_concern(each, ConcernOutcome.TALKED, mark(came_of_it), asked=by(WIGG))
    care.refer_safeguarding(
        CANARY,
        SafeguardingId(named("canary is referred for safeguarding")),
        SafeguardingReferred(
            of=SafeguardingOf.ADULT,
            basis="Care Act 2014 s42",
            outside_body=mark("council"),
            content=mark("safeguarding content"),
            shared=mark("safeguarding shared"),
            told=True,
        ),
        asked=by(WIGG),
    )


def planned(care: CareCoordination, by: Callable[[PartnerId], Asked], housing: PartnerId) -> None:
    """What she wants, what was agreed, also with the drug service, and what is said of the help."""
    goal = GoalId(named("canary's goal"))
    care.set_goal(
        CANARY,
        goal,
        mark("goal"),
        difference=mark("difference"),
        helps=mark("helps"),
        asked=by(WIGG),
    )
    parts = tuple(
        Part(action=ActionId(named(f"canary's {words}")), owner=owner, what=mark(words))
        for owner, words in ((housing, "housing part"), (DRUGS, "drug part"))
    )
    terms = Terms(
        how=AgreedHow.TOGETHER,
        person_does=mark("she does"),
        carers_do=mark("carers do"),
        crisis=mark("crisis"),
        parts=parts,
    )
    care.agree_plan(CANARY, terms, asked=by(WIGG))
    care.review_plan(CANARY, changed=mark("plan changed"), asked=by(WIGG))
    care.reach_goal(CANARY, goal, words=mark("goal reached"), asked=by(TALKING))
    own = Terms(how=AgreedHow.TOGETHER, person_does=mark("drug plan"))
    care.agree_plan(CANARY, own, asked=by(DRUGS))
    for words, person in (("said of talking", CANARY), ("said by nobody", None)):
        care.give_feedback(
            FeedbackId(named(f"canary: {words}")),
            SERVICE_OF[TALKING],
            Experience.GOOD,
            collected=Collected.SPOKEN,
            words=mark(words),
            may_publish=True,
            person_id=person,
            asked=by(TALKING),
        )


def _of(kind: PartnerKind) -> PartnerId:
    return next(partner for partner, its in KINDS.items() if its is kind)
