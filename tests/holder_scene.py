"""Another process that holds a hub, as `hub night` on this host or another does."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_HOLD = """
import sys
from pathlib import Path
from warehouse.layout import Layout
from warehouse.night_lock import night_lock
with night_lock(Layout(Path(sys.argv[1]))):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def another_holder(home: Path, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """Let another process hold the hub at `home` until it is killed, at the latest in the end."""
    holder = subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(home)],
        env=os.environ | environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        yield holder
    finally:
        holder.kill()
        holder.communicate()
