"""The share: runs the domain's rule once per fact, in order, and numbers what each partner is told.

It refuses to decide anything itself: who may know what is `domain.sharing`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

import psycopg
from psycopg import Connection

from domain import circles, meeting, person
from domain.acknowledgement import WithdrawalsAcknowledged
from domain.agreement import (
    AgreementBegan,
    AgreementEnded,
    AgreementExpired,
    AgreementSigned,
)
from domain.circle import Circle, Telling
from domain.erased import PersonErased
from domain.kept_no_longer import KeptNoLonger
from domain.kernel import REMOVED, Category, Recorded
from domain.linking import PersonsLinked, PersonsUnlinked
from domain.mapping import CARE, FactMapper, UnreadableFact, Volume, head_of
from domain.partner import PartnerLeft
from domain.sealing import SealFact
from domain.sharing import (
    ENDED,
    ERASED,
    LET_GO,
    TOLD_TO_NOBODY,
    WITHDRAWN,
    Disclosure,
    erased_to,
    let_go_to,
    message_type,
    of_nobody,
)
from domain.unmet import UnmetNeedRecorded
from domain.vocabulary import PartnerId, PersonId, Retention
from domain.wishes import WishFact
from projections import log
from projections.arranging import LINKING
from projections.directory import Directory
from projections.entries import ADDED, AGAIN, NOTHING, TO_ACKNOWLEDGE, Entry, sealed, volumes_let_go
from projections.keys import PersonKeys
from projections.pseudonyms import Pseudonyms
from projections.retelling import CIRCLE, fetch, fetch_linked, retold
from projections.statements import statements

_SQL = statements("share")

FOREVER = 2**63 - 1
"""The position of what did not happen."""

TAKEN_BACK = (
    WishFact,
    SealFact,
    PersonsUnlinked,
    AgreementSigned,
    AgreementBegan,
    AgreementEnded,
    AgreementExpired,
)
"""What takes something back that was rightly told: whoever was told says that it removed it.

Who declines what it was asked, or lets it lapse, forgets it of its own accord.
"""


class Poison(Exception):
    """A fact that cannot be folded. Names its case and position, never its content."""

    def __init__(self, case: UUID, position: int, topic: str, reason: str) -> None:
        super().__init__(case, position, topic, reason)
        self.case, self.position, self.topic, self.reason = case, position, topic, reason


def case_of(recorded: Recorded) -> UUID:
    """What waits when a fact cannot be folded: its person's case, or else its stream."""
    return recorded.person or recorded.originator_id


def _poison(recorded: Recorded, failed: Exception) -> Poison:
    topic = recorded.fact.TOPIC
    return Poison(case_of(recorded), recorded.position, topic, type(failed).__name__)


@dataclass
class Told:
    """An entry with what is needed to write it and to fold views from it."""

    entry: Entry
    person: PersonId | None
    personal: frozenset[str]
    case: UUID
    volume: Volume = CARE
    """In which of the person's volumes the fact that it tells rests."""


@dataclass
class Share:
    """The share of every partner, as one batch of facts extends it."""

    connection: Connection
    mapper: FactMapper
    keys: PersonKeys
    pseudonyms: Pseudonyms
    directory: Directory
    circles: dict[PersonId, Circle] = field(default_factory=dict)
    numbers: dict[UUID, int] = field(default_factory=dict)
    given: set[UUID] = field(default_factory=set)
    introduced: set[tuple[UUID, UUID, UUID]] = field(default_factory=set)
    directory_streams: set[UUID] = field(default_factory=set)
    let_go: dict[PersonId, dict[Volume, int]] = field(default_factory=dict)
    """Of those who were asked about: what was let go, and by which position."""
    agreements: Mapping[PartnerId, AgreementSigned] = field(init=False)

    def __post_init__(self) -> None:
        self.agreements = self.directory.agreements

    def tell(self, facts: Sequence[Recorded]) -> list[Told]:
        """What these facts, in their order, let every partner know. Raises `Poison`."""
        self._load(facts)
        plans = [self._plan(recorded) for recorded in facts]
        history = self._history(facts, plans)
        told: list[Told] = []
        for recorded, tellings in zip(facts, plans, strict=True):
            try:
                for about, telling in tellings:
                    told += self._told(recorded, about, telling, history)
                if isinstance(recorded.fact, KeptNoLonger):
                    told += self._let_go(recorded, told)
            except Exception as failed:
                raise _poison(recorded, failed) from failed
        return told

    def save(self, told: Sequence[Told]) -> None:
        """Write entries, numbers, circles and the partners' own ids, in the open transaction."""
        rows = [
            (
                each.entry.partner,
                each.entry.number,
                each.entry.position,
                each.person,
                each.entry.subject,
                each.entry.type,
                each.entry.effective_at,
                each.entry.recorded_at,
                each.entry.backfill,
                sealed(each.entry, each.personal, each.person, self.keys, each.volume),
            )
            for each in told
        ]
        circles = [
            (each.person, each.open, each.responsible, CIRCLE.dump_json(each))
            for each in self.circles.values()
        ]
        # Not COPY, which PostgreSQL refuses where there is row security.
        values = [
            *_columns(rows, 10),
            *_columns(list(self.introduced), 3),
            *_columns(circles, 4),
            *_columns([(each, self.numbers[each]) for each in self.given], 2),
        ]
        self.connection.cursor().execute(_SQL["save"], values, binary=True, prepare=True)
        self.directory.save(self.connection, self.directory_streams)

    def _told(
        self,
        recorded: Recorded,
        about: PersonId | None,
        telling: Telling,
        history: Mapping[PersonId, list[Recorded]],
    ) -> Iterator[Told]:
        noticed = recorded if about == recorded.person else replace(recorded, person=about)
        for partner in telling.forgotten:
            yield self._number(_notice(partner, WITHDRAWN, noticed), recorded)
        for disclosure in telling.again:
            yield self._number(_again(disclosure), recorded)
        for disclosure in telling.added:
            yield self._number(_again(disclosure, {ADDED: True}), recorded)
        for retelling in telling.retold:
            assert about is not None, "only about a person is anything told anew"
            forgets, anew = retelling.of(history[about])
            if forgets:
                yield self._number(_notice(retelling.partner, WITHDRAWN, noticed), recorded)
            for disclosure in anew:
                data = disclosure.data | ({AGAIN: True} if forgets else {ADDED: True})
                yield self._number(replace(disclosure, data=data), recorded)
            if retelling.over and anew:
                yield self._number(_notice(retelling.partner, ENDED, noticed), recorded)
        for backfill in telling.backfills:
            assert about is not None, "only about a person is anything made up for"
            for disclosure in backfill.of(history[about]):
                yield self._number(disclosure, recorded)
        disclosures = telling.disclosures
        if isinstance(recorded.fact, PersonErased) and about == recorded.person:
            disclosures = self._once_told(recorded, disclosures)
        for disclosure in disclosures:
            yield self._number(disclosure, recorded)
        for beside in telling.beside:
            assert about is not None, "only about a person is anything put right"
            for disclosure in beside.of(history[about]):
                yield self._number(disclosure, recorded)
        for partner in telling.withdrawn:
            yield self._number(_notice(partner, WITHDRAWN, noticed), recorded)
        for partner in telling.ended:
            yield self._number(_notice(partner, ENDED, noticed), recorded)

    def _load(self, facts: Sequence[Recorded]) -> None:
        wanted = {f.person for f in facts if f.person}
        wanted |= {f.fact.other for f in facts if isinstance(f.fact, PersonsLinked)}
        fetch_linked(self.connection, self.circles, [*wanted])
        if not self.numbers:  # nobody remembers them
            cursor = self.connection.cursor(binary=True)
            self.numbers = dict(cursor.execute(_SQL["numbers"]).fetchall())

    def _plan(self, recorded: Recorded) -> Sequence[tuple[PersonId | None, Telling]]:
        try:
            if isinstance(recorded.fact, WithdrawalsAcknowledged):
                return [(None, Telling(disclosures=(of_nobody(recorded),)))]
            to_nobody = isinstance(recorded.fact, TOLD_TO_NOBODY)
            if to_nobody and not isinstance(recorded.fact, PersonErased):
                return [(None, Telling())]
            if recorded.person is None:
                was = self.agreements
                if changed := self.directory.follow(recorded):
                    self.agreements = self.directory.agreements
                    self.directory_streams |= changed
                    parting = (None, Telling(disclosures=self._partings(recorded)))
                    return [parting, *self._retold(recorded, was)]
                if isinstance(recorded.fact, UnmetNeedRecorded):
                    return [(None, Telling(disclosures=(of_nobody(recorded),)))]
                return [(None, Telling(disclosures=self._meeting(recorded)))]
            self._identify(recorded)
            return circles.follow(recorded, self.circles, self.agreements, self._followed)
        except psycopg.Error:
            raise
        except Exception as failed:
            raise _poison(recorded, failed) from failed

    def _followed(
        self, persons: frozenset[PersonId]
    ) -> Iterator[tuple[Recorded, Mapping[PartnerId, AgreementSigned]]]:
        """What was recorded of these persons, and that partners left; under which agreements.

        Those in force now: each change of one told again all that was said before. Who left keeps
        what it was told, by the last agreement before it did.
        """
        of = (self.circles[person] for person in persons)
        partners = {
            p for c in of for p in c.bases.keys() | c.linked | c.told.keys() | c.past.keys()
        }
        stored = [*map(self.mapper.read, log.of_streams(self.connection, [*partners], [*persons]))]
        directory, last = Directory(), dict(self.agreements)
        for recorded in stored:
            if recorded.person is None:
                if isinstance(recorded.fact, PartnerLeft):
                    last |= directory.agreements_of(PartnerId(recorded.originator_id))
                directory.follow(recorded)
        agreements = {
            each: signed.model_copy(update={"starts": date.min}) for each, signed in last.items()
        }
        for recorded in stored:
            if isinstance(recorded.fact, PartnerLeft):
                gone = recorded.originator_id
                agreements = {p: signed for p, signed in agreements.items() if p != gone}
            yield recorded, agreements

    def _partings(self, recorded: Recorded) -> tuple[Disclosure, ...]:
        """To a partner that left: of everybody it was told of, that nothing more is told."""
        if not isinstance(recorded.fact, PartnerLeft):
            return ()
        partner = PartnerId(recorded.originator_id)
        fetch(self.connection, self.circles, "circles_of", partner)
        return tuple(
            _notice(partner, ENDED, replace(recorded, person=who))
            for who in sorted(self.circles)
            if self.circles[who].leave(partner, recorded.position)
        )

    def _retold(
        self, recorded: Recorded, was: Mapping[PartnerId, AgreementSigned]
    ) -> Iterator[tuple[PersonId, Telling]]:
        """What a changed agreement makes of all that its partner was told."""
        partner = PartnerId(recorded.originator_id)
        joined = self.directory.partners.get(partner)
        if joined is None or joined.left:
            return iter(())
        before, after = was.get(partner), self.agreements.get(partner)
        return retold(self.connection, self.mapper, self.circles, recorded, before, after)

    def _identify(self, recorded: Recorded) -> None:
        match recorded.fact:
            case person.PersonMadeKnownAgain(made_as=made_as) if made_as and recorded.person:
                known_as = self.pseudonyms.of(recorded.organisation, made_as)
                self.introduced.add((recorded.organisation, known_as, recorded.person))

    def _meeting(self, recorded: Recorded) -> tuple[Disclosure, ...]:
        """A meeting's own facts go to the organisations invited to it."""
        fact = recorded.fact
        assert isinstance(fact, meeting.OF_THE_WHOLE)
        agreements = self.agreements
        return tuple(
            Disclosure(
                partner=partner,
                type=message_type(type(fact)),
                data=fact.model_dump(mode="json", exclude_none=True)
                | {
                    "stream": str(recorded.originator_id),
                    "by_organisation": str(recorded.organisation),
                },
                personal=NOTHING,
                recorded=recorded,
            )
            for partner in fact.invited
            if partner in agreements and Category.COORDINATION in agreements[partner].categories
        )

    def _once_told(
        self, recorded: Recorded, hearing: Sequence[Disclosure]
    ) -> tuple[Disclosure, ...]:
        """That a person was erased, for all who were ever told of them: a copy may be anywhere."""
        cursor = self.connection.cursor(binary=True)
        rows = cursor.execute(_SQL["ever_told"], [recorded.person]).fetchall()
        partners = {PartnerId(partner) for (partner,) in rows}
        partners |= {PartnerId(p) for p, _, who in self.introduced if who == recorded.person}
        partners |= {disclosure.partner for disclosure in hearing}
        return tuple(erased_to(partner, recorded) for partner in sorted(partners))

    def _let_go(self, recorded: Recorded, told: Sequence[Told]) -> list[Told]:
        """That something of a person is kept no longer, for all who were ever told of it."""
        assert recorded.person is not None, "a volume is somebody's"
        going = set(volumes_let_go(recorded.fact.model_dump()))
        known = self._known_let_go(recorded.person)
        for volume in going:
            known.setdefault(volume, recorded.position)
        heads = [head_of(each) for each in sorted(going)]
        asked = [recorded.person, recorded.position, heads]
        rows = self.connection.cursor(binary=True).execute(_SQL["told_of_volumes"], asked)
        partners = {PartnerId(partner) for (partner,) in rows.fetchall()}
        partners |= {
            PartnerId(each.entry.partner)
            for each in told
            if each.person == recorded.person and each.volume in going
        }
        return [self._number(let_go_to(each, recorded), recorded) for each in sorted(partners)]

    def _known_let_go(self, who: PersonId) -> dict[Volume, int]:
        if who not in self.let_go:
            rows = self.connection.cursor(binary=True).execute(_SQL["let_go"], [who]).fetchall()
            self.let_go[who] = {Volume(Retention(kept), n): at for kept, n, at in rows}
        return self.let_go[who]

    def _still_kept(self, disclosure: Disclosure, because: Recorded) -> dict[str, Any]:
        """What is told of a fact that is kept for less long than the record; it may be gone."""
        recorded, personal = disclosure.recorded, disclosure.personal
        if recorded.fact.RETENTION is Retention.CARE or not personal or not recorded.person:
            return disclosure.data
        volume = Volume(recorded.fact.RETENTION, recorded.volume)
        gone = False
        if recorded.position < because.position:
            gone = self._known_let_go(recorded.person).get(volume, FOREVER) < because.position
        return {
            name: value
            for name, value in disclosure.data.items()
            if name not in personal or not (gone or value == REMOVED)
        }

    def _history(
        self,
        facts: Sequence[Recorded],
        plans: Sequence[Sequence[tuple[PersonId | None, Telling]]],
    ) -> Mapping[PersonId, list[Recorded]]:
        """The earlier facts of those about whom somebody new is told, in one question."""
        wanting: dict[PersonId, Recorded] = {}
        before = facts[0].position
        for fact, tellings in zip(facts, plans, strict=True):
            for about, telling in tellings:
                fills = (
                    *telling.backfills,
                    *(each.now for each in telling.retold),
                    *(each.earlier for each in telling.beside),
                )
                if about is not None and fills:
                    wanting.setdefault(about, fact)
                    if about != fact.person:  # it may be ahead of a case that waited
                        before = max(before, *(each.before for each in fills))
        history: dict[PersonId, list[Recorded]] = defaultdict(list)
        if not wanting:
            return history
        batch = {fact.position for fact in facts}
        if before > 1:
            for stored in log.of_persons(self.connection, [*wanting], before - 1):
                if stored.position in batch:
                    continue
                try:
                    recorded = self.mapper.read(stored)
                except UnreadableFact as unreadable:
                    assert stored.person is not None
                    raise _poison(wanting[PersonId(stored.person)], unreadable) from unreadable
                assert recorded.person is not None
                history[recorded.person].append(recorded)
        for recorded in facts:
            if recorded.person in wanting:
                assert recorded.person is not None
                history[recorded.person].append(recorded)
        for about in wanting:
            history[about].sort(key=lambda each: each.position)
        return history

    def _number(self, disclosure: Disclosure, because: Recorded) -> Told:
        partner, recorded = disclosure.partner, disclosure.recorded
        number = self.numbers[partner] = self.numbers.get(partner, 0) + 1
        self.given.add(partner)
        subject = None
        if recorded.person:
            subject = self.pseudonyms.of(partner, recorded.person)
            self.introduced.add((partner, subject, recorded.person))
        assert because.recorded_at is not None
        data = self._still_kept(disclosure, because)
        if disclosure.type in (ERASED, LET_GO):
            data = data | {TO_ACKNOWLEDGE: True}
        if disclosure.type in LINKING:
            data = data | self._linked(partner, recorded)
        if disclosure.backfill and recorded.recorded_at:
            data["first_recorded_at"] = recorded.recorded_at.isoformat()
            data["first_position"] = recorded.position
        return Told(
            Entry(
                partner,
                number,
                because.position,
                subject,
                disclosure.type,
                recorded.effective_at,
                because.recorded_at,
                disclosure.backfill,
                data,
            ),
            recorded.person,
            disclosure.personal,
            case_of(because),
            Volume(recorded.fact.RETENTION, recorded.volume) if disclosure.personal else CARE,
        )

    def _linked(self, partner: PartnerId, recorded: Recorded) -> dict[str, Any]:
        """The other record, and the one that is kept, as this partner knows them."""
        fact = recorded.fact
        assert isinstance(fact, PersonsLinked | PersonsUnlinked)
        known = {"other": str(self.pseudonyms.of(partner, fact.other))}
        if isinstance(fact, PersonsLinked):
            known["kept"] = str(self.pseudonyms.of(partner, fact.kept))
        return known


def _columns(rows: Sequence[tuple[Any, ...]], many: int) -> list[list[Any]]:
    """Rows as so many columns, also where there are none."""
    return [[row[place] for row in rows] for place in range(many)]


def _again(disclosure: Disclosure, mark: dict[str, Any] | None = None) -> Disclosure:
    """What was told, or would have been, when it happened, told now: no news."""
    data = disclosure.data | (mark or {})
    if not disclosure.backfill:
        data |= {AGAIN: True}
    return replace(disclosure, data=data, backfill=True)


def _notice(partner: PartnerId, message: str, recorded: Recorded) -> Disclosure:
    """That something is withdrawn, or over. What was taken back is to be acknowledged."""
    taken_back = message == WITHDRAWN and isinstance(recorded.fact, TAKEN_BACK)
    data = {TO_ACKNOWLEDGE: True} if taken_back else {}
    return Disclosure(partner=partner, type=message, data=data, personal=NOTHING, recorded=recorded)
