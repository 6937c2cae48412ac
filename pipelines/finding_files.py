"""One finding with its evidence, walked from the release to the received bytes.

Here: finding the release that holds it, its rows in the lake, its files in the archive. Never here:
sentences (`hub.findings.story`). Names, addresses and tokens of the rows are left out.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from hub.catalogue import Catalogue, Family, Kind
from hub.findings.rules import Rule, load_rules, rule_frames
from hub.findings.story import EvidenceRecord, FindingStory
from hub.programmes.explanation.texts import Text, same
from pipelines.steps.findings import rule_sql
from sources.registry import load_catalogue
from warehouse.archive import is_sound
from warehouse.identity_zone import IdentityZone, identity_zone
from warehouse.lake import delivery_parts
from warehouse.layout import Layout
from warehouse.ledger import DeliveryRecord, Ledger, ReleaseState
from warehouse.mart import first_comment
from warehouse.person_rows import PersonRows
from warehouse.releases import Release, open_release
from warehouse.workbench import sql_text


class NoFindingError(LookupError):
    """There is no such finding; the message says what to do."""


def read_finding(layout: Layout, finding_id: str) -> FindingStory:
    """Read a finding from the newest release that holds it; hash its received bytes again.

    Args:
        layout: the hub.
        finding_id: as in `finding`; its first letters are enough where they name one finding.

    Raises:
        NoFindingError: no release holds such a finding, or the first letters name several.
    """
    with Ledger.open(layout.ledger_url) as ledger:
        release, row = _newest(layout, ledger, finding_id.strip())
        known = str(row["finding_id"])
        states = ledger.finding_state(known)
        events = ledger.finding_events(known)
        case_id = ledger.case_of_finding(known)
        deliveries = {record.delivery_id: record for record in ledger.deliveries()}
    rule = next((each for each in load_rules() if each.id == row["rule_id"]), None)
    if rule is None:
        raise NoFindingError(f"finding {known} is of rule {row['rule_id']}, which this hub has not")
    with PersonRows(release) as rows:
        evidence = rows.where("finding_evidence", "finding_id", [known])
        names = rows.whole("programme", ["code", "name_en", "name_ko"])
    catalogue = load_catalogue()
    checked: dict[str, bool] = {}
    return FindingStory(
        finding=row,
        release_id=release.release_id,
        rule=rule,
        installed_version=_installed_version(rule),
        looks_for=first_comment(sql_text("findings", rule.table)),
        programmes=_programmes(row, names),
        state=states,
        events=tuple(events.select("night", "kind", "other_finding_id").iter_rows()),
        case_id=case_id,
        evidence=tuple(
            _record(
                layout,
                catalogue,
                each,
                deliveries.get(each["delivery_id"]),
                checked,
            )
            for each in evidence.iter_rows(named=True)
        ),
    )


def _newest(layout: Layout, ledger: Ledger, finding_id: str) -> tuple[Release, dict[str, object]]:
    released = [each for each in ledger.releases() if each.state is ReleaseState.PUBLISHED]
    if not released:
        raise NoFindingError("no release yet; run `hub night` first")
    if not finding_id.isalnum():
        raise NoFindingError(f"{finding_id!r} is no finding; see `hub query` on table finding")
    for record in reversed(released):
        release = open_release(layout, record.release_id)
        with PersonRows(release) as rows:
            found = rows.where(
                "finding",
                "rule_id",
                [rule.id for rule in load_rules()],
                also=f"starts_with(finding_id, '{finding_id.lower()}')",
            )
        if found.height > 1:
            near = ", ".join(found["finding_id"].head(5))
            raise NoFindingError(f"several findings begin with {finding_id}: {near}")
        if found.height and "subject_kind" not in found.columns:
            raise NoFindingError(
                f"release {record.release_id} is of an older hub, which did not write down what a"
                " finding is about; run the night again"
            )
        if found.height:
            return release, found.row(0, named=True)
    raise NoFindingError(
        f'no finding {finding_id} in any release; `hub query "SELECT finding_id, rule_id FROM '
        'finding"` lists those of the current one'
    )


def _installed_version(rule: Rule) -> str:
    frame = rule_frames((rule,), {rule.table: rule_sql(rule)})["detection_rule"]
    return str(frame["rule_version"][0])


def _programmes(row: dict[str, object], names: pl.DataFrame) -> tuple[Text, ...]:
    known = {code: Text(f"{code} {en}", f"{code} {ko}") for code, en, ko in names.iter_rows()}
    codes = [row["programme_code"], row["other_programme_code"]]
    return tuple(known.get(code, same(code)) for code in codes if code)


def _record(
    layout: Layout,
    catalogue: Catalogue,
    row: dict[str, object],
    delivery: DeliveryRecord | None,
    checked: dict[str, bool],
) -> EvidenceRecord:
    code, delivery_id = str(row["document_type"]), str(row["delivery_id"])
    line = None if row["line"] is None else int(str(row["line"]))
    document = catalogue.documents.get(code)
    is_archived = None
    if delivery is not None:
        if delivery.sha256 not in checked:
            checked[delivery.sha256] = is_sound(layout, delivery.sha256)
        is_archived = checked[delivery.sha256]
    return EvidenceRecord(
        role=str(row["role"]),
        document_type=code,
        document_name=Text(document.name_en, document.name_ko) if document else same(""),
        delivery_id=delivery_id,
        line=line,
        file_name=delivery.file_name if delivery else "",
        made_at=delivery.made_at if delivery else None,
        received_at=delivery.received_at if delivery else None,
        sha256=delivery.sha256 if delivery else "",
        is_archived=is_archived,
        values={}
        if document is None or line is None
        else _values(
            identity_zone(layout),
            layout.delivery(code, delivery_id),
            line,
            catalogue.families[document.family],
        ),
    )


def _values(zone: IdentityZone, folder: Path, line: int, family: Family) -> dict[str, object]:
    """Return what the row says, without what identifies people."""
    parts = delivery_parts(folder)
    if not parts:
        return {}
    shown = [
        column.name
        for column in family.columns
        if column.kind not in {Kind.ID, Kind.TEXT, Kind.KEY}
    ]
    scan = zone.scan(parts)
    held = scan.collect_schema().names()
    found = (
        scan.filter(pl.col("line") == line)
        .select([name for name in shown if name in held])
        .collect()
    )
    if found.is_empty():
        return {}
    return {name: value for name, value in found.row(0, named=True).items() if value is not None}
