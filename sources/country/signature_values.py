"""What identifies a signature: its values, and the number that they give it.

Here: the same number as the hub computes for a row (`warehouse/families.py`), over open national
IDs instead of tokens. Never here: which values a sender writes. Next: `signatures` numbers what
senders tell, `signature_changes` what they tell anew.
"""

from __future__ import annotations

import duckdb
import polars as pl

VALUES = ("national_id", "full_name", "birth_date", "sex", "nationality", "address")
"""The values of a signature, in the order in which they are numbered."""

_JOINED = ", ".join(f"coalesce(CAST({value} AS VARCHAR), '')" for value in VALUES)
_NUMBERED = f"""SELECT md5_number_lower(concat_ws(chr(31), institution_group, {_JOINED})) AS signature_id
FROM described"""


def with_signature_ids(described: pl.DataFrame) -> pl.DataFrame:
    """Return `described` (`VALUES` and institution_group) with `signature_id` (UInt64) in front.

    Equal contents have equal numbers, whatever else stands beside them.
    """
    with duckdb.connect() as connection:
        connection.execute("SET preserve_insertion_order = true").fetchall()
        connection.register("described", described.select("institution_group", *VALUES).to_arrow())
        numbers = pl.DataFrame(connection.sql(_NUMBERED).to_arrow_table())["signature_id"]
    return described.select(numbers, pl.exclude("signature_id"))
