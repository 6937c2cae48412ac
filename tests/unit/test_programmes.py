"""Programmes and parameters as data: what loads, what is refused and how it is said."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json

import pytest
import sqlglot
from typer.testing import CliRunner

from hub.catalogue import Catalogue
from hub.findings.commands import rules_app
from hub.findings.rules import load_rules
from hub.money import half_up_share
from hub.programmes.catalogue import (
    interaction_frame,
    load_evidence,
    load_programmes,
    rule_versions,
)
from hub.programmes.commands import programmes_app
from hub.programmes.parameters import ParameterError, in_force, load_parameters
from pipelines.steps.decisions import FACT_TABLES
from pipelines.steps.findings import FINDING_TABLES, SHARED_TABLES, rule_sql
from pipelines.steps.own_logs import OWN_LOGS
from pipelines.steps.profiles import PROFILE_TABLES
from sources.registry import load_catalogue
from warehouse.workbench import sql_text

DAY = dt.date(2026, 4, 1)


def amount(parameter, key="all", day=DAY):
    return {(v.parameter, v.key): v.amount for v in in_force(load_parameters(), day)}.get(
        (parameter, key)
    )


def value_file(folder, **changes):
    value = {
        "valid_from": "2026-01-01",
        "published_at": "2025-07-31",
        "notice": '"n"',
        "status": '"attested"',
        "amounts": "{ all = 1 }",
    } | changes
    lines = [f"{name} = {text}" for name, text in value.items() if text is not None]
    (folder / "p.toml").write_text(
        '[[parameter]]\nname = "p"\nunit = "won"\ndimensions = []\nmeaning = "m"\n'
        'legal_basis = "l"\n[[parameter.value]]\n' + "\n".join(lines),
        "utf-8",
    )
    return folder


@pytest.mark.parametrize(
    ("parameter", "key", "year", "expected"),
    [
        ("median_income", "4", 2025, 6_097_773),
        ("median_income", "8", 2026, 10_474_348),
        ("livelihood_threshold", "1", 2026, 820_556),
        ("livelihood_threshold", "2", 2023, 1_036_846),
        ("medical_threshold", "4", 2026, 2_597_895),
        ("housing_threshold", "1", 2027, 1_313_300),
        ("education_threshold", "1", 2024, 1_114_223),
        ("median_income", "7", 2021, None),
        ("median_income", "1", 2028, None),
    ],
)
def test_published_amounts_by_year(parameter, key, year, expected):
    assert amount(parameter, key, dt.date(year, 12, 31)) == expected


@pytest.mark.parametrize("year", [2026, 2027])
@pytest.mark.parametrize(
    ("benefit", "rate_ppm"),
    [("livelihood", 320_000), ("medical", 400_000), ("housing", 480_000), ("education", 500_000)],
)
def test_stored_thresholds_agree_with_the_median_where_the_notice_does(year, benefit, rate_ppm):
    day = dt.date(year, 12, 31)
    for size in map(str, range(1, 8)):
        median = amount("median_income", size, day)
        assert amount(f"{benefit}_threshold", size, day) == half_up_share(median, rate_ppm)


def test_a_value_is_in_force_only_once_published():
    values = load_parameters()
    early = [v for v in values if v.parameter == "median_income" and v.valid_from.year == 2027]
    assert early
    unpublished = tuple(dataclasses.replace(v, published_at=dt.date(2027, 2, 1)) for v in early)
    assert in_force(unpublished, dt.date(2027, 1, 31)) == ()
    assert in_force(unpublished, dt.date(2027, 2, 1)) == unpublished


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"valid_from": '"2026"'}, "valid_from"),
        ({"published_at": None}, "published_at"),
        ({"status": '"guessed"'}, "status"),
        ({"amounts": "{ all = 1.5 }"}, "amounts.all"),
        ({"amounts": "{ seoul = 1 }"}, "amounts"),
        ({"valid_to": "2025-01-01"}, "valid_to"),
        ({"until": "2027-01-01"}, "until"),
    ],
)
def test_a_wrong_parameter_names_file_value_and_field(tmp_path, changes, field):
    with pytest.raises(ParameterError, match=rf"p.toml, parameter p, value 1, field {field}"):
        load_parameters(value_file(tmp_path, **changes))


def test_two_values_of_one_day_are_refused(tmp_path):
    path = value_file(tmp_path) / "p.toml"
    text = path.read_text("utf-8")
    later = text[text.index("[[parameter.value]]") :].replace("2026-01-01", "2026-06-01")
    path.write_text(text + "\n" + later, "utf-8")
    with pytest.raises(ParameterError, match="two values are in force on 2026-06-01"):
        load_parameters(tmp_path)


def test_rule_version_changes_with_rule_parameter_and_sql():
    programme, parameters = load_programmes()[0], load_parameters()
    changed = dataclasses.replace(programme, digest="x")
    versions = {
        rule_versions([one], parameters, day, sql_digest=sql)[one.code]
        for one, day, sql in (
            (programme, DAY, ""),
            (changed, DAY, ""),
            (programme, dt.date(2027, 4, 1), ""),
            (programme, DAY, "x"),
        )
    }
    assert len(versions) == 4
    assert rule_versions([programme], parameters, DAY) == rule_versions(
        [programme], parameters, DAY
    )


def test_evidence_and_inputs_name_document_types_of_the_catalogue():
    catalogue: Catalogue = load_catalogue()
    named = {code for groups in load_evidence().values() for group in groups for code in group}
    assert named <= set(catalogue.documents)
    inputs = {code for rule in load_rules() for group in rule.inputs for code in group}
    assert inputs <= {*catalogue.documents, *catalogue.families, *OWN_LOGS}


def test_interactions_hold_each_exclusive_pair_once():
    frame = interaction_frame()
    pairs = set(frame.filter(frame["kind"] == "exclusive").select("programme_code", "other").rows())
    assert ("P029", "P047") in pairs
    assert not {(second, first) for first, second in pairs} & pairs


RULE_SQL = {rule.table: rule_sql(rule) for rule in load_rules()}
TABLES = [
    *(("profile", table) for table in PROFILE_TABLES),
    *(("decisions", table) for table in (*FACT_TABLES, "decision_reason")),
    *(("findings", table) for table in RULE_SQL),
    *(("findings", table) for table in ("rule_state", *SHARED_TABLES, *FINDING_TABLES)),
]


@pytest.mark.parametrize(("layer", "table"), TABLES)
def test_sql_can_be_translated_to_spark_and_is_ordered(layer, table):
    text = RULE_SQL.get(table) or sql_text(layer, table)
    assert text.startswith("-- One row:")
    assert "{{" not in text
    tree = sqlglot.parse_one(text, read="duckdb")
    assert tree.args.get("order") is not None
    spark = tree.sql(dialect="spark", unsupported_level=sqlglot.ErrorLevel.RAISE)
    assert sqlglot.parse_one(spark, read="spark") is not None


def run(application, *arguments):
    return CliRunner().invoke(application, list(arguments))


def test_commands_print_json():
    listed = json.loads(run(programmes_app, "list", "--json").stdout)
    assert [row["code"] for row in listed] == [p.code for p in load_programmes()]
    shown = json.loads(run(programmes_app, "show", "P001", "--json").stdout)
    assert [row["bit"] for row in shown] == list(range(len(shown)))
    checked = json.loads(run(programmes_app, "check", "--json").stdout)
    assert all(row["problem"] is None for row in checked)
    rules = json.loads(run(rules_app, "list", "--json").stdout)
    assert [row["id"] for row in rules] == [f"D{number:02}" for number in range(1, 46)]
    rule = json.loads(run(rules_app, "show", "D01", "--json").stdout)
    assert rule[0]["action"] == "AUTO"


@pytest.mark.parametrize("application", [programmes_app, rules_app])
def test_an_unknown_code_is_said_in_one_line(application):
    result = run(application, "show", "X1")
    assert result.exit_code == 2
    assert result.stderr.startswith("no ")
