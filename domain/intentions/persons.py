"""What intentions ask of a person: whose records are theirs, do they live, who may be told?

It refuses to know what is asked for them.
"""

from __future__ import annotations

from uuid import UUID

from domain import partner, person
from domain.intentions.partners import AboutPartners
from domain.kernel import Asked, BrokenRule, Category, Unknown
from domain.legal_hold import LegalHold
from domain.linking import kept_of
from domain.policies.days import local_date
from domain.vocabulary import PartnerId, PartnerKind, PersonId


class NotAPractice(BrokenRule):
    """The person's practice must be a practice that has joined; leave it out if it has not."""


class ThePersonObjects(BrokenRule):
    """The person does not want this organisation to know about them; choose another."""


class PersonIsUnknown(Unknown):
    """No such person is known here."""


class AboutPersons(AboutPartners):
    """One person, whichever of their records is asked about, and what they do not want."""

    def _register(self, registering: person.Person, details: person.Details, asked: Asked) -> None:
        """Make a person known. The practice may come to hold them, so it must be one.

        Raises `NotAPractice` and what `person.Person.register` raises.
        """
        practice = details.practice
        if practice and self._kind(practice) is not PartnerKind.PRACTICE:
            raise NotAPractice(practice)
        registering.register(details, asked=asked)

    def _one_person(self, person_id: PersonId) -> dict[PersonId, person.Person]:
        """Every record that is this person's, by links and links of links."""
        found, ahead = {}, [person_id]
        while ahead:
            each = ahead.pop()
            if each not in found:
                found[each] = self._load(person.Person, each)
                ahead += found[each].links.standing
        return found

    def _kept(self, person_id: PersonId) -> PersonId:
        """The record where new things are asked; this one while that one's person has died."""
        members = self._one_person(person_id)
        if len(members) == 1:
            return person_id
        kept = kept_of({each: member.links for each, member in members.items()})
        return person_id if members[kept].died_on else kept

    def _held_for_the_law(self, person_id: PersonId) -> bool:
        """Whether an order keeps this record."""
        streams = self._log.streams_of(person_id)
        holds = (stream for stream, noun in streams if noun == LegalHold.NOUN)
        return any(self._load(LegalHold, each).stands for each in holds)

    def _holders(self, person_id: PersonId) -> set[PartnerId]:
        """Who is responsible for the person, by any record of theirs: they must know of them."""
        held = (self._pathway(each).responsible for each in self._one_person(person_id))
        return {holder for holder in held if holder is not None}

    def _objects(self, person_id: PersonId, partner_id: PartnerId) -> bool:
        """Whether the person does not want an organisation told, said of any record of theirs.

        By its name, or of every use that its agreement is for; who is responsible always knows.
        """
        signed = self._load(partner.Partner, partner_id).signed
        uses = signed.purposes if signed else ()
        members = self._one_person(person_id)
        if not any(each.objects_to(partner_id, uses) for each in members.values()):
            return False
        return partner_id not in self._holders(person_id)

    def _welcome(self, person_id: PersonId | None, partner_id: PartnerId) -> None:
        """Raises `ThePersonObjects`."""
        if person_id and self._objects(person_id, partner_id):
            raise ThePersonObjects(partner_id)

    def _may_hear(
        self,
        person_id: PersonId,
        partner_id: PartnerId,
        asked: Asked,
        category: Category | None = None,
    ) -> bool:
        """Whether an organisation may be told of a person, in a room or on the telephone."""
        known = self._load(person.Person, person_id)
        return not self._objects(person_id, partner_id) and self._load(
            partner.Partner, partner_id
        ).may_hear(local_date(asked.at), consented=partner_id in known.consents, category=category)

    def _living(self, person_id: PersonId) -> None:
        """Raises `ThePersonHasDied`."""
        self._load(person.Person, person_id).must_live()

    def _living_behind(self, noun: UUID) -> None:
        """Raises `ThePersonHasDied` when that is whom this noun is about."""
        if (about := self.person_behind(noun)) is not None:
            self._living(about)

    def person_behind(self, noun: UUID) -> PersonId | None:
        """Whom a noun is about; ``None`` when it is about nobody, or nothing is known of it."""
        first = self._log.select_events(noun, limit=1)
        return getattr(first[0], "person", None) if first else None
