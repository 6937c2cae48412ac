"""Who is this? How long one raw record takes against the index, and how often the right person is found.

Here: questions made of what senders wrote, with slips and gaps, asked one after another. Never
here: finding (`hub.identity.look_up`) or playing the nights (`index`). Next: a row of the table of
`hub bench index`.

Every question is asked twice and the second answer is timed: a service is warm. CPU time is told
beside the time on the clock, which a busy machine stretches.
"""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from hub.identity.linkage_model import LinkageModel
from hub.identity.look_up import IndexLookUp, LookUpAnswer
from warehouse.connection import open_scratch
from warehouse.identity_zone import IdentityZone
from warehouse.index_state import MODEL, attach_state
from warehouse.look_up_files import open_prepared, prepare_look_up

KINDS = ("as written", "name misspelt", "a column missing")
_FACTS = ("full_name", "birth_date", "sex", "address", "phone")


def measure_look_up(
    state_folder: Path, tables: Path, truth: Path, *, questions: int = 1_500, seed: int = 7
) -> dict[str, object]:
    """Return one row: milliseconds of a look-up, and the share of questions answered rightly.

    Args:
        state_folder: state of a night of the index.
        tables: that night's workbench, with `signature` and `person_index`.
        truth: Parquet file (signature_id, person_number).
        questions: how many are asked, of the `KINDS` by turns.
        seed: of the choice of questions and of slips.
    """
    model = LinkageModel.loads((state_folder / MODEL).read_text("utf-8"))
    asked = list(questions_of(tables, truth, questions, seed))
    with tempfile.TemporaryDirectory(prefix="bench-look-up-") as scratch:
        folder, zone = Path(scratch) / "look_up", IdentityZone(None)
        connection = open_scratch(Path(scratch))
        attach_state(connection, zone, state_folder, prefix="")
        prepare_look_up(connection, zone, model, folder)
        connection.close()
        with open_prepared(folder, zone, model) as look_up:
            return ask(look_up, asked)


def ask(
    look_up: IndexLookUp, questions: list[tuple[str, dict[str, object], str]]
) -> dict[str, object]:
    """Ask (kind, record, person ID) one after another; return the figures of the row."""
    for _, record, _ in questions:
        look_up.find(record)
    clock, processor, candidates = [], [], []
    right: dict[str, list[bool]] = {kind: [] for kind in KINDS}
    first: list[bool] = []
    wrong = 0
    for kind, record, person_id in questions:
        began, worked = time.perf_counter(), time.process_time()
        answer = look_up.find(record)
        clock.append(time.perf_counter() - began)
        processor.append(time.process_time() - worked)
        candidates.append(answer.candidates)
        is_first = bool(answer.people) and answer.people[0].person_id == person_id
        first.append(is_first)
        right[kind].append(is_first and answer.verdict == "found")
        wrong += _is_wrong(answer, person_id)
    return {
        "step": "look-up of one record",
        "questions": len(questions),
        **{f"p{share} ms": _quantile(clock, share) for share in (50, 95, 99)},
        "p99 CPU ms": _quantile(processor, 99),
        "p99 candidates": int(np.percentile(candidates, 99)),
        "right person first": round(float(np.mean(first)), 4),
        **{f"found right, {kind}": round(float(np.mean(of)), 4) for kind, of in right.items()},
        "found wrong": round(wrong / len(questions), 4),
    }


def _is_wrong(answer: LookUpAnswer, person_id: str) -> bool:
    return answer.verdict == "found" and answer.people[0].person_id != person_id


def _quantile(seconds: list[float], share: int) -> float:
    return round(float(np.percentile(seconds, share)) * 1000, 1)


def questions_of(
    tables: Path, truth: Path, count: int, seed: int
) -> Iterator[tuple[str, dict[str, object], str]]:
    """Yield (kind, raw record, person ID that is right) of signatures with a name and a birth date.

    Right is the ID that most signatures of the true person have. Signatures that may be of several
    people are left out.
    """
    rows = duckdb.sql(
        f"""
        WITH meant AS (
            SELECT signature_id, min(person_number) AS person_number FROM read_parquet($truth)
            GROUP BY ALL HAVING count(DISTINCT person_number) = 1
        ),
        asked AS (
            SELECT signature_id, person_number, {", ".join(_FACTS)}
            FROM read_parquet($signature) JOIN meant USING (signature_id)
            WHERE full_name IS NOT NULL AND birth_date IS NOT NULL
            ORDER BY hash(signature_id, $seed) LIMIT $count
        ),
        known AS (
            SELECT person_number, mode(person_id ORDER BY person_id) AS person_id
            FROM read_parquet($person_index) JOIN meant USING (signature_id)
            WHERE person_number IN (SELECT person_number FROM asked)
            GROUP BY ALL
        )
        SELECT person_id, {", ".join(_FACTS)} FROM asked JOIN known USING (person_number)
        WHERE person_id IS NOT NULL
        ORDER BY signature_id
        """,
        params={
            "truth": str(truth),
            "signature": str(tables / "signature.parquet"),
            "person_index": str(tables / "person_index.parquet"),
            "seed": seed,
            "count": count,
        },
    ).pl()
    draw = random.Random(seed)  # noqa: S311 (a benchmark, not a secret)
    for number, row in enumerate(rows.iter_rows(named=True)):
        kind = KINDS[number % len(KINDS)]
        record = {fact: row[fact] for fact in _FACTS if row[fact] is not None}
        yield kind, _spoilt(record, kind, draw), row["person_id"]


def _spoilt(record: dict[str, Any], kind: str, draw: random.Random) -> dict[str, object]:
    """Return the record with the slip or gap of its kind."""
    if kind == "name misspelt":
        letters = list(record["full_name"])
        place = draw.randrange(len(letters))
        letters[place] = _misspelt(letters[place], draw)
        return {**record, "full_name": "".join(letters)}
    if kind == "a column missing":
        gone = draw.choice([fact for fact in record if fact != "full_name"])
        return {fact: said for fact, said in record.items() if fact != gone}
    return record


def _misspelt(letter: str, draw: random.Random) -> str:
    code = ord(letter) - ord("가")
    if not 0 <= code < 11_172:
        return draw.choice("aeinst")
    # Another vowel between the same consonants: 민 becomes 먼.
    return chr(ord("가") + code // 588 * 588 + draw.randrange(21) * 28 + code % 28)
