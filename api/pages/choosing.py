"""What a form offers to choose from: services, organisations, practitioners."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from api.pages.forms import Choice
from api.pages.words import Names
from domain.policies.entry import ADVISING, HOLDING
from domain.vocabulary import Mode, PartnerId, PartnerKind, Source, Step


def services(
    names: Names,
    source: Source,
    today: date,
    *,
    without: PartnerId | None = None,
    only: PartnerId | None = None,
    holding: bool = False,
    advising: bool = False,
) -> list[Choice]:
    """Services that take people from this source, under the name of who offers them.

    One that is full today is not there, but for hospital care, which an urgent need may choose.
    ``holding`` leaves only those whose organisation can be responsible for a person,
    ``advising`` those that may read a clinical question.
    """
    partners = names.directory.partners
    return sorted(
        (
            (str(service.id), service.name, names.organisation(service.partner))
            for service in names.directory.services.values()
            if service.taking
            and (advising or service.takes(today) or service.step is Step.HOSPITAL_CARE)
            and source in service.ways_in
            and service.partner != without
            and (only is None or service.partner == only)
            and (not holding or partners[service.partner].kind in HOLDING)
            and (not advising or partners[service.partner].kind in ADVISING)
        ),
        key=lambda choice: (choice[2], choice[1]),
    )


def organisations(
    names: Names, among: Iterable[UUID | str] | None = None, *, without: PartnerId | None = None
) -> list[Choice]:
    """Organisations that are still here, by name; ``among`` leaves only these."""
    kept = None if among is None else {UUID(str(partner)) for partner in among}
    return sorted(
        (
            (str(partner.id), partner.name, "")
            for partner in names.directory.partners.values()
            if not partner.left
            and partner.id != without
            and partner.kind is not PartnerKind.COMMISSIONER
            and (kept is None or partner.id in kept)
        ),
        key=lambda choice: choice[1],
    )


def practitioners(names: Names, of: Iterable[UUID | str]) -> list[Choice]:
    """Those who act for these organisations, under the organisation's name."""
    wanted = {UUID(str(partner)) for partner in of}
    return sorted(
        (
            (str(person.id), f"{person.name}, {person.title}", names.organisation(person.partner))
            for partner in names.directory.partners.values()
            for person in partner.here
            if partner.id in wanted
        ),
        key=lambda choice: (choice[2], choice[1]),
    )


def source_of(names: Names, partner: PartnerId) -> Source:
    """How an organisation asks for help: as a professional, or as a partner outside of care."""
    kind = names.directory.partners[partner].kind
    return Source.PROFESSIONAL if kind in HOLDING else Source.PARTNER


def said(asked: dict[str, str], names: Names) -> str:
    """Who a referral came from, in words."""
    source = asked.get("source")
    if source == Source.SELF:
        return "The person"
    if source == Source.CARER:
        return "A carer or relative"
    sender = names.organisation(asked["sender"]) if asked.get("sender") else "Another organisation"
    return f"{sender}, said" if asked.get("mode") == Mode.VERBAL else sender
