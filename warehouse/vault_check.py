"""Whether keys, modes and disks are as the vault needs them.

Here: looking, without changing anything. Never here: mending, or reading the archive's content
(`archive_upkeep.damaged_files`). Next: `hub vault check` prints it; an operator mends it.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from warehouse.archive import ARCHIVE_LABEL
from warehouse.archive_upkeep import PLAIN, files_by_epoch
from warehouse.keys import KEY_HEX_VARIABLE, RootKeyError, key_provider
from warehouse.layout import Layout

_BLOCK_DEVICES = Path("/sys/dev/block")
_OPEN_TO_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class CheckState(StrEnum):
    """What a check came to."""

    OK = "ok"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """The host does not tell; somebody has to look."""


@dataclass(frozen=True, slots=True)
class VaultCheck:
    """One thing that was looked at."""

    what: str
    state: CheckState
    found: str
    to_do: str | None = None

    def row(self) -> dict[str, object]:
        """Return it as a row of a table."""
        return {
            "what": self.what,
            "state": self.state.value,
            "found": self.found,
            "to_do": self.to_do,
        }


def check_vault(layout: Layout) -> list[VaultCheck]:
    """Look at the root key, the vault's mode, the archive's keys and the disk under the hub."""
    checks = [_root_key(layout), _mode(layout)]
    if checks[0].state is CheckState.OK:
        checks += _archive(layout)
    return [*checks, _disk(layout.home)]


def is_on_encrypted_disk(path: Path) -> bool | None:
    """Whether a path lies on a dm-crypt device (Linux); None where the host does not tell.

    A device that is made of others (LVM) is encrypted where all of them are.
    """
    device = path.stat().st_dev
    found = _BLOCK_DEVICES / f"{os.major(device)}:{os.minor(device)}"
    try:
        return _is_encrypted(found) if found.exists() else None
    except OSError:
        return None


def _is_encrypted(device: Path) -> bool:
    identity = device / "dm" / "uuid"
    if identity.exists() and identity.read_text("ascii").startswith("CRYPT-"):
        return True
    below = list(_below(device))
    return bool(below) and all(map(_is_encrypted, below))


def _below(device: Path) -> Iterator[Path]:
    slaves = device / "slaves"
    if slaves.is_dir():
        yield from slaves.iterdir()


def _root_key(layout: Layout) -> VaultCheck:
    what = "root key"
    try:
        key_provider(layout)
    except (RootKeyError, OSError) as error:
        return VaultCheck(what, CheckState.FAILED, str(error), "see docs/vault.md, Losing a key")
    if os.environ.get(KEY_HEX_VARIABLE):
        return VaultCheck(what, CheckState.OK, f"from {KEY_HEX_VARIABLE}")
    is_inside = layout.key_file.is_relative_to(layout.vault)
    found = "a file beside what it opens" if is_inside else "a file outside the vault"
    advice = "keep a copy apart from the backups of the vault" if is_inside else None
    return VaultCheck(what, CheckState.OK, found, advice)


def _mode(layout: Layout) -> VaultCheck:
    mode = stat.S_IMODE(layout.vault.stat().st_mode)
    if mode & _OPEN_TO_OTHERS:
        to_do = "run `chmod 0700` on the folder vault"
        return VaultCheck("vault", CheckState.FAILED, f"mode {mode:04o}", to_do)
    return VaultCheck("vault", CheckState.OK, f"mode {mode:04o}")


def _archive(layout: Layout) -> Iterator[VaultCheck]:
    lying = files_by_epoch(layout)
    plain = lying.get(PLAIN, (0, 0))[0]
    yield VaultCheck(
        "plain files",
        CheckState.FAILED if plain else CheckState.OK,
        f"{plain} received files are not encrypted",
        "run `hub vault encrypt`" if plain else None,
    )
    newest = key_provider(layout).epoch(ARCHIVE_LABEL)
    older = sum(files for epoch, (files, _) in lying.items() if epoch not in {PLAIN, newest})
    yield VaultCheck(
        "older keys",
        CheckState.FAILED if older else CheckState.OK,
        f"{older} received files are not under the newest key, epoch {newest}",
        "run `hub vault re-encrypt`" if older else None,
    )


def _disk(home: Path) -> VaultCheck:
    what = "disk"
    to_do = "put the hub's home on an encrypted disk: marts and tables are not encrypted by the hub"
    is_encrypted = is_on_encrypted_disk(home)
    if is_encrypted is None:
        return VaultCheck(what, CheckState.UNKNOWN, "the host does not tell whether", to_do)
    if not is_encrypted:
        return VaultCheck(what, CheckState.FAILED, "no encrypted disk under the hub's home", to_do)
    return VaultCheck(what, CheckState.OK, "encrypted (dm-crypt)")
