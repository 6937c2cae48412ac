"""A night that takes rows from the release writes the bytes that a night from nothing writes."""

from __future__ import annotations

import dataclasses
import datetime as dt

import polars as pl
import pytest

from pipelines.steps.index import Before, build_index
from warehouse.family_statements import signature_part
from warehouse.signatures import PART_COLUMNS
from warehouse.workbench import sql_text

KEY = b"test key"
TABLES = ("person_index", "person_token", "person", "person_membership", "review_candidate")
FIRST = dt.date(2026, 4, 1)


def nights_of(tables):
    """Nights in which signatures come, go, come again, are a register's or no longer, get a new number."""
    signature, register = tables["signature"], tables["f01_person_identity"]
    ids = signature["signature_id"].sort()
    late, gone = ids.gather_every(7), ids.gather_every(11, 3)
    struck = register["signature_id"].gather_every(9, 2)
    renamed = register.filter(pl.col("signature_id").is_in(ids.gather_every(13).implode()))
    numbers = renamed["national_id_token"]
    half = len(numbers) // 2
    changed = pl.DataFrame(
        {
            "document_type": ["I01-F01-03"] * half,
            "previous_national_id_token": numbers.head(half),
            "national_id_token": numbers.tail(half),
        }
    )

    def night(absent, unregistered=(), more=None):
        here = signature.filter(~pl.col("signature_id").is_in(list(absent)))
        named = register.filter(
            ~pl.col("signature_id").is_in([*absent, *unregistered]),
        )
        return {
            "signature": here,
            "f01_person_identity": named
            if more is None
            else pl.concat([named, more], how="diagonal"),
        }

    return [
        night(late),
        night(gone),
        night(gone, struck),
        night([*gone, *late], struck, changed),
        night([], [], changed),
        night(late),
        night(late),
    ]


@pytest.mark.parametrize("seed", [5, 8])
def test_a_night_from_a_state_writes_the_bytes_of_one_from_nothing(
    bench_of, make_population, tmp_path, seed
):
    tables, _ = make_population(150, seed)
    before, states = Before(), 0
    for place, rows in enumerate(nights_of(tables)):
        night = FIRST + dt.timedelta(days=place)
        state = tmp_path / f"state {place}"
        bench = bench_of(**rows)
        result = build_index(bench, before, KEY, state_folder=state, night=night)
        anew = bench_of(**rows)
        forgetful = dataclasses.replace(before, state=None, tables=None)
        again = build_index(anew, forgetful, KEY, night=night)
        for table in TABLES:
            assert bench.path(table).read_bytes() == anew.path(table).read_bytes(), (place, table)
        assert result.events.sort(pl.all()).equals(again.events.sort(pl.all()))
        states += before.state is not None
        before = Before(
            members=bench.frame("SELECT signature_id, record_id, person_id FROM person_index"),
            state=state,
            tables=bench.folder,
            history=bench.frame("FROM person_membership").rename(
                {"record_id": "member", "person_id": "identifier"}
            ),
            next_sequence=result.next_sequence,
        )
    assert states == len(nights_of(tables)) - 1


def test_a_state_without_its_releases_tables_is_not_used(bench_of, make_population, tmp_path):
    tables, _ = make_population(30, 5)
    first = bench_of(**tables)
    build_index(first, Before(), KEY, state_folder=tmp_path / "state")
    known = Before(state=tmp_path / "state", tables=tmp_path / "no such release")
    later = bench_of(**tables)
    counts = build_index(later, known, KEY).counts
    assert counts["records_described"] == counts["records"]
    assert later.path("person_index").read_bytes() == first.path("person_index").read_bytes()


def test_a_rewritten_signature_is_read_again(bench_of, make_population, tmp_path):
    tables, _ = make_population(30, 5)
    first = bench_of(**tables)
    result = build_index(first, Before(), KEY, state_folder=tmp_path / "state")
    one = tables["signature"]["signature_id"][1]
    is_one = pl.col("signature_id") == one
    tables["signature"] = tables["signature"].with_columns(
        pl.when(~is_one).then("national_id_token").alias("national_id_token"),
        pl.when(is_one).then(pl.lit("남궁선")).otherwise("full_name").alias("full_name"),
    )
    known = Before(
        state=tmp_path / "state",
        tables=first.folder,
        rewritten=pl.Series([one], dtype=pl.UInt64),
        next_sequence=result.next_sequence,
    )
    later = bench_of(**tables)
    build_index(later, known, KEY)
    query = f"SELECT record_id, person_id FROM person_index WHERE signature_id = {one}"
    assert later.frame(query)["record_id"].item() != first.frame(query)["record_id"].item()
    assert later.frame(query)["person_id"].item() != first.frame(query)["person_id"].item()


def test_what_a_record_says_is_part_of_the_signatures_id():
    """Known signatures are not read again: whatever a record hashes must be in their IDs.

    Phones are no part of a night's signatures.
    """
    said = sql_text("identity", "signature_record").split("hash(")[1].split(")")[0]
    columns = {column.strip() for column in said.split(",")}
    made = {part.split()[0] for part in PART_COLUMNS.split(", ")}
    assert columns - {"phone"} <= made
    assert all(f"s_{column}" in signature_part("rows") for column in columns - {"phone"})
    assert "CAST(NULL AS VARCHAR) AS phone" in sql_text("families", "signature")
