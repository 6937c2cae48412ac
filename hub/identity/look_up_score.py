"""What candidates of a look-up are worth, as one SQL statement.

Here: one asked record against its candidates. Never here: the weights (`pair_weight`) or which
candidates (`look_up`). Next: `look_up` runs it for every question.
"""

from __future__ import annotations

from hub.identity.linkage_model import LinkageModel
from hub.identity.pair_weight import beside_sql, compared_columns, frequency_column, weighed_sql

__all__ = ["frequency_column", "look_up_sql"]

_KEPT = ("person_id", "entity_id", "record_id")


def look_up_sql(model: LinkageModel, asked: str, candidates: str) -> str:
    """Return the SQL that scores every row of `candidates` against the one row of `asked`.

    Both tables have `RECORD_COLUMNS` and, for each column with frequencies in the model, its
    `frequency_column`; `candidates` also has `person_id`, `entity_id` and `record_id`, which the
    result has beside what `pair_weight.weighed_sql` gives with levels.
    """
    columns = [*compared_columns(model), *map(frequency_column, model.frequencies)]
    kept = ", ".join(f"c.{column}" for column in _KEPT)
    paired = f"""
        SELECT {kept}, {beside_sql(columns, "a", "c")} FROM {candidates} AS c CROSS JOIN {asked} AS a
    """
    return weighed_sql(model, paired, _KEPT, with_levels=True)
