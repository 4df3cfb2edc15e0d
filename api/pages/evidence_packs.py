"""Evidence packs from a page: which one is asked in a form, and the answer is the file.

It refuses to keep a pack, and to name it after anybody.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID, uuid5

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import HTMLResponse

from api.evidence_packs import MOST, PackAsked, make_evidence_pack
from api.pages.forms import Form, Question, answers, checked, with_zone
from api.pages.problem import PageRoute
from api.pages.visit import SomebodysVisit, Visit
from api.problems import IdempotencyKeyIsMissing, NotForThisRole
from domain.intentions.persons import PersonIsUnknown
from projections.packs import NothingIsSigned, NothingSignedFits, PackIsTooLarge

router = APIRouter(route_class=PageRoute)

AN_ID = "Enter the id as it stands in the address of their record: 32 letters and digits"


async def packing_visit(visit: SomebodysVisit) -> Visit:
    """Somebody who is given evidence. Raises `NotForThisRole`."""
    if not visit.makes_packs:
        raise NotForThisRole
    return visit


PackingVisit = Annotated[Visit, Depends(packing_visit)]


@router.get("/evidence-packs", response_class=HTMLResponse)
async def pack_question(
    visit: PackingVisit, person: Annotated[str, Query(max_length=40)] = ""
) -> Response:
    """Of whom, or of which time."""
    return await _form(visit).show(visit, values={"person": person})


@router.post("/evidence-packs", response_class=HTMLResponse)
async def pack_answer(visit: PackingVisit) -> Response:
    """The pack, as a file; or the form again with what is wrong."""
    form = _form(visit)
    values = answers(await visit.request.form(), form.questions)
    try:
        key = UUID(str(values.pop("key", "")))
    except ValueError:
        raise IdempotencyKeyIsMissing from None
    body, wrong = checked(PackAsked, with_zone(values, form.questions), form.questions)
    if body is None:
        beside = {name: AN_ID for name in ("person", "decision") if name in wrong}
        return await _again(form, visit, values, wrong | beside)
    # The page stays where it is when the file is saved, so its next question has its key again.
    asked = visit.asking(uuid5(key, body.model_dump_json()))
    try:
        return await make_evidence_pack(body, asked)
    except PersonIsUnknown as rule:
        return await _again(form, visit, values, {"person": rule.text})
    except PackIsTooLarge as rule:
        return await _again(form, visit, values, {"since" if body.since else "": rule.text})
    except (NothingSignedFits, NothingIsSigned) as rule:
        return await _again(form, visit, values, {"": rule.text})


async def _again(
    form: Form[PackAsked], visit: Visit, values: Mapping[str, str], errors: Mapping[str, str]
) -> Response:
    return await form.show(visit, values=values, errors=errors)


def _form(visit: Visit) -> Form[PackAsked]:
    back = ("/privacy", "Privacy desk") if visit.looks_after_privacy else ("/audit/access", "Looks")
    return Form(
        title="Make an evidence pack",
        lede=(
            "One file, for a court or a regulator: what happened as "
            f"{visit.organisation} was told it, who was told and who looked, and what proves that "
            "the log holds it unchanged. It verifies without this service.",
            "It names people and their care, and each by the number that the log has for them. "
            "That you make it is written down, with what it holds, before you are given it.",
        ),
        button="Make the pack",
        model=PackAsked,
        groups=(
            (
                "Of a person",
                (
                    Question(
                        "person",
                        f"Person, by the id {visit.organisation} knows them by",
                        hint="Leave empty for a time",
                        optional=True,
                        autocomplete="off",
                    ),
                    Question(
                        "decision",
                        "Only what belongs to this decision of theirs",
                        hint="The decision\u2019s id",
                        optional=True,
                        autocomplete="off",
                    ),
                ),
            ),
            (
                "Or of a time",
                (
                    Question(
                        "since",
                        "From",
                        "datetime-local",
                        hint=f"At most {MOST:,} facts",
                        optional=True,
                    ),
                    Question(
                        "until", "Until", "datetime-local", hint="Now if left empty", optional=True
                    ),
                ),
            ),
        ),
        action="/evidence-packs",
        section="/privacy" if visit.looks_after_privacy else "/audit/access",
        back_to=back,
    )
