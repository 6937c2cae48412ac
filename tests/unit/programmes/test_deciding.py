"""Whole programmes: boundaries, stored rows, kernel against SQL, and what is settled afterwards."""

from __future__ import annotations

import dataclasses
import datetime as dt

import duckdb
import numpy as np
import polars as pl
import pytest

from hub.programmes.catalogue import load_programmes, rule_versions
from hub.programmes.evaluation.compiling import compile_scope
from hub.programmes.evaluation.frames import FactColumnError
from hub.programmes.evaluation.replay import replay
from hub.programmes.evaluation.run import SubjectTables, evaluate
from hub.programmes.evaluation.writing import write_decisions
from hub.programmes.facts import load_facts
from hub.programmes.golden_runs import subject_rows
from hub.programmes.interactions import changed_by_others, exclusive_pairs, settled_alone
from hub.programmes.language import tree
from hub.programmes.language.sql import evaluations
from hub.programmes.parameters import in_force, load_parameters
from hub.programmes.programme import Amount, Condition, Interaction, Programme, Span
from pipelines.benchmarks.decision_profiles import write_profiles
from warehouse.workbench import sql_text

DAY = dt.date(2026, 4, 1)
PARAMETERS = load_parameters()
AMOUNTS = {(v.parameter, v.key): v.amount for v in in_force(PARAMETERS, DAY)}
FACTS = load_facts()
PROGRAMMES = load_programmes()


def comparisons():
    """Every comparison of a fact of a person with a number, in all conditions, once."""
    found = {}
    for programme in PROGRAMMES:
        for condition in programme.conditions:
            for node in tree.walk(condition.rule):
                if (
                    isinstance(node, tree.Comparison)
                    and isinstance(node.left, tree.Fact)
                    and isinstance(node.right, tree.Number)
                    and programme.scope == "person"
                ):
                    found.setdefault(node, (programme, condition))
    return found


def test_every_comparison_turns_exactly_at_its_boundary():
    """Rows one below, at and one above each limit: the condition turns where Python's `<=` does."""
    python = {"<": int.__lt__, "<=": int.__le__, ">": int.__gt__, ">=": int.__ge__}
    python |= {"==": int.__eq__, "!=": int.__ne__}
    template = PROGRAMMES[0]
    checked = 0
    for node, (programme, condition) in comparisons().items():
        only = dataclasses.replace(condition, bit=0, rule=node, evidence=(), valid=Span(None, None))
        probe = dataclasses.replace(
            programme, conditions=(only,), amount=template.amount, in_force=(Span(None, None),)
        )
        probe = dataclasses.replace(
            probe, amount=dataclasses.replace(probe.amount, value=None, margin=None)
        )
        limit = node.right.value
        for value in (limit - 1, limit, limit + 1):
            row = subject_rows([{node.left.name: max(value, 0)}], FACTS)
            holds = python[node.comparator](max(value, 0), limit)
            found = replay(row, probe, PARAMETERS, DAY)
            assert (found.outcome == "eligible") == holds, (programme.code, node.text, value)
            checked += 1
    assert checked > 100


@pytest.fixture(scope="module")
def decided(tmp_path_factory):
    """All programmes over three thousand made-up people, decided and written."""
    folder = tmp_path_factory.mktemp("profiles")
    tables = write_profiles(3_000, folder)
    gaps = {(PROGRAMMES[0].code, 0): ("I24-F19-01",)}
    found = evaluate(tables, PROGRAMMES, FACTS, AMOUNTS, DAY, gaps)
    write_decisions(
        found, folder / "decision.parquet", rule_versions(PROGRAMMES, PARAMETERS, DAY), gaps
    )
    return tables, gaps, pl.read_parquet(folder / "decision.parquet")


def test_the_kernel_stores_what_the_sql_says(decided):
    tables, gaps, stored = decided
    text = evaluations(PROGRAMMES, FACTS, AMOUNTS, DAY, gaps)
    select = sql_text("decisions", "decision").replace("{{evaluations}}", text)
    with duckdb.connect() as connection:
        for name in SubjectTables.__slots__:
            path = getattr(tables, name)
            connection.execute(f"CREATE VIEW {name} AS FROM read_parquet('{path}')")
        connection.execute(f"CREATE TABLE night AS SELECT DATE '{DAY}' AS as_of")
        by_sql = connection.sql(select).pl()
    assert by_sql.height > 1_000
    columns = by_sql.columns
    kernel = stored.select(pl.col(name).cast(by_sql.schema[name]) for name in columns)
    assert kernel.sort("programme_code", "subject_id").equals(
        by_sql.sort("programme_code", "subject_id")
    )


def test_replay_says_what_is_stored(decided):
    tables, gaps, stored = decided
    frames = {name: pl.read_parquet(getattr(tables, name)) for name in SubjectTables.__slots__}
    by_code = {programme.code: programme for programme in PROGRAMMES}
    for row in stored.sample(60, seed=3).iter_rows(named=True):
        programme = by_code[row["programme_code"]]
        subject = frames[f"{programme.scope}_subject"].filter(subject_id=row["subject_id"])
        unit = frames["assistance_unit_member"].filter(
            pl.col("is_counted"), household_id=row["subject_id"]
        )
        members = frames["person_subject"].filter(
            pl.col("subject_id").is_in(unit["person_id"].to_list())
        )
        again = replay(subject, programme, PARAMETERS, DAY, members=members, gaps=gaps)
        for name in ("outcome", "fail_mask", "unknown_mask", "amount", "margin_amount"):
            assert getattr(again, name) == row[name], (programme.code, name)
        assert list(again.reasons) == row["reasons"]


def test_of_exclusive_programmes_one_is_paid(decided):
    _, _, stored = decided
    staying = stored.filter((pl.col("outcome") == "eligible") & ~pl.col("is_excluded"))
    kept = {}
    for subject, code in staying.select("subject_id", "programme_code").iter_rows():
        kept.setdefault(subject, set()).add(code)
    pairs = exclusive_pairs(PROGRAMMES)
    assert not [(s, pair) for s, codes in kept.items() for pair in pairs if set(pair) <= codes]
    excluded = stored.filter("is_excluded")
    assert excluded.height > 50
    assert excluded["payable_amount"].fill_null(0).to_list() == [0] * excluded.height
    assert not excluded["is_new"].any()
    winners = excluded["interaction_codes"].list.eval(pl.element().str.starts_with("EXCLUDED_BY_"))
    assert winners.list.any().all()


def rule(code, value, *, unit="person", interaction=None, wanted="is_farmer"):
    condition = Condition(
        bit=0,
        code="NO",
        expression=wanted,
        rule=tree.Fact(name=wanted) if unit == "person" else tree.Fact(name="owns_home"),
        evidence=(),
        valid=Span(None, None),
        text_ko="t",
        text_en="t",
        citation="c",
    )
    amount = Amount(
        rule="flat",
        expression=str(value),
        value=tree.Number(value=value),
        period="month",
        unit="won",
        margin_expression=None,
        margin=None,
    )
    texts = dict.fromkeys(
        ("ministry", "ministry_ko", "family", "name_ko", "name_en", "template", "benefit"), "x"
    )
    return Programme(
        code=code,
        unit=unit,
        legal_basis="l",
        status="modelled",
        introduced="2010-01",
        in_force=(Span(None, None),),
        payment_cycle="monthly",
        payment_day=None,
        needs_investigation=False,
        conditions=(condition,),
        amount=amount,
        interaction=interaction or Interaction(),
        file=f"{code}.toml",
        digest=code,
        **texts,
    )


def settled(folder, programmes, *, receipts=(), unit_receipts=()):
    """Decide one farmer, who lives alone in a home of her own; return rows by programme."""
    person = subject_rows([{"is_farmer": True, "receipts": list(receipts)}], FACTS)
    unit = subject_rows([{"owns_home": True, "unit_receipts": list(unit_receipts)}], FACTS)
    unit = unit.with_columns(subject_id=pl.lit("unit"))
    members = pl.DataFrame({"household_id": "unit", "person_id": "subject-0", "is_counted": True})
    tables = SubjectTables(*(folder / f"{name}.parquet" for name in SubjectTables.__slots__))
    for path, frame in zip(
        (tables.person_subject, tables.household_subject, tables.assistance_unit_member),
        (person, unit, members),
        strict=True,
    ):
        frame.write_parquet(path)
    found = evaluate(tables, programmes, FACTS, {}, DAY)
    target = folder / "decision.parquet"
    write_decisions(found, target, {each.code: "v" for each in programmes})
    rows = pl.read_parquet(target).sort("programme_code").iter_rows(named=True)
    return {
        row["programme_code"]: (row["payable_amount"], row["interaction_codes"]) for row in rows
    }


def test_programmes_that_no_unit_bears_on_are_written_first(tmp_path):
    """First those that nothing changes, then those that only persons' bear on, then all others."""
    rules = [
        rule("P001", 500, unit="assistance_unit"),
        rule("P002", 100, interaction=Interaction(exclusive=("P003",))),
        rule("P003", 300),
        rule("P004", 200, interaction=Interaction(counted_as_income_in=("P001",))),
    ]
    assert changed_by_others(rules) == {"P001", "P002", "P003"}
    settled(tmp_path, rules)
    written = pl.read_parquet(tmp_path / "decision.parquet")["programme_code"].to_list()
    assert written == ["P004", "P002", "P003", "P001"]


def test_a_unit_s_programme_is_waited_for_through_others():
    chain = [
        rule("P001", 1, unit="dwelling", interaction=Interaction(offset=("P002",))),
        rule("P002", 1, interaction=Interaction(exclusive=("P003", "P999"))),
        rule("P003", 1),
        rule("P004", 1, interaction=Interaction(counted_as_income_in=("P005", "P999"))),
        rule("P005", 1),
        rule("P006", 1),
        rule("P007", 1, interaction=Interaction(group="g")),
        rule("P008", 1, interaction=Interaction(group="g")),
        rule("P009", 1, unit="dwelling", interaction=Interaction(group="g")),
    ]
    assert settled_alone(chain, "person") == {"P004", "P005", "P006"}
    assert settled_alone(chain[:-1], "person") == {"P004", "P005", "P006", "P007", "P008"}


def test_among_people_what_no_other_changes_lowers_others(tmp_path):
    """The programme that bears is written at once, the one that it bears on once that is settled."""
    rules = [
        rule("P001", 500, unit="dwelling"),
        rule("P002", 300, interaction=Interaction(offset=("P003",), is_claimed_first=True)),
        rule("P003", 1_000),
    ]
    assert settled(tmp_path, rules)["P003"] == (700, ["OFFSET_BY_P002"])


def test_a_wrong_column_of_units_stops_the_writing(tmp_path):
    """Units are decided while decisions of people are written."""
    settled(tmp_path, [rule("P001", 500)])
    tables = SubjectTables(*(tmp_path / f"{name}.parquet" for name in SubjectTables.__slots__))
    scope = compile_scope("household", PROGRAMMES, FACTS, AMOUNTS, DAY)
    word = next(name for name in sorted(scope.facts) if FACTS[name].type == "enum")
    unit = pl.read_parquet(tables.household_subject).with_columns(pl.lit("castle").alias(word))
    unit.write_parquet(tables.household_subject)
    found = evaluate(tables, PROGRAMMES, FACTS, AMOUNTS, DAY)
    with pytest.raises(FactColumnError, match=f"column {word} holds 1 words"):
        write_decisions(found, tmp_path / "again.parquet", dict.fromkeys(found.selections, "v"))


def test_the_higher_amount_stays_unless_another_is_received(tmp_path):
    pair = [rule("P001", 100), rule("P002", 200, interaction=Interaction(exclusive=("P001",)))]
    assert settled(tmp_path, pair) == {"P001": (0, ["EXCLUDED_BY_P002"]), "P002": (200, [])}
    found = settled(tmp_path, pair, receipts=["P001"])
    assert found == {"P001": (100, []), "P002": (0, ["EXCLUDED_BY_P001"])}
    equal = [rule("P001", 100), rule("P002", 100, interaction=Interaction(exclusive=("P001",)))]
    assert settled(tmp_path, equal)["P001"] == (100, [])


def test_who_is_excluded_excludes_nobody(tmp_path):
    chain = [
        rule("P001", 100, interaction=Interaction(exclusive=("P002",))),
        rule("P002", 200, interaction=Interaction(exclusive=("P003",))),
        rule("P003", 300),
    ]
    assert [row[0] for row in settled(tmp_path, chain).values()] == [100, 0, 300]


def test_a_member_s_programme_excludes_one_of_the_household(tmp_path):
    pair = [
        rule("P001", 100, unit="dwelling"),
        rule("P002", 200, interaction=Interaction(exclusive=("P001",))),
    ]
    assert settled(tmp_path, pair)["P001"] == (0, ["EXCLUDED_BY_P002"])


def test_what_must_be_claimed_first_counts_as_income_before_it_is_paid(tmp_path):
    income = Interaction(counted_as_income_in=("P001",), is_claimed_first=True)
    pair = [rule("P001", 500, unit="assistance_unit"), rule("P002", 200, interaction=income)]
    assert settled(tmp_path, pair)["P001"] == (300, ["COUNTED_AS_INCOME_P002"])
    # What is received stands in the recognised income already.
    assert settled(tmp_path, pair, receipts=["P002"])["P001"] == (500, [])


def test_what_nobody_receives_is_no_income_of_anybody(tmp_path):
    income = Interaction(counted_as_income_in=("P001",), offset=("P003",))
    rules = [rule("P001", 500), rule("P002", 200, interaction=income), rule("P003", 300)]
    found = settled(tmp_path, rules)
    assert [row[0] for row in found.values()] == [500, 200, 300]
    received = settled(tmp_path, rules, receipts=["P002"])
    assert received["P003"] == (100, ["OFFSET_BY_P002"])


def test_offsets_follow_their_order_and_stop_at_zero(tmp_path):
    def lowers(code):
        return Interaction(offset=(code,), is_claimed_first=True)

    line = [
        rule("P001", 100),
        rule("P002", 150, interaction=lowers("P001")),
        rule("P003", 120, interaction=lowers("P002")),
    ]
    found = settled(tmp_path, line)
    assert [row[0] for row in found.values()] == [70, 30, 120]
    big = [rule("P001", 100), rule("P002", 150, interaction=lowers("P001"))]
    assert settled(tmp_path, big)["P001"] == (0, ["OFFSET_BY_P002"])


def test_dates_and_receipts_decide_who_has_a_row(tmp_path):
    ended = dataclasses.replace(rule("P001", 1), in_force=(Span(None, dt.date(2025, 1, 1)),))
    assert settled(tmp_path, [ended]) == {}
    assert settled(tmp_path, [ended], receipts=["P001"]) == {"P001": (None, [])}
    unknown = rule("P002", 1, wanted="is_artist")
    assert settled(tmp_path, [unknown]) == {}
    assert np.isin("P002", list(settled(tmp_path, [unknown], receipts=["P002"])))
