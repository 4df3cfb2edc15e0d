"""``throughcare streams`` against a running server: an organisation sees to its endpoints."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from deploy.commands.output import CONFLICT, FAILED, OK, USAGE
from tests.api.place import Client, Place
from tests.api.test_streams import allow, send
from tests.consumers.receiving import receiving


def types(by: Client, *words: str) -> tuple[int, list[Any], str]:
    """The exit code, the objects on stdout, and what is said on stderr."""
    typed = [*words, "--token", by.token, "--url", str(by.http.base_url)]
    ended = subprocess.run(
        [sys.executable, "-m", "deploy.cli", "streams", *typed],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return ended.returncode, [json.loads(each) for each in ended.stdout.splitlines()], ended.stderr


def test_an_endpoint_is_seen_to_by_command(place: Place) -> None:
    tom = place.person("tom")
    with receiving() as receiver:
        code, found, said = types(tom, "add", "Ours", receiver.url)
        assert (code, found) == (CONFLICT, [])
        assert "has not allowed this host" in said
        allow(place.person("yusuf"), tom, receiver.host)
        code, (made,), said = types(tom, "add", "Ours", receiver.url)
        assert (code, said, made["secret"][:6]) == (OK, "", "whsec_")
        endpoint = made["id"]
        assert types(tom, "test", endpoint)[0] == OK
        send(place)
        code, rows, _ = types(tom, "attempts", endpoint)
        assert "share.Test.v1" in {row["type"] for row in rows}
        code, (again,), _ = types(tom, "replay", endpoint, "--after", "0", "--type", "referral")
        send(place)
        assert receiver.got[-1].said["data"]["type"] == ["referral"]
        assert types(tom, "redrive", endpoint)[0] == USAGE
        assert types(tom, "redrive", endpoint, "--message", again["message"])[1] == [
            {"message": again["message"]}
        ]
        assert types(tom, "pause", endpoint)[1][0]["state"] == "paused"
        assert types(tom, "list")[1][-1]["id"] == endpoint
        assert types(tom, "end", endpoint)[1][0]["state"] == "ended"
        assert types(tom, "resume", endpoint)[0] == CONFLICT
    assert types(place.person("priya"), "list")[0] == FAILED
