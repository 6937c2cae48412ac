"""`hub quality scorecard`: what each institution sent and how well, beside the other quality commands.

Here: options and printing. Never here: measuring (`warehouse/sql/quality`). Next: the frame of the
command line hangs `quality_app`.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import typer

from hub.output import fail, print_rows
from pipelines.commands import JsonOption, quality_app
from warehouse.layout import Layout
from warehouse.person_rows import PersonRows
from warehouse.releases import current

__all__ = ["quality_app"]
_TABLE = "institution_scorecard"
_SHOWN = (
    "institution", "types_expected", "types_arrived", "median_days_late", "feeds_stale",
    "deliveries", "deliveries_stopped", "corrections", "quarantine_ppm", "required_cells_empty",
    "match_ppm", "findings", "source_errors",
)  # fmt: skip


@quality_app.command("scorecard")
def scorecard(
    *,
    month: Annotated[
        dt.datetime | None,
        typer.Option(formats=["%Y-%m"], help="The month; the last whole one by default."),
    ] = None,
    institution: Annotated[
        str | None, typer.Option(help="One institution, such as I03, in all its months.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Show the institutions' scorecard of a month, from the current release."""
    release = current(Layout.from_environment())
    if release is None:
        fail("nothing has been released yet; run `hub night` first")
    with PersonRows(release) as rows:
        if not rows.has(_TABLE):
            fail(f"release {release.release_id} has no scorecard; run the next night")
        table = rows.whole(_TABLE).sort("month", "institution")
        whole_month = rows.whole("night")["month"][0]
    if institution is not None:
        shown = table.filter(institution=institution)
        known = sorted(set(table["institution"]))
        problem = f"no institution {institution}; there are {', '.join(known)}"
        title, columns = f"Scorecard of {institution}", ("month", *_SHOWN[1:])
    else:
        day = month.date() if month else whole_month
        shown = table.filter(month=day)
        months = sorted({f"{known:%Y-%m}" for known in table["month"]})
        problem = f"no scorecard of {day:%Y-%m}; there are {', '.join(months)}"
        title, columns = f"Scorecard of {day:%Y-%m}", _SHOWN
    if shown.is_empty():
        fail(problem)
    print_rows(shown.to_dicts(), as_json=as_json, title=title, columns=columns)
