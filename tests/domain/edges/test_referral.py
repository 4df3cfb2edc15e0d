"""Every edge of the referral, legal or not, from the first question to the sender's thanks."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from domain.kernel import Asked
from domain.request import ADVICE
from domain.unanswered import SilenceEscalated
from domain.vocabulary import (
    DeclineReason,
    EndReason,
    Mode,
    PartnerId,
    Recommendation,
    ReferralId,
    Source,
)
from tests.domain.edges.table import Edge, read
from tests.domain.edges.walking import walk
from tests.people import CHARITY, MONDAY, ROSA, SUPPORT, TALKING, THERAPY, WARD, WIGG, named
from tests.scenario import Community, by

TABLE = read("referral", same={"passed on": "waiting"})
REFERRAL = ReferralId(named("from question to thanks"))


@dataclass
class Rosa:
    """Her practice asks therapists about Rosa."""

    place: Community = field(default_factory=Community)
    now: datetime = MONDAY

    def __post_init__(self) -> None:
        self.place.register()
        self.place.care.ask_advice(REFERRAL, ROSA, THERAPY, "Is it for you?", asked=by(WIGG))

    def part(self, who: str) -> PartnerId:
        receiver = self.place.referral(REFERRAL).receiver or TALKING
        return {"sender": WIGG, "receiver": receiver}.get(who, CHARITY)

    def facts(self) -> int:
        """All but who was told of the silence: that is of the ladders' own tables."""
        about = [r.fact for r in self.place.recorded() if r.originator_id == REFERRAL]
        return sum(not isinstance(fact, SilenceEscalated) for fact in about)

    def offered(self, who: str) -> set[str]:
        """What is said of this referral: a new one after it has another id."""
        noun = self.place.referral(REFERRAL)
        offered = set(noun.next_actions(self.part(who)))
        return offered if noun.state in ADVICE else offered - {"referral"}

    def ask(self, who: str, asks: str) -> object:
        care, asked = self.place.care, by(self.part(who), at=self.now)
        match asks:
            case "advice":
                advised = Recommendation.REFER
                return care.give_advice(REFERRAL, "Refer her.", advised, asked=asked)
            case "referral":
                return care.make_referral(
                    REFERRAL,
                    ROSA,
                    THERAPY,
                    source=Source.PROFESSIONAL,
                    mode=Mode.WRITTEN,
                    ask="Please see her.",
                    sent_without="She will tell you herself.",
                    asked=asked,
                )
            case "information-request":
                return care.ask_information(REFERRAL, "Since when?", asked=asked)
            case "information":
                return care.give_information(REFERRAL, "Since May.", asked=asked)
            case "acceptance":
                return care.accept_referral(REFERRAL, asked=asked)
            case "decline":
                return care.decline_referral(REFERRAL, DeclineReason.FULL, asked=asked)
            case "redirection":
                to = SUPPORT if self.part("receiver") != TALKING else WARD
                return care.redirect_referral(REFERRAL, to, asked=asked)
            case "withdrawal":
                return care.withdraw_referral(REFERRAL, asked=asked)
            case "first-contact":
                return care.note_first_contact(REFERRAL, asked=asked)
            case "closure":
                return care.close_referral(REFERRAL, EndReason.COMPLETED, asked=asked)
            case "acknowledgement":
                return care.acknowledge_outcome(REFERRAL, asked=asked)
            case "expiry":
                return self.nobody_answers()
        raise AssertionError(asks)

    def nobody_answers(self) -> object:
        """The timer tells everybody on the ladder, and then lets the referral come back."""
        care, wait = self.place.care, self.place.referral(REFERRAL).wait
        while wait and (due := wait.next(self.now)):
            self.now += timedelta(days=30)
            timer = Asked(WIGG, self.now, uuid4())
            care.escalate_referral(REFERRAL, due.rung, asked=timer)
            wait = self.place.referral(REFERRAL).wait
        self.now += timedelta(days=30)
        return care.expire_referral(REFERRAL, asked=Asked(WIGG, self.now, uuid4()))


@pytest.mark.parametrize("edge", TABLE.edges, ids=lambda e: f"{e.before}: {e.who}, {e.asks}")
def test_a_referral_goes_as_the_table_says(edge: Edge) -> None:
    walk(TABLE, Rosa(), edge)


def test_who_is_no_party_is_offered_nothing_of_it() -> None:
    assert Rosa().place.referral(REFERRAL).next_actions(CHARITY) == ()
