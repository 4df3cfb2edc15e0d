"""``broker``: who of the partners may do what at the Kafka broker."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Annotated

from cyclopts import App, Parameter

from consumers.admitting import Admitting, new_password
from consumers.kafka.access import Change, Do
from consumers.kafka.administration import MayNotAdminister
from consumers.kafka.connecting import BrokerIsAway
from deploy.commands.house import connected, opened, partner_named, settings
from deploy.commands.output import CONFLICT, FAILED, NOTHING, USAGE, Json, Stopped, note, say
from deploy.settings import Settings
from deploy.streaming import administration, admitting, keeping, password_file
from domain.vocabulary import Way

app = App(name="broker", help="Partners at the Kafka broker: topics, users, lists, quotas.")


@app.command
def apply(
    *,
    dry_run: Annotated[
        bool, Parameter(negative="", help="Say what would be changed, and change nothing.")
    ] = False,
    json: Json = False,
) -> None:
    """Make what partners have at the broker what their agreements say."""
    asked = _settings()
    with ExitStack() as stack, _at_the_broker():
        letting_in: Admitting = admitting(asked, connected(asked, stack))
        changes = letting_in.planned() if dry_run else letting_in.once()
    if not changes:
        raise Stopped("everything is as agreed", NOTHING)
    say([_row(change) for change in changes], json=json)
    if not dry_run:
        for change in changes:
            if change.do is Do.ADD_USER:
                _remark(asked, change)


@app.command
def password(
    partner: Annotated[str, Parameter(help="A partner's id, its name, or a part of it.")], /
) -> None:
    """Give a partner's user a new password; the one before it is good no more."""
    asked = _settings()
    with opened() as house:
        known = house.lookups.directory()
        found = partner_named(known, partner)
        if not known.may_use(found.id, Way.KAFKA):
            raise Stopped(f"{found.name}'s agreement is not for Kafka", CONFLICT)
        with _at_the_broker():
            administration(asked).renew(found.id, new_password(), keeping(asked))
    say([{"partner": found.name, "file": str(password_file(asked, found.id))}], json=True)


def _settings() -> Settings:
    asked = settings()
    if asked.kafka is None:
        raise Stopped("THROUGHCARE_KAFKA is not set: name the bootstrap servers", USAGE)
    return asked


def _row(change: Change) -> dict[str, str]:
    return {"partner": str(change.partner), "do": change.do.value, "what": change.what}


def _remark(asked: Settings, change: Change) -> None:
    path = password_file(asked, change.partner)
    note(f"Hand {path} over to the partner, so that nobody else reads it, and delete it.")


@contextmanager
def _at_the_broker() -> Iterator[None]:
    try:
        yield
    except MayNotAdminister as refused:
        raise Stopped(str(refused), FAILED) from None
    except BrokerIsAway as away:
        raise Stopped(f"the broker does not answer as it should: {away}", FAILED) from None
