"""The look-up's benchmark asks what senders wrote, and counts answers rightly."""

import datetime as dt
from types import SimpleNamespace

import polars as pl
import pytest

from pipelines.benchmarks.look_up import KINDS, ask, questions_of

BORN = dt.date(1980, 1, 1)


@pytest.fixture(scope="module")
def questions(tmp_path_factory):
    """Nine people with two signatures each, one more that is of two people, one without a date."""
    folder = tmp_path_factory.mktemp("tables")
    people = [number for number in range(9) for _ in range(2)]
    pl.DataFrame(
        {
            "signature_id": range(20),
            "full_name": ["김민수"] * 20,
            "birth_date": [BORN] * 19 + [None],
            "sex": ["M"] * 20,
            "address": [None] * 20,
            "phone": [None] * 20,
        },
        schema_overrides={"address": pl.String, "phone": pl.String},
    ).write_parquet(folder / "signature.parquet")
    pl.DataFrame(
        {"signature_id": range(20), "person_id": [f"P{number}" for number in people] + ["P0", "P1"]}
    ).write_parquet(folder / "person_index.parquet")
    pl.DataFrame(
        {"signature_id": [*range(20), 18], "person_number": [*people, 0, 1, 1]}
    ).write_parquet(folder / "truth.parquet")
    return list(questions_of(folder, folder / "truth.parquet", 100, 7))


def test_signatures_of_several_people_and_without_a_date_are_not_asked(questions):
    assert sorted(person for _, _, person in questions) == sorted(f"P{n // 2}" for n in range(18))


def test_kinds_take_turns_and_do_what_they_say(questions):
    whole = {"full_name": "김민수", "birth_date": BORN, "sex": "M"}
    for number, (kind, record, _) in enumerate(questions):
        assert kind == KINDS[number % 3]
        changed = {fact for fact in whole if record.get(fact) != whole[fact]}
        if kind == "as written":
            assert not changed
        elif kind == "name misspelt":
            assert changed <= {"full_name"}
            assert len(record["full_name"]) == 3
        else:
            assert len(record) == 2
            assert "full_name" in record


def test_answers_are_counted(questions):
    def find(record):
        person = SimpleNamespace(person_id="P3")
        verdict = "found" if "sex" in record else "ambiguous"
        return SimpleNamespace(verdict=verdict, people=(person,), candidates=5)

    row = ask(SimpleNamespace(find=find), questions)
    assert row["questions"] == 18
    assert row["p99 candidates"] == 5
    assert row["right person first"] == round(2 / 18, 4)
    told = [(kind, "sex" in record, person == "P3") for kind, record, person in questions]
    assert row["found wrong"] == round(sum(sex and not right for _, sex, right in told) / 18, 4)
    for kind in KINDS:
        of = [sex and right for asked, sex, right in told if asked == kind]
        assert row[f"found right, {kind}"] == round(sum(of) / len(of), 4)
