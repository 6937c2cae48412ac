"""Taking an extract back: a signed statement in the chain, never a silent replacement.

Here: the withdrawal package. Never here: other packages (`pipelines.steps.extracts`). Next: the
ministry undoes what it loaded; the next extract of the contract is full.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from hub.extracts.contracts import contracted_ministries, load_contract
from pipelines.steps.extract_chain import WITHDRAWAL, adopt_unfinished, withdrawn_sequences
from pipelines.steps.extract_manifest import (
    ExtractedRelease,
    access_entry,
    manifest_content,
    package_folder,
)
from warehouse.access_log import AccessLog
from warehouse.extract_packages import write_package
from warehouse.keys import KeyProvider
from warehouse.layout import Layout
from warehouse.ledger import Ledger
from warehouse.ledger.extracts import ExtractRecord
from warehouse.signing import signing_key


class WithdrawalError(Exception):
    """An extract cannot be taken back; the message says why."""


def withdraw_extract(
    layout: Layout,
    ledger: Ledger,
    keys: KeyProvider,
    contract_id: str,
    sequence: int,
    *,
    actor: str,
    reason: str,
) -> ExtractRecord:
    """Write a withdrawal into the chain and return its record.

    Raises:
        WithdrawalError: no such extract, it is taken back already, or there is no reason.
    """
    if not reason.strip():
        raise WithdrawalError("a withdrawal has a reason; the ministry will read it")
    contracts = {each.id: each for each in map(load_contract, contracted_ministries())}
    if contract_id not in contracts:
        raise WithdrawalError(f"no contract {contract_id}; see `hub contract list`")
    contract = contracts[contract_id]
    adopt_unfinished(layout, ledger, contract, keys)
    chain = ledger.extracts(contract_id)
    meant = next((each for each in chain if each.sequence == sequence), None)
    if meant is None or meant.kind == WITHDRAWAL:
        raise WithdrawalError(f"no extract {contract_id} {sequence}; see `hub extract list`")
    if sequence in withdrawn_sequences(chain):
        raise WithdrawalError(f"{contract_id} {sequence} was taken back already")
    head, created = chain[-1], dt.datetime.now(dt.UTC).replace(microsecond=0)
    record = replace(
        meant,
        sequence=head.sequence + 1,
        snapshot="",
        kind=WITHDRAWAL,
        is_sealed=False,
        previous_manifest_sha256=head.manifest_sha256,
        created_at=created,
        acknowledge_by=created + dt.timedelta(hours=contract.acknowledge_within_hours),
        withdraws=sequence,
        counts={"tables": {}},
    )
    line = replace(access_entry(record, contract), actor=actor, reason=reason)
    logged = AccessLog(layout).append(line)
    release = ExtractedRelease(meant.release_id)
    content = manifest_content(record, contract, release, logged.sha256) | {
        "withdraws": {
            "sequence": sequence,
            "manifest_sha256": meant.manifest_sha256,
            "reason": reason,
        }
    }
    folder = package_folder(layout, record)
    digest = write_package(folder, [], "", content, signing_key(keys), [])
    record = replace(record, manifest_sha256=digest)
    ledger.add_extract(record)
    return record
