"""What `link` does with tables at the edge of what it was made for."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from hub.identity.link import LinkInputError, link

PEOPLE = pl.DataFrame(
    [
        ("1", "Anna", "Müller", "1980-02-03", "030 1234 5671"),
        ("2", "Anna", "Mueller", "1980-02-03", "030 1234 5671"),
        ("3", "Jonas", "Weber", "1975-11-30", "040 9876 5437"),
        ("4", "Jonas", "Wbeer", "1975-11-30", None),
        ("5", "Karl", "Fuchs", "1950-01-09", None),
    ],
    schema=["record_id", "given_name", "family_name", "birth_date", "phone"],
    orient="row",
)
TOGETHER = [{"1", "2"}, {"3", "4"}, {"5"}]


def partition(clusters: pl.DataFrame) -> list[set[str]]:
    groups = clusters.group_by("person_id").agg(pl.col("record_id").cast(pl.String))
    return sorted((set(ids) for ids in groups["record_id"]), key=min)


def digits(column: str) -> pl.Expr:
    return pl.col(column).str.replace_all("[^0-9]", "").cast(pl.Int64)


SAME_PEOPLE = {
    "dates": PEOPLE.with_columns(pl.col("birth_date").str.to_date()),
    "times": PEOPLE.with_columns(pl.col("birth_date").str.to_datetime()),
    "dates as numbers": PEOPLE.with_columns(digits("birth_date")),
    "phones as numbers": PEOPLE.with_columns(digits("phone")),
    "phones as decimals": PEOPLE.with_columns(digits("phone").cast(pl.Float64)),
    "record IDs as numbers": PEOPLE.with_columns(pl.col("record_id").cast(pl.Int64)),
    "categories": PEOPLE.with_columns(pl.col("given_name", "family_name").cast(pl.Categorical)),
    "lazy": PEOPLE.lazy(),
    "pandas": PEOPLE.to_pandas(),
    "a dict": PEOPLE.to_dict(as_series=False),
    "constant columns": PEOPLE.with_columns(sex=pl.lit("M"), address=pl.lit("1 Main Street")),
    "empty columns": PEOPLE.with_columns(email=pl.lit(None, pl.String), sex=pl.lit(None)),
    "foreign columns": PEOPLE.with_columns(row=pl.lit(1), key=pl.lit("x"), n=pl.lit(dt.date.max)),
    "sources": PEOPLE.with_columns(source=pl.Series(["a", None, "a", "b", "b"])),
    "nothing, spelled": PEOPLE.with_columns(email=pl.lit("None"), address=pl.lit("nan")),
}


@pytest.mark.parametrize("form", SAME_PEOPLE)
def test_the_form_of_the_table_does_not_change_who_is_whom(form: str) -> None:
    assert partition(link(SAME_PEOPLE[form]).clusters) == TOGETHER


ALONE = {
    "one record": PEOPLE.head(1),
    "nothing but IDs": PEOPLE.select("record_id", full_name=pl.lit(None, pl.String)),
    "untyped nothing": PEOPLE.select("record_id", full_name=pl.lit(None)),
    "words for nothing": PEOPLE.select(
        "record_id", given_name=pl.lit("nan"), family_name=pl.lit("None"), phone=pl.lit("NULL")
    ),
    "sex alone": PEOPLE.select("record_id", sex=pl.lit("F")),
    "birth date alone": PEOPLE.select("record_id", "birth_date"),
    "one dwelling alone": PEOPLE.select("record_id", address=pl.lit("12 Oak Road, Dover")),
    "one phone alone": PEOPLE.select("record_id", phone=pl.lit("030 1234 5671")),
    "one placeholder for all": PEOPLE.select(
        "record_id", national_id=pl.lit("999999999"), birth_date=pl.lit("1900-01-01")
    ),
}


@pytest.mark.parametrize("case", ALONE)
def test_too_little_makes_nobody_the_same(case: str) -> None:
    assert all(len(group) == 1 for group in partition(link(ALONE[case]).clusters))


def test_equal_rows_are_one_person() -> None:
    copies = pl.concat([PEOPLE.head(1)] * 50).with_columns(record_id=pl.int_range(50))
    assert len(partition(link(copies).clusters)) == 1


def test_equal_frequent_names_alone_are_not_one_person() -> None:
    names = pl.DataFrame({"record_id": range(200), "full_name": ["Anna Smith", "John Brown"] * 100})
    assert len(partition(link(names).clusters)) == 200


ODD_TEXTS = {
    "huge": ["x" * 100_000, "x" * 100_000, "y" * 50_000, "z", None],
    "signs": ["😀", "👩‍👩‍👧", "O'Brien", 'a"; DROP TABLE record', "{}"],
    "bytes": ["\x00", "\u202eabc", "\t", " ", "\n"],
}


@pytest.mark.parametrize("case", ODD_TEXTS)
def test_odd_texts_are_survived(case: str) -> None:
    columns = ("full_name", "family_name", "address", "email", "national_id", "sex")
    odd = PEOPLE.with_columns(pl.Series(column, ODD_TEXTS[case]) for column in columns)
    assert link(odd).clusters["record_id"].to_list() == ["1", "2", "3", "4", "5"]


REFUSED = {
    "no rows": (PEOPLE.head(0), "there are no records"),
    "no IDs": (PEOPLE.drop("record_id"), "column record_id is missing"),
    "null IDs": (PEOPLE.with_columns(record_id=pl.lit(None)), "column record_id: 5 of 5 rows"),
    "repeated IDs": (pl.concat([PEOPLE, PEOPLE]), "5 rows repeat the ID of another"),
    "nothing to compare": (PEOPLE.select("record_id", x=pl.lit(1)), "no column to compare"),
    "nested": (PEOPLE.with_columns(pl.concat_list("given_name")), "column given_name: a list"),
    "no table": ("records.csv", "give a polars or pandas frame"),
    "None": (None, "give a polars or pandas frame"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_linked_is_refused_with_a_reason(case: str) -> None:
    records, reason = REFUSED[case]
    with pytest.raises(LinkInputError, match=reason):
        link(records)


def test_years_of_birth_are_compared_where_there_are_no_dates() -> None:
    # Year by year the same name: only the year can tell them apart.
    years = pl.DataFrame(
        {
            "record_id": range(40),
            "full_name": ["Torsten Adlerstein", "Greta Falkenhof"] * 20,
            "birth_date": [1940 + 3 * (row // 2 % 10) for row in range(40)],
        }
    )
    groups = link(years).clusters.join(years, on="record_id").group_by("person_id")
    assert groups.agg(pl.col("birth_date").n_unique())["birth_date"].max() == 1


def test_one_rare_fact_finds_its_person_among_few() -> None:
    """Each record of a person misses something; a table of a hundred has no second such birth date."""
    few = pl.DataFrame(
        {
            "record_id": [f"{place}" for place in range(100)],
            "full_name": [
                f"{chr(97 + place % 26) * 5} {chr(97 + place // 26) * 6}" for place in range(100)
            ],
            "birth_date": [
                f"{1920 + place}-0{1 + place % 9}-1{place % 10}" for place in range(100)
            ],
            "email": [f"box{place}{place * 7}@post.org" for place in range(100)],
        }
    )
    lone = pl.DataFrame(
        {
            "record_id": ["date alone", "host misspelt"],
            "full_name": [None, few["full_name"][60]],
            "birth_date": [few["birth_date"][40], None],
            "email": [None, few["email"][60].replace("post", "pots")],
        }
    )
    found = dict(link(pl.concat([few, lone])).clusters.select("record_id", "person_id").iter_rows())
    assert found["date alone"] == found["40"]
    assert found["host misspelt"] == found["60"]
    assert len(set(found.values())) == 100


def test_emails_that_differ_in_digits_are_two_people_s() -> None:
    """Namesakes at one host: what is alike in their addresses is their name."""
    people = pl.DataFrame(
        {
            "record_id": [str(place) for place in range(60)],
            "full_name": ["van hung dang"] * 60,
            "birth_date": [f"{1930 + place}-0{1 + place % 9}-1{place % 10}" for place in range(60)],
            "email": [f"vanhung{place * 37 + 1000}@web.org" for place in range(60)],
        }
    )
    assert len(partition(link(people).clusters)) == 60
