"""Does each rule see what it looks for, and let pass what looks like it?

A line is an access: day and time of the country's clock | actor | person | anything else, as
`purpose=…` or `case=…`. Kim and Lee work in area 11; P-numbers below 50 live there, others in area 26.
"""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from warehouse.access_log.detection import (
    AREA_SCHEMA,
    CASE_SCHEMA,
    KIN_SCHEMA,
    AccessHistory,
    detect,
    load_access_rules,
)
from warehouse.access_log.frames import ACCESS_SCHEMA, SUBJECT_SCHEMA
from warehouse.ledger.officials import OFFICIAL_SCHEMA

LONG_AGO = dt.date(2020, 1, 1)
OFFICIALS = [
    ("kim", "P1", "11", "case_worker", LONG_AGO, None),
    ("lee", "P2", "11", "case_worker", LONG_AGO, None),
    ("gone", "P3", "11", "case_worker", LONG_AGO, dt.date(2026, 2, 1)),
    ("moved", "P4", "26", "case_worker", LONG_AGO, dt.date(2026, 2, 1)),
    ("moved", "P4", "11", "case_worker", dt.date(2026, 2, 2), None),
]
CASES = [("c9", "P9", dt.date(2026, 3, 1), None), ("old", "P9", LONG_AGO, dt.date(2026, 1, 1))]


def day(number, clock="10:00"):
    return f"2026-03-{number:02} {clock}"


def history(text):
    accesses, subjects = [], []
    for number, line in enumerate(text.strip().splitlines(), start=1):
        moment, actor, person, *told = (cell.strip() for cell in line.split("|"))
        said = dict(pair.split("=") for pair in told[0].split()) if told and told[0] else {}
        at = dt.datetime.fromisoformat(moment) - dt.timedelta(hours=9)
        accesses.append({
            "number": number, "happened_at": at, "actor": actor, "result": said.get("result", "allowed"),
            "purpose": said.get("purpose"), "case_id": said.get("case"), "ticket": said.get("ticket"),
            "is_break_glass": "emergency" in said, "is_download": "download" in said,
            "download_reason": said.get("download") or None,
        })  # fmt: skip
        subjects += [{"number": number, "person_id": each} for each in person.split()]
    people = [f"P{number}" for number in range(100)]
    areas = ["1100000000" if number < 50 else "2600000000" for number in range(100)]
    return AccessHistory(
        pl.DataFrame(accesses, schema=ACCESS_SCHEMA),
        pl.DataFrame(subjects, schema=SUBJECT_SCHEMA),
        officials(),
        kin=pl.DataFrame([("kim", "P1", "self"), ("kim", "P5", "relative")],
                         schema=KIN_SCHEMA, orient="row"),
        cases=pl.DataFrame(CASES, schema=CASE_SCHEMA, orient="row"),
        areas=pl.DataFrame({"person_id": people, "area_code": areas}, schema=AREA_SCHEMA),
        protected=pl.DataFrame({"person_id": ["P40"]}),
    )  # fmt: skip


def officials():
    names = ("actor", "person_id", "area_code", "role", "valid_from", "valid_to")
    return pl.DataFrame(
        OFFICIALS, schema={name: OFFICIAL_SCHEMA[name] for name in names}, orient="row"
    ).select(*OFFICIAL_SCHEMA)


def told(text, rule):
    """Actor and number of accesses of each alert of one rule."""
    (chosen,) = (each for each in load_access_rules() if each.id == rule)
    raised = detect(history(text), (chosen,)).raised
    return raised.select("actor", "accesses").sort("actor").rows()


def many(count, make):
    return "\n".join(make(number) for number in range(count))


SEEN = {
    "A01": f"{day(2)}|kim|P1|purpose=application",
    "A02": f"{day(2)}|kim|P5|purpose=application",
    "A03": many(4, lambda n: f"{day(2 + n)}|kim|P{10 + n}|purpose=investigation"),
    "A04": many(3, lambda n: f"{day(2 + n)}|kim|P{60 + n}|purpose=consultation"),
    "A05": many(10, lambda n: f"{day(3, f'22:{n:02}')}|kim|P{10 + n}|purpose=application"),
    "A06": many(20, lambda n: f"{day(2 + n)}|kim|P10|purpose=application")
    + "\n"
    + f"{day(25)}|kim|" + " ".join(f"P{n}" for n in range(6, 90)) + "|purpose=application",
    "A07": many(12, lambda n: f"{day(3, f'10:{n:02}')}|kim|P{10 + n}|purpose=application"),
    "A08": many(5, lambda n: f"{day(2 + n)}|kim|P10|purpose=consultation"),
    "A09": many(5, lambda n: f"{day(3, f'10:{n:02}')}|kim|P60|result=refused"),
    "A10": f"2026-01-02 10:00|lee|P10|purpose=application\n{day(20)}|lee|P10|purpose=application",
    "A11": f"{day(2)}|gone|P10|purpose=application",
    "A12": f"{day(2)}|kim|P60|emergency=yes",
    "A13": many(2, lambda n: f"{day(2 + n)}|moved|P60|purpose=consultation"),
    "A14": f"{day(2)}|kim|P10|purpose=application download=",
    "A15": f"{day(2)}|kim|P2|purpose=consultation",
}  # fmt: skip
PASSED = {
    "A01": f"{day(2)}|lee|P1|purpose=application",
    "A02": f"{day(2)}|lee|P5|purpose=application",
    "A03": many(6, lambda n: f"{day(2 + n)}|kim|P9 P{10 + n}|purpose=investigation case=c9"),
    "A04": many(5, lambda n: f"{day(2 + n)}|kim|P9 P{60 + n}|case=c9"),
    "A05": many(10, lambda n: f"{day(3, f'10:{n:02}')}|kim|P{10 + n}|purpose=application"),
    "A06": many(20, lambda n: f"{day(2 + n)}|kim|P{10 + n}|purpose=application"),
    "A07": many(12, lambda n: f"{day(3, f'10:{n:02}')}|kim|P{10 + n * 7 % 12}|purpose=application"),
    "A08": many(9, lambda n: f"{day(3, f'10:{n:02}')}|kim|P10|purpose=consultation"),
    "A09": many(5, lambda n: f"{day(3 + n)}|kim|P60|result=refused"),
    "A10": f"{day(1)}|lee|P10|purpose=application\n{day(20)}|lee|P10|purpose=application",
    "A11": f"2026-01-20 10:00|gone|P10|purpose=application\n{day(2)}|night|P10|",
    "A12": f"{day(2)}|kim|P60|emergency=yes ticket=T-7",
    "A13": "2026-02-05 10:00|moved|P60|\n2026-02-06 10:00|moved|P60|",
    "A14": f"{day(2)}|kim|P10|download=letter",
    "A15": f"{day(2)}|kim|P2|purpose=application\n{day(3)}|kim|P4|case=c9 purpose=certificate",
}


def test_every_rule_has_its_tests():
    assert [rule.id for rule in load_access_rules()] == list(SEEN) == list(PASSED)


@pytest.mark.parametrize("rule", SEEN)
def test_a_rule_sees_what_it_looks_for(rule):
    assert len(told(SEEN[rule], rule)) == 1


@pytest.mark.parametrize("rule", PASSED)
def test_a_rule_lets_pass_what_only_looks_like_it(rule):
    assert told(PASSED[rule], rule) == []


def test_a_closed_case_and_somebody_else_s_case_cover_nothing():
    closed = many(4, lambda n: f"{day(2 + n)}|kim|P{10 + n}|purpose=investigation case=old")
    other = many(4, lambda n: f"{day(2 + n)}|kim|P{10 + n}|purpose=investigation case=c9")
    assert told(closed, "A03") == told(other, "A03") == [("kim", 4)]


def test_one_access_in_between_does_not_hide_a_run():
    run = [f"{day(3, f'10:{n:02}')}|kim|P{10 + n}|purpose=application" for n in range(13)]
    run.insert(6, f"{day(3, '10:05')}|kim|P49|purpose=application")
    assert told("\n".join(run), "A07") != []


def test_another_night_finds_the_same_alert():
    text = SEEN["A03"]
    later = text + f"\n{day(20)}|kim|P20|purpose=investigation"
    assert (
        detect(history(text)).raised["alert_id"].to_list()
        == detect(history(later)).raised["alert_id"].to_list()
    )
