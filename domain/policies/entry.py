"""Who holds a person when help is first asked for, by who asks."""

from __future__ import annotations

from domain.vocabulary import PartnerId, PartnerKind, Source

HOLDING = frozenset(
    {
        PartnerKind.PRACTICE,
        PartnerKind.TALKING_THERAPIES,
        PartnerKind.TRUST,
        PartnerKind.SOCIAL_WORK,
        PartnerKind.DRUG_SERVICE,
    }
)
"""Kinds that give health or social care and so can be responsible for a person."""


ADVISING = HOLDING - {PartnerKind.SOCIAL_WORK}
"""Kinds whose default agreement lets them read a clinical question, and the answer to it."""


def holder(
    source: Source,
    sender: PartnerId,
    kind: PartnerKind | None,
    practice: PartnerId | None,
    host: PartnerId,
) -> PartnerId:
    """A professional's organisation that gives care; else the person's practice, or the host.

    A library or a school may ask for help but is not left holding the person, and a person who
    refers herself is held by her practice until the service accepts.
    """
    if source is Source.PROFESSIONAL and kind in HOLDING:
        return sender
    return practice or host
