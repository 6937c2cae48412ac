"""What the manifest of an extract says beside its files.

Here: the manifest's content, control figures, completeness, the line of the access log. Never here:
rows or files. Next: `warehouse.extract_packages` signs it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from hub.extracts.contracts import Contract
from hub.programmes.catalogue import load_programmes, requirement_frame
from pipelines.steps.eligibility import Snapshot
from warehouse.access_log import AccessEntry
from warehouse.layout import Layout
from warehouse.ledger.extracts import ExtractRecord

SENDER = "national-welfare-data-hub"


@dataclass(frozen=True, slots=True)
class ExtractedRelease:
    """What a manifest says of the release that it was made from."""

    release_id: str
    digest: str = ""
    manifest_sha256: str = ""
    code_version: str = ""
    code_sha256: str = ""


def ministry_programmes(ministry: str) -> list[str]:
    """Return the codes of a ministry's programmes."""
    return [programme.code for programme in load_programmes() if programme.ministry == ministry]


def row_count(tables: Mapping[str, Any]) -> int:
    """Return the rows of all files of a package, each table once."""
    return sum(entry["rows"] for entry in tables.values())


def access_entry(record: ExtractRecord, contract: Contract) -> AccessEntry:
    """Return the line of the access log about a package."""
    return AccessEntry(
        actor="night",
        action="extract" if record.withdraws is None else "withdraw extract",
        object=f"{record.contract_id} {record.sequence} ({record.kind})",
        organisation=contract.ministry_en,
        role="ministry recipient",
        purpose=contract.purpose,
        legal_basis=contract.legal_basis,
        release=record.release_id,
        tables=[table.name for table in contract.tables],
        columns=[column.name for table in contract.tables for column in table.columns],
        rows=row_count(record.counts["tables"]),
    )


def package_folder(layout: Layout, record: ExtractRecord) -> Path:
    """Return where a package lies: `<outbox>/<ministry>/<contract>/<date>-<sequence>`."""
    return layout.outbox / record.ministry / record.contract_id / package_name(record)


def package_name(record: ExtractRecord) -> str:
    """Return the folder's name: `<date>-<sequence>`."""
    return f"{record.business_date:%Y%m%d}-{record.sequence:06d}"


def manifest_content(
    record: ExtractRecord, contract: Contract, release: ExtractedRelease, access_log_head: str
) -> dict[str, Any]:
    """Return the part of a manifest that every kind of package has."""
    rows = row_count(record.counts["tables"])
    message = f"{record.contract_id}-{record.sequence:06d}"
    return {
        "extract": message,
        "folder": f"{record.contract_id}/{package_name(record)}",
        "contract": record.contract_id,
        "contract_version": record.contract_version,
        "ministry": record.ministry,
        "purpose": contract.purpose,
        "legal_basis": contract.legal_basis,
        "business_date": record.business_date.isoformat(),
        "sequence": record.sequence,
        "kind": record.kind,
        "previous_manifest_sha256": record.previous_manifest_sha256,
        "release": record.release_id,
        "release_digest": release.digest,
        "release_manifest_sha256": release.manifest_sha256,
        "code_version": release.code_version,
        "code_sha256": release.code_sha256,
        "access_log_head": access_log_head,
        "snapshot": record.snapshot,
        "key_epoch": record.key_epoch,
        "created_at": record.created_at.isoformat(),
        "acknowledge_by": record.acknowledge_by.isoformat(),
        "tables": record.counts["tables"],
        # The header of an SP-DCI message, so that the same record can travel by its interfaces.
        "header": {
            "version": "1.0.0",
            "message_id": message,
            "message_ts": record.created_at.isoformat(),
            "action": "notify",
            "sender_id": SENDER,
            "receiver_id": record.ministry,
            "total_count": rows,
            "is_msg_encrypted": record.is_sealed,
        },
    }


def disclosure(frame: pl.DataFrame, contract: Contract) -> dict[str, Any]:
    """Return how unique people are on the contract's quasi-identifiers: k, and rows in small cells."""
    names = list(contract.quasi_identifiers)
    cells = frame.group_by(names).agg(pl.col("person_pseudonym").n_unique().alias("people"))
    small = cells.filter(pl.col("people") < contract.min_cell)
    return {
        "quasi_identifiers": names,
        "min_cell": contract.min_cell,
        "k": int(cells["people"].min()) if cells.height else None,  # type: ignore[arg-type]
        "small_cells": small.height,
        "people_in_small_cells": int(small["people"].sum()),
    }


def completeness(snapshot: Snapshot, ministry: str) -> dict[str, Any]:
    """Return the sources of a ministry's programmes that are late or missing."""
    programmes = [each for each in load_programmes() if each.ministry == ministry]
    needed = requirement_frame(programmes)["document_type"].unique()
    feeds = snapshot.feeds().filter(pl.col("document_type").is_in(needed.to_list()))
    by_state = {
        word: feeds.filter(pl.col("state") == state)["document_type"].sort().to_list()
        for state, word in (("stale", "late"), ("missing", "missing"))
    }
    return {
        "sources": feeds.height,
        **by_state,
        "is_complete": not any(by_state.values()),
    }
