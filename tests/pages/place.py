"""A place with one person's story in it, served with its pages."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from deploy.community import place as community
from tests.api.place import Client, Place

NIA, ASK = "Nia Bevan", "Rent arrears and a letter from the landlord"
REASON = "Cannot open the post since her depression came back"


@dataclass
class Story:
    """Nia: at talking therapies with two scores, asked of housing, listed for an MDT."""

    place: Place
    therapy: str = ""
    housing: str = ""
    meeting: str = ""
    known_as: dict[str, str] = field(default_factory=dict)

    @property
    def talking(self) -> str:
        """The service one can refer oneself to."""
        return service_named(self.place.person("priya"), "Talking therapies")

    def visitor(self, key: str) -> httpx.Client:
        """Somebody's browser, reduced to its requests."""
        return self.place.browser(key)

    def person(self, key: str) -> str:
        """Nia's id as this visitor's organisation knows her."""
        if key not in self.known_as:
            rows = self.place.person(key).found(NIA)["rows"]
            self.known_as[key] = rows[0]["person"]
        return self.known_as[key]


def told(place: Place) -> Story:
    """Tell Nia's story through the interface."""
    story = Story(place)
    asha, priya, gwen = (place.person(key) for key in ("asha", "priya", "gwen"))
    now = datetime.now(UTC)

    def ago(days: int) -> str:
        return (now - timedelta(days=days)).isoformat()

    made = asha.done(
        "/v1/referrals",
        {
            "service": service_named(asha, "Talking therapies"),
            "person": {
                "name": NIA,
                "phone": "07700 900123",
                "date_of_birth": "1984-03-04",
                "nhs_number": "9990000018",
                "practice": str(community.PRACTICE.id),
            },
            "source": "professional",
            "responsibility": "take over",
            "ask": "Talking help in the evenings",
            "reason": REASON,
            "at": ago(40),
        },
    )
    story.therapy = made["id"]
    priya.done(f"/v1/referrals/{made['id']}/acceptance", {"at": ago(38)})
    for days, total in ((30, 21), (16, 12)):
        booked = priya.done(
            f"/v1/referrals/{made['id']}/appointments",
            {"starts_at": ago(days), "medium": "video", "at": ago(days + 3)},
        )
        priya.done(
            f"/v1/appointments/{booked['id']}/attendance",
            {"attendance": "attended on time", "at": ago(days)},
        )
        priya.done(
            "/v1/measures",
            {"referral": made["id"], "instrument": "PHQ-9", "total": total, "at": ago(days)},
        )
    asked = asha.done(
        "/v1/referrals",
        {
            "service": service_named(asha, "Housing and debt advice"),
            "person_id": made["person"],
            "source": "professional",
            "ask": ASK,
            "reason": REASON,
        },
    )
    story.housing = asked["id"]
    meeting = gwen.done(
        "/v1/meetings",
        {
            "kind": "weekly MDT",
            "name": "Weekly MDT",
            "starts_at": (now + timedelta(days=2)).isoformat(),
            "chair": str(chair()),
            "invited": [str(community.PRACTICE.id), str(community.TALKING.id)],
        },
    )
    story.meeting = meeting["id"]
    gwen.done(
        f"/v1/meetings/{meeting['id']}/cases",
        {
            "person": made["person"],
            "question": "Is collaborative care right now?",
            "present": [str(community.PRACTICE.id), str(community.TALKING.id)],
        },
    )
    return story


def service_named(client: Client, name: str) -> str:
    rows: list[dict[str, Any]] = client.seen("/v1/services")["rows"]
    return str(next(row["id"] for row in rows if row["name"] == name))


def chair() -> Any:
    return next(p.id for p in community.PRACTICE.people if p.key == "gwen")
