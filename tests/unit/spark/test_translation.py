"""DuckDB's SQL in Spark's words; what DuckDB means by it is asked of DuckDB."""

from __future__ import annotations

import duckdb
import pytest

from warehouse.engines.spark.expressions import UntranslatableError
from warehouse.engines.spark.translation import tables_of, translate

PEOPLE = {
    "person": {
        "person_id": "VARCHAR",
        "born_on": "DATE",
        "died_on": "DATE",
        "amount": "BIGINT",
        "share": "DOUBLE",
        "signature_id": "UBIGINT",
        "diseases": "UBIGINT",
        "token": "BLOB",
        "made_at": "TIMESTAMP",
    }
}


def said(expression: str) -> str:
    """Spark's words for one expression over `person`."""
    text = translate(f"SELECT {expression} AS said FROM person", PEOPLE)
    return (
        text.removeprefix("SELECT ")
        .removesuffix(" AS `said` FROM `person` AS `person`")
        .replace("`person`.", "")
        .replace("`", "")
    )


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        # The difference of two dates is days in DuckDB and an interval in Spark.
        ("died_on - born_on", "CAST(datediff(died_on, born_on) AS BIGINT)"),
        (
            "born_on + CAST(amount AS INTEGER)",
            "date_add(born_on, CAST(amount AS INT))",
        ),
        ("born_on + amount * INTERVAL '1' DAY", "born_on + amount * INTERVAL '1' DAY"),
        ("born_on + to_months(amount)", "born_on + make_ym_interval(0, CAST(amount AS INT))"),
        ("date_trunc('month', born_on)", "trunc(born_on, 'MONTH')"),
        ("date_trunc('month', made_at)", "date_trunc('MONTH', made_at)"),
        (
            "date_diff('year', born_on, died_on)",
            "(CAST((year(died_on) - year(born_on)) AS BIGINT))",
        ),
        ("date_diff('day', born_on, died_on)", "CAST(datediff(died_on, born_on) AS BIGINT)"),
        ("dayofweek(born_on)", "(dayofweek(born_on) - 1)"),
        # DuckDB rounds to the even number, Spark cuts off.
        ("CAST(share AS BIGINT)", "CAST(rint(share) AS BIGINT)"),
        ("CAST(amount AS INTEGER)", "CAST(amount AS INT)"),
        ("amount // share", "amount DIV NULLIF(share, 0)"),
        ("amount // 2", "amount DIV 2"),
        ("amount / 2", "CAST((amount) AS DOUBLE) / 2"),
        (
            "arg_max(person_id, amount)",
            "MAX_BY(person_id, amount) FILTER(WHERE NOT person_id IS NULL)",
        ),
        (
            "mode(person_id ORDER BY person_id)",
            "mode() WITHIN GROUP (ORDER BY person_id NULLS LAST)",
        ),
        ("any_value(person_id)", "ANY_VALUE(person_id) IGNORE NULLS"),
        (
            "array_agg(DISTINCT person_id ORDER BY person_id)",
            "array_sort(collect_set(person_id))",
        ),
        (
            "count(DISTINCT person_id) OVER (PARTITION BY born_on)",
            "CAST(size(collect_set(person_id) OVER (PARTITION BY born_on)) AS BIGINT)",
        ),
        ("CAST(signature_id AS UBIGINT)", "CAST(signature_id AS DECIMAL(20, 0))"),
        ("CAST(amount AS HUGEINT)", "CAST(amount AS DECIMAL(38, 0))"),
        ("CAST(token AS UUID)", "hub_uuid_of_bytes(token)"),
        ("CAST(NULL AS UUID)", "CAST(NULL AS STRING)"),
        ("md5_number_lower(person_id)", "hub_md5_number_lower(person_id)"),
        ("bit_or(diseases)", "hub_unsigned_bits(bit_or(hub_signed_bits(diseases)))"),
        (
            "diseases & signature_id",
            "hub_unsigned_bits(hub_signed_bits(diseases) & hub_signed_bits(signature_id))",
        ),
        (
            "string_agg(DISTINCT person_id, ',' ORDER BY person_id)",
            (
                "CASE WHEN count(person_id) > 0"
                " THEN array_join(array_sort(collect_set(person_id)), ',') END"
            ),
        ),
        ("bit_count(diseases)", "CAST(bit_count(hub_signed_bits(diseases)) AS BIGINT)"),
    ],
)
def test_what_sqlglot_does_not_carry_over(expression, expected):
    duckdb.connect().execute(
        "CREATE TABLE person ("
        + ", ".join(f"{name} {kind}" for name, kind in PEOPLE["person"].items())
        + f"); SELECT {expression} FROM person"
    )
    assert said(expression).lower() == expected.lower()


def test_nulls_stay_last_as_duckdb_sorts_them():
    text = translate("SELECT person_id FROM person ORDER BY born_on", PEOPLE)
    assert text.endswith("ORDER BY `person`.`born_on` NULLS LAST")


def test_distinct_rows_are_sorted_by_the_names_of_their_columns():
    text = translate(
        "SELECT DISTINCT person.person_id AS one FROM person ORDER BY person.person_id", PEOPLE
    )
    assert text.endswith("ORDER BY `one` NULLS LAST")


def test_semi_and_anti_joins_have_a_side():
    text = translate(
        "SELECT p.person_id FROM person AS p ANTI JOIN person AS o ON o.person_id = p.person_id",
        PEOPLE,
    )
    assert "LEFT ANTI JOIN" in text


def test_unions_by_name_bring_columns_to_their_places():
    text = translate(
        "SELECT person_id, amount FROM person UNION ALL BY NAME "
        "SELECT 1 AS amount, 'a' AS person_id FROM person",
        PEOPLE,
    )
    assert text.endswith(
        "UNION ALL SELECT 'a' AS `person_id`, 1 AS `amount` FROM `person` AS `person`"
    )


def test_unions_of_other_names_are_refused():
    with pytest.raises(UntranslatableError, match="same columns"):
        translate(
            "SELECT person_id FROM person UNION ALL BY NAME SELECT amount FROM person", PEOPLE
        )


def test_temporary_tables_lie_beside_all_others():
    text = translate("SELECT p.person_id FROM temp.person AS p", PEOPLE)
    assert text == "SELECT `p`.`person_id` AS `person_id` FROM `person` AS `p`"


@pytest.mark.parametrize(
    ("name", "operands"),
    [
        ("hash", "person_id"),
        ("jaro_winkler_similarity", "person_id, person_id"),
        ("levenshtein", "person_id, person_id"),
    ],
)
def test_a_function_without_a_twin_is_refused_by_name(name, operands):
    with pytest.raises(UntranslatableError, match=f"function {name}: only DuckDB"):
        translate(f"SELECT {name}({operands}) FROM person", PEOPLE)


def test_tables_of_a_statement_are_those_that_it_does_not_define():
    sql = "WITH own AS (SELECT * FROM person) SELECT * FROM own JOIN Night ON true"
    assert tables_of(sql) == ["night", "person"]
