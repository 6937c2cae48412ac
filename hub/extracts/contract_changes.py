"""How contracts may change: differences, their class, and the versions that were published.

Here: comparing two contracts, the lock `published.json`. Never here: reading one contract
(`contracts`). Next: loading a contract holds it against the lock; `hub contract diff` shows what
a change means for those who load the extract.

Semantic versions: a breaking change needs a new major version, an addition a new minor one, other
words a new patch. A published version never changes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any

from hub.extracts.contracts import CONTRACT_FOLDER, Contract, ContractError

LOCK = "published.json"
_UNCOMPARED = frozenset({"text", "version", "tables"})
_BREAKING_TERMS = frozenset({"id", "ministry", "purpose", "legal_basis", "sealing", "stopped_days"})
_WORDS = frozenset({"ministry_ko", "ministry_en"})


class ChangeClass(IntEnum):
    """How grave a change is; a higher one needs a higher version."""

    EDITORIAL = 1
    ADDITIVE = 2
    BREAKING = 3


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two versions."""

    place: str
    what: str
    change_class: ChangeClass


def contract_terms(contract: Contract) -> dict[str, Any]:
    """Return everything that a contract promises, as plain JSON values."""
    promised = {name: value for name, value in asdict(contract).items() if name != "text"}
    terms: dict[str, Any] = json.loads(json.dumps(promised))
    return terms


def terms_digest(terms: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a contract's terms."""
    text = json.dumps(terms, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """Return every difference between the terms of two contracts, the gravest first."""
    found = [
        Change(name, f"{old.get(name)} → {new.get(name)}", _term_class(name, old, new))
        for name in sorted(set(old) | set(new) - _UNCOMPARED)
        if name not in _UNCOMPARED and old.get(name) != new.get(name)
    ]
    before = {table["name"]: table for table in old["tables"]}
    after = {table["name"]: table for table in new["tables"]}
    for name in sorted(set(before) | set(after)):
        if name not in after:
            found.append(Change(name, "table removed", ChangeClass.BREAKING))
        elif name not in before:
            found.append(Change(name, "table added", ChangeClass.ADDITIVE))
        else:
            found += _table_changes(name, before[name], after[name])
    return sorted(found, key=lambda change: (-change.change_class, change.place, change.what))


def _term_class(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> ChangeClass:
    if name in _WORDS:
        return ChangeClass.EDITORIAL
    if name in {"formats", "recipients"}:
        lost = set(old.get(name) or ()) - set(new.get(name) or ())
        return ChangeClass.BREAKING if lost else ChangeClass.ADDITIVE
    return ChangeClass.BREAKING if name in _BREAKING_TERMS else ChangeClass.ADDITIVE


def _table_changes(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    found = []
    if old["meaning"] != new["meaning"]:
        found.append(Change(name, "described in other words", ChangeClass.EDITORIAL))
    before = {column["name"]: column for column in old["columns"]}
    after = {column["name"]: column for column in new["columns"]}
    kept = [column for column in before if column in after]
    # Fixed-width files and readers by position rest on the order: new columns may only follow.
    if list(after)[: len(kept)] != kept:
        found.append(Change(name, "columns in another order", ChangeClass.BREAKING))
    for column in sorted(set(before) | set(after)):
        place = f"{name}.{column}"
        if column not in after:
            found.append(Change(place, "column removed", ChangeClass.BREAKING))
        elif column not in before:
            grave = ChangeClass.BREAKING if after[column]["is_key"] else ChangeClass.ADDITIVE
            found.append(Change(place, "column added", grave))
        else:
            found += _column_changes(place, before[column], after[column])
    return found


def _column_changes(place: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    found = [
        Change(place, f"{field}: {old[field]} → {new[field]}", ChangeClass.BREAKING)
        for field in ("type", "is_key")
        if old[field] != new[field]
    ]
    if old["is_required"] != new["is_required"]:
        # Who loads it may have no place for an empty value.
        grave = ChangeClass.ADDITIVE if new["is_required"] else ChangeClass.BREAKING
        found.append(Change(place, f"required: {new['is_required']}", grave))
    if old["meaning"] != new["meaning"]:
        found.append(Change(place, "described in other words", ChangeClass.EDITORIAL))
    return found


def required_class(old_version: str, new_version: str) -> ChangeClass | None:
    """Return the gravest change that the step between two versions allows; None if it is no step up."""
    old, new = (tuple(map(int, version.split("."))) for version in (old_version, new_version))
    if new <= old:
        return None
    if new[0] > old[0]:
        return ChangeClass.BREAKING
    return ChangeClass.ADDITIVE if new[1] > old[1] else ChangeClass.EDITORIAL


def published_terms(contract_id: str, folder: Path = CONTRACT_FOLDER) -> dict[str, dict[str, Any]]:
    """Return the terms of every published version of a contract, by version, oldest first.

    Raises:
        ContractError: the lock was altered: a published version is not what its digest says.
    """
    path = folder / LOCK
    lock = json.loads(path.read_text("utf-8")) if path.exists() else {}
    versions: dict[str, dict[str, Any]] = {}
    ordered = sorted(lock.get(contract_id, {}).items(), key=lambda item: _numbers(item[0]))
    for version, entry in ordered:
        if terms_digest(entry["terms"]) != entry["sha256"]:
            raise ContractError(
                f"{LOCK}: {contract_id} {version} was altered after it was published"
            )
        versions[version] = entry["terms"]
    return versions


def check_against_published(contract: Contract, folder: Path = CONTRACT_FOLDER) -> None:
    """Hold a contract against the versions that were published.

    Raises:
        ContractError: a published version was changed, or a change is graver than its version says.
    """
    published = published_terms(contract.id, folder)
    if not published:
        return
    terms = contract_terms(contract)
    if contract.version in published:
        if published[contract.version] != terms:
            raise ContractError(
                f"{contract.id} {contract.version} is published and may not change; "
                "`hub contract diff` says which version the change needs"
            )
        return
    newest = max(published, key=_numbers)
    changes = differences(published[newest], terms)
    gravest = max((change.change_class for change in changes), default=ChangeClass.EDITORIAL)
    allowed = required_class(newest, contract.version)
    if allowed is None or allowed < gravest:
        needed = {1: "patch", 2: "minor", 3: "major"}[int(gravest)]
        raise ContractError(
            f"{contract.id}: the change from {newest} to {contract.version} is "
            f"{gravest.name.lower()} ({changes[0].place if changes else 'version'}) and needs a new "
            f"{needed} version"
        )


def publish_version(contract: Contract, folder: Path = CONTRACT_FOLDER) -> bool:
    """Enter a contract's version in the lock; return whether it was new.

    Raises:
        ContractError: the version does not allow the change.
    """
    check_against_published(contract, folder)
    path = folder / LOCK
    lock = json.loads(path.read_text("utf-8")) if path.exists() else {}
    versions = lock.setdefault(contract.id, {})
    if contract.version in versions:
        return False
    terms = contract_terms(contract)
    versions[contract.version] = {"sha256": terms_digest(terms), "terms": terms}
    path.write_text(json.dumps(lock, ensure_ascii=False, indent=1, sort_keys=True) + "\n", "utf-8")
    return True


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))
