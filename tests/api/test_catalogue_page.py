"""The catalogue as anybody reads it: of every fact all six things there are to know."""

from __future__ import annotations

from html import unescape

from api.published import written
from domain.catalogue import catalogue, recorded_by, told, versions
from projections.contract import contract
from tests.api.place import Place


def test_the_page_says_of_every_fact_all_that_the_catalogue_knows(place: Place) -> None:
    answer = place.anybody().get("/catalogue")
    assert answer.status_code == 200
    sections = answer.text.split("<section ")[1:]
    entries = catalogue()
    of_no_fact = contract().keys() - {entry.type for entry in entries}
    assert len(sections) == len(entries) + len(of_no_fact)
    for section, entry in zip(sections, entries, strict=False):
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


def test_the_page_shows_each_message_with_its_schema_and_as_it_is_told(place: Place) -> None:
    text = unescape(place.anybody().get("/catalogue").text)
    for type_, message in contract().items():
        assert f'<a href="/v1/schemas/{type_}">' in text
        assert written(message) in text
        assert f'id="{type_}"' in text
    for entry in catalogue():
        section = text.split(f'id="{entry.type}"')[1].split("</section>")[0]
        assert ("never</p>" in section) == (entry.type not in contract())
