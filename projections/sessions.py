"""Sessions of people's browsers in PostgreSQL, each found by the hash of a secret it never keeps.

It refuses to know what somebody may do, and who they are beyond what they signed in as.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from secrets import token_urlsafe

from psycopg import Connection
from psycopg_pool import ConnectionPool

from domain.practitioner import Identity
from domain.vocabulary import Moment, PartnerId, PractitionerId, Purpose
from projections.statements import statements

LIFETIME = timedelta(hours=12)
"""How long a session lasts, however much it is used."""

IDLE = timedelta(minutes=60)
"""How long it lasts when it is not used."""

UNDECIDED = timedelta(minutes=10)
"""How long somebody may take to say for whom they act."""

AT_THE_PROVIDER = timedelta(minutes=10)
"""How long somebody may take to prove who they are."""

NOTED = timedelta(minutes=1)
"""A use is written down when the last one written is older: a page asks many times a minute."""

SECRET_BYTES = 32
LONGEST = 64
"""Characters of a secret; nothing longer is looked up."""

_SQL = statements("sessions")


@dataclass(frozen=True, slots=True)
class Session:
    """Who is signed in. Without a practitioner they have not said yet for whom they act."""

    practitioner: PractitionerId | None
    partner: PartnerId | None
    issuer: str | None
    subject: str | None
    signed_in_at: Moment
    seen_at: Moment
    purpose: str | None = None  # why they look, if they chose

    @property
    def identity(self) -> Identity | None:
        """Who they are to the provider; ``None`` where they chose a name of the demo."""
        if self.issuer is None or self.subject is None:
            return None
        return Identity(self.issuer, self.subject)


@dataclass(frozen=True, slots=True)
class Beginning:
    """A sign-in whose browser is at the provider; ``wanted`` is where it was going."""

    nonce: str
    verifier: str
    wanted: str


class Sessions:
    """The sessions of every process that shares the database. Safe to share between threads."""

    def __init__(self, pool: ConnectionPool[Connection]) -> None:
        self._pool = pool

    def begin(
        self,
        practitioner: PractitionerId | None,
        partner: PartnerId | None,
        *,
        identity: Identity | None = None,
        instead: str = "",
    ) -> str:
        """Begin a session; the secret for its browser. The one that it held ends (``instead``)."""
        secret = new_secret()
        with self._pool.connection() as connection:
            connection.execute(
                _SQL["begin"],
                {
                    "hash": hashed(secret),
                    "instead": hashed(instead),
                    "practitioner": practitioner,
                    "partner": partner,
                    "issuer": identity.issuer if identity else None,
                    "subject": identity.subject if identity else None,
                    "lasts": LIFETIME if practitioner else UNDECIDED,
                },
            )
        return secret

    def used(self, secret: str) -> Session | None:
        """Whose session it is, which counts as using it; ``None`` when it is over."""
        return self._found("used", secret)

    def of(self, secret: str) -> Session | None:
        """Whose session it is, without using it; ``None`` when it is over."""
        return self._found("of", secret)

    def act_for(self, secret: str, practitioner: PractitionerId, partner: PartnerId) -> str | None:
        """Go on for this organisation under a new secret; the old one is over.

        ``None`` when it was over already. Its time goes on from signing in.
        """
        new = new_secret()
        with self._pool.connection() as connection:
            row = connection.execute(
                _SQL["act_for"],
                {
                    "hash": hashed(secret),
                    "new": hashed(new),
                    "practitioner": practitioner,
                    "partner": partner,
                    "idle": IDLE,
                    "lasts": LIFETIME,
                },
            ).fetchone()
        return new if row else None

    def look_for(self, secret: str, purpose: Purpose) -> None:
        """Look for this purpose from now on, in this browser and for this organisation."""
        self._done("look_for", hash=hashed(secret), purpose=purpose.value, idle=IDLE)

    def mine(self, secret: str) -> list[tuple[Session, bool]]:
        """Every session of whoever holds this one, newest first, and which of them this one is."""
        with self._pool.connection() as connection:
            rows = connection.execute(
                _SQL["mine"], {"hash": hashed(secret), "idle": IDLE}
            ).fetchall()
        return [(Session(*row[:-1]), row[-1]) for row in rows]

    def end(self, secret: str) -> None:
        """Sign out."""
        self._done("end", hash=hashed(secret))

    def end_everywhere(self, secret: str) -> None:
        """Sign out wherever whoever holds this session is signed in."""
        self._done("end_everywhere", hash=hashed(secret))

    def end_of(self, partner: PartnerId, practitioner: PractitionerId) -> None:
        """Sign somebody out of an organisation, wherever they are."""
        self._done("end_of", partner=partner, practitioner=practitioner)

    def start(self, state: str, browser: str, beginning: Beginning) -> None:
        """Remember a sign-in that begins, by its ``state`` and for this ``browser`` alone."""
        self._done(
            "start",
            state=hashed(state),
            browser=hashed(browser),
            nonce=beginning.nonce,
            verifier=beginning.verifier,
            wanted=beginning.wanted,
            lasts=AT_THE_PROVIDER,
        )

    def take(self, state: str, browser: str) -> Beginning | None:
        """The sign-in that this browser began, once; ``None`` when there is none."""
        with self._pool.connection() as connection:
            row = connection.execute(
                _SQL["take"], {"state": hashed(state), "browser": hashed(browser)}
            ).fetchone()
        return Beginning(*row[:-1]) if row and row[-1] else None

    def _found(self, statement: str, secret: str) -> Session | None:
        if not 0 < len(secret) <= LONGEST:
            return None
        with self._pool.connection() as connection:
            row = connection.execute(
                _SQL[statement], {"hash": hashed(secret), "idle": IDLE, "noted": NOTED}
            ).fetchone()
        return Session(*row) if row else None

    def _done(self, statement: str, **which: object) -> None:
        with self._pool.connection() as connection:
            connection.execute(_SQL[statement], which)


def new_secret() -> str:
    """256 random bits, as a cookie can hold them."""
    return token_urlsafe(SECRET_BYTES)


def hashed(secret: str) -> bytes:
    """What is kept of a secret: nobody who reads the table can use it."""
    return sha256(secret.encode()).digest()
