"""The grammar of every noun: facts and their envelope, aggregates that decide and evolve.

It refuses to know any noun by name, any storage and any clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Self, TypeVar, get_args
from uuid import UUID, uuid5

from pydantic import BaseModel, ConfigDict

from domain.vocabulary import (
    EditId,
    Label,
    Moment,
    PartnerId,
    PartnerKind,
    PersonId,
    PractitionerId,
    Purpose,
    Retention,
)

REMOVED = "[removed]"
"""What a personal text reads as once its person's key has been destroyed."""


class Category(StrEnum):
    """The kinds of data a sharing agreement speaks of (``domain.md`` §5; NHS England, 2022)."""

    IDENTITY = "identity"  # name and a way to be in touch
    DEMOGRAPHIC = "demographic"  # date of birth, NHS number, address, sex
    ACCESS = "access"  # language, communication needs, adjustments: may travel to everybody
    REFERRAL = "referral"  # that something was asked of a service, and its answers
    ASK = "ask"  # the ask in practical words, the activity
    ENGAGEMENT = "engagement"  # attendance and contact
    COORDINATION = "coordination"  # step, responsible organisation, key worker, hand-over
    CLINICAL = "clinical"  # reasons, scores, decisions and their rationale
    PLAN = "plan"  # what the person wants, and who does what
    EQUALITY = "equality"  # ethnicity, deprivation
    SAFETY = "safety"  # concerns for somebody's safety, and safeguarding
    STAFF = "staff"  # who works here learned what: about nobody who is helped
    DIRECTORY = "directory"  # organisations, services, agreements: about nobody who is helped


class Recorder(StrEnum):
    """The part an organisation plays when it records a fact: what deciding refuses to others."""

    SENDER = "the sender"  # of the referral, or of the hand-over on offer
    RECEIVER = "the receiver"  # whom the referral waits or waited with, whom the offer was made to
    RESPONSIBLE = "the organisation that is responsible for the person"
    INVITED = "an organisation invited to the meeting"
    OWNER = "the organisation that is to do it"
    DISCUSSING = "an organisation whose practitioner took part"
    LOOKING = "the organisation that is to look at the concern"
    ASKED_TO_LOOK = "an organisation that was asked to look at the concern"
    KNOWING = "an organisation that knows the person"
    PARTNER = "any organisation that has joined"
    OFFERING = "the organisation that offers the service"
    HOST = "an administrator of the host"
    SENDERS_TIMER = "a timer, for the sender"
    RESPONSIBLES_TIMER = "a timer, for the organisation that is responsible"
    HOSTS_TIMER = "a timer, for the host"
    PRACTICE = "the person's practice"
    PROVIDER = "the organisation that recorded the score"
    ITSELF = "the organisation itself"
    ASSESSING = "the organisation that is asked to assess the carer"
    SHARING = "the practice or the drug service that shares the care"
    DISPENSING = "the pharmacy that dispenses"
    PRESCRIBING = "the practice that prescribes"
    PRESCRIBERS_TIMER = "a timer, for the practice that prescribes"
    OF_THE_SERVICE = "the organisation whose service is spoken of"
    RECORDS = "an administrator of the host, who looks after records"
    PRIVACY = "a privacy officer of the host, or who confirms with them"
    TAKING = "the organisation that takes the access"
    TAKERS_TIMER = "a timer, for the organisation that took the access"
    REVIEWING = "the organisation whose privacy officer is to review it"
    REPORTING = "an organisation that reports a death or a move, or takes a death back"


@dataclass(frozen=True)
class Personal:
    """Marks a field that names somebody or is free text: it rests under the person's own key."""


T = TypeVar("T")
PersonalText = Annotated[str, Personal()]
Identity = Annotated[T, Category.IDENTITY]
Demographic = Annotated[T, Category.DEMOGRAPHIC]
Access = Annotated[T, Category.ACCESS]
Ask = Annotated[T, Category.ASK]
Coordination = Annotated[T, Category.COORDINATION]
Clinical = Annotated[T, Category.CLINICAL]
Planned = Annotated[T, Category.PLAN]
Equality = Annotated[T, Category.EQUALITY]
Safety = Annotated[T, Category.SAFETY]


class Fact(BaseModel):
    """Something that happened, said in the past tense; immutable, and readable for ever.

    ``TOPIC`` is the stored name and outlives class and module names. ``CATEGORY`` is what knowing
    that it happened at all reveals; a field may be marked with a category of its own.
    ``RECORDED_BY`` is who may record it: any of these, and nobody else. ``THIRD_PARTY`` says that
    it tells of somebody else too, who is asked before the person reads it (DPA 2018, Schedule 3).
    ``TAKING_PART`` are the only kinds of organisation that can be a party to it, if not all can.
    ``RETENTION`` is what its personal fields are kept as, and under which of the person's keys.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    TOPIC: ClassVar[str]
    SCHEMA: ClassVar[int] = 1
    CATEGORY: ClassVar[Category]
    RECORDED_BY: ClassVar[tuple[Recorder, ...]]
    THIRD_PARTY: ClassVar[bool] = False
    RETENTION: ClassVar[Retention] = Retention.CARE
    TAKING_PART: ClassVar[frozenset[PartnerKind] | None] = None
    PERSONAL_FIELDS: ClassVar[frozenset[str]] = frozenset()
    PERSONAL_TEXTS: ClassVar[frozenset[str]] = frozenset()
    FIELD_CATEGORY: ClassVar[dict[str, Category]] = {}

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        personal, texts, categories = set(), set(), {}
        for name, info in cls.model_fields.items():
            if any(isinstance(mark, Personal) for mark in _marks(info.annotation, info.metadata)):
                personal.add(name)
                if info.annotation is str or str in get_args(info.annotation):
                    texts.add(name)
            categories[name] = next(
                (mark for mark in info.metadata if isinstance(mark, Category)), cls.CATEGORY
            )
        cls.PERSONAL_FIELDS, cls.PERSONAL_TEXTS = frozenset(personal), frozenset(texts)
        cls.FIELD_CATEGORY = categories

    @classmethod
    def upcast(cls, body: dict[str, Any], schema: int) -> dict[str, Any]:
        """Bring a body stored under an earlier ``SCHEMA`` to today's shape."""
        return body


def _marks(annotation: Any, metadata: Iterable[Any] = ()) -> Iterator[Any]:
    """Every mark on a type, also those within ``X | None`` and ``tuple[X, ...]``."""
    yield from metadata
    for inner in get_args(annotation):
        yield from _marks(inner, getattr(inner, "__metadata__", ()))


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, for which organisation, why, and when it was true.

    ``practitioner`` is ``None`` when a system (a form, an import, a timer) asks. ``at`` is the
    moment the thing was true (``effective_at``), which may be long before it is recorded.
    ``key`` makes the intention repeatable: the same key records nothing twice. ``digest`` is the
    SHA-256 of the request, so that one key cannot stand for two different intentions.
    """

    organisation: PartnerId
    at: Moment
    key: UUID
    practitioner: PractitionerId | None = None
    purpose: Purpose = Purpose.DIRECT_CARE
    digest: bytes = b""

    @property
    def edit(self) -> EditId:
        """The id of what is written by this intention, unless the caller has made one."""
        return EditId(uuid5(self.key, f"edit of {self.organisation}"))


@dataclass(frozen=True, slots=True)
class Recorded:
    """A fact in its envelope. ``position`` and ``recorded_at`` are known once the log has it."""

    fact: Fact
    originator_id: UUID  # the stream
    originator_version: int  # 1, 2, 3 … within the stream
    effective_at: Moment
    organisation: PartnerId
    purpose: Purpose
    intention: UUID
    correlation: UUID
    causation: str | None = None
    practitioner: PractitionerId | None = None
    person: PersonId | None = None
    label: Label = Label.ORDINARY
    position: int = 0
    recorded_at: datetime | None = None
    volume: int = 0  # of what its personal fields are kept as; only the log knows it

    @property
    def id(self) -> str:
        """The fact's own name, ``<stream>/<version>``, by which another fact names its cause."""
        return f"{self.originator_id}/{self.originator_version}"


class BrokenRule(Exception):
    """An intention that may not be. The subclass's docstring is the text the caller sees.

    It carries ids only, never a person's details. ``needs`` says in coded words what would satisfy
    it, where the rule knows that.
    """

    def __init__(self, *ids: object, needs: tuple[str, ...] = ()) -> None:
        super().__init__(*(str(i) for i in ids))
        self.needs = needs

    @property
    def rule(self) -> str:
        return type(self).__name__

    @property
    def text(self) -> str:
        return " ".join((type(self).__doc__ or "").split())


class Unknown(BrokenRule):
    """Nothing of that kind is known here under this id."""


@dataclass
class Aggregate:
    """A noun's state, folded from its facts.

    Public methods decide: they refuse with a broken rule, answer ``None`` for "already so", or
    record a fact. ``evolve`` only follows what was recorded and never refuses.
    """

    NOUN: ClassVar[str]
    """What the topics of this noun's facts begin with."""

    id: UUID
    version: int = 0
    pending: list[Recorded] = field(default_factory=list, repr=False, compare=False)

    def evolve(self, recorded: Recorded) -> None:
        raise NotImplementedError

    def record(
        self,
        fact: Fact,
        asked: Asked,
        *,
        person: PersonId | None = None,
        label: Label = Label.ORDINARY,
        correlation: UUID | None = None,
        cause: str | None = None,
    ) -> Recorded:
        """Put a fact in its envelope, follow it, and keep it for the save."""
        assert person is not None or not fact.PERSONAL_FIELDS, f"{fact.TOPIC} needs its person"
        recorded = Recorded(
            fact=fact,
            originator_id=self.id,
            originator_version=self.version + 1,
            effective_at=asked.at,
            organisation=asked.organisation,
            purpose=asked.purpose,
            intention=asked.key,
            correlation=correlation or self.id,
            causation=cause,
            practitioner=asked.practitioner,
            person=person,
            label=label,
        )
        self.follow(recorded)
        self.pending.append(recorded)
        return recorded

    def follow(self, recorded: Recorded) -> None:
        self.evolve(recorded)
        self.version = recorded.originator_version

    def collect_events(self) -> Sequence[Recorded]:
        """Hand over what was decided since the last save (the library's protocol)."""
        decided, self.pending = self.pending, []
        return decided

    @classmethod
    def fold(cls, aggregate: Self | None, history: Iterable[Recorded]) -> Self | None:
        """Rebuild from history; ``None`` when there is none.

        Raises `Unknown` for the history of another noun: callers choose ids.
        """
        for recorded in history:
            if aggregate is None:
                if not recorded.fact.TOPIC.startswith(f"{cls.NOUN}:"):
                    raise Unknown(recorded.originator_id)
                aggregate = cls(id=recorded.originator_id)
            aggregate.follow(recorded)
        return aggregate


def numbered(recorded: Recorded, position: int, recorded_at: datetime) -> Recorded:
    """The same fact once the log has given it its place and its time."""
    return replace(recorded, position=position, recorded_at=recorded_at)
