"""Parameters of saved questions are values and nothing else."""

from __future__ import annotations

import pytest

from warehouse.saved_queries import Parameter, SavedQuery, SavedQueryError, saved_query
from warehouse.saved_query_options import chosen_sql

QUESTION = SavedQuery(
    name="paid",
    title="Paid",
    title_ko="지급",
    explains="What was paid.",
    parameters=(
        Parameter("month", "month", None, "the month"),
        Parameter("rule", "code", "D01", "the rule"),
        Parameter("least", "integer", "0", "the least"),
    ),
    sql="SELECT $month, $rule, $least, $rule",
)


def test_values_become_literals_of_their_kind():
    assert QUESTION.statement({"month": "2026-03", "least": "-5"}) == (
        "SELECT DATE '2026-03-01', 'D01', -5, 'D01'"
    )


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"month": "2026-13"},
        {"month": "2026-03-01'; DROP TABLE person; --"},
        {"month": "2026-03", "rule": "D01' OR '1'='1"},
        {"month": "2026-03", "rule": ""},
        {"month": "2026-03", "rule": "D01\n"},
        {"month": "2026-03", "least": "1; SELECT 2"},
        {"month": "2026-03", "least": "1\n"},
        {"month": "2026-03", "other": "1"},
    ],
)
def test_what_is_no_value_of_the_kind_is_refused(values):
    with pytest.raises(SavedQueryError) as refused:
        QUESTION.statement(values)
    assert "DROP" not in str(refused.value)


def test_one_question_is_chosen():
    assert chosen_sql("SELECT 1", None, None) == "SELECT 1"
    assert "DATE '2026-03-01'" in chosen_sql(None, "paid_twice", ["month=2026-03"])
    for wrong in (
        (None, None, None),
        ("SELECT 1", "paid_twice", None),
        ("SELECT 1", None, ["month=2026-03"]),
        (None, "paid_twice", ["month"]),
    ):
        with pytest.raises(SavedQueryError):
            chosen_sql(*wrong)
    with pytest.raises(SavedQueryError, match="no_such"):
        saved_query("no_such")
