"""Puts together what sends: our own NHS MESH mailbox, and letters to who has no systems."""

from __future__ import annotations

import os
from datetime import timedelta
from functools import partial

from consumers.mail import Folder, Mails, Server
from consumers.mesh import Mailings, connected
from consumers.watchdog import Watchdog
from deploy.kept import now
from deploy.settings import LOOPBACK, Mail, Mesh, Settings
from deploy.wiring import Database
from projections import schema
from projections.keys import PersonKeys

ENDLESS = 120.0
"""Seconds after which a call to MESH or a server of mail that still goes on ends the process."""


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


def mails(settings: Settings, mail: Mail, database: Database, keys: PersonKeys) -> Mails:
    """Writes to every partner that agreed to be sent links."""
    return Mails(
        database.dsn(schema.RELAY),
        keys,
        _post(mail),
        Watchdog(os._exit, ENDLESS),
        now,
        place=settings.address,
        sender=mail.sender,
        lasts=timedelta(days=settings.link_days),
    )


def _post(mail: Mail) -> Folder | Server:
    if mail.folder is not None:
        return Folder(mail.folder)
    return Server(
        mail.host,
        mail.port,
        implicit=mail.implicit,
        plain=mail.host in LOOPBACK,
        user=mail.user,
        password=mail.password,
        authority=mail.authority,
    )
