"""What people say of a service, as the Friends and Family Test counts it, by month.

Folded from the facts and not from a share: an answer that nobody gave by name is in nobody's share.
A row holds no person and no day. It is read by the organisation that offers the service, once the
month is over, and never where fewer answered than may be shown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from psycopg import Connection

from domain.feedback import FeedbackFact
from domain.kernel import Recorded
from domain.policies.days import local_date
from domain.policies.friends_and_family import TOO_FEW, month_of, result
from domain.vocabulary import Experience
from projections.statements import columns, statements

SQL = statements("feedback")


class Feedback:
    """The view's fold: a row for each answer."""

    name = "feedback"

    def __init__(self) -> None:
        self._rows: list[tuple[object, ...]] = []

    def load(self, connection: Connection, facts: Sequence[Recorded]) -> None:
        """Begin a batch; an answer is said once and never changes."""
        self._rows = []

    def fold(self, recorded: Recorded) -> None:
        """Follow one fact."""
        fact = recorded.fact
        if isinstance(fact, FeedbackFact):
            self._rows.append(
                (
                    recorded.originator_id,
                    fact.provider,
                    fact.service,
                    month_of(local_date(recorded.effective_at)),
                    fact.experience.value,
                    fact.words,
                    fact.may_publish,
                )
            )

    def save(self, connection: Connection) -> None:
        """Write the answers, in the open transaction."""
        if self._rows:
            cursor = connection.cursor(binary=True)
            cursor.execute(SQL["save"], columns(self._rows), prepare=True)


def months(
    counts: Iterable[tuple[UUID, date, str, int]],
    words: Iterable[tuple[UUID, date, str, bool]],
) -> list[dict[str, Any]]:
    """Each service's months, the latest first; of too few answers nothing, their words neither."""
    found: dict[tuple[UUID, date], dict[Experience, int]] = defaultdict(dict)
    for service, month, experience, count in counts:
        found[service, month][Experience(experience)] = count
    said: dict[tuple[UUID, date], list[dict[str, Any]]] = defaultdict(list)
    for service, month, text, may_publish in words:
        said[service, month].append({"words": text, "may_publish": may_publish})
    rows = []
    for (service, month), answers in found.items():
        shown = result(answers)
        rows.append(
            {
                "service": str(service),
                "month": month.isoformat(),
                "answers": shown.answers,
                "good": shown.good,
                "poor": shown.poor,
                "words": [] if shown == TOO_FEW else said[service, month],
            }
        )
    return sorted(rows, key=lambda row: (str(row["month"]), str(row["service"])), reverse=True)
