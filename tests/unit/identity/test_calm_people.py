"""Nobody of whom a night brought nothing is merged, split or renamed by it; a person is asked.

The index's nights of a few people, each from the state of the last and again from nothing.
"""

from __future__ import annotations

import polars as pl
import pytest

from hub.identity.calm import Calm
from hub.identity.resolution import Constraints, Thresholds, resolve_entities

RIVALS = """
    id | reg | national_id_token | name   | born       | sex  | address
    1  | *   | ONE               | 김민수 | 1980-01-01 | male | 서울 중구 세종대로 1
    2  | *   | TWO               | 김민수 | 1980-01-01 | male | 부산 중구 중앙로 9
    3  |     |                   | 김민수 | 1980-01-01 | male |
"""
ONE_LEFT = "\n".join(line for line in RIVALS.splitlines() if "TWO" not in line)


def ids(story, *signatures):
    return [story.person(signature) for signature in signatures]


def test_an_ambiguous_record_waits_although_its_rival_went(either_story):
    either_story.play(RIVALS)
    before = ids(either_story, 1, 3)
    for _ in range(2):
        either_story.play(ONE_LEFT)
        assert ids(either_story, 1, 3) == before
        assert either_story.reviews() == [("held", "1", "3")]
        assert either_story.bench.frame(
            "SELECT match_kind FROM person_index WHERE signature_id = 3"
        ).item() == "ambiguous"  # fmt: skip


def test_a_rival_who_turns_out_to_be_another_decides_nothing_either(either_story):
    either_story.play(RIVALS)
    before = ids(either_story, 1, 3)
    either_story.play(
        RIVALS.replace(
            "2  | *   | TWO               | 김민수", "4  | *   | TWO               | 박정희"
        )
    )
    assert ids(either_story, 1, 3) == before
    assert either_story.reviews() == [("held", "1", "3")]


def test_a_decision_ends_the_wait(either_story):
    either_story.play(RIVALS)
    before = ids(either_story, 1, 3)
    either_story.play(ONE_LEFT)
    either_story.play(ONE_LEFT, [("must_link", "1", "3")])
    assert either_story.people() == [[1, 3]]
    assert either_story.person(1) in before
    assert either_story.reviews() == []


def test_its_own_news_ends_the_wait(either_story):
    either_story.play(RIVALS)
    either_story.play(ONE_LEFT)
    assert either_story.people() == [[1], [3]]
    told_more = ONE_LEFT.replace(
        "3  |     |                   | 김민수 | 1980-01-01 | male |",
        "5  |     |                   | 김민수 | 1980-01-01 | male | 서울 중구 세종대로 1",
    )
    first = either_story.person(1)
    either_story.play(told_more)
    assert ids(either_story, 1, 5) == [first, first]


def test_a_newcomer_who_fits_it_ends_the_wait(either_story):
    either_story.play(RIVALS)
    either_story.play(ONE_LEFT)
    newcomer = (
        "    4  |     |                   | 김민수 | 1980-01-01 | male | 서울 중구 세종대로 1"
    )
    either_story.play(f"{ONE_LEFT}\n{newcomer}\n")
    assert either_story.people() == [[1, 3, 4]]


def test_a_person_stays_whole_when_a_stranger_fits_a_part_better(either_story):
    whole = """
        id | reg | national_id_token | name   | born       | sex  | address              | phone
        1  | *   | ONE               | 김민수 | 1980-01-01 | male | 서울 중구 세종대로 1 |
        3  |     |                   | 김민수 | 1980-01-01 | male |                      | 010-2345-6789
    """
    either_story.play(whole)
    before = ids(either_story, 1, 3)
    assert before[0] == before[1]
    either_story.play(
        f"{whole.rstrip()}\n"
        "        2  | *   | TWO               | 김민수 | 1980-01-01 | male | 부산 중구 중앙로 9   | 010-2345-6789\n"
    )
    assert ids(either_story, 1, 3) == before
    assert ("kept", "1", "3") in either_story.reviews()


def test_a_number_that_others_misuse_tears_nobody_apart(either_story):
    person = """
        id | reg | national_id_token | name   | born       | sex  | address
        1  |     | ONE               | 김민수 | 1980-01-01 | male | 서울 중구 세종대로 1
        2  |     | ONE               | 김민수 |            | male | 대구 중구 동성로 7
    """
    strangers = "".join(
        f"        {number}  |     | ONE               | {name} | 19{number}1-02-03 | male | 부산 중구 중앙로 {number}\n"
        for number, name in ((5, "박정희"), (6, "최유진"), (7, "강하은"), (8, "이도윤"))
    )
    either_story.play(person)
    before = ids(either_story, 1, 2)
    assert before[0] == before[1] is not None
    either_story.play(f"{person.rstrip()}\n{strangers}")
    assert ids(either_story, 1, 2) == before
    either_story.play(person)
    assert ids(either_story, 1, 2) == before


def test_two_people_stay_two_when_the_number_between_them_is_used_rightly_again(either_story):
    misused = """
        id | reg | national_id_token | name   | born       | sex  | address
        1  |     | ONE               | 김민수 | 1980-01-01 | male | 서울 중구 세종대로 1
        2  |     | ONE               | 김민수 |            | male |
        5  |     | ONE               | 박정희 | 1951-02-03 | male | 부산 중구 중앙로 5
        6  |     | ONE               | 최유진 | 1961-02-03 | male | 부산 중구 중앙로 6
        7  |     | ONE               | 강하은 | 1971-02-03 | male | 부산 중구 중앙로 7
        9  |     |                   | 김민수 |            | male | 대구 중구 동성로 7
    """
    either_story.play(misused)
    before = ids(either_story, 1, 9)
    assert len(set(before)) == 2
    either_story.play("\n".join(line for line in misused.splitlines() if "박정희" not in line))
    assert ids(either_story, 1, 9) == before


def test_a_record_that_was_nobodys_is_no_news(either_story):
    misused = """
        id | reg | national_id_token | name   | born       | sex  | address
        1  |     | ONE               | 김민수 | 1980-01-01 | male | 서울 중구 세종대로 1
        2  |     | ONE               | 김민슈 | 1980-01-02 |      | 대구 중구 동성로 7
        3  |     | ONE               |        |            |      |
        5  |     | ONE               | 박정희 | 1951-02-03 | male | 부산 중구 중앙로 5
        6  |     | ONE               | 최유진 | 1961-02-03 | male | 부산 중구 중앙로 6
        7  |     | ONE               | 강하은 | 1971-02-03 | male | 부산 중구 중앙로 7
    """
    either_story.play(misused)
    before = ids(either_story, 1, 2)
    assert len(set(before)) == 2
    assert either_story.person(3) is None
    left = ("박정희", "최유진", "강하은")
    lines = [line for line in misused.splitlines() if not any(name in line for name in left)]
    either_story.play("\n".join(lines))
    assert ids(either_story, 1, 2) == before


RENUMBERED = """
    document   | signature_id | national_id_token | previous_national_id_token
    I01-F01-05 | 1            | TWO               | ONE
"""
BORROWED = """
    id | reg | national_id_token | name   | born       | sex    | address
    1  |     | TWO               | 김민수 | 1980-01-01 | male   | 서울 중구 세종대로 1
    2  |     | ONE               | 김민수 | 1980-01-01 | male   | 서울 중구 세종대로 1
    3  |     | ONE               | 김민수 | 1980-01-01 | male   | 대구 중구 동성로 7
    5  |     | ONE               | 박정희 | 1980-01-01 | female | 부산 중구 중앙로 5
"""
OWNED = "\n".join(line for line in BORROWED.splitlines() if "김민수" not in line or "TWO" in line)


def test_an_alias_of_old_joins_nobody_with_who_borrowed_the_earlier_number(story):
    story.play(BORROWED, more=RENUMBERED)
    before = ids(story, 1, 5)
    assert len(set(before)) == 2
    story.play(OWNED, more=RENUMBERED)
    assert ids(story, 1, 5) == before


def test_an_alias_that_comes_tonight_joins_two(either_story):
    either_story.play(OWNED)
    assert len(set(ids(either_story, 1, 5))) == 2
    either_story.play(OWNED, more=RENUMBERED)
    assert len(set(ids(either_story, 1, 5))) == 1


FIRST, SECOND, LOOSE = 1, 2, 3
KINDS = pl.DataFrame(
    {"entity_id": [FIRST, SECOND, LOOSE], "kind": ["registered", "registered", "loose"]},
    schema_overrides={"entity_id": pl.UInt64},
)


def clusters_of(first, second, together, touched):
    """Return the clusters of the three, the loose one worth `first` and `second` bits to the others."""
    pairs = pl.DataFrame(
        [(FIRST, LOOSE, first, first), (SECOND, LOOSE, second, second)],
        schema={"entity_l": pl.UInt64, "entity_r": pl.UInt64,
                "match_weight": pl.Float64, "stranger_weight": pl.Float64},
        orient="row",
    )  # fmt: skip
    records = {FIRST: 5, SECOND: 5, LOOSE: 2}

    def records_of(entities):
        rows = [(e, together.get(e), records[e]) for e in entities]
        schema = {"entity_id": pl.UInt64, "person_id": pl.String, "records": pl.Int64}
        return pl.DataFrame(rows, schema=schema, orient="row")

    result = resolve_entities(
        KINDS, pairs, Thresholds(), Constraints(together=together),
        Calm(frozenset(touched), records_of),
    )  # fmt: skip
    named = dict(result.entities.select("entity_id", "cluster").iter_rows())
    return named[LOOSE], set(result.reviews["kind"])


APART = {FIRST: "P1", SECOND: "P2", LOOSE: "P3"}
ONE = {FIRST: "P1", SECOND: "P2", LOOSE: "P1"}


@pytest.mark.parametrize(
    ("first", "second", "together", "touched", "cluster", "asked"),
    [
        pytest.param(12.0, -9.0, APART, (), LOOSE, {"held"}, id="margin opens"),
        pytest.param(12.0, -9.0, APART, ("P1",), LOOSE, {"held"}, id="only the other has news"),
        pytest.param(12.0, -9.0, APART, ("P3",), FIRST, set(), id="it has news"),
        pytest.param(12.0, 11.0, APART, (), LOOSE, {"ambiguous"}, id="still ambiguous"),
        pytest.param(10.0, 15.0, ONE, (), FIRST, {"kept", "could_also_be"}, id="margin closes"),
        pytest.param(10.0, 15.0, ONE, ("P1",), SECOND, set(), id="its person has news"),
        pytest.param(2.5, 15.0, ONE, (), FIRST, {"kept", "could_also_be"}, id="link too weak"),
        pytest.param(-9.0, -9.0, ONE, (), FIRST, {"kept"}, id="no link left"),
        pytest.param(12.0, -9.0, {FIRST: "P1"}, (), FIRST, set(), id="a newcomer joins"),
    ],
)
def test_only_own_news_changes_a_person(first, second, together, touched, cluster, asked):
    assert clusters_of(first, second, together, touched) == (cluster, asked)
