"""The pages tell the truth: what is there is documented, what they name is there, it runs."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from urllib.request import urlopen

import pytest
from cyclopts import App

from api.app import create_app
from api.parts import Parts
from deploy.cli import app as command
from domain.kernel import Category
from domain.policies.agreements import TEMPLATES

ROOT = Path(__file__).resolve().parent.parent
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A fenced block: ``marks`` are what stands behind the fence, e.g. ``sh run``."""

    page: str
    marks: tuple[str, ...]
    text: str


def page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def blocks() -> Iterator[Block]:
    for path in PAGES:
        for marks, text in FENCE.findall(path.read_text(encoding="utf-8")):
            yield Block(str(path.relative_to(ROOT)), tuple(marks.split()), text)


def prose(text: str) -> str:
    """A page without its fenced blocks."""
    return FENCE.sub("", text)


def first_cells(name: str) -> list[str]:
    """The first cell of each row of a page's tables."""
    return re.findall(r"^\| `([^`]+)`", page(name), re.MULTILINE)


# What exists is documented


def test_every_setting_is_documented_and_no_other() -> None:
    source = page("deploy/settings.py")
    read = set(re.findall(r'environment(?:\.get\(|\[)"(\w+)"', source))
    assert read
    documented = {cell for cell in first_cells("docs/settings.md") if cell.isupper()}
    assert documented == read


def commands(app: App, path: tuple[str, ...] = ()) -> Iterator[tuple[str, set[str]]]:
    """Every command with its options."""
    for name in app:
        if name.startswith("-"):
            continue
        inner = app[name]
        yield from commands(inner, (*path, name))
        if inner.default_command is None:
            continue
        arguments = inner.assemble_argument_collection()
        options = {argument.names[0] for argument in arguments if argument.names}
        yield " ".join((*path, name)), {o for o in options if o.startswith("--")} - {"--json"}


def test_every_command_is_documented_and_no_other() -> None:
    assert set(first_cells("docs/commands.md")) == {name for name, _ in commands(command)}


def test_every_option_is_documented_beside_its_command() -> None:
    rows = dict(re.findall(r"^\| `([^`]+)` \| (.*) \|$", page("docs/commands.md"), re.MULTILINE))
    said_by_their_argument = {("parked retry", "--case"), ("inbox dead redrive", "--message")}
    missing = [
        f"{name} {option}"
        for name, options in commands(command)
        for option in sorted(options)
        if (name, option) not in said_by_their_argument and f"`{option}`" not in rows[name]
    ]
    assert missing == []


def addresses() -> set[str]:
    """Every address of the interface, as it describes itself."""
    nothing: Any = None  # the description asks nothing of the parts
    parts = Parts(
        care=nothing,
        reading=nothing,
        tokens=None,
        sessions=nothing,
        marks=nothing,
        looks=nothing,
        audit=nothing,
        pseudonyms=nothing,
        intake=None,
        clock=lambda: datetime.now(UTC),
        version="0",
    )
    paths = create_app(parts).openapi()["paths"]
    return {f"{method.upper()} {path}" for path, ways in paths.items() for method in ways}


def test_every_address_is_documented_and_no_other() -> None:
    named = {cell for cell in first_cells("docs/http.md") if " /" in cell}
    assert named == addresses()


def test_every_dependency_has_its_reason_and_no_other() -> None:
    wanted = tomllib.loads(page("pyproject.toml"))
    project = wanted["project"]
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    groups += wanted["dependency-groups"].values()
    named = {
        re.split(r"[\[<>=;! ]", requirement)[0]
        for group in groups
        for requirement in group
        if isinstance(requirement, str)
    }
    assert set(first_cells("docs/decisions.md")) == named


def test_who_may_know_what_is_as_the_templates_say() -> None:
    rows = [
        [cell.strip() for cell in row.strip("|").split("|")]
        for row in page("docs/privacy.md").splitlines()
        if row.startswith("|")
    ]
    categories = rows[0][1:-5]
    table = {row[0]: row[1:] for row in rows[2 : 2 + len(TEMPLATES)]}
    assert table == {
        kind.value: [
            *("●" if Category(name) in template.categories else "" for name in categories),
            template.scope.value,
            "●" if template.substance else "",
            "●" if template.safeguarding else "",
            "●" if template.consent_required else "",
            ", ".join(template.ways),
        ]
        for kind, template in TEMPLATES.items()
    }


# What is named exists


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(path: Path) -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", prose(path.read_text(encoding="utf-8")))
    local = [link.partition("#")[0] for link in links if "://" not in link]
    assert [link for link in local if link and not (path.parent / link).exists()] == []


def test_every_test_named_in_the_pages_exists() -> None:
    there = set()
    for path in (ROOT / "tests").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case (
                    ast.FunctionDef(name=name)
                    | ast.AsyncFunctionDef(name=name)
                    | ast.ClassDef(name=name)
                ):
                    there.add(name)
                case ast.ClassDef(name=name) | ast.Assign(targets=[ast.Name(id=name)]):
                    there.add(name)  # a state machine's TestCase
                case _:
                    pass
    named = {
        (str(path.relative_to(ROOT)), name)
        for path in PAGES
        for name in re.findall(r"`([tT]est_?\w+)`", path.read_text(encoding="utf-8"))
    }
    assert named
    assert {where for where in named if where[1] not in there} == set()


def test_every_file_of_the_map_exists() -> None:
    named = re.findall(r"`((?:domain|projections|api|consumers|deploy|tests)/[\w/.]*)`", _map())
    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_every_module_is_on_the_map() -> None:
    named = {ROOT / name for name in re.findall(r"`([\w/.]+)`", _map())}
    missing = [
        str(path.relative_to(ROOT))
        for folder in ("domain", "projections", "api", "consumers", "deploy")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if path.name != "__init__.py"
        and path not in named
        and not any(parent in named and parent.parent != ROOT for parent in path.parents)
    ]
    assert missing == []


def _map() -> str:
    return page("ARCHITECTURE.md")


# What is shown runs


def test_every_block_of_code_can_be_read() -> None:
    bash = shutil.which("bash")
    for block in blocks():
        match block.marks:
            case ("python", *_):
                ast.parse(block.text, block.page)
            case ("json", *_):
                json.loads(block.text)
            case ("sh" | "bash", *_) if bash:
                read = subprocess.run(
                    [bash, "-n"], input=block.text, capture_output=True, text=True, check=False
                )
                assert read.returncode == 0, f"{block.page}: {read.stderr}"
            case _:
                pass


@dataclass(frozen=True)
class Place:
    """A small community that is up, as `make demo` would leave it."""

    folder: Path
    environment: dict[str, str]
    port: int

    def run(self, text: str) -> str:
        """What a script of a page says, with our port for the demo's."""
        ran = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", text.replace("127.0.0.1:8000", self.address)],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert ran.returncode == 0, ran.stderr + ran.stdout
        return ran.stdout

    def first(self, text: str, begins: str) -> str:
        """What follows the first line that begins so, of a script that would not end."""
        with subprocess.Popen(
            ["bash", "-euo", "pipefail", "-c", text.replace("127.0.0.1:8000", self.address)],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        ) as running:
            assert running.stdout
            try:
                return next(
                    line.removeprefix(begins) for line in running.stdout if line.startswith(begins)
                )
            finally:
                os.killpg(running.pid, signal.SIGTERM)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    if shutil.which("curl") is None or shutil.which("bash") is None:
        pytest.skip("no curl or no bash here: what the pages show cannot be typed")
    folder = Path(tempfile.mkdtemp(prefix="throughcare-"))
    bin_folder = folder / "bin"
    bin_folder.mkdir()
    for name, run in (("throughcare", "-m deploy.cli "), ("python", "")):
        shim = bin_folder / name
        shim.write_text(f'#!/bin/sh\nexec {sys.executable} {run}"$@"\n')
        shim.chmod(0o755)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    there = Place(
        folder,
        {name: value for name, value in os.environ.items() if not name.startswith("THROUGHCARE_")}
        | {
            "PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
            "THROUGHCARE_DATA": str(folder / "data"),
            "THROUGHCARE_DEMO": "yes",
            "PORT": str(port),
        },
        port,
    )
    there.run("throughcare community seed --people 25 --years 0.25")
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(
            [str(bin_folder / "throughcare"), "up"], cwd=folder, env=there.environment, stderr=log
        )
    try:
        until = monotonic() + 60
        while not _answers(there):
            said = (folder / "log").read_text()
            assert server.poll() is None, said
            assert monotonic() < until, said
            sleep(0.2)
        yield there
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(timeout=30)
        shutil.rmtree(folder)


def _answers(there: Place) -> bool:
    try:
        with urlopen(f"http://{there.address}/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def script(name: str) -> str:
    """What a page says to type, one block after another."""
    return "\n".join(b.text for b in blocks() if b.page == name and b.marks[-1:] == ("run",))


@pytest.mark.process
def test_what_the_readme_shows_gives_a_caseload(place: Place) -> None:
    caseload = json.loads(place.run(script("README.md")))
    assert len(caseload["rows"]) == 2
    assert all(row["name"] for row in caseload["rows"])


@pytest.mark.process
def test_what_was_written_offline_is_sent_as_the_page_says(place: Place) -> None:
    early, made, accepted, booked, own = place.run(script("docs/http.md")).splitlines()
    assert json.loads(early)["type"] == "/problems/something-must-come-first"
    assert len(json.loads(early)["after"]) == 2
    assert all(json.loads(answer)["position"] for answer in (made, accepted))
    assert json.loads(booked)["id"] == own


@pytest.mark.process
def test_a_directory_is_brought_in_as_its_page_says(place: Place) -> None:
    foretold, first, second = place.run(script("docs/directory.md")).splitlines()
    assert json.loads(foretold)["outcome"] == "would be opened, capacity declared"
    assert json.loads(first)["outcome"] == "opened, capacity declared"
    assert json.loads(second)["outcome"] == "unchanged"


REFER_SOMEBODY = """
asha=$(throughcare token --as "Dr Asha Rahman")
service=$(curl -sS -H "Authorization: Bearer $asha" http://127.0.0.1:8000/v1/services | python -c '
import json, sys
rows = json.load(sys.stdin)["rows"]
print(next(s["id"] for s in rows if s["name"] == "Housing and debt advice"))')
curl -sS --fail-with-body -H "Authorization: Bearer $asha" -H "Content-Type: application/json" \\
    -H "Idempotency-Key: $(python -c 'import uuid; print(uuid.uuid4())')" \\
    http://127.0.0.1:8000/v1/referrals --data '{"service": "'$service'", "source": "professional",
    "person": {"name": "Jo Sample"}, "mode": "verbal", "ask": "Arrears of rent"}'
"""


@pytest.mark.process
def test_a_partner_reads_and_answers_as_the_page_of_streams_says(place: Place) -> None:
    """Each command as it is written, by `curl`; only numbers and ids are this place's."""
    typed = [b.text for b in blocks() if b.page == "docs/streams.md" and "curl -" in b.text]
    feed, live, answer = (
        next(text for text in typed if part in text)
        for part in ("?after=0", "/v1/share/live", "/v1/inbox")
    )
    sign_in = feed.splitlines()[0]
    made = json.loads(place.run(REFER_SOMEBODY))
    reached = f"after=0&min-position={made['position']}&"
    told = json.loads(place.run(feed.replace("after=0&", reached).replace("=100", "=1000")))
    newest = told[-1]
    assert newest["data"]["stream"] == made["id"]

    before = f"Last-Event-ID: {newest['sharenumber'] - 1}"
    following = f"{sign_in}\n{live.replace('Last-Event-ID: 41', before)}"
    assert json.loads(place.first(following, "data: ")) == newest

    answer = re.sub(r'(?<="referral": ")[^"]+', made["id"], answer)
    answer = re.sub(r'(?<="time": ")[^"]+', datetime.now(UTC).isoformat(), answer)
    outcome = json.loads(place.run(f"{sign_in}\n{answer}"))
    assert (outcome["outcome"], outcome["id"]) == ("done", "7d1c-0042")


@pytest.mark.process
def test_the_tutorial_does_what_it_says(place: Place) -> None:
    said = place.run(script("docs/tutorial.md")).splitlines()
    assert "waiting" in said
    made, before, after = json.loads(said[0]), said[1], said[3]
    assert made["actions"] == ["withdrawal", "nullification"]
    assert before != after, "responsibility moved with acceptance"
    assert said.count(before) == 2, "and the past still says who held her"
    assert not any("PHQ-9 was" in line for line in said), "the reason is nobody's business there"
    assert json.loads(said[-1]) == {"responsible": "nobody", "people": 0}
