"""Puts together what needs NHS MESH: our own mailbox there, and what sends out of it."""

from __future__ import annotations

import os
from functools import partial

from consumers.mesh import Mailings, connected
from consumers.watchdog import Watchdog
from deploy.kept import now
from deploy.settings import Mesh
from deploy.wiring import Database
from projections import schema
from projections.keys import PersonKeys

ENDLESS = 120.0
"""Seconds after which a call to MESH that still goes on ends the process."""


def mailings(mesh: Mesh, database: Database, keys: PersonKeys) -> Mailings:
    """Fills the mailboxes of every partner that may be told there."""
    return Mailings(
        database.dsn(schema.RELAY),
        keys,
        partial(
            connected,
            mesh.url,
            mesh.mailbox,
            mesh.password,
            mesh.shared_key,
            certificate=mesh.certificate,
            authority=mesh.authority,
        ),
        Watchdog(os._exit, ENDLESS),
        now,
        workflow=mesh.workflow,
    )
