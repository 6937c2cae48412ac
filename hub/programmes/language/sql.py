"""The second back end: typed trees as SQL, for DuckDB, and through sqlglot for other engines.

Here: the text of expressions and of whole programmes. Never here: running it. Next: a property test
holds it equal to the kernel; `warehouse/sql/decisions/decision.sql` takes `evaluations`.

Null is unknown, and SQL's three values are those of the language; where SQL's own functions skip
nulls, or round towards zero, the text says what the language means.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence

from hub.programmes.facts import Fact
from hub.programmes.language import tree
from hub.programmes.programme import Programme
from hub.quoting import literal

PPM = 1_000_000
Amounts = Mapping[tuple[str, str], int]
"""(parameter, key) → amount in force."""


class SqlWriter:
    """Writes trees as SQL over `subject`, a row of a subject table.

    Args:
        facts: the vocabulary.
        amounts: parameters in force on the day.
        alias: table alias that facts are read from.
    """

    def __init__(self, facts: Mapping[str, Fact], amounts: Amounts, alias: str = "subject") -> None:
        self.facts = facts
        self.amounts = amounts
        self.alias = alias

    def text(self, node: tree.Node) -> str:  # noqa: PLR0911, PLR0912  one case a kind of node
        """Return the SQL of `node`."""
        match node:
            case tree.Fact(name=name):
                return f"{self.alias}.{name}"
            case tree.Number(value=value):
                return f"CAST({value} AS BIGINT)"
            case tree.Truth(value=value):
                return "TRUE" if value else "FALSE"
            case tree.Word(value=value):
                return literal(value)
            case tree.Parameter():
                return self._parameter(node)
            case tree.Arithmetic(operator="//", left=left, right=right):
                return self._quotient(left, right)
            case tree.Arithmetic(operator=operator, left=left, right=right):
                return f"({self.text(left)} {operator} {self.text(right)})"
            case tree.Comparison(comparator=comparator, left=left, right=right):
                sign = {"==": "=", "!=": "<>"}.get(comparator, comparator)
                return f"({self.text(left)} {sign} {self.text(right)})"
            case tree.OneOf(operand=operand, words=words):
                return f"({self.text(operand)} IN ({', '.join(map(literal, words))}))"
            case tree.AnyOf():
                return self._any_of(node)
            case tree.IsEmpty():
                return self._is_empty(node)
            case tree.Both(operands=operands):
                return f"({' AND '.join(map(self.text, operands))})"
            case tree.Either(operands=operands):
                return f"({' OR '.join(map(self.text, operands))})"
            case tree.Negation(operand=operand):
                return f"(NOT {self.text(operand)})"
            case tree.Choice():
                return self._choice(node)
            case tree.Extreme(function=function, operands=operands):
                texts = [self.text(operand) for operand in operands]
                unknown = " OR ".join(f"{text} IS NULL" for text in texts)
                return f"CASE WHEN {unknown} THEN NULL ELSE {function}({', '.join(texts)}) END"
            case tree.Share(amount=amount, rate=rate):
                return self._share(amount, rate)
            case tree.HalfUp(numerator=numerator, denominator=denominator):
                whole, rest = (
                    self._quotient(numerator, denominator),
                    self._rest(numerator, denominator),
                )
                up = f"CASE WHEN {rest} >= {self.text(denominator)} - {rest} THEN 1 ELSE 0 END"
                return f"({whole} + {up})"
            case tree.FloorTen(operand=operand):
                ten = tree.Number(value=10, lowest=10, highest=10)
                return f"({self._quotient(operand, ten)} * 10)"
            case tree.IsKnown(operand=operand):
                return f"({self.text(operand)} IS NOT NULL)"
            case tree.KnownOr(operand=operand, default=default):
                return f"coalesce({self.text(operand)}, {self.text(default)})"
            case tree.Members():
                return self._members(node)
        raise TypeError(f"{type(node).__name__} has no SQL")

    def _parameter(self, node: tree.Parameter) -> str:
        if not node.keys:
            amount = self.amounts.get((node.name, "all"))
            return "CAST(NULL AS BIGINT)" if amount is None else f"CAST({amount} AS BIGINT)"
        parts = [self.text(_as_text(key)) for key in node.keys]
        key = " || '_' || ".join(f"CAST({part} AS VARCHAR)" for part in parts)
        cases = "".join(
            f" WHEN {literal(found)} THEN CAST({amount} AS BIGINT)"
            for (name, found), amount in sorted(self.amounts.items())
            if name == node.name
        )
        return f"CASE {key}{cases} END" if cases else "CAST(NULL AS BIGINT)"

    def _quotient(self, left: tree.Node, right: tree.Node) -> str:
        one, other = self.text(left), f"nullif({self.text(right)}, 0)"
        if left.lowest >= 0:
            return f"({one} // {other})"
        return f"(({one} - {self._rest(left, right)}) // {other})"

    def _rest(self, left: tree.Node, right: tree.Node) -> str:
        one, other = self.text(left), f"nullif({self.text(right)}, 0)"
        if left.lowest >= 0:
            return f"({one} % {other})"
        return f"((({one} % {other}) + {other}) % {other})"

    def _share(self, amount: tree.Node, rate: tree.Node) -> str:
        million = tree.Number(value=PPM, lowest=PPM, highest=PPM)
        whole, rest = self._quotient(amount, million), self._rest(amount, million)
        part = f"({rest} * {self.text(rate)})"
        if rate.lowest < 0:
            part = f"({part} - (({part} % {PPM}) + {PPM}) % {PPM})"
        return f"({whole} * {self.text(rate)} + {part} // {PPM})"

    def _set_words(self, node: tree.Node, words: Sequence[str]) -> list[tuple[str, str, str]]:
        """Return column, column of what is known, and mask, for each word of bits asked."""
        if not isinstance(node, tree.Fact):
            raise TypeError("a set that is no fact")
        fact = self.facts[node.name]
        masks: dict[int, int] = {}
        for word in words:
            number, bit = fact.bit(word)
            masks[number] = masks.get(number, 0) | 1 << bit
        return [
            (
                f"{self.alias}.{fact.columns[number]}",
                f"{self.alias}.{fact.known_columns[number]}",
                f"CAST({mask} AS UBIGINT)",
            )
            for number, mask in sorted(masks.items())
        ]

    def _any_of(self, node: tree.AnyOf) -> str:
        words = self._set_words(node.operand, node.words)
        held = " OR ".join(f"({column} & {mask}) <> 0" for column, _, mask in words)
        known = " AND ".join(f"({known} & {mask}) = {mask}" for _, known, mask in words)
        return f"CASE WHEN {held} THEN TRUE WHEN {known} THEN FALSE END"

    def _is_empty(self, node: tree.IsEmpty) -> str:
        words = self._set_words(node.operand, node.operand.type.words)
        held = " OR ".join(f"({column} & {mask}) <> 0" for column, _, mask in words)
        known = " AND ".join(f"({known} & {mask}) = {mask}" for _, known, mask in words)
        return f"CASE WHEN {held} THEN FALSE WHEN {known} THEN TRUE END"

    def _choice(self, node: tree.Choice) -> str:
        cases = []
        for condition, value in zip(node.conditions, node.values, strict=True):
            asked = self.text(condition)
            cases.append(f"WHEN ({asked}) IS NULL THEN NULL WHEN {asked} THEN {self.text(value)}")
        return f"CASE {' '.join(cases)} ELSE {self.text(node.otherwise)} END"

    def _members(self, node: tree.Members) -> str:
        inner = SqlWriter(self.facts, self.amounts, "member").text(node.operand)
        unknown = f"max(CASE WHEN ({inner}) IS NULL THEN 1 ELSE 0 END) = 1"
        if node.quantifier == "some":
            found = f"max(CASE WHEN {inner} THEN 1 ELSE 0 END) = 1"
            value = f"CASE WHEN {found} THEN TRUE WHEN {unknown} THEN NULL ELSE FALSE END"
        elif node.quantifier == "every":
            found = f"max(CASE WHEN NOT ({inner}) THEN 1 ELSE 0 END) = 1"
            value = f"CASE WHEN {found} THEN FALSE WHEN {unknown} THEN NULL ELSE TRUE END"
        else:
            each = inner if node.quantifier == "sum" else f"CASE WHEN {inner} THEN 1 ELSE 0 END"
            total = f"CAST(coalesce(sum({each}), 0) AS BIGINT)"
            value = f"CASE WHEN {unknown} THEN NULL ELSE {total} END"
        return (
            f"(SELECT {value} FROM assistance_unit_member AS unit INNER JOIN person_subject AS member"
            " ON member.subject_id = unit.person_id"
            f" WHERE unit.household_id = {self.alias}.subject_id AND unit.is_counted)"
        )


def _as_text(key: tree.Node) -> tree.Node:
    return tree.Word(value=str(key.value)) if isinstance(key, tree.Number) else key


def evaluations(
    programmes: Sequence[Programme],
    facts: Mapping[str, Fact],
    amounts: Amounts,
    day: dt.date,
    gaps: Collection[tuple[str, int]] = (),
) -> str:
    """Return the SQL that evaluates `programmes` on `day`: one row a subject and programme.

    Columns: subject_id, subject_kind, programme_code, is_in_force, is_received, fail_mask,
    unknown_mask, has_amount, amount, margin_amount.
    """
    writer = SqlWriter(facts, amounts)
    missing = frozenset(gaps)
    return "\nUNION ALL\n".join(
        _evaluation(programme, writer, day, missing) for programme in programmes
    )


def _evaluation(
    programme: Programme, writer: SqlWriter, day: dt.date, missing: frozenset[tuple[str, int]]
) -> str:
    is_in_force = programme.is_in_force(day)
    conditions = programme.conditions_on(day) if is_in_force else ()
    tested = [
        "CAST(NULL AS BOOLEAN)" if (programme.code, each.bit) in missing else writer.text(each.rule)
        for each in conditions
    ]
    columns = "".join(
        f",\n        {text} AS c{each.bit}" for each, text in zip(conditions, tested, strict=True)
    )
    masks = {
        name: " + ".join(
            f"CASE WHEN {test.format(each.bit)} THEN {1 << each.bit} ELSE 0 END"
            for each in conditions
        )
        or "0"
        for name, test in (("fail", "NOT c{}"), ("unknown", "c{} IS NULL"))
    }
    value, margin = programme.amount.value, programme.amount.margin
    amount_text = "NULL" if value is None or not is_in_force else writer.text(value)
    margin_text = "NULL" if margin is None or not is_in_force else writer.text(margin)
    fact = writer.facts["receipts" if programme.scope == "person" else "unit_receipts"]
    number, bit = fact.bit(programme.code)
    received = f"(subject.{fact.columns[number]} & CAST({1 << bit} AS UBIGINT)) <> 0"
    return f"""SELECT
    subject_id,
    '{programme.unit}' AS subject_kind,
    '{programme.code}' AS programme_code,
    {"TRUE" if is_in_force else "FALSE"} AS is_in_force,
    is_received,
    CAST({masks["fail"]} AS BIGINT) AS fail_mask,
    CAST({masks["unknown"]} AS BIGINT) AS unknown_mask,
    {"FALSE" if value is None else "TRUE"} AS has_amount,
    amount,
    margin_amount
FROM (
    SELECT
        subject.subject_id,
        {received} AS is_received,
        CAST({amount_text} AS BIGINT) AS amount,
        CAST({margin_text} AS BIGINT) AS margin_amount{columns}
    FROM {programme.scope}_subject AS subject
) AS tested"""
