"""Hearing: what a partner heard of a record against what it may know, and how it is told of that.

It compares what two runs of the rule told; it refuses to run the rule.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from domain.circle import Telling
from domain.kernel import Recorded
from domain.sharing import Disclosure
from domain.vocabulary import PartnerId


class Heard:
    """What each partner was told of one record and may still know."""

    def __init__(self) -> None:
        self.told: dict[PartnerId, list[Disclosure]] = defaultdict(list)
        self.over: set[PartnerId] = set()

    def follow(self, telling: Telling, history: Iterable[Recorded]) -> None:
        for partner in telling.forgotten:
            self.told.pop(partner, None)
        earlier = list(history)
        for retelling in telling.retold:
            forgets, told = retelling.of(earlier)
            if forgets:
                self.told.pop(retelling.partner, None)
            self.told[retelling.partner] += told
        backfilled = [each for fill in telling.backfills for each in fill.of(earlier)]
        for disclosure in (*backfilled, *telling.disclosures):
            self.told[disclosure.partner].append(disclosure)
            self.over.discard(disclosure.partner)
        for beside in telling.beside:
            self.told[beside.partner] += beside.of(earlier)
        for partner in telling.withdrawn:
            self.told.pop(partner, None)
        self.over |= set(telling.ended)


def anew(partner: PartnerId, was: Heard, now: Heard) -> Telling:
    """From what the partner knew to what it may know.

    Nothing where that is the same; what is added, where nothing else changes; else it forgets all
    and is told again what it may still know.
    """
    knew, may = was.told.get(partner, []), now.told.get(partner, [])
    over = bool(may) and partner in now.over
    stays = over == (bool(knew) and partner in was.over)
    if stays and list(map(_said, knew)) == list(map(_said, may)):
        return Telling()
    if not may:
        return Telling(withdrawn=(partner,))
    if stays and (added := _added(knew, may)):
        return Telling(added=added)
    return Telling(
        forgotten=(partner,) if knew else (),
        again=tuple(may),
        ended=(partner,) if over else (),
    )


def together(tellings: Iterable[Telling]) -> Telling:
    """What several partners are told of one record because of one fact."""
    each = list(tellings)
    return Telling(
        forgotten=tuple(p for telling in each for p in telling.forgotten),
        again=tuple(d for telling in each for d in telling.again),
        added=tuple(d for telling in each for d in telling.added),
        withdrawn=tuple(p for telling in each for p in telling.withdrawn),
        ended=tuple(p for telling in each for p in telling.ended),
    )


def _said(disclosure: Disclosure) -> tuple[int, str, object]:
    return (*_of(disclosure), disclosure.data)


def _of(disclosure: Disclosure) -> tuple[int, str]:
    return disclosure.recorded.position, disclosure.type


def _added(knew: Sequence[Disclosure], may: Sequence[Disclosure]) -> tuple[Disclosure, ...]:
    """What may be known beyond what was, if each stands where its fact did; nothing otherwise."""
    stood = {_of(each): each for each in knew}
    if len(stood) < len(knew) or not stood.keys() <= {_of(each) for each in may}:
        return ()
    added = []
    for each in may:
        before = stood.get(_of(each))
        if before is None or before.data != each.data:
            if before is not None and any(each.data.get(n) != v for n, v in before.data.items()):
                return ()
            added.append(each)
    order = [_of(each) for each in knew]
    for new in (_of(each) for each in added if _of(each) not in stood):
        later = (place for place, one in enumerate(order) if one[0] > new[0])
        order.insert(next(later, len(order)), new)
    return tuple(added) if order == [_of(each) for each in may] else ()
