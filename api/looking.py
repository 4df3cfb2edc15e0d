"""Who looked: every answer that shows somebody is written down before its first byte is sent.

It refuses to be asked by a route: what an answer shows is noted by the questions it was read with,
and an answer that cannot be written down is not given.
"""

from __future__ import annotations

from collections.abc import Mapping
from operator import attrgetter
from uuid import UUID

from fastapi import FastAPI, Request
from fastapi.routing import iter_route_contexts
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.access import PUBLIC
from api.parts import Caller, Parts
from api.problems import LookIsNotRecorded, problem
from domain.vocabulary import PartnerId, PersonId
from projections.looking import SHOWN, Kind, Shown
from projections.looks import Look, LooksAreNotWritten

SHOWS: Mapping[str, Kind] = {
    "/": Kind.VIEW,
    "/actions": Kind.VIEW,
    "/actions.csv": Kind.EXPORT,
    "/actions/{action}/{activity}": Kind.VIEW,
    "/carers": Kind.VIEW,
    "/carers.csv": Kind.EXPORT,
    "/audit/access": Kind.VIEW,
    "/audit/access.csv": Kind.EXPORT,
    "/audit/side-by-side": Kind.VIEW,
    "/audit/streams": Kind.VIEW,
    "/audit/streams/beside": Kind.VIEW,
    "/audit/streams/{stream}": Kind.VIEW,
    "/audit/streams/{stream}/{version}": Kind.VIEW,
    "/caseload": Kind.VIEW,
    "/caseload.csv": Kind.EXPORT,
    "/duplicates": Kind.VIEW,
    "/duplicates/{match}/{activity}": Kind.VIEW,
    "/groups/{group}": Kind.VIEW,
    "/learning": Kind.VIEW,
    "/learning/{which}.csv": Kind.EXPORT,
    "/linked": Kind.VIEW,
    "/linked/{activity}": Kind.VIEW,
    "/groups/{group}/{activity}": Kind.VIEW,
    "/live/since/{person}/{number}": Kind.VIEW,
    "/live/standing/{person}": Kind.VIEW,
    "/mdt/decisions": Kind.VIEW,
    "/mdt/{meeting}": Kind.VIEW,
    "/mdt/{meeting}/agenda": Kind.VIEW,
    "/mdt/{meeting}/cases/{person}/{activity}": Kind.VIEW,
    "/mdt/{meeting}/list": Kind.VIEW,
    "/mdt/{meeting}/run": Kind.VIEW,
    "/privacy": Kind.VIEW,
    "/people/{person}/rectification": Kind.VIEW,
    "/people/{person}/sealing": Kind.VIEW,
    "/privacy/emergency-access/{access}": Kind.VIEW,
    "/privacy/openings/{opening}": Kind.VIEW,
    "/people/{person}/sealed": Kind.VIEW,
    "/v1/privacy/openings/{opening}": Kind.VIEW,
    "/people/{person}": Kind.VIEW,
    "/people/{person}/concerns/{which}/{activity}": Kind.VIEW,
    "/people/{person}/corrections": Kind.VIEW,
    "/people/{person}/decisions/{decision}/non-implementation": Kind.VIEW,
    "/people/{person}/decisions/{decision}/supersession": Kind.VIEW,
    "/people/{person}/disagreements": Kind.VIEW,
    "/people/{person}/difference": Kind.VIEW,
    "/people/{person}/discussion": Kind.VIEW,
    "/people/{person}/history": Kind.VIEW,
    "/people/{person}/recipients": Kind.VIEW,
    "/people/{person}/scores": Kind.VIEW,
    "/people/{person}/scores/{measure}/correction": Kind.VIEW,
    "/people/{person}/scores/{which}": Kind.VIEW,
    "/people/{person}/why": Kind.VIEW,
    "/people/{person}/{activity}": Kind.VIEW,
    "/refer": Kind.VIEW,
    "/refer/advice": Kind.VIEW,
    "/refer/heard": Kind.VIEW,
    "/refer/new": Kind.VIEW,
    "/referrals": Kind.VIEW,
    "/referrals.csv": Kind.EXPORT,
    "/referrals/{referral}": Kind.VIEW,
    "/referrals/{referral}/appointments/{contact}": Kind.VIEW,
    "/referrals/{referral}/appointments/{contact}/{activity}": Kind.VIEW,
    "/referrals/{referral}/scores": Kind.VIEW,
    "/referrals/{referral}/scores/{which}": Kind.VIEW,
    "/referrals/{referral}/work/{work}": Kind.VIEW,
    "/referrals/{referral}/{activity}": Kind.VIEW,
    "/stream": Kind.VIEW,
    "/people/{person}/subject-access": Kind.VIEW,
    "/subject-access/{request}": Kind.VIEW,
    "/subject-access/{request}/export": Kind.EXPORT,
    "/subject-access/{request}/judging": Kind.VIEW,
    "/v1/actions": Kind.VIEW,
    "/v1/carers": Kind.VIEW,
    "/v1/caseload": Kind.VIEW,
    "/v1/concerns": Kind.VIEW,
    "/v1/decisions": Kind.VIEW,
    "/v1/groups/{group}": Kind.VIEW,
    "/v1/learning/own": Kind.VIEW,
    "/v1/looks": Kind.VIEW,
    "/v1/looks/unusual": Kind.VIEW,
    "/v1/matches": Kind.VIEW,
    "/v1/meetings": Kind.VIEW,
    "/v1/meetings/{meeting}": Kind.VIEW,
    "/v1/meetings/{meeting}/cases/{person}/room": Kind.VIEW,
    "/v1/meetings/{meeting}/suggestions": Kind.VIEW,
    "/v1/people/{person}": Kind.VIEW,
    "/v1/people/{person}/concerns": Kind.VIEW,
    "/v1/people/{person}/difference": Kind.VIEW,
    "/v1/people/{person}/history": Kind.VIEW,
    "/v1/people/{person}/recipients": Kind.VIEW,
    "/v1/people/{person}/why": Kind.VIEW,
    "/v1/privacy/emergency-access/{access}": Kind.VIEW,
    "/v1/referrals": Kind.VIEW,
    "/v1/referrals/{referral}": Kind.VIEW,
    "/v1/withdrawals": Kind.VIEW,
    "/v1/withdrawals/unacknowledged": Kind.VIEW,
    "/withdrawals": Kind.VIEW,
    "/v1/subject-access/{request}": Kind.VIEW,
    "/v1/subject-access/{request}/export": Kind.EXPORT,
    "/v1/share": Kind.STREAM,
    "/v1/share/live": Kind.STREAM,
}
"""What shows persons when it is read, and in which manner."""

NOBODY = frozenset(
    {
        "/live",
        "/live/fresh",
        "/emergency-access",
        "/experience",
        "/experience/new",
        "/erasures",
        "/erasures/{erasure}",
        "/evidence-packs",
        "/people/{person}/erasure",
        "/groups",
        "/groups.csv",
        "/groups/new",
        "/mdt",
        "/mdt.csv",
        "/mdt/new",
        "/mdt/{meeting}/apologies",
        "/opening-grants",
        "/opening-grants/new",
        "/opening-grants/{practitioner}/end",
        "/operations",
        "/operations/views/{view}/{what}",
        "/partners",
        "/partners/{partner}",
        "/partners/{partner}/agreements",
        "/partners/{partner}/agreements/ending",
        "/partners/{partner}/agreements/new",
        "/partners/{partner}/leaving",
        "/partners/{partner}/liaison",
        "/partners/{partner}/privacy-officer",
        "/partners/{partner}/practitioners",
        "/partners/{partner}/practitioners/new",
        "/partners/{partner}/practitioners/{practitioner}/{activity}",
        "/services",
        "/services.csv",
        "/services/new",
        "/services/{service}",
        "/services/{service}/{about}",
        "/sessions",
        "/subject-access",
        "/systems",
        "/systems/keys/new",
        "/systems/new",
        "/systems/{system}/keys/new",
        "/systems/{system}/keys/{thumbprint}/revocation",
        "/systems/keys/{key}/revocation",
        "/systems/{system}/ending",
        "/stepped-care",
        "/stepped-care/choice",
        "/stepped-care/way",
        "/training",
        "/training/new",
        "/training/{session}/attendance",
        "/unmet-need",
        "/unmet-need.csv",
        "/aims",
        "/aims/{key}",
        "/aims/{key}.csv",
        "/flow",
        "/flow.csv",
        "/outcomes",
        "/outcomes.csv",
        "/unmet-need/new",
        "/v1/custody",
        "/v1/erasures",
        "/v1/erasures/{erasure}",
        "/v1/feedback",
        "/v1/groups",
        "/v1/inbox",
        "/v1/operations",
        "/v1/partners",
        "/v1/partners/opening-grants",
        "/v1/partners/{partner}/agreements",
        "/v1/partners/{partner}/practitioners",
        "/v1/privacy/emergency-access",
        "/v1/privacy/openings",
        "/v1/services",
        "/v1/share/digests",
        "/v1/share/digests/{day}",
        "/v1/share/readers",
        "/v1/services/{service}",
        "/partners/{partner}/webhook-hosts",
        "/partners/{partner}/webhook-hosts/{activity}",
        "/streams",
        "/streams/new",
        "/streams/{endpoint}",
        "/streams/{endpoint}/{activity}",
        "/v1/partners/{partner}/webhook-hosts",
        "/v1/streams",
        "/v1/streams/endpoints/{endpoint}",
        "/v1/streams/endpoints/{endpoint}/attempts",
        "/v1/streams/endpoints/{endpoint}/messages",
        "/v1/learning",
        "/v1/statistics",
        "/v1/stepped-care",
        "/v1/subject-access",
        "/v1/systems",
        "/v1/training",
        "/v1/training/owing",
        "/v1/unmet-need",
        "/v1/ways",
    }
)
"""What shows nobody who is helped: the directory, totals, and empty forms."""

_SAFE = frozenset({"GET", "HEAD"})
_NOT_SHOWN = frozenset({401, 403, 404, 500, 503})
"""Answers that show nobody, whatever was read to come to them."""
_WITH_NOBODY = frozenset({Kind.SEARCH, Kind.EXPORT})
"""What is written down even if nobody was found, or nobody is in it."""


def undeclared(app: FastAPI) -> list[str]:
    """Addresses to read that say neither that they show persons nor that they show nobody."""
    return sorted(
        {
            str(context.path)
            for context in iter_route_contexts(app.routes)
            if context.path not in PUBLIC
            and "GET" in (context.methods or ())
            and (context.path in SHOWS) == (context.path in NOBODY)
        }
    )


class Watched:
    """The innermost door: waits until it is written who looks, and only then lets an answer out."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        answer = _Answer(scope, receive, send)
        before = SHOWN.set(answer.shown)
        try:
            await self.app(scope, receive, answer.send)
        finally:
            SHOWN.reset(before)


class _Answer:
    """One answer on its way out. Its head waits for its first bytes, which show whom it names."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope, self.receive, self.out = scope, receive, send
        self.shown = Shown()
        self.head: Message | None = None
        self.refused = False

    async def send(self, message: Message) -> None:
        if self.refused:
            return
        if message["type"] == "http.response.start":
            self.head = message
            return
        head, self.head = self.head, None
        look = await self._look(head, message.get("body", b""))
        if look is not None:
            try:
                await self._here.looks.record(look)
            except LooksAreNotWritten:
                if head is None:
                    raise  # an answer that was under way ends here, in the middle
                self.refused = True
                refusal = problem(Request(self.scope), LookIsNotRecorded())
                await refusal(self.scope, self.receive, self.out)
                return
        if head is not None:
            self.status = head["status"]
            await self.out(head)
        await self.out(message)

    @property
    def _here(self) -> Parts:
        found: Parts = self.scope["app"].state.parts
        return found

    async def _look(self, head: Message | None, body: bytes) -> Look | None:
        """What is to be written of these bytes, if they show anybody."""
        caller: Caller | None = self.scope.get("caller")
        route = str(getattr(self.scope.get("route"), "path", ""))
        shown = self.shown
        if caller is None or (head is not None and not self._shows(head)):
            return None
        asked = {str(value) for value in self.scope.get("path_params", {}).values()}
        subjects = set(shown.outright)
        subjects.update(
            whose
            for key, about in shown.listed.items()
            if key.encode() in body or key in asked
            for whose in about
        )
        persons = {*shown.persons, *await self._persons(subjects)}
        kind = shown.kind if shown.kind is not Kind.VIEW else SHOWS.get(route, Kind.VIEW)
        numbers = shown.numbers
        if not persons and kind not in _WITH_NOBODY and numbers is None:
            return None
        shown.outright.clear()
        shown.listed.clear()
        shown.persons.clear()
        shown.numbers = None
        return Look(
            organisation=caller.organisation,
            practitioner=caller.practitioner,
            role=caller.role.value,
            purpose=caller.purpose.value,
            kind=kind,
            route=route,
            request=UUID(self.scope["request_id"]),
            persons=sorted(persons, key=attrgetter("int")),
            position=_position(head),
            numbers=numbers,
            read_for=self.scope.get("read_for"),
        )

    def _shows(self, head: Message) -> bool:
        """Whether an answer of this kind shows what was read for it.

        A change that is answered with an id and what may be asked next shows nobody's record: the
        fact that it recorded says who made it. A page that is given again with its form does.
        """
        if head["status"] in _NOT_SHOWN or 300 <= head["status"] < 400:
            return False
        if self.scope["method"] in _SAFE or self.shown.kind is not Kind.VIEW:
            return True
        return _header(head, b"content-type").startswith(b"text/html")

    async def _persons(self, subjects: set[tuple[PartnerId, UUID]]) -> list[PersonId]:
        found: list[PersonId] = []
        for partner in {partner for partner, _ in subjects}:
            theirs = [subject for whose, subject in subjects if whose == partner]
            found += await self._here.reading.persons_of(partner, theirs)
        return found


def _header(head: Message, name: bytes) -> bytes:
    found: bytes = next((value for key, value in head["headers"] if key.lower() == name), b"")
    return found


def _position(head: Message | None) -> int | None:
    said = _header(head, b"x-position") if head else b""
    return int(said) if said.isdigit() else None
