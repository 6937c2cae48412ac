"""How a person in the index came to be: anchors, joins, people's decisions, and what happened since.

Here: reading one person out of the night's tables and the ledger's frames, in order. Never here:
names, addresses or ID numbers: a story can be shown to anybody who may see IDs. Next: `hub index
how` prints it.

Input views: `signature_member` (`signature_id`, `entity_id`, `person_id`), `entity_description`,
`linkage_record`, `pair_score`, `entity_cluster`, `review`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from hub.identity.pair_explanation import bits
from hub.identity.story import SUPPORTS, PersonStory, StoryStep, counted
from hub.identity.thresholds import REVIEW_KINDS

if TYPE_CHECKING:
    import duckdb

_KINDS = {
    "registered": "a register knows its ID number",
    "numbered": "a supported ID number that no register knows",
    "loose": "no ID number, or one that is not theirs",
    "thin": "too little to be compared",
}


def tell_person(
    connection: duckdb.DuckDBPyConnection,
    person_id: str,
    events: pl.DataFrame,
    decisions: pl.DataFrame,
) -> PersonStory:
    """Tell how a person came to be.

    Args:
        connection: holds the night's views.
        person_id: also one that ended.
        events: of the ledger, in order: `person_id`, `kind`, `night`, `other_person_id`, `reason`,
            and where known `actor`.
        decisions: of the ledger, in order: `decision_id`, `kind`, `left`, `right`, `actor`,
            `reason`, `decided_at`, `is_active`.

    Raises:
        LookupError: neither the index nor the events know it.
    """
    entities = _entities(connection, person_id)
    history = events.filter(
        (pl.col("person_id") == person_id) | (pl.col("other_person_id") == person_id)
    )
    if not entities and history.is_empty():
        message = f"no person {person_id}, neither in the current index nor in the ledger"
        raise LookupError(message)
    members = connection.execute(
        "SELECT signature_id FROM signature_member WHERE person_id = ?", [person_id]
    ).fetchall()
    signatures = {str(signature) for (signature,) in members}
    steps = [
        *_anchors(entities),
        *_members(connection, entities),
        *_questions(connection, entities),
        *_decided(decisions, person_id, signatures),
        *_happened(history, person_id),
        *_redirects(history, person_id),
    ]
    return PersonStory(person_id, len(signatures), tuple(steps))


@dataclass(frozen=True, slots=True)
class _Entity:
    entity_id: int
    kind: str
    match_kind: str
    is_centre: bool
    signatures: int
    numbers: tuple[str, ...]
    supports: Mapping[str, int]

    @property
    def is_anchor(self) -> bool:
        return self.kind in {"registered", "numbered"}

    @property
    def text(self) -> str:
        supports = ", ".join(
            f"{SUPPORTS.get(name, name)}: {count}" for name, count in self.supports.items()
        )
        numbers = f" of {counted(len(self.numbers), 'number')}" if self.numbers else ""
        return (
            f"entity {self.entity_id}{numbers} ({_KINDS[self.kind]}), "
            f"{counted(self.signatures, 'signature')}; descriptions: {supports}"
        )


def _entities(connection: duckdb.DuckDBPyConnection, person_id: str) -> list[_Entity]:
    """Return the person's entities, the one that names the cluster first."""
    rows = connection.execute(
        """
        WITH held AS (
            SELECT entity_id, count(*) AS signatures FROM signature_member
            WHERE person_id = ? GROUP BY entity_id
        ),
        support AS (
            SELECT e.entity_id, e.support, any_value(e.kind) AS kind, count(*) AS descriptions,
                list(DISTINCT e.believed_number::VARCHAR) FILTER (e.believed_number IS NOT NULL) AS numbers
            FROM entity_description AS e SEMI JOIN held USING (entity_id) GROUP BY ALL
        )
        SELECT
            h.entity_id, any_value(s.kind), any_value(c.match_kind),
            coalesce(any_value(c.cluster) = h.entity_id, false) AS is_centre, h.signatures,
            list_sort(list_distinct(flatten(list(coalesce(s.numbers, []))))) AS numbers,
            list(s.support ORDER BY s.support), list(s.descriptions ORDER BY s.support)
        FROM held AS h JOIN support AS s USING (entity_id) LEFT JOIN entity_cluster AS c USING (entity_id)
        GROUP BY h.entity_id, h.signatures
        ORDER BY is_centre DESC, h.entity_id
        """,
        [person_id],
    ).fetchall()
    return [
        _Entity(entity, kind, match_kind or "unknown", centre, count, tuple(numbers),
                dict(zip(supports, descriptions, strict=True)))
        for entity, kind, match_kind, centre, count, numbers, supports, descriptions in rows
    ]  # fmt: skip


def _anchors(entities: list[_Entity]) -> list[StoryStep]:
    anchors = [one for one in entities if one.is_anchor]
    steps = [
        StoryStep(
            "anchor",
            one.text,
            facts={
                "entity_id": str(one.entity_id),
                "numbers": len(one.numbers),
                "supports": dict(one.supports),
            },
        )
        for one in anchors
    ]
    if entities and not anchors:
        return [StoryStep("anchor", "no ID number: it is held together by scores alone")]
    return steps


def _members(connection: duckdb.DuckDBPyConnection, entities: list[_Entity]) -> list[StoryStep]:
    """Tell the joins: from the entity that names the cluster, always the strongest pair next."""
    if not entities:
        return []
    by_id = {one.entity_id: one for one in entities}
    best = _best_pairs(connection, list(by_id))
    start = entities[0]
    steps = [] if start.is_anchor else [StoryStep("member", f"it starts with {start.text}")]
    joined, left = {start.entity_id}, {one.entity_id for one in entities[1:]}
    while left:
        reachable = [
            (weight, one, other)
            for (one, other), weight in best.items()
            if one in joined and other in left
        ]
        if not reachable:
            break
        (weight, stranger, household, record_l, record_r), one, other = max(
            reachable, key=lambda found: (found[0][0], -found[2])
        )
        entity = by_id[other]
        steps.append(
            StoryStep(
                "member",
                f"{entity.text}; joined by its pair with entity {one}: {bits(weight)} "
                f"({bits(stranger)} against strangers, {bits(household)} against a household)",
                facts={
                    "entity_id": str(other),
                    "joined_to": str(one),
                    "match_kind": entity.match_kind,
                    "match_weight": weight,
                    "stranger_weight": stranger,
                    "household_weight": household,
                    "record_l": str(record_l),
                    "record_r": str(record_r),
                },
            )
        )
        joined.add(other)
        left.discard(other)
    steps += [
        StoryStep(
            "member",
            f"{by_id[other].text}; no pair was scored: it was here before, or a decision put it here",
            facts={"entity_id": str(other), "match_kind": by_id[other].match_kind},
        )
        for other in sorted(left)
    ]
    return steps


def _questions(connection: duckdb.DuckDBPyConnection, entities: list[_Entity]) -> list[StoryStep]:
    """Tell what a person should decide about the entities, by entity."""
    if not entities:
        return []
    listed = ", ".join(str(one.entity_id) for one in entities)
    rows = connection.sql(
        f"""
        SELECT kind, entity_l, entity_r, match_weight FROM review
        WHERE entity_l IN ({listed}) OR entity_r IN ({listed})
        ORDER BY ALL
        """
    ).fetchall()
    return [
        StoryStep(
            "question",
            f"{kind}: entity {left} and entity {right}"
            f"{'' if weight is None else f' ({bits(weight)})'}: {REVIEW_KINDS.get(kind, kind)}",
            facts={
                "kind": kind,
                "entity_id": str(left),
                "other_entity_id": str(right),
                "match_weight": weight,
            },
        )
        for kind, left, right, weight in rows
    ]


_Score = tuple[float, float, float, int, int]


def _best_pairs(
    connection: duckdb.DuckDBPyConnection, entities: list[int]
) -> dict[tuple[int, int], _Score]:
    """Return the best pair between any two of the entities, both ways round."""
    listed = ", ".join(map(str, entities))
    rows = connection.sql(
        f"""
        SELECT l.entity_id, r.entity_id, p.match_weight, p.stranger_weight, p.household_weight,
            p.record_l, p.record_r
        FROM pair_score AS p
        JOIN linkage_record AS l ON l.record_id = p.record_l
        JOIN linkage_record AS r ON r.record_id = p.record_r
        WHERE l.entity_id IN ({listed}) AND r.entity_id IN ({listed}) AND l.entity_id <> r.entity_id
        ORDER BY p.match_weight, p.record_l, p.record_r
        """
    ).fetchall()
    best: dict[tuple[int, int], _Score] = {}
    for left, right, *score in rows:
        best[left, right] = best[right, left] = tuple(score)
    return best


def _decided(decisions: pl.DataFrame, person_id: str, signatures: set[str]) -> list[StoryStep]:
    own = pl.Series(sorted({person_id, *signatures}), dtype=pl.String).implode()
    about = decisions.filter(pl.col("left").is_in(own) | pl.col("right").is_in(own))
    revoked = decisions.filter(pl.col("revokes").is_in(about["decision_id"].implode()))
    return [
        StoryStep(
            "decision",
            _decision_text(row),
            row["decided_at"].date(),
            {"decision_id": row["decision_id"], "kind": row["kind"], "is_active": row["is_active"]},
        )
        for row in pl.concat([about, revoked]).sort("decided_at").iter_rows(named=True)
    ]


def _decision_text(row: Mapping[str, object]) -> str:
    what = str(row["kind"]).replace("_", " ")
    if row["revokes"]:
        about = f"of {row['revokes']}"
    else:
        about = " and ".join(str(row[side]) for side in ("left", "right") if row[side])
    stands = "" if row["is_active"] or row["kind"] in {"revoke", "unpin"} else "; holds no longer"
    return f"{what} {about} by {row['actor']}: {row['reason']} ({row['decision_id']}{stands})"


def _happened(history: pl.DataFrame, person_id: str) -> list[StoryStep]:
    steps = []
    for row in history.filter(pl.col("person_id") == person_id).iter_rows(named=True):
        other = f" (with {row['other_person_id']})" if row["other_person_id"] else ""
        actor = f", by {row['actor']}" if row.get("actor") else ""
        reason = f": {row['reason']}" if row["reason"] else ""
        facts = {"kind": row["kind"], "other_person_id": row["other_person_id"]}
        steps.append(
            StoryStep("event", f"{row['kind']}{other}{actor}{reason}", row["night"], facts)
        )
    return steps


def _redirects(history: pl.DataFrame, person_id: str) -> list[StoryStep]:
    """Tell which IDs lead here and, where this one ended, where it leads; the newest word holds."""
    steps = []
    for one in history.filter(pl.col("other_person_id") == person_id).iter_rows(named=True):
        facts = {"kind": one["kind"], "other_person_id": one["person_id"]}
        if one["kind"] in {"merged", "redirected"}:
            text = f"{one['person_id']} ended and led here"
        elif one["kind"] == "split":
            text = f"{one['person_id']} was split off from it"
        else:
            text = f"{one['person_id']}: {one['kind']} with it"
        steps.append(StoryStep("redirect", text, one["night"], facts))
    own = history.filter(pl.col("person_id") == person_id)
    if own.height and own["kind"][-1] in {"merged", "redirected"}:
        target = own["other_person_id"][-1]
        facts = {"kind": "redirect", "other_person_id": target}
        steps.append(
            StoryStep("redirect", f"it ended and leads to {target}", own["night"][-1], facts)
        )
    return steps
