"""One line of an explanation, with the lines below it.

Here: the tree and its mapping for JSON. Never here: how it is drawn (`rendering`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hub.programmes.explanation.texts import Text

MARKS: Mapping[str, str] = {"met": "✓", "failed": "✗", "unknown": "?"}


@dataclass(frozen=True, slots=True)
class Point:
    """A sentence, whether it holds, what a program can read of it, and what it rests on."""

    text: Text
    mark: str = ""
    """met, failed, unknown, or nothing where it is no condition."""
    kind: str = ""
    details: Mapping[str, object] = field(default_factory=dict)
    children: tuple[Point, ...] = ()

    def mapping(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        return {
            "kind": self.kind or "note",
            "mark": self.mark or None,
            "text_en": self.text.en,
            "text_ko": self.text.ko,
            **self.details,
            "children": [child.mapping() for child in self.children],
        }
