"""One referral by a link, without an account: see it, and answer it for the organisation.

Opening the link changes nothing and shows nobody: a mail's links are fetched by machines. Only what
somebody presses there lets their browser in, under a cookie, and takes the link out of the address.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi import Form as Sent
from fastapi.responses import HTMLResponse, RedirectResponse

from api.access import ByLink, linked
from api.asking import Activity, Asking
from api.pages import referrals, words
from api.pages.activities import ON_REFERRAL, Doing, Row
from api.pages.forms import Form, new_key
from api.pages.opened import Opened as Before
from api.pages.problem import PageRoute
from api.pages.rendering import render
from api.pages.visit import DONE, PATIENCE_SECONDS, Visit
from api.parts import Here, Parts
from api.problems import LinkIsNotOpen, NothingIsHere, PositionIsNotReached
from domain.request import State
from domain.sharing import RECEIVED
from projections.behalf import acting_for
from projections.links import VISIT, Link, Opened
from projections.moments import NOW

router = APIRouter(route_class=PageRoute)

MAY = ("acceptance", "information-request", "first-contact", "decline", "closure")
"""What may be asked of a referral by link, as far as it may be asked at all."""

ENDING = frozenset({"decline", "closure"})
"""After which there is nothing left to do."""

OVER = frozenset({State.CLOSED, State.ACKNOWLEDGED, State.WITHDRAWN, State.DECLINED, State.EXPIRED})
"""Where a referral stands when no link opens it any more."""

LONGEST_NAME = 100


@dataclass(frozen=True)
class Linked(Visit):
    """Somebody at the referral of their link. There is no menu: nothing else is theirs to see."""

    opened: Opened
    row: Row

    async def page(self, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
        """A page without a menu."""
        return render(
            template,
            status=status,
            names=self.names,
            today=self.today,
            linked=self,
            done=DONE.get(self.request.query_params.get("done", ""), ""),
            **context,
        )

    @property
    def actions(self) -> list[str]:
        """What may be asked now."""
        return [name for name in MAY if name in self.row.get("actions", ())]


async def visiting(
    request: Request,
    here: Here,
    came: ByLink,
    min_position: Annotated[int, Query(alias="min-position", ge=0)] = 0,
) -> Linked:
    """Somebody at their referral. Raises `LinkIsNotOpen` once that is over or shared no more."""
    if min_position and not await here.reading.reached(min_position, PATIENCE_SECONDS):
        raise PositionIsNotReached
    caller, opened = came
    row = await _row(opened.link, here)
    names = words.Names(await here.reading.directory())
    return Linked(request, here, caller, names, NOW, here.clock(), opened, row)


LinkedVisit = Annotated[Linked, Depends(visiting)]


async def _row(link: Link, here: Parts) -> Row:
    """The referral as the organisation may know it. Raises `LinkIsNotOpen`."""
    row = await here.reading.referral(link.partner, link.referral)
    if row is None or row["part"] != RECEIVED or State(row["state"]) in OVER:
        raise LinkIsNotOpen
    return row


@router.get("/link/{token}", response_class=HTMLResponse)
async def link_page(token: str, here: Here) -> Response:
    """What the link is and for which organisation. Nothing happens and nobody is shown."""
    return await _about(token, here)


async def _about(token: str, here: Parts, *, error: str = "", name: str = "") -> Response:
    link = await _good(token, here)
    if link is None:
        return _over(token)
    directory = await here.reading.directory()
    return render(
        "link.html",
        status=422 if error else 200,
        title="A referral for your organisation",
        organisation=directory.partners[link.partner].name,
        until=link.ends_at,
        action=f"/link/{token}",
        values={"name": name},
        errors={"name": error} if error else {},
    )


async def _good(token: str, here: Parts) -> Link | None:
    """The link that this opens, as long as its agreement and its referral let it."""
    link = await here.links.found(token) if here.links else None
    if link is None:
        return None
    with acting_for(link.partner):
        try:
            await linked(link, "", here)
            await _row(link, here)
        except LinkIsNotOpen:
            return None
    return link


def _over(token: str, *, asked: bool = False) -> Response:
    """The one page for every link that opens nothing, whichever way that came about."""
    return render(
        "link_over.html",
        status=200 if asked else 404,
        title="Another link is asked for" if asked else "This link opens nothing",
        action=f"/link/{token}/another",
        asked=asked,
    )


@router.post("/link/{token}", response_class=HTMLResponse)
async def open_link(token: str, here: Here, name: Annotated[str, Sent()] = "") -> Response:
    """Let this browser in, under the name that was typed."""
    given = " ".join(name.split())
    if not given or len(given) > LONGEST_NAME:
        wrong = f"Enter your name, in at most {LONGEST_NAME} letters"
        return await _about(token, here, error=wrong, name=given[:LONGEST_NAME])
    link = await _good(token, here)
    secret = await here.links.open(token, given) if here.links and link else None
    if secret is None:
        return _over(token)
    response = RedirectResponse("/linked", status_code=303)
    response.set_cookie(
        here.link_cookie,
        secret,
        max_age=int(VISIT.total_seconds()),
        httponly=True,
        secure=here.secure,
        samesite="strict",
    )
    return response


@router.post("/link/{token}/another", response_class=HTMLResponse)
async def want_another(token: str, here: Here) -> Response:
    """Ask for another link. It goes where the organisation agreed to, and to no other address."""
    if here.links:
        await here.links.want(token)
    return _over(token, asked=True)


@router.get("/link-ended", response_class=HTMLResponse)
async def link_ended(done: str = "") -> Response:
    """What was done last, and that there is nothing left to do."""
    return render("link_ended.html", title="Thank you", done=DONE.get(done, ""))


@router.get("/linked", response_class=HTMLResponse)
async def linked_referral(visit: LinkedVisit) -> Response:
    """The referral: what is asked, whom to ring, the answers so far, and what may come next."""
    me, row = visit.caller.organisation, visit.row
    subject = UUID(row["person"])
    seen = await visit.here.reading.newest(me)
    record = await visit.here.reading.record(me, subject) or {}
    entries = await visit.here.reading.history(me, subject)
    phone = [("Phone", str(record["phone"]))] if record.get("phone") else []
    return await visit.page(
        "linked.html",
        title=f"Referral of {row.get('name') or 'somebody'}",
        asked=row,
        what=[*phone, *referrals.what(row, visit), *referrals.needed(record)],
        events=[
            referrals.happened(entry, visit.names)
            for entry in entries
            if entry.data.get("stream") == str(row["id"])
        ],
        doing=[(n, ON_REFERRAL[n].text, not ON_REFERRAL[n].button) for n in visit.actions],
        key=new_key(),
        seen=seen,
    )


def _form(doing: Doing, visit: Linked, activity: str, seen: Before) -> Form[Any]:
    return Form(
        title=doing.text,
        caption=str(visit.row.get("name") or ""),
        lede=(doing.lede,) if doing.lede else (),
        button=doing.button or doing.text,
        model=doing.model,
        groups=(("", doing.questions(visit, visit.row)),),
        action=f"/linked/{activity}",
        section="",
        back_to=("/linked", "Referral"),
        opened=seen,
    )


async def _asked(visit: Linked, activity: str) -> Form[Any]:
    """The form of something that may be asked by link. Raises `NothingIsHere`."""
    if activity not in MAY:
        raise NothingIsHere
    number = await visit.here.reading.newest(visit.caller.organisation)
    before = Before(UUID(visit.row["person"]), number, visit.opened.link.referral)
    return _form(ON_REFERRAL[activity], visit, activity, before)


@router.get("/linked/{activity}", response_class=HTMLResponse)
async def linked_question(visit: LinkedVisit, activity: str) -> Response:
    """The question that goes with an answer."""
    form = await _asked(visit, activity)
    if not ON_REFERRAL[activity].button:
        raise NothingIsHere
    return await form.show(visit)


@router.post("/linked/{activity}", response_class=HTMLResponse)
async def linked_answer(visit: LinkedVisit, activity: str) -> Response:
    """Ask what was chosen, with who chose it written down first."""
    form = await _asked(visit, activity)
    weigh = ON_REFERRAL[activity].weighing
    return await form.sent(
        visit,
        partial(_ask, visit, activity),
        done=activity,
        then="/link-ended" if activity in ENDING else "/linked",
        shape=ON_REFERRAL[activity].shape,
        weighing=partial(weigh, visit, visit.row) if weigh else None,
    )


async def _ask(visit: Linked, activity: str, body: Activity, asks: Asking) -> Response:
    if visit.here.links is None:
        raise LinkIsNotOpen
    await visit.here.links.did(visit.opened, activity, asks.key)
    return await ON_REFERRAL[activity].ask(visit.opened.link.referral, body, asks)
