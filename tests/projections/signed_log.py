"""A small log as it would be stored, signed and exported, for tests of who verifies it.

It refuses to know a database: links are reckoned from the facts before, plainly.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from projections import verifier
from projections.verifier import COSIGNATURE, NOTHING, Checkpoint, Key, Proof, sign

ORIGIN = "throughcare.test/log/1"
SECRET = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEY = Key(ORIGIN, SECRET.public_key().public_bytes_raw())
OF_WITNESS = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
WITNESS = Key("practice.test/witness", OF_WITNESS.public_key().public_bytes_raw(), COSIGNATURE)
ORGANISATION = UUID(int=1)
BEGAN = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)

Fact = dict[str, Any]


def lived(count: int) -> list[Fact]:
    """So many facts, of three people with two streams each and, each seventh, of nobody."""
    facts: list[Fact] = []
    versions: dict[UUID, int] = {}
    for n in range(count):
        person = None if n % 7 == 6 else UUID(int=100 + n % 3)
        stream = uuid5(person or ORGANISATION, str(n % 2))
        versions[stream] = versions.get(stream, 0) + 1
        facts.append(
            {
                "position": n + 1,
                "stream": stream,
                "version": versions[stream],
                "topic": "contact:Attended",
                "schema": 1,
                "person": person,
                "label": "",
                "effective_at": BEGAN + timedelta(minutes=n),
                "recorded_at": BEGAN + timedelta(minutes=n, microseconds=1),
                "practitioner": UUID(int=2),
                "organisation": ORGANISATION,
                "purpose": "care",
                "correlation": UUID(int=n),
                "causation": None,
                "intention": UUID(int=n),
                "state": f"sealed {n}".encode(),
            }
        )
    return facts


def chained(facts: Sequence[Fact]) -> list[Fact]:
    """The same facts with both links, and the hash of each leaf, reckoned anew."""
    of_stream: dict[UUID, bytes] = {}
    of_person: dict[UUID, bytes] = {}
    linked = []
    for fact in facts:
        person = fact["person"]
        before = of_person.get(person, NOTHING) if person else NOTHING
        one = fact | {
            "previous": of_stream.get(fact["stream"], NOTHING),
            "previous_of_person": before,
        }
        one["hash"] = verifier.leaf_hash(verifier.leaf(one))
        of_stream[fact["stream"]] = one["hash"]
        if person:
            of_person[person] = one["hash"]
        linked.append(one)
    return linked


def hashes(facts: Sequence[Fact]) -> list[bytes]:
    return [fact["hash"] for fact in facts]


def signed(facts: Sequence[Fact], *, witnessed: bool = False) -> str:
    """The note of the checkpoint over all of these facts."""
    text = str(Checkpoint(ORIGIN, len(facts), verifier.root(hashes(facts))))
    note = str(sign(text, KEY, SECRET.sign))
    if witnessed:
        note += str(sign(text, WITNESS, OF_WITNESS.sign, 1_772_530_200)).rpartition("\n\n")[2]
    return note


def export(facts: Sequence[Fact], note: str, first: int = 1, last: int | None = None) -> list[str]:
    """An export of the numbers ``first`` to ``last``, as ``throughcare log export`` writes it."""
    last = len(facts) if last is None else last
    lines: list[Fact] = [
        {"format": "throughcare-log@1", "origin": ORIGIN, "first": first, "last": last}
    ]
    lines += [
        verifier.exported(fact) | {"hash": fact["hash"].hex()} for fact in facts[first - 1 : last]
    ]
    around = verifier.around(first - 1, last, len(facts), hashes(facts))
    lines.append({"checkpoint": note, "around": [b64encode(each).decode() for each in around]})
    return [json.dumps(line) + "\n" for line in lines]


def proved(facts: Sequence[Fact], number: int, note: str) -> str:
    """The proof of one fact, with the fact."""
    path = verifier.inclusion(number - 1, len(facts), hashes(facts))
    fact = json.dumps(verifier.exported(facts[number - 1])).encode()
    return str(Proof(number - 1, tuple(path), note, fact))
