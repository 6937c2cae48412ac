"""The tables that the person index remembers from night to night, and how a night changes them.

Here: their names and meanings, and the merge of what stays with what is new. Never here: what a
night touches (`touched`, `advance`), where the state lies (`warehouse.index_state`). Next: both.

Before a night: views `old_<table>`. After it: tables or views `all_<table>`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub.identity.statements import run

if TYPE_CHECKING:
    import duckdb

STATE = {
    "record_description": "one row a record (a distinct identifying content) and its description",
    "description": "one row a distinct description, standardised",
    "entity_description": "one row a description and its entity",
    "linkage_record": "one row what the model compares",
    "record_key": "one row a blocking key of a linkage record; near keys are in number_neighbour",
    "crowded_key": "one row a blocking key of too many records to be used, and how many it has",
    "number_neighbour": "one row an ID number's token and its near keys",
    "number_alias": "one row two numbers of one person, as an authority says",
    "pair_score": "one row a scored pair of linkage records",
    "entity_cluster": "one row an entity, its cluster and why, and its component",
    "review": "one row two entities that a person should look at",
    "decided_pair": "one row two records that a person has decided about",
}
"""The tables of an index's state; all but the last are in the identity zone."""


@dataclass(frozen=True, slots=True)
class Change:
    """How a night changes a table of the state.

    Rows whose `columns` are in the table `gone` go; what it adds is the table `added_<table>`.
    """

    gone: str | None = None
    columns: tuple[str, ...] = ()

    def anti_join(self, gone: str, alias: str) -> str:
        """Return the SQL that takes the rows of `gone` out of the table called `o`."""
        same = " AND ".join(f"{alias}.{column} = o.{column}" for column in self.columns)
        return f"ANTI JOIN {gone} AS {alias} ON {same}"


LOOKED_UP = frozenset({"description", "linkage_record", "record_key"})
"""The tables so wide or long that a night looks up what it needs of them; it holds the others whole."""

CHANGES = {
    "record_description": Change("gone_row", ("record_id",)),
    "description": Change("changed_description", ("description_id",)),
    "entity_description": Change("redone_description", ("description_id",)),
    "linkage_record": Change("redone_entity", ("entity_id",)),
    "record_key": Change("gone_record", ("record_id",)),
    "number_neighbour": Change(),
    "pair_score": Change("outdated_score", ("record_l", "record_r")),
    "entity_cluster": Change("settled_entity", ("entity_id",)),
}
"""The tables of which a night keeps most rows; the other ones are written anew."""


def merge(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    """Make the view `all_<table>`: the old rows that did not go, and the added ones."""
    change = CHANGES[table]
    anti_join = change.anti_join(change.gone, "g") if change.gone else ""
    run(
        connection,
        f"""
        CREATE OR REPLACE TEMP VIEW all_{table} AS
        SELECT o.* FROM old_{table} AS o {anti_join} UNION ALL BY NAME FROM added_{table}
        """,
    )


def take_all(connection: duckdb.DuckDBPyConnection, *tables: str) -> None:
    """Make the view `all_<table>` of what tonight made whole."""
    for table in tables:
        run(connection, f"CREATE OR REPLACE TEMP VIEW all_{table} AS FROM {table}")
