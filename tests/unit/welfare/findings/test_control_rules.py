"""The rules about the office itself: the feed guard (D45), officials (D43) and accesses (D44)."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from pipelines.steps.feed_guard import judge_feeds
from pipelines.steps.own_logs import CASE_SCHEMA, LOG_TABLES, add_own_logs
from sources.country.office import simulate_office
from sources.country.population import simulate_population
from warehouse.access_entries import ACCESS_ENTRY_SCHEMA
from warehouse.families import EffectiveDelivery
from warehouse.feed_measures import FEED_MEASURE_SCHEMA, measure_deliveries
from warehouse.identity_zone import IdentityZone
from warehouse.ledger import Ledger, LedgerError
from warehouse.ledger.officials import ACTION_SCHEMA, OFFICIAL_SCHEMA
from warehouse.workbench import Workbench

NIGHT = dt.date(2026, 4, 1)
DELIVERY_SCHEMA = {
    "delivery_id": pl.String,
    "document_type": pl.String,
    "period": pl.String,
    "made_at": pl.Datetime("us"),
    "rows_accepted": pl.Int64,
    "state": pl.String,
    "is_effective": pl.Boolean,
}


def month(back):
    """First day of the month `back` months before March 2026."""
    number = 2026 * 12 + 2 - back
    return dt.date(number // 12, number % 12 + 1, 1)


class Feeds:
    """Deliveries of a few made-up document types, oldest first."""

    def __init__(self, folder):
        self.folder = folder
        self.types = {}
        self.deliveries = []
        self.measures = []

    def sends(
        self, document_type, rows, *, cycle="monthly", mode="full", days=None, nulls=None, made=None
    ):
        """One delivery a number of `rows`, the newest last; `nulls` are empty cells of a column."""
        self.types[document_type] = (cycle, mode)
        days = days or [month(len(rows) - 1 - place) for place in range(len(rows))]
        for place, (day, count) in enumerate(zip(days, rows, strict=True)):
            period = f"{day:%Y%m%d}" if cycle == "daily" else f"{day:%Y%m}"
            delivery_id = f"{document_type}_{period}_001"
            self.deliveries.append(
                {
                    "delivery_id": delivery_id,
                    "document_type": document_type,
                    "period": period,
                    "made_at": dt.datetime.combine(made or day, dt.time(1)) + dt.timedelta(days=3),
                    "rows_accepted": count,
                    "state": "landed",
                    "is_effective": True,
                }
            )
            if nulls:
                self.measures.append(
                    {
                        "document_type": document_type,
                        "delivery_id": delivery_id,
                        "column_name": "amount",
                        "value_count": count,
                        "null_count": nulls[place],
                    }
                )

    def judged(self):
        """Document type → (state, reason, detail)."""
        with Workbench(self.folder) as bench:
            bench.add("night", pl.DataFrame({"as_of": [NIGHT], "month": [dt.date(2026, 3, 1)]}))
            bench.add("delivery", pl.DataFrame(self.deliveries, schema=DELIVERY_SCHEMA))
            bench.add("feed_measure", pl.DataFrame(self.measures, schema=FEED_MEASURE_SCHEMA))
            bench.add(
                "document_type",
                pl.DataFrame(
                    [(code, *rest) for code, rest in self.types.items()],
                    schema=["code", "cycle", "mode"],
                    orient="row",
                ),
            )
            judge_feeds(bench)
            rows = bench.frame("SELECT * FROM feed_guard").to_dicts()
        return {row["document_type"]: (row["state"], row["reason"], row["detail"]) for row in rows}


@pytest.fixture
def feeds(tmp_path):
    return Feeds(tmp_path / "tables")


USUAL = [1000, 1010, 990, 1005, 995, 1000, 1015, 985]


# D45: the feed guard


def test_rows_outside_the_band_of_eight_like_deliveries(feeds):
    for name, newest in (("LOW", 799), ("LEAST", 800), ("MOST", 1200), ("HIGH", 1201)):
        feeds.sends(name, [*USUAL, newest])
    # Who sends changes may send many at once, and few where few is usual.
    feeds.sends("CHANGES", [*USUAL, 5000], mode="delta")
    feeds.sends("FEW", [9, 4, 7, 6, 8, 5, 9, 7, 1], mode="event")
    feeds.sends("YOUNG", [*USUAL[:7], 1])
    found = feeds.judged()
    assert {name for name, (state, *_) in found.items() if state == "suspect"} == {"LOW", "HIGH"}
    assert found["LOW"] == ("suspect", "rows", "rows 799; usual 800 to 1200")
    assert found["YOUNG"] == ("unknown", None, None)
    assert found["FEW"][0] == "usual"


def test_a_season_is_compared_with_the_year_before(feeds):
    """A May of 300 rows is as last May; where last May was like every month, it is not."""
    days = [month(back) for back in range(12, -1, -1)]
    ordinary = [1000] * 11
    feeds.sends("SEASON", [300, *ordinary, 310], days=days)
    feeds.sends("EVERY", [1000, *ordinary, 310], days=days)
    found = feeds.judged()
    assert (found["SEASON"][0], found["EVERY"][0]) == ("usual", "suspect")


def test_days_are_compared_with_the_same_weekday(feeds):
    """Sundays bring a tenth; a Sunday is no collapse, a Tuesday like a Sunday is."""
    days = [dt.date(2026, 1, 25) + dt.timedelta(days=count) for count in range(64)]
    counts = [100 if day.isoweekday() == 7 else 1000 for day in days]
    assert days[-1].isoweekday() == 7
    feeds.sends("SUNDAY", counts, cycle="daily", mode="event", days=days, made=days[-1])
    days = [day + dt.timedelta(days=2) for day in days]
    counts = [100 if day.isoweekday() == 7 else 1000 for day in days]
    feeds.sends("TUESDAY", [*counts[:-1], 100], cycle="daily", mode="event", days=days, made=NIGHT)
    found = feeds.judged()
    assert (found["SUNDAY"][0], found["TUESDAY"][1]) == ("usual", "rows")


def test_a_column_that_is_empty_more_often(feeds):
    ten_of_a_hundred = [100, 101, 99, 100, 100, 102, 98, 101]
    for name, newest in (("JUMP", 151), ("DRIFT", 150), ("FILLED", 0)):
        feeds.sends(name, [*[1000] * 8, 1000], nulls=[*[100] * 8, newest])
    feeds.sends("STEADY", [*USUAL, 1000], nulls=[*ten_of_a_hundred, 103])
    # Of 20 rows no share can be told.
    feeds.sends("SMALL", [20] * 9, nulls=[*[0] * 8, 20])
    found = feeds.judged()
    assert {name for name, (state, *_) in found.items() if state == "suspect"} == {"JUMP"}
    assert found["JUMP"][1:] == ("nulls", "column amount empty in 15 %; usual 10 %")


def test_a_feed_that_stops_is_overdue_after_twice_its_usual_gap(feeds):
    for name, back in (("STOPPED", 3), ("LATE", 1)):
        feeds.sends(name, [1000] * 9, days=[month(back + count) for count in range(8, -1, -1)])
    feeds.sends(
        "ASKED",
        [1000] * 9,
        cycle="on_request",
        days=[month(6 + count) for count in range(8, -1, -1)],
    )
    found = feeds.judged()
    assert found["STOPPED"] == (
        "suspect",
        "overdue",
        "last made 2025-12-04; usual every 30 days",
    )
    assert (found["LATE"][0], found["ASKED"][0]) == ("usual", "usual")


def test_only_deliveries_that_were_not_measured_are_read(tmp_path):
    def delivery(name):
        return EffectiveDelivery(name, "T", name, 1, 1, tmp_path / name)

    for name, amounts in (("202601", [1, None, 3]), ("202602", [None, None])):
        (tmp_path / name).mkdir()
        for part, amount in enumerate(amounts):
            pl.DataFrame({"amount": [amount]}, schema={"amount": pl.Int64}).write_parquet(
                tmp_path / name / f"part-{part:05d}.parquet", statistics=True
            )
    zone = IdentityZone(None)
    first = measure_deliveries(zone, [delivery("202601")])
    assert first.rows() == [("T", "202601", "amount", 3, 1)]
    for part in (tmp_path / "202601").iterdir():
        part.unlink()
    both = measure_deliveries(zone, [delivery("202601"), delivery("202602")], first)
    assert both.rows() == [("T", "202601", "amount", 3, 1), ("T", "202602", "amount", 2, 2)]


def test_d45_a_suspect_feed_is_stale_found_and_silences_its_rules(town):
    """The register of deaths collapses: D01 waits for it, though a death and a payment are there."""
    town.person("kim", dt.date(1950, 5, 5), died=dt.date(2026, 1, 20))
    day = dt.date(2026, 1, 20)
    for document_type in ("I01-F04-01", "I02-F04-02"):
        town.add("f04", "kim", document_type, event="death", occurred_on=day, reported_on=day)
    town.paid("kim", "P029", dt.date(2026, 3, 1), 349_700)
    opened = town.open

    def open_with_guard():
        bench = opened()
        suspects = pl.DataFrame(
            {
                "document_type": ["I01-F04-01", "I02-F04-02"],
                "delivery_id": ["I01-F04-01_202603_001", "I02-F04-02_202603_001"],
                "state": ["suspect"] * 2,
                "reason": ["rows"] * 2,
                "detail": ["rows 1; usual 800 to 1200"] * 2,
                "preceding_deliveries": [8, 8],
            }
        )
        bench.add("feed_guard", suspects)
        return bench

    town.open = open_with_guard
    bench = town.searched("D01", "D45")
    found = bench.frame("SELECT rule_id, subject_id, statement, action FROM finding").rows()
    assert found == [
        ("D45", "I01-F04-01", "rows 1; usual 800 to 1200", "INFO"),
        ("D45", "I02-F04-02", "rows 1; usual 800 to 1200", "INFO"),
    ]
    feed = bench.frame("SELECT state, is_suspect FROM feed WHERE document_type = 'I01-F04-01'")
    assert feed.rows() == [("stale", True)]
    assert bench.value("SELECT waits_for FROM rule_state WHERE rule_id = 'D01'") == [
        "I01-F04-01",
        "I02-F04-02",
    ]
    evidence = bench.frame("SELECT role, document_type, delivery_id FROM finding_evidence").rows()
    assert ("delivery", "I01-F04-01", "I01-F04-01_202603_001") in evidence


# D43 and D44: officials

MARCH = dt.date(2026, 3, 1)
OFFICE = {"area_code": "11110", "role": "case_worker", "valid_from": dt.date(2025, 1, 1)}


def official(actor, person=None, **columns):
    known = f"person-{person}" if person else None
    return {"actor": actor, "person_id": known, "valid_to": None, **OFFICE, **columns}


def moment(month, day, hour=9):
    return dt.datetime(2026, month, day, hour)  # noqa: DTZ001  logs bear no zone


class Log:
    """Rows of a log, numbered as they come."""

    def __init__(self):
        self.actions = []
        self.accesses = []

    def acts(self, actor, action, number, day=10, person=None, hour=9):
        self.actions.append(
            {
                "action_id": f"a{len(self.actions)}",
                "happened_at": moment(3, day, hour),
                "actor": actor,
                "action": action,
                "object_kind": "payment",
                "object_id": f"{actor}-{number}",
                "person_id": f"person-{person}" if person else None,
                "programme_code": None,
                "area_code": None,
            }
        )

    def reads(self, actor, person, *, day=10, purpose=None, case=None, broken=False, month=3):
        self.accesses.append(
            {
                "entry_id": f"e{len(self.accesses)}",
                "happened_at": moment(month, day),
                "actor": actor,
                "person_id": f"person-{person}",
                "purpose": purpose,
                "case_id": case,
                "object": "person",
                "rows": 1,
                "is_break_glass": broken,
            }
        )


def with_logs(town, officials, *, actions=None, accesses=None, cases=()):
    """Let the town's night know officials and logs; None: no such log."""
    opened = town.open

    def open_with_logs():
        bench = opened()

        def frame(rows, schema):
            return None if rows is None else pl.DataFrame(list(rows), schema=schema)

        add_own_logs(
            bench,
            officials=frame(officials, OFFICIAL_SCHEMA),
            actions=frame(actions, ACTION_SCHEMA),
            accesses=frame(accesses, ACCESS_ENTRY_SCHEMA),
            cases=frame(cases, CASE_SCHEMA),
        )
        return bench

    town.open = open_with_logs


def told(town, rule):
    return [
        (row["subject_id"], row["period"], row["statement"], row["person_id"])
        for row in town.findings(rule)
    ]


def test_d43_alone_in_series_for_family_and_into_the_own_account(town):
    log = Log()
    for name in ("kim", "child", "lee", "son", "stranger", "grandson"):
        town.person(name, dt.date(1980, 5, 5))
    town.household("H", ("kim", "head"), ("child", "child"))
    town.household("L", ("lee", "head"), ("son", "child"))
    town.household("G", ("child", "head"), ("grandson", "child"))
    for number in range(3):
        log.acts("alone", "enter", number)
        log.acts("alone", "approve", number, hour=10)
    for number in range(2):
        log.acts("deputy", "enter", number)
        log.acts("deputy", "approve", number, hour=10)
    for number in range(5):
        log.acts("series", "create", number, day=5)
        log.acts("series", "revert", number, day=6)
        # An ordinary slip, put right on the same day.
        log.acts("slips", "create", number, day=5)
        log.acts("slips", "revert", number, day=5, hour=10)
        log.acts("slow", "create", number, day=5)
        log.acts("slow", "revert", number, day=16)
    log.acts("mother", "approve", 1, person="child")
    log.acts("mother", "approve", 2, person="stranger")
    for name in ("lee", "kim", "child"):
        town.add(
            "f26",
            name,
            "I35-F26-01",
            institution_no="004",
            account_no=f"1{name}",
            as_of=MARCH,
        )
    into = {"document_type": "I06-F35-01", "bank_no": "004", "account_no": "1lee"}
    town.paid("stranger", "P001", MARCH, 500_000, **into)
    # The family's own benefit belongs into the family's account.
    town.paid("son", "P073", MARCH, 100_000, **into)
    # So does that of a relative's own child into the relative's account.
    town.paid("grandson", "P073", MARCH, 100_000, **into | {"account_no": "1child"})
    officials = [official(name) for name in ("alone", "deputy", "series", "slips", "slow")]
    officials += [official("mother", "kim"), official("payee", "lee")]
    with_logs(town, officials, actions=log.actions)
    assert told(town, "D43") == [
        ("alone", MARCH, "alone 3", None),
        ("mother", MARCH, "relative 1", None),
        ("payee", MARCH, "own account 1", None),
        ("series", MARCH, "reverted 5", None),
    ]
    found = town.bench.frame("SELECT * FROM finding ORDER BY subject_id").to_dicts()
    assert [row["amount_at_stake"] for row in found] == [None, None, 500_000, None]
    assert {row["subject_kind"] for row in found} == {"official"}
    assert town.evidence(found[1]) == {("family", "official_action")}
    assert town.evidence(found[2]) == {("own account", "I06-F35-01")}
    assert not set(LOG_TABLES) - {path.stem for path in town.folder.glob("*.parquet")}


def test_d44_reading_without_a_case_elsewhere_of_kin_and_in_volume(town):
    log = Log()
    near = [f"near{number}" for number in range(70)]
    far = [f"far{number}" for number in range(3)]
    for name in near:
        town.person(name, dt.date(1980, 5, 5))
    for name in far:
        town.person(name, dt.date(1980, 5, 5), dong="2611010100")
    town.household("H", ("near0", "head"), ("near1", "spouse"))
    for name in near[2:5]:
        log.reads("nosy", name)
        log.reads("intake", name, purpose="application")
        log.reads("worker", name, case=f"case-{name}")
        log.reads("late", name, case=f"case-{name}", day=25)
        log.reads("stale", name, case=f"old-{name}", day=25)
        log.reads("doctor", name, broken=True)
        log.reads("this month", name, month=4, day=1)
    for name in near[2:4]:
        log.reads("stray", name)
    for name in far:
        log.reads("tourist", name, purpose="consultation")
    log.reads("spouse", "near1", purpose="consultation")
    for day in (2, 3, 4):
        log.reads("greedy", "near5", day=day, purpose="application")
    for name in near[2:63]:
        log.reads("greedy", name, day=9, purpose="application")
    names = ("nosy", "intake", "worker", "late", "stale", "doctor", "stray", "tourist", "greedy")
    officials = [official(name) for name in (*names, "this month")]
    officials.append(official("spouse", "near0"))
    cases = [
        {
            "case_id": f"{kind}-{name}",
            "person_id": f"person-{name}",
            "opened_on": dt.date(2026, 1, 1),
            "closed_on": closed,
        }
        for kind, closed in (("case", dt.date(2026, 3, 11)), ("old", dt.date(2026, 3, 10)))
        for name in near[2:5]
    ]
    with_logs(town, officials, accesses=log.accesses, cases=cases)
    assert told(town, "D44") == [
        ("greedy", MARCH, "volume 61", None),
        ("nosy", MARCH, "no case 3", None),
        ("spouse", MARCH, "relative 1", None),
        ("stale", MARCH, "no case 3", None),
        ("tourist", MARCH, "outside area 3", None),
    ]
    finding = town.bench.frame("SELECT * FROM finding ORDER BY subject_id").to_dicts()[-1]
    assert town.evidence(finding) == {("outside area", "access_entry")}


def test_d44_waits_for_the_log_of_accesses(town):
    town.person("kim", dt.date(1980, 5, 5))
    with_logs(town, [official("mother", "kim")])
    assert told(town, "D44") == []
    state = town.bench.frame("SELECT * FROM rule_state WHERE rule_id = 'D44'").to_dicts()[0]
    assert (state["is_suppressed"], state["waits_for"]) == (True, ["access_entry"])


def test_the_ledger_tells_what_officials_did(tmp_path):
    with Ledger.open(f"sqlite:///{tmp_path}/ledger.sqlite") as ledger:
        ledger.register_official("kim", area_code="11110", role="intake", valid_from=MARCH)
        later = dt.date(2026, 4, 1)
        ledger.register_official("kim", area_code="26110", role="intake", valid_from=later)
        with pytest.raises(LedgerError, match="has a post since that day or later"):
            ledger.register_official("kim", area_code="1", role="intake", valid_from=MARCH)
        decision = ledger.decide("must_link", "1", "2", actor="kim", reason="same person")
        ledger.decide("revoke", actor="lee", reason="a mistake", revokes=decision)
        posts = ledger.officials().select("area_code", "valid_from", "valid_to").rows()
        actions = ledger.official_actions().select("actor", "action", "object_id").rows()
    assert posts == [("11110", MARCH, dt.date(2026, 3, 31)), ("26110", later, None)]
    assert actions == [("kim", "create", decision), ("lee", "revert", decision)]


def test_the_simulated_office_plants_each_pattern_and_repeats_itself():
    people = simulate_population(1_500, 3, NIGHT).people
    office = simulate_office(people, NIGHT, 5)
    assert office.truth["pattern"].value_counts(sort=True)["count"].to_list() == [2] * 7
    assert office.accesses.equals(simulate_office(people, NIGHT, 5).accesses)
    assert set(office.actions["actor"]) <= set(office.officials["actor"])
    assert office.actions["happened_at"].max() < moment(4, 1, 0)
