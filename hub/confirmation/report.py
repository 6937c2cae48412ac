"""A confirmation round as one page that people look at: no script, no network, only counts.

Here: the page. Never here: counting (`tallies`), drawing (`report_charts`) or single people. Next:
`report.html` beside the round's CSV files.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from hub.confirmation import report_charts
from hub.confirmation.rounds import Calendar, Round
from hub.confirmation.tallies import (
    OUTCOMES,
    RECEIVED,
    WORDS,
    shares_by_place,
    tally,
    tally_reasons,
)
from hub.pages.charts import GREEN, chart_counts
from hub.pages.page import Page, percent, table

_REASONS_SHOWN = 15


def write_report(
    results: pl.DataFrame,
    programmes: pl.DataFrame,
    conditions: pl.DataFrame,
    calendar: Calendar,
    chosen: Round,
    target: Path,
) -> Path:
    """Write the page of a round to `target` and return it.

    Args:
        results: `confirmation_result`.
        programmes: code, ministry, name_ko, name_en.
        conditions: `programme_condition`.
        calendar: what the page tells of tolerances.
        chosen: the round.
        target: file of the page.
    """
    target.write_text(report_page(results, programmes, conditions, calendar, chosen), "utf-8")
    return target


def report_page(
    results: pl.DataFrame,
    programmes: pl.DataFrame,
    conditions: pl.DataFrame,
    calendar: Calendar,
    chosen: Round,
) -> str:
    """Return the page as HTML."""
    received = results.filter(pl.col("outcome").is_in(RECEIVED))
    names = ", ".join(each.name_en for each in chosen.participations)
    page = Page(
        title=f"Confirmation round {chosen.code} · {chosen.code} 확인조사",
        lead=f"{received.height:,} receipts of {len(chosen.programmes)} programmes ({names}), as of "
        f"{chosen.as_of:%d %B %Y}, against what was paid for {chosen.month:%B %Y} and since. "
        "A result is a question to the authority in charge; nothing is stopped by it.",
        footer="Unqualified: received, and by the facts of the day not entitled. Amount changes: what "
        f"is paid differs from what is payable by more than {calendar.tolerance_amount:,} won a month "
        f"and {calendar.tolerance_ppm / 10_000:g} %. Undetermined: nothing fails, but something is not "
        "known. Newly qualified: entitled and not received. A subject is a person or an assistance "
        f"unit, as the programme says. Shares are of at least {calendar.least_recipients} recipients. "
        f"Calendar: {calendar.status}; {calendar.legal_basis}.",
    )
    page.tile("receipts checked · 확인 대상", f"{received.height:,}")
    for outcome in OUTCOMES:
        count = results.filter(pl.col("outcome") == outcome).height
        share = f", {percent(count / received.height)}" if received.height else ""
        page.tile(" · ".join(WORDS[outcome]) + (share if outcome in RECEIVED else ""), f"{count:,}")
    lost = results.filter(pl.col("outcome") == "unqualified")["received_amount"].sum()
    page.tile("million won to the unqualified", f"{lost / 1_000_000:,.1f}")
    if received.height:
        _show_outcomes(page, received, programmes)
    _show_reasons(page, tally_reasons(results, conditions, "programme_code"))
    places = shares_by_place(results, calendar.least_recipients)
    if places["share"].count():
        page.card(
            "By province of residence",
            "Share of the unqualified. The axis starts at zero.",
            report_charts.chart_shares(places),
        )
    new = results.filter(pl.col("outcome") == "newly_qualified")
    if new.height:
        page.card(
            "Newly qualified",
            "Entitled, not received, and not excluded by another programme.",
            chart_counts(_by_programme(new, programmes), "programme", "subjects", GREEN),
            is_right=True,
        )
    page.wide(
        "The same in numbers",
        "Subjects by result; won are sums of one month.",
        table(_programme_rows(results, programmes)),
    )
    return page.html()


def _show_outcomes(page: Page, received: pl.DataFrame, programmes: pl.DataFrame) -> None:
    page.card(
        "By programme",
        "Results of those who receive, programmes with most receipts first.",
        report_charts.chart_outcomes(_by_programme(received, programmes), "programme"),
    )
    by_ministry = tally(received, "ministry").group_by("ministry", "outcome", maintain_order=True)
    page.card(
        "By ministry",
        "Results of those who receive.",
        report_charts.chart_outcomes(by_ministry.agg(pl.col("subjects").sum()), "ministry"),
        is_right=True,
    )


def _show_reasons(page: Page, reasons: pl.DataFrame) -> None:
    frequent = (
        reasons.filter(pl.col("outcome") == "unqualified")
        .group_by(failed_condition="text_en", 미충족_요건="text_ko")
        .agg(
            programmes=pl.col("programme_code").sort().str.join(", "),
            subjects=pl.col("subjects").sum(),
        )
        .sort(["subjects", "failed_condition"], descending=[True, False])
        .head(_REASONS_SHOWN)
    )
    if frequent.height:
        page.wide(
            "Why people are unqualified",
            "Conditions that do not hold, most frequent first; whoever fails two counts under both.",
            table(frequent.to_dicts()),
        )


def _by_programme(results: pl.DataFrame, programmes: pl.DataFrame) -> pl.DataFrame:
    """Count by programme and outcome, the largest programme first; programme is code and name."""
    names = programmes.select(
        "name_ko", programme_code="code", programme=pl.col("code") + " " + pl.col("name_ko")
    )
    counted = (
        results.group_by("programme_code", "outcome")
        .agg(subjects=pl.len())
        .join(names, on="programme_code", how="left")
    )
    totals = counted.group_by("programme_code").agg(total=pl.col("subjects").sum())
    return counted.join(totals, on="programme_code").sort(
        ["total", "programme_code", "outcome"], descending=[True, False, False]
    )


def _programme_rows(results: pl.DataFrame, programmes: pl.DataFrame) -> list[dict[str, object]]:
    counted = results.group_by("programme_code").agg(
        *((pl.col("outcome") == each).sum().alias(each) for each in OUTCOMES),
        unqualified_won=pl.col("received_amount").filter(pl.col("outcome") == "unqualified").sum(),
        overpaid_won=pl.col("difference_amount").filter(pl.col("direction") == "overpaid").sum(),
        underpaid_won=pl.col("difference_amount").filter(pl.col("direction") == "underpaid").sum(),
    )
    named = counted.join(programmes, left_on="programme_code", right_on="code")
    shown = named.sort("programme_code").select(
        "programme_code",
        name=pl.col("name_ko") + " · " + pl.col("name_en"),
        ministry="ministry",
        **{WORDS[each][0]: each for each in OUTCOMES},
        unqualified_won="unqualified_won",
        overpaid_won="overpaid_won",
        underpaid_won="underpaid_won",
    )
    return shown.to_dicts()
