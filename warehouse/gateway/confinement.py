"""Taking away from this process whatever a question does not need, for good.

Here: limits of the operating system. Never here: DuckDB's own settings (`child`). Next: `child` calls
`confine` before it reads what it is asked. Only modules of Python itself are imported here.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
from dataclasses import dataclass

_NEW_NETWORK = 0x40000000
_NEW_USER = 0x10000000
_SET_NO_NEW_PRIVILEGES = 38
_SET_DUMPABLE = 4


@dataclass(frozen=True, slots=True)
class Limits:
    """What one question may use."""

    seconds: int = 60
    memory_bytes: int = 2 << 30
    """Address space of the process; DuckDB gets half of it."""
    rows: int = 10_000
    result_bytes: int = 50 << 20


def confine(limits: Limits) -> bool:
    """Limit memory, CPU time and files, forbid writing, and cut the network off.

    Returns whether the network could be cut off: not every host lets a process do that. Everything
    else holds or raises.

    Raises:
        OSError: a limit cannot be set.
    """
    for limit, value in (
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_CPU, limits.seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 128),
    ):
        resource.setrlimit(limit, (value, value))
    os.umask(0o077)
    is_cut_off = False
    with contextlib.suppress(OSError, AttributeError):
        system = ctypes.CDLL(None, use_errno=True)
        is_cut_off = (
            system.unshare(_NEW_NETWORK) == 0 or system.unshare(_NEW_USER | _NEW_NETWORK) == 0
        )
        system.prctl(_SET_DUMPABLE, 0, 0, 0, 0)
        system.prctl(_SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    return is_cut_off
