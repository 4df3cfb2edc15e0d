"""Which partner's system shows a secret, and whether it may come in here with it.

It refuses to know people: they come with a session of their own.
"""

from __future__ import annotations

from api.parts import Caller, Parts
from api.problems import NotSignedIn, ScopeIsTooSmall
from api.scopes import needed
from api.tokens import TokenIsNotValid
from projections.credentials import System

PREFIX = "tck_"
"""How a key begins, so that it is known for one wherever it turns up."""


async def system_of(secret: str, here: Parts) -> System | None:
    """The system that holds an API key or an access token; ``None``: the secret is neither.

    Asked of the database each time. Raises `NotSignedIn` for one that is good no more.
    """
    if here.credentials is None or here.access_tokens is None:
        return None
    if secret.startswith(PREFIX):
        system = await here.credentials.owner(secret)
        if system is None:
            raise NotSignedIn
        return system
    try:
        access = here.access_tokens.read(secret)
    except TokenIsNotValid:
        return None
    holder = await here.credentials.holding(access.client, access.thumbprint)
    if holder is None:
        raise NotSignedIn
    return System(holder.id, holder.partner, holder.name, holder.scopes & access.scopes)


def in_scope(caller: Caller, method: str, path: str) -> None:
    """Let a system in only where one of its scopes leads. Raises `ScopeIsTooSmall`."""
    if caller.scopes is None:
        return
    scope = needed(method, path)
    if scope is None or scope not in caller.scopes:
        raise ScopeIsTooSmall(*([scope] if scope else []))
