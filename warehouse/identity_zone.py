"""The identity zone: Parquet files that only the holder of the hub's key can read.

Here: writing and reading encrypted Parquet (Parquet Modular Encryption, AES-GCM), and the names by
which a file says under which epoch of the key it was written. The only module that hands a key to
polars or pyarrow, whose interfaces for this may still change. Never here: what lies in a file.
Next: the lake (`warehouse.lake`), signatures (`warehouse.workbench`) and the index's state.

Every page and the footer are authenticated together with what the file is part of (`Bound`). So a
flipped bit, a file in another file's place and the wrong key are all refused, never read as data.

| file | written |
|---|---|
| `<stem>.e<epoch>.parquet` | encrypted with the key `identity/<epoch>` |
| `<stem>.parquet` | by an older hub, plain; read, never written (`hub vault encrypt-lake`) |
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
from duckdb.sqltypes import UUID
from pyarrow.parquet.encryption import create_decryption_properties, create_encryption_properties

from hub.expected_error import ExpectedError
from warehouse.keys import KeyProvider, key_provider
from warehouse.layout import Layout

LABEL = "identity"
ROWS_OF_GROUP = 122_880
"""Rows of one row group: what DuckDB reads at a time."""
_NAME = re.compile(r"(?P<stem>.+?)(?:\.e(?P<epoch>[1-9]\d*))?\.parquet")
_COMPRESSION_LEVEL = 1
_UUIDS = b"duckdb_uuid"
"""Key of the names of columns that are UUIDs, kept as 16 bytes."""


class IdentityZoneError(ExpectedError):
    """A file of the identity zone cannot be read or written; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Bound:
    """What a file is part of; it must be said again to read the file.

    Attributes:
        table: document type, or name of the table.
        origin: the delivery, night or release that wrote it.
        part: which of several files.
    """

    table: str
    origin: str
    part: str

    @property
    def prefix(self) -> bytes:
        """The additional authenticated data of every module of the file."""
        return f"welfare-hub/identity/v1\x1f{self.table}\x1f{self.origin}\x1f{self.part}".encode()


@dataclass(frozen=True, slots=True)
class IdentityFile:
    """A file, and what it must be part of."""

    path: Path
    bound: Bound

    @property
    def epoch(self) -> int | None:
        """Epoch of its key; None: an older hub wrote it plain."""
        return name_parts(self.path)[1]


def name_parts(path: Path) -> tuple[str, int | None]:
    """Return the stem and the key's epoch that the name of a Parquet file tells."""
    match = _NAME.fullmatch(path.name)
    if match is None:
        message = f"{path.name}: no Parquet file of the identity zone"
        raise IdentityZoneError(message)
    return match["stem"], int(match["epoch"]) if match["epoch"] else None


def stems(folder: Path, pattern: str) -> dict[str, Path]:
    """Return the Parquet files in `folder` whose stem fits the glob `pattern`, in order, by stem.

    Of a stem that was written twice (plain and encrypted, or under two epochs; a process died
    before it removed the older one) the newest counts.
    """
    found: dict[str, tuple[int, Path]] = {}
    for path in folder.glob(f"{pattern}.parquet"):
        if path.name.startswith("."):
            # Never finished by a process that died.
            continue
        stem, epoch = name_parts(path)
        if stem not in found or found[stem][0] < (epoch or 0):
            found[stem] = (epoch or 0, path)
    return {stem: path for stem, (_, path) in sorted(found.items())}


class IdentityZone:
    """Reads and writes the files of the identity zone.

    Args:
        keys: the hub's keys. Without keys it reads and writes plain files only: for simulated people
            in benchmarks and tests. What works on a hub asks `identity_zone`, which has them.
    """

    def __init__(self, keys: KeyProvider | None) -> None:
        self._keys = keys
        self._known: dict[int, bytes] = {}
        self._epoch = keys.epoch(LABEL) if keys else 0

    @property
    def has_keys(self) -> bool:
        """Whether what is written is encrypted."""
        return self._keys is not None

    def target(self, folder: Path, stem: str) -> Path:
        """Return the path at which `stem` is written under today's epoch."""
        return folder / (f"{stem}.e{self._epoch}.parquet" if self.has_keys else f"{stem}.parquet")

    def write(self, rows: pl.DataFrame | pl.LazyFrame, path: Path, bound: Bound) -> None:
        """Write `rows` to `path`, a `target` or a name beside it; flushing is the caller's."""
        sealing = (
            pl.ParquetEncryptionProperties(
                footer_key=self._key(self._epoch), aad_prefix=bound.prefix, store_aad_prefix=True
            )
            if self.has_keys
            else None
        )
        rows.lazy().sink_parquet(
            path, compression="zstd", compression_level=_COMPRESSION_LEVEL, encryption=sealing
        )

    def write_arrow(self, rows: pa.Table, path: Path, bound: Bound) -> None:
        """Write `rows` as they are; what `read` gave can be written under another key."""
        pq.write_table(
            rows,
            path,
            row_group_size=ROWS_OF_GROUP,
            compression="zstd",
            compression_level=_COMPRESSION_LEVEL,
            encryption_properties=self._sealing(bound),
        )

    def write_query(
        self, connection: duckdb.DuckDBPyConnection, select: str, path: Path, bound: Bound
    ) -> None:
        """Write the rows of a SELECT to `path`, a run of rows at a time."""
        query = connection.sql(select)
        uuids = [
            name for name, kind in zip(query.columns, query.types, strict=True) if kind == UUID
        ]
        if uuids:
            # Arrow has no order of UUIDs, and DuckDB asks for one when it joins.
            query = query.project(f"* REPLACE ({_casts(uuids, 'BLOB')})")
        rows = query.to_arrow_reader(ROWS_OF_GROUP)
        schema = rows.schema.with_metadata({_UUIDS: json.dumps(uuids)})
        self.write_groups(schema, (pa.Table.from_batches([batch]) for batch in rows), path, bound)

    def write_groups(
        self, schema: pa.Schema, groups: Iterable[pa.Table], path: Path, bound: Bound
    ) -> None:
        """Write tables of the columns of `schema`, each as a row group, one at a time."""
        with pq.ParquetWriter(
            path,
            schema,
            compression="zstd",
            compression_level=_COMPRESSION_LEVEL,
            encryption_properties=self._sealing(bound),
        ) as sink:
            for group in groups:
                sink.write_table(group.replace_schema_metadata(schema.metadata), ROWS_OF_GROUP)

    def schema(self, file: IdentityFile) -> pa.Schema:
        """Return the columns of a file, with what `write_query` noted of them."""
        return pq.read_schema(file.path, decryption_properties=self._opening(file))

    def groups(self, file: IdentityFile) -> Iterator[pa.Table]:
        """Yield the rows of a file, a row group at a time."""
        with pq.ParquetFile(file.path, decryption_properties=self._opening(file)) as opened:
            for group in range(opened.num_row_groups):
                yield opened.read_row_group(group)

    def show(self, connection: duckdb.DuckDBPyConnection, view: str, file: IdentityFile) -> None:
        """Let `view` show the rows of a file that `write_query` wrote, with DuckDB's types."""
        uuids = json.loads((self.schema(file).metadata or {}).get(_UUIDS, "[]"))
        if not uuids:
            connection.register(view, self.dataset([file]))
            return
        connection.register(f"{view}_stored", self.dataset([file]))
        connection.execute(
            f"CREATE OR REPLACE TEMP VIEW {view} AS "
            f"SELECT * REPLACE ({_casts(uuids, 'UUID')}) FROM {view}_stored"
        ).fetchall()

    def scan(self, files: Sequence[IdentityFile]) -> pl.LazyFrame:
        """Return the rows of `files`, one after the other; a column that one has not is null."""
        return pl.concat(
            [
                pl.scan_parquet(file.path, decryption=self._polars_opening(file), glob=False)
                for file in files
            ],
            how="diagonal",
        )

    def dataset(self, files: Sequence[IdentityFile]) -> ds.Dataset:
        """Return the rows of `files` as what DuckDB can query once it is registered.

        DuckDB reads the columns and rows that it needs, a run of rows at a time. A column that one
        of the files has not is null.
        """
        openings = [self._opening(file) for file in files]
        schemas = [
            pq.read_schema(file.path, decryption_properties=opening)
            for file, opening in zip(files, openings, strict=True)
        ]
        schema = pa.unify_schemas(schemas).remove_metadata()
        parts = [
            ds.dataset(
                str(file.path),
                schema=schema,
                format=ds.ParquetFileFormat(
                    default_fragment_scan_options=ds.ParquetFragmentScanOptions(
                        decryption_properties=opening
                    )
                ),
            )
            for file, opening in zip(files, openings, strict=True)
        ]
        return parts[0] if len(parts) == 1 else ds.dataset(parts)

    def read(self, file: IdentityFile, columns: Sequence[str] | None = None) -> pa.Table:
        """Return those of `columns` (by default all) that the file has."""
        with pq.ParquetFile(file.path, decryption_properties=self._opening(file)) as opened:
            held = opened.schema_arrow.names
            return opened.read([name for name in columns or held if name in held])

    def footer(self, file: IdentityFile) -> pq.FileMetaData:
        """Return what the file says of itself: rows, and counts by column."""
        return pq.read_metadata(file.path, decryption_properties=self._opening(file))

    def _sealing(self, bound: Bound) -> Any:
        if not self.has_keys:
            return None
        return create_encryption_properties(self._key(self._epoch), aad_prefix=bound.prefix)

    def _opening(self, file: IdentityFile) -> Any:
        if file.epoch is None:
            return None
        return create_decryption_properties(self._key(file.epoch), aad_prefix=file.bound.prefix)

    def _polars_opening(self, file: IdentityFile) -> pl.ParquetDecryptionProperties | None:
        if file.epoch is None:
            return None
        return pl.ParquetDecryptionProperties(
            footer_key=self._key(file.epoch), aad_prefix=file.bound.prefix
        )

    def _key(self, epoch: int) -> bytes:
        if self._keys is None:
            message = "names and addresses are encrypted here, and this process has no key"
            raise IdentityZoneError(message)
        if epoch not in self._known:
            self._known[epoch] = self._keys.key(LABEL, epoch)
        return self._known[epoch]


def identity_zone(layout: Layout) -> IdentityZone:
    """Return the identity zone of a hub.

    Raises:
        RootKeyError: the key cannot be used.
    """
    return IdentityZone(key_provider(layout))


def _casts(columns: Sequence[str], kind: str) -> str:
    return ", ".join(f'CAST("{name}" AS {kind}) AS "{name}"' for name in columns)
