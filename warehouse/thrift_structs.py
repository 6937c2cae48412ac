"""Structs in Thrift's compact protocol, as a Parquet file's footer is one.

Here: reading and writing structs without knowing what their fields mean, so that fields which this hub does
not know come through unchanged. Never here: what a footer says (`warehouse.parquet_blocks`). Source: the
compact protocol's specification (apache/thrift, doc/specs/thrift-compact-protocol.md). Maps do not
occur in a footer and are refused.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

_TRUE, _FALSE, _BYTE, _I16, _I32, _I64, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = range(1, 13)
_LONG_LIST = 15
_WIDEST_STEP = 15

Struct = dict[int, tuple[int, Any]]
"""By the number of the field: its type in the protocol, and its value. A list is (type, values)."""


def read_struct(content: bytes) -> Struct:
    """Return the struct that `content` is.

    Raises:
        ValueError: it is none, or there is more than a struct.
    """
    reader = _Reader(content)
    try:
        found = reader.struct()
    except IndexError:
        message = "a struct ends early"
        raise ValueError(message) from None
    if reader.place != len(content):
        message = f"{len(content) - reader.place} bytes after a struct"
        raise ValueError(message)
    return found


def written_struct(fields: Struct) -> bytes:
    """Return `fields` as the protocol has them, each number in its shortest form."""
    out = bytearray()
    _write_struct(out, fields)
    return bytes(out)


class _Reader:
    def __init__(self, content: bytes) -> None:
        self._content = content
        self.place = 0

    def byte(self) -> int:
        byte = self._content[self.place]
        self.place += 1
        return byte

    def _varint(self) -> int:
        found = shift = 0
        while True:
            byte = self._content[self.place]
            self.place += 1
            found |= (byte & 0x7F) << shift
            if byte < 0x80:
                return found
            shift += 7

    def number(self) -> int:
        zigzag = self._varint()
        return (zigzag >> 1) ^ -(zigzag & 1)

    def _run(self, length: int) -> bytes:
        found = self._content[self.place : self.place + length]
        if len(found) < length:
            raise IndexError
        self.place += length
        return found

    def struct(self) -> Struct:
        found: Struct = {}
        number = 0
        while head := self.byte():
            kind, step = head & 0x0F, head >> 4
            number = number + step if step else self.number()
            found[number] = (kind, self._value(kind))
        return found

    def list(self) -> tuple[int, list[Any]]:
        head = self.byte()
        length, of = head >> 4, head & 0x0F
        if length == _LONG_LIST:
            length = self._varint()
        # In a list true and false are a byte each.
        read = self.byte if of in (_TRUE, _FALSE) else partial(self._value, of)
        return of, [read() for _ in range(length)]

    def _value(self, kind: int) -> Any:
        read = _READ.get(kind)
        if read is None:
            message = f"a field of type {kind}, which no footer has"
            raise ValueError(message)
        return read(self)

    def nothing(self) -> None:
        """Of a field that is true or false its type says which."""

    def binary(self) -> bytes:
        return self._run(self._varint())

    def double(self) -> bytes:
        return self._run(8)


_READ: dict[int, Callable[[_Reader], Any]] = {
    _TRUE: _Reader.nothing,
    _FALSE: _Reader.nothing,
    _BYTE: _Reader.byte,
    _I16: _Reader.number,
    _I32: _Reader.number,
    _I64: _Reader.number,
    _DOUBLE: _Reader.double,
    _BINARY: _Reader.binary,
    _LIST: _Reader.list,
    _SET: _Reader.list,
    _STRUCT: _Reader.struct,
}


def _write_varint(out: bytearray, value: int) -> None:
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)


def _write_number(out: bytearray, value: int) -> None:
    _write_varint(out, value << 1 if value >= 0 else (-value << 1) - 1)


def _write_struct(out: bytearray, fields: Struct) -> None:
    before = 0
    for number in sorted(fields):
        kind, value = fields[number]
        step = number - before
        if 0 < step <= _WIDEST_STEP:
            out.append(step << 4 | kind)
        else:
            out.append(kind)
            _write_number(out, number)
        before = number
        _write_value(out, kind, value)
    out.append(0)


def _write_list(out: bytearray, value: tuple[int, list[Any]]) -> None:
    of, values = value
    if len(values) < _LONG_LIST:
        out.append(len(values) << 4 | of)
    else:
        out.append(_LONG_LIST << 4 | of)
        _write_varint(out, len(values))
    write = bytearray.append if of in (_TRUE, _FALSE) else _WRITE[of]
    for each in values:
        write(out, each)


def _write_binary(out: bytearray, value: bytes) -> None:
    _write_varint(out, len(value))
    out.extend(value)


def _write_value(out: bytearray, kind: int, value: Any) -> None:
    # Of a field that is true or false its type says which.
    if kind not in (_TRUE, _FALSE):
        _WRITE[kind](out, value)


_WRITE: dict[int, Callable[[bytearray, Any], None]] = {
    _BYTE: bytearray.append,
    _I16: _write_number,
    _I32: _write_number,
    _I64: _write_number,
    _DOUBLE: bytearray.extend,
    _BINARY: _write_binary,
    _LIST: _write_list,
    _SET: _write_list,
    _STRUCT: _write_struct,
}
