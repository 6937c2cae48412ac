"""Named points at which a test makes the process die or the disk fill up.

Here: the points' behaviour. Never here: a reason to fail. Next: `tests/promises` sets HUB_FAULT,
`<point>:kill` (SIGKILL, as a power cut) or `<point>:full` (no space left on the device), in a
process of its own. Without the variable a point does nothing.
"""

from __future__ import annotations

import errno
import os
import signal

FAULT_VARIABLE = "HUB_FAULT"


def fault_point(name: str) -> None:
    """Fail here if HUB_FAULT names this point.

    Raises:
        OSError: the fault is `full`.
        ValueError: an unknown kind of fault.
    """
    point, _, kind = os.environ.get(FAULT_VARIABLE, "").partition(":")
    if point != name:
        return
    if kind == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if kind == "full":
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    message = f"{FAULT_VARIABLE}: unknown fault {kind!r}, expected kill or full"
    raise ValueError(message)
