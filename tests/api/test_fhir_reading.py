"""Reading FHIR referral messages: what is taken over, what is repaired by name, what is refused."""

import copy
import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from api.fhir.read import MessageRefused, ReferralMessage, read_referral

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "docs" / "examples" / "fhir"
PUBLISHED = ROOT.parent / "shared" / "data" / "fhir"

HEADER, REQUEST, SERVICE, SENDER, PATIENT, PLAN, SCORE = 0, 1, 2, 4, 7, 8, 9

Message = dict[str, Any]


def _example(name: str) -> bytes:
    return (EXAMPLES / f"{name}.json").read_bytes()


def _published(name: str) -> bytes:
    path = PUBLISHED / name
    if not path.exists():
        pytest.skip(f"the published message {name} is not beside this repository")
    return path.read_bytes()


def _harleen() -> Message:
    """Dr Okafor of Cape Hill Practice refers Harleen Sandhu to talking therapies."""
    message: Message = json.loads(_example("referral-to-talking-therapies"))
    return message


def _resource(message: Message, entry: int) -> Message:
    resource: Message = message["entry"][entry]["resource"]
    return resource


def _read(message: Message) -> ReferralMessage:
    return read_referral(json.dumps(message).encode())


def _refusal(message: Message | bytes) -> MessageRefused:
    original = message if isinstance(message, bytes) else json.dumps(message).encode()
    with pytest.raises(MessageRefused) as refused:
        read_referral(original)
    assert refused.value.reason
    return refused.value


def _repair_names(message: ReferralMessage) -> list[tuple[str, str]]:
    return [(repair.element, repair.name) for repair in message.repairs]


def test_a_clean_referral_is_read_whole_and_without_repairs() -> None:
    original = _example("referral-to-talking-therapies")
    read = read_referral(original)

    assert read.sha256 == hashlib.sha256(original).hexdigest()
    assert read.message_id == "2f6a9d1e-90a4-4a57-8a0e-6f1f0b7c2d11"
    assert read.referral_identifiers[0] == ("https://fhir.nhs.uk/Id/UBRN", "000000990042")
    assert read.reason_code == "new"
    assert read.priority == "urgent"
    assert read.sent_at == datetime(2026, 3, 9, 9, 42, tzinfo=UTC)
    assert read.ask == "Assessment for guided self-help or talking therapy"
    assert read.repairs == ()
    assert read.unread == ()


def test_the_person_is_known_by_a_traced_nhs_number() -> None:
    harleen = read_referral(_example("referral-to-talking-therapies")).person

    assert (harleen.name.display, harleen.name.family) == ("Harleen Sandhu", "Sandhu")
    assert (harleen.nhs_number, harleen.nhs_number_verified) == ("9990001014", True)
    assert (harleen.date_of_birth, harleen.sex) == ("1988-11-17", "female")
    assert (harleen.phone, harleen.postcode) == ("0121 496 0142", "B66 3ZZ")
    assert harleen.address == "14 Windmill Lane, Smethwick, B66 3ZZ"
    assert harleen.language == "Panjabi"


def test_destination_and_sender_are_read_by_identifier() -> None:
    read = read_referral(_example("referral-to-talking-therapies"))

    assert read.destination.service_identifiers == (
        ("https://fhir.nhs.uk/Id/dos-service-id", "2000000042"),
    )
    assert read.destination.service_name == "Smethwick Talking Therapies"
    assert read.destination.organisation_identifiers == (
        ("https://fhir.nhs.uk/Id/ods-organization-code", "F99002"),
    )
    assert read.sender.identifiers == (("https://fhir.nhs.uk/Id/ods-organization-code", "F99001"),)
    assert (read.sender.name, read.sender.practitioner) == (
        "Cape Hill Practice",
        "Dr Ngozi Okafor",
    )


def test_every_clinical_statement_reaches_the_reason_and_none_the_ask() -> None:
    read = read_referral(_example("referral-to-talking-therapies"))

    assert read.reason.splitlines() == [
        "Low mood and worry for four months",
        "Sleeps badly since losing her job. No thoughts of ending her life when asked today.",
        "Told to the person: The service will ring within a week; evenings suit best.",
        "Watchful waiting since January has not helped.",
        "Observation: PHQ-9 total score: 14",
    ]


def test_what_was_entered_in_error_is_no_reason() -> None:
    message = _harleen()
    _resource(message, SCORE)["status"] = "entered-in-error"

    assert "PHQ-9" not in _read(message).reason


def test_repairs_are_recorded_with_their_elements() -> None:
    read = read_referral(_example("referral-with-repairs"))

    request = "Bundle.entry[1].resource"
    assert sorted(_repair_names(read)) == sorted(
        [
            (f"{request}.basedOn", "wrapped-in-list"),
            (f"{request}.PatientInstruction", "lower-first-letter"),
            (f"{request}.status", "taken-out-of-list"),
            (f"{request}.authoredOn", "offset-colon"),
            (f"{request}.note[0].text", "line-endings"),
            ("Bundle.entry[2].resource.identifier[0].system", "identifier-system-spelling"),
            ("Bundle.entry[7].resource.identifier[0].value", "nhs-number-spacing"),
        ]
    )


def test_a_repaired_message_says_what_the_clean_one_says() -> None:
    clean = read_referral(_example("referral-to-talking-therapies"))
    repaired = read_referral(_example("referral-with-repairs"))

    assert repaired.person == clean.person
    assert repaired.destination == clean.destination
    assert repaired.reason.replace("\n", " ") == clean.reason.replace("\n", " ")


def test_a_wrong_nhs_number_is_refused_when_nothing_else_says_who_the_person_is() -> None:
    refused = _refusal(_example("referral-refused"))

    assert refused.element == "Bundle.entry[7].resource.identifier[0].value"
    assert "check digit" in refused.reason


def test_a_wrong_nhs_number_is_never_taken_over() -> None:
    message = _harleen()
    _resource(message, PATIENT)["identifier"][0]["value"] = "9990001015"
    read = _read(message)

    assert (read.person.nhs_number, read.person.nhs_number_verified) == (None, False)
    assert _repair_names(read) == [
        ("Bundle.entry[7].resource.identifier[0].value", "nhs-number-set-aside")
    ]


def test_refusals_and_repairs_carry_nothing_of_the_person() -> None:
    message = _harleen()
    _resource(message, PATIENT)["identifier"][0]["value"] = "9990001015"
    read = _read(message)
    told = " ".join(f"{repair.element} {repair.note}" for repair in read.repairs)
    told += str(_refusal(_example("referral-refused")))

    for secret in ("Sandhu", "Harleen", "9990001015", "1988", "Windmill"):
        assert secret not in told


def _set(entry: int, name: str, value: object) -> Callable[[Message], None]:
    def change(message: Message) -> None:
        _resource(message, entry)[name] = value

    return change


def _drop(entry: int, name: str) -> Callable[[Message], None]:
    def change(message: Message) -> None:
        del _resource(message, entry)[name]

    return change


def _two_services(message: Message) -> None:
    _resource(message, HEADER)["destination"][0]["endpoint"] = (
        "https://fhir.nhs.uk/Id/dos-service-id|2000000043"
    )


def _second_request(message: Message) -> None:
    second = copy.deepcopy(message["entry"][REQUEST])
    second["fullUrl"] = "urn:uuid:second"
    message["entry"].append(second)
    _resource(message, HEADER)["focus"].append({"reference": "urn:uuid:second"})


def _someone_elses_score(message: Message) -> None:
    other = copy.deepcopy(message["entry"][PATIENT])
    other["fullUrl"] = "urn:uuid:other"
    message["entry"].append(other)
    _resource(message, SCORE)["subject"] = {"reference": "urn:uuid:other"}


def _progress_report(message: Message) -> None:
    task = {"resourceType": "Task", "status": "accepted", "intent": "order"}
    message["entry"].append({"fullUrl": "urn:uuid:task", "resource": task})


@pytest.mark.parametrize(
    ("change", "element"),
    [
        (_set(REQUEST, "status", "nonsense"), "Bundle.entry[1].resource.status"),
        (_set(REQUEST, "status", "draft"), "Bundle.entry[1].resource.status"),
        (_set(REQUEST, "status", "revoked"), "Bundle.entry[1].resource.status"),
        (_set(REQUEST, "intent", "wish"), "Bundle.entry[1].resource.intent"),
        (_set(REQUEST, "intent", "proposal"), "Bundle.entry[1].resource.intent"),
        (_set(REQUEST, "priority", "soon"), "Bundle.entry[1].resource.priority"),
        (_set(REQUEST, "doNotPerform", True), "Bundle.entry[1].resource.doNotPerform"),
        (_set(REQUEST, "modifierExtension", [{"url": "urn:x", "valueBoolean": True}]),
         "Bundle.entry[1].resource.modifierExtension"),
        (_set(REQUEST, "id", "{{requestId}}"), "Bundle.entry[1].resource.id"),
        (_set(REQUEST, "mood", "low"), "Bundle.entry[1].resource.mood"),
        (_set(REQUEST, "Mood", "low"), "Bundle.entry[1].resource.Mood"),
        (_set(REQUEST, "authoredOn", "last week"), "Bundle.entry[1].resource.authoredOn"),
        (_set(REQUEST, "basedOn", [{"reference": "urn:uuid:elsewhere"}]),
         "Bundle.entry[1].resource.basedOn[0]"),
        (_set(REQUEST, "performer", [{"reference": "HealthcareService/1"}]),
         "Bundle.entry[1].resource.performer[0]"),
        (_set(REQUEST, "subject", {"reference": "Patient/1"}),
         "Bundle.entry[1].resource.subject"),
        (_drop(REQUEST, "subject"), "Bundle.entry[1].resource.subject"),
        (_drop(HEADER, "reason"), "Bundle.entry[0].resource.reason"),
        (_drop(PATIENT, "name"), "Bundle.entry[7].resource.name"),
        (_set(PATIENT, "gender", "F"), "Bundle.entry[7].resource.gender"),
        (_set(PLAN, "status", "ongoing"), "Bundle.entry[8].resource.status"),
        (_set(PLAN, "resourceType", "Wish"), "Bundle.entry[8].resource.resourceType"),
        (_set(PLAN, "description", "fine\u0000"), "Bundle.entry[8].resource.description"),
        (_set(PLAN, "description", "bell\u0007"), "Bundle.entry[8].resource.description"),
        (_set(PLAN, "description", "half\ud83d"), "Bundle.entry[8].resource.description"),
        (_two_services, "Bundle.entry[0].resource.destination[0].endpoint"),
        (_second_request, "Bundle.entry[10].resource"),
        (_someone_elses_score, "Bundle.entry[9].resource.subject"),
        (_progress_report, "Bundle.entry[10].resource.status"),
    ],
)  # fmt: skip
def test_a_fault_without_a_named_repair_is_refused_at_its_element(
    change: Callable[[Message], None], element: str
) -> None:
    message = _harleen()
    change(message)

    assert _refusal(message).element == element


def _reason(message: Message, code: str) -> None:
    _resource(message, HEADER)["reason"]["coding"][0]["code"] = code


@pytest.mark.parametrize(
    ("reason", "status", "read_as"),
    [
        ("update", "active", "update"),
        ("update", "revoked", "delete"),
        ("delete", "revoked", "delete"),
        ("delete", "entered-in-error", "delete"),
    ],
)
def test_a_revoked_request_cancels(reason: str, status: str, read_as: str) -> None:
    message = _harleen()
    _reason(message, reason)
    _resource(message, REQUEST)["status"] = status

    assert _read(message).reason_code == read_as


def test_the_same_referral_is_read_from_a_transaction() -> None:
    message = _harleen()
    message["type"] = "transaction"
    del message["entry"][HEADER]
    for entry in message["entry"]:
        entry["request"] = {"method": "POST", "url": entry["resource"]["resourceType"]}
    read = _read(message)

    assert (read.reason_code, read.person.name.display) == ("new", "Harleen Sandhu")
    assert read.sender.name == "Cape Hill Practice"


def test_a_single_service_request_may_contain_all_it_refers_to() -> None:
    message = _harleen()
    request = _resource(message, REQUEST)
    del request["basedOn"]
    patient = {**_resource(message, PATIENT), "id": "harleen"}
    request["contained"] = [patient]
    request["subject"] = {"reference": "#harleen"}
    service = {"system": "https://fhir.nhs.uk/Id/dos-service-id", "value": "2000000042"}
    request["performer"] = [{"type": "HealthcareService", "identifier": service}]
    request["requester"] = {
        "identifier": {"system": "https://fhir.nhs.uk/Id/ods-organization-code", "value": "F99001"},
        "display": "Cape Hill Practice",
    }
    read = _read(request)

    assert read.person.nhs_number == "9990001014"
    assert read.destination.service_identifiers[0][1] == "2000000042"
    assert read.sender.identifiers[0][1] == "F99001"


def test_malformed_json_is_refused_at_its_byte() -> None:
    original = '{"resourceType": "Bündle", oops}'.encode()

    assert _refusal(original).element == f"byte {original.index(b'oops')}"


def test_bytes_that_are_not_utf8_are_refused_at_their_byte() -> None:
    assert _refusal(b'{"resourceType": "B\xff"}').element == "byte 19"


def test_a_name_given_twice_is_refused_at_its_second_place() -> None:
    original = b'{"resourceType": "Bundle", "type": "message", "type": "batch"}'

    second = original.rindex(b'"type"')
    assert _refusal(original).element == f"byte {second}"


def test_a_nest_without_end_is_refused() -> None:
    assert _refusal(b"[" * 100_000).element == "byte 50"


def test_a_message_above_the_limit_is_refused_unread() -> None:
    assert _refusal(b" " * 5_000_001).element == "message"


@pytest.mark.parametrize(
    "original", [b"", b"null", b"[]", b"{}", b"NaN", b'{"resourceType": "Patient"}', b"1" * 5000]
)
def test_what_is_no_referral_is_refused(original: bytes) -> None:
    _refusal(original)


def test_the_published_booking_and_referral_message_is_read() -> None:
    read = read_referral(_published("bars-referral-validation-request.json"))

    assert read.reason_code == "new"
    assert read.destination.service_identifiers == (
        ("https://fhir.nhs.uk/Id/dos-service-id", "111111111"),
    )
    assert read.sender.identifiers == (("https://fhir.nhs.uk/Id/ods-organization-code", "RND"),)
    assert read.person.date_of_birth is not None
    assert read.person.nhs_number is None, "its check digit is wrong"
    assert {repair.name for repair in read.repairs} == {
        "identifier-system-spelling",
        "nhs-number-set-aside",
    }


@pytest.mark.parametrize(
    ("name", "element"),
    [
        ("ers-r4-service-request-searchset.json", "Bundle.entry[0].resource.subject"),
        ("gravity-service-request-active.json", "ServiceRequest.subject"),
        ("gravity-task-accepted.json", "Task.focus"),
    ],
)
def test_a_published_message_without_its_person_is_refused(name: str, element: str) -> None:
    assert _refusal(_published(name)).element == element


JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.sampled_from(["active", "#x", "Patient/1", "0000-01-01T00:00:00Z", "2026-02-30"]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(
                ["reference", "coding", "code", "system", "value", "resourceType", "text"]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=4,
)


def _spots(node: object) -> list[tuple[Any, Any]]:
    """Every place of a message that may be changed: its holder and its key."""
    spots: list[tuple[Any, Any]] = []
    if isinstance(node, dict | list):
        keys = list(node) if isinstance(node, dict) else range(len(node))
        for key in keys:
            spots += [(node, key), *_spots(node[key])]
    return spots


def _read_or_refused(original: bytes) -> ReferralMessage | MessageRefused:
    try:
        return read_referral(original)
    except MessageRefused as refused:
        return refused


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
@given(st.data())
def test_a_changed_message_is_read_or_refused_and_nothing_else(data: st.DataObject) -> None:
    message = _harleen()
    for _ in range(data.draw(st.integers(1, 3))):
        holder, key = data.draw(st.sampled_from(_spots(message)))
        match data.draw(st.sampled_from(["put", "drop", "wrap", "repeat"])):
            case "put":
                holder[key] = data.draw(JSON_VALUES)
            case "drop":
                del holder[key]
            case "wrap":
                holder[key] = [holder[key]]
            case _:
                holder[key] = [holder[key], copy.deepcopy(holder[key])]
    match _read_or_refused(json.dumps(message).encode()):
        case MessageRefused() as refused:
            assert refused.element
            assert refused.reason
        case read:
            assert read.person.name.display
            assert read.sent_at.tzinfo is not None


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.integers(0, 6000), st.integers(0, 40), st.binary(max_size=8))
@example(0, 40, b"")
def test_changed_bytes_are_read_or_refused_and_nothing_else(
    start: int, length: int, other: bytes
) -> None:
    original = _example("referral-to-talking-therapies")
    changed = original[:start] + other + original[start + length :]
    match _read_or_refused(changed):
        case MessageRefused() as refused:
            assert refused.element
        case read:
            assert read.sha256 == hashlib.sha256(changed).hexdigest()
