"""What is known of every subject on the night's date: the facts that programmes ask.

Here: the order of the fact tables, and how much of each fact is known. Never here: how a fact is
found (`warehouse/sql/decisions`) or what it is (`hub/programmes/facts.toml`). Next:
`pipelines.steps.decisions` evaluates the programmes over `person_subject` and `household_subject`.
"""

from __future__ import annotations

import polars as pl

from hub.programmes.fact_words import fact_word_frame
from hub.programmes.facts import Fact, load_facts
from sources.registry import load_catalogue
from warehouse.workbench import Workbench

SUBJECT_TABLES = (
    "person_told",
    "person_set",
    "fact_known",
    "person_school",
    "person_insured",
    "person_employment",
    "person_family",
    "unit_set",
    "unit_obligor",
    "household_subject",
    "person_subject",
)
"""Built in this order from `benefit_received`, `person_fact`, `assistance_unit_member` and means."""


def build_subjects(bench: Workbench) -> dict[str, int]:
    """Build the fact tables and the two subject tables; return rows by table.

    Needs `feed`, the profiles, and the tables that `SUBJECT_TABLES` names as their base.
    """
    bench.add("fact_word", fact_word_frame(load_catalogue()))
    rows = {table: bench.build("decisions", table).rows for table in SUBJECT_TABLES}
    bench.add("fact_source", _source_frame())
    rows["fact_coverage"] = bench.build_from("fact_coverage", _coverage()).rows
    return rows


def _source_frame() -> pl.DataFrame:
    """One row is a fact and a document type or family it may come from."""
    return pl.DataFrame(
        [
            {"fact": fact.name, "source": source}
            for fact in load_facts().values()
            for source in fact.sources
            if source[:1] in "FI" and source[1:3].isdigit()
        ],
        schema={"fact": pl.String, "source": pl.String},
    )


def _known_ppm(fact: Fact) -> str:
    """SQL for the known share of a fact over all rows; of a set the mean share of known values."""
    if fact.type != "set":
        return f"count({fact.name}) * 1000000 // greatest(count(*), 1)"
    bits = " + ".join(f"bit_count({column})" for column in fact.known_columns)
    return f"sum({bits}) * 1000000 // greatest(count(*) * {len(fact.values)}, 1)"


def _told_ppm(fact: Fact) -> str:
    """SQL for the share of subjects of whom the fact says something other than no or nothing."""
    said = {
        "boolean": fact.name,
        "enum": f"{fact.name} <> 'none'",
        "set": " OR ".join(f"{column} <> 0" for column in fact.columns),
    }.get(fact.type, f"{fact.name} <> 0")
    return f"count(CASE WHEN {said} THEN 1 END) * 1000000 // greatest(count(*), 1)"


def _coverage() -> str:
    """SQL of `fact_coverage`: each fact's known share (ppm) and the sources that arrived."""
    measured = []
    for scope in ("person", "household"):
        facts = [fact for fact in load_facts().values() if fact.scope == scope]
        columns = ", ".join(
            f"{_known_ppm(fact)} AS known_{place}, {_told_ppm(fact)} AS told_{place}"
            for place, fact in enumerate(facts)
        )
        one = f"SELECT count(*) AS subjects, {columns} FROM {scope}_subject"
        listed = ", ".join(
            f"{{'fact': '{fact.name}', 'known': known_{place}, 'told': told_{place}}}"
            for place, fact in enumerate(facts)
        )
        measured.append(
            f"SELECT '{scope}' AS scope, subjects, unnest([{listed}]) AS measure FROM ({one})"
        )
    return f"""
-- One row: a fact, and of what share of its subjects (parts per million) it is known and says
-- something other than no, none or zero; of a set, known is the mean share of its values.
WITH measured AS ({" UNION ALL ".join(measured)}),
arrived AS (
    SELECT fact_source.fact,
        count(DISTINCT feed.document_type) AS source_count,
        count(DISTINCT CASE WHEN feed.state <> 'missing' THEN feed.document_type END)
            AS arrived_source_count,
        string_agg(
            DISTINCT CASE WHEN feed.state = 'missing' THEN feed.document_type END, ','
            ORDER BY CASE WHEN feed.state = 'missing' THEN feed.document_type END
        ) AS missing_sources
    FROM fact_source
    INNER JOIN feed ON feed.document_type = fact_source.source
        OR feed.document_type LIKE '%-' || fact_source.source || '-%'
    GROUP BY fact_source.fact
)
SELECT measured.measure.fact AS fact, measured.scope, measured.subjects,
    CAST(coalesce(measured.measure.known, 0) AS BIGINT) AS known_ppm,
    CAST(1000000 - coalesce(measured.measure.known, 0) AS BIGINT) AS unknown_ppm,
    CAST(coalesce(measured.measure.told, 0) AS BIGINT) AS told_ppm,
    coalesce(arrived.source_count, 0) AS source_count,
    coalesce(arrived.arrived_source_count, 0) AS arrived_source_count,
    arrived.missing_sources
FROM measured
LEFT JOIN arrived ON arrived.fact = measured.measure.fact
ORDER BY fact
"""
