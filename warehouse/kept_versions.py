"""Versions of something that nights make, each in a folder named after the digest of its inputs.

Here: keeping a version whole or not at all, finding it again, checking its files, forgetting old ones.
Never here: what a version holds (`warehouse.kept_families`, `warehouse.signatures`). It is a cache:
what is not as it was kept is not taken, and made anew.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from warehouse import durable
from warehouse.staging import sweep

_KEPT = 2
"""Versions that are kept: a night that fails needs the one before."""
_SUMS = "sums.json"
_FILES = "files"


@dataclass(frozen=True, slots=True)
class Version:
    """A version as it was kept: its folder, and what was told of it."""

    folder: Path
    told: Mapping[str, Any]

    @property
    def digest(self) -> str:
        """Digest of its inputs."""
        return self.folder.name

    @property
    def sums(self) -> Mapping[str, str]:
        """SHA-256 of its files by name."""
        sums: Mapping[str, str] = self.told[_FILES]
        return sums

    def sound(self, name: str) -> Path | None:
        """Return the path of one of its files, if it holds the bytes that were kept; read whole."""
        path = self.folder / name
        try:
            is_same = durable.sha256_of(path) == self.sums.get(name)
        except OSError:
            return None
        return path if is_same else None


class KeptVersions:
    """The versions in the folder `place`, which need not exist."""

    def __init__(self, place: Path) -> None:
        self._place = place

    def find(self, digest: str) -> Version | None:
        """Return the version of these inputs, if it was kept; its files are not read."""
        folder = self._place / digest
        try:
            kept = json.loads((folder / _SUMS).read_text("utf-8"))
            told = kept["told"]
            is_same = kept["sha256"] == digest_of(told) and isinstance(told[_FILES], dict)
        except (OSError, ValueError, LookupError, TypeError):
            return None
        return Version(folder, told) if is_same else None

    def all(self) -> list[Version]:
        """Return the versions, the one that was kept or used last first."""
        found = (self.find(folder.name) for folder in reversed(self._folders()))
        return [version for version in found if version is not None]

    def use(self, version: Version) -> None:
        """Remember that a version is of use, so that it is not the next one forgotten."""
        os.utime(version.folder)

    def keep(
        self,
        digest: str,
        fill: Callable[[Path], Mapping[str, Any]],
        known: Mapping[str, str] | None = None,
    ) -> None:
        """Keep a version, and forget all but the last ones.

        Args:
            digest: of its inputs.
            fill: puts its files into the folder it is given; returns what is to be told of them.
            known: SHA-256 of files that were read before, by name.
        """
        self._place.mkdir(mode=0o700, parents=True, exist_ok=True)
        sweep(self._place)
        with durable.published_folder(self._place / digest) as staging:
            told = dict(fill(staging))
            told[_FILES] = {
                path.name: (known or {}).get(path.name) or durable.sha256_of(path)
                for path in sorted(staging.iterdir())
            }
            kept = {"told": told, "sha256": digest_of(told)}
            (staging / _SUMS).write_text(json.dumps(kept), "utf-8")
            # A damaged version of the same inputs gives what is whole of it, and only then goes.
            shutil.rmtree(self._place / digest, ignore_errors=True)
        for old in self._folders()[:-_KEPT]:
            shutil.rmtree(old, ignore_errors=True)

    def _folders(self) -> list[Path]:
        """The folders of what is kept, the oldest first."""
        if not self._place.is_dir():
            return []
        return sorted(self._place.glob("[!.]*"), key=lambda each: each.stat().st_mtime_ns)


def link_or_copy(source: Path, target: Path) -> None:
    """Give a finished file, which nobody writes in place, a second name; copy it across disks."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def digest_of(content: object) -> str:
    """Return the SHA-256 of what JSON can say, whatever the order of its keys."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
