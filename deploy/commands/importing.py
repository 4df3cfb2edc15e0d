"""Messages and histories brought in: ``import fhir``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from api.fhir.read import MessageRefused, read_referral
from api.parts import Caller
from deploy.commands.house import opened, partner_named
from deploy.commands.output import FAILED, Json, Stopped, say
from deploy.wiring import House
from domain.vocabulary import PartnerId, Role

app = App(name="import", help="Bring referrals in.")


@app.command
def fhir(
    *paths: Path,
    from_: Annotated[
        str, Parameter(name="--from", help="Who brings it; the sender it names, or the host.")
    ] = "",
    dry_run: Annotated[bool, Parameter(help="Read, and record nothing.")] = False,
    json: Json = False,
) -> None:
    """FHIR R4 referral messages; a refused one is kept too, with the element and the reason."""
    rows, refused = [], 0
    with opened() as house:
        for path in paths:
            try:
                original = path.read_bytes()
            except OSError as unread:
                raise Stopped(f"{path} cannot be read: {unread.strerror}") from None
            if dry_run:
                rows.append({"message": path.name} | _dry(original))
                continue
            receipt = house.intake.receive(
                original, Caller(None, _bringer(house, original, from_), Role.SYSTEM, "import")
            )
            refused += not receipt.accepted
            rows.append(
                {
                    "message": path.name,
                    "outcome": "recorded" if receipt.accepted else "refused and kept",
                    "referral": receipt.referral,
                    "sha256": receipt.sha256,
                    "remarks": "; ".join(f"{i.expression}: {i.text}" for i in receipt.issues),
                }
            )
    say(rows, json=json)
    if refused:
        raise Stopped(f"{refused} of {len(paths)} messages were refused; they are kept", FAILED)


def _bringer(house: House, original: bytes, name: str) -> PartnerId:
    directory = house.lookups.directory()
    if name:
        return partner_named(directory, name).id
    try:
        sender = directory.partner_identified(set(read_referral(original).sender.identifiers))
    except MessageRefused:
        return house.care.host
    return sender.id if sender else house.care.host


def _dry(original: bytes) -> dict[str, object]:
    try:
        message = read_referral(original)
    except MessageRefused as refused:
        return {"outcome": "would be refused", "remarks": f"{refused.element}: {refused.reason}"}
    return {
        "outcome": "would be recorded",
        "remarks": "; ".join(f"{r.element}: {r.name}" for r in message.repairs),
    }
