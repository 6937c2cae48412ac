"""From the text of an expression to its typed tree, or to everything that is wrong with it.

Here: which of Python's expressions belong to the language, and reading them. Never here: the rules of
types and units (`checking`). Next: `hub.programmes.catalogue` parses every condition, amount, margin.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping

from hub.programmes.facts import Fact as FactDefinition
from hub.programmes.language import tree
from hub.programmes.language.checking import (
    ExpressionError,
    ParameterShape,
    arithmetic,
    comparison,
    negative,
    number,
    parameter,
)
from hub.programmes.language.functions import FUNCTIONS
from hub.programmes.language.problems import Problem
from hub.programmes.language.toml_positions import Position
from hub.programmes.language.vocabulary import Family, limits_of, type_of

_COMPARATORS: Mapping[type[ast.cmpop], tree.Comparator] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}
_OPERATORS: Mapping[type[ast.operator], tree.Operator] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.FloorDiv: "//",
}


class ExpressionParser:
    """Parses expressions about one kind of subject.

    Args:
        facts: the vocabulary.
        parameters: name → shape of the parameters of the law.
        scope: `person` or `household`.
    """

    def __init__(
        self,
        facts: Mapping[str, FactDefinition],
        parameters: Mapping[str, ParameterShape],
        scope: str,
    ) -> None:
        self.facts = facts
        self.parameters = parameters
        self.scope = scope
        self.of_members = False

    def parse(
        self, text: str, file: str, position: Position, *, boolean: bool
    ) -> tree.Node | Problem:
        """Return the tree of `text`, or what is wrong with it.

        Args:
            text: the expression.
            file: name of the file it stands in.
            position: where in the file the text begins.
            boolean: whether a condition is asked for; else a number.
        """
        self._source = text
        try:
            try:
                parsed = ast.parse(f"({text}\n)", mode="eval")
            except SyntaxError as error:
                line, column = min(error.lineno or 1, text.count("\n") + 1), error.offset or 1
                raise ExpressionError(
                    "this is no expression",
                    "write one as in docs/programme-language.md",
                    line,
                    max(column - 2, 0) if line == 1 else column - 1,
                ) from None
            except (ValueError, RecursionError, MemoryError):
                raise ExpressionError("this is no expression", "write a shorter one") from None
            node = self._of_family(self.node(parsed.body), "boolean" if boolean else "number")
        except ExpressionError as error:
            line = position.line + error.line - 1
            column = error.column + (position.column if error.line == 1 else 1)
            return Problem(file, line, column, error.wrong, error.remedy)
        return node

    def _of_family(self, node: tree.Node, family: Family) -> tree.Node:
        if node.type.family != family:
            wanted = "true or false" if family == "boolean" else "a number"
            raise ExpressionError(
                f"this gives {node.type}", f"write an expression that gives {wanted}", 1, 0
            )
        return node

    def _place(self, node: ast.AST) -> tuple[int, int]:
        line = getattr(node, "lineno", 1)
        offset = getattr(node, "col_offset", 0)
        lines = f"({self._source}\n)".split("\n")
        column = len(lines[line - 1].encode()[:offset].decode("utf-8", "ignore"))
        return line, max(column - 1, 0) if line == 1 else column

    def node(self, node: ast.expr) -> tree.Node:
        """Read anything of the language."""
        text = ast.unparse(node)
        try:
            return self._read(node, text)
        except ExpressionError as error:
            if error.line:
                raise
            raise ExpressionError(error.wrong, error.remedy, *self._place(node)) from None

    def _read(self, node: ast.expr, text: str) -> tree.Node:  # noqa: PLR0911, PLR0912  one case a kind of node
        match node:
            case ast.Constant():
                return self._constant(node, text)
            case ast.Name(id=name):
                return self._name(name, text)
            case ast.Attribute(value=ast.Name(id="parameter"), attr=name):
                return parameter(self.parameters, name, (), text)
            case ast.Subscript(
                value=ast.Attribute(value=ast.Name(id="parameter"), attr=name), slice=keys
            ):
                elements = keys.elts if isinstance(keys, ast.Tuple) else [keys]
                return parameter(
                    self.parameters, name, tuple(self._key(each) for each in elements), text
                )
            case ast.BoolOp(op=operator, values=values):
                operands = tuple(self.condition(value) for value in values)
                kind = tree.Both if isinstance(operator, ast.And) else tree.Either
                return kind(operands=operands, text=text)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return tree.Negation(operand=self.condition(operand), text=text)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return negative(self.number(operand), text)
            case ast.BinOp(op=operator) if type(operator) in _OPERATORS:
                left, right = self.number(node.left), self.number(node.right)
                return arithmetic(_OPERATORS[type(operator)], left, right, text)
            case ast.BinOp(op=ast.Div()):
                raise ExpressionError(
                    "/ may give fractions of a won", "write //, which rounds down, or half_up_won"
                )
            case ast.Compare():
                return self._compare(node, text)
            case ast.Call(func=ast.Name(id=name)) if name in FUNCTIONS:
                if node.keywords:
                    raise ExpressionError("functions take no names", "give values in order")
                return FUNCTIONS[name](self, node, text)
            case ast.Call():
                raise ExpressionError(
                    f"there is no function {ast.unparse(node.func)}",
                    f"use one of {', '.join(sorted(FUNCTIONS))}",
                )
            case ast.IfExp():
                raise ExpressionError(
                    "if is not of the language", "write choose(condition, value, otherwise)"
                )
        raise ExpressionError(
            f"{type(node).__name__} is not of the language",
            "use facts, whole numbers, 'words', + - * //, comparisons, and or not, in, functions",
        )

    def _constant(self, node: ast.Constant, text: str) -> tree.Node:
        if isinstance(node.value, bool):
            raise ExpressionError(f"{text} is not of the language", f"write {text.lower()}")
        if isinstance(node.value, int):
            return number(node.value, text)
        if isinstance(node.value, str):
            raise ExpressionError(
                "a word stands alone", "compare a fact with it: fact == 'word', 'word' in set"
            )
        raise ExpressionError(f"{text} is no whole number", "write won as 1_000, rates as ppm")

    def _name(self, name: str, text: str) -> tree.Node:
        if name in {"true", "false"}:
            return tree.Truth(value=name == "true", text=text)
        fact = self.facts.get(name)
        if fact is None:
            raise ExpressionError(f"there is no fact {name}", self._nearest(name))
        if self.scope == "household" and fact.scope == "person" and not self.of_members:
            raise ExpressionError(
                f"{name} is a fact of a person, and the subject is a household",
                "ask its members: some_member(…), every_member(…), count_members(…)",
            )
        kind = type_of(fact)
        lowest, highest = limits_of(kind.unit)
        return tree.Fact(name=name, type=kind, text=text, lowest=lowest, highest=highest)

    def _nearest(self, name: str) -> str:
        from difflib import get_close_matches

        near = get_close_matches(name, [*self.facts, "parameter"], n=1)
        return f"did you mean {near[0]}?" if near else "the facts are listed in facts.toml"

    def _key(self, node: ast.expr) -> tree.Node:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return tree.Word(value=node.value, text=repr(node.value))
        return self.node(node)

    def condition(self, node: ast.expr) -> tree.Node:
        """Read what is true or false."""
        read = self.node(node)
        if read.type.family != "boolean":
            raise ExpressionError(
                f"{read.text} is {read.type}, not true or false",
                "compare it with something",
                *self._place(node),
            )
        return read

    def number(self, node: ast.expr) -> tree.Node:
        """Read a number."""
        read = self.node(node)
        if read.type.family != "number":
            raise ExpressionError(
                f"{read.text} is {read.type}, not a number", "use a number", *self._place(node)
            )
        return read

    def _compare(self, node: ast.Compare, text: str) -> tree.Node:
        parts: list[tree.Node] = []
        left = node.left
        for operator, right in zip(node.ops, node.comparators, strict=True):
            parts.append(self._one_comparison(left, operator, right))
            left = right
        return parts[0] if len(parts) == 1 else tree.Both(operands=tuple(parts), text=text)

    def _one_comparison(self, left: ast.expr, operator: ast.cmpop, right: ast.expr) -> tree.Node:
        text = ast.unparse(ast.Compare(left, [operator], [right]))
        if isinstance(operator, (ast.In, ast.NotIn)):
            found = self._contained(left, right, text)
            return (
                found if isinstance(operator, ast.In) else tree.Negation(operand=found, text=text)
            )
        if type(operator) not in _COMPARATORS:
            raise ExpressionError("is is not of the language", "write == or is_known(…)")
        comparator = _COMPARATORS[type(operator)]
        for one, other in ((left, right), (right, left)):
            if isinstance(other, ast.Constant) and isinstance(other.value, str):
                if comparator not in {"==", "!="}:
                    raise ExpressionError("words have no order", "use == or in")
                found = self._word_test(one, (other,), text)
                return found if comparator == "==" else tree.Negation(operand=found, text=text)
        first, second = self.node(left), self.node(right)
        return comparison(comparator, first, second, text)

    def _contained(self, left: ast.expr, right: ast.expr, text: str) -> tree.Node:
        if isinstance(left, ast.Constant) and isinstance(left.value, str):
            return self.set_test(right, (left,), text)
        if isinstance(right, (ast.Tuple, ast.List, ast.Set)):
            return self._word_test(left, tuple(right.elts), text)
        raise ExpressionError(
            "in asks for a word", "write fact in ('word', 'word') or 'word' in set"
        )

    def _word_test(self, operand: ast.expr, words: tuple[ast.expr, ...], text: str) -> tree.Node:
        read = self.node(operand)
        if read.type.family != "word":
            raise ExpressionError(
                f"{read.text} is {read.type}, not a word",
                "compare it with one of its own kind"
                + (": write 'word' in it" if read.type.family == "set" else ""),
                *self._place(operand),
            )
        return tree.OneOf(operand=read, words=self._words(read, words), text=text)

    def set_test(self, operand: ast.expr, words: tuple[ast.expr, ...], text: str) -> tree.Node:
        """Ask whether a set holds one of some words."""
        read = self.set_of(operand)
        return tree.AnyOf(operand=read, words=self._words(read, words), text=text)

    def set_of(self, operand: ast.expr) -> tree.Node:
        """Read a set."""
        read = self.node(operand)
        if read.type.family != "set":
            raise ExpressionError(
                f"{read.text} is {read.type}, not a set", "name a set", *self._place(operand)
            )
        return read

    def _words(self, of: tree.Node, words: tuple[ast.expr, ...]) -> tuple[str, ...]:
        found = set()
        for word in words:
            value = word.value if isinstance(word, ast.Constant) else None
            if not isinstance(value, str):
                raise ExpressionError(
                    f"{ast.unparse(word)} is no word", "write it as 'word'", *self._place(word)
                )
            if value not in of.type.words:
                listed = ", ".join(of.type.words[:20])
                raise ExpressionError(
                    f"{of.text} has no word '{value}'", f"use one of {listed}", *self._place(word)
                )
            found.add(value)
        if not found:
            raise ExpressionError("no word is given", "give at least one")
        return tuple(sorted(found))
