"""Sources of figures: a number while profiles are built, the same list of names when they are written."""

from __future__ import annotations

import datetime as dt

import duckdb
import polars as pl
import pytest

from warehouse.workbench import Workbench, sql_text

JANUARY, MARCH = dt.date(2026, 1, 1), dt.date(2026, 3, 1)


@pytest.fixture
def bench(town):
    for name in ("kim", "lee", "choi"):
        town.person(name, dt.date(1980, 5, 5))
    town.household("house", ("kim", "head"), ("lee", "spouse"))
    town.household("empty house", ("choi", "head"))
    town.wage("kim", "I26-F19-01", MARCH, 2_100_000)
    town.wage("kim", "I24-F19-01", MARCH, 2_000_000)
    town.wage("lee", "I24-F19-01", MARCH, 1_000_000)
    town.wage("lee", "I24-F19-01", MARCH, 500_000)
    town.wage("lee", "I24-F19-01", JANUARY, 700_000)
    town.add("f15", "lee", "I23-F15-01", period=MARCH, amount=300_000)
    return town.profiled()


def test_a_person_and_a_household_name_each_source_once_and_in_order(bench):
    people = bench.frame("SELECT person_id, sources FROM profile_person ORDER BY 1").rows()
    assert people == [
        ("person-choi", None),
        ("person-kim", ["I24-F19-01", "I26-F19-01"]),
        ("person-lee", ["I23-F15-01", "I24-F19-01"]),
    ]
    assert bench.frame("SELECT household_id, sources FROM profile_household ORDER BY 1").rows() == [
        ("empty house", None),
        ("house", ["I23-F15-01", "I24-F19-01"]),
    ]
    assert bench.frame(
        "SELECT figure, sources FROM profile_household_figure ORDER BY 1"
    ).rows() == [
        ("earned", ["I24-F19-01"]),
        ("public_transfer", ["I23-F15-01"]),
    ]


def test_lone_records_stand_beside_added_ones(bench):
    assert bench.frame(
        "SELECT month, monthly_amount, row_count, line FROM income"
        " WHERE person_id = 'person-lee' AND document_type = 'I24-F19-01' ORDER BY month"
    ).rows() == [(JANUARY, 700_000, 1, 6), (MARCH, 1_500_000, 2, 4)]


def test_lists_are_text_while_columns_are_encoded(bench):
    # Of an ENUM within lists the dictionary in the file depends on how threads share the rows.
    described = {
        table: dict(row[:2] for row in bench.connection.execute(f"DESCRIBE {table}").fetchall())
        for table in ("source_list", "figure_total")
    }
    assert described["source_list"]["sources"] == "VARCHAR[]"
    assert described["figure_total"]["figure"].startswith("ENUM")


@pytest.mark.parametrize("sources", [63, 64])
def test_more_sources_than_a_number_has_bits_stop_the_night(tmp_path, sources):
    codes = [f"T{number:02}" for number in range(sources)]
    with Workbench(tmp_path / "tables") as bench:
        bench.add("knowledge", pl.DataFrame({"known_at": [None]}, schema={"known_at": pl.Datetime}))
        bench.add(
            "document_type",
            pl.DataFrame({"code": codes, "cycle": "monthly", "income_asset_code": "A01"}),
        )
        bench.add(
            "delivery",
            pl.DataFrame(
                {"delivery_id": codes, "document_type": codes, "period": "202603"}
            ).with_columns(
                is_effective=True,
                made_at=dt.datetime(2026, 4, 1),  # noqa: DTZ001
            ),
        )
        bench.add(
            "profile_kind", pl.DataFrame({"income_asset_code": ["A01"], "attribution": "month"})
        )
        query = f"SELECT source_bit FROM ({sql_text('profile', 'profile_source')})"
        if sources == 64:
            with pytest.raises(duckdb.ConversionException):
                bench.frame(query)
        else:
            assert sorted(bench.frame(query)["source_bit"]) == [1 << place for place in range(63)]
