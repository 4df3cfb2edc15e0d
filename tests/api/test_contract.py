"""The contract as anybody reads it: schemas, the description of every way, and dates that end."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from html import unescape

from jsonschema_rs import Draft202012Validator

from projections.contract import Contract, Deprecated, Message, contract, ending
from tests.api.place import Place

MADE = "person.PersonRegistered.v1"
NEXT = "person.PersonRegistered.v2"


def test_every_schema_is_served_as_it_is_published(place: Place) -> None:
    anybody = place.anybody()
    for message in (contract()[MADE], contract()["answer.AcceptReferral.v1"]):
        answer = anybody.get(f"/v1/schemas/{message.type}")
        assert answer.headers["content-type"] == "application/schema+json"
        assert answer.json() == message.published
        assert answer.json()["$id"] == f"/v1/schemas/{message.type}"
    assert anybody.get("/v1/schemas/referral.NeverHeardOf.v1").status_code == 404


def test_a_partner_checks_what_it_reads_with_what_it_is_given(place: Place) -> None:
    """Nothing but what is served: an entry of the feed, the schema around it, and of its data."""
    client = place.person("priya")
    person = client.done("/v1/people", {"name": "Rosa Sample"})
    assert person
    entry = client.seen("/v1/share")[-1]
    around = client.read("/v1/schemas/share.Entry.v1").json()
    within = client.read(f"/v1/schemas/{entry['type']}").json()
    Draft202012Validator(around, validate_formats=True).validate(entry)
    Draft202012Validator(within, validate_formats=True).validate(entry["data"])
    assert not Draft202012Validator(around).is_valid(entry | {"sharenumber": 0})


def test_the_list_says_of_each_message_all_there_is_to_know(place: Place) -> None:
    rows = place.anybody().get("/v1/schemas").json()["rows"]
    assert {row["type"] for row in rows} == contract().keys()
    made = next(row for row in rows if row["type"] == MADE)
    assert made["meaning"] == contract()[MADE].meaning
    assert made["versions"] == [MADE]
    assert made["example"] == contract()[MADE].example
    assert made["told_by_default"]
    assert {
        "name": "postcode",
        "type": "text",
        "always": False,
        "category": "demographic",
        "personal": True,
        "meaning": "",
    } in made["fields"]


# What ends


def dated(deprecated: Deprecated) -> Contract:
    """The contract with a second version of a type, and the first deprecated."""
    was = contract()[MADE]
    now = Message(
        type=NEXT,
        told=was.told,
        meaning=was.meaning,
        schema=was.schema,
        example=was.example,
        category=was.category,
    )
    return Contract([*contract().values(), replace(was, deprecated=deprecated), now])


ENDS = Deprecated(date(2027, 1, 4), date(2027, 9, 30), NEXT)


def test_a_feed_that_holds_a_deprecated_version_says_so_and_until_when(place: Place) -> None:
    asha = place.person("asha")
    asha.done("/v1/people", {"name": "Ines Sample"})
    later = place.another(contract=dated(ENDS))
    later.headers["Authorization"] = f"Bearer {asha.token}"
    told = later.get("/v1/share", params={"limit": 1000})
    assert told.json()[-1]["type"] == MADE
    assert told.headers["deprecation"] == "@1799020800"
    assert told.headers["sunset"] == "Fri, 01 Oct 2027 00:00:00 GMT"
    assert f'</v1/schemas/{NEXT}>; rel="successor-version"' in told.headers["link"]
    nothing = later.get("/v1/share", params={"after": told.json()[-1]["sharenumber"]})
    assert nothing.json() == []
    assert not {"deprecation", "sunset", "link"} & nothing.headers.keys()
    assert "deprecation" not in asha.read("/v1/share", limit=1000).headers
    for client, said in ((later, "Fri, 01 Oct 2027 00:00:00 GMT"), (asha.http, None)):
        with client.stream("GET", "/v1/share/live") as live:
            assert live.headers.get("sunset") == said, "it may come in the stream"


def test_a_deprecated_version_says_so_wherever_it_is_shown(place: Place) -> None:
    later = place.another(contract=dated(ENDS))
    schema = later.get(f"/v1/schemas/{MADE}")
    assert schema.json()["deprecated"] is True
    assert schema.headers["sunset"] == "Fri, 01 Oct 2027 00:00:00 GMT"
    rows = {row["type"]: row for row in later.get("/v1/schemas").json()["rows"]}
    ends = {"since": "2027-01-04", "last": "2027-09-30", "successor": NEXT}
    assert rows[MADE]["deprecated"] == ends
    assert rows[NEXT]["versions"] == [MADE, NEXT]
    message = later.get("/asyncapi.json").json()["components"]["messages"][MADE]
    assert message["x-deprecated"] == ends
    assert {"name": "deprecated"} in message["tags"]
    page = unescape(later.get("/catalogue/person").text)
    assert (
        "Deprecated since 4 January 2027; person.PersonRegistered.v2 takes its place; "
        "its last day is 30 September 2027." in page
    )
    assert "Deprecated since" not in place.anybody().get("/catalogue/person").text


def test_of_several_that_end_the_first_is_said() -> None:
    contract_ = dated(ENDS)
    soon = Deprecated(date(2027, 1, 4), date(2027, 8, 1))
    other = "contact.Attended.v1"
    two = Contract(
        [
            *(m for m in contract_.values() if m.type != other),
            replace(contract_[other], deprecated=soon),
        ]
    )
    assert ending([MADE, other], two)["Sunset"] == "Mon, 02 Aug 2027 00:00:00 GMT"
    assert "successor" not in ending([other], two)["Link"]
    without_a_day = Contract([replace(two[other], deprecated=Deprecated(date(2027, 1, 4)))])
    assert "Sunset" not in ending([other], without_a_day)
    assert ending(["never.HeardOf.v1"], two) == {}
