"""The hub's own logs as tables of a night: officials, their actions, accesses to personal data.

Here: adding them, and saying which exist. Never here: keeping a log (the ledger,
`warehouse.access_log`) or judging anybody (rules D43, D44). Next: `rule_state` knows own logs
beside feeds, the rules read the tables. They hold no names but those under which officials act.
"""

from __future__ import annotations

import polars as pl

from pipelines.steps.context import NightContext
from warehouse.access_entries import ACCESS_ENTRY_SCHEMA
from warehouse.ledger.officials import ACTION_SCHEMA, OFFICIAL_SCHEMA
from warehouse.workbench import Workbench

LOG_TABLES = frozenset(
    {"official", "official_action", "official_kin", "access_entry", "known_case"}
)
"""Who did and read what is for auditors, in the ledger and the log; it is never released."""
OWN_LOGS = ("official_action", "access_entry")
"""Logs that a rule may name as an input, as it names a document type."""
CASE_SCHEMA = pl.Schema(
    {
        "case_id": pl.String(),
        "person_id": pl.String(),
        "opened_on": pl.Date(),
        "closed_on": pl.Date(),
    }
)


def add_night_logs(bench: Workbench, context: NightContext) -> None:
    """Add the logs as the ledger and the access log tell them tonight."""
    add_own_logs(
        bench,
        officials=context.ledger.officials(),
        actions=context.ledger.official_actions(),
        accesses=context.accesses(),
        cases=context.ledger.cases(),
    )


def add_own_logs(
    bench: Workbench,
    *,
    officials: pl.DataFrame | None = None,
    actions: pl.DataFrame | None = None,
    accesses: pl.DataFrame | None = None,
    cases: pl.DataFrame | None = None,
) -> None:
    """Add `official`, `official_action`, `access_entry`, `known_case` and `own_log`.

    Args:
        bench: the night's tables.
        officials: `OFFICIAL_SCHEMA`.
        actions: `ACTION_SCHEMA`; None: no log of actions.
        accesses: `ACCESS_ENTRY_SCHEMA`; None: no log of accesses.
        cases: at least the columns of `CASE_SCHEMA`.
    """
    given = {
        "official": (officials, OFFICIAL_SCHEMA),
        "official_action": (actions, ACTION_SCHEMA),
        "access_entry": (accesses, ACCESS_ENTRY_SCHEMA),
        "known_case": (cases, CASE_SCHEMA),
    }
    for table, (frame, schema) in given.items():
        rows = pl.DataFrame(schema=schema) if frame is None else frame.select(list(schema))
        bench.add(table, rows)
    bench.add(
        "own_log",
        pl.DataFrame(
            {
                "log": list(OWN_LOGS),
                "state": ["missing" if log is None else "current" for log in (actions, accesses)],
            }
        ),
    )
