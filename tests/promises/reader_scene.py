"""A reader that asks the current release again and again while others publish, for tests.

`Reader` runs this file as a program of its own; when it is stopped it tells what it saw: how often
it asked, how long each answer took, errors, and answers that no whole release gives.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

HERE = Path(__file__).parent


class Reader:
    """Asks in a process of its own between `with` and the end of it; then `seen` is filled.

    Args:
        home: a hub whose releases `release_scene` publishes.
        is_thorough: also read every byte of each release that it opens.
    """

    def __init__(self, home, *, is_thorough=False):
        self._command = [sys.executable, __file__, str(home), "thorough" if is_thorough else ""]
        self.seen = {}

    def __enter__(self):
        self._program = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={**os.environ, "PYTHONPATH": str(HERE.parents[1])},
        )  # fmt: skip
        # It says when it has asked once: everything is imported then.
        self._program.stdout.readline()
        return self

    def __exit__(self, *_error):
        self._program.stdin.close()
        self.seen = json.loads(self._program.stdout.read())
        self._program.wait()


def ask(layout, *, is_thorough):
    """Ask CURRENT; return the version that it says, after comparing all that it says.

    Raises:
        ValueError: the release is torn, or its parts are of two versions.
    """
    from warehouse import mart, releases

    release = releases.current(layout)
    problems = releases.verify(release) if is_thorough else []
    (row,) = mart.query(
        release,
        "SELECT (SELECT count(*) FROM person), (SELECT max(person_id) FROM person),"
        " (SELECT count(*) FROM decision), (SELECT count(*) FROM f01_person_identity)",
    ).rows
    people, _last, decisions, identities = row
    rows = {file.path: file.rows for file in release.manifest.files}
    if problems or rows["tables/person.parquet"] != people or (decisions, identities) != (1, 5):
        raise ValueError(f"{release.release_id} is torn: {problems} {row}")
    return people - 1


def _main():
    sys.path.insert(0, str(HERE))
    from warehouse.layout import Layout

    layout, is_thorough = Layout(Path(sys.argv[1])), bool(sys.argv[2])
    is_over = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), is_over.set()), daemon=True).start()
    seconds, errors, newest = [], [], ask(layout, is_thorough=is_thorough)
    versions = {newest}
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while not is_over.is_set():
        begun = time.perf_counter()
        try:
            version = ask(layout, is_thorough=is_thorough)
        except Exception as error:  # noqa: BLE001  (whatever a reader would get)
            errors.append(f"{type(error).__name__}: {error}")
            continue
        seconds.append(time.perf_counter() - begun)
        if version < newest:
            errors.append(f"version {version} after {newest}")
        newest = max(newest, version)
        versions.add(version)
    told = {"asked": len(seconds), "errors": errors, "versions": len(versions), "seconds": seconds}
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    _main()
