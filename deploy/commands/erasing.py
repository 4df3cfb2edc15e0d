"""``erase``: a person is forgotten under an order, asked over HTTP of a running server.

It refuses to erase anybody itself: one person orders it, another confirms it, and a delay goes by.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import Annotated

import psycopg
from cyclopts import Parameter

from deploy.commands.ask import ask
from deploy.commands.house import connected, settings
from deploy.commands.output import USAGE, Json, Stopped, note
from domain.vocabulary import ErasureReason
from projections import erasures, schema


def erase(
    *,
    person: Annotated[str, Parameter(help="The person, by your organisation's id for them.")] = "",
    order: Annotated[str, Parameter(help="The order's reference; it names nobody.")] = "",
    reason: Annotated[
        ErasureReason, Parameter(help="Why they are erased.")
    ] = ErasureReason.NOT_NEEDED,
    words: Annotated[str, Parameter(help="Why, in words; erased with the person.")] = "",
    confirm: Annotated[str, Parameter(help="Confirm this erasure, as somebody else.")] = "",
    cancel: Annotated[str, Parameter(help="Cancel this erasure.")] = "",
    rewrite: Annotated[
        bool, Parameter(help="Write the database's files anew, so that nothing deleted is left.")
    ] = False,
    as_: Annotated[str, Parameter(name="--as", help="Who asks, of the demo's people.")] = "",
    token: Annotated[str, Parameter(help="A bearer token, instead of --as.")] = "",
    url: Annotated[str, Parameter(help="Where Throughcare is; else as the settings say.")] = "",
    key: Annotated[str, Parameter(help="The Idempotency-Key, to send the same again.")] = "",
    json: Json = False,
) -> None:
    """Order that a person is erased; confirm or cancel what was ordered; or clean the files."""
    if [bool(person and order), bool(confirm), bool(cancel), rewrite].count(True) != 1:
        raise Stopped("give --person and --order, or --confirm, --cancel or --rewrite", USAGE)
    if rewrite:
        _rewrite()
        return
    if confirm or cancel:
        asked: tuple[str, ...] = (
            "erasures",
            "confirmation" if confirm else "cancellation",
            confirm or cancel,
        )
    else:
        asked = ("people", "erasure", person, f"order={order}", f"reason={reason.value}")
        asked += (f"words={words}",) if words else ()
    ask(*asked, as_=as_, token=token, url=url, key=key, json=json)


def _rewrite() -> None:
    """As the owner of the tables, on the machine that runs the place."""
    with ExitStack() as stack:
        database = connected(settings(), stack, migrating=True)
        with (
            psycopg.connect(database.dsn(schema.OWNER), autocommit=True) as events,
            psycopg.connect(database.dsn(schema.KEYS_OWNER), autocommit=True) as keys,
        ):
            erasures.rewrite(events, keys)
    note("Nothing that was deleted is left in the tables' files; their archives expire by age.")
