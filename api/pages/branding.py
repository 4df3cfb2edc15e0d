"""Under whose name the pages are shown: name, logo, font and colour that a deployment chose.

It refuses what would harm: a script in a logo, a font that is none, a colour on which white text
cannot be read. It refuses to know where its files came from.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from xml.etree import ElementTree

LARGEST_LOGO = 100_000
LARGEST_FONT = 500_000
"""Bytes of one file."""
LEAST_CONTRAST = 4.5
"""Of white text on the header: WCAG 2.2, success criterion 1.4.3."""
PNG, WOFF2 = b"\x89PNG\r\n\x1a\n", b"wOF2"
FONTS = ("regular", "bold")
WEIGHTS = {"regular": "100 599", "bold": "600 900"}
FALLBACK = 'Arial, "Liberation Sans", sans-serif'
_DRAWN = "{http://www.w3.org/2000/svg}"
_RUNS = frozenset({"script", "foreignObject", "iframe", "object", "embed", "animate", "set", "a"})
"""Elements of SVG that run something, hold another document, change by themselves or lead away."""
_AWAY = re.compile(r"(?i)url\s*\(\s*['\"]?(?!#)|@import|expression\s*\(|javascript:")


class BrandingIsWrong(ValueError):
    """A name, file or colour cannot be used; the message says why and what to give instead."""


@dataclass(frozen=True, slots=True)
class File:
    """A file that is served as it was read."""

    name: str
    media_type: str
    content: bytes = field(repr=False)

    @property
    def address(self) -> str:
        """Where it is; it changes with the file, so browsers may keep it."""
        return f"/branding/{self.name}?v={hashlib.sha256(self.content).hexdigest()[:10]}"


@dataclass(frozen=True)
class Branding:
    """What a page says of whose it is. Without a logo it shows ours; without a font, Arial."""

    service: str = "Throughcare"
    organisation: str = ""
    copyright: str = ""
    colour: str = ""
    logo: File | None = None
    fonts: tuple[File, ...] = ()

    @cached_property
    def style(self) -> File | None:
        """What the style sheet adds, or nothing."""
        rules = [
            f'@font-face {{ font-family: "Branding"; src: url("{font.address}") format("woff2"); '
            f"font-weight: {WEIGHTS[name]}; font-display: swap; }}"
            for name, font in zip(FONTS, self.fonts, strict=False)
        ]
        if self.fonts:
            rules.append(
                "*:not(code, kbd, pre, samp), ::before, ::after "
                f'{{ font-family: "Branding", {FALLBACK} !important; }}'
            )
        if self.colour:
            rules.append(
                ".nhsuk-header, .nhsuk-header__navigation, .nhsuk-header__account "
                f"{{ background-color: {self.colour}; border-color: #fff; }}"
            )
            rules.append(".nhsuk-header__account-item { outline-color: #fff; }")
        return File("brand.css", "text/css", "\n".join(rules).encode()) if rules else None

    @cached_property
    def files(self) -> dict[str, File]:
        """Everything of it that is served, by name."""
        return {each.name: each for each in (self.logo, self.style, *self.fonts) if each}


OURS = Branding()
"""Where nobody chose: our own name and mark, and neither the NHS logo nor its font."""


def text(what: str) -> str:
    """A name of one line. Raises `BrandingIsWrong`."""
    if len(what) > 100 or not what.isprintable():
        raise BrandingIsWrong("is longer than 100 characters, or than one line: give a short one")
    return what


def logo(path: Path) -> File:
    """A logo, as PNG or SVG. Raises `BrandingIsWrong`."""
    content = _read(path, LARGEST_LOGO)
    if content.startswith(PNG):
        return File("logo.png", "image/png", content)
    _assert_harmless(content)
    return File("logo.svg", "image/svg+xml", content)


def fonts(paths: list[Path]) -> tuple[File, ...]:
    """The regular font, and the bold one where there is. Raises `BrandingIsWrong`."""
    if len(paths) > len(FONTS):
        raise BrandingIsWrong("names more than two files: give the regular font, then the bold one")
    found = []
    for name, path in zip(FONTS, paths, strict=False):
        content = _read(path, LARGEST_FONT)
        if not content.startswith(WOFF2):
            raise BrandingIsWrong(f"names a file that is no WOFF2 font: {path}")
        found.append(File(f"font-{name}.woff2", "font/woff2", content))
    return tuple(found)


def colour(given: str) -> str:
    """A colour on which white text can be read, as #rrggbb. Raises `BrandingIsWrong`."""
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", given):
        raise BrandingIsWrong(f"is {given!r}: give a colour as #005eb8")
    if (ratio := contrast(given, "#ffffff")) < LEAST_CONTRAST:
        raise BrandingIsWrong(
            f"is {given}, on which white text has a contrast of {ratio:.2f} to 1: "
            f"give a darker one, with {LEAST_CONTRAST} to 1 or more (WCAG 2.2, 1.4.3)"
        )
    return given.lower()


def contrast(one: str, other: str) -> float:
    """How well one colour can be told from another, 1 to 21, as WCAG defines it."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(given: str) -> float:
    def linear(part: str) -> float:
        value = int(part, 16) / 255
        return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(given[at : at + 2]) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _read(path: Path, most: int) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(most + 1)
    except OSError:
        raise BrandingIsWrong(f"names a file that cannot be read: {path}") from None
    if len(content) > most:
        raise BrandingIsWrong(f"names a file of more than {most:,} bytes: {path}")
    return content


def _assert_harmless(content: bytes) -> None:
    """An SVG that draws and does nothing else. Raises `BrandingIsWrong`."""
    if re.search(rb"<!(?:DOCTYPE|ENTITY)", content, re.IGNORECASE) or b"\0" in content:
        raise BrandingIsWrong("names an SVG with a DOCTYPE or of UTF-16: save it as plain UTF-8")
    try:
        root = ElementTree.fromstring(content)  # noqa: S314 - it declares no entity: see above
    except (ElementTree.ParseError, ValueError, LookupError):
        raise BrandingIsWrong("names a file that is neither PNG nor SVG") from None
    if root.tag != f"{_DRAWN}svg":
        raise BrandingIsWrong("names a file that is neither PNG nor SVG")
    for element in root.iter():
        name = element.tag.rpartition("}")[2]
        if name in _RUNS:
            raise BrandingIsWrong(f"names an SVG with a <{name}>: give one that only draws")
        if name == "style" and _AWAY.search("".join(element.itertext())):
            raise BrandingIsWrong("names an SVG whose style leads away: keep all of it in the file")
        for attribute, value in element.attrib.items():
            own = attribute.rpartition("}")[2].lower()
            if own.startswith("on"):
                raise BrandingIsWrong(f"names an SVG with {own}=: give one without scripts")
            away = own in ("href", "src") and not value.strip().startswith(("#", "data:image/png"))
            if away or _AWAY.search(value):
                raise BrandingIsWrong(f"names an SVG whose {own}= leads away: keep it in the file")
