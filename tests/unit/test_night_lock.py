"""One night at a time on one hub."""

import subprocess
import sys

import pytest

from warehouse.layout import Layout
from warehouse.night_lock import NightIsRunningError, night_lock

HOLD = """
import sys
from pathlib import Path
from warehouse.layout import Layout
from warehouse.night_lock import night_lock
with night_lock(Layout(Path(sys.argv[1]))):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_process_is_refused_until_the_first_is_dead(tmp_path):
    layout = Layout(tmp_path)
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(NightIsRunningError, match="wait"), night_lock(layout):
            pass
    finally:
        holder.kill()
        holder.communicate()
    with night_lock(layout):
        pass
