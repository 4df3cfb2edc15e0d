"""What becomes of a partner's message, whichever way it came: kept, asked once, and answered.

It refuses to decide what may be: it asks the intention that people ask, and says what the domain
said. It refuses to lose anything: a message is kept before it is read, and each has an outcome.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Event
from typing import Any
from uuid import UUID, uuid5

import structlog
from cryptography.exceptions import InvalidTag
from pydantic import ValidationError

from consumers.answers import ANSWERS, Message, OfReferral
from consumers.came import AWAY, Came, Failed, come
from consumers.envelopes import (
    MOST,
    Envelope,
    Flawed,
    flaws,
    kept_headers,
    moment,
    named,
    split,
)
from domain.agreement import in_force
from domain.application import CareCoordination
from domain.contact import AppointmentIsUnknown, OnlyTheProviderMay
from domain.intentions.answers import Answer
from domain.intentions.deciding import TooManyAtOnce
from domain.kernel import Asked, BrokenRule
from domain.mapping import PersonWasErased
from domain.partner import PartnerHasLeft, PartnerIsUnknown
from domain.policies.days import local_date
from domain.policies.roles import Duty, purposes, role_in_force, sight
from domain.referral import ReferralIsUnknown
from domain.request import OPEN, ReferralWasNotAccepted
from domain.texts import AHEAD, LIES_AHEAD
from domain.vocabulary import PartnerId, PartnerKind, Purpose, Role
from projections import record
from projections.behalf import acting_for
from projections.contract import Contract
from projections.contract import contract as published
from projections.directory import Directory
from projections.inbox import (
    AnswerIsAboutAnother,
    BatchIsTooLarge,
    Became,
    Kept,
    Letters,
    MessageFailed,
    MessageIdIsTaken,
    MessageIsOfNoKnownType,
    Taken,
    VersionHasEnded,
    Via,
    digest,
    refusal,
)
from projections.pseudonyms import Pseudonyms
from projections.refusals import (
    NoAgreementIsInForce,
    NotForThisPurpose,
    NotForThisRole,
    PurposeIsNotAgreed,
    RequestIsNotValid,
)

WAITS = timedelta(hours=1)
"""How long a message waits for what it speaks of."""

LEFT_ALONE = timedelta(seconds=15)
"""For how long a message that was kept is its first process's to see to."""

KNOWN_FOR = timedelta(seconds=1)
"""For how long the directory is not read again."""

LOOK = 1.0
"""Seconds between two looks at what waits."""

_log = structlog.get_logger("consumers")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is to be said of a message."""

    became: Became
    answer: Mapping[str, Any]
    position: int | None = None
    until: datetime | None = None


class TooEarly(Exception):
    """What a message speaks of is not there yet, as far as its partner was told."""

    def __init__(self, rule: BrokenRule) -> None:
        super().__init__(rule)
        self.rule = rule


class Inbox:
    """The one pipeline of the three ways in. ``directory`` is asked once a second at most."""

    def __init__(
        self,
        care: CareCoordination,
        letters: Letters,
        directory: Callable[[], Directory],
        pseudonyms: Pseudonyms,
        clock: Callable[[], datetime],
        contract: Callable[[], Contract] = published,
    ) -> None:
        self._care, self._letters, self._directory = care, letters, directory
        self._pseudonyms, self._clock, self._contract = pseudonyms, clock, contract
        self._tried: dict[UUID, datetime] = {}
        self._known: tuple[datetime, Directory] | None = None

    def take(
        self,
        partner: PartnerId,
        original: bytes,
        headers: Mapping[str, str],
        via: Via,
        *,
        after: int | None = None,
    ) -> Taken:
        """Keep one message, see to it, and say what became of it; the same if it comes again.

        ``after`` is where its topic goes on, kept with the outcome. Raises what a database that is
        away raises: then it was not answered, and is to come again.
        """
        with acting_for(partner):
            came = self._come(partner, original, kept_headers(headers))
            kept = self._keep(partner, came, via)
            if kept.settled or (kept.state == Became.WAITING and not self._due(kept)):
                if after is not None:
                    self._letters.reach(partner, after)
                return self._letters.last(kept.id)
            return self._see_to(kept, came, after=after)

    def take_all(
        self, partner: PartnerId, original: bytes, headers: Mapping[str, str], via: Via
    ) -> list[Taken]:
        """The messages of a batch, or the one there is, in their order. Raises `BatchIsTooLarge`,
        and then takes none.
        """
        messages = split(original)
        if len(messages) > MOST:
            raise BatchIsTooLarge(len(messages))
        return [self.take(partner, each, headers, via) for each in messages]

    def redrive(self, partner: PartnerId, message: UUID) -> Taken | None:
        """Try a message that was refused or is dead again; ``None`` when there is none of this id,
        or its bytes are gone. What was done is not done again.
        """
        with acting_for(partner):
            kept = self._letters.find(message)
            bytes_ = self._bytes(kept) if kept else None
            if kept is None or bytes_ is None:
                return None
            if kept.state == Became.DONE:
                return self._letters.last(kept.id)
            anew = replace(kept, until=self._clock() + WAITS)
            return self._see_to(anew, self._come(partner, *bytes_), anew=True)

    def again(self) -> int:
        """Try once what waits and is due; how many messages have their last outcome now."""
        settled = 0
        for partner in self._letters.partners():
            with acting_for(partner):
                for kept in self._letters.unsettled(partner):
                    if not self._due(kept):
                        continue
                    self._tried[kept.id] = self._clock()
                    bytes_ = self._bytes(kept)
                    if bytes_ is None:
                        gone = refusal(PersonWasErased(kept.id))
                        self._letters.settle(kept, Became.DEAD, gone, at=self._clock())
                        continue
                    came = self._come(partner, *bytes_)
                    if self._see_to(kept, came).outcome is not Became.WAITING:
                        settled += 1
                        self._tried.pop(kept.id, None)
        return settled

    def run(self, stop: Event) -> None:
        """See to what waits until told to stop. A lost database is waited for."""
        while not stop.wait(LOOK):
            try:
                self.again()
            except AWAY as lost:
                _log.warning("database lost; trying again", error=type(lost).__name__)

    def _due(self, kept: Kept) -> bool:
        """Whether it is time to try again: soon at first, and ever less often."""
        now = self._clock()
        if kept.state == "kept":
            return now - kept.received_at > LEFT_ALONE
        if kept.until is not None and now >= kept.until:
            return True
        since = self._tried.get(kept.id, kept.received_at)
        return now - since >= max(timedelta(seconds=LOOK), (now - kept.received_at) / 10)

    def _bytes(self, kept: Kept) -> tuple[bytes, dict[str, str]] | None:
        """A message as it came; ``None`` where its key is gone, or its row was altered."""
        try:
            return self._letters.original(kept.id)
        except (InvalidTag, ValueError) as altered:
            _log.error("message unreadable", message=str(kept.id), error=type(altered).__name__)
            return None

    def _come(self, partner: PartnerId, original: bytes, headers: Mapping[str, str]) -> Came:
        return come(partner, original, headers, self._care, self._letters, self._message)

    def _message(self, envelope: Envelope) -> Message:
        """The message that is in it. Raises `Flawed`."""
        kind = ANSWERS.get(envelope.type)
        if kind is None:
            said = f"Is none of these: {', '.join(ANSWERS)}."
            raise Flawed(MessageIsOfNoKnownType(), ({"pointer": "/type", "detail": said},))
        of_type = self._contract().get(envelope.type)
        ends = of_type.deprecated if of_type else None
        if ends and ends.last and local_date(self._clock()) > ends.last:
            said = f"Its last day was {ends.last}; {ends.successor} takes its place."
            raise Flawed(VersionHasEnded(), ({"pointer": "/type", "detail": said},))
        try:
            return kind.model_validate(envelope.data)
        except ValidationError as unfit:
            raise Flawed(RequestIsNotValid(), flaws(unfit, "data")) from unfit

    def _keep(self, partner: PartnerId, came: Came, via: Via) -> Kept:
        """The message as it is kept: under its id, or apart if another came by that id before."""
        envelope, digested = came.envelope, digest(came.original)
        name = envelope.id if envelope else named(came.original, came.headers)
        name = name or f"sha256:{digested.hex()}"
        key = uuid5(partner, name)
        new = Kept(
            id=key,
            partner=partner,
            name=name,
            type=envelope.type if envelope and envelope.type in ANSWERS else "",
            via=via,
            said=envelope.said if envelope else digested,
            sha256=digested,
            received_at=self._clock(),
            under=came.person or key,
        )
        kept = self._letters.keep(new, came.original, came.headers)
        if kept.said == new.said:
            return kept
        apart = uuid5(key, new.said.hex())
        other = replace(new, id=apart, under=came.person or apart)
        return self._letters.keep(other, came.original, came.headers)

    def _see_to(
        self, kept: Kept, came: Came, *, after: int | None = None, anew: bool = False
    ) -> Taken:
        outcome = self._outcome(kept, came)
        taken = self._letters.settle(
            kept,
            outcome.became,
            outcome.answer,
            at=self._clock(),
            position=outcome.position,
            until=outcome.until,
            rests=(came.person, came.original, came.headers)
            if came.person and came.person != kept.under
            else None,
            after=after,
            anew=anew,
        )
        _log.info(
            "message taken",
            partner=str(kept.partner),
            via=kept.via.value,
            type=kept.type,
            number=taken.number,
            outcome=taken.outcome.value,
            problem=taken.problem,
        )
        return taken

    def _outcome(self, kept: Kept, came: Came) -> Outcome:
        """Ask what it asks, and say what that led to."""
        if kept.id != uuid5(kept.partner, kept.name):
            return Outcome(Became.REFUSED, refusal(MessageIdIsTaken(kept.id)))
        try:
            answer = self._ask(kept, came)
        except Flawed as flawed:
            return Outcome(Became.DEAD, refusal(flawed.rule, errors=flawed.errors))
        except TooEarly as early:
            until = kept.until or kept.received_at + WAITS
            if self._clock() < until:
                return Outcome(Became.WAITING, refusal(early.rule), until=until)
            return Outcome(Became.DEAD, refusal(early.rule))
        except BrokenRule as rule:
            actions = None
            if came.row is not None:  # what may be asked of the referral instead
                actions = tuple(record.referral.actions(dict(came.row), str(kept.partner)))
            return Outcome(Became.REFUSED, refusal(rule, actions=actions))
        except Failed as failed:
            _log.error("message failed", message=str(kept.id), error=str(failed))
            return Outcome(Became.DEAD, refusal(MessageFailed(kept.id)))
        done = {"id": str(answer.id), "actions": list(answer.actions)}
        return Outcome(Became.DONE, done, answer.position)

    def _ask(self, kept: Kept, came: Came) -> Answer:
        """Ask what the message asks, once for each message.

        Raises `Flawed`, `TooEarly`, `Failed` and what the rules raise.
        """
        if came.flawed is not None:
            raise came.flawed
        assert came.envelope is not None
        assert came.message is not None
        asked = Asked(
            organisation=kept.partner,
            at=self._moment(kept, came.envelope, came.message),
            key=kept.id,
            purpose=self._may(kept.partner),
            digest=kept.said,
        )
        if isinstance(came.message, OfReferral) and came.row is None:
            raise TooEarly(ReferralIsUnknown(came.message.referral))
        if came.envelope.subject and came.person is not None:
            known = str(self._pseudonyms.of(kept.partner, came.person))
            if came.envelope.subject not in (known, (came.row or {}).get("person")):
                raise AnswerIsAboutAnother
        try:
            return came.message.ask(self._care, asked)
        except (OnlyTheProviderMay, AppointmentIsUnknown) as unknown:
            # Not theirs is said in the words used for an appointment that was never booked.
            raise TooEarly(AppointmentIsUnknown(*unknown.args)) from None
        except TooManyAtOnce as busy:
            raise TooEarly(busy) from busy
        except ReferralWasNotAccepted as not_yet:
            if came.row is not None and came.row["state"] in OPEN:
                raise TooEarly(not_yet) from not_yet
            raise
        except (BrokenRule, *AWAY):
            raise
        except Exception as failed:
            raise Failed(type(failed).__name__) from failed

    def _may(self, partner: PartnerId) -> Purpose:
        """Why a partner's system may answer today, whatever way it comes.

        Raises `TooEarly`, `PartnerHasLeft`, `NoAgreementIsInForce`, `PurposeIsNotAgreed`,
        `NotForThisRole`, `NotForThisPurpose`.
        """
        joined = self._directory_now().partners.get(partner)
        if joined is None:
            raise TooEarly(PartnerIsUnknown(partner))
        if joined.left:
            raise PartnerHasLeft(partner)
        today = local_date(self._clock())
        agreement = in_force(joined.held, today)
        if agreement is None:
            raise NoAgreementIsInForce
        role = Role.COMMISSIONER if joined.kind is PartnerKind.COMMISSIONER else Role.SYSTEM
        may = purposes(role, agreement.purposes, today)
        if not may:
            raise PurposeIsNotAgreed
        if Duty.CARE not in role_in_force(role, today).duties:
            raise NotForThisRole
        if not sight(role, may[0], today).whole:
            raise NotForThisPurpose
        return may[0]

    def _directory_now(self) -> Directory:
        """The directory, read anew once it is a second old."""
        now = self._clock()
        if self._known is None or not now - KNOWN_FOR < self._known[0] <= now:
            self._known = (now, self._directory())
        return self._known[1]

    def _moment(self, kept: Kept, envelope: Envelope, message: Message) -> datetime:
        """When what it says was true. Raises `Flawed` for what lies ahead."""
        at = moment(envelope, message.at, kept.received_at)
        if at > self._clock() + AHEAD:
            place = "/data/at" if message.at else "/time"
            raise Flawed(RequestIsNotValid(), ({"pointer": place, "detail": LIES_AHEAD},))
        return at
