"""Who is in which unit on a day, and where an old ID leads."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from hub.households.look_up import (
    MEMBERSHIP_COLUMNS,
    members_of_unit,
    resolve_unit,
    units_of_person,
)
from hub.households.unit_ids import UNIT_EVENT_SCHEMA

APRIL, MAY, JUNE = dt.date(2026, 4, 1), dt.date(2026, 5, 1), dt.date(2026, 6, 1)
DATES = ("valid_from", "valid_to", "recorded_from", "recorded_to")


def membership(*rows):
    """Rows (unit, person, valid_from, valid_to, recorded_from, recorded_to)."""
    names = ("unit_id", "person_id", *DATES)
    frame = pl.DataFrame(
        rows, schema={name: pl.Date if name in DATES else pl.String for name in names}, orient="row"
    )
    others = [name for name in MEMBERSHIP_COLUMNS if name not in names]
    fill = {name: pl.lit(None, pl.String) for name in others}
    fill |= {"unit_family": pl.lit("basic_livelihood"), "is_counted": pl.lit(value=True)}
    return frame.with_columns(**fill)


HISTORY = membership(
    ("H1", "mum", APRIL, None, APRIL, None),
    ("H1", "girl", APRIL, None, APRIL, MAY),
    ("H1", "girl", APRIL, MAY, MAY, None),
    ("H2", "girl", MAY, None, MAY, None),
)


def people(rows):
    return rows.select("unit_id", "person_id").rows()


def test_a_person_is_shown_first_among_those_of_the_same_unit():
    assert people(units_of_person(HISTORY, "mum", APRIL)) == [("H1", "mum"), ("H1", "girl")]
    assert people(units_of_person(HISTORY, "girl", MAY)) == [("H2", "girl")]


def test_what_was_known_before_is_still_told():
    assert people(members_of_unit(HISTORY, "H1", JUNE)) == [("H1", "mum")]
    assert people(members_of_unit(HISTORY, "H1", JUNE, APRIL)) == [("H1", "girl"), ("H1", "mum")]


def events(*rows):
    return pl.DataFrame(rows, schema=UNIT_EVENT_SCHEMA, orient="row")


def test_a_merged_unit_leads_on_until_it_comes_back():
    told = events(
        (APRIL, "single_parent", "created", "U1", None, None),
        (APRIL, "single_parent", "created", "U2", None, None),
        (MAY, "single_parent", "merged", "U1", "U2", 2),
        (JUNE, "single_parent", "resurrected", "U1", None, 2),
    )
    assert resolve_unit(told, "single_parent", "U1", APRIL) == "U1"
    assert resolve_unit(told, "single_parent", "U1", MAY) == "U2"
    assert resolve_unit(told, "single_parent", "U1", JUNE) == "U1"


def test_an_unknown_unit_is_an_error_that_names_it():
    with pytest.raises(LookupError, match="U9"):
        resolve_unit(events(), "single_parent", "U9", JUNE)
