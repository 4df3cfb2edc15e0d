"""A person's details in a record: what stands of each, what is in conflict, what they dispute."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from domain import edits
from domain.edits import Edit
from domain.vocabulary import EditId

TOLD_ONCE = ("deprivation_decile", "practice")
EDITED = (
    "name",
    "phone",
    "date_of_birth",
    "nhs_number",
    "address",
    "postcode",
    "sex",
    "language",
    "needs",
    "ethnicity",
)
WHO = ("by_organisation", "by_practitioner")


def fold(row: dict[str, Any], fact: str, data: Mapping[str, Any], at: str) -> None:
    """Follow one fact about the person."""
    match fact:
        case "PersonRegistered":
            row["registered"] = {"at": at, **_who(data)}
            row.update({n: data[n] for n in TOLD_ONCE if data.get(n) is not None})
            row.update({n: v for n, v in _said(data).items() if n not in row["edits"]})
        case "DetailsCorrected" | "CommunicationNeedsRecorded":
            for detail, value in (_said(data) | dict.fromkeys(data.get("taken_out", ()))).items():
                write(row, detail, value, fact, data, at)
        case "ConflictSettled":
            write(row, data["detail"], data.get("value"), fact, data, at)
        case "RectificationAsked":
            asked = {n: data[n] for n in ("about", "owner", "words", "due_on") if n in data}
            row.setdefault("rectifications", {})[data["rectification"]] = asked | {"at": at}
        case "RectificationDecided":
            said = {n: data[n] for n in ("about", "outcome") if n in data}
            said |= {"decided_at": at, "answer": data.get("words"), **_who(data)}
            row.setdefault("rectifications", {}).setdefault(data["rectification"], {}).update(said)
            if data.get("disagreement"):
                words = {"about": data["about"], "words": data["disagreement"], "at": at}
                row["disagreements"].append(words | _who(data))
        case "DisagreementRecorded":
            said = {"about": data["about"], "words": data.get("words"), "at": at, **_who(data)}
            row["disagreements"].append(said)
            row["disagreements"].sort(key=lambda each: (each["at"], each["about"], each["words"]))


def write(
    row: dict[str, Any], name: str, value: str | None, fact: str, data: Mapping[str, Any], at: str
) -> None:
    """Let an edit stand where its writer had seen what stood, and beside it where not."""
    when = datetime.fromisoformat(at)
    own = data.get("edit")
    edit = Edit(
        id=EditId(UUID(own)) if own else edits.of_old(fact, when),
        value=value,
        at=when,
        instead_of=frozenset(EditId(UUID(e)) for e in data.get("instead_of", ())) if own else None,
        organisation=data.get("by_organisation"),
        practitioner=data.get("by_practitioner"),
    )
    standing = edits.after(stands(row, name), edit)
    row["edits"][name] = [_kept(each) for each in standing]
    if edits.differ(standing):
        row["conflicts"][name] = row["edits"][name]
    else:
        row["conflicts"].pop(name, None)
    current = edits.current(standing)
    row[name] = current
    if current is None:
        del row[name]


def forget(row: dict[str, Any], name: str) -> None:
    """Nothing of this stands any more."""
    row[name] = None
    row["edits"].pop(name, None)
    row["conflicts"].pop(name, None)


def stands(row: Mapping[str, Any], name: str) -> tuple[Edit, ...]:
    """Every edit of one detail that stands; what was registered is one."""
    if name in row["edits"]:
        return tuple(_read(each) for each in row["edits"][name])
    if name in EDITED and name in row and "registered" in row:
        of = row["registered"]
        when = datetime.fromisoformat(of["at"])
        who = (of.get(name) for name in WHO)
        return (Edit(edits.of_old("PersonRegistered", when), row[name], when, None, *who),)
    return ()


def _said(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: data[name] for name in EDITED if data.get(name) is not None}


def _who(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: data[name] for name in WHO if name in data}


def _kept(edit: Edit) -> dict[str, Any]:
    who = dict(zip(WHO, (edit.organisation, edit.practitioner), strict=True))
    return {
        "id": str(edit.id),
        "value": edit.value,
        "at": edit.at.isoformat(),
        "of_old": edit.instead_of is None,
        **{name: value for name, value in who.items() if value is not None},
    }


def _read(kept: Mapping[str, Any]) -> Edit:
    return Edit(
        id=EditId(UUID(kept["id"])),
        value=kept["value"],
        at=datetime.fromisoformat(kept["at"]),
        instead_of=None if kept["of_old"] else frozenset(),
        organisation=kept.get("by_organisation"),
        practitioner=kept.get("by_practitioner"),
    )
