"""One process's parts for the length of a command, and the people and partners it speaks of."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import psycopg

from deploy.commands.output import USAGE, Stopped
from deploy.settings import SettingIsWrong, Settings, from_environment
from projections.schema import CannotMigrate

if TYPE_CHECKING:  # a command that asks a running server needs no parts of its own
    from deploy.wiring import Database, House
    from projections.directory import Directory, PartnerEntry


def settings() -> Settings:
    """The environment's settings, or a sentence that says what is wrong with them."""
    try:
        return from_environment()
    except SettingIsWrong as wrong:
        raise Stopped(str(wrong), USAGE) from None


@contextmanager
def opened(*, history: bool = False) -> Iterator[House]:
    """The parts, closed again at the end."""
    asked = settings()
    with ExitStack() as stack:
        yield built(asked, connected(asked, stack), stack, history=history)


def built(asked: Settings, database: Database, stack: ExitStack, *, history: bool = False) -> House:
    """The parts, or a sentence that says which role this process was given no password of."""
    from deploy.wiring import build

    try:
        return build(asked, database, stack, history=history)
    except SettingIsWrong as wrong:
        raise Stopped(str(wrong), USAGE) from None


def connected(asked: Settings, stack: ExitStack, *, migrating: bool = False) -> Database:
    """The database, or a sentence that says why not and what to do."""
    from deploy.embedded import DidNotStart
    from deploy.wiring import NotMigrated, open_database

    try:
        return open_database(asked, stack, migrating=migrating)
    except (NotMigrated, CannotMigrate, DidNotStart) as remedied:
        raise Stopped(str(remedied)) from None
    except psycopg.OperationalError as unreachable:
        raise Stopped(f"the database cannot be reached: {unreachable}") from None


def partner_named(directory: Directory, name: str) -> PartnerEntry:
    """A partner by id, or by a part of its name or kind that fits only one."""
    asked = name.casefold()
    found = [p for p in directory.partners.values() if str(p.id) == asked]
    found = found or [p for p in directory.partners.values() if p.name.casefold() == asked]
    found = found or [
        p
        for p in directory.partners.values()
        if asked in p.name.casefold() or asked in p.kind.value
    ]
    if len(found) == 1:
        return found[0]
    known = ", ".join(sorted(p.name for p in found or directory.partners.values()))
    raise Stopped(f"{name!r} is not one partner: name one of {known}", USAGE)


def identifier(text: str, what: str) -> UUID:
    """An id as it was typed."""
    try:
        return UUID(text)
    except ValueError:
        raise Stopped(f"{text!r} is not the id of a {what}", USAGE) from None


def moment(text: str, option: str) -> datetime:
    """A time as it was typed, with its zone."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise Stopped(
            f"{option} {text!r} is not a time: write 2026-03-03T09:00:00Z", USAGE
        ) from None
    if time.tzinfo is None:
        raise Stopped(f"{option} {text!r} names no time zone: add Z or +01:00", USAGE)
    return time
