"""The tables that a night starts from: what arrived, and the 40 families.

Never here: SQL (`warehouse/sql`) or the order of stages (`pipelines.assets`). The work folder of
the night is made anew, so that nothing of an earlier try is left in it.
"""

from __future__ import annotations

import hashlib
import shutil

import polars as pl

from hub.catalogue import Catalogue
from hub.programmes.catalogue import load_programmes
from pipelines.steps.conservation import losses
from pipelines.steps.context import NightContext
from pipelines.steps.engines import spark_bench
from pipelines.steps.feed_guard import guard_feeds
from pipelines.steps.index_memory import read_released
from warehouse.families import EffectiveDelivery, build_families
from warehouse.kept_families import KeptFamilies
from warehouse.ledger import DeliveryRecord
from warehouse.manifest import code_version
from warehouse.workbench import Workbench


def open_bench(context: NightContext, stage: str = "") -> Workbench:
    """Open the night's tables, on the engine that runs the SQL of `stage`."""
    tables, night = context.layout.tables(context.night), f"{context.night:%Y%m%d}"
    if context.engine.runs_on_spark(stage):
        return spark_bench(tables, context.spark, context.zone, night)
    return Workbench(tables, zone=context.zone, night=night)


def build_night_tables(context: NightContext) -> dict[str, int]:
    """Build `night`, `document_type`, `delivery`, the families, `signature` and what guards them.

    Returns rows by table.
    """
    shutil.rmtree(context.layout.work(context.night), ignore_errors=True)
    context.memory.begin()
    effective = context.ledger.effective_deliveries()
    deliveries = [_effective(context, record) for record in effective]
    with open_bench(context, "families") as bench:
        measures = [
            bench.add("night", pl.DataFrame({"as_of": [context.as_of], "month": [context.month]})),
            bench.add("document_type", document_types(context.catalogue)),
            bench.add("programme", programmes()),
            bench.add("delivery", delivery_table(context, effective)),
            *build_families(
                bench,
                context.catalogue,
                deliveries,
                progress=lambda table: context.announce("families", table),
                kept=None if context.engine.runs_on_spark("families") else kept_families(context),
            ),
            *guard_feeds(bench, deliveries, read_released(context, "feed_measure")),
            bench.build("quality", "row_conservation"),
        ]
    return {measure.table: measure.rows for measure in measures}


def lost_by_family(context: NightContext) -> dict[str, list[str]]:
    """Return what document types lost, said for people, by family; a family without loss has []."""
    found: dict[str, list[str]] = {family: [] for family in context.catalogue.families}
    with open_bench(context) as bench:
        for loss in losses(bench):
            found[loss.family].append(str(loss))
    return found


def kept_families(context: NightContext) -> KeptFamilies | None:
    """Return the families of earlier nights, as this code and this catalogue make them.

    None where every family is to be made again.
    """
    folder = context.layout.kept_families
    if folder is None:
        return None
    shared = (context.catalogue.code_sets, context.catalogue.programme_by_grade)
    versions = {
        "catalogue": hashlib.sha256(repr(shared).encode()).hexdigest(),
        "code": code_version()[1],
    }
    return KeptFamilies(folder, context.zone, versions)


def document_types(catalogue: Catalogue) -> pl.DataFrame:
    """One row is one document type of the catalogue."""
    return pl.DataFrame(
        [
            {
                "code": document.code,
                "institution": document.institution,
                "institution_name": catalogue.institutions[document.institution].name_en,
                "institution_name_ko": catalogue.institutions[document.institution].name_ko,
                "family": document.family,
                "name_ko": document.name_ko,
                "name_en": document.name_en,
                "income_asset_code": document.income_asset_code,
                "used_for": ";".join(document.used_for),
                "cycle": document.cycle.value,
                "mode": document.mode.value,
                "legal_basis": document.legal_basis,
                "status": document.status,
            }
            for document in catalogue.documents.values()
        ],
        infer_schema_length=None,
    ).sort("code")


def programmes() -> pl.DataFrame:
    """One row is one of the 292 welfare programmes."""
    columns = (
        "code", "ministry", "family", "name_ko", "name_en", "template", "unit", "benefit",
        "legal_basis", "status", "introduced", "needs_investigation",
    )  # fmt: skip
    return pl.DataFrame(
        [
            {column: getattr(programme, column) for column in columns}
            | {"period": programme.payment_cycle, "amount_unit": programme.amount.unit}
            for programme in load_programmes()
        ]
    ).sort("code")


def delivery_table(context: NightContext, effective: list[DeliveryRecord]) -> pl.DataFrame:
    """One row is one delivery, also those stopped and those that a correction replaced."""
    effective_ids = {record.delivery_id for record in effective}
    documents = context.catalogue.documents
    rows = []
    for record in context.ledger.deliveries():
        counts = record.counts
        rows.append(
            {
                "delivery_id": record.delivery_id,
                "document_type": record.document_type,
                "institution": record.institution,
                "family": documents[record.document_type].family,
                "period": record.period,
                "sequence": record.sequence,
                "file_name": record.file_name,
                "sha256": record.sha256,
                "made_at": record.made_at,
                "state": record.state.value,
                "is_effective": record.delivery_id in effective_ids,
                "schema_version": record.schema_version,
                "rows_received": counts.rows_received if counts else None,
                "rows_accepted": counts.rows_accepted if counts else None,
                "rows_quarantined": counts.rows_quarantined if counts else None,
                "rows_superseded": counts.rows_superseded if counts else None,
                "won_received": counts.won_received if counts else None,
                "won_accepted": counts.won_accepted if counts else None,
                "won_quarantined": counts.won_quarantined if counts else None,
                "won_superseded": counts.won_superseded if counts else None,
                "stop_rule": record.stop_rule,
                "stop_line": record.stop_line,
                "stop_detail": record.stop_detail,
            }
        )
    schema = _DELIVERY_SCHEMA
    return pl.DataFrame(rows, schema=schema).sort("delivery_id")


_DELIVERY_SCHEMA = pl.Schema(
    {
        "delivery_id": pl.String,
        "document_type": pl.String,
        "institution": pl.String,
        "family": pl.String,
        "period": pl.String,
        "sequence": pl.Int64,
        "file_name": pl.String,
        "sha256": pl.String,
        "made_at": pl.Datetime("us"),
        "state": pl.String,
        "is_effective": pl.Boolean,
        "schema_version": pl.Int64,
        "rows_received": pl.Int64,
        "rows_accepted": pl.Int64,
        "rows_quarantined": pl.Int64,
        "rows_superseded": pl.Int64,
        "won_received": pl.Int64,
        "won_accepted": pl.Int64,
        "won_quarantined": pl.Int64,
        "won_superseded": pl.Int64,
        "stop_rule": pl.String,
        "stop_line": pl.Int64,
        "stop_detail": pl.String,
    }
)


def _effective(context: NightContext, record: DeliveryRecord) -> EffectiveDelivery:
    return EffectiveDelivery(
        record.delivery_id,
        record.document_type,
        record.period,
        record.sequence,
        record.schema_version or 1,
        context.layout.delivery(record.document_type, record.delivery_id),
    )
