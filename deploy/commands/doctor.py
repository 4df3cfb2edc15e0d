"""``doctor``: looks at everything a healthy place needs, and says the remedy for what is not."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import anyio
import psycopg

from api.agreements import ending_soon
from api.provider import ProviderDoesNotAnswer
from deploy import assets
from deploy.commands.house import opened, settings
from deploy.commands.output import FAILED, Json, Stopped, say
from deploy.commands.views import asked
from deploy.wiring import House
from domain.policies.days import local_date
from domain.vocabulary import PartnerId
from projections import links, schema
from projections.keeping import SQL as KEEPING
from projections.keys import FIRST
from projections.operating import by_state
from projections.progress import MOST_LAG
from projections.readers import silent as unread
from projections.statements import migrations
from projections.witnesses import alarm as unsigned

LEAST_FREE = 1 << 30
SHOWN = 5
AT_ONCE = 5_000
MOST_SKEW = 5.0


def doctor(*, json: Json = False) -> None:
    """Check everything and say the remedy."""
    with opened() as house:
        rows = list(_checks(house))
    say(rows, json=json)
    if bad := [row for row in rows if row["state"] != "ok"]:
        raise Stopped(f"{len(bad)} of {len(rows)} checks failed", FAILED)


def _check(what: str, ok: bool, found: str, remedy: str) -> dict[str, Any]:
    state = "ok" if ok else "not ok"
    return {"check": what, "state": state, "found": found, "remedy": "" if ok else remedy}


def _checks(house: House) -> Iterator[dict[str, Any]]:
    with psycopg.connect(house.database.dsn(schema.AUDIT), autocommit=True) as connection:
        (release, database_now) = connection.execute(
            "select current_setting('server_version_num')::int, clock_timestamp()"
        ).fetchone() or (0, datetime.now(UTC))
        yield _check("PostgreSQL", release >= 180000, str(release), "use PostgreSQL 18 or newer")
        skew = abs((datetime.now(UTC) - database_now).total_seconds())
        yield _check(
            "clocks agree", skew < MOST_SKEW, f"{skew:.1f} s apart", "set both hosts' clocks by NTP"
        )
        (may_rewrite,) = connection.execute(
            "select bool_or(has_table_privilege(role, 'log.facts', 'update, delete, truncate')) "
            "from unnest(%s::text[]) as role",
            [sorted(schema.ROLES.keys() - {schema.OWNER} - schema.OF_KEYS)],
        ).fetchone() or (True,)
        yield _check(
            "no process can rewrite history",
            not may_rewrite,
            "no right to change facts" if not may_rewrite else "a role has the right",
            "revoke it, and run `throughcare migrate`",
        )
        (facts, head) = connection.execute(
            "select count(*), (select position from log.head) from log.facts"
        ).fetchone() or (0, -1)
        yield _check(
            "positions have no gaps", facts == head, f"{facts} facts, position {head}", "restore"
        )
        (kept, size, kept_from) = connection.execute(
            "select c.reltuples::bigint, pg_total_relation_size(c.oid), k.position "
            "from pg_class as c, views.kept_from as k "
            "where c.oid = 'views.caseload_versions'::regclass and k.name = 'caseload'"
        ).fetchone() or (0, 0, 0)
        yield _check(
            "caseloads of earlier moments",
            True,
            f"from position {kept_from} on, about {max(kept, 0):,} versions, {size >> 20:,} MiB",
            "",
        )
        letters = links.letters(connection)
        yield _check(
            "letters with links are taken",
            not letters.given_up,
            f"{letters.waiting} wait, {letters.failing} of them tried in vain, "
            f"{letters.given_up} given up",
            "see THROUGHCARE_MAIL and the log of `relay`; then `throughcare link PARTNER --retry`",
        )
    pending = schema.pending(house.database.dsn(schema.AUDIT))
    yield _check(
        "migrations",
        not pending,
        f"{len(migrations()) - len(pending)} applied of {len(migrations())}",
        "run `throughcare migrate` with this release",
    )
    progress = asked(house, lambda reading: reading.progress())
    yield _check(
        "views keep up",
        progress.seconds <= MOST_LAG,
        f"{progress.seconds:.0f} s behind",
        "start `throughcare work` or `up`, and the group's workers",
    )
    still = [f"{view.name} for {view.still:.0f} s" for view in progress.stuck]
    yield _check(
        "views move",
        not still,
        f"still though facts wait: {', '.join(still)}" if still else f"at {progress.position}",
        "see docs/runbook.md, Views are behind",
    )
    tree = asked(house, lambda reading: reading.tree_stands())
    yield _check(
        "the log is signed",
        tree.refused is None and tree.waiting <= MOST_LAG,
        f"refused since {tree.since:%Y-%m-%d %H:%M}: {tree.refused}"
        if tree.refused and tree.since
        else f"{tree.signed} of {tree.size} facts, {tree.age:.0f} s ago",
        "see docs/runbook.md, The log is not signed",
    )
    witnesses = asked(house, lambda reading: reading.witnesses())
    unwitnessed = unsigned(witnesses, database_now)
    signed = (f"{each.name} signed {each.size} facts" for each in witnesses)
    yield _check(
        "a witness signs",
        not unwitnessed,
        unwitnessed or "; ".join(signed) or "no witness is named",
        "see docs/runbook.md, No witness signs",
    )
    relayed = asked(house, lambda reading: reading.relay_lag())
    yield _check(
        "topics keep up",
        relayed.seconds < MOST_LAG,
        f"{relayed.topics} topics, {relayed.entries} entries and {relayed.seconds:.0f} s behind"
        if relayed.topics
        else "no partner is told by Kafka",
        "start `throughcare relay`; if it runs, its log says which topic waits and why",
    )
    group = asked(house, lambda reading: reading.group_lag())
    yield _check(
        "the group keeps up",
        group.seconds < MOST_LAG,
        f"{group.behind} of {group.partitions} partitions behind, by {group.seconds:.0f} s; "
        f"nobody folds {group.idle}"
        if group.partitions
        else "one process folds all views",
        "see docs/runbook.md, The group of workers is behind",
    )
    waits = asked(house, lambda reading: reading.cases_wait())
    beside = sum(each.cases for each in waits) + group.parked
    parked = len(asked(house, lambda reading: reading.parked())) + beside
    yield _check(
        "no case is parked", not parked, f"{parked} parked", "see `throughcare parked list`"
    )
    readers = asked(house, lambda reading: reading.readers())
    names = {partner.id: partner.name for partner in house.lookups.directory().partners.values()}
    quiet = [
        f"{names[PartnerId(each.partner)]} has read {each.number} of {each.newest}"
        for each in unread(readers, database_now, house.settings.silence)
    ]
    yield _check(
        "partners' systems read",
        not quiet,
        "; ".join(quiet) or f"{len({r.partner for r in readers if r.way})} read",
        "ask the partner whether its system runs: see docs/runbook.md, A partner is silent",
    )
    endpoints = asked(house, lambda reading: reading.endpoints_stand())
    alarms = [
        f"{names[PartnerId(each.partner)]}: {each.name} {each.stands} since "
        f"{each.failing_since or each.state_at:%Y-%m-%d %H:%M}{f', {each.why}' if each.why else ''}"
        for each in endpoints
        if each.alarms(database_now)
    ]
    counted = (f"{many} {state}" for state, many in by_state(endpoints).items() if many)
    yield _check(
        "endpoints take what they are sent",
        not alarms,
        "; ".join(alarms) or ", ".join(counted) or "no partner has an endpoint",
        "ask the partner: see docs/runbook.md, An endpoint is disabled",
    )
    custody = asked(house, lambda reading: reading.custody())
    yield _check(
        "nobody is held by nobody",
        not custody["held_by_nobody"],
        f"{custody['open']} people held, {custody['held_by_nobody']} by nobody",
        "see `throughcare custody`",
    )
    place = asked(house, lambda reading: reading.directory())
    ends = list(ending_soon(place, local_date(database_now)))
    over = [partner.name for partner, last in ends if last is None]
    named = (f"{partner.name} {last or 'has none'}" for partner, last in ends)
    yield _check(
        "every partner has an agreement",
        not over,
        "; ".join(named) or "none ends within 90 days",
        "sign another, or say that the organisation left",
    )
    if provider := house.provider():
        try:
            anyio.run(provider.described)
            anyio.run(provider.keys)
            found = ""
        except ProviderDoesNotAnswer as silent:
            found = str(silent)
        yield _check(
            "provider of identities",
            not found,
            found or provider.registration.issuer,
            "see THROUGHCARE_OIDC_ISSUER, and that this host may reach it: nobody can sign in",
        )
    if not house.keys.reached():
        yield _check(
            "the keys' database answers",
            False,
            "it does not: nobody's names and notes can be opened, and no fact of them recorded",
            "start it, or see THROUGHCARE_KEYS_DATABASE: docs/runbook.md, Persons' keys",
        )
    else:
        yield from _keys(house)
    free = shutil.disk_usage(settings().data).free
    yield _check("disk", free > LEAST_FREE, f"{free >> 20:,} MiB free", "free at least 1 GiB")
    folder = assets.installed_folder()
    missing = [a.name for a in assets.ASSETS if not (folder / a.name).is_file()]
    yield _check(
        "front-end files",
        not missing,
        ", ".join(missing) + " missing" if missing else f"{len(assets.ASSETS)} there",
        "run `python -m deploy.assets`",
    )


def _keys(house: House) -> Iterator[dict[str, Any]]:
    """What is asked of the persons' keys' database."""
    lacks = schema.pending_keys(house.database.dsn(schema.KEYS))
    yield _check(
        "the keys' database answers",
        not lacks,
        f"it lacks {', '.join(lacks)}" if lacks else "apart from the events'",
        "run `throughcare migrate` with this release",
    )
    kept, closed = _unwrapped(house)
    yield _check(
        "persons' keys unwrap",
        not closed,
        f"{kept} keys"
        + (f", {len(closed)} do not open: {', '.join(map(str, closed[:SHOWN]))}" if closed else ""),
        "give the master key they were wrapped by, or restore: docs/runbook.md, Persons' keys",
    )
    keyless = _without_keys(house)
    yield _check(
        "every person has a key",
        not keyless,
        f"{len(keyless)} without: {', '.join(map(str, keyless[:SHOWN]))}"
        if keyless
        else "none lacks one",
        "restore the keys: docs/runbook.md, Persons' keys",
    )


def _unwrapped(house: House) -> tuple[int, list[UUID]]:
    """How many keys there are of those who are not erased, and whose do not open."""
    many, closed, after = 0, list[UUID](), FIRST
    while (page := house.keys.unopened(after, AT_ONCE)).last is not None:
        many, after = many + page.keys, page.last
        closed += page.persons
    return many, closed


def _without_keys(house: House) -> list[UUID]:
    """Of whom facts hold something sealed, and no key was ever kept: it was lost, not destroyed."""
    lacking, after = list[UUID](), FIRST[0]
    with psycopg.connect(house.database.dsn(schema.PROJECT), autocommit=True) as connection:
        while persons := [
            person for (person,) in connection.execute(KEEPING["persons"], [after, AT_ONCE])
        ]:
            lacking += house.keys.lacking(persons)
            after = persons[-1]
    return lacking
