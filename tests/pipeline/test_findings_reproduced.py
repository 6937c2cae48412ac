"""G5: every finding can be walked to the received bytes and the law, and comes out of its evidence alone.

The walk: finding, evidence, row of the family table, delivery, sha256 of the received bytes in the archive
and in the release's signed list of inputs, legal basis of the rule. Then each rule runs once more on
nothing but the evidence: of every table whose rows name a delivery and a line, only rows that are evidence;
of every other table about people, and of those that say who lives and counts with whom, only the people of
the findings and whom their evidence names.
"""

from __future__ import annotations

import re
from unittest import mock

import polars as pl
import pytest

from hub.findings.rules import load_rules
from pipelines.steps import findings as steps
from pipelines.steps.findings import FINDING_TABLES, SHARED_TABLES
from warehouse.archive import is_sound
from warehouse.ledger import Ledger
from warehouse.workbench import Workbench

LINE = ["delivery_id", "line"]
PEOPLE = ("person_id", "subject_id", "member_id", "household_id", "unit_id")
FROM_NAMES = "same_identity"
"""Made from the identity zone, which is not released; the release's own rows stand in."""
AGAIN = tuple(each for each in SHARED_TABLES if each != FROM_NAMES)
MADE_AGAIN = {*AGAIN, *FINDING_TABLES, "finding_candidate", "rule_state", "rule_standing"}
WHO_WITH_WHOM = {
    "household_member",
    "assistance_unit_member",
    "unit_membership",
    "dwelling_resident",
}
"""What the hub made of all registers together; their rows name the one that won."""
NEEDS_NAMES = {
    rule.id
    for rule in load_rules()
    if re.search(r"\b(FROM|JOIN) signature\b", steps.rule_sql(rule))
}
"""Rules that compare names or addresses, which stay in the identity zone and are in no release."""
NEEDS_OWN_LOGS = {"D43", "D44"}
"""Rules that ask about officials and the access log, which are in no release either."""


def table(release, name):
    return pl.read_parquet(release.table(name))


@pytest.mark.promise("G5")
def test_every_finding_leads_to_received_bytes_and_a_law(layout, release, record_figure):
    findings, evidence = table(release, "finding"), table(release, "finding_evidence")
    bases = {rule.id: rule.legal_basis for rule in load_rules()}
    inputs = {each.delivery_id: each.sha256 for each in release.manifest.inputs}
    with Ledger.open(layout.ledger_url) as ledger:
        records = {each.delivery_id: each for each in ledger.deliveries()}
    sound, broken = {}, []
    families = {
        name[:3].upper(): name for name in release.tables if name[0] == "f" and name[1:3].isdigit()
    }
    rows = {name: set(table(release, name).select(LINE).iter_rows()) for name in families.values()}
    by_finding = evidence.partition_by("finding_id", as_dict=True)
    for finding in findings.iter_rows(named=True):
        told = by_finding.get((finding["finding_id"],))
        if told is None or not bases.get(finding["rule_id"]):
            broken.append((finding["rule_id"], "no evidence" if told is None else "no law"))
            continue
        for each in told.iter_rows(named=True):
            record = records.get(each["delivery_id"])
            if record is None or inputs.get(each["delivery_id"]) != record.sha256:
                broken.append((finding["rule_id"], "delivery"))
                continue
            if record.sha256 not in sound:
                sound[record.sha256] = is_sound(layout, record.sha256)
            family = families[record.document_type.split("-")[1]]
            is_row = each["line"] is None or (each["delivery_id"], each["line"]) in rows[family]
            if not (sound[record.sha256] and is_row):
                broken.append((finding["rule_id"], "bytes" if is_row else "row"))
    record_figure(
        "G5",
        f"{findings.height} findings of {findings['rule_id'].n_unique()} rules, {evidence.height:,} "
        f"records, {len(sound)} files hashed again: {len(broken)} steps missing",
        held=not broken and findings.height > 0,
        findings=findings.height,
        missing=len(broken),
    )


def named_by(release, lines):
    """The people whom the records of the evidence name."""
    people, tokens = table(release, "person_index"), table(release, "person_token")
    found = set()
    for name in release.tables:
        if name[0] == "f" and name[1:3].isdigit():
            rows = table(release, name).join(lines, on=LINE, how="semi")
            told = people.filter(pl.col("signature_id").is_in(rows["signature_id"].implode()))
            found |= set(told["person_id"].drop_nulls())
            for column in (each for each in rows.columns if each.endswith("_token")):
                told = tokens.filter(pl.col("national_id_token").is_in(rows[column].implode()))
                found |= set(told["person_id"].drop_nulls())
    return found


def on_evidence_alone(release, rule, folder):
    """Return the findings of a rule that come out of its evidence, and all that it made."""
    findings = table(release, "finding").filter(rule_id=rule.id)
    evidence = table(release, "finding_evidence").join(findings, on="finding_id", how="semi")
    lines = evidence.select(LINE).unique()
    whole = evidence.filter(pl.col("line").is_null())["delivery_id"]
    people = set(findings["person_id"].drop_nulls()) | set(findings["subject_id"].drop_nulls())
    people |= named_by(release, lines)
    members = pl.concat(
        table(release, name).select("household_id", "person_id")
        for name in ("household_member", "assistance_unit_member")
    )
    homes = members.filter(pl.col("person_id").is_in(people))["household_id"].unique()
    people |= set(homes) | set(
        members.filter(pl.col("household_id").is_in(homes.implode()))["person_id"]
    )
    with Workbench(folder) as bench:
        for name in release.tables:
            if name in MADE_AGAIN or (name[0] == "d" and name[1:3].isdigit()):
                continue
            frame = table(release, name)
            keys = [key for key in PEOPLE if key in frame.columns]
            if set(LINE) <= set(frame.columns) and name not in WHO_WITH_WHOM:
                frame = pl.concat(
                    [
                        frame.join(lines, on=LINE, how="semi"),
                        frame.filter(pl.col("delivery_id").is_in(whole.implode())),
                    ]
                ).unique(maintain_order=True)
            elif keys:
                frame = frame.filter(pl.col(keys[0]).is_in(people))
            bench.add(name, frame)
        with mock.patch.object(steps, "SHARED_TABLES", AGAIN):
            steps.build_findings(bench, only={rule.id})
        again = set(bench.frame("SELECT finding_id FROM finding")["finding_id"])
    return set(findings["finding_id"]) & again, set(findings["finding_id"])


@pytest.mark.promise("G5")
def test_findings_come_out_of_their_evidence_alone(release, tmp_path, record_figure):
    found = set(table(release, "finding")["rule_id"])
    shares = {}
    for rule in load_rules():
        if rule.id in found - NEEDS_NAMES - NEEDS_OWN_LOGS:
            again, before = on_evidence_alone(release, rule, tmp_path / rule.id)
            shares[rule.id] = (len(again), len(before))
    again, before = (sum(each) for each in zip(*shares.values(), strict=True))
    partly = {rule: f"{one}/{all_}" for rule, (one, all_) in shares.items() if one < all_}
    record_figure(
        "G5",
        f"{again} of {before} findings come out of their evidence alone ({again / before:.1%}); not "
        f"all of {partly or 'none'}; not asked, because what they compare is not released: "
        f"{', '.join(sorted(found & (NEEDS_NAMES | NEEDS_OWN_LOGS))) or 'none'}",
        held=again == before > 0,
        again=again,
        findings=before,
    )
