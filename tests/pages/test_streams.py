"""Streams on the pages, without scripts: an organisation sees to its endpoints by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from standardwebhooks import Webhook

from deploy.community import place as community
from tests.api.place import Place
from tests.api.test_streams import send as sent_by
from tests.consumers.receiving import Receiver, receiving
from tests.pages.conftest import Opening, Watched
from tests.pages.place import Story

pytestmark = pytest.mark.browser

REFUSED = re.compile("status of (409|422)")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


def send(place: Place) -> None:
    """What is due, in a thread: the browser's own loop runs in this one."""
    with ThreadPoolExecutor(1) as beside:
        beside.submit(sent_by, place).result(timeout=60)


def text(there: Watched) -> str:
    return there.page.inner_text("main")


def test_an_organisation_sees_to_its_endpoint_by_itself(
    story: Story, visiting: Opening, receiver: Receiver
) -> None:
    yusuf, tom = visiting("yusuf", scripts=False), visiting("tom", scripts=False)
    tom.open("/")
    tom.follow("Streams to our systems")
    assert "has to allow the host of your server first" in text(tom)
    assert "No mailbox is registered, so nothing is sent this way" in text(tom)
    tom.open("/streams/new")
    tom.page.fill("#name", "Case system")
    tom.page.fill("#url", receiver.url)
    tom.press("Add it")
    assert "The host of the place has not allowed this host" in text(tom)

    yusuf.open("/partners")
    yusuf.follow(community.TALKING.name)
    yusuf.follow("Where it may be told of news")
    assert "No host is allowed" in text(yusuf)
    yusuf.follow("Allow a host")
    yusuf.page.fill("#host", "https://not.a.host/")
    yusuf.press("Allow it")
    assert "Write the name of a host in small letters" in text(yusuf)
    yusuf.page.fill("#host", receiver.host)
    yusuf.press("Allow it")
    assert yusuf.done == "Endpoints may be at this host."
    assert receiver.host in text(yusuf)

    tom.press("Add it")
    assert "It is shown this once" in text(tom)
    secret = tom.page.inner_text(".tc-code")
    send(story.place)
    assert receiver.got, "the news there was"
    tom.follow("The endpoint")
    assert secret not in text(tom)
    assert "Answered 204" in text(tom)
    endpoint = tom.page.url

    receiver.status, receiver.answer = 503, b"back at eight"
    tom.follow("Send a test")
    tom.press("Send it")
    assert tom.done.startswith("The test is on its way.")
    send(story.place)
    tom.page.reload()
    tom.page.get_by_text(re.compile("^Bodies")).first.click()
    assert "Answered 503" in text(tom)
    assert "back at eight" in text(tom)
    assert "share.Test.v1" in text(tom)
    assert Webhook(secret).verify(receiver.got[-1].body, receiver.got[-1].headers)
    seen = visiting("tom")
    for path in (endpoint, f"{endpoint}/replay", f"{endpoint}/secret"):
        seen.page.goto(path)
        seen.is_accessible(1440, 320)

    receiver.status = 204
    tom.follow("Change its secret")
    tom.press("Make a new secret")
    new = tom.page.inner_text(".tc-code")
    assert "messages are signed with both" in text(tom)
    assert tom.page.title().startswith("The secret of Case system")
    tom.page.goto(f"{endpoint}/secret")
    tom.press("Make a new secret")
    assert tom.page.title().startswith("Error: Change its secret")
    assert "Two secrets are good already" in text(tom)
    tom.page.goto(endpoint)
    tom.follow("Replay from a number or time")
    tom.press("Ask for the replay")
    assert "Give a number or a time" in text(tom)
    tom.page.fill("#after", "0")
    tom.page.fill("#type", "referral, contact")
    tom.press("Ask for the replay")
    assert tom.done == "The replay is asked for."
    send(story.place)
    last = receiver.got[-1]
    assert last.said["data"]["type"] == ["referral", "contact"]
    for each in (secret, new):
        Webhook(each).verify(last.body, last.headers)

    tom.page.reload()
    tom.leave_by(tom.page.get_by_role("link", name=re.compile("^Send again")).first)
    tom.press("Send it again")
    assert tom.done == "They are sent again."
    send(story.place)
    assert receiver.got[-1].headers["webhook-id"] == last.headers["webhook-id"]

    watching = visiting("yusuf")
    watching.open("/operations")
    watching.is_accessible(1440, 320)
    yusuf.open("/operations")
    row = yusuf.page.get_by_role("row").filter(has_text=community.TALKING.name)
    assert f"{receiver.host}; since" in row.inner_text()
    assert receiver.url not in text(yusuf)
    tom.open("/streams")
    assert "Endpoints that are told: 1 of 1." in text(tom)
    assert "Your systems have not asked yet." in text(tom)
    tom.page.goto(endpoint)

    for link, button, done in (
        ("Pause it", "Pause it", "The endpoint is paused."),
        ("Resume it", "Resume it", "The endpoint is told again."),
        ("End it", "End it", "Nothing is sent to the endpoint any more."),
    ):
        tom.follow(link)
        tom.press(button)
        assert tom.done == done
    assert tom.page.get_by_role("link", name="Send a test").count() == 0
    tom.follow("Streams")
    assert "Ended: Case system" in text(tom)
    yusuf.open(f"/partners/{community.TALKING.id}/webhook-hosts")
    yusuf.leave_by(yusuf.page.get_by_role("link", name=re.compile("^Take it back")))
    yusuf.press("Take it back")
    assert "No host is allowed" in text(yusuf)
    for there in (tom, yusuf, seen):
        assert [said for said in there.complaints if not REFUSED.search(said)] == []


def test_nobody_else_sees_to_streams(story: Story, visiting: Opening) -> None:
    priya = visiting("priya", scripts=False)
    priya.open("/")
    assert "Streams to our systems" not in priya.page.inner_text("body")
    for path in ("/streams", f"/partners/{community.TALKING.id}/webhook-hosts"):
        answer = priya.page.goto(path)
        assert answer is not None
        assert answer.status == 403
