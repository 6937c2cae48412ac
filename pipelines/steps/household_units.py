"""Family graph, dwellings and assistance units of one night, step by step.

Here: the order of the steps, and what the night before must tell. Never here: what they mean
(`hub/households/units.toml`, `warehouse/sql/households`), Dagster, the ledger. Next: profiles and
programmes read `assistance_unit_member`; `hub households show` reads `unit_membership`.

Needs the registered households of `pipelines.steps.households`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from hub.households.history import advance_history
from hub.households.unit_ids import NAME_SCHEMA, UNIT_EVENT_SCHEMA, name_units, tell_unit_events
from hub.households.units import MINTED, UnitRules, load_unit_rules
from hub.programmes.parameters import in_force, load_parameters
from warehouse.workbench import Workbench, sql_text

LAYER = "households"
UNIT_STATE = ("unit_family", "unit_id", "person_id", "role", "is_counted", "reason", "status")
MEMBERS = {
    "household_member": (
        "household_id",
        "person_id",
        "head_person_id",
        "relation_to_head",
        "valid_from",
        "valid_to",
        "document_type",
        "delivery_id",
        "line",
    ),
}
"""What residence and ties read of the registered households."""
GRAPH = {
    "family_graph": (
        "person_id",
        "relative_id",
        "relation",
        "basis",
        "status",
        "reason",
        "valid_from",
        "valid_to",
        "document_type",
        "delivery_id",
        "line",
    ),
}
"""What units read of the family graph, five times."""
TIE_STATE = ("tie_kind", "person_id", "relative_id", "relation", "status", "reason")


@dataclass(frozen=True, slots=True)
class UnitsBefore:
    """What the current release knew of units; empty on the first night.

    Tables of a release: `unit_name`, `unit_membership`, `family_tie`, `unit_event`.
    """

    names: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=NAME_SCHEMA))
    membership: pl.DataFrame = field(default_factory=pl.DataFrame)
    ties: pl.DataFrame = field(default_factory=pl.DataFrame)
    events: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=UNIT_EVENT_SCHEMA))


def build_units(bench: Workbench, before: UnitsBefore, key: bytes) -> Mapping[str, int]:
    """Build the family graph, the dwellings and the assistance units; return people by family.

    Args:
        bench: holds `night`, the families, `person`, `person_index`, `person_token`, `household`,
            `household_member` and `household_conflict`.
        before: tables of the current release.
        key: secret of the unit IDs' permutation; the same for ever.
    """
    night = _night(bench)
    build_assistance_units(bench, before.ties)
    _pass_through(bench, "unit_cluster")
    clusters = bench.frame("SELECT unit_family, member, cluster FROM unit_cluster")
    named = name_units(clusters, before.names, before.events, night, key)
    bench.add("unit_name", named.names)
    bench.build(LAYER, "dwelling")
    _pass_through(bench, "unit_member_tonight")
    tonight = bench.frame("SELECT * FROM unit_member_tonight")
    membership = advance_history(before.membership, tonight, UNIT_STATE, night)
    bench.add("unit_membership", membership)
    told = _events_of_borrowed_ids(before.membership, tonight, night)
    bench.add("unit_event", pl.concat([before.events, named.events, told]))
    for table in ("unit", "unit_conflict", "household_coverage"):
        bench.build(LAYER, table)
    counted = bench.connection.sql(
        "SELECT unit_family, count(*) FROM unit_member_tonight GROUP BY ALL ORDER BY ALL"
    )
    return dict(counted.fetchall())


def build_assistance_units(bench: Workbench, ties_before: pl.DataFrame | None = None) -> None:
    """Build `family_graph`, `couple`, `absence` and `assistance_unit_member`, and what they rest on.

    Args:
        bench: as for `build_units`.
        ties_before: `family_tie` of the current release; None on the first night.
    """
    night = _night(bench)
    _add_rules(bench, load_unit_rules().in_force(night), night)
    if not bench.has("household_standing"):
        bench.build(LAYER, "household_standing")
    bench.build(LAYER, "absence")
    with bench.holding(MEMBERS):
        for table in ("residence", "register_relation", "parent_tie", "spouse_tie"):
            _pass_through(bench, table)
    bench.build(LAYER, "couple")
    for table in ("tie_tonight", "tie_ended"):
        _pass_through(bench, table)
    ties = advance_history(
        pl.DataFrame() if ties_before is None else ties_before,
        bench.frame("SELECT * FROM tie_tonight"),
        TIE_STATE,
        night,
        ended=bench.frame("SELECT member, valid_from FROM tie_ended"),
    )
    bench.add("family_tie", ties)
    bench.build(LAYER, "family_graph")
    with bench.holding(GRAPH):
        for table in ("livelihood_place", "basic_livelihood_member"):
            _pass_through(bench, table)
        bench.build(LAYER, "assistance_unit_member")
        for table in ("pension_member", "single_parent_member"):
            _pass_through(bench, table)


def _pass_through(bench: Workbench, table: str) -> None:
    """Make a table that only the steps after it read."""
    bench.connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {table} AS {sql_text(LAYER, table)}"
    ).fetchall()


def _night(bench: Workbench) -> dt.date:
    day = bench.value("SELECT as_of FROM night")
    if not isinstance(day, dt.date):
        raise TypeError("table night, column as_of: expected a date")
    return day


def _add_rules(bench: Workbench, rules: UnitRules, night: dt.date) -> None:
    bench.add("unit_family", rules.families)
    bench.add("unit_rule", rules.rules)
    bench.add("unit_exclusion", rules.exclusions)
    bench.add("residential_facility", rules.facilities)
    # Without an amount in force nobody is known to earn enough to be a unit of their own.
    amounts = [
        value.amount
        for value in in_force(load_parameters(), night)
        if value.parameter == "median_income" and value.key == "1"
    ]
    bench.connection.execute(
        "CREATE OR REPLACE TEMP TABLE unit_median_income AS SELECT CAST(? AS BIGINT) AS amount",
        [amounts[0] if amounts else None],
    ).fetchall()


def _events_of_borrowed_ids(
    membership: pl.DataFrame, tonight: pl.DataFrame, night: dt.date
) -> pl.DataFrame:
    """Events of the units whose ID is a household's or a person's."""
    columns = ["unit_family", "unit_id", "person_id"]
    now = tonight.select(columns).filter(~pl.col("unit_family").is_in(list(MINTED)))
    if membership.is_empty():
        nobody = now.clear()
        return tell_unit_events(nobody, now, nobody, night)
    borrowed = membership.filter(~pl.col("unit_family").is_in(list(MINTED)))
    is_open = pl.col("recorded_to").is_null() & pl.col("valid_to").is_null()
    was = borrowed.filter(is_open).select(columns)
    former = borrowed.filter(~is_open).select(columns).unique()
    former = former.join(was, on=["unit_family", "unit_id"], how="anti")
    return tell_unit_events(was, now, former, night)
