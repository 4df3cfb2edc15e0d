"""The jars of Apache Kafka, from Maven, kept in the user's cache; what is not as pinned is refused.

It refuses to run any of them. ``python -m deploy.broker.jars`` fetches them, or says why not.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, LOCK_NB, flock
from hashlib import sha256
from pathlib import Path
from time import monotonic, sleep

VERSION = "4.3.0"
JAVA = 17
"""The oldest Java on which a broker of this version runs."""

FETCHED_WITHIN = 300.0
"""Seconds that fetching may take, and waiting for another process that fetches."""

HERE = Path(__file__).parent


class BrokerIsNotHere(Exception):
    """Apache Kafka cannot be had here; the message says what is missing."""


def jars() -> Path:
    """The folder of the jars, fetched when first asked for. Raises `BrokerIsNotHere`."""
    _java()
    kept = Path.home() / ".cache" / "throughcare" / f"kafka-{VERSION}-{_pinned_as()}"
    if kept.exists():
        return kept
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        with _one_at_a_time(kept.parent / "fetching"):
            if not kept.exists():
                _fetch(kept)
    except OSError as refused:
        raise BrokerIsNotHere(f"{kept.parent} cannot be written: {refused.strerror}") from None
    return kept


def _java() -> None:
    if shutil.which("java") is None:
        raise BrokerIsNotHere(f"no java on the path (Java {JAVA} or newer runs it)")
    said = subprocess.run(["java", "-version"], capture_output=True, text=True, timeout=30.0)
    found = re.search(r'version "(?:1\.)?(\d+)', said.stderr)
    if not found or int(found[1]) < JAVA:
        raise BrokerIsNotHere(f"java is older than {JAVA}: {said.stderr.splitlines()[0]}")


def _fetch(kept: Path) -> None:
    if shutil.which("mvn") is None:
        raise BrokerIsNotHere("its jars are not cached, and no mvn on the path to fetch them")
    with tempfile.TemporaryDirectory(dir=kept.parent) as fresh:
        try:
            fetched = subprocess.run(
                [
                    *("mvn", "--quiet", "--batch-mode", "--file", str(HERE / "pom.xml")),
                    *("dependency:copy-dependencies", "-DincludeScope=runtime"),
                    f"-DoutputDirectory={fresh}/jars",
                ],
                capture_output=True,
                stdin=subprocess.DEVNULL,
                text=True,
                timeout=FETCHED_WITHIN,
            )
        except subprocess.TimeoutExpired:
            raise BrokerIsNotHere(f"mvn did not end within {FETCHED_WITHIN:.0f} s") from None
        if fetched.returncode:
            said = [line for line in fetched.stdout.splitlines() if "ERROR" in line]
            raise BrokerIsNotHere("mvn failed: " + (said[0] if said else fetched.stdout[-200:]))
        _verify(Path(fresh) / "jars")
        (Path(fresh) / "jars").rename(kept)


def _verify(folder: Path) -> None:
    """Every jar is one of those pinned, byte for byte, and all of them are there."""
    lines = (line.split() for line in (HERE / "jars.sha256").read_text("utf-8").splitlines())
    pinned = {name: pin for pin, name in lines}
    found = {jar.name: sha256(jar.read_bytes()).hexdigest() for jar in folder.iterdir()}
    if other := sorted({name for name, _ in found.items() ^ pinned.items()}):
        raise BrokerIsNotHere(f"not the jars that are pinned: {', '.join(other)}")


def _pinned_as() -> str:
    """Which set of jars: a change of the list is another folder."""
    return sha256((HERE / "jars.sha256").read_bytes()).hexdigest()[:8]


@contextmanager
def _one_at_a_time(path: Path) -> Iterator[None]:
    until = monotonic() + FETCHED_WITHIN
    with path.open("w") as lock:
        while True:
            try:
                flock(lock, LOCK_EX | LOCK_NB)
            except BlockingIOError:
                if monotonic() > until:
                    raise BrokerIsNotHere(
                        f"another process fetches its jars for over {FETCHED_WITHIN:.0f} s"
                    ) from None
                sleep(0.2)
            else:
                break
        yield


def main() -> None:
    try:
        print(f"broker: Apache Kafka {VERSION}, {len(list(jars().iterdir()))} jars")
    except BrokerIsNotHere as reason:
        print(f"broker: no Apache Kafka: {reason}")
        print("broker: tests that need it will be skipped; the others run against noida-db")
        sys.exit(0)


if __name__ == "__main__":
    main()
