"""DuckDB, polars and plain Python compute the same income and assets, cell by cell (R10)."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import profile_oracle as oracle
import pytest
from promise_figures import FULL_SIZE

from hub.profiles.precedence import ordered_kinds
from warehouse.workbench import Workbench

PEOPLE = 16_000 if FULL_SIZE else 400
MONTH = dt.date(2026, 2, 1)
FIRST_RECEIPT = dt.datetime(2026, 3, 1, 2)  # noqa: DTZ001  as the ledger has it
LEAST_CELLS = 1_000_000 if FULL_SIZE else 10_000
KINDS = ordered_kinds()
INCOMES = KINDS.filter("is_income")["income_asset_code"].to_list()
ASSETS = KINDS.filter(~pl.col("is_income"))["income_asset_code"].to_list()
IS_OF_MONTH = pl.col("attribution") == "month"
SOURCES = (
    KINDS.with_row_index("source_no", 1)
    .with_columns(
        document_type=pl.format("T-{}", "income_asset_code"),
        delivery_id=pl.lit("d"),
        delivery_no=pl.col("source_no"),
        source_bit=pl.lit(2, pl.Int64).pow(pl.col("source_no").cast(pl.Int64) - 1),
        status=pl.when(IS_OF_MONTH).then(pl.lit("known")).otherwise(pl.lit("assumed")),
        method=pl.when(IS_OF_MONTH)
        .then(pl.lit("reported_month"))
        .otherwise(pl.lit("yearly_total_by_twelve")),
    )
    .cast({"source_no": pl.Int32, "delivery_no": pl.Int32, "source_bit": pl.Int64})
)
"""A source of each kind, with one delivery."""
NO_MEMBERS = pl.DataFrame(
    schema=dict.fromkeys(("household_id", "person_id"), pl.String)
    | dict.fromkeys(("valid_from", "valid_to"), pl.Date)
)


def month_before(months: int) -> dt.date:
    place = MONTH.year * 12 + MONTH.month - 1 - months
    return dt.date(place // 12, place % 12 + 1, 1)


def drawn_incomes(chance: np.random.Generator) -> pl.DataFrame:
    """Reports of the newest and of older months; what tells of the same money often nearly agrees."""
    count = PEOPLE * 8
    codes = chance.choice(INCOMES, count)
    # Every third kind is late, by a month or by years.
    late = (1, 3, 14, 30)
    lateness = {
        code: 0 if place % 3 else late[place // 3 % len(late)] for place, code in enumerate(INCOMES)
    }
    people = chance.integers(0, PEOPLE, count)
    older = np.where(chance.random(count) < 0.1, 1, 0)
    months = [month_before(lateness[code] + int(o)) for code, o in zip(codes, older, strict=True)]
    stated = [
        dt.date(month.year - 1, 12, 1) if chance.random() < 0.1 else month for month in months
    ]
    amounts = (people * 7919 % 400 * 10_000) + chance.choice([0, 0, 1, 900, 50_000, 400_000], count)
    rows = pl.DataFrame(
        {
            "person_id": [f"P{person:06d}" for person in people],
            "income_asset_code": codes,
            "month": months,
            "monthly_amount": amounts * chance.choice([1, 1, 1, 1, -1], count),
            "stated_month": stated,
            "received_at": [
                FIRST_RECEIPT + dt.timedelta(days=int(day)) for day in chance.integers(0, 28, count)
            ],
            "line": np.arange(count),
            "row_count": 1,
        }
    ).join(
        SOURCES.select(
            "income_asset_code", "document_type", "delivery_id", "status", "method",
            is_period_attributed=IS_OF_MONTH,
        ),
        on="income_asset_code",
        maintain_order="left",
    )  # fmt: skip
    return rows.unique(
        ["person_id", "income_asset_code", "month"], keep="first", maintain_order=True
    )


def drawn_assets(chance: np.random.Generator) -> pl.DataFrame:
    count = PEOPLE * 3
    codes = chance.choice(ASSETS, count)
    return pl.DataFrame(
        {
            "person_id": [f"P{person:06d}" for person in chance.integers(0, PEOPLE, count)],
            "income_asset_code": codes,
            "amount": chance.integers(0, 1 << 40, count),
            "status": chance.choice(["known", "stale"], count),
            "use": chance.choice(["used", "used", "not_counted", "not_used"], count),
            "received_at": [
                FIRST_RECEIPT + dt.timedelta(days=int(day)) for day in chance.integers(0, 28, count)
            ],
            "document_type": [f"T-{code}" for code in codes],
            "delivery_id": "d",
            "line": np.arange(count),
        }
    )


def drawn_feeds(chance: np.random.Generator) -> pl.DataFrame:
    states = chance.choice(["fresh"] * 7 + ["stale"], len(INCOMES))
    return pl.DataFrame({"document_type": [f"T-{code}" for code in INCOMES], "state": states})


def add_records(bench: Workbench, incomes: pl.DataFrame, assets: pl.DataFrame) -> None:
    """Add the records that would have given these incomes and assets."""
    people = pl.concat([incomes["person_id"], assets["person_id"]]).unique().sort()
    numbers = people.to_frame().with_row_index("person_no", 1).cast({"person_no": pl.Int32})
    bench.add("person_number", numbers)
    bench.add("profile_source", SOURCES)

    def numbered(rows: pl.DataFrame) -> pl.DataFrame:
        sources = SOURCES.select(
            "income_asset_code", "source_no", "delivery_no", "figure", "attribution"
        )
        return rows.join(numbers, on="person_id").join(sources, on="income_asset_code")

    # A year's total is twelve times what is told of a month.
    total = pl.when(IS_OF_MONTH).then("monthly_amount").otherwise(pl.col("monthly_amount") * 12)
    bench.add(
        "income_item",
        numbered(incomes).select(
            "person_no", "source_no", "delivery_no", "month", "stated_month", "line",
            amount=total, made_at="received_at",
        ),
    )  # fmt: skip
    bench.add("asset_record", numbered(assets))


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    """(table → engine → frame) of the same drawn people."""
    chance = np.random.default_rng(7)
    incomes, assets, feeds = drawn_incomes(chance), drawn_assets(chance), drawn_feeds(chance)
    own = ["person_id", "income_asset_code", "document_type"]
    with Workbench(tmp_path_factory.mktemp("engines") / "tables") as bench:
        bench.add("night", pl.DataFrame({"as_of": [dt.date(2026, 3, 31)], "month": [MONTH]}))
        bench.add("feed", feeds)
        add_records(bench, incomes, assets)
        bench.add("household_member", NO_MEMBERS)
        bench.build_from(
            "income_source_month",
            "SELECT source_no, max(month) AS newest_month FROM income_item GROUP BY source_no",
        )
        for table in (
            "income_repeated", "income_total", "income_report", "asset_total", "income_of_month",
            "figure_total", "person_sources", "household_figure_total", "household_sources",
            "source_list", "profile_figure",
        ):  # fmt: skip
            bench.build("profile", table)
        duckdb = {
            "income": bench.frame(
                f"SELECT {', '.join((*own, *oracle.INCOME))} FROM income_of_month"
            ),
            "figure": bench.frame(
                f"SELECT person_id, figure, {', '.join(oracle.FIGURE)} FROM profile_figure"
            ),
        }
    found = oracle.incomes_in_polars(incomes, KINDS, feeds, MONTH)
    polars = {
        "income": found.drop("received_at"),
        "figure": oracle.figures_in_polars(found, assets, KINDS),
    }
    kinds = {row["income_asset_code"]: row for row in KINDS.iter_rows(named=True)}
    rows, things = incomes.to_dicts(), assets.to_dicts()
    states = dict(feeds.iter_rows())
    income_cells = oracle.incomes(rows, kinds, states, MONTH)
    figure_cells = oracle.figures(income_cells, rows, things, kinds)
    plain = {
        "income": _as_frame(income_cells, [*own, *oracle.INCOME]),
        "figure": _as_frame(figure_cells, ["person_id", "figure", *oracle.FIGURE]),
    }
    keys = {"income": own, "figure": ["person_id", "figure"]}
    return {
        table: {
            engine: of[table].sort(keys[table])
            for engine, of in (("DuckDB", duckdb), ("polars", polars), ("Python", plain))
        }
        for table in keys
    }


def _as_frame(cells: dict[tuple, tuple], names: list[str]) -> pl.DataFrame:
    columns = zip(*((*key, *told) for key, told in cells.items()), strict=True)
    return pl.DataFrame(dict(zip(names, map(list, columns), strict=True)))


def differing(one: pl.DataFrame, other: pl.DataFrame) -> int:
    """Return how many cells differ; a missing row is all its cells."""
    if one.height != other.height:
        return abs(one.height - other.height) * one.width
    same = other.select(pl.col(name).cast(one.schema[name]) for name in one.columns)
    return sum(int(one[name].ne_missing(same[name]).sum()) for name in one.columns)


@pytest.mark.promise("R10")
def test_three_engines_compute_the_same_income_and_assets(answers, record_figure):
    cells = wrong = 0
    for engines in answers.values():
        reference = engines["Python"]
        for engine in ("DuckDB", "polars"):
            cells += reference.height * reference.width
            wrong += differing(engines[engine].select(reference.columns), reference)
    assert cells >= LEAST_CELLS
    record_figure(
        "R10",
        f"DuckDB and polars against plain Python: {cells:,} cells, {wrong} differ",
        held=not wrong,
        cells=cells,
        differing=wrong,
    )


def test_the_drawn_people_meet_every_branch(answers):
    income = answers["income"]["Python"]
    assert set(income["status"]) == {"known", "stale", "assumed", "conflict"}
    assert set(income["method"]) == {"reported_month", "yearly_total_by_twelve", "carried_forward"}
    for name in ("is_valid", "is_used", "is_contradicting", "is_period_attributed"):
        assert income[name].n_unique() == 2, name
    assert set(answers["figure"]["Python"]["status"]) == {"known", "stale", "assumed", "conflict"}
    assert answers["figure"]["Python"]["sources"].list.len().max() > 1


def test_a_changed_cell_is_counted(answers):
    frame = answers["figure"]["DuckDB"]
    changed = frame.with_columns(
        amount=pl.when(pl.int_range(pl.len()) == 3).then(1).otherwise("amount")
    )
    assert differing(frame, changed) == 1
    assert differing(frame, frame.head(-2)) == 2 * frame.width
