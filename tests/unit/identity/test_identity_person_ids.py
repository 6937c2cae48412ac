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
    minted_order,
)

KEY = b"test key"


def clusters(*groups):
    """Clusters of signature IDs, written as `"1 2"`, `"3"`."""
    rows = [(int(each), place) for place, group in enumerate(groups) for each in group.split()]
    return pl.DataFrame(
        rows, schema={"signature_id": pl.UInt64, "cluster": pl.UInt64}, orient="row"
    )


def night(previous, *groups, **more):
    return assign_person_ids(
        clusters(*groups), previous.members, previous.next_sequence, KEY, **more
    )


def conflicts(assigned):
    return assigned.conflicts.select("kind", "person_id", "other_person_id").rows()


def redirect(person_id, other):
    return pl.DataFrame({"person_id": [person_id], "other_person_id": [other]})


def former(members, *signatures):
    """The rows of a night's members with those signatures."""
    return members.filter(pl.col("signature_id").is_in(signatures))


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


def test_a_merge_taken_back_brings_the_old_id_back(first):
    second = night(first, "1 2 3 4 5")
    held = former(first.members, 4, 5)
    third = night(second, "1 2 3", "4 5 6", former=held)
    one, other = ids(first)[1], ids(first)[4]
    assert ids(third) == ids(first) | {6: other}
    assert events(third) == [("resurrected", other, None), ("split", other, one)]
    assert third.next_sequence == 2


def test_a_retired_person_comes_back_with_what_is_known_of_them(first):
    second = night(first, "1 2 3")
    third = night(second, "1 2 3", "5", former=former(first.members, 5))
    assert ids(third)[5] == ids(first)[4]
    assert third.events.row(0) == ("resurrected", ids(first)[4], None, 1)


@pytest.mark.parametrize("group", ["4 6", "4 5 6 7", "4"], ids=["half", "half of four", "a part"])
def test_less_than_most_of_an_ended_person_is_somebody_new(first, group):
    second = night(first, "1 2 3 4 5")
    rest = "1 2 3" if "5" in group else "1 2 3 5"
    third = night(second, rest, group, former=former(first.members, 4, 5))
    new = ids(third)[4]
    assert new not in ids(first).values()
    assert ("created", new, None) in events(third)


def test_of_two_ended_people_the_older_comes_back():
    nobody = pl.DataFrame(schema={"signature_id": pl.UInt64, "person_id": pl.String})
    begin = assign_person_ids(clusters("8 9", "1 2 3", "4 5 6"), nobody, 0, KEY)
    joined = night(begin, "8 9 1 2 3 4 5 6")
    renamed = begin.members.filter(pl.col("person_id") != ids(joined)[1])
    twice = pl.concat(
        [renamed, renamed.filter(pl.col("signature_id") > 7).with_columns(
            person_id=pl.lit(ids(begin)[4]))]
    ).filter(pl.col("signature_id") > 7)  # fmt: skip
    back = night(joined, "1 2 3 4 5 6", "8 9", former=twice)
    order = dict(minted_order(back.members["person_id"], KEY, "P").rows())
    assert order[ids(back)[8]] == 1


def test_the_older_id_wins_a_tie(first):
    middle = night(first, "1 2 3", "4 5", "0 9")
    assert ids(night(middle, "0 9 4 5"))[0] == ids(first)[4]


def test_a_pinned_id_stays_even_against_more_signatures(first):
    second = night(first, "1 2 3 4", "5", pinned={ids(first)[4]})
    assert ids(second)[5] == ids(first)[4]
    third = night(first, "1 2 3 4 5", pinned={ids(first)[4]})
    assert set(ids(third).values()) == {ids(first)[4]}
    assert events(third) == [("merged", ids(first)[1], ids(first)[4])]


def test_two_pins_in_one_cluster_are_a_conflict_and_neither_ends(first):
    one, other = ids(first)[1], ids(first)[4]
    second = night(first, "1 2 3 4 5", pinned={one, other})
    assert set(ids(second).values()) == {one}
    assert events(second) == [("moved", one, other)]
    assert conflicts(second) == [("pins_in_one_cluster", other, one)]


def test_a_pin_that_holds_nobody_any_longer_is_a_conflict(first):
    second = night(first, "1 2 3", pinned={ids(first)[4]})
    assert events(second) == []
    assert conflicts(second) == [("pin_without_members", ids(first)[4], None)]


def test_a_redirect_follows_most_of_what_the_ended_person_held(first):
    """4 and 5 were a person, went over to 1 2 3, and leave it for somebody else's company."""
    second = night(first, "1 2 3 4 5", "6 7 8 9")
    ended, holder = ids(first)[4], ids(first)[1]
    more = {"former": former(first.members, 4, 5), "redirects": redirect(ended, holder)}
    third = night(second, "1 2 3", "4 5 6 7 8 9", **more)
    new_holder = ids(second)[6]
    assert ("redirected", ended, new_holder) in events(third)
    assert events(night(second, "1 2 3 4 5", "6 7 8 9", **more)) == []
    assert events(night(second, "1 2 3 4 5 6 7 8 9", **more)) == [("merged", new_holder, holder)]


def test_the_mint_order_can_be_read_back_with_the_key_only():
    minted = mint_identifiers(70, 50, KEY, "P")
    order = minted_order(pl.concat([minted, pl.Series(["x", "P1"])]), KEY, "P")
    assert dict(order.rows()) == dict(zip(minted, range(70, 120), strict=True))
    assert dict(minted_order(minted, b"another", "P").rows()) != dict(order.rows())


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
