"""Taking in a directory: what is new is opened, what differs is put right, what is not there stays.

It refuses to close what a file leaves out: a file may be a part, and people wait at a service.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4, uuid5

import orjson

from api.hsds.flaws import Flaw, FlawsFound
from api.hsds.offers import Offered, Reader
from api.hsds.tables import Placed
from api.hsds.terms import Meaning
from domain.application import CareCoordination
from domain.kernel import Asked, BrokenRule
from domain.policies.days import local_date
from domain.service import ServiceDescribed, ServiceOpened
from domain.vocabulary import Label, PartnerKind, Purpose, ServiceId
from projections.directory import Directory, PartnerEntry, ServiceEntry
from projections.intake import Messages

IDENTIFIER = "https://openreferral.org/hsds/service"
"""The system under which a service keeps the identifier that its directory gives it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one service; ``missing`` ones are here and not in the directory."""

    service: str
    outcome: str
    remarks: str = ""
    refused: bool = False


class HsdsIntake:
    """Compares a directory with what is offered here, and asks for what differs, for the host."""

    def __init__(
        self,
        care: CareCoordination,
        messages: Messages,
        directory: Callable[[], Directory],
    ) -> None:
        self._care, self._messages, self._directory = care, messages, directory

    def take(
        self, placed: Sequence[Placed], meaning: Meaning, now: datetime, *, dry_run: bool = False
    ) -> list[Outcome]:
        """Take in every service that can be read; keep the others as they came."""
        directory, outcomes = self._directory(), list[Outcome]()
        there: set[str] = set()
        partners: set[UUID] = set()
        for each in placed:
            there.add(str(each.service.get("id")))
            try:
                offered = Reader(each, meaning, local_date(now)).read()
                partner = _partner(offered, directory, meaning)
            except FlawsFound as found:
                outcomes.append(self._refuse(each, "; ".join(map(str, found.flaws)), dry_run))
                continue
            partners.add(partner.id)
            known = directory.service_identified({(IDENTIFIER, offered.id)})
            try:
                done = self._bring(offered, partner, known, now, dry_run)
            except BrokenRule as rule:
                outcomes.append(self._refuse(each, f"{each.where}: {rule.text}", dry_run))
                continue
            said = (", ".join(done) or "unchanged") if not dry_run else _would(done)
            outcomes.append(Outcome(offered.name, said, "; ".join(offered.remarks)))
        outcomes += _missing(directory, there, partners)
        return outcomes

    def _bring(
        self,
        offered: Offered,
        partner: PartnerEntry,
        known: ServiceEntry | None,
        now: datetime,
        dry_run: bool,
    ) -> list[str]:
        """What was asked, in words."""
        done = []
        for word, ask in self._steps(offered, partner, known, now):
            done.append(word)
            if not dry_run:
                ask()
        return done

    def _steps(
        self,
        offered: Offered,
        partner: PartnerEntry,
        known: ServiceEntry | None,
        now: datetime,
    ) -> Iterator[tuple[str, Callable[[], object]]]:
        care = self._care
        service = known.id if known else ServiceId(uuid5(partner.id, f"{IDENTIFIER} {offered.id}"))
        reopened = known is not None and known.closed and offered.state != "closed"
        if known is None or reopened:
            if offered.state == "closed":
                return
            opening = _opening(offered, partner, known)
            yield "opened", lambda: care.open_service(service, opening, asked=self._asked(now))
        elif not known.closed and _described(offered) != _stands(known):
            said = _described(offered)
            yield "described", lambda: care.describe_service(service, said, asked=self._asked(now))
        taking = known.taking if known and not reopened else True
        capacity = offered.capacity
        if (
            capacity
            and offered.state != "closed"
            and not (known and known.declared_at and known.declared_at >= capacity.updated)
        ):
            at = min(capacity.updated, now)
            yield (
                "capacity declared",
                lambda: care.declare_capacity(
                    service, capacity.available, maximum=capacity.maximum, asked=self._asked(at)
                ),
            )
        reason = "As its directory says"
        if offered.state == "paused" and taking:
            yield "paused", lambda: care.pause_service(service, reason, asked=self._asked(now))
        if offered.state == "open" and not taking:
            yield "reopened", lambda: care.reopen_service(service, asked=self._asked(now))
        if offered.state == "closed" and known and not known.closed:
            yield "closed", lambda: care.close_service(service, reason, asked=self._asked(now))

    def _asked(self, at: datetime) -> Asked:
        return Asked(self._care.host, at, uuid4(), purpose=Purpose.ADMINISTRATION)

    def _refuse(self, placed: Placed, reason: str, dry_run: bool) -> Outcome:
        name = str(placed.service.get("name") or placed.where)
        if dry_run:
            return Outcome(name, "would be refused", reason, refused=True)
        self._messages.keep(
            uuid4(),
            orjson.dumps(placed.service),
            organisation=self._care.host,
            person=None,
            kind="hsds.service",
            outcome=f"refused at {placed.where}",
            intention=None,
        )
        return Outcome(name, "refused and kept", reason, refused=True)


def _partner(offered: Offered, directory: Directory, meaning: Meaning) -> PartnerEntry:
    """Whose service it is. Raises `FlawsFound`."""
    organisation = offered.organisation
    name, identity = str(organisation.get("name", "")), str(organisation.get("id", ""))
    mapped = meaning.organizations.get(identity) or meaning.organizations.get(name)
    pairs = {
        (str(each.get("identifier_scheme")), str(each.get("identifier")))
        for each in organisation.get("organization_identifiers") or []
    }
    wanted = (mapped or name).casefold()
    found = None if mapped else directory.partner_identified(pairs)
    found = found or next(
        (p for p in directory.partners.values() if wanted in (p.name.casefold(), str(p.id))), None
    )
    if found is None:
        text = (
            f"no organisation here is called {mapped or name!r}: let it join, or name it under "
            "[organizations] in the mapping file"
        )
        raise FlawsFound([Flaw(offered.where, "organization", text)])
    if found.left:
        raise FlawsFound([Flaw(offered.where, "organization", f"{found.name} has left the place")])
    return found


def _opening(offered: Offered, partner: PartnerEntry, known: ServiceEntry | None) -> ServiceOpened:
    drugs = partner.kind is PartnerKind.DRUG_SERVICE
    said = _described(offered)
    return ServiceOpened(
        partner=partner.id,
        name=said.name,
        step=known.step if known else offered.step,
        ways_in=said.ways_in,
        eligibility=said.eligibility,
        group=known.group if known else False,
        label=Label.SUBSTANCE if drugs else Label.ORDINARY,
        identifiers=(known.identifiers if known else {}) | {IDENTIFIER: offered.id},
        description=said.description,
    )


def _described(offered: Offered) -> ServiceDescribed:
    return ServiceDescribed(
        name=offered.name,
        ways_in=offered.ways_in,
        eligibility=offered.eligibility,
        description=offered.description,
    )


def _stands(known: ServiceEntry) -> ServiceDescribed:
    return ServiceDescribed(
        name=known.name,
        ways_in=known.ways_in,
        eligibility=known.eligibility,
        description=known.description,
    )


def _would(done: Sequence[str]) -> str:
    return f"would be {', '.join(done)}" if done else "would stay as it is"


def _missing(directory: Directory, there: set[str], partners: set[UUID]) -> list[Outcome]:
    """What came from a directory before and is not in this one."""
    return [
        Outcome(each.name, "not in the directory", "left as it is; close it here if it is gone")
        for each in directory.services.values()
        if each.partner in partners
        and not each.closed
        and IDENTIFIER in each.identifiers
        and each.identifiers[IDENTIFIER] not in there
    ]
