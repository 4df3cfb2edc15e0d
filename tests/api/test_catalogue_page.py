"""The catalogue as anybody reads it: of every fact all six things there are to know."""

from __future__ import annotations

import re
from html import unescape

from api.published import written
from domain.catalogue import catalogue, recorded_by, told, versions
from projections.contract import contract
from tests.api.place import Place


def pages(place: Place) -> dict[str, str]:
    """The page of each noun that the list of them leads to."""
    anybody = place.anybody()
    listed = anybody.get("/catalogue")
    assert listed.status_code == 200
    links = set(re.findall(r'href="(/catalogue/[^"#]+)"', listed.text))
    for type_ in {entry.type for entry in catalogue()} | contract().keys():
        name = type_.rpartition(".v")[0]
        assert f'href="/catalogue/{name.partition(".")[0]}#{name}.v' in listed.text
    return {link.rpartition("/")[2]: anybody.get(link).text for link in links}


def test_the_pages_say_of_every_fact_all_that_the_catalogue_knows(place: Place) -> None:
    entries = catalogue()
    of_no_fact = contract().keys() - {entry.type for entry in entries}
    told_of = {
        section.split('aria-labelledby="')[1].split('"')[0]: unescape(section)
        for page in pages(place).values()
        for section in page.split("<section ")[1:]
    }
    assert told_of.keys() == {entry.type for entry in entries} | of_no_fact
    for entry in entries:
        text = told_of[entry.type]
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


def test_a_page_shows_each_message_with_its_schema_and_as_it_is_told(place: Place) -> None:
    about = {noun: unescape(page) for noun, page in pages(place).items()}
    for type_, message in contract().items():
        text = about[type_.partition(".")[0]]
        assert f'<a href="/v1/schemas/{type_}">' in text
        assert written(message) in text
        assert f'id="{type_}"' in text
    for entry in catalogue():
        section = about[entry.noun].split(f'id="{entry.type}"')[1].split("</section>")[0]
        assert ("never</p>" in section) == (entry.type not in contract())


def test_a_noun_that_nothing_is_about_is_not_found(place: Place) -> None:
    assert place.anybody().get("/catalogue/weather").status_code == 404
