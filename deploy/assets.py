"""Brings the pages' styles and scripts out of installed packages; refuses logo, font and network.

A wheel carries the files: ``wagtail-nhsuk-frontend`` (NHS.UK frontend, MIT). It is installed as
data, with ``--no-deps``: its code is never imported, so neither Django nor Wagtail is needed. Run
``python -m deploy.assets`` once after installing: it writes ``nhsuk.css`` and ``nhsuk.js`` into
``static/vendor`` of the ``api.pages`` that Python finds: the checkout for an editable install, the
installed package for a wheel (the wheel itself does not hold them). ``--to DIR`` writes them
elsewhere.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path

REMEDY = "pip install --require-hashes --no-deps -r requirements-assets.txt"
FONTS = 'Arial,"Liberation Sans",sans-serif'


class AssetsMissing(Exception):
    """A package that carries a front-end file is not installed, or carries another file."""


def without_source_map(text: str) -> str:
    """Drop the comment that would send a browser looking for a file that is not served."""
    text = re.sub(r"/\*# sourceMappingURL=.*?\*/", "", text)
    return re.sub(r"(?m)^//# sourceMappingURL=.*$", "", text).rstrip() + "\n"


def without_restricted_fonts(css: str) -> str:
    """Frutiger is licensed to NHS organisations alone, and would come from another host."""
    css = re.sub(r"@font-face\{[^}]*\}", "", css)
    return re.sub(r"font-family:Frutiger W01[^;}]*", f"font-family:{FONTS}", css)


@dataclass(frozen=True)
class Asset:
    name: str
    distribution: str
    path: str
    digest: str
    adapt: Callable[[str], str]


ASSETS = (
    Asset(
        "nhsuk.css",
        "wagtail-nhsuk-frontend",
        "wagtailnhsukfrontend/static/wagtailnhsukfrontend/css/nhsuk-frontend-10.4.2.min.css",
        "f4c945508478b2f9be1178d7f9ec7c0e93250d824947add22c1a923c99033559",
        lambda css: without_source_map(without_restricted_fonts(css)),
    ),
    Asset(
        "nhsuk.js",
        "wagtail-nhsuk-frontend",
        "wagtailnhsukfrontend/static/wagtailnhsukfrontend/js/nhsuk-frontend-10.4.2.min.js",
        "1550da4ebb34943ddd32b2ce3db9faec006026ab916ada1de74bea3285970ff6",
        without_source_map,
    ),
)


def original(asset: Asset) -> str:
    """The file as its package carries it, checked against the digest we read and accepted."""
    try:
        path = Path(str(distribution(asset.distribution).locate_file(asset.path)))
    except PackageNotFoundError:
        raise AssetsMissing(f"{asset.distribution} is not installed; run: {REMEDY}") from None
    if not path.is_file():
        raise AssetsMissing(f"{asset.distribution} carries no {asset.path}; run: {REMEDY}")
    content = path.read_bytes()
    if (found := sha256(content).hexdigest()) != asset.digest:
        raise AssetsMissing(f"{path} has SHA-256 {found}, not {asset.digest}; run: {REMEDY}")
    return content.decode()


def installed_folder() -> Path:
    """The vendor folder of the ``api.pages`` that Python finds, without importing it."""
    api = find_spec("api")
    assert api is not None
    assert api.submodule_search_locations
    return Path(api.submodule_search_locations[0]) / "pages" / "static" / "vendor"


def bring(folder: Path) -> None:
    """Write every asset into the folder; nothing is written unless all of them are as expected."""
    adapted = {asset.name: asset.adapt(original(asset)) for asset in ASSETS}
    for name, text in adapted.items():
        if remote := re.search(r"(?i)frutiger|nhs\.uk/|/assets/|sourceMappingURL|@import", text):
            raise AssetsMissing(f"{name} still says {remote[0]!r}: its adaptation is out of date")
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in adapted.items():
        (folder / name).write_text(text, encoding="utf-8")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m deploy.assets", description=bring.__doc__)
    parser.add_argument("--to", type=Path, metavar="DIR", help="another folder than api.pages' own")
    to = parser.parse_args(arguments).to
    try:
        bring(to or installed_folder())
    except AssetsMissing as missing:
        print(missing, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
