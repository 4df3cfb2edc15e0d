"""The directory: partners, their agreements and practitioners, services; nobody who is helped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg import Connection
from pydantic import TypeAdapter

from domain import group, partner, practitioner, service
from domain.agreement import (
    AgreementBegan,
    AgreementEnded,
    AgreementExpired,
    AgreementSigned,
    Held,
    follow,
    standing,
)
from domain.description import Description
from domain.kernel import Recorded
from domain.policies import ways
from domain.policies.days import local_date
from domain.policies.steps import Choice
from domain.policies.timetable import Timetable
from domain.policies.ways import Way as WayOfWorking
from domain.practitioner import Identity, Invitation
from domain.privacy import OpeningGranted, OpeningGrantEnded, PrivacyOfficerNamed
from domain.room import CapacityDeclared, PlaceFreed, PlaceTaken, Room
from domain.vocabulary import (
    GroupId,
    Label,
    PartnerId,
    PartnerKind,
    PractitionerId,
    Role,
    ServiceId,
    SessionOff,
    Source,
    Step,
    Way,
)
from projections.statements import statements

_SQL = statements("directory")


@dataclass
class PractitionerEntry:
    id: PractitionerId
    partner: PartnerId
    name: str
    role: Role
    title: str
    since: date | None = None
    left: bool = False


@dataclass
class PartnerEntry:
    id: PartnerId
    name: str
    kind: PartnerKind
    identifiers: dict[str, str]
    held: list[Held] = field(default_factory=list)
    practitioners: dict[PractitionerId, PractitionerEntry] = field(default_factory=dict)
    left: bool = False
    models: list[Choice] = field(default_factory=list)
    ways: list[ways.Choice] = field(default_factory=list)
    written: list[WayOfWorking] = field(default_factory=list)
    liaison: PractitionerId | None = None
    liaison_since: date | None = None
    privacy_officer: PractitionerId | None = None
    privacy_officer_since: date | None = None
    identities: dict[PractitionerId, Identity] = field(default_factory=dict)
    invitations: dict[PractitionerId, Invitation] = field(default_factory=dict)

    def without(self, who: PractitionerId) -> None:
        """Somebody acts for it no more; their name stays with what they recorded."""
        self.practitioners[who].left = True
        self.identities.pop(who, None)
        self.invitations.pop(who, None)
        if self.liaison == who:
            self.liaison, self.liaison_since = None, None
        self.looks_after_privacy_no_more(who)

    def looks_after_privacy_no_more(self, who: PractitionerId) -> None:
        if self.privacy_officer == who:
            self.privacy_officer, self.privacy_officer_since = None, None

    @property
    def here(self) -> list[PractitionerEntry]:
        """Who acts for it now."""
        return [each for each in self.practitioners.values() if not each.left]

    @property
    def agreement(self) -> AgreementSigned | None:
        """The one that has begun and is not over, as far as anybody has said."""
        now = standing(self.held)
        return now.agreement if now else None

    @property
    def liaises(self) -> PractitionerEntry | None:
        """Who of a practice is in touch with the drug service."""
        return self.practitioners.get(self.liaison) if self.liaison else None


@dataclass
class ServiceEntry:
    id: ServiceId
    partner: PartnerId
    name: str
    step: Step
    ways_in: tuple[Source, ...]
    eligibility: str
    group: bool
    label: Label
    identifiers: dict[str, str]
    taking: bool = True
    closed: bool = False
    turned: str = ""
    """Why it is paused or closed."""
    description: Description = field(default_factory=Description)
    room: Room | None = None
    declared_at: datetime | None = None

    def left(self, day: date) -> int | None:
        """How many more may come; ``None`` when nobody says."""
        return self.room.left(day) if self.room else None

    def takes(self, day: date) -> bool:
        """Whether anybody new may choose it on a day."""
        return self.taking and self.left(day) != 0


@dataclass
class GroupEntry:
    """A group's programme, as everybody may know it: not who is in it."""

    id: GroupId
    partner: PartnerId
    service: ServiceId
    name: str
    first_at: datetime
    every_weeks: int
    minutes: int
    place: str
    last_on: date | None
    capacity: int
    practices: tuple[PartnerId, ...]
    held: list[date] = field(default_factory=list)
    cancelled: dict[date, SessionOff] = field(default_factory=dict)
    ended: str | None = None

    @property
    def timetable(self) -> Timetable:
        return Timetable(self.first_at, self.every_weeks, self.last_on)

    def next_on(self, day: date) -> date | None:
        """The next session from a day on; ``None`` when none is to come."""
        if self.ended is not None:
            return None
        return self.timetable.next_on(day, but={*self.held, *self.cancelled})

    def unrecorded(self, day: date) -> date | None:
        """The newest session up to a day of which nobody has said who was there."""
        if self.ended is not None:
            return None
        past = [on for on in self.timetable.following(day - RECENT) if on <= day]
        open_ones = [on for on in past if on not in self.held and on not in self.cancelled]
        return open_ones[-1] if open_ones else None


RECENT = timedelta(days=60)
"""How far back a session is still asked about."""


_PARTNER = TypeAdapter(PartnerEntry)
_GROUP = TypeAdapter(GroupEntry)
_SERVICE = TypeAdapter(ServiceEntry)


@dataclass
class Directory:
    """Everybody who helps, with what, and what each may know."""

    partners: dict[PartnerId, PartnerEntry] = field(default_factory=dict)
    services: dict[ServiceId, ServiceEntry] = field(default_factory=dict)
    groups: dict[GroupId, GroupEntry] = field(default_factory=dict)

    @property
    def practitioners(self) -> dict[PractitionerId, PractitionerEntry]:
        return {
            each.id: each
            for entry in self.partners.values()
            for each in entry.practitioners.values()
        }

    def agreements_of(self, partner_id: PartnerId) -> dict[PartnerId, AgreementSigned]:
        """The agreement that has begun and is not over with one partner, if there is one."""
        joined = self.partners.get(partner_id)
        return {partner_id: joined.agreement} if joined and joined.agreement else {}

    def signing_in(self, identity: Identity) -> list[PractitionerEntry]:
        """As whom somebody acts for each organisation that knows them by this identity."""
        return [
            each
            for entry in self.partners.values()
            for each in entry.here
            if entry.identities.get(each.id) == identity
        ]

    def invited(self, fingerprint: str) -> PractitionerEntry | None:
        """Whom an invitation is for."""
        for entry in self.partners.values():
            for each in entry.here:
                invitation = entry.invitations.get(each.id)
                if invitation is not None and invitation.fingerprint == fingerprint:
                    return each
        return None

    @property
    def agreements(self) -> dict[PartnerId, AgreementSigned]:
        return {p.id: p.agreement for p in self.partners.values() if p.agreement}

    def may_use(self, partner_id: PartnerId, way: Way) -> bool:
        """Whether a partner's systems may be told by this way.

        By the agreement that has begun and is not over; after its end by the last there was, so
        that word of the end comes where the rest came.
        """
        joined = self.partners.get(partner_id)
        begun = [each for each in joined.held if each.began_at] if joined else []
        return bool(begun) and way in (standing(begun) or begun[-1]).agreement.ways

    def way(self, on: date) -> WayOfWorking | None:
        """The way the place works in on a day: what its host chose, for nobody else may."""
        hosts = (entry for entry in self.partners.values() if entry.ways)
        host = next(hosts, None)
        return ways.in_force(on, host.ways, host.written) if host else None

    def meant(self, actions: Sequence[str], on: date) -> list[str]:
        """Of these actions, those that mean something in the way the place works in on a day."""
        return meant(actions, self.codes(on))

    def codes(self, on: date) -> bool:
        """Whether the way the place works in on a day says how complex a case is."""
        way = self.way(on)
        return way is not None and bool(way.complexity)

    def service_identified(self, identifiers: set[tuple[str, str]]) -> ServiceEntry | None:
        """The service that goes by one of these (system, value) identifiers."""
        for entry in self.services.values():
            if identifiers & set(entry.identifiers.items()):
                return entry
        return None

    def partner_identified(self, identifiers: set[tuple[str, str]]) -> PartnerEntry | None:
        """The partner that goes by one of these (system, value) identifiers."""
        for entry in self.partners.values():
            if identifiers & set(entry.identifiers.items()):
                return entry
        return None

    def follow(self, recorded: Recorded) -> set[UUID]:
        """Follow a fact of the directory; the streams whose entries it changed."""
        stream = recorded.originator_id
        changed = {stream}
        match recorded.fact:
            case partner.PartnerJoined() as joined:
                key = PartnerId(stream)
                self.partners[key] = PartnerEntry(key, joined.name, joined.kind, joined.identifiers)
            case AgreementSigned() | AgreementBegan() | AgreementExpired() | AgreementEnded():
                follow(self.partners[PartnerId(stream)].held, recorded)
            case partner.PartnerLeft():
                self.partners[PartnerId(stream)].left = True
                for offered in self.services.values():
                    if offered.partner == stream:
                        offered.taking = False
                        changed.add(offered.id)
                for planned in self.groups.values():
                    if planned.partner == stream:
                        planned.ended = "the organisation left"
                        changed.add(planned.id)
            case practitioner.PractitionerAdded() as added:
                employer = self.partners[PartnerId(stream)]
                employer.practitioners[added.practitioner] = PractitionerEntry(
                    added.practitioner,
                    employer.id,
                    added.name,
                    added.role,
                    added.title,
                    local_date(recorded.effective_at),
                )
            case practitioner.RoleGiven(practitioner=who, role=role):
                self.partners[PartnerId(stream)].practitioners[who].role = role
                if role is not Role.PRIVACY_OFFICER:
                    self.partners[PartnerId(stream)].looks_after_privacy_no_more(who)
            case practitioner.PractitionerLeft(practitioner=who):
                self.partners[PartnerId(stream)].without(who)
            case practitioner.PractitionerInvited(practitioner=who) as sent:
                inviting = self.partners[PartnerId(stream)]
                inviting.invitations[who] = Invitation(sent.fingerprint, sent.until)
            case practitioner.PractitionerIdentified(practitioner=who) as known:
                knowing = self.partners[PartnerId(stream)]
                knowing.identities[who] = Identity(known.issuer, known.subject)
                knowing.invitations.pop(who, None)
            case partner.LiaisonNamed(practitioner=who, since=since):
                named = self.partners[PartnerId(stream)]
                named.liaison, named.liaison_since = who, since
            case PrivacyOfficerNamed(practitioner=who, since=since):
                looked_after = self.partners[PartnerId(stream)]
                looked_after.privacy_officer = who
                looked_after.privacy_officer_since = since
            case OpeningGranted() | OpeningGrantEnded():
                pass  # of the organisation, and for its own door: nobody else is told who may open
            case partner.SteppedCareChosen(model=model, effective_from=effective_from):
                place = PartnerId(stream)
                self.partners[place].models.append(Choice(place, model, effective_from))
            case partner.WayWritten(way=written):
                self.partners[PartnerId(stream)].written.append(written)
            case partner.WayChosen(way=way, effective_from=effective_from):
                place = PartnerId(stream)
                self.partners[place].ways.append(ways.Choice(place, way, effective_from))
            case service.ServiceOpened() as opened:
                self.services[ServiceId(stream)] = ServiceEntry(
                    ServiceId(stream),
                    opened.partner,
                    opened.name,
                    opened.step,
                    opened.ways_in,
                    opened.eligibility,
                    opened.group,
                    opened.label,
                    opened.identifiers,
                    description=opened.description,
                )
            case service.ServiceFact() | CapacityDeclared() | PlaceTaken() | PlaceFreed():
                self._follow(self.services[ServiceId(stream)], recorded)
            case group.ProgrammePlanned() as planned_now:
                key_of = GroupId(stream)
                self.groups[key_of] = GroupEntry(id=key_of, **planned_now.model_dump())
            case group.SessionHeld(on=on):
                self.groups[GroupId(stream)].held.append(on)
            case group.SessionCancelled(on=on, reason=reason):
                self.groups[GroupId(stream)].cancelled[on] = reason
            case group.ProgrammeEnded(reason=why):
                self.groups[GroupId(stream)].ended = why
            case _:
                return set()
        return changed

    def _follow(self, offered: ServiceEntry, recorded: Recorded) -> None:
        match recorded.fact:
            case service.ServiceDescribed() as said:
                offered.name, offered.ways_in = said.name, said.ways_in
                offered.eligibility, offered.description = said.eligibility, said.description
            case service.ServicePaused(reason=reason):
                offered.taking, offered.turned = False, reason
            case service.ServiceClosed(reason=reason):
                offered.taking, offered.closed, offered.turned = False, True, reason
            case service.ServiceReopened():
                offered.taking, offered.turned = not self.partners[offered.partner].left, ""
            case CapacityDeclared() as declared:
                offered.room = Room(declared.available, declared.maximum, declared.until)
                offered.declared_at = recorded.effective_at
            case PlaceTaken() | PlaceFreed() as place:
                assert offered.room is not None, "places are counted once capacity is declared"
                offered.room = offered.room.after(place)

    def save(self, connection: Connection, streams: set[UUID]) -> None:
        """Write the entries of these streams."""
        rows: list[tuple[UUID, str, bytes]] = []
        for stream in streams:
            if joined := self.partners.get(PartnerId(stream)):
                rows.append((stream, "partner", _PARTNER.dump_json(joined)))
            elif offered := self.services.get(ServiceId(stream)):
                rows.append((stream, "service", _SERVICE.dump_json(offered)))
            elif planned := self.groups.get(GroupId(stream)):
                rows.append((stream, "group", _GROUP.dump_json(planned)))
        for row in rows:
            connection.execute(_SQL["save"], row)


def meant(actions: Sequence[str], coded: bool) -> list[str]:
    """Of these actions, those that mean something where it is ``coded`` how complex a case is."""
    return [action for action in actions if coded or action != "complexity"]


def read(rows: list[Any]) -> Directory:
    """The directory from its rows (kind, state)."""
    directory = Directory()
    for kind, state in rows:
        if kind == "partner":
            joined = _PARTNER.validate_json(state)
            directory.partners[joined.id] = joined
        elif kind == "group":
            planned = _GROUP.validate_json(state)
            directory.groups[planned.id] = planned
        else:
            offered = _SERVICE.validate_json(state)
            directory.services[offered.id] = offered
    return directory


def load(connection: Connection) -> Directory:
    """The directory as last saved."""
    return read(connection.cursor(binary=True).execute(_SQL["all"]).fetchall())
