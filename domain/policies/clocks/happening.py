"""What a clock looks at: dated happenings about one person at one provider; no names, no notes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from domain.vocabulary import Medium, Moment


class Kind(StrEnum):
    REFERRAL_RECEIVED = "referral received"
    REFERRAL_ENDED = "referral ended"  # discharged, rejected or withdrawn, whichever came first
    REFERRAL_REOPENED = "referral reopened"  # it never ended after all
    CONTACT = "attended contact"
    MISSED = "missed or cancelled contact"  # stops and resets nothing
    TREATMENT = "attended treatment contact"  # also 'assessment and treatment'
    ASSESSMENT = "meaningful assessment"  # SNOMED refset 1853441000000109
    BASELINE = "baseline outcome"
    PLAN = "agreed care plan"
    INTERVENTION = "intervention"  # refsets 1853461...105, 1853481...101, 1853451...107
    SIGNPOSTING = "signposting"  # 975131000000104 counts for nothing
    CONSULTATION = "consultation"  # 11429006 counts for nothing
    TREATMENT_BEGAN = "course of treatment began"
    RESPONDED = "response to treatment"
    REVIEWED = "review of treatment"
    COLLABORATIVE_CARE_BEGAN = "collaborative care began"
    FOLLOWED_UP = "care manager's follow-up"
    PSYCHIATRIST_CONSULTED = "psychiatrist's review"
    PAUSE_BEGAN = "pause began"
    PAUSE_ENDED = "pause ended"
    NULLIFIED = "referral nullified"  # made in error or twice: its clock never counted
    TAKEN_BACK = "record taken back"  # the happening ``of`` was recorded in error


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happened at ``at`` and was recorded at ``recorded_at``, perhaps much later.

    ``referral`` names the referral it belongs to; ``team`` is the kind of team referred to (MHSDS
    team type), given with a referral received; ``of`` is the id of what a record takes back.
    """

    kind: Kind
    at: Moment
    recorded_at: Moment
    referral: str = ""
    id: str = ""
    of: str = ""
    medium: Medium | None = None
    team: str | None = None


COUNTABLE = frozenset(
    {Medium.FACE_TO_FACE, Medium.TELEPHONE, Medium.TALK_TYPE, Medium.VIDEO, Medium.GROUP}
)
"""Media in which a contact counts for a wait: consultation mechanisms 01, 02, 04 and 11.

Source: NHS England, mental-health monthly statistics, ``4w_waits_prep.py``. Email and messages
counted neither before October 2021 (all but 05 and 06) nor since. A group meets face to face.
"""

CONTACTS = frozenset({Kind.CONTACT, Kind.TREATMENT})


def counts(happening: Happening) -> bool:
    """Whether the medium lets a contact count; what is no contact always counts."""
    return happening.kind not in CONTACTS or happening.medium in COUNTABLE
