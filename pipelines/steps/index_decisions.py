"""What people decided about persons, told to the index, and what of it cannot be obeyed, asked back.

Here: decisions by signature turned into constraints by record, and reviews about decisions that
contradict one another. Never here: the ledger, what a decision means (`hub.identity.decisions`) or
how the machine obeys (`hub.identity.resolution`). Next: `review_candidate`, which people answer.

A decision is followed to its end: whatever the reason, a pair that was joined and is two people, a
pair that was kept apart and is one person, and a pinned ID that nobody has are asked about every
night until a person changes the decisions.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from hub.identity.decisions import Constraints, constraints
from hub.identity.statements import keep
from pipelines.steps.index_records import select_table
from warehouse.workbench import Workbench

_NO_DECISIONS = {
    "decision_id": pl.String,
    "kind": pl.String,
    "left": pl.String,
    "right": pl.String,
}
_ASKED = {"kind": pl.String, "left": pl.String, "right": pl.String, "detail": pl.String}


@dataclass(frozen=True, slots=True)
class Demands:
    """What the index must obey tonight.

    `told`: (`must_link` or `cannot_link`, record, record), for `hub.identity.advance`.
    """

    decided: Constraints
    told: list[tuple[str, int, int]]

    @property
    def pinned(self) -> list[str]:
        """The pinned person IDs."""
        return sorted(self.decided.pinned)


def load_decisions(bench: Workbench, decisions: pl.DataFrame | None) -> Demands:
    """Make `decided_signature`, `set_apart` and `pinned_person`; return what is demanded."""
    decided = constraints(pl.DataFrame(schema=_NO_DECISIONS) if decisions is None else decisions)
    keep(bench.connection, "decided_signature", _signature_pairs(decided))
    keep(bench.connection, "pinned_person", decided.pins.select(person_id="identifier").unique())
    select_table(bench, "set_apart")
    return Demands(decided, _by_record(bench, "decided_signature"))


def read_demands(bench: Workbench, decisions: pl.DataFrame) -> Demands:
    """Return what the decisions of another night demand of tonight's records."""
    decided = constraints(decisions)
    keep(bench.connection, "formerly_decided_signature", _signature_pairs(decided))
    return Demands(decided, _by_record(bench, "formerly_decided_signature"))


def _signature_pairs(decided: Constraints) -> pl.DataFrame:
    return pl.concat(
        [
            frame.select(
                pl.lit(kind).alias("kind"),
                # A signature that never was one cannot be obeyed; `ask_about_decisions` says so.
                pl.col("left", "right").cast(pl.UInt64, strict=False),
                "decision_id",
            ).drop_nulls()
            for kind, frame in (
                ("must_link", decided.must_links),
                ("cannot_link", decided.cannot_links),
            )
        ]
    )


def _by_record(bench: Workbench, decided: str) -> list[tuple[str, int, int]]:
    return bench.connection.sql(
        f"""
        SELECT DISTINCT d.kind, l.record_id AS "left", r.record_id AS "right"
        FROM {decided} AS d
        JOIN signature_record AS l ON l.signature_id = d."left"
        JOIN signature_record AS r ON r.signature_id = d."right"
        WHERE l.record_id <> r.record_id
        ORDER BY ALL
        """
    ).fetchall()


def ask_about_decisions(bench: Workbench, demands: Demands) -> None:
    """Make `decision_review`: what of the decisions was not or cannot be obeyed.

    `kind`, `left`, `right` (signature IDs, or of pins person IDs, as text) and `detail`. Needs
    tonight's `person_index` and `last_held` (`person_id`, `record_id`: what a pinned person holds,
    or held last).
    """
    contradictions = demands.decided.contradictions.select(
        kind=pl.when(pl.col("kind") == "must_link_gives_way")
        .then(pl.lit("decisions_conflict"))
        .otherwise(pl.lit("two_pinned")),
        left="left",
        right="right",
        detail=pl.format(
            "{}: decisions {}", pl.col("kind"), pl.col("decision_ids").list.join(", ")
        ),
    )
    asked = pl.concat([contradictions, _not_obeyed(bench), _pins_that_met(bench)]).cast(_ASKED)  # type: ignore[arg-type]
    keep(
        bench.connection,
        "decision_review",
        asked.group_by("kind", "left", "right").agg(
            pl.col("detail").unique().sort().str.join("; ")
        ),
    )


def _not_obeyed(bench: Workbench) -> pl.DataFrame:
    """Return decided pairs that tonight's index contradicts, although no other decision does."""
    return bench.frame(
        """
        SELECT
            'decisions_conflict' AS kind,
            d."left"::VARCHAR AS "left",
            d."right"::VARCHAR AS "right",
            if(
                d.kind = 'must_link',
                'the two are still two people',
                'the two are still one person'
            ) || ': decision ' || d.decision_id AS detail
        FROM decided_signature AS d
        JOIN person_index AS l ON l.signature_id = d."left"
        JOIN person_index AS r ON r.signature_id = d."right"
        WHERE
            (d.kind = 'must_link' AND l.person_id IS DISTINCT FROM r.person_id)
            OR (d.kind = 'cannot_link' AND l.person_id = r.person_id)
        ORDER BY ALL
        """
    )


def _pins_that_met(bench: Workbench) -> pl.DataFrame:
    """Return the pinned people whom nobody is any longer, and who has what they held last."""
    return bench.frame(
        """
        WITH held AS (
            SELECT h.person_id, i.person_id AS holder, min(i.signature_id) AS signature_id,
                   count(*) AS signatures
            FROM last_held AS h
            JOIN person_index AS i ON i.record_id = h.record_id
            WHERE i.person_id IS NOT NULL
            GROUP BY h.person_id, i.person_id
            QUALIFY row_number() OVER (
                PARTITION BY h.person_id ORDER BY count(*) DESC, i.person_id
            ) = 1
        )

        SELECT
            CASE WHEN q.person_id IS NULL THEN 'pin_without_records' ELSE 'two_pinned' END AS kind,
            p.person_id AS "left",
            h.holder AS "right",
            'no record is of the pinned person ' || p.person_id AS detail
        FROM pinned_person AS p
        LEFT JOIN held AS h ON h.person_id = p.person_id
        LEFT JOIN pinned_person AS q ON q.person_id = h.holder
        ANTI JOIN person_index AS i ON i.person_id = p.person_id
        ORDER BY ALL
        """
    )
