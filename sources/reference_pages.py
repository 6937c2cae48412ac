"""Reference pages of the catalogue, in Markdown.

Here: one page an institution, the index, the record families and the code lists, all made from
the catalogue. Never here: facts that the catalogue does not hold. Next: `hub catalogue pages`
writes them to `docs/catalogue/`; a contract test fails where they are not current.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from hub.catalogue import Catalogue, CodeSet, Column, DocumentType, SchemaVersion
from sources.registry import CATALOGUE_FOLDER

PAGES_FOLDER = Path("docs/catalogue")
NAMED_SOURCES = frozenset({"I01", "I03", "I04", "I07", "I24", "I25", "I35"})
"""Institutions that public documents name as sources of the national system."""

_ORIGIN = (
    "**Modelled.** Public documents attest only the totals (448 document types, 37 institutions, "
    "292 programmes) and name some of the sources; the types, columns, codes, formats and cycles "
    "below are plausible models of real kinds of records, not attested facts. A type whose status "
    "is *attested* says so.\n"
)
_MADE = "<!-- Made by `hub catalogue pages` from sources/catalogue; do not edit. -->\n"


def _text(value: object) -> str:
    return str(value).replace("|", "\\|")


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    lines += ["| " + " | ".join(map(_text, row)) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def _column_row(column: Column, has_widths: bool) -> list[object]:
    hub = f"*own:* {column.canonical}" if column.is_own else column.canonical
    codes = ", ".join(f"{code} = {word}" for code, word in column.codes.items())
    row: list[object] = [f"`{column.name}`", hub, column.format.value]
    if has_widths:
        row.append(column.width or "")
    return [*row, "yes" if column.required else "", codes]


def _version_changes(before: SchemaVersion, after: SchemaVersion) -> str:
    held = {column.name: column for column in before.columns}
    now = {column.name: column for column in after.columns}
    parts = [f"drops `{name}`" for name in held if name not in now]
    parts += [
        f"`{name}` from {held[name].format.value} to {column.format.value}"
        for name, column in now.items()
        if name in held and held[name].format is not column.format
    ]
    parts += [
        f"changes `{name}`"
        for name, column in now.items()
        if name in held and held[name] != column and held[name].format is column.format
    ]
    parts += [
        f"adds `{name}` ({'own: ' if column.is_own else ''}{column.canonical}, "
        f"{column.format.value})"
        for name, column in now.items()
        if name not in held
    ]
    return f"- Version {after.number}, from {after.valid_from}: {'; '.join(parts)}.\n"


def _section(document: DocumentType, catalogue: Catalogue) -> str:
    family = catalogue.families[document.family]
    first = document.versions[0]
    has_widths = any(column.width for column in first.columns)
    facts = [
        f"family [{family.code} {family.name}](families.md#{family.code.lower()}-{family.name})",
        f"{document.delivery.value}, {document.encoding.value}",
        f"{document.cycle.value}, {document.mode.value}",
        f"person key {document.person_key}",
        f"corrections {document.corrections.value}",
        f"kept {document.retention_years} years",
        document.sensitivity,
        f"used for {', '.join(document.used_for)}",
    ]
    if document.income_asset_code:
        kind = catalogue.income_asset_kinds[document.income_asset_code]
        facts.append(f"feeds {kind.code} {kind.name_en}")
    facts += [f"every row has {name} = {word}" for name, word in document.constants.items()]
    facts.append(f"**{document.status}**")
    head = ["sender's column", "column of the hub", "format"]
    head += ["bytes"] if has_widths else []
    parts = [
        f"## {document.code} {document.name_en}\n",
        f"{document.name_ko}. {document.describes}\n",
        f"{'; '.join(facts)}. Legal basis: {document.legal_basis}.\n",
        _table(
            [*head, "required", "codes"],
            (_column_row(column, has_widths) for column in first.columns),
        ),
    ]
    changes = [
        _version_changes(before, after)
        for before, after in zip(document.versions, document.versions[1:], strict=False)
    ]
    if changes:
        parts.append("".join(changes))
    return "\n".join(parts)


def _institution_page(code: str, catalogue: Catalogue) -> str:
    institution = catalogue.institutions[code]
    documents = catalogue.by_institution[code]
    named = "Public documents name" if code in NAMED_SOURCES else "No public document here names"
    parts = [
        f"# {code} {institution.name_en}\n",
        _MADE,
        f"{institution.name_ko}. {len(documents)} document types.\n",
        _ORIGIN,
        f"{named} this institution as a source; how many types it sends is modelled.\n",
        *(_section(document, catalogue) for document in documents),
    ]
    return "\n".join(parts)


def _families_page(catalogue: Catalogue) -> str:
    parts = [
        "# Record families\n",
        _MADE,
        (
            f"The {len(catalogue.families)} canonical shapes that the document types are conformed "
            "to. Modelled.\n"
        ),
    ]
    for family in catalogue.families.values():
        feeding = ", ".join(document.code for document in catalogue.by_family[family.code])
        validity = ", ".join(
            f"{bound} {column}"
            for bound, column in (("from", family.valid_from), ("to", family.valid_to))
            if column
        )
        parts += [
            f"## {family.code} {family.name}\n",
            (
                f"One row is {family.grain}. Natural key: {', '.join(family.natural_key)}. "
                f"Validity: {validity or 'none'}.\n"
            ),
            _table(
                ["column", "kind", "code set"],
                (
                    (
                        column.name,
                        column.kind.value,
                        f"[{column.code_set}](code_sets.md#{column.code_set})"
                        if column.code_set
                        else "",
                    )
                    for column in family.columns
                ),
            ),
            f"Fed by {feeding}.\n",
        ]
    return "\n".join(parts)


def _used_by(catalogue: Catalogue) -> Mapping[str, list[str]]:
    used: dict[str, list[str]] = {}
    for family in catalogue.families.values():
        for column in family.columns:
            if column.code_set:
                used.setdefault(column.code_set, []).append(f"{family.code}.{column.name}")
    return used


def _code_set_section(code_set: CodeSet, used: Sequence[str]) -> str:
    parts = [f"## {code_set.name}\n", f"{code_set.describes} Used by {', '.join(used)}.\n"]
    if not used:
        parts[1] = f"{code_set.describes} Used by columns of senders only.\n"
    if code_set.is_open:
        parts.append(f"Open: a value that matches `{code_set.pattern}` is its own word.\n")
    if code_set.words:
        extra = "reason outside the programmes" if code_set.outside else "group"
        has_extra = bool(code_set.groups or code_set.outside)
        head = ["word", "Korean", "English", *([extra] if has_extra else [])]
        rows = []
        for word, (korean, english) in code_set.words.items():
            row = [f"`{word}`", korean, english]
            if code_set.outside:
                row.append(code_set.outside.get(word, ""))
            elif has_extra:
                row.append(code_set.groups.get(word, ""))
            rows.append(row)
        parts.append(_table(head, rows))
    return "\n".join(parts)


def _code_sets_page(catalogue: Catalogue) -> str:
    used = _used_by(catalogue)
    shared = [code_set for name, code_set in catalogue.code_sets.items() if "." not in name]
    private = len(catalogue.code_sets) - len(shared)
    by_grade = [
        f"rows of {programme} with grade {grade} are about {meant}"
        for programme, grades in catalogue.programme_by_grade.items()
        for grade, meant in grades.items()
    ]
    parts = [
        "# Code sets\n",
        _MADE,
        (
            f"The {len(shared)} shared code lists: the canonical words, whatever codes a sender "
            "writes. Modelled. Senders' own code columns have private lists "
            f"({private} of them, named `<document code>.<column>`); their words stand in the tables "
            "of the institutions.\n"
        ),
        f"Where a sender's code stands for two programmes, the grade tells: {'; '.join(by_grade)}.\n",
        *(_code_set_section(code_set, used.get(code_set.name, [])) for code_set in shared),
    ]
    return "\n".join(parts)


def _index_page(catalogue: Catalogue, stems: Mapping[str, str]) -> str:
    feeding: dict[str, list[str]] = {}
    for document in catalogue.documents.values():
        if document.income_asset_code:
            feeding.setdefault(document.income_asset_code, []).append(document.code)
    parts = [
        "# Catalogue\n",
        _MADE,
        (
            f"{len(catalogue.documents)} document types of {len(catalogue.institutions)} institutions, "
            f"conformed to {len(catalogue.families)} [record families](families.md) with shared "
            f"[code sets](code_sets.md); {len(catalogue.programmes)} programmes.\n"
        ),
        _ORIGIN,
        "How to add a type: [adding a document type](../adding-a-document-type.md).\n",
        "## Institutions\n",
        _table(
            ["code", "institution", "Korean name", "types", "named in public documents"],
            (
                (
                    f"[{institution.code}]({stems[institution.code]}.md)",
                    institution.name_en,
                    institution.name_ko,
                    len(catalogue.by_institution[institution.code]),
                    "yes" if institution.code in NAMED_SOURCES else "",
                )
                for institution in catalogue.institutions.values()
            ),
        ),
        "## Kinds of income, assets and debts\n",
        'Modelled: public documents say "over 45".\n',
        _table(
            ["code", "kind", "Korean name", "group", "fed by"],
            (
                (
                    kind.code,
                    kind.name_en,
                    kind.name_ko,
                    kind.group,
                    ", ".join(feeding.get(kind.code, [])),
                )
                for kind in catalogue.income_asset_kinds.values()
            ),
        ),
    ]
    return "\n".join(parts)


def reference_pages(catalogue: Catalogue) -> dict[str, str]:
    """Make every reference page.

    Returns:
        File name → Markdown text; one page an institution, named as its TOML file, and
        `README.md`, `families.md`, `code_sets.md`.
    """
    stems = {path.stem[:3]: path.stem for path in CATALOGUE_FOLDER.glob("I*.toml")}
    pages = {
        f"{stems[code]}.md": _institution_page(code, catalogue) for code in catalogue.institutions
    }
    pages["README.md"] = _index_page(catalogue, stems)
    pages["families.md"] = _families_page(catalogue)
    pages["code_sets.md"] = _code_sets_page(catalogue)
    return pages
