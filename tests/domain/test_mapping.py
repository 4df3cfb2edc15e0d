"""Facts as bytes: what is stored can be read, what was moved or altered cannot be."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import hypothesis.strategies as st
import orjson
import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given as drawn
from hypothesis import settings
from pydantic import ValidationError

from domain import person, referral
from domain.case import Dissent, MdtDecisionRecorded
from domain.facts import FACTS
from domain.kernel import REMOVED, Fact, Recorded
from domain.mapping import (
    CARE,
    FORMAT,
    FactMapper,
    PersonWasErased,
    StoredFact,
    TextCannotBeStored,
    UnreadableFact,
    Volume,
    seal,
    unseal,
    volume_of,
)
from domain.partner import PartnerJoined
from domain.rectification import RectificationAsked
from domain.request import State
from domain.vocabulary import (
    Decision,
    DecisionId,
    PartnerKind,
    PersonId,
    Purpose,
    RectificationId,
    Retention,
)
from tests.domain.test_stored import SAMPLES, load
from tests.memory import MemoryKeys
from tests.people import MONDAY, ROSA, SAM, TALKING, TOM, WIGG, named
from tests.scenario import Community, by, refused


class Mapped:
    """A mapper with keys of its own."""

    def __init__(self) -> None:
        self.keys = MemoryKeys()
        self.mapper = FactMapper(FACTS, self.keys)

    def store(self, fact: Fact, *, of: PersonId = ROSA, version: int = 1) -> StoredFact:
        return self.mapper.to_stored_event(
            Recorded(
                fact=fact,
                originator_id=named("a stream"),
                originator_version=version,
                effective_at=MONDAY,
                organisation=WIGG,
                purpose=Purpose.DIRECT_CARE,
                intention=named("an intention"),
                correlation=named("a correlation"),
                causation=f"{named('a cause')}/3",
                person=of,
            )
        )

    def read(self, stored: StoredFact) -> Fact:
        return self.mapper.read(stored).fact


@pytest.fixture
def mapped() -> Mapped:
    return Mapped()


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_every_fact_is_read_as_it_was_stored(mapped: Mapped, path: Any) -> None:
    fact = load(path)
    stored = mapped.store(fact)
    read = mapped.mapper.read(stored)
    assert read.fact == fact
    again = mapped.mapper.to_stored_event(read)
    assert replace(again, state=b"") == replace(stored, state=b"")


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_no_personal_word_lies_open(mapped: Mapped, path: Any) -> None:
    fact = load(path)
    state = mapped.store(fact).state
    for name in fact.PERSONAL_FIELDS:
        value = getattr(fact, name)
        for word in [value] if isinstance(value, str) else [d.reason for d in value or ()]:
            assert word.encode() not in state


def test_two_persons_bytes_do_not_swap(mapped: Mapped) -> None:
    rosas = mapped.store(referral.InformationGiven(answer="No risk"), of=ROSA)
    toms = mapped.store(referral.InformationGiven(answer="High risk"), of=TOM)
    with pytest.raises(UnreadableFact):
        mapped.read(replace(toms, state=rosas.state))


@pytest.mark.parametrize(
    "moved",
    [
        {"originator_id": named("another stream")},
        {"originator_version": 2},
        {"topic": "referral:InformationAsked"},
    ],
)
def test_bytes_moved_to_another_row_do_not_open(mapped: Mapped, moved: dict[str, Any]) -> None:
    stored = mapped.store(referral.InformationGiven(answer="No risk"))
    with pytest.raises(UnreadableFact):
        mapped.read(replace(stored, **moved))


def test_an_altered_byte_is_noticed(mapped: Mapped) -> None:
    stored = mapped.store(referral.InformationGiven(answer="No risk"))
    altered = stored.state[:-1] + bytes([stored.state[-1] ^ 1])
    with pytest.raises(UnreadableFact):
        mapped.read(replace(stored, state=altered))


def test_the_same_words_are_never_the_same_bytes(mapped: Mapped) -> None:
    fact = referral.InformationGiven(answer="No risk")
    assert mapped.store(fact).state != mapped.store(fact).state


# Erasure


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_an_erased_persons_facts_still_load_without_a_word(mapped: Mapped, path: Any) -> None:
    fact = load(path)
    stored = mapped.store(fact)
    mapped.keys.destroy(ROSA)
    read = mapped.read(stored)
    assert type(read) is type(fact)
    for name in type(fact).model_fields:
        if name in fact.PERSONAL_TEXTS:
            assert getattr(read, name) == REMOVED
        elif name in fact.PERSONAL_FIELDS:
            assert not getattr(read, name)
        else:
            assert getattr(read, name) == getattr(fact, name)


def test_an_erased_persons_history_still_folds() -> None:
    place = Community()
    place.register()
    asked_for = place.refer("Rosa to therapy", take_over=True, ask="Please see her")
    place.accept(asked_for, TALKING)
    before = place.pathway()
    place.keys.destroy(ROSA)
    assert place.pathway() == before
    assert place.referral(asked_for).receiver == TALKING
    assert "Please see her" not in place.share().text(WIGG)
    assert REMOVED in place.share().text(WIGG)


def test_nothing_more_is_written_of_an_erased_person() -> None:
    place = Community()
    place.register()
    asked_for = place.refer("Rosa to therapy")
    place.keys.destroy(ROSA)
    facts = len(place.log.facts)
    with refused(PersonWasErased):
        place.care.ask_information(asked_for, "Is she at work?", asked=by(TALKING))
    place.accept(asked_for, TALKING)
    assert len(place.log.facts) == facts + 1


# Text that a row cannot hold, and text that looks like something else


@pytest.mark.parametrize("text", ["at\x00work", "at \ud800 work"])
def test_a_nul_or_half_a_character_is_refused(text: str) -> None:
    place = Community()
    place.register()
    asked_for = place.refer("Rosa to therapy")
    with refused(TextCannotBeStored):
        place.care.ask_information(asked_for, text, asked=by(TALKING))
    assert place.referral(asked_for).state is State.WAITING


POISON = {"_type_": "datetime_iso", "_data_": "2026-03-02"}


def test_what_poisoned_the_librarys_own_bytes_is_plain_text_here(mapped: Mapped) -> None:
    joined = PartnerJoined(name="Wigg", kind=PartnerKind.PRACTICE, identifiers=POISON)
    assert mapped.read(mapped.store(joined)) == joined
    said = referral.InformationGiven(answer=orjson.dumps(POISON).decode())
    assert mapped.read(mapped.store(said)) == said


TEXT = st.text(max_size=60) | st.sampled_from(["\x00", "\\u0000", "\ud800", '{"_type_": "x"}', ""])


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@drawn(TEXT, TEXT, TEXT, st.dictionaries(st.text(max_size=9), TEXT, max_size=3), st.booleans())
def test_whatever_is_accepted_can_be_read(
    one: str, two: str, three: str, codes: dict[str, str], erased: bool
) -> None:
    mapped = Mapped()
    facts: list[Fact] = []
    for make in (
        lambda: person.PersonRegistered(name=one, phone=two, language=three),
        lambda: PartnerJoined(name=one, kind=PartnerKind.LIBRARY, identifiers=codes),
        lambda: MdtDecisionRecorded(
            decision=DecisionId(named("a decision")),
            outcome=Decision.STAY,
            rationale=one,
            persons_view=two,
            dissent=(Dissent(practitioner=SAM, reason=three),),
            quorum_rule=three,
        ),
    ):
        try:
            facts.append(make())
        except ValidationError:
            continue
    for fact in facts:
        try:
            stored = mapped.store(fact)
        except TextCannotBeStored:
            continue
        assert mapped.read(stored) == fact
        if erased:
            mapped.keys.destroy(ROSA)
            assert type(mapped.read(stored)) is type(fact)
            mapped = Mapped()


# Rows that are no fact of ours


@pytest.mark.parametrize("topic", ["this", "http.server:HTTPServer", "referral:Unheard", ""])
def test_a_topic_nobody_registered_is_unreadable_and_imports_nothing(
    mapped: Mapped, topic: str
) -> None:
    stored = mapped.store(referral.ReferralAccepted(receiver=TALKING))
    with pytest.raises(UnreadableFact):
        mapped.read(replace(stored, topic=topic))


@pytest.mark.parametrize(
    "state",
    [
        b"",
        b"\x01",
        b"\x02{}",
        b"\x01\x00\x00\x00\x02[]",
        b"\x01\x00\x00\x00\x02{}",
        b"\x01\xff\xff",
    ],
)
def test_bytes_that_are_no_fact_are_unreadable(mapped: Mapped, state: bytes) -> None:
    stored = mapped.store(referral.ReferralAccepted(receiver=TALKING))
    with pytest.raises(UnreadableFact):
        mapped.read(replace(stored, state=state))
    asked = mapped.store(referral.InformationAsked(question="?"))
    with pytest.raises(UnreadableFact):
        mapped.read(replace(asked, state=state))


@pytest.mark.parametrize("column", [{"label": "secret"}, {"purpose": "curiosity"}])
def test_an_envelope_of_unknown_words_is_unreadable(mapped: Mapped, column: Any) -> None:
    stored = mapped.store(referral.ReferralAccepted(receiver=TALKING))
    with pytest.raises(UnreadableFact):
        mapped.read(replace(stored, **column))


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@drawn(st.binary(max_size=60))
def test_any_bytes_are_a_fact_or_unreadable(state: bytes) -> None:
    mapped = Mapped()
    stored = mapped.store(referral.InformationAsked(question="?"))
    for tried in (state, b"\x01" + state, b"\x01\x00\x00\x00\x02{}" + state):
        with pytest.raises(UnreadableFact):
            mapped.read(replace(stored, state=tried))


def test_what_is_unreadable_says_where_and_not_what(mapped: Mapped) -> None:
    stored = mapped.store(referral.InformationAsked(question="canary"))
    with pytest.raises(UnreadableFact) as unreadable:
        mapped.read(replace(stored, state=stored.state[:-1]))
    assert str(stored.originator_id) in str(unreadable.value)
    assert "canary" not in str(unreadable.value)


# Sealing itself


def test_sealed_bytes_open_with_their_key_and_place_only() -> None:
    keys = MemoryKeys()
    sealed = seal({"open": 1, "word": "x"}, frozenset({"word"}), keys.of(ROSA), b"here")
    assert unseal(sealed, frozenset({"word"}), keys.of(ROSA), b"here") == {"open": 1, "word": "x"}
    assert unseal(sealed, frozenset({"word"}), None, b"here") == {"open": 1, "word": REMOVED}
    with pytest.raises(InvalidTag):
        unseal(sealed, frozenset({"word"}), keys.of(TOM), b"here")
    with pytest.raises(InvalidTag):
        unseal(sealed, frozenset({"word"}), keys.of(ROSA), b"there")


# Volumes


ASKED = RectificationAsked(
    rectification=RectificationId(named("a request")),
    about="x/1",
    owner=WIGG,
    words="That was my sister",
    due_on=date(2026, 4, 1),
)


def test_what_is_kept_for_less_long_rests_under_a_key_of_its_own(mapped: Mapped) -> None:
    letter, note = mapped.store(ASKED), mapped.store(referral.InformationAsked(question="At work?"))
    assert volume_of(letter.state) == Volume(Retention.CORRESPONDENCE)
    assert volume_of(note.state) == CARE

    mapped.keys.close(ROSA, Retention.CORRESPONDENCE)

    assert mapped.read(letter) == ASKED.model_copy(update={"words": REMOVED})
    assert mapped.read(note) == referral.InformationAsked(question="At work?")
    later = mapped.store(ASKED)
    assert volume_of(later.state) == Volume(Retention.CORRESPONDENCE, 1)
    assert mapped.read(later) == ASKED


def test_what_was_stored_before_there_were_volumes_is_read_by_the_key_of_then(
    mapped: Mapped,
) -> None:
    stored = mapped.store(ASKED)
    before = seal(
        ASKED.model_dump(mode="json"),
        ASKED.PERSONAL_FIELDS,
        mapped.keys.of(ROSA),
        named("a stream").bytes + (1).to_bytes(8, "big") + stored.topic.encode(),
    )
    assert before[:1] == FORMAT
    assert mapped.read(replace(stored, state=before)) == ASKED


@pytest.mark.parametrize(
    "head", [b"", b"\x00", b"\x03\x01\x00", b"\x02", b"\x02\x01", b"\x02\x00\x00", b"\x02\x09\x00"]
)
def test_bytes_of_no_known_volume_are_refused(mapped: Mapped, head: bytes) -> None:
    with pytest.raises(ValueError, match="unknown format"):
        volume_of(head)
    with pytest.raises(UnreadableFact):
        mapped.read(replace(mapped.store(ASKED), state=head))


def test_bytes_that_claim_another_volume_do_not_open(mapped: Mapped) -> None:
    stored = mapped.store(ASKED)
    with pytest.raises(UnreadableFact):
        mapped.read(replace(stored, state=b"\x02\x02" + stored.state[2:]))
