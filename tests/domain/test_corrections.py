"""Details put right: what stands when two people edit the same, and what the person disputes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given as any_of
from hypothesis import strategies as st

from domain import edits
from domain.corrections import (
    ConflictSettled,
    Detail,
    DetailIsNotShared,
    DetailsCorrected,
    DisagreementRecorded,
    NameIsMissing,
    NothingIsCorrected,
    NothingIsInConflict,
    NothingSuchWasRecorded,
)
from domain.edits import Edit, EditExists, SeenEditIsNotHere
from domain.kernel import Recorded
from domain.needs import BeforeTheyWereBorn
from domain.person import DateOfBirthIsNotPossible, Person, PersonRegistered
from domain.vocabulary import (
    EditId,
    Instrument,
    Label,
    MeasureId,
    Mode,
    PartnerId,
    ReferralId,
    Source,
)
from tests.people import (
    CHARITY,
    DR_PATEL,
    DR_TOLLEY,
    DRUG_CARE,
    DRUGS,
    GARDENING,
    MONDAY,
    ROSA,
    SERVICE_OF,
    TALKING,
    TOM,
    TRUST,
    WIGG,
    named,
)
from tests.scenario import Community, Happened, by, given, refused

REGISTERED = Happened(PersonRegistered(name="Rosa Lind", phone="020 7946 0000"))
SEEN = edits.of_old("PersonRegistered", MONDAY)
"""The edit that everybody has seen who has read what was registered."""

ASHA, BEN = EditId(named("Asha's edit")), EditId(named("Ben's edit"))
OLD, NEW, OTHER = "020 7946 0000", "020 7946 0111", "020 7946 0222"


def phone(number: str, edit: EditId, *saw: EditId) -> Happened:
    return Happened(DetailsCorrected(phone=number, edit=edit, instead_of=saw))


def numbers(person: Person) -> list[str | None]:
    return [edit.value for edit in person.known.standing[Detail.PHONE]]


# One after the other


def test_a_detail_is_put_right_by_a_new_fact() -> None:
    asked = by(WIGG)
    given(Person(id=ROSA), REGISTERED).when(
        lambda p: p.correct_details({Detail.PHONE: NEW}, asked=asked)
    ).then(DetailsCorrected(phone=NEW, edit=asked.edit, instead_of=(SEEN,)))


def test_a_number_that_is_nobodys_is_taken_out() -> None:
    asked = by(WIGG)
    taken = given(Person(id=ROSA), REGISTERED).when(
        lambda p: p.correct_details({Detail.PHONE: None}, asked=asked)
    )
    taken.then(DetailsCorrected(taken_out=(Detail.PHONE,), edit=asked.edit, instead_of=(SEEN,)))
    assert numbers(taken.noun) == [None]


def test_who_saw_the_first_edit_replaces_it() -> None:
    known = given(Person(id=ROSA), REGISTERED, phone(NEW, ASHA, SEEN), phone(OTHER, BEN, ASHA))
    assert numbers(known.noun) == [OTHER]
    assert not known.noun.known.conflicts()


def test_a_correction_says_what_it_puts_right() -> None:
    known = given(Person(id=ROSA), REGISTERED)
    known.when(lambda p: p.correct_details({}, asked=by(WIGG))).then_refused(NothingIsCorrected)


def test_a_name_is_not_taken_out() -> None:
    given(Person(id=ROSA), REGISTERED).when(
        lambda p: p.correct_details({Detail.NAME: None}, asked=by(WIGG))
    ).then_refused(NameIsMissing)


@pytest.mark.parametrize("born", ["2026-03-03", "1899-12-31"])
def test_nobody_is_corrected_to_be_born_tomorrow(born: str) -> None:
    given(Person(id=ROSA), REGISTERED).when(
        lambda p: p.correct_details({Detail.DATE_OF_BIRTH: born}, asked=by(WIGG))
    ).then_refused(DateOfBirthIsNotPossible)


def test_an_edit_has_an_id_of_its_own() -> None:
    given(Person(id=ROSA), REGISTERED, phone(NEW, ASHA, SEEN)).when(
        lambda p: p.correct_details({Detail.PHONE: OTHER}, edit=ASHA, asked=by(WIGG))
    ).then_refused(EditExists)


def test_an_edit_that_saw_what_is_not_here_waits_for_it() -> None:
    given(Person(id=ROSA), REGISTERED).when(
        lambda p: p.correct_details({Detail.PHONE: OTHER}, instead_of=[ASHA], asked=by(WIGG))
    ).then_refused(SeenEditIsNotHere)


def test_nothing_was_so_before_a_person_was_born() -> None:
    born = Happened(PersonRegistered(name="Rosa Lind", date_of_birth="2026-03-02"))
    yesterday = by(WIGG, at=MONDAY - timedelta(days=1))
    given(Person(id=ROSA), born).when(
        lambda p: p.record_communication_needs("Ring", language=None, asked=yesterday)
    ).then_refused(BeforeTheyWereBorn)
    known = given(Person(id=ROSA), born).noun
    known.correct_details({Detail.DATE_OF_BIRTH: "1988-05-04"}, asked=by(WIGG))
    needs = known.record_communication_needs("Ring", language=None, asked=yesterday)
    assert needs.effective_at == yesterday.at


def test_nobody_is_referred_before_they_were_born() -> None:
    place = Community()
    place.register()
    with refused(BeforeTheyWereBorn):
        place.care.make_referral(
            ReferralId(named("too early")),
            ROSA,
            GARDENING,
            source=Source.PROFESSIONAL,
            mode=Mode.WRITTEN,
            ask="Please see her.",
            asked=by(WIGG, at=MONDAY - timedelta(days=50 * 365)),
        )


# At the same time


def test_two_edits_of_different_details_are_both_kept() -> None:
    moved = Happened(DetailsCorrected(address="2 Leighton Road", edit=BEN, instead_of=(SEEN,)))
    known = given(Person(id=ROSA), REGISTERED, phone(NEW, ASHA, SEEN), moved).noun.known
    assert not known.conflicts()
    assert edits.current(known.standing[Detail.PHONE]) == NEW
    assert edits.current(known.standing[Detail.ADDRESS]) == "2 Leighton Road"


@pytest.mark.parametrize("first", [0, 1])
def test_two_edits_of_one_detail_from_one_base_are_a_conflict_in_either_order(first: int) -> None:
    both = [phone(NEW, ASHA, SEEN), phone(OTHER, BEN, SEEN)]
    known = given(Person(id=ROSA), REGISTERED, both[first], both[1 - first]).noun
    assert known.known.conflicts() == {Detail.PHONE}
    assert set(numbers(known)) == {NEW, OTHER}
    assert numbers(known)[-1] == (NEW if ASHA > BEN else OTHER)  # as true: the greater id


def test_two_people_who_write_the_same_agree() -> None:
    known = given(Person(id=ROSA), REGISTERED, phone(NEW, ASHA, SEEN), phone(NEW, BEN, SEEN)).noun
    assert not known.known.conflicts()
    assert numbers(known)[-1] == NEW


def test_what_was_true_later_counts_whichever_came_last() -> None:
    known = given(Person(id=ROSA), REGISTERED).noun
    for number, edit, days in ((NEW, ASHA, 2), (OTHER, BEN, 1)):
        known.correct_details(
            {Detail.PHONE: number},
            edit=edit,
            instead_of=[SEEN],
            asked=by(WIGG, at=MONDAY + timedelta(days=days)),
        )
    assert numbers(known) == [OTHER, NEW]
    assert known.known.conflicts() == {Detail.PHONE}


def test_a_late_word_about_an_earlier_time_replaces_nothing_that_was_true_after_it() -> None:
    known = given(Person(id=ROSA), REGISTERED).noun
    for needs, days in (("Large print", 2), ("Please ring", 1)):
        known.record_communication_needs(
            needs, language=None, asked=by(WIGG, at=MONDAY + timedelta(days=days))
        )
    said = [each.value for each in known.known.standing[Detail.NEEDS]]
    assert said == ["Please ring", "Large print"]


# Settled


def conflicting() -> tuple[Happened, ...]:
    return REGISTERED, phone(NEW, ASHA, SEEN), phone(OTHER, BEN, SEEN)


def test_a_conflict_is_settled_by_naming_what_is_right() -> None:
    asked = by(WIGG)
    settled = given(Person(id=ROSA), *conflicting()).when(
        lambda p: p.settle_conflict(Detail.PHONE, ASHA, asked=asked)
    )
    settled.then(
        ConflictSettled(
            detail=Detail.PHONE,
            value=NEW,
            stands=ASHA,
            edit=asked.edit,
            instead_of=tuple(sorted((ASHA, BEN))),
        )
    )
    assert numbers(settled.noun) == [NEW]
    assert not settled.noun.known.conflicts()


def test_a_correction_by_somebody_who_saw_both_settles_it_too() -> None:
    known = given(Person(id=ROSA), *conflicting(), phone(OLD, EditId(named("3")), ASHA, BEN)).noun
    assert numbers(known) == [OLD]


@pytest.mark.parametrize("first", [0, 1])
def test_two_who_settle_it_differently_are_in_conflict_again(first: int) -> None:
    settlers = [(ASHA, by(WIGG)), (BEN, by(WIGG))]
    known = given(Person(id=ROSA), *conflicting()).noun
    for stands, asked in (settlers[first], settlers[1 - first]):
        known.settle_conflict(Detail.PHONE, stands, instead_of=[ASHA, BEN], asked=asked)
    assert set(numbers(known)) == {NEW, OTHER}
    assert known.known.conflicts() == {Detail.PHONE}


def test_a_settlement_leaves_what_its_writer_had_not_seen() -> None:
    third = phone(OLD, EditId(named("Cem's edit")), SEEN)
    settled = given(Person(id=ROSA), *conflicting(), third).when(
        lambda p: p.settle_conflict(Detail.PHONE, ASHA, instead_of=[ASHA, BEN], asked=by(WIGG))
    )
    assert set(numbers(settled.noun)) == {NEW, OLD}


@pytest.mark.parametrize(
    "happened", [(REGISTERED,), (REGISTERED, phone(NEW, ASHA, SEEN)), conflicting()[1:2]]
)
def test_what_is_not_in_conflict_is_not_settled(happened: tuple[Happened, ...]) -> None:
    given(Person(id=ROSA), *happened).when(
        lambda p: p.settle_conflict(Detail.PHONE, ASHA, asked=by(WIGG))
    ).then_refused(NothingIsInConflict)


def test_a_conflict_is_settled_for_one_of_its_edits() -> None:
    given(Person(id=ROSA), *conflicting()).when(
        lambda p: p.settle_conflict(Detail.PHONE, SEEN, asked=by(WIGG))
    ).then_refused(NothingIsInConflict)


# Any edits, in any order of arrival


@st.composite
def written(draw: st.DrawFn) -> list[Edit]:
    """Edits of one detail, each having seen some of those before it."""
    made: list[Edit] = []
    for number in range(draw(st.integers(1, 6))):
        saw = draw(st.frozensets(st.sampled_from([e.id for e in made]))) if made else frozenset()
        made.append(
            Edit(
                id=EditId(UUID(int=draw(st.integers(0, 10**6)) * 10 + number)),
                value=draw(st.sampled_from([None, "a", "b", "c"])),
                at=MONDAY + timedelta(hours=draw(st.integers(0, 3))),
                instead_of=saw,
            )
        )
    return made


def folded(arrived: Sequence[Edit]) -> tuple[Edit, ...]:
    standing: tuple[Edit, ...] = ()
    for edit in arrived:
        standing = edits.after(standing, edit)
    return standing


@any_of(data=st.data(), made=written())
def test_any_edits_end_the_same_in_every_order_of_arrival(
    data: st.DataObject, made: list[Edit]
) -> None:
    """Nobody's edit arrives before one its writer had seen; in any other order, one end."""
    waiting, arrived = list(made), list[Edit]()
    while waiting:
        here = {edit.id for edit in arrived}
        may_come = [e for e in waiting if e.instead_of is not None and e.instead_of <= here]
        arrived.append(data.draw(st.sampled_from(may_come)))
        waiting.remove(arrived[-1])
    assert folded(arrived) == folded(made)


@any_of(made=written())
def test_an_edit_gives_way_only_to_somebody_who_had_seen_it(made: list[Edit]) -> None:
    seen = frozenset[EditId]().union(*(e.instead_of or frozenset() for e in made))
    assert {e.id for e in folded(made)} == {e.id for e in made} - seen


@any_of(st.permutations([Edit(EditId(UUID(int=n)), str(n), MONDAY, None) for n in range(4)]))
def test_facts_that_do_not_say_what_was_seen_are_in_no_conflict(arrived: list[Edit]) -> None:
    assert [edit.value for edit in folded(arrived)] == ["3"]


# The whole application


def corrected(place: Community, at: PartnerId, detail: Detail, value: str) -> None:
    place.care.correct_details(ROSA, {detail: value}, asked=by(at))


def test_what_an_organisation_is_not_told_it_cannot_put_right() -> None:
    place = Community()
    place.register()
    place.refer("gardening", to=GARDENING)
    with refused(DetailIsNotShared):
        corrected(place, CHARITY, Detail.DATE_OF_BIRTH, "1988-05-05")
    with refused(DetailIsNotShared):
        place.care.settle_conflict(ROSA, Detail.ADDRESS, ASHA, asked=by(CHARITY))
    corrected(place, CHARITY, Detail.PHONE, NEW)


def test_a_correction_travels_to_those_who_may_know_that_detail() -> None:
    place = Community()
    place.register()
    place.refer("gardening", to=GARDENING)
    place.refer("therapy")
    corrected(place, WIGG, Detail.DATE_OF_BIRTH, "1988-05-05")
    corrected(place, WIGG, Detail.PHONE, NEW)
    told = place.share()
    assert told.types(TALKING).count("DetailsCorrected") == 2
    assert told.types(CHARITY).count("DetailsCorrected") == 1
    assert "1988-05-05" not in told.text(CHARITY)


def test_only_what_may_be_known_is_told_to_be_taken_out() -> None:
    place = Community()
    place.register()
    place.refer("gardening", to=GARDENING)
    place.care.correct_details(ROSA, {Detail.PHONE: None, Detail.NHS_NUMBER: None}, asked=by(WIGG))
    assert place.share().last(CHARITY).data["taken_out"] == ["phone"]


def test_a_settled_conflict_is_told_to_those_who_may_know_the_detail() -> None:
    place = Community()
    place.register()
    place.refer("gardening", to=GARDENING)
    place.refer("therapy")
    for value in ("1988-05-05", "1988-05-06"):
        place.care.correct_details(
            ROSA, {Detail.DATE_OF_BIRTH: value}, instead_of=(), asked=by(WIGG)
        )
    stands = place.care._load(Person, ROSA).known.standing[Detail.DATE_OF_BIRTH][0].id
    place.care.settle_conflict(ROSA, Detail.DATE_OF_BIRTH, stands, asked=by(TALKING))
    told = place.share()
    assert told.types(WIGG)[-1] == "ConflictSettled"
    assert "ConflictSettled" not in told.types(CHARITY)


# What the person disputes


def scored(place: Community, *, under: ReferralId, by_: PartnerId) -> Recorded:
    place.care.complete_measure(
        MeasureId(named("week 1")), under, instrument=Instrument.PHQ_9, total=21, asked=by(by_)
    )
    return place.about(ROSA)[-1]


def dispute(place: Community, about: Recorded, *, at: PartnerId = WIGG) -> None:
    place.care.record_disagreement(
        ROSA, about.originator_id, about.originator_version, "It was a bad day.", asked=by(at)
    )


def test_a_disagreement_stands_beside_what_was_recorded() -> None:
    place = Community()
    place.register()
    therapy = place.refer("therapy")
    place.accept(therapy, TALKING)
    score = scored(place, under=therapy, by_=TALKING)
    dispute(place, score)
    *before, disputed = place.about(ROSA)
    assert before[-1] == score
    assert disputed.fact == DisagreementRecorded(about=score.id, words="It was a bad day.")
    assert disputed.causation == score.id
    assert place.share().last(TALKING).data["words"] == "It was a bad day."


def test_a_disagreement_about_drug_care_is_told_as_drug_care_is() -> None:
    place = Community()
    place.register()
    place.refer("therapy")
    shared = place.refer("shared care", to=DRUG_CARE)
    place.accept(shared, DRUGS)
    dispute(place, scored(place, under=shared, by_=DRUGS))
    told = place.share()
    assert place.about(ROSA)[-1].label is Label.SUBSTANCE
    assert told.types(DRUGS)[-1] == "DisagreementRecorded"
    assert told.types(WIGG)[-1] == "DisagreementRecorded"
    assert "DisagreementRecorded" not in told.types(TALKING)


def test_nobody_disagrees_with_what_was_recorded_of_somebody_else() -> None:
    place = Community()
    place.register()
    place.register(TOM)
    therapy = place.refer("Tom's therapy", person=TOM)
    for stream, version in ((therapy, 1), (therapy, 9), (ROSA, 1)):
        with refused(NothingSuchWasRecorded):
            place.care.record_disagreement(ROSA, stream, version, "No.", asked=by(WIGG))


# The key worker


def key_workers(place: Community) -> list[str | None]:
    return [each.value for each in place.pathway().key_workers]


def test_two_who_name_different_key_workers_are_both_heard() -> None:
    place = Community()
    place.register()
    place.refer("therapy")
    for worker in (DR_TOLLEY, DR_PATEL):
        place.care.name_key_worker(ROSA, worker, instead_of=(), asked=by(WIGG))
    assert set(key_workers(place)) == {str(DR_TOLLEY), str(DR_PATEL)}
    place.care.name_key_worker(ROSA, DR_TOLLEY, asked=by(WIGG))  # who sees both settles it
    assert key_workers(place) == [str(DR_TOLLEY)]


def test_a_late_key_worker_does_not_take_the_place_of_a_later_one() -> None:
    place = Community()
    place.register()
    place.refer("therapy")
    later = MONDAY + timedelta(days=2)
    place.care.name_key_worker(ROSA, DR_TOLLEY, asked=by(WIGG, at=later))
    place.care.name_key_worker(ROSA, DR_PATEL, asked=by(WIGG))
    assert place.pathway().key_worker == DR_TOLLEY


def test_a_handover_ends_what_the_last_holder_named() -> None:
    place = Community()
    place.register()
    place.refer("therapy")
    place.care.name_key_worker(ROSA, DR_PATEL, asked=by(WIGG))
    place.hand_over(SERVICE_OF[TRUST])
    assert place.pathway().key_worker is None
