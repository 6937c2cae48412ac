"""The same programmes in OpenFisca, for comparison: a development dependency, in a process of its own.

Here: facts as input variables, conditions and programmes as formulas over numpy vectors. Never here: the
hub's own kernel. Next: `pipelines.benchmarks.decisions` divides the two speeds.

OpenFisca has no unknown and no sets: it takes 0 or false for what is unknown and a truth for each word of
a set, and gives only who is entitled. Programmes of
persons without members and without parameters by key are compared; both sides do the same ones, and
must entitle equally many. Each side is timed by the clock, as it is used on the machine (the hub decides
pieces on two threads, OpenFisca has one), and by its processor seconds.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hub.programmes.catalogue import load_programmes
from hub.programmes.evaluation.compiling import CompiledScope, compile_scope
from hub.programmes.evaluation.deciding import eligible_rows, test_conditions
from hub.programmes.evaluation.frames import Frame
from hub.programmes.evaluation.matching import COMPARE
from hub.programmes.evaluation.reading import ROWS_OF_A_PIECE
from hub.programmes.evaluation.replay import subject_frame
from hub.programmes.evaluation.run import THREADS
from hub.programmes.facts import load_facts
from hub.programmes.language import tree
from hub.programmes.programme import Programme

_PERIOD = "2026-04"
_NODES = (
    tree.Fact,
    tree.Number,
    tree.Truth,
    tree.Comparison,
    tree.OneOf,
    tree.AnyOf,
    tree.Both,
    tree.Either,
    tree.Negation,
)


def compared_programmes() -> tuple[Programme, ...]:
    """Return the programmes of persons that both sides can decide."""
    return tuple(
        programme
        for programme in load_programmes()
        if programme.scope == "person"
        and all(
            isinstance(node, _NODES)
            for condition in programme.conditions
            for node in tree.walk(condition.rule)
        )
    )


def measure_openfisca(folder: Path, people: int) -> dict[str, Any]:
    """Decide the compared programmes for `people` people of `folder` with OpenFisca.

    Returns programmes, decisions a second and a processor second, and how many are entitled by programme.
    """
    from openfisca_core import entities, periods, simulations, taxbenefitsystems
    from openfisca_core.variables import config

    config.VALUE_TYPES[float]["dtype"] = np.float64
    config.VALUE_TYPES[int]["dtype"] = np.int64
    from openfisca_core.variables import Variable

    programmes = compared_programmes()
    person = entities.Entity("person", "persons", "", "")
    system = taxbenefitsystems.TaxBenefitSystem([person])
    month = periods.DateUnit.MONTH

    def register(name: str, kind: type, formula: Callable[..., Any] | None = None) -> None:
        content = {"value_type": kind, "entity": person, "definition_period": month, "label": name}
        if formula is not None:
            content["formula"] = formula
        system.add_variable(type(name, (Variable,), content))

    table = pl.read_parquet(folder / "person_subject.parquet", n_rows=people)
    inputs = _inputs(table, programmes)
    for name, values in inputs.items():
        register(name, bool if values.dtype == np.bool_ else int)
    for programme in programmes:
        names = []
        for condition in programme.conditions:
            names.append(f"{programme.code}_{condition.bit}")
            register(names[-1], bool, _condition_formula(condition.rule))
        register(programme.code, bool, _programme_formula(names))
    builder = simulations.SimulationBuilder()
    builder.create_entities(system)
    builder.declare_person_entity("person", np.arange(table.height))
    simulation = builder.build(system)
    for name, values in inputs.items():
        simulation.set_input(name, _PERIOD, values)
    timed = _Timed()
    entitled = {
        each.code: int(simulation.calculate(each.code, _PERIOD).sum()) for each in programmes
    }
    return timed.speeds(table.height * len(programmes)) | {
        "programmes": len(programmes),
        "entitled": entitled,
    }


class _Timed:
    """Speeds from the moment that it is made."""

    def __init__(self) -> None:
        self._clock, self._processor = time.perf_counter(), time.process_time()

    def speeds(self, decisions: int) -> dict[str, Any]:
        """Return decisions a second and a processor second."""
        clock, processor = time.perf_counter(), time.process_time()
        return {
            "decisions_a_second": int(decisions / (clock - self._clock)),
            "decisions_a_processor_second": int(decisions / (processor - self._processor)),
        }


def _inputs(table: pl.DataFrame, programmes: Sequence[Programme]) -> dict[str, NDArray[Any]]:
    """Return the values of each fact that is asked; of a set a truth for each word that is asked."""
    facts = load_facts()
    inputs: dict[str, NDArray[Any]] = {}
    for node in _nodes(programmes):
        match node:
            case tree.Fact(name=name) if facts[name].type != "set":
                (column,) = facts[name].columns
                values = table[column]
                if facts[name].type == "enum":
                    values = values.replace_strict(
                        list(facts[name].values),
                        range(len(facts[name].values)),
                        return_dtype=pl.Int64,
                    )
                inputs[name] = values.fill_null(values.dtype.to_python()(0)).to_numpy()
            case tree.AnyOf(operand=tree.Fact(name=name), words=words):
                for word in words:
                    place, bit = facts[name].bit(word)
                    held = table[facts[name].columns[place]].cast(pl.UInt64).fill_null(0)
                    inputs[_word_input(name, word)] = (held.to_numpy() >> np.uint64(bit) & 1) == 1
    return inputs


def _nodes(programmes: Sequence[Programme]) -> Iterator[tree.Node]:
    for programme in programmes:
        for condition in programme.conditions:
            yield from tree.walk(condition.rule)


def _word_input(name: str, word: str) -> str:
    return f"{name}__{word}"


def _condition_formula(rule: tree.Node) -> Callable[..., Any]:
    def value(  # noqa: PLR0911  one return a kind of node
        node: tree.Node, person: Any, period: Any
    ) -> Any:
        match node:
            case tree.Fact(name=name):
                return person(name, period)
            case tree.Number(value=number) | tree.Truth(value=number):
                return number
            case tree.Comparison(comparator=sign, left=left, right=right):
                return COMPARE[sign](value(left, person, period), value(right, person, period))
            case tree.OneOf(operand=operand, words=words):
                places = [operand.type.words.index(word) for word in words]
                return np.isin(value(operand, person, period), places)
            case tree.AnyOf(operand=tree.Fact(name=name), words=words):
                return np.logical_or.reduce(
                    [person(_word_input(name, word), period) for word in words]
                )
            case tree.Both(operands=operands):
                return np.logical_and.reduce([value(each, person, period) for each in operands])
            case tree.Either(operands=operands):
                return np.logical_or.reduce([value(each, person, period) for each in operands])
            case tree.Negation(operand=operand):
                return ~value(operand, person, period)
        raise TypeError(type(node).__name__)

    def formula(person: Any, period: Any) -> Any:
        return value(rule, person, period)

    return formula


def _programme_formula(names: Sequence[str]) -> Callable[..., Any]:
    def formula(person: Any, period: Any) -> Any:
        return np.logical_and.reduce([person(name, period) for name in names])

    return formula


def measure_kernel(folder: Path, people: int) -> dict[str, Any]:
    """Decide the same programmes for the same people with the hub's kernel, facts in memory.

    Speed is measured on the facts as they are, unknown ones too; who is entitled is counted once more
    on the facts that OpenFisca is given, where nothing is unknown.
    """
    programmes = compared_programmes()
    facts = load_facts()
    scope = compile_scope("person", programmes, facts, {}, dt.date(2026, 4, 1))
    table = pl.read_parquet(folder / "person_subject.parquet", n_rows=people)
    frames = _frames(table, scope)
    timed = _Timed()
    _entitled(frames, scope)
    return timed.speeds(table.height * len(programmes)) | {
        "programmes": len(programmes),
        "entitled": _entitled(_frames(_without_unknown(table, scope), scope), scope),
    }


def _frames(table: pl.DataFrame, scope: CompiledScope) -> list[Frame]:
    """Facts in memory, in pieces of the size in which the night reads them."""
    frames = []
    for piece in table.iter_slices(ROWS_OF_A_PIECE):
        frame = subject_frame(piece, scope.plan.facts)
        for name in scope.facts:
            frame.column(name)
        frames.append(frame)
    return frames


def _entitled(frames: Sequence[Frame], scope: CompiledScope) -> dict[str, int]:
    def of_piece(frame: Frame) -> list[int]:
        test_conditions(frame, scope)
        found = (eligible_rows(frame, scope.plan, each) for each in scope.programmes)
        counts = [int(np.bitwise_count(rows).sum()) for rows in found]
        frame.results.clear()
        return counts

    with ThreadPoolExecutor(THREADS) as pool:
        totals = [sum(counts) for counts in zip(*pool.map(of_piece, frames), strict=True)]
    codes = (each.programme.code for each in scope.programmes)
    return dict(zip(codes, totals, strict=True))


def _without_unknown(table: pl.DataFrame, scope: CompiledScope) -> pl.DataFrame:
    """Return the facts with OpenFisca's 0, false or first word where one is unknown."""
    filled: list[pl.Series | pl.Expr] = []
    for name in sorted(scope.facts):
        fact = scope.plan.facts[name]
        for column in fact.columns:
            values = table[column]
            if fact.type == "enum":
                filled.append(values.fill_null(fact.values[0]))
            else:
                filled.append(values.fill_null(values.dtype.to_python()(0)))
        known = pl.lit(2**64 - 1, pl.UInt64)
        filled.extend(known.alias(column) for column in fact.known_columns)
    return table.with_columns(filled)


def differing(ours: Mapping[str, int], theirs: Mapping[str, int]) -> list[str]:
    """Return the programmes of which the two sides do not entitle equally many."""
    return sorted(
        code for code in ours.keys() | theirs.keys() if ours.get(code) != theirs.get(code)
    )
