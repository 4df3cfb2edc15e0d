"""What intentions ask of organisations: is it here, what is it, by which ways does the place go?

It refuses to know who is helped.
"""

from __future__ import annotations

from domain import partner, service
from domain.intentions.loading import Loading
from domain.kernel import Asked
from domain.policies import steps
from domain.policies.days import local_date
from domain.policies.ways import Way
from domain.vocabulary import Label, PartnerId, PartnerKind, Source


class AboutPartners(Loading):
    """Which organisations are here, and what each of them is."""

    def _receiver(self, wanted: service.Service, source: Source) -> PartnerId:
        """Who receives a referral from this source. Raises what `Service.receiver` raises."""
        receiver = wanted.receiver(source)
        if not self._stays(receiver):
            raise service.ServiceIsNotOpen(wanted.id)
        return receiver

    def _stays(self, partner_id: PartnerId) -> bool:
        """Whether an organisation has joined, and has not left."""
        joined = self._load(partner.Partner, partner_id)
        return joined.kind is not None and not joined.left

    def _hears(self, partner_id: PartnerId, asked: Asked) -> bool:
        """Whether an organisation is here and under an agreement that holds on the day."""
        return self._load(partner.Partner, partner_id).hears(local_date(asked.at))

    def _kind(self, partner_id: PartnerId) -> PartnerKind | None:
        if partner_id not in self._kinds:
            kind = self._load(partner.Partner, partner_id).kind
            if kind is None:
                return None
            self._kinds[partner_id] = kind
        return self._kinds[partner_id]

    def _label(self, partner_id: PartnerId, label: Label = Label.ORDINARY) -> Label:
        """What a drug service asks, or holds, is as sensitive as what it offers."""
        drugs = self._kind(partner_id) is PartnerKind.DRUG_SERVICE
        return Label.SUBSTANCE if drugs else label

    def _model(self, asked: Asked) -> steps.SteppedCare:
        """The stepped-care model this place worked by when it was asked."""
        host = self._load(partner.Partner, self.host)
        return steps.in_force(self.host, asked.at, host.models)

    def _way(self, asked: Asked) -> Way | None:
        """The way this place worked in when it was asked."""
        return self._load(partner.Partner, self.host).way(local_date(asked.at))
