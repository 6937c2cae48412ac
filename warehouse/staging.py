"""Names of what is being written, and removing what a dead process left of it.

Here: `.staging-…` names that tell their process, and the sweep. Never here: writing. Next: a
night sweeps before it begins, so that crashes leave no files behind.
"""

from __future__ import annotations

import itertools
import os
import re
import shutil
from pathlib import Path

FINISHED = "[!.]*.parquet"
"""Pattern of the tables in a folder, without those that are being written or were never finished."""
_COUNTER = itertools.count(1)
# Both orders of process and name occur: see `warehouse.durable`.
_STAGING = re.compile(r"^\.staging-(?:(?P<first>\d+)-.*|.*-(?P<last>\d+))$", re.DOTALL)


def staging_name(name: str) -> str:
    """Return a name for something unfinished, of this process and used once."""
    return f".staging-{os.getpid()}-{next(_COUNTER)}-{name}"


def sweep(folder: Path) -> list[Path]:
    """Remove what dead processes left unfinished directly in `folder`; return what was removed."""
    removed = []
    for path in sorted(folder.glob(".staging-*")):
        match = _STAGING.match(path.name)
        if match is None or _is_alive(int(match["first"] or match["last"])):
            continue
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
        removed.append(path)
    return removed


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
