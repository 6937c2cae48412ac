"""An explanation as lines of text, with branches, marks and folding at a width.

Here: drawing. Never here: what is said. Next: `hub explain` prints the lines.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

from hub.programmes.explanation.explaining import Explanation
from hub.programmes.explanation.point import MARKS, Point
from hub.programmes.explanation.texts import Text, day_text

WIDTH = 100
_TITLES = {
    "conditions": Text("Conditions", "요건"),
    "amount": Text("Amount and receipt", "금액과 수급"),
    "changes": Text("What would change the outcome", "결과를 바꿀 수 있는 것"),
}
_ALL_OF_THEM = Text(" (all of these must change)", " (모두 바뀌어야 함)")


def render(
    explanation: Explanation, language: str, notes: Sequence[Text] = (), width: int = WIDTH
) -> list[str]:
    """Return the lines of an explanation in one language, none wider than `width`.

    Args:
        explanation: what to draw.
        language: en or ko.
        notes: said before everything else.
        width: columns; letters of full width take two.
    """
    programme, replay = explanation.programme, explanation.replay
    lines: list[str] = []
    for note in notes:
        lines += fold(note.said(language), width)
    name = programme.name_ko if language == "ko" else programme.name_en
    day = day_text(replay.day).said(language)
    lines += fold(f"{programme.code} {name}, {replay.subject_id}, {day}", width)
    lines += fold(explanation.headline.said(language), width)
    failed = [point for point in explanation.changes if point.mark]
    sections = (
        ("conditions", explanation.conditions, False),
        ("amount", explanation.amount, False),
        ("changes", explanation.changes, len(failed) > 1),
    )
    for title, points, needs_all in sections:
        if points:
            heading = _TITLES[title] + _ALL_OF_THEM if needs_all else _TITLES[title]
            lines += ["", heading.said(language), *branches(points, language, "", width)]
    return lines


def branches(points: Sequence[Point], language: str, indent: str, width: int) -> Iterator[str]:
    """Draw points below one another, none of the lines wider than `width`."""
    for place, point in enumerate(points, start=1):
        is_last = place == len(points)
        mark = f"{MARKS[point.mark]} " if point.mark else ""
        below = indent + ("   " if is_last else "│  ")
        text = mark + point.text.said(language)
        hanging = below + ("│  " if point.children else "   ")
        first, *rest = fold(text, width - len(hanging))
        yield f"{indent}{'└─ ' if is_last else '├─ '}{first}"
        for line in rest:
            yield hanging + line
        yield from branches(point.children, language, below, width)


def columns(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def fold(text: str, width: int) -> list[str]:
    """Break a text at spaces into lines of at most `width` columns; a longer word is cut."""
    lines, line = [], ""
    for word in text.split():
        rest = word
        joined = f"{line} {rest}" if line else rest
        if columns(joined) <= width:
            line = joined
            continue
        if line:
            lines.append(line)
        while columns(rest) > width:
            cut = _fitting(rest, width)
            lines.append(rest[:cut])
            rest = rest[cut:]
        line = rest
    return [*lines, line] if line or not lines else lines


def _fitting(text: str, width: int) -> int:
    taken = 0
    for place, letter in enumerate(text):
        taken += columns(letter)
        if taken > width:
            return max(place, 1)
    return len(text)
