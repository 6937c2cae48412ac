"""Who is this: the look-up's weights are the index's, and it finds whom the index knows."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import duckdb
import polars as pl
import pytest

from hub.identity import look_up as module
from hub.identity.blocking import BLOCKING_RULES
from hub.identity.linkage_model import starting_model
from hub.identity.look_up import RECORDS_SQL, IndexLookUp, look_up_keys, make_look_up_records
from hub.identity.look_up_score import look_up_sql
from hub.identity.scoring import score_pairs
from hub.identity.standard import standardise_records

KEY = bytes(range(32))
# record | person | name | born | sex | address | phone | number
PEOPLE = """
1 | P1 | Smith, John     | 1950-03-12 | M | Flat 4, 10 High Street, Leeds | 07700 900123 | AB483921K
2 | P1 | Smith, Jonathan | 1950-03-12 | M | Flat 4, 10 High Street, Leeds | 07700 900123 | AB483921K
3 | P2 | Smith, Mary     | 1952-07-01 | F | Flat 4, 10 High Street, Leeds | 07700 900123 | AB771204C
4 | P3 | Smyth, John     | 1950-12-03 | M | 7 Mill Lane, York             |              |
5 | P4 | Brown, Eve      | 1988-08-08 | F | 22 Park Road, Hull            | 01482 555123 | AB483912K
6 | P5 | Lee, Ann        | 1990-01-01 | F | 3 Oak Road, Hull              |              |
7 | P6 | Lee, Ann        | 1990-01-01 | F | 9 Elm Close, Hull             |              |
8 | P7 | 김민수          | 1980-01-01 | M | 서울특별시 종로구 세종대로 110 | 010-1234-5678 |
9 | P8 | Kim Minsoo      | 1980-01-01 | M | 서울특별시 종로구 세종대로 110 |              |
10 | P9 | Kim Smith      |            |   | 10 High Street, Leeds         |              |
"""


def records(connection):
    return list(connection.sql(RECORDS_SQL).to_arrow_reader())


def described() -> pl.DataFrame:
    rows = [
        [cell.strip() or None for cell in line.split("|")] for line in PEOPLE.strip().splitlines()
    ]
    columns = [
        "record_id", "person_id", "full_name", "birth_date", "sex", "address", "phone", "national_id",
    ]  # fmt: skip
    raw = pl.DataFrame(rows, schema=columns, orient="row").with_columns(
        pl.col("record_id").cast(pl.UInt64)
    )
    standard = standardise_records(raw.drop("person_id"), KEY)
    return standard.with_columns(
        raw["person_id"],
        entity_id=pl.col("record_id") * 100,
        kind=pl.lit("loose"),
    )


@pytest.fixture(scope="module")
def model():
    return replace(
        starting_model(described().columns, 10_000),
        frequencies={"family_key": {"SMITH": 0.02, "김": 0.2}, "given_key": {"JOHN": 0.03}},
        rare={"family_key": 1e-4, "given_key": 2e-4},
    )


@pytest.fixture(scope="module")
def index(model):
    """A connection with the tables of a small index."""
    with duckdb.connect() as connection:
        people = described()
        for table, frame in {
            "linkage_record": people.drop("number_near", "person_id"),
            "number_neighbour": people.select("number", "number_near")
            .drop_nulls()
            .unique("number"),
            "entity_cluster": people.select("entity_id", "person_id"),
            "comparable": people,
        }.items():
            connection.register("frame", frame)
            connection.execute(f"CREATE TABLE {table} AS FROM frame").fetchall()
            connection.unregister("frame")
        make_look_up_records(connection, model)
        yield connection


@pytest.fixture(scope="module")
def look_up(index, model):
    keys = {rule.name: look_up_keys(index, rule) for rule in BLOCKING_RULES}
    opened = IndexLookUp(records(index), keys, model)
    yield opened
    opened.close()


def test_weights_are_those_of_the_index_for_every_pair(index, model):
    index.execute(
        """
        CREATE OR REPLACE TABLE every_pair AS
        SELECT 'all' AS match_key, l.record_id AS join_key_l, r.record_id AS join_key_r
        FROM comparable AS l JOIN comparable AS r ON l.record_id < r.record_id
        """
    )
    scored = score_pairs(index, "comparable", "every_pair", model)
    assert scored.height == 45
    for record in range(1, 11):
        index.execute(
            f"CREATE OR REPLACE TABLE asked AS FROM look_up_record WHERE record_id = {record}"
        )
        found = index.sql(f"FROM ({look_up_sql(model, 'asked', 'look_up_record')})").pl()
        weights = ["match_weight", "stranger_weight", "household_weight"]
        wanted = scored.filter(
            (pl.col("record_l") == record) | (pl.col("record_r") == record)
        ).select(
            *weights,
            record_id=pl.when(pl.col("record_l") == record).then("record_r").otherwise("record_l"),
        )
        both = wanted.join(found, on="record_id", suffix="_found")
        assert both.height == 9
        for name in weights:
            assert both[f"{name}_found"].to_list() == pytest.approx(both[name].to_list(), abs=2e-6)


def test_weights_of_comparisons_add_up_with_the_prior(look_up, model):
    (best, *_) = look_up.find({"full_name": "Smith, John", "birth_date": "1950-03-12"}).people
    prior = module.np.log2(model.matches_per_pair / (1 - model.matches_per_pair))
    assert sum(best.level_weights.values()) + prior == pytest.approx(best.stranger_weight, abs=1e-4)
    assert best.levels["family_name"] == "same"
    assert best.levels["phone"] == "nothing to compare"


def test_a_person_is_found_though_everything_is_written_otherwise(look_up):
    answer = look_up.find(
        {
            "full_name": "SMITH Jon",
            "birth_date": "12.03.1950",
            "sex": "male",
            "address": "10 High St, Flat 4, Leeds",
            "phone": "+44 7700 900123",
        }
    )
    assert (answer.verdict, answer.people[0].person_id) == ("found", "P1")
    assert not answer.is_ambiguous
    # The wife shares address and phone, and is told apart.
    assert "P2" in [person.person_id for person in answer.people[1:]]
    assert len({person.person_id for person in answer.people}) == len(answer.people)


def test_two_who_fit_alike_are_ambiguous_and_the_address_decides(look_up):
    asked = {"full_name": "Ann Lee", "birth_date": "1990-01-01", "sex": "F"}
    answer = look_up.find(asked)
    assert {person.person_id for person in answer.people[:2]} == {"P5", "P6"}
    assert answer.is_ambiguous
    decided = look_up.find({**asked, "address": "9 Elm Close, Hull"})
    assert (decided.verdict, decided.people[0].person_id) == ("found", "P6")


def test_a_near_number_is_found_and_another_is_not(look_up):
    for written, level in (("AB483921K", "same"), ("AB483921X", "one digit off")):
        given = standardise_records(pl.DataFrame({"record_id": [0], "national_id": [written]}), KEY)
        answer = look_up.find(
            {"full_name": "Jon Smith", "birth_date": "1950-03-12"},
            number=given["number"].item(),
            number_near=given["number_near"].item().to_list(),
        )
        assert answer.people[0].person_id == "P1"
        assert answer.people[0].levels["national_id"] == level


def test_nobody_and_too_little_are_answers(look_up):
    assert (
        look_up.find({"full_name": "Zoltan Kovacs", "birth_date": "1933-02-02"}).verdict == "nobody"
    )
    assert look_up.find({"sex": "F"}).verdict == "too_little"
    few = look_up.find({"full_name": "Kim Smith"})
    assert few.verdict == "nobody"
    assert [person.person_id for person in few.people] == ["P9"]


def test_one_question_leaves_nothing_behind_for_the_next(look_up):
    asked = {"full_name": "Eve Brown", "birth_date": "1988-08-08", "address": "22 Park Road, Hull"}
    first = look_up.find(asked)
    look_up.find({"full_name": "Ann Lee", "birth_date": "1990-01-01"})
    assert look_up.find(asked) == first
    assert len(look_up.find(asked, limit=1).people) == 1


def test_too_common_keys_are_skipped_and_named(look_up, monkeypatch):
    asked = {"full_name": "Smith, John", "birth_date": "1950-03-12", "phone": "07700 900123"}
    assert look_up.find(asked).rules_skipped == ()
    monkeypatch.setattr(module, "CANDIDATE_LIMIT", 2)
    answer = look_up.find(asked)
    assert "anything_but_the_phone" in answer.rules_skipped
    assert answer.candidates <= 2
    assert answer.people[0].person_id == "P1"


def test_an_empty_index_knows_nobody(index, model):
    with duckdb.connect() as empty:
        for table in ("linkage_record", "number_neighbour", "entity_cluster"):
            schema = index.sql(f"FROM {table} LIMIT 0").pl()
            empty.register("frame", schema)
            empty.execute(f"CREATE TABLE {table} AS FROM frame").fetchall()
            empty.unregister("frame")
        make_look_up_records(empty, model)
        keys = MappingProxyType({rule.name: look_up_keys(empty, rule) for rule in BLOCKING_RULES})
        opened = IndexLookUp(records(empty), keys, model)
    assert opened.records == 0
    assert opened.find({"full_name": "Ann Lee", "birth_date": "1990-01-01"}).verdict == "nobody"
