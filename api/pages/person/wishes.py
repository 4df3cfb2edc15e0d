"""What a person wants: whom they do not want told, for what, who may be, and what is sealed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from fastapi import Response

from api import wishes
from api.asking import Activity, Asking
from api.pages import choosing, words
from api.pages.forms import Question, choices
from api.pages.person import opening
from api.pages.person.doing import Doing, Row, Where, asking
from api.pages.visit import Visit
from domain.policies.objections import REFUSABLE
from domain.vocabulary import DisclosureGround, Purpose

USES = {
    Purpose.DIRECT_CARE: "Care: organisations that are told in order to care for them",
    Purpose.COMMUNITY_SUPPORT: "Support in the community: charities, schools, libraries, housing",
    Purpose.JUSTICE: "Probation and courts",
    Purpose.PLANNING: "Planning and research (the national data opt-out)",
}


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


def _use(_visit: Visit, _row: Row) -> list[Question]:
    uses = [(each.use.value, USES[each.use], "") for each in REFUSABLE]
    return [Question("use", "Which use?", "radios", choices=uses, missing="Select a use")]


def _agreed(visit: Visit, row: Row) -> list[Question]:
    """Whom they agreed to being told, as far as they said it here; else every organisation."""
    here = (row.get("wishes") or {}).get("agreed_to_being_told", {})
    (question,) = _organisation(visit, row)
    known = [each for each in question.choices if each[0] in here]
    return [question if not known else replace(question, choices=known)]


def _sealed(_visit: Visit, row: Row) -> list[Question]:
    seals = [(seal, _what(each), "") for seal, each in (row.get("sealed") or {}).items()]
    return [Question("seal", "What is sealed", "select", choices=seals, missing="Select a seal")]


def _what(sealed: Mapping[str, Any]) -> str:
    kept = "" if "item" in sealed else ", kept by others"
    return f"Sealed on {words.day(sealed['at'])}{kept}"


class Unsealing(Activity):
    """Which seal is lifted."""

    seal: UUID


async def _unseal(person: UUID, body: Unsealing, asks: Asking) -> Response:
    return await wishes.unseal_item(person, body.seal, Activity(at=body.at), asks)


YES_OR_NO = (("true", "Yes", ""), ("false", "No", ""))

DISCLOSURE = (
    Question(
        "to_whom",
        "Whom did you tell?",
        hint="A court, the police, a safeguarding board",
        missing="Enter whom you told",
    ),
    Question(
        "ground",
        "On which ground?",
        "radios",
        choices=choices(DisclosureGround),
        missing="Select a ground",
    ),
    Question("order", "Reference of the order", optional=True, hint="If a court ordered it"),
    Question("content", "What did you tell?", "textarea", missing="Enter what you told"),
    Question("on", "When did you tell it?", "date", missing="Enter the day"),
    Question(
        "person_told",
        "Was the person told of this?",
        "radios",
        choices=YES_OR_NO,
        missing="Select whether they were told",
    ),
    Question("why_not", "If not, why not?", "textarea", optional=True),
)


async def shown(visit: Visit, row: Row) -> Mapping[str, Any]:
    """What they want, as far as they said it here; that something is sealed; what went without."""
    said = row.get("wishes") or {}
    of = visit.names.organisation
    lines = [
        *(
            f"Does not want {of(to)} told, since {words.day(at)}"
            for to, at in said.get("objects_to", {}).items()
        ),
        *(
            f"Does not want it used for {use}, since {words.day(at)}"
            for use, at in said.get("refused_uses", {}).items()
        ),
        *(
            f"Agreed to {of(to)} being told, {words.day(at)}"
            for to, at in said.get("agreed_to_being_told", {}).items()
        ),
        *(_what(each) for each in (row.get("sealed") or {}).values()),
    ]
    disclosures = row.get("disclosures", [])
    if not lines and not disclosures:
        return {}
    offered = await opening.offered(visit, row)
    return {"lines": lines, "disclosures": disclosures, "opening": offered}


def allowed(row: Row) -> set[str]:
    """What may be taken back."""
    return {"unsealing"} if row.get("sealed") else set()


DOING: dict[str, Doing] = {
    "consent": Doing(
        "Record that they agreed to somebody being told",
        wishes.About,
        wishes.consent_to,
        _organisation,
        "The person agreed in so many words to this organisation being told. That is for the duty "
        "of confidence, and not the legal basis, which the organisation's agreement names.",
        always=True,
        where=Where.WISHES,
    ),
    "consent-withdrawal": Doing(
        "Record that they no longer agree",
        wishes.About,
        wishes.withdraw_consent,
        _agreed,
        "The person no longer agrees to this organisation being told. No reason is needed. What it "
        "was told is withdrawn, and it is asked to say that it removed it.",
        always=True,
        where=Where.WISHES,
    ),
    "objection": Doing(
        "Record an objection",
        wishes.About,
        wishes.object_to,
        _organisation,
        "The person does not want this organisation to know about them. No reason is needed. "
        "What it was told is withdrawn, and it is told nothing more.",
        always=True,
        where=Where.WISHES,
    ),
    "objection-lifting": Doing(
        "Lift an objection",
        wishes.About,
        wishes.lift_objection,
        _organisation,
        "The person no longer objects to this organisation. It is told again what it may know.",
        always=True,
        where=Where.WISHES,
    ),
    "use-objection": Doing(
        "Record an objection to a use",
        wishes.OfUse,
        wishes.object_to_use,
        _use,
        "The person does not want what is known of them used for this. No reason is needed. Who is "
        "told for this use alone is told no more; who is responsible for them still is.",
        always=True,
        where=Where.WISHES,
    ),
    "use-objection-lifting": Doing(
        "Lift an objection to a use",
        wishes.OfUse,
        wishes.lift_use_objection,
        _use,
        "The person no longer objects to this use.",
        always=True,
        where=Where.WISHES,
    ),
    "unsealing": Doing(
        "Lift a seal",
        Unsealing,
        _unseal,
        _sealed,
        "The person no longer wants this kept from others, who are told of it as they may be.",
        where=Where.WISHES,
    ),
    "disclosure": Doing(
        "Record a disclosure without consent",
        wishes.ToldWithoutConsent,
        wishes.record_disclosure,
        asking(list(DISCLOSURE)),
        "What you told of the person because a law let you or bade you. It stands in your own "
        "record and in the person's list of who was told what. Nothing is sent from here.",
        always=True,
        where=Where.WISHES,
    ),
}
