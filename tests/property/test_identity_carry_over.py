"""What holds for carried-over IDs whatever the clusters were and become."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from hub.identity.components import connected_components
from hub.identity.person_ids import assign_person_ids

KEY = b"test key"
PARTITION = st.dictionaries(st.integers(0, 30), st.integers(0, 8), max_size=25)
NOBODY = pl.DataFrame(schema={"signature_id": pl.UInt64, "person_id": pl.String})


def frame(partition, order=lambda rows: rows):
    rows = order(sorted(partition.items()))
    return pl.DataFrame(
        rows, schema={"signature_id": pl.UInt64, "cluster": pl.UInt64}, orient="row"
    )


@given(PARTITION, PARTITION, st.randoms(use_true_random=False))
def test_ids_follow_the_partition_and_not_its_labels_or_order(before, after, draw):
    first = assign_person_ids(frame(before), NOBODY, 0, KEY)
    second = assign_person_ids(frame(after), first.members, first.next_sequence, KEY)
    named = dict(second.members.rows())
    assert {(one, other): after[one] == after[other] for one in after for other in after} == {
        (one, other): named[one] == named[other] for one in after for other in after
    }
    relabelled = {member: 100 - cluster for member, cluster in after.items()}
    again = assign_person_ids(
        frame(relabelled, lambda rows: draw.sample(rows, len(rows))),
        first.members.sample(fraction=1, shuffle=True, seed=draw.randrange(100)),
        first.next_sequence,
        KEY,
    )
    assert again.members.equals(second.members)
    assert again.events.equals(second.events)


@given(PARTITION, PARTITION)
def test_every_change_of_a_signatures_person_has_an_event(before, after):
    first = assign_person_ids(frame(before), NOBODY, 0, KEY)
    second = assign_person_ids(frame(after), first.members, first.next_sequence, KEY)
    old, new = dict(first.members.rows()), dict(second.members.rows())
    told = second.events.rows(named=True)
    for signature in old.keys() & new.keys():
        if old[signature] != new[signature]:
            assert any(
                (e["kind"] in ("split", "moved") and e["person_id"] == new[signature]
                 and e["other_person_id"] == old[signature])
                or (e["kind"] == "merged" and e["person_id"] == old[signature])
                for e in told
            )  # fmt: skip
    ended = {e["person_id"] for e in told if e["kind"] in ("merged", "retired")}
    assert ended == set(old.values()) - set(new.values())
    assert {e["person_id"] for e in told if e["kind"] == "created"} == set(new.values()) - set(
        old.values()
    )


@given(PARTITION)
def test_a_night_without_news_tells_nothing(partition):
    first = assign_person_ids(frame(partition), NOBODY, 0, KEY)
    second = assign_person_ids(frame(partition), first.members, first.next_sequence, KEY)
    assert second.members.equals(first.members)
    assert second.events.is_empty()


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), max_size=30))
def test_components_are_those_of_a_plain_union_find(edges):
    parent = list(range(21))

    def root(node):
        while parent[node] != node:
            node = parent[node]
        return node

    for left, right in edges:
        low, high = sorted((root(left), root(right)))
        parent[high] = low
    schema = {"left": pl.Int64, "right": pl.Int64}
    found = connected_components(pl.DataFrame(edges, schema=schema, orient="row"))
    assert dict(found.rows()) == {node: root(node) for edge in edges for node in edge}
