"""The care of a small community is exported, and PM4Py finds in it what the log holds.

``make mining``; ``ARGS='--people 2000'`` for more of them. Exits 1 where a count differs.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from time import perf_counter
from typing import Any

import psycopg

from deploy import embedded
from projections.mining.outline import STREAMS

PYTHON = Path(sys.prefix) / "mining" / "bin" / "python"
COUNTED = """
select split_part(topic, ':', 2), count(*) from log.facts
where split_part(topic, ':', 1) = any(%s) group by 1
"""


def said(data: Path, *words: str) -> list[dict[str, Any]]:
    """What a command prints, each line an object."""
    ended = subprocess.run(
        [sys.executable, "-m", "deploy.cli", *words],
        env=os.environ | {"THROUGHCARE_DATA": str(data)},
        check=True,
        capture_output=True,
        text=True,
    )
    return [json.loads(line) for line in ended.stdout.splitlines()]


def mined(python: Path, data: Path, people: int) -> bool:
    """Seed, export, and let PM4Py count; whether all agrees."""
    said(data, "community", "seed", "--people", str(people))
    xes, ocel, models = (data / name for name in ("care.xes", "care.json", "models.json"))
    begun = perf_counter()
    (of_ocel,) = said(data, "export", "ocel", str(ocel))
    took = perf_counter() - begun
    (of_xes,) = said(data, "export", "xes", str(xes))
    (models_that_ship,) = said(data, "policy", "show", "--policy", "steps")
    models.write_text(json.dumps(models_that_ship), encoding="utf-8")
    ended = subprocess.run(
        [str(python), str(Path(__file__).with_name("mined.py")), str(xes), str(ocel), str(models)],
        check=False,
        capture_output=True,
        text=True,
    )
    if ended.returncode:
        print(ended.stderr[-4_000:], file=sys.stderr)
        return False
    found = json.loads(ended.stdout.splitlines()[-1])
    server = embedded.start(data)
    try:
        with psycopg.connect(server.dsn("postgres")) as connection:
            held: Counter[str] = Counter(
                dict(connection.execute(COUNTED, [list(STREAMS)]).fetchall())
            )
    finally:
        server.stop()
    departing = said(data, "policy", "replay", "--policy", "steps")
    left_out = of_ocel["of_persons_left_out"] + of_ocel["sealed"]
    checks = {
        "events": found["ocel_events"] == of_ocel["events"] == held.total() - left_out,
        "by name": Counter(found["ocel_by_name"]) <= held,  # with what was left out, equal
        "objects": found["ocel_objects"] == of_ocel["objects"],
        "cases": found["xes_cases"] == of_xes["cases"],
        "events of cases": found["xes_events"] == of_xes["events"],
        "pathways": found["pathways"] == of_xes["cases"],
        "conforming": found["conforming"] == found["pathways"] and departing == [],
    }
    shown = {name: found[name] for name in found if not name.endswith("by_name")}
    row = of_ocel | shown | {"seconds": round(took, 1), "checks": checks}
    print(json.dumps(row, indent=1))
    return all(checks.values())


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--people", type=int, default=200)
    asked.add_argument("--python", type=Path, default=PYTHON, help="the Python that has PM4Py")
    given = asked.parse_args()
    if not given.python.exists():
        print(f"{given.python} is not there: .ci/mining {sys.executable}", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="throughcare-") as folder:
        return 0 if mined(given.python, Path(folder), given.people) else 1


if __name__ == "__main__":
    sys.exit(main())
