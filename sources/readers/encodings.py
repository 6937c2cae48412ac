"""Bytes of the two encodings to text, and telling when a file is plainly in the other one.

Here: decoding a run of lines at once and line by line. Never here: formats or columns.
Next: the text readers parse what this module decoded.
"""

from __future__ import annotations

from hub.catalogue import Encoding
from hub.delivery import DeliveryStopped, Reject

_OTHER = {Encoding.UTF_8: Encoding.CP949, Encoding.CP949: Encoding.UTF_8}
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def decode(data: bytes, encoding: Encoding) -> str | None:
    """Return the text, or None where some bytes are no text of the encoding."""
    try:
        return data.decode(encoding.value)
    except UnicodeDecodeError:
        return None


def has_hangul(text: str) -> bool:
    """Whether a Hangul syllable is in `text`."""
    return any("가" <= character <= "힣" for character in text)


def is_plainly_other(data: bytes, declared: Encoding) -> bool:
    """Whether Hangul text of the other encoding is what `data` holds.

    CP949 bytes are practically never valid UTF-8, so a CP949 file that reads as UTF-8 with Hangul
    in it is UTF-8. The other way round decoding fails, which is seen line by line.
    """
    if data.isascii() or declared is Encoding.UTF_8:
        return False
    text = decode(data, Encoding.UTF_8)
    return text is not None and (data.startswith(BYTE_ORDER_MARK) or has_hangul(text))


def stop_if_plainly_other(data: bytes, declared: Encoding, file_name: str, line: int) -> None:
    """Raise `wrong_encoding` where `data` is plainly in the other encoding."""
    if is_plainly_other(data, declared):
        raise wrong_encoding(declared, file_name, line)


def wrong_encoding(declared: Encoding, file_name: str, line: int) -> DeliveryStopped:
    """Return the error for a file that is not in its declared encoding."""
    return DeliveryStopped(
        "wrong_encoding",
        file_name,
        f"expected {declared.value} text; it looks like {_OTHER[declared].value} or other bytes",
        line=line,
    )


def reject_bad_encoding(encoding: Encoding, line: int, column: str | None = None) -> Reject:
    """Return the reject for one line whose bytes are no text of the encoding."""
    return Reject(line, column, "bad_encoding", f"expected {encoding.value} text")


def stop_if_mostly_undecodable(
    undecodable: int, beyond_ascii: int, encoding: Encoding, file_name: str, line: int
) -> None:
    """Raise `wrong_encoding` where most lines beyond ASCII do not decode, and more than one."""
    if undecodable > 1 and 2 * undecodable > beyond_ascii:
        raise wrong_encoding(encoding, file_name, line)


def decode_lines(
    lines: list[bytes], first_line: int, encoding: Encoding, file_name: str
) -> tuple[list[str | None], list[Reject]]:
    """Decode line by line; a line that fails is None and a reject.

    Raises:
        DeliveryStopped: most lines beyond ASCII fail (`wrong_encoding`).
    """
    texts: list[str | None] = []
    rejects: list[Reject] = []
    beyond_ascii = 0
    for offset, line in enumerate(lines):
        beyond_ascii += not line.isascii()
        text = decode(line, encoding)
        texts.append(text)
        if text is None:
            rejects.append(reject_bad_encoding(encoding, first_line + offset))
    stop_if_mostly_undecodable(len(rejects), beyond_ascii, encoding, file_name, first_line)
    return texts, rejects
