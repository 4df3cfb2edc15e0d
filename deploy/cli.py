"""The ``throughcare`` command. Heavy parts are imported by the command that needs them."""

from __future__ import annotations

import sys

from cyclopts import App

from deploy.commands.output import USAGE, Stopped, note

app = App(
    name="throughcare",
    help="Mental-health care shared by organisations that share only a network.",
    version_flags=["--version"],
)

for name in ("up", "serve", "work", "relay", "migrate"):
    app.command(f"deploy.commands.processes:{name}", name=name)
app.command("deploy.commands.community:app", name="community")
app.command("deploy.commands.community:token", name="token")
app.command("deploy.commands.importing:app", name="import")
app.command("deploy.commands.views:view", name="view")
app.command("deploy.commands.views:parked", name="parked")
app.command("deploy.commands.views:share", name="share")
app.command("deploy.commands.views:custody", name="custody")
app.command("deploy.commands.streams:subscribe", name="subscribe")
app.command("deploy.commands.history:replay", name="replay")
app.command("deploy.commands.doctor:doctor", name="doctor")


def main() -> None:
    """Run one command; its exit code says how it went (see `deploy.commands.output`)."""
    try:
        app(exit_on_error=True)
    except Stopped as stopped:
        note(f"throughcare: {stopped}")
        sys.exit(stopped.code)
    except KeyboardInterrupt:
        sys.exit(130)


__all__ = ["USAGE", "app", "main"]

if __name__ == "__main__":
    main()
