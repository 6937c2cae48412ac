"""What the language refuses, and where it says the mistake is."""

from __future__ import annotations

import dataclasses

import pytest

from hub.programmes.facts import load_facts
from hub.programmes.interactions import interaction_problems
from hub.programmes.language.checking import parameter_shapes
from hub.programmes.language.parsing import ExpressionParser
from hub.programmes.language.problems import Problem, ProgrammeError
from hub.programmes.language.toml_positions import Position, field_positions
from hub.programmes.parameters import load_parameters
from hub.programmes.programme import Interaction
from hub.programmes.reading import read_programmes

RULE = """\
code = "P001"
ministry = "MOHW"
ministry_ko = "보건복지부"
family = "f"
name_ko = "n"
name_en = "n"
template = "T1"
unit = "person"
benefit = "cash"
legal_basis = "l"
status = "modelled"
introduced = "2010-01"
in_force = [{ from = 2000-10-01 }]
needs_investigation = true

[[condition]]
bit = 0
code = "TOO_OLD"
expression = "age_years <= 17"
text_ko = "t"
text_en = "t"
citation = "c"

[amount]
rule = "flat"
expression = \"\"\"
1_000
+ 2_000
\"\"\"
period = "month"
unit = "won"
"""


def parse(text, scope="person", *, boolean=True):
    parser = ExpressionParser(load_facts(), parameter_shapes(load_parameters()), scope)
    return parser.parse(text, "f.toml", Position(1, 1), boolean=boolean)


@pytest.mark.parametrize(
    ("text", "column", "wrong", "remedy"),
    [
        ("wealth <= 3", 1, "there is no fact wealth", "facts.toml"),
        ("true and age_yeers <= 3", 10, "no fact age_yeers", "did you mean age_years"),
        ("age_years <= 1.5", 14, "1.5 is no whole number", "ppm"),
        ("age_years / 2 > 1", 1, "fractions of a won", "//"),
        ("age_years <= unit_size", 1, "years meets count", "one unit"),
        ("recognised_income_amount <= total_asset_amount", 1, "won_per_month meets won", "unit"),
        ("recognised_income_amount * total_asset_amount > 1", 1, "means nothing", "plain number"),
        ("total_asset_amount * 1000000 > 1", 1, "64 bits", "share"),
        ("disability == 'heavy'", 15, "no word 'heavy'", "none, mild, severe"),
        ("disability < 'mild'", 1, "no order", "=="),
        ("'plague' in diseases", 1, "no word 'plague'", "use one of"),
        ("diseases == 'cancer'", 1, "a set of words, not a word", "'word' in it"),
        ("receives('P999')", 10, "no word 'P999'", "use one of"),
        ("some_member(age_years > 1)", 1, "members of a household", "programmes of a household"),
        ("age_years", 1, "this gives years", "true or false"),
        ("age_years >", 1, "no expression", "programme-language"),
        ("random() > 1", 1, "no function random", "use one of"),
        ("1 if is_farmer else 2", 1, "if is not of the language", "choose"),
        ("age_years.real > 1", 1, "Attribute is not of the language", "use facts"),
        ("__import__('os')", 1, "no function __import__", "use one of"),
        ("True", 1, "True is not of the language", "write true"),
        ("parameter.wealth > 1", 1, "no parameter wealth", "parameters"),
        ("parameter.basic_pension_amount['x'] > 1", 1, "has no key x", "single"),
        ("choose(is_farmer, 1) == 1", 1, "choose has 2 values", "3"),
        ("is_known(diseases)", 1, "word by word", "is_known("),
        ("age_years // (0 - 1) > 2", 1, "below zero", "positive"),
    ],
)
def test_a_wrong_expression_is_named_with_its_place_and_a_remedy(text, column, wrong, remedy):
    problem = parse(text)
    assert isinstance(problem, Problem)
    assert wrong in problem.wrong
    assert remedy in problem.remedy
    assert (problem.line, problem.column) == (1, column)


def test_facts_of_people_are_asked_of_members_in_programmes_of_a_household():
    problem = parse("age_years >= 65", "household")
    assert "some_member" in problem.remedy
    assert not isinstance(parse("some_member(age_years >= 65)", "household"), Problem)


def read(folder, text):
    (folder / "P001_x.toml").write_text(text, "utf-8")
    return read_programmes(folder.glob("*.toml"))


def test_a_right_file_is_read(tmp_path):
    (programme,) = read(tmp_path, RULE)
    assert programme.scope == "person"
    assert programme.conditions[0].rule.text == "age_years <= 17"


def test_all_problems_of_all_files_come_at_once_with_line_and_column(tmp_path):
    wrong = RULE.replace("age_years <= 17", "age_yeers <= 17").replace("+ 2_000", "+ age_years")
    (tmp_path / "P002_y.toml").write_text(RULE.replace('unit = "person"', 'unit = "dog"'), "utf-8")
    with pytest.raises(ProgrammeError) as raised:
        read(tmp_path, wrong)
    found = {(p.file, p.line, p.column): p.wrong for p in raised.value.problems}
    assert "age_yeers" in found["P001_x.toml", 19, 15]
    assert found["P001_x.toml", 27, 1] == "this gives years"
    assert "dog" in found["P002_y.toml", 8, 9]
    assert found["P002_y.toml", 1, 9] == "the file is named after another code"


@pytest.mark.parametrize(
    ("old", "new", "line", "wrong"),
    [
        ("bit = 0", "bit = 63", 17, "bit is no place"),
        ('code = "TOO_OLD"', 'code = "too old"', 18, "other signs"),
        ("2000-10-01", '"2000"', 13, "from is no date"),
        ('period = "month"', "", 24, "period is absent"),
        ("bit = 0", 'bit = 0\nevidence = ["none"]', 18, "there is no set none"),
        ('family = "f"', 'family = "f"\ncolour = "red"', 5, "there is no field colour"),
        ('family = "f"', "family = ", 4, "Invalid value"),
    ],
)
def test_a_wrong_field_is_named_with_its_line(tmp_path, old, new, line, wrong):
    with pytest.raises(ProgrammeError) as raised:
        read(tmp_path, RULE.replace(old, new, 1))
    assert next(p.line for p in raised.value.problems if wrong in p.wrong) == line


def test_variants_of_a_condition_share_bit_and_code_and_no_day(tmp_path):
    start = RULE.index("[[condition]]")
    condition = RULE[start : RULE.index("[amount]")]
    early = condition.replace("citation", "valid_to = 2019-12-31\ncitation")
    late = condition.replace("citation", "valid_from = 2020-01-01\ncitation").replace("17", "18")
    (programme,) = read(tmp_path, RULE.replace(condition, early + late))
    assert len(programme.conditions) == 2
    with pytest.raises(ProgrammeError, match="two variants on one day"):
        read(tmp_path, RULE.replace(condition, condition + late))


def test_amounts_that_hang_on_one_another_in_a_circle_are_named(tmp_path):
    (one,) = read(tmp_path, RULE)

    def bearing(code, *others):
        return dataclasses.replace(one, code=code, interaction=Interaction(offset=others))

    line = [bearing("P001", "P002"), bearing("P002", "P003"), bearing("P003")]
    assert interaction_problems(line) == []
    (problem,) = interaction_problems([*line[:2], bearing("P003", "P001")])
    assert all(code in problem.wrong for code in ("P001", "P002", "P003"))


def test_positions_of_fields():
    found = field_positions(
        'a = "x"\n[[t]]\nb = """\nx = 1\n"""\nc = [\n  "d = 1",\n]\n[[t]]\nb = 2\n'
    )
    assert found["a",] == Position(1, 6)
    assert found["t", 0, "b"] == Position(4, 1)
    assert found["t", 1, "b"] == Position(10, 5)
    assert ("t", 0, "x") not in found
    assert ("t", 0, "d") not in found
