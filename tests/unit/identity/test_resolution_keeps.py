"""An unchanged entity keeps its person while somebody else fits only about as well."""

from __future__ import annotations

import polars as pl
import pytest

from hub.identity.resolution import Constraints, Thresholds, resolve_entities

FORMER, NEWCOMER, LOOSE = 1, 2, 3
ENTITIES = pl.DataFrame(
    {"entity_id": [FORMER, NEWCOMER, LOOSE], "kind": ["registered", "registered", "loose"]},
    schema_overrides={"entity_id": pl.UInt64},
)


def resolved(former, newcomer, together):
    """Return the cluster of the loose entity, and the kinds of question, for two weights."""
    pairs = pl.DataFrame(
        [(FORMER, LOOSE, former, former), (NEWCOMER, LOOSE, newcomer, newcomer)],
        schema={"entity_l": pl.UInt64, "entity_r": pl.UInt64,
                "match_weight": pl.Float64, "stranger_weight": pl.Float64},
        orient="row",
    )  # fmt: skip
    result = resolve_entities(ENTITIES, pairs, Thresholds(), Constraints(together=together))
    clusters = dict(result.entities.select("entity_id", "cluster").iter_rows())
    return clusters[LOOSE], set(result.reviews["kind"])


BEFORE = {FORMER: "P1", LOOSE: "P1"}


@pytest.mark.parametrize(
    ("former", "newcomer", "together", "cluster", "asked"),
    [
        (12.0, 10.0, {}, LOOSE, {"ambiguous"}),
        (12.0, 10.0, BEFORE, FORMER, {"kept"}),
        (10.0, 12.0, BEFORE, FORMER, {"kept"}),
        (10.0, 12.0, {LOOSE: "P1"}, LOOSE, {"ambiguous"}),
        (10.0, 15.0, BEFORE, NEWCOMER, set()),
        (2.5, 6.2, BEFORE, LOOSE, {"ambiguous"}),
    ],
)
def test_who_was_together_stays_so_within_the_margin(former, newcomer, together, cluster, asked):
    found, kinds = resolved(former, newcomer, together)
    assert found == cluster
    assert asked <= kinds
    assert ("ambiguous" in kinds) == ("ambiguous" in asked)
