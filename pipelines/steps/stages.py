"""The stages of a night after the families: each opens the night's tables, builds, tells counts.

Here: what a stage needs from the night before and from the vault. Never here: what a stage means
(`hub`), its SQL (`warehouse/sql`) or Dagster. A stage returns counts for Dagster's metadata.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from functools import partial
from pathlib import Path

import polars as pl

from hub.findings.rules import load_rules
from hub.identity.linkage_model import LinkageModel, shipped_model
from hub.programmes.catalogue import load_programmes
from hub.programmes.parameters import load_parameters
from pipelines.steps.access_review import review_accesses
from pipelines.steps.cases import judge_night, night_origins, see_cases
from pipelines.steps.completeness import source_gaps
from pipelines.steps.conservation import refuse_losses
from pipelines.steps.context import NightContext
from pipelines.steps.decisions import build_decisions
from pipelines.steps.extract_acknowledgements import take_acknowledgements
from pipelines.steps.extract_chain import write_kit
from pipelines.steps.extract_desk import extract_desk
from pipelines.steps.extracts import write_extract
from pipelines.steps.families import open_bench
from pipelines.steps.finding_report import write_finding_report
from pipelines.steps.findings import build_findings
from pipelines.steps.household_units import UnitsBefore, build_units
from pipelines.steps.households import HELD, build_households, no_stays
from pipelines.steps.index import build_index, index_settings, registered_people
from pipelines.steps.index_accuracy import measure_night
from pipelines.steps.index_memory import read_released, remembered
from pipelines.steps.marts import night_marts, write_dictionary_page
from pipelines.steps.minting import newly_minted
from pipelines.steps.own_logs import LOG_TABLES, add_night_logs
from pipelines.steps.profiles import build_profiles
from pipelines.steps.quarantine import refused_identifiers
from pipelines.steps.scorecard import build_scorecard
from pipelines.steps.scorecard_report import write_scorecard_report
from warehouse.access_log import AccessLog
from warehouse.index_state import find_state, keep_state
from warehouse.ledger.findings import FOUND_SCHEMA
from warehouse.night_lock import refuse_company
from warehouse.releases import WITHHELD, Release, current, heal, publish
from warehouse.vault import sub_key
from warehouse.workbench import SQL_FOLDER, Workbench

Counts = dict[str, int]
RECEIPT_FAMILIES = ("F34", "F35")
"""Families that say who receives what."""
LINK_MODEL = "link_model"
"""What a night's memory calls its link model."""
ACCEPTED_MODEL = "accepted.json"
"""Below `Layout.models`: a retrained model that a person has accepted (`hub index accept`)."""


def index_people(context: NightContext) -> Counts:
    """Decide which signatures are the same person; IDs carry over from the current release.

    Only what changed since the current release is compared; see `hub.identity.advance`. That is
    little, and this process does it; an index from nothing is built on the night's engine.
    """
    heal(context.layout, context.ledger)
    model = index_model(context)
    context.memory.keep_text(LINK_MODEL, model.dumps())
    with open_bench(context) as bench:
        settings = index_settings(registered_people(bench), model)
    state = find_state(context.layout, settings.describe())
    with open_bench(context, "index" if state is None else "") as bench:
        result = build_index(
            bench,
            remembered(context, state, model),
            sub_key(context.root_key, "person-id/v1"),
            neighbour_keys=context.tokeniser.neighbour_keys,
            decisions=context.ledger.active_decisions(),
            settings=settings,
            state_folder=context.layout.index_work(context.night),
            night=context.as_of,
        )
    context.announce("index", "people")
    return dict(result.counts)


def index_model(context: NightContext) -> LinkageModel:
    """Return the accepted model of this hub, or the shipped one."""
    accepted = context.layout.models / ACCEPTED_MODEL
    return LinkageModel.loads(accepted.read_text("utf-8")) if accepted.exists() else shipped_model()


def form_households(context: NightContext) -> Counts:
    """Form registered households and assistance units; IDs carry over from the current release."""
    previous = read_released(context, "household_stay", ["member", "household_id"])
    before = _units_before(context)
    with open_bench(context, "households") as bench, bench.holding(HELD):
        result = build_households(
            bench,
            no_stays() if previous is None else previous,
            context.ledger.next_household_sequence(),
            sub_key(context.root_key, "household-id/v1"),
        )
        bench.add("household_stay", result.members)
        units = build_units(bench, before, sub_key(context.root_key, "unit-id/v1"))
    context.announce("index", "households")
    return dict(result.coverage) | {f"in_{family}": people for family, people in units.items()}


def _units_before(context: NightContext) -> UnitsBefore:
    """Return what the current release knew of units."""
    tables = ("unit_name", "unit_membership", "family_tie", "unit_event")
    held = [frame for table in tables if (frame := read_released(context, table)) is not None]
    return UnitsBefore(*held) if len(held) == len(tables) else UnitsBefore()


def profile_people(context: NightContext) -> Counts:
    """Profile income and assets."""
    with open_bench(context, "profile") as bench:
        counts = build_profiles(bench)
    context.announce("profile", "income and assets")
    return counts


def decide_programmes(context: NightContext) -> Counts:
    """Decide the programmes."""
    with open_bench(context, "decisions") as bench:
        counts = build_decisions(bench)
    context.announce("decisions", "programmes")
    return counts


def find_improper_receipt(context: NightContext) -> Counts:
    """Run the detection rules."""
    with open_bench(context, "findings") as bench:
        add_night_logs(bench, context)
        bench.add("refused_identifier", refused_identifiers(context, RECEIPT_FAMILIES))
        counts = build_findings(
            bench,
            judge_night(bench, context.ledger, context.as_of),
            released=context.ledger.released_holds(),
        )
        counts |= build_scorecard(bench, context.ledger, context.catalogue)
    context.announce("findings", "rules")
    return counts


def publish_release(context: NightContext) -> Counts:
    """Publish the night's tables as one release and bring the findings' states up to it.

    Raises:
        RowsLostError: a row that arrived is nowhere.
        NightIsRunningError: another host may be at work; nothing was published.
    """
    tables = context.layout.tables(context.night)
    with open_bench(context) as bench:
        refuse_losses(bench)
        minted = newly_minted(context, bench, index_model(context).digest)
        found = bench.frame(f"SELECT {', '.join(FOUND_SCHEMA)} FROM finding")
        judged = bench.frame("SELECT rule_id, first_period FROM rule_state WHERE NOT is_suppressed")
        asked = _questions(bench)
        origins = night_origins(bench)
        gaps = source_gaps(bench)
    release = publish(
        context.layout,
        context.ledger,
        context.night,
        tables,
        inputs=context.ledger.effective_deliveries(),
        versions=versions(context),
        build_marts=night_marts(context.catalogue),
        minted=minted,
        withheld=WITHHELD | LOG_TABLES | _intermediate(tables),
        completeness=gaps,
        known_at=context.memory.known_at,
        memory=context.memory.folder,
        still_alone=partial(refuse_company, context.layout),
    )
    keep_state(context.layout, context.layout.index_work(context.night), release.release_id)
    changes = context.ledger.see_findings(context.night, found, judged)
    cases = see_cases(context.ledger, context.night, origins)
    questions = context.ledger.see_reviews(context.night, asked)
    context.announce("release", release.release_id)
    write_finding_report(context.layout, context.ledger, release)
    write_scorecard_report(context.layout, release)
    write_dictionary_page(context.layout, release)
    measure_night(context)
    return (
        {"release": int(release.release_id[1:]), "reviews_opened": questions.opened}
        | {f"findings_{kind}": count for kind, count in asdict(changes).items()}
        | {f"cases_{kind}": count for kind, count in asdict(cases).items()}
    )


def _questions(bench: Workbench) -> pl.DataFrame:
    """The index's questions to people, under keys that stay the same from night to night."""
    return bench.frame(
        """
        SELECT
            concat_ws('-', kind, "left", "right") AS review_id,
            kind,
            "left",
            "right",
            match_weight AS weight,
            detail
        FROM review_candidate
        """
    )


def _intermediate(tables: Path) -> set[str]:
    """Tables on the way to findings, which `finding` and `finding_evidence` hold again."""
    return {path.stem for path in tables.glob("d[0-9][0-9]_*.parquet")} | {"finding_candidate"}


def stand_eligibility(context: NightContext) -> Counts:
    """Scan decisions and findings once for the extracts of all ministries, and take in their answers."""
    answers = take_acknowledgements(context.layout, context.ledger)
    desk = extract_desk(context)
    write_kit(context.layout, desk.keys)
    context.announce("release", "extracts")
    return {
        f"acknowledgements_{word}": count for word, count in asdict(answers).items()
    } | desk.snapshot.counts()


def review_access_log(context: NightContext) -> Counts:
    """Sign the access log's head and ask for explanations of what looks like misuse.

    Beside the release, so that a damaged log fails this and nothing else.
    """
    AccessLog(context.layout).sign_head()
    return {"alerts": review_accesses(context.layout, context.ledger, context.as_of)}


def extract_for(context: NightContext, ministry: str) -> Counts:
    """Write the extract of one ministry from the current release."""
    counts = write_extract(extract_desk(context), ministry)
    context.announce("release", f"extract {ministry}")
    return counts


def _current_release(context: NightContext) -> Release:
    release = current(context.layout)
    if release is None:
        raise LookupError("no release yet; run `hub night` first")
    return release


def versions(context: NightContext) -> dict[str, str]:
    """What else a release rests on: catalogue, link model, rules and parameters, as used tonight."""
    rested_on = {
        "catalogue": context.catalogue,
        "programmes": load_programmes(),
        "parameters": load_parameters(),
        "detection_rules": load_rules(),
    }
    digests = {name: _digest(repr(content)) for name, content in rested_on.items()}
    return digests | {"link_model": index_model(context).digest, "sql": _digest(_all_sql())}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _all_sql() -> str:
    return "\n".join(path.read_text("utf-8") for path in sorted(SQL_FOLDER.rglob("*.sql")))
