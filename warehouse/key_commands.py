"""`hub keys`: which keys there are and in which epoch, and beginning a new epoch.

Here: arguments, printing, exit codes. Never here: a secret key; signing keys show their public halves,
the others nothing but their epoch. Next: `hub vault re-encrypt` moves the archive to a new epoch.
"""

from __future__ import annotations

from typing import Annotated

import typer

from hub.output import fail, print_rows
from warehouse.access_log.options import By, command_access
from warehouse.keys import RootKeyError, key_provider
from warehouse.layout import Layout
from warehouse.signing import (
    SIGNING_LABELS,
    key_id,
    public_keys,
    publish_public_keys,
    read_public_key,
)

keys_app = typer.Typer(
    help="Show keys by label and epoch, and public halves; begin new ones.", no_args_is_help=True
)
ENCRYPTION_LABELS = {
    "archive": "new files are encrypted with it; `hub vault re-encrypt` moves the others",
    "identity": "what is landed from now on is encrypted with it; older files stay readable",
}
"""Label → what beginning a new epoch does."""
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON array and nothing else.")]


@keys_app.command("show")
def show_keys(*, as_json: AsJson = False) -> None:
    """Show labels and epochs, and write public signing keys where readers look for them."""
    layout = Layout.from_environment()
    try:
        rows = _described(layout)
    except (RootKeyError, OSError) as error:
        fail(error)
    print_rows(rows, as_json=as_json, title="keys")


@keys_app.command("rotate")
def rotate_key(
    label: Annotated[
        str, typer.Argument(help=f"One of {', '.join((*SIGNING_LABELS, *ENCRYPTION_LABELS))}.")
    ],
    *,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Begin a new key; what older ones signed stays valid, what they encrypted stays readable."""
    if label.startswith("extract/"):
        fail("the epoch of an extract stands in its contract: change keyEpoch (docs/extracts.md)")
    if label not in {*SIGNING_LABELS, *ENCRYPTION_LABELS}:
        known = ", ".join((*SIGNING_LABELS, *ENCRYPTION_LABELS))
        fail(f"{label!r} is no key that is renewed; there are {known} (docs/vault.md)")
    layout = Layout.from_environment()
    with command_access("key", f"rotate {label}", by=by):
        try:
            key_provider(layout).rotate(label)
            rows = [row for row in _described(layout) if row["label"] == label]
        except (RootKeyError, OSError) as error:
            fail(error)
    print_rows(rows, as_json=as_json, title="keys")
    if label in ENCRYPTION_LABELS:
        typer.echo(ENCRYPTION_LABELS[label], err=True)


def _described(layout: Layout) -> list[dict[str, object]]:
    keys = key_provider(layout)
    rows: list[dict[str, object]] = []
    for label in SIGNING_LABELS:
        publish_public_keys(layout, keys, label)
        rows += [
            {
                "label": label,
                "epoch": epoch,
                "is_used": epoch == keys.epoch(label),
                "key_id": key_id(read_public_key(text)),
                "public_key": text,
            }
            for epoch, text in enumerate(public_keys(keys, label), start=1)
        ]
    for label in ENCRYPTION_LABELS:
        newest = keys.epoch(label)
        rows += [
            {"label": label, "epoch": epoch, "is_used": epoch == newest}
            | {"key_id": None, "public_key": None}
            for epoch in range(1, newest + 1)
        ]
    return rows
