"""`hub vault`: what lies in the vault under which key, encrypting it anew, checking all of it.

Here: arguments, progress and exit codes. Never here: the work (`archive_upkeep`, `vault_check`), or a
byte of what was received. Next: docs/vault.md says when an operator runs what.
"""

from __future__ import annotations

from typing import Annotated

import typer

from hub.output import fail, print_rows, progress_bar
from warehouse.access_log.options import By, command_access
from warehouse.archive import ARCHIVE_LABEL
from warehouse.archive_upkeep import (
    PLAIN,
    UNREADABLE,
    damaged_files,
    encrypt_anew,
    files_by_epoch,
    outdated_files,
)
from warehouse.encrypted_file import VaultFileError
from warehouse.keys import RootKeyError, key_provider
from warehouse.layout import Layout
from warehouse.night_lock import NightIsRunningError, night_lock
from warehouse.vault_check import check_vault

vault_app = typer.Typer(
    help="Received bytes: under which key they lie, encrypting them anew, checking them.",
    no_args_is_help=True,
)
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON array and nothing else.")]
_EXPECTED = (VaultFileError, RootKeyError, NightIsRunningError, OSError)
_STATES = {PLAIN: "plain", UNREADABLE: "unreadable"}


@vault_app.command("status")
def status(*, as_json: AsJson = False) -> None:
    """Show how many files and bytes lie in the archive under which epoch of its key."""
    layout = Layout.from_environment()
    try:
        newest = key_provider(layout).epoch(ARCHIVE_LABEL)
        rows: list[dict[str, object]] = [
            {
                "epoch": epoch if epoch > 0 else None,
                "state": _STATES.get(epoch, "newest key" if epoch == newest else "older key"),
                "files": files,
                "bytes": size,
            }
            for epoch, (files, size) in files_by_epoch(layout).items()
        ]
    except _EXPECTED as error:
        fail(error)
    print_rows(rows, as_json=as_json, title="archive")


@vault_app.command("encrypt")
def encrypt_plain(*, by: By = None, as_json: AsJson = False) -> None:
    """Encrypt what an older hub left plain; may be stopped and run again."""
    _move("encrypt", only_plain=True, by=by, as_json=as_json)


@vault_app.command("re-encrypt")
def encrypt_outdated(*, by: By = None, as_json: AsJson = False) -> None:
    """Move every file to the newest key, after `hub keys rotate archive`; may be stopped and run again."""
    _move("re-encrypt", only_plain=False, by=by, as_json=as_json)


@vault_app.command("check")
def check(
    *,
    deep: Annotated[
        bool, typer.Option("--deep", help="Also read and hash every byte of the archive.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Check keys, modes, plain files and disk encryption; code 1 where something must be done."""
    layout = Layout.from_environment()
    try:
        rows = [each.row() for each in check_vault(layout)]
        if deep:
            count = sum(1 for _ in layout.archive.glob("??/*"))
            with progress_bar("check", count) as told:
                broken = damaged_files(layout, told)
            rows.append(
                {
                    "what": "received bytes",
                    "state": "failed" if broken else "ok",
                    "found": f"{count} files read, {len(broken)} are not what was received",
                    "to_do": _restore(broken) if broken else None,
                }
            )
    except _EXPECTED as error:
        fail(error)
    print_rows(rows, as_json=as_json, title="vault")
    if any(row["state"] == "failed" for row in rows):
        raise typer.Exit(1)


def _move(word: str, *, only_plain: bool, by: str | None, as_json: bool) -> None:
    layout = Layout.from_environment()
    with command_access("key", f"vault {word}", by=by):
        try:
            # A night reads and writes the archive; alone, nothing is swept from under it.
            with night_lock(layout):
                files = outdated_files(layout, only_plain=only_plain)
                with progress_bar(word, len(files)) as told:
                    done = encrypt_anew(layout, files, told)
        except _EXPECTED as error:
            fail(error)
        row: dict[str, object] = {
            "outdated": len(files),
            "encrypted": done.moved,
            "damaged": len(done.damaged),
        }
        print_rows([row], as_json=as_json, title=word)
        if done.damaged:
            fail(_restore(done.damaged))


def _restore(names: tuple[str, ...] | list[str]) -> str:
    shown = ", ".join(name[:16] + "…" for name in names[:5])
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return f"restore from a backup of the vault, or have delivered again: {shown}{more}"
