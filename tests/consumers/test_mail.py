"""Letters to partners without systems, through a server of mail: none lost, and none that tells."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from threading import Event, Thread
from time import monotonic
from typing import Any

import psycopg
import pytest
from aiosmtpd.controller import Controller

from consumers.mail import RETRIES, Folder, Mails, NotSent, Post, Server
from consumers.watchdog import Watchdog
from domain.vocabulary import PartnerKind, ReferralId, Way
from projections import links
from projections.sessions import hashed
from tests.consumers.brokers import free_port
from tests.consumers.certificates import certified
from tests.consumers.place import HOUSING, PRACTICE, Place
from tests.consumers.test_relay import must_not_end
from tests.waiting import until

TO, FROM, HERE = "referrals@doorstep.example", "care@trust.example", "https://care.example"
NAME, ASK, PHONE = "Mina Sorrel", "help with her tenancy", "07700 900456"
LINK = re.compile(rf"{re.escape(HERE)}/link/(\S+)")


@dataclass
class Taken:
    """What a server of mail took, and with what it answers."""

    answer: str = "250 OK"
    letters: list[tuple[str, EmailMessage]] = field(default_factory=list)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        if self.answer.startswith("250"):
            letter = message_from_bytes(envelope.content, policy=policy.default)
            assert isinstance(letter, EmailMessage)
            self.letters.append((envelope.rcpt_tos[0], letter))
        return self.answer


@contextmanager
def serving(taken: Taken, certificate: Path | None = None) -> Iterator[int]:
    """A server of mail on a port of this machine; with a certificate it takes nothing in plain."""
    more: dict[str, Any] = {}
    if certificate:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate)
        more = {"tls_context": context, "require_starttls": True}
    port = free_port()
    controller = Controller(taken, hostname="127.0.0.1", port=port, **more)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


@dataclass
class Clock:
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def connection(town: Place) -> Iterator[psycopg.Connection]:
    """As who relays; Housing agreed to be sent links."""
    town.sign(HOUSING, ways=(Way.FEED, Way.MAIL))
    town.tell()
    with psycopg.connect(town.dsn, autocommit=True) as connection:
        links.agree(connection, town.partners[HOUSING], TO)
        yield connection


def mails(town: Place, post: Post, clock: Clock | None = None) -> Mails:
    watchdog = Watchdog(must_not_end)
    return Mails(town.dsn, town.keys, post, watchdog, clock or Clock(), place=HERE, sender=FROM)


def referred(town: Place, to: PartnerKind = HOUSING) -> ReferralId:
    referral, _ = town.refer(to, ask=ASK, name=NAME, phone=PHONE)
    town.tell()
    return referral


def opens(connection: psycopg.Connection, letter: EmailMessage) -> ReferralId | None:
    """To which referral what is in a letter leads, today."""
    (token,) = LINK.findall(letter.get_content())
    row = connection.execute(
        "select referral from links.links where hash = %s and revoked_at is null "
        "and ends_at > clock_timestamp()",
        [hashed(token)],
    ).fetchone()
    return ReferralId(row[0]) if row else None


def test_a_letter_over_tls_says_nothing_of_whom_and_leads_to_the_referral(
    town: Place, connection: psycopg.Connection, tmp_path: Path
) -> None:
    authority, certificate = certified(tmp_path)
    taken = Taken()
    with serving(taken, certificate) as port:
        post = Server("127.0.0.1", port, implicit=False, plain=False, authority=authority)
        writing = mails(town, post)
        referral, _ = referred(town), referred(town, PartnerKind.TALKING_THERAPIES)
        assert writing.once(connection) == 1
        assert writing.once(connection) == 0, "each is written once"
    ((to, letter),) = taken.letters
    assert (to, letter["To"], letter["From"]) == (TO, TO, FROM)
    assert opens(connection, letter) == referral
    whole = letter.as_string()
    for personal in (*NAME.split(), ASK, PHONE, str(referral), "low mood", "sleep"):
        assert personal.casefold() not in whole.casefold()
    kept = connection.execute("select t::text from links.links as t").fetchall()
    assert LINK.findall(letter.get_content())[0] not in str(kept)


def test_a_server_that_is_not_believed_is_told_nothing(
    town: Place, connection: psycopg.Connection, tmp_path: Path
) -> None:
    _, certificate = certified(tmp_path)
    taken = Taken()
    letter = EmailMessage()
    letter["From"], letter["To"] = FROM, TO
    with serving(taken, certificate) as port:
        for host in ("127.0.0.1", "localhost"):
            with pytest.raises(NotSent, match="SSLCertVerificationError"):
                Server(host, port, implicit=False, plain=False).send(letter)
    with serving(taken) as port, pytest.raises(NotSent, match="SMTPNotSupportedError"):
        Server("127.0.0.1", port, implicit=False, plain=False).send(letter)
    assert not taken.letters


def test_a_server_that_says_nothing_is_given_up_in_time() -> None:
    letter = EmailMessage()
    letter["From"], letter["To"] = FROM, TO
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port, began = silent.getsockname()[1], monotonic()
        with pytest.raises(NotSent, match="SMTPServerDisconnected"):
            Server("127.0.0.1", port, implicit=False, plain=True, deadline=0.3).send(letter)
    assert monotonic() - began < 5
    with pytest.raises(NotSent, match="ConnectionRefusedError"):
        Server("127.0.0.1", port, implicit=False, plain=True, deadline=0.3).send(letter)


def test_what_is_not_taken_is_tried_again_and_then_given_up_until_somebody_asks(
    town: Place, connection: psycopg.Connection
) -> None:
    taken, clock = Taken("451 not now"), Clock()
    with serving(taken) as port:
        writing = mails(town, Server("127.0.0.1", port, implicit=False, plain=True), clock)
        referral = referred(town)
        assert writing.once(connection) == 0
        assert links.letters(connection).failing == 1
        (why,) = connection.execute("select failure from links.letters").fetchone() or ()
        assert why == "SMTPDataError 451"
        for pause in RETRIES:
            clock.now += pause - timedelta(seconds=1)
            assert not links.due(connection, clock.now), "not before its time"
            clock.now += timedelta(seconds=1)
            assert writing.once(connection) == 0
        stands = links.letters(connection)
        assert (stands.waiting, stands.given_up) == (0, 1)
        clock.now += timedelta(days=9)
        assert writing.once(connection) == 0
        taken.answer = "250 OK"
        assert links.try_again(connection, town.partners[HOUSING], clock.now) == 1
        assert writing.once(connection) == 1
    ((_, letter),) = taken.letters
    assert opens(connection, letter) == referral
    assert links.letters(connection).given_up == 0


@dataclass
class CutOff:
    """Takes a letter, whereupon who sent it is no more."""

    taken: list[EmailMessage]

    def send(self, letter: EmailMessage) -> None:
        self.taken.append(letter)
        raise KeyboardInterrupt


def test_who_is_cut_off_after_a_letter_sends_it_again_and_the_later_one_opens(
    town: Place, connection: psycopg.Connection, tmp_path: Path
) -> None:
    referral, taken = referred(town), list[EmailMessage]()
    with pytest.raises(KeyboardInterrupt):
        mails(town, CutOff(taken)).once(connection)
    assert mails(town, Folder(tmp_path / "mail")).once(connection) == 1
    (file,) = (tmp_path / "mail").iterdir()
    again = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert isinstance(again, EmailMessage)
    assert opens(connection, taken[0]) is None
    assert opens(connection, again) == referral


def test_another_link_goes_to_the_agreed_address_once_and_answers_are_told(
    town: Place, connection: psycopg.Connection
) -> None:
    taken, clock = Taken(), Clock()
    with serving(taken) as port:
        writing = mails(town, Server("127.0.0.1", port, implicit=False, plain=True), clock)
        referral = referred(town)
        assert writing.once(connection) == 1
        (token,) = LINK.findall(taken.letters[0][1].get_content())
        for _ in range(3):
            asked = town.database.connect("throughcare_serve")
            asked.execute(links.SQL["want"], {"hash": hashed(token)})
        clock.now = datetime.now(UTC)
        assert writing.once(connection) == 1
        assert writing.once(connection) == 0
        assert [to for to, _ in taken.letters] == [TO, TO]
        assert opens(connection, taken.letters[1][1]) == referral

        housing, practice = town.asked(HOUSING), town.asked(PRACTICE)
        town.care.ask_information(referral, question="Is she at home?", asked=housing)
        town.tell()
        assert writing.once(connection) == 0, "its own question is no news to it"
        town.care.give_information(referral, answer="On Mondays.", asked=practice)
        town.tell()
        clock.now = datetime.now(UTC)
        assert writing.once(connection) == 1
        assert "Monday" not in taken.letters[2][1].as_string()


def test_nobody_is_written_to_who_does_not_agree_to_it(
    town: Place, connection: psycopg.Connection
) -> None:
    taken = Taken()
    with serving(taken) as port:
        writing = mails(town, Server("127.0.0.1", port, implicit=False, plain=True))
        referred(town)
        town.sign(HOUSING, ways=(Way.FEED,))
        town.tell()
        assert writing.once(connection) == 0
        town.sign(HOUSING, ways=(Way.FEED, Way.MAIL))
        town.tell()
        assert links.end(connection, town.partners[HOUSING])
        assert writing.once(connection) == 0
        links.agree(connection, town.partners[HOUSING], TO)
        assert writing.once(connection) == 0, "of what was told before, nobody is written to"
    assert not taken.letters


def test_the_loop_writes_by_itself_and_ends_when_it_is_told_to(
    town: Place, connection: psycopg.Connection, tmp_path: Path
) -> None:
    referral, stop = referred(town), Event()
    loop = Thread(target=mails(town, Folder(tmp_path)).run, args=[stop])
    loop.start()
    try:
        until(lambda: [*tmp_path.glob("*.eml")])
    finally:
        stop.set()
        loop.join(15)
    assert not loop.is_alive()
    (file,) = tmp_path.glob("*.eml")
    letter = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert isinstance(letter, EmailMessage)
    assert opens(connection, letter) == referral
