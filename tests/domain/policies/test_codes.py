"""National codes: when each may be written, and that each can always be read."""

from __future__ import annotations

from enum import StrEnum

import pytest

from domain.policies.codes import (
    ATTENDANCES,
    LISTS,
    MECHANISMS,
    MHSDS_CLOSURES,
    MHSDS_REJECTIONS,
    MHSDS_SOURCES,
    PRIORITIES,
    TALKING_THERAPIES_ENDS,
    TALKING_THERAPIES_SOURCES,
    CodeList,
    source_code,
)
from domain.vocabulary import (
    Attendance,
    DeclineReason,
    EndReason,
    Medium,
    PartnerKind,
    Priority,
    Source,
)
from tests.domain.policies.stories import moment

VALIDITY = [
    (MHSDS_SOURCES, "A1", "2017-05-01", True),
    (MHSDS_SOURCES, "M9", "2021-09-30 23:59", False),
    (MHSDS_SOURCES, "M9", "2021-10-01 00:00", True),
    (MHSDS_SOURCES, "Q1", "2021-09-30", False),
    (MHSDS_SOURCES, "Q2", "2024-03-31 23:59", False),
    (MHSDS_SOURCES, "Q2", "2024-04-01 00:00", True),
    (MHSDS_SOURCES, "M8", "2026-01-01", False),  # the debt agency is in the other list
    (TALKING_THERAPIES_SOURCES, "M8", "2026-01-01", True),
    (TALKING_THERAPIES_SOURCES, "N1", "2026-01-01", True),
    (TALKING_THERAPIES_ENDS, "40", "2019-01-01", True),
    (TALKING_THERAPIES_ENDS, "40", "2020-09-01 00:00", False),
    (TALKING_THERAPIES_ENDS, "46", "2026-01-01", True),
    (MECHANISMS, "03", "2021-09-30 23:59", True),
    (MECHANISMS, "03", "2021-10-01 00:00", False),
    (MECHANISMS, "06", "2021-10-01", False),
    (MECHANISMS, "11", "2021-09-30", False),
    (MECHANISMS, "11", "2021-10-01", True),
    (PRIORITIES, "4", "2021-09-30", False),
    (PRIORITIES, "4", "2021-10-01", True),
    (ATTENDANCES, "7", "2026-01-01", True),
    (ATTENDANCES, "1", "2026-01-01", False),
]


@pytest.mark.parametrize(
    ("codes", "code", "at", "valid"),
    VALIDITY,
    ids=[f"{codes.name} {code} on {at}" for codes, code, at, _ in VALIDITY],
)
def test_a_code_may_be_written_within_its_window(
    codes: CodeList, code: str, at: str, valid: bool
) -> None:
    assert codes.valid(code, moment(at)) is valid


@pytest.mark.parametrize(
    ("codes", "code", "word"),
    [
        (MHSDS_SOURCES, "B1", Source.SELF),
        (MHSDS_SOURCES, "B2", Source.CARER),
        (MHSDS_SOURCES, "A1", Source.PROFESSIONAL),
        (MHSDS_SOURCES, "E3", Source.PARTNER),
        (MHSDS_SOURCES, "C2", Source.PARTNER),
        (TALKING_THERAPIES_ENDS, "46", EndReason.COMPLETED),
        (TALKING_THERAPIES_ENDS, "17", EndReason.DIED),
        (TALKING_THERAPIES_ENDS, "43", EndReason.DROPPED_OUT),  # retired, and still read
        (MHSDS_CLOSURES, "01", EndReason.REFERRED_ON),
        (MHSDS_REJECTIONS, "02", DeclineReason.ANOTHER_SERVICE_NEEDED),
        (ATTENDANCES, "3", Attendance.DID_NOT_ATTEND),
        (ATTENDANCES, "7", Attendance.TOO_LATE),
        (MECHANISMS, "03", Medium.VIDEO),  # retired, and still read
        (MECHANISMS, "06", Medium.MESSAGE),
        (PRIORITIES, "4", Priority.URGENT),
        (MECHANISMS, "98", None),
        (TALKING_THERAPIES_ENDS, "50", EndReason.NOT_ASSESSED),
        (TALKING_THERAPIES_ENDS, "10", EndReason.NOT_SUITABLE),
        (TALKING_THERAPIES_ENDS, "11", EndReason.SIGNPOSTED),
        (TALKING_THERAPIES_ENDS, "12", EndReason.ADVISED),
        (TALKING_THERAPIES_ENDS, "14", EndReason.OFFER_DECLINED),
        (TALKING_THERAPIES_ENDS, "16", EndReason.ASSESSMENT_INCOMPLETE),
        (TALKING_THERAPIES_ENDS, "40", EndReason.REFERRED_ON),  # retired, and still read
        (TALKING_THERAPIES_ENDS, "41", EndReason.REFERRED_ON),
        (MHSDS_CLOSURES, "03", EndReason.MOVED_AWAY),
        (MHSDS_CLOSURES, "09", EndReason.OFFER_DECLINED),
    ],
)
def test_what_a_code_means_to_us(codes: CodeList, code: str, word: StrEnum | None) -> None:
    known = codes.read(code)
    assert known is not None
    assert known.word == word


def test_a_code_of_no_list_is_not_made_up() -> None:
    assert all(codes.read("ZZ") is None for codes in LISTS)


@pytest.mark.parametrize(
    ("codes", "word", "at", "code"),
    [
        (MECHANISMS, Medium.VIDEO, "2020-05-01", "03"),
        (MECHANISMS, Medium.VIDEO, "2026-05-01", "11"),
        (MECHANISMS, Medium.MESSAGE, "2020-05-01", "06"),
        (MECHANISMS, Medium.MESSAGE, "2026-05-01", "09"),
        (MECHANISMS, Medium.GROUP, "2026-05-01", "01"),
        (ATTENDANCES, Attendance.LATE, "2026-05-01", "6"),
        (PRIORITIES, Priority.URGENT, "2026-05-01", "2"),
        (TALKING_THERAPIES_ENDS, EndReason.DROPPED_OUT, "2026-05-01", "47"),
        (TALKING_THERAPIES_ENDS, EndReason.DROPPED_OUT, "2019-05-01", "43"),
        (TALKING_THERAPIES_ENDS, EndReason.REFERRED_ON, "2026-05-01", "13"),
        (TALKING_THERAPIES_ENDS, EndReason.REFERRED_ON, "2019-05-01", "44"),  # not 40 nor 41
        (TALKING_THERAPIES_ENDS, EndReason.MOVED_AWAY, "2026-05-01", "47"),  # it has none for it
        (TALKING_THERAPIES_ENDS, EndReason.ASSESSMENT_INCOMPLETE, "2026-05-01", "16"),
        (TALKING_THERAPIES_ENDS, EndReason.ASSESSMENT_INCOMPLETE, "2019-05-01", None),
        (MHSDS_CLOSURES, EndReason.MOVED_AWAY, "2026-05-01", "03"),
        (MHSDS_CLOSURES, EndReason.ADVISED, "2026-05-01", "04"),
        (MHSDS_CLOSURES, EndReason.REFERRED_ON, "2026-05-01", "08"),
        (MHSDS_CLOSURES, EndReason.UNKNOWN, "2026-05-01", None),
        (MHSDS_REJECTIONS, DeclineReason.NOT_ELIGIBLE, "2026-05-01", "02"),
        (MHSDS_REJECTIONS, DeclineReason.FULL, "2026-05-01", None),
    ],
)
def test_which_code_is_written(codes: CodeList, word: StrEnum, at: str, code: str | None) -> None:
    assert codes.write(word, moment(at)) == code


@pytest.mark.parametrize("codes", LISTS, ids=[codes.name for codes in LISTS])
def test_a_retired_code_is_never_written(codes: CodeList) -> None:
    """Nor, at any turn of a version, one that is not valid yet."""
    words = {word for code in codes.codes for word in code.words}
    turns = ("2016-06-01", "2020-08-31", "2020-09-01", "2021-09-30", "2021-10-01", "2026-01-01")
    for at in map(moment, turns):
        written = {codes.write(word, at) for word in words} - {None}
        assert all(code is not None and codes.valid(code, at) for code in written)


@pytest.mark.parametrize("codes", LISTS, ids=[codes.name for codes in LISTS])
def test_a_retired_code_is_read_for_ever(codes: CodeList) -> None:
    for retired in (code for code in codes.codes if code.effective_to is not None):
        assert codes.read(retired.code) is retired
        assert retired.word is not None, f"{retired.code} stands in histories and means nothing"


@pytest.mark.parametrize("codes", LISTS, ids=[codes.name for codes in LISTS])
def test_no_code_stands_twice_in_a_list(codes: CodeList) -> None:
    assert len({code.code for code in codes.codes}) == len(codes.codes)


@pytest.mark.parametrize(
    ("word", "codes"),
    [
        *((word, ATTENDANCES) for word in Attendance),
        *((word, MECHANISMS) for word in Medium),
        *((word, PRIORITIES) for word in Priority),
        *((word, TALKING_THERAPIES_ENDS) for word in EndReason),
    ],
)
def test_every_word_of_ours_has_a_code_today(word: StrEnum, codes: CodeList) -> None:
    assert codes.write(word, moment("2026-03-02")) is not None


SENT = [
    (Source.SELF, PartnerKind.TALKING_THERAPIES, "B1", "B1"),
    (Source.CARER, PartnerKind.PRACTICE, "B2", "B2"),
    (Source.PROFESSIONAL, PartnerKind.PRACTICE, "A1", "A1"),
    (Source.PROFESSIONAL, PartnerKind.TALKING_THERAPIES, "N3", "N4"),
    (Source.PROFESSIONAL, PartnerKind.TRUST, "P1", "H2"),
    (Source.PARTNER, PartnerKind.PROBATION, "E3", "E3"),
    (Source.PARTNER, PartnerKind.SCHOOL, "C2", "C2"),
    (Source.PARTNER, PartnerKind.CHARITY, "G4", "G4"),
    (Source.PARTNER, PartnerKind.HOUSING_ADVICE, "C3", "C3"),
    (Source.PARTNER, PartnerKind.LIBRARY, "M6", "M6"),  # libraries have none of their own
]


@pytest.mark.parametrize(("source", "sender", "mhsds", "therapies"), SENT)
def test_the_code_of_who_asked(
    source: Source, sender: PartnerKind, mhsds: str, therapies: str
) -> None:
    assert source_code(MHSDS_SOURCES, source, sender) == mhsds
    assert source_code(TALKING_THERAPIES_SOURCES, source, sender) == therapies


@pytest.mark.parametrize("sender", PartnerKind)
@pytest.mark.parametrize("codes", [MHSDS_SOURCES, TALKING_THERAPIES_SOURCES])
def test_every_kind_of_sender_has_a_code_that_may_be_written(
    codes: CodeList, sender: PartnerKind
) -> None:
    code = source_code(codes, Source.PROFESSIONAL, sender)
    assert codes.valid(code, moment("2026-03-02"))
