"""A night builds only what changed, and comes to what a build from nothing comes to.

Small crowds whose people are alike enough to meet: few names, birth dates, numbers and addresses,
so that numbers are shared and polluted, blocks cross their cap and candidates exclude each other.
The model's place takes a count of agreements, which takes no time: the split must not matter
whatever a pair is worth, as long as it is worth the same every night.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count, pairwise
from unittest import mock

import duckdb
import polars as pl
import polars.selectors as cs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.identity import engine
from hub.identity.advance import (
    IndexSettings,
    advance_index,
    missing_records,
    name_clusters,
)
from hub.identity.blocking import BLOCKING_RULES
from hub.identity.components import connected_components
from hub.identity.linkage_model import LinkageModel, shipped_model
from hub.identity.person_ids import assign_person_ids
from hub.identity.resolution import Thresholds
from hub.identity.standard import standardise_records
from hub.identity.state import STATE
from hub.identity.statements import keep

MODEL = shipped_model()
WORTH = {
    "name_key": 5,
    "given_key": 3,
    "birth_digits": 4,
    "address_key": 4,
    "phone": 5,
    "number": 9,
}
"""Bits for each column that agrees; it costs two bits less where it differs."""
NUMBERS = ("N1", "N2", "N3", "N4")
RECORDS = 24
EVERYBODY = frozenset(range(RECORDS))
State = dict[str, pl.DataFrame]
MINTED = count()
NAMELESS = pl.DataFrame(schema={"cluster": pl.UInt64, "person_id": pl.String})

WRITTEN = st.fixed_dictionaries(
    {
        "full_name": st.sampled_from(["김민수", "김민슈", "김민서", "박정희", "최유진", None]),
        "birth_date": st.sampled_from(["1980-01-01", "1980-01-02", "1975-05-05", None]),
        "number": st.sampled_from([*NUMBERS, "N1", None, None, None]),
        "sex": st.sampled_from(["male", "female", None]),
        "address": st.sampled_from(["서울 중구 세종대로 1", "부산 중구 중앙로 9", None]),
        "phone": st.sampled_from(["010-2345-6789", "010-9876-1234", None, None]),
    }
)


@dataclass(frozen=True)
class Night:
    """Who is there, whom a register names, whom a person set apart, who has two numbers."""

    present: frozenset[int]
    registered: frozenset[int]
    separate: frozenset[int]
    aliases: frozenset[tuple[str, str]]


def some(elements: Sequence[object], most: int) -> st.SearchStrategy[frozenset[object]]:
    return st.frozensets(st.sampled_from(elements), max_size=most)


NIGHT = st.builds(
    Night,
    present=some(range(RECORDS), 4).map(lambda gone: EVERYBODY - gone)
    | st.frozensets(st.sampled_from(range(RECORDS)), min_size=1),
    registered=some(range(RECORDS), 5),
    separate=some(range(RECORDS), 1),
    aliases=some([("N1", "N2"), ("N2", "N3"), ("N3", "N4")], 1),
)


def count_agreements(
    connection: duckdb.DuckDBPyConnection,
    records: str,
    pairs: str,
    model: LinkageModel,
    carried: Sequence[str] = (),
) -> str:
    """Stand in for `hub.identity.scoring.scores_sql`."""
    del connection, model
    worth = " + ".join(
        f"CASE l.{column} = r.{column} WHEN true THEN {bits} WHEN false THEN {2 - bits} ELSE 0 END"
        for column, bits in WORTH.items()
    )
    sides = "".join(f", l.{column} AS {column}_l, r.{column} AS {column}_r" for column in carried)
    return f"""
        SELECT * EXCLUDE (worth), worth - 6e0 AS match_weight, worth - 4e0 AS stranger_weight,
               worth + 0e0 AS household_weight
        FROM (
            SELECT p.join_key_l AS record_l, p.join_key_r AS record_r{sides}, {worth} AS worth
            FROM {pairs} AS p
            JOIN {records} AS l ON l.record_id = p.join_key_l
            JOIN {records} AS r ON r.record_id = p.join_key_r
        )
        """


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with (
        duckdb.connect(config={"threads": 1}) as opened,
        mock.patch.object(engine, "scores_sql", count_agreements),
    ):
        yield opened


def describe(written: Sequence[dict[str, str | None]]) -> pl.DataFrame:
    """Return the standardised records of a crowd; record IDs are far apart and in no order."""
    columns = ("full_name", "birth_date", "number", "sex", "address", "phone")
    frame = pl.DataFrame(list(written), schema=dict.fromkeys(columns, pl.String)).with_columns(
        record_id=pl.int_range(pl.len()).cast(pl.UInt64) * 7919 % 100_003
    )
    near = pl.concat_list(pl.col("number").str.slice(1).cast(pl.UInt64) // 2, pl.lit(9, pl.UInt64))
    return (
        standardise_records(frame.drop("number"), bytes(32))
        .drop("number", "number_near")
        .with_columns(frame["number"], frame.select(number_near=near)["number_near"])
    )


def build(
    connection: duckdb.DuckDBPyConnection,
    crowd: pl.DataFrame,
    night: Night,
    old: State | None,
    limit: int,
    *,
    remembers: bool,
) -> State:
    """Play one night over a crowd; without an old state from nothing."""
    for kind, name in connection.sql(
        """
        SELECT 'VIEW', view_name FROM duckdb_views() WHERE temporary AND NOT internal
        UNION ALL
        SELECT 'TABLE', table_name FROM duckdb_tables() WHERE temporary
        """
    ).fetchall():
        connection.execute(f"DROP {kind} temp.{name}")
    ids = crowd["record_id"]
    here = pl.DataFrame(
        {
            "record_id": ids,
            "is_register": [place in night.registered for place in range(len(ids))],
            "is_separate": [place in night.separate for place in range(len(ids))],
        }
    ).filter(pl.Series([place in night.present for place in range(len(ids))]))
    for name, frame in (old or {}).items():
        keep(connection, f"old_{name}", frame)
    keep(connection, "current_record", here)
    keep(connection, "touched_record", crowd.select("record_id"))
    missing = connection.sql(missing_records(has_state=old is not None)).pl()
    added = crowd.join(missing, on="record_id").join(
        here.select("record_id", "is_register"), on="record_id"
    )
    keep(connection, "record", added.drop("number_near"))
    numbers = added.select("number", "number_near").drop_nulls("number").unique("number")
    keep(connection, "number_neighbour", numbers)
    aliases = pl.DataFrame(
        sorted(night.aliases), schema=dict.fromkeys(["old_number", "new_number"], pl.String),
        orient="row",
    )  # fmt: skip
    keep(connection, "number_alias", aliases)
    nobody = people_of({})
    keep(connection, "previous_member", nobody if not remembers or not old else everybody_of(old))
    keep(connection, "pinned_person", nobody.select("person_id"))
    used = IndexSettings(MODEL, Thresholds(), BLOCKING_RULES, limit)
    advance_index(connection, used, has_state=old is not None)
    keep(connection, "named_cluster", named_people(connection, old) if remembers else NAMELESS)
    name_clusters(connection, has_state=old is not None)
    return {name: connection.sql(f"FROM all_{name}").pl() for name in STATE}


def named_people(connection: duckdb.DuckDBPyConnection, old: State | None) -> pl.DataFrame:
    """Return (`cluster`, `person_id`) of the clusters of tonight; IDs carry over."""
    clusters = connection.sql(
        """
        SELECT d.record_id AS signature_id, c.cluster
        FROM all_record_description AS d
        JOIN all_entity_description AS e ON e.description_id = d.description_id
        JOIN resolved AS c ON c.entity_id = e.entity_id
        WHERE c.cluster IS NOT NULL
        """
    ).pl()
    before = people(old) if old else people_of({})
    assigned = assign_person_ids(
        clusters,
        before.rename({"record_id": "signature_id"}),
        # No two nights of a play mint the same.
        next(MINTED) * 1000,
        b"test key",
        touched=connection.sql("FROM touched_person").pl()["person_id"].to_list(),
    )
    return (
        clusters.join(assigned.members, on="signature_id").select("cluster", "person_id").unique()
    )


def people(state: State) -> pl.DataFrame:
    """Return (`record_id`, `person_id`): of each record the person, or the cluster, that it is in."""
    return (
        state["record_description"]
        .join(state["entity_description"], on="description_id")
        .join(state["entity_cluster"], on="entity_id")
        .select(
            "record_id",
            person_id=pl.coalesce("person_id", pl.col("cluster").cast(pl.String)),
        )
        .drop_nulls()
        .sort("record_id")
    )


def everybody_of(state: State) -> pl.DataFrame:
    """Return (`record_id`, `person_id`) of all records, those that are nobody's too."""
    return (
        state["record_description"]
        .select("record_id")
        .join(people(state), on="record_id", how="left")
    )


def people_of(members: dict[int, str]) -> pl.DataFrame:
    schema = {"record_id": pl.UInt64, "person_id": pl.String}
    return pl.DataFrame(sorted(members.items()), schema=schema, orient="row")


def rows(frame: pl.DataFrame) -> list[tuple[object, ...]]:
    """Return the rows of a table of the state, in an order of their own."""
    plain = frame.select(sorted(frame.columns)).with_columns(
        cs.float().round(6), cs.nested().cast(pl.List(pl.String))
    )
    return sorted(plain.rows(), key=repr)


def play(
    connection: duckdb.DuckDBPyConnection,
    crowd: pl.DataFrame,
    nights: Sequence[Night],
    limit: int,
    *,
    remembers: bool,
) -> State:
    """Play nights one after the other; return the last state."""
    state = build(connection, crowd, nights[0], None, limit, remembers=remembers)
    for night in nights[1:]:
        state = build(connection, crowd, night, state, limit, remembers=remembers)
    return state


def groups(state: State) -> set[frozenset[int]]:
    """Return the records of each person."""
    return {
        frozenset(members)
        for (members,) in people(state)
        .group_by("person_id")
        .agg("record_id")
        .select("record_id")
        .rows()
    }


def hesitated(state: State) -> set[int]:
    """Return the records under a question in which the past may have had a say, and their component."""
    near = state["pair_score"].filter(pl.col("match_weight") >= Thresholds().floor)
    component = dict(
        connected_components(near.select(left="entity_l", right="entity_r")).iter_rows()
    )
    asked = state["review"].filter(pl.col("kind").is_in(["kept", "ambiguous", "held"]))
    unsure = {
        component.get(entity, entity)
        for pair in asked.select("entity_l", "entity_r").rows()
        for entity in pair
    }
    placed = state["record_description"].join(state["entity_description"], on="description_id")
    # Who became too thin to be compared without any news stays a person, which nobody is asked about.
    return {
        record
        for record, entity, kind in placed.select("record_id", "entity_id", "kind").rows()
        if kind == "thin" or component.get(entity, entity) in unsure
    }


CROWD = st.lists(WRITTEN, min_size=RECORDS, max_size=RECORDS)
LIMIT = st.sampled_from([3, 10, 30, 5000])


@settings(max_examples=12)
@given(crowd=CROWD, nights=st.lists(NIGHT, min_size=2, max_size=5), limit=LIMIT)
def test_nights_in_any_split_come_to_what_one_build_comes_to(connection, crowd, nights, limit):
    described = describe(crowd)
    state = play(connection, described, nights, limit, remembers=False)
    whole = play(connection, described, nights[-1:], limit, remembers=False)
    for table in STATE:
        if table != "number_neighbour":  # keys of numbers that went stay, and are nobody's
            assert rows(state[table]) == rows(whole[table]), table


@settings(max_examples=2)
@given(crowd=CROWD, nights=st.lists(NIGHT, min_size=2, max_size=4), limit=LIMIT)
def test_the_past_has_a_say_only_where_the_index_asks(connection, crowd, nights, limit):
    """Who was together stays so on weaker evidence; nothing else of the past matters."""
    described = describe(crowd)
    state = play(connection, described, nights, limit, remembers=True)
    whole = play(connection, described, nights[-1:], limit, remembers=True)
    assert rows(state["record_description"]) == rows(whole["record_description"])
    # A description that waits stands apart from the anchor that one build would give it.
    if "held" not in state["entity_description"]["support"]:
        for table in ("entity_description", "linkage_record", "pair_score"):
            assert rows(state[table]) == rows(whole[table]), table
    unsure = hesitated(state) | hesitated(whole)
    for members in groups(state) ^ groups(whole):
        assert members & unsure


@settings(max_examples=10)
@given(crowd=CROWD, nights=st.lists(NIGHT, min_size=2, max_size=4), limit=LIMIT)
def test_whom_a_night_brings_nothing_of_keeps_the_id(connection, crowd, nights, limit):
    """Whoever else comes, changes or goes: nobody is merged, split or renamed without any news."""
    described = describe(crowd)
    first = nights[0]
    state = build(connection, described, first, None, limit, remembers=True)
    for before, after in pairwise(nights):
        # What registers and aliases say is news of the people themselves.
        now = replace(first, present=after.present)
        newcomers = set(described["record_id"].gather(sorted(after.present - before.present)))
        gone = set(described["record_id"].gather(sorted(before.present - after.present)))
        old, state = state, build(connection, described, now, state, limit, remembers=True)
        then, new = dict(people(old).rows()), dict(people(state).rows())
        for members in groups(old):
            if members & gone:
                continue
            tonight = {
                record for record, person in new.items() if person in {new.get(m) for m in members}
            }
            if tonight & newcomers:
                continue
            assert {new.get(member) for member in members} == {then[min(members)]}


@settings(max_examples=4)
@given(crowd=CROWD, gone=st.sampled_from(range(RECORDS)))
def test_a_record_that_is_deleted_leaves_no_trace(connection, crowd, gone):
    described = describe(crowd)
    nobody = frozenset()
    everybody = Night(EVERYBODY, frozenset(range(0, RECORDS, 5)), nobody, nobody)
    without = Night(EVERYBODY - {gone}, everybody.registered, nobody, nobody)
    state = play(connection, described, [everybody, without], 5000, remembers=False)
    whole = play(connection, described, [without], 5000, remembers=False)
    assert groups(state) == groups(whole)
    assert rows(state["pair_score"]) == rows(whole["pair_score"])


@settings(max_examples=2)
@given(crowd=CROWD, night=NIGHT)
def test_a_night_without_news_touches_nobody(connection, crowd, night):
    described = describe(crowd)
    once = play(connection, described, [night], 5000, remembers=True)
    again = build(connection, described, night, once, 5000, remembers=True)
    assert connection.sql("SELECT count(*) FROM affected_entity").fetchall() == [(0,)]
    for table in STATE:
        assert rows(again[table]) == rows(once[table]), table
