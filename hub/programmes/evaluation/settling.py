"""Interactions after evaluation: what is payable, in strata.

Here: amounts that others change, then who of exclusive programmes stays. Never here: which programmes
bear on which (`hub.programmes.interactions`). Next: `writing` stores payable amounts and codes.

1. Along `settling_order`. What is received stands in recognised income already. What somebody is
   entitled to and does not receive is no income, unless the law wants it claimed first: only then it
   lowers what counts it as income. What a programme pays, or would pay if it is claimed first, lowers
   what it offsets. Nothing falls below 0. Only amounts in won a month or a year bear on others.
2. Of exclusive programmes of one subject the one already received stays, else the one that pays more,
   else the one with the lower code. A programme of a person and one of the household exclude one
   another where the person is a counted member of the unit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hub.programmes.evaluation.bitmaps import Rows
from hub.programmes.evaluation.deciding import ELIGIBLE
from hub.programmes.evaluation.selections import Selection
from hub.programmes.interactions import exclusive_pairs, settling_order
from hub.programmes.programme import Programme

_MONTHS = {"month": 1, "year": 12}
Integers = NDArray[np.int64]
_FIRST = 2**61
"""Ranks what is received before any amount."""
_ROWS_REMEMBERED = 1 << 25


class SettledRows(NamedTuple):
    """What the interactions made of some stored rows of one programme."""

    payable: Integers | None
    """Won (or what the programme gives) a stored row; None where the programme has no amount."""
    codes: Mapping[str, Rows]
    """Interaction code → places of the stored rows that it stands on, in order."""
    excluded: NDArray[np.bool_] | None

    def part(self, chosen: slice) -> SettledRows:
        """Return what was made of a range of the rows."""
        codes = {}
        for code, places in self.codes.items():
            first, last = np.searchsorted(places, (chosen.start, chosen.stop))
            if first < last:
                codes[code] = places[first:last] - chosen.start
        return SettledRows(
            None if self.payable is None else self.payable[chosen],
            codes,
            None if self.excluded is None else self.excluded[chosen],
        )


@dataclass(slots=True)
class Settled:
    """What the interactions changed of one programme's rows: nothing, of most."""

    selection: Callable[[], Selection]
    """Gives the stored rows."""
    lowered: Integers | None = None
    """Amounts a stored row after other programmes were taken off; None where none was."""
    excluded_places: Rows | None = None
    """Places of the stored rows that another programme excludes."""
    codes: dict[str, Rows] = field(default_factory=dict)
    """Interaction code → places of the stored rows that it stands on, in order."""

    def of(self, selection: Selection) -> SettledRows:
        """Return what is payable of all stored rows, which are `selection`."""
        payable = selection.amount if self.lowered is None else self.lowered
        if self.excluded_places is None:
            return SettledRows(payable, self.codes, None)
        excluded = np.zeros(len(selection.rows), np.bool_)
        excluded[self.excluded_places] = True
        if payable is not None:
            payable = np.where(excluded, 0, payable)
        return SettledRows(payable, self.codes, excluded)

    @property
    def payable(self) -> Integers | None:
        """What is payable a stored row; None where the programme has no amount."""
        return self.of(self.selection()).payable

    @property
    def excluded(self) -> NDArray[np.bool_] | None:
        """Who is excluded of the stored rows; None where nobody is."""
        return self.of(self.selection()).excluded


@dataclass(frozen=True, slots=True)
class _Party:
    """One programme in the settling: its eligible rows."""

    programme: Programme
    eligible: Rows | None
    """Places of the eligible rows among the stored ones; None where all are."""
    subjects: Rows
    received: NDArray[np.bool_]
    unit_of_person: Rows

    @property
    def units(self) -> Rows:
        """Household row of each eligible row; -1 outside every unit."""
        if self.programme.scope == "household":
            return self.subjects
        return self.unit_of_person[self.subjects]

    def places(self, items: Rows) -> Rows:
        """Return the places among the stored rows of some eligible ones, given by number."""
        return items if self.eligible is None else self.eligible[items]


class _Parties:
    """Programmes in the settling, made when they are asked for; the last ones are remembered."""

    def __init__(
        self,
        programmes: Sequence[Programme],
        selections: Mapping[str, Selection],
        unit_of_person: Rows,
    ) -> None:
        self.programmes = {programme.code: programme for programme in programmes}
        self.selections = selections
        self._unit_of_person = unit_of_person
        self._made: dict[str, _Party] = {}
        self._rows = 0

    def __getitem__(self, code: str) -> _Party:
        if code in self._made:
            return self._made[code]
        programme, selection = self.programmes[code], self.selections[code]
        is_eligible = selection.outcome == ELIGIBLE
        eligible = None if is_eligible.all() else np.flatnonzero(is_eligible)
        subjects, received = selection.rows, selection.is_received
        if eligible is not None:
            subjects, received = subjects[eligible], received[eligible]
        made = _Party(programme, eligible, subjects, received, self._unit_of_person)
        self._made[code] = made
        self._rows += len(subjects)
        while self._rows > _ROWS_REMEMBERED and len(self._made) > 1:
            self._rows -= len(self._made.pop(next(iter(self._made))).subjects)
        return made


def settle(
    programmes: Sequence[Programme],
    selections: Mapping[str, Selection],
    unit_of_person: Rows,
    subject_counts: Mapping[str, int],
) -> dict[str, Settled]:
    """Return programme → what is payable, and why it differs from the amount.

    Args:
        programmes: some that none of the others bears on, in the order of their codes.
        selections: programme → stored rows, of these at least.
        unit_of_person: household row of each person row; -1 outside every unit.
        subject_counts: scope → number of subjects.
    """
    settled = {
        programme.code: Settled(partial(selections.__getitem__, programme.code))
        for programme in programmes
    }
    parties = _Parties(programmes, selections, unit_of_person)
    for code in settling_order(programmes):
        if code not in settled:
            continue
        bearing = parties.programmes[code].interaction
        for other in bearing.counted_as_income_in:
            if other in settled:
                _lower(parties[code], parties[other], settled, counted=True)
        for other in bearing.offset:
            if other in settled:
                _lower(parties[code], parties[other], settled, counted=False)
    _exclude(programmes, parties, settled, subject_counts)
    return settled


def _lower(
    source: _Party, target: _Party, settled: Mapping[str, Settled], *, counted: bool
) -> None:
    """Lower what `target` pays by what `source` gives to the same subject or unit."""
    one, other = source.programme.amount, target.programme.amount
    if not one.unit == other.unit == "won":
        return
    if one.period not in _MONTHS or other.period not in _MONTHS:
        return
    paid, lowered = settled[source.programme.code], settled[target.programme.code]
    payable, before = paid.payable, lowered.payable
    if payable is None or before is None:
        return
    given = payable if source.eligible is None else payable[source.eligible]
    given = given * _MONTHS[other.period] // _MONTHS[one.period]
    bears_unclaimed = source.programme.interaction.is_claimed_first
    if counted:
        given = np.where(source.received | (not bears_unclaimed), 0, given)
    elif not bears_unclaimed:
        given = np.where(source.received, given, 0)
    same = source.programme.scope == target.programme.scope
    source_keys = source.subjects if same else source.units
    target_keys = target.subjects if same else target.units
    bears = (given > 0) & (source_keys >= 0)
    if not bears.any() or not len(target_keys):
        return
    keys, inverse = np.unique(source_keys[bears], return_inverse=True)
    totals = np.zeros(len(keys), np.int64)
    np.add.at(totals, inverse, given[bears])
    at = np.minimum(np.searchsorted(keys, target_keys), len(keys) - 1)
    hit = np.flatnonzero((keys[at] == target_keys) & (target_keys >= 0))
    places = target.places(hit)
    if len(places):
        after = before.copy() if lowered.lowered is None else before
        after[places] = np.maximum(before[places] - totals[at[hit]], 0)
        lowered.lowered = after
        word = "COUNTED_AS_INCOME" if counted else "OFFSET_BY"
        lowered.codes[f"{word}_{source.programme.code}"] = places


def _exclude(
    programmes: Sequence[Programme],
    parties: _Parties,
    settled: Mapping[str, Settled],
    subject_counts: Mapping[str, int],
) -> None:
    pairs = exclusive_pairs(programmes)
    taking_part = {code for pair in pairs for code in pair}
    # Items are the eligible rows of these programmes, numbered through: in the order of codes.
    order = [programme.code for programme in programmes if programme.code in taking_part]
    ends_at = np.cumsum([len(parties[code].subjects) for code in order], dtype=np.int64)
    if not order or not ends_at[-1]:
        return
    starts_at = np.concatenate([[0], ends_at[:-1]])
    bases = dict(zip(order, starts_at.tolist(), strict=True))
    number_type = np.int32 if ends_at[-1] < np.iinfo(np.int32).max else np.int64
    edges = _edges(pairs, parties, bases, subject_counts, number_type)
    if edges is None:
        return
    met = np.zeros(ends_at[-1], np.bool_)
    met[edges] = True
    items = np.flatnonzero(met)
    # Place of each item among those met: one less than how many are met up to it.
    ends = (np.cumsum(met, dtype=number_type) - 1)[edges]
    starts = np.searchsorted(items, np.concatenate([starts_at, ends_at[-1:]]))
    received = np.zeros(len(items), np.bool_)
    payable = np.zeros(len(items), np.int64)
    for number, code in enumerate(order):
        mine = slice(starts[number], starts[number + 1])
        if mine.start == mine.stop:
            continue
        party = parties[code]
        own = items[mine] - bases[code]
        received[mine] = party.received[own]
        amounts = settled[code].payable
        if amounts is not None:
            payable[mine] = amounts[party.places(own)]
    ranks = np.empty(len(items), number_type)
    # Items stand in the order of codes already, and a stable sort keeps it.
    order_of_stay = np.argsort(-payable - np.where(received, _FIRST, 0), kind="stable")
    ranks[order_of_stay] = np.arange(len(items))
    loses_to = _losers(ranks, ends)
    for number, code in enumerate(order):
        first, last = starts[number], starts[number + 1]
        mine = first + np.flatnonzero(loses_to[first:last] >= 0)
        if not len(mine):
            continue
        places = parties[code].places(items[mine] - bases[code])
        mark = settled[code]
        mark.excluded_places = places
        winners = np.searchsorted(starts, order_of_stay[loses_to[mine]], side="right") - 1
        for winner in np.unique(winners):
            mark.codes[f"EXCLUDED_BY_{order[int(winner)]}"] = places[winners == winner]


def _edges(
    pairs: Sequence[tuple[str, str]],
    parties: _Parties,
    bases: Mapping[str, int],
    subject_counts: Mapping[str, int],
    number_type: type[np.int32 | np.int64],
) -> Rows | None:
    """Return the pairs of items (eligible rows, numbered over all programmes) that exclude."""
    partners: dict[str, list[str]] = {}
    for first, second in pairs:
        one, other = parties.programmes[first], parties.programmes[second]
        # The household's side is laid out, so that every member of it can find it.
        turn = one.scope == "person" and other.scope == "household"
        partners.setdefault(second if turn else first, []).append(first if turn else second)
    found: list[Rows] = []
    # One place more, for people outside every unit: -1 finds it, and nobody is laid there.
    places = {scope: np.full(count + 1, -1, number_type) for scope, count in subject_counts.items()}
    for code, others in partners.items():
        laid = parties[code]
        if not len(laid.subjects):
            continue
        place_of = places[laid.programme.scope]
        place_of[laid.subjects] = np.arange(len(laid.subjects)) + bases[code]
        for other_code in others:
            partner = parties[other_code]
            same = partner.programme.scope == laid.programme.scope
            met = place_of[partner.subjects if same else partner.units]
            hit = np.flatnonzero(met >= 0)
            if len(hit):
                found.append(np.stack([met[hit], (hit + bases[other_code]).astype(number_type)]))
        place_of[laid.subjects] = -1
    return np.concatenate(found, axis=1) if found else None


def _losers(ranks: Rows, ends: Rows) -> Rows:
    """Return for each item the rank of the winner that excludes it, or -1 where it stays.

    An item stays when no better one that stays excludes it. Each round settles the best of every
    neighbourhood, and those whom they exclude.
    """
    nobody = len(ranks)
    loses_to = np.full(len(ranks), -1, ranks.dtype)
    turned = ranks[ends[0]] > ranks[ends[1]]
    worse, better = np.where(turned, ends, ends[::-1])
    while len(worse):
        # Whoever has an unsettled better neighbour waits; all others stay.
        waits = np.zeros(len(ranks), np.bool_)
        waits[worse] = True
        wins = ~waits[better]
        beaten = np.full(len(ranks), nobody, ranks.dtype)
        np.minimum.at(beaten, worse[wins], ranks[better[wins]])
        lost = beaten < nobody
        loses_to[lost] = beaten[lost]
        going_on = ~lost[worse] & ~lost[better]
        worse, better = worse[going_on], better[going_on]
    return loses_to
