"""Compiles the languages of the pages as the wheel is built, or as the checkout is installed."""

from __future__ import annotations

import sys
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Languages(BuildHookInterface[Any]):
    """What ``deploy.words`` compiles goes into the wheel, though no version control keeps it."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        sys.path.insert(0, self.root)
        from deploy import words

        made = words.compiled()
        build_data["artifacts"] += [f"/{path.relative_to(self.root).as_posix()}" for path in made]
