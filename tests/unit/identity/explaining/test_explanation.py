"""An explanation says what the score says, in numbers, words and pictures."""

from __future__ import annotations

import json
import re
import struct

import pytest

from hub.identity.explanation import explain_pair
from hub.identity.pair_choice import choose_pair, find_subject
from hub.identity.pair_explanation import odds, signed
from hub.identity.waterfall import pair_page, waterfall_chart, waterfall_png


def test_the_numbers_are_those_of_the_score(world):
    scored = world.connection.sql("FROM pair_score ORDER BY record_l, record_r").fetchall()
    assert len(scored) == 7
    for record_l, record_r, match, strangers, household in scored:
        explained = explain_pair(world.connection, record_l, record_r, world.model)
        assert (explained.match_weight, explained.stranger_weight, explained.household_weight) == (
            match, strangers, household,
        )  # fmt: skip


def test_the_steps_add_up(world):
    explained = explain_pair(world.connection, 101, 201, world.model)
    last = explained.rows()[-1]
    assert last["stranger_total"] == pytest.approx(explained.stranger_weight, abs=1e-5)
    assert last["household_total"] == pytest.approx(explained.household_weight, abs=1e-5)
    # SMITH has one in twenty: log2(0.01 / 0.05) on top of log2(0.90 / 0.01).
    family = explained.comparisons[0]
    assert (family.comparison, family.level) == ("family_name", "same")
    assert family.frequency_adjustment == pytest.approx(-2.3219, abs=1e-4)
    assert family.stranger_weight == pytest.approx(6.4919 - 2.3219, abs=1e-4)
    assert family.household_weight == pytest.approx(0.2630, abs=1e-4)


def test_left_and_right_may_be_swapped(world):
    one = explain_pair(world.connection, 101, 201, world.model)
    other = explain_pair(world.connection, 201, 101, world.model)
    assert (one.record_l, other.record_l) == (101, 201)
    assert one.match_weight == other.match_weight
    assert one.comparisons[1].value_left == other.comparisons[1].value_right == "JOHN"
    assert one.meeting_rules == other.meeting_rules


def test_levels_and_values_are_told(world):
    explained = explain_pair(world.connection, 101, 201, world.model)
    told = {
        one.comparison: (one.level, one.value_left, one.value_right)
        for one in explained.comparisons
    }
    assert told["birth_date"] == ("day and month swapped", "1950-03-12", "1950-12-03")
    assert told["given_name"] == ("nickname", "JOHN", "JON")
    assert told["sex"] == ("nothing to compare", None, None)
    assert told["national_id"][0] == "nothing to compare"
    text = " ".join(explained.sentences())
    assert "day and month swapped (1950-03-12 | 1950-12-03)" in text
    assert "because the name is frequent" in text
    assert "Two people of one household are the explanation that is harder to beat." in text
    assert "sex" in text.split("Nothing to compare")[1]
    assert "anything_but_the_phone" in explained.meeting_rules
    assert "moved_or_no_id" not in explained.meeting_rules


def test_without_values_no_value_is_left_anywhere(world):
    explained = explain_pair(world.connection, 101, 201, world.model, show_values=False)
    full = explain_pair(world.connection, 101, 201, world.model)
    for one, shown in ((explained, False), (full, True)):
        everything = json.dumps(
            [one.mapping(), dict(one.splink_chart), waterfall_chart(one)], default=str
        )
        for value in ("SMITH", "JOHN", "1950-03-12", "LEEDS", "7700900123"):
            assert (value in everything) is shown
    assert explained.match_weight == full.match_weight


def test_keys_of_neighbours_and_whole_tokens_are_never_shown(world):
    explained = explain_pair(world.connection, 101, 201, world.model)
    number, near = world.connection.sql(
        "SELECT number::VARCHAR, number_near FROM number_neighbour"
    ).fetchall()[0]
    everything = json.dumps([explained.mapping(), dict(explained.splink_chart)], default=str)
    assert number not in everything
    assert number[:8] in everything
    assert not any(str(key) in everything for key in near)


def test_an_unknown_record_and_one_record_twice_are_refused(world):
    with pytest.raises(LookupError, match="999"):
        explain_pair(world.connection, 101, 999, world.model)
    with pytest.raises(ValueError, match="itself"):
        explain_pair(world.connection, 101, 101, world.model)


@pytest.mark.parametrize(("weight", "written"), [
    (0.0, "as likely as not"), (1.0, "2 to 1"), (6.5, "91 to 1"), (-12.3, "1 to 5,000"),
    (1.3, "2.5 to 1"), (-0.001, "as likely as not"),
])  # fmt: skip
def test_odds_are_written_for_people(weight, written):
    assert odds(weight) == written


def test_weights_are_written_with_a_sign():
    assert [signed(weight) for weight in (2.25, -0.55, 0.04, -0.04)] == [
        "+2.2",
        "\N{MINUS SIGN}0.6",
        "0.0",
        "0.0",
    ]


def test_the_page_holds_all_and_asks_nobody(world):
    explained = explain_pair(world.connection, 101, 501, world.model)
    page = pair_page(explained, "Signature 11 & signature 51", ["why <i>so</i>"])
    assert "Signature 11 &amp; signature 51" in page
    assert "<i>so" not in page
    body, script = page.split("<script>", 1)
    assert not re.search(r"<(script|link|img)[^>]+(src|href)=", body)
    # Nothing that a chart holds can end its script.
    assert script.count("</script") == 1
    assert "default-src 'none'" in page
    for place in ("waterfall", "splink"):
        assert f'id="{place}"' in body
        assert f"#{place}" in script
    assert "Match weights waterfall chart" in page


def test_the_picture_is_a_picture(world):
    picture = waterfall_png(explain_pair(world.connection, 101, 201, world.model))
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", picture[16:24])
    assert width > 800
    assert height > 400


def test_the_best_scored_pair_is_chosen_in_the_order_asked(world):
    person, signature = (find_subject(world.connection, name) for name in ("P1", "41"))
    pair = choose_pair(world.connection, signature, person, world.model)
    best = world.connection.sql(
        "SELECT record_l FROM pair_score WHERE record_r = 401 ORDER BY match_weight DESC LIMIT 1"
    ).fetchall()[0][0]
    assert (pair.record_l, pair.record_r, pair.is_scored) == (401, best, True)


def test_who_was_never_compared_is_compared_now(world):
    one, other = (find_subject(world.connection, name) for name in ("P2", "P3"))
    pair = choose_pair(world.connection, one, other, world.model)
    assert (pair.record_l, pair.record_r, pair.is_scored) == (401, 501, False)


def test_of_several_pairs_never_compared_the_best_is_chosen(world):
    one, other = (find_subject(world.connection, name) for name in ("51", "P1"))
    weights = {
        record: explain_pair(world.connection, 501, record, world.model).match_weight
        for record in (101, 102, 201, 301)
    }
    pair = choose_pair(world.connection, one, other, world.model)
    assert not pair.is_scored
    assert pair.record_l == 501
    assert weights[pair.record_r] == max(weights.values())


def test_a_signature_is_compared_by_what_it_says_itself(world):
    # 102 lacks the phone that its linkage record was filled with; 103 has no name, so any will do.
    chosen = {}
    for name in ("11", "12", "13"):
        one, other = (find_subject(world.connection, asked) for asked in (name, "51"))
        chosen[name] = choose_pair(world.connection, one, other, world.model).record_l
    assert (chosen["11"], chosen["12"]) == (101, 102)
    assert chosen["13"] in {101, 102}


def test_unknown_names_are_refused(world):
    for name in ("P9", "99"):
        with pytest.raises(LookupError, match=name):
            find_subject(world.connection, name)
    one = find_subject(world.connection, "51")
    with pytest.raises(LookupError, match="say the same"):
        choose_pair(world.connection, one, one, world.model)
