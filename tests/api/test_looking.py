"""Who looked: nobody is shown before it is written down who is shown, and to whom."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import iter_route_contexts

from api import looking
from api.access import PUBLIC
from deploy.community import place as community
from deploy.community.organisation import Offer, Organisation
from domain.vocabulary import PersonId, Purpose
from projections import schema
from tests.api.place import Client, Place
from tests.pages.place import NIA, Story, told

DECIDED = {
    "outcome": "more information",
    "rationale": "No better after six sessions.",
    "persons_view": "She would rather wait.",
}
BOOKED = {"starts_at": "2031-01-07T10:00:00Z", "medium": "video"}
WORRY = {"source": "practitioner", "words": "She says she cannot go on."}
PLANNED = {
    "service": str(community.offer_of(community.CHARITY, "garden").id),
    "name": "Wednesday gardening",
    "first_at": "2026-03-04T14:30:00Z",
    "minutes": 90,
    "place": "The allotment",
    "capacity": 2,
}
ALIKE = {"name": NIA, "phone": "07700 900123", "date_of_birth": "1984-04-03"}


@dataclass(frozen=True)
class Looked:
    """One look as the audit reads it."""

    kind: str
    organisation: UUID
    practitioner: UUID | None
    role: str
    purpose: str
    route: str
    request: UUID
    persons: list[UUID]
    first: int | None
    last: int | None


@dataclass
class Nia:
    """One person of whom there is something at every address, and who may read it there."""

    story: Story
    id: PersonId
    ids: dict[str, str]

    @property
    def place(self) -> Place:
        return self.story.place

    def looks(self, request: httpx.Response) -> list[Looked]:
        """What was written of one answer."""
        return self.looked("request = %s", UUID(request.headers["X-Request-ID"]))

    def looked(self, where: str, *asked: Any) -> list[Looked]:
        with psycopg.connect(self.place.house.database.dsn(schema.AUDIT)) as connection:
            rows = connection.execute(
                "select kind, organisation, practitioner, role, purpose, route, request, persons, "
                f"first, last from looks.looks where {where} order by number",
                asked,
            ).fetchall()
        return [Looked(*row) for row in rows]


@pytest.fixture(scope="module")
def nia(place: Place) -> Nia:
    """Her story, with one of everything that has an address of its own."""
    story = told(place)
    asha, priya, gwen, olive, maureen = (
        place.person(key) for key in ("asha", "priya", "gwen", "olive", "maureen")
    )
    hers, therapy = story.person("gwen"), story.therapy
    story.person("hugh")  # before somebody else is made who is called as she is
    booked = priya.done(f"/v1/referrals/{therapy}/appointments", BOOKED)
    case = f"/v1/meetings/{story.meeting}/cases/{hers}"
    priya.done(f"/v1/people/{story.person('priya')}/consents", {"to": str(community.CHARITY.id)})
    there = [_who("gwen", community.PRACTICE), _who("priya", community.TALKING)]
    gwen.done(f"{case}/attendance", {"attendees": there})
    action = gwen.done(
        f"{case}/actions",
        {"what": "Ring her.", "owner": str(community.PRACTICE.id), "due_on": "2031-01-08"},
    )
    decided = gwen.done(f"{case}/decision", DECIDED)
    worry = priya.done(f"/v1/people/{story.person('priya')}/concerns", WORRY)
    garden = _asked(story, asha, community.offer_of(community.CHARITY, "garden"))
    olive.done(f"/v1/referrals/{garden}/acceptance")
    group = olive.done("/v1/groups", PLANNED)
    olive.done(f"/v1/groups/{group['id']}/member", {"referral": garden})
    social = _asked(story, asha, community.SOCIAL_CARE)
    maureen.done(f"/v1/referrals/{social}/acceptance")
    work = maureen.done(f"/v1/referrals/{social}/work", {"kind": "housing"})
    asha.done("/v1/people", ALIKE)
    match = place.system(community.PRACTICE).seen("/v1/matches")["rows"][0]["id"]
    row = priya.seen(f"/v1/people/{story.person('priya')}")
    with psycopg.connect(place.house.database.dsn(schema.PROJECT)) as connection:
        found = connection.execute(
            "select person from share.subjects where partner = %s and subject = %s",
            [community.PRACTICE.id, UUID(hers)],
        ).fetchone()
    assert found
    return Nia(
        story,
        PersonId(found[0]),
        {
            "meeting": story.meeting,
            "decision": decided["decision"],
            "action": action["id"],
            "contact": booked["id"],
            "concern": worry["id"],
            "group": group["id"],
            "match": match,
            "work": work["id"],
            "social": social,
            "therapy": therapy,
            "measure": next(iter(row["scores"])),
        },
    )


def _who(key: str, organisation: Organisation) -> dict[str, str]:
    found = next(person for person in organisation.people if person.key == key)
    return {"practitioner": str(found.id), "partner": str(organisation.id)}


def _asked(story: Story, asha: Client, service: Offer) -> str:
    made = asha.done(
        "/v1/referrals",
        {
            "service": str(service.id),
            "person_id": story.person("asha"),
            "source": "professional",
            "ask": "Some company",
        },
    )
    return str(made["id"])


READERS = {
    "/actions": "gwen",
    "/actions.csv": "gwen",
    "/audit/access": "hugh",
    "/audit/access.csv": "hugh",
    "/audit/side-by-side": "-",
    "/audit/streams": "-",
    "/audit/streams/beside": "-",
    "/audit/streams/{stream}": "-",
    "/audit/streams/{stream}/{version}": "-",
    "/privacy": "-",
    "/v1/looks": "hugh",
    "/v1/looks/unusual": "-",
    "/actions/{action}/{activity}": "gwen completion",
    "/carers": "-",
    "/carers.csv": "-",
    "/caseload": "asha",
    "/caseload.csv": "asha",
    "/learning": "-",
    "/learning/{which}.csv": "-",
    "/linked": "-",
    "/linked/{activity}": "-",
    "/duplicates": "yusuf",
    "/duplicates/{match}/{activity}": "yusuf link",
    "/groups/{group}": "olive",
    "/groups/{group}/{activity}": "olive session",
    "/": "asha",
    "/mdt/decisions": "gwen",
    "/mdt/{meeting}": "gwen",
    "/mdt/{meeting}/agenda": "gwen",
    "/mdt/{meeting}/cases/{person}/{activity}": "gwen dissent",
    "/mdt/{meeting}/list": "-",
    "/mdt/{meeting}/run": "gwen",
    "/people/{person}": "asha",
    "/people/{person}/concerns/{which}/{activity}": "asha acknowledgement which=concern",
    "/people/{person}/corrections": "asha",
    "/people/{person}/decisions/{decision}/non-implementation": "gwen",
    "/people/{person}/decisions/{decision}/supersession": "-",
    "/people/{person}/disagreements": "asha",
    "/people/{person}/difference": "asha",
    "/people/{person}/discussion": "asha",
    "/people/{person}/history": "asha",
    "/people/{person}/recipients": "yusuf",
    "/people/{person}/rectification": "asha",
    "/people/{person}/sealing": "asha",
    "/people/{person}/sealed": "-",
    "/privacy/emergency-access/{access}": "-",
    "/privacy/openings/{opening}": "-",
    "/v1/privacy/openings/{opening}": "-",
    "/v1/withdrawals": "-",
    "/v1/withdrawals/unacknowledged": "-",
    "/withdrawals": "-",
    "/people/{person}/scores": "priya",
    "/people/{person}/scores/{measure}/correction": "priya",
    "/people/{person}/scores/{which}": "priya which=swemwbs",
    "/people/{person}/why": "asha",
    "/people/{person}/{activity}": "asha goal",
    "/refer": "-",
    "/refer/advice": "asha ?person",
    "/refer/heard": "asha ?person",
    "/refer/new": "asha ?person",
    "/referrals": "joy",
    "/referrals.csv": "joy",
    "/referrals/{referral}": "priya referral=therapy",
    "/referrals/{referral}/appointments/{contact}": "priya referral=therapy",
    "/referrals/{referral}/appointments/{contact}/{activity}": "priya rebooking referral=therapy",
    "/referrals/{referral}/scores": "priya referral=therapy",
    "/referrals/{referral}/scores/{which}": "priya referral=therapy which=phq-9",
    "/referrals/{referral}/work/{work}": "maureen referral=social",
    "/referrals/{referral}/{activity}": "priya closure referral=therapy",
    "/stream": "asha",
    "/v1/actions": "gwen",
    "/v1/carers": "-",
    "/v1/caseload": "asha",
    "/v1/concerns": "asha",
    "/v1/decisions": "gwen",
    "/v1/groups/{group}": "olive",
    "/v1/learning/own": "-",
    "/v1/matches": "yusuf",
    "/live/since/{person}/{number}": "asha number=0",
    "/live/standing/{person}": "asha",
    "/v1/meetings": "gwen",
    "/v1/meetings/{meeting}": "gwen",
    "/v1/meetings/{meeting}/cases/{person}/room": "gwen",
    "/v1/meetings/{meeting}/suggestions": "-",
    "/v1/people/{person}": "asha",
    "/v1/people/{person}/concerns": "asha",
    "/v1/people/{person}/difference": "-",
    "/v1/people/{person}/history": "asha",
    "/v1/people/{person}/why": "-",
    "/v1/people/{person}/recipients": "yusuf",
    "/v1/referrals": "priya",
    "/v1/referrals/{referral}": "priya referral=therapy",
    "/v1/privacy/emergency-access/{access}": "-",
    "/people/{person}/subject-access": "hugh",
    "/subject-access/{request}": "-",
    "/subject-access/{request}/export": "-",
    "/subject-access/{request}/judging": "-",
    "/v1/subject-access/{request}": "-",
    "/v1/subject-access/{request}/export": "-",
    "/v1/share": "asha",
    "/v1/share/live": "-",
}
"""Who reads each address that shows persons, what it is filled with, and nobody where it may be
that it shows nobody today: those have tests of their own."""

GOES_ON = "/live"
"""What an open page hears: a stream, with a test of its own that it names nobody."""

EACH = pytest.mark.parametrize("route", sorted(looking.SHOWS))


def address(nia: Nia, route: str) -> tuple[httpx.Client, str]:
    """A browser of who reads this address, and the address with what is known of her."""
    key, *given = READERS[route].split()
    filled = nia.ids | {"person": nia.story.person(key)}
    for each in given:
        name, _, value = each.partition("=")
        if value:
            filled[name] = nia.ids.get(value, value)
        elif not name.startswith("?"):
            filled["activity"] = name
    path = route.format(**filled)
    return nia.story.visitor(
        key
    ), f"{path}?person={filled['person']}" if "?person" in given else path


@pytest.fixture
def out_of_order(nia: Nia) -> Iterator[None]:
    """Nothing can be written to the store of looks."""
    with psycopg.connect(nia.place.house.database.dsn(schema.OWNER), autocommit=True) as owner:
        owner.execute("revoke insert on looks.looks from throughcare_serve")
        yield
        owner.execute("grant insert on looks.looks to throughcare_serve")


@EACH
def test_whoever_reads_of_her_is_written_down_before_the_answer(nia: Nia, route: str) -> None:
    if READERS[route] == "-":
        pytest.skip("shows nobody in this story; it has a test of its own")
    browser, path = address(nia, route)
    answer = browser.get(path)
    for _ in range(5):  # on a busy machine nothing is shown until who looks can be written down
        if answer.status_code != 503:
            break
        answer = browser.get(path)
    assert answer.status_code == 200, answer.text
    (look,) = nia.looks(answer)
    assert nia.id in look.persons
    assert look.route == route
    assert look.kind == looking.SHOWS[route]
    assert look.practitioner
    assert look.role
    assert look.purpose in set(Purpose)


@EACH
def test_nothing_of_her_is_shown_when_it_cannot_be_written_down(
    nia: Nia, route: str, out_of_order: None
) -> None:
    if READERS[route] == "-":
        pytest.skip("shows nobody in this story; it has a test of its own")
    browser, path = address(nia, route)
    answer = browser.get(path)
    assert answer.status_code == 503, route
    assert not any(word in answer.text for word in (NIA, "Bevan", nia.story.person("asha")))


@pytest.mark.parametrize("route", sorted(looking.NOBODY - {GOES_ON}))
def test_what_is_said_to_show_nobody_shows_nobody(nia: Nia, route: str) -> None:
    known = nia.ids | {
        "service": str(community.LOW.id),
        "partner": str(community.TRUST.id),
        "practitioner": "00000000-0000-4000-8000-000000000000",
        "about": "description",
        "activity": "leaving",
        "session": "00000000-0000-4000-8000-000000000000",
        "day": "2026-01-01",
        "view": "caseload",
        "what": "rebuild",
        "key": "00000000-0000-4000-8000-000000000000",
        "system": "00000000-0000-4000-8000-000000000000",
        "thumbprint": "A" * 43,
        "endpoint": "00000000-0000-4000-8000-000000000000",
        "erasure": "00000000-0000-4000-8000-000000000000",
        "person": "00000000-0000-4000-8000-000000000000",
    }
    for key in ("asha", "yusuf", "olive"):
        answer = nia.story.visitor(key).get(route.format(**known))
        assert nia.looks(answer) == [], (key, route)
        assert NIA not in answer.text, (key, route)


def test_a_search_is_written_down_even_if_it_finds_nobody_and_never_its_words(nia: Nia) -> None:
    asha = nia.place.person("asha")
    for name, found in ((NIA, True), ("Zebedee Quark", False)):
        answer = asha.http.post("/v1/caseload/search", json={"name": name})
        (look,) = nia.looks(answer)
        assert look.kind == "search"
        assert (nia.id in look.persons) is found
        assert bool(look.persons) is found
        page = nia.story.visitor("asha").post("/caseload", data={"q": name})
        (look,) = nia.looks(page)
        assert (look.kind, look.route, nia.id in look.persons) == ("search", "/caseload", found)
    with psycopg.connect(nia.place.house.database.dsn(schema.AUDIT)) as connection:
        kept = connection.execute("select looks::text from looks.looks").fetchall()
    assert not any(word in row for (row,) in kept for word in ("Nia", "Zebedee", "Quark"))


def test_somebody_in_a_list_is_written_down_only_where_the_answer_shows_them(nia: Nia) -> None:
    """Whoever stands on a meeting's list is read to count it, and not shown by the list of them."""
    meetings = nia.story.visitor("gwen").get("/mdt")
    assert meetings.status_code == 200
    assert nia.looks(meetings) == []


def test_an_answer_that_refuses_is_not_a_look(nia: Nia) -> None:
    asha, hers = nia.place.person("asha"), nia.story.person("asha")
    assert nia.looks(asha.read(f"/v1/people/{uuid4()}")) == []
    assert nia.looks(nia.place.person("joy").read(f"/v1/people/{hers}")) == []
    assert nia.looks(nia.place.person("ruth").read(f"/v1/people/{hers}")) == []
    assert nia.looks(nia.place.anybody().get(f"/v1/people/{hers}")) == []


def test_what_a_system_is_handed_is_written_down_with_its_numbers(nia: Nia) -> None:
    trust = nia.place.system(community.PRACTICE)
    newest = len(trust.seen("/v1/share", limit=1000))
    answer = trust.read("/v1/share", after=newest - 2, limit=2)
    (look,) = nia.looks(answer)
    assert (look.kind, look.practitioner, look.role) == ("stream", None, "system")
    assert (look.first, look.last) == (newest - 1, newest)
    assert nia.looks(trust.read("/v1/share", after=newest)) == []


def test_each_entry_of_a_live_stream_is_written_down_before_it_is_sent(nia: Nia) -> None:
    system = nia.place.system(community.PRACTICE)
    with system.http.stream("GET", "/v1/share/live", params={"after": 0}) as answer:
        lines = answer.iter_lines()
        first = next(line for line in lines if line.startswith("id: "))
        assert first == "id: 1"
        (look, *_) = nia.looks(answer)
        assert (look.kind, look.first) == ("stream", 1)
        assert nia.id in look.persons


def test_a_live_stream_ends_where_it_cannot_be_written_down(nia: Nia, out_of_order: None) -> None:
    system = nia.place.system(community.PRACTICE)
    with (
        system.http.stream("GET", "/v1/share/live", params={"after": 0}) as answer,
        pytest.raises(httpx.RemoteProtocolError),
    ):
        assert not any(line.startswith("data: ") for line in answer.iter_lines())


def test_the_application_does_not_start_with_an_address_that_does_not_say_whom_it_shows() -> None:
    forgetful = APIRouter()

    @forgetful.get("/forgotten")
    async def forgotten() -> None: ...

    app = FastAPI(docs_url=None, redoc_url=None)
    app.include_router(forgetful)
    assert looking.undeclared(app) == ["/forgotten"]


def test_every_declared_address_is_one(place: Place) -> None:
    here = {context.path for context in iter_route_contexts(place.app.routes)}
    assert set(looking.SHOWS) | looking.NOBODY <= here
    assert set(READERS) == set(looking.SHOWS), "say in READERS who reads a new address"
    assert not looking.NOBODY & PUBLIC
