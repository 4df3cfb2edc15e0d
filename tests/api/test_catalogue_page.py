"""The catalogue as anybody reads it: of every fact all six things there are to know."""

from __future__ import annotations

from html import unescape

from domain.catalogue import catalogue, recorded_by, told, versions
from tests.api.place import Place


def test_the_page_says_of_every_fact_all_that_the_catalogue_knows(place: Place) -> None:
    answer = place.anybody().get("/catalogue")
    assert answer.status_code == 200
    sections = answer.text.split("<section ")[1:]
    entries = catalogue()
    assert len(sections) == len(entries)
    for section, entry in zip(sections, entries, strict=True):
        text = unescape(section)
        assert entry.meaning in text
        assert recorded_by(entry.recorded_by) in text
        assert versions(entry.schema) in text
        assert all(
            f"<code>{field.name}</code></th><td>{field.type}" in text for field in entry.fields
        )
        assert f"Example of {entry.name}" in text
        assert "Told by default:" in text
        if entry.category != "directory":
            assert all(f"<li>{line}" in text for line, _ in told(entry))
