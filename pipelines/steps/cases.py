"""Cases and standing of a night: which rules are only counted, and which cases open.

Here: between the night's tables and the ledger. Never here: what is legal (`hub.findings.workflow`),
judging rules (`hub.findings.standing`) or SQL. Next: `build_findings` takes the demoted rules, people
work on the cases.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import polars as pl

from hub.findings.rules import load_rules
from hub.findings.standing import Standing, judge_rules
from warehouse.ledger import Ledger
from warehouse.ledger.case_nights import CaseChanges
from warehouse.ledger.case_rows import ORIGIN_SCHEMA
from warehouse.workbench import Workbench


def standing_of_rules(ledger: Ledger, as_of: dt.date) -> Standing:
    """Return how the rules stand on the day `as_of`, from what people decided until then."""
    return judge_rules(load_rules(), ledger.judged_cases(), ledger.standing_events(), as_of)


def judge_night(bench: Workbench, ledger: Ledger, as_of: dt.date) -> Mapping[str, str]:
    """Build `rule_standing`; return the rules that are only counted tonight, and why.

    Call before `build_findings`, which takes what this returns as `demoted`.
    """
    standing = standing_of_rules(ledger, as_of)
    bench.add("rule_standing", standing.table)
    return standing.demoted


def see_cases(ledger: Ledger, night: dt.date, origins: pl.DataFrame) -> CaseChanges:
    """Bring the ledger's cases, and the standing of rules, up to the night.

    Call after `ledger.see_findings`, with the `night_origins` of the night. Repeating a night changes
    nothing.
    """
    changes = ledger.see_cases(night, origins)
    ledger.keep_standing(standing_of_rules(ledger, night).changes)
    return changes


def night_origins(bench: Workbench) -> pl.DataFrame:
    """Return the night's findings as `see_cases` takes them; needs `finding_origin` (`scorecard`)."""
    return bench.frame(f"SELECT {', '.join(ORIGIN_SCHEMA)} FROM finding_origin")
