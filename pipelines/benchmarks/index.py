"""`hub bench index`: the person index at size, full and nightly, against plain Splink and the truth.

Here: playing the index's nights in processes of their own, so that peak memory is theirs, and the
table of figures. Never here: simulating the signatures (`index_inputs`), judging the answer
(`index_figures`) or the rival (`index_beside_splink`). Next: the table stands in `docs/benchmarks.md`.

The index's own time is told apart from building the table `person` (birth date, sex, death,
address of everybody, from the families), which is another step's work.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Collection, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from pipelines.benchmarks.index_beside_splink import MOST_SIGNATURES, measure_beside_splink
from pipelines.benchmarks.index_figures import ids_of_the_untouched, index_accuracy
from pipelines.benchmarks.index_inputs import IndexInputs, write_index_inputs
from pipelines.benchmarks.landing import peak_memory_mib
from pipelines.benchmarks.look_up import measure_look_up

if TYPE_CHECKING:
    from collections.abc import Iterator

    from warehouse.workbench import TableMeasure

_FAMILIES = {
    "f02_resident_household_address": "signature_id UBIGINT, document_type VARCHAR, "
    "legal_dong_code VARCHAR, valid_from DATE, made_at TIMESTAMP",
    "f04_vital_event": "signature_id UBIGINT, document_type VARCHAR, line BIGINT, event VARCHAR, "
    "occurred_on DATE, reported_on DATE, made_at TIMESTAMP, record_action VARCHAR",
    "f05_foreigner_nationality": "signature_id UBIGINT, document_type VARCHAR, birth_date DATE, "
    "foreign_id_token UUID, new_national_id_token UUID, naturalised_on DATE, "
    "valid_from DATE, made_at TIMESTAMP",
}
_REGISTER = """
SELECT
    r.signature_id, 'I01-F01-01' AS document_type, s.national_id_token, s.birth_date, s.sex,
    CAST(NULL AS UUID) AS previous_national_id_token, CAST(NULL AS DATE) AS changed_on,
    CAST(NULL AS VARCHAR) AS status, CAST(NULL AS DATE) AS valid_from,
    CAST(NULL AS TIMESTAMP) AS made_at, CAST(NULL AS BIGINT) AS line
FROM register_signature AS r JOIN signature AS s ON s.signature_id = r.signature_id
UNION ALL
SELECT
    NULL, 'I01-F01-03', new_token, NULL, NULL, old_token, NULL, NULL, NULL, NULL, NULL
FROM number_alias
"""


@dataclass(frozen=True, slots=True)
class Played:
    """What a night took: seconds of the index and of the table `person`, peak memory, counts."""

    index_seconds: float
    person_seconds: float
    peak_mebibytes: int
    counts: Mapping[str, int]
    next_sequence: int


@dataclass(frozen=True, slots=True)
class _Task:
    tables: Path
    root_key: bytes
    state_before: Path | None
    state_after: Path
    history: Path | None
    next_sequence: int


def measure_index(
    people: int,
    *,
    rival: bool = True,
    seed: int = 7,
    nights: int = 2,
    document_types: Collection[str] | None = None,
) -> list[dict[str, object]]:
    """Return one row a figure: full build, normal nights, accuracy, and plain Splink.

    People are described by the types `document_types`, by default by all.
    """
    with tempfile.TemporaryDirectory(prefix="bench-index-") as scratch:
        folder = Path(scratch)
        # Making up a large country leaves memory behind, which the index must not miss.
        with get_context("spawn").Pool(1) as pool:
            inputs = pool.apply(
                write_index_inputs,
                (people, seed, folder / "nights", nights),
                {"document_types": document_types},
            )
        return measure_inputs(inputs, folder, people, rival=rival)


def measure_inputs(
    inputs: IndexInputs,
    folder: Path,
    people: int,
    *,
    rival: bool,
    rival_signatures: int = MOST_SIGNATURES,
) -> list[dict[str, object]]:
    """Measure nights that `write_index_inputs` has written.

    The rival gets distinct records instead of signatures where there are more than
    `rival_signatures`. Every row has all columns, empty ones included.
    """
    states = [folder / "state" / str(number) for number in range(len(inputs.nights))]
    played: list[Played] = []
    for number, tables in enumerate(inputs.nights):
        task = _Task(
            tables,
            inputs.root_key,
            states[number - 1] if number else None,
            states[number],
            inputs.nights[number - 1] / "person_membership.parquet" if number else None,
            played[-1].next_sequence if played else 0,
        )
        with get_context("spawn").Pool(1) as pool:
            played.append(pool.apply(_play, (task,)))
    rows: list[dict[str, object]] = [
        {
            "people": people,
            "step": "full build" if not number else f"night {number + 1}",
            "seconds": round(night.index_seconds, 1),
            "share of full build": round(night.index_seconds / played[0].index_seconds, 4),
            "person table seconds": round(night.person_seconds, 1),
            "peak GiB": round(night.peak_mebibytes / 1024, 2),
            "signatures": pl.scan_parquet(inputs.nights[number] / "signature.parquet")
            .select(pl.len())
            .collect()
            .item(),
            "records described": night.counts["records_described"],
            "pairs scored": night.counts["pairs_scored"],
            **index_accuracy(inputs.nights[number], inputs.truths[number]),
        }
        for number, night in enumerate(played)
    ]
    for number in range(1, len(rows)):
        rows[number] |= ids_of_the_untouched(
            *inputs.nights[number - 1 : number + 1], *inputs.truths[number - 1 : number + 1]
        )
    if rival:
        rows.append(
            {"people": people}
            | measure_beside_splink(
                inputs.nights[0],
                inputs.truths[0],
                played[0].index_seconds,
                most_signatures=rival_signatures,
            )
        )
    rows.append(
        {"people": people} | measure_look_up(states[-1], inputs.nights[-1], inputs.truths[-1])
    )
    columns = {name: None for row in rows for name in row}
    return [columns | row for row in rows]


def _play(task: _Task) -> Played:
    from hub.identity.membership import no_history
    from pipelines.steps.index import Before, build_index
    from warehouse.vault import IdTokeniser

    with _timed_workbench(task.tables) as (bench, seconds):
        for table, columns in _FAMILIES.items():
            fields = ", ".join(
                f"CAST(NULL AS {kind}) AS {name}"
                for name, kind in (column.split() for column in columns.split(", "))
            )
            bench.build_from(table, f"SELECT {fields} WHERE false")
        bench.build_from("f01_person_identity", _REGISTER)
        history = (
            no_history()
            if task.history is None
            else pl.read_parquet(task.history).rename(
                {"record_id": "member", "person_id": "identifier"}
            )
        )
        started = time.perf_counter()
        result = build_index(
            bench,
            Before(
                state=task.state_before,
                tables=None if task.history is None else task.history.parent,
                history=history,
                next_sequence=task.next_sequence,
            ),
            b"bench",
            neighbour_keys=IdTokeniser(task.root_key).neighbour_keys,
            state_folder=task.state_after,
        )
        whole = time.perf_counter() - started
    person = seconds.get("person", 0.0)
    return Played(
        whole - person, person, peak_memory_mib(), dict(result.counts), result.next_sequence
    )


@contextmanager
def _timed_workbench(tables: Path) -> Iterator[tuple[object, dict[str, float]]]:
    from warehouse.workbench import Workbench

    seconds: dict[str, float] = {}

    class Timed(Workbench):
        """A workbench that remembers how long each table took."""

        def build(self, *arguments: object, **options: object) -> TableMeasure:
            measure = super().build(*arguments, **options)  # type: ignore[arg-type]
            seconds[measure.table] = measure.seconds
            return measure

    with Timed(tables) as bench:
        yield bench, seconds
