"""All programmes for one person at once: entitled, received, nearly, and why not the rest.

Here: deciding every programme for a person and the unit with the night's kernel and interactions, and
sorting the outcomes. Never here: reading a release or printing. Next: `consultation_lines` draws it;
`hub consult` prints it.

Interactions are settled among the person, all counted members and their unit, as the night does.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from hub.programmes.evaluation.compiling import compile_scope
from hub.programmes.evaluation.deciding import (
    ELIGIBLE,
    OUTCOMES,
    decide_frame,
    decide_rows,
    received_rows,
)
from hub.programmes.evaluation.replay import replay, subject_frame
from hub.programmes.evaluation.selections import Selection
from hub.programmes.evaluation.settling import Settled, settle
from hub.programmes.explanation.amounts import interaction_text
from hub.programmes.explanation.case_file import CaseFile, StoredDecision
from hub.programmes.explanation.explaining import explain
from hub.programmes.explanation.point import Point
from hub.programmes.explanation.texts import Text, joined
from hub.programmes.facts import load_facts
from hub.programmes.parameters import ParameterValue, in_force
from hub.programmes.programme import Programme

APPLY, RECEIVED, LOST, OPEN, EXCLUDED, NEARLY, SETTLE, FAR, ENDED, NO_UNIT = STATES = (
    "apply_for",
    "received",
    "received_not_entitled",
    "received_undetermined",
    "excluded",
    "nearly",
    "to_be_settled",
    "not_eligible",
    "not_in_force",
    "no_unit",
)
"""Where a programme stands for a person; each programme is in exactly one."""
NEAR_SHARE_PPM = 200_000
"""One failed limit counts as nearly up to this share of the limit."""
NEAR_DAYS = 366
"""One failed age counts as nearly when it will hold within so many days."""


@dataclass(frozen=True, slots=True)
class Advice:
    """One programme for the person."""

    programme: Programme
    state: str
    outcome: str
    fail_mask: int
    unknown_mask: int
    amount: int | None
    payable_amount: int | None
    interaction_codes: tuple[str, ...]
    is_received: bool
    reasons: tuple[str, ...]
    missing: tuple[Point, ...] = ()
    """What is missing, of those that are nearly reached or not settled."""

    def mapping(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        return {
            "programme_code": self.programme.code,
            "name_en": self.programme.name_en,
            "name_ko": self.programme.name_ko,
            "unit": self.programme.unit,
            "state": self.state,
            "outcome": self.outcome,
            "amount": self.amount,
            "payable_amount": self.payable_amount,
            "amount_unit": self.programme.amount.unit,
            "period": self.programme.amount.period,
            "interaction_codes": list(self.interaction_codes),
            "is_received": self.is_received,
            "reasons": list(self.reasons),
            "missing": [point.mapping() for point in self.missing],
        }


@dataclass(frozen=True, slots=True)
class Consultation:
    """All programmes for one person."""

    case: CaseFile
    day: dt.date
    known_at: dt.date
    advice: tuple[Advice, ...]

    def of(self, *states: str) -> tuple[Advice, ...]:
        """Return the programmes in one of `states`, in code order."""
        return tuple(each for each in self.advice if each.state in states)

    def monthly_won(self, *states: str) -> int:
        """Return won a month of cash and vouchers that are paid by month."""
        return sum(
            each.payable_amount or 0
            for each in self.of(*states)
            if each.programme.amount.unit == "won"
            and each.programme.amount.period == "month"
            and each.programme.benefit in {"cash", "voucher"}
        )

    def mapping(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        return {
            "person_id": self.case.person_id,
            "household_id": self.case.household_id,
            "release_id": self.case.release_id,
            "facts_of": self.case.night,
            "as_of": self.day,
            "known_at": self.known_at,
            "programmes": [each.mapping() for each in self.advice],
            "counts": {state: len(self.of(state)) for state in STATES},
            "new_won_per_month": self.monthly_won(APPLY),
            "received_won_per_month": self.monthly_won(RECEIVED),
        }


def consult_person(
    people: pl.DataFrame,
    household: pl.DataFrame,
    counted: Sequence[str],
    programmes: Sequence[Programme],
    parameters: tuple[ParameterValue, ...],
    case: CaseFile,
    day: dt.date,
    known_at: dt.date,
) -> Consultation:
    """Decide all programmes for one person and the person's unit.

    Args:
        people: rows of `person_subject` of the person and the counted members.
        household: the row of `household_subject`, or none.
        counted: IDs of the counted members.
        programmes: all programmes.
        parameters: of every date.
        case: records and names.
        day: the day that is decided.
        known_at: the day on which one knows.
    """
    scopes = {"person": people, "household": household}
    members = people.filter(pl.col("subject_id").is_in(counted))
    amounts = {
        (each.parameter, each.key): each.amount for each in in_force(parameters, day, known_at)
    }
    decided: dict[str, tuple[Selection, Selection]] = {}
    ids = people["subject_id"].to_list()
    mine = {"person": ids.index(case.person_id), "household": 0}
    for scope, rows in scopes.items():
        if rows.is_empty():
            continue
        facts = load_facts()
        compiled = compile_scope(scope, programmes, facts, amounts, day, case.gaps)
        frame = subject_frame(rows, facts, members)
        selections = decide_frame(frame, compiled)
        received = received_rows(frame, compiled)
        nobody = np.empty(0, np.intp)
        for each, selection in zip(compiled.programmes, selections, strict=True):
            row = np.array([mine[scope]])
            own = decide_rows(
                frame, compiled.plan, each, row, received.get(each.programme.code, nobody)
            )
            decided[each.programme.code] = (selection, own)
    present = [each for each in programmes if each.code in decided]
    unit_of_person = np.where(np.isin(ids, list(counted)) & (household.height > 0), 0, -1)
    settled = settle(
        present,
        {code: both[0] for code, both in decided.items()},
        unit_of_person.astype(np.int64),
        {scope: rows.height for scope, rows in scopes.items()},
    )
    advice = []
    for programme in programmes:
        if programme.code not in decided:
            advice.append(_without_unit(programme))
            continue
        everybody, own = decided[programme.code]
        found = _advice(
            programme, own, everybody, settled[programme.code], mine[programme.scope], day
        )
        if found.state in {FAR, SETTLE, OPEN}:
            subject = scopes[programme.scope]
            if programme.scope == "person":
                subject = subject.filter(pl.col("subject_id") == case.person_id)
            found = _nearly(found, subject, members, parameters, case, day, known_at)
        advice.append(found)
    return Consultation(case, day, known_at, tuple(advice))


def settled_decision(code: str, consultation: Consultation) -> StoredDecision | None:
    """Return a decision after interactions as it would be stored; None for an unknown code."""
    found = next((each for each in consultation.advice if each.programme.code == code), None)
    if found is None or found.state == NO_UNIT:
        return None
    return StoredDecision(
        outcome=found.outcome,
        fail_mask=found.fail_mask,
        unknown_mask=found.unknown_mask,
        amount=found.amount,
        payable_amount=found.payable_amount,
        interaction_codes=found.interaction_codes,
        is_received=found.is_received,
    )


def _advice(
    programme: Programme,
    own: Selection,
    everybody: Selection,
    settled: Settled,
    row: int,
    day: dt.date,
) -> Advice:
    outcome = OUTCOMES[int(own.outcome[0])]
    is_received = bool(own.is_received[0])
    fails = 0 if own.fail_mask is None else int(own.fail_mask[0])
    unknowns = 0 if own.unknown_mask is None else int(own.unknown_mask[0])
    amount = payable = None
    codes: tuple[str, ...] = ()
    is_excluded = False
    if own.outcome[0] == ELIGIBLE:
        place = int(np.flatnonzero(everybody.rows == row)[0])
        if own.amount is not None:
            amount = int(own.amount[0])
        if settled.payable is not None:
            payable = int(settled.payable[place])
        codes = tuple(sorted(code for code, places in settled.codes.items() if place in places))
        is_excluded = settled.excluded is not None and bool(settled.excluded[place])
    return Advice(
        programme=programme,
        state=_state(outcome, fails, is_received=is_received, is_excluded=is_excluded),
        outcome=outcome,
        fail_mask=fails,
        unknown_mask=unknowns,
        amount=amount,
        payable_amount=payable,
        interaction_codes=codes,
        is_received=is_received,
        reasons=tuple(
            each.code
            for each in sorted(programme.conditions_on(day), key=lambda each: each.bit)
            if (fails or unknowns) >> each.bit & 1
        ),
    )


def _state(outcome: str, fails: int, *, is_received: bool, is_excluded: bool) -> str:
    if outcome == "eligible":
        if is_excluded:
            return EXCLUDED
        return RECEIVED if is_received else APPLY
    if is_received:
        return OPEN if outcome == "undetermined" else LOST
    if outcome == "not_in_force":
        return ENDED
    return SETTLE if not fails else FAR


def _without_unit(programme: Programme) -> Advice:
    return Advice(programme, NO_UNIT, "undetermined", 0, 0, None, None, (), False, ())


def _nearly(
    found: Advice,
    subject: pl.DataFrame,
    members: pl.DataFrame,
    parameters: tuple[ParameterValue, ...],
    case: CaseFile,
    day: dt.date,
    known_at: dt.date,
) -> Advice:
    """Say what is missing of a programme that fails by one condition, or only by unknown ones."""
    if found.state == FAR and (found.fail_mask.bit_count() != 1 or found.unknown_mask):
        return found
    programme = found.programme
    decided = replay(
        subject,
        programme,
        parameters,
        day,
        known_at,
        members=members if programme.scope == "household" else None,
        gaps=case.gaps,
    )
    points = tuple(point for point in explain(decided, programme, case).changes if point.mark)
    state = found.state
    if state == FAR:
        if not any(_is_near(point, day) for point in points):
            return found
        state = NEARLY
    values = {name: getattr(found, name) for name in Advice.__slots__}
    return Advice(**{**values, "state": state, "missing": points})


def _is_near(point: Point, day: dt.date) -> bool:
    on, by, limit = (point.details.get(name) for name in ("on", "by", "limit"))
    if isinstance(on, dt.date):
        return (on - day).days <= NEAR_DAYS
    if not isinstance(by, int) or not isinstance(limit, int):
        return False
    return by * 1_000_000 <= abs(limit) * NEAR_SHARE_PPM


def counts_by_reason(consultation: Consultation) -> Mapping[str, int]:
    """Return how many programmes out of reach fail which condition, most first."""
    counts: dict[str, int] = {}
    for each in consultation.of(FAR):
        for code in each.reasons:
            counts[code] = counts.get(code, 0) + 1
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def interactions_text(advice: Advice, case: CaseFile) -> Text:
    """Return why a payable amount differs from the amount."""
    return joined((interaction_text(code, case) for code in advice.interaction_codes), "; ", "; ")
