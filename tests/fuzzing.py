"""Requests by chance, made from the served description, by every role: what comes of them.

``python -m tests.fuzzing --cases 100000 --seed 1`` is `make fuzz`; a short form of it is a test.
Whatever is answered must be described, of the described shape, and no error of ours.
"""

from __future__ import annotations

import argparse
import logging
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import requests
import schemathesis
import structlog
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from deploy.community.place import LOW, PRACTICE
from deploy.embedded import start
from domain.vocabulary import Purpose, Role
from tests.api.founded import founding
from tests.api.place import Place, running
from tests.api.who_may_open import token
from tests.database import made

CHECKS = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
WITHOUT_END = {"/v1/share/live"}
"""A stream goes on until its reader leaves; tests of its own follow it."""

SLOW = {"timeout", "min-position"}
"""Parameters that ask the server to wait: given, but never for long."""


@dataclass
class Found:
    """What came of it: how many were asked, what was answered, and what was wrong."""

    cases: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    wrong: dict[str, str] = field(default_factory=dict)


@dataclass
class Fuzz:
    """A place with somebody in it, and its interface as it describes itself."""

    place: Place
    seed: int

    def __post_init__(self) -> None:
        address = f"{self.place.url}/openapi.json"
        self.schema = schemathesis.openapi.from_url(address, timeout=60)
        self.session = requests.Session()
        self.holders = {role: token(self.place, role) for role in Role}
        self.known = _somebody(self.place)

    def operations(self) -> list[Any]:
        """Every operation of the description but those that never end."""
        found = []
        for result in self.schema.get_all_operations():
            assert isinstance(result, Ok), f"the description has a flaw: {result.err()}"
            if result.ok().path not in WITHOUT_END:
                found.append(result.ok())
        return found

    def ask(self, cases: int, *, of: int | None = None) -> Found:
        """So many cases, spread over the addresses, or ``of`` them by chance, and the roles."""
        found, operations = Found(), self.operations()
        if of is not None:
            operations = random.Random(self.seed).sample(operations, of)
        for index, operation in enumerate(operations):
            share = cases * (index + 1) // len(operations) - cases * index // len(operations)
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                part = share - share // 2 if mode is GenerationMode.POSITIVE else share // 2
                if part:
                    self._ask(operation, mode, part, found)
        return found

    def _ask(self, operation: Any, mode: GenerationMode, cases: int, found: Found) -> None:
        asked = st.tuples(
            operation.as_strategy(generation_mode=mode),
            st.sampled_from([*Role, *CARING]),
            st.sampled_from([None, *Purpose]),
            st.randoms(use_true_random=False),
        )

        @seed(self.seed)
        @settings(
            max_examples=cases,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(asked)
        def each(one: tuple[Any, Role, Purpose | None, random.Random]) -> None:
            if found.cases < limit:
                self._one(*one, found)

        limit = found.cases + cases
        try:
            each()
        except Unsatisfiable:
            return  # nothing that is not valid can be made for an address that takes nothing

    def _one(
        self,
        case: Any,
        role: Role,
        purpose: Purpose | None,
        chance: random.Random,
        found: Found,
    ) -> None:
        for name in case.path_parameters or {}:
            if name in self.known and chance.random() < KNOWN:
                case.path_parameters[name] = str(self.known[name])
        for name in SLOW & set(case.query or {}):
            case.query[name] = "0"
        headers = {"Authorization": f"Bearer {self.holders[role]}"}
        takes_key = any(each.name == "idempotency-key" for each in case.operation.headers)
        if takes_key and chance.random() < KNOWN:
            headers["Idempotency-Key"] = str(UUID(int=chance.getrandbits(128)))
        if purpose is not None and chance.random() < SOMETIMES:
            headers["Purpose"] = purpose.value
        found.cases += 1
        answer = case.call(session=self.session, headers=headers, timeout=30)
        found.answers[f"{answer.status_code // 100}xx"] += 1
        try:
            case.validate_response(answer, checks=CHECKS)
        except (Failure, FailureGroup) as wrong:
            flaws = wrong.exceptions if isinstance(wrong, FailureGroup) else (wrong,)
            for flaw in flaws:
                what = f"{case.method} {case.operation.path} {answer.status_code}: {flaw.title}"
                how = f"{role.value}: {str(flaw)[:400]}\n{answer.text[:300]}"
                found.wrong.setdefault(what, f"{how}\n{case.as_curl_command()[:700]}")


CARING = [Role.CLINICIAN, Role.CHAIR, Role.ADMINISTRATOR, Role.SYSTEM] * 4
"""Those who are refused little: every role is asked as, these most often."""

KNOWN = 0.7
"""How often something that is there is asked for, and a key is given."""
SOMETIMES = 0.2


def _somebody(place: Place) -> Mapping[str, Any]:
    """Somebody the practice refers, helps and meets about: what their parts are called."""
    asha, priya = place.person("asha"), place.person("priya")
    referred = {
        "service": str(LOW.id),
        "person": {"name": "Rosa Lind", "date_of_birth": "1988-05-04"},
        "source": "professional",
        "ask": "Talking therapy",
    }
    made = asha.done("/v1/referrals", referred)
    referral = made["id"]
    priya.done(f"/v1/referrals/{referral}/acceptance")
    return {
        "person": made["person"],
        "referral": referral,
        "partner": str(PRACTICE.id),
        "service": str(LOW.id),
        "practitioner": str(PRACTICE.people[0].id),
    }


@contextmanager
def somewhere() -> Iterator[Place]:
    """A place of its own."""
    with TemporaryDirectory(prefix="throughcare-") as folder:
        (Path(folder) / "place").mkdir()
        server = start(Path(folder))
        try:
            with (
                founding(server, Path(folder) / "place") as founded,
                made(server, template=founded) as database,
                running(database, Path(folder) / "place") as place,
            ):
                yield place
        finally:
            server.stop()


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    asked = parser.parse_args()
    quiet = structlog.make_filtering_bound_logger(logging.CRITICAL)
    structlog.configure(wrapper_class=quiet)
    sys.stderr.write(f"seed {asked.seed}\n")
    with somewhere() as place:
        began = time.monotonic()
        found = Fuzz(place, asked.seed).ask(asked.cases)
        took = time.monotonic() - began
    for what, how in found.wrong.items():
        sys.stdout.write(f"{what}\n{how}\n\n")
    answers = ", ".join(f"{many} {status}" for status, many in sorted(found.answers.items()))
    sys.stdout.write(
        f"{found.cases} cases, seed {asked.seed}, {took:.0f} seconds: {answers}; "
        f"{len(found.wrong)} kinds of wrong answer\n"
    )
    return 1 if found.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
