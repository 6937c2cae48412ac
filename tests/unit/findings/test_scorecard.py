"""What does the institutions' scorecard count, and what does a finding bring to its case?"""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from hub.quality.expected_deliveries import expected_deliveries
from pipelines.steps.scorecard import build_scorecard, scorecard_months
from sources.registry import load_catalogue
from warehouse import durable
from warehouse.families import table_name
from warehouse.workbench import Workbench

AS_OF = dt.date(2026, 3, 31)
FEBRUARY = dt.date(2026, 2, 1)
TYPES = {
    "I03-F11-01": ("I03", "monthly", "A05"),
    "I03-F11-02": ("I03", "monthly", None),
    "I24-F19-01": ("I24", "monthly", "A01"),
    "I24-F32-01": ("I24", "quarterly", None),
    "I35-F26-01": ("I35", "on_request", None),
}
KINDS = {"A05": ("year", True), "A01": ("month", True)}


def delivered(document_type, period, sequence=1, *, made=AS_OF, effective=True, received=10, bad=0):
    return {
        "delivery_id": f"{document_type}_{period}_{sequence}_{made:%d}",
        "document_type": document_type,
        "institution": TYPES[document_type][0],
        "period": period,
        "sequence": sequence,
        "made_at": dt.datetime.combine(made, dt.time(1)),
        "state": "landed" if received else "stopped",
        "is_effective": effective,
        "rows_received": received,
        "rows_quarantined": bad,
    }


DELIVERIES = [
    delivered("I03-F11-01", "202602", made=dt.date(2026, 3, 21), effective=False),
    delivered("I03-F11-01", "202602", made=dt.date(2026, 3, 31), received=40, bad=10),
    delivered("I03-F11-02", "202601", received=0, made=dt.date(2026, 2, 5)),
    delivered("I24-F32-01", "202512", made=dt.date(2026, 1, 11)),
]
FINDINGS = [("f1", FEBRUARY), ("f2", FEBRUARY), ("f3", dt.date(2026, 1, 1))]
EVIDENCE = [("f1", "I03-F11-01"), ("f1", "I24-F19-01"), ("f2", "I24-F19-01"), ("f3", "I24-F32-01")]


class Sources:
    """What the ledger tells the scorecard."""

    def source_errors(self, as_of):
        assert as_of == AS_OF
        return pl.DataFrame({"institution": ["I24"], "month": [FEBRUARY], "source_errors": [3]})

    def expectations(self):
        return []


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    patch = pytest.MonkeyPatch()
    patch.setattr(durable, "fsync_path", lambda _path: None)
    with Workbench(tmp_path_factory.mktemp("tables")) as opened:
        catalogue = load_catalogue()
        opened.add("night", pl.DataFrame({"as_of": [AS_OF], "month": [FEBRUARY]}))
        types = [
            {"code": code, "institution": sender, "cycle": cycle, "income_asset_code": kind}
            for code, (sender, cycle, kind) in TYPES.items()
        ]
        opened.add("document_type", pl.DataFrame(types))
        kinds = [
            {"income_asset_code": kind, "attribution": how, "is_income": is_income}
            for kind, (how, is_income) in KINDS.items()
        ]
        opened.add("profile_kind", pl.DataFrame(kinds))
        opened.add("delivery", pl.DataFrame(DELIVERIES))
        feeds = {"document_type": list(TYPES), "institution": [each[0] for each in TYPES.values()]}
        opened.add(
            "feed",
            pl.DataFrame(feeds | {"state": ["current", "stale", "missing"] + ["missing"] * 2}),
        )
        opened.add(
            "person_index", pl.DataFrame({"signature_id": [1, 2], "person_id": ["P1", None]})
        )
        found = [
            {"finding_id": name, "period": month, "rule_id": "D28", "subject_kind": "person",
             "action_cap": "REV", "rule_version": "v"}
            for name, month in FINDINGS
        ]  # fmt: skip
        opened.add("finding", pl.DataFrame(found))
        opened.add(
            "finding_evidence",
            pl.DataFrame(EVIDENCE, schema=["finding_id", "document_type"], orient="row"),
        )
        wages = DELIVERIES[1]["delivery_id"]
        rows = {"delivery_id": [wages] * 4, "signature_id": [1, 1, 2, None]}
        for family in catalogue.families.values():
            frame = pl.DataFrame(rows if family.code == "F11" else {name: [] for name in rows},
                                 schema={"delivery_id": pl.String, "signature_id": pl.Int64})  # fmt: skip
            opened.connection.register(table_name(family), frame)
        build_scorecard(opened, Sources(), catalogue)
        yield opened
    patch.undo()


def card(bench, institution, month=FEBRUARY):
    query = f"SELECT * FROM institution_scorecard WHERE institution = '{institution}' AND month = DATE '{month}'"
    return bench.frame(query).row(0, named=True)


def test_every_institution_has_a_row_in_each_of_twelve_months(bench):
    rows = bench.frame("SELECT month, count(*) AS rows FROM institution_scorecard GROUP BY month")
    assert rows.height == 12
    assert set(rows["rows"]) == {3}
    assert scorecard_months(AS_OF)["month"].to_list()[::11] == [
        dt.date(2025, 4, 1),
        dt.date(2026, 3, 1),
    ]
    assert scorecard_months(dt.date(2026, 1, 15))["month"][0] == dt.date(2025, 2, 1)


def test_what_is_expected_arrives_or_is_missed(bench):
    shown = (
        "types_expected",
        "types_arrived",
        "completeness_ppm",
        "deliveries",
        "deliveries_stopped",
    )
    assert [card(bench, "I03")[name] for name in shown] == [2, 1, 500_000, 2, 0]
    january = dt.date(2026, 1, 1)
    assert [card(bench, "I03", january)[name] for name in shown] == [1, 0, 0, 1, 1]
    # The quarter is over in December; what never came is expected since the hub began.
    assert [card(bench, "I24", dt.date(2025, 12, 1))[name] for name in shown] == [
        2,
        1,
        500_000,
        1,
        0,
    ]
    assert [card(bench, "I35")[name] for name in shown] == [0, 0, None, 0, 0]


def test_rows_are_those_of_deliveries_in_use_and_corrections_are_counted(bench):
    row = card(bench, "I03")
    assert (row["corrections"], row["median_days_late"]) == (1, 25.0)
    assert (row["rows_received"], row["rows_quarantined"], row["quarantine_ppm"]) == (
        40,
        10,
        250_000,
    )
    assert (row["rows_named"], row["rows_matched"], row["match_ppm"]) == (3, 2, 666_666)


def test_feeds_are_judged_on_the_night_only(bench):
    march = card(bench, "I03", dt.date(2026, 3, 1))
    assert (march["feeds_stale"], march["feeds_missing"]) == (1, 0)
    assert card(bench, "I03")["feeds_stale"] is None


def test_findings_and_source_errors_stand_in_their_months(bench):
    assert (card(bench, "I24")["findings"], card(bench, "I24")["source_errors"]) == (2, 3)
    assert (card(bench, "I03")["findings"], card(bench, "I03")["source_errors"]) == (1, 0)


def test_a_finding_tells_its_case_who_sent_what_and_whether_it_is_a_yearly_total(bench):
    query = "SELECT finding_id, institutions, evidence_rows, is_averaged FROM finding_origin"
    assert bench.frame(f"{query} ORDER BY finding_id").rows() == [
        ("f1", "I03,I24", 2, True),
        ("f2", "I24", 1, False),
        ("f3", "I24", 1, False),
    ]


def test_cycles_that_make_no_sense_are_refused(tmp_path):
    file = tmp_path / "expected.toml"
    for text, message in [("every_months = 5\ndays_to_deliver = 1", "divide a year"),
                          ("every_months = 1", "expected every_months and")]:  # fmt: skip
        file.write_text(f"[cycle.monthly]\n{text}\n", "utf-8")
        with pytest.raises(ValueError, match=message):
            expected_deliveries(file)
    cycles = {document.cycle.value for document in load_catalogue().documents.values()}
    assert cycles - set(expected_deliveries()["cycle"]) == {"on_request"}
