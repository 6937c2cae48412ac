"""A pair of the current index as commands show it: chosen, explained, printed, saved.

Here: from two names that a person typed to an explanation on the screen or in a file. Never here:
what a pair is worth (`hub.identity.explanation`). Next: `pipelines.index_commands` and
`pipelines.index_review_commands`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from hub.identity.engine import LEAST_WEIGHT
from hub.identity.explanation import explain_pair
from hub.identity.pair_choice import NoPairError, Subject, choose_pair, find_subject
from hub.identity.pair_explanation import PairExplanation, bits, odds, spelt
from hub.output import fail, print_rows
from warehouse.layout import Layout
from warehouse.ledger import Ledger, LedgerError

IDENTITY = ("name, birth date, address, phone",)
"""Kinds of data that a pair shows unless values are left out."""


@contextmanager
def opened_state() -> Iterator[Any]:
    """Open the state of the current index; say so where there is none."""
    from warehouse.index_state import open_index_state

    try:
        with open_index_state(Layout.from_environment()) as state:
            yield state
    except LookupError as error:
        if isinstance(error, (KeyError, IndexError)):
            raise
        fail(error)


@contextmanager
def opened_ledger() -> Iterator[Ledger]:
    """Open the ledger; what it refuses is said on stderr."""
    try:
        with Ledger.open(Layout.from_environment().ledger_url) as ledger:
            yield ledger
    except LedgerError as error:
        fail(error)


@dataclass(frozen=True, slots=True)
class PairView:
    """Two subjects and the explanation of the best pair between them."""

    left: Subject
    right: Subject
    explanation: PairExplanation | None
    """None where there is nothing to compare, as the notes say."""
    notes: tuple[str, ...]

    @property
    def heading(self) -> str:
        """Name both."""
        kinds = ("person" if one.is_person else "signature" for one in (self.left, self.right))
        return " and ".join(
            f"{kind} {one.name}" for kind, one in zip(kinds, (self.left, self.right), strict=True)
        ).capitalize()

    @property
    def person_ids(self) -> list[str]:
        """The people whom the two belong to."""
        return sorted({*self.left.person_ids, *self.right.person_ids})

    def mapping(self) -> dict[str, object]:
        """Return it as JSON can hold it."""
        return {
            "left": self.left.name,
            "right": self.right.name,
            "notes": list(self.notes),
            **(self.explanation.mapping() if self.explanation else {}),
        }


def view_pair(state: Any, left: str, right: str, *, show_values: bool) -> PairView:
    """Explain the best pair between two signatures or people of the current index."""
    one, other = (find_subject(state.connection, name) for name in (left, right))
    notes = [f"{one.description}; {other.description}.", _togetherness(one, other)]
    try:
        chosen = choose_pair(state.connection, one, other, state.model)
    except NoPairError as error:
        return PairView(one, other, None, (*notes, f"{error}."))
    explanation = explain_pair(
        state.connection, chosen.record_l, chosen.record_r, state.model, show_values=show_values
    )
    if not chosen.is_scored:
        notes.append(_why_no_score(one, other, explanation))
    return PairView(one, other, explanation, tuple(notes))


def _togetherness(one: Subject, other: Subject) -> str:
    if set(one.entities) & set(other.entities):
        return (
            "Both are one entity before any score: a supported ID number is the same, or all that "
            "they say is."
        )
    if set(one.person_ids) & set(other.person_ids):
        return "The current index holds them for one person."
    return "The current index holds them for different people."


def _why_no_score(one: Subject, other: Subject, explanation: PairExplanation) -> str:
    if set(one.entities) & set(other.entities):
        return "The index need not compare them; it was done just now."
    told = "The index holds no score of the two; they were compared just now. "
    if not explanation.meeting_rules:
        return told + "No blocking rule brought them together."
    if "registered" in one.kinds and "registered" in other.kinds:
        return told + "Two people whom a register knows are never compared."
    if max(explanation.match_weight, explanation.stranger_weight) < LEAST_WEIGHT:
        return told + f"It forgets pairs as weak as this (below {bits(LEAST_WEIGHT)})."
    shared = ", ".join(map(spelt, explanation.meeting_rules))
    return told + f"They share a key ({shared}) with too many others for all to be compared."


def save_pair(
    view: PairView, page: Path | None, picture: Path | None, notes: Sequence[str] = ()
) -> None:
    """Write the page and the picture that were asked for."""
    from hub.identity.waterfall import pair_page, waterfall_png

    if view.explanation is None:
        if page or picture:
            typer.echo(f"nothing to draw: {view.notes[-1]}", err=True)
        return
    try:
        if page is not None:
            text = pair_page(view.explanation, view.heading, [*notes, *view.notes])
            page.write_text(text, "utf-8")
        if picture is not None:
            picture.write_bytes(waterfall_png(view.explanation))
    except OSError as error:
        fail(f"{error.filename}: {error.strerror}; name a file that can be written")
    for path in (page, picture):
        if path is not None:
            typer.echo(f"wrote {path}", err=True)


def print_pair(view: PairView, notes: Sequence[str] = ()) -> None:
    """Print the explanation for a person."""
    for note in (*notes, *view.notes):
        typer.echo(note)
    explanation = view.explanation
    if explanation is None:
        return
    rows = [
        {
            "what": spelt(str(row["comparison"])),
            "how they agree": row["level"],
            "left": row["value_left"],
            "right": row["value_right"],
            **{
                title: round(float(row[name]), 1)  # type: ignore[arg-type]
                for title, name in (
                    ("strangers", "stranger_weight"),
                    ("of which frequency", "frequency_adjustment"),
                    ("sum so far", "stranger_total"),
                    ("household", "household_weight"),
                    ("sum so far ", "household_total"),
                )
            },
        }
        for row in explanation.rows()
    ]
    weight = explanation.match_weight
    print_rows(rows, as_json=False, title=f"{view.heading}: {bits(weight)}, {odds(weight)}")
    for sentence in explanation.sentences():
        typer.echo(sentence)
