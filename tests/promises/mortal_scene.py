"""Processes that die while they work, for tests: killed at random, at a fault point, or by strace.

`Mortals` runs this file as a program that imports the hub once and forks a child for each order, a
JSON object a line: `work` (what the child does, one of `WORKS`, with its `arguments`), and how it
fares: `kill_after` seconds, `fault` (a value of HUB_FAULT), `inject` (an `inject=` expression of
strace) or `trace` (system calls to count). A line of JSON comes back: how the child ended, and what
it had acknowledged by then.
"""

from __future__ import annotations

import collections
import json
import os
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
CALLS = ("fsync", "fdatasync", "rename", "pwrite64", "link", "unlink", "mkdir", "ftruncate")
"""System calls by which files come to be, last, and go: each may be a process's last."""
_ATTACHED = re.compile(r"TracerPid:\s*[1-9]")


class Mortals:
    """A program that forks children and lets them die; one line in, one line out."""

    def __enter__(self):
        self._program = subprocess.Popen(
            [sys.executable, __file__],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={**os.environ, "PYTHONPATH": str(HERE.parents[1])},
        )  # fmt: skip
        return self

    def __exit__(self, *_error):
        self._program.stdin.close()
        self._program.wait()

    def run(self, work, *arguments, **fate):
        """Let one child do its work; return `signal`, `exit`, `acknowledged` and `calls`."""
        order = {"work": work, "arguments": [str(each) for each in arguments], **fate}
        self._program.stdin.write(json.dumps(order) + "\n")
        self._program.stdin.flush()
        return json.loads(self._program.stdout.readline())

    def why_no_strace(self, home):
        """Say why system calls cannot be made to fail on this machine; nothing if they can."""
        if shutil.which("strace") is None:
            return "strace is not installed; fault points and kills at random ran instead"
        traced = self.run("nothing", home, trace=["getppid"])
        return "" if traced["calls"] else "strace may not trace here; kills at random ran instead"


def fates(calls, chosen, most):
    """Expressions of strace that fail one call each: every call of a kind, or `most` of them.

    Args:
        calls: how often a calm child makes each call.
        chosen: calls and what happens at them: `{"fsync": ["signal=KILL", "error=EIO"]}`.
        most: of a call that is made more often, so many are taken, evenly spread.
    """
    told = []
    for call, ends in chosen.items():
        made = calls.get(call, 0)
        step = max(1, -(-made // most))
        told += [
            f"{call}:{end}:when={number}" for number in range(1, made + 1, step) for end in ends
        ]
    return told


def publish(home, first, last):
    """Publish versions `first` to `last`; each that came back is acknowledged."""
    import release_scene

    for version in range(int(first), int(last) + 1):
        release = release_scene.publish(Path(home), version)
        yield f"{version} {release.release_id} {release.digest}"


def intake(home, _rounds):
    """Take in what lies in landing, again and again."""
    import night_scene

    from pipelines.steps.intake import take_deliveries

    context = night_scene.open_night(Path(home), night_scene.FIRST)
    with context.ledger:
        for _ in range(int(_rounds)):
            yield json.dumps(take_deliveries(context))


def night(home, drops):
    """Play a night of what lies in landing, after `drops` if given; each part is acknowledged."""
    import night_scene as scene

    from pipelines.steps import stages

    context = scene.open_night(Path(home), scene.FIRST)
    with context.ledger:
        scene.land_night(context, Path(drops) if drops else None)
        yield "landed"
        scene.build_tables(context)
        yield "built"
        stages.publish_release(context)
        yield "published"


def nothing(_home):
    """Make one harmless system call."""
    yield str(os.getppid())


WORKS = {"publish": publish, "intake": intake, "night": night, "nothing": nothing}


def _live(order, gate, told):
    """What the child does: wait until it may begin, work, acknowledge."""
    os.read(gate, 1)
    os.environ["HUB_FAULT"] = order.get("fault", "")
    try:
        for acknowledged in WORKS[order["work"]](*order["arguments"]):
            os.write(told, acknowledged.encode() + b"\n")
    except Exception as error:  # noqa: BLE001  (whatever the hub says of a failing disk)
        from hub.unquoted_error import unquoted

        os.write(told, f"! {unquoted(error)}".replace("\n", " ").encode() + b"\n")
        os._exit(1)
    os._exit(0)


def _trace(order, child, log):
    if not (order.get("inject") or order.get("trace")):
        return None
    call = order.get("inject", "").partition(":")[0]
    what = ["-e", f"inject={order['inject']}"] if call else []
    traced = ",".join(order.get("trace") or [call])
    tracer = subprocess.Popen(
        ["strace", "-f", "-qq", "-o", log, "-e", f"trace={traced}", *what, "-p", str(child)],  # noqa: S607
        stderr=subprocess.DEVNULL,
    )
    status = Path(f"/proc/{child}/status")
    while tracer.poll() is None and not _ATTACHED.search(status.read_text()):
        time.sleep(0.005)
    return tracer


def _obey(order):
    gate, opened = os.pipe()
    heard, told = os.pipe()
    child = os.fork()
    if not child:
        os.close(heard)
        _live(order, gate, told)
    os.close(told)
    with tempfile.TemporaryDirectory() as folder:
        log = f"{folder}/calls"
        tracer = _trace(order, child, log)
        begun = time.monotonic()
        os.write(opened, b".")
        said = b""
        limit = order.get("kill_after")
        is_killed = False
        while True:
            left = None if limit is None or is_killed else limit - (time.monotonic() - begun)
            if left is not None and left <= 0:
                os.kill(child, signal.SIGKILL)
                is_killed = True
                continue
            if select.select([heard], [], [], left)[0]:
                more = os.read(heard, 1 << 16)
                if not more:
                    break
                said += more
        _, status = os.waitpid(child, 0)
        if tracer is not None:
            tracer.wait()
        calls = _counted(log) if order.get("trace") else {}
    for each in (gate, opened, heard):
        os.close(each)
    lines = said.decode().splitlines()
    return {
        "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0,
        "exit": os.WEXITSTATUS(status) if os.WIFEXITED(status) else None,
        "acknowledged": [line for line in lines if not line.startswith("! ")],
        "error": next((line[2:] for line in lines if line.startswith("! ")), ""),
        "calls": calls,
        "seconds": time.monotonic() - begun,
    }


def _counted(log):
    """How often each call was made by the thread that made it most: strace counts by thread."""
    if not Path(log).exists():
        return {}
    counts = collections.Counter(
        re.findall(r"^(\d+) +(\w+)\(", Path(log).read_text(), re.MULTILINE)
    )
    most = {}
    for (_thread, call), number in counts.items():
        most[call] = max(most.get(call, 0), number)
    return most


def _main():
    sys.path[:0] = [str(HERE), str(HERE.parent / "pipeline")]
    import night_scene  # noqa: F401  (imported here, so that children need not)
    import release_scene  # noqa: F401

    for line in sys.stdin:
        sys.stdout.write(json.dumps(_obey(json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _main()
