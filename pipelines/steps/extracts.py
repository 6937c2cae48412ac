"""What a ministry gets of a release: Parquet and CSV with a manifest that lets it check both.

Here: writing an extract whole or not at all. Never here: what a ministry may have
(`hub/extracts/contracts`) or where the key comes from (the vault). Next: the ministry fetches the
folder from the outbox.
"""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl

from hub.extracts.contracts import Contract, load_contract
from hub.extracts.pseudonyms import ministry_key, pseudonyms
from hub.programmes.catalogue import load_programmes
from warehouse.durable import published_folder, sha256_of
from warehouse.workbench import Workbench, sql_text

FILE_NAME = "entitled_people"


def _contracted(bench: Workbench, contract: Contract, key: bytes) -> pl.DataFrame:
    programmes = [p.code for p in load_programmes() if p.ministry == contract.code]
    text = sql_text("extracts", contract.table)
    # Read without building a table: rows with the hub's ids must not end up in a release.
    listed = ", ".join(f"'{code}'" for code in programmes)
    frame = bench.frame(text.replace("{{programmes}}", listed))
    own_key = ministry_key(key, contract.code)
    columns = [
        pseudonyms(frame[column.source.removesuffix("_id") + "_digest"], own_key).alias(column.name)
        if column.is_pseudonym
        else frame[column.source].alias(column.name)
        for column in contract.columns
    ]
    # The order of ids must not show through the pseudonyms.
    return pl.DataFrame(columns).sort(contract.key)


def write_extract(
    bench: Workbench,
    folder: Path,
    key: bytes,
    release: str,
    release_digest: str = "",
    *,
    ministry: str = "MOHW",
) -> dict[str, int]:
    """Write a ministry's extract to `folder`, which appears whole or not at all.

    Args:
        bench: holds the tables of `build_decisions`.
        folder: new folder; an existing one is kept as it is.
        key: secret of extracts, at least 16 bytes; a key of its own is derived for the ministry.
        release: name of the release, for example `r000001`.
        release_digest: SHA-256 of the release's manifest.
        ministry: code of the contract.

    Returns:
        Rows, people, and the control total in won.
    """
    contract = load_contract(ministry)
    frame = _contracted(bench, contract, key)
    total = int(frame[contract.control_total].sum())
    folder.parent.mkdir(parents=True, exist_ok=True)
    with published_folder(folder) as staging:
        files = {f"{FILE_NAME}.parquet": "parquet", f"{FILE_NAME}.csv": "csv"}
        frame.write_parquet(staging / f"{FILE_NAME}.parquet", compression="zstd")
        frame.write_csv(staging / f"{FILE_NAME}.csv")
        manifest = {
            "ministry": contract.code,
            "ministry_ko": contract.ministry_ko,
            "ministry_en": contract.ministry_en,
            "purpose": contract.purpose,
            "legal_basis": contract.legal_basis,
            "release": release,
            "release_digest": release_digest,
            "key": list(contract.key),
            "rows": frame.height,
            "control_total": {"column": contract.control_total, "won": total},
            "columns": [
                {"name": column.name, "type": column.type, "meaning": column.meaning}
                for column in contract.columns
            ],
            "files": [
                {
                    "name": name,
                    "format": kind,
                    "sha256": sha256_of(staging / name),
                    "bytes": (staging / name).stat().st_size,
                }
                for name, kind in files.items()
            ],
        }
        text = json.dumps(manifest, ensure_ascii=False, indent=2, sort_keys=True)
        (staging / "manifest.json").write_text(text + "\n", "utf-8")
    people = frame["person_pseudonym"].n_unique() if frame.height else 0
    return {"rows": frame.height, "people": people, "control_total_won": total}
