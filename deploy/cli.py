"""The ``throughcare`` command. The parts of a command are imported when it is asked for."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence

from cyclopts import App

from deploy.commands.output import Stopped, note

COMMANDS = (
    ("up", "processes:up", "Run everything in one process."),
    ("serve", "processes:serve", "Run pages and interface alone."),
    ("work", "processes:work", "Run the projections alone."),
    ("sweep", "processes:sweep", "Escalate what nobody has answered in time, once."),
    ("relay", "processes:relay", "Run what pushes to partners alone."),
    ("inbox", "inbox:app", "Read partners' answers, and try again what was not done."),
    ("migrate", "processes:migrate", "Bring the database to this release."),
    ("doctor", "doctor:doctor", "Check everything and say the remedy."),
    ("invite", "invite:invite", "Let an organisation's first administrator sign in."),
    ("ask", "ask:ask", "Ask any activity of a running server."),
    ("export", "exporting:app", "Histories for process mining, with nobody's name."),
    ("report", "report:report", "A month's measures, safe to publish."),
    ("measures", "measures:app", "A place's measures, month by month, as they are published."),
    ("community", "community:app", "The demo community."),
    ("token", "community:token", "Development tokens for the demo's people and systems."),
    ("import", "importing:app", "Bring in referrals, or a directory of services."),
    ("erase", "erasing:erase", "Forget a person, under an order."),
    ("custody", "views:custody", "People by responsible organisation."),
    ("replay", "history:replay", "What one organisation knew of a person, or in a view."),
    ("why", "history:why", "Which facts made a field of a record so."),
    ("difference", "history:difference", "What changed in a record between two moments."),
    ("log", "log:app", "The log as it was signed."),
    ("evidence", "evidence:evidence", "An evidence pack, which verifies offline."),
    ("share", "views:share", "What a partner was told."),
    ("subscribe", "streams:subscribe", "Follow a partner's share and miss nothing."),
    ("streams", "partner_streams:app", "An organisation's own endpoints."),
    ("link", "links:link", "A link by which a partner without systems opens one referral."),
    ("mailbox", "mailboxes:mailbox", "The NHS MESH mailbox in which a partner is told."),
    ("broker", "broker:app", "Partners at the Kafka broker."),
    ("way", "ways:app", "A place's way of working, as data."),
    ("policy", "policy:app", "Another dated rule over the same history."),
    ("retention", "retention:app", "What is kept of persons, and for how long."),
    ("keys", "keys:app", "Copies of persons' keys."),
    ("view", "views:view", "The views folded from the share."),
    ("parked", "views:parked", "Cases whose facts could not be folded."),
)

app = App(
    name="throughcare",
    help="Mental-health care shared by organisations that share only a network.",
    version_flags=["--version"],
)
for name, where, said in COMMANDS:
    app.command(f"deploy.commands.{where}", name=name, help=said)


def collect_rarely() -> None:
    """How every process of ours collects garbage.

    A batch makes many objects that live briefly, and a start many that all live: collecting less
    often measured 1.5 times faster, and half a second less.
    """
    gc.set_threshold(50_000, 10, 10)


def main(words: Sequence[str] | None = None) -> None:
    """Run one command; its exit code says how it went (see `deploy.commands.output`)."""
    collect_rarely()
    try:
        app(words)
    except Stopped as stopped:
        note(f"throughcare: {stopped}")
        sys.exit(stopped.code)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
