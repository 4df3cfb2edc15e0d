"""Every form that writes says which intention it is and what it was opened on; the rest say why."""

from __future__ import annotations

import re
from pathlib import Path

from api.pages import rendering

TEMPLATES = Path(rendering.__file__).parent / "templates"

READS = "finds and shows, and writes nothing: what is looked for goes in a body, not an address"
SESSION = "is about the visitor's own session and nobody's record: doing it twice changes nothing"
LANGUAGE = "is about what one browser shows: a cookie says it, and nothing is recorded"
NEW = "makes something new that nobody can have changed: its key makes it one fact"
BESIDE = "adds one who came to those who are there, whoever they are by then"
PEN = "is about who holds the pen: the domain refuses whoever holds it no longer, and says who does"

LINK = "is about a link and no record: it lets a browser in, or asks for another one, once for each"

WITHOUT_A_VERSION = {
    ("list_case.html", "/mdt/{{ meeting.id }}/find"): READS,
    ("desk.html", "/caseload"): READS,
    ("refer.html", "/refer"): READS,
    ("caseload.html", "/caseload"): READS,
    ("layout.html", "/language"): LANGUAGE,
    ("keyboard.html", "/keyboard"): LANGUAGE,
    ("layout.html", "/sign-out"): SESSION,
    ("organisation.html", "/sign-out"): SESSION,
    ("organisation.html", "/sign-in/organisation"): SESSION,
    ("organisation.html", "/sign-in/invitation"): SESSION,
    ("sign_in.html", "/sign-in"): SESSION,
    ("my_day.html", "/news"): SESSION,
    ("sessions.html", "/sessions/end"): SESSION,
    ("sessions.html", "/sessions/purpose"): SESSION,
    ("link.html", "{{ action }}"): LINK,
    ("link_over.html", "{{ action }}"): LINK,
    ("refer_yourself.html", "{{ action }}"): NEW,
    ("say_how_it_was.html", "{{ action }}"): NEW,
    ("run.html", "/mdt/{{ meeting.id }}/run/{{ before.person }}/presence"): BESIDE,
    ("run.html", "/mdt/{{ meeting.id }}/run/pen"): PEN,
    ("run.html", "/mdt/{{ meeting.id }}/run/pen/gift"): PEN,
    ("run.html", "/mdt/{{ meeting.id }}/run/pen/request"): PEN,
    ("run.html", "/mdt/{{ meeting.id }}/run/{{ item.person }}/call"): PEN,
    ("run.html", "/mdt/{{ meeting.id }}/run/{{ following }}/call"): PEN,
}
WITH_THE_FIELDS_THAT_WERE_SENT = {
    ("sign_in_and_send.html", "{{ action }}"),
    ("interruption.html", "{{ form.action }}"),
}
WITHOUT_A_KEY = {READS, SESSION, LANGUAGE, LINK}


def forms() -> list[tuple[str, str, str]]:
    """Every form that is posted: its template, where it goes, and all of it."""
    found = []
    for path in sorted(TEMPLATES.rglob("*.html")):
        for form in re.findall(r"<form\b.*?</form>", path.read_text(), re.DOTALL):
            if re.search(r"""method=["']?post""", form, re.IGNORECASE):
                action = re.search(r'action="([^"]*?)(?:\{% if .*)?"', form)
                assert action, f"a form of {path.name} goes nowhere"
                found.append((path.relative_to(TEMPLATES).as_posix(), action.group(1), form))
    return found


def test_every_form_that_writes_carries_its_key_and_the_version_it_was_opened_on() -> None:
    lacking = []
    for template, action, form in forms():
        if (template, action) in WITH_THE_FIELDS_THAT_WERE_SENT:
            assert "{% for name, value in fields %}" in form
            continue
        excuse = WITHOUT_A_VERSION.get((template, action))
        both = "versioned(key, seen)" in form
        if not (both or 'name="key"' in form or excuse in WITHOUT_A_KEY):
            lacking.append((template, action, "key"))
        if not (both or re.search(r'name="(seen|up_to)"', form) or excuse):
            lacking.append((template, action, "version"))
    assert lacking == []


def test_no_form_is_excused_that_is_not_there_or_carries_a_version() -> None:
    without = {
        (template, action)
        for template, action, form in forms()
        if "versioned(" not in form and not re.search(r'name="(seen|up_to)"', form)
    }
    assert set(WITHOUT_A_VERSION) == without - WITH_THE_FIELDS_THAT_WERE_SENT


def test_every_button_that_writes_says_on_what_it_was_pressed() -> None:
    for path in TEMPLATES.rglob("*.html"):
        for call in re.findall(r"\{\{ post_button\((.*?)\) \}\}", path.read_text()):
            assert re.search(r"key, (seen|row\.number)\b", call), f"{path.name}: {call}"
