"""What may be told of an error whose text quotes somebody's data: its kind, its place, where to look.

Here: cutting an error down to that, and pointers that code on the way adds. Never here: who is told.
Next: every Dagster asset fails with an `UnquotedError`, since what a run fails with is kept in
databases, logs and pages that hold no personal value (docs/operations.md).

Engines quote: DuckDB, polars and Python put the value that they could not convert into their message,
and the causes and context of an error repeat it. Errors of the hub's own classes name rules, columns,
rows and files, never a value, so their text stays; so does that of an error that the hub's own code
raises.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hub.expected_error import ExpectedError
from hub.full_disk import ADVICE, is_disk_full

ROOMS = ("hub", "sources", "expectations", "warehouse", "pipelines")
_PROJECT = Path(__file__).parents[1]
_POINTER = "at "
_BUILT_IN = "builtins"


class UnquotedError(ExpectedError):
    """An error of which nothing is left that could be a value of anybody's data."""

    def __init__(self, code: str, place: str, pointers: tuple[str, ...], said: str) -> None:
        self.code, self.place, self.pointers = code, place, pointers
        parts = [code, f"in {place}" if place else "", *pointers, said]
        super().__init__("; ".join(part for part in parts if part))


@contextmanager
def pointing_at(**pointers: object) -> Iterator[None]:
    """Let an error that passes here say what it was about: a table, a delivery, lines.

    Args:
        pointers: name → what leads to the rows, never a value of one.
    """
    try:
        yield
    except Exception as error:
        error.add_note(_POINTER + ", ".join(f"{name} {where}" for name, where in pointers.items()))
        raise


def unquoted(error: BaseException) -> UnquotedError:
    """Return what may be told of `error`; causes and context are left behind."""
    if isinstance(error, UnquotedError):
        return error
    kind = type(error)
    is_own = kind.__module__.partition(".")[0] in ROOMS or _is_raised_here(error)
    notes: list[str] = getattr(error, "__notes__", [])
    return UnquotedError(
        kind.__qualname__
        if kind.__module__ == _BUILT_IN
        else f"{kind.__module__}.{kind.__qualname__}",
        _place(error),
        tuple(note for note in notes if note.startswith(_POINTER)),
        _said(error, is_own=is_own),
    )


def _said(error: BaseException, *, is_own: bool) -> str:
    if is_disk_full(error):
        return ADVICE
    return str(error) if is_own else "its text may quote data and is not shown"


def _is_raised_here(error: BaseException) -> bool:
    """Whether a statement of the hub's own raised it and so wrote its text."""
    frames = traceback.extract_tb(error.__traceback__)
    return (
        bool(frames)
        and _own_file(frames[-1]) is not None
        and (frames[-1].line or "").startswith("raise ")
    )


def _own_file(frame: traceback.FrameSummary) -> Path | None:
    file = Path(frame.filename)
    if not file.is_relative_to(_PROJECT):
        return None
    relative = file.relative_to(_PROJECT)
    return relative if relative.parts[0] in ROOMS else None


def _place(error: BaseException) -> str:
    """The innermost line of the hub's own that the error came through."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        file = _own_file(frame)
        if file is not None:
            return f"{file}:{frame.lineno} ({frame.name})"
    return ""
