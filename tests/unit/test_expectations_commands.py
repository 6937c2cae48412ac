import json

from typer.testing import CliRunner

from expectations.commands import build_quality_app
from expectations.rules import RULE_KINDS
from sources.registry import load_catalogue

RUNNER = CliRunner()
APP = build_quality_app(load_catalogue)


def run(*arguments):
    return RUNNER.invoke(APP, list(arguments))


def test_rules_lists_the_whole_vocabulary():
    rows = json.loads(run("rules", "--json").stdout)
    assert [row["rule"] for row in rows] == list(RULE_KINDS)


def test_suite_shows_each_rule_with_its_limit():
    result = run("suite", "I03-F11-02", "--json")
    rows = {(row["rule"], row["column"]): row for row in json.loads(result.stdout)}
    assert rows["columns_expected", None]["severity"] == "critical"
    assert all(0 <= row["allowed_fraction"] < 1 for row in rows.values())


def test_suite_of_an_older_schema_version_has_its_columns():
    catalogue = load_catalogue()
    code = next(code for code, d in catalogue.documents.items() if len(d.versions) > 1)
    shown = {
        number: json.loads(run("suite", code, "--version", str(number), "--json").stdout)[0]
        for number in (1, 2)
    }
    names = {n: set(row["arguments"]["column_set"]) for n, row in shown.items()}
    assert names[1] != names[2]


def test_unknown_type_and_version_are_named_with_what_to_do():
    unknown = run("suite", "I99-F99-99")
    assert unknown.exit_code == 2
    assert "hub catalogue list" in unknown.output
    assert run("suite", "I03-F11-02", "--version", "99").exit_code == 2
