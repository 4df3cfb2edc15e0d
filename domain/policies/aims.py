"""What Sandwell and the James Wigg Practice set out to change, and by which measures it shows.

Sources: NHS Confederation, *A primary care approach to mental health and wellbeing* (Sandwell);
Camden CCG, *Integrated mental health care* (James Wigg Practice). Neither says how it is to be
counted: which measures stand for an aim is this software's own choice, and each measure has its
source. It refuses to know any figure.
"""

from __future__ import annotations

from dataclasses import dataclass

from domain.policies.measures import declined, unmet_at, unmet_because
from domain.vocabulary import DeclineReason, PartnerKind, Step, WhyUnmet

SANDWELL = "NHS Confederation, A primary care approach to mental health and wellbeing (Sandwell)"
JAMES_WIGG = "Camden CCG, Integrated mental health care (James Wigg Practice)"


@dataclass(frozen=True, slots=True)
class Aim:
    """What was to change, the measures it shows by, the first one first, and what is not known.

    ``of`` are the services whose figures are meant, where it is not all of them.
    """

    key: str
    title: str
    meant: str
    source: str
    measures: tuple[str, ...]
    not_here: str = ""
    of: PartnerKind | None = None


AIMS: tuple[Aim, ...] = (
    Aim(
        "rapid-access",
        "Rapid access",
        "Help is near and begins soon; a word across the room is a referral.",
        JAMES_WIGG,
        (
            "first contact within 28 days",
            "contact, assessment, first score and treatment within 28 days",
            "first treatment within 6 weeks",
            "first treatment within 18 weeks",
            "referred by word of mouth",
            "accepted",
        ),
    ),
    Aim(
        "smooth-transitions",
        "Smooth transitions",
        "Who moves between services is handed over, and nobody is left between two of them.",
        SANDWELL,
        (
            "hand-overs accepted within 7 days",
            "between services for over 7 days",
            "hand-overs accepted",
            "hand-overs declined",
            "hand-overs lapsed",
            "steps up",
            "steps down",
        ),
    ),
    Aim(
        "working-as-one",
        "Working as one",
        "What the services decide together is done.",
        JAMES_WIGG,
        (
            "decisions implemented",
            "decisions not implemented",
            "decisions superseded",
            "decisions not ended yet",
        ),
    ),
    Aim(
        "admissions-and-relapse",
        "Admissions and relapse prevented",
        "Fewer people are admitted to hospital, and who got better stays better.",
        JAMES_WIGG,
        (
            "admission avoided",
            "admission not avoided",
            "admission avoided or not",
            "referred again within half a year",
            "reliable deterioration",
        ),
        "Admissions are recorded by hospitals, in the Mental Health Services Data Set. Here it is "
        "known where social work was done to avoid one, and what came of it.",
    ),
    Aim(
        "gp-consultations",
        "GP consultations",
        "People who are helped need to see their GP less often.",
        JAMES_WIGG,
        ("appointments attended", "appointments not attended", "appointments cancelled"),
        "Consultations are recorded in the practice's own system. Here are the appointments of who "
        "was referred to a service of a practice, and no others.",
        PartnerKind.PRACTICE,
    ),
    Aim(
        "secondary-care",
        "Use of secondary care",
        "Hospital care is for who needs it, and who can be helped nearer home is.",
        SANDWELL,
        ("steps up to hospital care", "steps up", "steps down"),
        "Bed days are recorded by hospitals. Here are the moves to and from step 4.",
    ),
    Aim(
        "recovery",
        "Getting better",
        "People recover.",
        SANDWELL,
        ("recovery", "reliable improvement", "reliable recovery"),
    ),
    Aim(
        "satisfaction",
        "Satisfaction",
        "People say that they were helped well.",
        JAMES_WIGG,
        ("experience good", "experience poor", "experience neither good nor poor"),
    ),
    Aim(
        "staff",
        "Staff trained, and their morale",
        "Clinicians and receptionists learn from each other, and like to work here.",
        JAMES_WIGG,
        ("trained within 30 days",),
        "Nobody is asked here how they like their work: the NHS Staff Survey asks. Which training "
        "is due is on the page Training of each organisation.",
    ),
    Aim(
        "unmet-need",
        "Unmet need",
        "What people need and cannot be had is known, by step and by reason.",
        SANDWELL,
        (
            *(unmet_at(step) for step in Step),
            *(unmet_because(why) for why in WhyUnmet),
            declined(DeclineReason.FULL),
        ),
        "By service it is on the page Unmet need.",
    ),
)
