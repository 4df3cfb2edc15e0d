"""Keeps the broker's users, access lists and quotas as the agreements say, while it runs.

It refuses to know what is published: whoever may read a topic is one thing, what is in it another.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from secrets import token_urlsafe
from threading import Event
from time import monotonic
from uuid import UUID

import psycopg
import structlog

from consumers.kafka.access import Change, plan
from consumers.kafka.administration import Administration, Keep, MayNotAdminister
from consumers.kafka.connecting import BrokerIsAway
from domain.vocabulary import Way
from projections.directory import Directory

EVERY = 30.0
"""Seconds between two looks at the agreements: one that ends is felt at the broker by then."""

AGAIN = 3600.0
"""Seconds after which the broker is looked at though no agreement changed."""

PASSWORD_BYTES = 32

_log = structlog.get_logger("consumers")


def new_password() -> str:
    return token_urlsafe(PASSWORD_BYTES)


class Admitting:
    """One loop beside the relay. Two of them do no harm: each makes what is missing."""

    def __init__(
        self, directory: Callable[[], Directory], administration: Administration, keep: Keep
    ) -> None:
        self._directory, self._administration, self._keep = directory, administration, keep
        self._settled: tuple[Mapping[UUID, bool], float] = ({}, float("-inf"))

    def planned(self) -> list[Change]:
        """What is to be changed now. Raises `BrokerIsAway`, `MayNotAdminister`."""
        return self._plan(self._agreed())

    def once(self) -> list[Change]:
        """Make it so; what was changed. Raises `BrokerIsAway`, `MayNotAdminister`."""
        agreed = self._agreed()
        changes = self._plan(agreed)
        self._administration.apply(changes, new_password, self._keep)
        self._settled = agreed, monotonic()
        return changes

    def run(self, stop: Event) -> None:
        """Until told to stop; a broker or a database that is away is waited for."""
        refused = ""
        while not stop.is_set():
            try:
                agreed, at = self._settled
                if monotonic() - at > AGAIN or self._agreed() != agreed:
                    for change in self.once():
                        _log.info("broker", change=change.do.value, what=change.what)
                    refused = ""
            except MayNotAdminister as reason:
                if str(reason) != refused:  # said once, and tried again: it may be let later
                    refused = str(reason)
                    _log.error("not administered from here", reason=refused)
            except (BrokerIsAway, psycopg.OperationalError) as lost:
                _log.warning("lost; trying again", error=type(lost).__name__)
            stop.wait(EVERY)

    def _plan(self, agreed: Mapping[UUID, bool]) -> list[Change]:
        told: dict[UUID, tuple[str, ...]] = {p: () for p, may in agreed.items() if may}
        administration = self._administration
        return plan(administration.found(), told, agreed.keys(), administration.quotas)

    def _agreed(self) -> dict[UUID, bool]:
        """Every partner here, and whether it may be told by Kafka."""
        known = self._directory()
        return {partner: known.may_use(partner, Way.KAFKA) for partner in known.partners}
