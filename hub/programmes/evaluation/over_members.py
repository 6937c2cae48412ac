"""What holds of the members of a unit, said of the unit: some, every, how many, how much together.

Here: from results over members to results over units. Never here: who is a member (`members`). Next: the
kernel makes steps of these.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hub.programmes.evaluation.arithmetic import Numbers
from hub.programmes.evaluation.bitmaps import Bits, pack, unpack
from hub.programmes.evaluation.frames import MemberFrame


def summed(found: Numbers, members: MemberFrame) -> Numbers:
    """Return the sum of the members' numbers; unknown where one of them is."""
    rows, units = members.frame.rows, members.units
    values = np.broadcast_to(found.values, rows)
    if found.known is None:
        return Numbers(members.sums(values), None)
    known = unpack(found.known, rows)
    complete = members.sums(~known) == 0
    return Numbers(members.sums(np.where(known, values, 0)), pack(complete, units))


def counted(found: Bits, members: MemberFrame) -> Numbers:
    """Return of how many members it is true; unknown where it is of one."""
    trues, unknowns = _sums(found, members)
    return Numbers(trues, None if unknowns is None else pack(unknowns == 0, members.units))


def some(found: Bits, members: MemberFrame) -> Bits:
    """Return whether it is true of any member."""
    trues, unknowns = _sums(found, members)
    true = pack(trues > 0, members.units)
    if unknowns is None:
        return Bits(true, None)
    return Bits(true, pack(unknowns > 0, members.units) & ~true)


def every(found: Bits, members: MemberFrame) -> Bits:
    """Return whether it is true of all members."""
    trues, unknowns = _sums(found, members)
    counts = np.diff(members.bounds)
    true = pack(trues == counts, members.units)
    if unknowns is None:
        return Bits(true, None)
    return Bits(true, pack(trues + unknowns == counts, members.units) & ~true)


def _sums(found: Bits, members: MemberFrame) -> tuple[NDArray[np.int64], NDArray[np.int64] | None]:
    rows = members.frame.rows
    trues = members.sums(unpack(found.true, rows))
    if found.unknown is None:
        return trues, None
    return trues, members.sums(unpack(found.unknown, rows))
