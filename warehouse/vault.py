"""The vault's tokens: a national ID becomes a 128-bit token, reversible only with the key.

Here: the token permutation. Never here: keys (`warehouse.keys`) or where the bytes lie
(`warehouse.layout`).
Next: conforming asks `IdTokeniser` before any row is written outside the vault.

A token is one AES-256 block over a three-byte tag and the thirteen digits: a pseudo-random
permutation, so no two IDs share a token and equality is all that it shows (FIPS 197). An unkeyed
hash would not do: all resident numbers can be hashed in hours.
"""

from __future__ import annotations

import numpy as np
import polars as pl
import pyarrow as pa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from hub.identity.standard.numbers import neighbour_keys
from warehouse.keys import root_key, sub_key

__all__ = ["IdTokeniser", "root_key", "sub_key"]

_TAG = np.frombuffer(b"\x01id", dtype=np.uint8)
_DIGITS = 13
_BLOCK = 16


class IdTokeniser:
    """Turns thirteen-digit IDs into tokens and, for those who hold the key, back."""

    def __init__(self, root: bytes) -> None:
        # ECB is right here: each ID is exactly one block, and equal IDs must give equal tokens.
        self._cipher = Cipher(algorithms.AES256(sub_key(root, "pid/v1")), modes.ECB())  # noqa: S305
        self._near_key = sub_key(root, "pid-near/v1")

    def tokens(self, ids: pl.Series) -> pl.Series:
        """Return the token (Binary, 16 bytes) of each thirteen-character ID; null stays null.

        Raises:
            ValueError: an ID that is not thirteen bytes long.
        """
        present = ids.drop_nulls()
        if present.is_empty():
            return pl.Series(ids.name, [None] * len(ids), dtype=pl.Binary)
        digits = np.frombuffer(_joined(present), dtype=np.uint8)
        if digits.size != present.len() * _DIGITS:
            message = f"column {ids.name}: an ID is not {_DIGITS} characters long"
            raise ValueError(message)
        blocks = np.empty((present.len(), _BLOCK), dtype=np.uint8)
        blocks[:, : _TAG.size] = _TAG
        blocks[:, _TAG.size :] = digits.reshape(-1, _DIGITS)
        encryptor = self._cipher.encryptor()
        encrypted = encryptor.update(blocks.tobytes()) + encryptor.finalize()
        array = pa.FixedSizeBinaryArray.from_buffers(
            pa.binary(_BLOCK), present.len(), [None, pa.py_buffer(encrypted)]
        )
        tokens = pl.Series(ids.name, array.cast(pa.binary()), dtype=pl.Binary)
        if present.len() == ids.len():
            return tokens
        filled = pl.Series(ids.name, np.full(ids.len(), -1), dtype=pl.Int64)
        position = filled.scatter(ids.is_not_null().arg_true(), np.arange(present.len()))
        return tokens.gather(position.replace(-1, None)).rename(ids.name)

    def ids(self, tokens: pl.Series) -> pl.Series:
        """Return the ID behind each token: re-identification, for the vault only.

        Raises:
            ValueError: a token of another key or scheme.
        """
        decryptor = self._cipher.decryptor()
        found: list[str | None] = []
        for token in tokens.to_list():
            if token is None:
                found.append(None)
                continue
            block = decryptor.update(token)
            if block[: _TAG.size] != _TAG.tobytes():
                message = "token of another key or scheme"
                raise ValueError(message)
            found.append(block[_TAG.size :].decode("ascii"))
        return pl.Series(tokens.name, found, dtype=pl.String)

    def neighbour_keys(self, tokens: pl.Series) -> pl.Series:
        """Return List(UInt64) for each token: two IDs one edit or swap apart share a key.

        The IDs exist only inside this call; the keys are encrypted under a key of their own and tell
        nothing without it. Null for a missing token and for an ID that is a placeholder.

        Args:
            tokens: Binary of 16 bytes, or UUID text as DuckDB hands it over.

        Raises:
            ValueError: a token of another key or scheme.
        """
        if tokens.dtype == pl.String:
            tokens = tokens.str.replace_all("-", "").str.decode("hex")
        distinct = tokens.drop_nulls().unique()
        if not bool((distinct.bin.size() == _BLOCK).all()):
            message = f"column {tokens.name}: a token is not {_BLOCK} bytes long"
            raise ValueError(message)
        decryptor = self._cipher.decryptor()
        opened = decryptor.update(b"".join(distinct.to_list())) + decryptor.finalize()
        blocks = np.frombuffer(opened, dtype=np.uint8).reshape(-1, _BLOCK)
        if not bool((blocks[:, : _TAG.size] == _TAG).all()):
            message = "token of another key or scheme"
            raise ValueError(message)
        text = blocks[:, _TAG.size :].tobytes().decode("ascii")
        ids = pl.Series([text[start : start + _DIGITS] for start in range(0, len(text), _DIGITS)])
        found = pl.DataFrame(
            {
                "token": distinct,
                "keys": neighbour_keys(ids.cast(pl.String), self._near_key),
            }
        )
        joined = (
            tokens.rename("token")
            .to_frame()
            .join(found, on="token", how="left", maintain_order="left")
        )
        return joined["keys"].alias(tokens.name)


def _joined(series: pl.Series) -> bytes:
    """All strings of `series` one after the other."""
    array = series.to_arrow(compat_level=pl.CompatLevel.oldest())
    large = array.cast(pa.large_string())
    offsets = np.frombuffer(large.buffers()[1], dtype=np.int64)
    start, end = offsets[large.offset], offsets[large.offset + len(large)]
    if end - start != len(large) * _DIGITS or not bool(
        (np.diff(offsets[large.offset : large.offset + len(large) + 1]) == _DIGITS).all()
    ):
        return b""
    return bytes(memoryview(large.buffers()[2])[start:end])
