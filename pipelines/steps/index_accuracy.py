"""How good the current index is, without labels: numbers hidden and found again, and its shape.

Here: gathering the figures of one release. Never here: measuring (`hub.identity`), the page
(`hub.identity.accuracy_report`). Next: `accuracy.html`, `accuracy.json` and
`accuracy_by_group.parquet` in `<home>/quality/index/<release>`.

Of the people whom a register knows, a share of the records that no register made loses its ID
number. The index is built again beside the current one, with the same model, thresholds and
decisions, and one asks whether those records still reach their person.
"""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from hub.identity.accuracy_figures import AccuracyFigures, weight_histogram
from hub.identity.accuracy_report import write_accuracy_report
from hub.identity.cluster_quality import cluster_metrics, summarise_clusters
from hub.identity.control_limits import (
    CHANGE_LIMITS,
    SHAPE_LIMITS,
    check_limits,
    night_figures,
)
from hub.identity.group_measures import person_groups
from hub.identity.leave_id_out import EVERYBODY, LeaveIdOut, compare_hidden, draw_permille
from hub.identity.measures import (
    IdentifierChurn,
    PairwiseMeasures,
    identifier_churn,
    review_load,
)
from hub.identity.statements import keep
from hub.quoting import literal
from pipelines.steps.context import NightContext
from pipelines.steps.index import Before, build_index, index_settings, registered_people
from pipelines.steps.index_trials import current_release, open_trial
from warehouse.index_state import find_state, kept_model, open_index_state
from warehouse.layout import Layout
from warehouse.releases import Release, list_releases
from warehouse.vault import sub_key
from warehouse.workbench import Workbench

PERMILLE_VARIABLE = "HUB_INDEX_ACCURACY"
"""Share of records whose number is hidden at the end of each night; 0 or nothing: no report."""
_SEED = 1
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AccuracyResult:
    """The report's page, and its first figures."""

    page: Path
    figures: AccuracyFigures
    hidden_records: int


def accuracy_folder(layout: Layout, release_id: str) -> Path:
    """Return where the report of a release lies."""
    return layout.quality / "index" / release_id


def night_permille() -> int:
    """Return the share that the night's own report hides; 0 where no report is wanted.

    Raises:
        ValueError: the setting is no number from 0 to 1000.
    """
    said = os.environ.get(PERMILLE_VARIABLE) or "0"
    if not said.isdecimal() or int(said) > 1000:
        raise ValueError(f"{PERMILLE_VARIABLE}: must be a whole number from 0 to 1000")
    return int(said)


def measure_release(
    context: NightContext, permille: int, folder: Path | None = None
) -> AccuracyResult:
    """Measure the current release and write its report.

    Args:
        context: of the night that made the current release.
        permille: share of the registered people's other records whose number is hidden.
        folder: where the report is written; by default `accuracy_folder`.

    Raises:
        LookupError: there is no release, or its tables or the index's state are no longer kept.
        ValueError: `permille` is out of range.
    """
    if not 1 <= permille <= 1000:
        raise ValueError("permille: must lie between 1 and 1000")
    layout = context.layout
    release = current_release(layout)
    metrics, summary, reviews, records = _shape(layout)
    churn = _churn(layout, release)
    hidden, match_weights, join_weight = _leave_id_out(context, release, permille)
    everybody = hidden.by_group.filter(pl.col("dimension") == EVERYBODY).to_dicts()
    counts = everybody[0] if everybody else {}
    dropped = pl.read_parquet(release.table("dropped_block"))
    figures = AccuracyFigures(
        title=f"Person index of release {release.release_id}",
        made_on=release.night,
        records=records,
        pairwise=PairwiseMeasures(
            true_pairs=counts.get("true_pairs", 0),
            predicted_pairs=counts.get("predicted_pairs", 0),
            shared_pairs=counts.get("shared_pairs", 0),
            members=hidden.records,
        ),
        b_cubed=hidden.b_cubed,
        person_count=hidden.person_count,
        reviews_per_10_000=review_load(reviews, records),
        churn=churn,
        by_group=hidden.by_group.filter(pl.col("dimension") != EVERYBODY),
        cluster_sizes=summary,
        match_weights=match_weights,
        dropped_blocks=dropped.select("rule", keys="dropped_keys", records="records"),
        breaches=check_limits(
            night_figures(metrics, churn),
            SHAPE_LIMITS if churn is None else (*SHAPE_LIMITS, *CHANGE_LIMITS),
        ),
        join_weight=join_weight,
        how_measured=(
            f"The ID number was hidden in {hidden.hidden_records:,} records of registered people, "
            f"{permille} of 1,000 of those that no register made, and the index was built again. "
            "Pairs count that have a hidden record. People whom no register knows are harder to link."
        ),
    )
    page = write_accuracy_report(figures, folder or accuracy_folder(layout, release.release_id))
    return AccuracyResult(page, figures, hidden.hidden_records)


def measure_night(context: NightContext) -> None:
    """Make the night's own report, where the setting asks for one; never fail the night."""
    try:
        permille = night_permille()
        if not permille:
            return
        release = current_release(context.layout)
        if (accuracy_folder(context.layout, release.release_id) / "accuracy.html").exists():
            return
        measure_release(NightContext(context.layout, release.night), permille)
    except Exception as error:  # noqa: BLE001  a report that fails must not undo a published release
        # Only the kind of error: a database's message may quote a value.
        _LOG.warning("no accuracy report of the person index: %s", type(error).__name__)


def _shape(layout: Layout) -> tuple[pl.DataFrame, pl.DataFrame, int, int]:
    """Return cluster metrics, their summary, open questions and records of the current index."""
    with open_index_state(layout) as state:
        connection = state.connection
        metrics = cluster_metrics(
            connection.sql(
                "SELECT entity_l AS record_l, entity_r AS record_r, match_weight FROM pair_score"
            ).pl(),
            connection.sql(
                """
                SELECT entity_id AS member, person_id AS cluster FROM entity_cluster
                WHERE person_id IS NOT NULL
                """
            ).pl(),
            # An entity gathers a number and its aliases: two registered ones are two numbers.
            connection.sql(
                """
                SELECT DISTINCT entity_id AS member, entity_id AS number FROM entity_description
                WHERE kind = 'registered'
                """
            ).pl(),
        )
        reviews = connection.sql("SELECT count(*) FROM review").fetchall()[0][0]
        records = connection.sql("SELECT count(*) FROM signature_member").fetchall()[0][0]
    return metrics, summarise_clusters(metrics), reviews, records


def _churn(layout: Layout, release: Release) -> IdentifierChurn | None:
    """Compare with the release before; None for the first."""
    earlier = [one for one in list_releases(layout) if one.release_id < release.release_id]
    if not earlier:
        return None
    last = max(earlier, key=lambda one: one.release_id)
    before, after = (
        pl.read_parquet(one.table("person_index"), columns=["signature_id", "person_id"]).rename(
            {"signature_id": "member", "person_id": "cluster"}
        )
        for one in (last, release)
    )
    return identifier_churn(before, after)


def _leave_id_out(
    context: NightContext, release: Release, permille: int
) -> tuple[LeaveIdOut, pl.DataFrame, float]:
    """Hide numbers, build again, compare; also the weights of the pairs, and the join weight."""
    layout = context.layout
    decisions = context.ledger.active_decisions()
    with open_trial(layout, release.night) as bench:
        population = registered_people(bench)
        settings = index_settings(population, kept_model(layout))
        truth = _hide(bench, release, permille, decisions)
        build_index(
            bench,
            # A hidden record is new to the state, so the index's memory cannot tell whose it was.
            Before(
                state=find_state(layout, settings.describe()),
                tables=release.table("person_index").parent,
                rewritten=bench.frame("FROM hidden_signature")["signature_id"],
            ),
            sub_key(context.root_key, "person-id/v1"),
            neighbour_keys=context.tokeniser.neighbour_keys,
            decisions=decisions,
            settings=settings,
            night=release.night,
        )
        clusters = bench.frame("SELECT signature_id AS record_id, person_id FROM person_index")
        people = bench.frame(
            f"""
            SELECT
                h.signature_id AS record_id, p.birth_date, p.sex, p.is_foreign, d.script,
                s.institution_group
            FROM hidden_signature AS h
            JOIN signature AS s ON s.signature_id = h.signature_id
            LEFT JOIN {_parquet(release, "person")} AS p ON p.person_id = h.person_id
            LEFT JOIN person_index AS i ON i.signature_id = h.signature_id
            LEFT JOIN all_record_description AS r ON r.record_id = i.record_id
            LEFT JOIN all_description AS d ON d.description_id = r.description_id
            """
        )
        keep(bench.connection, "known_signature", truth)
        entities = bench.frame(
            """
            SELECT DISTINCT e.entity_id AS member, t.truth
            FROM known_signature AS t
            JOIN person_index AS i ON i.signature_id = t.member
            JOIN all_record_description AS r ON r.record_id = i.record_id
            JOIN all_entity_description AS e ON e.description_id = r.description_id
            """
        )
        pairs = bench.frame(
            "SELECT entity_l AS record_l, entity_r AS record_r, match_weight FROM all_pair_score"
        )
    return (
        compare_hidden(clusters, truth, person_groups(people, release.night)),
        weight_histogram(pairs, entities),
        settings.thresholds.join_weight,
    )


def _hide(
    bench: Workbench, release: Release, permille: int, decisions: pl.DataFrame
) -> pl.DataFrame:
    """Take numbers out of the trial's `signature`; return the truth (`member`, `truth`, `is_hidden`).

    Known are the signatures of registered people whose own number is one of that person's. What a
    person has decided about is not hidden: it would be found by the decision.
    """
    known = bench.frame(
        f"""
        SELECT s.signature_id, i.person_id, r.signature_id IS NOT NULL AS is_register
        FROM signature AS s
        JOIN {_parquet(release, "person_index")} AS i ON i.signature_id = s.signature_id
        JOIN {_parquet(release, "person_token")} AS t
            ON t.national_id_token = s.national_id_token AND t.person_id = i.person_id
        LEFT JOIN register_signature AS r ON r.signature_id = s.signature_id
        WHERE i.match_kind = 'national_id'
        QUALIFY bool_or(is_register) OVER (PARTITION BY i.person_id)
        ORDER BY s.signature_id
        """
    )
    decided = pl.concat([decisions["left"], decisions["right"].alias("left")]).drop_nulls()
    drawn = pl.Series(draw_permille(known["signature_id"], _SEED) < permille)
    known = known.with_columns(
        truth=pl.col("person_id").rank("dense").cast(pl.Int64),
        is_hidden=~pl.col("is_register")
        & drawn
        & ~pl.col("signature_id").cast(pl.String).is_in(decided.implode()),
    )
    keep(bench.connection, "hidden_signature", known.filter("is_hidden"))
    bench.build_from(
        "signature",
        """
        SELECT s.* REPLACE (
            CASE WHEN h.signature_id IS NULL THEN s.national_id_token END AS national_id_token
        )
        FROM signature AS s
        LEFT JOIN hidden_signature AS h ON h.signature_id = s.signature_id
        ORDER BY s.signature_id
        """,
    )
    return known.select("truth", "is_hidden", member="signature_id")


def _parquet(release: Release, table: str) -> str:
    return f"read_parquet({literal(release.table(table))})"
