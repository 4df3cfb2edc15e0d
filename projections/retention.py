"""Retention: for how long a row's earlier versions are kept, where it is set.

It refuses to let go of what holds now, or of what was told: the share is for ever.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from psycopg import Connection

from projections import versions

AT_ONCE = 5_000
"""Versions let go in one transaction, so that whoever folds waits for a moment at most."""


def let_go(connection: Connection, before: datetime, most: int = AT_ONCE) -> int:
    """Let go of what was over by this moment, so many versions at most; how many it were.

    Of what was before it, a page is folded anew from the share from then on.
    """
    changes: dict[tuple[UUID, int, int], int] = {}
    with connection.transaction():
        cursor = connection.cursor(binary=True)
        # What was kept up to now may be read by somebody who has begun: the next round takes it.
        rows = cursor.execute(versions.SQL["let_go"], [most]).fetchall()
        cursor.execute(versions.SQL["keep_from"], [before])
        for partner, known_from, known_until, urgency in rows:
            for position, one in ((known_from, -1), (known_until, 1)):
                changes[partner, position, urgency] = (
                    changes.get((partner, position, urgency), 0) + one
                )
        if rows:
            versions.count(connection, changes)
    return len(rows)
