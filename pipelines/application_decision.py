"""What the night decided of an applicant and one programme, and what it could not know.

Here: the stored decision, or the rules asked again where none is stored. Never here: receipts and findings
(`pipelines.application_rows`) or what follows for a grant (`hub.applications.judging`). Next:
`pipelines.application_rows` puts it beside what is received.
"""

from __future__ import annotations

import polars as pl

from hub.applications.facts import Decided
from hub.programmes.evaluation.replay import replay
from hub.programmes.explanation.texts import Text
from hub.programmes.facts import load_facts
from hub.programmes.parameters import load_parameters
from hub.programmes.programme import AMOUNT_UNKNOWN, Programme
from pipelines.application_surroundings import Surroundings
from warehouse.person_rows import PersonRows

_DECISION = (
    "outcome",
    "fail_mask",
    "unknown_mask",
    "amount",
    "payable_amount",
    "interaction_codes",
    "is_received",
)
_BITS = 64


def decided(
    rows: PersonRows,
    programme: Programme,
    person_id: str,
    around: Surroundings,
    subjects: pl.DataFrame,
) -> Decided | None:
    """Return the stored decision, or what the rules say where the night stored none."""
    if programme.scope == "household":
        if around.household_id is None:
            return None
        subject_id = around.household_id
        subject = rows.where("household_subject", "subject_id", [subject_id])
    else:
        subject_id = person_id
        subject = subjects.filter(pl.col("subject_id") == person_id)
    if subject.is_empty():
        return None
    day = rows.release.night
    texts = {each.bit: each for each in programme.conditions_on(day)}
    stored = rows.where(
        "decision",
        "subject_id",
        [subject_id],
        list(_DECISION),
        also=f"programme_code = '{programme.code}'",
    )
    if stored.is_empty():
        gaps = rows.whole("condition_gap", ["programme_code", "bit", "document_types"])
        again = replay(
            subject,
            programme,
            load_parameters(),
            day,
            members=subjects.filter(pl.col("subject_id").is_in(around.counted))
            if programme.scope == "household"
            else None,
            gaps={
                (code, bit): tuple(types)
                for code, bit, types in gaps.iter_rows()
                if code == programme.code
            },
        )
        outcome, fails, unknowns = again.outcome, again.fail_mask, again.unknown_mask
        amount = payable = again.amount
        codes: tuple[str, ...] = ()
    else:
        outcome, fails, unknowns, amount, payable, told, _ = stored.row(0)
        codes = tuple(told or ())
    mask = fails or unknowns
    reasons = [
        (each.code, Text(each.text_en, each.text_ko))
        for bit, each in sorted(texts.items())
        if mask >> bit & 1
    ]
    if outcome == "undetermined" and not reasons:
        reasons = [(AMOUNT_UNKNOWN, Text("the amount", "급여액"))]
    return Decided(outcome, tuple(reasons), amount, payable, codes, is_stored=not stored.is_empty())


def not_told(
    subject: pl.DataFrame, code: str, edges: tuple[tuple[str, str, str], ...]
) -> tuple[str, ...]:
    """Return the programmes that exclude `code` and of which no record can tell that they are received."""
    if subject.is_empty():
        return ()
    row = subject.row(0, named=True)
    place = {word: number for number, word in enumerate(load_facts()["receipts"].values)}
    others = sorted(
        {one if other == code else other for one, kind, other in edges if kind == "exclusive"}
    )
    return tuple(
        other
        for other in others
        if other in place
        and not (row[f"receipts_known_{place[other] // _BITS}"] or 0) >> place[other] % _BITS & 1
    )
