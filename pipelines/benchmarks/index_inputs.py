"""What the person index is measured on: the signature tables of simulated nights, and the truth.

Here: the simulated country's signatures with tokens instead of national IDs, in the columns of the
night's workbench. Never here: indexing, or comparing its answer with the truth. Next: the
benchmarks of the person index read the folders; nothing else may.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import math
import tempfile
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from hub.identity.standard import standardise_records
from sources.country.nights import PopulatedCountry
from sources.country.signatures import FIRST_NIGHT, write_signatures
from warehouse.vault import IdTokeniser
from warehouse.workbench import Workbench

CHANGED_PER_NIGHT_PPM = 10_000
PEOPLE_OF_A_REGION = 1_000_000
"""More people are made up region by region: a country needs some GiB for each million."""
NUMBERS_OF_A_REGION = 1_000_000_000

_AS_UUID = "CAST({} AS UUID)"
_SIGNATURE = f"""SELECT
    signature_id, {_AS_UUID.format("national_id_token")} AS national_id_token, full_name, birth_date,
    sex, nationality, address, phone, institution_group, row_count
FROM read_parquet('{{parts}}')
ORDER BY signature_id"""
_SIGNATURE_OF_REGIONS = f"""SELECT
    * REPLACE ({_AS_UUID.format("national_id_token")} AS national_id_token)
FROM (
    SELECT DISTINCT ON (signature_id)
        signature_id, national_id_token, full_name, birth_date, sex, nationality, address, phone,
        institution_group, row_count
    FROM read_parquet('{{parts}}')
)
ORDER BY signature_id"""
_REGISTER_SIGNATURE = """SELECT DISTINCT signature_id
FROM read_parquet('{parts}') WHERE is_register ORDER BY signature_id"""
_TRUTH = "FROM read_parquet('{parts}') ORDER BY signature_id, person_number"
_NUMBER_ALIAS = f"""SELECT DISTINCT {_AS_UUID.format("old_token")} AS old_token,
    {_AS_UUID.format("new_token")} AS new_token
FROM read_parquet('{{parts}}')
ORDER BY old_token, new_token"""


@dataclass(frozen=True, slots=True)
class IndexInputs:
    """Where the nights lie, and the key of their tokens.

    Attributes:
        nights: for each night the folder of a workbench with `night` (as_of, month), `signature`
            and `register_signature` (as in `warehouse/sql`), and `number_alias` (old_token,
            new_token): numbers that a register says were changed.
        truths: for each night a Parquet file (signature_id, person_number), outside its folder.
        root_key: for `IdTokeniser`; written nowhere.
    """

    nights: tuple[Path, ...]
    truths: tuple[Path, ...]
    root_key: bytes


def write_index_inputs(
    people: int,
    seed: int,
    folder: Path,
    nights: int = 2,
    *,
    changed_per_night_ppm: int = CHANGED_PER_NIGHT_PPM,
    document_types: Collection[str] | None = None,
) -> IndexInputs:
    """Simulate `people` and write the tables of `nights` nights below `folder`.

    Every night's tables are whole. The same arguments give the same tables. People are described by
    the types `document_types`, by default by all.
    """
    root = hashlib.sha256(f"simulated country {seed}".encode()).digest()
    tokeniser = IdTokeniser(root)
    days = [FIRST_NIGHT + dt.timedelta(days=number) for number in range(nights)]
    benches = [folder / f"{day:%Y%m%d}" / "tables" for day in days]
    truths = [folder / "truth" / f"{day:%Y%m%d}.parquet" for day in days]
    regions = math.ceil(people / PEOPLE_OF_A_REGION)
    with tempfile.TemporaryDirectory(prefix="index-inputs-") as scratch:
        place = Path(scratch)
        given = pl.Series("national_id", [], dtype=pl.String)
        for region in range(regions):
            told = place / f"region-{region:03}"
            write_signatures(
                PopulatedCountry(
                    people * (region + 1) // regions - people * region // regions,
                    seed + region,
                    FIRST_NIGHT,
                ),
                seed + region,
                told,
                nights=nights,
                changed_per_night_ppm=changed_per_night_ppm,
                document_types=document_types,
            )
            if regions > 1:
                given = settle_region(told, region, given)
            _tokenise(
                told / "number_alias.parquet",
                tokeniser,
                {"old_id": "old_token", "new_id": "new_token"},
            )
            for part in sorted(told.glob("night-*/signature-*.parquet")):
                _tokenise(part, tokeniser, {"national_id": "national_id_token"})
        signature = _SIGNATURE if regions == 1 else _SIGNATURE_OF_REGIONS
        for number, (day, tables, truth) in enumerate(zip(days, benches, truths, strict=True), 1):
            parts = place / "region-*" / f"night-{number}"
            truth.parent.mkdir(parents=True, exist_ok=True)
            with Workbench(tables) as bench:
                bench.add("night", pl.DataFrame({"as_of": [day], "month": [_last_month(day)]}))
                for table, select, files in (
                    ("signature", signature, parts / "signature-*.parquet"),
                    ("register_signature", _REGISTER_SIGNATURE, parts / "signature-*.parquet"),
                    ("number_alias", _NUMBER_ALIAS, place / "region-*" / "number_alias.parquet"),
                ):
                    bench.build_from(table, select.format(parts=files))
            with Workbench(truth.parent) as bench:
                bench.build_from(truth.stem, _TRUTH.format(parts=parts / "truth-*.parquet"))
    return IndexInputs(tuple(benches), tuple(truths), root)


def settle_region(told: Path, region: int, given: pl.Series) -> pl.Series:
    """Make a region's people others than those of the regions before; return all numbers given.

    In the files of `told` (`write_signatures`) people get numbers of their own, and those whose national
    ID a region before has given, by chance, are left out with all that is said of them.
    """
    first = told / "night-1"
    numbers = pl.scan_parquet(first / "signature-*.parquet").select("signature_id", "national_id")
    truths = pl.scan_parquet(first / "truth-*.parquet")
    taken = numbers.filter(pl.col("national_id").is_in(given.implode())).select("signature_id")
    left_out = (
        truths.join(taken, on="signature_id", how="semi").select("person_number").unique().collect()
    )
    new = numbers.select(pl.col("national_id").drop_nulls().unique()).collect()["national_id"]
    for file in sorted(told.glob("night-*/truth-*.parquet")):
        signatures = file.with_name(file.name.replace("truth-", "signature-", 1))
        truth = pl.read_parquet(file)
        stays = truth.join(left_out, on="person_number", how="anti")
        gone = truth.join(stays, on="signature_id", how="anti")
        pl.read_parquet(signatures).join(gone, on="signature_id", how="anti").write_parquet(
            signatures
        )
        stays.with_columns(pl.col("person_number") + region * NUMBERS_OF_A_REGION).write_parquet(
            file
        )
    return pl.concat([given, new]).unique()


_DESCRIBED = ["full_name", "birth_date", "sex", "address", "phone"]


def standard_records(tables: Path) -> pl.DataFrame:
    """Return a night's signatures as standardised records, one a signature.

    `record_id` is the signature's; `number` is its token. Equal descriptions are standardised once.
    """
    return _standardised(_signatures(tables))


def distinct_records(tables: Path) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return a night's distinct descriptions as standardised records, and what each stands for.

    The second frame is (`member`, `record_id`): a row a signature. What institution tells a
    description is no part of it.
    """
    signatures = _signatures(tables)
    content = ["number", *_DESCRIBED]
    distinct = signatures.group_by(content, maintain_order=True).agg(pl.col("signature_id").first())
    members = signatures.join(distinct, on=content, nulls_equal=True, suffix="_first").select(
        member="signature_id", record_id="signature_id_first"
    )
    return _standardised(distinct), members


def _signatures(tables: Path) -> pl.DataFrame:
    with Workbench(tables) as bench:
        return bench.frame(
            f"SELECT signature_id, CAST(national_id_token AS VARCHAR) AS number, "
            f"{', '.join(_DESCRIBED)} FROM signature ORDER BY signature_id"
        )


def _standardised(told: pl.DataFrame) -> pl.DataFrame:
    distinct = told.select(_DESCRIBED).unique(maintain_order=True).with_row_index("record_id")
    standard = standardise_records(distinct).drop("number", "number_near")
    return (
        told.join(distinct, on=_DESCRIBED, how="left", nulls_equal=True)
        .select(pl.col("signature_id"), "number", "record_id")
        .join(standard, on="record_id")
        .drop("record_id")
        .rename({"signature_id": "record_id"})
    )


def _tokenise(path: Path, tokeniser: IdTokeniser, columns: dict[str, str]) -> None:
    """Replace the ID columns of a Parquet file by their tokens, as text of a UUID."""
    frame = pl.read_parquet(path)
    tokens = [
        tokeniser.tokens(frame[column]).bin.encode("hex").alias(token)
        for column, token in columns.items()
    ]
    frame.drop(columns).with_columns(tokens).write_parquet(path)


def _last_month(day: dt.date) -> dt.date:
    """First day of the last whole month before `day`."""
    return (day.replace(day=1) - dt.timedelta(days=1)).replace(day=1)
