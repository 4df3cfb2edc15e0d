"""A message as it came: what it says, and what its partner was told of what it answers.

It refuses to ask anything: whatever is in the bytes, it reads them or says what is flawed in them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import psycopg
import structlog
from eventsourcing.persistence import OperationalError
from psycopg_pool import PoolTimeout

from consumers.answers import Message, OfAppointment, OfReferral
from consumers.envelopes import Envelope, Flawed, read
from domain.application import CareCoordination
from domain.kernel import Unknown
from domain.vocabulary import PartnerId, PersonId
from projections.inbox import Letters, MessageFailed

AWAY = (OperationalError, psycopg.OperationalError, PoolTimeout)
"""What a database that is away raises: nothing is known then, and it is asked again."""

MessageIn = Callable[[Envelope], Message]
"""Finds the message in an envelope. Raises `Flawed`."""

_log = structlog.get_logger("consumers")


class Failed(Exception):
    """Neither a broken rule nor a lost database: our own fault, in this message alone."""


@dataclass(frozen=True, slots=True)
class Came:
    """A message as it came and as it reads: ``message``, or what is ``flawed`` in it.

    ``row`` is the referral it answers, as its partner was told, and ``person`` whom it is about.
    """

    original: bytes
    headers: Mapping[str, str]
    envelope: Envelope | None = None
    message: Message | None = None
    flawed: Flawed | None = None
    row: Mapping[str, Any] | None = None
    person: PersonId | None = None


def come(
    partner: PartnerId,
    original: bytes,
    headers: Mapping[str, str],
    care: CareCoordination,
    letters: Letters,
    message_in: MessageIn,
) -> Came:
    """What a message says, and what its partner was told of that; whatever is in it."""
    came = Came(original, headers)
    try:
        return _read(partner, came, care, letters, message_in)
    except Flawed as flawed:
        return replace(came, envelope=_envelope(came), flawed=flawed)
    except Failed as failed:
        _log.error("message failed", partner=str(partner), error=str(failed))
        return replace(came, flawed=Flawed(MessageFailed()))


def _read(
    partner: PartnerId,
    came: Came,
    care: CareCoordination,
    letters: Letters,
    message_in: MessageIn,
) -> Came:
    """Raises `Flawed`, `Failed`."""
    try:
        envelope = read(came.original, came.headers)
        message = message_in(envelope)
        row = person = None
        if isinstance(message, OfReferral):
            row = letters.referral(partner, message.referral)
            person = care.person_behind(message.referral) if row else None
        elif isinstance(message, OfAppointment):
            with suppress(Unknown):  # the id is that of another noun
                person = care.seen_by(message.of, partner)
        return replace(came, envelope=envelope, message=message, row=row, person=person)
    except (Flawed, *AWAY):
        raise
    except Exception as failed:
        raise Failed(type(failed).__name__) from failed


def _envelope(came: Came) -> Envelope | None:
    """What is said around data that is flawed."""
    with suppress(Flawed):
        return read(came.original, came.headers)
    return None
