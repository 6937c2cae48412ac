"""E-mail addresses made comparable.

Here: case, tags and placeholders. Never here: whether a mailbox exists. Next: `records`.
"""

from __future__ import annotations

import polars as pl

from hub.identity.standard.expressions import col, when
from hub.identity.standard.steps import Steps

_LOCAL_PLACEHOLDERS = (
    "none|no|na|n\\.?a|nomail|no-?e?mail|noemail|no[._-]?reply|donotreply|unknown|null|nil|test|tester|testing"
    "|email|mail|abc|asdf|x+|example|sample|user|noone|nobody|nomailaddress|notprovided|notgiven|refused|declined"
)
_PLACEHOLDER = (
    rf"^(?:{_LOCAL_PLACEHOLDERS})@"
    r"|@(?:[^@]*\.)?(?:example\.(?:com|org|net)|[^@]*\.(?:test|invalid|example|localhost))$"
    r"|@(?:none|no|na|noemail|no-?email|nomail|test|unknown|null|x+|abc|asdf)\.[a-z]+$"
)


def standardise_emails(written: pl.Series) -> pl.Series:
    """Return each address in lower case without `+tag`; null where it is none or a placeholder."""
    frame = pl.DataFrame({"written": written.cast(pl.String)})
    return _READING.on_columns(frame)["email"]


def standardise_email(written: str) -> str | None:
    """Return what `standardise_emails` returns for one value."""
    email: str | None = _READING.on_record({"written": written})["email"]
    return email


def _reading() -> Steps:
    address = (
        col("written")
        .str.normalize("NFKC")
        .str.to_lowercase()
        .str.replace_all(r"\s", "")
        .str.replace(r"^mailto:", "")
        .str.replace(r"^[^<]*<([^>]*)>.*$", "$1")
        .str.strip_chars("<>\"'.,;")
        .str.replace(r"\+[^@]*@", "@")
    )
    is_address = address.str.contains(r"^[^@,;:<>()\[\]\x22]+@(?:[^@.,;:]+\.)+[^@.,;:0-9]{2,}$")
    is_placeholder = address.str.contains(_PLACEHOLDER)
    return Steps({"email": when(is_address & ~is_placeholder).then(address)})


_READING = _reading()
