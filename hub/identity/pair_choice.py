"""Which pair of linkage records stands between two signatures or two people.

Here: from what a person types to entities and records, and the best pair between them. Never here:
what the pair is worth in detail (`explanation`). Next: `hub index why` and the review commands.

Input views: `signature_member` (`signature_id`, `description_id`, `entity_id`, `person_id`),
`description`, `entity_description`, `linkage_record`, `number_neighbour`, `pair_score`.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import polars as pl

from hub.identity.explanation import read_records
from hub.identity.linkage_model import LinkageModel
from hub.identity.scoring import score_pairs
from hub.identity.story import SUPPORTS

if TYPE_CHECKING:
    import duckdb

PAIRS_NOW = 400
"""Pairs that are compared while somebody waits."""
_KEPT = ("name_key", "family_key", "given_key")
_FILLED = ("middle_key", "birth_digits", "sex", "phone", "email")


@dataclass(frozen=True, slots=True)
class Subject:
    """A signature or a person, as the index knows it."""

    name: str
    is_person: bool
    signature_id: int
    """The signature; of a person the smallest, which speaks for it in decisions."""
    person_ids: tuple[str, ...]
    entities: tuple[int, ...]
    kinds: tuple[str, ...]
    supports: tuple[str, ...]

    @property
    def description(self) -> str:
        """Say what it is: `signature 12: registered (the name agrees), person P0…`."""
        if self.is_person:
            return f"person {self.name}: {len(self.entities)} entities ({', '.join(self.kinds)})"
        person = f"person {self.person_ids[0]}" if self.person_ids else "nobody's"
        support = ", ".join(SUPPORTS.get(support, support) for support in self.supports)
        return f"signature {self.name}: {', '.join(self.kinds)} ({support}), {person}"


class NoPairError(LookupError):
    """There is nothing to compare between two subjects; the message says why."""


@dataclass(frozen=True, slots=True)
class ChosenPair:
    """The best pair between two subjects."""

    record_l: int
    record_r: int
    is_scored: bool
    """Whether the index holds a score of it; if not, it was chosen by comparing just now."""


def find_subject(connection: duckdb.DuckDBPyConnection, name: str) -> Subject:
    """Return the signature or person called `name`: digits are a signature, all else a person.

    Raises:
        LookupError: the index has none.
    """
    is_person = not name.isdecimal()
    column = "person_id" if is_person else "signature_id::VARCHAR"
    rows = connection.execute(
        f"""
        SELECT min(m.signature_id),
               list(DISTINCT m.person_id ORDER BY m.person_id) FILTER (m.person_id IS NOT NULL),
               list(DISTINCT m.entity_id ORDER BY m.entity_id),
               list(DISTINCT e.kind ORDER BY e.kind),
               list(DISTINCT e.support ORDER BY e.support)
        FROM signature_member AS m JOIN entity_description AS e USING (description_id)
        WHERE m.{column} = ?
        """,
        [name],
    ).fetchall()
    signature, people, entities, kinds, supports = rows[0]
    if signature is None:
        what = "person" if is_person else "signature"
        message = f"the current index has no {what} {name}; `hub query` lists person_index"
        raise LookupError(message)
    return Subject(
        name,
        is_person,
        signature,
        tuple(people or ()),
        tuple(entities),
        tuple(kinds),
        tuple(supports),
    )


def choose_pair(
    connection: duckdb.DuckDBPyConnection, left: Subject, right: Subject, model: LinkageModel
) -> ChosenPair:
    """Return the pair of highest weight between two subjects; compare them now if nobody has.

    Raises:
        NoPairError: one is too thin to be compared, or both say the same.
    """
    scored = connection.execute(
        f"""
        SELECT p.record_l, p.record_r, l.entity_id IN ({_listed(left.entities)})
        FROM pair_score AS p
        JOIN linkage_record AS l ON l.record_id = p.record_l
        JOIN linkage_record AS r ON r.record_id = p.record_r
        WHERE (l.entity_id IN ({_listed(left.entities)}) AND r.entity_id IN ({_listed(right.entities)}))
           OR (l.entity_id IN ({_listed(right.entities)}) AND r.entity_id IN ({_listed(left.entities)}))
        ORDER BY p.match_weight DESC, p.record_l, p.record_r LIMIT 1
        """
    ).fetchall()
    if scored:
        record_l, record_r, is_in_order = scored[0]
        if not is_in_order:
            record_l, record_r = record_r, record_l
        return ChosenPair(record_l, record_r, is_scored=True)
    pairs = [
        (one, other)
        for one, other in product(_records(connection, left), _records(connection, right))
        if one != other
    ]
    if not pairs:
        raise NoPairError(_no_pair(connection, left, right))
    best = _best_of(connection, list(dict.fromkeys(pairs))[:PAIRS_NOW], model)
    return ChosenPair(*best, is_scored=False)


def _listed(entities: tuple[int, ...]) -> str:
    return ", ".join(map(str, entities))


def _records(connection: duckdb.DuckDBPyConnection, subject: Subject) -> list[int]:
    """Return the linkage records that show what the subject says, else all of its entities'.

    A linkage record repeats a description and fills what it lacks from others of the entity; a
    nameless description may be left to the others altogether.
    """
    told = [f"d.{column} IS NOT DISTINCT FROM r.{column}" for column in _KEPT]
    told += [f"(d.{column} IS NULL OR d.{column} = r.{column})" for column in _FILLED]
    rows = connection.execute(
        f"""
        WITH own AS (
            SELECT DISTINCT r.record_id
            FROM signature_member AS m
            JOIN description AS d USING (description_id)
            JOIN linkage_record AS r ON r.entity_id = m.entity_id
            WHERE m.signature_id = ? AND {" AND ".join(told)}
                AND (
                    d.address_words IS NULL
                    OR (
                        d.address_words = r.address_words
                        AND d.address_key IS NOT DISTINCT FROM r.address_key
                        AND d.building_key IS NOT DISTINCT FROM r.building_key
                    )
                )
        )
        SELECT DISTINCT record_id FROM linkage_record
        WHERE entity_id IN ({_listed(subject.entities)})
            AND (
                {subject.is_person}
                OR record_id IN (FROM own)
                OR NOT EXISTS (FROM own)
            )
        ORDER BY record_id
        """,
        [subject.signature_id],
    ).fetchall()
    return [record for (record,) in rows]


def _no_pair(connection: duckdb.DuckDBPyConnection, left: Subject, right: Subject) -> str:
    for one in (left, right):
        if not _records(connection, one):
            return (
                f"{one.name} is too thin to be compared: it has fewer than two of ID number, name, "
                "birth date, address, phone and email"
            )
    return f"{left.name} and {right.name} say the same of all that both say; there is nothing to compare"


def _best_of(
    connection: duckdb.DuckDBPyConnection, pairs: list[tuple[int, int]], model: LinkageModel
) -> tuple[int, int]:
    import duckdb

    if len(pairs) == 1:
        return pairs[0]
    records = read_records(connection, [record for pair in pairs for record in pair])
    schema = {"join_key_l": pl.UInt64, "join_key_r": pl.UInt64}
    asked = pl.DataFrame(pairs, schema=schema, orient="row").select(
        pl.lit("asked").alias("match_key"), *schema
    )
    with duckdb.connect() as work:
        for table, frame in (("asked_record", records), ("asked_pair", asked)):
            work.register("frame", frame)
            work.execute(f"CREATE TABLE {table} AS FROM frame")
            work.unregister("frame")
        scores = score_pairs(work, "asked_record", "asked_pair", model)
    best = scores.sort(["match_weight", "record_l", "record_r"], descending=[True, False, False])
    record_l, record_r = best.select("record_l", "record_r").row(0)
    return record_l, record_r
