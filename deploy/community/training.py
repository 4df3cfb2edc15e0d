"""Teaching every Wednesday, awareness for receptionists, inductions; how often is made up.

Camden CCG's case study of the James Wigg Practice names the teaching and for whom, and no number.
"""

from __future__ import annotations

from datetime import timedelta
from random import Random
from uuid import UUID

from deploy.community import place, workdays
from deploy.community.community import Community, Life
from deploy.community.organisation import Organisation, Practitioner
from domain.policies.days import local_date
from domain.training import TrainingHeld
from domain.vocabulary import Moment, Role, Topic, TrainingId

COMES = 0.6
MISSES_THE_INDUCTION = 0.1
TAUGHT = (
    "Lithium in general practice",
    "Asking about suicide, and what to do next",
    "When low mood is not depression",
    "Panic, and the first five minutes",
    "Trauma: what helps before therapy",
    "Stepping down well",
    "Methadone and what else is prescribed",
    "Sleep without tablets",
)


def weekly(c: Community, seed: int) -> Life:
    """The trust's psychiatrist teaches the practice's clinicians, a subject after the other."""
    chance = Random(f"{seed} teaching")  # noqa: S311 -- chance, not secrecy
    teacher = place.TRUST.those(Role.CLINICIAN)[0]
    number = 0
    while True:
        yield _on(c, weekday=2)
        came = [p for p in place.PRACTICE.seeing if chance.random() < COMES]
        title = TAUGHT[number % len(TAUGHT)]
        number += 1
        topic = Topic.SAFETY if "suicide" in title else Topic.TEACHING
        _held(c, chance, place.TRUST, teacher, topic, title, 60, place.PRACTICE, came)


def at_the_desk(c: Community, seed: int) -> Life:
    """Every second month those at the desk learn of mental health."""
    chance = Random(f"{seed} awareness")  # noqa: S311
    while True:
        yield c.now + timedelta(days=3)
        teacher, desk = place.TALKING.seeing[0], place.PRACTICE.those(Role.ADMINISTRATOR)
        title = "Somebody is upset at the desk: what helps"
        _held(c, chance, place.TALKING, teacher, Topic.AWARENESS, title, 45, place.PRACTICE, desk)
        yield c.now + timedelta(days=60)


def inductions(c: Community, seed: int) -> Life:
    """Everybody who begins is shown how the place works; some miss it, and owe it."""
    chance = Random(f"{seed} inductions")  # noqa: S311
    for topic, title, minutes, days in (
        (Topic.INDUCTION, "How we work together here", 90, 8),
        (Topic.SAFEGUARDING, "Safeguarding adults and children", 120, 30),
    ):
        yield workdays.at(workdays.workday(local_date(c.now) + timedelta(days=days)), 10)
        for organisation in place.PARTNERS:
            if organisation.people:
                came = [p for p in organisation.people if chance.random() > MISSES_THE_INDUCTION]
                _held(c, chance, organisation, None, topic, title, minutes, organisation, came)


def _held(
    c: Community,
    chance: Random,
    holder: Organisation,
    trainer: Practitioner | None,
    topic: Topic,
    title: str,
    minutes: int,
    of: Organisation,
    came: list[Practitioner] | tuple[Practitioner, ...],
) -> None:
    c.care.hold_training(
        TrainingId(UUID(int=chance.getrandbits(128), version=4)),
        TrainingHeld(
            topic=topic,
            title=title,
            held_on=local_date(c.now),
            minutes=minutes,
            holder=holder.id,
            trainer=trainer.id if trainer else None,
            roles=tuple(sorted({each.role for each in came})),
        ),
        attended=[(of.id, each.id) for each in came],
        asked=c.asked_apart(chance, holder, trainer or (came[0] if came else None)),
    )


def _on(c: Community, *, weekday: int) -> Moment:
    """One o'clock on the next such day of the week, if people work on it."""
    day = local_date(c.now) + timedelta(days=1)
    day += timedelta(days=(weekday - day.weekday()) % 7)
    return workdays.at(workdays.workday(day), 13)
