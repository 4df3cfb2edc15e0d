"""Another language: what is marked, how it is said, and that a page says which it is in."""

from __future__ import annotations

import re
from importlib.util import find_spec

import pytest

from api.pages import language, marking, rendering
from api.pages.language import LANGUAGES, Marked, _, wanted
from tests.pages.conftest import Opening
from tests.pages.place import Story

IN_WELSH = (
    "layout.html",
    "sign_in.html",
    "sign_in_refused.html",
    "signed_out.html",
    "signing_out.html",
    "organisation.html",
)


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    if find_spec("babel") is None:
        pytest.skip("the languages cannot be compiled: Babel is not installed")
    from deploy import words

    words.compiled()
    LANGUAGES.update(language.compiled())


def shouted(message: str) -> str:
    """In capitals, with its values and tags as they are."""
    return "".join(
        part if part[:1] in ("{", "<") else part.upper()
        for part in re.split(r"(\{\w+\}|</?\w+>)", message)
    )


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("<p>One way.</p>", "<p>ONE WAY.</p>"),
        ("<p>\n  By {{ who.name }}, today\n</p>", "<p>\n  BY {{ who.name }}, TODAY\n</p>"),
        (
            '<li><a href="/a">Back</a> to <a href="{{ b }}">the list</a></li>',
            '<li><a href="/a">BACK</a> TO <a href="{{ b }}">THE LIST</a></li>',
        ),
        (
            "<p>{% if a %}Yes{% else %}No{% endif %}</p>",
            "<p>{% if a %}YES{% else %}NO{% endif %}</p>",
        ),
        (
            '<nav aria-label="Menu of {{ x }}" class="a b">',
            '<nav aria-label="MENU OF {{ x }}" class="a b">',
        ),
        ('{{ "To" if part == "sent" else "from" }}', '{{ "TO" if part == "sent" else "FROM" }}'),
        (
            '{{ tag({"text": "In time", "colour": "red"}) }}',
            '{{ tag({"text": "IN TIME", "colour": "red"}) }}',
        ),
        ("<b>{{ name }}</b> {{ number }}", "<b>{{ name }}</b> {{ number }}"),
        ("<script>var Word = 1</script>{# A note #}", "<script>var Word = 1</script>{# A note #}"),
    ],
)
def test_what_a_template_says_is_said_in_another_language(source: str, said: str) -> None:
    assert marking.translated(source, shouted) == said


def test_a_sentence_is_one_message_and_may_be_said_in_another_order() -> None:
    source = '<p>{{ a.who }} told <strong class="x">{{ b.organisation }}</strong> of it</p>'
    assert marking.messages(source) == ["{who} told <strong>{organisation}</strong> of it"]
    other = "of it <strong>{organisation}</strong> was told by {who}"
    assert marking.translated(source, lambda _: other) == (
        '<p>of it <strong class="x">{{ b.organisation }}</strong> was told by {{ a.who }}</p>'
    )


@pytest.mark.parametrize("said", ["told {who}", "{who} {organisation} <i>told</i>", "{{ 1 }}"])
def test_a_translation_with_other_values_or_tags_is_not_shown(said: str) -> None:
    source = "<p>{{ who }} told {{ organisation }}</p>"
    assert marking.translated(source, lambda _: said) == source


def test_what_is_said_alike_leaves_every_template_as_it_is_written() -> None:
    for path in rendering.TEMPLATES.rglob("*.html"):
        source = path.read_text("utf-8")
        assert marking.translated(source, lambda message: message) == source, path.name


def test_marked_words_are_english_as_text_and_translated_where_shown() -> None:
    words = _("Sign in with {provider}", provider=_("Menu"))
    assert words == "Sign in with Menu"
    assert LANGUAGES["cy"].shown(words) == "Mewngofnodi gyda Dewislen"
    assert LANGUAGES["cy"].shown("Menu") == "Menu"  # a name may be a word
    assert isinstance(words, Marked)


def test_welsh_says_all_of_the_sign_in_and_the_navigation_and_nothing_unknown() -> None:
    from babel.messages.pofile import read_po

    from deploy import words

    welsh = LANGUAGES["cy"]
    for name in IN_WELSH:
        told = marking.messages((rendering.TEMPLATES / name).read_text("utf-8"))
        assert [message for message in told if welsh.say(message) == message] == []
    known = {message.id for message in words.template() if message.id}
    with (words.LOCALE / "cy" / "LC_MESSAGES" / "throughcare.po").open("rb") as file:
        for message in read_po(file):
            if message.id:
                assert message.id in known, f"nothing says {message.id!r} any more"
                assert marking.fits(str(message.id), str(message.string)), message.id


@pytest.mark.parametrize(
    ("kept", "accepted", "code"),
    [
        (None, "", "en"),
        (None, "cy-GB, en;q=0.5", "cy"),
        (None, "fr, en;q=0.8, cy;q=0.9", "cy"),
        (None, "cy;q=0, fr", "en"),
        (None, "?!;q=x,,", "en"),
        ("en", "cy", "en"),
        ("cy", "en-GB", "cy"),
        ("xx", "cy", "cy"),
    ],
)
def test_the_choice_comes_first_and_then_what_the_browser_asks_for(
    kept: str | None, accepted: str, code: str
) -> None:
    assert wanted(kept, accepted).code == code


def test_an_answer_says_its_language_and_by_what_it_differs(story: Story) -> None:
    anybody = story.place.anybody()
    welsh = anybody.get("/sign-in", headers={"Accept-Language": "cy"})
    assert '<html lang="cy"' in welsh.text
    assert "<title>Mewngofnodi – Throughcare</title>" in welsh.text
    assert welsh.headers["Content-Language"] == "cy"
    assert {"Cookie", "Accept-Language"} <= set(welsh.headers["Vary"].split(", "))
    english = anybody.get("/sign-in", headers={"Accept-Language": "en-GB"})
    assert english.headers["Content-Language"] == "en"
    mixed = anybody.get("/keyboard", headers={"Accept-Language": "cy"})
    assert mixed.headers["Content-Language"] == "cy, en"
    assert "Vary" not in anybody.get("/health").headers
    assert anybody.post("/language", data={"language": "xx"}).status_code == 404
    away = anybody.post("/language", data={"language": "cy", "next": "//elsewhere.example"})
    assert away.headers["Location"] == "/"
    assert away.headers["Set-Cookie"].startswith("throughcare-language=cy; HttpOnly; Max-Age=")


@pytest.mark.browser
def test_anybody_changes_the_language_without_a_script(visiting: Opening) -> None:
    there = visiting(None, scripts=False)
    there.open("/sign-in?next=/caseload")
    there.press("Cymraeg")
    assert there.page.url.endswith("/sign-in?next=/caseload")
    assert there.page.get_by_role("heading", level=1).inner_text() == "Mewngofnodi"
    there.press("English")
    assert there.page.get_by_role("heading", level=1).inner_text() == "Sign in"
    assert there.complaints == []


@pytest.mark.browser
def test_the_navigation_is_in_welsh_and_the_page_says_where_it_is_not(visiting: Opening) -> None:
    there = visiting("priya")
    there.open("/caseload")
    there.press("Cymraeg")
    menu = there.page.get_by_role("navigation", name="Dewislen")
    menu.get_by_role("link", name="Llwyth achosion").wait_for()
    assert there.page.evaluate("document.documentElement.lang") == "cy"
    assert there.page.locator("main").evaluate("e => e.closest('[lang]').lang") == "en"
    assert there.page.locator("header").evaluate("e => e.closest('[lang]').lang") == "cy"
    assert there.page.get_by_role("button", name="Allgofnodi").is_visible()
    assert there.page.get_by_role("button", name="English").get_attribute("lang") == "en"
    there.is_accessible(320, 1440)
    assert there.complaints == []
