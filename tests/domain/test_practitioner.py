"""Who acts for an organisation: added, in a role, invited once, known by one identity, gone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.intentions.practitioners import OnlyItselfOrTheHostMay
from domain.kernel import Fact
from domain.partner import LiaisonNamed, Partner, PartnerHasLeft, PartnerJoined
from domain.practitioner import (
    Identity,
    Invitation,
    InvitationIsNotValid,
    NotAPractitionerThere,
    NotARoleOfSomebody,
    PractitionerAdded,
    PractitionerIdentified,
    PractitionerInvited,
    PractitionerLeft,
    RoleGiven,
    SomebodyElseSignsInAsThis,
)
from domain.vocabulary import PartnerId, PartnerKind, PractitionerId, Role
from tests.people import DR_PATEL, MONDAY, NADIA, TALKING, WIGG, named
from tests.scenario import Community, Given, Happened, by, given, refused

OMAR = PractitionerId(named("Omar Sayed, therapist"))
NADIA_THERE = Identity("https://id.example", "900000000108")
IN_A_WEEK = MONDAY + timedelta(days=7)
INVITED = Invitation("a" * 64, IN_A_WEEK)


def added(who: PractitionerId = NADIA) -> PractitionerAdded:
    return PractitionerAdded(
        practitioner=who, name="Nadia Hussein", role=Role.CLINICIAN, title="Therapist"
    )


def identified(who: PractitionerId = NADIA) -> PractitionerIdentified:
    return PractitionerIdentified(
        practitioner=who, issuer=NADIA_THERE.issuer, subject=NADIA_THERE.subject
    )


INVITES = PractitionerInvited(
    practitioner=NADIA, fingerprint=INVITED.fingerprint, until=INVITED.until
)


def talking(*facts: Fact) -> Given[Partner]:
    joined = PartnerJoined(name="Talking", kind=PartnerKind.TALKING_THERAPIES)
    return given(
        Partner(id=TALKING), *(Happened(fact, person=None) for fact in (joined, added(), *facts))
    )


def test_somebody_acts_in_another_role_and_is_told_of_it_once() -> None:
    talking().when(lambda p: p.give_role(NADIA, Role.CHAIR, asked=by(TALKING))).then(
        RoleGiven(practitioner=NADIA, role=Role.CHAIR)
    )
    talking().when(lambda p: p.give_role(NADIA, Role.CLINICIAN, asked=by(TALKING))).then_nothing()


def test_nobody_is_a_system() -> None:
    talking().when(lambda p: p.give_role(NADIA, Role.SYSTEM, asked=by(TALKING))).then_refused(
        NotARoleOfSomebody
    )
    talking().when(
        lambda p: p.add_practitioner(
            OMAR, name="Omar", role=Role.SYSTEM, title="Robot", asked=by(TALKING)
        )
    ).then_refused(NotARoleOfSomebody)


def test_who_left_acts_for_nobody_and_may_come_back() -> None:
    left = PractitionerLeft(practitioner=NADIA)
    talking().when(lambda p: p.let_go(NADIA, asked=by(TALKING))).then(left)
    talking(left).when(lambda p: p.let_go(NADIA, asked=by(TALKING))).then_nothing()
    talking(left).when(lambda p: p.give_role(NADIA, Role.CHAIR, asked=by(TALKING))).then_refused(
        NotAPractitionerThere
    )
    talking(left).when(
        lambda p: p.add_practitioner(
            NADIA, name="Nadia Hussein", role=Role.CLINICIAN, title="Therapist", asked=by(TALKING)
        )
    ).then(added())
    talking().when(lambda p: p.let_go(OMAR, asked=by(TALKING))).then_refused(NotAPractitionerThere)


def test_who_left_is_no_liaison_and_nobody_to_the_provider() -> None:
    partner = talking(
        LiaisonNamed(practitioner=NADIA, since=MONDAY.date()),
        identified(),
        PractitionerLeft(practitioner=NADIA),
    ).noun
    assert partner.liaison is None
    assert partner.identities == {}
    assert NADIA not in partner.clinicians


def test_an_invitation_is_good_once() -> None:
    talking().when(lambda p: p.invite(NADIA, INVITED, asked=by(TALKING))).then(INVITES)
    talking(INVITES).when(
        lambda p: p.accept_invitation(INVITED.fingerprint, NADIA_THERE, asked=by(TALKING))
    ).then(identified())
    talking(INVITES, identified()).when(
        lambda p: p.accept_invitation(
            INVITED.fingerprint, Identity("https://id.example", "2"), asked=by(TALKING)
        )
    ).then_refused(InvitationIsNotValid)


def test_an_invitation_is_over_when_its_time_is_and_a_later_one_ends_it() -> None:
    def accept(partner: Partner, days: int) -> object:
        asked = by(TALKING, at=MONDAY + timedelta(days=days))
        return partner.accept_invitation(INVITED.fingerprint, NADIA_THERE, asked=asked)

    talking(INVITES).when(lambda p: accept(p, 7)).then_refused(InvitationIsNotValid)
    talking(INVITES).when(lambda p: accept(p, 6)).then(identified())
    later = PractitionerInvited(practitioner=NADIA, fingerprint="b" * 64, until=IN_A_WEEK)
    talking(INVITES, later).when(lambda p: accept(p, 6)).then_refused(InvitationIsNotValid)


def test_an_invitation_of_who_left_is_worthless() -> None:
    talking(INVITES, PractitionerLeft(practitioner=NADIA)).when(
        lambda p: p.accept_invitation(INVITED.fingerprint, NADIA_THERE, asked=by(TALKING))
    ).then_refused(InvitationIsNotValid)


def test_two_do_not_sign_in_as_one() -> None:
    talking(added(OMAR), identified()).when(
        lambda p: p.identify(OMAR, NADIA_THERE, asked=by(TALKING))
    ).then_refused(SomebodyElseSignsInAsThis)
    talking(identified()).when(
        lambda p: p.identify(NADIA, NADIA_THERE, asked=by(TALKING))
    ).then_nothing()


@pytest.mark.parametrize("who", [TALKING, WIGG], ids=["itself", "the host"])
def test_an_organisation_or_the_host_says_who_acts_for_it(who: PartnerId) -> None:
    place = Community()
    place.care.give_role(TALKING, NADIA, Role.CHAIR, asked=by(who))
    assert place.facts() == [RoleGiven(practitioner=NADIA, role=Role.CHAIR)]


def test_nobody_else_says_who_acts_for_an_organisation() -> None:
    place = Community()
    with refused(OnlyItselfOrTheHostMay):
        place.care.give_role(WIGG, DR_PATEL, Role.HELPER, asked=by(TALKING))
    with refused(OnlyItselfOrTheHostMay):
        place.care.identify_practitioner(WIGG, DR_PATEL, NADIA_THERE, asked=by(TALKING))
    assert place.facts() == []


def test_who_left_records_for_nobody_any_more() -> None:
    place = Community()
    place.care.let_go(TALKING, NADIA, asked=by(TALKING))
    with refused(NotAPractitionerThere):
        place.care.give_role(TALKING, NADIA, Role.CHAIR, asked=by(TALKING))


def test_who_acts_for_an_organisation_that_left_stays_as_it_was() -> None:
    place = Community()
    place.care.leave(TALKING, "merged", asked=by(WIGG))
    with refused(PartnerHasLeft):
        place.care.let_go(TALKING, NADIA, asked=by(WIGG))


def test_the_same_person_may_act_for_several_organisations() -> None:
    place = Community()
    place.care.identify_practitioner(TALKING, NADIA, NADIA_THERE, asked=by(TALKING))
    place.care.identify_practitioner(WIGG, DR_PATEL, NADIA_THERE, asked=by(WIGG))
    assert len(place.facts()) == 2
