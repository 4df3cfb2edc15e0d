"""How this process is: health for whoever restarts it, figures for Prometheus, rules explained."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import anyio.to_thread
import orjson
from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

from api.parts import Here
from api.problems import NothingIsHere, catalogue, status_of, title
from domain.vocabulary import Moment, Way
from projections.operating import EndpointStands, by_state
from projections.progress import Progress
from projections.readers import silent
from projections.tree import TreeStands
from projections.witnesses import WitnessStands

router = APIRouter(tags=["operation"])


@router.get("/health", response_model=dict[str, Any])
async def health(here: Here) -> Response:
    """Whether the views follow the log; 503 when they are behind, stuck, or have stopped."""
    found = await here.reading.progress()
    signed = await here.reading.tree_stands()
    status = found.state.value if here.ready() else "stopped"
    content = {
        "status": status,
        "version": here.version,
        "log_position": found.head,
        "position": found.position,
        "views": {
            view.name: {
                "position": view.position,
                "lag_facts": view.behind,
                "lag_seconds": round(view.seconds, 3),
                "state": view.state,
            }
            for view in found.views
        },
        # It stops nobody's care that nothing is signed, so it does not ask for a restart.
        "log": {
            "signed": signed.signed,
            "checkpoint_age_seconds": round(signed.age, 3),
            "unsigned_seconds": round(signed.waiting, 3),
            "refused": signed.refused,
        },
        # Nor does a restart bring the keys' database back.
        "keys": "reached" if await anyio.to_thread.run_sync(here.keys_reached) else "away",
    }
    return Response(
        orjson.dumps(content), 200 if status == "ok" else 503, media_type="application/json"
    )


@router.get(
    "/metrics",
    response_class=PlainTextResponse,
    response_model=None,
    responses={200: {"content": {"text/plain": {}}, "description": "Figures for Prometheus."}},
)
async def metrics(request: Request, here: Here) -> Response:
    """Counts and times for Prometheus; no organisation and no person is in them."""
    now = CollectorRegistry()
    _views(await here.reading.progress(), now)
    _tree(await here.reading.tree_stands(), now)
    _witnesses(await here.reading.witnesses(), here.clock(), now)
    relayed = await here.reading.relay_lag()
    for name, text, figure in (
        ("topics", "Partners' Kafka topics.", relayed.topics),
        (
            "lag_entries",
            "Entries by which the last of them is behind.",
            relayed.entries,
        ),
        ("lag_seconds", "Seconds since its next entry was recorded.", relayed.seconds),
    ):
        Gauge(f"throughcare_relay_{name}", text, registry=now).set(figure)
    group = await here.reading.group_lag()
    for name, text, figure in (
        ("partitions", "Parts of the people that a group of workers folds.", group.partitions),
        ("partitions_idle", "Those behind, and folded by nobody for a minute.", group.idle),
        ("lag_seconds", "Seconds since the next fact of the last was recorded.", group.seconds),
    ):
        Gauge(f"throughcare_group_{name}", text, registry=now).set(figure)
    parked = Gauge("throughcare_parked_cases", "Cases that wait.", ["where"], registry=now)
    parked.labels("views").set(len(await here.reading.parked()))
    parked.labels("group").set(group.parked)
    waits = await here.reading.cases_wait()
    for way in (Way.KAFKA, Way.FEED):
        parked.labels(way.value).set(sum(each.cases for each in waits if each.way is way))
    _endpoints(await here.reading.endpoints_stand(), here.clock(), now)
    opened = Gauge(
        "throughcare_emergency_access", "Records opened in an emergency.", ["state"], registry=now
    )
    counts = await here.reading.exceptional_counts()
    for state, count in zip(("open", "to_review", "overdue"), counts, strict=True):
        opened.labels(state).set(count)
    known = await here.reading.readers()
    Gauge(
        "throughcare_partners_silent",
        "Partners whose systems have left an entry unread for longer than is allowed.",
        registry=now,
    ).set(len(silent(known, here.clock(), here.silence)))
    waiting = Gauge(
        "throughcare_reader_most_behind",
        "Entries not read yet, of who reads.",
        ["way"],
        registry=now,
    )
    for way in Way:
        waiting.labels(way.value).set(max((r.behind for r in known if r.way is way), default=0))
    content = generate_latest(request.app.state.measured.registry) + generate_latest(now)
    return Response(content, media_type=CONTENT_TYPE_LATEST)


def _views(found: Progress, registry: CollectorRegistry) -> None:
    """How far each view follows the log, and how many of them do not move though facts wait."""
    Gauge("throughcare_log_position", "Position of the newest fact.", registry=registry).set(
        found.head
    )
    Gauge("throughcare_position", "Position that every view shows.", registry=registry).set(
        found.position
    )
    Gauge(
        "throughcare_views_stuck", "Views that stand still though facts wait.", registry=registry
    ).set(len(found.stuck))
    at, facts, seconds = (
        Gauge(f"throughcare_view_{name}", text, ["view"], registry=registry)
        for name, text in (
            ("position", "Position of a view."),
            ("lag_facts", "Facts behind the log."),
            ("lag_seconds", "Seconds behind the log."),
        )
    )
    for view in found.views:
        at.labels(view.name).set(view.position)
        facts.labels(view.name).set(view.behind)
        seconds.labels(view.name).set(view.seconds)


def _tree(found: TreeStands, registry: CollectorRegistry) -> None:
    """How far the log is signed, and whether what would be signed was refused."""
    for name, text, figure in (
        ("tree_size", "Leaves of the tree over the log.", found.size),
        ("checkpoint_size", "Facts that the newest checkpoint covers.", found.signed),
        ("checkpoint_age_seconds", "Seconds since it was signed.", found.age),
        ("unsigned_seconds", "Seconds since the first fact it lacks was recorded.", found.waiting),
        ("signing_refused", "1 where the log is not what was signed.", bool(found.refused)),
    ):
        Gauge(f"throughcare_{name}", text, registry=registry).set(figure)


def _witnesses(known: Sequence[WitnessStands], at: Moment, registry: CollectorRegistry) -> None:
    """For how long no witness has signed, of the one that is least behind, and who refuses to."""
    waits = [(at - each.waits_since).total_seconds() if each.waits_since else 0.0 for each in known]
    for name, text, figure in (
        ("witnesses", "Witnesses that are asked to countersign.", len(known)),
        ("unwitnessed_seconds", "Seconds for which no witness has signed.", min(waits, default=0)),
        (
            "witnesses_denying",
            "Witnesses that say that history was taken back.",
            sum(bool(each.denied) for each in known),
        ),
    ):
        Gauge(f"throughcare_{name}", text, registry=registry).set(figure)


def _endpoints(known: Sequence[EndpointStands], at: Moment, registry: CollectorRegistry) -> None:
    """How partners' endpoints stand, and for how long the worst of them has."""
    stand = Gauge(
        "throughcare_webhook_endpoints",
        "Endpoints that are told of news.",
        ["state"],
        registry=registry,
    )
    for state, many in by_state(known).items():
        stand.labels(state).set(many)
    active = [each for each in known if each.state == "active"]
    failing = [each.failing_since for each in active if each.failing_since]
    waiting = [each.waits_since for each in active if each.waits_since]
    for name, text, since in (
        ("failing", "Since when the tries of an active one come to nothing, at most.", failing),
        ("waiting", "Since when news waits for an active one, at most.", waiting),
    ):
        Gauge(f"throughcare_webhook_{name}_seconds", text, registry=registry).set(
            max(((at - each).total_seconds() for each in since), default=0.0)
        )


@router.get("/problems", response_class=HTMLResponse)
async def problems() -> HTMLResponse:
    """Every rule that can be broken, with the status it is answered with."""
    rows = (
        f'<dt id="{name}"><a href="/problems/{name}">{escape(title(rule))}</a></dt>'
        f"<dd>{escape((rule.__doc__ or '').strip())} ({status_of(rule)})</dd>"
        for name, rule in sorted(catalogue().items())
    )
    return _page("What can be refused", f"<dl>{''.join(rows)}</dl>")


@router.get("/problems/{name}", response_class=HTMLResponse)
async def problem_explained(name: str) -> HTMLResponse:
    """One rule that can be broken: what it says and the status it is answered with."""
    rule = catalogue().get(name)
    if rule is None:
        raise NothingIsHere
    text = escape((rule.__doc__ or "").strip())
    return _page(
        title(rule),
        f"<p>{text}</p><p>It is answered with status {status_of(rule)}.</p>"
        '<p><a href="/problems">Everything that can be refused</a></p>',
    )


def _page(heading: str, content: str) -> HTMLResponse:
    return HTMLResponse(
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(heading)} - Throughcare</title></head>"
        f"<body><main><h1>{escape(heading)}</h1>{content}</main></body></html>"
    )
