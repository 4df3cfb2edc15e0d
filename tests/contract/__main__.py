"""Writes what is published: `python -m tests.contract`. What would break a partner it refuses."""

from __future__ import annotations

import sys

from projections.contract import PUBLISHED, Contract, Message, contract, write
from tests.contract.compatible import breaks
from tests.contract.made import made


def main() -> None:
    """Write every message anew; versions that are no longer told stay as they were published."""
    was = contract()
    now = made({type_: m.deprecated for type_, m in was.items() if m.deprecated})
    if found := breaks(Contract(m for m in was.values() if m.type in now), now):
        print("This would break partners; make it a new version:", *found, sep="\n  ")
        sys.exit(1)
    PUBLISHED.mkdir(exist_ok=True)
    for message in now.values():
        _write(message)
    print(f"{len(now)} messages are published, and {len(was.keys() - now.keys())} earlier ones")


def _write(message: Message) -> None:
    (PUBLISHED / f"{message.type}.json").write_bytes(write(message))


if __name__ == "__main__":
    main()
