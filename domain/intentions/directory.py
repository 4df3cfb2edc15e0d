"""What may be asked about partners, practitioners, services and persons."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

from domain import partner, person
from domain.agreement import AgreementSigned
from domain.intentions.answers import Answer
from domain.intentions.linking import LinkingIntentions
from domain.kernel import Aggregate, Asked, BrokenRule, Recorded
from domain.policies.agreements import template
from domain.policies.ways import Way
from domain.vocabulary import PartnerId, PartnerKind, PersonId


class OnlyTheHostChooses(BrokenRule):
    """Only the organisation that hosts this place says how the place works."""


class DirectoryIntentions(LinkingIntentions):
    """Who helps, with what, under which agreement; and who is helped."""

    def join_partner(
        self,
        partner_id: PartnerId,
        *,
        name: str,
        kind: PartnerKind,
        identifiers: dict[str, str],
        asked: Asked,
    ) -> Answer:
        """Let an organisation in under the default agreement for its kind."""

        def decide() -> tuple[Aggregate, ...]:
            joining = self._load(partner.Partner, partner_id)
            joining.join(name=name, kind=kind, identifiers=identifiers, asked=asked)
            today = asked.at.date()
            joining.sign_agreement(
                AgreementSigned.under(
                    template(kind, today), reference=f"default for a {kind.value}", starts=today
                ),
                asked=asked,
            )
            return (joining,)

        return self._ask(partner_id, asked, decide)

    def choose_stepped_care(self, model: str, effective_from: date, *, asked: Asked) -> Answer:
        """Work by a stepped-care model from a day on; the host of the place says so."""

        return self._as_host(
            asked,
            lambda host: host.choose_stepped_care(
                model, effective_from=effective_from, asked=asked
            ),
        )

    def write_way(self, way: Way, *, asked: Asked) -> Answer:
        """Write down the place's own way of working, as data; choosing it is another thing."""
        return self._as_host(asked, lambda host: host.write_way(way, asked=asked))

    def choose_way(self, way: str, effective_from: date, *, asked: Asked) -> Answer:
        """Go about care in a way from a day on; it brings its stepped-care model with it."""
        return self._as_host(
            asked, lambda host: host.choose_way(way, effective_from=effective_from, asked=asked)
        )

    def _as_host(self, asked: Asked, say: Callable[[partner.Partner], Recorded | None]) -> Answer:
        def decide() -> tuple[Aggregate, ...]:
            if asked.organisation != self.host:
                raise OnlyTheHostChooses(asked.organisation)
            host = self._get(partner.Partner, self.host, partner.PartnerIsUnknown)
            say(host)
            return (host,)

        return self._ask(self.host, asked, decide)

    # Persons

    def register_person(
        self,
        person_id: PersonId,
        details: person.Details,
        *,
        alike: Iterable[PersonId] = (),
        asked: Asked,
    ) -> Answer:
        """Make a person known, once: ``alike`` are those whom the details may be of.

        The answer's id is the person's, whether the record is new or was there.
        """
        same = self.same_person(details, alike, (asked.organisation,))

        def decide() -> tuple[Aggregate, ...]:
            if same:
                known = self._load(person.Person, same)
                known.make_known_again(details, made_as=person_id, asked=asked)
                return (known,)
            registering = self._load(person.Person, person_id)
            self._register(registering, details, asked)
            return (registering,)

        return self._ask(same or person_id, asked, decide)
