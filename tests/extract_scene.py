"""A hub that has nothing but decisions and findings, for tests of what ministries get of them."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path

import polars as pl

from hub.extracts.contracts import contracted_ministries, load_contract
from hub.programmes.catalogue import load_programmes
from pipelines.steps.eligibility import snapshot_name, take_snapshot
from pipelines.steps.extract_chain import write_kit
from pipelines.steps.extract_manifest import ExtractedRelease
from pipelines.steps.extracts import ExtractDesk, write_extract
from warehouse.access_log import AccessLog
from warehouse.extract_packages import read_manifest
from warehouse.keys import key_provider
from warehouse.layout import Layout
from warehouse.ledger import Ledger
from warehouse.signing import trusted_keys
from warehouse.workbench import Workbench

FIRST = dt.date(2026, 3, 30)
DECISION = {
    "subject_id": pl.String,
    "subject_kind": pl.String,
    "programme_code": pl.String,
    "outcome": pl.String,
    "is_excluded": pl.Boolean,
    "is_received": pl.Boolean,
    "payable_amount": pl.Int64,
    "rule_version": pl.String,
}
FINDING = {
    "finding_id": pl.String,
    "rule_id": pl.String,
    "person_id": pl.String,
    "programme_code": pl.String,
    "action": pl.String,
    "severity": pl.String,
    "period": pl.Date,
    "amount_at_stake": pl.Int64,
}
UNITS = {rule.code: rule.unit for rule in load_programmes()}
OF_A_PERSON = {"person", "child", "couple"}


def decided(
    subject, programme, amount=100_000, *, excluded=False, received=False, outcome="eligible"
):
    """A decision about person `subject`, or about the unit of that name."""
    is_person = UNITS[programme] in OF_A_PERSON
    return {
        "subject_id": f"person-{subject}" if is_person else f"unit-{subject}",
        "subject_kind": UNITS[programme],
        "programme_code": programme,
        "outcome": outcome,
        "is_excluded": excluded,
        "is_received": received,
        "payable_amount": amount,
        "rule_version": "f" * 64,
    }


def found(
    name, person, programme, *, rule="D10", action="REV", month=dt.date(2026, 2, 1), at_stake=1
):
    """A finding about a person's programme."""
    return {
        "finding_id": f"finding-{name}",
        "rule_id": rule,
        "person_id": f"person-{person}",
        "programme_code": programme,
        "action": action,
        "severity": "medium",
        "period": month,
        "amount_at_stake": at_stake,
    }


class ExtractHub:
    """Nights of decisions, and the packages that ministries got of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.layout = Layout(folder / "home")
        self.layout.prepare()
        self.ledger = Ledger.open(self.layout.ledger_url)
        self.keys = key_provider(self.layout)
        write_kit(self.layout, self.keys)
        self.log = AccessLog(self.layout)

    def night(
        self, day, decisions, findings=(), *, members=(), holds=(), feeds=(), release="r000001"
    ):
        """Scan a night; `members` are (unit, person), `holds` findings, `feeds` (type, state)."""
        tables = self.folder / "tables" / snapshot_name(day, release)
        with Workbench(tables) as bench:
            bench.add("decision", pl.DataFrame(list(decisions), schema=DECISION))
            bench.add("finding", pl.DataFrame(list(findings), schema=FINDING))
            rows = [(f"unit-{unit}", f"person-{person}", True) for unit, person in members]
            schema = {"household_id": pl.String, "person_id": pl.String, "is_counted": pl.Boolean}
            bench.add("assistance_unit_member", pl.DataFrame(rows, schema=schema, orient="row"))
            held = [f"finding-{name}" for name in holds]
            bench.add("payment_hold", pl.DataFrame({"finding_id": held}, {"finding_id": pl.String}))
            told = [(code, state, "202602") for code, state in feeds]
            schema = dict.fromkeys(("document_type", "state", "newest_period"), pl.String)
            bench.add("feed", pl.DataFrame(told, schema=schema, orient="row"))
            heads = {each.contract_id: each.snapshot for each in self.ledger.extracts()}
            snapshot = take_snapshot(bench, self.layout.extracts, day, release, set(heads.values()))
        return ExtractDesk(
            layout=self.layout,
            ledger=self.ledger,
            keys=self.keys,
            release=ExtractedRelease(release, "a" * 64, "b" * 64, "0.1.0", "c" * 64),
            snapshot=snapshot,
            access_log=self.log,
        )

    def write(self, desk, *ministries, full=False):
        """Write the extracts of `ministries`, by default of all."""
        chosen = ministries or contracted_ministries()
        return {code: write_extract(desk, code, full=full) for code in chosen}

    def packages(self, ministry):
        """Folders of a ministry's packages, oldest first."""
        outbox = self.layout.outbox / ministry / load_contract(ministry).id
        return sorted(outbox.glob("[0-9]*"), key=lambda path: path.name.rpartition("-")[2])

    def manifest(self, folder):
        """What the signed manifest says, and the SHA-256 of its file."""
        return read_manifest(folder, trusted_keys(self.layout))


def changing_nights(count, seed=7, people=40):
    """Yield (day, decisions, findings, members) of nights in which everything may change."""
    dice = random.Random(seed)  # noqa: S311 (a test's dice)
    codes = sorted(UNITS)
    standing = {(name, code) for name in range(people) for code in dice.sample(codes, 4)}
    for number in range(count):
        for _ in range(dice.randrange(8)):
            standing.add((dice.randrange(people), dice.choice(codes)))
            standing.discard(dice.choice(sorted(standing)))
        decisions = [
            decided(
                name,
                code,
                dice.choice([None, 10_000, 20_000]) if (name + number) % 9 == 0 else 10_000,
                excluded=(name + number) % 17 == 0,
                received=name % 3 == 0,
            )
            for name, code in sorted(standing)
        ]
        findings = [
            found(f"{name}-{code}", name, code, at_stake=name * 1000 + number % 4)
            for name, code in sorted(standing)
            if (name + number) % 5 == 0
        ]
        moved = number % 6
        members = [
            (name, other) for name in range(people) for other in (name, (name + 1 + moved) % people)
        ]
        yield FIRST + dt.timedelta(number), decisions, findings, members
