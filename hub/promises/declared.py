"""The promises as `promises.toml` declares them.

Here: reading the file. Never here: figures (`hub.promises.figures`). Next: `hub promises` prints them,
and a contract test holds the tests to them.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

PROMISES_PATH = Path(__file__).with_name("promises.toml")


@dataclass(frozen=True, slots=True)
class Promise:
    """One promise: its ID, what is promised, and the figure that it is held to."""

    id: str
    promise: str
    target: str

    @property
    def command(self) -> str:
        """What runs its tests at full size."""
        return f"make promises ONLY={self.id}"


def load_promises() -> dict[str, Promise]:
    """Return the promises by ID, in the order of the file."""
    declared = tomllib.loads(PROMISES_PATH.read_text("utf-8"))
    return {name: Promise(id=name, **words) for name, words in declared.items()}
