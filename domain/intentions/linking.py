"""What may be asked about who is who: one person once, two records linked, and links undone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from domain import person
from domain.corrections import Detail
from domain.edits import current
from domain.intentions.answers import Answer
from domain.intentions.deciding import Deciding
from domain.intentions.persons import PersonIsUnknown
from domain.kernel import REMOVED, Aggregate, Asked
from domain.linking import KeptIsAnother, LinkedToItself, ReasonIsNeeded, kept_of
from domain.policies.matching import Known, Verdict, compare, plain
from domain.vocabulary import PartnerId, PersonId, ReferralId


class LinkingIntentions(Deciding):
    """Nothing is moved: each record keeps its own facts, its pathway and who holds the person."""

    def link_persons(
        self,
        one: PersonId,
        other: PersonId,
        *,
        keep: PersonId | None = None,
        reason: str,
        asked: Asked,
    ) -> Answer:
        """Say that two records are one person's; new things are asked of ``keep``.

        Left out, that is the record that was kept of the first already. Raises `LinkedToItself`,
        `KeptIsAnother`, `ReasonIsNeeded`.
        """

        def decide() -> tuple[Aggregate, ...]:
            if one == other:
                raise LinkedToItself(one)
            if not reason.strip():
                raise ReasonIsNeeded(one)
            first = self._get(person.Person, one, PersonIsUnknown)
            second = self._get(person.Person, other, PersonIsUnknown)
            members = self._one_person(one)
            if other in members:
                return first, second
            kept = keep or kept_of({each: m.links for each, m in members.items()})
            if kept not in members.keys() | self._one_person(other).keys():
                raise KeptIsAnother(kept)
            first.link(other, kept=kept, reason=reason, asked=asked)
            second.link(one, kept=kept, reason=reason, asked=asked)
            return first, second

        return self._ask(one, asked, decide)

    def unlink_persons(
        self, one: PersonId, other: PersonId, *, reason: str, asked: Asked
    ) -> Answer:
        """Undo a link: each record is again what its own facts make it.

        Raises `RecordsAreNotLinked`, `ReasonIsNeeded`.
        """

        def decide() -> tuple[Aggregate, ...]:
            if not reason.strip():
                raise ReasonIsNeeded(one)
            first = self._get(person.Person, one, PersonIsUnknown)
            second = self._get(person.Person, other, PersonIsUnknown)
            first.unlink(other, reason=reason, asked=asked)
            second.unlink(one, reason=reason, asked=asked)
            return first, second

        return self._ask(one, asked, decide)

    def rule_out_match(
        self, one: PersonId, other: PersonId, *, reason: str, asked: Asked
    ) -> Answer:
        """Say that two records that are alike are of two people. Asked twice, it is said once.

        Raises `RecordsAreLinked`, `LinkedToItself`, `ReasonIsNeeded`.
        """

        def decide() -> tuple[Aggregate, ...]:
            if one == other:
                raise LinkedToItself(one)
            if not reason.strip():
                raise ReasonIsNeeded(one)
            first = self._get(person.Person, one, PersonIsUnknown)
            second = self._get(person.Person, other, PersonIsUnknown)
            first.rule_out(other, reason=reason, asked=asked)
            second.rule_out(one, reason=reason, asked=asked)
            return first, second

        return self._ask(one, asked, decide)

    def person_of(self, referral_id: ReferralId) -> PersonId:
        """Whom a referral is about, whoever they were taken for when it was made."""
        about = self._referral(referral_id).person
        assert about is not None, "a referral is about somebody from its first fact on"
        return about

    def details_of(self, person_id: PersonId) -> Known:
        """What counts of a person's details now, for whoever tells two records apart."""
        return known_of(self._get(person.Person, person_id, PersonIsUnknown))

    def objects_to(self, person_id: PersonId, partner_id: PartnerId) -> bool:
        """Whether the person does not want an organisation told, by any record of theirs."""
        return self._objects(person_id, partner_id)

    def same_person(
        self, details: person.Details, alike: Iterable[PersonId], asking: Iterable[PartnerId]
    ) -> PersonId | None:
        """The one record of somebody who is surely known already, of those that may be alike.

        None when two are, when they died, or when they object to one of those who ask: whoever asks
        then makes a new record, and finds nothing out; somebody looks at the two.
        """
        said = known_by(details)
        found: dict[PersonId, person.Person] = {}
        for each in alike:
            known = self._load(person.Person, each)
            likeness = compare(said, known_of(known))
            if known.registered and likeness.verdict is Verdict.SAME:
                members = self._one_person(each)
                kept = kept_of({one: member.links for one, member in members.items()})
                if any(member.died_on is not None for member in members.values()):
                    return None
                if any(self._objects(each, one) for one in asking):
                    return None
                found[kept] = members[kept]
        return next(iter(found)) if len(found) == 1 else None


def known_by(details: person.Details) -> Known:
    """What is told of somebody, as it is compared."""
    return Known(
        name=details.name,
        date_of_birth=details.date_of_birth,
        nhs_number=details.nhs_number,
        postcode=details.postcode,
        address=details.address,
        phone=details.phone,
    )


def known_of(known: person.Person) -> Known:
    """What counts of a person's details now, as it is compared; nothing of one who is forgotten."""

    def told(detail: Detail) -> str | None:
        value = current(known.known.standing.get(detail, ()))
        return None if value == REMOVED else value

    born = told(Detail.DATE_OF_BIRTH)
    return Known(
        name=told(Detail.NAME) or "",
        date_of_birth=date.fromisoformat(born) if born else None,
        nhs_number=told(Detail.NHS_NUMBER),
        postcode=told(Detail.POSTCODE),
        address=told(Detail.ADDRESS),
        phone=told(Detail.PHONE),
    )


REACHING = (Detail.PHONE, Detail.ADDRESS, Detail.POSTCODE)
"""Details that change while somebody stays the same: how to reach them."""


def told_anew(known: person.Person, details: person.Details) -> dict[Detail, str | None]:
    """How to reach somebody who is known, where what is told now is not what stands."""
    said = {each: getattr(details, each.value) for each in REACHING}
    return {
        detail: value
        for detail, value in said.items()
        if value
        and plain(value)
        not in {plain(edit.value or "") for edit in known.known.standing.get(detail, ())}
    }
