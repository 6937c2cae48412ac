"""Names of relations, programmes, receipts and states in two languages.

Here: words. Never here: grounds (`judging`) or drawing (`lines`). Next: both say these.
"""

from __future__ import annotations

from hub.applications.facts import (
    DWELLING,
    FORMER,
    SELF,
    SPOUSE,
    UNIT,
    ApplicationFacts,
    Receipt,
)
from hub.programmes.explanation.texts import Text, same

STATES_KO = {"open": "미결", "confirmed": "확인됨"}
"""State of a finding that stands → Korean."""
_RELATION_WORDS = {
    SELF: Text("the person", "본인"),
    UNIT: Text("a member of the unit", "보장가구원"),
    SPOUSE: Text("the spouse", "배우자"),
    DWELLING: Text("somebody of the dwelling", "동일 주소 거주자"),
    FORMER: Text("somebody who lived in the dwelling", "이전 거주자"),
}


def relation_text(relation: str) -> Text:
    """Return who somebody is to the applicant."""
    return _RELATION_WORDS[relation]


def programme_text(facts: ApplicationFacts, code: str) -> Text:
    """Return code and name of a programme."""
    known = facts.programmes.get(code)
    return same(code) if known is None else same(f"{code} ") + known.name


def receipt_text(receipt: Receipt) -> Text:
    """Return what was paid, or that somebody is entitled."""
    if receipt.role == "entitlement":
        return Text("entitled", "수급권 있음")
    month = f"{receipt.month:%Y-%m}" if receipt.month else "?"
    if receipt.amount is None:
        return Text(f"paid for {month}", f"{month} 지급")
    return Text(
        f"{receipt.amount:,} won for {month}",
        f"{month} {receipt.amount:,}원",
    )
