"""Every edge of the hand-over, legal or not, by the table that the model checker is given too."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import uuid4

import pytest

from domain.kernel import Asked
from domain.policies.escalation import Rung
from domain.policies.steps import NICE
from domain.vocabulary import EndReason, HandoverId, PartnerId, PractitionerId, Step
from tests.domain.edges.table import Edge, read
from tests.domain.edges.walking import walk
from tests.people import GARDENING, MONDAY, ROSA, SERVICE_OF, TALKING, TRUST, WIGG, named
from tests.scenario import ASKED_FOR, URGENT, Community, by

TABLE = read("handover", same={"handed over": "held"})
LONG_AFTER = MONDAY + timedelta(days=60)
RUNGS = {f"telling the {rung.value}": rung for rung in Rung}


@dataclass
class Rosa:
    """Rosa is held by her practice, and may be handed over to the trust and back."""

    place: Community = field(default_factory=Community)
    asked: int = 0
    offer: HandoverId = field(default_factory=lambda: HandoverId(named("never offered")))

    def __post_init__(self) -> None:
        care, today = self.place.care, MONDAY.date()
        care.choose_stepped_care(NICE.name, today, asked=by(WIGG))  # closes without agreements
        self.place.register()
        self.place.refer("the first referral", to=GARDENING)

    def part(self, who: str) -> PartnerId:
        """The holder is whom the facts say, and the receiver the other of the two."""
        way = self.place.pathway()
        holder = way.responsible or WIGG
        return {"holder": holder, "receiver": TRUST if holder == WIGG else WIGG}.get(who, TALKING)

    def facts(self) -> int:
        return self.place.pathway().version

    def offered(self, who: str) -> set[str]:
        return set(self.place.pathway().next_actions(self.part(who)))

    def ask(self, who: str, asks: str) -> object:
        self.asked += 1
        care, asked = self.place.care, by(self.part(who))
        match asks:
            case "key-worker":
                worker = PractitionerId(named(f"worker {self.asked}"))
                self.place.employ(asked.organisation, worker)
                return care.name_key_worker(ROSA, worker, asked=asked)
            case "handover":
                to = SERVICE_OF[self.part("receiver")]
                offer = HandoverId(named(f"offer {self.asked}"))
                up = self.part("receiver") == TRUST
                grounds = URGENT if up else ASKED_FOR
                answer = care.offer_handover(ROSA, offer, to, grounds=grounds, asked=asked)
                self.offer = offer
                return answer
            case "handover-withdrawal":
                return care.withdraw_handover(ROSA, self.offer, asked=asked)
            case "handover-acceptance":
                return care.accept_handover(ROSA, self.offer, asked=asked)
            case "handover-decline":
                return care.decline_handover(ROSA, self.offer, asked=asked)
            case "silence-acknowledgement":
                return care.acknowledge_handover_silence(ROSA, self.offer, asked=asked)
            case "closure":
                return care.close_pathway(ROSA, EndReason.COMPLETED, asked=asked)
            case "referral":
                return self.place.refer(f"referral {self.asked}", to=GARDENING)
            case _:
                rung = RUNGS[asks]
                at = LONG_AFTER + list(Rung).index(rung) * timedelta(days=30)
                timer = Asked(self.part("holder"), at, uuid4())
                return care.escalate_handover(ROSA, self.offer, rung, asked=timer)


@pytest.mark.parametrize("edge", TABLE.edges, ids=lambda e: f"{e.before}: {e.who}, {e.asks}")
def test_a_handover_goes_as_the_table_says(edge: Edge) -> None:
    walk(TABLE, Rosa(), edge)


def test_who_is_neither_holder_nor_receiver_is_offered_nothing_of_it() -> None:
    rosa = Rosa()
    rosa.ask("holder", "handover")
    assert rosa.place.pathway().next_actions(TALKING) == ()
    assert rosa.place.pathway().step == Step.COMMUNITY_PREVENTION
