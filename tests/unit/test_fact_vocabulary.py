"""The readers of the vocabulary: what is wrong is named by file, entry and field."""

from __future__ import annotations

import pytest

from hub.programmes.fact_words import load_fact_words
from hub.programmes.facts import FactError, load_facts

FACT = """
[[fact]]
name = "age_years"
scope = "person"
type = "years"
missing = "unknown"
meaning = "Full years."
sources = ["person"]
"""


def read(tmp_path, text):
    path = tmp_path / "facts.toml"
    path.write_text(text, "utf-8")
    return load_facts(path)


def test_a_fact_is_read(tmp_path):
    fact = read(tmp_path, FACT)["age_years"]
    assert (fact.scope, fact.type, fact.columns, fact.column_type) == (
        "person",
        "years",
        ("age_years",),
        "BIGINT",
    )


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('meaning = "Full years."', "", "fact age_years: meaning: is missing"),
        ('"years"', '"weeks"', "fact age_years: type: 'weeks' is none of"),
        ('"person"\ntype', '"city"\ntype', "fact age_years: scope: 'city' is none of"),
        ('"years"', '"enum"', "fact age_years: values: an enum or a set needs its words"),
        (
            'type = "years"',
            'type = "enum"\nvalues = ["a", "a"]',
            "values: a word stands there twice",
        ),
        ('type = "years"', 'type = "years"\nvalues = ["a"]', "values: only an enum or a set"),
        ('"age_years"', '"Age"', "fact Age: name: write small letters"),
        ('"unknown"', '"never"', "missing: 'never' is none of"),
        ('meaning = "', 'colour = "red"\nmeaning = "', "colour: no such field"),
    ],
)
def test_a_wrong_entry_names_file_entry_and_field(tmp_path, old, new, said):
    with pytest.raises(FactError) as caught:
        read(tmp_path, FACT.replace(old, new, 1))
    assert str(caught.value).startswith("facts.toml: fact ")
    assert said in str(caught.value)


def test_two_facts_of_one_name_and_broken_toml_are_refused(tmp_path):
    with pytest.raises(FactError, match="age_years: name: there are two"):
        read(tmp_path, FACT + FACT)
    (tmp_path / "other").mkdir()
    with pytest.raises(FactError, match=r"facts\.toml: not TOML"):
        read(tmp_path / "other", "[[fact]")


def test_a_set_of_more_than_64_values_has_several_words():
    receipts = load_facts()["receipts"]
    assert receipts.columns == tuple(f"receipts_{word}" for word in range(5))
    assert receipts.known_columns == tuple(f"receipts_known_{word}" for word in range(5))
    assert [receipts.bit(code) for code in ("P001", "P064", "P065", "P292")] == [
        (0, 0),
        (0, 63),
        (1, 0),
        (4, 35),
    ]
    with pytest.raises(FactError, match="no value 'P999'"):
        receipts.bit("P999")


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ('{ fact = "colour", value = "red", document = "d", words = ["w"] }', "fact: 'colour'"),
        ('{ fact = "diseases", value = "flu", document = "d", words = ["w"] }', "value: 'flu'"),
        ('{ fact = "diseases", value = "rare", document = "d", words = [] }', "words: is missing"),
        (
            '{ fact = "diseases", value = "rare", document = "d", words = ["w"], days = 1 }',
            "days: no such field",
        ),
    ],
)
def test_a_wrong_word_entry_is_named(tmp_path, entry, said):
    path = tmp_path / "fact_words.toml"
    path.write_text(f"household_programmes = []\ntold = [{entry}]", "utf-8")
    with pytest.raises(FactError, match=rf"fact_words\.toml: told number 1: {said}"):
        load_fact_words(path)
