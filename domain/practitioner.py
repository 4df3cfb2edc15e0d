"""Practitioner: somebody who acts for a partner, in which role, and as whom they sign in.

Its facts belong to the partner's stream; it refuses to know how anybody proves who they are.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from domain.kernel import Aggregate, Asked, BrokenRule, Category, Fact, Recorded, Recorder
from domain.vocabulary import Moment, PractitionerId, Role

# What happened


class PractitionerAdded(Fact):
    """Somebody acts for the partner, in a role."""

    TOPIC: ClassVar[str] = "partner:PractitionerAdded"
    CATEGORY: ClassVar[Category] = Category.DIRECTORY
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.HOST, Recorder.ITSELF)

    practitioner: PractitionerId
    name: str
    role: Role
    title: str


class RoleGiven(Fact):
    """Somebody acts for the partner in this role from now on."""

    TOPIC: ClassVar[str] = "partner:RoleGiven"
    CATEGORY: ClassVar[Category] = Category.DIRECTORY
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.HOST, Recorder.ITSELF)

    practitioner: PractitionerId
    role: Role


class PractitionerLeft(Fact):
    """Somebody no longer acts for the partner; what they recorded stays theirs."""

    TOPIC: ClassVar[str] = "partner:PractitionerLeft"
    CATEGORY: ClassVar[Category] = Category.DIRECTORY
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.HOST, Recorder.ITSELF)

    practitioner: PractitionerId


class PractitionerInvited(Fact):
    """Somebody may sign in for the first time, until then, with a code that only they were given.

    ``fingerprint`` is the code's SHA-256: who reads it cannot sign in with it.
    """

    TOPIC: ClassVar[str] = "partner:PractitionerInvited"
    CATEGORY: ClassVar[Category] = Category.STAFF
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.HOST, Recorder.ITSELF)

    practitioner: PractitionerId
    fingerprint: str
    until: Moment


class PractitionerIdentified(Fact):
    """This is who somebody is to a provider of identities; by it alone they sign in.

    ``subject`` is the provider's own word for them, and says nothing to anybody else.
    """

    TOPIC: ClassVar[str] = "partner:PractitionerIdentified"
    CATEGORY: ClassVar[Category] = Category.STAFF
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.HOST, Recorder.ITSELF)

    practitioner: PractitionerId
    issuer: str
    subject: str


# What is refused


class PractitionerIsKnown(BrokenRule):
    """This practitioner acts for the organisation already."""


class NotAPractitionerThere(BrokenRule):
    """This practitioner does not act for the organisation; add them to it or name another."""


class NotARoleOfSomebody(BrokenRule):
    """This role is a system's; give somebody who acts for the organisation another one."""


class SomebodyElseSignsInAsThis(BrokenRule):
    """Another practitioner of the organisation signs in with this identity; each has their own."""


class InvitationIsNotValid(BrokenRule):
    """This invitation is not known here, was used, or is over; ask for another one."""


# What is true now and may happen next


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is to a provider of identities: its address, and its own word for them."""

    issuer: str
    subject: str


@dataclass(frozen=True, slots=True)
class Invitation:
    """What somebody may use once, until its time is over."""

    fingerprint: str
    until: Moment


@dataclass
class Staffed(Aggregate):
    """Who acts for the partner now."""

    practitioners: dict[PractitionerId, Role] = field(default_factory=dict)
    gone: set[PractitionerId] = field(default_factory=set)
    identities: dict[PractitionerId, Identity] = field(default_factory=dict)
    invitations: dict[PractitionerId, Invitation] = field(default_factory=dict)

    def add_practitioner(
        self, practitioner: PractitionerId, *, name: str, role: Role, title: str, asked: Asked
    ) -> Recorded:
        """Name somebody who acts for the partner. Who left may come back.

        Raises `PractitionerIsKnown`, `NotARoleOfSomebody`.
        """
        if practitioner in self.practitioners:
            raise PractitionerIsKnown(practitioner)
        _of_somebody(practitioner, role)
        fact = PractitionerAdded(practitioner=practitioner, name=name, role=role, title=title)
        return self.record(fact, asked)

    def give_role(
        self, practitioner: PractitionerId, role: Role, *, asked: Asked
    ) -> Recorded | None:
        """Let somebody act in this role from now on.

        Raises `NotAPractitionerThere`, `NotARoleOfSomebody`.
        """
        self.practised_by(practitioner)
        _of_somebody(practitioner, role)
        if self.practitioners[practitioner] is role:
            return None
        return self.record(RoleGiven(practitioner=practitioner, role=role), asked)

    def let_go(self, practitioner: PractitionerId, *, asked: Asked) -> Recorded | None:
        """Say that somebody no longer acts for the partner. Raises `NotAPractitionerThere`."""
        if practitioner in self.gone:
            return None
        self.practised_by(practitioner)
        return self.record(PractitionerLeft(practitioner=practitioner), asked)

    def invite(
        self, practitioner: PractitionerId, invitation: Invitation, *, asked: Asked
    ) -> Recorded | None:
        """Let somebody sign in for the first time, or as somebody else than before.

        An earlier invitation of theirs is over. Raises `NotAPractitionerThere`.
        """
        self.practised_by(practitioner)
        if self.invitations.get(practitioner) == invitation:
            return None
        fact = PractitionerInvited(
            practitioner=practitioner,
            fingerprint=invitation.fingerprint,
            until=invitation.until,
        )
        return self.record(fact, asked)

    def identify(
        self, practitioner: PractitionerId, identity: Identity, *, asked: Asked
    ) -> Recorded | None:
        """Say who somebody is to a provider of identities; an earlier one of theirs is over.

        Raises `NotAPractitionerThere`, `SomebodyElseSignsInAsThis`.
        """
        self.practised_by(practitioner)
        if self.identities.get(practitioner) == identity:
            return None
        if identity in self.identities.values():
            raise SomebodyElseSignsInAsThis(self.id)
        fact = PractitionerIdentified(
            practitioner=practitioner, issuer=identity.issuer, subject=identity.subject
        )
        return self.record(fact, asked)

    def accept_invitation(
        self, fingerprint: str, identity: Identity, *, asked: Asked
    ) -> Recorded | None:
        """Sign in for the first time: whoever was given the code is who signed in with it.

        Raises `InvitationIsNotValid`, `SomebodyElseSignsInAsThis`.
        """
        for practitioner, invitation in self.invitations.items():
            if invitation.fingerprint == fingerprint and asked.at < invitation.until:
                return self.identify(practitioner, identity, asked=asked)
        raise InvitationIsNotValid(self.id)

    @property
    def clinicians(self) -> frozenset[PractitionerId]:
        """Those who may stand in for one another as the responsible clinician."""
        return frozenset(one for one, role in self.practitioners.items() if role is Role.CLINICIAN)

    def practised_by(self, practitioner: PractitionerId) -> None:
        """Raises `NotAPractitionerThere`. Who acts for it counts, not who employs them."""
        if practitioner not in self.practitioners:
            raise NotAPractitionerThere(practitioner)

    def _follow_staff(self, fact: StaffFact) -> None:
        match fact:
            case PractitionerAdded(practitioner=practitioner, role=role):
                self.practitioners[practitioner] = role
                self.gone.discard(practitioner)
            case RoleGiven(practitioner=practitioner, role=role):
                self.practitioners[practitioner] = role
            case PractitionerLeft(practitioner=practitioner):
                self.practitioners.pop(practitioner, None)
                self.identities.pop(practitioner, None)
                self.invitations.pop(practitioner, None)
                self.gone.add(practitioner)
            case PractitionerInvited() as invited:
                self.invitations[invited.practitioner] = Invitation(
                    invited.fingerprint, invited.until
                )
            case PractitionerIdentified() as known:
                self.identities[known.practitioner] = Identity(known.issuer, known.subject)
                self.invitations.pop(known.practitioner, None)


def _of_somebody(practitioner: PractitionerId, role: Role) -> None:
    if role is Role.SYSTEM:
        raise NotARoleOfSomebody(practitioner)


StaffFact = (
    PractitionerAdded | RoleGiven | PractitionerLeft | PractitionerInvited | PractitionerIdentified
)

FACTS: tuple[type[Fact], ...] = (
    PractitionerAdded,
    RoleGiven,
    PractitionerLeft,
    PractitionerInvited,
    PractitionerIdentified,
)
