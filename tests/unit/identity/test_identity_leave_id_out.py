"""Hiding numbers and linking again, with linkers simple enough to know what they find."""

from __future__ import annotations

import polars as pl
import pytest

from hub.identity.leave_id_out import compare_hidden, draw_permille, hide_numbers, leave_id_out

RECORDS = pl.DataFrame(
    {
        "record_id": [f"r{place}" for place in range(400)],
        "national_id": [f"N{place // 4}" for place in range(400)],
        "full_name": [f"NAME {place // 4}" for place in range(400)],
    }
)
SUPPORTED = RECORDS.filter(pl.int_range(pl.len()) < 300).select("record_id", number="national_id")


def link_by(column):
    def link(records):
        return records.select(
            "record_id", person_id=pl.coalesce(column, pl.format("alone {}", "record_id"))
        )

    return link


def test_only_a_sampled_share_of_supported_records_loses_the_number():
    hidden, truth = hide_numbers(RECORDS, SUPPORTED, 250, seed=1)
    assert hidden.drop("national_id").equals(RECORDS.drop("national_id"))
    lost = set(hidden.filter(pl.col("national_id").is_null())["record_id"])
    assert lost == set(truth.filter("is_hidden")["member"])
    assert lost <= set(SUPPORTED["record_id"])
    assert 45 <= len(lost) <= 105
    assert not set(truth.cast(pl.String)["truth"]) & set(RECORDS["national_id"])


def test_hiding_depends_on_the_record_and_the_seed_alone():
    _, truth = hide_numbers(RECORDS, SUPPORTED, 250, seed=1)
    _, shuffled = hide_numbers(
        RECORDS.sample(fraction=1, shuffle=True, seed=3), SUPPORTED.reverse(), 250, seed=1
    )
    assert shuffled.sort("member").equals(truth.sort("member"))
    _, other = hide_numbers(RECORDS, SUPPORTED, 250, seed=2)
    assert not other.equals(truth)


def test_the_draw_is_fnv_and_splitmix_on_any_machine():
    # It is part of what a published figure means, so it is written down twice.
    def slowly(text, seed):
        drawn = 0xCBF29CE484222325
        for byte in text.encode():
            drawn = (drawn ^ byte) * 0x100000001B3 % 2**64
        drawn ^= seed * 0x9E3779B97F4A7C15 % 2**64
        for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
            drawn = (drawn ^ drawn >> shift) * factor % 2**64
        return (drawn ^ drawn >> 31) % 1000

    texts = ["r0", "a longer record", "가나", ""]
    assert draw_permille(pl.Series(texts), 7).tolist() == [slowly(text, 7) for text in texts]
    assert draw_permille(pl.Series([], dtype=pl.String), 7).tolist() == []


def test_the_ends_of_the_range():
    assert hide_numbers(RECORDS, SUPPORTED, 0, 1)[1]["is_hidden"].sum() == 0
    assert hide_numbers(RECORDS, SUPPORTED, 1000, 1)[1]["is_hidden"].sum() == 300
    with pytest.raises(ValueError, match="permille"):
        hide_numbers(RECORDS, SUPPORTED, 1001, 1)
    with pytest.raises(ValueError, match="'token' is absent"):
        hide_numbers(RECORDS, SUPPORTED, 10, 1, number_columns=("token",))


def test_a_shared_record_keeps_its_number_and_is_left_out():
    shared = pl.concat([SUPPORTED, pl.DataFrame({"record_id": ["r0"], "number": ["N50"]})])
    hidden, truth = hide_numbers(RECORDS, shared, 1000, 1)
    assert hidden.filter(pl.col("record_id") == "r0")["national_id"].to_list() == ["N0"]
    assert compare_hidden(link_by("full_name")(hidden), truth).records == 299


def test_a_linker_that_knows_names_finds_everybody_and_one_that_needs_numbers_nobody():
    groups = SUPPORTED.select(
        member="record_id",
        half=pl.when(pl.int_range(pl.len()) < 150).then(pl.lit("first")).otherwise(pl.lit("rest")),
    )
    by_name, by_number = (
        leave_id_out(RECORDS, SUPPORTED, link_by(column), permille=500, seed=1, groups=groups)
        for column in ("full_name", "national_id")
    )
    assert by_name.by_group["group"].to_list() == ["everybody", "first", "rest"]
    assert by_name.by_group["f1"].to_list() == [1, 1, 1]
    assert by_name.by_group["members"][0] == by_name.hidden_records
    assert by_name.b_cubed.f1 == 1
    assert by_name.person_count.error == 0
    # Records that kept their number are linked all the same, which is no merit.
    assert by_number.by_group["recall"].to_list() == [0, 0, 0]
    assert by_number.by_group["precision"].to_list() == [None, None, None]
    assert by_number.person_count.error > 0
