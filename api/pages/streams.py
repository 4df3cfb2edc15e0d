"""An organisation's own streams on pages: where each way stands, its endpoints, what came of tries.

What may be asked of an endpoint is `api.streams`' to say; a new secret is shown on the page that
answers, once.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from api import streams
from api.asking import Asking
from api.pages.forms import Form, Question
from api.pages.problem import PageRoute
from api.pages.visit import SomebodysVisit, Visit
from api.pages.words import WAYS, moment, sentence
from api.problems import NothingIsHere
from api.streams import AddingEndpoint, Body, Replaying, RotatingSecret, SendingAgain
from domain.vocabulary import Way
from projections.endpoints import Attempt, Endpoint
from projections.mailboxes import Mailbox
from projections.operating import ENDED_BY_TERMS

router = APIRouter(route_class=PageRoute)

SHOWN = 20
NEWEST = 2**62

COLOURS = {"active": "green", "paused": "blue", "disabled": "red", "ended": "grey"}
WHY = {
    "gone": "its server said that it is gone (410)",
    "silent": "its server took nothing for three days",
    ENDED_BY_TERMS: "the agreement is not for webhooks; it is told again by itself once it is",
}
FAILURES = {
    "host-is-not-allowed": "its host is not allowed",
    "address-is-not-possible": "its address is not possible",
    "address-is-not-public": "its name leads to no public address",
    "name-is-not-known": "its name is not known",
    "nobody-is-there": "nobody is there",
    "certificate-is-not-valid": "its certificate is not valid",
    "answer-is-not-http": "its answer is no HTTP",
    "no-answer-in-time": "no answer in time",
}
KINDS = {"share.News.v1": "News", "share.Replay.v1": "Replay", "share.Test.v1": "Test"}


class Plain(Body):
    """Nothing more is asked."""


@dataclass(frozen=True, slots=True)
class Try:
    """One try, in the words of the page."""

    kind: str
    up_to: int
    at: datetime
    came: str
    good: bool
    sent: str
    answered: str
    message: UUID


@router.get("/streams", response_class=HTMLResponse)
async def list_of_streams(visit: SomebodysVisit) -> Response:
    """By which ways the organisation is told, how each stands, and its endpoints."""
    streams.may_tend(visit.caller)
    me, kept = visit.caller.organisation, streams.endpoints(visit.here)
    directory = visit.names.directory
    known, mailbox = await kept.all(me, at=visit.now), await kept.mailbox(me)
    return await visit.page(
        "streams.html",
        title="Streams",
        section="/streams",
        newest=await visit.here.reading.newest(me),
        ways=[
            (WAYS[way], directory.may_use(me, way), said)
            for way, said in (await _set_up(visit, known, mailbox)).items()
        ],
        agreed=directory.may_use(me, Way.WEBHOOK),
        rows=[(each, _tag(each)) for each in known if each.state != "ended"],
        ended=[each for each in known if each.state == "ended"],
        hosts=[row.host for row in await kept.hosts(me) if row.allowed],
        mailbox=mailbox,
        by_mesh=directory.may_use(me, Way.MESH),
        address=visit.here.address,
    )


@router.get("/streams/new", response_class=HTMLResponse)
async def new_endpoint(visit: SomebodysVisit) -> Response:
    """Where to be told of news."""
    streams.may_tend(visit.caller)
    return await _adding(visit).show(visit)


@router.post("/streams/new", response_class=HTMLResponse)
async def new_endpoint_answer(visit: SomebodysVisit) -> Response:
    """Add it, and show its secret this once."""
    streams.may_tend(visit.caller)
    return await _shown(visit, _adding(visit), streams.add_endpoint)


@router.get("/streams/{endpoint}", response_class=HTMLResponse)
async def one_endpoint(visit: SomebodysVisit, endpoint: UUID) -> Response:
    """One endpoint: how it stands, the last tries with what was sent and answered."""
    known = await _endpoint(visit, endpoint)
    tries = await streams.endpoints(visit.here).attempts(
        endpoint, known.partner, before=NEWEST, limit=SHOWN, at=visit.now
    )
    return await visit.page(
        "streams_endpoint.html",
        title=known.name,
        section="/streams",
        endpoint=known,
        stands=_tag(known),
        why=WHY.get(known.why, ""),
        newest=await visit.here.reading.newest(known.partner),
        tries=[_try(each) for each in tries],
        acts=_acts(known, visit.names.directory.may_use(known.partner, Way.WEBHOOK)),
    )


@router.get("/streams/{endpoint}/{activity}", response_class=HTMLResponse)
async def question(visit: SomebodysVisit, endpoint: UUID, activity: str) -> Response:
    """What is asked before something of an endpoint changes."""
    known = await _endpoint(visit, endpoint)
    return await _form(visit, known, activity).show(visit)


@router.post("/streams/{endpoint}/{activity}", response_class=HTMLResponse)
async def answer(visit: SomebodysVisit, endpoint: UUID, activity: str) -> Response:
    """Ask for it; a new secret is shown once, on the page that answers."""
    known = await _endpoint(visit, endpoint)
    form = _form(visit, known, activity)
    if activity == "secret":

        async def rotate(body: RotatingSecret, asks: Asking) -> Response:
            return await streams.rotate_secret(endpoint, body, asks)

        return await _shown(visit, form, rotate)

    async def asked(body: Any, asks: Asking) -> Response:
        if isinstance(body, Plain):
            return await PLAIN[activity](endpoint, asks)
        return await ASKED[activity](endpoint, body, asks)

    def shaped(values: Mapping[str, Any]) -> Mapping[str, Any]:
        message = visit.request.query_params.get("message")
        return {**_several(values), **({"message": message} if message else {})}

    return await form.sent(
        visit,
        asked,
        done=f"endpoint-{activity}",
        then=f"/streams/{endpoint}",
        shape=shaped,
    )


PLAIN: dict[str, Callable[[UUID, Asking], Awaitable[Response]]] = {
    "pause": streams.pause_endpoint,
    "resumption": streams.resume_endpoint,
    "ending": streams.end_endpoint,
    "test": streams.test_endpoint,
}
ASKED: dict[str, Callable[[UUID, Any, Asking], Awaitable[Response]]] = {
    "replay": streams.replay,
    "redrive": streams.redrive,
}


async def _shown(
    visit: Visit, form: Form[Any], ask: Callable[[Any, Asking], Awaitable[Response]]
) -> Response:
    """Ask, and show the secret that was made; or the form again with what is wrong."""
    made: list[dict[str, Any]] = []

    async def asked(body: Any, asks: Asking) -> Response:
        answered = await ask(body, asks)
        made.append(orjson.loads(bytes(answered.body)))
        return answered

    sent = await form.sent(visit, asked, done="", then="/streams")
    if not made:
        return sent
    return await visit.page(
        "streams_secret.html",
        title=f"The secret of {made[0]['name']}",
        section="/streams",
        secret=made[0]["secret"],
        back_to=f"/streams/{made[0]['id']}",
        older=[each["ends_at"] for each in made[0]["secrets"] if each["ends_at"]],
    )


async def _endpoint(visit: Visit, endpoint: UUID) -> Endpoint:
    """Raises `OnlyAnAdministratorSeesToStreams`, `EndpointIsUnknown`."""
    streams.may_tend(visit.caller)
    kept = streams.endpoints(visit.here)
    return await kept.one(endpoint, visit.caller.organisation, at=visit.now)


def _tag(known: Endpoint) -> dict[str, str]:
    waits = known.state == "active" and known.failures
    text, colour = ("failing", "yellow") if waits else (known.state, COLOURS[known.state])
    return {"text": sentence(text), "colour": colour}


def _acts(known: Endpoint, agreed: bool) -> list[tuple[str, str]]:
    """What may be asked of an endpoint; nothing that sends, where the agreement is not for it."""
    if known.state == "ended":
        return []
    on = ("resumption", "Resume it")
    sends = (
        ("test", "Send a test"),
        ("replay", "Replay from a number or time"),
        ("redrive", "Send messages again"),
    )
    return [
        *([("pause", "Pause it")] if known.state == "active" else [on] if agreed else []),
        *(sends if agreed else ()),
        ("secret", "Change its secret"),
        ("ending", "End it"),
    ]


async def _set_up(
    visit: Visit, endpoints: Sequence[Endpoint], mailbox: Mailbox | None
) -> dict[Way, str]:
    """What is there of each way for the organisation, whether or not it is agreed."""
    reading, me = visit.here.reading, visit.caller.organisation
    read = {each.way: each for each in await reading.readers() if each.partner == me}
    topic = await reading.topic(me)
    live = [each for each in endpoints if each.state != "ended"]
    told = sum(each.state == "active" for each in live)
    found = {
        Way.FEED: "Your systems have not asked yet.",
        Way.LIVE: "Your systems have not followed it yet.",
        Way.KAFKA: f"Set up: {topic}." if topic else "No topic is set up for you.",
        Way.WEBHOOK: f"Endpoints that are told: {told} of {len(live)}."
        if live
        else "You have no endpoint yet.",
        Way.MESH: f"Set up: {mailbox.name}." if mailbox else "No mailbox is set up for you.",
        Way.MAIL: "Letters go to the address that you agreed with us.",
    }
    for way, said in found.items():
        if (reader := read.get(way)) is not None and reader.at is not None:
            asks = f"has up to {reader.number:,}, last asked {moment(reader.at)}."
            asking = way in (Way.FEED, Way.LIVE)
            found[way] = f"Used: {asks}" if asking else f"{said} Your system {asks}"
    return found


def _try(each: Attempt) -> Try:
    came = FAILURES.get(each.failure, each.failure)
    if each.status is not None:
        came = f"answered {each.status}"
        if each.failure:
            came = f"{came}, and holds messages that could not be taken in"
    if each.taken:
        came = f"{came}, with {each.taken} messages"
    good = not each.failure and each.status is not None and 200 <= each.status < 300
    answered = each.answer.decode("utf-8", "replace")
    sent = each.body.decode()
    return Try(
        KINDS[each.type], each.up_to, each.at, sentence(came), good, sent, answered, each.message
    )


def _adding(visit: Visit) -> Form[AddingEndpoint]:
    return Form(
        title="Add an endpoint",
        button="Add it",
        model=AddingEndpoint,
        groups=(
            (
                "",
                (
                    Question("name", "What you call it", missing="Enter a name for it"),
                    Question(
                        "url",
                        "Its address",
                        hint="https:// and a host that the host of the place has allowed you.",
                        missing="Enter its address",
                        autocomplete="off",
                    ),
                ),
            ),
        ),
        lede=("It is told that there is news, and up to which number; your system then asks.",),
        action=visit.path,
        section="/streams",
        back_to=("/streams", "Streams"),
    )


def _form(visit: Visit, known: Endpoint, activity: str) -> Form[Any]:
    """Raises `NothingIsHere`."""
    common: dict[str, Any] = {
        "caption": known.name,
        "action": visit.path,
        "section": "/streams",
        "back_to": (f"/streams/{known.id}", known.name),
    }
    plain: dict[str, Any] = common | {"model": Plain, "groups": ()}
    match activity:
        case "pause":
            lede = "Nothing is sent to it until it is resumed. Nothing is lost meanwhile."
            return Form(title="Pause the endpoint", button="Pause it", lede=(lede,), **plain)
        case "resumption":
            lede = "It is told at once, in one message, of all the news there is."
            return Form(title="Resume the endpoint", button="Resume it", lede=(lede,), **plain)
        case "ending":
            lede = "Nothing is sent to it any more, for good. You can add another."
            return Form(
                title="End the endpoint", button="End it", lede=(lede,), warning=True, **plain
            )
        case "test":
            lede = "A message that says nothing is sent to it once. What came of it is listed."
            return Form(title="Send a test", button="Send it", lede=(lede,), **plain)
        case "secret":
            return Form(
                title="Change its secret",
                button="Make a new secret",
                model=RotatingSecret,
                groups=(("", (OVERLAP,)),),
                lede=("You are shown the new secret once.",),
                **common,
            )
        case "replay":
            return Form(
                title="Replay from a number or a time",
                button="Ask for the replay",
                model=Replaying,
                groups=(("From where", REPLAYING[:2]), ("What of it", REPLAYING[2:])),
                lede=(
                    "Your endpoint is sent a message that says what to read again, and your system "
                    "reads it from the feed. Nothing is taken back or told anew.",
                ),
                **common,
            )
        case "redrive" if one := visit.request.query_params.get("message", ""):
            again = {**common, "action": f"{visit.path}?message={_message(one)}"}
            return Form(
                title="Send this message again",
                button="Send it again",
                model=SendingAgain,
                groups=(),
                lede=("It is sent as it was, under the same id.",),
                **again,
            )
        case "redrive":
            return Form(
                title="Send messages again",
                button="Send them again",
                model=SendingAgain,
                groups=(("", (SINCE,)),),
                lede=("They are sent as they were, in their order, under the same ids.",),
                **common,
            )
    raise NothingIsHere


OVERLAP = Question(
    "overlap_hours",
    "For how many hours is the secret of now good beside it?",
    hint="Until then messages are signed with both. 0 ends it at once.",
    value="24",
    width=3,
    numeric=True,
    missing="Enter a number of hours, 0 to 168",
)
REPLAYING = (
    Question("after", "After which number?", optional=True, width=10, numeric=True),
    Question("since", "Or from which time on?", "datetime-local", optional=True),
    Question(
        "type",
        "Only which types?",
        hint="For example: referral contact.AppointmentBooked. Leave it empty for all.",
        optional=True,
    ),
    Question(
        "subject",
        "Only of which person?",
        hint="Their id in your organisation's entries, the subject.",
        optional=True,
    ),
)
SINCE = Question(
    "since",
    "All that were made since",
    "datetime-local",
    optional=True,
    hint="Leave it empty for all that never arrived.",
)


def _message(text: str) -> UUID:
    """Raises `NothingIsHere`."""
    try:
        return UUID(text)
    except ValueError:
        raise NothingIsHere from None


def _several(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Types that were written in one line, as the interface takes them."""
    return {**values, "type": str(values.get("type", "")).replace(",", " ").split()}
