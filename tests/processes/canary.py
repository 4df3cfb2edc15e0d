"""Who the canary is, and how a word about it is marked; it knows nothing that is said of it."""

from __future__ import annotations

from domain.vocabulary import PartnerId, PersonId, PractitionerId
from tests.people import KINDS, named

CANARY = PersonId(named("Canary"))


def mark(*words: str) -> str:
    """A word that occurs nowhere else, and in no other mark."""
    return f"zq{''.join(words).replace(' ', '').replace('-', '')}x"


def worker(partner: PartnerId) -> PractitionerId:
    """Whom the partner sends to the meeting and to the pages."""
    return PractitionerId(named(f"worker of {KINDS[partner].value}"))


def officer(partner: PartnerId) -> PractitionerId:
    """Who looks after privacy there."""
    return PractitionerId(named(f"looks after privacy at {KINDS[partner].value}"))
