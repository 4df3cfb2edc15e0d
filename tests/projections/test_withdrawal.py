"""What a person wished holds when the whole log is told again from its first fact."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID, uuid4

from domain.kernel import Asked, Category
from domain.person import Person
from domain.vocabulary import (
    AccessId,
    EmergencyReason,
    OpeningReason,
    PartnerId,
    Purpose,
    Role,
    SealId,
)
from tests.people import (
    CHARITY,
    COMMUNITY_ORDER,
    GARDENING,
    KINDS,
    OFFICERS,
    PRACTITIONERS,
    PROBATION,
    ROSA,
    SOCIAL,
    SUPPORT,
    TALKING,
    TRUST,
    WARD,
    WIGG,
)
from tests.projections.place import VIEWS, Place, Views
from tests.projections.test_agreements import NOW, sign, without


def a_story_of_wishes(place: Place) -> None:
    """All that a person may wish happens once, and most of it is taken back."""
    care = place.care

    def by(partner: PartnerId) -> Asked:
        return Asked(partner, NOW, uuid4(), PRACTITIONERS.get(partner))

    def seal() -> SealId:
        return list(care._load(Person, UUID(str(ROSA))).seals)[-1]

    for partner in (TRUST, SOCIAL):
        care.add_practitioner(
            partner,
            OFFICERS[partner],
            name="somebody",
            role=Role.PRIVACY_OFFICER,
            title="privacy officer",
            asked=by(WIGG),
        )
        care.name_privacy_officer(partner, OFFICERS[partner], NOW.date(), asked=by(partner))
    care.grant_opening(TRUST, PRACTITIONERS[TRUST], NOW.date(), asked=by(TRUST))
    place.register()
    therapy = place.refer("canary of therapy", reason="canary of a reason")
    care.accept_referral(therapy, asked=by(TALKING))
    ward = place.refer("canary of the ward", to=WARD)
    care.ask_information(ward, "What is it about?", asked=by(TRUST))
    care.give_information(ward, "canary of an answer", asked=by(WIGG))
    care.accept_referral(ward, asked=by(TRUST))
    garden = place.refer("canary of gardening", to=GARDENING)
    care.accept_referral(garden, asked=by(CHARITY))
    care.consent_to(ROSA, PROBATION, asked=by(WIGG))
    place.refer("canary of an order", to=COMMUNITY_ORDER)
    care.withdraw_consent(ROSA, PROBATION, asked=by(WIGG))
    care.object_to_use(ROSA, Purpose.COMMUNITY_SUPPORT, asked=by(WIGG))
    care.lift_use_objection(ROSA, Purpose.COMMUNITY_SUPPORT, asked=by(WIGG))
    care.object_to(ROSA, CHARITY, asked=by(WIGG))
    care.seal_item(ROSA, ward, 3, asked=by(WIGG))
    care.unseal_item(ROSA, seal(), asked=by(WIGG))
    care.seal_item(ROSA, therapy, 1, asked=by(WIGG))
    opened = AccessId(uuid4())
    care.open_sealed_item(
        ROSA,
        seal(),
        opened,
        reason=OpeningReason.LEGAL,
        words="The coroner asks for it.",
        asked=by(TRUST),
    )
    care.record_communication_needs(ROSA, "Large print.", language=None, asked=by(WIGG))
    care.close_sealed_item(opened, asked=by(TRUST))
    rushed = AccessId(uuid4())
    care.take_emergency_access(
        ROSA, rushed, reason=EmergencyReason.LIFE, words="Found unwell.", asked=by(SOCIAL)
    )
    care.record_communication_needs(ROSA, "By text.", language=None, asked=by(WIGG))
    care.end_emergency_access(rushed, asked=by(SOCIAL))
    sign(place, TRUST, categories=without(TRUST, Category.ASK, Category.PLAN))
    sign(place, TRUST, ends=NOW.date() + timedelta(days=30))
    sign(place, TALKING, categories=without(TALKING, Category.CLINICAL))
    place.refer("canary of support", to=SUPPORT)


def known(views: Views, place: Place, partner: PartnerId) -> str:
    """Every row of what one partner knows of Rosa, in every view."""
    subject = str(place.subject(partner, ROSA))
    return repr(
        [
            (key, row)
            for view in VIEWS
            for key, row in views[view].items()
            if key[0] == partner and subject in repr((key, row))
        ]
    )


def canaries(text: str) -> Iterator[str]:
    of = ("therapy", "a reason", "the ward", "an answer", "gardening", "an order", "support")
    return (each for each in of if f"canary of {each}" in text)


ASKED = {"therapy", "the ward", "an answer", "gardening", "an order", "support"}
MAY_KNOW = {
    WIGG: ASKED | {"a reason"},
    TALKING: ASKED,
    TRUST: ASKED - {"therapy"},
    SOCIAL: ASKED - {"therapy"},
    CHARITY: set(),
    PROBATION: set(),
}
"""When all is said. Therapy is sealed from all but her practice, which asked, and the therapist."""


def test_what_a_person_wished_holds_when_the_whole_log_is_told_again(place: Place) -> None:
    a_story_of_wishes(place)
    place.fold(batch=2_000)
    entries, views = place.entries(), place.views()
    assert place.rows("select count(*) from share.parked") == [(0,)]
    for partner, words in MAY_KNOW.items():
        assert set(canaries(known(views, place, partner))) == words, KINDS[partner]
    for batch in (1, 7):
        place.forget_what_was_told()
        place.fold(batch=batch)
        assert place.entries() == entries
        assert place.views() == views
