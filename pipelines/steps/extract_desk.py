"""The desk of a night's extracts: release, snapshot, keys and log, opened once.

Here: gathering what `pipelines.steps.extracts` needs. Never here: rows or files. Next: assets and
`hub extract write` ask for a desk and write extracts with it.
"""

from __future__ import annotations

import datetime as dt

from pipelines.steps.context import NightContext
from pipelines.steps.eligibility import Snapshot, snapshot_name, take_snapshot
from pipelines.steps.extracts import ExtractDesk, ExtractedRelease
from warehouse.access_log import AccessLog
from warehouse.keys import key_provider
from warehouse.layout import Layout
from warehouse.ledger import Ledger
from warehouse.release_files import TABLES, Release
from warehouse.releases import current
from warehouse.workbench import Workbench


def extract_desk(context: NightContext) -> ExtractDesk:
    """Return the desk of the night's extracts; the first call of a night scans the release.

    Raises:
        LookupError: nothing has been released.
    """
    release = current(context.layout)
    if release is None:
        raise LookupError("no release yet; run `hub night` first")
    sums = {each.release_id: each.manifest_sha256 for each in context.ledger.releases()}
    manifest = release.manifest
    return ExtractDesk(
        layout=context.layout,
        ledger=context.ledger,
        keys=key_provider(context.layout),
        release=ExtractedRelease(
            release.release_id,
            release.digest,
            sums.get(release.release_id, ""),
            manifest.code_version,
            manifest.code_sha256,
        ),
        snapshot=_snapshot(context.layout, context.ledger, release, context.night),
        access_log=AccessLog(context.layout),
    )


def _snapshot(layout: Layout, ledger: Ledger, release: Release, night: dt.date) -> Snapshot:
    known = Snapshot(layout.extracts / snapshot_name(night, release.release_id))
    if known.folder.exists():
        return known
    heads = {record.contract_id: record.snapshot for record in ledger.extracts()}
    with Workbench(release.folder / TABLES, layout.home / "spill") as bench:
        return take_snapshot(bench, layout.extracts, night, release.release_id, set(heads.values()))
