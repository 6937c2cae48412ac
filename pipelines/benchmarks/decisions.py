"""All programmes over many people, from Parquet to written decisions.

Here: measuring. Never here: deciding (`hub.programmes.evaluation`) or profiles (`decision_profiles`).
Next: `hub bench decisions`; its table stands in `docs/benchmarks.md`.
"""

from __future__ import annotations

import datetime as dt
import multiprocessing
import resource
import tempfile
import time
from pathlib import Path
from typing import Any

import pyarrow as pa

from hub.programmes.catalogue import load_programmes, rule_versions
from hub.programmes.evaluation.run import SubjectTables, evaluate
from hub.programmes.evaluation.writing import write_decisions
from hub.programmes.facts import load_facts
from hub.programmes.parameters import in_force, load_parameters
from pipelines.benchmarks.decision_profiles import write_profiles
from pipelines.benchmarks.decisions_rival import differing, measure_kernel, measure_openfisca

DAY = dt.date(2026, 4, 1)
_PEOPLE_OF_THE_RIVAL = 1_000_000


def measure_decisions(
    people: int, folder: Path | None = None, *, rival: bool = False
) -> list[dict[str, Any]]:
    """Return one row: what deciding all programmes for about `people` people took.

    Each part runs in a process of its own, so that its memory is its own. A folder that holds the
    profiles already is used as it is. With `rival`, both kernels also decide the programmes that OpenFisca
    can, on facts that lie in memory, without reading, writing or reasons.

    Raises:
        ArithmeticError: the two do not entitle equally many.
    """
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as scratch, context.Pool(1, maxtasksperchild=1) as pool:
        place = folder or Path(scratch)
        if not (place / "person_subject.parquet").exists():
            pool.apply(write_profiles, (people, place))
        row = pool.apply(decide_profiles, (place,))
        if rival:
            few = min(people, _PEOPLE_OF_THE_RIVAL)
            ours = pool.apply(measure_kernel, (place, few))
            theirs = pool.apply(measure_openfisca, (place, few))
            if unequal := differing(ours["entitled"], theirs["entitled"]):
                raise ArithmeticError(
                    f"the kernel and OpenFisca entitle different numbers of people: {unequal}"
                )
            clock, processor = "decisions_a_second", "decisions_a_processor_second"
            row |= {
                "compared_programmes": ours["programmes"],
                "kernel_in_memory_a_second": ours[clock],
                "openfisca_in_memory_a_second": theirs[clock],
                "times_openfisca": round(ours[clock] / theirs[clock], 1),
                "kernel_in_memory_a_processor_second": ours[processor],
                "openfisca_in_memory_a_processor_second": theirs[processor],
                "times_openfisca_a_processor_second": round(ours[processor] / theirs[processor], 1),
            }
        return [row]


def decide_profiles(folder: Path) -> dict[str, Any]:
    """Decide all programmes over the profiles in `folder`; return what it took."""
    tables = SubjectTables(
        person_subject=folder / "person_subject.parquet",
        household_subject=folder / "household_subject.parquet",
        assistance_unit_member=folder / "assistance_unit_member.parquet",
    )
    started = time.perf_counter()
    programmes, parameters, facts = load_programmes(), load_parameters(), load_facts()
    # Arrow loads pandas, where there is one, with its first array: that is no deciding.
    pa.array([0])
    loaded = time.perf_counter()
    before = resource.getrusage(resource.RUSAGE_SELF)
    amounts = {(value.parameter, value.key): value.amount for value in in_force(parameters, DAY)}
    decided = evaluate(tables, programmes, facts, amounts, DAY)
    people_decided = time.perf_counter()
    versions = rule_versions(programmes, parameters, DAY)
    rows = write_decisions(decided, folder / "decision.parquet", versions)
    ended = time.perf_counter()
    after = resource.getrusage(resource.RUSAGE_SELF)
    people = len(decided.subject_ids["person"])
    seconds = ended - loaded
    return {
        "people": people,
        "units": len(decided.subject_ids["household"]),
        "programmes": len(programmes),
        "conditions": sum(len(programme.conditions) for programme in programmes),
        "seconds_to_load_programmes": round(loaded - started, 3),
        "seconds": round(seconds, 3),
        "seconds_until_people_are_decided": round(people_decided - loaded, 3),
        "seconds_for_the_rest": round(ended - people_decided, 3),
        "processor_seconds": round(
            after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 3
        ),
        "decisions_a_second": int(people * len(programmes) / seconds),
        "rows_stored": rows,
        "peak_memory_mib": after.ru_maxrss // 1024,
    }
