"""Puts a partner's share into its NHS MESH mailbox: the pages of the feed as files, in order.

It refuses to decide what a partner may know, and to send what it has not written down first: what
was begun when a process ended is looked for at MESH before it is sent again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import orjson
import psycopg
import structlog
from mesh_client import MeshClient, MeshError
from psycopg import Connection

from consumers.leading import Loop, lead
from consumers.records import POISON
from consumers.watchdog import Watchdog
from domain.vocabulary import PartnerId, PersonId, Role, Way
from projections import directory, mailboxes, topics
from projections.cloudevents import cloudevent
from projections.connections import SETTINGS
from projections.entries import Entry, opened
from projections.keys import PersonKeys
from projections.looking import Kind
from projections.looks import Look, write
from projections.mailboxes import Mailbox, Mailing

DEADLINE = 15.0
"""Seconds that MESH may be silent in a call; the watchdog ends one that goes on for ever."""

EVERY = 60.0
"""Seconds between two looks for what is new: a mailbox is emptied a few times an hour."""

MOST, MOST_BYTES = 1_000, 4 * 1024 * 1024
"""Entries of one message, and bytes of what rests: MESH takes it whole, without chunks."""

REMEMBERED = timedelta(days=30)
"""How long it is known what was collected when."""

BATCH = "application/cloudevents-batch+json"
COLLECTED = "acknowledged"

_SETTINGS: dict[str, Any] = dict(SETTINGS)

_log = structlog.get_logger("consumers")

_NO_ANSWER = (OSError, AttributeError, LookupError, TypeError, ValueError)
"""How it shows that MESH is not there, or that who answers is not MESH."""


class MeshIsAway(Exception):
    """MESH cannot be reached, or does not answer as MESH does. Nothing is lost; try again."""


def connected(
    url: str,
    mailbox: str,
    password: str,
    shared_key: str,
    *,
    certificate: tuple[Path, Path] | None = None,
    authority: Path | None = None,
) -> MeshClient:
    """Our own mailbox; the client follows no redirect, asks no proxy and repeats nothing.

    ``certificate`` is files in PEM of it and its key. By the certificates of ``authority`` MESH is
    believed; without, by what the client brings for NHS England's addresses, or the usual ones.
    """
    client = MeshClient(
        url,
        mailbox,
        password,
        shared_key=shared_key.encode(),
        cert=(str(certificate[0]), str(certificate[1])) if certificate else None,
        verify=str(authority) if authority else None,
        max_retries=0,
        timeout=DEADLINE,
        application_name="Throughcare",
    )
    client._session.trust_env = False
    client._session.max_redirects = 0
    return client


class Mailings:
    """One loop for all mailboxes; a second one waits until the first one's session ends.

    ``dsn`` is of the role that relays, and must not lead through a pooler of transactions.
    """

    def __init__(
        self,
        dsn: str,
        keys: PersonKeys,
        connect: Callable[[], MeshClient],
        watchdog: Watchdog,
        clock: Callable[[], datetime],
        *,
        workflow: str,
        most: int = MOST,
    ) -> None:
        self._dsn, self._keys, self._connect, self._watchdog = dsn, keys, connect, watchdog
        self._clock, self._workflow, self._most = clock, workflow, most

    def run(self, stop: Event) -> None:
        """Send until told to stop. A lost database or MESH is waited for."""
        while not stop.is_set():
            try:
                with psycopg.connect(self._dsn, **_SETTINGS) as connection:
                    lead(connection, Loop.MESH, stop)
                    mailboxes.forget(connection, self._clock() - REMEMBERED)
                    while not stop.is_set():
                        self.send(connection)
                        stop.wait(EVERY)
            except (psycopg.OperationalError, MeshIsAway) as lost:
                _log.warning("lost; trying again", error=type(lost).__name__, reason=str(lost))
                stop.wait(EVERY)

    def send(self, connection: Connection) -> int:
        """Send all that there is to whoever may be told so; how many messages. Partners by turns.

        Raises `MeshIsAway`.
        """
        known = directory.load(connection)
        to = [
            each
            for each in mailboxes.standing(connection)
            if known.may_use(PartnerId(each.partner), Way.MESH)
        ]
        if not to:
            return 0
        count = 0
        with self._call("connect"):
            client = self._connect()
        with client:
            for each in to:
                self._see_what_was_collected(connection, client, each)
            while to := [now for each in to if (now := self._next(connection, client, each))]:
                count += len(to)
        return count

    def _next(self, connection: Connection, client: MeshClient, to: Mailbox) -> Mailbox | None:
        """Send the next message; how the mailbox stands then, ``None`` if nothing was sent."""
        entries, persons = self._entries(connection, to)
        if not entries:
            return None
        mailing = Mailing(entries[0].number, entries[-1].number)
        name = f"{to.partner}.{to.number}.{mailing.first}-{mailing.last}"
        if to.begun is None:
            mailboxes.write(connection, to, mailing, self._clock())
            message = None
        else:
            message = self._taken(client, name)
        if message is None:
            write(connection, [_look(to, entries, persons)])
            try:
                message = self._put(client, to, name, entries)
            except MeshError as refused:
                self._fail(connection, to, f"refused: {refused.args[0]}"[:200])
                return None
        mailboxes.sent(connection, to, mailing, message or None, self._clock())
        _log.info("mailed", partner=str(to.partner), first=mailing.first, last=mailing.last)
        return replace(to, reached=mailing.last, begun=None, failure="")

    def _entries(self, connection: Connection, to: Mailbox) -> tuple[list[Entry], list[PersonId]]:
        """What goes into the next message, and of whom it is: up to the first that is unreadable.

        What was begun is sent as it was begun, or not at all.
        """
        if to.begun is None:
            first = to.reached + 1
            rows = topics.after(connection, to.partner, to.reached, self._most, MOST_BYTES)
        else:
            first = to.begun.first
            rows = topics.numbered(connection, to.partner, range(first, to.begun.last + 1))
        self._keys.many({row[3] for row in rows if row[3]})
        entries, persons = list[Entry](), list[PersonId]()
        for wanted, row in enumerate(rows, first):
            try:
                if row[1] != wanted:
                    raise LookupError(wanted)
                entries.append(opened(row, self._keys))
            except POISON as failed:
                self._fail(connection, to, f"{wanted} cannot be read: {type(failed).__name__}")
                break
            if row[3]:
                persons.append(PersonId(row[3]))
        if to.begun and (not entries or entries[-1].number < to.begun.last):
            return [], []
        return entries, persons

    def _put(self, client: MeshClient, to: Mailbox, name: str, entries: Sequence[Entry]) -> str:
        """Send one message; what MESH calls it. Raises `MeshError`."""
        with self._call("send"):
            return client.send_message(
                to.name,
                orjson.dumps([cloudevent(entry) for entry in entries]),
                workflow_id=self._workflow,
                local_id=name,
                filename=f"{name}.json",
                content_type=BATCH,
            )

    def _taken(self, client: MeshClient, name: str) -> str | None:
        """What MESH calls a message that was begun; empty if it has several; ``None``: none."""
        with self._call("track"):
            answer = client._session.get(
                f"{client.mailbox_url}/outbox/tracking/{quote(name)}",
                headers={"Accept": "application/json"},
                timeout=DEADLINE,
            )
            if answer.status_code == 404:
                return None
            if answer.status_code == 300:
                return ""
            answer.raise_for_status()
            return str(answer.json()["messageId"])

    def _see_what_was_collected(
        self, connection: Connection, client: MeshClient, of: Mailbox
    ) -> None:
        """Ask after what the partner has not taken out yet, oldest first."""
        while lies := mailboxes.waiting(connection, of):
            mailing, message = lies
            try:
                with self._call("track"):
                    status = client.track_message(message)["status"] or ""
            except MeshIsAway:
                # What MESH no longer knows of must not hold up what is to be sent.
                return
            if status.casefold() != COLLECTED:
                return
            mailboxes.collected(connection, of, mailing, self._clock())

    @contextmanager
    def _call(self, what: str) -> Iterator[None]:
        """Raises `MeshIsAway` for whatever shows that MESH does not answer as it should."""
        try:
            with self._watchdog.over(what):
                yield
        except _NO_ANSWER as failed:
            raise MeshIsAway(f"{what}: {type(failed).__name__}") from failed

    def _fail(self, connection: Connection, to: Mailbox, why: str) -> None:
        if to.failure != why:
            mailboxes.failing(connection, to, why)
        _log.error("not mailed", partner=str(to.partner), reason=why)


def _look(to: Mailbox, entries: Sequence[Entry], persons: Sequence[PersonId]) -> Look:
    """Who is shown what by a message: written down before it is sent."""
    return Look(
        organisation=PartnerId(to.partner),
        practitioner=None,
        role=Role.SYSTEM.value,
        purpose="",
        kind=Kind.STREAM,
        route="mesh",
        request=uuid4(),
        persons=persons,
        position=entries[-1].position,
        numbers=(entries[0].number, entries[-1].number),
    )
