"""Whatever a person wishes, in whatever order: nobody knows what they may not, told again or not.

Who may know a word is worked out here from the wishes themselves, slowly, for one word at a time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from domain import circles
from domain.agreement import AgreementEnded, AgreementSigned
from domain.circle import Circle, Telling
from domain.emergency import EmergencyAccessEnded, EmergencyAccessTaken
from domain.handover import HandoverAccepted
from domain.kernel import Asked, BrokenRule, Category, Recorded
from domain.opening import SealedItemClosed, SealedItemOpened
from domain.pathway import PathwayOpened
from domain.person import Person
from domain.referral import ReferralMade
from domain.sealing import ItemSealed, ItemUnsealed
from domain.sharing import Disclosure
from domain.vocabulary import (
    AccessId,
    ContactId,
    EmergencyReason,
    EndReason,
    Label,
    Medium,
    OpeningReason,
    PartnerId,
    PersonId,
    Purpose,
    ReferralId,
    Scope,
    SealId,
)
from domain.wishes import (
    ConsentGiven,
    ConsentWithdrawn,
    ObjectionLifted,
    ObjectionRaised,
    UseObjectedTo,
    UseObjectionLifted,
)
from tests.people import (
    CHARITY,
    COMMUNITY_ORDER,
    DRUG_CARE,
    DRUGS,
    GARDENING,
    KINDS,
    MONDAY,
    PRACTITIONERS,
    PROBATION,
    ROSA,
    SOCIAL,
    SUPPORT,
    TALKING,
    THERAPY,
    TRUST,
    WARD,
    WIGG,
    agreement,
    named,
)
from tests.scenario import URGENT, Community, by

PARTNERS = (TALKING, TRUST, CHARITY, PROBATION, DRUGS, SOCIAL, WIGG)
HELP = (THERAPY, WARD, GARDENING, COMMUNITY_ORDER, DRUG_CARE, SUPPORT)
USES = (Purpose.DIRECT_CARE, Purpose.COMMUNITY_SUPPORT, Purpose.JUSTICE, Purpose.PLANNING)
OPENERS = (TRUST, TALKING)
NARROW = (Category.IDENTITY, Category.REFERRAL)
WAYS: tuple[dict[str, Any], ...] = (
    {},
    {"categories": NARROW},
    {"categories": (*NARROW, Category.ASK, Category.ENGAGEMENT)},
    {"categories": agreement(WIGG).categories},
    {"scope": Scope.OWN},
    {"scope": Scope.EPISODE, "substance": True},
    {"consent_required": True},
)

CANARY = re.compile(r"canary-([a-z]+)-\d{4}")
OF_WORDS = {
    "ask": {Category.REFERRAL, Category.ASK},
    "reason": {Category.REFERRAL, Category.CLINICAL},
    "question": {Category.REFERRAL},
    "answer": {Category.REFERRAL, Category.ASK},
    "activity": {Category.ENGAGEMENT, Category.ASK},
    "needs": {Category.ACCESS},
}
"""What an agreement must name for a word of this kind to be known."""


# The share, told fact by fact


Said = tuple[str, dict[str, Any] | None, int]
"""A type, what was told, and of which fact; nothing where it is to be forgotten."""


@dataclass
class Share:
    """What each partner was told of Rosa. ``saved``: between two facts it rests as it is stored."""

    saved: bool = False
    known: dict[PersonId, Circle] = field(default_factory=lambda: {ROSA: Circle(ROSA)})
    agreements: dict[PartnerId, AgreementSigned] = field(
        default_factory=lambda: {partner: agreement(partner) for partner in KINDS}
    )
    history: list[Recorded] = field(default_factory=list)
    entries: dict[PartnerId, list[Said]] = field(default_factory=dict)

    def follow(self, recorded: Recorded) -> None:
        if recorded.person == ROSA:
            followed = circles.follow(recorded, self.known, self.agreements, _no_links)
        else:
            followed = self._terms(recorded)
        for _, telling in followed:
            self._tell(telling, recorded.position)
        if recorded.person == ROSA:
            self.history.append(recorded)
        if self.saved:
            rests = TypeAdapter(Circle).dump_json(self.known[ROSA])
            self.known = {ROSA: TypeAdapter(Circle).validate_json(rests)}

    def _terms(self, recorded: Recorded) -> circles.Tellings:
        partner = PartnerId(recorded.originator_id)
        before = self.agreements.get(partner)
        match recorded.fact:
            case AgreementSigned() as signed:
                self.agreements[partner] = signed
            case AgreementEnded():
                self.agreements.pop(partner, None)
            case _:
                return []
        after = self.agreements.get(partner)
        if (before and before.terms) == (after and after.terms):
            return []
        was, now = ([(f, {partner: a} if a else {}) for f in self.history] for a in (before, after))
        members = frozenset({ROSA})
        return circles.retell((partner,), members, self.known, circles.Run(was), circles.Run(now))

    def _tell(self, telling: Telling, position: int) -> None:
        def say(each: Iterable[Disclosure]) -> None:
            for one in each:
                said = (one.type, one.data, one.recorded.position)
                self.entries.setdefault(one.partner, []).append(said)

        def forget(partners: Iterable[PartnerId]) -> None:
            for partner in partners:
                self.entries.setdefault(partner, []).append(("withdrawn", None, position))

        forget(telling.forgotten)
        say((*telling.again, *telling.added))
        for retelling in telling.retold:
            forgets, anew = retelling.of(self.history)
            forget([retelling.partner] if forgets else [])
            say(anew)
        for backfill in telling.backfills:
            say(backfill.of(self.history))
        say(telling.disclosures)
        for beside in telling.beside:
            say(beside.of(self.history))
        forget(telling.withdrawn)

    def knows(self, partner: PartnerId) -> list[Said]:
        """What it was told since it was last told to forget."""
        told = self.entries.get(partner, [])
        last = max((at for at, (_, data, _) in enumerate(told) if data is None), default=-1)
        return told[last + 1 :]


def _no_links(_: frozenset[PersonId]) -> Iterable[tuple[Recorded, circles.Agreements]]:
    raise AssertionError("nobody linked anything")


# Who may know what, by the wishes alone


@dataclass(frozen=True)
class Word:
    """One word that nobody says by chance, who said it, and what it is part of."""

    text: str
    by: PartnerId
    of: frozenset[str]
    substance: bool


@dataclass
class Wishes:
    """All that Rosa wished, and what was agreed with partners, by the facts' own words."""

    now: datetime = MONDAY
    agreements: dict[PartnerId, AgreementSigned] = field(
        default_factory=lambda: {partner: agreement(partner) for partner in KINDS}
    )
    objections: set[PartnerId] = field(default_factory=set)
    consents: set[PartnerId] = field(default_factory=set)
    refused: set[Purpose] = field(default_factory=set)
    responsible: PartnerId | None = None
    seals: dict[SealId, tuple[str, set[PartnerId]]] = field(default_factory=dict)
    accesses: dict[UUID, tuple[PartnerId, datetime]] = field(default_factory=dict)
    openings: dict[UUID, tuple[PartnerId, SealId, datetime]] = field(default_factory=dict)
    recorders: dict[str, set[PartnerId]] = field(default_factory=dict)
    parties: dict[str, set[PartnerId]] = field(default_factory=dict)
    words: list[Word] = field(default_factory=list)

    def follow(self, recorded: Recorded) -> None:
        stream, who = recorded.originator_id, recorded.organisation
        if recorded.person == ROSA:
            assert recorded.recorded_at is not None
            self.now = recorded.recorded_at
            for item in (str(stream), recorded.id):
                self.recorders.setdefault(item, set()).add(who)
            self._hear(recorded)
        match recorded.fact:
            case AgreementSigned() as signed:
                self.agreements[PartnerId(stream)] = signed
            case AgreementEnded():
                self.agreements.pop(PartnerId(stream), None)
            case ReferralMade(sender=sender, receiver=receiver):
                self.parties[str(stream)] = {sender, receiver}
            case PathwayOpened(responsible=partner) | HandoverAccepted(receiver=partner):
                self.responsible = partner
            case ObjectionRaised(to=partner):
                self.objections.add(partner)
                self.consents.discard(partner)  # it is asked for anew once the objection is over
            case ObjectionLifted(to=partner):
                self.objections.discard(partner)
            case UseObjectedTo(use=use):
                self.refused.add(use)
            case UseObjectionLifted(use=use):
                self.refused.discard(use)
            case ConsentGiven(to=partner):
                self.consents.add(partner)
            case ConsentWithdrawn(to=partner):
                self.consents.discard(partner)
            case ItemSealed(seal=seal, item=item):
                self.seals[seal] = item, set(self.recorders[item])
            case ItemUnsealed(seal=seal):
                self.seals.pop(seal)
            case EmergencyAccessTaken(until=until):
                self.accesses[stream] = who, until
            case EmergencyAccessEnded():
                self.accesses.pop(stream)
            case SealedItemOpened(seal=seal, until=until):
                self.openings[stream] = who, seal, until
            case SealedItemClosed():
                self.openings.pop(stream)
            case _:
                pass

    def _hear(self, recorded: Recorded) -> None:
        for found in CANARY.finditer(recorded.fact.model_dump_json()):
            of = {recorded.id, str(recorded.originator_id), str(recorded.correlation)}
            substance = recorded.label is Label.SUBSTANCE
            word = Word(found.group(), recorded.organisation, frozenset(of), substance)
            self.words.append(word)

    def emergency(self, partner: PartnerId) -> bool:
        return any(who == partner and self.now < until for who, until in self.accesses.values())

    def closed(self, partner: PartnerId) -> bool:
        """Whether it may know nothing of her, however much it was told."""
        signed = self.agreements.get(partner)
        if signed is None:
            return True
        if self.emergency(partner):
            return False
        if partner in self.objections:
            return True
        if signed.consent_required and partner not in self.consents:
            return True
        uses = {use for use in signed.purposes if use in USES}
        return bool(uses) and uses <= self.refused and partner != self.responsible

    def of_all(self, partner: PartnerId) -> bool:
        """Whether it is told of more than it takes part in."""
        return self.agreements[partner].scope is Scope.EPISODE

    def may_know(self, partner: PartnerId, word: Word) -> bool:
        """Whether one partner may know one word now."""
        signed, kind = self.agreements.get(partner), CANARY.fullmatch(word.text)
        if signed is None or kind is None or not OF_WORDS[kind.group(1)] <= {*signed.categories}:
            return False
        takes_part = partner == word.by or any(
            partner in self.parties.get(stream, ()) for stream in word.of
        )
        of_her = str(ROSA) in word.of
        own = signed.scope is Scope.OWN and not self.emergency(partner)
        if own and not takes_part and not of_her:
            return False
        if word.substance and not signed.substance and not takes_part:
            return False
        return word.by == partner or not any(
            item in word.of and partner not in keepers and not self._open(partner, seal)
            for seal, (item, keepers) in self.seals.items()
        )

    def _open(self, partner: PartnerId, seal: SealId) -> bool:
        return any(
            (partner, seal) == (who, what) and self.now < until
            for who, what, until in self.openings.values()
        )


# What is wished, and what goes on meanwhile


@dataclass
class Life:
    """What happens to Rosa, each thing with words that nobody says by chance."""

    place: Community = field(default_factory=Community)
    words: int = 0
    referrals: list[ReferralId] = field(default_factory=list)
    contacts: list[ContactId] = field(default_factory=list)
    accesses: list[tuple[AccessId, PartnerId]] = field(default_factory=list)
    openings: list[tuple[AccessId, PartnerId]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.care = self.place.care
        self.place.register()
        self.place.refer("first", ask=self.word("ask"), reason=self.word("reason"))
        self.referrals.append(ReferralId(named("first")))
        for partner in OPENERS:
            self.care.grant_opening(
                partner, PRACTITIONERS[partner], MONDAY.date(), asked=by(partner)
            )

    def word(self, kind: str) -> str:
        self.words += 1
        return f"canary-{kind}-{self.words:04}"

    def by(self, partner: PartnerId) -> Asked:
        return by(partner, at=self.place.log.starts)

    def do(self, what: str, one: int, other: int) -> None:
        try:
            STEPS[what](self, one, other)
        except BrokenRule:
            return

    def holder(self) -> PartnerId:
        return self.place.pathway().responsible or WIGG

    def under(self, one: int) -> tuple[ReferralId, PartnerId, PartnerId]:
        """One of the last referrals, whose it is, and who was asked."""
        referral = self.place.referral(self.referrals[-1 - one % len(self.referrals)])
        assert referral.sender
        assert referral.receiver
        return ReferralId(referral.id), referral.sender, referral.receiver

    def refer(self, one: int, other: int) -> None:
        referral = self.place.refer(
            f"referral {self.words}",
            to=HELP[one % len(HELP)],
            sender=self.holder() if other % 2 else PARTNERS[other % len(PARTNERS)],
            ask=self.word("ask"),
            reason=self.word("reason"),
            grounds=URGENT,
            take_over=other > 5,
        )
        self.referrals.append(referral)
        if other % 4:
            self.accept(0, other)

    def accept(self, one: int, _: int) -> None:
        referral, _sender, receiver = self.under(one)
        self.care.accept_referral(referral, asked=self.by(receiver))

    def close(self, one: int, other: int) -> None:
        referral, sender, receiver = self.under(one)
        if other % 3 == 0:
            self.care.withdraw_referral(referral, asked=self.by(sender))
        elif other % 3 == 1:
            self.care.close_referral(referral, EndReason.COMPLETED, asked=self.by(receiver))
        else:
            self.care.acknowledge_outcome(referral, asked=self.by(sender))

    def ask(self, one: int, _: int) -> None:
        referral, sender, receiver = self.under(one)
        self.care.ask_information(referral, self.word("question"), asked=self.by(receiver))
        self.care.give_information(referral, self.word("answer"), asked=self.by(sender))

    def book(self, one: int, _: int) -> None:
        referral, _sender, receiver = self.under(one)
        contact = ContactId(named(f"appointment {self.words}"))
        self.care.book_appointment(
            contact,
            referral,
            starts_at=self.place.log.starts + timedelta(days=1),
            medium=Medium.TELEPHONE,
            activity=self.word("activity"),
            asked=self.by(receiver),
        )
        self.contacts.append(contact)

    def note(self, _one: int, _other: int) -> None:
        self.care.record_communication_needs(
            ROSA, self.word("needs"), language=None, asked=self.by(self.holder())
        )

    def object(self, one: int, other: int) -> None:
        say = self.care.lift_objection if other > 4 else self.care.object_to
        say(ROSA, PARTNERS[one % len(PARTNERS)], asked=self.by(self.holder()))

    def refuse(self, one: int, other: int) -> None:
        say = self.care.lift_use_objection if other > 4 else self.care.object_to_use
        say(ROSA, USES[one % len(USES)], asked=self.by(self.holder()))

    def consent(self, one: int, other: int) -> None:
        say = self.care.withdraw_consent if other > 4 else self.care.consent_to
        partner = PROBATION if one % 2 else PARTNERS[one % len(PARTNERS)]
        say(ROSA, partner, asked=self.by(self.holder()))

    def seal(self, one: int, other: int) -> None:
        referral, *_ = self.under(one)
        stream: UUID = self.contacts[-1] if other % 3 == 2 and self.contacts else referral
        version = 3 if other % 3 == 1 else 1  # what was answered comes third
        self.care.seal_item(ROSA, stream, version, asked=self.by(self.holder()))

    def unseal(self, one: int, _: int) -> None:
        if seals := self.seals():
            self.care.unseal_item(ROSA, seals[one % len(seals)], asked=self.by(self.holder()))

    def seals(self) -> list[SealId]:
        return list(self.care._load(Person, UUID(str(ROSA))).seals)

    def rush(self, one: int, _: int) -> None:
        access, partner = AccessId(uuid4()), PARTNERS[one % len(PARTNERS)]
        self.care.take_emergency_access(
            ROSA,
            access,
            reason=EmergencyReason.LIFE,
            words="Found unwell.",
            asked=self.by(partner),
        )
        self.accesses.append((access, partner))

    def rush_over(self, one: int, _: int) -> None:
        if self.accesses:
            access, partner = self.accesses[one % len(self.accesses)]
            self.care.end_emergency_access(access, asked=self.by(partner))

    def open(self, one: int, other: int) -> None:
        if seals := self.seals():
            access, partner = AccessId(uuid4()), OPENERS[one % len(OPENERS)]
            self.care.open_sealed_item(
                ROSA,
                seals[other % len(seals)],
                access,
                reason=OpeningReason.LEGAL,
                words="The coroner asks for it.",
                asked=self.by(partner),
            )
            self.openings.append((access, partner))

    def open_over(self, one: int, _: int) -> None:
        if self.openings:
            access, partner = self.openings[one % len(self.openings)]
            self.care.close_sealed_item(access, asked=self.by(partner))

    def wait(self, one: int, _: int) -> None:
        self.place.log.starts += timedelta(minutes=20 + 20 * (one % 3))

    def agree(self, one: int, other: int) -> None:
        partner = PARTNERS[one % (len(PARTNERS) - 1)]
        if other >= len(WAYS):
            self.care.end_agreement(partner, asked=self.by(WIGG))
            return
        terms = {"reference": f"terms {self.place.log.max_notification_id()}"} | WAYS[other]
        signed = agreement(partner).model_copy(update=terms)
        self.care.sign_agreement(partner, signed, asked=self.by(WIGG))


STEPS: dict[str, Callable[[Life, int, int], None]] = {
    step.__name__: step
    for step in (
        *(Life.refer, Life.accept, Life.close, Life.ask, Life.book, Life.note),
        *(Life.object, Life.refuse, Life.consent, Life.seal, Life.unseal),
        *(Life.rush, Life.rush_over, Life.open, Life.open_over, Life.wait, Life.agree),
    )
}

lives = st.lists(
    st.tuples(st.sampled_from(sorted(STEPS)), st.integers(0, 7), st.integers(0, 7)),
    min_size=10,
    max_size=40,
)
many = settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
)


def assert_nobody_knows_more(share: Share, wishes: Wishes) -> None:
    for partner in KINDS:
        knows = share.knows(partner)
        if wishes.closed(partner):
            assert knows == [], (KINDS[partner], knows)
            continue
        text = repr([data for _, data, _ in knows])
        for word in wishes.words:
            if word.text in text:
                assert wishes.may_know(partner, word), (KINDS[partner], word)
            elif partner == wishes.responsible and wishes.of_all(partner):
                assert not wishes.may_know(partner, word), ("withheld", KINDS[partner], word)


@many
@given(lives)
def test_whatever_a_person_wishes_nobody_knows_more_and_the_log_told_again_says_the_same(
    steps: list[tuple[str, int, int]],
) -> None:
    life, share, wishes = Life(), Share(saved=True), Wishes()
    reached = life.place.start
    for step in steps:
        life.do(*step)
        for recorded in life.place.recorded(reached):
            share.follow(recorded)
            wishes.follow(recorded)
            reached = recorded.position
            event(type(recorded.fact).__name__)
        assert_nobody_knows_more(share, wishes)
    again = Share()
    for recorded in life.place.recorded():
        again.follow(recorded)
    assert again.entries == share.entries
