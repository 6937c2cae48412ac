"""Whether an error says that a disk is full, and what to do then.

Here: telling such an error from others; every library words it in its own way. Never here: freeing
room. Next: commands and Dagster show the advice in place of the library's text.
"""

from __future__ import annotations

import errno

ADVICE = (
    "the disk of the hub is full: free room on it or enlarge it, then run the same night again; "
    "nothing that was received or released is lost"
)
_NUMBERS = frozenset({errno.ENOSPC, errno.EDQUOT})
_WORDS = ("no space left on device", "disk is full", "disk quota exceeded", "out of disk space")


def is_disk_full(error: BaseException) -> bool:
    """Whether `error`, or what caused it, comes from a full disk."""
    seen: set[int] = set()
    told: BaseException | None = error
    while told is not None and id(told) not in seen:
        seen.add(id(told))
        if isinstance(told, OSError) and told.errno in _NUMBERS:
            return True
        text = str(told).casefold()
        if any(words in text for words in _WORDS):
            return True
        told = told.__cause__ or told.__context__
    return False
