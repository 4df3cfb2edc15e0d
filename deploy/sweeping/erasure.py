"""Who is to be forgotten: told to everybody, and then their keys are destroyed.

An erased person whose key still stands is found again until it does not.
"""

from __future__ import annotations

from datetime import datetime
from uuid import uuid5

from psycopg import Connection

from deploy.settings import from_environment
from deploy.sweeping.swept import Swept
from domain.application import CareCoordination
from domain.kernel import Asked
from domain.vocabulary import ErasureId
from projections import erasures
from projections.erasures import Ordered, State


def due(connection: Connection, now: datetime) -> list[Ordered]:
    """Whose time has come, and whose keys still stand."""
    return erasures.due(connection, now)


def ask(care: CareCoordination, due: Ordered, now: datetime) -> Swept | None:
    """Erase, or destroy the keys once no view holds a word of the person."""
    erasure, done = ErasureId(due.id), "erased" if due.state is State.CONFIRMED else "finished"
    asked = Asked(organisation=care.host, at=now, key=uuid5(due.id, done))
    if due.state is State.CONFIRMED:
        answer = care.erase_person(erasure, asked=asked)
    else:
        answer = care.destroy_keys(
            erasure, backups_for=from_environment().key_backup_days, asked=asked
        )
    return None if answer.repeated else Swept("erasure", due.id, done, due.erases_at or now)
