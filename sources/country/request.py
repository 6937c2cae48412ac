"""What was asked of the simulated country, written beside the nights that answer it.

Here: the request as a small JSON file in the folder of nights. Never here: carrying it out
(`nights`). Next: `hub country simulate` does not do the same work twice, and does not mix two
countries in one folder.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

REQUEST_FILE = "request.json"
"""Lies beside the night folders, which are named by their day; it is no delivery."""
_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Request:
    """Everything that decides the bytes of the nights."""

    people: int
    seed: int
    first_night: str
    nights: int
    faults: bool
    corrupt: bool
    only: tuple[str, ...]
    feed_faults: tuple[str, ...] = ()

    def differences(self, other: Mapping[str, object]) -> list[str]:
        """Name the parts in which this request is not the `other`, as read by `read_request`."""
        before = {"feed_faults": []} | dict(other)
        return [name for name, value in _plain(self).items() if before.get(name) != value]


def _plain(request: Request) -> dict[str, object]:
    plain = {"format": _FORMAT, **asdict(request), "only": sorted(request.only)}
    return plain | {"feed_faults": sorted(request.feed_faults)}


def read_request(out: Path) -> dict[str, object] | None:
    """Return the request that the nights in `out` answer in full; None where none is recorded."""
    try:
        found = json.loads((out / REQUEST_FILE).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def write_request(out: Path, request: Request) -> None:
    """Record that the nights in `out` answer `request`; call it when all of them are written."""
    text = json.dumps(_plain(request), indent=2) + "\n"
    staging = out / f".{REQUEST_FILE}.part"
    staging.write_text(text, "utf-8")
    staging.replace(out / REQUEST_FILE)
