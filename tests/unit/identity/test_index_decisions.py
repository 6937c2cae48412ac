"""Nights of the person index with people's decisions: each case is a table that a person can read."""

from __future__ import annotations

import polars as pl
import pytest
from index_story import FIRST, FOURTH, SECOND, THIRD

from pipelines.steps.index import index_settings

TWO_REGISTERED = """
    id | reg | national_id_token | name   | born       | sex  | address
    1  | *   | KIM               | 김민수 | 1980-01-01 | male | 서울 중구 세종대로 1
    2  | *   | PARK              | 박정희 | 1955-05-05 | male | 부산 중구 중앙로 9
    3  |     |                   | 박정희 | 1955-05-05 | male | 부산 중구 중앙로 9
"""
ONE_NUMBER = """
    id | reg | national_id_token | name   | born       | sex  | address
    1  | *   | KIM               | 김민수 | 1980-01-01 | male | 서울 중구 세종대로 1
    2  |     | KIM               | 김민수 | 1980-01-01 | male | 부산 중구 중앙로 9
    3  |     | KIM               | 김민수 | 1980-01-01 | male |
"""


def test_a_must_link_joins_two_whom_the_register_holds_apart(story):
    story.play(TWO_REGISTERED)
    assert story.people() == [[1], [2, 3]]
    story.play(TWO_REGISTERED, [("must_link", "1", "2")])
    assert story.people() == [[1, 2, 3]]
    story.play(TWO_REGISTERED, [("must_link", "1", "2")])
    assert story.people() == [[1, 2, 3]]
    assert story.events == []


def test_a_must_link_survives_another_model(story):
    story.play(TWO_REGISTERED, [("must_link", "1", "2")])
    person = story.person(1)
    story.play(TWO_REGISTERED, [("must_link", "1", "2")], settings=index_settings(10**7))
    assert story.people() == [[1, 2, 3]]
    assert story.person(1) == person


def test_a_must_link_that_is_taken_back_joins_nobody(story):
    story.play(TWO_REGISTERED, [("must_link", "1", "2")])
    story.play(TWO_REGISTERED)
    assert story.people() == [[1], [2, 3]]


@pytest.mark.parametrize("kind", ["cannot_link", "unmerge"])
def test_two_signatures_of_one_number_are_kept_apart_for_good(story, kind):
    story.play(ONE_NUMBER)
    assert story.people() == [[1, 2, 3]]
    apart = [(kind, "1", "2")]
    for _ in range(2):
        story.play(ONE_NUMBER, apart)
        assert story.person(1) == story.person(3) != story.person(2)
    # Someone between the two must not bring them together.
    story.play(
        ONE_NUMBER
        + "    4  |     |                   | 김민수 | 1980-01-01 | male | 부산 중구 중앙로 9\n",
        apart,
    )
    assert story.person(1) != story.person(2)
    story.play(ONE_NUMBER, apart, settings=index_settings(10**7))
    assert story.person(1) == story.person(3) != story.person(2)
    assert not [row for row in story.reviews() if row[0] == "decisions_conflict"]


def test_two_who_say_the_same_in_other_letters_are_kept_apart(story):
    alike = """
        id | reg | national_id_token | name    | born       | sex
        1  |     |                   | 정하은  | 2001-02-03 | female
        2  |     |                   | 정 하은 | 2001-02-03 | female
    """
    story.play(alike)
    assert story.people() == [[1, 2]]
    story.play(alike, [("cannot_link", "1", "2")])
    assert story.people() == [[1], [2]]


def test_identical_words_cannot_be_kept_apart_and_people_are_told(story):
    same = """
        id | reg | national_id_token | name   | born       | institution_group
        1  |     |                   | 정하은 | 2001-02-03 | I02
        2  |     |                   | 정하은 | 2001-02-03 | I03
    """
    story.play(same, [("cannot_link", "1", "2")])
    assert story.people() == [[1, 2]]
    assert story.reviews() == [("decisions_conflict", "1", "2")]


def test_a_must_link_across_a_cannot_link_gives_way_and_is_asked_back(story):
    apart = [("cannot_link", "1", "2"), ("must_link", "1", "3"), ("must_link", "2", "3")]
    for _ in range(2):
        story.play(TWO_REGISTERED, apart)
        assert story.person(1) == story.person(3) != story.person(2)
        assert ("decisions_conflict", "2", "3") in story.reviews()


def test_two_pinned_people_whom_an_authority_joins_are_asked_about(story):
    apart = """
        id | reg | national_id_token | name   | born       | sex  | address
        1  |     | ONE               | 강하은 | 1980-01-01 | male | 서울 중구 세종대로 1
        2  |     | TWO               | 강유진 | 1975-09-09 | male | 부산 중구 중앙로 9
    """
    story.play(apart)
    first, second = story.person(1), story.person(2)
    pins = [("pin", None, first), ("pin", None, second)]
    # An authority says that the two numbers are one person's.
    changed = """
        document   | signature_id | national_id_token | previous_national_id_token
        I01-F01-03 | 2            | TWO               | ONE
    """
    same = """
        id | reg | national_id_token | name   | born       | sex  | address
        1  |     | ONE               | 강하은 | 1980-01-01 | male | 서울 중구 세종대로 1
        2  |     | TWO               | 강유진 | 1975-09-09 | male | 부산 중구 중앙로 9
        3  |     | TWO               | 강유진 | 1980-01-01 | male | 부산 중구 중앙로 9
    """
    for _ in range(2):
        story.play(same, pins, more=changed)
        assert story.people() == [[1, 2, 3]]
        asked = [row for row in story.reviews() if row[0] == "two_pinned"]
        assert [set(row[1:]) for row in asked] == [{first, second}]


def test_two_pinned_people_whom_the_model_would_join_stay_two(story):
    twins = """
        id | reg | national_id_token | name   | born       | sex  | address              | phone
        1  |     |                   | 정하은 | 2001-02-03 | male | 서울 중구 세종대로 1 | 010-2345-6789
        2  |     |                   | 정하은 | 2001-02-03 | male | 서울 중구 세종대로 1 |
    """
    story.play(twins, [("cannot_link", "1", "2")])
    first, second = story.person(1), story.person(2)
    assert first != second
    pins = [("pin", None, first), ("pin", None, second)]
    for _ in range(2):
        story.play(twins, pins)
        assert (story.person(1), story.person(2)) == (first, second)
        assert ("two_pinned", *sorted([first, second])) in story.reviews()
    story.play(twins, pins[:1])
    assert story.people() == [[1, 2]]
    assert story.person(1) == first


def test_a_pin_without_records_is_asked_about_every_night(either_story):
    either_story.play(TWO_REGISTERED)
    pinned = either_story.person(1)
    left = "\n".join(line for line in TWO_REGISTERED.splitlines() if "김민수" not in line)
    for _ in range(2):
        either_story.play(left, [("pin", None, pinned)])
        assert either_story.reviews() == [("pin_without_records", pinned, None)]
    either_story.play(TWO_REGISTERED, [("pin", None, pinned)])
    assert either_story.person(1) == pinned
    assert either_story.reviews() == []


def test_a_review_that_was_answered_is_not_asked_again(story):
    household = """
        id | reg | national_id_token | name   | born       | sex  | address
        1  | *   | ONE               | 김민수 | 1980-01-01 | male | 서울 중구 세종대로 1
        2  | *   | TWO               | 김민수 | 1980-01-01 | male | 부산 중구 중앙로 9
        3  |     |                   | 김민수 | 1980-01-01 | male |
    """
    story.play(household)
    asked = story.reviews()
    assert asked == [("ambiguous", "1", "3"), ("ambiguous", "2", "3")]
    story.play(household)
    assert story.reviews() == asked
    story.play(household, [("cannot_link", "2", "3")])
    assert story.people() == [[1, 3], [2]]
    assert story.reviews() == []


def test_ids_merge_split_and_come_back_with_their_events(either_story):
    either_story.play(TWO_REGISTERED)
    first, second = either_story.person(1), either_story.person(2)
    assert either_story.events == [("created", name, None) for name in sorted([first, second])]

    either_story.play(TWO_REGISTERED, [("must_link", "1", "2")])
    assert {either_story.person(number) for number in (1, 2, 3)} == {second}
    assert either_story.events == [("merged", first, second)]

    either_story.play(TWO_REGISTERED)
    assert (either_story.person(1), either_story.person(2)) == (first, second)
    assert [kind for kind, *_ in either_story.events] == ["resurrected", "split"]

    nobody = "\n".join(line for line in TWO_REGISTERED.splitlines() if "김민수" not in line)
    either_story.play(nobody)
    assert either_story.events == [("retired", first, None)]
    assert either_story.person(2) == second

    either_story.play(TWO_REGISTERED)
    assert either_story.person(1) == first
    assert [kind for kind, *_ in either_story.events] == ["resurrected"]


def test_an_id_that_goes_on_is_never_given_to_another(either_story):
    """Whoever left a person may not come back under the ID of the one who stayed."""
    either_story.play(ONE_NUMBER)
    person = either_story.person(1)
    apart = [("unmerge", "1", "2")]
    either_story.play(ONE_NUMBER, apart)
    without = "\n".join(line for line in ONE_NUMBER.splitlines() if "부산" not in line)
    either_story.play(without, apart)
    either_story.play(ONE_NUMBER, apart)
    assert either_story.person(1) == either_story.person(3) == person != either_story.person(2)


def test_the_history_answers_who_was_whom_and_what_was_believed(either_story):
    either_story.play(TWO_REGISTERED)
    record, first, second = either_story.record(1), either_story.person(1), either_story.person(2)
    either_story.play(TWO_REGISTERED, [("must_link", "1", "2")])
    either_story.play(TWO_REGISTERED)
    nobody = "\n".join(line for line in TWO_REGISTERED.splitlines() if "김민수" not in line)
    either_story.play(nobody)
    assert [either_story.was(record, day) for day in (FIRST, SECOND, THIRD, FOURTH)] == [
        first, second, first, None,
    ]  # fmt: skip
    assert either_story.was(record, SECOND, known_on=FIRST) == first
    assert either_story.was(record, FOURTH, known_on=THIRD) == first
    going_on = either_story.history().filter(
        pl.col("recorded_to").is_null(), pl.col("valid_to").is_null()
    )
    tonight = either_story.bench.frame(
        "SELECT DISTINCT record_id AS member, person_id FROM person_index"
    )
    assert sorted(going_on.select("member", "identifier").rows()) == sorted(tonight.rows())


def test_a_night_that_is_repeated_changes_nothing(story):
    story.play(TWO_REGISTERED).play(TWO_REGISTERED, [("must_link", "1", "2")])
    people, history = story.bench.frame("FROM person_index"), story.history()
    story.play(TWO_REGISTERED, [("must_link", "1", "2")])
    assert story.events == []
    assert story.bench.frame("FROM person_index").equals(people)
    assert sorted(story.history().rows(), key=repr) == sorted(history.rows(), key=repr)
