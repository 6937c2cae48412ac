"""Simulated signatures: what the rendered night would give, tokens instead of IDs, calm nights."""

import datetime as dt

import duckdb
import polars as pl
import pytest

from pipelines.benchmarks import index_inputs
from pipelines.benchmarks.index_inputs import (
    settle_region,
    standard_records,
    write_index_inputs,
)
from sources.country.nights import PopulatedCountry, render_nights
from sources.country.signature_changes import change_signatures, plan_night
from sources.country.signature_values import with_signature_ids
from sources.country.signatures import simulate_signatures, write_signatures
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


def changed(simulated):
    """Return the new and the ended pairs of signature and person, with the signature's values."""
    (before, after), (truth, new_truth) = simulated.signatures, simulated.truths
    new = new_truth.join(truth, on=truth.columns, how="anti").join(after, on="signature_id")
    ended = truth.join(new_truth, on=truth.columns, how="anti").join(before, on="signature_id")
    return new, ended


def test_the_next_night_changes_as_much_as_was_asked(simulated):
    before = simulated.signatures[0]
    pair = ["person_number", "institution_group"]
    new, ended = (frame.group_by(pair).len() for frame in changed(simulated))
    both = new.join(ended, on=pair, how="full", coalesce=True, suffix="_ended").fill_null(0)
    # A moved signature is ended and new; it is one change.
    changes = both.select(pl.max_horizontal("len", "len_ended").sum()).item()
    assert changes / before.height == pytest.approx(0.05, rel=0.2)


def test_the_truth_of_the_next_night_knows_all_signatures_and_the_newborn(simulated, country):
    after, truth = simulated.signatures[1], simulated.truths[1]
    assert set(truth["signature_id"]) == set(after["signature_id"])
    newborn = truth.filter(pl.col("person_number") >= country.persons().height).join(
        after, on="signature_id"
    )
    assert newborn.height
    assert (newborn["birth_date"] == NIGHT + dt.timedelta(days=1)).all()


def test_most_new_signatures_are_written_as_some_sender_wrote_the_person_before(simulated):
    before = simulated.signatures[0].join(simulated.truths[0], on="signature_id")
    written = ["person_number", "national_id", "full_name", "birth_date", "sex", "address"]
    new, _ = changed(simulated)
    met = new.join(before, on=written, how="semi", nulls_equal=True)
    assert 0.4 < met.height / new.height < 0.7
    # And by a sender that did not know them, unless another order of a name happens to be another's.
    known = met.join(before, on=["person_number", "institution_group"], how="semi")
    assert known.height < 0.05 * met.height
    named = before.select("person_number", "full_name").unique()
    respelt = new.join(named, on=["person_number", "full_name"], how="anti")
    assert 0.05 < respelt.height / new.height < 0.25


def test_whoever_moves_has_one_new_address_at_every_sender(simulated):
    new, ended = changed(simulated)
    before = simulated.signatures[0].join(simulated.truths[0], on="signature_id")
    addressed = before.drop_nulls("address")
    moved = (
        new.drop_nulls("address")
        .join(addressed, on=["person_number", "address"], how="anti")
        .group_by("person_number")
        .agg(addresses=pl.col("address").n_unique(), senders=pl.col("institution_group").n_unique())
    )
    assert (moved["addresses"] == 1).all()
    assert moved.filter(pl.col("senders") > 1).height > 2
    # No sender keeps an address of theirs.
    kept = addressed.join(moved, on="person_number", how="semi")
    assert kept.join(ended, on=["person_number", "signature_id"], how="anti").is_empty()


def test_the_same_seed_gives_the_same_nights(simulated, country):
    again = simulate_signatures(country, SEED, nights=2, changed_per_night_ppm=50_000)
    assert again.signatures[1].equals(simulated.signatures[1])
    assert again.truths[1].equals(simulated.truths[1])


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


def next_night(signatures, truth, changed_ppm):
    night = plan_night(
        signatures.lazy(), truth.lazy(), SEED, NIGHT + dt.timedelta(days=1), changed_ppm, 1_000
    )
    return change_signatures(signatures, truth, night)


def test_a_register_forgets_nobody_and_tells_of_births():
    signatures = register(400)
    truth = pl.DataFrame({"signature_id": signatures["signature_id"], "person_number": range(400)})
    after, told = next_night(signatures, truth, 1_000_000)
    assert set(range(400)) <= set(told["person_number"])
    left = signatures.join(after, on="signature_id", how="anti")
    # All of them have an address: 30 of 100 changes are moves.
    assert 0.2 < left.height / 400 < 0.4
    assert 0 < told.filter(pl.col("person_number") >= 1_000).height < 40
    assert set(told["signature_id"]) == set(after["signature_id"])


def test_a_signature_that_two_people_share_stays_with_the_one_who_stays():
    signatures = register(400)
    shared = pl.concat([signatures["signature_id"], signatures["signature_id"]])
    truth = pl.DataFrame({"signature_id": shared, "person_number": range(800)})
    after, told = next_night(signatures, truth, 500_000)
    of = told.join(truth, on="person_number", suffix="_before")
    moved = of.filter(pl.col("signature_id") != pl.col("signature_id_before"))
    stayed = of.filter(pl.col("signature_id") == pl.col("signature_id_before"))
    parted = moved.join(stayed, left_on="signature_id_before", right_on="signature_id", how="semi")
    assert parted.height > 20
    assert set(stayed["signature_id"]) <= set(after["signature_id"])


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


def test_a_country_of_regions_gives_each_number_to_one_person(tmp_path, monkeypatch):
    monkeypatch.setattr(index_inputs, "PEOPLE_OF_A_REGION", 80)
    inputs = write_index_inputs(150, SEED, tmp_path, nights=2)
    for tables, truth in zip(inputs.nights, inputs.truths, strict=True):
        signatures = pl.scan_parquet(tables / "signature.parquet")
        told = signatures.select("signature_id", "institution_group").collect()
        assert told["signature_id"].is_sorted()
        assert told["signature_id"].n_unique() == told.height
        people = pl.read_parquet(truth)
        assert set(people["signature_id"]) <= set(told["signature_id"])
        regions = people["person_number"] // index_inputs.NUMBERS_OF_A_REGION
        assert set(regions) == {0, 1}


def test_people_whose_number_another_region_gave_are_left_out_with_all_that_is_said(tmp_path):
    write_signatures(PopulatedCountry(60, SEED, NIGHT), SEED, tmp_path, nights=2)
    files = tmp_path / "night-1" / "signature-*.parquet"
    truths = tmp_path / "night-*" / "truth-*.parquet"
    before = pl.read_parquet(files)
    given = before["national_id"].drop_nulls().unique().sort().head(5)
    people = before.filter(pl.col("national_id").is_in(given.implode())).join(
        pl.read_parquet(tmp_path / "night-1" / "truth-*.parquet"), on="signature_id"
    )
    every = settle_region(tmp_path, 3, given)
    after = pl.read_parquet(files)
    assert not set(after["national_id"].drop_nulls()) & set(given)
    assert after.height < before.height
    assert set(every) == set(given) | set(after["national_id"].drop_nulls())
    numbers = set(pl.read_parquet(truths)["person_number"])
    first = 3 * index_inputs.NUMBERS_OF_A_REGION
    assert not {number - first for number in numbers} & set(people["person_number"])
