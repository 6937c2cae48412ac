"""Great Expectations and the DuckDB predicate of every rule count the same rows."""

import datetime as dt

import duckdb
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from expectations.derivation import rules_for
from expectations.lake_row import lake_types
from expectations.rules import RULE_KINDS, Horizon, horizons
from sources.registry import load_catalogue

CATALOGUE = load_catalogue()
MADE_AT = dt.datetime(2026, 4, 1, 1, 30)  # noqa: DTZ001 - senders' stamps carry no zone
LATEST = horizons(MADE_AT.date())
POLARS = {
    "BIGINT": pl.Int64,
    "VARCHAR": pl.String,
    "BLOB": pl.Binary,
    "DATE": pl.Date,
    "INTEGER": pl.Int32,
    "DOUBLE": pl.Float64,
    "BOOLEAN": pl.Boolean,
}
EDGE_DAYS = [
    dt.date(1849, 12, 31),
    dt.date(1850, 1, 1),
    dt.date(2024, 2, 29),
    *(
        LATEST[name] + dt.timedelta(days=step)
        for name in (Horizon.PAST, Horizon.START, Horizon.END)
        for step in (0, 1)
    ),
]
EDGE_AMOUNTS = [
    0,
    1_000_000_000,
    1_000_000_001,
    -(10**11) - 1,
    10**11,
    10**13,
    10**13 + 1,
    -(10**13),
]


def rules_of(document):
    return rules_for(
        document, document.versions[-1], CATALOGUE.families[document.family], CATALOGUE.code_sets
    )


def types_that_use_every_rule():
    """Few document types that together have every rule kind, most kinds first."""
    missing, chosen = set(RULE_KINDS), []
    kinds = {d.code: {rule.kind.id for rule in rules_of(d)} for d in CATALOGUE.documents.values()}
    while missing:
        code = max(sorted(kinds), key=lambda code: len(kinds[code] & missing))
        assert kinds[code] & missing, f"no document type has {missing}"
        missing -= kinds[code]
        chosen.append(CATALOGUE.documents[code])
    return chosen


def values_of(name, type_, rules):
    """Return a strategy for one column: often at the edge of its rules, sometimes nothing."""
    if name == "line":
        return st.integers(1, 99)
    pools = {
        "BIGINT": st.sampled_from(EDGE_AMOUNTS),
        "VARCHAR": st.sampled_from(["", "kim", "a'b", '"', ":x", "가", "new", "1111000000"]),
        "BLOB": st.sampled_from([b"a" * 16, b"b" * 16]),
        "DATE": st.sampled_from(EDGE_DAYS),
        "INTEGER": st.sampled_from([1849, 1850, 2026, 2027, 2028]),
        "DOUBLE": st.sampled_from([0.5, -1.0]),
        "BOOLEAN": st.booleans(),
    }
    pool = pools[type_]
    for rule in rules:
        if rule.columns == (name,) and "value_set" in rule.arguments:
            pool = st.sampled_from([*rule.arguments["value_set"][:3], "unheard_of"])
        if rule.columns == (name,) and "regex" in rule.arguments:
            pool = st.one_of(st.from_regex(rule.arguments["regex"], fullmatch=True), pool)
    return st.one_of(st.none(), pool, pool)


@st.composite
def deliveries(draw):
    document = draw(st.sampled_from(types_that_use_every_rule()))
    types = lake_types(document, document.versions[-1], CATALOGUE.families[document.family])
    rules = rules_of(document)
    size = draw(st.integers(0, 6))
    frame = pl.DataFrame(
        {
            name: pl.Series(
                draw(st.lists(values_of(name, type_, rules), min_size=size, max_size=size)),
                dtype=POLARS[type_],
            )
            for name, type_ in types.items()
        }
    )
    return document, frame


@pytest.fixture(scope="module")
def validator():
    from expectations.engine import Validator

    validator = Validator(CATALOGUE)
    yield validator
    validator.close()


def counted(rules, file):
    """Count with the predicates alone: (unexpected, evaluated) by rule."""
    relation = f"(SELECT * FROM read_parquet('{file}'))"
    with duckdb.connect() as connection:
        return [
            tuple(
                connection.execute(query).fetchall()[0][0]
                for query in (
                    rule.unexpected_count_sql(relation, MADE_AT.date()),
                    rule.evaluated_count_sql(relation),
                )
            )
            for rule in rules
        ]


SETTINGS = settings(
    max_examples=60,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@SETTINGS
@given(delivery=deliveries())
def test_every_rule_counts_what_its_predicate_counts(delivery, validator, tmp_path_factory):
    document, frame = delivery
    file = tmp_path_factory.getbasetemp() / "part-00000.parquet"
    frame.write_parquet(file)
    rules = rules_of(document)
    result = validator.validate(document, document.versions[-1], [file], MADE_AT)
    expected = counted(rules, file)
    found = [(row.unexpected, row.evaluated) for row in result.rows]
    assert dict(zip((r.key for r in rules), found, strict=True)) == dict(
        zip((r.key for r in rules), expected, strict=True)
    )
    for row in result.rows:
        within = row.unexpected <= row.evaluated * row.allowed_fraction + 1e-9
        assert row.success == within, row.rule


@SETTINGS
@given(
    document=st.sampled_from(types_that_use_every_rule()),
    dropped=st.sets(st.integers(0, 12), max_size=3),
    retyped=st.sets(st.integers(0, 12), max_size=3),
    added=st.booleans(),
)
def test_shape_rules_count_missing_added_and_retyped_columns(
    document, dropped, retyped, added, validator, tmp_path_factory
):
    types = lake_types(document, document.versions[-1], CATALOGUE.families[document.family])
    columns = {
        name: pl.Series([], dtype=pl.Time if index in retyped else POLARS[type_])
        for index, (name, type_) in enumerate(types.items())
        if index not in dropped
    }
    if added:
        columns["stranger"] = pl.Series([], dtype=pl.Int64)
    if not columns:
        return
    file = tmp_path_factory.getbasetemp() / "shape.parquet"
    pl.DataFrame(columns).write_parquet(file)
    shape = [
        rule
        for rule in rules_of(document)
        if rule.kind.id in ("columns_expected", "types_expected")
    ]
    result = validator.validate(document, document.versions[-1], [file], MADE_AT)
    found = {row.rule: (row.unexpected, row.evaluated) for row in result.rows[:2]}
    assert found == dict(zip((r.kind.id for r in shape), counted(shape, file), strict=True))
    lost = len([index for index in dropped if index < len(types)])
    assert found["columns_expected"][0] == lost + added
    assert result.success == (
        not any(row.unexpected for row in result.rows[:2]) and not result.blocking_failures
    )
