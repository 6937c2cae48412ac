"""What holds for carried-over IDs whatever the clusters were and become."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from hub.identity.carry_over import affected_part
from hub.identity.components import connected_components
from hub.identity.person_ids import assign_person_ids

KEY = b"test key"
PARTITION = st.dictionaries(st.integers(0, 30), st.integers(0, 8), max_size=25)
# Few clusters of many members, so that people merge, come back and are led elsewhere.
CROWD = st.lists(st.integers(0, 4), min_size=6, max_size=14).map(
    lambda clusters: dict(enumerate(clusters))
)
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


def history(partitions):
    """Play nights; return the last night, and what ended identifiers held and lead to."""
    played = assign_person_ids(frame(partitions[0]), NOBODY, 0, KEY)
    held, leads = NOBODY, {}
    for partition in partitions[1:]:
        before = played.members
        played = assign_person_ids(frame(partition), before, played.next_sequence, KEY)
        for kind, ended, other, _ in played.events.rows():
            if kind in ("merged", "retired"):
                held = pl.concat([held, before.filter(pl.col("person_id") == ended)])
            if kind == "merged":
                leads = {one: other if to == ended else to for one, to in leads.items()}
                leads[ended] = other
    rows = sorted(leads.items())
    schema = {"person_id": pl.String, "other_person_id": pl.String}
    return played, held, pl.DataFrame(rows, schema=schema, orient="row")


@given(st.lists(CROWD, min_size=1, max_size=3), CROWD, st.randoms(use_true_random=False))
def test_a_run_over_the_affected_part_is_the_run_over_everything(nights, after, draw):
    last, held, redirects = history(nights)
    changed = {
        **dict(last.members.with_columns(pl.col("person_id").rank("dense")).rows()),
        **{member: 1000 + cluster for member, cluster in after.items() if draw.random() < 0.4},
    }
    whole = frame({m: int(c) for m, c in changed.items() if m in after or draw.random() < 0.9})
    known = held.join(whole, on="signature_id", how="semi")
    alive = last.members["person_id"].unique().sort().to_list()
    pinned = set(draw.sample(alive, min(len(alive), 2)))
    more = {"former": known, "redirects": redirects, "pinned": pinned}
    full = assign_person_ids(whole, last.members, last.next_sequence, KEY, **more)

    clusters, previous = affected_part(
        whole.rename({"signature_id": "member"}),
        last.members.rename({"signature_id": "member", "person_id": "identifier"}),
    )
    part = assign_person_ids(
        clusters.rename({"member": "signature_id"}),
        previous.rename({"member": "signature_id", "identifier": "person_id"}),
        last.next_sequence,
        KEY,
        **more,
    )
    untouched = last.members.join(previous, left_on="person_id", right_on="identifier", how="anti")
    assert pl.concat([untouched, part.members]).sort("signature_id").equals(full.members)
    assert part.events.equals(full.events)
    assert part.conflicts.equals(full.conflicts)
    assert part.next_sequence == full.next_sequence

    following = assign_person_ids(
        whole, full.members, full.next_sequence, KEY, former=known, pinned=pinned
    )
    assert following.members.equals(full.members)
    assert following.events.is_empty()


@given(PARTITION)
def test_what_a_night_joined_the_next_takes_apart_under_the_same_ids(before):
    first = assign_person_ids(frame(before), NOBODY, 0, KEY)
    joined = assign_person_ids(
        frame(dict.fromkeys(before, 0)), first.members, first.next_sequence, KEY
    )
    ended = first.members.join(joined.members, on="person_id", how="anti")
    apart = assign_person_ids(
        frame(before), joined.members, joined.next_sequence, KEY, former=ended
    )
    assert apart.members.equals(first.members)
    assert set(apart.events["kind"]) <= {"resurrected", "split"}


@given(st.lists(PARTITION, min_size=2, max_size=4))
def test_a_pinned_person_never_ends(nights):
    first = assign_person_ids(frame(nights[0]), NOBODY, 0, KEY)
    pinned = set(first.members["person_id"].unique().sort().to_list()[:3])
    played = first
    for partition in nights[1:]:
        played = assign_person_ids(
            frame(partition), played.members, played.next_sequence, KEY, pinned=pinned
        )
        ended = played.events.filter(pl.col("kind").is_in(["merged", "retired"]))
        assert pinned.isdisjoint(ended["person_id"])


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
