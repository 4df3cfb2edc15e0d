"""Kinds of text, moment and duration that may come in; it refuses what cannot be shown or kept."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated

from nhs_number.validate import is_valid
from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints

LONGEST = 4000
_UNFIT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
EARLIEST, LATEST = 1900, 2199

AHEAD = timedelta(minutes=5)
"""How far a caller's clock may be ahead of ours."""

LIES_AHEAD = "Lies in the future; correct it or leave it out."


def _fit(text: str) -> str:
    if _UNFIT.search(text):
        raise ValueError("Holds a control character or half a character; remove it and send again.")
    return text


def _possible(moment: datetime) -> datetime:
    if not EARLIEST <= moment.year <= LATEST:
        raise ValueError(f"Is before {EARLIEST} or after {LATEST}; correct it.")
    return moment.astimezone(UTC)


def _number(text: str) -> str:
    digits = re.sub(r"[ -]", "", text)
    if re.fullmatch(r"[0-9]{10}", digits) is None:
        raise ValueError("Is not an NHS number: it has 10 digits. Leave it out if it is not known.")
    if not is_valid(digits):
        raise ValueError(
            "Is not an NHS number: its check digit does not fit. Read it again from the letter or "
            "card, or leave it out if it is not known."
        )
    return digits


def in_threes(number: str) -> str:
    """An NHS number as the NHS writes it, 999 012 3456; anything else as it is."""
    digits = number.replace(" ", "")
    return f"{digits[:3]} {digits[3:6]} {digits[6:]}" if len(digits) == 10 else number


Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST),
    AfterValidator(_fit),
]
"""What somebody wrote: 1 to 4,000 characters, with line ends and tabs and no other controls."""

Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\n\t\r]*$"),
    AfterValidator(_fit),
]
"""A name, a number or an address on one line."""

NhsNumber = Annotated[str, StringConstraints(max_length=40), AfterValidator(_number)]
"""Ten digits with a check digit that fits; spaces and hyphens are taken out."""

Instant = Annotated[AwareDatetime, AfterValidator(_possible)]
"""A moment with its offset from UTC."""

Minutes = Annotated[int, Field(ge=1, le=24 * 60)]
"""How long something takes or took."""
