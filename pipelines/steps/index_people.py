"""From tonight's clusters to person IDs: who keeps an ID, who gets it back, and since when.

Here: what the index remembers of earlier nights, naming the affected clusters, and the bitemporal
membership. Never here: clustering (`hub.identity.advance`) or the rules by which an ID is kept
(`hub.identity.carry_over`). Next: `pipelines.steps.index` builds the tables that say person_id.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from hub.identity.advance import name_clusters
from hub.identity.membership import advance_membership, no_history
from hub.identity.person_ids import PersonAssignment, assign_person_ids
from hub.identity.statements import drop, keep, run
from pipelines.steps.index_records import LAYER
from warehouse.workbench import Workbench, sql_text


@dataclass(frozen=True, slots=True)
class Before:
    """What an index remembers.

    `members`: (`signature_id`, `person_id`, where known `record_id`) of the last release, used where
    `state` is None. `decisions`: those that held then, if anybody remembers. `is_same_model`: whether
    that release was made with tonight's model; under another one everybody may change.
    `state`: folder of the last state, and `tables` that of the tables of its release, in which is what
    a night leaves as it was; neither is used without the other. `rewritten`: signatures that say
    something else than in that release. `history`: the memberships so far
    (`hub.identity.membership`), whose closed rows say what an ended ID held last. `redirects`:
    (`person_id`, `other_person_id`) of ended IDs. `next_sequence`: the first that was not minted.
    """

    members: pl.DataFrame = field(
        default_factory=lambda: pl.DataFrame(
            schema={"signature_id": pl.UInt64, "person_id": pl.String}
        )
    )
    state: Path | None = None
    tables: Path | None = None
    rewritten: pl.Series | None = None
    history: pl.DataFrame = field(default_factory=no_history)
    redirects: pl.DataFrame | None = None
    next_sequence: int = 0
    decisions: pl.DataFrame | None = None
    is_same_model: bool = True


@dataclass(frozen=True, slots=True)
class NamedPeople:
    """Tonight's names: `assigned`, and `changed` (`member`, `identifier`), what may be new of whom.

    Without an identifier a member was somebody's and is nobody's.
    """

    assigned: PersonAssignment
    changed: pl.DataFrame


def load_members(bench: Workbench, before: Before, *, has_state: bool) -> None:
    """Make `previous_member`: which record was whom, null for records that were nobody's.

    Without a state also the records that are gone: a person ends only if
    somebody remembers what the ID held.
    """
    connection = bench.connection
    if has_state:
        run(
            connection,
            """
            CREATE OR REPLACE TEMP VIEW previous_member AS
            SELECT d.record_id, c.person_id
            FROM old_record_description AS d
            JOIN old_entity_description AS e ON e.description_id = d.description_id
            JOIN old_entity_cluster AS c ON c.entity_id = e.entity_id
            """,
        )
        return
    members = before.members
    if "record_id" not in members.columns:
        members = members.with_columns(record_id=pl.lit(None, pl.UInt64))
    keep(connection, "previous_signature", members)
    run(
        connection,
        """
        CREATE OR REPLACE TEMP TABLE previous_member AS
        SELECT
            coalesce(s.record_id, p.record_id, p.signature_id) AS record_id,
            mode(p.person_id ORDER BY p.person_id) AS person_id
        FROM previous_signature AS p
        LEFT JOIN signature_record AS s ON s.signature_id = p.signature_id
        GROUP BY 1
        """,
    )
    drop(connection, "previous_signature")


def name_people(
    bench: Workbench, before: Before, key: bytes, pinned: Collection[str], *, has_state: bool
) -> NamedPeople:
    """Give the affected clusters their person IDs and the others those that they had."""
    connection = bench.connection
    clusters = bench.frame(sql_text(LAYER, "affected_record"))
    previous = (
        bench.frame(sql_text(LAYER, "affected_member"))
        if has_state
        else bench.frame(
            "SELECT record_id AS signature_id, person_id FROM previous_member"
            " WHERE person_id IS NOT NULL ORDER BY 1"
        )
    )
    assigned = assign_person_ids(
        clusters,
        previous,
        before.next_sequence,
        key,
        former=_held_by_ended(before.history),
        redirects=before.redirects,
        pinned=pinned,
        touched=bench.frame("FROM touched_person")["person_id"].to_list(),
    )
    named = (
        clusters.join(assigned.members, on="signature_id").select("cluster", "person_id").unique()
    )
    keep(connection, "named_cluster", named)
    name_clusters(connection, has_state=has_state)
    gone = previous.join(assigned.members, on="signature_id", how="anti").select(
        "signature_id", person_id=pl.lit(None, pl.String)
    )
    changed = pl.concat([assigned.members, gone])
    return NamedPeople(assigned, changed.select(member="signature_id", identifier="person_id"))


def carry_membership(
    bench: Workbench, before: Before, named: NamedPeople, night: dt.date, *, has_state: bool
) -> None:
    """Add `person_membership`, and make `last_held` of the pinned people."""
    history, _ = advance_membership(before.history, named.changed, night, is_complete=not has_state)
    bench.add(
        "person_membership", history.rename({"member": "record_id", "identifier": "person_id"})
    )
    pinned = bench.frame("FROM pinned_person")["person_id"]
    keep(
        bench.connection,
        "last_held",
        _last_held(history.filter(pl.col("identifier").is_in(pinned.implode()))).select(
            person_id="identifier", record_id="member"
        ),
    )


def _held_by_ended(history: pl.DataFrame) -> pl.DataFrame:
    """Return (`signature_id`, `person_id`): what IDs held when they ended.

    An ID of which a membership goes on has not ended, whether tonight touches it or not.
    """
    is_open = pl.col("recorded_to").is_null() & pl.col("valid_to").is_null()
    # An ID that has ended has closed rows alone, and few IDs have any.
    closed = history.filter(~is_open)["identifier"].unique()
    concerned = history.filter(pl.col("identifier").is_in(closed.implode()))
    ended = concerned.join(concerned.filter(is_open), on="identifier", how="anti")
    return _last_held(ended).select(signature_id="member", person_id="identifier")


def _last_held(history: pl.DataFrame) -> pl.DataFrame:
    """Return (`member`, `identifier`) of the last night on which an identifier held anything.

    Memberships that go on are the last; otherwise those that were superseded last.
    """
    open_ended = history.filter(pl.col("valid_to").is_null()).with_columns(
        last=pl.col("recorded_to").fill_null(dt.date.max)
    )
    return (
        open_ended.filter(pl.col("last") == pl.col("last").max().over("identifier"))
        .select("member", "identifier")
        .unique()
    )
