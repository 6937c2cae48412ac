"""Checking the whole log against every head, here and outside.

Here: gathering heads, replaying, one list of problems. Never here: mending; whoever finds a problem
compares with the copies outside. Next: `hub log verify`, and promises about tampering.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from warehouse.access_log.errors import AccessLogError
from warehouse.access_log.heads import Heads, Signer
from warehouse.access_log.replay import Replayed, head_problems, replay
from warehouse.layout import Layout


@dataclass(frozen=True, slots=True)
class Verification:
    """What a check of the whole log saw."""

    lines: int
    heads: int
    last_signed: int
    """Number of the newest line that a head signs; 0 where none does."""
    problems: tuple[str, ...]


def check(layout: Layout, signer: Signer | None = None) -> Verification:
    """Replay all lines and compare them with all signed heads, here and in the folders outside."""
    keeper = Heads(layout, signer)
    heads, problems = [], []
    for folder, path in keeper.everywhere():
        name = path.name if folder == keeper.folder else str(path)
        try:
            heads.append((name, asdict(keeper.read(path))))
        except AccessLogError as error:
            problems.append(str(error))
    replayed = replay(layout.access, {int(head["number"]) for _, head in heads})
    if not heads and replayed.lines:
        problems.append("no signed head; whoever wrote the log may have rewritten it")
    problems += replayed.problems + head_problems(replayed, heads) + _late(keeper, replayed)
    last = max((int(head["number"]) for _, head in heads), default=0)
    return Verification(replayed.lines, len(heads), last, tuple(problems))


def verify(layout: Layout, signer: Signer | None = None) -> list[str]:
    """Return what is wrong with the log, in words; nothing where it is whole."""
    return list(check(layout, signer).problems)


def _late(keeper: Heads, replayed: Replayed) -> list[str]:
    """Say which folders outside have not got the newest head."""
    if not replayed.lines:
        return []
    try:
        newest = keeper.newest()
    except AccessLogError:
        return []
    late = keeper.late_copies(newest) if newest else []
    return [f"{folder}: has got no head for more than a day" for folder in late]
