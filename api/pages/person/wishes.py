"""What a person wants: consent, and whom they do not want told."""

from __future__ import annotations

from api import people
from api.pages import choosing
from api.pages.forms import Question
from api.pages.person.doing import Doing, Row, Where
from api.pages.visit import Visit


def _organisation(visit: Visit, _row: Row) -> list[Question]:
    offered = choosing.organisations(visit.names, without=visit.caller.organisation)
    return [
        Question(
            "to",
            "Which organisation?",
            "select",
            choices=offered,
            missing="Select an organisation",
        )
    ]


DOING: dict[str, Doing] = {
    "consent": Doing(
        "Record consent",
        people.About,
        people.consent_to,
        _organisation,
        "The person agreed in so many words that this organisation may be told.",
        always=True,
        where=Where.WISHES,
    ),
    "objection": Doing(
        "Record an objection",
        people.About,
        people.object_to,
        _organisation,
        "The person does not want this organisation to know about them. No reason is needed. "
        "What it was told is withdrawn, and it is told nothing more.",
        always=True,
        where=Where.WISHES,
    ),
    "objection-lifting": Doing(
        "Lift an objection",
        people.About,
        people.lift_objection,
        _organisation,
        "The person no longer objects to this organisation. It is told again what it may know.",
        always=True,
        where=Where.WISHES,
    ),
}
