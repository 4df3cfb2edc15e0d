"""The shape of the repository: one-way imports, fixed folders, nothing of one machine in it."""

from __future__ import annotations

import importlib
import pkgutil
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("domain", "projections", "api", "consumers", "deploy")


@pytest.fixture(scope="module")
def committed() -> list[Path]:
    """Every committed file, relative to the root."""
    if not (ROOT / ".git").exists() or shutil.which("git") is None:
        pytest.skip("not a git checkout, or no git: which files are committed cannot be told")
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return [Path(name) for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def sources() -> list[Path]:
    return [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]


def test_imports_go_one_way() -> None:
    assert lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True) == 0


def test_every_module_imports() -> None:
    for name in PACKAGES:
        package = importlib.import_module(name)
        for module in pkgutil.walk_packages(package.__path__, f"{name}."):
            importlib.import_module(module.name)


def test_only_deploy_reads_the_environment() -> None:
    environment = re.compile(r"\bos\.(environ|getenv)\b|from os import .*\b(environ|getenv)\b")
    readers = {
        path.relative_to(ROOT).parts[0]
        for path in sources()
        if environment.search(path.read_text(encoding="utf-8"))
    }
    assert readers <= {"deploy"}


def test_no_two_loops_wait_for_one_lock() -> None:
    """Advisory locks are numbers of the whole database: one that is shared stops somebody."""
    files = [*sources(), *sorted((ROOT / "projections" / "sql").glob("*.sql"))]
    locks = [
        lock
        for path in files
        for lock in re.findall(
            r"(?:= |pg_advisory_xact_lock\()(73105850261178\d\d)\b", path.read_text("utf-8")
        )
    ]
    locks.remove("7310585026117862")  # both bodies of the append: they wait for each other
    assert len(locks) >= 7
    assert sorted(set(locks)) == sorted(locks)


def test_modules_are_named_after_nouns_of_the_field() -> None:
    # Not "service": it is a noun here, what a partner offers.
    empty = {"utils", "util", "helpers", "common", "base", "manager", "services", "misc"}
    empty |= {"handler", "handlers", "data", "info", "impl"}
    assert empty.isdisjoint(part for path in sources() for part in (path.stem, path.parent.name))


def test_top_level_folders_keep_their_shape(committed: list[Path]) -> None:
    folders = {path.parts[0] for path in committed if len(path.parts) > 1}
    assert folders >= {*PACKAGES, "tests"}
    assert folders - {*PACKAGES, "tests"} <= {"docs", ".ci", ".github"}


def test_no_committed_file_names_a_registry_or_a_path_of_one_machine(
    committed: list[Path],
) -> None:
    hosts = "|".join((r"py" r"pi\.org", r"python" r"hosted\.org", r"registry\.npm" r"js"))
    folders = "|".join(("work", "root", "tmp"))
    telling = re.compile(rf"{hosts}|--(extra-)?index-url|(?<![\w.}}/])/({folders})/\w")
    found = []
    for path in committed:
        try:
            text = (ROOT / path).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture or another binary file
        found += [f"{path}: {match[0]}" for match in telling.finditer(text)]
    assert found == []
