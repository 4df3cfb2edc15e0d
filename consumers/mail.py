"""Writes to partners without systems that there is something at a referral, with a link to it.

It refuses to say what there is, of whom, or from whom: a mail is read by who carries it. What opens
the referral is made as the letter is sent, and kept nowhere; a letter that is sent twice has two,
of which the later one opens.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from smtplib import SMTP, SMTP_SSL, SMTPException, SMTPResponseException
from threading import Event
from typing import Any, Protocol
from uuid import UUID, uuid4

import psycopg
import structlog
from psycopg import Connection

from consumers.leading import Loop, lead
from consumers.watchdog import Watchdog
from domain.referral import InformationGiven, ReferralMade, ReferralRedirected
from domain.sharing import RECEIVED, message_type
from domain.vocabulary import PartnerId, Way
from projections import directory, links, topics
from projections.connections import SETTINGS
from projections.entries import UNREADABLE, Entry, opened
from projections.keys import PersonKeys
from projections.links import Address, Letter

DEADLINE = 15.0
"""Seconds that a server of mail may be silent; the watchdog ends a call that goes on for ever."""

EVERY = 10.0
"""Seconds between two looks for what is to be written."""

MOST, MOST_BYTES = 500, 4 * 1024 * 1024
"""Entries that are looked through at once."""

RETRIES = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    *(timedelta(hours=hours) for hours in (2, 6, 12, 24)),
)
"""How long after each try that failed the next one comes; after the last there is none."""

REMEMBERED = timedelta(days=30)
"""How long it is known what was sent when."""

BEGINS = frozenset({message_type(ReferralMade), message_type(ReferralRedirected)})
"""What a partner is written to of a referral that comes to it."""

GOES_ON = frozenset({message_type(InformationGiven)})
"""And of one that it was written to of before."""

SUBJECT = "Something waits for your organisation"

_SETTINGS: dict[str, Any] = dict(SETTINGS)
_log = structlog.get_logger("consumers")


class NotSent(Exception):
    """A letter was not taken; why, in a word that names nobody."""


class Post(Protocol):
    """Takes letters."""

    def send(self, letter: EmailMessage) -> None:
        """Hand a letter over. Raises `NotSent`."""


@dataclass(frozen=True, slots=True)
class Folder:
    """Writes letters into a folder, for a demo: each a file that programs for mail open."""

    path: Path

    def send(self, letter: EmailMessage) -> None:
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            name = f"{uuid4()}.eml"
            new = self.path / f".{name}"  # renamed when whole
            new.write_bytes(bytes(letter))
            new.rename(self.path / name)
        except OSError as failed:
            raise NotSent(type(failed).__name__) from failed


@dataclass(frozen=True, slots=True)
class Server:
    """A server of mail. What is said to it is encrypted, but where it is on this machine."""

    host: str
    port: int
    implicit: bool
    """TLS from the first byte; else the connection is made one by STARTTLS."""

    plain: bool
    """Not encrypted at all: for a server on this machine."""

    user: str = ""
    password: str = ""
    authority: Path | None = None
    deadline: float = DEADLINE

    def send(self, letter: EmailMessage) -> None:
        try:
            trusted = ssl.create_default_context(
                cafile=str(self.authority) if self.authority else None
            )
            made = (
                SMTP_SSL(self.host, self.port, timeout=self.deadline, context=trusted)
                if self.implicit
                else SMTP(self.host, self.port, timeout=self.deadline)
            )
            with made as server:
                if not (self.implicit or self.plain):
                    server.starttls(context=trusted)
                if self.user:
                    server.login(self.user, self.password)
                server.send_message(letter)
        except SMTPResponseException as refused:
            raise NotSent(f"{type(refused).__name__} {refused.smtp_code}") from refused
        except (SMTPException, OSError) as failed:
            raise NotSent(type(failed).__name__) from failed


class Mails:
    """One loop; a second one waits until the first one's session ends.

    ``dsn`` is of the role that relays, and must not lead through a pooler of transactions.
    ``place`` is where browsers find this one, ``sender`` whose letters these are.
    """

    def __init__(
        self,
        dsn: str,
        keys: PersonKeys,
        post: Post,
        watchdog: Watchdog,
        clock: Callable[[], datetime],
        *,
        place: str,
        sender: str,
        lasts: timedelta = links.LIFETIME,
    ) -> None:
        self._dsn, self._keys, self._post, self._clock = dsn, keys, post, clock
        self._watchdog = watchdog
        self._place, self._sender, self._lasts = place, sender, lasts

    def run(self, stop: Event) -> None:
        """Write until told to stop. A lost database is waited for."""
        while not stop.is_set():
            try:
                with psycopg.connect(self._dsn, **_SETTINGS) as connection:
                    lead(connection, Loop.MAIL, stop)
                    links.forget(connection, self._clock() - REMEMBERED)
                    while not stop.is_set():
                        self.once(connection)
                        stop.wait(EVERY)
            except psycopg.OperationalError as lost:
                _log.warning("lost; trying again", error=type(lost).__name__)
                stop.wait(EVERY)

    def once(self, connection: Connection) -> int:
        """See of what is to be written, and send what is due; how many letters were taken."""
        known = directory.load(connection)
        for each in links.addresses(connection):
            if known.may_use(each.partner, Way.MAIL):
                self._see(connection, each)
        links.ask_again(connection, self._clock())
        return sum(self._send(connection, letter, known) for letter in self._due(connection))

    def _see(self, connection: Connection, to: Address) -> None:
        """Look through what the partner was told since the last time."""
        reached = to.reached
        while rows := topics.after(connection, to.partner, reached, MOST, MOST_BYTES):
            of = []
            for row in rows:
                if row[5] not in BEGINS | GOES_ON:
                    continue
                try:
                    entry = opened(row, self._keys)
                except UNREADABLE as failed:
                    _log.error("not read", partner=str(to.partner), error=type(failed).__name__)
                    continue
                if self._is_news(connection, entry):
                    of.append(entry)
            reached = rows[-1][1]
            referrals = dict.fromkeys(_referral(entry) for entry in of)
            links.ask(connection, to, referrals, reached, self._clock())

    def _is_news(self, connection: Connection, entry: Entry) -> bool:
        if entry.type in BEGINS:
            return entry.data.get("part") == RECEIVED and not entry.backfill
        return links.known(connection, entry.partner, _referral(entry))

    def _due(self, connection: Connection) -> list[Letter]:
        return links.due(connection, self._clock())

    def _send(self, connection: Connection, letter: Letter, known: directory.Directory) -> bool:
        """Make what opens it, and hand it over; whether it was taken."""
        now = self._clock()
        if not known.may_use(PartnerId(letter.partner), Way.MAIL):
            links.failed(connection, letter, "not agreed", now, None)
            return False
        token = links.issue(connection, letter.partner, letter.referral, self._lasts)
        name = known.partners[PartnerId(letter.partner)].name
        try:
            with self._watchdog.over("mail"):
                self._post.send(self._written(letter.address, name, token, now))
        except NotSent as failed:
            again = now + RETRIES[letter.tries] if letter.tries < len(RETRIES) else None
            links.failed(connection, letter, str(failed), now, again)
            _log.warning("not mailed", partner=str(letter.partner), reason=str(failed))
            return False
        links.sent(connection, letter, now)
        _log.info("mailed", partner=str(letter.partner))
        return True

    def _written(self, to: str, organisation: str, token: str, now: datetime) -> EmailMessage:
        """The letter: nothing in it is about who is helped, from where, or with what."""
        letter = EmailMessage()
        letter["From"], letter["To"], letter["Subject"] = self._sender, to, SUBJECT
        letter["Date"] = format_datetime(now)
        letter["Message-ID"] = f"<{uuid4()}@{self._sender.rpartition('@')[2].rstrip('>')}>"
        letter["Auto-Submitted"] = "auto-generated"
        letter.set_content(
            f"Something waits for {organisation} at {self._place}.\n\n"
            f"Open it here:\n{self._place}/link/{token}\n\n"
            f"The link is good for {self._lasts.days} days, and for {organisation} alone: do not "
            "pass it on. If it is over, the page it leads to sends another to this address.\n\n"
            "Nobody reads answers to this letter.\n"
        )
        return letter


def _referral(entry: Entry) -> UUID:
    return UUID(str(entry.data["stream"]))
