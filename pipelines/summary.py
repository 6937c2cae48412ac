"""What a night came to, for a person: a few tables read from the current release.

Add here: a table of the summary. Never here: figures that no table of the release holds.
"""

from __future__ import annotations

from dataclasses import dataclass

from rich.console import Console

from hub.output import print_rows
from warehouse.mart import query
from warehouse.releases import Release


@dataclass(frozen=True, slots=True)
class _Section:
    title: str
    sql: str


_SECTIONS = (
    _Section(
        "What arrived",
        """
        SELECT state, count(*) AS deliveries, count(DISTINCT document_type) AS document_types,
            count(DISTINCT institution) AS institutions, sum(rows_received) AS rows_received,
            sum(rows_accepted) AS rows_accepted, sum(rows_quarantined) AS rows_quarantined,
            sum(rows_superseded) AS rows_repeated
        FROM delivery GROUP BY state ORDER BY state
        """,
    ),
    _Section(
        "Deliveries that were stopped",
        """
        SELECT file_name AS delivery, stop_rule AS rule, stop_line AS line, stop_detail AS detail
        FROM delivery WHERE state = 'stopped' ORDER BY delivery LIMIT 10
        """,
    ),
    _Section(
        "People and households",
        """
        SELECT
            (SELECT count(*) FROM person_index) AS signatures,
            (SELECT count(*) FROM person) AS people,
            (SELECT count(*) FROM person WHERE death_date IS NOT NULL) AS dead,
            (SELECT count(*) FROM household) AS households,
            (SELECT round(avg(size), 2) FROM household) AS people_a_household,
            (SELECT count(*) FROM income) AS income_records,
            (SELECT count(*) FROM asset) AS asset_records
        """,
    ),
    _Section(
        "Decisions by ministry (of 292 programmes)",
        """
        SELECT p.ministry, count(DISTINCT d.programme_code) AS programmes,
            count(*) FILTER (WHERE outcome = 'eligible') AS entitled,
            count(*) FILTER (WHERE is_new) AS newly_qualified,
            count(*) FILTER (WHERE outcome = 'ineligible') AS paid_not_entitled,
            count(*) FILTER (WHERE outcome = 'undetermined') AS paid_undetermined,
            sum(payable_amount) FILTER (
                WHERE p.benefit = 'cash' AND p.period = 'monthly'
            ) AS won_of_monthly_cash
        FROM decision AS d INNER JOIN programme AS p ON d.programme_code = p.code
        GROUP BY ALL ORDER BY entitled DESC, p.ministry
        """,
    ),
    _Section(
        "Programmes that most people live on",
        """
        SELECT d.programme_code AS programme, p.name_en AS name,
            count(*) FILTER (WHERE outcome = 'eligible') AS entitled,
            count(*) FILTER (WHERE is_new) AS newly_qualified,
            count(*) FILTER (WHERE outcome = 'ineligible') AS paid_not_entitled,
            sum(payable_amount) AS won_a_month
        FROM decision AS d INNER JOIN programme AS p ON d.programme_code = p.code
        WHERE p.benefit = 'cash' AND p.period = 'monthly'
        GROUP BY ALL ORDER BY won_a_month DESC NULLS LAST, programme LIMIT 8
        """,
    ),
    _Section(
        "Findings (a finding is never a verdict)",
        """
        SELECT f.rule_id AS rule, r.name_en AS name, f.action, count(*) AS findings,
            count(DISTINCT person_id) AS people, sum(amount_at_stake) AS won_at_stake
        FROM finding AS f LEFT JOIN detection_rule AS r ON f.rule_id = r.rule_id
        GROUP BY ALL ORDER BY rule
        """,
    ),
)


def print_summary(release: Release, *, as_json: bool) -> None:
    """Print the summary of `release`: tables, or one JSON array of their rows."""
    tables = []
    for section in _SECTIONS:
        answer = query(release, section.sql)
        rows = [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]
        tables.append((section.title, rows))
    if as_json:
        print_rows([{"section": t, **row} for t, rows in tables for row in rows], as_json=True)
        return
    Console().print(f"[bold]Release {release.release_id}[/], night of {release.night}\n")
    for title, rows in tables:
        if rows:
            print_rows(rows, as_json=False, title=title)
