"""How the senders of a night describe people: the distinct identity signatures of a country.

Here: the same facts, selection and noise as in the rendered deliveries of a first night, without
the deliveries, so that a country of a million people takes minutes. Never here: tokens (the vault's
business), or another model of what senders get wrong. Next: `pipelines.benchmarks.index_inputs`
makes tables for the person index of them; `signature_changes` makes the nights that follow.

Every sender is written for itself: the sender is a part of a signature, so no two share one.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from hub.catalogue import DocumentType, Format, SchemaVersion
from hub.conforming.values import birth_date_of_id, open_digits_of_id, sex_of_id
from sources.country.nights import Source
from sources.country.noise import NoiseRates
from sources.country.rendering.calendar import plan_first_night
from sources.country.rendering.contents import Telling, fill_plan
from sources.country.rendering.own_columns import People
from sources.country.rendering.selection import add_rows, index_carriers
from sources.country.signature_changes import change_signatures, plan_night
from sources.country.signature_values import VALUES, with_signature_ids
from sources.registry import load_catalogue

FIRST_NIGHT = dt.date(2026, 3, 31)
REGISTERS = ("I01-F01-", "I01-F02-", "I04-F05-")
"""Document types that decide whom a number belongs to: residents, households, foreigners."""

_ALIASES = (
    ("F01", "previous_national_id", "national_id"),
    ("F05", "foreign_id", "new_national_id"),
)
"""Family, column of the old and column of the new number of one person."""


@dataclass(frozen=True, slots=True)
class SimulatedSignatures:
    """What the hub would hold after each night, and whom it is about.

    Attributes:
        signatures: for each night a row a signature: signature_id (UInt64), national_id,
            full_name, birth_date, sex, nationality, address, phone, institution_group, row_count,
            is_register. National IDs are open here.
        truths: for each night (signature_id, person_number); a signature that several people
            share has a row for each.
        number_alias: (old_id, new_id): numbers that a register says were changed.
    """

    signatures: tuple[pl.DataFrame, ...]
    truths: tuple[pl.DataFrame, ...]
    number_alias: pl.DataFrame


def simulate_signatures(
    country: Source,
    seed: int,
    *,
    nights: int = 1,
    changed_per_night_ppm: int = 10_000,
    first_night: dt.date = FIRST_NIGHT,
) -> SimulatedSignatures:
    """Return the signatures of `country` for `nights` nights, as `write_signatures` writes them."""
    with tempfile.TemporaryDirectory(prefix="signatures-") as scratch:
        folder = Path(scratch)
        write_signatures(
            country,
            seed,
            folder,
            nights=nights,
            changed_per_night_ppm=changed_per_night_ppm,
            first_night=first_night,
        )
        places = [folder / f"night-{number}" for number in range(1, nights + 1)]
        return SimulatedSignatures(
            tuple(pl.read_parquet(place / "signature-*.parquet") for place in places),
            tuple(pl.read_parquet(place / "truth-*.parquet") for place in places),
            pl.read_parquet(folder / "number_alias.parquet"),
        )


def write_signatures(
    country: Source,
    seed: int,
    folder: Path,
    *,
    nights: int = 1,
    changed_per_night_ppm: int = 10_000,
    first_night: dt.date = FIRST_NIGHT,
    document_types: Collection[str] | None = None,
) -> None:
    """Write `night-<n>/signature-<sender>.parquet` and `truth-<sender>.parquet` for each night.

    Every night is whole. The first is what the senders tell on `first_night`; on each later one
    about `changed_per_night_ppm` of a million signatures are new, changed or gone.
    `number_alias.parquet` (old_id, new_id) holds for all nights.

    Args:
        country: the simulated country.
        seed: of all draws; the same arguments give the same files.
        folder: where to write; it should be empty.
        nights: how many, the first included.
        changed_per_night_ppm: rate of change.
        first_night: the day of the first night.
        document_types: codes of the types that describe people; all of them by default.
    """
    people = country.persons().height
    with tempfile.TemporaryDirectory(prefix="told-", dir=_made(folder)) as scratch:
        told: dict[str, list[Path]] = defaultdict(list)
        aliases = [pl.DataFrame(schema={"old_id": pl.String, "new_id": pl.String})]
        for document, version, facts in told_facts(country, seed, first_night, document_types):
            path = Path(scratch) / f"{document.code}.parquet"
            described_people(document, version, facts).write_parquet(path, compression="lz4")
            told[document.institution].append(path)
            aliases += _aliases(document, version, facts)
        pl.concat(aliases).unique().sort("old_id", "new_id").write_parquet(
            folder / "number_alias.parquet"
        )
        for institution in sorted(told):
            signatures, truth = _signatures_of(pl.scan_parquet(told[institution]), institution)
            _write_sender(_made(folder / "night-1"), institution, signatures, truth)
    for number in range(2, nights + 1):
        before, after = folder / f"night-{number - 1}", _made(folder / f"night-{number}")
        night = plan_night(
            pl.scan_parquet(before / "signature-*.parquet"),
            pl.scan_parquet(before / "truth-*.parquet"),
            seed,
            first_night + dt.timedelta(days=number - 1),
            changed_per_night_ppm,
            people * number,
        )
        for institution in sorted(told):
            signatures, truth = change_signatures(
                pl.read_parquet(before / f"signature-{institution}.parquet"),
                pl.read_parquet(before / f"truth-{institution}.parquet"),
                night,
            )
            _write_sender(after, institution, signatures, truth)


def _write_sender(
    night: Path, institution: str, signatures: pl.DataFrame, truth: pl.DataFrame
) -> None:
    signatures.write_parquet(night / f"signature-{institution}.parquet")
    truth.write_parquet(night / f"truth-{institution}.parquet")


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def told_facts(
    country: Source,
    seed: int,
    first_night: dt.date,
    document_types: Collection[str] | None = None,
) -> Iterator[tuple[DocumentType, SchemaVersion, pl.DataFrame]]:
    """Yield what each document type tells on the first night, noise included, family by family.

    The version lacks the senders' own columns, which describe nobody.
    """
    catalogue = load_catalogue()
    planted = country.planted()
    concerned = [
        planted[name].cast(pl.Int64).alias("person_number")
        for name in planted.columns
        if name.endswith("person_number")
    ]
    numbers = pl.concat([pl.Series("person_number", [], dtype=pl.Int64), *concerned])
    whole = Telling(
        catalogue, {}, {}, People(country.persons()), seed, first_night, NoiseRates()
    )  # fmt: skip
    for family in catalogue.families.values():
        types = [
            document
            for document in catalogue.by_family[family.code]
            if document_types is None or document.code in document_types
        ]
        if family.person_column is None or not types:
            continue
        facts = add_rows(country.facts(family.code), numbers.drop_nulls().unique())
        telling = replace(whole, facts={family.code: facts}, carried=index_carriers(facts))
        for plan in plan_first_night(types, first_night, seed):
            version = plan.document.version_on(first_night)
            shared = tuple(column for column in version.columns if not column.is_own)
            version = replace(version, columns=shared)
            rows = fill_plan(telling, plan, version)
            if rows.height:
                yield plan.document, version, rows


def described_people(
    document: DocumentType, version: SchemaVersion, facts: pl.DataFrame
) -> pl.DataFrame:
    """Return the distinct descriptions in a file: `VALUES`, is_register, person_number, row_count.

    As in the hub, a masked number gives no number but its birth date and sex, a number gives both
    where the sender has no column for them, and a row that names nobody is left out.
    """
    family = load_catalogue().families[document.family]
    person, name = family.person_column, family.person_name_column
    column = version.by_canonical(person) if person else None
    number = pl.col("_number")
    facts = facts.with_columns(
        (pl.col(str(person)) if column else pl.lit(None, pl.String)).alias("_number")
    )

    def told(canonical: str, dtype: pl.DataType) -> pl.Expr:
        known = version.by_canonical(canonical) is not None and canonical in facts.columns
        return pl.col(canonical).cast(dtype) if known else pl.lit(None, dtype)

    is_masked = column is not None and column.format is Format.ID_MASKED
    birth = birth_date_of_id(open_digits_of_id(number))
    sex = sex_of_id(open_digits_of_id(number), birth)
    described = facts.select(
        (pl.lit(None, pl.String) if is_masked else number).alias("national_id"),
        (told(name, pl.String()) if name else pl.lit(None, pl.String)).alias("full_name"),
        pl.coalesce(told("birth_date", pl.Date()), birth).alias("birth_date"),
        pl.coalesce(told("sex", pl.String()), sex).alias("sex"),
        told("nationality", pl.String()).alias("nationality"),
        told("address", pl.String()).alias("address"),
        pl.lit(document.code.startswith(REGISTERS)).alias("is_register"),
        pl.col("person_number").cast(pl.Int64),
    )
    named = described.filter(
        pl.col("national_id").is_not_null() | pl.col("full_name").is_not_null()
    )
    return named.group_by(pl.all()).agg(pl.len().cast(pl.Int64).alias("row_count"))


def _aliases(
    document: DocumentType, version: SchemaVersion, facts: pl.DataFrame
) -> list[pl.DataFrame]:
    return [
        facts.select(pl.col(old).alias("old_id"), pl.col(new).alias("new_id"))
        .drop_nulls()
        .filter(pl.col("old_id") != pl.col("new_id"))
        for family, old, new in _ALIASES
        if document.family == family and version.by_canonical(old) and version.by_canonical(new)
    ]


def _signatures_of(told: pl.LazyFrame, institution: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the signatures of a sender's files, and whom they are about, by signature."""
    described = told.collect().with_columns(
        pl.lit(institution).alias("institution_group"), pl.lit(None, pl.String).alias("phone")
    )
    described = with_signature_ids(described)
    truth = (
        described.select("signature_id", "person_number")
        .drop_nulls()
        .unique()
        .sort("signature_id", "person_number")
    )
    signatures = described.group_by("signature_id").agg(
        pl.col(*VALUES, "phone", "institution_group").first(),
        pl.col("row_count").sum(),
        pl.col("is_register").any(),
    )
    return signatures.sort("signature_id"), truth
