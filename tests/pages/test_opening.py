"""What is sealed is opened on the pages by who is granted it, and reviewed; without scripts."""

from __future__ import annotations

import re

import pytest

from deploy.community.place import HOUSING, LOW, PRACTICE, TRUST
from tests.pages.conftest import Opening
from tests.pages.place import Story

pytestmark = pytest.mark.browser

SEALED = "What only her therapist should know"
WHY = "The coroner asks for it."


@pytest.fixture
def theirs(story: Story) -> str:
    """Somebody of whom something is sealed that others keep, as the trust knows her."""
    asha, rajesh = (story.place.person(key) for key in ("asha", "rajesh"))
    whom = {"name": "Sunniva Dahl", "practice": str(PRACTICE.id)}
    asked = {"source": "professional", "ask": "-"}
    ward = asha.done("/v1/referrals", asked | {"service": str(TRUST.offers[0].id), "person": whom})
    rajesh.done(f"/v1/referrals/{ward['id']}/acceptance")
    therapy = asha.done(
        "/v1/referrals",
        asked | {"service": str(LOW.id), "person_id": ward["person"], "ask": SEALED},
    )
    story.place.person("priya").done(f"/v1/referrals/{therapy['id']}/acceptance")
    asha.done(f"/v1/people/{ward['person']}/seals", {"about": f"{therapy['id']}/1"})
    return str(rajesh.seen(f"/v1/referrals/{ward['id']}")["person"])


def test_who_is_granted_it_opens_what_is_sealed_and_a_privacy_officer_reviews_it(
    story: Story, visiting: Opening, theirs: str
) -> None:
    rajesh = visiting("rajesh", scripts=False)
    rajesh.open(f"/people/{theirs}")
    said = rajesh.page.inner_text("main")
    assert "Nobody of" in said
    assert "is granted to open it: ask Valerie Stokes or Anil Deol." in said
    assert rajesh.page.get_by_role("link", name=re.compile("^Open what is sealed")).count() == 0
    refused = rajesh.page.goto(f"{rajesh.url}/people/{theirs}/sealed")
    assert refused is not None
    assert refused.status == 403

    valerie = visiting("valerie", scripts=False)
    valerie.open("/privacy")
    valerie.follow("Who may open what is sealed")
    valerie.follow("Let somebody open what is sealed")
    valerie.press("Let them open it")
    assert "Select who may open what is sealed" in valerie.page.inner_text("main")
    valerie.page.select_option("#practitioner", str(TRUST.people[0].id))
    valerie.press("Let them open it")
    assert valerie.done == "They may open what is sealed from now on."

    denise = visiting("denise", scripts=False)
    denise.open(f"/people/{theirs}")
    assert "Dr Rajesh Menon may open it for" in denise.page.inner_text("main")

    rajesh.open(f"/people/{theirs}")
    assert SEALED not in rajesh.page.content()
    rajesh.follow("Open what is sealed, with a reason")
    assert "for 60 minutes" in rajesh.page.inner_text("main")
    rajesh.press("Open it for 60 minutes")
    assert "Select why it must be opened" in rajesh.page.inner_text("main")
    rajesh.page.get_by_label("A legal requirement").check()
    rajesh.page.fill("#words", WHY)
    rajesh.press("Open it for 60 minutes")
    assert rajesh.done == "It is open. Your privacy officer is told."
    assert SEALED in rajesh.page.inner_text("main")
    banner = rajesh.page.get_by_role("region", name="Something sealed is open")
    assert re.search(r"(59|60) minutes left", banner.inner_text())
    denise.open(f"/people/{theirs}")
    assert "Dr Rajesh Menon opened it" in denise.page.inner_text("main")
    assert denise.page.get_by_role("button", name="Seal it again now").count() == 0
    rajesh.press("Seal it again now")
    assert rajesh.done == "It is sealed again."
    assert SEALED not in rajesh.page.content()

    valerie.open("/privacy")
    assert "Sunniva" not in valerie.page.content()
    part = valerie.page.get_by_role("region", name="Sealed items opened")
    valerie.leave_by(part.get_by_role("link", name=re.compile("^Review")))
    said = valerie.page.inner_text("main")
    assert "Sunniva Dahl" in said
    assert WHY in said
    assert SEALED not in said
    valerie.page.get_by_label("Justified", exact=True).check()
    valerie.page.fill("#words", "There was an order.")
    valerie.press("Record the review")
    assert valerie.done == "The review is recorded."
    assert "None waits for a review." in part.inner_text()

    valerie.open("/opening-grants")
    valerie.leave_by(valerie.page.get_by_role("link", name=re.compile("^End it")))
    valerie.press("End it")
    assert valerie.done == "They open what is sealed no longer."
    rajesh.open(f"/people/{theirs}")
    assert "is granted to open it: ask" in rajesh.page.inner_text("main")


def test_its_pages_are_accessible(story: Story, visiting: Opening, theirs: str) -> None:
    granted = {"practitioner": str(TRUST.people[0].id), "since": "2026-03-02"}
    story.place.person("anil").done("/v1/partners/opening-grants", granted)
    rajesh = visiting("rajesh")
    for path in (f"/people/{theirs}", f"/people/{theirs}/sealed"):
        rajesh.open(path)
        rajesh.is_accessible(1440, 320)
    seal = next(iter(story.place.person("rajesh").seen(f"/v1/people/{theirs}")["sealed"]))
    why = {"reason": "a legal requirement", "words": WHY}
    story.place.person("rajesh").done(f"/v1/people/{theirs}/seals/{seal}/opening", why)
    rajesh.open(f"/people/{theirs}")
    rajesh.is_accessible(1440, 320)
    for key in ("valerie", "anil"):
        there = visiting(key)
        there.open("/opening-grants")
        there.is_accessible(1440, 320)
        there.leave_by(there.page.get_by_role("link", name=re.compile("^End it")))
        there.is_accessible(1440, 320)
    valerie = visiting("valerie")
    valerie.open("/privacy")
    valerie.is_accessible(1440, 320)
    part = valerie.page.get_by_role("region", name="Sealed items opened")
    valerie.leave_by(part.get_by_role("link", name=re.compile("^Review")).first)
    valerie.is_accessible(1440, 320)
    story.place.person("anil").done(f"/v1/partners/opening-grants/{TRUST.people[0].id}/end")


@pytest.mark.parametrize("key", ["rajesh", "joy", "ruth"])
def test_nobody_else_says_who_may_open_it(key: str, story: Story, visiting: Opening) -> None:
    there = visiting(key, scripts=False)
    for path in ("/opening-grants", "/opening-grants/new"):
        answer = there.page.goto(there.url + path)
        assert answer is not None
        assert answer.status == 403


def test_an_administrator_names_who_looks_after_privacy(story: Story, visiting: Opening) -> None:
    leonard = next(person for person in TRUST.people if person.key == "leonard")
    anil = visiting("anil", scripts=False)
    anil.open(f"/partners/{TRUST.id}/practitioners")
    assert "Valerie Stokes looks after privacy, since" in anil.page.inner_text("main")
    anil.follow("Name who looks after privacy")
    anil.page.select_option("#practitioner", "")
    anil.press("Name them")
    assert "Select who looks after privacy" in anil.page.inner_text("main")
    anil.page.select_option("#practitioner", str(leonard.id))
    anil.press("Name them")
    assert anil.done == "They look after privacy from now on."
    assert "Leonard Asante looks after privacy, since" in anil.page.inner_text("main")
    anil.follow("Name who looks after privacy")
    assert TRUST.officer
    anil.page.select_option("#practitioner", str(TRUST.officer.id))
    anil.press("Name them")
    anil.open(f"/partners/{HOUSING.id}/privacy-officer")
    assert anil.page.inner_text("h1") == "You cannot see this"
