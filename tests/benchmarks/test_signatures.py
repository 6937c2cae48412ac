"""Simulated signatures: what the rendered night would give, tokens instead of IDs, calm nights."""

import datetime as dt

import duckdb
import polars as pl
import pytest

from pipelines.benchmarks.index_inputs import standard_records, write_index_inputs
from sources.country.nights import PopulatedCountry, render_nights
from sources.country.signature_changes import change_signatures
from sources.country.signature_values import with_signature_ids
from sources.country.signatures import simulate_signatures
from sources.registry import load_catalogue
from warehouse.vault import IdTokeniser

NIGHT = dt.date(2026, 3, 31)
SEED = 7
CATALOGUE = load_catalogue()
PLAIN_TEXT = ("I02-F03-06", "I23-F19-03", "I24-F19-05", "I24-F32-04", "I25-F32-06")
"""UTF-8 CSV types with columns for the number and the name."""


@pytest.fixture(scope="module")
def country():
    return PopulatedCountry(300, SEED, NIGHT)


@pytest.fixture(scope="module")
def simulated(country):
    return simulate_signatures(country, SEED, nights=2, changed_per_night_ppm=50_000)


def test_most_signatures_have_number_name_birth_date_and_sex(simulated):
    (first, _) = simulated.signatures
    whole = first.drop_nulls(["national_id", "full_name", "birth_date", "sex"])
    assert 0.8 < whole.height / first.height < 0.98
    assert first.filter(pl.col("national_id").is_null() & pl.col("full_name").is_null()).is_empty()
    assert first["is_register"].any()
    assert first["signature_id"].is_unique().all()


def test_truth_names_only_known_signatures_and_everybody_living_is_told_of(simulated, country):
    first, truth = simulated.signatures[0], simulated.truths[0]
    assert set(truth["signature_id"]) == set(first["signature_id"])
    assert truth["person_number"].n_unique() > 0.95 * country.persons().height


def test_a_number_that_is_not_ones_own_is_rare(simulated, country):
    told = simulated.signatures[0].join(simulated.truths[0], on="signature_id")
    own = told.join(
        country.persons().select(pl.col("person_number").cast(pl.Int64), own="national_id"),
        on="person_number",
    )
    numbered = own.drop_nulls("national_id")
    slipped = numbered.filter(pl.col("national_id") != pl.col("own")).height / numbered.height
    assert 0 < slipped < 0.02


def test_rendered_rows_describe_people_in_the_same_way(simulated, country, tmp_path):
    render_nights(
        country, SEED, NIGHT, 1, tmp_path / "nights", tmp_path / "truth",
        faults=False, bad_rows=False, document_types=PLAIN_TEXT,
    )  # fmt: skip
    told = set(
        simulated.signatures[0]
        .select("institution_group", "national_id", "full_name")
        .iter_rows()
    )  # fmt: skip
    delivered = set()
    for code in PLAIN_TEXT:
        document = CATALOGUE.documents[code]
        (file,) = (tmp_path / "nights").rglob(f"{code}*")
        version = document.version_on(NIGHT)
        rows = pl.read_csv(file, infer_schema=False).select(
            pl.lit(document.institution),
            pl.col(version.by_canonical("national_id").name).str.replace_all("-", ""),
            pl.col(version.by_canonical("full_name").name),
        )
        delivered |= set(rows.iter_rows())
    # Counts, so that no number is ever printed.
    people, strangers = len(delivered), len(delivered - told)
    assert people > 50
    assert strangers == 0


def test_the_next_night_changes_a_little_and_keeps_the_truth(simulated, country):
    before, after = simulated.signatures
    kept = before.join(after, on="signature_id", how="semi")
    added = after.join(before, on="signature_id", how="anti")
    assert 0.97 * before.height < kept.height < before.height
    assert 0.02 * before.height < added.height < 0.06 * before.height
    truth = simulated.truths[1]
    assert set(truth["signature_id"]) == set(after["signature_id"])
    # The people of added signatures are those of the night before, or newborn.
    told = added.join(truth, on="signature_id")
    newborn = told.filter(pl.col("person_number") >= country.persons().height)
    assert (newborn["birth_date"] == NIGHT + dt.timedelta(days=1)).all()


def register(rows):
    frame = pl.DataFrame(
        {
            "national_id": [f"900101{row:07d}" for row in range(rows)],
            "full_name": ["김민수"] * rows,
            "birth_date": [dt.date(1990, 1, 1)] * rows,
            "sex": ["male"] * rows,
            "nationality": pl.Series([None] * rows, dtype=pl.String),
            "address": [f"서울특별시 종로구 종로 {row}" for row in range(rows)],
            "institution_group": ["I01"] * rows,
            "phone": pl.Series([None] * rows, dtype=pl.String),
            "row_count": pl.Series([1] * rows, dtype=pl.Int64),
            "is_register": [True] * rows,
        }
    )
    return with_signature_ids(frame)


def test_whoever_moves_leaves_the_old_address():
    signatures = register(400)
    truth = pl.DataFrame({"signature_id": signatures["signature_id"], "person_number": range(400)})
    after, told = change_signatures(
        signatures, truth, SEED, NIGHT + dt.timedelta(days=1), 1_000_000, 1_000
    )
    left = signatures.join(after, on="signature_id", how="anti")
    assert 0.6 < left.height / 400 < 0.9
    born = told.filter(pl.col("person_number") >= 1_000)
    assert 0 < born.height < 40
    assert set(told["signature_id"]) == set(after["signature_id"])


def test_equal_content_has_an_equal_number():
    one = register(3)
    again = with_signature_ids(one.drop("signature_id").reverse())
    assert again["signature_id"].to_list() == one["signature_id"].reverse().to_list()
    elsewhere = with_signature_ids(one.with_columns(institution_group=pl.lit("I02")))
    assert not set(elsewhere["signature_id"]) & set(one["signature_id"])


def test_index_inputs_have_tokens_and_no_number(tmp_path):
    inputs = write_index_inputs(60, SEED, tmp_path, nights=1)
    (tables,) = inputs.nights
    persons = PopulatedCountry(60, SEED, NIGHT).persons()
    tokens = IdTokeniser(inputs.root_key).tokens(persons["national_id"]).bin.encode("hex")
    with duckdb.connect() as connection:
        told = connection.sql(
            f"SELECT replace(national_id_token::VARCHAR, '-', '') AS token FROM '{tables}/signature.parquet'"
        ).pl()["token"]
    known = len(set(told.drop_nulls()) & set(tokens))
    assert known > 0.9 * persons.height
    digits = set(persons["national_id"])
    for file in tmp_path.rglob("*.parquet"):
        for column in pl.read_parquet(file).select(pl.col(pl.String)).iter_columns():
            open_ids = len(digits & set(column))
            assert open_ids == 0, f"{file.name}: open national IDs in {column.name}"
    registered = pl.read_parquet(tables / "register_signature.parquet")
    assert 0 < registered.height < told.len()
    records = standard_records(tables)
    assert records.height == told.len()
    assert records["number"].null_count() == told.null_count()
    assert records.filter(pl.col("family_key").is_not_null()).height > 0.9 * told.len()
