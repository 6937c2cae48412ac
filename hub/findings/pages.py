"""The reference page of the detection rules, made from their files.

Here: Markdown. Never here: reading the rules (`hub.findings.rules`) or writing files
(`hub.generated_pages`). Next: `hub rules pages` writes it, and a test holds it to the rules.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from hub.findings.rules import Rule

PAGES_FOLDER = Path(__file__).parents[2] / "docs" / "detection-rules"
_ACTIONS = {
    "AUTO": "holds the next payment at once, reversible",
    "HOLD": "proposes a hold after notice",
    "REV": "asks a person to look",
    "INFO": "is only counted",
}
_HEAD = """# Detection rules

Made by `hub rules pages` from `hub/findings/rules`; do not edit. What a rule looks for is the first
comment of its SQL in `warehouse/sql/findings`; how to add one: [adding-a-rule.md](../adding-a-rule.md). A
finding is a question to people, never a verdict: [cases.md](../cases.md) says what becomes of it. Laws are
cited as they were when the rule was written.
"""


def rule_pages(rules: Iterable[Rule]) -> dict[str, str]:
    """Return the page by file name."""
    listed = sorted(rules, key=lambda rule: rule.id)
    table = ["| rule | finds | may | severity | one finding is |", "|---|---|---|---|---|"]
    table += [
        f"| [{rule.id}](#{rule.id.lower()}) | {rule.name_en} ({rule.name_ko}) | {rule.action.value} |"
        f" {rule.severity} | {rule.grain} |"
        for rule in listed
    ]
    return {"README.md": "\n".join([_HEAD, *table, "", *map(_section, listed)]).rstrip() + "\n"}


def _section(rule: Rule) -> str:
    inputs = "; ".join(" or ".join(group) for group in rule.inputs) or "what other tables hold"
    numbers = ", ".join(f"{name} = {value:,}" for name, value in rule.settings.items())
    lines = [
        f"## {rule.id}",
        "",
        f"**{rule.name_en}** ({rule.name_ko}), version {rule.version}: {_ACTIONS[rule.action.value]}.",
        "",
        f"- Needs: {inputs}; silent where one is {rule.suppress_when}.",
        f"- Tolerates: {rule.tolerance}",
        f"- Numbers: {numbers}.",
        f"- Programmes: {', '.join(rule.programmes) or 'all'}.",
        f"- Law: {rule.legal_basis}.",
        f"- Cleared by: {rule.clears_when_en} ({rule.clears_when_ko})",
        f"- SQL: `warehouse/sql/findings/{rule.table}.sql`",
        "",
    ]
    return "\n".join(lines)
