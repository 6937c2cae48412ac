"""The page of a night's findings, written beside the release.

Here: counting by the SQL of `warehouse/sql/reports` on a release, and the file. Never here: what the
page says (`hub.findings.report`). Next: `<home>/reports/<release>/findings.html`, and its figures as
`findings.json`.
"""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl

from hub.findings.report import FindingFigures, finding_page
from warehouse.layout import Layout
from warehouse.ledger import Ledger
from warehouse.mart import open_mart
from warehouse.releases import Release
from warehouse.workbench import sql_text

TABLES = ("by_rule", "by_month", "by_source", "by_ministry", "by_province")


def write_finding_report(layout: Layout, ledger: Ledger, release: Release) -> Path:
    """Write the page of `release` and its figures; return the page's path."""
    figures = finding_figures(ledger, release)
    folder = layout.reports / release.release_id
    folder.mkdir(parents=True, exist_ok=True)
    page = folder / "findings.html"
    page.write_text(finding_page(figures), encoding="utf-8")
    rules = figures.by_rule.select("rule_id", "name", "action", "findings", "won_at_stake")
    content = {"release": release.release_id, "night": release.night, "rules": rules.to_dicts()}
    (folder / "findings.json").write_text(
        json.dumps(content | {"changes": dict(figures.changes)}, ensure_ascii=False, default=str),
        encoding="utf-8",
    )
    return page


def finding_figures(ledger: Ledger, release: Release) -> FindingFigures:
    """Count the findings of `release`."""
    with open_mart(release, says_meanings=False) as mart:
        counted: dict[str, pl.DataFrame] = {
            name: mart.sql(sql_text("reports", f"findings_{name}")).pl() for name in TABLES
        }
    return FindingFigures(
        release_id=release.release_id,
        night=release.night,
        changes=ledger.count_finding_events(release.night),
        **counted,
    )
