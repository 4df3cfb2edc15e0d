"""One person once: who is known is not made known twice, and two records can be one person's.

Whatever happens while two records are linked, after the link is undone each is as if it never was.
"""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.intentions.persons import ThePersonObjects
from domain.linking import (
    KeptIsAnother,
    LinkedToItself,
    MatchRuledOut,
    PersonsLinked,
    ReasonIsNeeded,
    RecordsAreLinked,
    RecordsAreNotLinked,
)
from domain.person import Person
from domain.vocabulary import DeclineReason, EndReason, HowKnown, PersonId
from tests.domain.chance import intentions
from tests.domain.linking import Shared, never_linked
from tests.domain.test_responsibility import ON_PATHWAY, ON_REFERRAL, Responsibilities
from tests.people import (
    CHARITY,
    GARDENING,
    HOUSING,
    HOUSING_HELP,
    MINA,
    MONDAY,
    READING,
    ROSA,
    SUPPORT,
    TALKING,
    THERAPY,
    TOM,
    TRUST,
    WARD,
    WIGG,
    named,
)
from tests.scenario import Community, by, refused

NOBODY = PersonId(named("nobody"))
SEEN = "Her sister confirmed that it is her."
PAIR = frozenset({ROSA, TOM})


@pytest.fixture
def place() -> Community:
    """Rosa has two records: her practice's, and one that says Tom."""
    place = Community()
    place.register(ROSA)
    place.register(TOM)
    return place


def link(place: Community, one: PersonId = ROSA, other: PersonId = TOM, **more: object) -> None:
    place.care.link_persons(one, other, reason=SEEN, asked=by(WIGG), **more)  # type: ignore[arg-type]


def unlink(place: Community, one: PersonId = ROSA, other: PersonId = TOM) -> None:
    place.care.unlink_persons(one, other, reason="A twin after all.", asked=by(WIGG))


def shared(place: Community) -> Shared:
    return Shared().follow(each for each in place.recorded() if each.person)


class TestLinking:
    def test_a_link_is_a_fact_of_both_records_in_one_save(self, place: Community) -> None:
        since = len(place.log.facts)
        link(place)
        assert place.facts(since) == [
            PersonsLinked(other=TOM, kept=ROSA, reason=SEEN),
            PersonsLinked(other=ROSA, kept=ROSA, reason=SEEN),
        ]
        link(place)
        link(place, TOM, ROSA)
        assert len(place.facts(since)) == 2

    def test_a_link_says_why_and_between_whom(self, place: Community) -> None:
        with refused(LinkedToItself):
            link(place, ROSA, ROSA)
        with refused(KeptIsAnother):
            link(place, keep=MINA)
        with refused(ReasonIsNeeded):
            place.care.link_persons(ROSA, TOM, reason=" ", asked=by(WIGG))
        with refused(RecordsAreNotLinked):
            unlink(place)

    def test_who_is_involved_with_either_is_with_both(self, place: Community) -> None:
        place.refer("Rosa: low mood", to=THERAPY)
        place.refer("Tom: company", to=GARDENING, person=TOM)
        link(place)
        told = shared(place)
        assert told.involved() == {ROSA: {WIGG, TALKING, CHARITY}, TOM: {WIGG, TALKING, CHARITY}}
        types = [kind for kind, _ in told.knows()[TOM, TALKING]]
        assert "person.PersonRegistered.v1" in types
        assert "referral.ReferralMade.v1" in types

    def test_each_is_told_by_its_own_agreement(self, place: Community) -> None:
        place.refer("Rosa: low mood", to=THERAPY, reason="she drinks")
        place.refer("Tom: company", to=GARDENING, person=TOM)
        link(place)
        assert "she drinks" not in str(shared(place).knows()[ROSA, CHARITY])

    def test_who_comes_later_to_one_comes_to_both(self, place: Community) -> None:
        link(place)
        referral = place.refer("Tom: a place of his own", to=SUPPORT, person=TOM)
        told = shared(place)
        assert told.involved()[ROSA] == told.involved()[TOM]
        place.care.withdraw_referral(referral, asked=by(WIGG))
        assert shared(place).involved()[ROSA] == shared(place).involved()[TOM] == {WIGG}

    def test_an_objection_of_either_holds_for_both(self, place: Community) -> None:
        place.refer("Rosa: company", to=GARDENING)
        place.care.object_to(TOM, CHARITY, asked=by(WIGG))
        link(place)
        assert CHARITY not in shared(place).involved()[ROSA]
        with refused(ThePersonObjects):
            place.refer("Rosa: company again", to=GARDENING)
        place.care.lift_objection(TOM, CHARITY, asked=by(WIGG))
        assert CHARITY in shared(place).involved()[ROSA]

    def test_new_things_are_asked_of_the_record_that_is_kept(self, place: Community) -> None:
        link(place, keep=ROSA)
        assert place.referral(place.refer("for Tom", person=TOM)).person == ROSA
        unlink(place)
        assert place.referral(place.refer("for Tom himself", person=TOM)).person == TOM

    def test_nothing_is_asked_for_the_dead_because_of_a_link(self, place: Community) -> None:
        link(place, keep=ROSA)
        place.care.record_death(
            ROSA, MONDAY.date(), known_by=next(iter(HowKnown)), note=None, asked=by(WIGG)
        )
        assert place.referral(place.refer("for Tom", person=TOM)).person == TOM

    def test_each_keeps_who_holds_them(self, place: Community) -> None:
        place.refer("Rosa: low mood", to=THERAPY)
        place.refer("Tom: not safe", to=WARD, person=TOM, sender=TALKING)
        held = place.pathway(ROSA).responsible, place.pathway(TOM).responsible
        link(place)
        assert (place.pathway(ROSA).responsible, place.pathway(TOM).responsible) == held
        assert held == (WIGG, TALKING)

    def test_a_chain_of_links_is_one_person(self, place: Community) -> None:
        place.register(MINA)
        place.refer("Mina: company", to=READING, person=MINA)
        link(place, ROSA, TOM)
        link(place, TOM, MINA)
        told = shared(place)
        assert told.involved()[ROSA] == told.involved()[TOM] == told.involved()[MINA]
        assert place.referral(place.refer("for Mina", person=MINA)).person == ROSA

    def test_a_chain_cut_in_its_middle_leaves_two(self, place: Community) -> None:
        place.register(MINA)
        place.refer("Mina: company", to=GARDENING, person=MINA)
        link(place, ROSA, TOM)
        link(place, TOM, MINA)
        unlink(place, ROSA, TOM)
        told = shared(place)
        assert CHARITY not in told.involved()[ROSA]
        assert CHARITY in told.involved()[TOM]
        assert ("withdrawn", ROSA, CHARITY) in told.notices

    def test_two_that_came_apart_and_are_linked_again_stay_so_when_a_third_is_taken_away(
        self, place: Community
    ) -> None:
        place.register(MINA)
        place.refer("Rosa: company", to=GARDENING)
        place.refer("Mina: rent arrears", to=HOUSING_HELP, person=MINA)
        link(place)
        unlink(place)
        link(place)
        link(place, TOM, MINA)
        unlink(place, TOM, MINA)
        told, oracle = Shared().follow(place.recorded()), Shared()
        oracle.follow(never_linked(place.recorded(), frozenset({TOM, MINA})))
        assert told.knows() == oracle.knows()
        assert told.involved() == oracle.involved()
        assert CHARITY in told.involved()[TOM]
        assert HOUSING not in told.involved()[TOM]

    def test_whoever_must_forget_one_must_forget_both(self, place: Community) -> None:
        asked_for = place.refer("Tom: rent arrears", to=HOUSING_HELP, person=TOM)
        link(place)
        place.care.decline_referral(asked_for, DeclineReason.FULL, asked=by(HOUSING))
        told = shared(place)
        assert sorted(told.notices) == sorted(
            [("withdrawn", ROSA, HOUSING), ("withdrawn", TOM, HOUSING)]
        )
        assert not {(ROSA, HOUSING), (TOM, HOUSING)} & told.knows().keys()

    def test_whoever_took_one_on_keeps_what_it_was_told_of_both(self, place: Community) -> None:
        asked_for = place.refer("Tom: rent arrears", to=HOUSING_HELP, person=TOM)
        place.accept(asked_for, HOUSING)
        link(place)
        place.care.close_referral(asked_for, EndReason.COMPLETED, asked=by(HOUSING))
        told = shared(place)
        assert sorted(told.notices) == sorted([("ended", ROSA, HOUSING), ("ended", TOM, HOUSING)])
        assert {(ROSA, HOUSING), (TOM, HOUSING)} <= told.knows().keys()

    def test_two_that_are_told_apart_are_not_linked_unless_somebody_links_them(
        self, place: Community
    ) -> None:
        place.care.rule_out_match(ROSA, TOM, reason="Twins.", asked=by(WIGG))
        assert MatchRuledOut(other=TOM, reason="Twins.") in place.facts()
        link(place)
        with refused(RecordsAreLinked):
            place.care.rule_out_match(ROSA, TOM, reason="Twins.", asked=by(WIGG))

    def test_who_knew_of_one_only_by_the_link_must_forget_it(self, place: Community) -> None:
        place.refer("Tom: rent arrears", to=HOUSING_HELP, person=TOM)
        link(place)
        assert HOUSING in shared(place).involved()[ROSA]
        unlink(place)
        told = shared(place)
        assert ("withdrawn", ROSA, HOUSING) in told.notices
        assert (ROSA, HOUSING) not in told.knows()
        assert HOUSING in told.involved()[TOM]


class TestUnlinking:
    @settings(deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.integers(0, 2**32 - 1))
    def test_after_unlinking_each_record_is_as_if_nobody_had_linked_them(self, seed: int) -> None:
        chance = Random(seed)
        week = Week(chance)
        week.act(chance.randrange(8, 25))
        week.link(ROSA, TOM)
        chained = chance.random() < 0.5
        if chained:
            week.link(*chance.choice([(TOM, MINA), (ROSA, MINA)]))
        week.act(chance.randrange(10, 30))
        week.unlink(ROSA, TOM)
        week.act(chance.randrange(6))
        facts = [each for each in week.place.recorded() if each.person]
        told, oracle = Shared().follow(facts), Shared().follow(never_linked(facts, PAIR))
        assert told.knows() == oracle.knows()
        assert told.involved() == oracle.involved()
        for person, circle in told.circles.items():
            alone = oracle.circles[person]
            assert circle.bases == alone.bases
            assert circle.past.keys() == alone.past.keys()

    @settings(deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.integers(0, 2**32 - 1))
    def test_what_the_domain_knows_of_each_is_what_its_own_facts_say(self, seed: int) -> None:
        week = Week(Random(seed))
        week.link(ROSA, TOM)
        week.act(20)
        week.unlink(ROSA, TOM)
        facts = [each for each in week.place.recorded() if each.person]
        for person in (ROSA, TOM):
            linked = week.place.care._load(Person, person)
            alone = Person(person)
            for each in never_linked(facts, PAIR):
                if each.originator_id == person:
                    alone.follow(each)
            assert linked.links.standing == {}
            alone.links, alone.version = linked.links, linked.version
            assert linked == alone


class TestEndedWhileLinked:
    """The charity helped each; its help of Tom ended while the two were linked."""

    @pytest.fixture
    def place(self) -> Community:
        place = Community()
        place.register(ROSA)
        place.register(TOM)
        place.accept(place.refer("Rosa: company", to=GARDENING), CHARITY)
        company = place.refer("Tom: company", to=GARDENING, person=TOM)
        place.accept(company, CHARITY)
        link(place, keep=TOM)
        place.care.close_referral(company, EndReason.COMPLETED, asked=by(CHARITY))
        speaks(place)
        return place

    def test_after_it_is_undone_who_had_ended_is_told_so_and_hears_no_more(
        self, place: Community
    ) -> None:
        unlink(place)
        assert as_if_never_linked(place).notices == [
            ("withdrawn", TOM, CHARITY),
            ("ended", TOM, CHARITY),
        ], "and of nobody else is anything told anew"

    def test_who_had_ended_and_came_back_goes_on(self, place: Community) -> None:
        place.refer("Tom: company again", to=GARDENING, person=TOM)
        unlink(place)
        told = as_if_never_linked(place)
        assert told.notices == [("withdrawn", TOM, CHARITY)]
        assert CHARITY in told.involved()[TOM]
        for person in (ROSA, TOM):
            last = told.told[person, CHARITY][-1].type
            assert last == "person.PersonsUnlinked.v1", "told after what stands is told again"

    def test_who_left_the_place_meanwhile_hears_no_more_of_either(self, place: Community) -> None:
        place.care.leave(CHARITY, "its contract ended", asked=by(WIGG))
        unlink(place)
        told = as_if_never_linked(place)
        assert CHARITY not in told.involved()[ROSA] | told.involved()[TOM]
        assert told.notices[-1] == ("ended", TOM, CHARITY)

    def test_who_left_the_place_while_it_helped_hears_no_more(self, place: Community) -> None:
        place.refer("Tom: company again", to=GARDENING, person=TOM)
        place.care.leave(CHARITY, "its contract ended", asked=by(WIGG))
        unlink(place)
        told = as_if_never_linked(place)
        assert told.notices[-1] == ("ended", TOM, CHARITY)
        assert CHARITY not in told.involved()[TOM]


def speaks(place: Community) -> None:
    place.care.record_communication_needs(TOM, "Large print", language=None, asked=by(WIGG))


def as_if_never_linked(place: Community) -> Shared:
    """What was told in the end, which is as it would be had nobody linked them."""
    told, oracle = Shared().follow(place.recorded()), Shared()
    oracle.follow(never_linked(place.recorded(), PAIR))
    assert told.knows() == oracle.knows()
    assert told.involved() == oracle.involved()
    for person, circle in told.circles.items():
        assert circle.person == person
        assert circle.past == oracle.circles[person].past
    return told


class Week:
    """A week in which several organisations act for three people, by chance."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.acting = Responsibilities()
        self.place = self.acting.place
        self.acting.pool.chance = chance
        everybody = (ROSA, TOM, MINA)
        self.acting.pool._drawing[PersonId] = lambda: self.acting.pool.chance.choice(everybody)  # type: ignore[index]
        self.acting.register()
        self.place.register(MINA)
        first = self.place.refer("first of Mina", to=THERAPY, person=MINA)
        self.acting.pool.referrals.append(first)
        names = sorted(intentions())
        self.anything = [name for name in names if not name.endswith(("persons", "match"))]

    def act(self, times: int) -> None:
        for _ in range(times):
            seed = self.chance.randrange(2**32)
            match self.chance.randrange(10):
                case 0 | 1 | 2:
                    self.acting.refer(seed=seed, taking_over=self.chance.random() < 0.3)
                case 3 | 4 | 5:
                    word = self.chance.choice(sorted(ON_REFERRAL))
                    self.acting.answer_a_referral(seed=seed, word=word)
                case 6:
                    self.acting.move(seed=seed, word=self.chance.choice(sorted(ON_PATHWAY)))
                case 7:
                    someone = self.chance.choice((ROSA, TOM, MINA))
                    partner = self.chance.choice((TALKING, TRUST, CHARITY))
                    name = self.chance.choice(("object_to", "lift_objection", "consent_to"))
                    self.acting.ask(name, WIGG, person_id=someone, to=partner)
                case _:
                    self.acting.anything(name=self.chance.choice(self.anything), seed=seed)

    def link(self, one: PersonId, other: PersonId) -> None:
        self.place.care.link_persons(one, other, reason=SEEN, asked=self.acting.by(WIGG, None))

    def unlink(self, one: PersonId, other: PersonId) -> None:
        self.place.care.unlink_persons(one, other, reason=SEEN, asked=self.acting.by(WIGG, None))
