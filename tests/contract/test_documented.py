"""Nothing is undocumented: commands, tables of a night, detection rules, programmes.

The lower part of `docs/tables.md` is made from the first comments of the SQL files. Renew it with

    HUB_RENEW_SNAPSHOTS=1 python -m pytest tests/contract/test_documented.py
"""

from __future__ import annotations

import ast
import os
import re
from pathlib import Path

import pytest
import typer

from hub.command_line import build_application
from hub.findings.rules import load_rules, rule_frames
from hub.programmes.catalogue import load_programmes
from pipelines.steps.findings import LAST_PARTS
from sources.registry import load_catalogue
from warehouse.families import table_name
from warehouse.mart import first_comment
from warehouse.workbench import SQL_FOLDER, sql_text

PROJECT = Path(__file__).parents[2]
DOCS = PROJECT / "docs"
PAGE = DOCS / "tables.md"
MARK = "<!-- From here on made from the SQL files; tests/contract/test_documented.py renews it. -->"
RENEW = bool(os.environ.get("HUB_RENEW_SNAPSHOTS"))
"""Read while pytest collects: a fixture removes the variables of the hub."""
SHARED_SQL = {"family", "family_in_order", *LAST_PARTS}
"""The one SQL file of the 40 family tables, and the parts in which detection rules end."""


def pages() -> str:
    files = [PROJECT / "README.md", *DOCS.glob("*.md")]
    return "\n".join(file.read_text("utf-8") for file in files)


def commands(command, words=("hub",)):
    """Full names of all commands below `command`."""
    below = getattr(command, "commands", None)
    if below is None:
        return [" ".join(words)]
    return [name for word, each in below.items() for name in commands(each, (*words, word))]


ALL_COMMANDS = commands(typer.main.get_command(build_application()))


def test_the_command_line_was_walked():
    assert {"hub night", "hub country simulate", "hub summary"} <= set(ALL_COMMANDS)


@pytest.mark.parametrize("command", ALL_COMMANDS)
def test_every_command_is_documented_and_says_what_it_does(command):
    assert re.search(rf"{command}\b", pages()), f"name `{command}` in docs/operations.md"
    found = typer.main.get_command(build_application())
    for word in command.split()[1:]:
        found = found.commands[word]
    assert found.help


def generated() -> str:
    """Return the part of the page that is made from SQL files and catalogue."""
    lines = []
    for layer in sorted(folder for folder in SQL_FOLDER.iterdir() if folder.is_dir()):
        files = sorted(layer.glob("*.sql"))
        if not files:
            continue
        lines += ["", f"## {layer.name}", ""]
        for file in files:
            if file.stem not in SHARED_SQL:
                lines += [f"**`{file.stem}`** {described(file)}", ""]
        if layer.name == "families":
            lines += ["| family table | one row is |", "|---|---|"]
            lines += [
                f"| `{table_name(family)}` | {family.grain} |"
                for family in load_catalogue().families.values()
            ]
    return "\n".join(lines).strip() + "\n"


def described(file: Path) -> str:
    return " ".join(first_comment(file.read_text("utf-8")).split())


def test_every_sql_file_says_what_one_row_is_and_who_is_missing():
    for file in SQL_FOLDER.glob("*/*.sql"):
        text = described(file).lower()
        assert "one row" in text, file.name
        assert "missing" in text, file.name


def test_the_page_of_tables_is_current():
    written, mark, below = PAGE.read_text("utf-8").partition(MARK)
    assert mark, f"{PAGE.name} has lost its mark"
    if RENEW:
        PAGE.write_text(f"{written}{MARK}\n\n{generated()}", "utf-8")
        below = f"\n\n{generated()}"
    assert below.strip() == generated().strip(), "renew docs/tables.md, see the top of this test"


def added_tables() -> set[str]:
    """Tables that a step makes from a frame, by name."""
    names = set()
    for file in (PROJECT / "pipelines" / "steps").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and ast.unparse(node.func) == "bench.add"
                and isinstance(node.args[0], ast.Constant)
            ):
                names.add(node.args[0].value)
    rules = load_rules()
    sql = {rule.table: sql_text("findings", rule.table) for rule in rules}
    return names | set(rule_frames(rules, sql))


def test_every_table_of_a_night_is_described():
    tables = {file.stem for file in SQL_FOLDER.glob("*/*.sql")} - SHARED_SQL
    tables |= {table_name(family) for family in load_catalogue().families.values()}
    tables |= added_tables()
    assert len(tables) > 90
    text = (DOCS / "architecture.md").read_text("utf-8") + PAGE.read_text("utf-8")
    assert sorted(table for table in tables if f"`{table}`" not in text) == []


def test_every_rule_says_what_it_looks_for_and_what_clears_it():
    for rule in load_rules():
        comment = first_comment(sql_text("findings", rule.table))
        assert "One row" in comment, rule.id
        for text in (rule.name_ko, rule.name_en, rule.legal_basis, rule.suppress_when):
            assert text, rule.id
        assert rule.clears_when_ko, rule.id
        assert rule.clears_when_en, rule.id


def test_every_programme_cites_the_law_and_explains_every_condition():
    for programme in load_programmes():
        assert programme.legal_basis, programme.code
        assert programme.conditions, programme.code
        for condition in programme.conditions:
            for text in (condition.text_ko, condition.text_en, condition.citation):
                assert text, (programme.code, condition.code)
