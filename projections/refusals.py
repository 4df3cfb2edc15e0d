"""What a refusal says outside, whichever way it was asked: its type, its words, what is at fault.

It refuses to know a status, and to repeat what somebody sent: a flaw names a place and a remedy.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from domain.kernel import BrokenRule

LONGEST_STEP = 100
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class RequestIsNotWellFormed(BrokenRule):
    """The body cannot be read as the kind of document it says it is."""


class RequestIsNotValid(BrokenRule):
    """Some of what was sent is missing or not possible; each error names its place and remedy."""


class NotForThisRole(BrokenRule):
    """This is not for your role; what each role is there for is in the table of roles."""


class NotForThisPurpose(BrokenRule):
    """This needs more than the purpose you name; ask for care itself, if that is why you ask."""


class PurposeIsNotAgreed(BrokenRule):
    """Your organisation's agreement, or your role, is not for this purpose; `needs` says which."""


class NoAgreementIsInForce(PurposeIsNotAgreed):
    """No agreement with your organisation is in force today; the host of the place signs one."""


def kebab(rule: type[BrokenRule]) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "-", rule.__name__).lower()


def title(rule: type[BrokenRule]) -> str:
    return kebab(rule).replace("-", " ").capitalize()


def flaw(found: Mapping[str, Any], place: str = "body") -> dict[str, str]:
    """Where and what of one of pydantic's errors, and never the value that was sent."""
    path = found["loc"]
    said = plain(str(found["msg"]).removeprefix("Value error, "))
    if place == "body":
        return {"pointer": pointer(path), "detail": said}
    return {"parameter": plain(str(path[0])) if path else place, "detail": said}


def pointer(path: Sequence[object]) -> str:
    """A place in what was sent, as a JSON Pointer (RFC 6901)."""
    steps = (_CONTROL.sub("?", plain(str(step)))[:LONGEST_STEP] for step in path)
    return "".join(f"/{step.replace('~', '~0').replace('/', '~1')}" for step in steps)


def plain(text: str) -> str:
    """Half characters cannot be written as UTF-8; they are somebody's mistake, shown as such."""
    return text.encode("utf-8", "replace").decode()
