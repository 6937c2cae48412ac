"""What person IDs look like, and what becomes of them when clusters change."""

from __future__ import annotations

import polars as pl
import pytest

from hub.identity.person_ids import (
    ALPHABET,
    LAST_SEQUENCE,
    assign_person_ids,
    is_identifier,
    mint_identifiers,
)

KEY = b"test key"


def clusters(*groups):
    """Clusters of signature IDs, written as `"1 2"`, `"3"`."""
    rows = [(int(each), place) for place, group in enumerate(groups) for each in group.split()]
    return pl.DataFrame(
        rows, schema={"signature_id": pl.UInt64, "cluster": pl.UInt64}, orient="row"
    )


def night(previous, *groups):
    return assign_person_ids(clusters(*groups), previous.members, previous.next_sequence, KEY)


def ids(assigned):
    return dict(assigned.members.rows())


def events(assigned):
    return assigned.events.select("kind", "person_id", "other_person_id").rows()


@pytest.fixture
def first():
    nobody = pl.DataFrame(schema={"signature_id": pl.UInt64, "person_id": pl.String})
    return assign_person_ids(clusters("1 2 3", "4 5"), nobody, 0, KEY)


def test_new_people_are_created(first):
    assert [kind for kind, _, _ in events(first)] == ["created", "created"]
    assert first.next_sequence == 2


def test_an_id_is_kept_when_a_smaller_signature_arrives(first):
    second = night(first, "0 1 2 3", "4 5")
    assert ids(second) == ids(first) | {0: ids(first)[1]}
    assert events(second) == []


def test_merged_people_keep_the_id_of_most_signatures(first):
    second = night(first, "1 2 3 4 5")
    assert set(ids(second).values()) == {ids(first)[1]}
    assert events(second) == [("merged", ids(first)[4], ids(first)[1])]


def test_a_split_person_keeps_the_id_where_most_signatures_are(first):
    second = night(first, "1 2", "3", "4 5")
    assert ids(second)[1] == ids(first)[1]
    new = ids(second)[3]
    assert events(second) == [("created", new, None), ("split", new, ids(first)[1])]


def test_a_signature_that_changes_hands_leaves_an_event(first):
    second = night(first, "1 2", "3 4 5")
    assert events(second) == [("moved", ids(first)[4], ids(first)[1])]


def test_a_person_without_any_signature_left_is_retired(first):
    assert events(night(first, "1 2 3")) == [("retired", ids(first)[4], None)]


def test_an_id_has_a_prefix_and_a_check_character_that_catches_any_slip():
    minted = mint_identifiers(7, 1, KEY, "P")[0]
    assert len(minted) == 11
    assert is_identifier(minted, "P")
    slips = [
        minted[:place] + letter + minted[place + 1 :]
        for place in range(1, 11)
        for letter in ALPHABET
        if letter != minted[place]
    ]
    assert not any(is_identifier(slip, "P") for slip in slips)


def test_no_id_comes_twice_and_its_order_tells_nothing():
    minted = mint_identifiers(0, 50_000, KEY, "P")
    assert minted.n_unique() == 50_000
    assert not minted.is_sorted()
    assert mint_identifiers(100, 5, KEY, "P").to_list() == minted[100:105].to_list()
    assert set(mint_identifiers(0, 100, b"another", "P")).isdisjoint(minted[:100])


@pytest.mark.parametrize(("start", "key"), [(-1, KEY), (LAST_SEQUENCE, KEY), (0, b"")])
def test_minting_refuses_what_it_cannot_do(start, key):
    with pytest.raises(ValueError, match="identifiers:"):
        mint_identifiers(start, 2, key, "P")
