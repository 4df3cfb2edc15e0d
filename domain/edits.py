"""Edits: what stands when several people write the same thing without seeing each other's word.

It knows what each writer had seen and when each edit was true; it refuses to know what is edited,
and in which order edits arrive.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC
from uuid import UUID, uuid5

from domain.kernel import BrokenRule
from domain.vocabulary import EditId, Moment

OF_OLD = UUID("0f6f7a52-5a0e-5d5c-9c1c-3a6b8e0d7f21")
"""Where the ids of facts come from that do not say what their writer had seen."""


class EditExists(BrokenRule):
    """An edit of this id is recorded already; give another one its own."""


class SeenEditIsNotHere(BrokenRule):
    """The edit says that its writer saw another one that is not recorded here; send that first."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One thing written of a person. ``instead_of`` are the edits its writer saw it replace.

    ``None`` there means that the fact does not say: it replaces what was true before it. A value
    of ``None`` means that there is nothing to be known: a number that was nobody's.
    """

    id: EditId
    value: str | None
    at: Moment
    instead_of: frozenset[EditId] | None = None
    organisation: str | None = None
    practitioner: str | None = None

    @property
    def place(self) -> tuple[Moment, UUID, str]:
        """Where it stands among others: as it was true, then by its id, never as it arrived."""
        return self.at, self.id, self.value or ""


def of_old(fact: str, at: Moment) -> EditId:
    """The id of a fact that has none of its own."""
    return EditId(uuid5(OF_OLD, f"{fact} {at.astimezone(UTC).isoformat()}"))


def after(standing: Sequence[Edit], edit: Edit) -> tuple[Edit, ...]:
    """What stands once one more edit is known, the one that counts last.

    Only what its writer had seen gives way. Whatever two people wrote without seeing each other's
    stands side by side, in the same order whichever came first.
    """
    if not standing:
        return (edit,)
    if edit.instead_of is None:
        others = [other for other in standing if other.instead_of is not None]
        of_old = [*(other for other in standing if other.instead_of is None), edit]
        kept = [*others, max(of_old, key=lambda each: each.place)]
    else:
        kept = [*(other for other in standing if other.id not in edit.instead_of), edit]
    return tuple(sorted(kept, key=lambda each: each.place))


def current(standing: Sequence[Edit]) -> str | None:
    """The value that counts: of the edit that was true last, then of the greatest id."""
    return standing[-1].value if standing else None


def differ(standing: Iterable[Edit]) -> bool:
    """Whether people wrote different things without seeing each other's."""
    return len({edit.value for edit in standing}) > 1


def seen(standing: Iterable[Edit], at: Moment) -> frozenset[EditId]:
    """What somebody is taken to have seen who does not say: whatever was true by then.

    A late word about an earlier time so replaces nothing that was true after it.
    """
    return frozenset(edit.id for edit in standing if edit.at <= at)
