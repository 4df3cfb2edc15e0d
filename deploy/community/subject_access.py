"""People of the place who ask to see what is held of them: noted, judged, answered within a month.

How often is assumed.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import cycle
from random import Random
from uuid import UUID

from deploy.community import place, somebody
from deploy.community.community import Community, Life
from deploy.community.organisation import Organisation
from domain.intentions.log import Log
from domain.kernel import Asked, Recorded
from domain.policies.days import local_date
from domain.policies.subject_access import in_force
from domain.vocabulary import PersonId, Purpose, SubjectAccessId, WithheldGround

ASKED_OF = (place.PRACTICE, place.TRUST, place.PRACTICE, place.TALKING)
WITHHELD = 0.4  # of those who asked, from whom something is withheld
CAME_DAYS_BEFORE = 2
"""Days a letter lies before somebody notes it."""


def requests(c: Community, number: int) -> Life:
    """Some in the whole time, each answered; one is due in a few days, and one came just now."""
    chance = Random(f"{c.seed} subject access")  # noqa: S311 -- chance, not secrecy
    asked_of = cycle(ASKED_OF)
    last = c.until - timedelta(days=35)
    for moment in somebody.spread(c, chance, number):
        yield moment
        if c.now < last:
            _noted(c, chance, next(asked_of), answers=True)
    for days in (25, 3):
        yield somebody.days_ago(c, days)
        _noted(c, chance, place.PRACTICE, answers=False)


def _noted(c: Community, chance: Random, of: Organisation, *, answers: bool) -> None:
    by = () if of is place.PRACTICE else (of,)
    # Whom nobody helps any more asks: what was judged for the answer then is all that there is.
    about = somebody.no_longer(c, chance, *by) if answers else somebody.helped(c, chance, *by)
    if about is None:
        return
    person = somebody.person_of(about)
    request = SubjectAccessId(UUID(int=chance.getrandbits(128), version=4))
    received = local_date(c.now) - timedelta(days=CAME_DAYS_BEFORE)
    c.care.request_subject_access(request, person, received, asked=_by_officer(c, chance, of))
    c.begin(_judged(c, chance, of, person, request, answers=answers), c.now)


def _judged(
    c: Community,
    chance: Random,
    of: Organisation,
    person: PersonId,
    request: SubjectAccessId,
    *,
    answers: bool,
) -> Life:
    """A clinician reads what may do harm, or is about somebody else; the officer answers."""
    yield somebody.in_days(c, chance, 4, 14)
    held = _held(c, person)
    harm_test = in_force(local_date(c.now)).harm_test
    harmful = [
        each.id
        for each in held
        if {each.fact.CATEGORY, *each.fact.FIELD_CATEGORY.values()} & harm_test
        and not each.fact.THIRD_PARTY
    ]
    of_others = [each.id for each in held if each.fact.THIRD_PARTY]
    if not answers:  # the one that is due soon: begun, and not done
        harmful, of_others = harmful[: len(harmful) // 2], []
    withheld = harmful[-1:] if harmful and chance.random() < WITHHELD else []
    clinician = of.seeing[0]
    for items, ground in (
        ([item for item in harmful if item not in withheld], None),
        (withheld, WithheldGround.SERIOUS_HARM),
        (of_others, WithheldGround.THIRD_PARTY),
    ):
        if items:
            asked = c.asked_apart(chance, of, clinician)
            c.care.decide_subject_access(request, items, ground, shown=ground is None, asked=asked)
    if answers:
        yield somebody.in_days(c, chance, 1, 9)
        c.care.answer_subject_access(
            request,
            [each.id for each in held],
            [*harmful, *of_others],
            asked=_by_officer(c, chance, of),
        )


def _held(c: Community, person: PersonId) -> list[Recorded]:
    """What is in the log of somebody, as far as it is saved."""
    log = c.care.recorder
    assert isinstance(log, Log)
    return [
        each
        for stream, _ in log.streams_of(person)
        for each in c.care.events.get(stream)
        if isinstance(each, Recorded) and each.person == person
    ]


def _by_officer(c: Community, chance: Random, of: Organisation) -> Asked:
    return replace(c.asked_apart(chance, of, of.officer), purpose=Purpose.AUDIT)
