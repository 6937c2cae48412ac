"""The registered households of one night, step by step.

Here: the order of the household steps. Never here: what they mean (`hub.households`,
`warehouse/sql/households`), Dagster, the ledger.

Written are `household_member`, `household`, `household_conflict`, `household_standing` and
`household_event`. Next: `pipelines.steps.household_units`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from hub.households.registered import assign_household_ids
from warehouse.workbench import Workbench, sql_text

LAYER = "households"
HELD = {
    "person_index": ("signature_id", "person_id"),
    "person": ("person_id", "birth_date", "sex", "is_foreign", "death_date"),
}
"""What the statements of households and units join again and again: hold it while they run."""


@dataclass(frozen=True, slots=True)
class HouseholdResult:
    """What the night must remember of its households.

    `members`: (`member`, `household_id`), the `previous` of the next night; `member` names a stay.
    `coverage`: people by reason, `member` for those with a household.
    """

    members: pl.DataFrame
    events: pl.DataFrame
    next_sequence: int
    coverage: Mapping[str, int]


def no_stays() -> pl.DataFrame:
    """Return the membership before the first night."""
    return pl.DataFrame(schema={"member": pl.String, "household_id": pl.String})


def build_households(
    bench: Workbench, previous: pl.DataFrame, next_sequence: int, key: bytes
) -> HouseholdResult:
    """Build the registered households in `bench`.

    Args:
        bench: holds `night`, `f02_resident_household_address`, `person_index`, `person_token`
            and `person`.
        previous: (`member`, `household_id`) of the last night; see `no_stays`.
        next_sequence: first sequence number that has not been minted.
        key: secret of the household IDs' permutation; the same for ever.
    """
    connection = bench.connection
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE residence_spell AS {sql_text(LAYER, 'residence_spell')}"
    ).fetchall()
    clusters = bench.frame(
        "SELECT member, household_no AS cluster FROM residence_spell ORDER BY member"
    )
    assigned = assign_household_ids(clusters, previous, next_sequence, key)
    connection.register("household_assignment", assigned.members)
    for table in ("household_member", "household", "household_conflict", "household_standing"):
        bench.build(LAYER, table)
    bench.add("household_event", assigned.events)
    connection.unregister("household_assignment")
    coverage = dict(
        connection.sql("SELECT standing, count(*) FROM household_standing GROUP BY ALL").fetchall()
    )
    return HouseholdResult(assigned.members, assigned.events, assigned.next_sequence, coverage)
