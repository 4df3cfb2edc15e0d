"""Which role may open which address, as a text that a privacy officer can read.

``python -m tests.api.who_may_open`` writes it, by asking every address as every role; the test
asks again and compares it with what was agreed.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID, uuid4

import httpx
from fastapi.routing import iter_route_contexts

from api import access
from deploy.community.place import COMMISSIONER, PRACTICE
from deploy.embedded import start
from domain.vocabulary import Role
from tests.api.founded import founding
from tests.api.place import Place, running
from tests.database import made

TABLE = Path(__file__).parent / "who_may_open.txt"
NOBODY = UUID("00000000-0000-4000-8000-000000000000")
HEAD = """\
Who may open which address, by role: asked of the running application, about nobody it knows.

  o   it is open: what comes back is for the organisation, and as far as the role sees
  .   403 for this role, whatever the organisation

Roles are those of the practice that hosts; the commissioner's are the commissioner's own. What was
sent is nothing: an address may refuse a role further once it has read what it is asked for.
"""
SIGN_OUT = "/sign-out"


def routes(place: Place) -> list[tuple[str, str]]:
    """Every address that is not public, with each of its methods, as the table names it."""
    found = []
    for context in iter_route_contexts(place.app.routes):
        if context.path in access.PUBLIC | access.BY_LINK or not context.path:
            continue
        assert context.methods
        found += [(method, context.path) for method in sorted(context.methods - {"HEAD"})]
    return sorted(set(found), key=lambda each: (each[1], each[0]))


def token(place: Place, role: Role) -> str:
    """Somebody's in the role: at the commissioner where it is the only place for it."""
    for organisation in (PRACTICE, COMMISSIONER):
        if role is Role.SYSTEM:
            return place.tokens.issue(organisation.id, organisation.id, role)
        for person in organisation.people:
            if person.role is role:
                return place.tokens.issue(person.id, organisation.id, role)
    raise KeyError(role)


def knock(anybody: httpx.Client, method: str, path: str, holder: str) -> bool:
    """Whether an address is open to who holds the token."""
    for name in access_names(path):
        path = path.replace(f"{{{name}}}", str(NOBODY))
    headers = {"Authorization": f"Bearer {holder}", "Idempotency-Key": str(uuid4())}
    with anybody.stream(method, path, headers=headers) as answer:
        assert answer.status_code not in (401, 405, 500), (method, path, answer.status_code)
        return answer.status_code != 403


def access_names(path: str) -> list[str]:
    """The names of what stands for an id in an address."""
    return [part[1:-1].partition(":")[0] for part in path.split("/") if part.startswith("{")]


def table(place: Place) -> str:
    """The table, as the application answers."""
    holders = {role: token(place, role) for role in Role}
    asked = [(method, path, role) for method, path in routes(place) for role in Role]
    ending = [each for each in asked if each[1] == SIGN_OUT]  # of what the others are asked with
    anybody = place.anybody()
    opened: dict[tuple[str, str, Role], bool] = {}

    def ask(each: tuple[str, str, Role]) -> None:
        method, path, role = each
        opened[each] = knock(anybody, method, path, holders[role])

    for part in ([each for each in asked if each not in ending], ending):
        with ThreadPoolExecutor(4) as many:
            list(many.map(ask, part))
    lines = [HEAD, " " * 66 + "".join(f"{role.value:>16}" for role in Role)]
    for method, path in routes(place):
        cells = "".join(f"{'o' if opened[method, path, role] else '.':>16}" for role in Role)
        lines.append(f"{method:<5}{path:<61}{cells}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    with TemporaryDirectory(prefix="throughcare-") as folder:
        server = start(Path(folder))
        (Path(folder) / "place").mkdir()
        try:
            with (
                founding(server, Path(folder) / "place") as founded,
                made(server, template=founded) as own,
                running(own, Path(folder) / "place") as place,
            ):
                TABLE.write_text(table(place), encoding="utf-8")
        finally:
            server.stop()
