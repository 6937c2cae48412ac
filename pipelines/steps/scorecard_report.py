"""The page of the institutions' scorecard, written beside the release.

Here: reading the released table, and the file. Never here: measuring (`pipelines.steps.scorecard`) or
what the page says (`hub.quality.scorecard_page`). Next: `<home>/reports/<release>/scorecard.html`.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from hub.quality.scorecard_page import scorecard_page
from warehouse.layout import Layout
from warehouse.person_rows import PersonRows
from warehouse.releases import Release


def write_scorecard_report(layout: Layout, release: Release, month: dt.date | None = None) -> Path:
    """Write the page of one month, by default that of the night; return its path."""
    with PersonRows(release) as rows:
        scorecard = rows.whole("institution_scorecard")
        names = rows.whole("document_type", ["DISTINCT institution", "institution_name AS name"])
        chosen = month or rows.whole("night")["month"][0]
    folder = layout.reports / release.release_id
    folder.mkdir(parents=True, exist_ok=True)
    page = folder / ("scorecard.html" if month is None else f"scorecard-{month:%Y-%m}.html")
    page.write_text(scorecard_page(scorecard, names, chosen), encoding="utf-8")
    return page
