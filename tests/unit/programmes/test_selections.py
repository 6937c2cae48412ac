"""Stored rows on their way: parts kept in memory or in a file, programmes written in ranges, members by row."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pyarrow as pa

from hub.programmes.catalogue import load_programmes
from hub.programmes.evaluation import reading, writing
from hub.programmes.evaluation.members import unit_members
from hub.programmes.evaluation.run import evaluate
from hub.programmes.evaluation.selections import Selection, Selections
from hub.programmes.evaluation.writing import write_decisions
from hub.programmes.facts import load_facts
from hub.programmes.parameters import in_force, load_parameters
from pipelines.benchmarks.decision_profiles import write_profiles

DAY = dt.date(2026, 4, 1)


def selection(rows, amounts):
    return Selection(
        rows=np.array(rows),
        outcome=np.zeros(len(rows), np.uint8),
        is_received=np.zeros(len(rows), np.bool_),
        fail_mask=None,
        unknown_mask=None,
        amount=None if amounts is None else np.array(amounts, np.int64),
        amount_known=None,
        margin=None,
        margin_known=None,
    )


def test_parts_come_back_in_order_from_memory_and_from_a_file():
    for bytes_in_memory in (1 << 20, 0):
        kept = Selections(["P001", "P002", "P003"], bytes_in_memory)
        kept.add("P002", selection([0, 300], [5, 2**40]))
        kept.add("P001", selection([1], None))
        kept.add("P002", selection([70_000], [-1]))
        assert kept["P002"].rows.tolist() == [0, 300, 70_000]
        assert kept["P002"].amount.tolist() == [5, 2**40, -1]
        assert kept["P001"].amount is None
        assert kept["P003"].rows.tolist() == []
        assert kept.counts == {"P001": 1, "P002": 3, "P003": 0}


def test_a_file_and_ranges_change_no_decision(tmp_path, monkeypatch):
    tables = write_profiles(2_000, tmp_path)
    programmes, parameters = load_programmes(), load_parameters()
    amounts = {(each.parameter, each.key): each.amount for each in in_force(parameters, DAY)}
    versions = {programme.code: "v" for programme in programmes}
    written = []
    for bytes_in_memory, rows_of_a_group in ((1 << 20, 1 << 19), (1_000, 37)):
        monkeypatch.setattr(writing, "_ROWS_OF_A_GROUP", rows_of_a_group)
        decided = evaluate(
            tables, programmes, load_facts(), amounts, DAY, bytes_in_memory=bytes_in_memory
        )
        write_decisions(decided, tmp_path / "decision.parquet", versions)
        written.append(pl.read_parquet(tmp_path / "decision.parquet"))
    assert written[0].height > 5_000
    assert written[0]["interaction_codes"].list.len().sum() > 20
    assert written[0].equals(written[1])


def test_pieces_change_no_decision(tmp_path, monkeypatch):
    """Small row groups are decided together, large ones in parts."""
    tables = write_profiles(2_000, tmp_path)
    programmes, parameters = load_programmes(), load_parameters()
    amounts = {(each.parameter, each.key): each.amount for each in in_force(parameters, DAY)}
    versions = {programme.code: "v" for programme in programmes}
    written = []
    for rows_of_a_group, rows_of_a_piece in ((2_000, 1 << 18), (300, 700), (900, 250)):
        for path in (tables.person_subject, tables.household_subject):
            pl.read_parquet(path).write_parquet(path, row_group_size=rows_of_a_group)
        monkeypatch.setattr(reading, "ROWS_OF_A_PIECE", rows_of_a_piece)
        decided = evaluate(tables, programmes, load_facts(), amounts, DAY)
        write_decisions(decided, tmp_path / "decision.parquet", versions)
        written.append(pl.read_parquet(tmp_path / "decision.parquet"))
    assert written[0].height > 5_000
    assert written[0].equals(written[1])
    assert written[0].equals(written[2])


def test_members_are_found_whatever_the_order_of_the_table(tmp_path):
    people, units = (pa.array(ids, pa.large_string()) for ids in (["a", "b", "c", "d"], ["x", "y"]))
    rows = [
        ("x", "d", True),
        ("x", "b", True),
        ("y", "a", True),
        ("y", "c", False),
        ("z", "c", True),
    ]
    schema = ["household_id", "person_id", "is_counted"]
    for ordered in (rows, rows[::-1], sorted(rows, key=lambda row: row[1])):
        path = tmp_path / "assistance_unit_member.parquet"
        pl.DataFrame(ordered, schema=schema, orient="row").write_parquet(path)
        found = unit_members(path, people, units)
        assert found.members.tolist() == [1, 3, 0]
        assert found.bounds.tolist() == [0, 2, 3]
        assert found.unit_of_person.tolist() == [1, 0, -1, 0]
