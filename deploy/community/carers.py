"""Needs, carers and shared care in the demo: said, met, registered, supervised, looked at together.

All of it has a chance of its own, from the person's id: nobody else's numbers move by it.
"""

from __future__ import annotations

from datetime import timedelta
from random import Random
from uuid import UUID

from deploy.community import place, workdays
from deploy.community.community import Community, Helped, Life
from deploy.community.organisation import Offer, Organisation, found
from domain.carer import Carer, CarerIdentified
from domain.kernel import Asked
from domain.policies.days import local_date
from domain.policies.shared_care import joint_review_on
from domain.shared_care import SharedCare, shared_care_of
from domain.vocabulary import (
    AccessNeed,
    CarerId,
    CaringEnd,
    MayBeTold,
    Moment,
    Relation,
    ReviewId,
    ReviewOf,
    Role,
    SharedCareEnd,
)

NEEDS = 0.06  # assumed, of people
CARED_FOR = 0.05
MISSES = 0.4  # of whom is supervised
TREATED = 0.2  # of those whom the drug service sees for something else first
LATE = 0.3  # joint reviews that nobody holds in time
FORMS = (
    (AccessNeed.LARGE_PRINT, "At least 18 point"),
    (AccessNeed.EASY_READ, "With pictures"),
    (AccessNeed.BY_TEXT, "Never rings back"),
    (AccessNeed.SIGN_LANGUAGE, "A woman, if there is one"),
)
ADJUSTED = (
    (AccessNeed.LONGER, "Half an hour", "Needs time to find words"),
    (AccessNeed.QUIET, None, None),
    (AccessNeed.TIME_OF_DAY, "After noon", "Her medicine makes her drowsy in the morning"),
    (AccessNeed.ACCOMPANIED, "Her sister comes with her", None),
)
FIRST_NAMES = ("Grace", "Idris", "Marta", "Noor", "Owen", "Pearl", "Ravi", "Sadia", "Tomos", "Una")
ASSESSED = ("A short break each month", "Somebody to talk to, and a carer's card", None)


def begin_place(c: Community) -> None:
    """The pharmacy joins, and the GP methadone lead is named, when the place is founded."""
    chance = Random("pharmacy and liaison")  # noqa: S311 -- chance, not secrecy
    found(c.care, (place.PHARMACY,), c.now, c.keys_apart(chance), host=place.PRACTICE)
    lead = place.PRACTICE.people[2]
    asked = c.asked_apart(chance, place.PRACTICE, lead)
    c.care.name_liaison(place.PRACTICE.id, lead.id, local_date(c.now), asked=asked)


def begin(c: Community, h: Helped) -> None:
    """What some people need, and who cares for some of them, beside all else that happens."""
    chance = Random(f"{h.id} carers")  # noqa: S311 -- chance, not secrecy
    if chance.random() < NEEDS:
        c.begin(_needs(c, h, chance), _later(c.now, chance, 14, 60))
    if chance.random() < CARED_FOR:
        c.begin(_cared_for(c, h, chance), _later(c.now, chance, 10, 50))


def _later(now: Moment, chance: Random, least: int, most: int) -> Moment:
    """Some working day from now on, within hours."""
    day = workdays.workday(local_date(now) + timedelta(days=chance.randint(least, most)))
    return workdays.at(day, chance.randint(9, 16), chance.randint(0, 59))


def _needs(c: Community, h: Helped, chance: Random) -> Life:
    """A need and an adjustment are said, met or not, and looked at again."""
    yield c.now
    if not _here(h):
        return
    care, (need, words) = c.care, chance.choice(FORMS)
    adjusted, how, why = chance.choice(ADJUSTED)
    care.record_communication_needs(
        h.id, words, language=None, need=need, asked=c.asked_apart(chance, place.PRACTICE, h.gp)
    )
    care.agree_adjustment(
        h.id,
        adjusted,
        how,
        impairment=why,
        shared=chance.random() < 0.9,
        asked=c.asked_apart(chance, place.PRACTICE, h.gp),
    )
    yield _later(c.now, chance, 7, 40)
    if not _here(h):
        return
    met = chance.random() < 0.8
    care.note_need(
        h.id,
        need,
        met,
        what_came_of_it=None if met else "It was read out to them.",
        asked=c.asked_apart(chance, place.PRACTICE, h.gp),
    )
    yield _later(c.now, chance, 60, 120)
    if not _here(h):
        return
    care.review_needs(h.id, asked=c.asked_apart(chance, place.PRACTICE, h.gp))
    if chance.random() < 0.25:
        care.end_need(h.id, adjusted, asked=c.asked_apart(chance, place.PRACTICE, h.gp))


def _cared_for(c: Community, h: Helped, chance: Random) -> Life:
    """A link worker finds out who cares, asks them, and puts them on the register."""
    yield c.now
    if not _here(h):
        return
    care, surname = c.care, h.who.details.name.split()[-1]
    link_worker = place.PRACTICE.those(Role.HELPER)[0]
    carer = CarerId(UUID(int=chance.getrandbits(128), version=4))

    def asked(organisation: Organisation = place.PRACTICE) -> Asked:
        by = link_worker if organisation is place.PRACTICE else organisation.seeing[0]
        return c.asked_apart(chance, organisation, by)

    care.identify_carer(
        h.id,
        carer,
        CarerIdentified(
            name=f"{chance.choice(FIRST_NAMES)} {surname}",
            phone=f"07700 900{chance.randint(100, 999)}",
            relation=chance.choice(tuple(Relation)),
            young=chance.random() < 0.1,
        ),
        agreed=True,
        asked=asked(),
    )
    may = chance.choice(tuple(MayBeTold))
    what = "When the next appointment is" if may is MayBeTold.SOME else None
    care.let_carer_be_told(carer, may, what, asked=asked())
    if chance.random() < 0.6:
        care.choose_emergency_contact(carer, True, asked=asked())
    yield _later(c.now, chance, 1, 9)
    if not _here(h) or place.SOCIAL_WORK.id in h.objects_to or _over(c, carer):
        return
    care.register_carer(carer, place.SOCIAL_WORK.id, asked=asked())
    yield _later(c.now, chance, 10, 40)
    if not _here(h) or _over(c, carer):
        return
    answer = chance.random()
    if answer < 0.6:
        outcome = chance.choice(ASSESSED)
        care.complete_carers_assessment(carer, outcome, asked=asked(place.SOCIAL_WORK))
    elif answer < 0.8:
        care.decline_carers_assessment(carer, asked=asked())
    if chance.random() < 0.2:
        yield _later(c.now, chance, 30, 90)
        if _here(h) and not _over(c, carer):
            care.end_caring(carer, CaringEnd.ANOTHER_CARER, asked=asked())


def _here(h: Helped) -> bool:
    """Whether the person is known by now, and not gone."""
    return h.known and not h.gone


def _over(c: Community, carer: CarerId) -> bool:
    known = c.known.get(carer)
    return not isinstance(known, Carer) or known.over


def shared(c: Community, h: Helped, wanted: Offer) -> Life:
    """The drug counsellor's clinic at the practice: agreed, supervised, reviewed together."""
    chance = Random(f"{h.id} shared care")  # noqa: S311 -- chance, not secrecy
    yield _later(c.now, chance, 3, 10)
    if wanted is not place.SHARED_CARE and chance.random() >= TREATED:
        return
    here = {place.DRUG.id, place.PHARMACY.id} & h.objects_to
    if not _here(h) or here or _shared(c, h):
        return
    care, lead, counsellor = c.care, place.PRACTICE.people[2], place.DRUG.people[0]

    def asked(organisation: Organisation) -> Asked:
        by = lead if organisation is place.PRACTICE else organisation.people[0]
        return c.asked_apart(chance, organisation, by)

    care.agree_shared_care(
        h.id,
        practice=place.PRACTICE.id,
        prescriber=lead.id,
        drug_service=place.DRUG.id,
        key_worker=counsellor.id,
        pharmacy=place.PHARMACY.id,
        signed_on=local_date(c.now),
        asked=asked(place.DRUG),
    )
    care.agree_supervision(h.id, local_date(c.now), asked=asked(place.DRUG))
    due = joint_review_on(c.now)
    yield _later(c.now, chance, 15, 30)
    if not _shared(c, h):
        return
    if chance.random() < MISSES:
        last = local_date(c.now) - timedelta(days=1)
        days = chance.choice((1, 2, 3, 4))
        care.report_missed_doses(
            h.id, last - timedelta(days=days - 1), last, asked=asked(place.PHARMACY)
        )
        yield _later(c.now, chance, 1, 3)
        known = _shared(c, h)
        if known and known.stopped:
            care.resume_dispensing(h.id, asked=asked(place.PRACTICE))
    late = chance.random() < LATE
    if late:
        yield workdays.at(due + timedelta(days=1), 0, 5)
        if not _shared(c, h):
            return
        review = ReviewId(UUID(int=chance.getrandbits(128), version=4))
        timer = c.asked_apart(chance, place.PRACTICE, None)
        care.let_review_fall_due(h.id, review, ReviewOf.JOINT, due, asked=timer)
    yield workdays.at(workdays.workday(due + timedelta(days=8 if late else -6)), 14)
    if not _shared(c, h):
        return
    care.hold_joint_review(
        h.id,
        gp=lead.id,
        key_worker=counsellor.id,
        outcome="Steady; supervision is no longer needed." if not late else None,
        asked=asked(place.PRACTICE),
    )
    if not late:
        care.end_supervision(h.id, local_date(c.now), asked=asked(place.PRACTICE))
    yield _later(c.now, chance, 40, 80)
    if _shared(c, h) and chance.random() < 0.5:
        reason = chance.choice((SharedCareEnd.COMPLETED, SharedCareEnd.HANDED_BACK))
        care.end_shared_care(h.id, reason, asked=asked(place.DRUG))


def _shared(c: Community, h: Helped) -> SharedCare | None:
    known = c.known.get(shared_care_of(h.id))
    return known if isinstance(known, SharedCare) and known.shared and not h.gone else None
