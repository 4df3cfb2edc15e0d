"""Signing in by a provider, in a browser without JavaScript: in, for whom, by invitation, out."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest

from deploy.community.place import PRACTICE, TALKING
from tests import identities
from tests.api.test_signing_in import asking, registered, tie
from tests.consumers.brokers import free_port
from tests.identities import TRUE, Identities
from tests.pages.conftest import Opening, Watched
from tests.pages.place import Story

pytestmark = pytest.mark.browser

GWEN, BOTH, NEW = "900000000201", "900000000202", "900000000203"


@pytest.fixture(scope="module")
def provider(story: Story) -> Iterator[Identities]:
    with identities.running(free_port(), story.place.url) as running:
        tie(story.place, running, PRACTICE, "gwen", GWEN)
        tie(story.place, running, PRACTICE, "harpreet", BOTH)
        tie(story.place, running, TALKING, "marcus", BOTH)
        yield running


@pytest.fixture
def signing(story: Story, provider: Identities) -> Iterator[Identities]:
    provider.lie(TRUE)
    registration = registered(story.place, provider, name="NHS CIS2")
    with asking(story.place, registration, demo_people=tuple):
        yield provider


def proves(there: Watched, subject: str) -> None:
    there.page.get_by_label("Who are you?").fill(subject)
    there.press("I am who I say")


def test_somebody_signs_in_works_and_signs_out(visiting: Opening, signing: Identities) -> None:
    there = visiting(None, scripts=False)
    there.open("/caseload")
    there.follow("Sign in with NHS CIS2")
    proves(there, GWEN)
    assert there.page.url.endswith("/caseload")
    assert there.page.get_by_role("heading", level=1).is_visible()
    there.leave_by(there.page.get_by_role("link", name="Dr Gwen Tolley"))
    assert there.page.get_by_text("This browser", exact=True).is_visible()
    there.press("Sign out")
    there.page.wait_for_url("**/signed-out")
    assert there.page.get_by_role("heading", name="You are signed out").is_visible()
    assert "signed out" in signing.asked[-1]
    there.open("/caseload")
    assert "/sign-in?next=/caseload" in there.page.url


def test_who_acts_for_two_chooses_one_and_changes(visiting: Opening, signing: Identities) -> None:
    there = visiting(None, scripts=False)
    there.open("/referrals")
    there.follow("Sign in with NHS CIS2")
    proves(there, BOTH)
    assert there.page.get_by_role("heading", name="Choose an organisation").is_visible()
    there.leave_by(there.page.get_by_role("button", name=TALKING.name))
    assert there.page.url.endswith("/referrals")
    assert there.page.get_by_label("Account").get_by_text(TALKING.name).is_visible()
    there.follow("Change organisation")
    there.leave_by(there.page.get_by_role("button", name=PRACTICE.name))
    assert there.page.get_by_label("Account").get_by_text(PRACTICE.name).is_visible()


def test_a_session_that_is_over_leads_back_to_where_it_was(
    visiting: Opening, signing: Identities, story: Story
) -> None:
    there = visiting(None, scripts=False)
    there.open("/sign-in")
    there.follow("Sign in with NHS CIS2")
    proves(there, GWEN)
    for session in there.page.context.cookies():
        story.place.house.sessions.end(str(session.get("value")))
    there.open("/groups")
    assert there.page.get_by_role("heading", name="You are no longer signed in").is_visible()
    there.follow("Sign in with NHS CIS2")
    proves(there, GWEN)
    assert there.page.url.endswith("/groups")


def test_an_administrator_invites_somebody_who_then_signs_in(
    visiting: Opening, signing: Identities
) -> None:
    yusuf = visiting("yusuf", scripts=False)
    yusuf.open("/")
    yusuf.follow("Who acts for us")
    yusuf.follow("Add somebody")
    yusuf.page.get_by_label("Name").fill("Ines Duarte")
    yusuf.page.get_by_label("What they do").fill("Locum GP")
    yusuf.page.get_by_label("Role").select_option("clinician")
    yusuf.press("Add them")
    assert "Invite them" in yusuf.done
    row = yusuf.page.get_by_role("row").filter(has_text="Ines Duarte")
    yusuf.leave_by(row.get_by_role("link", name="Invite"))
    yusuf.press("Make an invitation")
    code = yusuf.page.locator(".tc-code").inner_text()
    assert code not in yusuf.page.url

    ines = visiting(None, scripts=False)
    ines.open("/caseload")
    ines.follow("Sign in with NHS CIS2")
    proves(ines, NEW)
    assert ines.page.get_by_role("heading", name="No organisation here knows you").is_visible()
    ines.page.get_by_label("Code of the invitation").fill("not it")
    ines.press("Use the invitation")
    assert ines.page.get_by_text("This invitation is not known here").first.is_visible()
    ines.page.get_by_label("Code of the invitation").fill(code)
    ines.press("Use the invitation")
    assert ines.page.get_by_text("Ines Duarte").first.is_visible()

    yusuf.open(f"/partners/{PRACTICE.id}/practitioners")
    yusuf.leave_by(row.get_by_role("link", name="They left"))
    yusuf.press("They have left")
    ines.open("/caseload")
    assert ines.page.get_by_role("heading", name="You are no longer signed in").is_visible()


def test_what_the_provider_does_not_prove_is_a_page(visiting: Opening, signing: Identities) -> None:
    there = visiting(None, scripts=False)
    there.open("/sign-in")
    signing.lie("another nonce")
    there.follow("Sign in with NHS CIS2")
    proves(there, GWEN)
    assert there.page.get_by_role("heading", name="You are not signed in").is_visible()
    signing.lie(TRUE)
    there.follow("Begin again")
    assert there.page.get_by_role("link", name="Sign in with NHS CIS2").is_visible()


def test_the_pages_of_signing_in_break_no_rule(visiting: Opening, signing: Identities) -> None:
    there = visiting(None)
    for path in ("/sign-in", "/sign-in?over=yes", "/signed-out", "/sign-in/callback"):
        there.open(path)
        there.is_accessible()
    there.open("/caseload")
    there.follow("Sign in with NHS CIS2")
    proves(there, NEW + "9")
    there.is_accessible()
    there.open("/sign-in/start")
    proves(there, BOTH)
    there.is_accessible()
    yusuf = visiting("yusuf")
    path = f"/partners/{PRACTICE.id}/practitioners"
    for each in (path, f"{path}/new", *(f"{path}/{gwen()}/{what}" for what in ACTIVITIES)):
        yusuf.open(each)
        yusuf.is_accessible()
    yusuf.open(f"{path}/{gwen()}/invitation")
    yusuf.press("Make an invitation")
    yusuf.is_accessible()
    yusuf.open("/sessions")
    yusuf.is_accessible()


ACTIVITIES = ("role", "departure", "invitation", "identity")


def gwen() -> UUID:
    return next(each.id for each in PRACTICE.people if each.key == "gwen")
