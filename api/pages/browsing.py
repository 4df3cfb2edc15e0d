"""The log on pages for the host's auditors: searched, stream by stream, event by event, verified.

It refuses to open what is sealed, and to show anybody's events without its being written down.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Annotated, Any, TypeVar
from urllib.parse import urlencode
from uuid import UUID

import anyio
import anyio.to_thread
import orjson
from fastapi import APIRouter, Path, Query, Response
from fastapi.responses import HTMLResponse

from api.asking import DEADLINE
from api.pages import telling, words
from api.pages.problem import PageRoute
from api.pages.side_by_side import AuditorsVisit
from api.pages.visit import Visit
from api.problems import AnswerTookTooLong, NothingIsHere
from domain.mapping import StoredFact
from domain.sharing import message_type
from domain.vocabulary import PersonId
from projections import looking
from projections.browsing import (
    CAUSED,
    LANES,
    SOON,
    TOGETHER,
    TOPICS,
    Asked,
    Browsing,
    By,
    Found,
    Opened,
    Removal,
    Verified,
    opened,
)

router = APIRouter(route_class=PageRoute)

PAGE = "/audit/streams"
NUMBER = "Enter an id: 32 letters and digits, as it stands on a page of an event"
DAY = "Enter a day, such as 4 November 2026"
FIRST_YEAR, LAST_YEAR = 1900, 9998

T = TypeVar("T")
Text = Annotated[str, Query(max_length=80)]
After = Annotated[int, Query(ge=0, le=2**31 - 1)]
"""After which version, or number, a page begins."""
Verify = Annotated[str, Query(pattern="^(yes)?$")]


@dataclass(frozen=True, slots=True)
class Line:
    """One fact in a list: what happened in words, by whom, and where its own page is."""

    fact: StoredFact
    words: str
    by: str
    stream: str
    address: str

    @property
    def late(self) -> bool:
        """Whether it was recorded on another day than it happened."""
        recorded = self.fact.recorded_at
        return recorded is not None and words.day(recorded) != words.day(self.fact.effective_at)


@dataclass(frozen=True, slots=True)
class Proof:
    """What came of verifying, for a page."""

    sound: bool
    said: str
    break_at: str = ""
    link: str = ""


@router.get(PAGE, response_class=HTMLResponse)
async def find_events(
    visit: AuditorsVisit,
    person: Text = "",
    stream: Text = "",
    kind: Annotated[str, Query(alias="type", max_length=80)] = "",
    actor: Text = "",
    correlation: Text = "",
    since: Annotated[str, Query(max_length=40)] = "",
    until: Annotated[str, Query(max_length=40)] = "",
    before: Annotated[int | None, Query(ge=1, le=2**62)] = None,
    verify: Verify = "",
) -> Response:
    """Events of the whole log, the newest first, by what is asked."""
    given = {
        "person": person.strip(),
        "stream": stream.strip(),
        "type": kind.strip(),
        "actor": actor.strip(),
        "correlation": correlation.strip(),
        "since": since,
        "until": until,
    }
    asked, errors = _asked(given)
    found = Found([], 0, 0, None)
    proof: Proof | None = None
    if not errors:
        log = _log(visit)
        known = await _whose(visit, asked.person) if asked.person else None
        found = await _read(lambda: log.find(replace(asked, person=known, before=before)))
        proof = await _proof(visit, found.facts) if verify else None
        if known:
            looking.note_persons([PersonId(known)])
    kept = {name: value for name, value in given.items() if value}
    here = kept | ({"before": str(before)} if before else {})
    return await visit.page(
        "browsing/search.html",
        status=422 if errors else 200,
        title="Error: Streams" if errors else "Streams",
        section="/audit/streams",
        given=given,
        errors=errors,
        asked=bool(kept),
        rows=_lines(visit, found.facts),
        found=found,
        removals=await _removals(visit, found.facts),
        types=_types(),
        actors=_actors(visit),
        proof=proof,
        verify_link=f"{PAGE}?{urlencode(here | {'verify': 'yes'})}",
        further=f"{PAGE}?{urlencode(kept | {'before': str(found.further)})}"
        if found.further
        else "",
        begins=found.first <= 1,
    )


@router.get(f"{PAGE}/beside", response_class=HTMLResponse)
async def streams_beside_each_other(
    visit: AuditorsVisit,
    stream: Annotated[list[str] | None, Query(max_length=LANES)] = None,
    by: By = By.RECORDED,
    after: Annotated[int, Query(ge=0, le=2**62)] = 0,
    verify: Verify = "",
) -> Response:
    """Up to four streams side by side, by when it was recorded or happened."""
    given = [each.strip() for each in stream or () if each.strip()]
    lanes, errors = list[UUID](), dict[str, str]()
    for number, text in enumerate(given):
        try:
            lanes.append(UUID(text))
        except ValueError:
            errors[f"stream-{number}"] = NUMBER
    lanes = list(dict.fromkeys(lanes))
    facts = list[StoredFact]()
    if lanes and not errors:
        log = _log(visit)
        facts = await _read(lambda: log.beside(lanes, by, after))
    more = len(facts) > TOGETHER
    facts = facts[:TOGETHER]
    kept = [*(("stream", str(each)) for each in lanes), ("by", by.value)]
    here = [*kept, ("after", str(after))] if after else kept
    last = facts[-1].position if facts else 0
    return await visit.page(
        "browsing/beside.html",
        status=422 if errors else 200,
        title="Error: Streams side by side" if errors else "Streams side by side",
        section="/audit/streams",
        given=[*given, *[""] * LANES][:LANES],
        errors=errors,
        by=by.value,
        lanes=[str(each) for each in lanes],
        nouns={str(f.originator_id): _noun(f.topic) for f in facts},
        rows=_lines(visit, facts),
        removals=await _removals(visit, facts),
        proof=await _proof(visit, facts) if verify and facts else None,
        verify_link=f"{PAGE}/beside?{urlencode([*here, ('verify', 'yes')])}",
        following=f"{PAGE}/beside?{urlencode([*kept, ('after', str(last))])}" if more else "",
        first=f"{PAGE}/beside?{urlencode(kept)}" if after else "",
    )


@router.get(f"{PAGE}/{{stream}}", response_class=HTMLResponse)
async def one_stream(
    visit: AuditorsVisit, stream: UUID, after: After = 0, verify: Verify = ""
) -> Response:
    """The events of a stream, in order."""
    log = _log(visit)
    facts = await _read(lambda: log.stream(stream, after))
    if not facts:
        raise NothingIsHere
    more = len(facts) > TOGETHER
    facts = facts[:TOGETHER]
    address, noun = f"{PAGE}/{stream}", _noun(facts[0].topic)
    here = {"after": str(after)} if after else {}
    return await visit.page(
        "browsing/stream.html",
        title=f"Stream of a {noun}",
        section="/audit/streams",
        stream=str(stream),
        noun=noun,
        rows=_lines(visit, facts),
        removals=await _removals(visit, facts),
        persons=sorted({str(f.person) for f in facts if f.person}),
        proof=await _proof(visit, facts, after) if verify else None,
        verify_link=f"{address}?{urlencode(here | {'verify': 'yes'})}",
        following=f"{address}?after={facts[-1].originator_version}" if more else "",
        first=address if after else "",
    )


@router.get(f"{PAGE}/{{stream}}/{{version}}", response_class=HTMLResponse)
async def one_event(
    visit: AuditorsVisit,
    stream: UUID,
    version: Annotated[int, Path(ge=1, le=2**31 - 1)],
    verify: Verify = "",
) -> Response:
    """One event: what it says, its envelope, what it follows from and what it led to, its leaf."""
    log = _log(visit)
    event = await _read(lambda: log.event(stream, version))
    if event is None:
        raise NothingIsHere
    fact, around = event.fact, [*event.caused, *([event.cause] if event.cause else ())]
    removals = await _removals(visit, [fact])
    _lines(visit, around)
    (line,) = _lines(visit, [fact])
    content = opened(fact)
    why = next((each for each in _of(fact, removals) if each.of(fact)), None)
    return await visit.page(
        "browsing/event.html",
        title=line.words,
        section="/audit/streams",
        line=line,
        fact=fact,
        content=content,
        says=_says(content, visit),
        stored=_json(content.stored),
        today_json=_json(content.today) if content.upcast else "",
        sealed=[_called(name) for name in content.sealed],
        removal=why if content.sealed else None,
        envelope=_json(_envelope(fact)),
        noun=_noun(fact.topic),
        practitioner=visit.names.practitioner(fact.practitioner),
        organisation=visit.names.organisation(fact.organisation),
        cause=_line(event.cause, visit) if event.cause else None,
        caused=[_line(each, visit) for each in event.caused],
        caused_all=len(event.caused) < CAUSED,
        soon=SOON,
        told=sorted((visit.names.organisation(p), n) for p, n in event.told.items()),
        leaf=event.leaf.kept.hex() if event.leaf.kept else "",
        same=event.leaf.kept == event.leaf.reckoned,
        reckoned=event.leaf.reckoned.hex(),
        proof=await _proof(visit, [fact]) if verify else None,
        verify_link=f"{line.address}?verify=yes",
    )


def _log(visit: Visit) -> Browsing:
    """Raises `NothingIsHere` where nobody goes through the log."""
    if visit.here.browsing is None:
        raise NothingIsHere
    return visit.here.browsing


async def _read(question: Callable[[], T]) -> T:
    """Ask, and wait for no longer than anybody would. Raises `AnswerTookTooLong`."""
    try:
        with anyio.fail_after(DEADLINE):
            return await anyio.to_thread.run_sync(question, abandon_on_cancel=True)
    except TimeoutError as late:
        raise AnswerTookTooLong from late


async def _whose(visit: Visit, given: UUID) -> UUID:
    """Somebody by the id that the host knows them by, or by the log's own."""
    known = await visit.here.reading.person_of(visit.caller.organisation, given)
    return known or given


def _asked(given: Mapping[str, str]) -> tuple[Asked, dict[str, str]]:
    """What a search asks, and what is wrong with it."""
    ids, errors = dict[str, UUID](), dict[str, str]()
    for name in ("person", "stream", "actor", "correlation"):
        if given[name]:
            try:
                ids[name] = UUID(given[name])
            except ValueError:
                errors[name] = NUMBER
    if given["type"] and given["type"] not in {kind.TOPIC for kind in TOPICS}:
        errors["type"] = "Choose a type from the list"
    days = dict[str, datetime]()
    for name, more in (("since", 0), ("until", 1)):
        if given[name]:
            try:
                day = date.fromisoformat(given[name])
                if not FIRST_YEAR <= day.year <= LAST_YEAR:
                    raise ValueError
                day += timedelta(days=more)
                days[name] = datetime(day.year, day.month, day.day, tzinfo=words.LONDON)
            except ValueError:
                errors[name] = DAY
    if len(days) == len(("since", "until")) and days["until"] <= days["since"]:
        errors["until"] = "Enter a last day that is not before the first"
    asked = Asked(
        person=ids.get("person"),
        stream=ids.get("stream"),
        topic=given["type"] or None,
        actor=ids.get("actor"),
        correlation=ids.get("correlation"),
        since=days.get("since"),
        until=days.get("until"),
    )
    return asked, errors


def _lines(visit: Visit, facts: Iterable[StoredFact]) -> list[Line]:
    """Facts as a list shows them; whom they are of is noted as looked at."""
    shown = list(facts)
    looking.note_persons({PersonId(each.person) for each in shown if each.person})
    return [_line(each, visit) for each in shown]


def _line(fact: StoredFact, visit: Visit) -> Line:
    who = [visit.names.practitioner(fact.practitioner), visit.names.organisation(fact.organisation)]
    return Line(
        fact,
        _in_words(fact, opened(fact), visit),
        ", ".join(who),
        f"{PAGE}/{fact.originator_id}",
        f"{PAGE}/{fact.originator_id}/{fact.originator_version}",
    )


def _in_words(fact: StoredFact, content: Opened, visit: Visit) -> str:
    """What happened, of what lies open; sealed words read as such."""
    kind = content.kind
    if kind is None:
        return fact.topic
    sealed = dict.fromkeys(kind.PERSONAL_TEXTS, "(sealed)")
    told = {name: _day(name, value) for name, value in content.today.items()}
    return telling.happened(message_type(kind), sealed | told, visit.names)


def _day(name: str, value: Any) -> Any:
    """A day as people read it, but for those that the telling reads itself."""
    return value if name in ("review_on", "starts_at") else _text(value, {})


def _says(content: Opened, visit: Visit) -> list[tuple[str, str]]:
    """What lies open of a fact, field by field, with the names of who and what is meant."""
    named = {
        **{key: entry.name for key, entry in visit.names.directory.partners.items()},
        **{key: entry.name for key, entry in visit.names.practitioners.items()},
        **{key: entry.name for key, entry in visit.names.directory.services.items()},
    }
    return [(_called(name), _value(value, named)) for name, value in content.today.items()]


def _value(value: Any, named: Mapping[UUID, str]) -> str:
    if isinstance(value, list):
        return ", ".join(_value(each, named) for each in value) or "None"
    if isinstance(value, dict):
        return "; ".join(f"{_called(name)}: {_value(each, named)}" for name, each in value.items())
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, str):
        return str(_text(value, named))
    return "None" if value is None else str(value)


def _text(value: Any, named: Mapping[UUID, str]) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return named.get(UUID(value), value)
    except ValueError:
        pass
    try:
        if len(value) == len("2026-11-04"):
            return words.day(date.fromisoformat(value))
        return words.moment(value) if "T" in value else value
    except ValueError:
        return value


def _envelope(fact: StoredFact) -> dict[str, Any]:
    return {
        "position": fact.position,
        "stream": fact.originator_id,
        "version": fact.originator_version,
        "topic": fact.topic,
        "schema": fact.schema,
        "person": fact.person,
        "label": fact.label,
        "effective_at": fact.effective_at,
        "recorded_at": fact.recorded_at,
        "practitioner": fact.practitioner,
        "organisation": fact.organisation,
        "purpose": fact.purpose,
        "correlation": fact.correlation,
        "causation": fact.causation,
        "intention": fact.intention,
    }


async def _removals(visit: Visit, facts: Sequence[StoredFact]) -> dict[UUID, list[Removal]]:
    """Of whom these facts are, why what was sealed is gone."""
    persons = {each.person for each in facts if each.person}
    if not persons:
        return {}
    log = _log(visit)
    return await _read(lambda: log.removals(persons))


def _of(fact: StoredFact, removals: Mapping[UUID, list[Removal]]) -> list[Removal]:
    return removals.get(fact.person, []) if fact.person else []


async def _proof(visit: Visit, facts: Sequence[StoredFact], after: int | None = None) -> Proof:
    """What is shown, reckoned again and proved, in words."""
    log = _log(visit)
    found = await _read(lambda: log.verify(facts, after))
    if not found.wrong:
        return Proof(True, _sound(found))
    broken = next((each for each in facts if each.position == found.number), None)
    if broken is None:
        return Proof(False, f"It breaks: {found.wrong}.")
    return Proof(
        False,
        f"It breaks at number {broken.position:,}: {found.wrong}.",
        f"Number {broken.position:,}",
        f"{PAGE}/{broken.originator_id}/{broken.originator_version}",
    )


def _sound(found: Verified) -> str:
    many = "The one event" if found.facts == 1 else f"All {found.facts:,} events"
    verb = "is" if found.facts == 1 else "are"
    said = f"{many} shown {verb} as recorded"
    if found.under is None:
        return f"{said}. Nothing of the log is signed yet."
    waiting = found.facts - found.signed
    said += f", and {found.signed:,} of {found.facts:,} proved"
    said += f" by the checkpoint of {found.under.size:,} events signed on"
    said += f" {words.moment(found.under.signed_at)}."
    return f"{said} The other {waiting:,} came after it." if waiting else said


def _noun(topic: str) -> str:
    return topic.partition(":")[0].replace("-", " ").replace("_", " ")


def _called(name: str) -> str:
    return words.sentence(name.replace("_", " ").replace("nhs ", "NHS "))


def _json(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()


def _types() -> list[tuple[str, list[tuple[str, str]]]]:
    """Every type that can be recorded, noun by noun."""
    nouns: dict[str, list[tuple[str, str]]] = {}
    for kind in TOPICS:
        noun, _, name = kind.TOPIC.partition(":")
        nouns.setdefault(words.sentence(noun), []).append((kind.TOPIC, name))
    return sorted((noun, sorted(kinds)) for noun, kinds in nouns.items())


def _actors(visit: Visit) -> list[tuple[str, str]]:
    """Organisations and who acts for them, by name, to choose an id from."""
    partners = visit.names.directory.partners.values()
    found = [(entry.name, str(key)) for key, entry in visit.names.directory.partners.items()]
    for entry in partners:
        found += [
            (f"{who.name}, {entry.name}", str(key)) for key, who in entry.practitioners.items()
        ]
    return sorted(found)[:MOST_NAMED]


MOST_NAMED = 1_000
"""Names that a page offers; anybody else is found by their id."""
