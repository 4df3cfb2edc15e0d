"""The circle around one person: who is involved, on which basis, and who is told what of a fact.

It runs the rule of `domain.sharing`, fact by fact in their order, over `domain.involvement`; it
refuses to know tables.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

from domain import person, referral
from domain.agreement import AgreementSigned
from domain.beside import PUTTING_RIGHT, Beside
from domain.concern import (
    ConcernEscalated,
    ConcernFellBack,
    ConcernPassedOn,
)
from domain.discussion import CaseDiscussed
from domain.erased import PersonErased
from domain.handover import HandoverOffered
from domain.kernel import Recorded
from domain.retelling import Retelling
from domain.rights import Rights, day_of, lapsed
from domain.sealing import Sealed
from domain.shared_care import PharmacyChanged
from domain.sharing import Backfill, Disclosure, erased_to, unless_sealed
from domain.unmet import UnmetNeedRecorded
from domain.vocabulary import PartnerId, PersonId, Scope

GAINING = (
    referral.ReferralRedirected,
    HandoverOffered,
    ConcernPassedOn,
    ConcernEscalated,
    ConcernFellBack,
    PharmacyChanged,
)
"""Facts that make somebody a party to what began before, and so to be told of it."""


@dataclass(frozen=True, slots=True)
class Telling:
    """What one fact causes: what is told of it and of earlier facts, and for whom it all ends.

    ``forgotten`` must forget all they were told, before they are told ``again`` what stands;
    ``retold`` are those of whom only the history says whether they must. What is ``added`` stands
    where its fact did among what they were told, in place of less of it.
    """

    forgotten: tuple[PartnerId, ...] = ()
    again: tuple[Disclosure, ...] = ()
    added: tuple[Disclosure, ...] = ()
    retold: tuple[Retelling, ...] = ()
    beside: tuple[Beside, ...] = ()
    disclosures: tuple[Disclosure, ...] = ()
    backfills: tuple[Backfill, ...] = ()
    withdrawn: tuple[PartnerId, ...] = ()
    ended: tuple[PartnerId, ...] = ()


_UNTURNED = Telling()


@dataclass
class Circle(Rights):
    """Who is involved with one person, and up to where each has been told.

    ``past`` were told until then, and are no longer involved.
    """

    past: dict[PartnerId, int] = field(default_factory=dict)
    reached: int = 0
    links: set[PersonId] = field(default_factory=set)
    touched: set[PartnerId] = field(default_factory=set)
    heard: set[PartnerId] = field(default_factory=set)
    erased: bool = False

    def follow(
        self, recorded: Recorded, agreements: Mapping[PartnerId, AgreementSigned]
    ) -> Telling:
        """Follow one fact of this person and say who is told what.

        Everybody involved before or after the fact is told of it. A partner that becomes involved
        is told first what was said before. One that loses its basis without having taken the
        person on, or that the person objects to, gets a notice that withdraws what it was told;
        any other that is no longer involved gets a notice that nothing more will be told.
        Who only made the person known again is told what it says itself.
        """
        if self.erased or isinstance(recorded.fact, PersonErased):
            return self._erase(recorded)
        before, knew, sealed = dict(self.told), dict(self.own), dict(self.sealed)
        ended = self.evolve(recorded)
        today = day_of(recorded)
        turned, agreements = self._turned(recorded, recorded.position, agreements, ended)
        aside = {*turned.withdrawn, *turned.forgotten}
        candidates = self.bases.keys() | self.linked | self.open_to
        now = {p for p in candidates if self._involved(p, agreements, today)}
        self._touch(agreements, today)

        backfills = []
        for partner in sorted(now - aside):
            backfill = self._backfill(partner, agreements[partner], recorded, before, knew)
            if backfill:
                backfills.append(backfill)

        disclosures = []
        for partner in sorted(before.keys() | now | self._aside(recorded) | _wanting(recorded)):
            agreement = agreements.get(partner)
            if agreement is None or (partner in aside and partner not in now):
                continue
            if partner in self.barred and partner not in self.open_to:
                continue
            if partner not in now and not self._admits(partner, agreements, today):
                continue
            told = self._may_know(recorded, partner, agreement)
            known = partner in before or partner in self.past
            if told and not (known and isinstance(recorded.fact, person.PersonMadeKnownAgain)):
                disclosures.append(told)

        withdrawn, over = [], []
        for partner in sorted(before.keys() - now - aside):
            del self.told[partner]
            lost = self._unwanted(partner, agreements) or lapsed(partner, agreements, today)
            if lost or (partner in ended and partner not in self.carers):
                withdrawn.append(partner)
                self.past.pop(partner, None)
            else:
                admitted = self._admits(partner, agreements, today)
                self.past[partner] = recorded.position if admitted else before[partner]
                over.append(partner)
        withdrawn += self._taken_back(now, agreements)
        for partner, stream in ended.items():
            if f"sent {stream}" not in self.bases[partner]:
                self._part(partner, stream)
        for partner in sorted(now):
            self.told[partner] = recorded.position
            self.past.pop(partner, None)
        over += self._after_one_talk(recorded, agreements, today)
        self.acquainted -= now
        self.heard |= now | {disclosure.partner for disclosure in disclosures}
        self.heard -= {*withdrawn, *turned.withdrawn}
        self.reached = recorded.position
        return Telling(
            forgotten=turned.forgotten,
            retold=tuple(self._resealed(sealed, before, agreements, recorded)),
            beside=tuple(self._beside(recorded, agreements, disclosures)),
            disclosures=tuple(disclosures),
            backfills=(*turned.backfills, *backfills),
            withdrawn=(*turned.withdrawn, *withdrawn),
            ended=(*turned.ended, *over),
        )

    def _erase(self, recorded: Recorded) -> Telling:
        """Whoever knows something of the person hears that they were erased, and nobody of more."""
        self.reached = recorded.position
        if self.erased or not isinstance(recorded.fact, PersonErased):
            return Telling()
        knowing = sorted(self.told.keys() | self.past.keys() | self.heard)
        blank = Circle(self.person, links=self.links, reached=self.reached, erased=True)
        self.__dict__.update(blank.__dict__)
        return Telling(disclosures=tuple(erased_to(each, recorded) for each in knowing))

    def _turned(
        self,
        recorded: Recorded,
        before: int,
        agreements: Mapping[PartnerId, AgreementSigned],
        ended: Mapping[PartnerId, UUID],
    ) -> tuple[Telling, Mapping[PartnerId, AgreementSigned]]:
        """Open or close the record in an emergency; with the terms it is told on from here.

        Who opened it is told as much of the whole episode as its own agreement allows. When it is
        over, all of that is withdrawn, and what it may know in its own right is told again.
        """
        opened, closed = self.turn(recorded)
        if not (opened or closed or self.open_to or self.in_right):
            return _UNTURNED, agreements
        today = day_of(recorded)
        wide = {p: _wide(agreements[p]) for p in self.open_to & agreements.keys()}
        terms = {**agreements, **wide}
        forgotten, backfills, withdrawn, over = [], [], [], []
        for partner in sorted(opened & terms.keys()):
            self.in_right[partner] = self.told.get(partner, self.past.get(partner, 0))
            if terms[partner] != agreements[partner] and self.in_right[partner]:
                forgotten.append(partner)
                backfills.append(self._afresh(partner, terms[partner], before))
        for partner in sorted(closed):
            right = self.in_right.pop(partner, 0)
            if partner not in self.told:
                continue
            involved = self._involved(partner, agreements, today)
            if involved and _wide(agreements[partner]) == agreements[partner]:
                continue
            if not involved:
                del self.told[partner]
                if not right or not self._admits(partner, agreements, today):
                    withdrawn.append(partner)
                    continue
                self.past[partner] = right
                over.append(partner)
            forgotten.append(partner)
            up_to = before if involved else right + 1
            backfills.append(self._afresh(partner, agreements[partner], up_to))
        self._keep_rights(before, agreements, today, ended)
        return Telling(
            forgotten=tuple(forgotten),
            backfills=tuple(backfills),
            withdrawn=tuple(withdrawn),
            ended=tuple(over),
        ), terms

    def _keep_rights(
        self,
        position: int,
        agreements: Mapping[PartnerId, AgreementSigned],
        today: date,
        ended: Mapping[PartnerId, UUID],
    ) -> None:
        """Remember up to where those to whom it is open would have been told without it."""
        for partner in self.in_right:
            unwanted = self._unwanted(partner, agreements)
            if unwanted or (partner in ended and partner not in self.carers):
                self.in_right[partner] = 0
            elif self._in_right(partner, agreements, today):
                self.in_right[partner] = position

    def _afresh(self, partner: PartnerId, agreement: AgreementSigned, before: int) -> Backfill:
        """All that may be known, told to who has just forgotten it."""
        own = self.own.get(partner, frozenset())
        links = frozenset(self.links)
        return Backfill(
            partner=partner,
            agreement=agreement,
            own=own,
            before=before,
            links=links,
            sealed=dict(self.sealed),
        )

    def helping(
        self, recorded: Recorded, agreements: Mapping[PartnerId, AgreementSigned]
    ) -> set[PartnerId]:
        """Who is involved for this record's own sake, links aside."""
        today = day_of(recorded)
        return {p for p in self.bases if self._alone(p, agreements, today)}

    def relink(
        self,
        recorded: Recorded,
        agreements: Mapping[PartnerId, AgreementSigned],
        withdrawn: Iterable[PartnerId] = (),
    ) -> Telling:
        """Follow a fact of a record that is linked to this one: who is involved by it here.

        Only who is, or was, involved or kept away by a link is looked at: everybody else stands as
        this record alone says. ``withdrawn`` may no longer know of the other record.
        """
        if self.erased:
            return Telling()
        today, reached = day_of(recorded), self.reached or recorded.position - 1
        was_open = set(self.open_to)
        turned, agreements = self._turned(recorded, reached + 1, agreements, {})
        aside = {*turned.withdrawn, *turned.forgotten}
        self._touch(agreements, today)
        backfills, gone, over = [], [], []
        for partner in sorted((self.touched | self.open_to | was_open) - aside):
            involved = self._involved(partner, agreements, today)
            if involved and partner not in self.told:
                backfills.append(self._whole(partner, agreements[partner], reached))
                self.told[partner] = reached
                self.past.pop(partner, None)
                self.acquainted.discard(partner)
                self.heard.add(partner)
            elif not involved and partner in self.told:
                self.past[partner] = self.told.pop(partner)
                lost = partner in withdrawn or self._unwanted(partner, agreements)
                if lost or lapsed(partner, agreements, today):
                    gone.append(partner)
                    del self.past[partner]
                    self.heard.discard(partner)
                else:
                    over.append(partner)
        gone += self._taken_back(self.told.keys(), agreements)
        return Telling(
            forgotten=turned.forgotten,
            backfills=(*turned.backfills, *backfills),
            withdrawn=(*turned.withdrawn, *gone),
            ended=(*turned.ended, *over),
        )

    def _taken_back(
        self, involved: Collection[PartnerId], agreements: Mapping[PartnerId, AgreementSigned]
    ) -> list[PartnerId]:
        """Who was told once, is no longer involved, and may not keep what it was told either."""
        gone = [p for p in sorted(self.past.keys() - involved) if self._unwanted(p, agreements)]
        for partner in gone:
            del self.past[partner]
            self.heard.discard(partner)
        return gone

    def _beside(
        self,
        recorded: Recorded,
        agreements: Mapping[PartnerId, AgreementSigned],
        disclosures: Iterable[Disclosure],
    ) -> Iterator[Beside]:
        """Who else hears of a correction, if the history says that they heard of the wrong."""
        if not isinstance(recorded.fact, PUTTING_RIGHT):
            return
        told = {each.partner for each in disclosures}
        for partner in sorted((self.told.keys() | self.past.keys()) - told):
            reached = self.past.get(partner, recorded.position - 1)
            if agreement := agreements.get(partner):
                yield Beside(replace(self._whole(partner, agreement, reached), told=0), recorded)

    def _resealed(
        self,
        sealed: Sealed,
        before: Mapping[PartnerId, int],
        agreements: Mapping[PartnerId, AgreementSigned],
        recorded: Recorded,
    ) -> Iterator[Retelling]:
        """To whom something is told anew, because it was sealed or is sealed no longer."""
        if sealed == self.sealed:
            return
        for partner in sorted(before.keys() & self.told.keys() | self.past.keys()):
            over = partner in self.past
            reached = self.past[partner] if over else recorded.position - 1
            if agreement := agreements.get(partner):
                now = replace(self._whole(partner, agreement, reached), told=0)
                parted = self.parted.get(partner, frozenset())
                yield Retelling(replace(now, sealed=sealed), now, over, parted)

    def _whole(self, partner: PartnerId, agreement: AgreementSigned, reached: int) -> Backfill:
        own = self.own.get(partner, frozenset())
        return Backfill(
            partner=partner,
            agreement=agreement,
            own=own,
            before=reached + 1,
            told=self.past.get(partner, 0),
            knew=own,
            links=frozenset(self.links),
            said=partner in self.acquainted,
            sealed=dict(self.sealed),
        )

    def _touch(self, agreements: Mapping[PartnerId, AgreementSigned], today: date) -> None:
        """Remember whom a link lets in, or keeps away: of them this record alone says otherwise."""
        self.touched |= self.elsewhere
        if self.linked or self.barred:
            self.touched |= {p for p in self.linked if not self._alone(p, agreements, today)}
            self.touched |= self.barred & (self.bases.keys() | self.linked)
        if self.refused_uses:
            self.touched |= self.holding  # knows here because it is responsible there

    def _after_one_talk(
        self, recorded: Recorded, agreements: Mapping[PartnerId, AgreementSigned], today: date
    ) -> list[PartnerId]:
        """Who was told of a person for one discussion alone; it involves nobody any longer."""
        if not isinstance(recorded.fact, CaseDiscussed):
            return []
        over = []
        for partner in sorted((recorded.fact.asked_by.partner, recorded.fact.advised_by.partner)):
            self._leave(partner, f"discussion {recorded.originator_id}")
            if partner in self.told and not self._involved(partner, agreements, today):
                del self.told[partner]
                self.past[partner] = recorded.position
                over.append(partner)
        return over

    def adopt(self, partner: PartnerId, afresh: Circle) -> None:
        """Take on how a partner stands in this circle as another run of the same facts has it."""
        by_partner: list[tuple[dict[PartnerId, Any], dict[PartnerId, Any]]] = [
            (self.bases, afresh.bases),
            (self.own, afresh.own),
            (self.parted, afresh.parted),
            (self.told, afresh.told),
            (self.past, afresh.past),
            (self.in_right, afresh.in_right),
        ]
        for kept, new in by_partner:
            kept.pop(partner, None)
            if partner in new:
                kept[partner] = new[partner]
        for names, new_names in (
            (self.acquainted, afresh.acquainted),
            (self.mourning, afresh.mourning),
            (self.touched, afresh.touched),
            (self.heard, afresh.heard),
        ):
            names.discard(partner)
            names |= new_names & {partner}

    def forget(self, partner: PartnerId) -> bool:
        """A partner may know nothing any more: whether it was told of this person."""
        known = partner in self.heard | self.told.keys() | self.past.keys()
        self.told.pop(partner, None)
        self.past.pop(partner, None)
        self.heard.discard(partner)
        return known

    def concerns(self, partner: PartnerId) -> bool:
        """Whether a partner was told of this person, or would be if its agreement let it know."""
        taking_part = self.bases.keys() | self.linked | self.acquainted | self.open_to
        return partner in taking_part | self.told.keys() | self.past.keys() | self.heard

    def leave(self, partner: PartnerId, position: int) -> bool:
        """A partner left the place: whether it was told of this person, and hears no more."""
        if self.told.pop(partner, None) is None:
            return False
        self.past[partner] = position
        return True

    def _aside(self, recorded: Recorded) -> set[PartnerId]:
        """Who is told of this fact, involved or not.

        Who was told that the person died is told that they did not; and who made somebody known
        again is told what it says itself, as it would be of somebody new.
        """
        if recorded.organisation in self.acquainted:
            return {recorded.organisation}
        if not isinstance(recorded.fact, person.DeathRecordedInError):
            return set()
        told, self.mourning = self.mourning & self.past.keys(), set()
        return told

    def _backfill(
        self,
        partner: PartnerId,
        agreement: AgreementSigned,
        recorded: Recorded,
        before: Mapping[PartnerId, int],
        knew: Mapping[PartnerId, frozenset[UUID]],
    ) -> Backfill | None:
        """What was said before: to one newly involved, or newly a party to what goes back."""
        was, own = knew.get(partner, frozenset()), self.own.get(partner, frozenset())
        narrow = agreement.scope is Scope.OWN or not agreement.substance
        gained = narrow and own > was and isinstance(recorded.fact, GAINING)
        if partner in before and not gained:
            return None
        told = before.get(partner, self.past.get(partner, 0))
        return Backfill(
            partner=partner,
            agreement=agreement,
            own=own,
            before=recorded.position,
            told=told,
            knew=was,
            links=frozenset(self.links),
            said=partner in self.acquainted,
            sealed=dict(self.sealed),
        )

    def _may_know(
        self, recorded: Recorded, partner: PartnerId, agreement: AgreementSigned
    ) -> Disclosure | None:
        own = self.own.get(partner, frozenset())
        return unless_sealed(recorded, partner, agreement, own, self.sealed)


def _wide(agreement: AgreementSigned) -> AgreementSigned:
    """An agreement as it holds in an emergency: of the whole episode, and nobody is asked first."""
    return agreement.model_copy(update={"scope": Scope.EPISODE, "consent_required": False})


def _wanting(recorded: Recorded) -> set[PartnerId]:
    """Who wanted a service for somebody knows so, involved or not."""
    return {recorded.organisation} if isinstance(recorded.fact, UnmetNeedRecorded) else set()
