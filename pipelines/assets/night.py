"""The assets of a night around landing: intake before it, families to extracts after it.

Add here: the wrapping of a new stage. Never here: its work (`pipelines.steps`).
"""

from __future__ import annotations

from collections.abc import Iterator

import dagster as dg

from hub.catalogue import Catalogue
from hub.extracts.contracts import Contract, load_contracts
from pipelines.assets import naming
from pipelines.assets.failures import quotes_nothing
from pipelines.resources import HubResource

CONSERVED = "rows_conserved"
_OWNERS = ["team:data-engineering"]


@dg.asset(
    key=naming.INTAKE,
    group_name="intake",
    owners=_OWNERS,
    kinds={"file"},
    description="Everything that institutions dropped, archived by content and entered in the ledger.",
)
@quotes_nothing
def intake(hub: HubResource) -> dg.MaterializeResult:
    """Take what waits in landing."""
    from pipelines.steps.intake import take_deliveries

    return dg.MaterializeResult(metadata=dict(take_deliveries(hub.context())))


def conservation_check(family: dg.AssetKey, lost: list[str]) -> dg.AssetCheckResult:
    """Tell Dagster whether every row that arrived for a family is somewhere; a loss stops the night."""
    return dg.AssetCheckResult(
        asset_key=family,
        check_name=CONSERVED,
        passed=not lost,
        severity=dg.AssetCheckSeverity.ERROR,
        metadata={"lost": dg.MetadataValue.json(lost)},
    )


def family_assets(catalogue: Catalogue) -> dg.AssetsDefinition:
    """Make the 40 family tables: each depends on the document types that feed it."""
    specs = [
        dg.AssetSpec(
            naming.family_key(family),
            deps=[naming.document_key(each) for each in catalogue.by_family[family.code]],
            group_name="families",
            owners=_OWNERS,
            kinds={"duckdb", "parquet"},
            description=f"{family.code} {family.name}: one row is {family.grain}.",
        )
        for family in catalogue.families.values()
    ]
    checks = [dg.AssetCheckSpec(CONSERVED, asset=spec.key, blocking=True) for spec in specs]

    @dg.multi_asset(specs=specs, check_specs=checks, name="families")
    @quotes_nothing
    def families(hub: HubResource) -> Iterator[dg.MaterializeResult]:
        from pipelines.steps.families import build_night_tables, lost_by_family

        rows = build_night_tables(hub.context())
        lost = lost_by_family(hub.context())
        for family in catalogue.families.values():
            key = naming.family_key(family)
            check = conservation_check(key, lost[family.code])
            yield dg.MaterializeResult(
                key, metadata={"dagster/row_count": rows[key.path[-1]]}, check_results=[check]
            )

    return families


def index_asset(catalogue: Catalogue) -> dg.AssetsDefinition:
    """Make the person index: it depends on every family."""

    @dg.asset(
        key=naming.PERSON_INDEX,
        deps=[naming.family_key(family) for family in catalogue.families.values()],
        group_name="night",
        owners=_OWNERS,
        kinds={"splink"},
    )
    @quotes_nothing
    def person_index(hub: HubResource) -> dg.MaterializeResult:
        """Which signatures are the same person, under IDs that never silently change."""
        from pipelines.steps.stages import index_people

        return dg.MaterializeResult(metadata=index_people(hub.context()))

    return person_index


@dg.asset(key=naming.HOUSEHOLDS, deps=[naming.PERSON_INDEX], group_name="night", owners=_OWNERS)
@quotes_nothing
def households(hub: HubResource) -> dg.MaterializeResult:
    """Registered households on the night's day."""
    from pipelines.steps.stages import form_households

    return dg.MaterializeResult(metadata=form_households(hub.context()))


@dg.asset(key=naming.PROFILES, deps=[naming.HOUSEHOLDS], group_name="night", owners=_OWNERS)
@quotes_nothing
def profiles(hub: HubResource) -> dg.MaterializeResult:
    """Income and assets of each person and household, each figure with its sources."""
    from pipelines.steps.stages import profile_people

    return dg.MaterializeResult(metadata=profile_people(hub.context()))


@dg.asset(key=naming.DECISIONS, deps=[naming.PROFILES], group_name="night", owners=_OWNERS)
@quotes_nothing
def decisions(hub: HubResource) -> dg.MaterializeResult:
    """Programmes decided for everyone, with reasons."""
    from pipelines.steps.stages import decide_programmes

    return dg.MaterializeResult(metadata=decide_programmes(hub.context()))


@dg.asset(key=naming.FINDINGS, deps=[naming.DECISIONS], group_name="night", owners=_OWNERS)
@quotes_nothing
def findings(hub: HubResource) -> dg.MaterializeResult:
    """Duplicate and improper receipt, with evidence; a finding is never a verdict."""
    from pipelines.steps.stages import find_improper_receipt

    return dg.MaterializeResult(metadata=find_improper_receipt(hub.context()))


@dg.asset(key=naming.RELEASE, deps=[naming.FINDINGS], group_name="night", owners=_OWNERS)
@quotes_nothing
def release(hub: HubResource) -> dg.MaterializeResult:
    """The whole result at once: published beside, verified, renamed."""
    from pipelines.steps.stages import publish_release

    return dg.MaterializeResult(metadata=publish_release(hub.context()))


@dg.asset(key=naming.ACCESS_REVIEW, deps=[naming.RELEASE], group_name="night", owners=_OWNERS)
@quotes_nothing
def access_review(hub: HubResource) -> dg.MaterializeResult:
    """Who looked at whom: the log's head signed, and explanations asked for what looks like misuse."""
    from pipelines.steps.stages import review_access_log

    return dg.MaterializeResult(metadata=review_access_log(hub.context()))


@dg.asset(key=naming.ELIGIBILITY, deps=[naming.RELEASE], group_name="extracts", owners=_OWNERS)
@quotes_nothing
def eligibility(hub: HubResource) -> dg.MaterializeResult:
    """Standing of everyone in every programme, scanned once for the extracts of all ministries."""
    from pipelines.steps.stages import stand_eligibility

    return dg.MaterializeResult(metadata=stand_eligibility(hub.context()))


def extract_asset(contract: Contract) -> dg.AssetsDefinition:
    """Make the asset of one ministry's extract."""

    @dg.asset(
        key=naming.extract_key(contract.ministry),
        deps=[naming.ELIGIBILITY],
        group_name="extracts",
        owners=_OWNERS,
        kinds={"parquet", "csv"},
        description=f"{contract.id} {contract.version}, {contract.ministry_ko}: {contract.purpose}.",
    )
    @quotes_nothing
    def extract(hub: HubResource) -> dg.MaterializeResult:
        from pipelines.steps.stages import extract_for

        return dg.MaterializeResult(metadata=extract_for(hub.context(), contract.ministry))

    return extract


def night_assets(catalogue: Catalogue) -> list[dg.AssetsDefinition]:
    """Gather the assets of a night around landing."""
    rest = [households, profiles, decisions, findings, release, access_review, eligibility]
    extracts = [extract_asset(contract) for contract in load_contracts()]
    return [intake, family_assets(catalogue), index_asset(catalogue), *rest, *extracts]
