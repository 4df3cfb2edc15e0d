"""The caseload page: whom the organisation helps, most urgent first, with what comes next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query, Response
from fastapi import Form as Field
from fastapi.responses import HTMLResponse, RedirectResponse
from markupsafe import Markup

from api.pages import desk, drawing, telling, words
from api.pages.flag import flag
from api.pages.problem import PageRoute
from api.pages.visit import SeeingVisit, Visit
from api.pages.waiting import Clock, clock, initial_assessment, overdue_reviews
from domain.kernel import Category
from domain.policies import instruments
from domain.policies.missed import repeated
from domain.policies.scales import SCALES
from domain.policies.shared_care import SHARED
from domain.vocabulary import Instrument, ReviewOf
from projections.record import agreed_of, concern
from projections.record.action import OPEN as OPEN_ACTION
from projections.record.carer import ASKED
from projections.record.outcome import no_response
from projections.record.referral import ENDED_STATES

router = APIRouter(route_class=PageRoute)

ROWS = 25
SEARCHED = 100
TO_ANSWER = (
    "fallen back",
    "hand-over to accept",
    "referral to answer",
    "advice to give",
    "information asked",
    "advice to read",
)
OPEN = tuple(status for status in words.STATUS if status != "past")
SAVED_VIEWS = (
    ("All open", ()),
    ("Concerns", ("concern to look at", "concern open")),
    ("To answer", TO_ANSWER),
    ("Reviews overdue", ("review overdue",)),
    ("Hand-overs offered", ("hand-over offered",)),
    ("Waiting", ("waiting",)),
    ("In treatment", ("in treatment",)),
    ("Sent to others", ("sent",)),
    ("Actions to do", ("action to do",)),
    ("Held by us", ("fallen back", "held")),
    ("Died", ("died",)),
    ("Past", ("past",)),
)
TILES = (
    ("concern to look at", "concerns to look at", "concern to look at", "red"),
    ("concern open", "concerns open", "concern open", "red"),
    ("hand-over to accept", "hand-overs to accept", "hand-over to accept", "red"),
    ("referral to answer", "referrals to answer", "referral to answer", "amber"),
    ("advice to give", "questions for advice", "question for advice", "amber"),
    ("information asked", "questions open", "question open", "amber"),
    ("review overdue", "reviews overdue", "review overdue", "red"),
    ("hand-over offered", "hand-overs offered", "hand-over offered", "purple"),
    ("waiting", "waiting to be seen", "waiting to be seen", "blue"),
    ("in treatment", "in treatment", "in treatment", "blue"),
)


@dataclass(frozen=True, slots=True)
class Tile:
    """A number that leads to the rows it counts."""

    count: int
    text: str
    href: str
    tone: str


@dataclass(frozen=True, slots=True)
class Score:
    """An instrument's first and last total, in words and as a line when there are several."""

    name: str
    first: int
    last: int
    change: str
    line: Markup | None


@dataclass(frozen=True, slots=True)
class Next:
    """What this organisation does next for the person."""

    text: str
    href: str = ""
    when: str = ""
    late: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One person's row, ready to be shown."""

    row: Mapping[str, Any]
    href: str
    name: str
    about: str
    needs: str
    tag: words.Tag
    step: str
    clock: Clock | None
    score: Score | None
    next: Next
    ask: str
    latest: str
    latest_by: str
    complexity: words.Tag | None = None


def tiles(counts: Mapping[str, int], visit: Visit) -> list[Tile]:
    """The numbers that concern this organisation, by what its agreement lets it know."""
    return [
        Tile(
            count := counts.get(status, 0),
            _tile_text(status, one if count == 1 else many, visit),
            "/caseload?" + urlencode({"status": status}),
            tone if count else "plain",
        )
        for status, many, one, tone in TILES
        if status in visit.statuses
    ]


def _tile_text(status: str, text: str, visit: Visit) -> str:
    return text if visit.follows_contacts or status != "waiting" else "being helped"


def score(row: Mapping[str, Any], instrument: Instrument = Instrument.PHQ_9) -> Score | None:
    totals = [total for _, total in row["measures"].get(instrument.value, [])]
    if not totals:
        return None
    if len(totals) == 1:
        return Score(instrument.value, totals[0], totals[0], "One score so far", None)
    return Score(
        instrument.value,
        totals[0],
        totals[-1],
        instruments.change(instrument, totals[0], totals[-1]),
        drawing.sparkline(tuple(totals), SCALES[instrument]),
    )


def worked(row: Mapping[str, Any], me: str) -> tuple[str, Mapping[str, Any]] | None:
    """The referral this organisation works under or should answer: the oldest open one."""
    mine = [
        (key, asked)
        for key, asked in row["referrals"].items()
        if asked.get("receiver") == me and asked["state"] not in ENDED_STATES
    ]
    return min(mine, key=lambda pair: str(pair[1]["made_at"]), default=None)


def _fallen(row: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """The same, with those of shared care: whoever sees the row shares it, or is told none."""
    shared = ((row.get("shared_care") or {}).get("overdue") or {}).items()
    return sorted([*overdue_reviews(row), *shared], key=lambda pair: str(pair[1]["due_on"]))


def next_action(row: Mapping[str, Any], visit: Visit) -> Next:
    """What comes next for this organisation, by the row alone."""
    me, names = row["partner"], visit.names
    under = worked(row, me)
    here = f"/referrals/{under[0]}" if under else f"/people/{row['person']}"
    if under and under[1]["state"] == "accepted" and not visit.follows_contacts:
        return Next("Help; end it when done", here)
    match row["status"]:
        case "concern to look at" | "concern open":
            return _worry(row, visit)
        case "hand-over to accept":
            offered = row["offer"]
            return Next("Accept the hand-over", here, f"Offered {words.short_day(offered['at'])}")
        case "referral to answer":
            made = words.short_day(under[1]["made_at"]) if under else ""
            return Next("Answer the referral", here, f"Received {made}" if made else "")
        case "advice to give":
            return Next("Give advice", here)
        case "advice to read":
            return Next("Read the advice", f"/referrals/{_sent(row, 'advice given')}")
        case "information asked" if under:
            return Next("Wait for an answer", here)
        case "information asked":
            asked = _sent(row, "information asked")
            return Next("Answer the question", f"/referrals/{asked}" if asked else here)
        case "review overdue":
            _, fallen = _fallen(row)[0]
            since = f"Since {words.short_day(fallen['due_on'])}"
            where = "shared-care-joint-review" if fallen["about"] in SHARED else "review"
            if fallen["about"] == ReviewOf.PLAN:
                where = "plan-review"
            return Next(
                f"Review: {fallen['about']}", f"/people/{row['person']}/{where}", since, True
            )
        case "hand-over offered":
            return Next(f"Wait for {names.organisation(row['offer']['receiver'])}")
        case "waiting" | "in treatment":
            booked = _appointment(row, visit, here)
            return booked if booked.late else look_again(row, visit) or booked
        case "action to do":
            return _to_do(row, visit)
        case "sent":
            return Next("Wait for an answer" if not _sent(row, "accepted") else "Being helped")
        case _:
            closed = _sent(row, "closed")
            return Next("Read the outcome", f"/referrals/{closed}") if closed else Next("")


def _worry(row: Mapping[str, Any], visit: Visit) -> Next:
    """Who must look at a concern, and by when; or that it waits for its outcome."""
    here = f"/people/{row['person']}"
    open_ones = [each for each in concern.of(dict(row)) if concern.open_to(each)]
    waiting = [each for each in open_ones if concern.waits(each)]
    if not waiting:
        return Next("Say what came of the concern", here)
    first = min(waiting, key=lambda each: str(each["look_by"]))
    late = words.instant(first["look_by"]) < words.instant(visit.now)
    due = f"{'Overdue since' if late else 'By'} {words.moment(first['look_by'])}"
    return Next("Look at the concern", here, due, late)


def look_again(row: Mapping[str, Any], visit: Visit) -> Next | None:
    """Treatment that shows no response for as long as NICE waits, to be reviewed by then."""
    today = words.instant(visit.now).date()
    silent = no_response(row, today)
    if silent is None:
        return None
    return Next(
        f"Review treatment: no response in {silent.weeks} weeks",
        f"/referrals/{silent.referral}",
        f"PHQ-9 {silent.first} to {silent.last}, by {words.day(silent.due_on)}",
        today > silent.due_on,
    )


def _to_do(row: Mapping[str, Any], visit: Visit) -> Next:
    """What a meeting agreed that this organisation does, and whether its day has passed."""
    mine = [
        agreed
        for agreed in agreed_of(dict(row))
        if agreed["owner"] == row["partner"] and agreed["state"] == OPEN_ACTION
    ]
    assessing = [
        entry
        for entry in (row.get("carers_register") or {}).values()
        if entry.get("owner") == row["partner"] and entry["state"] == ASKED
    ]
    if not mine and not assessing:  # what is left to do is that the prescriber speaks
        return Next("Dispensing has stopped", f"/people/{row['person']}#shared-care", "", True)
    due = date.fromisoformat((mine or assessing)[0]["due_on"])
    days = (words.instant(visit.now).date() - due).days
    late = f"{days} day{'' if days == 1 else 's'} overdue" if days > 0 else ""
    here = f"/people/{row['person']}#actions"
    if not mine:
        here = f"/people/{row['person']}#carers"
        return Next("Assess the carer", here, late or f"By {words.day(due)}", days > 0)
    return Next("Do what was agreed", here, late or f"By {words.day(due)}", days > 0)


def _sent(row: Mapping[str, Any], state: str) -> str:
    """A referral this organisation sent that is in this state."""
    for key, asked in row["referrals"].items():
        if asked["part"] == "sent" and asked["state"] == state:
            return str(key)
    return ""


def missed(row: Mapping[str, Any], visit: Visit) -> int:
    """How many were missed in a row under the referral one works under, if it is time to ask why.

    How many that is, is a rule with dates.
    """
    under = worked(row, row["partner"])
    in_a_row = int(row.get("missed", {}).get(under[0], 0)) if under else 0
    return in_a_row if repeated(in_a_row, visit.moment or visit.now) else 0


def _appointment(row: Mapping[str, Any], visit: Visit, here: str) -> Next:
    open_ones = sorted(
        (words.instant(c["starts_at"]), key)
        for key, c in row["contacts"].items()
        if c.get("starts_at") and not c.get("outcome") and c.get("provider") == row["partner"]
    )
    for at, key in open_ones:
        days = (words.instant(visit.now).date() - at.date()).days
        if days > 0:
            overdue = f"{days} day{'' if days == 1 else 's'} overdue"
            return Next("Record attendance", f"{here}/appointments/{key}", overdue, True)
        return Next("Appointment", here, "Today" if days == 0 else words.day(at))
    if many := missed(row, visit):
        return Next(f"Ask why {many} in a row were missed", here, late=True)
    first = row["status"] == "waiting"
    return Next("Book a first appointment" if first else "Book the next one", here)


def _clock(
    row: Mapping[str, Any], under: tuple[str, Mapping[str, Any]] | None, visit: Visit
) -> Clock | None:
    """The clock of a row; by the place's way where it has one of its own for such a referral."""
    directory, now = visit.names.directory, visit.moment or visit.now
    service = directory.services.get(UUID(under[1]["service"])) if under else None
    if under is None or service is None:
        return clock(row, None, now)
    mine = directory.partners[service.partner].kind
    way = directory.way(words.instant(under[1]["made_at"]).date())
    priority = under[1].get("priority") or ""
    local = initial_assessment(way, service.step, mine, priority)
    return clock(row, service.step, now, local=local)


def line(row: Mapping[str, Any], visit: Visit) -> Line:
    names, today = visit.names, words.instant(visit.moment or visit.now).date()
    under = worked(row, row["partner"])
    about = [str(words.age(row["date_of_birth"], today))] if row.get("date_of_birth") else []
    if row.get("practice"):
        about.append(names.organisation(row["practice"]))
    if not about:
        about = [row["phone"]] if row.get("phone") else [words.identifier(row["person"])]
    if many := missed(row, visit):
        about.append(f"{many} appointments missed in a row")
    worker = names.practitioner(row["key_worker"]) if row.get("key_worker") else "No key worker"
    latest, coded = row["latest"], row.get("complexity")
    by = ""
    if latest:
        by = names.organisation(latest["by_organisation"]) if latest["by_organisation"] else ""
        by = ", ".join(part for part in (by, words.short_day(latest["at"])) if part)
    return Line(
        row=row,
        href=visit.at_its_moment(f"/people/{row['person']}"),
        name=row.get("name", "No longer shared with us"),
        about=" · ".join(about),
        needs=flag(row),
        tag=visit.standing(row["status"]),
        step=f"Step {row['step']} · {worker}" if row.get("step") else "",
        clock=_clock(row, under, visit) if visit.moment else None,
        score=score(row),
        next=next_action(row, visit) if visit.when.now else Next(""),
        ask=str(under[1].get("ask", "")) if under else "",
        latest=telling.latest(latest["type"]) if latest else "",
        latest_by=by,
        complexity=words.COMPLEXITY[coded["complexity"]] if coded else None,
    )


@router.get("/caseload", response_class=HTMLResponse)
async def caseload(
    visit: SeeingVisit,
    status: Annotated[list[str] | None, Query()] = None,
    complexity: Annotated[list[str] | None, Query()] = None,
    sort: str = "urgency",
    after: Annotated[str | None, Query(max_length=300)] = None,
) -> HTMLResponse:
    """The organisation's caseload, filtered and sorted as the address says."""
    if not visit.caller.sight.whole:
        return await desk.people(visit, "", after)
    return await _shown(visit, status or (), complexity or (), "", sort, after)


@router.post("/caseload", response_class=HTMLResponse)
async def filtered(
    visit: SeeingVisit,
    status: Annotated[list[str] | None, Field()] = None,
    complexity: Annotated[list[str] | None, Field()] = None,
    q: Annotated[str, Field(max_length=100)] = "",
    sort: Annotated[str, Field()] = "urgency",
) -> Response:
    """The people with this in their name: a name is sent in a body and stands in no address."""
    if not visit.caller.sight.whole:
        return await desk.people(visit, q, None)
    if q:
        return await _shown(visit, status or (), complexity or (), q, sort, None)
    kept = [("status", s) for s in status or ()]
    kept += [("complexity", c) for c in complexity or ()] + [("sort", sort)] * (sort != "urgency")
    kept += visit.clocks.items()
    return RedirectResponse(f"/caseload?{urlencode(kept)}" if kept else "/caseload", 303)


def asked_for(
    visit: Visit, status: Sequence[str], complexity: Sequence[str], sort: str
) -> tuple[tuple[str, ...], tuple[str, ...], str]:
    """Which statuses, colours and order an address means; what it says beside them is passed by."""
    return (
        tuple(s for s in status if s in visit.statuses),
        tuple(c for c in complexity if c in words.COMPLEXITY),
        sort if sort in ("urgency", "name", "complexity") else "urgency",
    )


async def _shown(
    visit: Visit,
    status: Sequence[str],
    complexity: Sequence[str],
    q: str,
    sort: str,
    after: str | None,
) -> HTMLResponse:
    chosen, colours, sort = asked_for(visit, status, complexity, sort)
    found = await visit.here.reading.caseload(
        visit.caller.organisation,
        status=chosen,
        complexity=colours,
        query=q,
        sort=sort,
        after=after,
        limit=SEARCHED if q else ROWS,
        when=visit.when,
    )
    kept: list[tuple[str, str]] = [("status", s) for s in chosen]
    kept += [("complexity", c) for c in colours]
    kept += [("sort", sort)] if sort != "urgency" else []
    kept += visit.clocks.items()

    def address(*more: tuple[str, str], without: tuple[str, ...] = ()) -> str:
        pairs = [pair for pair in kept if pair[0] not in without] + list(more)
        return "/caseload?" + urlencode(pairs) if pairs else "/caseload"

    chips = [
        (
            visit.standing(s).text,
            address(*[("status", o) for o in chosen if o != s], without=_STATUS),
        )
        for s in chosen
    ]
    chips += [
        (
            words.COMPLEXITY[c].text,
            address(*[("complexity", o) for o in colours if o != c], without=("complexity",)),
        )
        for c in colours
    ]
    chips += [(f"“{q}”", address())] if q else []
    views = [
        (
            visit.standing("waiting").text if among == ("waiting",) else text,
            "/caseload?" + urlencode([("status", s) for s in among]) if among else "/caseload",
            sum(found.counts.get(s, 0) for s in among or OPEN),
            set(among) == set(chosen) and not q,
        )
        for text, among in SAVED_VIEWS
        if not among or visit.statuses.keys() & set(among)
    ]
    return await visit.page(
        "caseload.html",
        title="Caseload",
        section="/caseload",
        lines=[line(row, visit) for row in found.rows],
        total=found.total,
        tiles=tiles(found.counts, visit),
        views=views,
        chips=chips,
        chosen=chosen,
        colours=colours,
        complexity=words.COMPLEXITY if coded_here(visit) else {},
        q=q,
        sort=sort,
        begun=after is not None,
        sort_links={
            s: address(("sort", s), without=("sort",)) for s in ("name", "urgency", "complexity")
        },
        next_link=address(("after", found.next)) if found.next and not q else "",
        more=bool(found.next and q),
        first_link=address(),
        sheet_link="" if q else address().replace("/caseload", "/caseload.csv", 1),
        engagement=Category.ENGAGEMENT in visit.categories,
        coordination=Category.COORDINATION in visit.categories,
        clinical=Category.CLINICAL in visit.categories,
    )


def coded_here(visit: Visit) -> bool:
    """Whether colours mean something here to an organisation that may be told them."""
    way = visit.names.directory.way(words.instant(visit.now).date())
    colours = way.complexity if way else ()
    return bool(colours) and Category.COORDINATION in visit.categories


_STATUS = ("status",)
