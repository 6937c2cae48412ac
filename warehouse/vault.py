"""The vault's tokens: a national ID becomes a 128-bit token, reversible only with the key.

Here: the token permutation, back, and from one key's tokens to another's. Never here: keys
(`warehouse.keys`), where the bytes lie (`warehouse.layout`), or who may go back
(`warehouse.reidentification`).
Next: conforming asks `IdTokeniser` before any row is written outside the vault.

A token is one AES-256 block over a three-byte tag and the thirteen digits: a pseudo-random
permutation, so no two IDs share a token and equality is all that it shows (FIPS 197). An unkeyed
hash would not do: all resident numbers can be hashed in hours. No table holds ID and token side by
side: the permutation under its key is the vault, and without the key there is no way back.

The tag names the version of the key: a token of another key or version does not decrypt to a tag that
fits, so it is refused instead of giving somebody else's ID.
"""

from __future__ import annotations

import numpy as np
import polars as pl
import pyarrow as pa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from hub.identity.standard.numbers import neighbour_keys
from warehouse.keys import root_key, sub_key

__all__ = ["IdTokeniser", "root_key", "sub_key"]

VERSION = 1
"""Of the token key that this hub lands with."""
_SCHEME = b"id"
_TAG_BYTES = 1 + len(_SCHEME)
_DIGITS = 13
_BLOCK = 16


class IdTokeniser:
    """Turns thirteen-digit IDs into tokens and, for those who hold the key, back."""

    def __init__(self, root: bytes, version: int = VERSION) -> None:
        # ECB is right here: each ID is exactly one block, and equal IDs must give equal tokens.
        key = sub_key(root, f"pid/v{version}")
        self._cipher = Cipher(algorithms.AES256(key), modes.ECB())  # noqa: S305
        self._near_key = sub_key(root, f"pid-near/v{version}")
        self._tag = np.frombuffer(bytes([version]) + _SCHEME, dtype=np.uint8)

    def tokens(self, ids: pl.Series) -> pl.Series:
        """Return the token (Binary, 16 bytes) of each thirteen-character ID; null stays null.

        Raises:
            ValueError: an ID that is not thirteen bytes long.
        """
        present = ids.drop_nulls()
        joined = _joined(present.cast(pl.String), _DIGITS)
        if joined is None:
            message = f"column {ids.name}: an ID is not {_DIGITS} characters long"
            raise ValueError(message)
        digits = np.frombuffer(joined, dtype=np.uint8)
        blocks = np.empty((present.len(), _BLOCK), dtype=np.uint8)
        blocks[:, :_TAG_BYTES] = self._tag
        blocks[:, _TAG_BYTES:] = digits.reshape(-1, _DIGITS)
        return _at_their_places(self._encrypted(blocks), ids)

    def ids(self, tokens: pl.Series) -> pl.Series:
        """Return the ID behind each token: re-identification, for the vault only.

        Raises:
            ValueError: a token of another key or version.
        """
        return _at_their_places(_ids_of(self._blocks(tokens.drop_nulls())), tokens)

    def rotated(self, tokens: pl.Series, to: IdTokeniser) -> pl.Series:
        """Return the same IDs' tokens under the key of `to`; null stays null.

        The IDs exist only inside this call. Equal tokens stay equal and different ones different, so
        joins give the same rows before and after.

        Args:
            tokens: Binary of 16 bytes, of this key.
            to: the key that is used from now on.

        Raises:
            ValueError: a token of another key or version.
        """
        blocks = self._blocks(tokens.drop_nulls()).copy()
        blocks[:, :_TAG_BYTES] = to._tag
        return _at_their_places(to._encrypted(blocks), tokens)

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
        ids = _ids_of(self._blocks(distinct))
        found = pl.DataFrame(
            {
                "token": distinct,
                "keys": neighbour_keys(ids, self._near_key),
            }
        )
        joined = (
            tokens.rename("token")
            .to_frame()
            .join(found, on="token", how="left", maintain_order="left")
        )
        return joined["keys"].alias(tokens.name)

    def _encrypted(self, blocks: np.ndarray) -> pl.Series:
        encryptor = self._cipher.encryptor()
        return _series(encryptor.update(blocks.reshape(-1).data) + encryptor.finalize())

    def _blocks(self, tokens: pl.Series) -> np.ndarray:
        """Decrypt tokens without nulls into rows of 16 bytes, and check that they are of this key."""
        joined = _joined(tokens.cast(pl.Binary), _BLOCK)
        if joined is None:
            message = f"column {tokens.name}: a token is not {_BLOCK} bytes long"
            raise ValueError(message)
        decryptor = self._cipher.decryptor()
        opened = decryptor.update(joined) + decryptor.finalize()
        blocks = np.frombuffer(opened, dtype=np.uint8).reshape(-1, _BLOCK)
        if not bool((blocks[:, :_TAG_BYTES] == self._tag).all()):
            message = "token of another key or scheme"
            raise ValueError(message)
        return blocks


def _series(blocks: bytes) -> pl.Series:
    array = pa.FixedSizeBinaryArray.from_buffers(
        pa.binary(_BLOCK), len(blocks) // _BLOCK, [None, pa.py_buffer(blocks)]
    )
    return pl.Series(array.cast(pa.binary()), dtype=pl.Binary)


def _ids_of(blocks: np.ndarray) -> pl.Series:
    """Return the digits of decrypted blocks as strings."""
    digits = np.ascontiguousarray(blocks[:, _TAG_BYTES:])
    array = pa.FixedSizeBinaryArray.from_buffers(
        pa.binary(_DIGITS), len(blocks), [None, pa.py_buffer(digits)]
    )
    return pl.Series(array.cast(pa.binary()), dtype=pl.Binary).cast(pl.String)


def _at_their_places(present: pl.Series, places: pl.Series) -> pl.Series:
    """Put values, one for each value of `places` that is not null, where those stand."""
    if present.len() == places.len():
        return present.rename(places.name)
    if present.is_empty():
        return pl.Series(places.name, [None] * places.len(), dtype=present.dtype)
    filled = pl.Series(places.name, np.full(places.len(), -1), dtype=pl.Int64)
    position = filled.scatter(places.is_not_null().arg_true(), np.arange(present.len()))
    return present.gather(position.replace(-1, None)).rename(places.name)


def _joined(series: pl.Series, length: int) -> memoryview | None:
    """All values of `series` one after the other; None where one has another length in bytes."""
    array = series.to_arrow(compat_level=pl.CompatLevel.oldest())
    large = array.cast(pa.large_binary())
    offsets = np.frombuffer(large.buffers()[1], dtype=np.int64)
    offsets = offsets[large.offset : large.offset + len(large) + 1]
    if not bool((np.diff(offsets) == length).all()):
        return None
    if not len(large):
        return memoryview(b"")
    return memoryview(large.buffers()[2]).cast("B")[offsets[0] : offsets[-1]]
