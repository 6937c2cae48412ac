"""From TOML files to programmes, or to everything that is wrong with them, all at once.

Here: reading and checking `catalogue/P*.toml` and `evidence.toml`. Never here: the expression
language (`language`), deciding (`evaluation`). Next: `hub.programmes.catalogue` loads with it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from hub.programmes.facts import Fact, load_facts
from hub.programmes.field_reading import FieldReader
from hub.programmes.language.checking import ParameterShape, parameter_shapes
from hub.programmes.language.parsing import ExpressionParser
from hub.programmes.language.problems import Problem, ProgrammeError
from hub.programmes.language.toml_positions import Path as FieldPath
from hub.programmes.language.toml_positions import field_positions
from hub.programmes.language.tree import Node
from hub.programmes.parameters import ParameterValue, load_parameters
from hub.programmes.programme import (
    BENEFITS,
    LARGEST_BIT,
    UNITS,
    Amount,
    Condition,
    Interaction,
    Programme,
    Span,
)

EVIDENCE_FILE = Path(__file__).parent / "evidence.toml"
Evidence = Mapping[str, tuple[tuple[str, ...], ...]]
"""Evidence set → groups of document types; one of each group is enough."""

_TEXTS = (
    "code",
    "ministry",
    "ministry_ko",
    "family",
    "name_ko",
    "name_en",
    "template",
    "unit",
    "benefit",
    "legal_basis",
    "status",
    "introduced",
)
_TABLES = ("in_force", "payment", "needs_investigation", "condition", "amount", "interaction")
_CONDITION_TEXTS = ("code", "expression", "text_ko", "text_en", "citation")
_CONDITION_FIELDS = {*_CONDITION_TEXTS, "bit", "evidence", "valid_from", "valid_to"}
_AMOUNT_FIELDS = {"rule", "expression", "period", "unit", "margin"}
_INTERACTION_LISTS = ("exclusive", "counted_as_income_in", "offset")
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "unit": tuple(UNITS),
    "benefit": BENEFITS,
    "status": ("attested", "modelled"),
}
_CODE = re.compile(r"P\d{3}")
_REASON = re.compile(r"[A-Z][A-Z0-9_]*")
_MONTH = re.compile(r"\d{4}-\d{2}")
_PERIOD_OF = {"won_per_month": "month", "won_per_year": "year"}


class _FileReader(FieldReader):
    """Reads one programme."""

    def __init__(
        self,
        path: Path,
        facts: Mapping[str, Fact],
        shapes: Mapping[str, ParameterShape],
        evidence: Evidence,
    ) -> None:
        super().__init__(path.name)
        self.content = path.read_bytes()
        self.evidence = evidence
        self.facts, self.shapes = facts, shapes

    def read(self) -> Programme | None:
        """Return the programme, or None where something is wrong with it."""
        try:
            text = self.content.decode("utf-8")
            entry = tomllib.loads(text)
        except UnicodeDecodeError:
            self.wrong((), "the file is not UTF-8", "save it as UTF-8")
            return None
        except tomllib.TOMLDecodeError as error:
            found = re.search(r"line (\d+), column (\d+)", str(error))
            line, column = (int(found[1]), int(found[2])) if found else (1, 1)
            what = re.sub(r" \(at .*\)", "", str(error))
            self.problems.append(Problem(self.name, line, column, what, "write valid TOML"))
            return None
        self.positions = field_positions(text)
        self.no_other(entry, (), {*_TEXTS, *_TABLES})
        texts = {field: self.text(entry, (field,)) for field in _TEXTS}
        for field, words in _CHOICES.items():
            if texts[field] and texts[field] not in words:
                self.wrong((field,), f"{field} is {texts[field]}", f"one of {', '.join(words)}")
        if texts["code"] and not _CODE.fullmatch(texts["code"]):
            self.wrong(("code",), "the code is no P and three digits", "write the register's code")
        elif texts["code"] and not self.name.startswith(f"{texts['code']}_"):
            self.wrong(("code",), "the file is named after another code", "rename the file")
        if texts["introduced"] and not _MONTH.fullmatch(texts["introduced"]):
            self.wrong(("introduced",), "introduced is no month", 'write it as "2010-01"')
        scope = UNITS.get(texts["unit"], "person")
        parser = ExpressionParser(self.facts, self.shapes, scope)
        conditions = self._conditions(entry, parser)
        amount = self._amount(entry, parser)
        payment = entry.get("payment", {})
        needs = entry.get("needs_investigation")
        if not isinstance(needs, bool):
            self.wrong(("needs_investigation",), "needs_investigation is absent", "true or false")
        spans = self._in_force(entry)
        interaction = self._interaction(entry)
        if self.problems or amount is None:
            return None
        return Programme(
            **texts,
            in_force=spans,
            payment_cycle=str(payment.get("cycle", "")),
            payment_day=payment.get("day"),
            needs_investigation=bool(needs),
            conditions=conditions,
            amount=amount,
            interaction=interaction,
            file=self.name,
            digest=hashlib.sha256(self.content).hexdigest(),
        )

    def _conditions(
        self, entry: Mapping[str, Any], parser: ExpressionParser
    ) -> tuple[Condition, ...]:
        entries = entry.get("condition", [])
        if not isinstance(entries, list) or not entries:
            self.wrong((), "the programme has no condition", "write at least one [[condition]]")
            return ()
        read = [
            self._condition(each, ("condition", number), parser)
            for number, each in enumerate(entries)
        ]
        found = [condition for condition in read if condition is not None]
        for number, later in enumerate(read):
            for earlier in read[:number]:
                if earlier and later:
                    self._check_variants(earlier, later, ("condition", number))
        return tuple(found)

    def _check_variants(self, earlier: Condition, later: Condition, place: FieldPath) -> None:
        same_bit, same_code = earlier.bit == later.bit, earlier.code == later.code
        if same_bit != same_code:
            field, value = ("bit", later.bit) if same_bit else ("code", later.code)
            self.wrong((*place, field), f"{field} {value} has two conditions", "give each its own")
        elif same_bit and _overlap(earlier.valid, later.valid):
            self.wrong(
                (*place, "bit"),
                f"bit {later.bit} has two variants on one day",
                "close the earlier one with valid_to, or give the later another bit and code",
            )

    def _condition(
        self, entry: Mapping[str, Any], place: FieldPath, parser: ExpressionParser
    ) -> Condition | None:
        self.no_other(entry, place, _CONDITION_FIELDS)
        texts = {field: self.text(entry, (*place, field)) for field in _CONDITION_TEXTS}
        if texts["code"] and not _REASON.fullmatch(texts["code"]):
            self.wrong((*place, "code"), "the code has other signs", "use A-Z, 0-9 and _")
        bit = entry.get("bit")
        if not isinstance(bit, int) or isinstance(bit, bool) or not 0 <= bit <= LARGEST_BIT:
            self.wrong((*place, "bit"), "bit is no place", f"write 0 to {LARGEST_BIT}")
            bit = -1
        names = entry.get("evidence", [])
        for name in names:
            if name not in self.evidence:
                self.wrong(
                    (*place, "evidence"), f"there is no set {name}", "add it to evidence.toml"
                )
        valid = self.span(entry, place, "valid_from", "valid_to")
        if not texts["expression"]:
            return None
        rule = self.expression(parser, entry["expression"], (*place, "expression"), boolean=True)
        if rule is None or bit < 0:
            return None
        return Condition(bit=bit, rule=rule, evidence=tuple(names), valid=valid, **texts)

    def _amount(self, entry: Mapping[str, Any], parser: ExpressionParser) -> Amount | None:
        amount = entry.get("amount")
        if not isinstance(amount, dict):
            self.wrong(("amount",), "there is no [amount]", "write one, with rule, period, unit")
            return None
        self.no_other(amount, ("amount",), _AMOUNT_FIELDS)
        texts = {f: self.text(amount, ("amount", f)) for f in ("rule", "period", "unit")}
        value = margin = None
        if "expression" in amount:
            place = ("amount", "expression")
            value = self.expression(parser, amount["expression"], place, boolean=False)
            if value is not None:
                self._check_unit(value, texts["unit"], texts["period"])
        if "margin" in amount:
            place = ("amount", "margin")
            margin = self.expression(parser, amount["margin"], place, boolean=False)
            if margin is not None and margin.type.unit not in {"", "won", "won_per_month"}:
                self.wrong(place, f"the margin is {margin.type}", "write won")
        return Amount(
            rule=texts["rule"],
            expression=amount.get("expression"),
            value=value,
            period=texts["period"],
            unit=texts["unit"],
            margin_expression=amount.get("margin"),
            margin=margin,
        )

    def _check_unit(self, value: Node, unit: str, period: str) -> None:
        is_money = value.type.unit.startswith("won")
        if value.type.unit and is_money != (unit == "won"):
            self.wrong(("amount", "expression"), f"this gives {value.type}", f"give {unit}")
        wanted = _PERIOD_OF.get(value.type.unit)
        if wanted is not None and period != wanted:
            self.wrong(
                ("amount", "period"),
                f"the expression gives {value.type}, the period is {period}",
                f'write period = "{wanted}", or multiply by months or years',
            )

    def _in_force(self, entry: Mapping[str, Any]) -> tuple[Span, ...]:
        entries = entry.get("in_force")
        if not isinstance(entries, list) or not entries:
            self.wrong(("in_force",), "in_force is absent", "write [{ from = 2000-10-01 }]")
            return ()
        spans = []
        for number, each in enumerate(entries):
            place = ("in_force", number)
            if not isinstance(each, dict) or "from" not in each or set(each) - {"from", "to"}:
                self.wrong(place, "in_force has other fields", "write { from = …, to = … }")
                continue
            spans.append(self.span(each, place, "from", "to"))
        if any(_overlap(a, b) for i, a in enumerate(spans) for b in spans[:i]):
            self.wrong(("in_force",), "two spans overlap", "join them")
        return tuple(spans)

    def _interaction(self, entry: Mapping[str, Any]) -> Interaction:
        content = entry.get("interaction", {})
        self.no_other(content, ("interaction",), {*_INTERACTION_LISTS, "group", "claimed_first"})
        lists: dict[str, tuple[str, ...]] = {}
        receipts = self.facts.get("receipts")
        known = set(receipts.values) if receipts else set()
        for kind in _INTERACTION_LISTS:
            place = ("interaction", kind)
            codes = content.get(kind, [])
            if not isinstance(codes, list):
                self.wrong(place, f"{kind} is no list", 'write ["P001"]')
                codes = []
            for code in codes:
                if code not in known:
                    self.wrong(place, f"there is no programme {code}", "write a code of a register")
                if code == entry.get("code"):
                    self.wrong(place, "a programme cannot bear on itself", "take it out")
            lists[kind] = tuple(codes)
        is_claimed_first = content.get("claimed_first", False)
        if not isinstance(is_claimed_first, bool):
            self.wrong(
                ("interaction", "claimed_first"), "claimed_first is neither true nor false",
                "write true or take it out",
            )  # fmt: skip
        return Interaction(
            **lists,
            group=str(content.get("group", "")),
            is_claimed_first=is_claimed_first is True,
        )


def _overlap(one: Span, other: Span) -> bool:
    first = max(one.first or dt.date.min, other.first or dt.date.min)
    return first <= min(one.last or dt.date.max, other.last or dt.date.max)


def load_evidence(path: Path = EVIDENCE_FILE) -> Evidence:
    """Return evidence sets: name → groups of document types; one of each group is enough."""
    content = tomllib.loads(path.read_text("utf-8"))
    return {name: tuple(tuple(group) for group in groups) for name, groups in content.items()}


def read_programmes(
    paths: Iterable[Path],
    *,
    facts: Mapping[str, Fact] | None = None,
    parameters: Sequence[ParameterValue] | None = None,
    evidence: Evidence | None = None,
) -> tuple[Programme, ...]:
    """Read the programmes of `paths`, in code order.

    Raises:
        ProgrammeError: something is wrong; it holds the problems of all files.
    """
    facts = load_facts() if facts is None else facts
    shapes = parameter_shapes(load_parameters() if parameters is None else parameters)
    evidence = load_evidence() if evidence is None else evidence
    programmes: dict[str, Programme] = {}
    problems: list[Problem] = []
    for path in sorted(paths):
        reader = _FileReader(path, facts, shapes, evidence)
        programme = reader.read()
        problems += reader.problems
        if programme is None:
            continue
        if programme.code in programmes:
            other = programmes[programme.code].file
            what = f"programme {programme.code} stands in {other}, too"
            problems.append(Problem(path.name, 1, 1, what, "keep one of the two files"))
        programmes[programme.code] = programme
    if problems:
        raise ProgrammeError(problems)
    return tuple(programmes[code] for code in sorted(programmes))
