"""The subscriber in shell and curl, as the documentation has it, against a running server."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from projections.digests import Signer
from tests.consumers.place import HOUSING
from tests.consumers.test_subscriber import Edge
from tests.consumers.test_verifying import closed, edge, signer, superuser, town

__all__ = ["edge", "signer", "town"]

SCRIPT = Path(__file__).parents[2] / "docs" / "subscribe.sh"
MISSING = [each for each in ("bash", "curl", "jq", "openssl") if shutil.which(each) is None]

pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"not installed here: {', '.join(MISSING)}")


def run(edge: Edge, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {
        "URL": edge.url,
        "TOKEN": edge.token(edge.town.partners[HOUSING]),
        "WAIT": "0",
        "ONCE": "1",
    }
    return subprocess.run(
        ["bash", str(SCRIPT)],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_a_shell_and_curl_follow_a_share_and_verify_its_days(
    edge: Edge, signer: Signer, tmp_path: Path
) -> None:
    closed(edge.town, signer)
    last = edge.town.told()[edge.town.partners[HOUSING]]
    done = run(edge, tmp_path)

    assert done.returncode == 0, done.stderr
    numbers = [json.loads(line)["sharenumber"] for line in done.stdout.splitlines()]
    assert numbers == list(range(1, last + 1))
    assert done.stderr.count("verified up to") == 3
    assert f"2026-03-04: verified up to {last}" in done.stderr


def test_the_shell_finds_out_what_was_changed(edge: Edge, signer: Signer, tmp_path: Path) -> None:
    closed(edge.town, signer)
    superuser(edge.town, "update share.entries set position = position + 1 where number = 2")
    done = run(edge, tmp_path)

    assert done.returncode == 5
    assert "2026-03-02 is not what was signed" in done.stderr


def test_the_shell_finds_out_another_key(edge: Edge, signer: Signer, tmp_path: Path) -> None:
    closed(edge.town, signer, days=1)
    assert run(edge, tmp_path).returncode == 0
    closed(edge.town, Signer(Ed25519PrivateKey.generate()))
    done = run(edge, tmp_path)

    assert done.returncode == 5
    assert "not signed by the key" in done.stderr


def test_the_shell_finds_out_a_gap(edge: Edge, tmp_path: Path) -> None:
    housing = edge.town.partners[HOUSING]
    superuser(edge.town, f"delete from share.entries where partner = '{housing}' and number = 2")
    done = run(edge, tmp_path)

    assert done.returncode == 5
    assert "entries 2 to 2 are missing" in done.stderr
