"""Published figures the community is calibrated to, as shares and counts with their sources.

It holds numbers only; it refuses to draw from them.

NHSTT: NHS Talking Therapies, England 2024-25, NHS England official statistics (Open Government
Licence v3.0), as packaged by bennettoxford/nhstt. Counts are of referrals received or of courses
finished, as said; shares leave out what was not recorded unless it is said to be kept.
"""

from __future__ import annotations

from dataclasses import dataclass

from domain.vocabulary import Attendance, EndReason, Medium, Source

YEAR = "2024-25"
REFERRALS = 1_813_432
FINISHED = 670_419
FINISHED_OF_REFERRALS = FINISHED / REFERRALS

AGES = {  # NHSTT, referrals received
    "Under 18": 27_226,
    "18 to 25": 354_440,
    "26 to 64": 1_307_318,
    "65 to 74": 76_819,
    "75 to 89": 45_705,
    "90 and over": 1_924,
}
AGE_YEARS = {
    "Under 18": (16, 17),
    "18 to 25": (18, 25),
    "26 to 64": (26, 64),
    "65 to 74": (65, 74),
    "75 to 89": (75, 89),
    "90 and over": (90, 97),
}

GENDERS = {  # NHSTT, referrals received; "not stated" is kept
    "female": 1_188_870,
    "male": 597_796,
    "other": 6_216,
    "unknown": 20_550,
}

ETHNICITIES = {  # NHSTT, referrals received, under the ethnic category codes of England
    "A": 1_200_951,  # White British
    "B": 14_990,  # White Irish
    "C": 102_451,  # any other White background
    "D": 22_510,  # White and Black Caribbean
    "E": 7_783,  # White and Black African
    "F": 12_732,  # White and Asian
    "G": 20_346,  # any other Mixed background
    "H": 46_162,  # Indian
    "J": 41_529,  # Pakistani
    "K": 17_662,  # Bangladeshi
    "L": 31_822,  # any other Asian background
    "M": 31_566,  # Caribbean
    "N": 41_644,  # African
    "P": 9_104,  # any other Black background
    "R": 8_528,  # Chinese
    "S": 42_638,  # any other ethnic group
    "Z": 161_014,  # not stated
}
ETHNIC_GROUPS = {
    "White": "ABC",
    "Mixed": "DEFG",
    "Asian or Asian British": "HJKL",
    "Black or Black British": "MNP",
    "Other Ethnic Groups": "RS",
    "Not stated/Not known/Invalid": "Z",
}

DECILES = {  # NHSTT, referrals received; here 1 is the most deprived (the source counts reversed)
    1: 246_365,
    2: 225_809,
    3: 215_050,
    4: 199_753,
    5: 179_500,
    6: 169_580,
    7: 153_300,
    8: 145_330,
    9: 135_239,
    10: 119_299,
}

WAITS = {  # NHSTT, finished courses by days from referral to first treatment
    "<=28 days": 545_715,
    "29-56 days": 91_510,
    "57-90 days": 18_179,
    ">90 days": 15_015,
}
WITHIN_6_WEEKS = 614_104 / FINISHED
WITHIN_18_WEEKS = 661_723 / FINISHED
WAIT_DAYS = {
    "<=28 days": (3, 12, 28),  # shortest, most usual, longest
    "29-56 days": (29, 36, 56),
    "57-90 days": (57, 64, 90),
    ">90 days": (91, 96, 150),
}

SECOND_WAITS = {  # NHSTT, finished courses by days from the first to the second treatment
    "<=28 days": 268_954,
    "29-56 days": 145_392,
    "57-90 days": 97_487,
    ">90 days": 158_586,
}
SECOND_WAIT_DAYS = {  # so that 52.7% are within 42 days and 85.5% within 126, as published there
    "<=28 days": (5, 8, 28),
    "29-56 days": (29, 38, 56),
    "57-90 days": (57, 68, 90),
    ">90 days": (91, 100, 230),
}

INTENSITIES = {  # NHSTT, finished courses; 30,317 of unknown intensity are left out
    "low": 267_299,
    "low and high": 260_902,
    "high": 111_901,
}
STEPPED_UP_OF_FINISHED = 57_983 / FINISHED
STEPPED_DOWN_OF_FINISHED = 2_980 / FINISHED

SESSIONS = 7.5
"""Mean attended sessions of a finished course: 6.9 (NHS Digital, 2019-20) to about 8 since."""

SOURCES = {  # self-referral about 70% (no published split of the rest for 2024-25)
    Source.SELF: 70,
    Source.PROFESSIONAL: 22,
    Source.PARTNER: 6,
    Source.CARER: 2,
}

ATTENDANCES = {  # DNA 8.9% (Binnie and Boden, 2016); DNA and cancelled together 23% (Mayden)
    Attendance.ON_TIME: 730,
    Attendance.LATE: 40,
    Attendance.DID_NOT_ATTEND: 77,
    Attendance.TOO_LATE: 12,
    Attendance.CANCELLED_BY_PERSON: 109,
    Attendance.CANCELLED_BY_SERVICE: 32,
}
DNA_OF_APPOINTMENTS = 0.089
MISSED_OF_APPOINTMENTS = 0.23

MEDIA = {Medium.TELEPHONE: 44, Medium.VIDEO: 34, Medium.FACE_TO_FACE: 22}
"""An assumption: the 2024-25 file holds no counts by consultation medium."""

END_REASONS = {  # NHSTT, taken on and ended, January 2021 to March 2026 (codes 46-48, 96)
    EndReason.COMPLETED: 605,
    EndReason.DROPPED_OUT: 348,
    EndReason.PERSON_ENDED: 26,
    EndReason.UNKNOWN: 21,
}

AT_CASENESS = 634_248 / FINISHED
RECOVERY = 321_061 / 634_248
RELIABLE_RECOVERY = 301_815 / 634_248
RELIABLE_IMPROVEMENT = 452_284 / FINISHED
RELIABLE_DETERIORATION = 39_157 / FINISHED


@dataclass(frozen=True, slots=True)
class Therapy:
    """Courses finished, and mean and standard deviation of PHQ-9 and GAD-7, first and last."""

    finished: int
    phq_first: tuple[float, float]
    phq_last: tuple[float, float]
    gad_first: tuple[float, float]
    gad_last: tuple[float, float]


THERAPIES = {  # NHSTT, patient-reported outcomes by therapy, all problems
    "Guided Self Help (Book)": Therapy(262_403, (13.5, 5.9), (9.4, 6.5), (12.5, 5.1), (8.5, 5.7)),
    "Guided Self Help (Computer)": Therapy(
        30_986, (11.7, 5.8), (8.6, 5.9), (11.2, 5.1), (8.0, 5.4)
    ),
    "Psychoeducational peer support": Therapy(
        74_229, (12.7, 6.0), (10.0, 6.4), (11.6, 5.3), (9.0, 5.7)
    ),
    "Cognitive Behaviour Therapy (CBT)": Therapy(
        283_698, (14.2, 6.1), (9.5, 6.6), (13.3, 5.1), (8.6, 5.7)
    ),
    "Counselling for Depression": Therapy(87_967, (14.4, 5.7), (9.3, 6.1), (12.3, 5.1), (8.1, 5.4)),
    "Eye Movement Desensitisation Reprocessing": Therapy(
        12_904, (15.0, 6.0), (10.4, 6.8), (13.6, 5.2), (9.3, 5.9)
    ),
    "Interpersonal Psycho therapy (IPT)": Therapy(
        9_019, (15.5, 5.5), (9.6, 6.4), (12.6, 5.0), (8.2, 5.6)
    ),
    "Collaborative care": Therapy(10_961, (14.2, 5.8), (10.3, 6.7), (13.0, 5.0), (9.3, 5.8)),
}
LOW_INTENSITY = (
    "Guided Self Help (Book)",
    "Guided Self Help (Computer)",
    "Psychoeducational peer support",
)
HIGH_INTENSITY = (
    "Cognitive Behaviour Therapy (CBT)",
    "Counselling for Depression",
    "Eye Movement Desensitisation Reprocessing",
    "Interpersonal Psycho therapy (IPT)",
)

FATES = {  # of 1000 referrals; finished: NHSTT; accessed 74%: NHS Digital, April 2025; else assumed
    "finished": 370,
    "seen once": 355,
    "never came": 75,
    "not reached": 60,
    "declined": 40,
    "redirected": 40,
    "withdrawn": 60,
}

MDT_CASES = 17.8
"""Cases in one weekly meeting: 3,213 in 181 meetings (Nic a Bháird, UCL, 2015)."""
