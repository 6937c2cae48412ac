"""Reference pages of the programmes, in Markdown.

Here: one page a ministry and the index, all made from the programme files. Never here: facts that the
files do not hold. Next: `hub programmes pages` writes them to `docs/programmes/`; a contract test
fails where they are not current.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from hub.programmes.programme import Condition, Programme

PAGES_FOLDER = Path("docs/programmes")
MINISTRIES: Mapping[str, str] = {
    "MOHW": "Health and Welfare",
    "MOEL": "Employment and Labor",
    "MPVA": "Patriots and Veterans Affairs",
    "MOE": "Education",
    "MOGEF": "Gender Equality and Family",
    "MOLIT": "Land, Infrastructure and Transport",
    "MAFRA": "Agriculture, Food and Rural Affairs",
    "MCST": "Culture, Sports and Tourism",
    "MOTIE": "Trade, Industry and Energy",
    "ME": "Environment",
    "MOIS": "Interior and Safety",
    "MOU": "Unification",
    "MOJ": "Justice",
    "MSIT": "Science and ICT",
    "MSS": "SMEs and Startups",
    "KFS": "Forest Service",
    "MND": "National Defense",
}
"""Ministry → its English name, in the order of the register."""

_ORIGIN = (
    "**Modelled.** Public documents attest only the totals (292 programmes of 17 ministries). A "
    "programme whose status is *attested* follows published law in its conditions and amounts; the "
    "others are plausible models of programmes that exist.\n"
)
_MADE = "<!-- Made by `hub programmes pages` from hub/programmes/catalogue; do not edit. -->\n"


def _text(value: object) -> str:
    return " ".join(str(value).split()).replace("|", "\\|")


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    lines += ["| " + " | ".join(map(_text, row)) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def _page_of(ministry: str) -> str:
    return f"{ministry.lower()}.md"


def _condition_row(condition: Condition) -> list[object]:
    valid = condition.valid
    days = f" (from {valid.first})" if valid.first else ""
    days += f" (until {valid.last})" if valid.last else ""
    return [
        condition.bit,
        f"`{condition.code}`",
        condition.text_ko,
        condition.text_en + days,
        f"`{_text(condition.expression)}`",
        ", ".join(condition.evidence),
    ]


def _amount(programme: Programme) -> str:
    amount = programme.amount
    shape = amount.rule.replace("_", " ")
    if amount.expression is None:
        return f"Gives: {shape}, a {amount.period}.\n"
    parts = [f"Gives: {shape}, in {amount.unit}, for a {amount.period}: "]
    parts.append(f"`{' '.join(amount.expression.split())}`.")
    if amount.margin_expression:
        parts.append(f" Margin: `{' '.join(amount.margin_expression.split())}`.")
    return "".join(parts) + "\n"


def _links(codes: Iterable[str], pages: Mapping[str, str]) -> str:
    return ", ".join(f"[{code}]({pages[code]}#{code.lower()})" for code in sorted(codes))


def _interactions(
    programme: Programme, programmes: Sequence[Programme], pages: Mapping[str, str]
) -> str:
    own, code = programme.interaction, programme.code
    excluded = {other.code for other in programmes if code in other.interaction.exclusive}
    lines = []
    if both := {*own.exclusive, *excluded}:
        lines.append(f"Not together with {_links(both, pages)}.")
    if own.counted_as_income_in:
        lines.append(f"Counts as income in {_links(own.counted_as_income_in, pages)}.")
    if own.offset:
        lines.append(f"Lowers what {_links(own.offset, pages)} pays.")
    if own.group:
        lines.append(f"Group {own.group}.")
    return " ".join(lines) + "\n" if lines else ""


def _section(
    programme: Programme, programmes: Sequence[Programme], pages: Mapping[str, str]
) -> str:
    spans = ", ".join(
        f"{span.first} to {span.last}" if span.last else f"since {span.first}"
        for span in programme.in_force
    )
    facts = [
        f"for: {programme.unit.replace('_', ' ')}",
        f"benefit: {programme.benefit.replace('_', ' ')}",
        f"template {programme.template}",
        f"in force {spans}",
        f"in the national system from {programme.introduced}",
        f"paid: {programme.payment_cycle}"
        + (f", on day {programme.payment_day}" if programme.payment_day else ""),
        "needs an investigation" if programme.needs_investigation else "needs no investigation",
        f"**{programme.status}**",
    ]
    parts = [
        f'<a id="{programme.code.lower()}"></a>\n',
        f"## {programme.code} {programme.name_en}\n",
        (
            f"{programme.name_ko} ({programme.family}). {'; '.join(facts)}. "
            f"Legal basis: {programme.legal_basis}.\n"
        ),
        _table(
            ["bit", "reason", "asks, in Korean", "asks", "expression", "evidence"],
            map(_condition_row, programme.conditions),
        ),
        _amount(programme),
        _interactions(programme, programmes, pages),
    ]
    return "\n".join(part for part in parts if part)


def _ministry_page(ministry: str, programmes: Sequence[Programme], pages: Mapping[str, str]) -> str:
    own = [programme for programme in programmes if programme.ministry == ministry]
    attested = sum(programme.status == "attested" for programme in own)
    parts = [
        f"# {MINISTRIES[ministry]}\n",
        _MADE,
        f"{own[0].ministry_ko} ({ministry}). {len(own)} programmes, {attested} of them attested.\n",
        _ORIGIN,
        *(_section(programme, programmes, pages) for programme in own),
    ]
    return "\n".join(parts)


def _index_page(programmes: Sequence[Programme], pages: Mapping[str, str]) -> str:
    def count(ministry: str, status: str | None = None) -> int:
        return sum(
            programme.ministry == ministry and status in {None, programme.status}
            for programme in programmes
        )

    present = [name for name in MINISTRIES if count(name)]
    groups: dict[str, list[str]] = {}
    for programme in programmes:
        if programme.interaction.group:
            groups.setdefault(programme.interaction.group, []).append(programme.code)
    pairs = sum(len(programme.interaction.exclusive) for programme in programmes)
    parts = [
        "# Programmes\n",
        _MADE,
        (
            f"{len(programmes)} programmes of {len(present)} ministries, "
            f"{sum(len(programme.conditions) for programme in programmes)} conditions, "
            f"{pairs} exclusive pairs.\n"
        ),
        _ORIGIN,
        "How to add one: [adding a programme](../adding-a-programme.md).\n",
        _table(
            ["ministry", "Korean name", "programmes", "attested"],
            (
                (
                    f"[{MINISTRIES[name]}]({_page_of(name)})",
                    next(each.ministry_ko for each in programmes if each.ministry == name),
                    count(name),
                    count(name, "attested"),
                )
                for name in present
            ),
        ),
        "## Groups\n",
        "Programmes of one group give alike things: nobody has two of them at once.\n",
        _table(
            ["group", "programmes"],
            ((name, _links(codes, pages)) for name, codes in sorted(groups.items())),
        ),
    ]
    return "\n".join(parts)


def programme_pages(programmes: Sequence[Programme]) -> dict[str, str]:
    """Make every page: file name → Markdown, `README.md` and one a ministry."""
    pages = {programme.code: _page_of(programme.ministry) for programme in programmes}
    made = {
        _page_of(ministry): _ministry_page(ministry, programmes, pages)
        for ministry in MINISTRIES
        if any(programme.ministry == ministry for programme in programmes)
    }
    return {"README.md": _index_page(programmes, pages), **made}
