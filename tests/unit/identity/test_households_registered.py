"""Who lives in which registered household on 30 April 2026, and what becomes of its ID."""

from __future__ import annotations

import polars as pl
import pytest

from pipelines.steps.households import build_households, no_stays

KEY = b"test key"
NAMES = {"1": "FATHER", "2": "MOTHER", "3": "SON", "4": "LODGER"}


@pytest.fixture
def households_of(bench_of, read_table, read_residences):
    """Build households from rows of the register; person P1 has signature 1, and so on."""

    def build(text, previous=None, sequence=0, deaths=None):
        bench = bench_of(f02_resident_household_address=read_residences(text))
        numbers = list(NAMES)
        index = pl.DataFrame({"signature_id": numbers, "person_id": [f"P{n}" for n in numbers]})
        bench.add("person_index", index.with_columns(pl.col("signature_id").cast(pl.UInt64)))
        tokens = read_table("who_token\n" + "\n".join(NAMES.values())).to_series()
        bench.connection.register("tokens", pl.DataFrame({"t": tokens, "p": index["person_id"]}))
        bench.build_from(
            "person_token", "SELECT t::UUID AS national_id_token, p AS person_id FROM tokens"
        )
        died = deaths or {}
        people = index.select(
            "person_id",
            is_foreign=pl.lit(value=False),
            death_date=pl.Series(
                [died.get(f"P{n}") for n in numbers], dtype=pl.String
            ).str.to_date(),
        )
        bench.add("person", people)
        result = build_households(
            bench, no_stays() if previous is None else previous, sequence, KEY
        )
        return bench, result

    return build


FAMILY = """
    document   | id | household_no | head_national_id_token | relation_to_head | moved_in_on
    I01-F02-01 | 1  | A            | FATHER                 | head             | 2020-01-01
    I01-F02-01 | 2  | A            | FATHER                 | spouse           | 2020-01-01
    I01-F02-01 | 3  | A            | FATHER                 | child            | 2021-05-05
"""


def current(bench):
    return bench.connection.sql(
        """
        SELECT string_agg(m.person_id, ' ' ORDER BY m.person_id), any_value(h.head_person_id)
        FROM household_member AS m JOIN household AS h USING (household_id)
        WHERE m.valid_to IS NULL OR m.valid_to >= DATE '2026-04-30'
        GROUP BY household_id ORDER BY 1
        """
    ).fetchall()


def household_ids(bench):
    return dict(
        bench.connection.sql(
            """
            SELECT person_id, household_id FROM household_member
            WHERE valid_to IS NULL OR valid_to >= DATE '2026-04-30'
            """
        ).fetchall()
    )


def test_a_family_is_one_household(households_of):
    bench, result = households_of(FAMILY)
    assert current(bench) == [("P1 P2 P3", "P1")]
    assert bench.value("SELECT size FROM household") == 3
    assert result.coverage == {"member": 3, "not_in_register": 1}


def test_who_moves_out_belongs_to_the_later_household(households_of):
    bench, _ = households_of(FAMILY + "    I01-F02-03 | 3 | B | SON | | 2026-04-10\n")
    assert current(bench) == [("P1 P2", "P1"), ("P3", "P3")]
    earlier = bench.frame("SELECT * FROM household_member WHERE valid_to IS NOT NULL")
    assert earlier.select(pl.col("valid_to").cast(pl.String)).rows() == [("2026-04-09",)]
    conflict = bench.frame("SELECT person_id, reason FROM household_conflict").rows()
    assert conflict == [("P3", "superseded")]


def test_two_households_in_one_file_are_a_conflict_that_is_kept(households_of):
    bench, _ = households_of(FAMILY + "    I01-F02-01 | 2 | B | MOTHER | head | 2022-01-01\n")
    assert current(bench) == [("P1 P3", "P1"), ("P2", "P2")]
    row = bench.frame(
        "SELECT person_id, reason, kept_household_id, other_household_id FROM household_conflict"
    ).row(0)
    ids = household_ids(bench)
    assert row == ("P2", "double_registration", ids["P2"], ids["P1"])


def test_a_household_told_on_the_same_day_is_settled_by_the_later_delivery(households_of):
    bench, _ = households_of("""
        document   | id | household_no | head_national_id_token | relation_to_head | moved_in_on | made_at
        I01-F02-01 | 1  | A            | FATHER                 | head             | 2020-01-01  | 2026-04-02
        I01-F02-01 | 2  | A            | FATHER                 | spouse           | 2020-01-01  | 2026-04-02
        I01-F02-04 | 2  | B            | MOTHER                 | head             | 2020-01-01  | 2026-04-20
    """)
    assert current(bench) == [("P1", "P1"), ("P2", "P2")]
    assert bench.value("SELECT count(*) FROM household_conflict") == 1


def test_the_dead_leave_their_household(households_of):
    bench, result = households_of(FAMILY, deaths={"P1": "2026-04-15"})
    assert [row[0] for row in current(bench)] == ["P2 P3"]
    assert result.coverage["dead"] == 1


def test_who_is_struck_off_has_no_household(households_of):
    bench, result = households_of("""
        document   | id | household_no | relation_to_head | moved_in_on | moved_out_on | registration_status
        I01-F02-01 | 1  | A            | head             | 2020-01-01  |              | resident
        I01-F02-06 | 1  |              |                  |             | 2026-03-01   | cancelled_emigration
        I01-F02-05 | 2  |              |                  |             | 2026-01-01   | unknown_residence
    """)
    assert current(bench) == []
    assert result.coverage == {
        "not_in_register": 2,
        "registration_cancelled": 1,
        "unknown_residence": 1,
    }


def test_a_renumbered_household_keeps_its_id(households_of):
    first_bench, first = households_of(FAMILY)
    bench, again = households_of(FAMILY.replace("| A ", "| Z "), first.members, 1)
    assert household_ids(bench) == household_ids(first_bench)
    assert again.events.is_empty()


def test_a_split_household_keeps_its_id_where_most_stay(households_of):
    first_bench, first = households_of(FAMILY)
    split = FAMILY.replace(
        "3  | A            | FATHER                 | child", "3 | B | SON | head"
    )
    bench, again = households_of(split, first.members, first.next_sequence)
    before, after = household_ids(first_bench), household_ids(bench)
    assert (after["P1"], after["P2"]) == (before["P1"], before["P2"])
    assert after["P3"] != before["P3"]
    assert again.events["kind"].to_list() == ["created", "split"]


def test_a_family_that_moves_leaves_the_old_household_in_the_history(households_of):
    first_bench, first = households_of(FAMILY)
    moved = FAMILY + "".join(
        f"    I01-F02-03 | {n} | B | FATHER | | 2026-04-10\n" for n in (1, 2, 3)
    )
    bench, _ = households_of(moved, first.members, first.next_sequence)
    old = set(household_ids(first_bench).values())
    assert old.isdisjoint(household_ids(bench).values())
    assert (
        bench.value(f"SELECT count(*) FROM household_member WHERE household_id = '{old.pop()}'")
        == 3
    )
    assert current(bench) == [("P1 P2 P3", "P1")]
