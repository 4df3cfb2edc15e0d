"""Partners' endpoints hear of news until they say so: signed, in order, and nothing of anybody."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from ipaddress import ip_network
from threading import Event, Thread
from typing import TypeVar
from uuid import UUID, uuid4

import psycopg
import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from consumers.outward import MOST, Outward
from consumers.webhooks import JITTER, KEPT, RETRIES, SOONER, Webhooks
from deploy.embedded import Embedded
from domain.vocabulary import PartnerId
from projections import schema
from projections.behalf import acting_for
from projections.connections import async_pool
from projections.contract import Contract, Deprecated
from projections.contract import contract as published
from projections.endpoints import NEWS, Attempt, Endpoint, Endpoints, Sent
from projections.webhook_secrets import Seals, new_secret
from tests.consumers.place import HOUSING, THERAPIES, Place, place
from tests.consumers.receiving import Received, Receiver, receiving
from tests.database import made
from tests.waiting import until

T = TypeVar("T")
ADMIN = UUID(int=7)
ALL = 2**62


@dataclass
class Post:
    """A place with a sender, the clock it goes by, and what its partners' administrators ask."""

    town: Place
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    seals: Seals = field(default_factory=lambda: Seals(bytes(32)))
    agreed: bool = True
    taken: list[tuple[PartnerId, bytes]] = field(default_factory=list)
    made: list[Endpoint] = field(default_factory=list)

    @property
    def sender(self) -> Webhooks:
        return Webhooks(
            self.town.dsn,
            self.seals,
            OUTWARD,
            clock=lambda: self.now,
            may_use=self._may_use,
            take=self._take,
            chance=lambda: 0.5,
        )

    async def _may_use(self, partner: PartnerId) -> bool:
        return self.agreed

    async def _take(self, partner: PartnerId, raw: bytes, _: object) -> int:
        self.taken.append((partner, raw))
        return 1

    def send(self) -> int:
        """Everything that is due by now."""
        return asyncio.run(self.sender.once())

    def later(self, by: timedelta) -> int:
        self.now += by
        return self.send()

    def asked(self, of: Callable[[Endpoints], Awaitable[T]], partner: PartnerId | None = None) -> T:
        async def asking() -> T:
            async with async_pool(self.town.database.dsn(schema.SERVE)) as pool:
                with acting_for(partner or self.housing):
                    return await of(Endpoints(pool, self.seals))

        return asyncio.run(asking())

    @property
    def housing(self) -> PartnerId:
        return self.town.partners[HOUSING]

    def news(self, people: int = 1, to: str = HOUSING) -> int:
        """Housing advice is told of some more people; the newest number."""
        for _ in range(people):
            self.town.refer(HOUSING)
        self.town.tell()
        return self.town.told()[self.housing]

    def endpoint(
        self, receiver: Receiver, partner: PartnerId | None = None
    ) -> tuple[Endpoint, Webhook]:
        """An endpoint at a receiver, and what verifies its messages."""
        theirs, secret = partner or self.housing, new_secret()

        async def add(kept: Endpoints) -> Endpoint:
            await kept.say_host(theirs, receiver.host, allowed=True, by=ADMIN, at=self.now)
            return await kept.add(
                uuid4(), theirs, "Our server", receiver.url, secret, by=ADMIN, at=self.now
            )

        self.made.append(self.asked(add, theirs))
        return self.made[-1], Webhook(secret)

    def stands(self, endpoint: Endpoint) -> Endpoint:
        return self.asked(lambda k: k.one(endpoint.id, endpoint.partner, at=self.now))

    def attempts(self, endpoint: Endpoint) -> list[Attempt]:
        """The oldest first."""
        found = self.asked(
            lambda k: k.attempts(endpoint.id, endpoint.partner, before=ALL, limit=100, at=self.now)
        )
        return found[::-1]

    def messages(self, endpoint: Endpoint) -> list[Sent]:
        found = self.asked(
            lambda k: k.messages(endpoint.id, endpoint.partner, before=ALL, limit=100, at=self.now)
        )
        return found[::-1]


@pytest.fixture(scope="module")
def town(server: Embedded) -> Iterator[Place]:
    """One place for all of these: each test has an endpoint of its own, and ends it."""
    with made(server) as database, place(database) as town:
        yield town


OUTWARD = Outward(also=[ip_network("127.0.0.0/8")], deadline=5)


@pytest.fixture
def post(town: Place) -> Iterator[Post]:
    made = Post(town)
    yield made
    for endpoint in made.made:
        made.asked(
            lambda k, each=endpoint: k.become(each.id, each.partner, "ended", at=made.now),  # type: ignore[misc]
            endpoint.partner,
        )


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


def test_news_is_one_signed_message_that_says_up_to_which_number(
    post: Post, receiver: Receiver
) -> None:
    endpoint, verifier = post.endpoint(receiver)
    newest = post.news(people=3)
    assert post.send() == 1
    (got,) = receiver.got
    said = verifier.verify(got.body, got.headers)
    assert said == {
        "type": "share.News.v1",
        "timestamp": post.now.isoformat(),
        "data": {"up_to": newest},
    }
    assert got.headers["content-type"] == "application/json"
    assert got.headers["webhook-id"] == f"msg_{post.messages(endpoint)[0].id}"
    assert post.stands(endpoint).told == newest
    assert post.send() == 0, "what is known is not said again"
    with pytest.raises(WebhookVerificationError):
        verifier.verify(got.body.replace(b"up_to", b"up_t0"), got.headers)
    with pytest.raises(WebhookVerificationError):
        verifier.verify(got.body, got.headers | {"webhook-id": "msg_other"})


def test_nothing_of_anybody_is_in_a_message(post: Post, receiver: Receiver) -> None:
    post.endpoint(receiver)
    _, ann = post.town.refer(HOUSING, name="Wilhelmina Oddname", ask="zither debt")
    post.town.tell()
    post.send()
    (got,) = receiver.got
    everything = repr((got.path, got.headers, got.body)).casefold()
    subject = post.town.pseudonyms.of(post.housing, ann)
    for word in ("wilhelmina", "oddname", "zither", str(ann), str(subject), str(post.housing)):
        assert word not in everything


def test_an_hour_of_failures_loses_nothing_and_ends_in_one_message(
    post: Post, receiver: Receiver
) -> None:
    endpoint, verifier = post.endpoint(receiver)
    receiver.status = 500
    began, newest = post.now, 0
    while post.now < began + timedelta(hours=1):
        newest = post.news()
        post.send()
        post.now += timedelta(minutes=6)
    failed = len(receiver.got)
    assert 3 <= failed <= 8, "it is left in peace between tries"
    assert {a.status for a in post.attempts(endpoint)} == {500}
    receiver.status = 204
    receiver.got.clear()
    for _ in range(20):
        post.later(timedelta(minutes=10))
    (only,) = receiver.got
    assert signed_by(verifier, only)
    assert only.said["data"] == {"up_to": newest}
    known = post.messages(endpoint)
    assert [m.up_to for m in known] == sorted(m.up_to for m in known), "never back"
    assert [m.state for m in known] == ["superseded"] * (len(known) - 1) + ["delivered"]
    assert post.stands(endpoint).told == newest


def signed_by(verifier: Webhook, got: Received) -> bool:
    """Whether one of its signatures is this verifier's, by the clock that the test goes by."""
    at = datetime.fromtimestamp(int(got.headers["webhook-timestamp"]), UTC)
    own = verifier.sign(got.headers["webhook-id"], at, got.body.decode())
    return own in got.headers["webhook-signature"].split(" ")


def test_a_try_that_failed_is_made_again_with_the_same_id_and_bytes(
    post: Post, receiver: Receiver
) -> None:
    _, verifier = post.endpoint(receiver)
    post.news()
    receiver.status = 503
    post.send()
    assert post.send() == 0, "not before its time"
    receiver.status = 200
    assert post.later(RETRIES[0] * (1 + JITTER / 2)) == 1
    first, second = receiver.got
    assert first.body == second.body
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.headers["webhook-timestamp"] != second.headers["webhook-timestamp"]
    for each in (first, second):
        verifier.verify(each.body, each.headers)


def test_tries_go_on_for_three_days_and_then_the_endpoint_is_disabled(
    post: Post, receiver: Receiver
) -> None:
    endpoint, _ = post.endpoint(receiver)
    newest = post.news()
    receiver.status = 500
    began = post.now
    tries = post.send()
    while (stands := post.stands(endpoint)).state == "active":
        assert stands.due_at is not None
        tries += post.later(stands.due_at - post.now)
    assert tries == len(RETRIES) + 1 == 10
    assert timedelta(days=3) <= post.now - began <= timedelta(days=3.75)
    assert (stands.state, stands.why) == ("disabled", "silent")
    assert post.later(timedelta(days=1)) == 0
    receiver.status = 204
    post.asked(lambda k: k.become(endpoint.id, post.housing, "active", at=post.now))
    assert post.send() == 1
    assert receiver.got[-1].up_to == newest, "nothing was lost meanwhile"


def test_newer_news_does_not_wait_for_a_try_that_is_hours_away(
    post: Post, receiver: Receiver
) -> None:
    endpoint, _ = post.endpoint(receiver)
    post.news()
    receiver.status = 500
    post.send()
    while (due := post.stands(endpoint).due_at) is not None and due - post.now < SOONER * 2:
        post.later(due - post.now)
    post.now += timedelta(minutes=1)
    newest = post.news()
    assert post.send() == 0
    receiver.status = 204
    assert post.later(SOONER) == 1
    assert receiver.got[-1].up_to == newest


def test_an_endpoint_that_is_gone_is_not_asked_again(post: Post, receiver: Receiver) -> None:
    endpoint, _ = post.endpoint(receiver)
    post.news()
    receiver.status = 410
    assert post.send() == 1
    stands = post.stands(endpoint)
    assert (stands.state, stands.why) == ("disabled", "gone")
    post.news()
    assert post.later(timedelta(days=2)) == 0
    assert [m.state for m in post.messages(endpoint)] == ["given up"]


def test_paused_it_hears_nothing_and_resumed_of_everything_at_once(
    post: Post, receiver: Receiver
) -> None:
    endpoint, _ = post.endpoint(receiver)
    post.asked(lambda k: k.become(endpoint.id, post.housing, "paused", at=post.now))
    newest = post.news(people=4)
    assert post.later(timedelta(days=1)) == 0
    post.asked(lambda k: k.become(endpoint.id, post.housing, "active", at=post.now))
    post.send()
    assert [got.up_to for got in receiver.got] == [newest]


def test_both_secrets_sign_until_the_older_one_ends(post: Post, receiver: Receiver) -> None:
    endpoint, old = post.endpoint(receiver)
    secret = new_secret()
    new, ends = Webhook(secret), post.now + timedelta(hours=24)
    post.asked(
        lambda k: k.rotate(
            endpoint.id, post.housing, uuid4(), secret, ends=ends, by=ADMIN, at=post.now
        )
    )
    post.news()
    post.send()
    (both,) = receiver.got
    assert len(both.headers["webhook-signature"].split(" ")) == 2
    for verifier in (old, new):
        verifier.verify(both.body, both.headers)
    post.now = ends
    post.news()
    post.send()
    last = receiver.got[-1]
    assert len(last.headers["webhook-signature"].split(" ")) == 1
    with pytest.raises(WebhookVerificationError):
        old.verify(
            last.body, last.headers | {"webhook-timestamp": both.headers["webhook-timestamp"]}
        )
    assert len(post.stands(endpoint).secrets) == 1


def test_a_secret_rests_sealed_and_who_serves_cannot_read_it(
    post: Post, receiver: Receiver
) -> None:
    secret = new_secret()

    async def add(kept: Endpoints) -> Endpoint:
        at = post.now
        await kept.say_host(post.housing, receiver.host, allowed=True, by=ADMIN, at=at)
        return await kept.add(uuid4(), post.housing, "Ours", receiver.url, secret, by=ADMIN, at=at)

    endpoint = post.asked(add)
    post.made.append(endpoint)
    rows = post.town.database.connect("postgres").execute(
        "select sealed from delivery.secrets where endpoint = %s", [endpoint.id]
    )
    ((sealed,),) = rows.fetchall()
    assert secret.encode() not in sealed
    assert post.seals.opened(sealed, endpoint.id, "secret") == secret.encode()
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        post.town.database.connect(schema.SERVE).execute("select sealed from delivery.secrets")


def test_what_was_answered_is_kept_in_part_and_sealed(post: Post, receiver: Receiver) -> None:
    endpoint, _ = post.endpoint(receiver)
    newest = post.news()
    receiver.status, receiver.answer = 500, b"our queue is full " * 1000
    post.send()
    (attempt,) = post.attempts(endpoint)
    assert (attempt.status, attempt.up_to, attempt.type) == (500, newest, "share.News.v1")
    assert attempt.body == receiver.got[0].body
    assert attempt.answer == receiver.answer[:KEPT]
    rows = post.town.database.connect("postgres").execute(
        "select answer from delivery.attempts where endpoint = %s", [endpoint.id]
    )
    assert all(b"our queue" not in sealed for (sealed,) in rows)


def test_what_an_endpoint_answers_with_is_taken_in(post: Post, receiver: Receiver) -> None:
    endpoint, _ = post.endpoint(receiver)
    post.news()
    receiver.status, receiver.answer = 200, b'[{"specversion": "1.0"}]'
    post.send()
    assert post.taken == [(post.housing, receiver.answer)]
    (attempt,) = post.attempts(endpoint)
    assert (attempt.taken, attempt.answer) == (1, b""), "it is kept where it was taken in"


def test_an_answer_that_only_says_thank_you_is_no_message(post: Post, receiver: Receiver) -> None:
    post.endpoint(receiver)
    post.news()
    receiver.status, receiver.answer = 200, b'{"ok": true}'
    post.send()
    assert post.taken == []


def test_messages_that_cannot_be_taken_in_are_answered_with_again(
    post: Post, receiver: Receiver
) -> None:
    endpoint, _ = post.endpoint(receiver)
    post.news()
    receiver.status, receiver.answer = 200, b'[{"specversion": "1.0"}' + b" " * MOST + b"]"
    post.send()
    (attempt,) = post.attempts(endpoint)
    assert (attempt.status, attempt.failure, post.taken) == (200, "answer-is-not-taken", [])
    receiver.answer = b'[{"specversion": "1.0"}]'
    post.later(RETRIES[0] * 2)
    assert post.taken == [(post.housing, receiver.answer)]


def test_a_test_is_sent_once_even_to_an_endpoint_that_is_paused(
    post: Post, receiver: Receiver
) -> None:
    endpoint, verifier = post.endpoint(receiver)
    post.asked(lambda k: k.become(endpoint.id, post.housing, "paused", at=post.now))
    receiver.status = 500
    post.asked(lambda k: k.test(endpoint.id, post.housing, uuid4(), at=post.now))
    assert post.send() == 1
    assert post.later(timedelta(hours=1)) == 0
    (got,) = receiver.got
    assert verifier.verify(got.body, got.headers)["type"] == "share.Test.v1"
    assert post.stands(endpoint).state == "paused"
    assert [(a.status, a.type) for a in post.attempts(endpoint)] == [(500, "share.Test.v1")]


def test_messages_are_sent_again_one_all_or_since_a_time(post: Post, receiver: Receiver) -> None:
    endpoint, _ = post.endpoint(receiver)
    receiver.status = 500
    post.news()
    post.send()
    receiver.status = 204
    post.now += timedelta(hours=1)
    post.news()
    post.send()
    lost, told = post.messages(endpoint)
    assert (lost.state, told.state) == ("superseded", "delivered")

    def again(message: UUID | None = None, since: datetime | None = None) -> list[str]:
        receiver.got.clear()
        post.asked(
            lambda k: k.send_again(
                endpoint.id, post.housing, key=uuid4(), message=message, since=since, at=post.now
            )
        )
        while post.send():
            pass
        return [got.headers["webhook-id"] for got in receiver.got]

    assert again(message=told.id) == [f"msg_{told.id}"]
    assert again() == [f"msg_{lost.id}"], "those that never arrived"
    assert again() == []
    assert again(since=told.made_at) == [f"msg_{told.id}"]
    assert again(since=lost.made_at) == [f"msg_{lost.id}", f"msg_{told.id}"]


def test_a_replay_asks_to_read_again_from_a_number(post: Post, receiver: Receiver) -> None:
    endpoint, verifier = post.endpoint(receiver)
    newest = post.news(people=2)
    post.send()
    wanted = {"type": ["referral"]}
    post.asked(
        lambda k: k.replay(endpoint.id, post.housing, uuid4(), after=1, wanted=wanted, at=post.now)
    )
    post.send()
    said = verifier.verify(receiver.got[-1].body, receiver.got[-1].headers)
    assert said["type"] == "share.Replay.v1"
    assert said["data"] == {"after": 1, "up_to": newest, "type": ["referral"]}


def test_a_host_that_is_allowed_no_more_is_not_called(post: Post, receiver: Receiver) -> None:
    endpoint, _ = post.endpoint(receiver)
    post.asked(
        lambda k: k.say_host(post.housing, receiver.host, allowed=False, by=ADMIN, at=post.now)
    )
    post.news()
    post.send()
    assert receiver.connections == 0
    assert [a.failure for a in post.attempts(endpoint)] == ["host-is-not-allowed"]


def test_nobody_is_told_whose_agreement_is_not_for_it(post: Post, receiver: Receiver) -> None:
    endpoint, _ = post.endpoint(receiver)
    post.news()
    post.agreed = False
    post.send()
    assert receiver.connections == 0
    stands = post.stands(endpoint)
    assert (stands.state, stands.why) == ("disabled", "not agreed")
    post.send()
    assert post.stands(endpoint).state == "disabled"
    post.agreed = True
    post.send()
    newest = post.town.told()[post.housing]
    assert [each.up_to for each in receiver.got] == [newest], "it goes on by itself"
    stands = post.stands(endpoint)
    assert (stands.state, stands.why) == ("active", "")


def test_an_endpoint_that_ended_otherwise_does_not_go_on_by_itself(
    post: Post, receiver: Receiver
) -> None:
    endpoint, _ = post.endpoint(receiver)
    receiver.status = 410
    post.news()
    post.send()
    receiver.status = 204
    post.send()
    assert post.stands(endpoint).why == "gone"
    assert len(receiver.got) == 1


def test_a_message_in_a_version_that_ends_says_so(post: Post, receiver: Receiver) -> None:
    news = published()[NEWS]
    ends = replace(news, deprecated=Deprecated(date(2027, 1, 4), date(2027, 9, 30)))
    post.endpoint(receiver)
    post.news()
    sender = post.sender
    sender._contract, sender._place = Contract([ends]), "https://throughcare.example"
    asyncio.run(sender.once())
    headers = {name.lower(): value for name, value in receiver.got[0].headers.items()}
    assert headers["sunset"] == "Fri, 01 Oct 2027 00:00:00 GMT"
    assert headers["link"].startswith("<https://throughcare.example/catalogue/share#share.News.v1>")


def test_who_does_not_answer_keeps_nobody_waiting(post: Post, receiver: Receiver) -> None:
    stop = Event()
    with receiving() as stuck:
        stuck.waits = Event()
        post.endpoint(stuck)
        post.news()
        thread = Thread(target=post.sender.run, args=(stop,))
        thread.start()
        until(lambda: stuck.got, within=20)
        therapies = post.town.partners[THERAPIES]
        post.endpoint(receiver, therapies)
        post.town.refer(THERAPIES)
        post.town.tell()
        until(lambda: receiver.got, within=20)
        assert len(stuck.got) == 1, "one at a time"
        stuck.waits.set()
        stop.set()
        thread.join(20)
    assert not thread.is_alive()


def test_a_sender_cut_off_while_it_waits_sends_the_same_again(
    post: Post, receiver: Receiver
) -> None:
    endpoint, _ = post.endpoint(receiver)
    newest = post.news()
    receiver.waits = Event()

    async def cut_off() -> None:
        sending = asyncio.create_task(post.sender.once())
        await asyncio.to_thread(until, lambda: receiver.got)
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)

    asyncio.run(cut_off())
    receiver.waits.set()
    receiver.waits = None
    assert post.attempts(endpoint) == []
    assert post.send() == 1
    first, second = receiver.got
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert (first.body, second.up_to) == (second.body, newest)


def test_another_partners_endpoint_is_not_there(post: Post, receiver: Receiver) -> None:
    endpoint, _ = post.endpoint(receiver)
    therapies = post.town.partners[THERAPIES]
    assert post.asked(lambda k: k.all(post.housing, at=post.now), therapies) == [], "the wall"
    assert endpoint.id in {e.id for e in post.asked(lambda k: k.all(post.housing, at=post.now))}
