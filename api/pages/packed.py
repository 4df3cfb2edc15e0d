"""What an evidence pack says to whoever reads it: a page without scripts, tables, and a README.

It refuses to prove anything: the proofs lie beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from api.pages import tables, telling
from api.pages.looks import KINDS
from api.pages.rendering import ENVIRONMENT
from api.pages.words import Names, moment
from projections.audit import Kept, Told
from projections.entries import Entry

README = """\
EVIDENCE PACK {id}

{title}
Made {made} for {organisation} by {by}.

index.html    to be read: what happened, who was told and who looked
entries.csv   what {organisation} was told, oldest first (entries.jsonl: with every field)
told.csv      which organisations were told which kind of thing
looks.csv     who looked
facts.jsonl   of each fact its leaf in the log's tree, and the proof that the log holds it
checkpoint.txt  how far the log had come ({size} facts), signed
key.txt       the log's public key, as this pack has it
pack.json     the SHA-256 of every file

TO VERIFY, on any computer with Python 3.11 and `cryptography`, without a network:

    python verifier.py pack . --key KEY

KEY is the log's public key as you know it from elsewhere: from the agreement, from a partner, from
/log/key. key.txt came with this pack: if it is the only one you have, compare it first. Best use a
copy of verifier.py that you have already, too. It ends with RIGHT, or with WRONG and the number.

WHAT IS PROVED: that each fact stands in the log under its number, and was not changed since it was
recorded; of a fact that {organisation} was told, when it was recorded, for whom, and of what kind
it is; of a person, that no earlier fact of theirs was left out; of a period, that no fact was.
WHAT IS NOT: what an entry says in words is as {organisation} was told it, and rests on its word; so
does who looked. The log holds what was said sealed; its holder can open a fact before you.
"""


@dataclass(frozen=True, slots=True)
class Telling:
    """Everything a pack tells, before it is written."""

    id: str
    title: str
    organisation: str
    by: str
    made_at: datetime
    size: int
    whole: str
    entries: Sequence[Entry]
    told: Sequence[Told]
    looks: Sequence[Kept]


def files(told: Telling, names: Names) -> dict[str, bytes]:
    """The readable files of a pack, by their names."""
    entries = [_entry(each, names) for each in told.entries]
    recipients = [_told(each, names) for each in told.told]
    looks = [_look(each, names) for each in told.looks]
    page = ENVIRONMENT.get_template("evidence_pack.html").render(
        told=told, entries=entries, recipients=recipients, looks=looks
    )
    readme = README.format(
        id=told.id,
        title=told.title,
        made=moment(told.made_at),
        organisation=told.organisation,
        by=told.by,
        size=told.size,
    )
    lines = (
        {
            "fact": each.data.get("fact"),
            "number": each.number,
            "position": each.position,
            "type": each.type,
            "true_at": each.effective_at,
            "told_at": each.recorded_at,
            "data": each.data,
        }
        for each in told.entries
    )
    return {
        "README.txt": readme.encode(),
        "index.html": page.encode(),
        "entries.csv": tables.written(entries),
        "told.csv": tables.written(recipients),
        "looks.csv": tables.written(looks),
        "entries.jsonl": b"".join(orjson.dumps(line) + b"\n" for line in lines),
    }


def _entry(entry: Entry, names: Names) -> dict[str, Any]:
    return {
        "number": entry.position,
        "true_at": moment(entry.effective_at),
        "told_at": moment(entry.recorded_at),
        "what": telling.happened(entry.type, entry.data, names),
        "why": telling.why(entry.data),
        "by": names.by(entry.data),
    }


def _told(told: Told, names: Names) -> dict[str, Any]:
    return {
        "organisation": names.organisation(told.partner),
        "what": telling.latest(told.type),
        "first": moment(told.first),
        "last": moment(told.last),
        "times": told.times,
    }


def _look(look: Kept, names: Names) -> dict[str, Any]:
    return {
        "at": moment(look.at),
        "did": KINDS[look.kind],
        "who": look.account or names.practitioner(look.practitioner),
        "role": look.role,
        "organisation": names.organisation(look.organisation),
        "purpose": look.purpose,
    }
