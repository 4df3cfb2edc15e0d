"""The matrix at the interface: every kind of partner, role, purpose and marked word, by every way.

``python -m tests.processes.matrix`` is `make matrix`; its short form is a test. What may be seen
follows from ``marked.ALLOWED`` and the committed tables (`tests.who_may_see`), and never from the
code that decides it.
"""

from __future__ import annotations

import logging
import shutil
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import orjson
import psycopg
import structlog

from deploy import wiring
from domain.facts import FACTS
from domain.kernel import Asked
from domain.mapping import FactMapper
from domain.vocabulary import PartnerId, PartnerKind, PractitionerId, Purpose, Role
from projections import log as facts_log
from projections import schema
from tests import who_may_see
from tests.people import KINDS, MONDAY, PARTNER_OF, WIGG, named
from tests.processes.canary import CANARY, worker
from tests.processes.house import House
from tests.processes.marked import ALLOWED, MARKS, marked_person
from tests.processes.marks import marks
from tests.processes.private import BEFORE_THE_SEAL
from tests.trusting import TRUSTED

CARE = ("direct care", "safeguarding")
AGREED: Mapping[PartnerKind, tuple[str, ...]] = defaultdict(
    lambda: ("support in the community",),
    {
        PartnerKind.PRACTICE: CARE,
        PartnerKind.TRUST: CARE,
        PartnerKind.TALKING_THERAPIES: CARE,
        PartnerKind.SOCIAL_WORK: CARE,
        PartnerKind.DRUG_SERVICE: CARE,
        PartnerKind.PHARMACY: ("direct care",),
        PartnerKind.PROBATION: ("probation and courts",),
        PartnerKind.COMMISSIONER: ("planning and research",),
    },
)
"""The purposes of each kind's agreement, as the place signed it."""
OF_ANY_PLACE = ("administration", "audit")

WHOLE_SIGHT = frozenset(who_may_see.needed()["direct care"])
STREAMS = ("feed", "live", "history")
"""Ways out that hold all that may be seen; on every other there is no more than that."""

FEEDS = ("feed", "live")
"""Ways that give again what was sent, and then the notice that withdraws it."""

READS = {
    "caseload": "/v1/caseload",
    "by name": "/v1/caseload?sort=name&limit=1",
    "by complexity": "/v1/caseload?sort=complexity",
    "past": "/v1/caseload?status=past",
    "caseload then": "/v1/caseload?as-at={head}",
    "record": "/v1/people/{subject}",
    "record then": "/v1/people/{subject}?as-at={head}",
    "record as of": "/v1/people/{subject}?as-of=2100-01-01",
    "history": "/v1/people/{subject}/history",
    "feed": "/v1/share?limit=1000",
    "received": "/v1/referrals?part=received",
    "sent": "/v1/referrals?part=sent",
    "meetings": "/v1/meetings",
    "actions": "/v1/actions",
    "decisions": "/v1/decisions",
    "to learn from": "/v1/learning/own",
    "concerns": "/v1/concerns",
    "carers": "/v1/carers",
    "custody": "/v1/custody",
    "unmet": "/v1/unmet-need",
    "concerns of one": "/v1/people/{subject}/concerns",
    "recipients": "/v1/people/{subject}/recipients",
    "groups": "/v1/groups",
    "matches": "/v1/matches",
    "feedback": "/v1/feedback",
    "training": "/v1/training",
    "withdrawals": "/v1/withdrawals",
    "looks": "/v1/looks",
}
PAGES = {
    "page my day": "/",
    "page caseload": "/caseload",
    "page past": "/caseload?status=past",
    "page record": "/people/{subject}",
    "page history": "/people/{subject}/history",
    "page referrals": "/referrals",
    "page decisions": "/mdt/decisions",
    "page to learn from": "/learning",
    "page stream": "/stream",
    "page recipients": "/people/{subject}/recipients",
    "page corrections": "/people/{subject}/corrections",
    "page rectification": "/people/{subject}/rectification",
    "page disagreements": "/people/{subject}/disagreements",
    "page sealing": "/people/{subject}/sealing",
    "page scores": "/people/{subject}/scores",
    "page actions": "/actions",
    "page meetings": "/mdt",
    "page carers": "/carers",
    "page groups": "/groups",
    "page duplicates": "/duplicates",
    "page experience": "/experience",
    "page unmet": "/unmet-need",
    "page withdrawals": "/withdrawals",
    "page who looked": "/audit/access",
}
REFUSED = {
    "error somebody else": "/v1/people/{stranger}",
    "error sort": "/v1/caseload?sort={word}",
    "error page": "/v1/caseload?after={word}",
    "error address": "/{word}",
}


@dataclass(frozen=True)
class Asker:
    """Somebody in a role at a kind of partner, for a purpose."""

    kind: PartnerKind
    role: Role
    purpose: Purpose


@dataclass
class Result:
    """What came out where it may not, what did not where it may, and how much was asked."""

    leaked: dict[tuple[str, ...], set[str]] = field(default_factory=dict)
    missing: dict[tuple[str, ...], set[str]] = field(default_factory=dict)
    cells: int = 0
    requests: int = 0


@dataclass
class Matrix:
    """A running house with the marked person in it, and everybody who may ask about them."""

    house: House
    parts: wiring.House
    head: int
    words: Mapping[str, set[tuple[str, str]]]

    def holder(self, kind: PartnerKind, role: Role) -> str:
        partner = PARTNER_OF[kind]
        who: UUID = partner if role is Role.SYSTEM else somebody(partner, role)
        tokens = self.parts.tokens
        assert tokens is not None
        return tokens.issue(who, partner, role)

    def may_see(self, asker: Asker, *, sent: bool = False) -> set[str]:
        """The marked words this asker may see, by what was recorded and the tables.

        ``sent`` is with what its system was sent before it was sealed.
        """
        of_kind = ALLOWED[asker.kind]
        if sent:
            of_kind = of_kind | BEFORE_THE_SEAL.get(asker.kind, set())
        agreed = (*AGREED[asker.kind], *OF_ANY_PLACE)
        role = "commissioner" if asker.kind is PartnerKind.COMMISSIONER else asker.role.value
        if asker.purpose.value not in agreed:
            return set()
        seen = who_may_see.sees(role, asker.purpose.value)
        own = who_may_see.roles()[role].own
        return {
            word
            for word in of_kind
            if any(_seen(fact, name, seen, own) for fact, name in self.words[word])
        }

    def out(self, asker: Asker) -> Iterator[tuple[str, httpx.Response]]:
        """Everything that comes out when this asker asks, by its way."""
        partner = PARTNER_OF[asker.kind]
        subject = self.parts.pseudonyms.of(partner, CANARY)
        stranger = self.parts.pseudonyms.of(PARTNER_OF[_another(asker.kind)], CANARY)
        named_by = {
            "subject": subject,
            "stranger": stranger,
            "head": self.head,
            "word": sorted(MARKS)[0],
        }
        holder = self.holder(asker.kind, asker.role)
        headers = {"Authorization": f"Bearer {holder}", "Purpose": asker.purpose.value}
        with httpx.Client(
            base_url=self.house.url, headers=headers, timeout=60, verify=TRUSTED
        ) as client:
            for way, path in (READS | PAGES | REFUSED).items():
                yield way, client.get(path.format(**named_by))
            search = {"name": "zq", "status": ["past", "held"]}
            yield "search", client.post("/v1/caseload/search", json=search)
            yield "page search", client.post("/caseload", data={"q": "zq"})
            wrong = {"Idempotency-Key": str(uuid4())}
            bad = {"name": 1, "note": sorted(MARKS)[1]}
            yield "error write", client.post("/v1/people", json=bad, headers=wrong)
            live = client.build_request("GET", "/v1/share/live", params={"after": 0})
            yield "live", _until_quiet(client, live)

    def ask(self, askers: Iterable[Asker]) -> Result:
        """Ask as everybody, by every way, and compare with what may be seen."""
        result = Result()

        def one(asker: Asker) -> tuple[Asker, list[tuple[str, httpx.Response]]]:
            return asker, list(self.out(asker))

        with ThreadPoolExecutor(3) as many:
            for asker, answers in many.map(one, askers):
                self._compare(asker, answers, result)
        return result

    def _compare(
        self, asker: Asker, answers: list[tuple[str, httpx.Response]], result: Result
    ) -> None:
        allowed, sent = self.may_see(asker), self.may_see(asker, sent=True)
        for way, answer in answers:
            assert answer.status_code < 500, (asker, way, answer.text[:300])
            result.requests += 1
            result.cells += len(MARKS)
            came = marks(answer.text + str(answer.headers))
            where = (asker.kind.value, asker.role.value, asker.purpose.value, way)
            beyond = came - (sent if way in FEEDS else allowed)
            if beyond:
                result.leaked[where] = beyond
            if way in STREAMS and allowed - came:
                result.missing[where] = allowed - came


def everybody() -> list[Asker]:
    """Every kind of partner, role and purpose."""
    return [Asker(kind, role, why) for kind in PartnerKind for role in Role for why in Purpose]


def some() -> list[Asker]:
    """Those of the short form: kinds whose agreements differ most, and a role for each duty."""
    kinds = (PartnerKind.PRACTICE, PartnerKind.DRUG_SERVICE, PartnerKind.CHARITY)
    asked = {
        Role.CHAIR: (Purpose.DIRECT_CARE, Purpose.COMMUNITY_SUPPORT, Purpose.ADMINISTRATION),
        Role.RECEPTION: (Purpose.DIRECT_CARE, Purpose.COMMUNITY_SUPPORT),
        Role.PRIVACY_OFFICER: (Purpose.AUDIT,),
        Role.OPERATOR: (Purpose.ADMINISTRATION,),
    }
    found = [
        Asker(kind, role, why) for kind in kinds for role, whys in asked.items() for why in whys
    ]
    return [*found, Asker(PartnerKind.COMMISSIONER, Role.COMMISSIONER, Purpose.PLANNING)]


def somebody(partner: PartnerId, role: Role) -> PractitionerId:
    """Who has this role there."""
    return PractitionerId(named(f"{role.value} of {KINDS[partner].value}"))


def _another(kind: PartnerKind) -> PartnerKind:
    return PartnerKind.TRUST if kind is PartnerKind.PRACTICE else PartnerKind.PRACTICE


def _seen(fact: str, name: str, seen: frozenset[str], own: bool) -> bool:
    categories = who_may_see.categories()
    if categories[fact, ""] not in seen or categories[fact, name] not in seen:
        return False
    return not own or fact.startswith(("person ", "contact "))


def _until_quiet(client: httpx.Client, request: httpx.Request) -> httpx.Response:
    """A live stream up to its newest entry, as one answer."""
    answer = client.send(request, stream=True)
    if answer.status_code != 200:
        answer.read()
        return answer
    feed = client.get("/v1/share", params={"limit": 1000}).json()
    newest = f"id: {feed[-1]['sharenumber']}\n" if feed else ""
    said = ""
    if newest:
        for text in answer.iter_text():
            said += text
            if newest in said and said.endswith("\n\n"):
                break
    answer.close()
    return httpx.Response(200, text=said, request=request)


def words_by_field(parts: wiring.House) -> dict[str, set[tuple[str, str]]]:
    """In which field of which fact each marked word was recorded."""
    found: dict[str, set[tuple[str, str]]] = defaultdict(set)
    mapper = FactMapper(FACTS, parts.keys)
    with psycopg.connect(parts.database.dsn(schema.PROJECT)) as connection:
        for stored in facts_log.read_after(connection, 0, 100_000):
            recorded = mapper.read(stored)
            name = recorded.fact.TOPIC.replace(":", " ")
            for part, value in recorded.fact.model_dump(mode="json").items():
                for word in marks(orjson.dumps(value).decode()):
                    found[word].add((name, part))
    return found


@contextmanager
def marked_house() -> Iterator[Matrix]:
    """A house of its own with the marked person, and somebody in every role at every partner."""
    folder = Path(tempfile.mkdtemp(prefix="throughcare-"))
    house = House(folder, holder=WIGG)
    try:
        house.start()
        with house.parts() as parts:
            marked_person(parts)
            for partner in KINDS:
                for role in set(Role) - {Role.SYSTEM}:
                    parts.care.add_practitioner(
                        partner,
                        somebody(partner, role),
                        name=f"A {role.value}",
                        role=role,
                        title=role.value,
                        asked=Asked(partner, MONDAY, uuid4(), worker(partner)),
                    )
            head = parts.log.max_notification_id()
            assert head is not None
            matrix = Matrix(house, parts, head, words_by_field(parts))
            _wait(matrix)
            yield matrix
    finally:
        house.stop()
        house.kill_database()
        shutil.rmtree(folder, ignore_errors=True)


def _wait(matrix: Matrix) -> None:
    """Until the views show all of it; nobody is known before the directory is."""
    headers = {"Authorization": f"Bearer {matrix.holder(PartnerKind.PRACTICE, Role.CLINICIAN)}"}
    url, shown = f"{matrix.house.url}/v1/caseload", {"min-position": matrix.head}
    with httpx.Client(headers=headers, timeout=60, verify=TRUSTED) as client:
        while client.get(url, params=shown).status_code in (401, 403, 503):
            time.sleep(0.1)


def main() -> int:
    quiet = structlog.make_filtering_bound_logger(logging.CRITICAL)
    structlog.configure(wrapper_class=quiet)
    with marked_house() as matrix:
        began = time.monotonic()
        result = matrix.ask(everybody())
        took = time.monotonic() - began
        written = marks(matrix.house.written.read_text())
    for what, where in (("leaked", result.leaked), ("missing", result.missing)):
        for place, words in sorted(where.items()):
            sys.stdout.write(f"{what}: {', '.join(place)}: {sorted(words)}\n")
    sys.stdout.write(
        f"{len(everybody())} askers, {result.requests} answers, {result.cells} cells, "
        f"{took:.0f} seconds; {len(result.leaked)} leaked, {len(result.missing)} missing, "
        f"{len(written)} in the log\n"
    )
    return 1 if result.leaked or result.missing or written else 0


if __name__ == "__main__":
    sys.exit(main())
