"""What is brought in from elsewhere: referral messages, and directories of services."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from api.fhir.read import MessageRefused, read_referral
from api.hsds.intake import HsdsIntake
from api.hsds.tables import CannotBeRead, read
from api.hsds.terms import meaning
from api.parts import Caller
from deploy.commands.house import opened, partner_named
from deploy.commands.output import FAILED, USAGE, Json, Stopped, say
from deploy.wiring import House
from domain.policies.days import local_date
from domain.vocabulary import PartnerId, Role, Step
from projections.behalf import acting_for

app = App(name="import", help="Bring in referrals, or a directory of services.")


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
            bringer = _bringer(house, original, from_)
            with acting_for(bringer):
                receipt = house.intake.receive(
                    original, Caller(None, bringer, Role.SYSTEM, "import")
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


@app.command
def hsds(
    path: Path,
    /,
    *,
    mapping: Annotated[
        Path | None, Parameter(help="A TOML file that says what the directory's terms mean here.")
    ] = None,
    step: Annotated[
        int | None, Parameter(help="The step of services whose terms are not in the mapping.")
    ] = None,
    dry_run: Annotated[bool, Parameter(help="Say what would change, and record nothing.")] = False,
    json: Json = False,
) -> None:
    """A directory as Open Referral HSDS 3 has it: a folder of CSV files, or JSON.

    What is new is opened and what differs put right, by the directory's identifiers; what it leaves
    out is reported and stays. A service that cannot be taken in is refused alone, and kept.
    """
    now = datetime.now(UTC)
    try:
        meant = meaning(mapping, None if step is None else Step(step), local_date(now))
        placed = read(path)
    except CannotBeRead as unread:
        raise Stopped(str(unread), USAGE) from None
    except ValueError:
        raise Stopped(f"--step {step} is no step: write 1, 2, 3 or 4", USAGE) from None
    with opened() as house:
        if not dry_run:
            house.engine.catch_up()  # what was brought in a moment ago is compared with too
        taking = HsdsIntake(house.care, house.messages, house.lookups.directory)
        with acting_for(house.care.host):
            outcomes = taking.take(placed, meant, now, dry_run=dry_run)
    rows = [{"service": o.service, "outcome": o.outcome, "remarks": o.remarks} for o in outcomes]
    say(rows, json=json)
    if refused := sum(each.refused for each in outcomes):
        kept = "" if dry_run else "; they are kept"
        raise Stopped(f"{refused} of {len(placed)} services were refused{kept}", FAILED)


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
