"""What a page says on paper: the words of a PDF as Chromium writes it, page by page."""

from __future__ import annotations

import re
import zlib

OBJECT = re.compile(rb"(?s)\b(\d+) 0 obj(.*?)endobj")
STREAM = re.compile(rb"(?s)stream\r?\n(.*?)\r?\nendstream")


def pages(pdf: bytes) -> list[str]:
    """The words of each page, without the spaces between them: print has places, not spaces."""
    objects = {int(number): body for number, body in OBJECT.findall(pdf)}
    found = []
    for body in objects.values():
        if not re.search(rb"/Type\s*/Page\b", body):
            continue
        fonts = {name: _letters(objects, int(of)) for name, of in _fonts(objects, body)}
        contents = re.search(rb"/Contents\s+(\d+) 0 R", body)
        assert contents is not None
        found.append(_words(_stream(objects[int(contents[1])]), fonts))
    return found


def _stream(body: bytes) -> bytes:
    found = STREAM.search(body)
    assert found is not None
    return zlib.decompress(found[1]) if b"/FlateDecode" in body else found[1]


def _fonts(objects: dict[int, bytes], page: bytes) -> list[tuple[bytes, bytes]]:
    within = re.search(rb"/Resources\s+(\d+) 0 R", page)
    resources = objects[int(within[1])] if within else page
    named = re.search(rb"(?s)/Font\s*<<(.*?)>>", resources)
    return re.findall(rb"/(\w+)\s+(\d+) 0 R", named[1]) if named else []


def _letters(objects: dict[int, bytes], font: int) -> dict[int, str]:
    """Which letter each of a font's glyphs stands for."""
    of = re.search(rb"/ToUnicode\s+(\d+) 0 R", objects[font])
    if of is None:
        return {}
    said, letters = _stream(objects[int(of[1])]), {}
    for block in re.findall(rb"(?s)beginbfchar(.*?)endbfchar", said):
        for glyph, text in re.findall(rb"<(\w+)>\s*<(\w+)>", block):
            letters[int(glyph, 16)] = bytes.fromhex(text.decode()).decode("utf-16-be")
    for block in re.findall(rb"(?s)beginbfrange(.*?)endbfrange", said):
        for first, last, text in re.findall(rb"<(\w+)>\s*<(\w+)>\s*<(\w+)>", block):
            for step in range(int(last, 16) - int(first, 16) + 1):
                letters[int(first, 16) + step] = chr(int(text, 16) + step)
    return letters


def _words(content: bytes, fonts: dict[bytes, dict[int, str]]) -> str:
    letters: dict[int, str] = {}
    said = []
    for name, glyphs in re.findall(rb"/(\w+)\s+[\d.]+\s+Tf|<([0-9A-Fa-f]+)>", content):
        if name:
            letters = fonts.get(name, {})
        for at in range(0, len(glyphs), 4):
            said.append(letters.get(int(glyphs[at : at + 4], 16), ""))
    return "".join(said).replace(" ", "").replace("\N{NO-BREAK SPACE}", "")
