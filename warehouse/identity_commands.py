"""`hub identity`: which files of the identity zone lie under which key, and encrypting them anew.

Here: arguments, progress and exit codes. Never here: the work (`warehouse.identity_files`) or a row
of a file. Next: docs/identity-zone.md says when an operator runs what.
"""

from __future__ import annotations

from typing import Annotated

import typer

from hub.output import fail, print_rows, progress_bar
from warehouse.access_log.options import By, command_access
from warehouse.identity_files import encrypt_identity, files_by_epoch, outdated_files
from warehouse.identity_zone import LABEL, IdentityZoneError
from warehouse.keys import RootKeyError, key_provider
from warehouse.layout import Layout
from warehouse.night_lock import NightIsRunningError, night_lock

identity_app = typer.Typer(
    help="Names and addresses in lake and index: under which key they lie, encrypting them anew.",
    no_args_is_help=True,
)
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON array and nothing else.")]
_EXPECTED = (IdentityZoneError, RootKeyError, NightIsRunningError, OSError)


@identity_app.command("status")
def status(*, as_json: AsJson = False) -> None:
    """Show how many files lie under which epoch of the key; code 1 where some are plain."""
    layout = Layout.from_environment()
    try:
        newest = key_provider(layout).epoch(LABEL)
    except _EXPECTED as error:
        fail(error)
    counts = files_by_epoch(layout)
    rows: list[dict[str, object]] = [
        {
            "epoch": epoch,
            "state": "plain" if epoch is None else "newest" if epoch == newest else "older key",
            "files": files,
        }
        for epoch, files in sorted(counts.items(), key=lambda each: each[0] or 0)
    ]
    print_rows(rows, as_json=as_json, title="identity zone")
    if None in counts:
        raise typer.Exit(1)


@identity_app.command("encrypt")
def encrypt(*, by: By = None, as_json: AsJson = False) -> None:
    """Move plain files of older hubs and files of older keys to the newest; may be run again."""
    layout = Layout.from_environment()
    with command_access("key", "identity encrypt", by=by):
        try:
            with (
                night_lock(layout),
                progress_bar("encrypt", len(outdated_files(layout))) as told,
            ):
                done = encrypt_identity(layout, lambda path: told(path.name))
        except _EXPECTED as error:
            fail(error)
        row: dict[str, object] = {"encrypted": done.written, "removed": done.removed}
        print_rows([row], as_json=as_json, title="identity zone")
