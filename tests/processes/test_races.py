"""Two people answer the same thing at the same moment, hundreds of times: one of them is first.

Each races against another over HTTP, through two server processes over one PostgreSQL.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from threading import Barrier, local
from time import monotonic
from typing import Any
from uuid import UUID, uuid4, uuid5

import httpx
import psycopg
import pytest

from deploy.wiring import House as Parts
from domain.kernel import Asked
from domain.pathway import Pathway, pathway_of
from domain.person import Details
from domain.referral import Referral
from domain.vocabulary import (
    HandoverId,
    Mode,
    PartnerId,
    PersonId,
    ReferralId,
    Responsibility,
    Role,
    ServiceId,
    Source,
)
from projections import schema
from tests.people import KINDS, SERVICES, TALKING, THERAPY, TRUST, WARD, WIGG, named
from tests.processes.canary import worker
from tests.processes.house import House
from tests.processes.marked import LONG_AGO
from tests.sampling import THOROUGH
from tests.trusting import TRUSTED

pytestmark = pytest.mark.process

TIMES = 500 if THOROUGH else 120
OTHERS = 100 if THOROUGH else 40
AT_ONCE = 6
"""Races under way at the same moment, each of two requests."""


@dataclass
class Course:
    """A place with two servers, and what has been referred or offered to race for."""

    houses: tuple[House, House]
    parts: Parts
    tokens: dict[PartnerId, str]
    clients: ExitStack
    mine: local = field(default_factory=local)

    def people(self, words: str, count: int) -> list[PersonId]:
        """So many people whom the practice holds."""
        return [PersonId(named(f"{words} {number}")) for number in range(count)]

    def refer(self, people: list[PersonId]) -> None:
        """The practice asks therapists to take each of them over."""
        with self.parts.care.batch():
            for person in people:
                self.parts.care.make_referral(
                    ReferralId(of(person)),
                    person,
                    THERAPY,
                    source=Source.PROFESSIONAL,
                    mode=Mode.WRITTEN,
                    sent_without="Not known yet.",
                    ask="Please see her.",
                    responsibility=Responsibility.TAKE_OVER,
                    registering=Details(name="One of many", practice=WIGG),
                    asked=asked(WIGG),
                )

    def offer(self, people: list[PersonId]) -> None:
        """The practice, which holds them, offers each of them to therapists."""
        with self.parts.care.batch():
            for person in people:
                self.parts.care.make_referral(
                    ReferralId(uuid4()),
                    person,
                    WARD,
                    source=Source.PROFESSIONAL,
                    mode=Mode.WRITTEN,
                    sent_without="Not known yet.",
                    ask="Please advise.",
                    registering=Details(name="One of many", practice=WIGG),
                    asked=asked(WIGG),
                )
        with self.parts.care.batch():
            for person in people:
                self.parts.care.offer_handover(
                    person, HandoverId(of(person)), THERAPY, asked=asked(WIGG)
                )

    def known_as(self, partner: PartnerId, person: PersonId) -> UUID:
        return self.parts.pseudonyms.of(partner, person)

    def http(self, server: int) -> httpx.Client:
        """This thread's own connection to one of the servers."""
        kept: dict[int, httpx.Client] = self.mine.__dict__.setdefault("clients", {})
        if server not in kept:
            url = self.houses[server].url
            kept[server] = self.clients.enter_context(
                httpx.Client(base_url=url, timeout=30, verify=TRUSTED)
            )
        return kept[server]

    def ask(
        self, server: int, partner: PartnerId, path: str, body: dict[str, Any]
    ) -> httpx.Response:
        headers = {
            "Authorization": f"Bearer {self.tokens[partner]}",
            "Idempotency-Key": str(uuid4()),
        }
        return self.http(server).post(path, json=body, headers=headers)

    def seen(self, partner: PartnerId, path: str) -> Any:
        """What a partner reads, showing all that is recorded by now."""
        headers = {"Authorization": f"Bearer {self.tokens[partner]}"}
        head = self.parts.log.max_notification_id()
        deadline = monotonic() + 60
        while True:
            answer = self.http(0).get(path, params={"min-position": head}, headers=headers)
            if answer.status_code != 503:
                assert answer.status_code == 200, answer.text
                return answer.json()
            assert monotonic() < deadline, answer.text

    def facts(self, people: list[PersonId], topics: set[str]) -> dict[PersonId, list[str]]:
        """Which of these facts the log holds about each of them, in their order."""
        found: dict[PersonId, list[str]] = defaultdict(list)
        with psycopg.connect(self.parts.database.dsn(schema.AUDIT)) as connection:
            for person, topic in connection.execute(
                "select person, topic from log.facts where person = any(%s) and topic = any(%s) "
                "order by position",
                [people, list(topics)],
            ):
                found[PersonId(person)].append(topic.split(":")[1])
        return found

    def way(self, person: PersonId) -> Pathway:
        return self.parts.care._load(Pathway, pathway_of(person))


@dataclass(frozen=True)
class Runner:
    """One who races: for whom they ask, where, and what."""

    partner: PartnerId
    address: str
    body: dict[str, Any] = field(default_factory=dict)


Raced = dict[PersonId, tuple[httpx.Response, httpx.Response]]


def race(
    course: Course,
    people: list[PersonId],
    runners: tuple[Runner, Runner],
    *,
    handover: bool = False,
) -> Raced:
    """Let the two ask about each person at the same moment, several persons at once."""

    def run(runner: Runner, server: int, person: PersonId, start: Barrier) -> httpx.Response:
        if handover:
            subject = course.known_as(runner.partner, person)
            path, body = f"/v1/pathways/{subject}", {"handover": str(of(person)), **runner.body}
        else:
            path, body = f"/v1/referrals/{of(person)}", runner.body
        course.http(server)
        start.wait(timeout=60)
        return course.ask(server, runner.partner, f"{path}/{runner.address}", body)

    def both(number: int, person: PersonId, pair: ThreadPoolExecutor) -> Any:
        start = Barrier(2)
        servers = (number % 2, 1 - number % 2)  # each runs through either server half of the times
        return [
            pair.submit(run, runner, server, person, start)
            for runner, server in zip(runners, servers, strict=True)
        ]

    raced: Raced = {}
    with ThreadPoolExecutor(2 * AT_ONCE) as pool:
        for begin in range(0, len(people), AT_ONCE):
            together = people[begin : begin + AT_ONCE]
            running = [both(begin + n, person, pool) for n, person in enumerate(together)]
            for person, (one, other) in zip(together, running, strict=True):
                raced[person] = (one.result(), other.result())
    return raced


def of(person: PersonId) -> UUID:
    """The id of what was asked for a person, or offered."""
    return uuid5(person, "asked for")


def asked(partner: PartnerId) -> Asked:
    return Asked(partner, LONG_AGO, uuid4(), worker(partner))


@pytest.fixture(scope="module")
def course() -> Iterator[Course]:
    folder = Path(tempfile.mkdtemp(prefix="throughcare-"))
    first, second = House(folder, holder=WIGG), House(folder, holder=WIGG)
    try:
        first.start()
        with first.parts() as parts, ExitStack() as clients:
            yield Course((first, second), parts, founded(parts, second, clients), clients)
    finally:
        second.stop()
        first.stop()
        first.kill_database()
        shutil.rmtree(folder, ignore_errors=True)


def founded(parts: Parts, second: House, clients: ExitStack) -> dict[PartnerId, str]:
    """The organisations of the tests, somebody of each with a token, and the second server."""
    partners = (WIGG, TALKING, TRUST)
    with parts.care.batch():
        for partner, kind in KINDS.items():
            parts.care.join_partner(
                partner, name=kind.value, kind=kind, identifiers={}, asked=asked(partner)
            )
        for service in (THERAPY, WARD):
            opening = SERVICES[ServiceId(service)]
            parts.care.open_service(service, opening, asked=asked(opening.partner))
        for partner in partners:
            parts.care.add_practitioner(
                partner,
                worker(partner),
                name="Worker",
                role=Role.CLINICIAN,
                title="worker",
                asked=asked(partner),
            )
    second.start("serve")
    return {p: parts.tokens.issue(worker(p), p, Role.CLINICIAN) for p in partners}


def assert_one_won(
    course: Course, raced: Raced, runners: tuple[Runner, Runner], noun: type[Referral | Pathway]
) -> None:
    """Of each two answers one is yes; the other is no, with all that may be asked instead."""
    won: Counter[int] = Counter()
    for person, answers in raced.items():
        codes = [answer.status_code for answer in answers]
        assert sorted(codes) == [200, 409], f"{person}: {[a.text for a in answers]}"
        won[codes.index(200)] += 1
        lost = codes.index(409)
        stream = pathway_of(person) if noun is Pathway else of(person)
        may = course.parts.care._load(noun, stream).next_actions(runners[lost].partner)
        told = answers[lost].json()["actions"]
        if runners[lost].partner == WIGG:
            assert set(told) >= set(may)
        else:
            assert told == [], "whoever it was taken back from is told nothing of it any more"
    assert len(won) == 2, f"only one of the two ever won: {won}"


def assert_all_agree_who_holds(course: Course, holders: dict[PersonId, PartnerId]) -> None:
    """The log, the records of both sides, and custody say the same."""
    for person, holder in holders.items():
        assert course.way(person).responsible == holder
        assert course.way(person).offer is None
    for person, holder in list(holders.items())[::7]:
        row = course.seen(WIGG, f"/v1/people/{course.known_as(WIGG, person)}")
        assert row["responsible"] == str(holder), row
        assert row["offer"] is None
        if holder == TALKING:
            row = course.seen(TALKING, f"/v1/people/{course.known_as(TALKING, person)}")
            assert row["responsible"] == str(TALKING), row
    with psycopg.connect(course.parts.database.dsn(schema.AUDIT)) as connection:
        everybody = connection.execute(
            "select distinct person from log.facts where topic = 'pathway:PathwayOpened'"
        ).fetchall()
    held = Counter(str(course.way(PersonId(person)).responsible) for (person,) in everybody)
    custody = course.seen(WIGG, "/v1/custody")
    assert custody == {"open": len(everybody), "held_by_nobody": 0, "by_organisation": held}


def test_accept_and_withdraw_at_once_have_one_winner_each(
    course: Course, capsys: pytest.CaptureFixture[str]
) -> None:
    people = course.people("raced for", TIMES)
    course.refer(people)
    course.seen(TALKING, "/v1/partners")
    began = monotonic()
    runners = (Runner(TALKING, "acceptance"), Runner(WIGG, "withdrawal"))
    raced = race(course, people, runners)
    seconds = monotonic() - began
    assert_one_won(course, raced, runners, Referral)
    answers = course.facts(people, {"referral:ReferralAccepted", "referral:ReferralWithdrawn"})
    moves = course.facts(people, {"pathway:HandoverAccepted", "pathway:HandoverLapsed"})
    holders: dict[PersonId, PartnerId] = {}
    for person, (accepting, _) in raced.items():
        accepted = accepting.status_code == 200
        assert answers[person] == ["ReferralAccepted" if accepted else "ReferralWithdrawn"]
        assert moves[person] == ["HandoverAccepted" if accepted else "HandoverLapsed"]
        holders[person] = TALKING if accepted else WIGG
    assert_all_agree_who_holds(course, holders)
    with capsys.disabled():
        won = Counter(holders.values())
        print(f"\n{TIMES} races in {seconds:.0f} s: {won[TALKING]} accepted, {won[WIGG]} withdrawn")


def test_taking_a_person_on_and_taking_the_offer_back_at_once_have_one_winner(
    course: Course,
) -> None:
    people = course.people("offered", OTHERS)
    course.offer(people)
    course.seen(TALKING, "/v1/partners")
    runners = (Runner(TALKING, "handover-acceptance"), Runner(WIGG, "handover-withdrawal"))
    raced = race(course, people, runners, handover=True)
    assert_one_won(course, raced, runners, Pathway)
    moves = course.facts(people, {"pathway:HandoverAccepted", "pathway:HandoverLapsed"})
    holders: dict[PersonId, PartnerId] = {}
    for person, (accepting, _) in raced.items():
        accepted = accepting.status_code == 200
        assert moves[person] == ["HandoverAccepted" if accepted else "HandoverLapsed"]
        holders[person] = TALKING if accepted else WIGG
    assert_all_agree_who_holds(course, holders)


def test_passing_on_and_withdrawing_at_once_never_leave_a_withdrawn_referral_waiting(
    course: Course,
) -> None:
    people = course.people("passed on", OTHERS)
    course.refer(people)
    course.seen(TALKING, "/v1/partners")
    passing = Runner(TALKING, "redirection", {"service": str(WARD)})
    raced = race(course, people, (passing, Runner(WIGG, "withdrawal")))
    answers = course.facts(people, {"referral:ReferralRedirected", "referral:ReferralWithdrawn"})
    for person, (redirecting, withdrawing) in raced.items():
        assert withdrawing.status_code == 200, "what was passed on still waits, and is the sender's"
        passed_on = redirecting.status_code == 200
        assert passed_on or redirecting.status_code == 409, redirecting.text
        first = ["ReferralRedirected"] if passed_on else []
        assert answers[person] == [*first, "ReferralWithdrawn"]
    assert len({redirecting.status_code for redirecting, _ in raced.values()}) == 2
    assert_all_agree_who_holds(course, dict.fromkeys(people, WIGG))


def test_accepted_in_two_browsers_at_once_it_is_accepted_once(course: Course) -> None:
    people = course.people("accepted twice", OTHERS)
    course.refer(people)
    course.seen(TALKING, "/v1/partners")
    accepting = Runner(TALKING, "acceptance")
    raced = race(course, people, (accepting, accepting))
    facts = {"referral:ReferralAccepted", "pathway:HandoverAccepted"}
    kept = course.facts(people, facts)
    for person, answers in raced.items():
        assert [answer.status_code for answer in answers] == [200, 200]
        assert answers[0].json()["actions"] == answers[1].json()["actions"]
        assert kept[person] == ["ReferralAccepted", "HandoverAccepted"]
    assert_all_agree_who_holds(course, dict.fromkeys(people, TALKING))
