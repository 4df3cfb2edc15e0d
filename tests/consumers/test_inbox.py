"""What becomes of a message: done, refused, early, late, twice, malformed; and nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import orjson
import pytest

from consumers.inbox import Inbox
from domain.mapping import PersonWasErased
from domain.policies.days import local_date
from projections.behalf import acting_for
from projections.contract import Contract, Deprecated, contract
from projections.inbox import Became, Via
from tests.consumers.answering import Answering, answering, message
from tests.consumers.place import HOUSING, PRACTICE, THERAPIES, Place


@pytest.fixture
def post(town: Place) -> Iterator[Answering]:
    with answering(town) as made:
        yield made


def test_an_answer_is_asked_as_people_ask_it(post: Answering) -> None:
    referral = post.referred()
    taken = post.take(message("AcceptReferral", referral=referral))
    assert (taken.outcome, taken.number) == (Became.DONE, 1)
    assert taken.position == post.facts()
    assert taken.answer["id"] == str(referral)
    assert "closure" in taken.answer["actions"]


def test_each_answer_to_a_referral_that_waits_is_taken(post: Answering) -> None:
    answers = [
        message("DeclineReferral", referral=post.referred(), reason="full", note="In May."),
        message("AskInformation", referral=post.referred(), question="Who is the landlord?"),
    ]
    assert [post.take(each).outcome for each in answers] == [Became.DONE] * 2


def test_help_that_was_taken_on_is_seen_missed_and_closed(post: Answering) -> None:
    referral, contact = post.booked()
    _, missed = post.booked()
    other = post.referred()
    answers = [
        message("RecordAttendance", appointment=contact, attendance="attended on time"),
        message("RecordNonAttendance", appointment=missed, attendance="did not attend"),
        message("CloseReferral", referral=referral, reason="completed by agreement"),
        message("AcceptReferral", referral=other),
        message("NoteFirstContact", referral=other),
    ]
    assert [post.take(each).outcome for each in answers] == [Became.DONE] * 5
    read = post.take(message("AcknowledgeOutcome", referral=referral), PRACTICE)
    assert read.outcome is Became.DONE, read


def test_what_was_withdrawn_is_acknowledged_up_to_what_was_told(post: Answering) -> None:
    assert post.take(message("AcknowledgeWithdrawals", up_to=1)).outcome is Became.DONE
    beyond = post.take(message("AcknowledgeWithdrawals", up_to=10**9))
    assert (beyond.outcome, beyond.problem) == (Became.REFUSED, "nothing-was-withdrawn-then")


def test_the_same_message_is_answered_again_and_done_once(post: Answering) -> None:
    said = message("AcceptReferral", "m-1", referral=post.referred())
    first = post.take(said)
    facts = post.facts()
    spaced = orjson.dumps(said, option=orjson.OPT_INDENT_2)
    again = post.take(spaced, via=Via.KAFKA)  # another way, another spacing: the same message
    assert (again.again, again.number, again.position) == (True, first.number, first.position)
    assert (post.facts(), post.told()) == (facts, [(1, "m-1", "done", None)])


def test_another_message_under_the_same_id_is_refused_and_kept(post: Answering) -> None:
    referral = post.referred()
    post.take(message("AcceptReferral", "m-1", referral=referral))
    other = message("DeclineReferral", "m-1", referral=referral, reason="full")
    refused = post.take(other)
    assert (refused.outcome, refused.problem) == (Became.REFUSED, "message-id-is-taken")
    assert post.take(other).number == refused.number
    with acting_for(post.town.partners[HOUSING]):
        kept = post.letters.original(refused.message)
    assert kept is not None
    assert orjson.loads(kept[0]) == other


def test_two_partners_may_use_the_same_id(post: Answering) -> None:
    post.take(message("AcknowledgeWithdrawals", "m-1", up_to=1))
    taken = post.take(message("AcknowledgeWithdrawals", "m-1", up_to=2), PRACTICE)
    assert (taken.outcome, taken.number, taken.again) == (Became.DONE, 1, False)


def test_a_rule_refuses_in_the_words_that_people_are_refused_in(post: Answering) -> None:
    referral = post.referred()
    refused = post.take(
        message("DeclineReferral", referral=referral, reason="another service needed")
    )
    assert (refused.outcome, refused.problem) == (Became.REFUSED, "destination-is-needed")
    assert refused.answer["title"] == "Destination is needed"
    assert "acceptance" in refused.answer["actions"]


def test_what_comes_too_late_is_refused_with_the_reason(post: Answering) -> None:
    referral = post.referred()
    post.take(message("AcceptReferral", referral=referral))
    post.take(message("CloseReferral", referral=referral, reason="completed by agreement"))
    late = post.take(message("DeclineReferral", referral=referral, reason="full"))
    assert (late.outcome, late.problem) == (Became.REFUSED, "referral-is-not-waiting")


def test_what_was_seen_before_the_end_may_still_be_said_after_it(post: Answering) -> None:
    referral, contact = post.booked()
    post.take(message("CloseReferral", referral=referral, reason="completed by agreement"))
    seen = message("RecordAttendance", appointment=contact, attendance="attended on time")
    assert post.take(seen).outcome is Became.DONE


def test_a_referral_answered_before_it_was_delivered_is_waited_for(post: Answering) -> None:
    referral, _ = post.town.refer(HOUSING)
    said = message("AcceptReferral", "m-1", referral=referral)
    early = post.take(said)
    assert (early.outcome, early.problem) == (Became.WAITING, "referral-is-unknown")
    post.town.tell()
    post.late = timedelta(seconds=5)
    assert post.inbox.again() == 1
    assert post.told() == [(1, "m-1", "waiting", "referral-is-unknown"), (2, "m-1", "done", None)]
    assert post.take(said).number == 2


def test_what_comes_in_the_wrong_order_is_done_in_the_right_one(post: Answering) -> None:
    referral = post.referred()
    end = message("CloseReferral", "end", referral=referral, reason="completed by agreement")
    assert post.take(end).outcome is Became.WAITING
    post.town.tell()
    assert post.take(message("AcceptReferral", "yes", referral=referral)).outcome is Became.DONE
    post.late = timedelta(seconds=5)
    post.inbox.again()
    assert [(name, became) for _, name, became, _ in post.told()] == [
        ("end", "waiting"),
        ("yes", "done"),
        ("end", "done"),
    ]


def test_what_waited_an_hour_in_vain_is_dead_and_says_why(post: Answering) -> None:
    said = message("AcceptReferral", "m-1", referral=uuid4())
    assert post.take(said).outcome is Became.WAITING
    post.late = timedelta(minutes=59)
    assert post.inbox.again() == 0
    post.late = timedelta(minutes=61)
    assert post.inbox.again() == 1
    assert post.told() == [
        (1, "m-1", "waiting", "referral-is-unknown"),
        (2, "m-1", "dead", "referral-is-unknown"),
    ]


def test_what_is_not_the_partners_is_unknown_and_never_forbidden(post: Answering) -> None:
    theirs, _ = post.town.refer(THERAPIES)
    post.town.tell()
    _, contact = post.booked()
    said = [
        message("AcceptReferral", referral=theirs),
        message("AcceptReferral", referral=uuid4()),
        message("RecordAttendance", appointment=uuid4(), attendance="attended on time"),
    ]
    hers = message("RecordAttendance", appointment=contact, attendance="attended on time")
    found = [(t.outcome, t.problem) for t in map(post.take, said)]
    taken = post.take(hers, THERAPIES)
    assert [*found, (taken.outcome, taken.problem)] == [
        (Became.WAITING, "referral-is-unknown"),
        (Became.WAITING, "referral-is-unknown"),
        (Became.WAITING, "appointment-is-unknown"),
        (Became.WAITING, "appointment-is-unknown"),
    ]


def test_an_answer_that_names_another_person_is_refused(post: Answering) -> None:
    referral, ann = post.town.refer(HOUSING)
    _, other = post.town.refer(HOUSING, name="Bob Dee")
    post.town.tell()
    housing = post.town.partners[HOUSING]
    known = {who: str(post.town.pseudonyms.of(housing, who)) for who in (ann, other)}
    wrong = post.take(message("AcceptReferral", referral=referral, subject=known[other]))
    assert (wrong.outcome, wrong.problem) == (Became.REFUSED, "answer-is-about-another")
    right = post.take(message("AcceptReferral", referral=referral, subject=known[ann]))
    assert right.outcome is Became.DONE


UNREADABLE = [
    (b"", "request-is-not-well-formed"),
    (b"\x00\xff not json", "request-is-not-well-formed"),
    (b"[]", "request-is-not-well-formed"),
    (b'{"id": "m-1"}', "request-is-not-valid"),
    (b'{"a":' * 300 + b"1" + b"}" * 300, "request-is-not-valid"),
    (
        b'{"specversion":"1.0","id":"m-2","type":"t","source":"s","data":'
        + b'{"a":' * 300
        + b"1"
        + b"}" * 301,
        "request-is-not-well-formed",
    ),
    (orjson.dumps(message("AcceptReferral", "m-3", referral="nobody")), "request-is-not-valid"),
    (orjson.dumps(message("AcceptReferral", "m 4")), "request-is-not-valid"),
    (orjson.dumps(message("Acceptance", "m-5")), "message-is-of-no-known-type"),
    (
        orjson.dumps(message("AskInformation", "m-6", referral=uuid4(), **{"\x00": "x"})),
        "request-is-not-valid",
    ),
    (
        orjson.dumps(message("AskInformation", referral=uuid4(), question="\x00")),
        "request-is-not-valid",
    ),
    (
        orjson.dumps(message("AcceptReferral", referral=uuid4(), at="2999-01-01T00:00:00Z")),
        "request-is-not-valid",
    ),
    (
        orjson.dumps(message("AcknowledgeWithdrawals")).replace(
            b"{}", b'{"up_to": 1%s}' % (b"0" * 40)
        ),
        "request-is-not-valid",
    ),
]


def test_what_cannot_be_read_is_dead_and_kept_as_it_came(post: Answering) -> None:
    for raw, problem in UNREADABLE:
        dead = post.take(raw)
        assert (dead.outcome, dead.problem) == (Became.DEAD, problem), raw[:80]
        assert post.take(raw).number == dead.number
        with acting_for(post.town.partners[HOUSING]):
            kept = post.letters.original(dead.message)
        assert kept is not None
        assert kept[0] == raw
    assert len(post.told()) == len(UNREADABLE)


def test_a_flaw_is_named_by_its_place_and_never_by_what_was_sent(post: Answering) -> None:
    said = message("DeclineReferral", "m-1", referral=post.referred(), reason="Ann Bee is rude")
    dead = post.take(said)
    (error,) = dead.answer["errors"]
    assert error["pointer"] == "/data/reason"
    assert "Ann Bee" not in str(dead.answer)


def test_what_is_kept_is_sealed_and_gone_with_the_persons_key(post: Answering) -> None:
    referral, ann = post.town.refer(HOUSING)
    post.town.tell()
    said = message("AskInformation", referral=referral, question="canary question")
    taken = post.take(said)
    with post.town.database.connect("postgres") as connection:
        rows = connection.execute("select original, m::text from inbox.messages m").fetchall()
    assert all(b"canary" not in original and "canary" not in text for original, text in rows)
    with acting_for(post.town.partners[HOUSING]):
        assert post.letters.original(taken.message) is not None
        post.town.keys.destroy(ann)
        assert post.letters.original(taken.message) is None


def test_nobody_reads_anothers_messages(post: Answering) -> None:
    taken = post.take(message("AcceptReferral", referral=post.referred()))
    with acting_for(post.town.partners[THERAPIES]):
        assert post.letters.find(taken.message) is None
        assert post.letters.original(taken.message) is None
    assert post.told(THERAPIES) == []
    assert post.inbox.redrive(post.town.partners[THERAPIES], taken.message) is None


def test_what_was_refused_is_tried_again_by_command_and_both_outcomes_stay(
    post: Answering,
) -> None:
    referral = post.referred()
    said = message("AcknowledgeOutcome", "m-1", referral=referral)
    refused = post.take(said, PRACTICE)
    assert (refused.outcome, refused.problem) == (Became.REFUSED, "referral-has-not-ended")
    post.take(message("DeclineReferral", referral=referral, reason="full"))
    post.town.tell()
    done = post.inbox.redrive(post.town.partners[PRACTICE], refused.message)
    assert done is not None
    assert done.outcome is Became.DONE
    facts = post.facts()
    again = post.inbox.redrive(post.town.partners[PRACTICE], refused.message)
    assert again is not None
    assert (again.number, post.facts()) == (done.number, facts)
    assert post.told(PRACTICE) == [
        (1, "m-1", "refused", "referral-has-not-ended"),
        (2, "m-1", "done", None),
    ]


def test_a_message_kept_by_a_process_that_ended_is_seen_to_by_another(
    post: Answering, monkeypatch: pytest.MonkeyPatch
) -> None:
    referral = post.referred()
    with monkeypatch.context() as broken:
        broken.setattr(post.letters, "settle", _ends)
        with pytest.raises(KeyboardInterrupt):
            post.take(message("AcceptReferral", "m-1", referral=referral))
    facts = post.facts()
    assert post.told() == []
    post.late = timedelta(seconds=30)
    assert post.inbox.again() == 1
    assert (post.facts(), post.told()) == (facts, [(1, "m-1", "done", None)])


def _ends(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_a_batch_is_answered_one_by_one_with_the_bytes_of_each(post: Answering) -> None:
    referral = post.referred()
    one = orjson.dumps(message("AcceptReferral", "m-1", referral=referral))
    two = b'{ "id":   "m-2" }'
    told = post.inbox.take_all(
        post.town.partners[HOUSING], b"[" + one + b" ,\n" + two + b"]", {}, Via.HTTP
    )
    assert [(t.name, t.outcome) for t in told] == [("m-1", Became.DONE), ("m-2", Became.DEAD)]
    with acting_for(post.town.partners[HOUSING]):
        kept = post.letters.original(told[1].message)
    assert kept is not None
    assert kept[0] == two


def test_whose_agreement_is_over_answers_no_more(post: Answering) -> None:
    referral = post.referred()
    post.town.care.end_agreement(post.town.partners[HOUSING], asked=post.town.asked())
    post.town.tell()
    refused = post.take(message("AcceptReferral", referral=referral))
    assert refused.outcome is Became.REFUSED
    assert refused.problem == "no-agreement-is-in-force"


def test_of_somebody_erased_nothing_is_kept(post: Answering) -> None:
    referral, ann = post.town.refer(HOUSING)
    post.town.tell()
    post.town.keys.destroy(ann)
    taken = post.take(message("AskInformation", referral=referral, question="Where does she live?"))
    assert taken.outcome is Became.REFUSED
    assert taken.answer["detail"] == PersonWasErased().text
    with acting_for(post.town.partners[HOUSING]):
        assert post.letters.original(taken.message) is None


def test_a_version_is_taken_until_its_last_day_and_not_after(post: Answering) -> None:
    accept = contract()["answer.AcceptReferral.v1"]
    today = local_date(post.clock())
    ends = Deprecated(date(2026, 1, 1), today, "answer.AcceptReferral.v2")
    ending = Contract([replace(accept, deprecated=ends)])
    post.inbox = Inbox(
        post.town.care,
        post.letters,
        post.directory,
        post.town.pseudonyms,
        post.clock,
        lambda: ending,
    )
    in_time = post.take(message("AcceptReferral", referral=post.referred()))
    assert in_time.outcome is Became.DONE
    referral = post.referred()
    facts = post.facts()
    post.late = timedelta(days=1)
    late = post.take(message("AcceptReferral", referral=referral))
    assert (late.outcome, late.problem) == (Became.DEAD, "version-has-ended")
    assert "answer.AcceptReferral.v2 takes its place" in str(late.answer)
    assert post.facts() == facts
