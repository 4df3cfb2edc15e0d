"""Referrals on pages: those received and sent, one with its answers, and what may come next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query, Response
from fastapi.responses import HTMLResponse

from api.pages import choosing, offering, telling, words
from api.pages.activities import ON_APPOINTMENT, ON_REFERRAL, Doing, offered
from api.pages.flag import flag
from api.pages.forms import Form, new_key
from api.pages.opened import Opened
from api.pages.problem import PageRoute
from api.pages.visit import CaringVisit, Following, Visit
from api.problems import NothingIsHere
from domain.kernel import Category
from domain.request import UNANSWERED
from domain.sharing import RECEIVED, SENT
from projections.directory import ServiceEntry
from projections.entries import Entry
from projections.record.contact import actions

router = APIRouter(route_class=PageRoute)

ROWS = 25
TO_ANSWER = tuple(state.value for state in UNANSWERED)
SHOWN: dict[str, tuple[str, tuple[str, ...]]] = {
    "open": ("Waiting for an answer", TO_ANSWER),
    "accepted": ("Accepted", ("accepted",)),
    "declined": ("Declined or not answered", ("declined", "expired")),
    "ended": ("Ended", ("advice given", "closed", "acknowledged", "withdrawn")),
    "all": ("All", ()),
}


@dataclass(frozen=True, slots=True)
class Happened:
    """One entry of a timeline."""

    title: str
    at: datetime
    by: str
    why: str


def happened(entry: Entry, names: words.Names) -> Happened:
    return Happened(
        telling.happened(entry.type, entry.data, names),
        entry.effective_at,
        names.by(entry.data),
        telling.why(entry.data),
    )


def answer(asked: Mapping[str, Any], names: words.Names) -> str:
    """What the receiver said, in one line."""
    match asked["state"]:
        case "declined" if asked.get("decline_reason"):
            said = str(asked["decline_reason"])
            return words.sentence(f"{said}: {asked['note']}" if asked.get("note") else said)
        case "advice given" if asked.get("recommendation"):
            return words.sentence(str(asked["recommendation"]))
        case "information asked":
            return str(asked.get("question") or "Information asked")
        case "closed" | "acknowledged":
            return words.sentence(str(asked.get("end_reason") or "ended"))
        case "accepted" if asked.get("first_contact_at"):
            return f"First seen {words.day(asked['first_contact_at'])}"
        case "waiting" if asked.get("redirected_at"):
            return f"Redirected to {names.service(asked['service'])}"
        case _ if asked.get("answered_at"):
            return words.day(asked["answered_at"])
    return ""


def asked_for(part: str, show: str) -> tuple[str, str]:
    """Which part and state an address means."""
    return (
        part if part in (RECEIVED, SENT) else RECEIVED,
        show if show in SHOWN else "open",
    )


@router.get("/referrals", response_class=HTMLResponse)
async def referrals(
    visit: CaringVisit,
    part: str = RECEIVED,
    show: str = "open",
    after: Annotated[str | None, Query(max_length=400)] = None,
    answered: UUID | None = None,
) -> Response:
    """Referrals received or sent, most urgent first."""
    part, show = asked_for(part, show)
    page = await visit.here.reading.referrals(
        visit.caller.organisation,
        part=part,
        states=SHOWN[show][1],
        after=after,
        limit=ROWS,
        when=visit.when,
    )

    def address(**asked: str) -> str:
        kept = {"part": part, "show": show} | visit.clocks
        return "/referrals?" + urlencode(kept | asked)

    return await visit.page(
        "referrals.html",
        title="Referrals",
        section="/referrals",
        part=part,
        show=show,
        rows=page.rows,
        turn=IN_TURN if part == RECEIVED and show == "open" and visit.when.now else "",
        before=await _answered(visit, answered),
        tabs=[
            (RECEIVED, "Received", address(part=RECEIVED)),
            (SENT, "Sent", address(part=SENT)),
        ],
        shows=[(key, text, address(show=key)) for key, (text, _) in SHOWN.items()],
        begun=after is not None,
        first_link=address(),
        sheet_link=address().replace("/referrals", "/referrals.csv", 1),
        next_link=address(after=page.next) if page.next else "",
        rooms=_rooms(visit) if part == RECEIVED and visit.when.now else [],
        nothing="No referral waits for an answer." if show == "open" else "None here.",
        answer=lambda asked: answer(asked, visit.names),
        who=lambda asked: choosing.said(asked, visit.names),
    )


def _rooms(visit: Visit) -> list[tuple[ServiceEntry, words.Tag, str]]:
    """What the visitor's organisation offers, and how much room each has."""
    services = visit.names.directory.services.values()
    mine = [s for s in services if s.partner == visit.caller.organisation and not s.closed]
    return [(each, *offering.room(visit, each)) for each in sorted(mine, key=lambda s: s.name)]


async def _row(visit: Visit, referral: UUID) -> dict[str, Any]:
    row = await visit.here.reading.referral(visit.caller.organisation, referral, visit.when)
    if row is None:
        raise NothingIsHere
    return row


def needed(record: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    """What the person needs, for whoever is about to contact them."""
    return [("Needs", flag(record))] if record and flag(record) else []


def what(asked: Mapping[str, Any], visit: Visit) -> list[tuple[str, str]]:
    """What was asked, by whom, and how, as far as it is shared."""
    names = visit.names
    rows = [
        ("The ask", asked.get("ask") or ""),
        ("Reason", asked.get("reason") or ""),
        ("From", choosing.said(dict(asked), names)),
        ("Who said it", asked.get("said_by") or ""),
        ("Made", words.moment(asked["made_at"])),
        ("Urgency", words.sentence(asked.get("priority") or "")),
        ("Responsibility", words.sentence(asked.get("responsibility") or "")),
        ("Advice asked", asked.get("advice_question") or ""),
        ("Recommended", words.sentence(asked.get("recommendation") or "")),
        ("Advice", asked.get("advice") or ""),
        ("Other service", names.service(asked["instead"]) if asked.get("instead") else ""),
        ("Not told", words.sentence(", ".join(asked.get("missing") or ()))),
        ("Sent without it because", asked.get("sent_without") or ""),
        ("Question", asked.get("question") or ""),
        ("Answer to it", asked.get("answer") or ""),
        ("Declined because", words.sentence(asked.get("decline_reason") or "")),
        ("Note", asked.get("note") or ""),
        ("Ended", words.sentence(asked.get("end_reason") or "")),
        ("Went on to", asked.get("elsewhere") or ""),
        ("Summary", asked.get("summary") or ""),
    ]
    return [(label, str(value)) for label, value in rows if value]


def _chain(
    referral: str, asked: Mapping[str, Any], known: Mapping[str, Any], names: words.Names
) -> list[tuple[str, str, str]]:
    """The referrals before and after this one: words, service, and the address if it is known."""
    before = [asked["onward_from"]] if asked.get("onward_from") else []
    before += [key for key, row in known.items() if referral in row.get("onward", ())]
    links = [("Made onward from", key) for key in dict.fromkeys(before)]
    links += [("Referred onward to", key) for key in asked.get("onward", ())]
    return [
        (
            said,
            names.service(known[key].get("service")) if key in known else "another service",
            f"/referrals/{key}" if key in known else "",
        )
        for said, key in links
    ]


def _onward(referral: str, asked: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Where a referral that follows from this one is made."""
    allowed = asked.get("actions", ())
    links = []
    if "referral" in allowed:
        after = asked["state"] == "advice given" or asked["state"] == "advice asked"
        said = "Make the referral" if after else "Refer again, here or elsewhere"
        links.append((said, "&after=" + referral if after else ""))
    if "onward-referral" in allowed:
        links.append(("Refer onward", "&onward=" + referral))
    return [(said, f"/refer/new?person={asked['person']}{more}") for said, more in links]


InTurn = Annotated[bool, Query(alias="in-turn")]
"""Whether the visitor goes through the referrals that wait, one after another."""

IN_TURN = "?in-turn=1"
ANSWERS = frozenset({"advice", "acceptance", "information-request", "redirection", "decline"})
"""After which of them a referral waits no longer for who received it."""


@router.get("/referrals/{referral}", response_class=HTMLResponse)
async def referral_page(
    visit: CaringVisit,
    referral: UUID,
    in_turn: InTurn = False,
    answered: UUID | None = None,
) -> Response:
    """One referral: what is asked, the answers so far, and what may come next.

    ``answered`` is the one before it, for who goes through them in turn.
    """
    reading, me = visit.here.reading, visit.caller.organisation
    seen = await reading.newest(me)
    asked = await _row(visit, referral)
    subject = UUID(asked["person"])
    record = await reading.record(me, subject, visit.when)
    entries = await reading.history(me, subject, visit.when)
    contacts = record["contacts"] if record else {}
    return await visit.page(
        "referral.html",
        title=f"Referral of {asked.get('name', 'somebody')}",
        section="/referrals",
        asked=asked,
        turn=IN_TURN if in_turn else "",
        before=await _answered(visit, answered),
        me=str(me),
        known=bool(record and record.get("name")),
        name=asked.get("name") or (record or {}).get("name") or "No longer shared with us",
        what=[*what(asked, visit), *needed(record)],
        chain=_chain(str(referral), asked, record["referrals"] if record else {}, visit.names),
        onward=_onward(str(referral), asked),
        contacts=sorted(
            ((key, c) for key, c in contacts.items() if c.get("referral") == str(referral)),
            key=lambda pair: str(pair[1].get("starts_at") or ""),
            reverse=True,
        ),
        events=[
            happened(entry, visit.names)
            for entry in entries
            if entry.data.get("stream") == str(referral)
        ],
        may=_may(visit, referral),
        doing=offered(asked, scores=Category.CLINICAL in visit.categories),
        key=new_key(),
        seen=seen,
        watched=Following(subject, visit.newest or 0, referral),
    )


async def opened(visit: Visit, referral: UUID) -> tuple[dict[str, Any], Opened]:
    """A referral, and how much was told by then: what is told meanwhile counts as not seen."""
    number = await visit.here.reading.newest(visit.caller.organisation)
    row = await _row(visit, referral)
    return row, Opened(UUID(row["person"]), number, referral)


def _form(
    doing: Doing, visit: Visit, row: Mapping[str, Any], seen: Opened, action: str
) -> Form[Any]:
    return Form(
        title=doing.text,
        caption=row.get("name", ""),
        lede=(doing.lede,) if doing.lede else (),
        button=doing.button,
        model=doing.model,
        groups=(("", doing.questions(visit, row)),),
        action=action,
        section="/referrals",
        back_to=(f"/referrals/{row['id']}", "Referral"),
        opened=seen,
    )


def _doing(activity: str) -> Doing:
    if activity not in ON_REFERRAL:
        raise NothingIsHere
    return ON_REFERRAL[activity]


@router.get("/referrals/{referral}/{activity}", response_class=HTMLResponse)
async def referral_question(
    visit: CaringVisit, referral: UUID, activity: str, in_turn: InTurn = False
) -> Response:
    """The question that goes with an answer to a referral."""
    doing, (row, seen) = _doing(activity), await opened(visit, referral)
    if not doing.button:
        raise NothingIsHere
    action = visit.path + (IN_TURN if in_turn else "")
    return await _form(doing, visit, row, seen, action).show(visit)


@router.post("/referrals/{referral}/{activity}", response_class=HTMLResponse)
async def referral_answer(
    visit: CaringVisit, referral: UUID, activity: str, in_turn: InTurn = False
) -> Response:
    """Ask what was chosen, and show the referral with it, or the next one that waits."""
    doing, (row, seen) = _doing(activity), await opened(visit, referral)
    weigh = doing.weighing
    then = f"/referrals/{referral}"
    if in_turn and activity in ANSWERS:
        then = await _next(visit, referral)
    action = visit.path + (IN_TURN if in_turn else "")
    return await _form(doing, visit, row, seen, action).sent(
        visit,
        lambda body, asks: doing.ask(referral, body, asks),
        done=activity,
        then=then,
        shape=doing.shape,
        weighing=(lambda body: weigh(visit, row, body)) if weigh else None,
    )


async def _answered(visit: Visit, referral: UUID | None) -> dict[str, Any] | None:
    """The one that was answered before this, if it may still be seen: one redirected may not."""
    if referral is None:
        return None
    return await visit.here.reading.referral(visit.caller.organisation, referral)


async def _next(visit: Visit, answered: UUID) -> str:
    """Where the next referral is that waits for an answer; or where none is left."""
    waiting = await visit.here.reading.referrals(
        visit.caller.organisation, part=RECEIVED, states=TO_ANSWER, limit=2
    )
    for row in waiting.rows:
        if row["id"] != str(answered):
            return f"/referrals/{row['id']}{IN_TURN}&answered={answered}"
    return f"/referrals?answered={answered}"


@router.get("/referrals/{referral}/appointments/{contact}", response_class=HTMLResponse)
async def attendance_question(visit: CaringVisit, referral: UUID, contact: UUID) -> Response:
    """Whether an appointment took place."""
    return await appointment_question(visit, referral, contact, "attendance")


@router.get("/referrals/{referral}/appointments/{contact}/{activity}", response_class=HTMLResponse)
async def appointment_question(
    visit: CaringVisit, referral: UUID, contact: UUID, activity: str
) -> Response:
    """What goes with one thing said of an appointment."""
    row, seen = await opened(visit, referral)
    booked = await _contact(visit, row, contact)
    doing = _said_of(activity)
    return await _form(doing, visit, {**row, "contact": booked}, seen, visit.path).show(visit)


@router.post("/referrals/{referral}/appointments/{contact}/{activity}", response_class=HTMLResponse)
async def appointment_answer(
    visit: CaringVisit, referral: UUID, contact: UUID, activity: str
) -> Response:
    """Record it, and show the referral."""
    row, seen = await opened(visit, referral)
    booked = await _contact(visit, row, contact)
    doing = _said_of(activity)
    return await _form(doing, visit, {**row, "contact": booked}, seen, visit.path).sent(
        visit,
        lambda body, asks: doing.ask(contact, body, asks),
        done=activity,
        then=f"/referrals/{referral}",
    )


def _said_of(activity: str) -> Doing:
    if activity not in ON_APPOINTMENT:
        raise NothingIsHere
    return ON_APPOINTMENT[activity]


async def _contact(visit: Visit, row: Mapping[str, Any], contact: UUID) -> Mapping[str, Any]:
    record = await visit.here.reading.record(visit.caller.organisation, UUID(row["person"]))
    if record is None or str(contact) not in record["contacts"]:
        raise NothingIsHere
    found: Mapping[str, Any] = record["contacts"][str(contact)]
    return found


def _may(visit: Visit, referral: UUID) -> Callable[[str, Mapping[str, Any]], list[tuple[str, str]]]:
    """What may be said of each appointment: its address and its words."""

    def links(contact: str, seen: Mapping[str, Any]) -> list[tuple[str, str]]:
        here = f"/referrals/{referral}/appointments/{contact}"
        allowed = actions(seen, visit.caller.organisation)
        return [(f"{here}/{each}", ON_APPOINTMENT[each].text) for each in allowed]

    return links


@router.post("/referrals/{referral}/appointments/{contact}", response_class=HTMLResponse)
async def attendance_answer(visit: CaringVisit, referral: UUID, contact: UUID) -> Response:
    """Record it, and show the referral."""
    return await appointment_answer(visit, referral, contact, "attendance")
