"""All files of the identity zone of a hub, and encrypting those that are not as new ones would be.

Here: where such files lie, what each is bound to, writing one anew. Never here: encryption itself
(`warehouse.identity_zone`) or a command's words (`warehouse.identity_commands`). Next: an operator
runs it once on an older hub, or after a key was renewed.

A file is written beside, read again and compared, renamed, and only then is the older one removed.
Where both are there, because the process died, readers take the newer (`identity_zone.stems`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from warehouse import durable
from warehouse.faults import fault_point
from warehouse.identity_zone import (
    IdentityFile,
    IdentityZone,
    IdentityZoneError,
    identity_zone,
    name_parts,
)
from warehouse.index_state import FILES, list_files, segment_bound
from warehouse.lake import PARTS, part_bound
from warehouse.layout import Layout
from warehouse.look_up_files import FOLDER, RECORDS, records_bound
from warehouse.workbench import IDENTITY, identity_bound


@dataclass(frozen=True, slots=True)
class Encrypting:
    """What encrypting came to, in files."""

    written: int
    removed: int
    """Caches in the form of older hubs."""


def identity_files(layout: Layout) -> Iterator[IdentityFile]:
    """Yield every file of the identity zone, plain ones of older hubs among them."""
    for path in sorted(layout.lake.glob(f"*/*/{PARTS}.parquet")):
        yield IdentityFile(path, part_bound(path.parent, name_parts(path)[0]))
    for path in sorted((layout.home / "scratch").glob(f"*/tables/{IDENTITY}/*.parquet")):
        night = path.parents[2].name
        yield IdentityFile(path, identity_bound(name_parts(path)[0], night))
    for path in sorted(layout.index_states.glob("*/*.parquet")):
        yield IdentityFile(path, segment_bound(path, path.parent.name))
    for path in sorted(layout.index_states.glob(f"*/{FOLDER}/{RECORDS}*.parquet")):
        yield IdentityFile(path, records_bound(path.parent))


def files_by_epoch(layout: Layout) -> dict[int | None, int]:
    """Return how many files lie under each epoch of the key; None: plain."""
    return dict(Counter(file.epoch for file in identity_files(layout)))


def encrypt_identity(
    layout: Layout, announce: Callable[[Path], None] = lambda _path: None
) -> Encrypting:
    """Encrypt under today's key what lies plain or under an older one; begin again wherever it stopped.

    No night may run meanwhile. Caches that an older hub kept in another form are removed; the next
    night, or the next look-up, makes them anew.

    Args:
        layout: the hub.
        announce: hears each file that was written.

    Raises:
        IdentityZoneError: a file cannot be read, or is not what was read.
    """
    zone = identity_zone(layout)
    outdated = outdated_files(layout)
    for file in outdated:
        target = _target(zone, file)
        _write_anew(zone, file, target)
        announce(target)
    for state in layout.index_states.glob("*/" + FILES):
        list_files(state.parent)
    removed = 0
    for path in _old_caches(layout):
        path.unlink()
        removed += 1
    return Encrypting(len(outdated), removed)


def outdated_files(layout: Layout) -> list[IdentityFile]:
    """Return the files that are plain or lie under an older key."""
    zone = identity_zone(layout)
    return [file for file in identity_files(layout) if _target(zone, file) != file.path]


def _target(zone: IdentityZone, file: IdentityFile) -> Path:
    """Where a file belongs; a segment of an older hub is bound to its release from now on."""
    stem = name_parts(file.path)[0]
    origin = file.bound.origin.removeprefix("index ")
    is_segment = file.bound.origin.startswith("index ") and stem != RECORDS
    if is_segment and not stem.endswith(f".{origin}"):
        stem = f"{stem}.{origin}"
    return zone.target(file.path.parent, stem)


def _old_caches(layout: Layout) -> Iterator[Path]:
    yield from layout.index_states.glob(f"*/{FOLDER}/records.arrow")
    yield from (layout.home / "scratch").glob("*/tables/signature.parquet")


def _write_anew(zone: IdentityZone, file: IdentityFile, target: Path) -> None:
    rows = zone.read(file)
    with durable.published_file(target) as staging:
        zone.write_arrow(rows, staging, file.bound)
        if not zone.read(IdentityFile(staging, file.bound)).equals(rows):
            message = (
                f"{file.path.name}: what was written is not what was read; nothing was removed"
            )
            raise IdentityZoneError(message)
    fault_point("identity.after_rename")
    file.path.unlink()
    durable.fsync_path(file.path.parent)
