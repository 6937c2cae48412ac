"""A small index that a person can read: records, entities, people, and a model that scored them.

Here: the tables that explanations and stories read, on a connection in memory. Never here: a test.
"""

from __future__ import annotations

import sys
import types
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import polars as pl
import pytest

from hub.identity.linkage_model import LinkageModel, starting_model
from hub.identity.scoring import score_pairs
from hub.identity.standard import standardise_records
from warehouse.layout import HOME_VARIABLE, Layout
from warehouse.ledger import Ledger

# record | entity | person | kind | name | born | address | phone
RECORDS = """
101 | 100 | P1 | registered | Smith, John      | 1950-03-12 | Flat 4, 10 High Street, Leeds | 07700 900123
102 | 100 | P1 | registered | Smith, Jonathan  | 1950-03-12 | Flat 4, 10 High Street, Leeds | 07700 900123
201 | 200 | P1 | loose      | Smith, Jon       | 1950-12-03 | Flat 4, 10 High Street, Leeds | 07700 900123
301 | 300 | P1 | loose      | Smith, Jon       | 1950-12-03 | 7 Mill Lane, York             | 07700 900123
401 | 400 | P2 | registered | Brown, Mary      | 1961-05-06 | Flat 4, 10 High Street, Leeds | 07700 900123
501 | 500 | P3 | loose      | <b>Ward</b>, Eve | 1988-08-08 | 22 Park Road, Hull            | 01482 555123
"""
SIGNATURES = {11: 101, 12: 102, 13: 103, 21: 201, 31: 301, 41: 401, 51: 501}
"""Signature and description. Each description is shown by the linkage record of that number; but
103 has no name, so it is left to the others of entity 100."""


@dataclass
class World:
    """The state of an index: what `warehouse.index_state` opens."""

    connection: duckdb.DuckDBPyConnection
    model: LinkageModel


def _records() -> pl.DataFrame:
    rows = [[cell.strip() for cell in line.split("|")] for line in RECORDS.strip().splitlines()]
    columns = [
        "record_id",
        "entity_id",
        "person_id",
        "kind",
        "name",
        "birth_date",
        "address",
        "phone",
    ]
    frame = pl.DataFrame(rows, schema=columns, orient="row")
    return frame.with_columns(pl.col("record_id", "entity_id").cast(pl.UInt64)).with_columns(
        family_name=pl.col("name").str.split(", ").list.first(),
        given_name=pl.col("name").str.split(", ").list.last(),
        national_id=pl.when(pl.col("record_id") == 101).then(pl.lit("QQ483921K")),
    )


def build_world() -> World:
    connection = duckdb.connect()

    def keep(table: str, frame: pl.DataFrame) -> None:
        connection.register("frame", frame)
        connection.execute(f"CREATE TABLE {table} AS FROM frame").fetchall()
        connection.unregister("frame")

    records = _records()
    described = standardise_records(records.select(
        "record_id", "family_name", "given_name", "birth_date", "address", "phone", "national_id"
    ), b"0123456789abcdef" * 2)  # fmt: skip
    whole = described.join(records.select("record_id", "entity_id", "kind"), on="record_id")
    keep("linkage_record", whole.drop("number_near"))
    keep("number_neighbour", whole.select("number", "number_near").drop_nulls())
    model = replace(
        starting_model(described.columns, 10_000),
        version="test",
        frequencies={"family_key": {"SMITH": 0.05}, "given_key": {"JON": 0.002}},
        rare={"family_key": 1e-4, "given_key": 1e-4},
    )
    ids = sorted(described["record_id"])
    pairs = [
        ("all", one, other)
        for one in ids
        for other in ids
        if one < other and one // 100 != other // 100 and (one, other) not in {(101, 401), (102, 401)}
        and other != 501
    ]  # fmt: skip
    keep("candidate_pair", pl.DataFrame(
        pairs,
        schema={"match_key": pl.String, "join_key_l": pl.UInt64, "join_key_r": pl.UInt64},
        orient="row",
    ))  # fmt: skip
    connection.execute(
        "CREATE VIEW comparable_record AS SELECT r.*, n.number_near"
        " FROM linkage_record AS r LEFT JOIN number_neighbour AS n ON n.number = r.number"
    )
    keep("pair_score", score_pairs(connection, "comparable_record", "candidate_pair", model))
    descriptions = pl.concat([
        records.select("record_id", "entity_id", "person_id", "kind", is_named=pl.lit(value=True)),
        records.filter(record_id=101).select(
            pl.lit(103, pl.UInt64).alias("record_id"), "entity_id", "person_id", "kind",
            is_named=pl.lit(value=False),
        ),
    ]).rename({"record_id": "description_id"})  # fmt: skip
    # 102 did not give a phone: its linkage record has the one of 101.
    nameless = described.filter(record_id=101).with_columns(
        pl.lit(103, pl.UInt64).alias("record_id"),
        *(pl.lit(None, pl.String).alias(name) for name in ("name_key", "family_key", "given_key")),
    )
    keep("description", pl.concat([described, nameless]).rename({"record_id": "description_id"}).with_columns(
        phone=pl.when(pl.col("description_id") != 102).then("phone")
    ))  # fmt: skip
    members = pl.DataFrame(
        {"signature_id": list(SIGNATURES), "description_id": list(SIGNATURES.values())},
        schema={"signature_id": pl.UInt64, "description_id": pl.UInt64},
    ).join(descriptions.drop("kind", "is_named"), on="description_id")
    keep("signature_member", members.with_columns(record_id=pl.col("signature_id") * 1000))
    keep("entity_description", descriptions.select(
        "description_id",
        "entity_id",
        "kind",
        support=pl.when(pl.col("kind") != "registered").then(pl.lit("no_number"))
        .when("is_named").then(pl.lit("name")).otherwise(pl.lit("no_name")),
        believed_number=pl.when(pl.col("kind") == "registered").then(pl.col("entity_id").cast(pl.String)),
        is_named="is_named",
    ))  # fmt: skip
    keep("entity_cluster", pl.DataFrame(
        [(100, 100, "national_id", None), (200, 100, "linked", 9.0), (300, 100, "linked", 9.0),
         (400, 400, "national_id", None), (500, 500, "single", None)],
        schema={"entity_id": pl.UInt64, "cluster": pl.UInt64, "match_kind": pl.String,
                "match_weight": pl.Float64},
        orient="row",
    ))  # fmt: skip
    keep("review", pl.DataFrame(
        [("held", 500, 400, 7.5)],
        schema={"kind": pl.String, "entity_l": pl.UInt64, "entity_r": pl.UInt64,
                "match_weight": pl.Float64},
        orient="row",
    ))  # fmt: skip
    return World(connection, model)


@pytest.fixture(scope="session")
def world() -> World:
    return build_world()


@pytest.fixture
def hub_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, world: World) -> Ledger:
    """A hub whose current index is the small world; its open ledger."""

    @contextmanager
    def open_index_state(layout: Layout):
        assert layout.home == tmp_path
        yield world

    state = types.ModuleType("warehouse.index_state")
    state.open_index_state = open_index_state
    monkeypatch.setitem(sys.modules, "warehouse.index_state", state)
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    monkeypatch.delenv("HUB_LEDGER_URL", raising=False)
    with Ledger.open(Layout.from_environment().ledger_url) as ledger:
        yield ledger
