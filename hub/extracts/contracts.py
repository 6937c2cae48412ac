"""Contracts of ministries: which columns they get, what these mean, on which legal basis.

Here: reading and checking `contracts/`. Never here: rows. Next: `pipelines.steps.extracts` writes
what a contract names, and nothing else.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

CONTRACT_FOLDER = Path(__file__).parent / "contracts"
COLUMN_TYPES = frozenset({"text", "date", "boolean", "won"})
PSEUDONYM_ENDING = "_pseudonym"
"""Columns of this ending are pseudonyms made from the column of the same name with `_id`."""


class ContractError(ValueError):
    """A contract breaks a rule; the message names file, entry and field."""


@dataclass(frozen=True, slots=True)
class ContractColumn:
    """One column that a ministry gets."""

    name: str
    type: str
    meaning: str

    @property
    def is_pseudonym(self) -> bool:
        """Whether the value is made under the ministry's key."""
        return self.name.endswith(PSEUDONYM_ENDING)

    @property
    def source(self) -> str:
        """Column of the extract's table that it is made from."""
        return self.name.removesuffix(PSEUDONYM_ENDING) + "_id" if self.is_pseudonym else self.name


@dataclass(frozen=True, slots=True)
class Contract:
    """What one ministry may have."""

    code: str
    ministry_ko: str
    ministry_en: str
    purpose: str
    legal_basis: str
    table: str
    control_total: str
    key: tuple[str, ...]
    columns: tuple[ContractColumn, ...]


def load_contract(ministry: str, folder: Path = CONTRACT_FOLDER) -> Contract:
    """Read the contract of a ministry, for example `MOHW`.

    Raises:
        ContractError: there is none, or it breaks a rule.
    """
    path = folder / f"{ministry.lower()}.toml"
    if not path.exists():
        raise ContractError(f"no contract {path.name}: nothing may leave for {ministry}")
    entry = tomllib.loads(path.read_text("utf-8"))
    for field in ("code", "ministry_ko", "ministry_en", "purpose", "legal_basis", "table"):
        if not isinstance(entry.get(field), str) or not entry[field].strip():
            raise ContractError(f"{path.name}, field {field}: expected text")
    columns = []
    for number, column in enumerate(entry.get("column", []), start=1):
        place = f"{path.name}, column {number}"
        if set(column) != {"name", "type", "meaning"}:
            raise ContractError(f"{place}: expected name, type and meaning")
        if column["type"] not in COLUMN_TYPES:
            raise ContractError(f"{place}, field type: expected {', '.join(sorted(COLUMN_TYPES))}")
        if column["name"].endswith("_id"):
            raise ContractError(f"{place}, field name: an id of the hub never leaves it")
        columns.append(ContractColumn(**column))
    names = [column.name for column in columns]
    for field in (*entry.get("key", []), entry.get("control_total")):
        if field not in names:
            raise ContractError(f"{path.name}: {field} is no column of the contract")
    return Contract(
        **{
            name: entry[name]
            for name in ("code", "ministry_ko", "ministry_en", "purpose", "legal_basis", "table")
        },
        control_total=entry["control_total"],
        key=tuple(entry["key"]),
        columns=tuple(columns),
    )
