"""Who recorded each fact, and whether the catalogue says so: run over all that tests record.

It keeps who plays which part by the facts' own words, not from the domain's own state.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import assert_never
from uuid import UUID

from domain.kernel import Recorded, Recorder
from domain.vocabulary import PartnerId, PersonId
from tests.people import SERVICES

PARTIES = (
    "practice",
    "sender",
    "receiver",
    "from_receiver",
    "responsible",
    "acts",
    "to",
    "body",
    "asked_of",
)
"""Fields that name an organisation as one that has to do with the person."""


REPORTED = ("person:PersonDied", "person:DeathRecordedInError", "person:PersonMovedAway")
"""What ends or begins other things in the same save, whoever asked for those."""

TAKEN = ("emergency:EmergencyAccessTaken", "opening:SealedItemOpened")
"""What begins an access by exception."""


OFFERED_BY: dict[UUID, PartnerId] = {service: said.partner for service, said in SERVICES.items()}
"""The services that the tests begin with."""


@dataclass
class Recorders:
    """Follows facts in their order, and fails at one whose organisation may not record it."""

    host: PartnerId
    services: dict[UUID, PartnerId] = field(default_factory=lambda: dict(OFFERED_BY))
    sender: dict[UUID, PartnerId] = field(default_factory=dict)
    receiver: dict[UUID, PartnerId] = field(default_factory=dict)
    received: dict[UUID, set[PartnerId]] = field(default_factory=lambda: defaultdict(set))
    responsible: dict[PersonId, PartnerId] = field(default_factory=dict)
    invited: dict[UUID, tuple[PartnerId, ...]] = field(default_factory=dict)
    decided: dict[UUID, UUID] = field(default_factory=dict)
    knowing: dict[PersonId | None, set[PartnerId]] = field(default_factory=lambda: defaultdict(set))
    looking: dict[UUID, PartnerId] = field(default_factory=dict)
    asked_to_look: dict[UUID, set[PartnerId]] = field(default_factory=lambda: defaultdict(set))
    practice: dict[PersonId, PartnerId] = field(default_factory=dict)
    assessing: dict[UUID, PartnerId] = field(default_factory=dict)
    sharing: dict[UUID, tuple[PartnerId, PartnerId]] = field(default_factory=dict)
    dispensing: dict[UUID, PartnerId] = field(default_factory=dict)
    taking: dict[UUID, PartnerId] = field(default_factory=dict)
    reporting: set[UUID] = field(default_factory=set)

    def follow(self, recorded: Recorded) -> None:
        claimed = recorded.fact.RECORDED_BY
        assert any(self.plays(part, recorded) for part in claimed), (
            f"{recorded.fact.TOPIC} is said to be recorded by {', or '.join(claimed)}; "
            f"{recorded.organisation}, which recorded it, is no such organisation"
        )
        self.keep(recorded)

    def plays(self, part: Recorder, recorded: Recorded) -> bool:
        """Whether the organisation in the envelope plays the part at this moment."""
        who, fact, person = recorded.organisation, recorded.fact, recorded.person
        timer = recorded.practitioner is None
        match part:
            case Recorder.SENDER:
                return who in self.side("sender", recorded)
            case Recorder.RECEIVER:
                return who in self.side("receiver", recorded)
            case Recorder.SENDERS_TIMER:
                return timer and who in self.side("sender", recorded)
            case Recorder.RESPONSIBLE:
                return who == self.holder(recorded)
            case Recorder.RESPONSIBLES_TIMER:
                return timer and who == self.holder(recorded)
            case Recorder.HOSTS_TIMER:
                return timer and who == self.host
            case Recorder.PRACTICE:
                return recorded.person is not None and who == self.practice.get(recorded.person)
            case Recorder.REPORTING:
                return recorded.intention in self.reporting and who in self.knowing[recorded.person]
            case Recorder.INVITED:
                decided_at = self.decided.get(recorded.correlation, recorded.originator_id)
                meeting = getattr(fact, "meeting", decided_at)
                return who in self.invited.get(meeting, getattr(fact, "invited", ()))
            case Recorder.PROVIDER:
                return who == getattr(fact, "provider", None) and who in self.knowing[person]
            case Recorder.OWNER:
                return who == getattr(fact, "owner", None)
            case Recorder.DISCUSSING:
                named = (getattr(fact, side, None) for side in ("asked_by", "advised_by"))
                return who in {one.partner for one in named if one}
            case Recorder.LOOKING:
                return who == self.looking.get(recorded.originator_id)
            case Recorder.ASKED_TO_LOOK:
                return who in self.asked_to_look[recorded.originator_id]
            case Recorder.KNOWING:
                return who in self.knowing[recorded.person]
            case Recorder.ITSELF:
                return who == recorded.originator_id
            case Recorder.ASSESSING:
                return who == self.assessing.get(recorded.originator_id)
            case Recorder.SHARING:
                first = (getattr(fact, "practice", None), getattr(fact, "drug_service", None))
                return who in self.sharing.get(recorded.originator_id, first)
            case Recorder.DISPENSING:
                return who == self.dispensing.get(recorded.originator_id)
            case Recorder.PRESCRIBING:
                return who in self.sharing.get(recorded.originator_id, ())[:1]
            case Recorder.PRESCRIBERS_TIMER:
                return timer and who in self.sharing.get(recorded.originator_id, ())[:1]
            case Recorder.TAKING:
                taker = who if fact.TOPIC in TAKEN else None
                return who == self.taking.get(recorded.originator_id, taker)
            case Recorder.REVIEWING:
                taken = self.taking.get(recorded.originator_id)
                return taken is not None and who in (taken, self.host)
            case Recorder.TAKERS_TIMER:
                return timer and who == self.taking.get(recorded.originator_id)
            case Recorder.OFFERING:
                return who == self.services.get(
                    recorded.originator_id, getattr(fact, "partner", None)
                )
            case Recorder.HOST | Recorder.RECORDS | Recorder.PRIVACY:
                return who == self.host
            case Recorder.OF_THE_SERVICE:
                return who == getattr(fact, "provider", None)
            case Recorder.PARTNER:
                return True
        assert_never(part)

    def holder(self, recorded: Recorded) -> PartnerId | None:
        return self.responsible.get(recorded.person) if recorded.person else None

    def side(self, side: str, recorded: Recorded) -> set[PartnerId]:
        """Who sent, or received, what the fact is about: a referral, or a hand-over on offer."""
        fact, stream = recorded.fact, recorded.originator_id
        if fact.TOPIC.startswith("referral:"):
            now = (self.sender if side == "sender" else self.receiver).get(stream)
            first = getattr(fact, side, None)
            return {now} if now else {first} if first else set()
        between = {getattr(fact, side)} if hasattr(fact, "handover") else set()
        about = getattr(fact, "referral", recorded.correlation)
        if side == "sender":
            return between | {self.sender[about]} if about in self.sender else between
        return between | self.received[about]

    def keep(self, recorded: Recorded) -> None:
        """Follow who plays which part from here on."""
        fact, stream, person = recorded.fact, recorded.originator_id, recorded.person
        noun = fact.TOPIC.split(":")[0]
        about = getattr(fact, "handover", stream)
        receiver = getattr(fact, "receiver", None)
        if receiver and (noun == "referral" or about != stream):
            self.received[about].add(receiver)
        if receiver and noun == "referral":  # an offer it carries is between other two
            self.receiver[stream] = receiver
            self.sender[stream] = getattr(fact, "sender", None) or self.sender[stream]
        if noun in ("service", "group") and hasattr(fact, "partner"):
            self.services[stream] = fact.partner
        if hasattr(fact, "invited"):
            self.invited[stream] = fact.invited
        if noun == "meeting" and hasattr(fact, "decision"):
            self.decided[fact.decision] = stream
        if noun in ("emergency", "opening"):
            self.taking.setdefault(stream, recorded.organisation)
        if noun == "concern":
            self.looking[stream] = getattr(fact, "acts")  # noqa: B009  a fact of any noun
            self.asked_to_look[stream] |= {to} if (to := getattr(fact, "to", None)) else set()
        if asked_of := getattr(fact, "asked_of", None):
            self.assessing[stream] = asked_of
        if drug_service := getattr(fact, "drug_service", None):
            self.sharing[stream] = (getattr(fact, "practice", drug_service), drug_service)
        if pharmacy := getattr(fact, "pharmacy", None):
            self.dispensing[stream] = pharmacy
        if person is None:
            return
        if practice := getattr(fact, "practice", None):
            self.practice[person] = practice
        if fact.TOPIC in REPORTED:
            self.reporting.add(recorded.intention)
        self.knowing[person].add(recorded.organisation)
        self.knowing[person] |= {
            partner for name in PARTIES if (partner := getattr(fact, name, None))
        } | set(getattr(fact, "present", ()))
        if noun == "pathway":
            held = getattr(fact, "responsible", None)
            if fact.TOPIC == "pathway:HandoverAccepted":
                held = getattr(fact, "receiver", None)
            if held:
                self.responsible[person] = held
