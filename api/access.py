"""Who may come in: sessions and tokens checked against the directory, and what each role sees.

Every address declares its access by depending on `SignedIn` or `Caring`, or is listed in `PUBLIC`;
`undeclared` names those that do neither, and the application refuses to start with one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Annotated
from uuid import UUID

import anyio.to_thread
from fastapi import Depends, FastAPI, Header, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer

from api import limits
from api.parts import HOST_COOKIE, Caller, Parts, parts_of
from api.problems import (
    LinkIsNotOpen,
    NoAgreementIsInForce,
    NotForThisPurpose,
    NotForThisRole,
    NotSignedIn,
    PurposeIsNotAgreed,
)
from api.scopes import SCOPES
from api.system_access import in_scope, system_of
from api.tokens import Claims, TokenIsNotValid
from domain.agreement import AgreementSigned, in_force
from domain.kernel import BrokenRule
from domain.policies.days import local_date
from domain.policies.roles import NOTHING, Duty, Sight, purposes, role_in_force, sight
from domain.vocabulary import PartnerId, PartnerKind, PractitionerId, Purpose, Role, Way
from projections.behalf import act_for
from projections.credentials import System
from projections.directory import Directory, PartnerEntry
from projections.links import Link, Opened
from projections.sessions import LIFETIME, Session

PUBLIC = frozenset(
    {
        "/health",
        "/metrics",
        "/openapi.json",
        "/asyncapi.json",
        "/v1/schemas",
        "/v1/schemas/{message}",
        "/oauth/token",
        "/.well-known/oauth-authorization-server",
        "/problems",
        "/problems/{name}",
        "/sign-in",
        "/sign-in/start",
        "/sign-in/callback",
        "/sign-in/organisation",
        "/sign-in/invitation",
        "/signing-out",
        "/sign-out",
        "/signed-out",
        "/static",
        "/refer-yourself/{service}",
        "/refer-yourself/{service}/sent",
        "/feedback/{code}",
        "/feedback/{code}/sent",
        "/branding/{name}",
        "/link/{token}",
        "/link/{token}/another",
        "/link-ended",
        "/language",
        "/accessibility",
        "/keyboard",
        "/catalogue",
        "/catalogue/{noun}",
        "/v1/share/keys",
        "/log/checkpoint",
        "/log/checkpoint/witnessed",
        "/log/key",
        "/log/reopened",
        "/log/tile/{level}/{tile:path}",
        "/log/verifier.py",
    }
)
"""What anybody may open: nothing in it is about a person who is helped."""

BY_LINK = frozenset({"/linked", "/linked/{activity}"})
"""What a link alone opens, and no session and no token: they depend on `by_link`."""

_bearer = HTTPBearer(
    auto_error=False, description="A development token; see `throughcare token --list`."
)
_cookie = APIKeyCookie(name=HOST_COOKIE, auto_error=False, description="The session of a browser.")


@dataclass(frozen=True, slots=True)
class Shown:
    """What a request came with: the secret of a session, or a bearer token."""

    secret: str = field(repr=False)
    session: bool


async def shown_by(
    request: Request,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    _: Annotated[str | None, Depends(_cookie)],  # for the description of the interface
) -> Shown:
    """What a request came with. Raises `NotSignedIn`."""
    if bearer:
        return Shown(bearer.credentials, session=False)
    if secret := request.cookies.get(parts_of(request).cookie):
        return Shown(secret, session=True)
    raise NotSignedIn


ShownBy = Annotated[Shown, Depends(shown_by)]


WHY = "Why you ask: a purpose of your organisation's agreement. Its own first, if left out."


async def signed_in(
    request: Request,
    shown: ShownBy,
    purpose: Annotated[str | None, Header(description=WHY)] = None,
) -> Caller:
    """Who asks, and why.

    Raises `NotSignedIn`, `AskedTooOften`, `PurposeIsNotAgreed`, `ScopeIsTooSmall`.
    """
    here, path = parts_of(request), request.scope["route"].path
    try:
        who = await shown_to_be(shown, here)
        principal, person = _counted_as(who)
        at = await limits.principal(request.scope, principal, request.method, path, person=person)
        glance = await here.reading.glance(at)
        caller = acting(who, glance.directory, here)
    except NotSignedIn:
        await limits.refused(request.scope)
        raise
    caller = for_purpose(caller, purpose, glance.directory, here)
    request.scope["glance"] = glance
    request.scope["organisation"] = caller.organisation  # for the log of requests
    request.scope["caller"] = caller  # for who looked
    act_for(caller.organisation)
    in_scope(caller, request.method, path)
    return caller


SignedIn = Annotated[Caller, Depends(signed_in)]


async def caring(caller: SignedIn) -> Caller:
    """Somebody who takes part in people's care, for a purpose that needs all that was told.

    Raises `NotSignedIn`, `NoAgreementIsInForce`, `NotForThisRole`, `NotForThisPurpose`.
    """
    if not caller.agreed:
        raise NoAgreementIsInForce
    if not caller.cares:
        raise NotForThisRole
    if not caller.sight.whole:
        raise NotForThisPurpose
    return caller


Caring = Annotated[Caller, Depends(caring)]


async def seeing(caller: SignedIn) -> Caller:
    """Somebody who sees persons, as far as their sight goes: the address must keep to it.

    Raises `NotSignedIn`, `NoAgreementIsInForce`, `NotForThisRole`.
    """
    if not caller.agreed:
        raise NoAgreementIsInForce
    if not caller.sight.categories:
        raise NotForThisRole
    return caller


Seeing = Annotated[Caller, Depends(seeing)]


async def at_the_desk(caller: SignedIn) -> Caller:
    """Somebody at the front desk, or who takes part in care.

    Raises `NotSignedIn`, `NotForThisRole`.
    """
    if Duty.DESK not in caller.duties:
        raise NotForThisRole
    return caller


AtTheDesk = Annotated[Caller, Depends(at_the_desk)]


async def counting(caller: SignedIn) -> Caller:
    """Somebody who sees totals. Raises `NotSignedIn`, `NotForThisRole`."""
    if Duty.COUNTS not in caller.duties:
        raise NotForThisRole
    return caller


Counting = Annotated[Caller, Depends(counting)]


async def by_link(request: Request) -> tuple[Caller, Opened]:
    """Somebody without an account, at the one referral that their link is to.

    Raises `LinkIsNotOpen`, `AskedTooOften`.
    """
    here, path = parts_of(request), request.scope["route"].path
    secret = request.cookies.get(here.link_cookie)
    opened = await here.links.opened(secret) if here.links and secret else None
    if opened is None:
        await limits.refused(request.scope)
        raise LinkIsNotOpen
    await limits.principal(request.scope, opened.link.id, request.method, path, person=True)
    caller = await linked(opened.link, opened.name, here)
    request.scope["organisation"] = caller.organisation  # for the log of requests
    request.scope["caller"] = caller  # for who looked
    act_for(caller.organisation)
    return caller, opened


ByLink = Annotated[tuple[Caller, Opened], Depends(by_link)]


async def linked(link: Link, name: str, here: Parts) -> Caller:
    """Whom a link lets act, while its organisation's agreement is for links.

    Raises `LinkIsNotOpen`. They see what a helper of the organisation sees, of that one referral.
    """
    directory = await here.reading.directory()
    organisation = directory.partners.get(link.partner)
    if organisation is None or organisation.left or not directory.may_use(link.partner, Way.MAIL):
        raise LinkIsNotOpen
    try:
        caller = for_purpose(
            _caller(here, organisation, Role.HELPER, name, None), None, directory, here
        )
        return await caring(caller)
    except BrokenRule as refused:
        raise LinkIsNotOpen from refused


def for_purpose(caller: Caller, wanted: str | None, directory: Directory, here: Parts) -> Caller:
    """The caller with what they see for a purpose; if they name none, for the one they chose in
    their session while they may, and else for the usual one.

    Raises `PurposeIsNotAgreed`, which says for which they may, and `NoAgreementIsInForce`. On the
    day after an agreement's last nobody sees anything, whether or not that was recorded yet.
    """
    organisation = directory.partners[caller.organisation]
    today = local_date(here.clock())
    agreement = in_force(organisation.held, today) or _last(organisation)
    may = purposes(caller.role, agreement.purposes if agreement else (), today)
    if agreement is None and not may:
        raise NoAgreementIsInForce
    if not may or (wanted is not None and wanted not in may):
        raise PurposeIsNotAgreed(needs=tuple(may))
    usual = caller.wants if caller.wants in may else may[0]
    purpose = usual if wanted is None else Purpose(wanted)
    seen = sight(caller.role, purpose, today) if agreement else Sight(NOTHING)
    known = replace(caller, purpose=purpose, purposes=may)
    return replace(known, agreed=agreement is not None, sight=seen)


def _last(organisation: PartnerEntry) -> AgreementSigned | None:
    """Who left reads what it was told, by the last agreement there was."""
    begun = [each.agreement for each in organisation.held if each.began_at]
    return begun[-1] if organisation.left and begun else None


Proven = Session | System | Claims
"""What was shown is: the session of somebody, the key of a system, or a token of the demo."""


async def recognise(
    shown: Shown, directory: Directory, here: Parts, *, using: bool = True
) -> Caller:
    """Who it is that shows this, if the directory knows that they act for their organisation.

    Raises `NotSignedIn`. The directory's role counts, not a token's. ``using`` a session keeps it
    from being over; a page that only stays open does not.
    """
    return acting(await shown_to_be(shown, here, using=using), directory, here)


async def shown_to_be(shown: Shown, here: Parts, *, using: bool = True) -> Proven:
    """What it is that was shown, whoever may come in with it now. Raises `NotSignedIn`."""
    if shown.session:
        ask = here.sessions.used if using else here.sessions.of
        session = await anyio.to_thread.run_sync(ask, shown.secret)
        if session is None:
            raise NotSignedIn
        return session
    system = await system_of(shown.secret, here)
    if system is not None:
        return system
    if here.tokens is None:
        raise NotSignedIn
    try:
        return here.tokens.read(shown.secret)
    except TokenIsNotValid as flaw:
        raise NotSignedIn from flaw


def _counted_as(who: Proven) -> tuple[UUID, bool]:
    """Who is counted, and whether it is a person. Raises `NotSignedIn`."""
    match who:
        case Session():
            if who.practitioner is None:
                raise NotSignedIn
            return who.practitioner, True
        case System():
            return who.id, False
        case Claims():
            return who.subject, who.role is not Role.SYSTEM or who.subject != who.organisation


def acting(who: Proven, directory: Directory, here: Parts) -> Caller:
    """For which organisation they act by the directory, and as what. Raises `NotSignedIn`."""
    match who:
        case Session():
            return _of_session(who, directory, here)
        case System():
            organisation = _organisation(who.partner, directory)
            if organisation.left:
                raise NotSignedIn
            known = _caller(here, organisation, Role.SYSTEM, who.name, None)
            return replace(known, system=who.id, scopes=who.scopes)
        case Claims():
            if who.role is not Role.SYSTEM or who.subject != who.organisation:
                partner, practitioner = PartnerId(who.organisation), PractitionerId(who.subject)
                return _acting(partner, practitioner, directory, here)
            organisation = _organisation(PartnerId(who.organisation), directory)
            known = _caller(here, organisation, Role.SYSTEM, organisation.name, None)
            return replace(known, scopes=frozenset(SCOPES))


def _of_session(session: Session, directory: Directory, here: Parts) -> Caller:
    """Who is signed in, as long as the directory knows them by that identity.

    Raises `NotSignedIn`.
    """
    caller = _acting(session.partner, session.practitioner, directory, here)
    if session.purpose is not None:
        caller = replace(caller, wants=Purpose(session.purpose))
    identity = session.identity
    if identity is None:
        return caller
    known = directory.signing_in(identity)
    if all((each.partner, each.id) != (session.partner, session.practitioner) for each in known):
        raise NotSignedIn
    return replace(caller, elsewhere=len(known) > 1)


def _acting(
    partner: PartnerId | None,
    practitioner: PractitionerId | None,
    directory: Directory,
    here: Parts,
) -> Caller:
    """Somebody who acts for an organisation, by the directory. Raises `NotSignedIn`."""
    if partner is None or practitioner is None:
        raise NotSignedIn
    organisation = _organisation(partner, directory)
    known = organisation.practitioners.get(practitioner)
    if known is None or known.left:
        raise NotSignedIn
    return _caller(here, organisation, known.role, known.name, known.id)


def _organisation(partner: PartnerId, directory: Directory) -> PartnerEntry:
    organisation = directory.partners.get(partner)
    if organisation is None:
        raise NotSignedIn
    return organisation


def _caller(
    here: Parts,
    organisation: PartnerEntry,
    role: Role,
    name: str,
    practitioner: PractitionerId | None,
) -> Caller:
    if organisation.kind is PartnerKind.COMMISSIONER and role is not Role.AUDITOR:
        role = Role.COMMISSIONER
    return Caller(
        practitioner=practitioner,
        organisation=organisation.id,
        role=role,
        name=name,
        left=organisation.left,
        duties=role_in_force(role, local_date(here.clock())).duties,
    )


def give_session(response: Response, here: Parts, secret: str) -> None:
    """Let a browser hold a session in a cookie that no script reads.

    Lax and not strict: who comes back from the provider of identities comes from another site.
    """
    response.set_cookie(
        here.cookie,
        secret,
        max_age=int(LIFETIME.total_seconds()),
        httponly=True,
        secure=here.secure,
        samesite="lax",
    )


def take_session(response: Response, here: Parts) -> None:
    """Let a browser forget its session."""
    response.delete_cookie(here.cookie, httponly=True, secure=here.secure, samesite="lax")


def undeclared(app: FastAPI) -> list[str]:
    """Addresses that are neither public nor ask who is there."""
    return [
        str(context.path)
        for context in iter_route_contexts(app.routes)
        if context.path not in PUBLIC
        and (by_link if context.path in BY_LINK else signed_in)
        not in set(_calls(getattr(context, "dependant", None)))
    ]


def _calls(dependant: Dependant | None) -> Iterator[object]:
    if dependant is None:
        return
    yield dependant.call
    for inner in dependant.dependencies:
        yield from _calls(inner)
