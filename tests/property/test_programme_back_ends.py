"""The array kernel and the SQL say the same of any expression and any row, unknowns included."""

from __future__ import annotations

import datetime as dt

import duckdb
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.programmes.evaluation.bitmaps import unpack
from hub.programmes.evaluation.kernel import Plan
from hub.programmes.evaluation.replay import subject_frame
from hub.programmes.facts import load_facts
from hub.programmes.language import tree
from hub.programmes.language.checking import parameter_shapes
from hub.programmes.language.parsing import ExpressionParser
from hub.programmes.language.problems import Problem
from hub.programmes.language.sql import SqlWriter
from hub.programmes.language.toml_positions import Position
from hub.programmes.parameters import in_force, load_parameters

FACTS = load_facts()
PARAMETERS = load_parameters()
AMOUNTS = {(v.parameter, v.key): v.amount for v in in_force(PARAMETERS, dt.date(2026, 4, 1))}
BOOLEANS = ("is_farmer", "has_spouse", "is_pregnant")
WORDS = ("disability", "school_level", "stay_status")
SETS = ("diseases", "crises", "receipts")
MONEY = ("recognised_income_amount", "median_income_amount", "pension_threshold_amount")
YEARS, COUNTS, RATES = (
    ("age_years",),
    ("birth_order", "unit_size"),
    ("recognised_income_ratio_ppm",),
)
UNIT_OF = {"won_per_month": MONEY, "years": YEARS, "count": COUNTS, "ppm": RATES}
PARAMETER_OF = {
    "won_per_month": (
        "parameter.child_allowance_amount",
        "parameter.median_income[unit_size]",
        "parameter.standard_rent[rent_zone, unit_size]",
        "parameter.basic_pension_amount['single']",
    ),
    "ppm": ("parameter.near_poor_rate",),
}
SIMPLE = ("fact", "constant", "parameter")
COMPOUND = (
    *("sum", "difference", "product", "quotient", "choose", "extreme", "known_or", "share"),
    *("ten", "half_up", "negative"),
)
constants = st.sampled_from([0, 1, 7, 18, 65, 500_000, 820_556, 2_000_000])


def set_test(name):
    words = st.lists(st.sampled_from(FACTS[name].values), min_size=1, max_size=3, unique=True)
    listed = words.map(lambda chosen: f"any_of({name}, {', '.join(map(repr, chosen))})")
    return st.one_of(listed, st.just(f"is_empty({name})"))


def word_test(name):
    words = st.lists(st.sampled_from(FACTS[name].values), min_size=1, max_size=5, unique=True)
    return words.map(lambda chosen: f"{name} in ({', '.join(map(repr, chosen))},)")


@st.composite
def numbers(draw, unit, depth):  # noqa: PLR0911  one return a shape
    """Text of a number in `unit`."""
    shapes = (*SIMPLE, *COMPOUND) if depth else SIMPLE
    shape = draw(st.sampled_from(shapes))
    one = lambda kind=unit: draw(numbers(kind, depth - 1))  # noqa: E731
    if shape == "parameter" and unit in PARAMETER_OF:
        return draw(st.sampled_from(PARAMETER_OF[unit]))
    if shape == "constant":
        return str(draw(constants))
    if shape == "sum":
        return f"({one()} + {one()})"
    if shape == "difference":
        return f"({one()} - {one()})"
    if shape in {"product", "quotient", "half_up"}:
        # A plain number times a count is a count: only what has a unit already meets a count.
        by_count = unit == "won_per_month" and draw(st.booleans())
        left = draw(st.sampled_from(UNIT_OF[unit])) if by_count else one()
        right = draw(st.sampled_from(COUNTS if by_count else ("2", "7", "13")))
        sign = {"product": "*", "quotient": "//"}.get(shape, "")
        return f"({left} {sign} {right})" if sign else f"half_up_won({left}, {right})"
    if shape == "choose":
        return f"choose({draw(conditions(depth - 1))}, {one()}, {one()})"
    if shape == "extreme":
        return f"{draw(st.sampled_from(['least', 'greatest']))}({one()}, {one()}, {one()})"
    if shape == "known_or":
        return f"known_or({one()}, {one()})"
    if shape == "share" and unit != "ppm":
        return f"share({one()}, {draw(st.sampled_from(['41700', *RATES]))})"
    if shape == "ten":
        return f"floor_ten_won({one()})"
    if shape == "negative":
        return f"(-{one()})"
    return draw(st.sampled_from(UNIT_OF[unit]))


@st.composite
def conditions(draw, depth):  # noqa: PLR0911  one return a shape
    """Text of a condition."""
    shape = draw(
        st.sampled_from(
            ["fact", "word", "set", "compare"]
            + (["and", "or", "not", "known", "chain", "choose"] if depth else [])
        )
    )
    one = lambda: draw(conditions(depth - 1))  # noqa: E731
    if shape == "fact":
        return draw(st.sampled_from([*BOOLEANS, "true", "false"]))
    if shape == "word":
        return draw(st.sampled_from(WORDS).flatmap(word_test))
    if shape == "set":
        return draw(st.sampled_from(SETS).flatmap(set_test))
    if shape in {"and", "or"}:
        return f"({one()} {shape} {one()})"
    if shape == "not":
        return f"(not {one()})"
    if shape == "known":
        return f"is_known({one()})"
    if shape == "choose":
        return f"choose({one()}, {one()}, {one()})"
    unit = draw(st.sampled_from(sorted(UNIT_OF)))
    sign = st.sampled_from(["<", "<=", ">", ">=", "==", "!="])
    parts = [draw(numbers(unit, max(depth - 1, 0))) for _ in range(3 if shape == "chain" else 2)]
    return "(" + "".join(f"{part} {draw(sign)} " for part in parts[:-1]) + parts[-1] + ")"


def fact_values(fact):
    if fact.type == "boolean":
        return st.sampled_from([True, False, None])
    if fact.type == "enum":
        return st.sampled_from([*fact.values, None])
    edges = [0, 1, 17, 18, 65, 100] if fact.type in {"years", "count"} else []
    money = [0, -1, 820_555, 820_556, 820_557, 3_000_001] if not edges else []
    if fact.type == "ppm":
        money = [0, 500_000, 500_001]
    return st.sampled_from([*edges, *money, None])


@st.composite
def subjects(draw, rows=st.integers(1, 70)):
    """Rows of `person_subject` with the facts that expressions name."""
    count = draw(rows)
    seed = draw(st.integers(0, 2**32 - 1))
    random = np.random.default_rng(seed)
    columns = {"subject_id": [f"s{row:03}" for row in range(count)]}
    for name in (*BOOLEANS, *WORDS, *MONEY, *YEARS, *COUNTS, *RATES, "rent_zone"):
        options = list(fact_values(FACTS[name]).elements)
        columns[name] = [options[place] for place in random.integers(0, len(options), count)]
    schema = {"subject_id": pl.String}
    for name in columns:
        if name != "subject_id":
            kinds = {"boolean": pl.Boolean, "enum": pl.String}
            schema[name] = kinds.get(FACTS[name].type, pl.Int64)
    frame = pl.DataFrame(columns, schema=schema)
    for name in SETS:
        fact = FACTS[name]
        for place, (held, known) in enumerate(zip(fact.columns, fact.known_columns, strict=True)):
            width = min(64, len(fact.values) - place * 64)
            mask = np.uint64((1 << width) - 1)
            all_bits = random.integers(0, 2**64, (2, count), dtype=np.uint64) & mask
            sure = np.where(random.random(count) < 0.5, mask, all_bits[1])
            words = np.where(random.random(count) < 0.5, 0, all_bits[0] & sure)
            frame = frame.with_columns(
                pl.Series(held, words.astype(np.uint64)), pl.Series(known, sure)
            )
    return frame


def parsed(text, *, boolean, scope="person"):
    parser = ExpressionParser(FACTS, parameter_shapes(PARAMETERS), scope)
    return parser.parse(text, "test", Position(1, 1), boolean=boolean)


def by_kernel(node, frame):
    plan = Plan(FACTS, AMOUNTS)
    found = plan.result(plan.add(node), frame)
    rows = frame.rows
    if node.type.family == "boolean":
        unknown = np.zeros(rows, bool) if found.unknown is None else unpack(found.unknown, rows)
        values = unpack(found.true, rows)
        return [None if u else bool(v) for u, v in zip(unknown, values, strict=True)]
    known = np.ones(rows, bool) if found.known is None else unpack(found.known, rows)
    values = np.broadcast_to(found.values, rows)
    return [int(v) if k else None for k, v in zip(known, values, strict=True)]


def by_sql(node, table):
    with duckdb.connect() as connection:
        connection.register("subject", table.to_arrow())
        text = SqlWriter(FACTS, AMOUNTS).text(node)
        query = f"SELECT {text} FROM subject ORDER BY subject_id"
        return [row[0] for row in connection.execute(query).fetchall()]


@settings(max_examples=100)
@given(conditions(3), subjects())
def test_conditions_are_the_same_by_kernel_and_by_sql(text, table):
    node = parsed(text, boolean=True)
    if isinstance(node, Problem):
        assert "64 bits" in node.wrong or "below zero" in node.wrong, str(node)
        return
    assert by_kernel(node, subject_frame(table, FACTS)) == by_sql(node, table)


@settings(max_examples=100)
@given(st.sampled_from(sorted(UNIT_OF)).flatmap(lambda unit: numbers(unit, 3)), subjects())
def test_numbers_are_the_same_by_kernel_and_by_sql(text, table):
    node = parsed(text, boolean=False)
    if isinstance(node, Problem):
        assert "64 bits" in node.wrong or "below zero" in node.wrong, str(node)
        return
    assert by_kernel(node, subject_frame(table, FACTS)) == by_sql(node, table)
    for value in by_kernel(node, subject_frame(table, FACTS)):
        assert value is None or node.lowest <= value <= node.highest


@settings(max_examples=40)
@given(
    st.sampled_from(["some_member", "every_member", "count_members"]),
    conditions(2),
    st.lists(st.integers(0, 4), min_size=1, max_size=20),
    st.data(),
)
def test_members_are_the_same_by_kernel_and_by_sql(quantifier, inner, sizes, data):
    """Units of 0 to 4 members, whose rows lie in no order."""
    from hub.programmes.evaluation.frames import Frame, MemberFrame

    text = f"{quantifier}({inner})" + (" >= 2" if quantifier == "count_members" else "")
    node = parsed(text, boolean=True, scope="household")
    if isinstance(node, Problem):
        assert "64 bits" in node.wrong or "below zero" in node.wrong, str(node)
        return
    people = data.draw(subjects(st.just(max(sum(sizes), 1))))
    bounds = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    of_members = subject_frame(people, FACTS).take(np.arange(sum(sizes)))
    units = pl.DataFrame({"subject_id": [f"u{number:03}" for number in range(len(sizes))]})
    frame = Frame(len(sizes), lambda _name: None, lambda: MemberFrame(of_members, bounds))
    homes = [
        name for name, size in zip(units["subject_id"], sizes, strict=True) for _ in range(size)
    ]
    members = pl.DataFrame(
        {
            "household_id": homes,
            "person_id": people["subject_id"].to_list()[: len(homes)],
            "is_counted": [True] * len(homes),
        },
        schema={"household_id": pl.String, "person_id": pl.String, "is_counted": pl.Boolean},
    )
    with duckdb.connect() as connection:
        connection.register("subject", units.to_arrow())
        connection.register("person_subject", people.to_arrow())
        connection.register("assistance_unit_member", members.to_arrow())
        query = f"SELECT {SqlWriter(FACTS, AMOUNTS).text(node)} FROM subject ORDER BY subject_id"
        found = [row[0] for row in connection.execute(query).fetchall()]
    assert by_kernel(node, frame) == found


@pytest.mark.parametrize(
    ("text", "unknown", "known"),
    [
        ("is_farmer and false", False, False),
        ("is_farmer or true", True, True),
        ("not is_farmer", None, False),
        ("is_farmer and has_spouse", None, True),
        ("age_years >= 18", None, True),
        ("choose(is_farmer, 1, 2) == 1", None, True),
        ("known_or(is_farmer, false)", False, True),
        ("least(age_years, 20) == 20", None, True),
    ],
)
def test_what_meets_an_unknown(text, unknown, known):
    table = pl.DataFrame(
        {
            "subject_id": ["a", "b"],
            "is_farmer": [None, True],
            "has_spouse": [True, True],
            "age_years": [None, 40],
        }
    )
    assert by_kernel(parsed(text, boolean=True), subject_frame(table, FACTS)) == [unknown, known]


def test_equal_conditions_are_computed_once():
    plan = Plan(FACTS, AMOUNTS)
    places = [
        plan.add(parsed(text, boolean=True)) for text in ("age_years>=18", " age_years >= 18")
    ]
    assert places[0] == places[1]
    assert plan.add(parsed("age_years >= 19", boolean=True)) != places[0]
    assert isinstance(parsed("age_years >= 18", boolean=True), tree.Comparison)
