"""Birth dates in many forms, and what only their column can tell."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from hub.identity.standard.dates import standardise_birth_dates

AS_OF = dt.date(2026, 4, 30)


def digits(*written):
    return standardise_birth_dates(pl.Series(written), as_of=AS_OF).to_list()


def test_usual_forms_are_read(check):
    check(
        """
        birth_date              | > | birth_digits
        19800102                |   | 19800102
        1980-01-02              |   | 19800102
        1980.1.2                |   | 19800102
        1980. 01. 02.           |   | 19800102
        1980/01/02              |   | 19800102
        1980-01-02T00:00:00     |   | 19800102
        1980-01-02 13:14:15.123 |   | 19800102
        1980년 1월 2일          |   | 19800102
        1980年1月2日            |   | 19800102
        昭和55年1月2日          |   | 19800102
        S55.1.2                 |   | 19800102
        2 Jan 1980              |   | 19800102
        2nd January 1980        |   | 19800102
        January 2, 1980         |   | 19800102
        02-JAN-1980             |   | 19800102
        2. Januar 1980          |   | 19800102
        19800102.0              |   | 19800102
        １９８０－０１－０２    |   | 19800102
        ١٩٨٠/٠١/٠٢              |   | 19800102
        2523-01-02              |   | 19800102
        """
    )


def test_what_tells_no_day_is_nothing_and_an_impossible_day_keeps_its_digits(check):
    check(
        """
        birth_date | > | birth_digits
        1980       |   |
        1980-01    |   |
        198001     |   |
        1980-00-00 |   |
        99999999   |   |
        00000000   |   |
        2999-01-01 |   |
        1849-12-31 |   |
        unknown    |   |
        19450231   |   | 19450231
        1945-02-31 |   | 19450231
        19960094   |   | 19960094
        """
    )


def test_dates_and_numbers_are_read_too():
    assert standardise_birth_dates(pl.Series([dt.date(1980, 1, 2), None])).to_list() == [
        "19800102",
        None,
    ]
    assert standardise_birth_dates(pl.Series([dt.datetime(1980, 1, 2, 3)])).to_list() == [  # noqa: DTZ001
        "19800102"
    ]
    assert standardise_birth_dates(pl.Series([19800102])).to_list() == ["19800102"]


@pytest.mark.parametrize(
    ("column", "ambiguous"),
    [
        (["31/12/1980", "03/04/1980"], "19800403"),
        (["12/31/1980", "03/04/1980"], "19800304"),
        (["05/06/1981", "03/04/1980"], "19800403"),
        # Most values decide; a value that has one reading keeps it.
        (["12/31/1980", "12/30/1980", "31/12/1980", "03/04/1980"], "19800304"),
        (["31121980", "03041980"], "19800403"),
        (["12311980", "03041980"], "19800304"),
    ],
)
def test_the_column_decides_the_order(column, ambiguous):
    found = digits(*column)
    assert found[-1] == ambiguous
    assert found[0] in {"19801231", "19810605"}


def test_each_source_has_its_own_order(check):
    check(
        """
        source | birth_date | > | birth_digits
        UK     | 31/12/1980 |   | 19801231
        US     | 12/31/1980 |   | 19801231
        UK     | 03/04/1980 |   | 19800403
        US     | 03/04/1980 |   | 19800304
        """
    )


def test_two_digit_years_are_read_only_where_the_column_is_written_so():
    assert digits("801231", "19800102", "19800103") == [None, "19800102", "19800103"]
    assert digits("801231", "750101", "200101") == ["19801231", "19750101", None]
    assert digits("31/12/80", "03.04.75", "20-01-01") == ["19801231", "19750403", None]
    assert digits("12/31/80", "03/04/75") == ["19801231", "19750304"]
    assert digits("80/12/31", "75/03/04") == [None, None]


def test_a_day_after_the_night_is_nothing():
    assert digits("20260430", "20260501") == ["20260430", None]


def test_a_piled_up_first_of_january_is_a_placeholder():
    days = [
        (dt.date(1950, 1, 2) + dt.timedelta(days=31 * place)).isoformat() for place in range(300)
    ]
    assert digits(*["1900-01-01"] * 30, *days)[:1] == [None]
    assert digits(*["1900-01-01"] * 3, *days)[:1] == ["19000101"]
    assert digits(*["1977-05-05"] * 30, *days)[:1] == ["19770505"]
