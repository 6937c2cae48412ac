"""Whether a release on disk is what was signed: its signature, and the SHA-256 of every file.

Here: checking one release folder, and remembering which bytes were hashed already. Never here:
opening (`warehouse.release_files`) or publishing (`warehouse.releases`). Next: a release is checked
whenever it is opened, and from its first byte to its last by the nightly scrub.

Hashing gigabytes at each opening would be slow. So a SHA-256 is remembered with the file's inode,
modification time and size, and counts until one of them changes. The scrub forgets and reads.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from warehouse import durable
from warehouse.layout import Layout
from warehouse.manifest import Manifest
from warehouse.signing import SignatureError, open_dsse, trusted_keys

MANIFEST = "manifest.json"
MANIFEST_SUM = "manifest.json.sha256"
MANIFEST_ENVELOPE = "manifest.dsse.json"
PAYLOAD_TYPE = "application/vnd.welfare-hub.release.v1+json"
_SETTLED_NANOSECONDS = 50_000_000
_NOT_LISTED = frozenset({MANIFEST, MANIFEST_SUM, MANIFEST_ENVELOPE})
Digest = Callable[[str, os.stat_result], str]
"""Returns the SHA-256 of the file at a path, given what the file system says of it."""


def read_anew(path: str, status: os.stat_result) -> str:
    """Return the SHA-256 of a file's bytes, whatever is remembered."""
    del status
    return durable.sha256_of(Path(path))


class RememberedDigests:
    """SHA-256 of files that do not change, remembered from one process to the next.

    Args:
        record: where they are written down; whoever may not write there reads them only.
    """

    def __init__(self, record: Path) -> None:
        self._record = record
        self._known: dict[str, list[int | str]] = {}
        self._is_changed = False
        try:
            known = json.loads(record.read_text("utf-8"))
        except (OSError, ValueError):
            return
        if isinstance(known, dict):
            self._known = known

    def __call__(self, path: str, status: os.stat_result) -> str:
        """Return the SHA-256 of `path`, read anew if the file is not the one that was read."""
        inode, identity = str(status.st_ino), [status.st_mtime_ns, status.st_size]
        known = self._known.get(inode)
        if isinstance(known, list) and known[:-1] == identity:
            return str(known[-1])
        sha256 = read_anew(path, status)
        # Two writings within one tick of the file system's clock bear the same time.
        if time.time_ns() - status.st_mtime_ns > _SETTLED_NANOSECONDS:
            self._known[inode] = [*identity, sha256]
            self._is_changed = True
        return sha256

    def forget(self) -> None:
        """Read every file anew, here and wherever the release is opened next, until `keep`."""
        self._known = {}
        with contextlib.suppress(OSError):
            self._record.unlink()

    def keep(self) -> None:
        """Write down what is new."""
        if not self._is_changed:
            return
        try:
            durable.write_text(self._record, json.dumps(self._known, sort_keys=True) + "\n")
        except OSError:
            # A reader without the right to write, or a full disk: the next opening reads again.
            return
        self._is_changed = False


def remembered_digests(layout: Layout, release_id: str) -> RememberedDigests:
    """Return the digests that are remembered of one release."""
    return RememberedDigests(layout.verified / f"{release_id}.json")


def file_problems(folder: Path, manifest: Manifest, digest: Digest = read_anew) -> list[str]:
    """Compare the files in `folder` with `manifest`; return a sentence for each that is wrong."""
    expected = {file.path: file for file in manifest.files}
    found = dict(_walk(str(folder)))
    needed = {*expected, MANIFEST, MANIFEST_SUM}
    problems = [f"{name}: missing" for name in sorted(needed - set(found))]
    problems += [
        f"{name}: not in the manifest" for name in sorted(set(found) - {*expected, *_NOT_LISTED})
    ]
    problems += [
        f"{name}: altered"
        for name in sorted(set(found) & set(expected))
        if found[name].st_size != expected[name].size_bytes
        or digest(f"{folder}/{name}", found[name]) != expected[name].sha256
    ]
    if {MANIFEST, MANIFEST_SUM} <= set(found):
        stated = (folder / MANIFEST_SUM).read_bytes()
        actual = f"{durable.sha256_of(folder / MANIFEST)}  {MANIFEST}\n"
        if stated != actual.encode():
            problems.append(f"{MANIFEST}: altered, or its check sum is")
    return problems


def _walk(folder: str, below: str = "") -> Iterator[tuple[str, os.stat_result]]:
    """Yield every file below `folder` by its path in it."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _walk(entry.path, f"{below}{entry.name}/")
            else:
                yield f"{below}{entry.name}", entry.stat(follow_symlinks=False)


def is_signed(folder: Path) -> bool:
    """Whether the release in `folder` has a signature at all; hubs of old made none."""
    return (folder / MANIFEST_ENVELOPE).exists()


def signature_problems(layout: Layout, folder: Path) -> list[str]:
    """Return what is wrong with the signature of the release in `folder`, or nothing."""
    if not is_signed(folder):
        problem = (
            f"{MANIFEST_ENVELOPE}: missing; an older hub published the release without a signature. "
            f"`hub release sign {folder.name}` signs it if it is what the ledger knows"
        )
        return [problem]
    try:
        text = (folder / MANIFEST_ENVELOPE).read_text("utf-8")
        payload = open_dsse(text, PAYLOAD_TYPE, trusted_keys(layout), exact=True)
    except SignatureError as error:
        return [f"{MANIFEST_ENVELOPE}: {error}"]
    except UnicodeDecodeError:
        return [f"{MANIFEST_ENVELOPE}: no signature envelope (DSSE)"]
    try:
        is_the_signed = (folder / MANIFEST).read_bytes() == payload
    except FileNotFoundError:
        return []
    return [] if is_the_signed else [f"{MANIFEST}: altered; it is not what was signed"]


def release_problems(
    layout: Layout, folder: Path, manifest: Manifest, digest: Digest = read_anew
) -> list[str]:
    """Return everything that is wrong with a release, a sentence a file."""
    files = file_problems(folder, manifest, digest)
    named = {problem.partition(":")[0] for problem in files}
    return files + [
        problem
        for problem in signature_problems(layout, folder)
        if problem.partition(":")[0] not in named
    ]
