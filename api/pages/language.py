"""The languages pages are shown in, and words that know how they are said in each.

``_("Sign in")`` is English wherever it goes as text, and is said in a page's own language where a
page shows it. Every language but English is a compiled catalogue in ``locale/``; one that was not
compiled is not offered. It refuses to translate what is not marked: a name may be a word.
"""

from __future__ import annotations

import gettext
import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

LOCALE = Path(__file__).parent / "locale"
DOMAIN = "throughcare"


class Marked(str):
    """English words to be said in another language where a page shows them.

    Values are given by name, and may be marked too: ``_("Sign in with {provider}", provider=…)``.
    """

    __slots__ = ("message", "values")
    message: str
    values: dict[str, Any]

    def __new__(cls, message: str, /, **values: Any) -> Marked:
        made = super().__new__(cls, message.format(**values) if values else message)
        made.message, made.values = message, values
        return made

    def said(self, say: Callable[[str], str]) -> str:
        if not self.values:
            return say(self.message)
        known = {
            name: value.said(say) if isinstance(value, Marked) else value
            for name, value in self.values.items()
        }
        return say(self.message).format(**known)


_ = Marked


@dataclass(frozen=True)
class Language:
    """A language, as it calls itself, and how its words are found."""

    code: str
    name: str
    catalogue: gettext.NullTranslations = field(default_factory=gettext.NullTranslations)
    edition: str = ""
    """Changes with the catalogue: what was made from another is not used again."""

    @property
    def ours(self) -> bool:
        """Whether it is the language that everything is written in."""
        return self.code == "en"

    def say(self, message: str) -> str:
        return self.catalogue.gettext(message)

    def says_all(self, messages: Iterable[str]) -> bool:
        """Whether it has a translation of each."""
        return self.ours or all(self.say(message) != message for message in messages)

    def shown(self, value: Any) -> Any:
        """A value as a page shows it: marked words are said, all else is as it is."""
        if isinstance(value, Marked):
            return self.say(value) if not value.values else value.said(self.say)
        return value


ENGLISH = Language("en", "English")


def compiled() -> dict[str, Language]:
    """English, and every language whose catalogue was compiled."""
    found = {"en": ENGLISH}
    for code, name in {"cy": "Cymraeg"}.items():
        path = LOCALE / code / "LC_MESSAGES" / f"{DOMAIN}.mo"
        if path.is_file():
            content = path.read_bytes()
            with path.open("rb") as file:
                catalogue = gettext.GNUTranslations(file)
            found[code] = Language(code, name, catalogue, hashlib.sha256(content).hexdigest()[:10])
    return found


LANGUAGES = compiled()
"""By code, those that can be chosen."""


_ACCEPTED = re.compile(r"([a-z]{2,3})(?:-[a-z0-9-]+)?(?:;q=([01](?:\.\d{0,3})?))?")


def wanted(kept: str | None, accepted: str) -> Language:
    """What the cookie says, or else the first that the browser asks for and we have."""
    if kept in LANGUAGES:
        return LANGUAGES[kept]
    asked: list[tuple[float, str]] = []
    for part in accepted[:200].lower().split(","):
        found = _ACCEPTED.fullmatch(part.replace(" ", ""))
        if found and (weight := float(found[2] or 1)):
            asked.append((-weight, found[1]))
    for _weight, code in sorted(asked, key=lambda each: each[0]):
        if code in LANGUAGES:
            return LANGUAGES[code]
    return ENGLISH
