"""Running spin: a model and its table in, a verdict and the words of its counterexample out."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.domain.edges.table import Table

HERE = Path(__file__).parent
NEEDED = ("spin", "gcc")
PROCESSES = ("sender", "receiver", "lead", "timer")


@dataclass(frozen=True)
class Verdict:
    """What came of one search. ``trail`` is what happened in the counterexample, line by line."""

    errors: int
    states: int
    whole: bool
    trail: tuple[str, ...] = ()


def missing() -> str | None:
    """Which program the checker needs is not here."""
    absent = [program for program in NEEDED if not shutil.which(program)]
    return (
        f"not on the path: {', '.join(absent)} (Debian: spin, gcc, libc6-dev)" if absent else None
    )


def word(text: str) -> str:
    """A cell of a table as Promela writes it."""
    return re.sub(r"\W+", "_", text)


def may_ask(table: Table) -> str:
    """The table in Promela: any one thing that ``who`` may ask in ``state``, and what is so then.

    It waits while there is none. What leaves everything as it was is left out: else somebody could
    name one key worker after the other for ever, each time just before the timer saves.
    """
    states = dict.fromkeys(map(word, (*table.states, *table.legal.values())))
    parties = dict.fromkeys(word(who) for who, _ in table.questions)
    asked = dict.fromkeys(word(edge.asks) for edge in table.legal)
    edges = (
        f"    :: ({word(edge.who)} == who && {word(edge.before)} == state)"
        f" -> question = {word(edge.asks)}; then = {word(then)}"
        for edge, then in table.legal.items()
        if then != edge.before
    )
    return "\n".join(
        (
            f"mtype:state = {{ {', '.join(states)} }}",
            f"mtype:asks = {{ {', '.join(asked)} }}",
            f"mtype:who = {{ {', '.join(parties)} }}",
            " \\\n".join(
                ("#define may_ask(who, state, question, then)", "    if", *edges, "    fi")
            ),
            "",
        )
    )


def check(
    name: str, table: Table, claim: str, folder: Path, variants: Sequence[str] = ()
) -> Verdict:
    """Search everything that can happen for one that breaks the claim, or an assertion."""
    shutil.copy(HERE / f"{name}.pml", folder)
    (folder / "may_ask.pml").write_text(may_ask(table))
    said = [f"-D{variant}" for variant in variants]
    _run(folder, "spin", *said, "-a", f"{name}.pml")
    _run(folder, "gcc", "-O1", "-w", "-o", "pan", "pan.c")
    searched = _run(folder, "./pan", "-a", "-f", "-m1000000", "-N", claim)
    errors = re.search(r"errors: (\d+)", searched)
    states = re.search(r"(\d+) states, stored", searched)
    assert errors, searched
    assert states, searched
    trail: tuple[str, ...] = ()
    if int(errors[1]):
        replayed = _run(folder, "spin", *said, "-t", f"{name}.pml")
        trail = tuple(_told(line.strip()) for line in replayed.splitlines() if ", then " in line)
    whole = "Search not completed" not in searched and "too small" not in searched
    return Verdict(int(errors[1]), int(states[1]), whole, trail)


def _told(line: str) -> str:
    """One step of a counterexample: who asked what, and what was so before and after."""
    process, step = line.split(" ", 1)
    return f"{PROCESSES[int(process)]}: {step.replace('_', ' ')}"


def _run(folder: Path, *command: str) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, f"{command[0]}: {done.stdout}{done.stderr}"
    return done.stdout + done.stderr
