"""How far the log has come, as it was signed; the hashes that prove it; and who countersigned."""

from __future__ import annotations

from projections.questions.share import ShareQuestions
from projections.witnesses import SQL, WitnessStands

WIDTH = 256
"""How many hashes a whole tile has."""


class CheckpointQuestions(ShareQuestions):
    """What anybody may ask of the tree: hashes, and nothing of what they are over."""

    async def checkpoint(self) -> str | None:
        """The newest, as a signed note; ``None`` before the first."""
        rows = await self._rows(SQL["newest"])
        return str(rows[0][2]) if rows else None

    async def witnessed(self) -> str | None:
        """The newest that a witness countersigned, with all their lines."""
        rows = await self._rows(SQL["witnessed"])
        return rows[0][0] + "".join(line for _, line in rows) if rows else None

    async def tile(self, level: int, index: int, width: int) -> bytes | None:
        """The first hashes of a tile; ``None`` if it is not in the newest checkpoint's tree."""
        first = index * WIDTH
        asked = {"first": first, "last": first + width}
        if level == 0:
            rows = await self._rows(SQL["leaves"], asked)
        else:
            rows = await self._rows(SQL["subtrees"], asked | {"level": level})
        return b"".join(bytes(found) for (found,) in rows) if len(rows) == width else None

    async def log_keys(self) -> list[str]:
        """Every key that signed checkpoints, the oldest first."""
        return [key for (key,) in await self._rows(SQL["keys"])]

    async def reopened(self) -> str:
        """What was said each time that the log was reopened, the oldest first; empty if never."""
        return "".join(statement for (statement,) in await self._rows(SQL["statements"]))

    async def witnesses(self) -> list[WitnessStands]:
        """Everybody who is asked to countersign, and how that stands."""
        return [WitnessStands(*row) for row in await self._rows(SQL["stand"])]
