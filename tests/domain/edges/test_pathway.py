"""Every edge of holding, resting and discharging somebody, legal or not, by one table."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import uuid4

import pytest

from domain.policies.steps import Agreement
from domain.policies.ways import SANDWELL
from domain.vocabulary import Complexity, EndReason, HandoverId, PractitionerId
from tests.domain.edges.table import Edge, read
from tests.domain.edges.walking import walk
from tests.people import COLLABORATIVE_CARE, GARDENING, MONDAY, ROSA, SOCIAL, THERAPY, WIGG, named
from tests.scenario import Community, by

TABLE = read("pathway")


@dataclass
class Rosa:
    """Rosa is held by her practice, where two people answer for her."""

    place: Community = field(default_factory=Community)
    asked: int = 0

    def __post_init__(self) -> None:
        self.place.care.choose_way(SANDWELL.name, MONDAY.date(), asked=by(WIGG))
        self.place.register()
        self.place.refer("the first referral", to=GARDENING)
        self._name("key-worker", WIGG)
        self._name("coordinator", WIGG)

    def facts(self) -> int:
        return self.place.pathway().version

    def offered(self, who: str) -> set[str]:
        """What is said, but for closing: which model is in force is not known where it is said."""
        actions = set(self.place.pathway().next_actions(SOCIAL if who == "another" else WIGG))
        agreed = self.place.pathway().discharge
        return actions if agreed and len(agreed.agreed) == 2 else actions - {"closure"}

    def _name(self, part: str, organisation: object) -> object:
        """Somebody new, who acts for the practice."""
        self.asked += 1
        worker = PractitionerId(named(f"practitioner {self.asked}"))
        self.place.employ(WIGG, worker)
        asked = by(SOCIAL if organisation == SOCIAL else WIGG)
        if part == "key-worker":
            return self.place.care.name_key_worker(ROSA, worker, asked=asked)
        return self.place.care.name_coordinator(ROSA, worker, asked=asked)

    def _with_both(self, answer: object, was_open: bool) -> object:
        """A pathway that opens again has neither key worker nor co-ordinator: both are named."""
        if not was_open:
            self._name("key-worker", WIGG)
            self._name("coordinator", WIGG)
        return answer

    def ask(self, who: str, asks: str) -> object:
        self.asked += 1
        care, way = self.place.care, self.place.pathway()
        somebody = {"key worker": way.key_worker, "co-ordinator": way.coordinator}.get(who)
        asked = by(SOCIAL if who == "another" else WIGG, practitioner=somebody)
        match asks:
            case "key-worker" | "coordinator":
                return self._name(asks, asked.organisation)
            case "complexity":
                why = f"reason {self.asked}"
                return care.code_complexity(ROSA, Complexity.AMBER, why, asked=asked)
            case "hold":
                review_on = MONDAY.date() + timedelta(days=self.asked)
                return care.put_on_hold(
                    ROSA, reason="active monitoring", review_on=review_on, asked=asked
                )
            case "hold-end":
                return care.end_hold(ROSA, asked=asked)
            case "handover":
                to = COLLABORATIVE_CARE if who == "another" else THERAPY
                return care.offer_handover(ROSA, HandoverId(uuid4()), to, asked=asked)
            case "hand-back":
                return care.hand_back(ROSA, HandoverId(uuid4()), reason="full", asked=asked)
            case "discharge":
                return care.propose_discharge(
                    ROSA, EndReason.COMPLETED, plan="she rings", asked=asked
                )
            case "discharge-withdrawal":
                return care.withdraw_discharge(ROSA, asked=asked)
            case "agreeing as link worker":
                return care.agree_discharge(ROSA, Agreement.LINK_WORKER, asked=asked)
            case "agreeing as co-ordinator":
                return care.agree_discharge(ROSA, Agreement.CLINICAL_COORDINATOR, asked=asked)
            case "closure":
                return care.close_pathway(ROSA, EndReason.COMPLETED, asked=asked)
            case "reopening":
                return self._with_both(
                    care.reopen_pathway(ROSA, "she is low again", asked=asked), way.open
                )
            case "a new referral":
                made = self.place.refer(f"referral {self.asked}", to=GARDENING)
                return self._with_both(made, way.open)
            case _:
                raise AssertionError(asks)


@pytest.mark.parametrize("edge", TABLE.edges, ids=lambda e: f"{e.before}: {e.who}, {e.asks}")
def test_a_pathway_goes_as_the_table_says(edge: Edge) -> None:
    walk(TABLE, Rosa(), edge)
