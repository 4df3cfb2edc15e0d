"""A visit to a page: who came, what moment they look at, and how they ask for something."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Depends, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api.access import SignedIn, caring, counting, seeing
from api.asking import Asking
from api.looks import makes_packs
from api.pages import moments, words
from api.pages.language import _
from api.pages.moments import CLOCKS
from api.pages.rendering import render
from api.parts import Caller, Here, Parts
from api.problems import PositionIsNotReached
from domain.kernel import Category
from domain.policies import entry
from domain.policies.exceptional import in_force
from domain.policies.roles import Duty
from domain.vocabulary import Role
from projections.moments import When
from projections.progress import Progress, State

NAVIGATION = (
    ("/", _("My day")),
    ("/caseload", _("Caseload")),
    ("/referrals", _("Referrals")),
    ("/mdt", _("MDT meetings")),
    ("/refer", _("Refer someone")),
    ("/groups", _("Groups")),
    ("/services", _("Services")),
    ("/stream", _("Stream")),
)
OF_NOBODY = (
    ("/", _("My day")),
    ("/flow", _("Flow and waits")),
    ("/outcomes", _("Outcomes")),
    ("/aims", _("Aims")),
    ("/services", _("Services")),
    ("/unmet-need", _("Unmet need")),
)
"""For who may see nobody who is helped."""
OF_THE_DESK = (("/caseload", _("People")), ("/services", _("Services")))
"""For who sees who people are, and nothing of their care."""
OF_THE_OFFICER = (("/", _("My day")), ("/privacy", _("Privacy desk")), ("/services", _("Services")))
"""For who looks after privacy."""
PATIENCE_SECONDS = 5.0
ROWS = "X-Rows"
"""The persons whose rows an open page asks for again, with a space between them."""

DONE = {
    "concern": "The concern is raised. Somebody looks; in danger now, call 999.",
    "concern-acknowledgement": "You have looked. Your organisation has the concern.",
    "concern-resolution": "What came of the concern is recorded.",
    "concern-passing-on": "The concern is passed on. You have it until somebody there looks.",
    "concern-refusal": "You do not take the concern on. Who passed it on still has it.",
    "safeguarding": "The safeguarding referral is recorded.",
    "presence": "You are in the room.",
    "acceptance": "You accepted the referral. The sender can see it.",
    "decline": "You declined the referral. The sender still holds the person and can see why.",
    "redirection": "You redirected the referral.",
    "information-request": "You asked the sender for more information.",
    "information": "You sent the information to the receiver.",
    "withdrawal": "You withdrew the referral.",
    "closure": "You ended this help. The sender can see it.",
    "silence-acknowledgement": "You see to what nobody answered. Nobody else is told of it.",
    "acknowledgement": "You recorded that you have read the outcome.",
    "review": "The review is recorded.",
    "goal": "The goal is set.",
    "goal-reached": "The goal is reached.",
    "goal-dropped": "The goal is no longer wanted.",
    "plan": "The plan is agreed. Each organisation sees what it will do.",
    "plan-review": "The review of the plan is recorded.",
    "feedback": "What they said is recorded.",
    "training": "The training is recorded.",
    "training-attended": "Who was there is recorded.",
    "pause": "The wait is paused.",
    "resumption": "The pause has ended.",
    "nullification": "The wait counts no more. Its history stays.",
    "reinstatement": "The wait counts again, from its first day.",
    "appointments": "The appointment is booked.",
    "attendance": "The attendance is recorded.",
    "appointment-offer": "The times are offered. Record which one the person chooses.",
    "time-choice": "The appointment is booked.",
    "no-time": "Recorded: none of the times was taken. You can offer others.",
    "rebooking": "The appointment has its new time.",
    "correction": "The outcome is put right. What was recorded before stays in the history.",
    "group-planned": "The group is planned.",
    "group-session": "The attendance is recorded.",
    "group-member": "They have a place in the group.",
    "group-waiting-place": "They wait for a place.",
    "group-free-places": "The free places are given to those who waited.",
    "group-departure": "They are in the group no longer.",
    "group-session-cancellation": "The session is called off.",
    "group-ending": "The group has ended.",
    "scores": "The score is recorded.",
    "score-correction": "The score is put right. The history keeps both.",
    "referred": "The referral is sent.",
    "advice-asked": "Your question is sent.",
    "advice": "Your advice is sent.",
    "first-contact": "Recorded: you have seen or spoken with them.",
    "heard": "The referral that was said to you is recorded.",
    "handover-acceptance": "You accepted the hand-over. You are responsible from now on.",
    "handover-decline": "You declined the hand-over. The sender still holds the person.",
    "handover-withdrawal": "The hand-over is taken back. You still hold the person.",
    "objection-lifting": "The objection is lifted. That organisation is told again.",
    "handover": "The hand-over is offered. You hold the person until it is accepted.",
    "key-worker": "The key worker is named.",
    "objection": "The objection is recorded. That organisation is told nothing more.",
    "consent": "Recorded: they agreed to that organisation being told.",
    "consent-withdrawal": "Recorded. That organisation is told nothing more.",
    "use-objection": "The objection is recorded. Who is told for that use alone is told no more.",
    "use-objection-lifting": "The objection to that use is lifted.",
    "rectification": "It is asked to be put right. Who recorded it answers within a month.",
    "rectification-decision": "Your decision is recorded. Whoever was told of it is told this.",
    "removed": "Recorded: you have removed all of it.",
    "sealing": "It is sealed. Others who were told of it forget it.",
    "unsealing": "The seal is lifted. Others are told of it again, as they may be.",
    "disclosure": "What was told without consent is recorded.",
    "corrected": "The details are put right. What was recorded before stays in the history.",
    "settled": "The conflict is settled. The other entries stay in the history.",
    "disagreement": "The disagreement is recorded beside what it is about.",
    "needs": "The communication needs are recorded.",
    "adjustment": "The adjustment is agreed.",
    "need-met": "Whether the need was met is recorded.",
    "need-end": "The need has ended.",
    "needs-review": "It is recorded that their needs were looked at again.",
    "carer": "The carer is recorded.",
    "carer-may-be-told": "What the carer may be told is recorded.",
    "carer-emergency": "Whom to ring in an emergency is recorded.",
    "carer-registration": "The carer is on the register. Their assessment is asked for.",
    "carer-assessment": "The assessment is recorded.",
    "carer-assessment-request": "Their assessment is asked for again.",
    "carer-assessment-refusal": "It is recorded that the carer does not want to be assessed.",
    "carer-end": "It is recorded that they care no longer.",
    "shared-care": "The care is shared.",
    "shared-care-joint-review": "The joint review is recorded.",
    "shared-care-supervision": "Doses are taken at the pharmacy.",
    "shared-care-supervision-end": "Doses are taken home.",
    "shared-care-pharmacy": "Another pharmacy dispenses.",
    "shared-care-missed-doses": "The doses missed are reported.",
    "shared-care-resumption": "The pharmacy may dispense again.",
    "shared-care-end": "Shared care has ended.",
    "scheduled": "The meeting is scheduled.",
    "listed": "The case is on the list.",
    "room": "Who was in the room is recorded.",
    "decision": "The decision is recorded.",
    "closed": "The meeting is closed.",
    "pen": "You hold the pen.",
    "pen-asked": "They see that you ask for the pen.",
    "pen-given": "You gave the pen away.",
    "circulated": "The list went round.",
    "apologies": "Who was absent is recorded.",
    "dissent": "The dissent is recorded. The decision stays as it was.",
    "action": "The action is agreed. Who is to do it sees it now.",
    "practitioner": "They act for the organisation. Invite them, so that they can sign in.",
    "practitioner-role": "They act in this role from now on.",
    "practitioner-departure": "They no longer act for the organisation, and are signed out.",
    "practitioner-identity": "It is recorded who they are to the provider.",
    "records-link": "The two records are linked as one person.",
    "records-ruling-out": "The two records are of two people.",
    "records-unlinking": "The link is undone. Each record is what it was alone.",
    "action-done": "The action is done.",
    "action-dropped": "The action is dropped.",
    "implemented": "The decision is implemented.",
    "not-implemented": "Why the decision was not implemented is recorded.",
    "superseded": "The later decision took its place.",
    "discussed": "The discussion is recorded.",
    "hand-back": "They are offered back. You still hold the person until they accept.",
    "hold": "The person is on hold.",
    "hold-end": "The hold is ended.",
    "coordinator": "The clinical co-ordinator is named.",
    "discharge": "The discharge is proposed.",
    "discharge-agreement": "Your agreement is recorded.",
    "discharge-withdrawal": "The discharge is no longer proposed.",
    "stepped-care": "The model is chosen.",
    "way": "How this place works is chosen.",
    "complexity": "How complex the case is, and why, is recorded.",
    "work": "The social work is recorded.",
    "work-done": "What became of it is recorded.",
    "ended": "The pathway is closed.",
    "death": "The death is recorded. Nobody is asked to chase them.",
    "death-in-error": "The death is taken back. Whoever was told of it is told this.",
    "moving-away": "The move is recorded.",
    "reopening": "The pathway is open again. You are responsible from now on.",
    "fallback-acknowledgement": "You have seen that they fell back to your organisation.",
    "capacity": "The places are saved. They are counted from here on.",
    "service-opened": "The service is offered.",
    "service-described": "What the service says of itself is saved.",
    "service-paused": "The service takes nobody new for now.",
    "service-reopened": "The service takes people again.",
    "service-closed": "The service is closed. Who waits there goes back within minutes.",
    "unmet-need": "It is written down and counted.",
    "emergency-access": "The record is open for one hour. Your privacy officer is told.",
    "emergency-access-end": "The record is closed.",
    "emergency-access-review": "The review is recorded.",
    "sealed-opening": "It is open. Your privacy officer is told.",
    "sealed-closing": "It is sealed again.",
    "opening-grant": "They may open what is sealed from now on.",
    "opening-grant-end": "They open what is sealed no longer.",
    "subject-access": "The request is recorded.",
    "erasure": "It is ordered. Somebody else confirms it.",
    "erasure-confirmation": "It is confirmed. Until its day it can be cancelled.",
    "erasure-cancellation": "It is cancelled.",
    "subject-access-item": "The decision is recorded.",
    "subject-access-answer": "It is answered. Print it and give it to the person.",
    "system": "The system is registered. It gets tokens by what its key signs.",
    "system-key": "The system may sign with this key too.",
    "system-key-withdrawn": "The public key is revoked. It proves nothing from now on.",
    "system-key-revoked": "The key is revoked. It opens nothing from now on.",
    "system-ended": "The system has ended. It opens nothing from now on.",
    "purpose": "You look for this purpose from now on.",
    "liaison": "They are in touch with the drug service from now on.",
    "privacy-officer": "They look after privacy from now on.",
    "agreement": "The agreement is signed. What is told and withdrawn follows within minutes.",
    "agreement-ended": "The agreement has ended. All that was told is withdrawn.",
    "endpoint-pause": "The endpoint is paused.",
    "endpoint-resumption": "The endpoint is told again.",
    "endpoint-ending": "Nothing is sent to the endpoint any more.",
    "endpoint-test": "The test is on its way. What came of it is listed below within seconds.",
    "endpoint-replay": "The replay is asked for.",
    "endpoint-redrive": "They are sent again.",
    "host-allowed": "Endpoints may be at this host.",
    "host-removed": "Nothing is sent to this host any more.",
    "view-asked": "It is asked. Whoever folds the views carries it out.",
    "leaving": "The organisation has left. Whom it held falls back within minutes.",
}


@dataclass(frozen=True, slots=True)
class Freshness:
    """How new what a page shows is."""

    position: int
    lag: float
    state: State = State.OK
    past: bool = False
    said: str = ""
    now_link: str = ""
    as_at_local: str = ""

    @classmethod
    def of(cls, found: Progress, as_at_local: str = "") -> Freshness:
        """How new what the views show now is."""
        return cls(found.position, found.seconds, found.state, as_at_local=as_at_local)


@dataclass(frozen=True, slots=True)
class Following:
    """The record that a page shows: what is told of it after an entry is said on the page."""

    person: UUID
    number: int
    referral: UUID | None = None
    writing: bool = False
    """Whether the page is a form: what was typed must not be lost."""

    @property
    def address(self) -> str:
        """Where the page asks what that was."""
        more = {"referral": self.referral, "writing": "yes" if self.writing else None}
        query = urlencode({name: value for name, value in more.items() if value})
        return f"/live/since/{self.person}/{self.number}" + (f"?{query}" if query else "")


@dataclass(frozen=True)
class Visit:
    """Somebody at one page, for their organisation, at one moment."""

    request: Request
    here: Parts
    caller: Caller
    names: words.Names
    when: When
    now: datetime
    newest: int | None = field(default=None, kw_only=True)
    """The newest entry of the organisation's share that every view showed before anything was read
    for the page: it hears what follows. ``None`` on a page that hears nothing."""

    @property
    def path(self) -> str:
        return self.request.url.path

    @property
    def organisation(self) -> str:
        return self.names.organisation(self.caller.organisation)

    @property
    def today(self) -> date:
        return words.instant(self.now).date()

    @property
    def who(self) -> str:
        known = self.names.practitioners.get(self.caller.practitioner)
        return f"{self.caller.name} · {known.title}" if known else self.caller.name

    @property
    def navigation(self) -> tuple[tuple[str, str], ...]:
        if self.sees_persons:
            return NAVIGATION
        if self.looks_after_privacy:
            return OF_THE_OFFICER
        return OF_THE_DESK if self.caller.sight.categories else OF_NOBODY

    @property
    def sees_persons(self) -> bool:
        return self.caller.cares and self.caller.sight.whole

    @property
    def administers_place(self) -> bool:
        """Whether the visitor is an administrator of the host."""
        at_the_host = self.caller.organisation == self.here.care.host
        return at_the_host and self.caller.role is Role.ADMINISTRATOR

    @property
    def operates_place(self) -> bool:
        """Whether the visitor sees how the place runs."""
        at_the_host = self.caller.organisation == self.here.care.host
        return at_the_host and self.caller.role in (Role.ADMINISTRATOR, Role.OPERATOR)

    @property
    def administers(self) -> bool:
        """Whether the visitor says who acts for their organisation."""
        return self.caller.role is Role.ADMINISTRATOR

    @property
    def looks_after_privacy(self) -> bool:
        """Whether the visitor is a privacy officer of their organisation."""
        return Duty.PRIVACY in self.caller.duties

    @property
    def judges(self) -> bool:
        """Whether the visitor says as a health professional what a person is shown."""
        return self.caller.role is Role.CLINICIAN and self.sees_persons

    @property
    def opens_in_emergency(self) -> bool:
        """Whether the visitor is a clinician where health or social care is given."""
        partner = self.names.directory.partners.get(self.caller.organisation)
        if partner is None or partner.left or partner.kind not in entry.HOLDING:
            return False
        return self.caller.role in in_force(self.now).roles

    @property
    def sees_looks(self) -> bool:
        """Whether the visitor may see who looked."""
        return self.looks_after_privacy or self.caller.role is Role.AUDITOR

    @property
    def makes_packs(self) -> bool:
        """Whether the visitor is given evidence packs."""
        return makes_packs(self.caller, self.here)

    @cached_property  # a list asks it for each of its rows
    def categories(self) -> frozenset[Category]:
        """What the organisation's agreement lets it know."""
        agreement = self.names.directory.agreements.get(self.caller.organisation)
        return frozenset(agreement.categories) if agreement else frozenset()

    @property
    def follows_contacts(self) -> bool:
        return Category.ENGAGEMENT in self.categories

    @cached_property  # a list asks it for each of its rows
    def statuses(self) -> dict[str, words.Tag]:
        """Where a person can stand for this organisation, by what it may know.

        Who is told of no contact is told of no first one either, so nobody "waits" or is "in
        treatment" there: they are being helped.
        """
        known = dict(words.STATUS)
        if not self.follows_contacts:
            known["waiting"] = words.Tag("Being helped", "green")
            del known["in treatment"]
        if Category.SAFETY not in self.categories:
            for status in ("concern to look at", "concern open"):
                del known[status]
        if Category.COORDINATION not in self.categories:
            for status in (
                "fallen back",
                "hand-over to accept",
                "review overdue",
                "hand-over offered",
            ):
                del known[status]
            for status in ("held", "involved"):
                del known[status]
        if Category.DEMOGRAPHIC not in self.categories:
            del known["died"]
        return known

    def standing(self, status: str) -> words.Tag:
        return self.statuses.get(status, words.STATUS[status])

    @property
    def not_shared(self) -> str:
        """The sentence that explains why something is absent, or nothing when all is shared."""
        agreement = self.names.directory.agreements.get(self.caller.organisation)
        known = self.categories | words.SAID_OTHERWISE
        hidden = [text for kind, text in words.KINDS.items() if kind not in known]
        if not hidden or agreement is None:
            return ""
        listed = "; ".join(hidden)
        return (
            f"Not shared with {self.organisation} under its agreement "
            f"({agreement.reference}): {listed}."
        )

    @property
    def moment(self) -> datetime | None:
        """The time one looks at; ``None`` for a position of the log, whose time is not known."""
        if self.when.now:
            return self.now
        if self.when.as_of is not None:
            return self.when.as_of
        return self.when.as_at if isinstance(self.when.as_at, datetime) else None

    @property
    def clocks(self) -> dict[str, str]:
        """The moment as the address says it, to be kept on the way to the next page."""
        said = self.request.query_params
        return {name: said[name] for name in CLOCKS if said.get(name)}

    def at_its_moment(self, path: str) -> str:
        """The address of another page or file, at the moment this page is of."""
        return f"{path}?{urlencode(self.clocks)}" if self.clocks else path

    @property
    def live(self) -> str:
        """Where the page hears of news; nothing on a page of the past."""
        return f"/live?after={self.newest}" if self.newest is not None and self.when.now else ""

    def shows(self, person: UUID | str) -> bool:
        """Whether somebody's row is wanted: all are, unless an open page asks for a few again."""
        wanted = self.request.headers.get(ROWS)
        return wanted is None or str(person) in wanted.split()

    async def freshness(self) -> Freshness:
        reading = self.here.reading
        if self.when.now:
            return Freshness.of(await reading.progress(), moments.local(self.now))
        kept = [(k, v) for k, v in self.request.query_params.multi_items() if k not in CLOCKS]
        position = await reading.position(self.when)
        return Freshness(
            position=position,
            lag=0.0,
            past=True,
            said=moments.said(self.when, position),
            now_link=f"{self.path}?{urlencode(kept)}" if kept else self.path,
            as_at_local=moments.local(self.when.as_at),
        )

    async def page(self, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
        """A page of this visit. ``section`` is the part of the menu it belongs to."""
        if "fresh" not in context:
            context["fresh"] = await self.freshness()
        return render(
            template,
            status=status,
            visit=self,
            names=self.names,
            done=DONE.get(self.request.query_params.get("done", ""), ""),
            today=self.today,
            **{"watched": None} | context,
        )

    def asking(self, key: UUID) -> Asking:
        """A change asked by this visitor: the pages ask through the same functions as the API."""
        return Asking(self.here, self.caller, key, self.request)

    def see(self, path: str, answer: Response, done: str) -> RedirectResponse:
        """Go and see what was changed, once the views show it."""
        query = {"done": done}
        if position := answer.headers.get("X-Position"):
            query["min-position"] = position
        joined = "&" if "?" in path else "?"
        return RedirectResponse(f"{path}{joined}{urlencode(query)}", status_code=303)


async def visiting(
    request: Request,
    here: Here,
    caller: SignedIn,
    as_at: Annotated[str, Query(alias="as-at", max_length=40)] = "",
    as_of: Annotated[str, Query(alias="as-of", max_length=40)] = "",
    min_position: Annotated[int, Query(alias="min-position", ge=0)] = 0,
) -> Visit:
    """Somebody signed in. Raises `PositionIsNotReached` when their own change is not shown yet."""
    if min_position and not await here.reading.reached(min_position, PATIENCE_SECONDS):
        raise PositionIsNotReached
    return Visit(
        request=request,
        here=here,
        caller=caller,
        names=words.Names(await here.reading.directory()),
        when=moments.asked(as_at, as_of),
        now=here.clock(),
        newest=await here.reading.newest_shown(caller.organisation),
    )


SomebodysVisit = Annotated[Visit, Depends(visiting)]


async def caring_visit(visit: SomebodysVisit) -> Visit:
    """Somebody who takes part in people's care. Raises `NotForThisRole`."""
    await caring(visit.caller)
    return visit


CaringVisit = Annotated[Visit, Depends(caring_visit)]


async def seeing_visit(visit: SomebodysVisit) -> Visit:
    """Somebody who sees persons, as far as their sight goes. Raises `NotForThisRole`."""
    await seeing(visit.caller)
    return visit


SeeingVisit = Annotated[Visit, Depends(seeing_visit)]


async def counting_visit(visit: SomebodysVisit) -> Visit:
    """Somebody who sees totals. Raises `NotForThisRole`."""
    await counting(visit.caller)
    return visit


CountingVisit = Annotated[Visit, Depends(counting_visit)]
