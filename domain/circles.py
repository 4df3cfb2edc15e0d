"""The circles of records that are one person's: who is involved with either is with both.

It follows facts in their order and asks for history only to undo a link; it refuses to know tables.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, replace

from domain.agreement import AgreementSigned
from domain.circle import Circle, Telling
from domain.hearing import Heard, anew, together
from domain.kernel import Recorded
from domain.linking import PersonsLinked, PersonsUnlinked
from domain.partner import PartnerLeft
from domain.policies.objections import closes
from domain.vocabulary import PartnerId, PersonId

Agreements = Mapping[PartnerId, AgreementSigned]
Circles = MutableMapping[PersonId, Circle]
Tellings = list[tuple[PersonId, Telling]]

History = Callable[[frozenset[PersonId]], Iterable[tuple[Recorded, Agreements]]]
"""All that was followed of these persons, and that partners left, in order; with each fact the
agreements it is told under: those in force now, and of who left the last before it did."""


@dataclass(frozen=True, slots=True)
class Run:
    """One way to run the rule over what was followed of some records, from the beginning."""

    followed: Sequence[tuple[Recorded, Agreements]]
    begin: Callable[[PersonId], Circle] = Circle


def retell(
    partners: Iterable[PartnerId],
    members: frozenset[PersonId],
    circles: Circles,
    was: Run,
    now: Run,
) -> Tellings:
    """Tell partners of records that are one person's as though what holds now had always held.

    ``members`` are all records of that person, ``was`` the run that told what they know, ``now``
    the one that says what they may know. Whoever that makes no difference to is told nothing.
    """
    before = _replayed(members, was, circles)
    after = _replayed(members, now, circles)
    tellings: Tellings = []
    for each in sorted(members):
        said = []
        for partner in sorted(partners):
            said.append(anew(partner, before[each][1], after[each][1]))
            circles[each].adopt(partner, after[each][0])
        tellings.append((each, together(said)))
    return [(each, telling) for each, telling in tellings if telling != Telling()]


def connected(person: PersonId, circles: Mapping[PersonId, Circle]) -> frozenset[PersonId]:
    """Every record that is this person's, by links and links of links."""
    if not circles[person].links:
        return frozenset((person,))
    found, ahead = {person}, [person]
    while ahead:
        for other in circles[ahead.pop()].links - found:
            found.add(other)
            ahead.append(other)
    return frozenset(found)


def follow(
    recorded: Recorded, circles: Circles, agreements: Agreements, history: History
) -> Tellings:
    """Follow one fact of one record, and what it causes of the records linked to it.

    A link holds from the first of its two facts. When it is undone each record is told anew, to
    whomever the link had let in or kept away, as it would have been told had nobody linked it.
    """
    person = recorded.person
    assert person is not None, "only a person has a circle"
    restored: dict[PersonId, Telling] = {}
    match recorded.fact:
        case PersonsLinked(other=other):
            circles[person].links.add(other)
            circles[other].links.add(person)
        case PersonsUnlinked(other=other) if other in circles[person].links:
            restored = _apart(person, other, recorded, circles, history)
        case _:
            pass
    _heed(person, recorded, circles, agreements)
    telling = circles[person].follow(recorded, agreements)
    tellings = [(person, _after(restored.pop(person, None), telling))]
    for other in sorted(connected(person, circles) - {person}):
        _heed(other, recorded, circles, agreements)
        lost = (*telling.withdrawn, *telling.forgotten)
        relinked = circles[other].relink(recorded, agreements, lost)
        tellings.append((other, _after(restored.pop(other, None), relinked)))
    return tellings + sorted(restored.items(), key=lambda each: each[0])


def _heed(person: PersonId, recorded: Recorded, circles: Circles, agreements: Agreements) -> None:
    """Who is involved with this record by the others that are the same person's."""
    others = [circles[other] for other in connected(person, circles) - {person}]
    circle = circles[person]
    circle.linked = {p for other in others for p in other.helping(recorded, agreements)}
    circle.barred = {p for other in others for p in other.objections}
    circle.elsewhere = {p for other in others for p in other.opened_by(recorded)}
    circle.holding = {other.responsible for other in others if other.responsible}
    refused = circle.refused_uses.union(*(other.refused_uses for other in others))
    if refused != circle.refused_uses:
        known = circle.bases.keys() | circle.linked | circle.told.keys() | circle.past.keys()
        closed = {p for p in known & agreements.keys() if closes(refused, agreements[p].purposes)}
        circle.barred |= closed - {circle.responsible, *circle.holding}


def _after(restored: Telling | None, telling: Telling) -> Telling:
    """A record told anew, and then what the fact itself causes."""
    if restored is None:
        return telling
    return replace(
        telling,
        forgotten=(*restored.forgotten, *telling.forgotten),
        again=restored.again,
        ended=(*restored.ended, *telling.ended),
    )


def _apart(
    person: PersonId, other: PersonId, recorded: Recorded, circles: Circles, history: History
) -> dict[PersonId, Telling]:
    """Take two records apart: each becomes what its own facts, and the links left, make it."""
    circles[person].links.discard(other)
    circles[other].links.discard(person)
    restored: dict[PersonId, Telling] = {}
    for members in {connected(person, circles), connected(other, circles)}:
        reached = {each: circles[each].reached or recorded.position - 1 for each in members}
        followed = [
            (fact, agreements)
            for fact, agreements in history(members)
            if fact.position <= (reached[fact.person] if fact.person else recorded.position)
        ]
        afresh = _replayed(members, Run(followed), circles)
        for each in sorted(members):
            restored[each] = _restored(circles[each], *afresh[each])
            circles[each] = afresh[each][0]
    return restored


def _replayed(
    members: frozenset[PersonId],
    run: Run,
    circles: Mapping[PersonId, Circle],
) -> dict[PersonId, tuple[Circle, Heard]]:
    """These records as they would be had only the links that still stand ever been made."""
    afresh: dict[PersonId, Circle] = {each: run.begin(each) for each in members}
    heard = {each: Heard() for each in members}
    history: dict[PersonId, list[Recorded]] = defaultdict(list)
    undone = {
        frozenset({fact.person, fact.fact.other}): fact.position
        for fact, _ in run.followed
        if isinstance(fact.fact, PersonsUnlinked) and fact.person
    }
    for recorded, agreements in run.followed:
        if recorded.person is None:
            if isinstance(recorded.fact, PartnerLeft):
                gone = PartnerId(recorded.originator_id)
                for each in members:
                    if afresh[each].leave(gone, recorded.position):
                        heard[each].over.add(gone)
            continue
        if isinstance(recorded.fact, PersonsLinked | PersonsUnlinked):
            pair = frozenset({recorded.person, recorded.fact.other})
            stands = recorded.fact.other in circles[recorded.person].links
            if not stands or recorded.position <= undone.get(pair, 0):
                afresh[recorded.person].reached = recorded.position
                continue
        for each, telling in follow(recorded, afresh, agreements, _nothing):
            heard[each].follow(telling, history[each])
        history[recorded.person].append(recorded)
    return {each: (afresh[each], heard[each]) for each in members}


def _nothing(_: frozenset[PersonId]) -> Iterable[tuple[Recorded, Agreements]]:
    raise AssertionError("no link is undone while the links that stand are followed")


def _restored(was: Circle, afresh: Circle, heard: Heard) -> Telling:
    """To whom the links made a difference: forget it all, and hear what stands."""
    touched = was.touched | (was.told.keys() ^ afresh.told.keys())
    again = [each for partner in sorted(touched) for each in heard.told.get(partner, ())]
    over = touched & heard.over & heard.told.keys()
    return Telling(
        forgotten=tuple(sorted(touched & (was.told.keys() | was.past.keys()))),
        again=tuple(again),
        ended=tuple(sorted(over)),
    )
