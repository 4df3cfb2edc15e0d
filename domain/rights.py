"""Who may be told of one person at all: by agreement, involvement, objection and consent.

It refuses to know what a fact says, and who was told what.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from domain.agreement import AgreementSigned
from domain.kernel import Category, Recorded
from domain.opened import Opened
from domain.policies import objections
from domain.policies.days import local_date
from domain.vocabulary import PartnerId


@dataclass
class Rights(Opened):
    """Who may be told of one person.

    Of the records linked to this one: ``linked`` are involved, ``barred`` objected to, and
    ``holding`` are responsible.
    """

    linked: set[PartnerId] = field(default_factory=set)
    barred: set[PartnerId] = field(default_factory=set)
    holding: set[PartnerId] = field(default_factory=set)

    def _involved(
        self, partner: PartnerId, agreements: Mapping[PartnerId, AgreementSigned], today: date
    ) -> bool:
        """By this record's own facts or by a link, unless the person objected to it of either."""
        if partner in self.open_to and self._admits(partner, agreements, today):
            return True
        return self._in_right(partner, agreements, today)

    def _in_right(
        self, partner: PartnerId, agreements: Mapping[PartnerId, AgreementSigned], today: date
    ) -> bool:
        """As `_involved`, whether or not the record is open to it in an emergency."""
        if self._unwanted(partner, agreements) or not self._admits(partner, agreements, today):
            return False
        return partner in self.linked or self._based(partner, agreements[partner])

    def _alone(
        self, partner: PartnerId, agreements: Mapping[PartnerId, AgreementSigned], today: date
    ) -> bool:
        """By this record's own facts."""
        return self._admits(partner, agreements, today) and self._based(
            partner, agreements[partner]
        )

    def _based(self, partner: PartnerId, agreement: AgreementSigned) -> bool:
        """A partner that may not know of meetings is not told of a person because of one."""
        bases = self.bases.get(partner, ())
        if Category.COORDINATION in agreement.categories:
            return bool(bases)
        return any(not basis.startswith("meeting ") for basis in bases)

    def _admits(
        self, partner: PartnerId, agreements: Mapping[PartnerId, AgreementSigned], today: date
    ) -> bool:
        agreement = agreements.get(partner)
        if agreement is None:
            return False
        if partner not in self.open_to and self._refused(partner, agreement):
            return False
        return agreement.starts <= today and (agreement.ends is None or today <= agreement.ends)

    def _unwanted(
        self, partner: PartnerId, agreements: Mapping[PartnerId, AgreementSigned]
    ) -> bool:
        """Whether the person's own word keeps it from a partner, in this record or a linked one."""
        agreement = agreements.get(partner)
        return (
            partner in self.barred
            or partner in self.objections
            or (agreement is not None and self._refused(partner, agreement))
        )

    def _refused(self, partner: PartnerId, agreement: AgreementSigned) -> bool:
        """By name, for all it is told for, or for want of the consent that its agreement asks for.

        Whoever is responsible for the person is never shut out by an objection to a use.
        """
        if partner in self.objections:
            return True
        if agreement.consent_required and partner not in self.consents:
            return True
        if partner == self.responsible or partner in self.holding:
            return False
        return objections.closes(self.refused_uses, agreement.purposes)


def day_of(recorded: Recorded) -> date:
    return local_date(recorded.recorded_at or recorded.effective_at)


def lapsed(
    partner: PartnerId, agreements: Mapping[PartnerId, AgreementSigned], today: date
) -> bool:
    """Whether no agreement, or one whose last day has passed, lets the partner know anything."""
    agreement = agreements.get(partner)
    return agreement is None or (agreement.ends is not None and agreement.ends < today)
