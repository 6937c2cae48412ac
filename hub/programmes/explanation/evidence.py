"""Which records, notices and members a fact rests on, as points below a condition.

Here: choosing and saying sources of one fact. Never here: reading them (`pipelines.explain_commands`)
or conditions (`explaining`). Next: `explaining` hangs these points under each value.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hub.programmes.explanation.case_file import CaseFile, Source, parameter_text, source_text
from hub.programmes.explanation.findings import Seen, asked_words
from hub.programmes.explanation.point import Point
from hub.programmes.explanation.texts import NOTHING, Text, joined, quantity, same
from hub.programmes.explanation.words import RECEIPTS, fact_of, fact_words, figure_name, member_word
from hub.programmes.fact_words import load_fact_words
from hub.programmes.language import tree

ASSETS = frozenset({"residential", "general", "financial", "vehicle"})
FIGURES = (
    "earned", "business", "property_income", "public_transfer", "private_transfer",
    "residential", "general", "financial", "vehicle", "debt",
)  # fmt: skip
_OF_MEMBERS = frozenset(
    {"unit_size", "children_under_18_count", "children_under_7_count", "region_class", "rent_zone"}
)
_DERIVED_FROM = {
    "months_since_birth": "age_years",
    "months_since_childbirth": "has_own_child",
    "has_spouse_of_pension_age": "has_spouse",
    "has_spouse_with_occupational_pension": "has_spouse",
    "tenure": "actual_rent_amount",
}
"""Facts that rest on the records of another fact."""
MEANS = (
    ("worked_amount", Text("wages and business income", "근로·사업소득")),
    ("counted_work_amount", Text("of it counted, after deductions", "공제 후 근로·사업소득")),
    ("property_income_amount", Text("property income", "재산소득")),
    ("public_transfer_amount", Text("public transfers", "공적이전소득")),
    ("counted_benefit_amount", Text("benefits that count", "반영되는 급여")),
    ("regular_help_amount", Text("regular help from others", "정기 사적이전소득")),
    ("assessed_income_amount", Text("income counted, together", "소득평가액")),
    ("converted_asset_amount", Text("assets converted to income", "재산의 소득환산액")),
)
_TOTALS = frozenset({"assessed_income_amount", "converted_asset_amount"})


def fact_points(  # noqa: PLR0911  one case a kind of fact
    seen: Seen, whole: Seen, case: CaseFile, person_id: str | None, limit: int | None
) -> tuple[Point, ...]:
    """Return what the fact `seen` of the condition `whole` rests on.

    Args:
        seen: a fact and its value.
        whole: the condition, whose words say which records are asked for.
        case: records and names.
        person_id: whom it is about; None for a unit.
        limit: most records to list of one fact; None lists all.
    """
    node = seen.node
    if not isinstance(node, tree.Fact):
        return ()
    words = fact_words()[node.name]
    if seen.value is None and words.why_unknown:
        return (Point(words.why_unknown, kind="why_unknown"),)
    if words.parameter:
        return _parameter_points(node.name, seen.value, case)
    if words.source:
        return tuple(_means_points(node.name, words.source, case, limit))
    if node.name in _OF_MEMBERS:
        return _member_points(case)
    records = _records(node.name, seen.value, asked_words(whole, node.name), case, person_id)
    if records:
        return _source_points(records, case, person_id, limit)
    return _absence(node.name, seen.value, asked_words(whole, node.name), case)


def _records(
    name: str, value: object, asked: Sequence[str], case: CaseFile, person_id: str | None
) -> list[Source]:
    fact = {"unit_receipts": "receipts", "unit_crises": "crises"}.get(
        name, _DERIVED_FROM.get(name, name)
    )
    everybody = fact_of(name).scope == "household" or name in RECEIPTS or person_id is None
    mine = [
        each
        for each in case.sources
        if each.fact == fact and (everybody or each.person_id == person_id)
    ]
    if isinstance(value, (list, tuple)):
        held = {word for word in value if not asked or word in asked}
        found = [each for each in mine if each.said in held]
        return _own_first(found, person_id) if name in RECEIPTS else found
    if value is False or value == "none":
        return []
    if isinstance(value, str) and fact == name:
        return [each for each in mine if each.said in (value, None)]
    return mine


def _source_points(
    records: Sequence[Source], case: CaseFile, person_id: str | None, limit: int | None
) -> tuple[Point, ...]:
    shown = records if limit is None else records[:limit]
    points = [source_point(each, case, person_id) for each in shown]
    if rest := len(records) - len(shown):
        points.append(Point(Text(f"and {rest:,} more records", f"그 밖의 기록 {rest:,}건")))
    return tuple(points)


def source_point(source: Source, case: CaseFile, person_id: str | None) -> Point:
    """Return one record; a member who is not the person asked about is named by ID."""
    who = NOTHING
    if source.person_id != (person_id or case.person_id):
        who = Text(f"of {source.person_id}: ", f"{source.person_id}: ")
    said = NOTHING
    if isinstance(source.said, int):
        amount = quantity(source.said, source.unit)
        said = figure_name(source.fact) + same(" ") + amount + same(": ")
    return Point(
        who + said + source_text(source, case),
        kind="source",
        details={
            "person_id": source.person_id,
            "document_type": source.document_type,
            "delivery_id": source.delivery_id,
            "line": source.line,
            "received_on": source.received_on,
            "said": source.said,
        },
    )


def _parameter_points(name: str, value: object, case: CaseFile) -> tuple[Point, ...]:
    words = fact_words()[name]
    key = ",".join(str(case.value(each)) for each in words.key) if words.key else None
    found = case.parameter(words.parameter, key)
    if found is None:
        # Without a key in facts: the cell that has the amount.
        cells = [each for each in case.parameters if each.parameter == words.parameter]
        found = next((each for each in cells if each.amount == value), cells[0] if cells else None)
    if found is None:
        return ()
    return (
        Point(
            parameter_text(found),
            kind="notice",
            details={"parameter": found.parameter, "key": found.key, "notice": found.notice},
        ),
    )


def _means_points(name: str, source: str, case: CaseFile, limit: int | None) -> Iterator[Point]:
    if source == "all" and name != "pension_recognised_income_amount":
        for part, label in MEANS:
            amount = case.means.get(part)
            if amount or (amount is not None and part in _TOTALS):
                yield Point(label + same(": ") + quantity(amount, "won_per_month"))
    figures = {"all": frozenset(FIGURES), "assets": ASSETS}.get(source, frozenset({source}))
    records = [each for each in case.sources if each.fact in figures]
    records.sort(key=lambda each: -each.said if isinstance(each.said, int) else 0)
    yield from _source_points(records, case, None, limit)


def _member_points(case: CaseFile) -> tuple[Point, ...]:
    points = []
    for member in case.members:
        age = NOTHING
        if member.age_years is not None:
            years = quantity(member.age_years, "years")
            age = Text(f", {years.en}", f", {years.ko}")
        counted = NOTHING
        if not member.is_counted:
            why = member_word("exclusion", member.reason)
            counted = Text(f", not counted ({why.en})", f", 제외({why.ko})")
        who = same(f"{member.person_id} ") + member_word("role", member.role) + age + counted
        told = (
            Point(source_text(member.source, case), kind="source"),
        ) if member.source else ()  # fmt: skip
        points.append(Point(who, kind="member", children=told))
    return tuple(points)


def receipt_points(code: str, case: CaseFile) -> tuple[Point, ...]:
    """Return the records that tell that a programme is received."""
    told = [each for each in case.sources if each.fact == "receipts" and each.said == code]
    return tuple(
        source_point(each, case, case.person_id) for each in _own_first(told, case.person_id)
    )


def _own_first(records: list[Source], person_id: str | None) -> list[Source]:
    """Return the person's own records; those of members only where there is none of the own.

    A programme of the household reaches all counted members, whoever is named.
    """
    own = [each for each in records if each.person_id == person_id]
    return own or records


def settling_documents(name: str, asked: Sequence[str], case: CaseFile) -> tuple[str, ...]:
    """Return the document types that would tell a fact, or the words of it that are asked for.

    Nothing where no document type of the hub tells them: then only the person can.
    """
    if name in RECEIPTS:
        return ()
    fact = {"unit_crises": "crises"}.get(name, name)
    told = [
        each.document
        for each in load_fact_words()
        if each.fact == fact and (not asked or each.value in asked)
    ]
    codes = told or ([] if asked else list(fact_of(name).sources))
    return tuple(dict.fromkeys(code for code in codes if code in case.documents))[:3]


def _absence(name: str, value: object, asked: Sequence[str], case: CaseFile) -> tuple[Point, ...]:
    """Say that no record tells it, and which documents would."""
    codes = settling_documents(name, asked, case)
    if value is None:
        return unknown_points(codes, case)
    if not codes:
        return ()
    documents = joined((case.document(code).text for code in codes), "; ", "; ")
    return (
        Point(
            Text(f"no record in: {documents.en}", f"기록 없음: {documents.ko}"), kind="no_record"
        ),
    )


def unknown_points(codes: Sequence[str], case: CaseFile) -> tuple[Point, ...]:
    """Name the document types that would settle it, and who sends them; or say that none does."""
    if not codes:
        return (
            Point(
                Text(
                    "no document type of the hub tells it: ask the person for a certificate",
                    "연계 자료로 확인되지 않음: 본인에게 증명서류 요청",
                ),
                kind="missing",
                details={"document_type": None},
            ),
        )
    return tuple(
        Point(
            Text(
                f"would be settled by: {found.text.en}, sent by {found.institution.en}",
                f"확인에 필요한 자료: {found.text.ko}, 제공기관 {found.institution.ko}",
            ),
            kind="missing",
            details={"document_type": code},
        )
        for code in codes
        for found in (case.document(code),)
    )
