"""Doubts about whether somebody may come, in words for who is about to refer; it refuses nobody."""

from __future__ import annotations

from collections.abc import Mapping

import orjson

from api import advice
from api.pages.visit import Visit
from api.referrals import Referring
from domain.vocabulary import Doubt, ServiceId

OF_EVERYBODY = frozenset({Doubt.WITHIN_AREA, Doubt.EXCLUDES, Doubt.CONSENT})
"""What such a service asks of every referral. Said alone it would be pressed away unread."""


async def before_sending(visit: Visit, body: Referring) -> tuple[list[str], dict[str, str]]:
    """What to think of before this is sent, and what is missing by the question it belongs to.

    Nothing, when neither something is missing nor a doubt is about this person.
    """
    asked = advice.WouldRefer.model_validate(
        body.model_dump(include=set(advice.WouldRefer.model_fields))
    )
    found = orjson.loads(
        bytes((await advice.check_completeness(asked, visit.caller, visit.here)).body)
    )
    lacking = () if body.sent_without else found["missing"]
    if not lacking and set(found["doubts"]) <= OF_EVERYBODY:
        return [], {}
    doubts = [_words(visit, ServiceId(body.service), Doubt(each)) for each in found["doubts"]]
    return doubts, {
        each["pointer"].rsplit("/", 1)[-1]: f"Missing: {each['detail']}." for each in lacking
    }


def _words(visit: Visit, service: ServiceId, doubt: Doubt) -> str:
    """The doubt, with what the service says of who may come."""
    said = visit.names.directory.services[service].description.criteria
    practices = ", ".join(visit.names.organisation(each) for each in said.practices)
    words: Mapping[Doubt, str] = {
        Doubt.OUTSIDE_AGES: f"The service is for people aged {said.ages}, and they are not.",
        Doubt.AGE_NOT_KNOWN: f"The service is for people aged {said.ages}, and their date of birth"
        " is not known to you.",
        Doubt.OUTSIDE_PRACTICES: f"The service is for patients of {practices}, and they are"
        " registered elsewhere.",
        Doubt.PRACTICE_NOT_KNOWN: f"The service is for patients of {practices}, and their practice"
        " is not known to you.",
        Doubt.WITHIN_AREA: f"The service is for this area: {said.area}. See that they live there.",
        Doubt.EXCLUDES: f"The service does not take: {', '.join(said.excludes)}.",
        Doubt.CONSENT: "The service asks for the person’s agreement first.",
    }
    return words[doubt]
