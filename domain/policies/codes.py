"""National codes as dated lists, and the words of ours they stand for.

A retired code is read for ever and never written again. Windows are those of NHS England's
mental-health statistics (MHSDS month 1390 is January 2016, 1459 October 2021, 1489 April 2024).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from domain.policies.days import local_date
from domain.vocabulary import (
    Attendance,
    DeclineReason,
    EndReason,
    Medium,
    Moment,
    PartnerKind,
    Priority,
    Source,
)


@dataclass(frozen=True, slots=True)
class Code:
    """One code. ``words`` are ours that it is written for; read, it stands for the first.

    ``label`` is its sense in short, not the official text; ``confirmed`` is false where that sense
    was not seen in a publication of the list's owner.
    """

    code: str
    label: str
    effective_from: date
    effective_to: date | None = None  # the first day it may no longer be written
    words: tuple[StrEnum, ...] = ()
    confirmed: bool = True

    @property
    def word(self) -> StrEnum | None:
        return self.words[0] if self.words else None

    def valid(self, at: Moment) -> bool:
        """Whether it may be written at that moment."""
        on = local_date(at)
        return self.effective_from <= on and (self.effective_to is None or on < self.effective_to)


@dataclass(frozen=True, slots=True)
class CodeList:
    name: str
    source: str
    codes: tuple[Code, ...]

    def read(self, code: str) -> Code | None:
        """What a code means, also when it is retired; ``None`` for no code of this list."""
        return next((known for known in self.codes if known.code == code), None)

    def valid(self, code: str, at: Moment) -> bool:
        """Whether a code may be written at that moment."""
        known = self.read(code)
        return known is not None and known.valid(at)

    def write(self, word: StrEnum, at: Moment) -> str | None:
        """The code for a word of ours at that moment; ``None`` where the list has none."""
        fitting = (known for known in self.codes if word in known.words and known.valid(at))
        return next((known.code for known in fitting), None)


V1 = date(2016, 1, 1)  # MHSDS
V5 = date(2021, 10, 1)
V6 = date(2024, 4, 1)
TT_V1_5 = date(2014, 7, 1)  # NHS Talking Therapies data set
TT_V2 = date(2020, 9, 1)

MHMS = "NHS England, mental-health monthly statistics, 00_version_change_tables.py"
TT_SQL = "NHS England, Talking Therapies dashboards (source of referral), data set v2.0 on"
DICTIONARY = "NHS Data Dictionary, June 2026"

PRO, PARTNER = (Source.PROFESSIONAL,), (Source.PARTNER,)

SHARED_SOURCES: tuple[tuple[str, str, tuple[StrEnum, ...]], ...] = (
    ("A1", "GP practice", PRO),
    ("A2", "health visitor", PRO),
    ("A3", "other primary care", PRO),
    ("A4", "maternity", PRO),
    ("B1", "self", (Source.SELF,)),
    ("B2", "carer or relative", (Source.CARER,)),
    ("C1", "social services", PARTNER),
    ("C2", "education", PARTNER),
    ("C3", "housing", PARTNER),
    ("D1", "employer", PARTNER),
    ("D2", "occupational health", PRO),
    ("E1", "police", PARTNER),
    ("E2", "courts", PARTNER),
    ("E3", "probation", PARTNER),
    ("E4", "prison", PARTNER),
    ("E5", "court liaison and diversion", PARTNER),
    ("E6", "youth offending team", PARTNER),
    ("F1", "school nurse", PRO),
    ("F2", "hospital paediatrics", PRO),
    ("F3", "community paediatrics", PRO),
    ("G1", "low secure, independent sector", PRO),
    ("G2", "medium secure, independent sector", PRO),
    ("G3", "other independent mental health", PRO),
    ("G4", "voluntary sector", PARTNER),
    ("H1", "accident and emergency", PRO),
    ("H2", "other secondary care", PRO),
    ("I1", "temporary transfer from another mental-health trust", PRO),
    ("I2", "permanent transfer from another mental-health trust", PRO),
    ("M1", "asylum services", PARTNER),
    ("M2", "telephone or electronic access", PRO),
    ("M3", "out of area", PRO),
    ("M4", "drug action team", PRO),
    ("M5", "Jobcentre Plus", PARTNER),
    ("M6", "other service or agency", PARTNER),
    ("M7", "single point of access", PRO),
    ("P1", "internal", PRO),
)


def _sources(since: date) -> tuple[Code, ...]:
    return tuple(Code(code, label, since, words=words) for code, label, words in SHARED_SOURCES)


MHSDS_SOURCES = CodeList(
    "MHSDS source of referral",
    MHMS,
    (
        *_sources(V1),
        Code("M9", "ambulance service", V5, words=PRO, confirmed=False),
        Code("N3", "talking therapies", V1, words=PRO),
        Code("Q1", "mental-health drop-in", V5, words=PRO),
        Code("Q2", "added by version 6", V6, words=PRO, confirmed=False),
    ),
)

TALKING_THERAPIES_SOURCES = CodeList(
    "Talking Therapies source of referral",
    TT_SQL,
    (
        *_sources(TT_V2),
        Code("M8", "debt agency", TT_V2, words=PARTNER),
        Code("N1", "stepped up from low intensity", TT_V2, words=PRO),
        Code("N2", "stepped down from high intensity", TT_V2, words=PRO),
        Code("N4", "another talking-therapies service", TT_V2, words=PRO),
        Code("Q1", "mental-health drop-in", TT_V2, words=PRO, confirmed=False),
    ),
)

SENDERS: dict[PartnerKind, str] = {
    PartnerKind.PRACTICE: "A1",
    PartnerKind.TRUST: "P1",
    PartnerKind.SOCIAL_WORK: "C1",
    PartnerKind.DRUG_SERVICE: "M4",
    PartnerKind.PHARMACY: "A3",
    PartnerKind.CHARITY: "G4",
    PartnerKind.PATIENT_GROUP: "G4",
    PartnerKind.PROBATION: "E3",
    PartnerKind.SCHOOL: "C2",
    PartnerKind.LIBRARY: "M6",  # libraries have no code of their own
    PartnerKind.HOUSING_ADVICE: "C3",
    PartnerKind.COMMISSIONER: "M6",
}
"""The code for each kind of sender, in either list."""


def source_code(codes: CodeList, source: Source, sender: PartnerKind) -> str:
    """The code of who asked for help, by the list of the data set it is written to."""
    if source is Source.SELF:
        return "B1"
    if source is Source.CARER:
        return "B2"
    if sender is PartnerKind.TALKING_THERAPIES:
        return "N3" if codes is MHSDS_SOURCES else "N4"
    if sender is PartnerKind.TRUST and codes is TALKING_THERAPIES_SOURCES:
        return "H2"  # a trust is secondary care to talking therapies, and itself to itself
    return SENDERS[sender]


def _end(code: str, label: str, *words: EndReason, confirmed: bool = True) -> Code:
    return Code(code, label, TT_V2, words=words, confirmed=confirmed)


def _retired_end(code: str, label: str, confirmed: bool, *words: EndReason) -> Code:
    return Code(code, label, TT_V1_5, TT_V2, words, confirmed)


TALKING_THERAPIES_ENDS = CodeList(
    "Talking Therapies end code",
    "NHS Talking Therapies monthly activity measures (end codes); dashboards' SQL for retired ones",
    (
        _end("46", "completed by mutual agreement", EndReason.COMPLETED),
        _end(
            "47",
            "ended earlier than the professional planned",
            EndReason.DROPPED_OUT,
            EndReason.MOVED_AWAY,  # the list has no code for moving away
        ),
        _end("48", "ended earlier than the person asked", EndReason.PERSON_ENDED),
        _end("49", "died, taken on", EndReason.DIED),
        _end("96", "not known, taken on", EndReason.UNKNOWN, EndReason.PROVIDER_LEFT),
        _end("10", "not suitable, back to the referrer", EndReason.NOT_SUITABLE),
        _end("11", "not suitable, signposted by agreement", EndReason.SIGNPOSTED),
        _end("12", "discharged after advice", EndReason.ADVISED),
        _end("13", "referred to another therapy service", EndReason.REFERRED_ON),
        _end("14", "suitable but declined", EndReason.OFFER_DECLINED),
        _end("16", "assessment not completed", EndReason.ASSESSMENT_INCOMPLETE),
        _end("17", "died, not taken on", EndReason.DIED),
        _end("95", "not known, not taken on", EndReason.UNKNOWN),
        _end("50", "not assessed", EndReason.NOT_ASSESSED),
        _retired_end("42", "of version 1.5: treatment completed", False, EndReason.COMPLETED),
        _retired_end("43", "of version 1.5: dropped out", False, EndReason.DROPPED_OUT),
        _retired_end("44", "of version 1.5: referred on", False, EndReason.REFERRED_ON),
        _retired_end("40", "stepped up", True, EndReason.REFERRED_ON),
        _retired_end("41", "stepped down", True, EndReason.REFERRED_ON),
    ),
)


def _closure(code: str, label: str, *words: EndReason) -> Code:
    return Code(code, label, V1, words=words, confirmed=False)


MHSDS_CLOSURES = CodeList(
    "MHSDS referral closure reason",
    "NHS England, CMH dashboard, by the groups it puts them in; labels not seen in the dictionary",
    (
        _closure("02", "treatment completed", EndReason.COMPLETED),
        _closure("08", "referred to another service", EndReason.REFERRED_ON, EndReason.SIGNPOSTED),
        _closure("01", "admitted elsewhere", EndReason.REFERRED_ON),
        _closure("03", "moved out of the area", EndReason.MOVED_AWAY),
        _closure(
            "04",
            "no further treatment appropriate",
            EndReason.COMPLETED,
            EndReason.ADVISED,
            EndReason.NOT_SUITABLE,
        ),
        _closure(
            "05",
            "did not attend",
            EndReason.DROPPED_OUT,
            EndReason.ASSESSMENT_INCOMPLETE,
            EndReason.NOT_ASSESSED,
        ),
        _closure("06", "died", EndReason.DIED),
        _closure("07", "the person asked for discharge", EndReason.PERSON_ENDED),
        _closure("09", "refused to be seen", EndReason.OFFER_DECLINED),
    ),
)

MHSDS_REJECTIONS = CodeList(
    "MHSDS referral rejection reason",
    DICTIONARY,
    (
        Code("01", "duplicate", V1, words=(DeclineReason.DUPLICATE,)),
        Code(
            "02",
            "not for this service",
            V1,
            words=(DeclineReason.ANOTHER_SERVICE_NEEDED, DeclineReason.NOT_ELIGIBLE),
        ),
        Code("03", "incomplete", V1, words=(DeclineReason.INCOMPLETE,)),
    ),
)

ATTENDANCES = CodeList(
    "attended or did not attend",
    DICTIONARY,
    (
        Code("5", "attended on time", V1, words=(Attendance.ON_TIME,)),
        Code("6", "late but seen", V1, words=(Attendance.LATE,)),
        Code("7", "late, could not be seen", V1, words=(Attendance.TOO_LATE,)),
        Code("2", "cancelled by or for the person", V1, words=(Attendance.CANCELLED_BY_PERSON,)),
        Code("3", "did not attend, no warning", V1, words=(Attendance.DID_NOT_ATTEND,)),
        Code("4", "cancelled by the provider", V1, words=(Attendance.CANCELLED_BY_SERVICE,)),
    ),
)

MECHANISMS = CodeList(
    "consultation mechanism",
    MHMS,
    (
        Code("01", "face to face", V1, words=(Medium.FACE_TO_FACE, Medium.GROUP)),
        Code("02", "telephone", V1, words=(Medium.TELEPHONE,)),
        Code("03", "telemedicine web camera", V1, V5, words=(Medium.VIDEO,)),
        Code("04", "talk type", V1, words=(Medium.TALK_TYPE,)),
        Code("05", "email", V1, words=(Medium.EMAIL,)),
        Code("06", "text message", V1, V5, words=(Medium.MESSAGE,)),
        Code("09", "text message (asynchronous)", V5, words=(Medium.MESSAGE,)),
        Code("10", "instant message (synchronous)", V5, words=(Medium.MESSAGE,)),
        Code("11", "video", V5, words=(Medium.VIDEO,)),
        Code("12", "message board (asynchronous)", V5, words=(Medium.MESSAGE,)),
        Code("13", "chat room (synchronous)", V5, words=(Medium.MESSAGE,)),
        Code("98", "other", V1),
    ),
)

PRIORITIES = CodeList(
    "clinical response priority",
    DICTIONARY,
    (
        Code("1", "emergency", V1, words=(Priority.EMERGENCY,)),
        Code("2", "urgent or serious", V1, words=(Priority.URGENT,)),
        Code("3", "routine", V1, words=(Priority.ROUTINE,)),
        Code("4", "very urgent", V5, words=(Priority.URGENT,)),
    ),
)

LISTS: tuple[CodeList, ...] = (
    MHSDS_SOURCES,
    TALKING_THERAPIES_SOURCES,
    TALKING_THERAPIES_ENDS,
    MHSDS_CLOSURES,
    MHSDS_REJECTIONS,
    ATTENDANCES,
    MECHANISMS,
    PRIORITIES,
)
