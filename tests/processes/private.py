"""What the canary may ask of whoever holds something of it, each word marked, and a neighbour.

Told without consent, put right, disagreed with, sealed and opened. Who may know which of it is
written by hand, from docs/privacy.md.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import uuid4, uuid5

from domain.application import CareCoordination
from domain.kernel import Asked
from domain.person import Details
from domain.vocabulary import (
    AccessId,
    DeclineReason,
    DisclosureGround,
    Justified,
    MeetingId,
    Mode,
    OpeningReason,
    PartnerId,
    PartnerKind,
    PersonId,
    RectificationId,
    Rectified,
    ReferralId,
    Role,
    SealId,
    Source,
)
from tests.people import DRUGS, KINDS, LIBRARY, MONDAY, READING, SOCIAL, TALKING, TRUST, WIGG, named
from tests.processes.canary import CANARY, mark, officer, worker

# Who may know which of it

DISCLOSED = {mark(f"disclosed {what}") for what in ("to whom", "content", "order", "why not told")}
"""Stands with the social work team, which told it, and with nobody else."""
DISCLOSED_BY_DRUGS = {mark(f"drugs disclosed {what}") for what in ("to whom", "content", "why not")}
PUT_RIGHT = {
    mark(words)
    for words in ("asks of the score", "score is kept", "asks of the booking", "booking put right")
}
"""Of talking therapies' score and appointment: to who was told of them and reads clinical words."""
PUT_RIGHT_OF_DRUGS = {
    mark(words) for words in ("asks of drug care", "drug care is kept", "drug disagreement")
}
SEALED_IN_WORDS = {mark("sealed ask"), mark("sealed note")}
SEALED = SEALED_IN_WORDS | {mark("sealed reason")}
"""Why it was asked is clinical: of those who keep it, no one is told."""
BESIDE_WHAT_IS_SEALED = {mark("sealed disagreement")}
OPENING = {mark("opening words")}
SAID_OF_IT = {mark("opening review")}
"""What a privacy officer says of whoever opened it is told to nobody."""

EMERGENCY = {mark("emergency words")}
EMERGENCY_REVIEW = {mark("emergency review")}
"""Recorded over HTTP, by the test of that way alone."""

PRIVATELY: dict[PartnerKind, set[str]] = {
    PartnerKind.PRACTICE: PUT_RIGHT | PUT_RIGHT_OF_DRUGS | BESIDE_WHAT_IS_SEALED,
    PartnerKind.TRUST: PUT_RIGHT | PUT_RIGHT_OF_DRUGS | BESIDE_WHAT_IS_SEALED | SEALED | OPENING,
    PartnerKind.TALKING_THERAPIES: PUT_RIGHT,
    PartnerKind.SOCIAL_WORK: DISCLOSED | SEALED_IN_WORDS,
    PartnerKind.DRUG_SERVICE: DISCLOSED_BY_DRUGS | PUT_RIGHT_OF_DRUGS,
    PartnerKind.LIBRARY: SEALED_IN_WORDS,
}
"""The trust opened what is sealed, and is told of it until its time is over."""

BEFORE_THE_SEAL: dict[PartnerKind, set[str]] = {
    PartnerKind.PRACTICE: SEALED,
    PartnerKind.TALKING_THERAPIES: SEALED | BESIDE_WHAT_IS_SEALED,
}
"""Was sent to its system before it was sealed; its feed gives it again, by number, and then the
notice that withdraws it (docs/privacy.md). Nobody who looks reads it anywhere."""
FEEDS = ("/v1/share {'limit': 1000}", "/v1/share/live")

PRIVATE = DISCLOSED | DISCLOSED_BY_DRUGS | PUT_RIGHT | PUT_RIGHT_OF_DRUGS | SEALED
PRIVATE |= BESIDE_WHAT_IS_SEALED | OPENING | SAID_OF_IT | EMERGENCY | EMERGENCY_REVIEW

NEIGHBOUR = PersonId(named("the canary's neighbour"))
OF_THE_NEIGHBOUR = mark("neighbour").removesuffix("x")
"""What every word about the neighbour begins with."""


# What happens


def kept_private(care: CareCoordination, by: Callable[[PartnerId], Asked]) -> None:
    """It asks for things to be put right and sealed; others told of it, and opened what is sealed.

    Its neighbour is known to the same practice and talked over in the same meeting.
    """
    told_without_consent(care, by)
    put_right(care, by)
    sealed_and_opened(care, by)
    care.register_person(
        NEIGHBOUR,
        Details(
            name=mark("neighbour name"),
            phone=mark("neighbour phone"),
            address=mark("neighbour address"),
            practice=WIGG,
        ),
        asked=by(WIGG),
    )
    meeting, question = MeetingId(named("canary's MDT")), mark("neighbour question")
    care.list_case(meeting, NEIGHBOUR, question=question, present=(WIGG,), asked=by(WIGG))


def told_without_consent(care: CareCoordination, by: Callable[[PartnerId], Asked]) -> None:
    """A court bade the social work team, and a crime let the drug service."""
    care.record_disclosure(
        CANARY,
        mark("disclosed to whom"),
        ground=DisclosureGround.COURT_ORDER,
        content=mark("disclosed content"),
        order=mark("disclosed order"),
        on=MONDAY.date(),
        person_told=False,
        why_not=mark("disclosed why not told"),
        asked=by(SOCIAL),
    )
    care.record_disclosure(
        CANARY,
        mark("drugs disclosed to whom"),
        ground=DisclosureGround.CRIME,
        content=mark("drugs disclosed content"),
        order=None,
        on=MONDAY.date(),
        person_told=False,
        why_not=mark("drugs disclosed why not"),
        asked=by(DRUGS),
    )


def put_right(care: CareCoordination, by: Callable[[PartnerId], Asked]) -> None:
    """It asks that two things of talking therapies and one of drug care be put right."""
    talking, drugs = KINDS[TALKING].value, KINDS[DRUGS].value
    scored, met = named(f"canary scored by {talking}"), named(f"canary meets {talking}")
    of_drugs = named(f"canary scored by {drugs}")
    for about, owner, outcome, asks, answer in (
        (scored, TALKING, Rectified.KEPT, "asks of the score", "score is kept"),
        (met, TALKING, Rectified.PUT_RIGHT, "asks of the booking", "booking put right"),
        (of_drugs, DRUGS, Rectified.KEPT, "asks of drug care", "drug care is kept"),
    ):
        asked = by(WIGG)
        care.ask_rectification(CANARY, about, 1, mark(asks), asked=asked)
        which = RectificationId(uuid5(asked.key, f"rectify {about}/1"))
        care.decide_rectification(CANARY, which, outcome, mark(answer), asked=by(owner))
    care.record_disagreement(CANARY, of_drugs, 1, mark("drug disagreement"), asked=by(WIGG))


def sealed_and_opened(care: CareCoordination, by: Callable[[PartnerId], Asked]) -> None:
    """A referral that the library declined is sealed; the trust opens it now, for an hour."""
    referral = ReferralId(named("canary's sealed referral"))
    care.make_referral(
        referral,
        CANARY,
        READING,
        source=Source.PROFESSIONAL,
        mode=Mode.VERBAL,
        ask=mark("sealed ask"),
        reason=mark("sealed reason"),
        said_by=None,
        asked=by(SOCIAL),
    )
    care.decline_referral(referral, DeclineReason.FULL, note=mark("sealed note"), asked=by(LIBRARY))
    care.record_disagreement(CANARY, referral, 1, mark("sealed disagreement"), asked=by(WIGG))
    sealing = by(SOCIAL)
    care.seal_item(CANARY, referral, 1, asked=sealing)
    looks_after_privacy(care, TRUST, by)
    care.grant_opening(TRUST, worker(TRUST), MONDAY.date(), asked=by(TRUST))
    opening, now = AccessId(named("canary's seal is opened")), datetime.now(UTC)
    care.open_sealed_item(
        CANARY,
        SealId(uuid5(sealing.key, f"seal of {SOCIAL}")),
        opening,
        reason=OpeningReason.LEGAL,
        words=mark("opening words"),
        asked=Asked(TRUST, now, uuid4(), worker(TRUST)),
    )
    reviewing = Asked(TRUST, now, uuid4(), officer(TRUST))
    words = mark("opening review")
    care.review_opening(opening, Justified.JUSTIFIED, words, asked=reviewing)


def looks_after_privacy(
    care: CareCoordination, partner: PartnerId, by: Callable[[PartnerId], Asked]
) -> None:
    """Somebody looks after privacy there."""
    care.add_practitioner(
        partner,
        officer(partner),
        name="Privacy Officer",
        role=Role.PRIVACY_OFFICER,
        title="privacy officer",
        asked=by(partner),
    )
    care.name_privacy_officer(partner, officer(partner), MONDAY.date(), asked=by(partner))


def of_the_neighbour(text: str) -> bool:
    """Whether anything of the neighbour stands in what came out."""
    return OF_THE_NEIGHBOUR in "".join(text.split()).casefold()
