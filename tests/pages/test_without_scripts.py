"""What people do, with JavaScript off: the closed loop, hand-overs, meetings, the past."""

from __future__ import annotations

import re

import pytest

from tests.pages.conftest import Opening, Watched
from tests.pages.place import ASK, NIA, REASON, Story

pytestmark = pytest.mark.browser


def choose(there: Watched, select: str, words: str) -> None:
    option = there.page.locator(f"{select} option", has_text=words).first
    there.page.select_option(select, option.get_attribute("value") or "")


def refer(there: Watched, name: str, service: str, *, take_over: bool = False) -> str:
    """Refer somebody new; the referral's address."""
    there.open("/refer/new")
    there.page.fill("#name", name)
    choose(there, "#service", service)
    there.page.fill("#ask", "Help in the evenings")
    there.page.fill("#sent_without", "Not known yet.")
    if take_over:
        there.page.check("input[value='take over']")
    there.press("Confirm and send")
    assert there.done == "The referral is sent."
    return there.page.url.split("?")[0]


def test_the_sender_sees_that_the_referral_was_accepted(visiting: Opening) -> None:
    asha, priya = visiting("asha", scripts=False), visiting("priya", scripts=False)
    sent = refer(asha, "Idris Vale", "Talking therapies", take_over=True)
    priya.open("/referrals")
    room = priya.page.get_by_role("region", name="Room in our services")
    assert "Takes people" in room.inner_text()
    priya.turn_to("Idris Vale")
    priya.follow("Idris Vale")
    priya.press("Accept the referral")
    assert priya.done.endswith("You accepted the referral. The sender can see it.")
    asha.page.goto(sent)
    assert asha.page.locator(".tc-heading__aside .nhsuk-tag").inner_text() == "Accepted"
    assert asha.page.get_by_text("Referral accepted by Tollgate Talking Therapies").is_visible()


def test_a_record_names_its_parts_and_no_other(story: Story, visiting: Opening) -> None:
    priya = visiting("priya", scripts=False)
    priya.open(f"/people/{story.person('priya')}")
    links = priya.page.get_by_role("navigation", name="On this page").get_by_role("link")
    named = dict(zip(links.all_inner_texts(), links.all(), strict=True))
    assert {"What you can do now", "Referrals", "Scores", "Contacts"} <= named.keys()
    assert "Groups" not in named
    for link in named.values():
        part = priya.page.locator(str(link.get_attribute("href")))
        assert part.get_by_role("heading").count()


def test_a_question_goes_back_and_its_answer_comes_forth(visiting: Opening) -> None:
    asha, priya = visiting("asha", scripts=False), visiting("priya", scripts=False)
    sent = refer(asha, "Orla Finch", "Talking therapies")
    priya.page.goto(sent)
    priya.follow("Ask for information")
    priya.page.fill("#question", "Which evenings?")
    priya.press("Confirm and send")
    asha.open("/")
    assert asha.page.get_by_text("“Which evenings?”").is_visible()
    asha.page.goto(sent)
    asha.follow("Answer the question")
    asha.page.fill("#answer", "Tuesdays")
    asha.press("Confirm and send")
    priya.page.goto(sent)
    assert priya.page.get_by_role("definition").filter(has_text="Tuesdays").is_visible()


def test_what_was_said_is_recorded_by_whom_it_was_said_to(visiting: Opening) -> None:
    maureen, asha = visiting("maureen", scripts=False), visiting("asha", scripts=False)
    maureen.open("/refer/heard")
    maureen.page.fill("#name", "Bea Corridor")
    maureen.page.select_option("#sender", label="Cape Hill Practice")
    maureen.page.fill("#said_by", "Dr Rahman, on the stairs")
    maureen.page.select_option("#service", index=1)
    maureen.page.fill("#ask", "A carer's assessment")
    maureen.press("Record the referral")
    assert "is recorded" in maureen.done
    asha.open("/referrals?part=sent")
    assert asha.turn_to("Bea Corridor").get_by_role("link").first.is_visible()


def test_somebody_refers_herself_without_signing_in(story: Story, visiting: Opening) -> None:
    nobody, priya = visiting(None, scripts=False), visiting("priya", scripts=False)
    nobody.open("/sign-in")
    nobody.follow("Refer yourself to Talking therapies")
    nobody.press("Send my referral")
    assert nobody.page.get_by_role("link", name="Enter your date of birth").is_visible()
    for field, text in {
        "name": "Sol Ames",
        "date_of_birth-day": "1",
        "date_of_birth-month": "2",
        "date_of_birth-year": "1999",
        "phone": "07700 900001",
        "postcode": "B1 1AA",
        "ask": "Panic on the bus",
    }.items():
        nobody.page.fill(f"#{field}", text)
    nobody.press("Send my referral")
    assert nobody.page.get_by_text("Your reference is").is_visible()
    priya.open("/referrals")
    row = priya.turn_to("Sol Ames")
    assert "The person" in row.inner_text()


def test_responsibility_moves_only_when_the_hand_over_is_accepted(visiting: Opening) -> None:
    gwen, rajesh = visiting("gwen", scripts=False), visiting("rajesh", scripts=False)
    refer(gwen, "Mo Lister", "Talking therapies")
    gwen.open("/mdt/new")
    gwen.page.fill("#name", "Extra MDT")
    gwen.page.fill("#starts_at", "2031-01-06T12:30")
    gwen.page.get_by_label("Blackbrook Mental Health Trust", exact=True).check()
    gwen.press("Schedule the meeting")
    board = gwen.page.url.split("?")[0]
    gwen.follow("List a case")
    gwen.page.fill("#q", "Mo Lister")
    gwen.press("Find")
    gwen.follow("Mo Lister")
    gwen.page.fill("#question", "Is it time for the team?")
    for partner in ("Cape Hill Practice", "Blackbrook Mental Health Trust"):
        gwen.page.get_by_label(partner, exact=True).check()
    gwen.press("Put on the list")
    gwen.leave_by(gwen.page.get_by_role("link", name=re.compile("Who is in the room")))
    assert "Leave the room for this case" not in gwen.page.inner_text("main")
    for name in ("Dr Asha Rahman", "Dr Rajesh Menon"):
        gwen.page.get_by_label(re.compile(name)).check()
    gwen.press("Confirm and save")
    gwen.leave_by(gwen.page.get_by_role("link", name=re.compile("Record the decision")))
    gwen.page.check("input[value='step up']")
    gwen.page.fill("#rationale", "No change")
    gwen.page.fill("#persons_view", "She agrees")
    gwen.press("Confirm and save")
    assert gwen.page.get_by_role("link", name=re.compile("say to which service")).is_visible()
    choose(gwen, "#service", "Primary care mental-health team")
    choose(gwen, "#practitioner", "Rajesh Menon")
    gwen.page.fill("#reason", "I would wait two weeks")
    gwen.press("Confirm and save")
    gwen.page.goto(board)
    assert gwen.page.get_by_text("I would wait two weeks").is_visible()

    rajesh.open("/")
    rajesh.follow("Mo Lister")
    responsible = rajesh.page.locator("dt", has_text="Responsible").locator("+ dd")
    assert responsible.inner_text() == "Cape Hill Practice"
    rajesh.press("Accept the hand-over")
    assert responsible.inner_text() == "Blackbrook Mental Health Trust"


def test_a_housing_adviser_sees_the_ask_and_neither_score_nor_reason(
    story: Story, visiting: Opening
) -> None:
    joy = visiting("joy", scripts=False)
    for path in (
        "/caseload",
        f"/people/{story.person('joy')}",
        f"/people/{story.person('joy')}/history",
        f"/referrals/{story.housing}",
        "/stream",
    ):
        joy.open(path)
        shown = joy.page.content()
        assert NIA in shown or path == "/stream"
        assert REASON not in shown
        assert "PHQ-9" not in shown
        assert "1984" not in shown
        assert "Not shared with Doorstep Housing Advice" in joy.page.inner_text("body")
    joy.open("/caseload")
    row = joy.page.get_by_role("row").filter(has_text=NIA).inner_text()
    assert ASK in row
    assert "07700 900123" in row


def test_the_past_shows_the_record_as_it_stood(story: Story, visiting: Opening) -> None:
    priya = visiting("priya", scripts=False)
    priya.open(f"/people/{story.person('priya')}/history")
    first = priya.page.get_by_role("link", name=re.compile("PHQ-9 recorded: 21"))
    priya.leave_by(first)
    assert "You are looking at the past." in priya.page.inner_text("main")
    changed = priya.page.locator(".tc-changed", has_text="PHQ-9")
    assert "not set" in changed.locator("del").inner_text()
    assert "21" in changed.locator("ins").inner_text()
    later = priya.page.locator(".tc-timeline__later", has_text="PHQ-9 recorded: 12")
    assert later.is_visible()
    priya.page.locator("#at").fill("1")
    priya.press("Go")
    assert "event 1 of" in priya.page.inner_text("main")


def test_sending_a_form_twice_records_one_referral(story: Story, visiting: Opening) -> None:
    asha = visiting("asha", scripts=False)
    asha.open("/refer/new")
    key = asha.page.locator("input[name='key']").get_attribute("value")
    service = asha.page.locator("#service option", has_text="Talking therapies").first
    form: dict[str, str | float | bool] = {
        "key": key or "",
        "name": "Twin Press",
        "service": service.get_attribute("value") or "",
        "ask": "Once",
        "sent_without": "Not known yet.",
        "responsibility": "help alongside",
        "priority": "routine",
    }
    headers = {"Sec-Fetch-Site": "same-origin"}
    addresses = {
        asha.page.request.post(f"{asha.url}/refer/new", form=form, headers=headers).url.split("?")[
            0
        ]
        for _ in range(2)
    }
    (address,) = addresses
    (found,) = story.place.person("asha").found("Twin Press")["rows"]
    asha.open(f"/people/{found['person']}")
    sent = asha.page.locator("main a[href^='/referrals/']")
    assert {link.get_attribute("href") for link in sent.all()} == {address.removeprefix(asha.url)}


def test_what_was_written_is_kept_beside_what_is_wrong(visiting: Opening) -> None:
    asha = visiting("asha", scripts=False)
    asha.open("/refer/new")
    asha.page.fill("#name", "Kit Hollis")
    asha.page.fill("#date_of_birth-day", "31")
    asha.page.fill("#date_of_birth-month", "2")
    asha.page.fill("#date_of_birth-year", "1990")
    asha.page.fill("#nhs_number", "999 000 0000")
    asha.page.fill("#ask", "Help")
    asha.press("Confirm and send")
    said = asha.page.locator(".nhsuk-error-summary__list li").all_inner_texts()
    assert said[0] == "Enter a real date, for example 27 3 1985"
    assert said[1].startswith("NHS number is not an NHS number")
    assert said[2] == "Select a service"
    assert asha.page.input_value("#name") == "Kit Hollis"
    assert asha.page.input_value("#date_of_birth-day") == "31"


def test_who_comes_too_late_is_told_what_may_be_done_and_keeps_the_text(
    visiting: Opening,
) -> None:
    asha, joy, dev = (visiting(key, scripts=False) for key in ("asha", "joy", "dev"))
    sent = refer(asha, "Lena Late", "Housing and debt advice")
    joy.page.goto(sent + "/decline")
    dev.page.goto(sent)
    dev.press("Accept the referral")
    joy.page.check("input[value='full']")
    joy.page.fill("#note", "There is no room before the new year; ask the council first")
    joy.press("Decline the referral")
    page = joy.page.inner_text("main")
    assert "This changed since you opened it" in page
    assert "Referral accepted by Doorstep Housing Advice" in page
    joy.press("Apply mine on top")
    page = joy.page.inner_text("main")
    assert "End this help" in page
    assert "ask the council first" in page


def test_a_demo_visitor_chooses_whom_to_be_and_signs_out(visiting: Opening) -> None:
    there = visiting(None, scripts=False)
    there.open("/caseload")
    assert there.page.url.endswith("/sign-in?next=/caseload")
    there.leave_by(there.page.get_by_role("button", name=re.compile("Joy Amadi")))
    assert there.page.locator("h1").inner_text() == "Caseload"
    assert "Doorstep Housing Advice" in there.page.inner_text("header")
    there.press("Sign out")
    there.open("/caseload")
    assert "/sign-in" in there.page.url


def test_a_name_that_is_searched_for_stands_in_no_address(visiting: Opening) -> None:
    asha = visiting("asha", scripts=False)
    refer(asha, "Petra Lindqvist", "Talking therapies")
    for path, button in (("/caseload", "Apply filters"), ("/refer", "Find")):
        asha.open(path)
        asha.page.fill("#q", "Lindqvist")
        asha.press(button)
        assert asha.page.get_by_role("link", name="Petra Lindqvist").first.is_visible()
        assert "Lindqvist" not in asha.page.url
    asha.open("/caseload")
    asha.page.get_by_label("Referral sent", exact=True).check()
    asha.press("Apply filters")
    assert asha.page.url.endswith("/caseload?status=sent")
