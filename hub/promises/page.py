"""The table of `docs/promises.md`, made from the figures.

Here: Markdown between two marks; what stands around them is written by people. Next:
`hub promises write` renews it, and a contract test holds it to the committed figures.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

PAGE_PATH = Path(__file__).parents[2] / "docs" / "promises.md"
BEGIN = "<!-- From here on made by `hub promises write`; do not edit. -->"
END = "<!-- The made part ends here. -->"
_HELD = {True: "yes", False: "**no**", None: ""}


def table(rows: Iterable[Mapping[str, object]]) -> str:
    """Return the rows as a Markdown table."""
    lines = [
        "| id | promise | target | figure | held | date | command |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        held = row["held"] if isinstance(row["held"], bool) else None
        cells = [row["id"], row["promise"], row["target"], row["figure"], _HELD[held]]
        cells += [row["date"] or "", f"`{row['command']}`"]
        lines.append("| " + " | ".join(str(cell).replace("|", r"\|") for cell in cells) + " |")
    return "\n".join(lines)


def with_table(text: str, rows: Iterable[Mapping[str, object]]) -> str:
    """Return the page `text` with the table of `rows` between the marks.

    Raises:
        ValueError: the page has lost a mark.
    """
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"docs/promises.md needs the lines {BEGIN!r} and {END!r}")
    return f"{before}{begin}\n\n{table(rows)}\n\n{end}{after}"
