"""Data Docs: pages that show a suite's rules and what a delivery did with them, for auditors.

Here: building Great Expectations' own site in a folder. Never here: which deliveries are worth
pages, paths below HUB_HOME, values of rows (the engine hands none out). Next: `hub quality docs`
(`pipelines.commands`) chooses types and shows where the page is; `expectations.closed_pages`
makes the pages readable without a network.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from expectations.closed_pages import PageLink, close_pages, write_index
from expectations.results import LandedDelivery, RuleResult
from hub.catalogue import Catalogue

if TYPE_CHECKING:
    from great_expectations.data_context.store.store import DataDocsSiteConfigTypedDict

SITE = "data_docs"
BATCH = "rows"


def build_data_docs(folder: Path, items: Sequence[LandedDelivery], catalogue: Catalogue) -> Path:
    """Run the suites of `items` and build pages below `folder`, in place of earlier ones.

    Costs about half a second a delivery, and the import of Great Expectations once.

    Returns:
        The site's `index.html`.
    """
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    from expectations.derivation import rules_for
    from expectations.engine import RESULT_FORMAT, add_duckdb, load_rows, rule_results
    from expectations.rules import horizons
    from expectations.suites import suite_name, suite_of

    site = folder / SITE
    shutil.rmtree(site, ignore_errors=True)
    # Nothing but pages is kept: the ledger holds the results, so no project folder of GX is.
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
    for default_site in list(context.get_site_names()):
        context.delete_data_docs_site(default_site)
    context.add_data_docs_site(SITE, _site_configuration(site))
    source = add_duckdb(context)
    times: Counter[str] = Counter()
    found: list[tuple[LandedDelivery, str, tuple[RuleResult, ...]]] = []
    for number, item in enumerate(items, start=1):
        document, version = item.document, item.version
        table = f"{document.code}_{number}".replace("-", "_")
        load_rows(source, table, item.rows)
        asset = source.add_table_asset(name=table, table_name=table)
        family = catalogue.families[document.family]
        rules = rules_for(document, version, family, catalogue.code_sets)
        # A suite for each delivery: two deliveries of one type keep their own pages.
        name = suite_name(document, version)
        times[name] += 1
        name += f" ({times[name]})" if times[name] > 1 else ""
        suite = context.suites.add(suite_of(name, rules))
        definition = context.validation_definitions.add(
            gx.ValidationDefinition(
                name=suite.name, data=asset.add_batch_definition_whole_table(BATCH), suite=suite
            )
        )
        result = definition.run(
            result_format=RESULT_FORMAT,
            expectation_parameters=horizons(item.made_at.date()),
            run_id=gx.RunIdentifier(run_name=f"made {item.made_at:%Y%m%d}"),
        )
        found.append((item, suite.name, rule_results(document.code, rules, result.results)))
    context.build_data_docs()
    source.get_execution_engine().close()
    close_pages(site)
    return write_index(site, [_link(site, *entry) for entry in found])


def _site_configuration(site: Path) -> DataDocsSiteConfigTypedDict:
    return {
        "class_name": "SiteBuilder",
        "store_backend": {
            "class_name": "TupleFilesystemStoreBackend",
            "base_directory": str(site),
        },
        "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
    }


def _link(site: Path, item: LandedDelivery, suite: str, rows: tuple[RuleResult, ...]) -> PageLink:
    page = next((site / "validations" / suite).rglob("*.html"))
    return PageLink(
        code=item.document.code,
        name=f"{item.document.name_ko} · {item.document.name_en}",
        made_at=item.made_at,
        rules=len(rows),
        blocking=sum(row.blocks for row in rows),
        warnings=sum(not row.success and not row.blocks for row in rows),
        page=page.relative_to(site).as_posix(),
    )
