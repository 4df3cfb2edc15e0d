"""A deployment's own name, logo, font and colour: what is refused, and what a browser shows."""

from __future__ import annotations

import base64
from dataclasses import replace
from pathlib import Path

import pytest

from api.pages.branding import contrast
from deploy.settings import SettingIsWrong, from_environment
from tests.pages.conftest import Opening
from tests.pages.place import Story

DRAWN = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 60 40">{}</svg>'
DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
WOFF2 = b"wOF2 as it begins, and no more"


def test_contrast_is_as_wcag_defines_it() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)


@pytest.mark.parametrize(
    ("name", "given", "says"),
    [
        ("HEADER_COLOUR", "#ffb81c", "1.73 to 1"),
        ("HEADER_COLOUR", "navy", "give a colour as #005eb8"),
        ("SERVICE_NAME", "One\nTwo", "give a short one"),
        ("COPYRIGHT", "©" * 101, "give a short one"),
        ("LOGO_FILE", None, "cannot be read"),
        ("LOGO_FILE", "GIF89a", "neither PNG nor SVG"),
        ("LOGO_FILE", "<html/>", "neither PNG nor SVG"),
        ("LOGO_FILE", DRAWN.format("<script>1</script>"), "<script>"),
        ("LOGO_FILE", DRAWN.format("<foreignObject/>"), "<foreignObject>"),
        ("LOGO_FILE", DRAWN.format('<path onload="1"/>'), "onload="),
        ("LOGO_FILE", DRAWN.format('<use href="https://x.example/a"/>'), "leads away"),
        ("LOGO_FILE", DRAWN.format('<path fill="url(https://x.example/a)"/>'), "leads away"),
        ("LOGO_FILE", DRAWN.format("<style>@import 'x'</style>"), "style leads away"),
        ("LOGO_FILE", "<!DOCTYPE svg [<!ENTITY a 'b'>]>" + DRAWN.format("&a;"), "DOCTYPE"),
        ("LOGO_FILE", DRAWN.format(" " * 100_000), "more than 100,000 bytes"),
        ("FONT_FILES", "not a font", "no WOFF2 font"),
    ],
)
def test_what_would_harm_is_refused_at_the_start(
    name: str, given: str | None, says: str, tmp_path: Path
) -> None:
    if name.endswith(("_FILE", "_FILES")):
        path = tmp_path / "given"
        if given is not None:
            path.write_text(given)
        given = str(path)
    with pytest.raises(SettingIsWrong, match=f"THROUGHCARE_{name}") as refused:
        from_environment({f"THROUGHCARE_{name}": given or ""})
    assert says in str(refused.value)


def test_nobody_chose_and_nothing_is_of_the_nhs() -> None:
    brand = from_environment({}).branding
    assert (brand.service, brand.files) == ("Throughcare", {})


@pytest.mark.browser
def test_a_deployments_own_name_logo_font_and_colour_are_shown(
    visiting: Opening, story: Story, tmp_path: Path
) -> None:
    (tmp_path / "logo.png").write_bytes(DOT)
    (tmp_path / "logo.svg").write_text(DRAWN.format('<path d="M0 0h60v40z" fill="#fff"/>'))
    (tmp_path / "font.woff2").write_bytes(WOFF2)
    chosen = {
        "THROUGHCARE_SERVICE_NAME": "Care <Together>",
        "THROUGHCARE_ORGANISATION_NAME": "Example Trust",
        "THROUGHCARE_HEADER_COLOUR": "#330072",
        "THROUGHCARE_COPYRIGHT": "© Example Trust",
        "THROUGHCARE_LOGO_FILE": str(tmp_path / "logo.svg"),
    }
    state = story.place.app.state
    usual = state.parts
    try:
        state.parts = replace(usual, branding=from_environment(chosen).branding)
        there = visiting("priya")
        there.open("/keyboard")
        assert there.page.title() == "Keyboard – Care <Together>"
        there.open("/caseload")
        header = there.page.locator("header.nhsuk-header")
        assert header.evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(51, 0, 114)"
        assert header.locator("img").evaluate("e => e.complete && e.naturalWidth > 0")
        assert header.get_by_text("Example Trust").is_visible()
        assert there.page.get_by_role("contentinfo").get_by_text("© Example Trust").is_visible()
        assert there.complaints == []  # the policy for content let all of it through
        there.is_accessible(320, 1440)
        files = chosen | {
            "THROUGHCARE_LOGO_FILE": str(tmp_path / "logo.png"),
            "THROUGHCARE_FONT_FILES": str(tmp_path / "font.woff2"),
        }
        brand = from_environment(files).branding
        state.parts = replace(usual, branding=brand)
        anybody = story.place.anybody()
        for file in brand.files.values():
            answer = anybody.get(file.address)
            assert answer.content == file.content
            assert answer.headers["Content-Type"].startswith(file.media_type)
            assert "immutable" in answer.headers["Cache-Control"]
        assert b'"Branding"' in anybody.get("/branding/brand.css").content
        assert anybody.get("/branding/font-bold.woff2").status_code == 404
    finally:
        state.parts = usual
