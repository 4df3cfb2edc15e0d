"""What the application is put together from. It refuses to know how any part is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, Protocol
from uuid import UUID

from fastapi import Depends, Request
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from api.access_tokens import AccessTokens
from api.pages.branding import OURS, Branding
from api.provider import Provider
from api.tokens import Tokens
from domain.application import CareCoordination
from domain.policies.roles import WHOLE, Duty, Sight
from domain.vocabulary import Moment, PartnerId, PractitionerId, Purpose, Role
from projections.audit import Audit
from projections.browsing import Browsing
from projections.contract import Contract, contract
from projections.credentials import Credentials
from projections.endpoints import Endpoints
from projections.inbox import Taken, Via
from projections.limits import Limits
from projections.links import Links
from projections.looks import Looks
from projections.marks import Marks
from projections.packs import Packs
from projections.pseudonyms import Pseudonyms
from projections.readers import ALLOWED, Readers
from projections.reading import Reading
from projections.sessions import Sessions
from projections.tending import Tended

COOKIE = "throughcare"
HOST_COOKIE = f"__Host-{COOKIE}"
"""What a browser sends over https only, to this host only, and lets no other host set."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, as the directory agrees. No ``practitioner``: a partner's system."""

    practitioner: PractitionerId | None
    organisation: PartnerId
    role: Role
    name: str
    elsewhere: bool = False  # they act for other organisations too
    left: bool = False  # its organisation has left: it reads what it was told, and asks nothing
    duties: frozenset[Duty] = frozenset()  # what its role is there for
    system: UUID | None = None  # the credential of a partner's system
    scopes: frozenset[str] | None = None  # what a system may do; a person has none
    purpose: Purpose = Purpose.DIRECT_CARE  # why it asks
    wants: Purpose | None = None  # why it looks unless it says otherwise, as chosen in its session
    purposes: tuple[Purpose, ...] = ()  # why it may ask, the usual one first
    agreed: bool = True  # an agreement with its organisation is in force
    sight: Sight = WHOLE  # what it sees, by its role and purpose, of what its organisation was told

    @property
    def cares(self) -> bool:
        """Whether it takes part in people's care."""
        return Duty.CARE in self.duties


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody of the demo community whom one can sign in as."""

    practitioner: PractitionerId
    organisation: PartnerId
    name: str
    title: str
    organisation_name: str
    role: Role


@dataclass(frozen=True, slots=True)
class Issue:
    """One remark on a message: FHIR severity and type, the element, and what to do about it."""

    severity: str
    code: str
    expression: str
    text: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a message. ``accepted`` is false when it was kept but not read."""

    accepted: bool
    sha256: str
    issues: tuple[Issue, ...] = ()
    referral: UUID | None = None
    position: int = 0


class Intake(Protocol):
    """Where messages of partners go: kept as they came, then read."""

    def receive(self, original: bytes, caller: Caller) -> Receipt:
        """Keep and read one message; called in a worker thread."""


class Inbox(Protocol):
    """Where partners' answers go: kept as they came, asked once, and answered."""

    def take_all(
        self, partner: PartnerId, original: bytes, headers: Mapping[str, str], via: Via
    ) -> list[Taken]:
        """Take one message, or a batch; called in a worker thread. Raises `BatchIsTooLarge`."""


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything the edge needs, made by ``deploy``.

    ``ready`` says whether what this process runs besides the edge is alive. Outside of a demo
    ``tokens`` is ``None``, and then nobody comes in with a development token; ``demo_people`` is
    empty there, and then nobody signs in by choosing a name. ``address`` is where the outside
    finds this place; over https cookies and answers are bound to it. Without ``credentials`` and
    ``access_tokens`` no partner's system comes in. Without ``endpoints`` nobody is told of news.
    Without ``limits`` nobody is counted; ``pace`` is how many times the written
    rates are allowed. ``pools`` are open while the application runs.
    Without ``readers`` nobody notes how far a partner reads; ``silence`` is how long an entry may
    wait unread. ``provider`` is by whom people prove who they are; without one they cannot.
    ``contract`` is what partners are promised of messages. Without ``packs`` nobody is given
    evidence, and without ``browsing`` nobody goes through the log. Without ``tended``
    nobody asks anything of views. ``keys_reached`` says whether the persons' keys' database
    answers. ``branding`` is under whose name pages are shown. Without ``links`` nobody comes in by
    one.
    """

    care: CareCoordination
    reading: Reading
    tokens: Tokens | None
    sessions: Sessions
    marks: Marks
    looks: Looks
    audit: Audit
    pseudonyms: Pseudonyms
    intake: Intake | None
    clock: Callable[[], Moment]
    version: str
    inbox: Inbox | None = None
    ready: Callable[[], bool] = lambda: True
    demo_people: Callable[[], Sequence[DemoPerson]] = tuple
    address: str = "http://127.0.0.1:8000"
    credentials: Credentials | None = None
    access_tokens: AccessTokens | None = None
    endpoints: Endpoints | None = None
    limits: Limits | None = None
    pace: float = 1.0
    pools: Sequence[AsyncConnectionPool[AsyncConnection]] = ()
    provider: Provider | None = None
    readers: Readers | None = None
    silence: timedelta = ALLOWED
    packs: Packs | None = None
    browsing: Browsing | None = None
    tended: Tended | None = None
    keys_reached: Callable[[], bool] = lambda: True
    links: Links | None = None
    contract: Contract = field(default_factory=contract)
    branding: Branding = OURS

    @property
    def begun_cookie(self) -> str:
        """The name of the cookie by which a browser comes back from the provider."""
        return f"{self.cookie}-begun"

    @property
    def link_cookie(self) -> str:
        """The name of the cookie by which a browser opened a link."""
        return f"{self.cookie}-link"

    @property
    def language_cookie(self) -> str:
        """The name of the cookie that says in which language pages are wanted, and no more."""
        return f"{self.cookie}-language"

    @property
    def keys_cookie(self) -> str:
        """The name of the cookie that says that single keys are off, and no more."""
        return f"{self.cookie}-keys"

    @property
    def issuer(self) -> str | None:
        """The address by which the provider of identities names itself."""
        return self.provider.registration.issuer if self.provider else None

    @property
    def secure(self) -> bool:
        """Whether browsers come over https."""
        return self.address.startswith("https://")

    @property
    def cookie(self) -> str:
        """The name of the cookie that holds a session; no other is looked at."""
        return HOST_COOKIE if self.secure else COOKIE


def parts_of(request: Request) -> Parts:
    """The parts of the application a request came to."""
    found: Parts = request.app.state.parts
    return found


async def parts(request: Request) -> Parts:  # in the loop: a plain function is sent to a thread
    return parts_of(request)


Here = Annotated[Parts, Depends(parts)]
"""The parts of the application a request came to."""
