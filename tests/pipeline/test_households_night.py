"""Households of two whole nights against the truth: who belongs to which family, and who has no unit."""

from __future__ import annotations

import json

import polars as pl
import pytest
from typer.testing import CliRunner

from pipelines.household_commands import households_app
from warehouse.releases import open_release


def read(release, table):
    return pl.read_parquet(release.table(table))


@pytest.fixture(scope="module")
def known_people(whole_nights, release):
    """Who each person of the resident register is in truth: truth's columns and `person_id`."""
    row = pl.read_parquet(whole_nights / "truth/*/row.parquet").filter(
        pl.col("document_type") == "I01-F02-01"
    )
    files = read(release, "delivery").select("delivery_id", "file_name")
    told = read(release, "f02_resident_household_address").select(
        "delivery_id", "line", "signature_id"
    )
    index = read(release, "person_index").select("signature_id", "person_id")
    persons = pl.read_parquet(whole_nights / "truth/person.parquet")
    return (
        row.join(files, on="file_name")
        .join(told, on=["delivery_id", "line"])
        .join(index, on="signature_id")
        .select("person_number", "person_id")
        .unique()
        .join(persons, on="person_number")
    )


def test_students_and_spouses_apart_are_in_the_unit_of_their_family(release, known_people):
    unit = read(release, "assistance_unit_member").select(
        "person_id", "household_id", "reason", "is_counted"
    )
    placed = known_people.join(unit, on="person_id")
    apart = placed.filter(pl.col("lives_apart").is_not_null())
    assert apart.height > 0
    # Parents who are away themselves take nobody in.
    home = placed.filter(pl.col("lives_apart").is_null(), "is_counted").select(
        "family_household_number", home="household_id"
    )
    compared = apart.join(home.unique(), on="family_household_number")
    at_home = (pl.col("household_id") == pl.col("home")).any().over("person_id") | (
        pl.col("reason") == "own_income"
    )
    assert compared.height > 0
    assert compared.filter(~at_home).is_empty()


def test_everybody_is_counted_once_in_each_kind_of_unit(release):
    people = read(release, "person").height
    coverage = read(release, "household_coverage")
    assert set(coverage.group_by("unit_family").agg(pl.col("people").sum())["people"]) == {people}
    assigned = coverage.filter(pl.col("is_assigned"), pl.col("unit_family") == "basic_livelihood")[
        "people"
    ].sum()
    assert assigned == read(release, "assistance_unit_member").height
    assert assigned > 0.9 * people


def test_a_second_night_keeps_ids_and_adds_events(layout, release):
    before = open_release(layout, "r000001")
    events, earlier = read(release, "unit_event"), read(before, "unit_event")
    assert (
        events.filter(pl.col("night") == before.night).sort(pl.all()).equals(earlier.sort(pl.all()))
    )
    units = read(release, "unit_name").join(
        read(before, "unit_name"), on=["unit_family", "member"], suffix="_before"
    )
    same = units.filter(pl.col("unit_id") == pl.col("unit_id_before")).height
    assert same > 0.95 * units.height
    history = read(release, "unit_membership")
    assert history.filter(recorded_from=before.night).height > 0


def test_every_membership_of_a_register_names_its_record(release):
    open_rows = read(release, "unit_membership").filter(
        pl.col("recorded_to").is_null(),
        pl.col("unit_family").is_in(["registered_household", "dwelling", "basic_livelihood"]),
    )
    assert open_rows["delivery_id"].null_count() == 0


def test_the_command_shows_a_person_and_a_unit(layout, release, monkeypatch):
    monkeypatch.setenv("HUB_HOME", str(layout.home))
    member = read(release, "assistance_unit_member").filter("is_counted").row(0, named=True)
    run = CliRunner().invoke
    shown = json.loads(run(households_app, ["show", member["person_id"], "--json"]).stdout)
    own = [
        row
        for row in shown
        if (row["person_id"], row["unit_family"]) == (member["person_id"], "basic_livelihood")
    ]
    assert [row["unit_id"] for row in own] == [member["household_id"]]
    assert own[0]["delivery_id"]
    tree = run(households_app, ["show", member["household_id"]])
    assert tree.exit_code == 0
    assert "basic_livelihood" in tree.stdout
    unknown = run(households_app, ["show", "H000000000X"])
    assert unknown.exit_code == 1
    early = run(households_app, ["show", member["person_id"], "--known-at", "2020-01-01"])
    assert early.exit_code == 1
    coverage = run(households_app, ["coverage", "--json"])
    assert {row["unit_family"] for row in json.loads(coverage.stdout)} >= {"dwelling", "child"}
