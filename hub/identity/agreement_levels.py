"""Levels of agreement, and how they are told to DuckDB and to Splink.

Here: the shapes. Never here: what is compared (`comparisons`), learning (`training`) or scoring
(`scoring`). Next: `comparisons` declares every comparison with them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Level:
    """One level of agreement; conditions are tried in order, the first that holds counts."""

    label: str
    condition: str
    same_person: float
    strangers: float
    household: float
    frequency_column: str | None = None
    is_rare_as_same: bool = False
    """Strangers reach it as often as the first level: its frequency adjustment starts from there."""
    most_same_person: float = 1.0
    """Bound of what may be learnt for one person: what a person hardly ever changes stays so, however
    many pairs of relatives and namesakes there are to be taken for one."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One comparison; it is used where every one of `columns` has values."""

    name: str
    columns: tuple[str, ...]
    nothing_to_compare: str
    levels: tuple[Level, ...]
    equal_column: str
    """Two descriptions reach the first level when they are equal in it."""
    is_name: bool = False

    def level_sql(self) -> str:
        """Return the SQL of the level, counted from the weakest (0); -1 for nothing to compare."""
        last = len(self.levels) - 1
        cases = " ".join(
            f"WHEN {level.condition} THEN {last - place}"
            for place, level in enumerate(self.levels)
            if place < last
        )
        return f"CASE WHEN {self.nothing_to_compare} THEN -1 {cases} ELSE 0 END"

    def settings(self) -> dict[str, Any]:
        """Return the comparison as Splink's settings spell it, with the starting likelihoods."""
        return {
            "output_column_name": self.name,
            "comparison_levels": [
                {
                    "sql_condition": self.nothing_to_compare,
                    "label_for_charts": "nothing to compare",
                    "is_null_level": True,
                },
                *(_level_settings(level) for level in self.levels),
            ],
        }


def _level_settings(level: Level) -> dict[str, Any]:
    settings = {
        "sql_condition": level.condition,
        "label_for_charts": level.label,
        "m_probability": level.same_person,
        "u_probability": level.strangers,
    }
    if level.frequency_column:
        settings["tf_adjustment_column"] = level.frequency_column
    return settings
