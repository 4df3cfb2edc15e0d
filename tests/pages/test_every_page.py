"""Every page for everybody it is for: accessible, quiet, of one host, and no wider than a phone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from deploy.community import place as community
from domain.feedback import code_of
from projections.contract import contract
from tests.pages.conftest import Opening
from tests.pages.place import Story

pytestmark = pytest.mark.browser

ABOUT = sorted({f"/catalogue/{type_.partition('.')[0]}" for type_ in contract()})
PUBLIC = ["/sign-in", "/accessibility", "/keyboard", "/catalogue", *ABOUT]
EVERYBODYS = ["/", "/caseload", "/referrals", "/referrals?part=sent&show=all", "/refer", "/stream"]
PAGES: list[tuple[str | None, str]] = [
    *((None, path) for path in PUBLIC),
    (None, "/refer-yourself/{talking}"),
    (None, "/refer-yourself/{talking}/sent?reference=abc"),
    *((key, path) for key in ("asha", "priya", "joy", "leroy") for path in EVERYBODYS),
    *((key, f"/people/{{person}}{part}") for key in ("asha", "joy") for part in ("", "/history")),
    ("priya", "/people/{person}/history?at=3&as-of=2020-01-01"),
    ("priya", "/people/{person}/difference"),
    ("priya", "/people/{person}/why?field=status"),
    ("priya", "/people/{person}/handover"),
    ("priya", "/people/{person}/objection"),
    ("priya", "/people/{person}/hand-back"),
    ("priya", "/people/{person}/hold"),
    ("priya", "/people/{person}/discharge"),
    ("priya", "/people/{person}/discharge-agreement"),
    ("priya", "/people/{person}/closure"),
    ("priya", "/stepped-care"),
    ("yusuf", "/stepped-care/choice"),
    ("yusuf", "/stepped-care/way"),
    ("yusuf", "/partners"),
    ("yusuf", f"/partners/{community.TRUST.id}/webhook-hosts"),
    ("yusuf", f"/partners/{community.TRUST.id}/webhook-hosts/new"),
    ("yusuf", "/operations"),
    ("tom", "/streams"),
    ("tom", "/streams/new"),
    ("yusuf", f"/partners/{community.TRUST.id}/leaving"),
    ("priya", "/people/{person}/corrections"),
    ("joy", "/people/{person}/corrections"),
    ("priya", "/people/{person}/disagreements"),
    ("priya", "/caseload?as-at=1"),
    ("priya", "/caseload?status=waiting"),
    ("priya", "/referrals/{therapy}"),
    ("priya", "/referrals/{therapy}/appointments"),
    ("priya", "/referrals/{therapy}/scores"),
    ("priya", "/referrals/{therapy}/scores/phq-9"),
    ("priya", "/referrals/{therapy}/scores/dialog"),
    ("priya", "/people/{person}/scores"),
    ("priya", "/people/{person}/scores/swemwbs"),
    ("priya", "/referrals/{therapy}/closure"),
    ("joy", "/referrals/{housing}"),
    ("joy", "/referrals/{housing}/decline"),
    ("joy", "/referrals/{housing}/redirection"),
    ("asha", "/refer/new"),
    ("asha", "/refer/new?person={person}"),
    ("maureen", "/refer/heard"),
    ("gwen", "/mdt"),
    ("gwen", "/mdt/new"),
    ("gwen", "/mdt/{meeting}"),
    ("gwen", "/mdt/{meeting}/run"),
    ("gwen", "/mdt/{meeting}/agenda"),
    ("gwen", "/mdt/{meeting}/list"),
    ("gwen", "/mdt/{meeting}/cases/{person}/room"),
    ("gwen", "/mdt/{meeting}/cases/{person}/decision"),
    ("gwen", "/mdt/{meeting}/cases/{person}/dissent"),
    ("gwen", "/mdt/{meeting}/cases/{person}/action"),
    ("gwen", "/mdt/{meeting}/apologies"),
    ("gwen", "/mdt/decisions"),
    ("gwen", "/actions"),
    ("gwen", "/duplicates"),
    ("joy", "/actions"),
    ("asha", "/people/{person}/discussion"),
    ("asha", "/people/{person}/goal"),
    ("asha", "/people/{person}/plan"),
    ("asha", "/people/{person}/feedback"),
    (None, f"/feedback/{code_of(community.LOW.id)}"),
    (None, f"/feedback/{code_of(community.LOW.id)}/sent"),
    ("priya", "/experience"),
    ("priya", "/experience/new"),
    ("priya", "/training/new"),
    ("yusuf", "/training"),
    ("olive", "/groups"),
    ("olive", "/groups/new"),
    ("asha", "/groups"),
    ("priya", "/referrals/{therapy}/appointment-offer"),
    ("ruth", "/"),
    ("asha", "/carers"),
    ("asha", "/people/{person}/needs"),
    ("asha", "/people/{person}/adjustment"),
    ("asha", "/people/{person}/carer"),
    ("asha", "/people/{person}/shared-care"),
    ("meera", "/caseload"),
    ("olive", "/services"),
    ("ruth", "/services?q=group&step=1"),
    ("olive", f"/services/{community.CHARITY.offers[0].id}"),
    ("olive", "/services/new"),
    ("olive", f"/services/{community.CHARITY.offers[0].id}/description"),
    ("olive", f"/services/{community.CHARITY.offers[0].id}/capacity"),
    ("olive", f"/services/{community.CHARITY.offers[0].id}/closure"),
    ("denise", "/emergency-access"),
    ("grace", "/"),
    ("grace", "/privacy"),
    ("grace", "/opening-grants"),
    ("grace", "/subject-access"),
    ("yusuf", "/erasures"),
    ("asha", "/subject-access"),
    ("grace", "/opening-grants/new"),
    ("yusuf", "/opening-grants"),
    ("asha", "/sessions"),
    ("beryl", "/sessions"),
    ("yusuf", "/systems"),
    ("yusuf", "/systems/keys/new"),
    ("yusuf", f"/partners/{community.PRACTICE.id}/privacy-officer"),
    ("yusuf", f"/partners/{community.PRACTICE.id}/practitioners"),
    ("asha", "/unmet-need"),
    ("asha", "/unmet-need/new"),
    ("ruth", "/unmet-need"),
]


@pytest.fixture
def address(story: Story) -> Callable[[str | None, str], str]:
    def filled(key: str | None, path: str) -> str:
        return path.format(
            person=story.person(key) if key and "{person}" in path else "",
            therapy=story.therapy,
            housing=story.housing,
            meeting=story.meeting,
            talking=story.talking,
        )

    return filled


@pytest.mark.parametrize(("key", "path"), PAGES)
def test_a_page_is_accessible_quiet_and_fits_a_phone(
    key: str | None, path: str, address: Callable[[str | None, str], str], visiting: Opening
) -> None:
    """Every other page is opened as on a phone first."""
    there = visiting(key)
    answer = there.page.goto(address(key, path))
    assert answer is not None
    assert answer.status == 200
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    there.is_accessible(*((320, 1440) if PAGES.index((key, path)) % 2 else (1440, 320)))
    assert there.complaints == []


@pytest.mark.parametrize(
    ("key", "path", "status", "heading"),
    [
        ("ruth", "/caseload", 403, "You cannot see this"),
        ("priya", "/partners", 403, "You cannot see this"),
        ("priya", "/streams", 403, "You cannot see this"),
        ("tom", "/operations", 403, "You cannot see this"),
        ("asha", f"/partners/{community.TRUST.id}/leaving", 403, "You cannot see this"),
        ("tom", f"/partners/{community.TRUST.id}/leaving", 403, "You cannot see this"),
        ("priya", "/people/00000000-0000-0000-0000-000000000000", 404, "Page not found"),
        ("priya", "/people/not-an-id", 404, "Page not found"),
        ("priya", "/nowhere", 404, "Page not found"),
        ("priya", "/referrals/{therapy}/nothing", 404, "Page not found"),
        ("joy", "/mdt/{meeting}", 404, "Page not found"),
    ],
)
def test_a_refusal_is_an_accessible_page_with_a_next_step(
    key: str,
    path: str,
    status: int,
    heading: str,
    address: Callable[[str | None, str], str],
    visiting: Opening,
) -> None:
    there = visiting(key)
    answer = there.page.goto(address(key, path))
    assert answer is not None
    assert answer.status == status
    assert there.page.locator("h1").inner_text() == heading
    there.is_accessible()
    assert there.page.get_by_role("link", name="Go to your caseload").is_visible()
