"""A whole night at size: the first one, one with few changes, and one that is killed and resumed.

Here: simulating, running each night in a process of its own (`night_alone`), killing one, comparing.
Never here: what a figure looks like (`night_stages`). Next: the tables stand in `docs/benchmarks.md`.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from pipelines.benchmarks.night_stages import Stage, machine, stages_of
from pipelines.steps.intake import drop
from warehouse.layout import Layout
from warehouse.manifest import code_version

FIRST_NIGHT = dt.date(2026, 3, 30)
"""Its next day lies in the same month, so that the same month is profiled again."""
KILLED_AFTER = "index people"
"""What the killed night has just told when it is killed: the middle, with half of its tables made."""
SECONDS_BETWEEN_LOOKS = 0.05
_UNCHANGING = ("lake", "releases", "vault/archive", "vault/index", "vault/families")
"""Folders of a hub whose files are replaced by renames, never written in place."""


class NightFailedError(Exception):
    """A measured night failed; the message names its steps."""


@dataclass(frozen=True, slots=True)
class MeasuredNight:
    """One night: what it took in all, and stage by stage."""

    name: str
    night: str
    deliveries: int
    rows_received: int
    seconds: float
    processor_seconds: float
    peak_rss_bytes: int
    written_bytes: int
    digest: str
    files: dict[str, str]
    """SHA-256 of each file of the release, by its path."""
    stages: tuple[Stage, ...]
    tables: tuple[dict[str, object], ...]
    """Each table that was written: rows, bytes and moment, in order of writing."""


@dataclass(frozen=True, slots=True)
class NightFigures:
    """What `hub bench night` measured."""

    people: int
    seed: int
    changed_asked: float
    """Share of the daily and weekly senders' rows that becomes known on the second night."""
    changed_rows: float
    """Rows of the second night over rows of the first."""
    machine: dict[str, object]
    code: str
    nights: tuple[MeasuredNight, ...]
    second_over_first_seconds: float
    second_over_first_processor: float
    resumed_differs_in: tuple[str, ...] | None
    """Released files in which the killed and resumed night is not the calm one, or `digest` where
    only that differs; None: none was killed."""

    def to_json(self) -> str:
        """Write the figures as JSON."""
        return json.dumps(asdict(self), indent=1) + "\n"


def measure_night(
    people: int,
    *,
    seed: int = 7,
    changed: float = 0.01,
    home: Path | None = None,
    kill: bool = True,
    document_types: Collection[str] | None = None,
) -> NightFigures:
    """Simulate a country of `people`, run two nights of it, and a killed twin of the second.

    Args:
        people: how many live there.
        seed: another seed, another country.
        changed: share of what daily and weekly senders tell that they tell on the second night only.
        home: keep hub and figures here; a temporary folder by default.
        kill: also kill the second night in the middle, in a copy of the hub, and run it again.
        document_types: codes of the types that arrive; all of them by default.

    Raises:
        NightFailedError: a night failed.
        FileExistsError: `home` holds a hub already.
    """
    with _folder(home) as folder:
        layout = Layout(folder / "hub")
        if layout.home.exists():
            message = f"{layout.home} exists; name another folder"
            raise FileExistsError(message)
        layout.prepare()
        nights = _simulate(people, seed, changed, document_types, folder)
        first = _run("first", layout, nights, FIRST_NIGHT)
        day = FIRST_NIGHT + dt.timedelta(days=1)
        twin = Layout(folder / "twin")
        if kill:
            copy_hub(layout, twin)
        second = _run("second", layout, nights, day)
        ran = [first, second]
        if kill:
            _kill(twin, nights, day)
            ran.append(_run("resumed", twin, nights, day))
        return NightFigures(
            people=people,
            seed=seed,
            changed_asked=changed,
            changed_rows=second.rows_received / max(first.rows_received, 1),
            machine=machine(),
            code=code_version()[1],
            nights=tuple(ran),
            second_over_first_seconds=second.seconds / first.seconds,
            second_over_first_processor=second.processor_seconds / first.processor_seconds,
            resumed_differs_in=differences(second, ran[-1]) if kill else None,
        )


def differences(calm: MeasuredNight, other: MeasuredNight) -> tuple[str, ...]:
    """Return the paths of the files in which two releases differ; `digest` where it is none."""
    paths = sorted(calm.files.keys() | other.files.keys())
    differing = tuple(path for path in paths if calm.files.get(path) != other.files.get(path))
    return differing or (() if calm.digest == other.digest else ("digest",))


@contextmanager
def _folder(home: Path | None) -> Iterator[Path]:
    if home is not None:
        home.mkdir(parents=True, exist_ok=True)
        yield home.absolute()
        return
    with tempfile.TemporaryDirectory(prefix="hub-bench-") as folder:
        yield Path(folder)


def _simulate(
    people: int, seed: int, changed: float, types: Collection[str] | None, folder: Path
) -> Path:
    from sources.country.nights import PopulatedCountry, render_nights

    country = PopulatedCountry(people, seed, FIRST_NIGHT)
    nights = folder / "nights"
    render_nights(
        country,
        seed,
        FIRST_NIGHT,
        2,
        nights,
        folder / "truth",
        faults=False,
        changed=changed,
        document_types=types,
    )
    return nights


def copy_hub(source: Layout, target: Layout) -> None:
    """Copy a hub between two nights; files that nobody writes in place are linked."""
    linked = tuple(source.home / name for name in _UNCHANGING)
    for path in sorted(source.home.rglob("*")):
        place = target.home / path.relative_to(source.home)
        if path.is_relative_to(source.home / "scratch"):
            continue
        if path.is_dir():
            place.mkdir(mode=path.stat().st_mode & 0o777, parents=True, exist_ok=True)
        elif any(path.is_relative_to(each) for each in linked) and path.name != source.current.name:
            os.link(path, place)
        else:
            shutil.copy2(path, place)


def _start(layout: Layout, day: dt.date, out: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "pipelines.benchmarks.night_alone"]
    given = ["--home", str(layout.home), "--night", str(day), "--out", str(out)]
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in {"DAGSTER_HOME", "HUB_HOME"}
    }
    return subprocess.Popen(  # noqa: S603  the project's own module
        [*command, *given],
        env=environment | {"HUB_HOME": str(layout.home)},
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )


def _run(name: str, layout: Layout, nights: Path, day: dt.date) -> MeasuredNight:
    drop(nights / f"{day:%Y%m%d}", layout.landing)
    out = layout.home.parent / f"{name}.json"
    _start(layout, day, out).wait()
    figures = json.loads(out.read_text("utf-8")) if out.exists() else {"success": False}
    if not figures["success"]:
        message = f"the {name} night failed: {figures.get('failed_steps', 'it ended early')}"
        raise NightFailedError(message)
    return MeasuredNight(
        name=name,
        night=figures["night"],
        deliveries=figures["deliveries"],
        rows_received=figures["rows_received"],
        seconds=figures["ended"] - figures["began"],
        processor_seconds=figures["processor_seconds"],
        peak_rss_bytes=figures["peak_rss_bytes"],
        written_bytes=figures["written_bytes"],
        digest=figures["digest"],
        files=figures["files"],
        stages=stages_of(figures),
        tables=tuple(figures["tables"]),
    )


def _kill(layout: Layout, nights: Path, day: dt.date) -> None:
    """Run the night until its middle and kill it with all that it started.

    Raises:
        NightFailedError: it ended before.
    """
    drop(nights / f"{day:%Y%m%d}", layout.landing)
    out = layout.home.parent / "killed.json"
    progress = out.with_suffix(".progress")
    process = _start(layout, day, out)
    while process.poll() is None:
        if progress.exists() and KILLED_AFTER in progress.read_text("utf-8"):
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            return
        time.sleep(SECONDS_BETWEEN_LOOKS)
    message = "the night that was to be killed ended before"
    raise NightFailedError(message)
