"""What a ministry gets of a night: its contract's columns, under its own pseudonyms, full or as delta.

Here: rows of one contract, the manifest, the chain. Never here: what a ministry may have
(`hub/extracts/contracts`), files (`warehouse.extract_packages`) or the scan of decisions
(`pipelines.steps.eligibility`). Next: the ministry fetches the folder from the outbox.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from hub.extracts.contracts import Contract, ContractTable, load_contract
from hub.extracts.deltas import OPERATION, OPERATIONS, changed_rows, delta_of
from hub.extracts.offered import ELIGIBILITY
from hub.extracts.pseudonyms import pseudonyms
from pipelines.steps.eligibility import Snapshot
from pipelines.steps.extract_chain import FULL, adopt_unfinished, is_full_due
from pipelines.steps.extract_manifest import (
    ExtractedRelease,
    access_entry,
    completeness,
    disclosure,
    manifest_content,
    ministry_programmes,
    package_folder,
    row_count,
)
from warehouse.access_log import AccessLog
from warehouse.extract_packages import plain_folder, write_package, write_tables
from warehouse.keys import KeyProvider
from warehouse.layout import Layout
from warehouse.ledger import Ledger
from warehouse.ledger.extracts import ExtractRecord
from warehouse.sealing import recipient_keys
from warehouse.signing import signing_key

DELTA = "delta"
Counts = dict[str, int]


@dataclass(frozen=True, slots=True)
class ExtractDesk:
    """Everything that all extracts of a night share."""

    layout: Layout
    ledger: Ledger
    keys: KeyProvider
    release: ExtractedRelease
    snapshot: Snapshot
    access_log: AccessLog

    def earlier(self, name: str) -> Snapshot | None:
        """Return an earlier snapshot, if it is still there."""
        found = Snapshot(self.layout.extracts / name)
        return found if name and found.folder.exists() else None


def contracted_rows(snapshot: Snapshot, contract: Contract) -> dict[str, pl.DataFrame]:
    """Return each table of a contract: its columns and its rows, in no order.

    Where a pseudonym will stand, there is still the digest that it is made from (Binary): states are
    compared by these, and only what goes into a file is given its pseudonyms.
    """
    programmes = ministry_programmes(contract.ministry)
    shown_after = snapshot.business_date - dt.timedelta(contract.stopped_days)
    frames = {}
    for table in contract.tables:
        rows = snapshot.rows(table.name, programmes)
        if table.name == ELIGIBILITY:
            is_old = (pl.col("standing") == "stopped") & (pl.col("standing_since") <= shown_after)
            rows = rows.filter(~is_old)
        frames[table.name] = rows.select(
            pl.col(column.source)
            .cast(pl.Binary if column.is_pseudonym else table.schema[column.name])
            .alias(column.name)
            for column in table.columns
        )
    return frames


def under_pseudonyms(frame: pl.DataFrame, table: ContractTable, own_key: bytes) -> pl.DataFrame:
    """Return rows of `contracted_rows` with the ministry's own pseudonyms instead of digests."""
    return frame.with_columns(
        pseudonyms(frame[column.name], own_key) for column in table.columns if column.is_pseudonym
    )


def write_extract(desk: ExtractDesk, ministry: str, *, full: bool = False) -> Counts:
    """Write the extract of one ministry; what went out for this night and release already stays.

    Args:
        desk: what the night's extracts share.
        ministry: code of the contract.
        full: write a full extract even where a delta is due.

    Returns:
        Rows and sequence; `withheld` 1 where the contract wants a seal and there is no key.

    Raises:
        ContractError: there is no contract, or it breaks a rule.
    """
    contract = load_contract(ministry)
    adopt_unfinished(desk.layout, desk.ledger, contract, desk.keys)
    chain = desk.ledger.extracts(contract.id)
    head = chain[-1] if chain else None
    night = desk.snapshot.business_date
    if head is not None and not full and _is_of_tonight(head, desk, contract):
        return {"sequence": head.sequence, "rows": row_count(head.counts["tables"]), "written": 0}
    recipients = [key for name in contract.recipients for key in recipient_keys(desk.layout, name)]
    if not recipients and contract.sealing == "required":
        return {"rows": 0, "written": 0, "withheld": 1}
    now = contracted_rows(desk.snapshot, contract)
    base = desk.earlier(head.snapshot) if head is not None else None
    is_full = full or base is None or is_full_due(chain, contract, night)
    before = None if base is None or is_full else contracted_rows(base, contract)
    # A base that is not what was sent (a programme changed hands, for example) is no base.
    is_full = before is None or head is None or not _is_what_was_sent(before, contract, head)
    own_key = desk.keys.key(contract.key_label, contract.key_epoch)
    files = {
        table.name: _file_rows(
            None if before is None or is_full else before[table.name],
            now[table.name],
            table,
            own_key,
        )
        for table in contract.tables
    }
    tables = {table.name: _measured(table.name, files, now, contract) for table in contract.tables}
    record = _written(desk, contract, head, files, tables, FULL if is_full else DELTA, recipients)
    desk.ledger.add_extract(record)
    return {"sequence": record.sequence, "rows": row_count(tables), "written": 1} | {
        f"{table}_after": entry["after"]["rows"] for table, entry in tables.items()
    }


def _file_rows(
    before: pl.DataFrame | None, now: pl.DataFrame, table: ContractTable, own_key: bytes
) -> pl.DataFrame:
    """Return what the file of a table holds: all rows, or the delta from the rows `before`.

    Both are in the order of the pseudonyms: that of ids must not show through them.
    """
    if before is None:
        return under_pseudonyms(now, table, own_key).sort(table.key)
    was, came = (
        under_pseudonyms(rows, table, own_key) for rows in changed_rows(before, now, table.key)
    )
    return delta_of(was, came, table.key)


def _is_of_tonight(head: ExtractRecord, desk: ExtractDesk, contract: Contract) -> bool:
    return (head.snapshot, head.contract_version) == (desk.snapshot.name, contract.version)


def _is_what_was_sent(
    before: Mapping[str, pl.DataFrame], contract: Contract, head: ExtractRecord
) -> bool:
    sent = head.counts["tables"]
    return all(
        table.name in sent and _after(before[table.name], table) == sent[table.name]["after"]
        for table in contract.tables
    )


def _after(frame: pl.DataFrame, table: ContractTable) -> dict[str, Any]:
    """Rows and control totals of a table once it is loaded."""
    return {
        "rows": frame.height,
        "totals": {name: int(frame[name].sum() or 0) for name in table.totals},
    }


def _written(
    desk: ExtractDesk,
    contract: Contract,
    head: ExtractRecord | None,
    files: Mapping[str, pl.DataFrame],
    tables: Mapping[str, Any],
    kind: str,
    recipients: list[str],
) -> ExtractRecord:
    night, created = desk.snapshot.business_date, dt.datetime.now(dt.UTC).replace(microsecond=0)
    sequence = 1 if head is None else head.sequence + 1
    record = ExtractRecord(
        contract_id=contract.id,
        sequence=sequence,
        contract_version=contract.version,
        ministry=contract.ministry,
        business_date=night,
        release_id=desk.release.release_id,
        snapshot=desk.snapshot.name,
        kind=kind,
        key_epoch=contract.key_epoch,
        is_sealed=bool(recipients),
        manifest_sha256="",
        previous_manifest_sha256="" if head is None else head.manifest_sha256,
        created_at=created,
        acknowledge_by=created + dt.timedelta(hours=contract.acknowledge_within_hours),
        counts={"tables": tables},
    )
    # The line is on the disk before anything is in the outbox.
    logged = desk.access_log.append(access_entry(record, contract))
    content = manifest_content(record, contract, desk.release, logged.sha256) | {
        "base_sequence": head.sequence if kind == DELTA and head is not None else None,
        "valid_until": (night + dt.timedelta(contract.valid_days)).isoformat(),
        "completeness": completeness(desk.snapshot, contract.ministry),
        "rule_versions": desk.snapshot.rule_versions(ministry_programmes(contract.ministry)),
    }
    with plain_folder(desk.layout.extracts / "work" / contract.id) as work:
        digest = write_package(
            package_folder(desk.layout, record),
            write_tables(work, files, contract.formats),
            contract.text,
            content,
            signing_key(desk.keys),
            recipients,
        )
    return replace(record, manifest_sha256=digest)


def _measured(
    table: str,
    files: Mapping[str, pl.DataFrame],
    now: Mapping[str, pl.DataFrame],
    contract: Contract,
) -> dict[str, Any]:
    """Count a table: rows and sums of the file, and those after it was loaded."""
    written, after, described = files[table], now[table], contract.table(table)
    entry: dict[str, Any] = {
        "key": list(described.key),
        "rows": written.height,
        "totals": {name: int(written[name].sum() or 0) for name in described.totals},
        "after": _after(after, described),
        "dates": {
            name: [str(after[name].min()), str(after[name].max())]
            for name, kind in described.schema.items()
            if kind == pl.Date and after.height
        },
    }
    if OPERATION in written.columns:
        held = dict(written.group_by(OPERATION).len().iter_rows())
        entry["operations"] = {each: int(held.get(each, 0)) for each in OPERATIONS}
    if table == ELIGIBILITY:
        entry["disclosure"] = disclosure(after, contract)
    return entry
