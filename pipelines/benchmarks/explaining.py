"""Explaining one person at size: look-up, replay and sentences in a release of many people.

Here: a release like the current one with every person many times over, and the time of explaining
some of them. Never here: explaining (`pipelines.case_files`, `hub.programmes.explanation`). Next:
`hub bench explain`; its table stands in `docs/benchmarks.md`.

The copies have IDs of their own, so tables are as long, as sorted and as pruned as those of a larger
country; being alike, they are smaller on disk.
"""

from __future__ import annotations

import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from hub.programmes.catalogue import load_programmes
from hub.programmes.explanation.consulting import consult_person
from hub.programmes.explanation.explaining import explain
from hub.programmes.explanation.rendering import render
from hub.programmes.parameters import load_parameters
from pipelines.case_files import PersonCase, read_case, stored_decision
from pipelines.moments import Moment, NoCaseError
from warehouse.connection import open_scratch
from warehouse.layout import Layout
from warehouse.releases import Release, current

PEOPLE_ASKED = 20
PROGRAMMES_ASKED = ("P001", "P029", "P073", "P147", "P243")
_COPIED: Mapping[str, Sequence[str]] = {
    "assistance_unit_member": ("household_id", "person_id", "head_person_id"),
    "decision": ("programme_code", "subject_id"),
    "fact_evidence": ("person_id",),
    "household_means": ("household_id",),
    "household_subject": ("subject_id",),
    "person": ("person_id",),
    "person_subject": ("subject_id",),
    "profile_evidence": ("person_id",),
}
"""Table → columns it is sorted by; those that end in `_id` are IDs and become the copy's own."""
_WHOLE = ("condition_gap", "delivery", "document_type", "programme")


def measure_explanations(layout: Layout, people: int) -> list[dict[str, Any]]:
    """Return one row: seconds of explaining and consulting in a release of about `people` people.

    Raises:
        LookupError: there is no release to copy.
    """
    release = current(layout)
    if release is None:
        raise LookupError("no release to copy; run `hub night` first")
    with _enlarged(release, people) as large, open_scratch(large.folder / "spill") as connection:
        subjects = large.table("person_subject")
        ids = [
            found
            for (found,) in connection.execute(
                f"SELECT subject_id FROM read_parquet('{subjects}')"
                f" USING SAMPLE reservoir({PEOPLE_ASKED} ROWS) REPEATABLE (7)"
            ).fetchall()
        ]
        counted = connection.execute(f"SELECT count(*) FROM read_parquet('{subjects}')").fetchall()
        moment = Moment(large, large.night, large.night)
        explained = _explained(moment, ids)
        walls, processors = zip(*explained, strict=True)
        consulted = [_consulted(read_case(moment, who)) for who in ids[:5]]
    return [
        {
            "people": counted[0][0],
            "explanations": len(explained),
            "first_seconds": round(walls[0], 3),
            "median_seconds": round(statistics.median(walls[1:]), 3),
            "longest_seconds": round(max(walls[1:]), 3),
            "longest_processor_seconds": round(max(processors[1:]), 3),
            "consultation_seconds": round(statistics.median(consulted[1:]), 3),
        }
    ]


def _explained(moment: Moment, ids: Sequence[str]) -> list[tuple[float, float]]:
    """Return the seconds on the clock and of the processor for each explanation."""
    rules = {each.code: each for each in load_programmes()}
    found = []
    for place, who in enumerate(ids):
        programme = rules[PROGRAMMES_ASKED[place % len(PROGRAMMES_ASKED)]]
        started, worked = time.perf_counter(), time.process_time()
        person = read_case(moment, who)
        try:
            replayed = person.replay(programme)
        except NoCaseError:
            continue
        stored = stored_decision(person, programme)
        render(explain(replayed, programme, person.case, stored), "en")
        found.append((time.perf_counter() - started, time.process_time() - worked))
    return found


def _consulted(person: PersonCase) -> float:
    """Return the seconds of deciding all programmes for a person that has been looked up."""
    started = time.perf_counter()
    consult_person(
        person.people,
        person.household,
        person.counted,
        load_programmes(),
        load_parameters(),
        person.case,
        person.moment.day,
        person.moment.known_at,
    )
    return time.perf_counter() - started


@contextmanager
def _enlarged(release: Release, people: int) -> Iterator[Release]:
    """Make a release with every person of `release` so often that there are about `people`."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / release.release_id
        (folder / "tables").mkdir(parents=True)
        large = Release(folder, release.manifest)
        with open_scratch(folder / "spill") as connection:
            own = connection.execute(
                f"SELECT count(*) FROM read_parquet('{release.table('person_subject')}')"
            ).fetchall()[0][0]
            copies = max(round(people / own), 1)
            for table, order in _COPIED.items():
                _copy(connection, release.table(table), large.table(table), order, copies)
        for table in _WHOLE:
            shutil.copyfile(release.table(table), large.table(table))
        yield large


def _copy(
    connection: duckdb.DuckDBPyConnection,
    source: Path,
    target: Path,
    order: Sequence[str],
    copies: int,
) -> None:
    # The copy's number goes behind the first letter, which says what an ID is of.
    own = ", ".join(
        f"substr({name}, 1, 1) || lpad(CAST(copy AS VARCHAR), 5, '0') || substr({name}, 2) AS {name}"
        for name in order
        if name.endswith("_id")
    )
    connection.execute(
        f"COPY (SELECT * EXCLUDE (copy) FROM (SELECT * REPLACE ({own})"
        f" FROM read_parquet('{source}') CROSS JOIN (SELECT unnest(range({copies})) AS copy))"
        f" ORDER BY {', '.join(order)}) TO '{target}'"
        " (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE 122880)"
    ).fetchall()
