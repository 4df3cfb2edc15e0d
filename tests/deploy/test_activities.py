"""Every activity of the interface can be typed, and what is typed wrongly is said so."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from api.app import create_app
from api.parts import Parts
from deploy.commands.activities import Activity, NotUnderstood, activities, chosen, content


def described() -> dict[str, Any]:
    nothing: Any = None  # the description asks nothing of the parts
    parts = Parts(
        care=nothing,
        reading=nothing,
        tokens=None,
        sessions=nothing,
        marks=nothing,
        looks=nothing,
        audit=nothing,
        pseudonyms=nothing,
        intake=None,
        clock=lambda: datetime.now(UTC),
        version="0",
    )
    return create_app(parts).openapi()


DESCRIPTION = described()
ACTIVITIES = activities(DESCRIPTION)
EACH = pytest.mark.parametrize("activity", ACTIVITIES, ids=[a.name for a in ACTIVITIES])


def named(name: str) -> Activity:
    return next(activity for activity in ACTIVITIES if activity.name == name)


def typed(value: Any, before: str = "") -> Iterator[str]:
    """A body as somebody would type it, field by field."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for name, each in inner:
        if isinstance(each, list) and each and not isinstance(each[0], dict):
            yield from (f"{before}{name}={one}" for one in each)
        elif isinstance(each, dict | list):
            yield from typed(each, f"{before}{name}.")
        elif isinstance(each, bool):
            yield f"{before}{name}={'yes' if each else 'no'}"
        else:
            yield f"{before}{name}={each}"


def test_every_address_that_takes_something_is_an_activity() -> None:
    posts = {
        path
        for path, ways in DESCRIPTION["paths"].items()
        if "post" in ways and path.startswith("/v1/")
    }
    files = {"/v1/evidence-packs"}  # `throughcare evidence` makes them
    assert {activity.path for activity in ACTIVITIES} == posts - files
    assert "/v1/referrals/{referral}/acceptance" in posts


@EACH
def test_every_activity_is_chosen_by_its_words_and_ids(activity: Activity) -> None:
    ids = tuple(str(uuid4()) for _ in activity.ids)
    found, given = chosen(ACTIVITIES, (*activity.words, *ids))
    assert found is activity
    path = activity.path
    for name, each in zip(activity.ids, ids, strict=True):
        path = path.replace("{" + name + "}", each)
    assert found.address(given) == path


@EACH
def test_the_example_of_every_activity_can_be_typed(activity: Activity) -> None:
    """So every required field, list and field within a field has a way to be said."""
    (example,) = activity.schema["examples"] if activity.schema else ({},)
    assert content(activity.schema, typed(example), {}) == example


@EACH
def test_a_required_field_that_is_missing_is_named(activity: Activity) -> None:
    required = activity.schema.get("required", [])
    if not required:
        assert content(activity.schema, (), {}) == {}
        return
    with pytest.raises(NotUnderstood) as refused:
        content(activity.schema, (), {})
    assert all(name in str(refused.value) for name in required)


def test_what_is_no_activity_is_said_so() -> None:
    with pytest.raises(NotUnderstood, match="'referrals dance' is no activity"):
        chosen([a for a in ACTIVITIES if a.name != "referrals"], ("referrals", "dance"))
    with pytest.raises(NotUnderstood, match="referrals acceptance REFERRAL"):
        chosen(ACTIVITIES, ("referrals", "acceptance"))
    with pytest.raises(NotUnderstood, match="not the id of a referral"):
        named("referrals acceptance").address(["Rosa"])


@pytest.mark.parametrize(
    ("activity", "words", "wrong"),
    [
        ("referrals decline", ["reason=bored"], "reason= takes one of: .*full"),
        ("referrals decline", ["reason=full", "notes=x"], "notes is no field here; there are"),
        ("referrals", ["person=Rosa"], "person has fields of its own"),
        ("referrals", ["person.name=R", "person.deprivation_decile=two"], "a whole number"),
        ("referrals", ["person.phone=020"], "missing: .*person.name=…"),
        ("measures", ["items:=[1,"], "not followed by JSON"),
        ("meetings cases", ["listed_only=maybe"], "yes or no"),
        ("meetings cases attendance", ["attendees.1.partner=x"], "0, 1, 2 in their order"),
        ("meetings cases attendance", ["attendees.0.partner=x"], "attendees.0.practitioner=…"),
    ],
)
def test_what_is_typed_wrongly_is_named(activity: str, words: list[str], wrong: str) -> None:
    with pytest.raises(NotUnderstood, match=wrong):
        content(named(activity).schema, words, {})


def test_a_text_may_hold_an_equals_sign_and_json_may_be_given() -> None:
    schema = named("measures").schema
    sent = content(schema, ["referral=r", "instrument=PHQ-9", "total=9", "items:=[1, 2]"], {})
    assert sent == {"referral": "r", "instrument": "PHQ-9", "total": 9, "items": [1, 2]}
    question = named("referrals information-request").schema
    assert content(question, ["question=Is 2+2=4?"], {}) == {"question": "Is 2+2=4?"}


def test_fields_are_laid_over_what_was_given_whole() -> None:
    schema = named("referrals decline").schema
    given = {"reason": "full", "note": "In May."}
    assert content(schema, ["note=In June."], given) == {"reason": "full", "note": "In June."}
    with pytest.raises(NotUnderstood, match="has no fields"):
        content(named("referrals").schema, ["person.name=R"], {"person": "Rosa"})
