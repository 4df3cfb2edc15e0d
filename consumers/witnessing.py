"""Has witnesses outside countersign how far the log has come, and keeps what they sign.

It refuses to take a signature on trust, and to sign anything itself. Whoever operates the place
names the witnesses: c2sp.org/tlog-witness says how they are asked.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from threading import Event
from time import monotonic
from typing import Any

import httpx
import psycopg
import structlog
from psycopg import Connection

from consumers.leading import Loop, lead
from projections import tree
from projections.connections import SETTINGS
from projections.verifier import Key, Note, Wrong, consistency, opened
from projections.witnesses import SQL, Asked

EVERY = 5.0
"""Seconds between two times that a witness is asked; it sees fewer checkpoints than are signed."""

DEADLINE = 5.0
"""Seconds for which a witness is waited for."""

MOST_REST = 60.0
"""Seconds after which a witness that does not sign is asked again, at most."""

MOST = 1 << 16
"""Bytes of an answer."""

_SETTINGS: dict[str, Any] = dict(SETTINGS)
_log = structlog.get_logger("consumers")


class NotCountersigned(Exception):
    """Why not, in words. ``denied``: it says that the history which it knew was taken back.

    ``knows``: how many leaves it says there were, if those are more than there are.
    """

    def __init__(self, why: str, *, denied: bool = False, knows: int | None = None) -> None:
        self.denied, self.knows = denied, knows
        super().__init__(why)


class Witnessing:
    """One loop for all witnesses. ``dsn`` is of the role that relays."""

    def __init__(self, dsn: str, witnesses: Sequence[Asked]) -> None:
        self._dsn, self._witnesses = dsn, witnesses
        self._rest: dict[str, tuple[float, float]] = {}

    def run(self, stop: Event) -> None:
        """Ask until told to stop. A lost database is waited for."""
        while not stop.is_set():
            try:
                with (
                    psycopg.connect(self._dsn, **_SETTINGS) as connection,
                    httpx.Client(timeout=DEADLINE) as client,
                ):
                    lead(connection, Loop.WITNESSING, stop)
                    self._name(connection)
                    while not stop.is_set():
                        self.step(connection, client)
                        stop.wait(1.0)
            except psycopg.Error as lost:
                _log.warning("no witness asked; trying again", error=type(lost).__name__)
                stop.wait(1.0)

    def once(self) -> int:
        """Ask each witness once; how many countersigned the newest checkpoint just now."""
        with (
            psycopg.connect(self._dsn, **_SETTINGS) as connection,
            httpx.Client(timeout=DEADLINE) as client,
        ):
            self._name(connection)
            self._rest.clear()
            return self.step(connection, client)

    def step(self, connection: Connection, client: httpx.Client) -> int:
        """Ask those that are behind and do not rest; how many countersigned."""
        newest, signed = tree.newest(connection), 0
        if newest is None:
            return 0
        for witness in self._witnesses:
            name = witness.key.name
            until, rest = self._rest.get(name, (0.0, EVERY))
            if until > monotonic() or _reached(connection, name, newest) >= newest.size:
                continue
            try:
                line = countersigned(connection, client, witness, newest)
            except NotCountersigned as why:
                rest = min(rest * 2, MOST_REST)
                self._tried(connection, name, newest, why)
                level = _log.error if why.denied else _log.warning
                level("not countersigned", witness=name, reason=str(why), again_in=rest)
            else:
                rest = EVERY
                connection.execute(SQL["keep"], [newest.opening, newest.size, name, line])
                self._tried(connection, name, newest, None)
                signed += 1
            self._rest[name] = (monotonic() + rest, rest)
        return signed

    def _name(self, connection: Connection) -> None:
        """Write down who is asked from now on."""
        names = [each.key.name for each in self._witnesses]
        connection.execute(SQL["asked"], {"names": names})

    def _tried(
        self, connection: Connection, name: str, newest: tree.Signed, why: NotCountersigned | None
    ) -> None:
        failure = str(why) if why else None
        said = {
            "name": name,
            "opening": newest.opening,
            "failure": failure,
            "denied": failure if why and why.denied else None,
            "knows": why.knows if why else None,
        }
        connection.execute(SQL["tried"], said)


def countersigned(
    connection: Connection, client: httpx.Client, witness: Asked, newest: tree.Signed
) -> str:
    """The line by which a witness signs a checkpoint. Raises `NotCountersigned`."""
    old = _reached(connection, witness.key.name, newest)
    status, said = _ask(connection, client, witness, newest, old)
    if status == httpx.codes.CONFLICT:
        knows = said.strip()
        if not (knows.isascii() and knows.isdigit()) or len(knows) > len(str(2**63)):
            raise NotCountersigned("it answers what cannot be read")
        if int(knows) > newest.size:
            why = f"it signed {knows} leaves before, and there are {newest.size}"
            raise NotCountersigned(why, denied=True, knows=int(knows))
        if int(knows) != old:  # what it signed last was not kept here
            old = int(knows)
            status, said = _ask(connection, client, witness, newest, old)
    if status in (httpx.codes.CONFLICT, httpx.codes.UNPROCESSABLE_ENTITY):
        why = f"what follows is not the tree of {old} leaves that it signed before"
        raise NotCountersigned(why, denied=True)
    if status != httpx.codes.OK:
        raise NotCountersigned(f"it answers {status}")
    return _line(newest.note, said, witness.key)


def _ask(
    connection: Connection, client: httpx.Client, witness: Asked, newest: tree.Signed, old: int
) -> tuple[int, str]:
    try:
        proof = consistency(old, newest.size, tree.Nodes(connection))
    except tree.Incomplete as lacking:
        raise NotCountersigned(f"hashes of the tree are not there: {lacking}") from lacking
    hashes = (b64encode(each).decode() for each in proof)
    asks = "".join(f"{line}\n" for line in (f"old {old}", *hashes, "")) + newest.note
    until, body = monotonic() + DEADLINE, b""
    try:
        with client.stream("POST", f"{witness.url}/add-checkpoint", content=asks) as answer:
            for piece in answer.iter_raw():
                body += piece
                if len(body) > MOST or monotonic() > until:
                    raise NotCountersigned("its answer does not end")
    except httpx.HTTPError as away:
        raise NotCountersigned(f"it cannot be asked: {type(away).__name__}") from away
    return answer.status_code, body.decode("utf-8", "replace")


def _line(note: str, said: str, key: Key) -> str:
    """Its own line of an answer, once it is shown to be a signature of this note."""
    try:
        found = opened(note + said, [key])
    except Wrong as wrong:
        raise NotCountersigned(f"what it answers is no cosignature of it: {wrong}") from wrong
    theirs = tuple(each for each in found.signatures if each[:2] == (key.name, key.id))
    return str(Note(found.text, theirs[:1])).removeprefix(f"{found.text}\n")


def _reached(connection: Connection, name: str, newest: tree.Signed) -> int:
    """How much a witness signed of the log as it is called now."""
    asked = [name, newest.opening]
    row = connection.cursor(binary=True).execute(SQL["signed_up_to"], asked).fetchone()
    assert row is not None, "an aggregate answers"
    return int(row[0])
