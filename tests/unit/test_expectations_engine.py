"""What Great Expectations decides about deliveries, and that no value comes out of it."""

import datetime as dt
import logging
from dataclasses import replace

import polars as pl
import pytest

from expectations.data_docs import build_data_docs
from expectations.derivation import rules_for
from expectations.lake_row import lake_types
from expectations.results import LandedDelivery
from sources.registry import load_catalogue

CATALOGUE = load_catalogue()
MADE_AT = dt.datetime(2026, 4, 1, 1, 30)  # noqa: DTZ001 - senders' stamps carry no zone
PLANTED = "PLANTED-VALUE"
POLARS = {
    "BIGINT": pl.Int64,
    "VARCHAR": pl.String,
    "BLOB": pl.Binary,
    "DATE": pl.Date,
    "INTEGER": pl.Int32,
    "DOUBLE": pl.Float64,
    "BOOLEAN": pl.Boolean,
}
ORDINARY = {
    "VARCHAR": "ordinary",
    "DATE": dt.date(2026, 3, 1),
    "BIGINT": 1_000_000,
    "INTEGER": 2026,
    "DOUBLE": 1.0,
    "BOOLEAN": True,
}


@pytest.fixture(scope="module")
def validator():
    from expectations.engine import Validator

    validator = Validator(CATALOGUE)
    yield validator
    validator.close()


def rules_and_types(code):
    document = CATALOGUE.documents[code]
    version, family = document.versions[-1], CATALOGUE.families[document.family]
    rules = rules_for(document, version, family, CATALOGUE.code_sets)
    return document, version, rules, lake_types(document, version, family)


def good_rows(code, rows=20):
    """Return lake rows that keep every rule of the type."""
    _, _, rules, types = rules_and_types(code)
    words = {r.columns[0]: r.arguments["value_set"][0] for r in rules if "value_set" in r.arguments}
    columns = {}
    for name, type_ in types.items():
        value = words.get(name, ORDINARY.get(type_))
        columns[name] = pl.Series([value] * rows, dtype=POLARS[type_])
        if type_ == "BLOB":
            columns[name] = pl.Series([bytes([n]) * 16 for n in range(rows)], dtype=pl.Binary)
    columns["line"] = pl.Series(range(1, rows + 1), dtype=pl.Int64)
    columns["record_action"] = pl.Series(["new"] * rows)
    return pl.DataFrame(columns)


def judge(validator, folder, code, *frames):
    document, version, _, _ = rules_and_types(code)
    files = []
    for number, frame in enumerate(frames):
        files.append(folder / f"part-{number:05d}.parquet")
        frame.write_parquet(files[-1])
    return validator.validate(document, version, files, MADE_AT)


CODE = "I03-F11-01"


def test_good_rows_pass_every_rule(validator, tmp_path):
    result = judge(validator, tmp_path, CODE, good_rows(CODE))
    assert [row for row in result.rows if not row.success] == []
    assert result.success


def test_parts_of_a_delivery_are_judged_together(validator, tmp_path):
    result = judge(validator, tmp_path, CODE, good_rows(CODE, 3), good_rows(CODE, 4))
    assert {row.evaluated for row in result.rows if row.rule == "person_key_present"} == {7}


def test_one_suite_serves_deliveries_of_different_days(validator, tmp_path):
    document, version, _, _ = rules_and_types(CODE)
    file = tmp_path / "part-00000.parquet"
    good_rows(CODE).write_parquet(file)
    judged = [
        validator.validate(document, version, [file], made_at).success
        for made_at in (MADE_AT, MADE_AT.replace(year=2020), MADE_AT)
    ]
    assert judged == [True, False, True]


@pytest.mark.parametrize(
    ("rule", "spoil"),
    [
        ("columns_expected", lambda frame, _: frame.drop("line")),
        ("types_expected", lambda frame, _: frame.cast({"line": pl.Int32})),
        ("rows_expected", lambda frame, _: frame.clear()),
        ("person_key_present", lambda f, c: f.with_columns(pl.lit(None, pl.Binary).alias(c))),
        ("required_present", lambda f, c: f.with_columns(pl.lit(None, f.schema[c]).alias(c))),
        ("code_known", lambda f, c: f.with_columns(pl.lit(PLANTED).alias(c))),
        ("date_plausible", lambda f, c: f.with_columns(pl.lit(dt.date(2206, 3, 1)).alias(c))),
        ("amount_scaled", lambda f, c: f.with_columns(pl.col(c) * 1_000_000)),
        ("amount_possible", lambda f, c: f.with_columns(pl.col(c) * 100_000_000)),
    ],
)
def test_a_spoilt_delivery_is_blocked_by_its_rule(rule, spoil, validator, tmp_path):
    code = next(
        code
        for code in CATALOGUE.documents
        if any(r.kind.id == rule for r in rules_and_types(code)[2])
    )
    chosen = next(r for r in rules_and_types(code)[2] if r.kind.id == rule)
    column = next(iter(chosen.columns), None)
    result = judge(validator, tmp_path, code, spoil(good_rows(code), column))
    assert not result.success
    assert rule in {row.rule for row in result.blocking_failures}


def test_repeated_natural_keys_only_warn(validator, tmp_path):
    code = next(
        c
        for c in CATALOGUE.documents
        if "natural_key_unique" in {r.kind.id for r in rules_and_types(c)[2]}
    )
    rows = good_rows(code)
    result = judge(validator, tmp_path, code, pl.concat([rows, rows]))
    assert result.success
    assert [row.rule for row in result.warnings] == ["natural_key_unique"]


def test_a_rule_that_cannot_be_evaluated_is_an_error_and_no_verdict(validator, tmp_path):
    from expectations.engine import rule_results
    from expectations.results import RuleNotEvaluatedError
    from expectations.suites import suite_of

    rules = list(rules_and_types(CODE)[2])
    rules[-1] = replace(rules[-1], arguments={"unexpected_rows_query": "SELECT no FROM {batch}"})
    file = tmp_path / "part-00000.parquet"
    good_rows(CODE).write_parquet(file)
    results = validator.run(suite_of("broken", rules), [file], MADE_AT.date())
    with pytest.raises(RuleNotEvaluatedError, match=rules[-1].kind.id):
        rule_results(CODE, rules, results)


def test_a_delivery_without_parts_is_an_error(validator):
    document, version, _, _ = rules_and_types(CODE)
    with pytest.raises(FileNotFoundError):
        validator.validate(document, version, [], MADE_AT)


def planted(code):
    """Return rows whose texts and codes hold a value that must never come out."""
    types = rules_and_types(code)[3]
    texts = [name for name, type_ in types.items() if type_ == "VARCHAR"]
    return good_rows(code).with_columns(pl.lit(PLANTED).alias(name) for name in texts)


def test_no_value_is_in_results_logs_or_pages(validator, tmp_path, caplog, capfd):
    document, version, _, _ = rules_and_types(CODE)
    file = tmp_path / "part-00000.parquet"
    planted(CODE).write_parquet(file)
    with caplog.at_level(logging.DEBUG):
        result = validator.validate(document, version, [file], MADE_AT)
        raw = validator.run(validator.suite(document, version)[0], [file], MADE_AT.date())
        item = LandedDelivery(document, version, [file], MADE_AT)
        index = build_data_docs(tmp_path / "quality", [item], CATALOGUE)
    assert "code_known" in {row.rule for row in result.blocking_failures}
    pages = [page.read_text("utf-8") for page in index.parent.rglob("*.html")]
    assert len(pages) == 3
    captured = capfd.readouterr()
    everything = [str(result), str(raw), caplog.text, captured.out, captured.err, *pages]
    assert [text[:60] for text in everything if PLANTED in text] == []


def test_a_failing_query_does_not_quote_the_value_that_it_failed_on(
    validator, tmp_path, caplog, capfd
):
    from expectations.suites import suite_of

    rules = list(rules_and_types(CODE)[2])
    query = "SELECT 1 FROM {batch} WHERE CAST(full_name AS BIGINT) > 0"
    rules[-1] = replace(rules[-1], arguments={"unexpected_rows_query": query})
    file = tmp_path / "part-00000.parquet"
    planted(CODE).write_parquet(file)
    with caplog.at_level(logging.DEBUG):
        results = validator.run(suite_of("failing", rules), [file], MADE_AT.date())
    captured = capfd.readouterr()
    assert "not evaluated: " in str(results)
    assert PLANTED not in str(results) + caplog.text + captured.out + captured.err


def test_pages_show_the_failure_and_ask_no_outside_host(tmp_path):
    document, version, _, _ = rules_and_types(CODE)
    file = tmp_path / "part-00000.parquet"
    planted(CODE).write_parquet(file)
    item = LandedDelivery(document, version, [file], MADE_AT)
    index = build_data_docs(tmp_path / "quality", [item, item], CATALOGUE)
    assert index.read_text("utf-8").count("class=blocked") == 2
    for page in index.parent.rglob("*.html"):
        text = page.read_text("utf-8")
        assert "http" not in text, page.name
        assert "<script" not in text, page.name
    again = build_data_docs(tmp_path / "quality", [item], CATALOGUE)
    assert len(list(again.parent.rglob("*.html"))) == 3
