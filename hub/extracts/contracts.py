"""Contracts of ministries: which columns they get, what these mean, on which legal basis.

Here: reading and checking `contracts/<ministry>.odcs.yaml` (Open Data Contract Standard 3.1). Never
here: rows, or how contracts may change (`contract_changes`). Next: `pipelines.steps.extracts` writes
what a contract names, and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from hub.extracts.offered import ELIGIBILITY, OFFERED, POLARS_TYPES, PSEUDONYM_ENDING

CONTRACT_FOLDER = Path(__file__).parent / "contracts"
ENDING = ".odcs.yaml"
API_VERSION = "v3.1.0"
FORMATS = ("parquet", "csv", "csv-cp949", "fixed-width-cp949")
SEALING = ("required", "preferred")
"""`required`: without a recipient's key nothing leaves; `preferred`: it then leaves unsealed."""
ODCS_TYPES = {"text": "string", "date": "date", "boolean": "boolean", "won": "integer"}
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The same safe loader in C, ten times as fast, where it is there."""
_VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")
_TEXTS = ("ministryKo", "ministryEn", "purpose", "legalBasis")
_NUMBERS = (
    "keyEpoch",
    "minCell",
    "fullEveryDays",
    "stoppedDays",
    "acknowledgeWithinHours",
    "validDays",
    "retentionMonths",
)


class ContractError(ValueError):
    """A contract breaks a rule; the message names file, entry and field."""


@dataclass(frozen=True, slots=True)
class ContractColumn:
    """One column that a ministry gets."""

    name: str
    type: str
    meaning: str
    is_key: bool
    is_required: bool

    @property
    def is_pseudonym(self) -> bool:
        """Whether the value is made under the ministry's key."""
        return self.name.endswith(PSEUDONYM_ENDING)

    @property
    def source(self) -> str:
        """Column of the snapshot that it is made from."""
        return (
            self.name.removesuffix(PSEUDONYM_ENDING) + "_digest" if self.is_pseudonym else self.name
        )


@dataclass(frozen=True, slots=True)
class ContractTable:
    """One table of an extract."""

    name: str
    meaning: str
    columns: tuple[ContractColumn, ...]

    @property
    def key(self) -> tuple[str, ...]:
        """Columns that name a row."""
        return tuple(column.name for column in self.columns if column.is_key)

    @property
    def totals(self) -> tuple[str, ...]:
        """Columns of won, whose sums are control totals."""
        return tuple(column.name for column in self.columns if column.type == "won")

    @property
    def schema(self) -> dict[str, Any]:
        """Polars type of each column, in their order."""
        return {column.name: POLARS_TYPES[column.type] for column in self.columns}


@dataclass(frozen=True, slots=True)
class Contract:
    """What one ministry may have."""

    id: str
    version: str
    ministry: str
    ministry_ko: str
    ministry_en: str
    purpose: str
    legal_basis: str
    key_epoch: int
    min_cell: int
    quasi_identifiers: tuple[str, ...]
    formats: tuple[str, ...]
    recipients: tuple[str, ...]
    sealing: str
    full_every_days: int
    stopped_days: int
    acknowledge_within_hours: int
    valid_days: int
    retention_months: int
    tables: tuple[ContractTable, ...]
    text: str
    """The file, as it goes out beside the data."""

    @property
    def code(self) -> str:
        """Code of the ministry."""
        return self.ministry

    @property
    def key_label(self) -> str:
        """Label of the key of pseudonyms: another contract or ministry has another."""
        return f"extract/{self.ministry}/{self.id}"

    def table(self, name: str) -> ContractTable:
        """Return a table by name.

        Raises:
            ContractError: the contract has none of that name.
        """
        for table in self.tables:
            if table.name == name:
                return table
        raise ContractError(f"{self.id} has no table {name}")


def contracted_ministries(folder: Path = CONTRACT_FOLDER) -> tuple[str, ...]:
    """Return the codes of the ministries that have a contract, sorted."""
    return tuple(
        sorted(path.name.removesuffix(ENDING).upper() for path in folder.glob(f"*{ENDING}"))
    )


def load_contract(ministry: str, folder: Path = CONTRACT_FOLDER) -> Contract:
    """Read the contract of a ministry, for example `MOHW`, and hold it against its published past.

    Raises:
        ContractError: there is none, it breaks a rule, or it changed more than its version says.
    """
    from hub.extracts.contract_changes import check_against_published

    path = folder / f"{ministry.lower()}{ENDING}"
    if not path.exists():
        raise ContractError(f"no contract {path.name}: nothing may leave for {ministry}")
    contract = _read(str(path))
    if contract.ministry != ministry.upper():
        raise ContractError(
            f"{path.name}, property ministry: is not the ministry of the file's name"
        )
    check_against_published(contract, folder)
    return contract


def load_contracts(folder: Path = CONTRACT_FOLDER) -> tuple[Contract, ...]:
    """Read every contract, by ministry.

    Raises:
        ContractError: one of them breaks a rule.
    """
    return tuple(load_contract(ministry, folder) for ministry in contracted_ministries(folder))


def read_contract(path: Path) -> Contract:
    """Read one contract file without looking at what was published.

    Raises:
        ContractError: it breaks a rule.
    """
    return _read(str(path))


@lru_cache(maxsize=64)
def _read_text(name: str, text: str) -> Contract:
    try:
        content = yaml.load(text, Loader=_LOADER)  # noqa: S506  (a safe loader)
    except yaml.YAMLError:
        raise ContractError(f"{name}: no YAML") from None
    if not isinstance(content, dict):
        raise ContractError(f"{name}: expected a mapping")
    if (content.get("apiVersion"), content.get("kind")) != (API_VERSION, "DataContract"):
        raise ContractError(f"{name}: expected apiVersion {API_VERSION}, kind DataContract")
    for field in ("id", "version", "status"):
        if not isinstance(content.get(field), str) or not content[field].strip():
            raise ContractError(f"{name}, field {field}: expected text")
    if not _VERSION.fullmatch(content["version"]):
        raise ContractError(f"{name}, field version: expected MAJOR.MINOR.PATCH")
    custom = _custom(name, content.get("customProperties"))
    tables = tuple(_table(name, entry) for entry in content.get("schema") or ())
    if [table.name for table in tables] != [
        each for each in OFFERED if each in {t.name for t in tables}
    ]:
        raise ContractError(f"{name}, schema: expected {', '.join(OFFERED)}, each once at most")
    if not any(table.name == ELIGIBILITY for table in tables):
        raise ContractError(f"{name}, schema: {ELIGIBILITY} is missing")
    contract = Contract(
        id=content["id"],
        version=content["version"],
        ministry=custom["ministry"],
        ministry_ko=custom["ministryKo"],
        ministry_en=custom["ministryEn"],
        purpose=custom["purpose"],
        legal_basis=custom["legalBasis"],
        key_epoch=custom["keyEpoch"],
        min_cell=custom["minCell"],
        quasi_identifiers=tuple(custom["quasiIdentifiers"]),
        formats=tuple(custom["formats"]),
        recipients=tuple(custom["recipients"]),
        sealing=custom["sealing"],
        full_every_days=custom["fullEveryDays"],
        stopped_days=custom["stoppedDays"],
        acknowledge_within_hours=custom["acknowledgeWithinHours"],
        valid_days=custom["validDays"],
        retention_months=custom["retentionMonths"],
        tables=tables,
        text=text,
    )
    names = {column.name for column in contract.table(ELIGIBILITY).columns}
    for column in contract.quasi_identifiers:
        if column not in names:
            raise ContractError(f"{name}, property quasiIdentifiers: {column} is no column")
    return contract


def _read(path: str) -> Contract:
    file = Path(path)
    return _read_text(file.name, file.read_text("utf-8"))


def _custom(name: str, entries: object) -> dict[str, Any]:
    if not isinstance(entries, list) or not all(
        isinstance(entry, dict) and {"property", "value"} <= set(entry) for entry in entries
    ):
        raise ContractError(f"{name}, customProperties: expected a list of property and value")
    custom: dict[str, Any] = {entry["property"]: entry["value"] for entry in entries}
    if len(custom) != len(entries):
        raise ContractError(f"{name}, customProperties: a property stands twice")
    for field in (*_TEXTS, "ministry", "sealing"):
        if not isinstance(custom.get(field), str) or not custom[field].strip():
            raise ContractError(f"{name}, property {field}: expected text")
    for field in _NUMBERS:
        if type(custom.get(field)) is not int or custom[field] < 1:
            raise ContractError(f"{name}, property {field}: expected a number from 1")
    for field, allowed in (("formats", FORMATS), ("recipients", None), ("quasiIdentifiers", None)):
        found = custom.get(field)
        if not isinstance(found, list) or not found or len(set(map(str, found))) != len(found):
            raise ContractError(f"{name}, property {field}: expected a list, each entry once")
        if allowed and not set(found) <= set(allowed):
            raise ContractError(f"{name}, property {field}: expected of {', '.join(allowed)}")
    if custom["sealing"] not in SEALING:
        raise ContractError(f"{name}, property sealing: expected {' or '.join(SEALING)}")
    return custom


def _table(name: str, entry: Mapping[str, Any]) -> ContractTable:
    table = entry.get("name")
    offered = OFFERED.get(str(table))
    if offered is None:
        raise ContractError(f"{name}, schema {table}: expected of {', '.join(OFFERED)}")
    columns = tuple(_column(f"{name}, {table}", column) for column in entry.get("properties") or ())
    names = [column.name for column in columns]
    if len(set(names)) != len(names):
        raise ContractError(f"{name}, {table}: a column stands twice")
    for column, offer in offered.items():
        if offer.is_key and column not in names:
            raise ContractError(f"{name}, {table}: {column} is part of the key and is missing")
    for column_entry in columns:
        found = offered.get(column_entry.name)
        if found is None:
            raise ContractError(
                f"{name}, {table}, column {column_entry.name}: may not leave the hub"
            )
        if (found.type, found.is_key) != (column_entry.type, column_entry.is_key):
            raise ContractError(f"{name}, {table}, column {column_entry.name}: another type or key")
    return ContractTable(str(table), str(entry.get("description") or ""), columns)


def _column(place: str, entry: Mapping[str, Any]) -> ContractColumn:
    label, meaning, physical = (entry.get(each) for each in ("name", "description", "physicalType"))
    if not isinstance(label, str) or not isinstance(meaning, str) or not meaning.strip():
        raise ContractError(f"{place}: a column needs name and description")
    if not isinstance(physical, str) or ODCS_TYPES.get(physical) != entry.get("logicalType"):
        raise ContractError(f"{place}, column {label}: expected a physicalType and its logicalType")
    is_key = bool(entry.get("primaryKey", False))
    return ContractColumn(label, physical, meaning, is_key, bool(entry.get("required", False)))
