"""The story of a person: its steps, as a tree, as text and as rows.

Here: shapes and printing. Never here: where the steps come from (`person_story`). Next: `hub index
how` prints it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from rich.markup import escape
from rich.tree import Tree

PARTS = {
    "anchor": "Who it is anchored to",
    "member": "What joined it",
    "question": "What waits for an answer",
    "decision": "What people decided",
    "event": "What happened to its ID",
    "redirect": "Other IDs",
}
"""The parts of a story, in order."""
SUPPORTS = {
    "name": "the name agrees",
    "birth_date": "the birth date agrees",
    "no_name": "nothing to compare",
    "refused": "the number is not theirs",
    "polluted": "too many people use the number",
    "held": "the number fits another person now; it waits for an answer",
    "no_number": "without a number",
}
"""What supports that a description's ID number is its own, or why it has none."""


@dataclass(frozen=True, slots=True)
class StoryStep:
    """One thing that made the person what it is.

    `part` is one of `PARTS`; `night` is known of what the ledger tells; `facts` hold the numbers.
    """

    part: str
    text: str
    night: dt.date | None = None
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PersonStory:
    """A person and the steps that led to it, in order."""

    person_id: str
    signatures: int
    steps: tuple[StoryStep, ...]

    @property
    def heading(self) -> str:
        """Say who it is and of how much."""
        if not self.signatures:
            return f"person {self.person_id}: no signatures in the current index"
        return f"person {self.person_id}: {counted(self.signatures, 'signature')}"

    def rows(self) -> list[dict[str, object]]:
        """Return a row a step."""
        return [
            {"part": step.part, "night": step.night, "text": step.text, **step.facts}
            for step in self.steps
        ]

    def tree(self) -> Tree:
        """Return the story as a tree for a terminal."""
        tree = Tree(f"[bold]{escape(self.heading)}[/]")
        for part, title in PARTS.items():
            steps = [step for step in self.steps if step.part == part]
            if steps:
                branch = tree.add(f"[bold]{title}[/]")
                for step in steps:
                    branch.add(escape(told(step)))
        return tree

    def text(self) -> str:
        """Return the story as plain text."""
        lines = [self.heading]
        for part, title in PARTS.items():
            steps = [step for step in self.steps if step.part == part]
            if steps:
                lines += [f"{title}:", *(f"  {told(step)}" for step in steps)]
        return "\n".join(lines) + "\n"


def told(step: StoryStep) -> str:
    """Write one step."""
    return f"{step.night:%Y-%m-%d} {step.text}" if step.night else step.text


def counted(count: int, noun: str) -> str:
    """Write a count with its noun."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
