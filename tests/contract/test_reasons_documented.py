"""Every reason for a refused row or delivery stands in docs/reasons.md, which is made from them.

Renew it with `HUB_RENEW_SNAPSHOTS=1 python -m pytest tests/contract/test_reasons_documented.py`.
"""

import os
from pathlib import Path

from hub.reasons import REASONS

PAGE = Path(__file__).parents[2] / "docs" / "reasons.md"
RENEW = bool(os.environ.get("HUB_RENEW_SNAPSHOTS"))
HEAD = """# Reasons

Why a row goes to quarantine or a delivery is stopped as a whole. `hub quarantine TYPE` and
`hub deliveries --state stopped` show them with line and column; the received bytes stay archived.
Made from `hub/reasons.py`; tests/contract/test_reasons_documented.py renews it.
"""


def page():
    parts = [HEAD]
    for level, title in (("row", "Rows"), ("delivery", "Deliveries")):
        rows = [reason for reason in REASONS.values() if reason.level == level]
        table = [f"| `{each.code}` | {each.meaning} | {each.action} |" for each in rows]
        parts.append(
            "\n".join(
                [f"## {title}\n", "| reason | meaning | what to do |", "|---|---|---|", *table]
            )
        )
    return "\n\n".join(parts).replace("\n\n\n", "\n\n") + "\n"


def test_the_page_is_current():
    if RENEW:
        PAGE.write_text(page(), "utf-8")
    assert PAGE.read_text("utf-8") == page()
