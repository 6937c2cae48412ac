"""Commands that look after releases: `hub release sign|scrub|retain`.

Here: arguments, printing and exit codes. Never here: the work (`release_scrub`,
`release_retention`). Next: `warehouse.commands` hangs them beside `hub release list`.
"""

from __future__ import annotations

import datetime as dt
import getpass
from typing import Annotated

import typer

from hub.output import fail, print_rows, progress_bar
from warehouse.keys import RootKeyError
from warehouse.layout import Layout
from warehouse.ledger import Ledger, LedgerError
from warehouse.release_files import ReleaseError, release_ids
from warehouse.release_retention import plan_retention, retain
from warehouse.release_scrub import scrub, sign_release

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON array and nothing else.")]
Reason = Annotated[str, typer.Option(prompt=True, help="Why; auditors will read it.")]
_EXPECTED = (ReleaseError, LedgerError, RootKeyError, OSError)


def add_upkeep(release_app: typer.Typer) -> None:
    """Hang the commands of this module into `hub release`."""
    release_app.command("sign")(sign)
    release_app.command("scrub")(scrub_all)
    release_app.command("retain")(retain_some)


def sign(
    release_id: Annotated[str, typer.Argument(help="A release of an older hub.")],
    *,
    reason: Reason,
    as_json: AsJson = False,
) -> None:
    """Sign a release that an older hub left unsigned, if it is what the ledger knows."""
    layout = Layout.from_environment()
    try:
        with Ledger.open(layout.ledger_url) as ledger:
            sign_release(layout, ledger, release_id, actor=getpass.getuser(), reason=reason)
    except _EXPECTED as error:
        fail(error)
    print_rows([{"release": release_id, "is_signed": True}], as_json=as_json, title="signed")


def scrub_all(*, as_json: AsJson = False) -> None:
    """Read every byte of every release and compare it with signatures, ledger and keys."""
    layout = Layout.from_environment()
    try:
        count = len(release_ids(layout)) + 1
        with Ledger.open(layout.ledger_url) as ledger, progress_bar("scrub", count) as told:
            found = scrub(layout, ledger, announce=told)
    except _EXPECTED as error:
        fail(error)
    rows: list[dict[str, object]] = [
        {
            "subject": each.subject,
            "files": each.files,
            "bytes": each.size_bytes,
            "is_sound": not each.problems,
            "problems": "; ".join(each.problems),
        }
        for each in found
    ]
    print_rows(rows, as_json=as_json, title="scrub")
    if any(each.problems for each in found):
        raise typer.Exit(1)


def retain_some(
    *,
    keep: Annotated[int, typer.Option(min=1, help="How many of the newest releases stay.")],
    apply: Annotated[
        bool, typer.Option("--apply", help="Remove them; without it only the plan is shown.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Remove releases whose time is over; never the current one, nor one within its legal term."""
    layout = Layout.from_environment()
    try:
        plan = plan_retention(layout, keep, dt.datetime.now(dt.UTC).date())
        removed: list[str] = []
        doomed = sum(not each.is_kept for each in plan)
        if apply and doomed:
            with Ledger.open(layout.ledger_url) as ledger, progress_bar("remove", doomed) as told:
                actor = getpass.getuser()
                removed = retain(layout, ledger, plan, actor=actor, announce=told)
    except _EXPECTED as error:
        fail(error)
    rows: list[dict[str, object]] = [
        {
            "release": each.release_id,
            "night": each.night,
            "bytes": each.size_bytes,
            "outcome": "stays"
            if each.is_kept
            else ("removed" if each.release_id in removed else "would be removed"),
            "reason": each.reason,
        }
        for each in plan
    ]
    print_rows(rows, as_json=as_json, title="retention" if apply else "retention (a plan)")
