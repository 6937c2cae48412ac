"""The 448 document assets, from one factory: land what waits, with an inline blocking check.

Add here: what every document asset shows in Dagster. Never here: reading or checking rows
(`pipelines.steps.landing`). One asset a type, because lineage, owner, description, freshness and
retry belong to a type; in one process, because a process start costs forty times the step. Where there
are cores to spare, that process hands the types to workers (`pipelines.steps.landing_crew`).
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import dagster as dg

from hub.catalogue import Catalogue, Cycle, DocumentType
from pipelines.assets import naming
from pipelines.assets.failures import quotes_nothing
from pipelines.resources import HubResource

if TYPE_CHECKING:
    from pipelines.steps.landing import DocumentLanding

CHECK = "expectations"

_EXPECTED_WITHIN: dict[Cycle, dt.timedelta] = {
    Cycle.REALTIME: dt.timedelta(days=2),
    Cycle.DAILY: dt.timedelta(days=2),
    Cycle.WEEKLY: dt.timedelta(days=9),
    Cycle.MONTHLY: dt.timedelta(days=40),
    Cycle.QUARTERLY: dt.timedelta(days=110),
    Cycle.HALF_YEARLY: dt.timedelta(days=200),
    Cycle.YEARLY: dt.timedelta(days=400),
}


def freshness_policy(document: DocumentType) -> dg.FreshnessPolicy | None:
    """How late a type may be by its cycle; what comes on request only has no due day."""
    window = _EXPECTED_WITHIN.get(document.cycle)
    if window is None:
        return None
    return dg.FreshnessPolicy.time_window(fail_window=window, warn_window=window * 0.8)


def column_schema(document: DocumentType) -> dg.TableSchema:
    """The newest schema version as Dagster shows it."""
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                column.canonical,
                column.kind.value,
                description=f"{column.name} ({column.format.value})",
                constraints=dg.TableColumnConstraints(nullable=not column.required),
            )
            for column in document.versions[-1].columns
        ]
    )


def landing_result(landing: DocumentLanding) -> dg.MaterializeResult:
    """Tell Dagster what landing came to; the inline check fails where a delivery was stopped."""
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": landing.rows_accepted,
            "deliveries_landed": landing.landed,
            "deliveries_stopped": landing.stopped,
            "rows_quarantined": landing.rows_quarantined,
            "reasons": dg.MetadataValue.json(landing.reasons),
        },
        check_results=[
            dg.AssetCheckResult(
                check_name=CHECK,
                passed=landing.stopped == 0,
                # The bad delivery is already held back, so the rest of the night goes on.
                severity=dg.AssetCheckSeverity.WARN,
                metadata={
                    "evaluated": landing.evaluated,
                    "unsuccessful": landing.unsuccessful,
                },
            )
        ],
    )


def document_asset(document: DocumentType, group: str) -> dg.AssetsDefinition:
    """Make the asset of one document type."""
    key = naming.document_key(document)

    @dg.asset(
        key=key,
        deps=[naming.INTAKE],
        group_name=group,
        description=f"{document.name_ko} ({document.name_en}). {document.describes}",
        owners=[f"team:{document.institution.lower()}"],
        kinds={"parquet", document.delivery.value},
        tags={
            "family": document.family,
            "cycle": document.cycle.value,
            "mode": document.mode.value,
            "sensitivity": document.sensitivity,
            "status": document.status,
        },
        metadata={
            "dagster/column_schema": column_schema(document),
            "legal_basis": document.legal_basis,
        },
        freshness_policy=freshness_policy(document),
        check_specs=[dg.AssetCheckSpec(CHECK, asset=key, blocking=True)],
    )
    @quotes_nothing
    def land(hub: HubResource) -> dg.MaterializeResult:
        from pipelines.steps.landing_crew import land_type

        return landing_result(land_type(hub.context(), document.code))

    return land


def document_assets(catalogue: Catalogue) -> list[dg.AssetsDefinition]:
    """Make the assets of all document types."""
    return [
        document_asset(document, naming.institution_group(document, catalogue))
        for document in catalogue.documents.values()
    ]
