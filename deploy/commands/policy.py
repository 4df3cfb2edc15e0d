"""Another dated rule over the same history: ``policy show`` and ``policy replay``.

The other rule is a file, TOML or JSON. It takes the place of what ships, for the length of the
command and in memory; nothing is recorded but who looked.
"""

from __future__ import annotations

import json as jsons
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, fields, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import psycopg
from cyclopts import App, Parameter
from pydantic import TypeAdapter, ValidationError

from deploy.commands.house import moment, opened
from deploy.commands.looked import exported
from deploy.commands.output import FAILED, USAGE, Json, Stopped, line, note, say
from deploy.kept import now
from domain.mapping import UnreadableFact
from domain.policies.clocks.rules import RULES as CLOCKS
from domain.policies.clocks.rules import ClockRule
from domain.policies.days import LONDON
from domain.policies.quorum import RULES as QUORUMS
from domain.policies.quorum import Quorum
from domain.policies.steps import MODELS, SteppedCare
from projections import log, otherwise, schema

if TYPE_CHECKING:
    from deploy.wiring import House
    from projections.otherwise import Judge, Otherwise

app = App(name="policy", help="Another dated rule over the same history; the record stays.")

T = TypeVar("T")


class Policy(StrEnum):
    """A policy that can be replayed."""

    QUORUM = "quorum"
    STEPS = "steps"
    WAITING = "waiting"


SHIPPED: Mapping[Policy, Sequence[Any]] = {
    Policy.QUORUM: QUORUMS,
    Policy.STEPS: MODELS,
    Policy.WAITING: CLOCKS,
}


@app.command
def show(*, policy: Policy) -> None:
    """The rules that ship, as JSON to begin another one from."""
    rules = [_plain(asdict(rule)) for rule in SHIPPED[policy]]
    line({"rules": rules})


@app.command(name="replay")
def replay_(
    *,
    policy: Annotated[Policy, Parameter(help="Which rules are to be other ones.")],
    with_: Annotated[
        Path | None,
        Parameter(name="--with", help="The other rules, TOML or JSON, as `policy show` has them."),
    ] = None,
    as_at: Annotated[
        str, Parameter(help="History up to a position or time; all if left out.")
    ] = "",
    json: Json = False,
) -> None:
    """Who would have been treated otherwise under other rules; the real record is untouched.

    `--policy steps` without `--with` says where real pathways depart from the model in force.
    """
    if with_ is None and policy is not Policy.STEPS:
        raise Stopped("say with which other rules: --with FILE", USAGE)
    other = _read(with_) if with_ else {}
    with (
        opened() as house,
        psycopg.connect(house.database.dsn(schema.AUDIT), autocommit=True) as connection,
    ):
        from projections.mining.outline import withheld

        up_to, at = _moment(connection, as_at)
        left_out = withheld(connection, up_to)
        judge = _judge(house, policy, other, frozenset(left_out.sealed))
        try:
            found = list(otherwise.judged(connection, judge, up_to=up_to, at=at))
        except UnreadableFact as unreadable:
            raise Stopped(f"a fact cannot be read: {unreadable}") from None
        told = [each for each in found if each.person not in left_out.persons]
        if told:
            exported(
                house.database,
                house.care.host,
                "policy replay",
                {each.person for each in told},
                up_to,
            )
        say([_row(house, each) for each in told], json=json)
    persons, silent = len({each.person for each in told}), len(found) - len(told)
    note(
        f"{judge.judged:,} judged up to position {up_to:,}: {len(told):,} otherwise, of "
        f"{persons:,} persons; {silent:,} of persons who are in no total. Nothing was changed."
    )


def _judge(house: House, policy: Policy, other: Mapping[str, Any], sealed: frozenset[str]) -> Judge:
    from projections.otherwise.quorum import QuorumJudge
    from projections.otherwise.steps import StepsJudge, Threshold
    from projections.otherwise.waiting import WaitingJudge

    allowed = {"rules", "thresholds"} if policy is Policy.STEPS else {"rules"}
    if strange := ", ".join(sorted(other.keys() - allowed)):
        raise Stopped(f"the file says {strange}, which {policy} does not know", FAILED)
    rules = other.get("rules", [])
    match policy:
        case Policy.QUORUM:
            return QuorumJudge([_dated(rule) for rule in _made(Quorum, rules)])
        case Policy.STEPS:
            thresholds = _made(Threshold, other.get("thresholds", []))
            return StepsJudge(house.care.host, _made(SteppedCare, rules), thresholds)
        case Policy.WAITING:
            return WaitingJudge(_made(ClockRule, rules), sealed)


def _made(kind: type[T], rules: Any) -> list[T]:
    """Each rule, or where it is no rule and why."""
    if not isinstance(rules, list) or not all(isinstance(rule, dict) for rule in rules):
        raise Stopped("the file must hold a list of rules, each with its own fields", FAILED)
    known = {field.name for field in fields(kind)}  # type: ignore[arg-type]
    for number, rule in enumerate(rules):
        if strange := ", ".join(sorted(rule.keys() - known)):
            raise Stopped(f"rule {number + 1} says {strange}, which no such rule has", FAILED)
    try:
        return TypeAdapter(list[kind]).validate_python(rules)  # type: ignore[valid-type]
    except ValidationError as refused:
        for error in refused.errors():
            note(f"{'.'.join(str(part) for part in error['loc'])}: {error['msg']}.")
        raise Stopped("the file does not hold such rules", FAILED) from None


def _dated(rule: Quorum) -> Quorum:
    """A day begins in London."""
    since = rule.effective_from
    return rule if since.tzinfo else replace(rule, effective_from=since.replace(tzinfo=LONDON))


def _read(path: Path) -> Mapping[str, Any]:
    load: Callable[[str], Any] = jsons.loads if path.suffix == ".json" else tomllib.loads
    try:
        read = load(path.read_text(encoding="utf-8"))
    except OSError as unread:
        raise Stopped(f"{path} cannot be read: {unread.strerror}") from None
    except (UnicodeDecodeError, jsons.JSONDecodeError, tomllib.TOMLDecodeError) as unread:
        raise Stopped(f"{path} is neither TOML nor JSON: {unread}", FAILED) from None
    if not isinstance(read, dict) or not any(read.values()):
        raise Stopped(f"{path} holds no rules", FAILED)
    return read


def _moment(connection: psycopg.Connection, as_at: str) -> tuple[int, datetime]:
    """Up to which position history counts, and at which moment waits are read."""
    if not as_at:
        return log.head(connection), now()
    if as_at.isdecimal():
        recorded_at = otherwise.recorded_at(connection, int(as_at))
        if recorded_at is None:
            raise Stopped(f"there is no position {as_at}", USAGE)
        return int(as_at), recorded_at
    at = moment(as_at, "--as-at")
    return otherwise.known_by(connection, at), at


def _row(house: House, each: Otherwise) -> dict[str, Any]:
    """One row; the person by the id that the host knows them by."""
    return {
        "person": house.pseudonyms.of(house.care.host, each.person),
        "position": each.position,
        "at": each.at,
        "what": each.what,
        "about": each.about,
        "then": each.then,
        "now": each.now,
    }


def _plain(value: Any) -> Any:
    """Sets as lists in one order; what is left out is left out."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items() if each is not None}
    if isinstance(value, frozenset):
        return sorted(_plain(each) for each in value)
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value
