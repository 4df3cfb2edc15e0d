"""Load, decide, save: how every intention is asked once and answered once.

It knows the log as a protocol; it refuses to know PostgreSQL, HTTP and the clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar
from uuid import UUID

import orjson
from eventsourcing.application import AggregateNotFoundError, Application
from eventsourcing.persistence import ApplicationRecorder, IntegrityError
from eventsourcing.utils import Environment

from domain import (
    action,
    carer,
    concern,
    contact,
    discussion,
    feedback,
    group,
    handover,
    implementation,
    measure,
    meeting,
    partner,
    pathway,
    person,
    plan,
    referral,
    registered_carer,
    safeguarding,
    service,
    shared_care,
    social_work,
    training,
    unmet,
)
from domain.intentions.places import places
from domain.kernel import Aggregate, Asked, BrokenRule, Category, Recorded, Unknown
from domain.linking import kept_of
from domain.mapping import FactMapper, Keys, Topics
from domain.pathway import pathway_of
from domain.policies import entry, steps
from domain.policies.days import local_date
from domain.policies.ways import Way
from domain.request import ReferralIsNotWaiting, State
from domain.standing import OnlyTheResponsibleMay, PathwayIsClosed
from domain.steps import NO_GROUNDS, Grounds
from domain.vocabulary import (
    HandoverId,
    Label,
    LeftBecause,
    Moment,
    PartnerId,
    PartnerKind,
    PersonId,
    ReferralId,
    ServiceId,
    Source,
    Step,
)

FACTS = Topics(
    fact
    for noun in (
        person,
        partner,
        service,
        referral,
        pathway,
        meeting,
        implementation,
        action,
        discussion,
        contact,
        group,
        measure,
        social_work,
        unmet,
        concern,
        safeguarding,
        plan,
        carer,
        registered_carer,
        shared_care,
        feedback,
        training,
    )
    for fact in noun.FACTS
)
"""Every fact that can be stored, from every noun."""

TRIES = 5
"""How often an intention is decided anew when another one was recorded first."""

OVER = (
    handover.NobodyOfferedThisHandover,
    OnlyTheResponsibleMay,
    PathwayIsClosed,
    ReferralIsNotWaiting,
    referral.ReferralWasNotAccepted,
)
"""Refusals that say that something is over, and not why."""

A = TypeVar("A", bound=Aggregate)


@dataclass(frozen=True, slots=True)
class Intention:
    """What the log keeps of an intention, so that asking it again gives the first answer."""

    organisation: UUID
    key: UUID
    digest: bytes
    answer: bytes


@dataclass(frozen=True, slots=True)
class Earlier:
    """An intention as the log remembers it; ``position`` is that of its last fact."""

    organisation: UUID
    key: UUID
    digest: bytes
    answer: bytes
    position: int
    recorded_at: Moment


class AlreadyRecorded(Exception):
    """The log holds these intentions; nothing was recorded again."""

    def __init__(self, earlier: Sequence[Earlier]) -> None:
        super().__init__(*(str(e.key) for e in earlier))
        self.earlier = earlier


class Memory(Protocol):
    """The log's memory of intentions, and of which streams tell of a person."""

    def earlier(self, organisation: UUID, key: UUID) -> Earlier | None: ...

    def streams_of(self, person: UUID) -> Sequence[tuple[UUID, str]]: ...


class Log(ApplicationRecorder, Memory):
    """What intentions need of the log: the library's recorder, and its memory of intentions."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What an intention led to: its noun, the log position to wait for, what may happen next."""

    id: UUID
    position: int
    actions: tuple[str, ...] = ()
    repeated: bool = False


class KeyStandsForAnotherIntention(BrokenRule):
    """This idempotency key was used for a different request; use a new key."""


class TooManyAtOnce(BrokenRule):
    """Others are changing the same record at this moment; try again."""


class CannotBeResponsible(BrokenRule):
    """This organisation cannot be responsible for a person; ask it to help alongside."""


class NotAPractice(BrokenRule):
    """The person's practice must be a practice that has joined; leave it out if it has not."""


class ThePersonObjects(BrokenRule):
    """The person does not want this organisation to know about them; choose another."""


class PersonIsUnknown(Unknown):
    """No such person is known here."""


class NoSuchDecision(BrokenRule):
    """No meeting decided this move of this person; what it decided offers the move by itself."""


class Loaded(dict[UUID, Aggregate]):
    """Nouns by their ids. Those of one kind are found without looking at all the others."""

    def __init__(self) -> None:
        super().__init__()
        self._kinds: dict[type[Aggregate], dict[UUID, None]] = {}

    def __setitem__(self, noun: UUID, loaded: Aggregate) -> None:
        super().__setitem__(noun, loaded)
        self._kinds.setdefault(type(loaded), {})[noun] = None

    def of(self, kind: type[A]) -> Iterator[A]:
        """Every noun of a kind, in the order in which they came."""
        for noun in self._kinds.get(kind, ()):
            loaded = self.get(noun)
            if isinstance(loaded, kind):
                yield loaded


@dataclass
class Batch:
    """Intentions gathered into one append, for imports and seeding."""

    loaded: Loaded = field(default_factory=Loaded)
    whole: bool = False
    facts: list[Recorded] = field(default_factory=list)
    intentions: list[Intention] = field(default_factory=list)


class Deciding(Application[UUID]):
    """The library's application with our log. ``host`` holds whom nobody else would hold."""

    name = "throughcare"

    def __init__(self, *, log: Log, keys: Keys, host: PartnerId) -> None:
        self._log, self._keys, self.host = log, keys, host
        self._batch: Batch | None = None
        self._kinds: dict[PartnerId, PartnerKind | None] = {}
        super().__init__()

    def construct_env(self, name: str, env: Any = None) -> Environment:
        """Take nothing from the process's environment: no setting can swap the recorder."""
        return Environment(name, {})

    def construct_recorder(self) -> ApplicationRecorder:
        return self._log

    def construct_mapper(self) -> FactMapper:
        return FactMapper(FACTS, self._keys)

    @contextmanager
    def batch(
        self,
        *,
        recorded_at: Callable[[Recorded], Moment] | None = None,
        known: Loaded | None = None,
    ) -> Iterator[Batch]:
        """Gather intentions into one append; for imports and seeding, one thread at a time.

        ``recorded_at`` says when each fact of a history was recorded; it needs a log opened for
        histories. ``known``, kept by the caller from batch to batch, holds every noun of a log that
        nobody else writes to: what is not in it is new and is not looked for. Answers within a
        batch have position 0.
        """
        assert self._batch is None, "batches do not nest"
        self._batch = gathered = Batch() if known is None else Batch(known, whole=True)
        try:
            yield gathered
        finally:
            self._batch = None
        if gathered.facts:
            times = [recorded_at(f) for f in gathered.facts] if recorded_at else None
            self.events.put(gathered.facts, intentions=gathered.intentions, recorded_at=times)

    def not_recorded(self, organisation: PartnerId, keys: Iterable[UUID]) -> tuple[UUID, ...]:
        """Which of an organisation's intentions are not recorded, or not yet."""
        return tuple(key for key in keys if self._log.earlier(organisation, key) is None)

    def _ask(self, noun: UUID, asked: Asked, decide: Callable[[], tuple[Aggregate, ...]]) -> Answer:
        """Decide and save; repeat the decision when somebody else's was saved first.

        Raises what the rules raise, `KeyStandsForAnotherIntention` and `TooManyAtOnce`.
        """
        if self._batch is not None:
            try:
                changed = self._counted(self._followed_up(decide(), asked), asked)
            except BrokenRule:
                self._forget(self._batch)
                raise
            return self._gather(self._batch, noun, asked, changed)
        earlier = self._log.earlier(asked.organisation, asked.key)
        if earlier:
            return _first_answer(earlier, asked)
        for _ in range(TRIES):
            try:
                changed = self._counted(self._followed_up(decide(), asked), asked)
            except BrokenRule as rule:
                # The same intention, asked at the same moment, may have been recorded meanwhile.
                if same := self._log.earlier(asked.organisation, asked.key):
                    return _first_answer(same, asked)
                if isinstance(rule, OVER):
                    self._living_behind(noun)  # it is over because they died: say so
                raise
            decided = [fact for aggregate in changed for fact in aggregate.collect_events()]
            actions = _next_actions(noun, changed, asked.organisation)
            if not decided:
                return Answer(noun, self._log.max_notification_id() or 0, actions, repeated=True)
            try:
                saved = self.events.put(decided, intentions=[_intention(noun, asked, actions)])
            except IntegrityError:
                continue
            except AlreadyRecorded as repeated:
                return _first_answer(repeated.earlier[0], asked)
            return Answer(noun, saved[-1].notification.id, actions)
        raise TooManyAtOnce(noun)

    def _followed_up(self, changed: tuple[Aggregate, ...], asked: Asked) -> tuple[Aggregate, ...]:
        """With what a hand-over's answer, or a pathway's end, says of the decision behind it."""
        for way in changed:
            if not isinstance(way, pathway.Pathway) or way.person is None:
                continue
            answers = [r for r in way.pending if isinstance(r.fact, implementation.ANSWERS)]
            if not answers:
                continue
            of = implementation.implementation_of(way.person)
            known = next((each for each in changed if each.id == of), None)
            following = known or self._load(implementation.Implementation, of)
            assert isinstance(following, implementation.Implementation)
            for answer in answers:
                following.hear(answer, asked=asked)
            return changed if known else (*changed, following)
        return changed

    def _counted(self, changed: tuple[Aggregate, ...], asked: Asked) -> tuple[Aggregate, ...]:
        """With the places that referrals took or freed at services. Raises `ServiceIsFull`."""

        def load(service_id: ServiceId) -> service.Service:
            return self._load(service.Service, service_id)

        return *changed, *places(changed, load, asked)

    def _gather(
        self, batch: Batch, noun: UUID, asked: Asked, changed: Sequence[Aggregate]
    ) -> Answer:
        for aggregate in changed:
            batch.loaded[aggregate.id] = aggregate
            batch.facts += aggregate.collect_events()
        batch.intentions.append(_intention(noun, asked, ()))
        return Answer(noun, 0)

    def _forget(self, batch: Batch) -> None:
        """Take back what a refused intention had decided so far."""
        for noun, changed in list(batch.loaded.items()):
            if changed.pending:
                gathered = [fact for fact in batch.facts if fact.originator_id == noun]
                batch.loaded[noun] = self._stored(type(changed), noun)
                for fact in gathered:
                    batch.loaded[noun].follow(fact)

    def _load(self, kind: type[A], noun: UUID) -> A:
        """The noun as it is, or blank when nothing is recorded of it."""
        if self._batch is not None and noun in self._batch.loaded:
            loaded = self._batch.loaded[noun]
            if not isinstance(loaded, kind):
                raise Unknown(noun)
            return loaded
        if self._batch is not None and self._batch.whole:
            return kind(id=noun)
        return self._stored(kind, noun)

    def _stored(self, kind: type[A], noun: UUID) -> A:
        try:
            return self.repository.get(noun, projector_func=kind.fold)
        except AggregateNotFoundError:
            return kind(id=noun)

    def _get(self, kind: type[A], noun: UUID, unknown: type[BrokenRule]) -> A:
        """The noun as it is. Raises ``unknown`` when nothing is recorded of it."""
        loaded = self._load(kind, noun)
        if loaded.version == 0:
            raise unknown(noun)
        return loaded

    def _referral(self, referral_id: ReferralId) -> referral.Referral:
        return self._get(referral.Referral, referral_id, referral.ReferralIsUnknown)

    def _every(self, kind: type[A], person_id: PersonId) -> list[A]:
        """Every noun of a kind that tells of a person, in the order in which they began."""
        gathered = self._batch.loaded.of(kind) if self._batch is not None else ()
        known = [each.id for each in gathered if getattr(each, "person", None) == person_id]
        if self._batch is None or not self._batch.whole:
            stored = self._log.streams_of(person_id)
            known = [stream for stream, noun in stored if noun == kind.NOUN] + known
        return [self._load(kind, noun) for noun in dict.fromkeys(known)]

    def _groups_of(self, person_id: PersonId) -> list[group.Group]:
        """The groups a person is in or waits for."""
        gathered = self._batch.loaded.of(group.Group) if self._batch is not None else ()
        known = [each.id for each in gathered]
        if self._batch is None or not self._batch.whole:
            stored = self._log.streams_of(person_id)
            known += [stream for stream, noun in stored if noun == group.Group.NOUN]
        loaded = [self._load(group.Group, noun) for noun in dict.fromkeys(known)]
        return [each for each in loaded if person_id in each.members.keys() | each.waiting.keys()]

    def _still_wanting(self, wanted: group.Group) -> frozenset[PersonId]:
        """Who waits for a place and is still helped there."""
        return frozenset(
            place.person
            for place in wanted.waiting.values()
            if self._load(referral.Referral, place.referral).state is State.ACCEPTED
        )

    def _leave_groups(
        self,
        person_id: PersonId,
        asked: Asked,
        cause: str | None,
        *,
        under: ReferralId | None = None,
    ) -> list[group.Group]:
        """The groups a person leaves because their help ended: all, or that under a referral."""
        left = []
        for each in self._groups_of(person_id):
            place = each.members.get(person_id) or each.waiting[person_id]
            if under in (None, place.referral):
                each.leave(person_id, LeftBecause.HELP_ENDED, asked=asked, cause=cause)
                left.append(each)
        return left

    def _one_person(self, person_id: PersonId) -> dict[PersonId, person.Person]:
        """Every record that is this person's, by links and links of links."""
        found, ahead = {}, [person_id]
        while ahead:
            each = ahead.pop()
            if each not in found:
                found[each] = self._load(person.Person, each)
                ahead += found[each].links.standing
        return found

    def _kept(self, person_id: PersonId) -> PersonId:
        """The record where new things are asked; this one while that one's person has died."""
        members = self._one_person(person_id)
        if len(members) == 1:
            return person_id
        kept = kept_of({each: member.links for each, member in members.items()})
        return person_id if members[kept].died_on else kept

    def _objections(self, person_id: PersonId) -> set[PartnerId]:
        """Whom the person does not want told, said of any record of theirs."""
        return set().union(*(each.objections for each in self._one_person(person_id).values()))

    def _pathway(self, person_id: PersonId) -> pathway.Pathway:
        return self._load(pathway.Pathway, pathway_of(person_id))

    def _living(self, person_id: PersonId) -> None:
        """Raises `ThePersonHasDied`."""
        self._load(person.Person, person_id).must_live()

    def _living_behind(self, noun: UUID) -> None:
        """Raises `ThePersonHasDied` when that is whom this noun is about."""
        first = self._log.select_events(noun, limit=1)
        about = getattr(first[0], "person", None) if first else None
        if about is not None:
            self._living(about)

    def _receiver(self, wanted: service.Service, source: Source) -> PartnerId:
        """Who receives a referral from this source. Raises what `Service.receiver` raises."""
        receiver = wanted.receiver(source)
        if not self._stays(receiver):
            raise service.ServiceIsNotOpen(wanted.id)
        return receiver

    def _stays(self, partner_id: PartnerId) -> bool:
        """Whether an organisation has joined, and has not left."""
        joined = self._load(partner.Partner, partner_id)
        return joined.kind is not None and not joined.left

    def _kind(self, partner_id: PartnerId) -> PartnerKind | None:
        if partner_id not in self._kinds:
            kind = self._load(partner.Partner, partner_id).kind
            if kind is None:
                return None
            self._kinds[partner_id] = kind
        return self._kinds[partner_id]

    def _register(self, registering: person.Person, details: person.Details, asked: Asked) -> None:
        """Make a person known. The practice may come to hold them, so it must be one.

        Raises `NotAPractice` and what `person.Person.register` raises.
        """
        practice = details.practice
        if practice and self._kind(practice) is not PartnerKind.PRACTICE:
            raise NotAPractice(practice)
        registering.register(details, asked=asked)

    def _offer(
        self,
        way: pathway.Pathway,
        handover: HandoverId,
        wanted: service.Service,
        receiver: PartnerId,
        asked: Asked,
        because: Recorded | None = None,
        *,
        grounds: Grounds = NO_GROUNDS,
    ) -> Recorded:
        """Offer the person to the partner behind a service.

        An offer that a referral carries belongs to that referral alone, not to the whole chain it
        is of. Raises `CannotBeResponsible`, `ThePersonObjects`.
        """
        self._may_hold(way, receiver)
        carried = because is not None and because.originator_id == handover
        return way.offer_handover(
            handover,
            receiver=receiver,
            to_step=wanted.step,
            label=self._label(receiver, wanted.label),
            model=self._model(asked),
            grounds=grounds,
            asked=asked,
            correlation=handover if because is None or carried else because.correlation,
            cause=because.id if because else None,
        )

    def _shown(self, way: pathway.Pathway, grounds: Grounds, to_step: Step) -> Grounds:
        """The grounds once what they point to is known to be of this person and of this move.

        A meeting's decision that was offered and not accepted may be offered again; any other
        decision makes its own offer. Raises `measure.NoSuchMeasure`, `NoSuchDecision`.
        """
        if grounds.measure is not None:
            named = self._load(measure.Measure, grounds.measure)
            if not named.completed or named.person != way.person:
                raise measure.NoSuchMeasure(grounds.measure)
        if grounds.decision is not None and way.decisions.get(grounds.decision) != to_step:
            raise NoSuchDecision(grounds.decision)
        return grounds

    def _may_hold(self, way: pathway.Pathway, partner_id: PartnerId) -> None:
        """Raises `CannotBeResponsible`, `ThePersonObjects`."""
        if self._kind(partner_id) not in entry.HOLDING:
            raise CannotBeResponsible(partner_id)
        self._welcome(way.person, partner_id)

    def _model(self, asked: Asked) -> steps.SteppedCare:
        """The stepped-care model this place worked by when it was asked."""
        host = self._load(partner.Partner, self.host)
        return steps.in_force(self.host, asked.at, host.models)

    def _way(self, asked: Asked) -> Way | None:
        """The way this place worked in when it was asked."""
        return self._load(partner.Partner, self.host).way(local_date(asked.at))

    def _take_on(
        self,
        way: pathway.Pathway,
        handover: HandoverId,
        asked: Asked,
        because: Recorded | None,
    ) -> None:
        """Accept a hand-over. Raises `ThePersonObjects`: nobody holds whom they may not see.

        Raises `PartnerHasLeft`: nor does who is gone.
        """
        if not self._stays(asked.organisation):
            raise partner.PartnerHasLeft(asked.organisation)
        self._welcome(way.person, asked.organisation)
        way.accept_handover(handover, asked=asked, cause=because.id if because else None)

    def _welcome(self, person_id: PersonId | None, partner_id: PartnerId) -> None:
        """Raises `ThePersonObjects`."""
        if person_id and partner_id in self._objections(person_id):
            raise ThePersonObjects(partner_id)

    def _may_hear(
        self,
        person_id: PersonId,
        partner_id: PartnerId,
        asked: Asked,
        category: Category | None = None,
    ) -> bool:
        """Whether an organisation may be told of a person, in a room or on the telephone."""
        known = self._load(person.Person, person_id)
        return partner_id not in self._objections(person_id) and self._load(
            partner.Partner, partner_id
        ).may_hear(local_date(asked.at), consented=partner_id in known.consents, category=category)

    def _label(self, partner_id: PartnerId, label: Label = Label.ORDINARY) -> Label:
        """What a drug service asks, or holds, is as sensitive as what it offers."""
        drugs = self._kind(partner_id) is PartnerKind.DRUG_SERVICE
        return Label.SUBSTANCE if drugs else label


ACTING = (
    referral.Referral,
    pathway.Pathway,
    meeting.Meeting,
    action.Action,
    social_work.SocialWork,
    concern.Concern,
    contact.Contact,
    group.Group,
    carer.Carer,
    shared_care.SharedCare,
    plan.Plan,
    service.Service,
)
"""Nouns that say what may be asked of them next."""


def _next_actions(
    noun: UUID, changed: Sequence[Aggregate], organisation: PartnerId
) -> tuple[str, ...]:
    for aggregate in changed:
        if aggregate.id == noun and isinstance(aggregate, ACTING):
            return aggregate.next_actions(organisation)
    return ()


def _intention(noun: UUID, asked: Asked, actions: tuple[str, ...]) -> Intention:
    answer = orjson.dumps({"id": str(noun), "actions": actions})
    return Intention(asked.organisation, asked.key, asked.digest, answer)


def _first_answer(earlier: Earlier, asked: Asked) -> Answer:
    if earlier.digest != asked.digest:
        raise KeyStandsForAnotherIntention(asked.key)
    answer = orjson.loads(earlier.answer)
    return Answer(UUID(answer["id"]), earlier.position, tuple(answer["actions"]), repeated=True)
