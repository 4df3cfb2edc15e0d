"""Withdrawing: from the answer to an objection until the view is closed and the stream has said so.

``python -m tests.bench.withdrawing URL SENDER_TOKEN RECEIVER_TOKEN SERVICE RECEIVER [COUNT]`` asks
a running place, one person after another; it refuses to read the database.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import quantiles
from threading import Event, Thread
from time import perf_counter, sleep
from uuid import uuid4

import httpx
import orjson

WITHDRAWN = "share.Withdrawn.v1"


@dataclass
class Heard:
    """When a partner's live stream said of whom that they are withdrawn."""

    url: str
    token: str

    def __post_init__(self) -> None:
        self.at: dict[str, float] = {}
        self.listening = Event()
        Thread(target=self._follow, daemon=True).start()

    def _follow(self) -> None:
        headers = {"Authorization": f"Bearer {self.token}"}
        with (
            httpx.Client(base_url=self.url, headers=headers, timeout=None) as client,
            client.stream("GET", "/v1/share/live", params={"after": newest(client)}) as live,
        ):
            self.listening.set()
            for each in live.iter_lines():
                if each.startswith("data:"):
                    entry = orjson.loads(each[5:])
                    if entry.get("type", "").endswith(WITHDRAWN):
                        self.at.setdefault(str(entry.get("subject")), perf_counter())


def newest(client: httpx.Client) -> int:
    """The number of the newest entry of the caller's share."""
    after = 0
    while some := client.get("/v1/share", params={"after": after, "limit": 500}).json():
        after = int(some[-1]["sharenumber"])
    return after


def measured(
    url: str, sender: str, receiver: str, service: str, partner: str, count: int
) -> Iterator[tuple[float, float, float]]:
    """Seconds until the record is empty, the feed says it, and the stream said it; one person each.

    All three begin when the objection's 200 has arrived.
    """
    asks = httpx.Client(base_url=url, headers={"Authorization": f"Bearer {sender}"}, timeout=30)
    reads = httpx.Client(base_url=url, headers={"Authorization": f"Bearer {receiver}"}, timeout=30)
    heard = Heard(url, receiver)
    assert heard.listening.wait(30), "the stream did not open"
    for _ in range(count):
        made = asks.post(
            "/v1/referrals",
            headers={"Idempotency-Key": str(uuid4())},
            json={
                "service": service,
                "person": {"name": f"Bench {uuid4()}"},
                "source": "professional",
                "ask": "Measured",
                "sent_without": "Measured",
            },
        ).json()
        found = reads.get(
            f"/v1/referrals/{made['id']}", params={"min-position": made["position"]}
        ).json()
        theirs = found["person"]
        before = newest_of(reads, theirs)
        answer = asks.post(
            f"/v1/people/{made['person']}/objections",
            headers={"Idempotency-Key": str(uuid4())},
            json={"to": partner},
        )
        began = perf_counter()
        assert answer.status_code == 200, answer.text
        while "name" in (record := reads.get(f"/v1/people/{theirs}").json()):
            sleep(0.001)
        closed = perf_counter() - began
        assert record["withdrawn"] is True
        while not any(
            entry["type"].endswith(WITHDRAWN)
            for entry in reads.get("/v1/share", params={"after": before, "limit": 500}).json()
        ):
            sleep(0.001)
        fed = perf_counter() - began
        while theirs not in heard.at:
            sleep(0.001)
        yield closed, fed, max(0.0, heard.at[theirs] - began)


def newest_of(client: httpx.Client, subject: str) -> int:
    """The number of the newest entry about somebody."""
    entries = client.get(f"/v1/people/{subject}/history").json()["entries"]
    return int(entries[-1]["number"])


def main() -> None:
    url, sender, receiver, service, partner, *rest = sys.argv[1:]
    count = int(rest[0]) if rest else 200
    found = list(measured(url, sender, receiver, service, partner, count))
    for name, seconds in zip(
        ("record closed", "on the feed", "on the stream"), zip(*found, strict=True), strict=True
    ):
        cuts = quantiles(seconds, n=100)
        said = {
            "bench": f"withdrawal answered until {name}",
            "withdrawals": count,
            "p50_ms": round(cuts[49] * 1000, 1),
            "p99_ms": round(cuts[98] * 1000, 1),
            "max_ms": round(max(seconds) * 1000, 1),
        }
        print(orjson.dumps(said).decode(), flush=True)


if __name__ == "__main__":
    main()
