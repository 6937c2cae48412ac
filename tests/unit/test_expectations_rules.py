"""Which rules types get, and what results say, without Great Expectations."""

import datetime as dt
import subprocess
import sys
from dataclasses import replace

import pytest

from expectations.derivation import rules_for
from expectations.results import RuleResult, Severity, SuiteResult
from expectations.rules import Horizon, horizons
from hub.catalogue import CodeSet, Mode
from sources.registry import load_catalogue

CATALOGUE = load_catalogue()


def rules_of(code, **changes):
    document = replace(CATALOGUE.documents[code], **changes)
    return rules_for(
        document, document.versions[-1], CATALOGUE.families[document.family], CATALOGUE.code_sets
    )


def found(code, kind, **changes):
    return [rule for rule in rules_of(code, **changes) if rule.kind.id == kind]


def some_code(wanted):
    return next(code for code, document in CATALOGUE.documents.items() if wanted(document))


def test_every_rule_of_a_suite_has_its_own_key():
    for code in CATALOGUE.documents:
        keys = [rule.key for rule in rules_of(code)]
        assert len(keys) == len(set(keys)), code


def test_only_full_deliveries_must_have_rows():
    code = some_code(lambda document: document.mode is Mode.FULL)
    assert found(code, "rows_expected")
    assert not found(code, "rows_expected", mode=Mode.DELTA)
    assert not found(code, "rows_expected", mode=Mode.EVENT)


def test_a_type_keyed_by_masked_numbers_needs_no_token():
    code = some_code(lambda document: document.person_key == "masked_national_id")
    assert not found(code, "person_key_present")


def test_plausibility_rules_allow_what_the_catalogue_lets_into_quarantine():
    code = some_code(lambda d: any(r.kind.id == "date_plausible" for r in rules_of(d.code)))
    rule = found(code, "date_plausible", quarantine_limit_ppm=20_000)[0]
    assert rule.allowed_fraction == 0.02


def test_a_spell_written_end_first_is_not_held_to_the_usual_order():
    assert found("I16-F02-01", "validity_ordered") == []
    ordered = some_code(lambda d: d.family == "F07" and found(d.code, "validity_ordered"))
    assert found(ordered, "validity_ordered")[0].columns == ("admitted_on", "released_on")


@pytest.mark.parametrize(
    ("family", "column", "horizon"),
    [
        ("F29", "matures_on", Horizon.END),
        ("F22", "lease_to", Horizon.END),
        ("F22", "lease_from", Horizon.START),
        ("F04", "occurred_on", Horizon.PAST),
    ],
)
def test_how_late_a_date_may_be_depends_on_what_it_says(family, column, horizon):
    bounds = {
        rule.arguments["max_value"]["$PARAMETER"]
        for document in CATALOGUE.by_family[family]
        for rule in found(document.code, "date_plausible")
        if rule.columns == (column,)
    }
    assert bounds == {horizon.value}


def test_horizons_are_in_order():
    made_on = dt.date(2024, 2, 29)
    days = horizons(made_on)
    assert made_on < days[Horizon.PAST] < days[Horizon.START] < days[Horizon.END]
    assert days[Horizon.YEAR] == 2025


def test_an_open_list_takes_its_pattern_and_its_words():
    code = some_code(lambda d: any(r.kind.id == "code_well_formed" for r in rules_of(d.code)))
    document = CATALOGUE.documents[code]
    column = found(code, "code_well_formed")[0].columns[0]
    name = next(
        c.code_set or CATALOGUE.families[document.family].column(column).code_set
        for c in document.versions[-1].columns
        if c.canonical == column
    )
    words = {"plain.word": ("", ""), "77": ("", "")}
    sets = {**CATALOGUE.code_sets, name: CodeSet(name, words, is_open=True, pattern="[0-9]{2}")}
    family = CATALOGUE.families[document.family]
    rule = next(
        rule
        for rule in rules_for(document, document.versions[-1], family, sets)
        if rule.kind.id == "code_well_formed" and rule.columns == (column,)
    )
    assert "plain\\.word" in rule.arguments["regex"]
    assert "77" not in rule.arguments["regex"]


def test_a_warning_does_not_block():
    row = RuleResult(
        "natural_key_unique", "brn", 10, 9, 0.1, success=False, severity=Severity.WARNING
    )
    result = SuiteResult("I03-F33-03", (row,))
    assert result.success
    assert result.warnings == (row,)
    assert result.records()[0]["document_type"] == "I03-F33-03"
    broken = replace(row, severity=Severity.CRITICAL)
    assert SuiteResult("I03-F33-03", (broken,)).blocking_failures == (broken,)


def test_rules_and_results_load_without_great_expectations():
    modules = "rules, results, derivation, lake_row, commands, suites, data_docs"
    check = (
        f"from expectations import {modules}; import sys; "
        "print('great_expectations' in sys.modules or 'pandas' in sys.modules)"
    )
    out = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "False"
