"""What is wrong with a programme's file, and what to do about it.

Here: one problem with its place, and the error that carries all problems of a load. Never here:
checking. Next: `hub programmes check` prints them; every loader of programmes raises them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong in a file."""

    file: str
    line: int
    """First line is 1; 0 where the whole file is meant."""
    column: int
    """First column is 1; 0 where the whole line is meant."""
    wrong: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.wrong}; {self.remedy}"


class ProgrammeError(ValueError):
    """Programmes cannot be used; `problems` holds everything that was found, in order of place."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(map(str, self.problems)))
