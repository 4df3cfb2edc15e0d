"""Stories as a clinician would tell them, one happening a line, read into happenings.

``2026-01-05 23:50 referral received #2 [A06]; recorded 2026-01-08 09:00``: when (09:00 if no time
is said), what, by which medium, of which referral, to which kind of team, and when it was recorded
if that was later. ``=name`` gives a record a name and ``of name`` takes it back.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from domain.policies.clocks import Happening, Kind
from domain.policies.days import LONDON
from domain.vocabulary import Medium

KINDS = "|".join(sorted((kind.value for kind in Kind), key=len, reverse=True))
MEDIA = "|".join(medium.value for medium in Medium)
LINE = re.compile(
    rf"(?P<at>[\d-]+( [\d:]+)?) (?P<kind>{KINDS})"
    rf"( by (?P<medium>{MEDIA}))?( #(?P<referral>\w+))?( \[(?P<team>\w+)\])?"
    r"( =(?P<id>\w+))?( of (?P<of>\w+))?(; recorded (?P<recorded>[\d-]+( [\d:]+)?))?$"
)


def moment(words: str) -> datetime:
    """A moment as a clock on a wall in London shows it; the first 01:30 of an autumn night."""
    at = datetime.fromisoformat(words if ":" in words else f"{words} 09:00")
    return at.replace(tzinfo=LONDON).astimezone(UTC)


def story(text: str) -> list[Happening]:
    return [_happening(line.strip()) for line in text.strip().splitlines()]


def _happening(line: str) -> Happening:
    said = LINE.match(line)
    assert said is not None, f"not a line of a story: {line}"
    kind = Kind(said["kind"])
    return Happening(
        kind=kind,
        at=moment(said["at"]),
        recorded_at=moment(said["recorded"] or said["at"]),
        referral=said["referral"] or "",
        id=said["id"] or "",
        of=said["of"] or "",
        medium=Medium(said["medium"]) if said["medium"] else None,
        team=(said["team"] or "A06") if kind is Kind.REFERRAL_RECEIVED else None,
    )
