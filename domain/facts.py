"""Every fact that can be stored, gathered from every noun.

It refuses to know what any of them says.
"""

from __future__ import annotations

from domain import (
    action,
    carer,
    concern,
    contact,
    discussion,
    emergency,
    erasure,
    feedback,
    group,
    implementation,
    legal_hold,
    measure,
    meeting,
    opening,
    partner,
    pathway,
    person,
    plan,
    referral,
    registered_carer,
    safeguarding,
    service,
    shared_care,
    social_work,
    subject_access,
    training,
    unmet,
)
from domain.mapping import Topics

FACTS = Topics(
    fact
    for noun in (
        person,
        partner,
        service,
        referral,
        pathway,
        meeting,
        implementation,
        action,
        discussion,
        contact,
        group,
        measure,
        social_work,
        unmet,
        concern,
        safeguarding,
        plan,
        carer,
        registered_carer,
        shared_care,
        feedback,
        training,
        emergency,
        opening,
        subject_access,
        erasure,
        legal_hold,
    )
    for fact in noun.FACTS
)
"""Every fact that can be stored, from every noun."""
