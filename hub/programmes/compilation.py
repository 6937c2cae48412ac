"""From a programme's TOML to the SQL that decides it, for all subjects at once.

Here: checking expressions (only facts of the subject, integers, a few functions), filling in
parameters, one SELECT a programme, and the rule version. Never here: running SQL. Next: the text
fills `{{evaluations}}` in `warehouse/sql/decisions/decision.sql`.

Three values throughout: a condition is true, false or null. Null is unknown, and SQL keeps it so.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError

from hub.programmes.catalogue import Programme, ProgrammeError
from hub.programmes.parameters import ParameterValue, in_force

FACTS: Mapping[str, frozenset[str]] = {
    "household": frozenset(
        {
            "unit_size",
            "recognised_income_amount",
            "median_income_amount",
            "livelihood_threshold_amount",
            "medical_threshold_amount",
            "housing_threshold_amount",
            "education_threshold_amount",
            "worker_count",
            "has_permitted_member",
            "is_tenant",
            "owns_house",
            "actual_rent_amount",
            "standard_rent_amount",
        }
    ),
    "person": frozenset(
        {
            "age_years",
            "is_citizen",
            "is_citizen_or_refugee",
            "is_severely_disabled",
            "school_level",
            "is_child_of_single_parent",
            "recognised_income_amount",
            "median_income_amount",
            "education_threshold_amount",
            "is_on_livelihood",
            "has_spouse",
            "has_spouse_of_pension_age",
            "has_occupational_pension",
            "pension_recognised_income_amount",
            "pension_threshold_amount",
            "education_grant_amount",
        }
    ),
}
"""Columns of `household_subject` and `person_subject` that expressions may name."""

_MARK = re.compile(r"\{([a-z_0-9]+)\.([a-z_0-9]+)\}")
_ALLOWED = (
    exp.Column,
    exp.Identifier,
    exp.Literal,
    exp.Boolean,
    exp.Null,
    exp.And,
    exp.Or,
    exp.Not,
    exp.Paren,
    exp.Predicate,
    exp.Add,
    exp.Sub,
    exp.Mul,
    exp.IntDiv,
    exp.Case,
    exp.If,
    exp.Coalesce,
    exp.Greatest,
    exp.Least,
    exp.In,
    exp.Is,
    exp.Neg,
    exp.Between,
)


def check_expression(text: str, scope: str, place: str) -> None:
    """Check that `text` is a total, integer expression over the facts of `scope`.

    Raises:
        ProgrammeError: it names no fact of the subject, or is no such expression.
    """
    probe = _MARK.sub("0", text)
    try:
        tree = sqlglot.parse_one(probe, read="duckdb")
    except ParseError:
        raise ProgrammeError(f"{place}: not an expression of SQL") from None
    for node in tree.walk():
        if isinstance(node, exp.Column):
            if node.name not in FACTS[scope] or node.table:
                raise ProgrammeError(f"{place}: {node.name} is no fact of a {scope}")
        elif isinstance(node, exp.Literal) and not node.is_string and not node.is_int:
            raise ProgrammeError(f"{place}: a number with a fraction; rates are parts per million")
        elif not isinstance(node, _ALLOWED):
            raise ProgrammeError(f"{place}: {type(node).__name__} is not allowed in an expression")


def _filled(text: str, values: Mapping[tuple[str, str], int | None], place: str) -> str:
    def amount(match: re.Match[str]) -> str:
        name = (match[1], match[2])
        if name not in values:
            raise ProgrammeError(f"{place}: no parameter {match[1]} with the key {match[2]}")
        value = values[name]
        return "CAST(NULL AS BIGINT)" if value is None else str(value)

    return _MARK.sub(amount, text.strip())


def basis_digest(
    parameters: tuple[ParameterValue, ...], day: dt.date, *, sql_digest: str = ""
) -> str:
    """Return the SHA-256 of what all rules share: parameters in force on `day`, and the SQL."""
    cells = [
        [value.parameter, value.key, value.valid_from, value.published_at, value.amount]
        for value in in_force(parameters, day)
    ]
    text = json.dumps({"parameters": cells, "sql": sql_digest}, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def rule_version(programme: Programme, basis: str) -> str:
    """Return the SHA-256 of everything that decides: the rule, and `basis_digest`."""
    text = json.dumps(asdict(programme), sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256((text + basis).encode()).hexdigest()


def _evaluation(
    programme: Programme,
    values: Mapping[tuple[str, str], int | None],
    version: str,
    day: dt.date,
) -> str:
    place = f"programme {programme.code}"
    scope = programme.scope
    for name, text in (
        ("gate", programme.gate),
        ("margin", programme.margin),
        ("amount.expression", programme.amount),
        *((f"condition {c.code}, field expression", c.expression) for c in programme.conditions),
    ):
        if text is not None:
            check_expression(text, scope, f"{place}, field {name}")
    conditions = ",\n        ".join(
        f"CASE WHEN gap_{c.bit}.bit IS NULL THEN ({_filled(c.expression, values, place)}) END"
        f" AS c{c.bit}"
        for c in programme.conditions
    )
    gaps = "\n    ".join(
        f"LEFT JOIN condition_gap AS gap_{c.bit}"
        f" ON gap_{c.bit}.programme_code = '{programme.code}' AND gap_{c.bit}.bit = {c.bit}"
        for c in programme.conditions
    )
    fail_mask = " + ".join(
        f"CASE WHEN NOT c{c.bit} THEN {1 << c.bit} ELSE 0 END" for c in programme.conditions
    )
    unknown_mask = " + ".join(
        f"CASE WHEN c{c.bit} IS NULL THEN {1 << c.bit} ELSE 0 END" for c in programme.conditions
    )
    failed = ", ".join(f"CASE WHEN NOT c{c.bit} THEN '{c.code}' END" for c in programme.conditions)
    unknown = ", ".join(
        f"CASE WHEN c{c.bit} IS NULL THEN '{c.code}' END" for c in programme.conditions
    )
    amount = "NULL" if programme.amount is None else _filled(programme.amount, values, place)
    margin = "NULL" if programme.margin is None else _filled(programme.margin, values, place)
    is_in_force = programme.in_force_from <= day and (
        programme.in_force_to is None or day <= programme.in_force_to
    )
    return f"""SELECT
    subject_id,
    '{programme.unit}' AS subject_kind,
    '{programme.code}' AS programme_code,
    '{version}' AS rule_version,
    {"TRUE" if is_in_force else "FALSE"} AS is_in_force,
    passes_gate,
    is_received,
    CAST({fail_mask} AS BIGINT) AS fail_mask,
    CAST({unknown_mask} AS BIGINT) AS unknown_mask,
    concat_ws(',', {failed}) AS failed,
    concat_ws(',', {unknown}) AS unknown,
    {"FALSE" if programme.amount is None else "TRUE"} AS has_amount,
    amount,
    margin_amount
FROM (
    SELECT
        CAST(subject.subject_id AS VARCHAR) AS subject_id,
        coalesce(({_filled(programme.gate, values, place)}), FALSE) AS passes_gate,
        received.subject_id IS NOT NULL AS is_received,
        {conditions},
        CAST(({amount}) AS BIGINT) AS amount,
        CAST(({margin}) AS BIGINT) AS margin_amount
    FROM {scope}_subject AS subject
    LEFT JOIN received_subject AS received
        ON received.subject_id = CAST(subject.subject_id AS VARCHAR)
        AND received.subject_scope = '{scope}'
        AND received.programme_code = '{programme.code}'
    {gaps}
) AS tested"""


def evaluations(
    programmes: tuple[Programme, ...],
    parameters: tuple[ParameterValue, ...],
    day: dt.date,
    *,
    sql_digest: str = "",
) -> str:
    """Return the SQL that evaluates `programmes` on `day`: one row a subject and programme.

    A parameter that has no value on `day` makes what it is used in unknown.

    Raises:
        ProgrammeError: an expression or a parameter is wrong.
    """
    values: dict[tuple[str, str], int | None] = {
        (value.parameter, value.key): None for value in parameters
    }
    values |= {(value.parameter, value.key): value.amount for value in in_force(parameters, day)}
    basis = basis_digest(parameters, day, sql_digest=sql_digest)
    return "\nUNION ALL\n".join(
        _evaluation(programme, values, rule_version(programme, basis), day)
        for programme in programmes
    )
