"""Partners' NHS MESH mailboxes: the pages of the feed as files, each once, whatever happens.

They are put into NHS England's own sandbox, and read there by its own client.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread
from types import FrameType
from typing import Any
from uuid import UUID

import orjson
import psycopg
import pytest
from mesh_client import MeshClient

from consumers.mesh import Mailings, MeshIsAway, connected
from consumers.watchdog import Watchdog
from deploy import wiring
from deploy.cli import main
from deploy.embedded import Embedded
from deploy.mailing import mailings
from deploy.settings import from_environment
from domain.vocabulary import PartnerId, PartnerKind, Way
from projections import mailboxes, schema
from projections.mailboxes import Mailbox
from projections.statements import statements
from tests.consumers.place import HOUSING, THERAPIES, Place, place
from tests.consumers.receiving import receiving
from tests.consumers.sandboxes import (
    OTHERS,
    OURS,
    PASSWORD,
    SHARED_KEY,
    THEIRS,
    Came,
    MeshSandbox,
)
from tests.consumers.test_relay_parking import unreadable
from tests.database import made
from tests.waiting import until

WORKFLOW = "THROUGHCARE_TEST"
NUMBERS = statements("share")["numbers"]


def must_not_end(code: int) -> None:
    raise AssertionError(f"the watchdog ended the process with {code}")


WATCHDOG = Watchdog(must_not_end)


@dataclass
class Post:
    """A place, its sender, and the mailboxes that it fills."""

    town: Place
    sandbox: MeshSandbox

    @property
    def housing(self) -> PartnerId:
        return self.town.partners[HOUSING]

    def mailings(
        self,
        kind: type[Mailings] = Mailings,
        *,
        most: int = 1_000,
        connect: Callable[[], MeshClient] | None = None,
    ) -> Mailings:
        return kind(
            self.town.dsn,
            self.town.keys,
            connect or self.sandbox.sender,
            WATCHDOG,
            lambda: datetime.now(UTC),
            workflow=WORKFLOW,
            most=most,
        )

    def send(self, mailings: Mailings | None = None) -> int:
        """All that there is to send; how many messages."""
        with psycopg.connect(self.town.dsn, autocommit=True) as connection:
            return (mailings or self.mailings()).send(connection)

    def told(self, people: int = 1, kind: PartnerKind = HOUSING) -> int:
        """A partner is told of some more people; its newest number."""
        for _ in range(people):
            self.town.refer(kind)
        if people:
            self.town.tell()
        with psycopg.connect(self.town.dsn) as connection:
            told: dict[UUID, int] = dict(connection.execute(NUMBERS).fetchall())
        return told.get(self.town.partners[kind], 0)

    def registered(
        self, name: str = THEIRS, kind: PartnerKind = HOUSING, after: int = 0
    ) -> Mailbox:
        partner = self.town.partners[kind]
        with psycopg.connect(self.town.dsn, autocommit=True) as connection:
            mailboxes.begin(connection, partner, name, after, datetime.now(UTC))
        return self.stands(kind)

    def stands(self, kind: PartnerKind = HOUSING) -> Mailbox:
        with psycopg.connect(self.town.dsn, autocommit=True) as connection:
            (found,) = [
                each
                for each in mailboxes.standing(connection)
                if each.partner == self.town.partners[kind]
            ]
        return found

    def owner(self, statement: str, *asked: object) -> list[Any]:
        with psycopg.connect(self.town.database.dsn("postgres")) as connection:
            found = connection.execute(statement, asked)
            return found.fetchall() if found.description else []


@pytest.fixture(scope="module")
def town(server: Embedded) -> Iterator[Place]:
    """One place for all of these: each test begins with mailboxes that nothing is in."""
    with made(server) as database, place(database) as town:
        town.sign(THERAPIES)
        yield town


@pytest.fixture
def post(town: Place, sandbox: MeshSandbox) -> Iterator[Post]:
    yield Post(town, sandbox)
    with psycopg.connect(town.dsn, autocommit=True) as connection:
        for partner in town.partners.values():
            mailboxes.end(connection, partner, datetime.now(UTC))


def numbers(came: Sequence[Came]) -> list[int]:
    return [entry["sharenumber"] for each in came for entry in orjson.loads(each.body)]


def test_what_lies_in_a_mailbox_says_whose_it_is_and_which_entries_and_was_looked_at(
    post: Post,
) -> None:
    newest, to = post.told(3), post.registered()
    assert newest >= 3
    count = post.send(post.mailings(most=2))
    lies = post.sandbox.lies()
    assert (len(lies), numbers(lies)) == (count, list(range(1, newest + 1)))
    for at, each in enumerate(lies):
        first = 2 * at + 1
        last = min(first + 1, newest)
        name = f"{post.housing}.{to.number}.{first}-{last}"
        assert (each.name, each.file) == (name, f"{name}.json")
        assert (each.workflow, each.media) == (WORKFLOW, "application/cloudevents-batch+json")
        assert post.owner(
            "select cardinality(persons) from looks.looks "
            "where route = 'mesh' and organisation = %s and first = %s and last = %s",
            *(post.housing, first, last),
        )
    assert post.send() == 0
    assert post.told() > newest
    assert post.send() == 1
    assert numbers(post.sandbox.lies())[-1] == post.stands().reached == post.told(0)


class Killed(BaseException):
    """The process ends here."""


@contextmanager
def killed_before(line: int) -> Iterator[list[int]]:
    """End before the given line of what sends and writes down; how many lines there were."""
    seen = [0]

    def count(frame: FrameType, event: str, arg: object) -> Any:
        if event == "line":
            seen[0] += 1
            if seen[0] > line:
                raise Killed
        return count

    def trace(frame: FrameType, event: str, arg: object) -> Any:
        ours = Path(frame.f_code.co_filename).name in ("mesh.py", "mailboxes.py")
        return count if ours and frame.f_code.co_name in LIVES else None

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        yield seen
    finally:
        sys.settrace(before)


LINES = 45
"""More lines than a message is sent in, after one that was begun."""

LIVES = {"_next", "_put", "_taken", "write", "sent", "failing"}
"""The functions of ours between whose lines an entry can be left out or sent again."""


def lives(post: Post, mailings: Mailings, step: int = 1) -> list[int]:
    """A life that is ended before each line, then one that comes to its end; the numbers told."""
    began = post.told(0)
    post.registered(after=began)
    newest = post.told(12)
    for line in range(0, LINES, step):
        with suppress(Killed), killed_before(line) as seen:
            post.send(mailings)
        if seen[0] <= line:
            break
    post.send(mailings)
    return list(range(began + 1, newest + 1))


def test_a_sender_killed_before_any_line_leaves_no_entry_out_and_sends_none_twice(
    post: Post,
) -> None:
    told = lives(post, post.mailings(most=1))
    assert numbers(post.sandbox.lies()) == told


class Forgetful(Mailings):
    """The mutant: it sends again what was begun, and does not ask whether it was taken."""

    def _taken(self, client: MeshClient, name: str) -> str | None:
        return None


def test_one_that_does_not_ask_what_was_taken_is_found_out_by_the_same_kills(post: Post) -> None:
    lives(post, post.mailings(Forgetful, most=1), step=3)
    came = numbers(post.sandbox.lies())
    assert len(came) > len(set(came))


def test_a_mesh_that_is_away_is_waited_for_and_then_has_everything_once(post: Post) -> None:
    post.registered(after=post.told(0))
    post.told()
    post.send()
    taken = numbers(post.sandbox.lies())
    post.sandbox.stop()
    try:
        for _ in range(2):
            post.told()
            with pytest.raises(MeshIsAway):
                post.send()
    finally:
        post.sandbox.start()
    post.send()
    newest = post.told(0)
    assert post.stands().reached == newest
    assert numbers(post.sandbox.lies()) == list(range(taken[0], newest + 1))


def test_who_has_not_agreed_to_it_gets_nothing_and_who_has_gets_what_waited_later(
    post: Post,
) -> None:
    post.registered(after=post.told(0))
    post.town.sign(HOUSING, ways=tuple(way for way in Way if way is not Way.MESH))
    newest = post.told()
    assert post.send() == 0
    assert post.sandbox.lies() == []
    post.town.sign(HOUSING)
    post.town.tell()
    assert post.send() == 1
    assert newest in numbers(post.sandbox.lies())


def test_a_mailbox_that_mesh_does_not_know_holds_up_nobody_else(post: Post) -> None:
    post.registered("X26NOBODY", after=post.told(0))
    post.registered(OTHERS, THERAPIES, after=post.told(0, THERAPIES))
    post.told()
    newest = post.told(1, THERAPIES)
    for _ in range(2):
        post.send()
    assert post.stands().failure.startswith("refused: ")
    assert numbers(post.sandbox.lies(OTHERS))[-1] == newest
    post.registered(after=post.stands().reached)
    post.send()
    assert post.stands().failure == ""
    assert numbers(post.sandbox.lies())[-1] == post.told(0)


def test_what_cannot_be_read_is_not_passed_over(post: Post) -> None:
    post.registered(after=post.told(0))
    post.told()
    bad, newest = post.told(0), post.told()
    with unreadable(post.town, post.housing, bad):
        post.send()
        assert post.stands().reached == bad - 1
        assert post.stands().failure.startswith(f"{bad} cannot be read")
    post.send()
    assert numbers(post.sandbox.lies())[-1] == newest


def test_what_a_partner_took_out_it_has_read(post: Post) -> None:
    post.registered(after=post.told(0))
    before = post.told(0)
    newest = post.told(3)
    post.send(post.mailings(most=1))
    assert post.stands().collected is None
    post.sandbox.collect(most=2)
    post.send()
    assert post.stands().collected == before + 2
    read = "select number from delivery.readers where partner = %s and way = 'mesh'"
    assert post.owner(read, post.housing) == [(before + 2,)]
    post.sandbox.collect()
    post.send()
    assert (post.stands().collected, post.sandbox.lies()) == (newest, [])


def test_it_does_not_go_where_it_is_sent_on_to(post: Post) -> None:
    """What is asked of somebody in between must not be said to anybody else."""
    post.registered(after=post.told(0))
    post.told()
    with receiving() as between:
        between.status = 307
        between.headers = {"location": f"{post.sandbox.url}/messageexchange/{OURS}/outbox"}
        url = between.url.removesuffix("/news")
        going = post.mailings(connect=lambda: connected(url, OURS, PASSWORD, SHARED_KEY))
        with pytest.raises(MeshIsAway, match="TooManyRedirects"):
            post.send(going)
        assert len(between.got) == 1
    assert post.sandbox.lies() == []


def test_a_proxy_of_the_environment_is_not_asked(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    post.registered(after=post.told(0))
    post.told()
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    with receiving() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://{proxy.host}")
        assert post.send() == 1
        assert proxy.connections == 0


def test_what_is_set_is_what_the_relay_sends_by(post: Post, tmp_path: Path) -> None:
    newest = post.told()
    post.registered(after=newest - 1)
    (tmp_path / "password").write_text(PASSWORD)
    (tmp_path / "shared").write_text(SHARED_KEY)
    set_so = {
        "URL": post.sandbox.url,
        "MAILBOX": OURS,
        "PASSWORD_FILE": str(tmp_path / "password"),
        "SHARED_KEY_FILE": str(tmp_path / "shared"),
        "WORKFLOW": WORKFLOW,
    }
    asked = from_environment({f"THROUGHCARE_MESH_{name}": value for name, value in set_so.items()})
    assert asked.mesh is not None
    place = wiring.Database({schema.RELAY: post.town.dsn}, b"", tmp_path)
    stop = Event()
    running = Thread(target=mailings(asked.mesh, place, post.town.keys).run, args=[stop])
    running.start()
    try:
        until(post.sandbox.lies)
    finally:
        stop.set()
        running.join(20)
    assert [(each.workflow, numbers([each])) for each in post.sandbox.lies()] == [
        (WORKFLOW, [newest])
    ]


@pytest.fixture
def command(
    post: Post,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsysbinary: pytest.CaptureFixture[bytes],
) -> Callable[..., tuple[int, list[dict[str, Any]]]]:
    """`throughcare mailbox`: its exit code and what it prints."""
    (tmp_path / "roles.json").write_text(json.dumps(dict.fromkeys(schema.ROLES, "unused")))
    monkeypatch.setenv("THROUGHCARE_DATA", str(tmp_path))
    monkeypatch.setenv("THROUGHCARE_DATABASE", post.town.database.dsn("postgres"))

    def types(*words: str) -> tuple[int, list[dict[str, Any]]]:
        code, _ = 0, capsysbinary.readouterr()
        try:
            main(["mailbox", *words])
        except SystemExit as ended:
            code = int(ended.code or 0)
        return code, [json.loads(line) for line in capsysbinary.readouterr().out.splitlines()]

    return types


def test_the_host_says_by_command_whose_mailbox_is_which(
    post: Post, command: Callable[..., tuple[int, list[dict[str, Any]]]]
) -> None:
    housing = str(post.housing)
    assert command(housing) == (3, [])
    assert command(housing, "no-mailbox")[0] == 2
    post.town.sign(HOUSING, ways=(Way.FEED,))
    post.town.tell()
    assert command(housing, THEIRS) == (4, [])
    post.town.sign(HOUSING)
    newest = post.told()
    code, (row,) = command(housing, THEIRS)
    assert (code, row["mailbox"], row["reached"]) == (0, THEIRS, 0)
    post.send()
    assert command(housing) == command(housing, THEIRS)
    assert command(housing)[1][0]["reached"] == newest
    assert command(housing, OTHERS)[1][0]["reached"] == newest
    assert command(housing, THEIRS, "--after", str(newest - 1))[1][0]["reached"] == newest - 1
    post.send()
    assert numbers(post.sandbox.lies()) == [*range(1, newest + 1), newest]
    assert post.sandbox.lies(OTHERS) == []
    assert command(housing, "--end")[0] == 0
    assert command(housing)[0] == 3
    post.told()
    assert post.send() == 0
