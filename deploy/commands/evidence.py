"""An evidence pack for a person, a decision or a period, as one file: ``evidence``."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Annotated

import anyio.to_thread
from cyclopts import Parameter

from api.packing import Packing, question_of
from deploy.commands.house import identifier, moment, opened
from deploy.commands.looked import Looking
from deploy.commands.output import NOTHING, USAGE, Json, Stopped, say
from deploy.commands.views import asked
from deploy.kept import now
from deploy.wiring import House, packs
from domain.intentions.persons import PersonIsUnknown
from projections import schema
from projections.audit import Audit
from projections.behalf import acting_for
from projections.looking import Kind
from projections.packs import (
    MOST,
    Made,
    Maker,
    NothingIsSigned,
    NothingSignedFits,
    PackIsTooLarge,
    Question,
)
from projections.reading import Reading


def evidence(
    out: Annotated[str, Parameter(help="The file to write, a zip.")],
    /,
    *,
    person: Annotated[str, Parameter(help="The person's id, as the host knows it.")] = "",
    decision: Annotated[str, Parameter(help="Of this person, what belongs to a decision.")] = "",
    since: Annotated[str, Parameter(help="A period's beginning.")] = "",
    until: Annotated[str, Parameter(help="A period's end; now if left out.")] = "",
    json: Json = False,
) -> None:
    """What happened, who was told and who looked, with what proves it; itself a look."""
    if bool(person) == bool(since) or (decision and not person) or (until and not since):
        raise Stopped("name --person (and its --decision), or --since (and --until)", USAGE)
    with opened() as house:
        question = question_of(
            identifier(person, "person") if person else None,
            identifier(decision, "decision") if decision else None,
            moment(since, "--since") if since else None,
            moment(until, "--until") if until else now(),
        )
        with acting_for(house.care.host):
            content, made = asked(house, lambda reading: _made(house, reading, question))
        Path(out).write_bytes(content)
    say([{"file": out, "bytes": len(content), "signed": made.size}], json=json)


async def _made(house: House, reading: Reading, question: Question) -> tuple[bytes, Made]:
    """The pack, once it is written down that it was made."""
    host, source, login = house.care.host, packs(house.database), getpass.getuser()
    looking = Looking(house, host, "evidence", Kind.EXPORT)
    audit = Audit(house.database.dsn(schema.AUDIT), house.pseudonyms)
    await audit.open()
    try:
        packing = Packing(host, reading, audit, source, now(), MOST)
        pack = await packing.pack(question, Maker(account=login), login)
    except NothingIsSigned:
        raise Stopped("nothing is signed yet: `throughcare work` or `up` signs", NOTHING) from None
    except PersonIsUnknown:
        raise Stopped("the host knows nobody by this id", NOTHING) from None
    except NothingSignedFits:
        raise Stopped("nothing that is signed fits", NOTHING) from None
    except PackIsTooLarge:
        raise Stopped(f"more than {MOST:,} facts: ask for a shorter period", USAGE) from None
    finally:
        await audit.close()
    await looking.recorded(reading)
    await anyio.to_thread.run_sync(source.keep, pack.made)
    return pack.content, pack.made
