"""Key worker: the one named person to turn to, for the organisation that holds the person.

Its fact belongs to the person's pathway, which decides (`domain.pathway`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from domain import edits
from domain.edits import Edit
from domain.handover import HandingOver
from domain.kernel import Asked, Fact, Recorded
from domain.standing import PathwayFact
from domain.vocabulary import EditId, PractitionerId


class KeyWorkerNamed(PathwayFact):
    """One named person to turn to (Community Mental Health Framework, NHS England, 2019)."""

    TOPIC: ClassVar[str] = "pathway:KeyWorkerNamed"

    key_worker: PractitionerId
    edit: EditId | None = None
    instead_of: tuple[EditId, ...] = ()


@dataclass
class WithKeyWorker(HandingOver):
    """Who the person turns to."""

    key_workers: tuple[Edit, ...] = ()

    @property
    def key_worker(self) -> PractitionerId | None:
        """Who the person turns to: of several that were named, the one named for the latest."""
        named = edits.current(self.key_workers)
        return PractitionerId(UUID(named)) if named else None

    def name_key_worker(
        self,
        key_worker: PractitionerId,
        *,
        instead_of: Iterable[EditId] | None = None,
        asked: Asked,
    ) -> Recorded | None:
        """Name who the person turns to, instead of those whom the writer saw named.

        Raises `PathwayIsClosed`, `OnlyTheResponsibleMay`.
        """
        self._holding(asked)
        if key_worker == self.key_worker and not edits.differ(self.key_workers):
            return None
        seen = edits.seen(self.key_workers, asked.at) if instead_of is None else set(instead_of)
        here = {each.id for each in self.key_workers}  # those of an earlier holder have ended
        fact = KeyWorkerNamed(
            key_worker=key_worker, edit=asked.edit, instead_of=tuple(sorted(seen & here))
        )
        return self._record(fact, asked)


def naming(named: KeyWorkerNamed, recorded: Recorded) -> Edit:
    """The naming as an edit of what the record says."""
    return Edit(
        id=named.edit or edits.of_old(type(named).__name__, recorded.effective_at),
        value=str(named.key_worker),
        at=recorded.effective_at,
        instead_of=frozenset(named.instead_of) if named.edit else None,
    )


FACTS: tuple[type[Fact], ...] = (KeyWorkerNamed,)
