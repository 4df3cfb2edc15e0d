"""Every page for everybody it is for: accessible, quiet, of one host, and no wider than a phone."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi.routing import APIRoute

from api.pages.router import router
from deploy.community import place as community
from domain.feedback import code_of
from projections.contract import contract
from tests.pages.conftest import Opening
from tests.pages.place import Story
from tests.sampling import THOROUGH

pytestmark = pytest.mark.browser

ABOUT = sorted({f"/catalogue/{type_.partition('.')[0]}" for type_ in contract()})
PUBLIC = ["/sign-in", "/signed-out", "/accessibility", "/keyboard", "/catalogue"]
PUBLIC += ABOUT if THOROUGH else ["/catalogue/person"]  # one template, and the longest of them
EVERYBODYS = ["/", "/caseload", "/referrals", "/referrals?part=sent&show=all", "/refer", "/stream"]
PAGES: list[tuple[str | None, str]] = [
    *((None, path) for path in PUBLIC),
    (None, "/refer-yourself/{talking}"),
    (None, "/refer-yourself/{talking}/sent?reference=abc"),
    *((key, path) for key in ("asha", "priya", "joy", "leroy") for path in EVERYBODYS),
    *((key, f"/people/{{person}}{part}") for key in ("asha", "joy") for part in ("", "/history")),
    ("beryl", "/caseload"),
    ("beryl", "/people/{patient}"),
    ("tom", "/"),
    ("nina", "/"),
    ("nina", "/operations"),
    ("imani", "/"),
    ("imani", "/audit/access"),
    ("imani", "/audit/streams"),
    ("imani", "/audit/streams/beside?stream={therapy}&stream={housing}"),
    ("imani", "/audit/streams/{therapy}?verify=yes"),
    ("imani", "/audit/streams/{therapy}/1"),
    ("hugh", "/people/{patient}/recipients"),
    ("hugh", "/people/{patient}/subject-access"),
    ("asha", "/people/{person}/rectification"),
    ("asha", "/people/{person}/sealing"),
    ("asha", "/withdrawals"),
    ("asha", "/refer/advice"),
    ("yusuf", "/systems/new"),
    ("yusuf", f"/partners/{community.PRACTICE.id}/liaison"),
    ("yusuf", f"/partners/{community.PRACTICE.id}/practitioners/new"),
    (
        "yusuf",
        f"/partners/{community.PRACTICE.id}/practitioners/{community.PRACTICE.people[0].id}/role",
    ),
    ("yusuf", f"/partners/{community.TRUST.id}/agreements"),
    ("yusuf", f"/partners/{community.TRUST.id}/agreements/new"),
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
    ("yusuf", f"/partners/{community.TRUST.id}"),
    ("tom", f"/partners/{community.TALKING.id}"),
    ("yusuf", "/operations"),
    ("yusuf", "/operations/views/caseload/rebuild"),
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
    ("ruth", "/flow"),
    ("priya", "/outcomes"),
    ("ruth", "/aims"),
    ("ruth", "/learning"),
    ("asha", "/learning"),
    ("priya", "/aims/rapid-access"),
]


LOOKED_AT: dict[str, str] = {
    "/referrals/{referral}/appointments/{contact}": "test_groups",
    "/referrals/{referral}/appointments/{contact}/{activity}": "test_groups",
    "/training/{session}/attendance": "test_planning",
    "/systems/{system}/ending": "test_systems",
    "/referrals/{referral}/work/{work}": "test_ways",
    "/actions/{action}/{activity}": "test_meeting",
    "/people/{person}/decisions/{decision}/non-implementation": "test_meeting",
    "/people/{person}/decisions/{decision}/supersession": "test_meeting",
    "/duplicates/{match}/{activity}": "test_duplicates",
    "/groups/{group}": "test_groups",
    "/groups/{group}/{activity}": "test_groups",
    "/systems/{system}/keys/new": "test_systems",
    "/systems/{system}/keys/{thumbprint}/revocation": "test_systems",
    "/partners/{partner}/agreements/ending": "test_agreements",
    "/sign-in/organisation": "test_signing_in",
    "/signing-out": "test_signing_in",
    "/streams/{endpoint}": "test_streams",
    "/streams/{endpoint}/{activity}": "test_streams",
    "/people/{person}/erasure": "test_erasing",
    "/erasures/{erasure}": "test_erasing",
    "/evidence-packs": "test_evidence_packs",
    "/audit/side-by-side": "test_side_by_side",
    "/subject-access/{request}": "test_subject_access",
    "/subject-access/{request}/judging": "test_subject_access",
    "/people/{person}/concerns/{which}/{activity}": "test_concerns",
    "/people/{person}/scores/{measure}/correction": "test_corrections",
    "/privacy/emergency-access/{access}": "test_emergency",
    "/privacy/openings/{opening}": "test_opening",
    "/people/{person}/sealed": "test_opening",
    "/opening-grants/{practitioner}/end": "test_opening",
    "/systems/keys/{key}/revocation": "test_systems",
    "/link/{token}": "test_by_link",
    "/link-ended": "test_by_link",
    "/linked": "test_by_link",
    "/linked/{activity}": "test_by_link",
}
"""Pages about what a test makes first: the module that does, and looks at them with axe."""

NO_PAGES = {
    "/sign-in/start",
    "/sign-in/callback",
    "/branding/{name}",
    "/live",
    "/live/fresh",
    "/live/since/{person}/{number}",
    "/live/standing/{person}",
    "/actions.csv",
    "/audit/access.csv",
    "/carers.csv",
    "/caseload.csv",
    "/aims/{key}.csv",
    "/flow.csv",
    "/outcomes.csv",
    "/unmet-need.csv",
    "/groups.csv",
    "/learning/{which}.csv",
    "/mdt.csv",
    "/referrals.csv",
    "/services.csv",
    "/subject-access/{request}/export",
}
"""What leads elsewhere, goes into a page, or is a file."""


def test_every_page_there_is_is_looked_at() -> None:
    """A new page is added above, or said to be looked at elsewhere."""
    there = [r for r in router.routes if isinstance(r, APIRoute) and "GET" in (r.methods or ())]
    said = LOOKED_AT.keys() | NO_PAGES
    named = [re.sub(r"\{\w+\}", "of-somebody", path.partition("?")[0]) for _, path in PAGES]
    walked = {next(r.path for r in there if r.path_regex.match(path)) for path in named}
    assert {route.path for route in there} - walked == said
    for module in set(LOOKED_AT.values()):
        assert "is_accessible(" in Path(__file__).with_name(f"{module}.py").read_text("utf-8")


@pytest.fixture
def address(story: Story) -> Callable[[str | None, str], str]:
    def filled(key: str | None, path: str) -> str:
        return path.format(
            person=story.person(key) if key and "{person}" in path else "",
            patient=story.person("asha") if "{patient}" in path else "",
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
    assert there.beyond_the_keyboard() == []
    assert there.complaints == []


@pytest.mark.parametrize(
    ("key", "path", "status", "heading"),
    [
        ("ruth", "/caseload", 403, "You cannot see this"),
        ("priya", "/partners", 403, "You cannot see this"),
        ("priya", "/streams", 403, "You cannot see this"),
        ("tom", "/operations", 403, "You cannot see this"),
        ("asha", f"/partners/{community.TRUST.id}/leaving", 403, "You cannot see this"),
        ("tom", f"/partners/{community.TRUST.id}", 403, "You cannot see this"),
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
