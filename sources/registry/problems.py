"""What can be wrong with the catalogue, and how it is said.

Here: one problem, the error that carries all of them, and the place they are reported from.
Never here: the rules themselves. Next: `load_catalogue` raises, `hub catalogue check` prints.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend in the catalogue."""

    file: str
    """Path of the TOML file inside the catalogue folder."""
    entry: str
    """Document code, family code, code set, or what else the entry is called."""
    field: str
    wrong: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.file}: {self.entry}: {self.field}: {self.wrong}; {self.remedy}"

    def as_row(self) -> dict[str, object]:
        """Return the problem as one row of a table."""
        return dict(asdict(self))


class CatalogueError(Exception):
    """The catalogue does not hold; nothing is loaded until every problem is mended.

    Args:
        problems: all problems of all files, in file order.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = list(problems)
        count = len(self.problems)
        title = f"the catalogue has {count} problem{'' if count == 1 else 's'}:"
        super().__init__("\n  ".join([title, *map(str, self.problems)]))


@dataclass(frozen=True, slots=True)
class Place:
    """Where the validator stands: one entry of one file, and the list that it reports to."""

    file: str
    entry: str
    problems: list[Problem]

    def at(self, entry: str) -> Place:
        """Return the place of another entry of the same file."""
        return Place(self.file, entry, self.problems)

    def report(self, field: str, wrong: str, remedy: str) -> None:
        """Add a problem of this entry."""
        self.problems.append(Problem(self.file, self.entry, field, wrong, remedy))
