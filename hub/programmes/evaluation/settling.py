"""Interactions after evaluation: what is payable, in strata.

Here: amounts that others change, then who of exclusive programmes stays. Never here: which programmes
bear on which (`hub.programmes.interactions`). Next: `writing` stores payable amounts and codes.

1. Along `settling_order`: what a programme newly gives (paid, and not yet received: what is received
   stands in recognised income already) lowers what counts it as income; what a programme pays lowers
   what it offsets. Nothing falls below 0. Only amounts in won a month or a year bear on others.
2. Of exclusive programmes of one subject the one already received stays, else the one that pays more,
   else the one with the lower code. A programme of a person and one of the household exclude one
   another where the person is a counted member of the unit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from hub.programmes.evaluation.deciding import ELIGIBLE, Selection
from hub.programmes.interactions import exclusive_pairs, settling_order
from hub.programmes.programme import Programme

_MONTHS = {"month": 1, "year": 12}
Integers = NDArray[np.int64]
_FIRST = 2**61
"""Ranks what is received before any amount."""


@dataclass(slots=True)
class Settled:
    """What the interactions made of one programme's rows."""

    payable: Integers | None
    """Won (or what the programme gives) a stored row; None where the programme has no amount."""
    codes: dict[str, Integers] = field(default_factory=dict)
    """Interaction code → places of the stored rows that it stands on."""
    excluded: NDArray[np.bool_] | None = None


@dataclass(frozen=True, slots=True)
class _Party:
    """One programme in the settling: its eligible rows."""

    programme: Programme
    selection: Selection
    places: NDArray[np.intp]
    """Places of the eligible rows among the stored ones."""
    subjects: Integers
    units: Integers
    """Household row of each eligible row; -1 outside every unit."""


def settle(
    programmes: Sequence[Programme],
    selections: Mapping[str, Selection],
    unit_of_person: Integers,
    subject_counts: Mapping[str, int],
) -> dict[str, Settled]:
    """Return programme → what is payable, and why it differs from the amount.

    Args:
        programmes: all that were evaluated.
        selections: programme → stored rows.
        unit_of_person: household row of each person row; -1 outside every unit.
        subject_counts: scope → number of subjects.
    """
    settled: dict[str, Settled] = {}
    parties: dict[str, _Party] = {}
    for programme in programmes:
        selection = selections[programme.code]
        settled[programme.code] = Settled(
            None if selection.amount is None else selection.amount.copy()
        )
        places = np.flatnonzero(selection.outcome == ELIGIBLE)
        subjects = selection.rows[places]
        units = subjects if programme.scope == "household" else unit_of_person[subjects]
        parties[programme.code] = _Party(programme, selection, places, subjects, units)
    by_code = {programme.code: programme for programme in programmes}
    for code in settling_order(programmes):
        if code not in by_code:
            continue
        bearing = by_code[code].interaction
        for other in bearing.counted_as_income_in:
            if other in parties:
                _lower(parties[code], parties[other], settled, counted=True)
        for other in bearing.offset:
            if other in parties:
                _lower(parties[code], parties[other], settled, counted=False)
    _exclude(programmes, parties, settled, subject_counts)
    return settled


def _lower(
    source: _Party, target: _Party, settled: Mapping[str, Settled], *, counted: bool
) -> None:
    """Lower what `target` pays by what `source` gives to the same subject or unit."""
    paid, lowered = settled[source.programme.code], settled[target.programme.code]
    one, other = source.programme.amount, target.programme.amount
    is_money = one.unit == other.unit == "won"
    if paid.payable is None or lowered.payable is None or not is_money:
        return
    if one.period not in _MONTHS or other.period not in _MONTHS:
        return
    given = paid.payable[source.places] * _MONTHS[other.period] // _MONTHS[one.period]
    if counted:
        given = np.where(source.selection.is_received[source.places], 0, given)
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
    places = target.places[hit]
    lowered.payable[places] = np.maximum(lowered.payable[places] - totals[at[hit]], 0)
    if len(places):
        word = "COUNTED_AS_INCOME" if counted else "OFFSET_BY"
        lowered.codes[f"{word}_{source.programme.code}"] = places


def _exclude(
    programmes: Sequence[Programme],
    parties: Mapping[str, _Party],
    settled: Mapping[str, Settled],
    subject_counts: Mapping[str, int],
) -> None:
    order = [programme.code for programme in programmes]
    bases = dict(
        zip(
            order,
            np.concatenate([[0], np.cumsum([len(parties[code].places) for code in order])[:-1]])
            if order
            else (),
            strict=True,
        )
    )
    edges = _edges(programmes, parties, bases, subject_counts)
    if edges is None:
        return
    met = np.zeros(sum(len(party.places) for party in parties.values()), np.bool_)
    met[edges[0]] = True
    met[edges[1]] = True
    items = np.flatnonzero(met)
    ends = (np.cumsum(met) - 1)[edges]
    # Programmes without eligible rows share their base with the next one: the last of them is meant.
    owners = np.searchsorted(np.array([bases[code] for code in order]), items, side="right") - 1
    received = np.zeros(len(items), np.bool_)
    payable = np.zeros(len(items), np.int64)
    starts = np.searchsorted(owners, np.arange(len(order) + 1))
    for number in np.unique(owners):
        code = order[int(number)]
        mine = slice(starts[number], starts[number + 1])
        places = parties[code].places[items[mine] - bases[code]]
        received[mine] = parties[code].selection.is_received[places]
        amounts = settled[code].payable
        if amounts is not None:
            payable[mine] = amounts[places]
    ranks = np.empty(len(items), np.int64)
    # Items stand in the order of codes already, and a stable sort keeps it.
    order_of_stay = np.argsort(-payable - np.where(received, _FIRST, 0), kind="stable")
    ranks[order_of_stay] = np.arange(len(items))
    loses_to = _losers(ranks, ends)
    for number in np.unique(owners):
        code = order[int(number)]
        first, last = starts[number], starts[number + 1]
        mine = first + np.flatnonzero(loses_to[first:last] >= 0)
        if not len(mine):
            continue
        places = parties[code].places[items[mine] - bases[code]]
        mark = settled[code]
        mark.excluded = np.zeros(len(parties[code].selection.rows), np.bool_)
        mark.excluded[places] = True
        if mark.payable is not None:
            mark.payable[places] = 0
        winners = owners[order_of_stay[loses_to[mine]]]
        for winner in np.unique(winners):
            mark.codes[f"EXCLUDED_BY_{order[int(winner)]}"] = places[winners == winner]


def _edges(
    programmes: Sequence[Programme],
    parties: Mapping[str, _Party],
    bases: Mapping[str, int],
    subject_counts: Mapping[str, int],
) -> NDArray[np.int64] | None:
    """Return the pairs of items (eligible rows, numbered over all programmes) that exclude."""
    partners: dict[str, list[str]] = {}
    for first, second in exclusive_pairs(programmes):
        one, two = parties[first], parties[second]
        if not len(one.places) or not len(two.places):
            continue
        # The household's side is laid out, so that every member of it can find it.
        turn = one.programme.scope == "person" and two.programme.scope == "household"
        partners.setdefault(second if turn else first, []).append(first if turn else second)
    found: list[NDArray[np.int64]] = []
    places = {scope: np.full(count, -1, np.int64) for scope, count in subject_counts.items()}
    for code, others in partners.items():
        laid = parties[code]
        place_of = places[laid.programme.scope]
        place_of[laid.subjects] = np.arange(len(laid.subjects)) + bases[code]
        for other in others:
            partner = parties[other]
            same = partner.programme.scope == laid.programme.scope
            keys = partner.subjects if same else partner.units
            met = place_of[keys]
            met[keys < 0] = -1
            hit = np.flatnonzero(met >= 0)
            if len(hit):
                found.append(np.stack([met[hit], hit + bases[other]]))
        place_of[laid.subjects] = -1
    return np.concatenate(found, axis=1) if found else None


def _losers(ranks: Integers, ends: NDArray[np.intp]) -> Integers:
    """Return for each item the rank of the winner that excludes it, or -1 where it stays.

    An item stays when no better one that stays excludes it. Each round settles the best of every
    neighbourhood, and those whom they exclude.
    """
    nobody = len(ranks)
    loses_to = np.full(len(ranks), -1, np.int64)
    worse = np.where(ranks[ends[0]] > ranks[ends[1]], ends[0], ends[1])
    better = np.where(ranks[ends[0]] > ranks[ends[1]], ends[1], ends[0])
    while len(worse):
        # Whoever has an unsettled better neighbour waits; all others stay.
        waits = np.zeros(len(ranks), np.bool_)
        waits[worse] = True
        wins = ~waits[better]
        beaten = np.full(len(ranks), nobody, np.int64)
        np.minimum.at(beaten, worse[wins], ranks[better[wins]])
        lost = beaten < nobody
        loses_to[lost] = beaten[lost]
        going_on = ~lost[worse] & ~lost[better]
        worse, better = worse[going_on], better[going_on]
    return loses_to
