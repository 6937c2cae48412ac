"""CURRENT: which release readers are given, and the SHA-256 of its manifest.

Here: reading and replacing the pointer. Never here: when it moves (`warehouse.releases`) or whether the
release is whole. Next: `warehouse.releases.current` opens what it names.

The ID alone would do, but one flipped bit makes `r000002` of `r000003`, which is whole and signed too;
so the pointer also says which manifest is meant. Pointers of older hubs, of confirmation rounds and of
replays have an ID only.
"""

from __future__ import annotations

from dataclasses import dataclass

from warehouse import durable
from warehouse.layout import Layout
from warehouse.release_checks import MANIFEST


@dataclass(frozen=True, slots=True)
class Pointer:
    """What CURRENT says."""

    release_id: str
    manifest_sha256: str | None

    def fits(self, layout: Layout) -> bool:
        """Whether the release of that ID has the manifest that is meant."""
        path = layout.releases / self.release_id / MANIFEST
        return self.manifest_sha256 is None or (
            path.exists() and durable.sha256_of(path) == self.manifest_sha256
        )


def read_pointer(layout: Layout) -> Pointer | None:
    """Return what CURRENT says, or None before the first release.

    Raises:
        UnicodeDecodeError: it is no text.
    """
    try:
        release_id, _, sha256 = layout.current.read_text("utf-8").strip().partition(" ")
    except FileNotFoundError:
        return None
    return Pointer(release_id, sha256 or None)


def points_to(layout: Layout, release_id: str) -> bool:
    """Whether CURRENT names a release and its manifest."""
    try:
        pointer = read_pointer(layout)
    except UnicodeDecodeError:
        return False
    return pointer is not None and pointer.release_id == release_id and pointer.fits(layout)


def point_to(layout: Layout, release_id: str) -> None:
    """Let CURRENT name a release, durably."""
    sha256 = durable.sha256_of(layout.releases / release_id / MANIFEST)
    durable.write_text(layout.current, f"{release_id} {sha256}\n")
