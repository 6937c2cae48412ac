"""Pseudonyms: one person, another name for every contract of every ministry.

Here: the keyed permutation. Never here: keys (`warehouse.keys` derives them) or rows. Next:
`pipelines.steps.extracts` replaces digests by pseudonyms before anything is written.

A pseudonym is one AES-256 block over the MD5 of the hub's id, under the key of one contract and one
epoch: without the key, two ministries cannot join what they hold, and nobody can try out ids. MD5
only spreads ids of any length over a block; what keeps the secret is the key.
"""

from __future__ import annotations

import numpy as np
import polars as pl
import pyarrow as pa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

_BLOCK = 16
_KEY_BYTES = 32


def pseudonyms(digests: pl.Series, key: bytes) -> pl.Series:
    """Return pseudonyms (32 hexadecimal digits) of digests; null stays null.

    Args:
        digests: Binary of 16 bytes: MD5 of each id of the hub.
        key: 32 bytes, of one ministry, contract and epoch.

    Raises:
        ValueError: the key or a digest is of another length.
    """
    return pl.Series(digests.name, _permuted(digests, key, forwards=True)).bin.encode("hex")


def digests_of(names: pl.Series, key: bytes) -> pl.Series:
    """Return the digests behind pseudonyms: for rotating keys and for lawful requests.

    Raises:
        ValueError: the key or a pseudonym is of another length.
    """
    return _permuted(names.str.decode("hex"), key, forwards=False)


def _permuted(blocks: pl.Series, key: bytes, *, forwards: bool) -> pl.Series:
    if len(key) != _KEY_BYTES:
        message = f"a key of pseudonyms is {_KEY_BYTES} bytes long"
        raise ValueError(message)
    present = blocks.drop_nulls()
    if present.is_empty():
        return pl.Series(blocks.name, [None] * len(blocks), dtype=pl.Binary)
    if not bool((present.bin.size() == _BLOCK).all()):
        message = f"column {blocks.name}: expected blocks of {_BLOCK} bytes"
        raise ValueError(message)
    # ECB is right here: each digest is exactly one block, and equal ids must give equal names.
    cipher = Cipher(algorithms.AES256(key), modes.ECB())  # noqa: S305
    worker = cipher.encryptor() if forwards else cipher.decryptor()
    changed = worker.update(b"".join(present.to_list())) + worker.finalize()
    array = pa.FixedSizeBinaryArray.from_buffers(
        pa.binary(_BLOCK), present.len(), [None, pa.py_buffer(changed)]
    )
    filled = pl.Series(blocks.name, array.cast(pa.binary()), dtype=pl.Binary)
    if present.len() == blocks.len():
        return filled
    position = pl.Series(np.full(blocks.len(), -1)).scatter(
        blocks.is_not_null().arg_true(), np.arange(present.len())
    )
    return filled.gather(position.replace(-1, None)).rename(blocks.name)
