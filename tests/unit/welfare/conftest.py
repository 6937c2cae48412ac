"""A town on one table: a few people, what institutions report of them, and the night that follows.

`town` has every family table, empty. Tests add what matters to them and build.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

import polars as pl
import pytest

from hub.catalogue import Kind
from hub.programmes.catalogue import interaction_frame, load_programmes
from hub.programmes.facts import load_facts
from pipelines.steps.decisions import build_decisions, condition_gaps, replay_decision
from pipelines.steps.findings import build_findings
from pipelines.steps.household_units import UnitsBefore, build_assistance_units, build_units
from pipelines.steps.profiles import build_profiles
from pipelines.steps.quarantine import REFUSED_IDENTIFIER_SCHEMA
from sources.registry import load_catalogue
from warehouse import durable
from warehouse.workbench import Workbench

NIGHT = dt.date(2026, 4, 1)
MONTH = dt.date(2026, 3, 1)
MADE_AT = dt.datetime(2026, 3, 31)  # noqa: DTZ001  stamps of senders bear no zone
KINDS = {
    Kind.TEXT: pl.String,
    Kind.KEY: pl.String,
    Kind.CODE: pl.String,
    Kind.DATE: pl.Date,
    Kind.MONTH: pl.Date,
    Kind.YEAR: pl.Int32,
    Kind.KRW: pl.Int64,
    Kind.INT: pl.Int64,
    Kind.DECIMAL: pl.Float64,
    Kind.BOOL: pl.Boolean,
}
MEANS = (
    "I24-F19-01",
    "I26-F19-01",
    "I23-F19-01",
    "I03-F13-01",
    "I23-F15-01",
    "I05-F20-01",
    "I05-F21-03",
    "I05-F22-01",
    "I05-F23-01",
    "I35-F26-02",
    "I35-F27-01",
    "I35-F29-01",
)
REGISTERS = (
    "I28-F15-01",
    "I29-F15-01",
    "I14-F15-01",
    "I06-F31-01",
    "I08-F09-01",
    "I06-F17-01",
    "I01-F04-01",
    "I02-F04-02",
    "I01-F04-03",
    "I04-F06-01",
    "I04-F07-01",
    "I06-F35-01",
    "I06-F35-02",
    "I06-F35-04",
)

DECISION_RULES, DWELLING_RULES = {"D38", "D42"}, {"D21", "D23", "D24", "D38", "D39", "D41"}
"""Rules that read the night's decisions, or who lives at which address."""
MEANS_RULES = {"D31"}
"""Rules that read recognised income of units."""
HOUSEHOLD_CONFLICT = {
    "person_id": pl.String,
    "kept_household_id": pl.String,
    "other_household_id": pl.String,
    "kept_moved_in_on": pl.Date,
    "other_moved_in_on": pl.Date,
    "reason": pl.String,
    "kept_document_type": pl.String,
    "kept_delivery_id": pl.String,
    "kept_line": pl.Int64,
    "other_document_type": pl.String,
    "other_delivery_id": pl.String,
    "other_line": pl.Int64,
}
SIGNATURE = {
    "signature_id": pl.UInt64,
    "national_id_token": pl.Binary,
    "full_name": pl.String,
    "birth_date": pl.Date,
    "sex": pl.String,
    "address": pl.String,
    "institution_group": pl.String,
    "row_count": pl.Int64,
}
REVIEW_CANDIDATE = {
    "kind": pl.String,
    "left": pl.String,
    "right": pl.String,
    "match_weight": pl.Float64,
}


@lru_cache
def family_schemas():
    """Table name → columns of a family table, as the night builds them."""
    schemas = {}
    for family in load_catalogue().families.values():
        schema = {
            "document_type": pl.String,
            "delivery_id": pl.String,
            "line": pl.Int64,
            "made_at": pl.Datetime("us"),
            "record_action": pl.String,
            "signature_id": pl.UInt64,
        }
        for column in family.columns:
            if column.kind is Kind.ID:
                schema[f"{column.name}_token"] = pl.Binary
            else:
                schema[column.name] = KINDS[column.kind]
        schema["address_key"] = pl.UInt64
        schemas[f"{family.code.lower()}_{family.name}"] = schema
    return schemas


@lru_cache
def fact_sources():
    """Document types that facts may come from."""
    named = {source for fact in load_facts().values() for source in fact.sources}
    return [
        document.code
        for document in load_catalogue().documents.values()
        if {document.code, document.family} & named
    ]


class Town:
    """Rows of a night's tables, added by name."""

    def __init__(self, folder):
        self.folder = folder
        self.people = {}
        self.members = []
        self.households = {}
        self.deliveries = {}
        self.described = {}
        self.linked = set()
        self.questions = []
        self.refused = []
        self.rows = {}
        self.numbers = {}
        self.bench = None

    def person(self, name, born, *, foreign=False, died=None, dong="1111010100"):
        self.people[name] = {
            "person_id": f"person-{name}",
            "birth_date": born,
            "sex": "female",
            "is_foreign": foreign,
            "death_date": died,
            "legal_dong_code": dong,
        }

    def describe(self, name, **columns):
        """How senders speak of a person, where it matters: columns of `signature`."""
        self.described[name] = columns

    def number(self, name):
        """The token of a person's number, which the index knows from now on."""
        return self.numbers.setdefault(name, f"{name:<16}"[:16].encode())

    def household(self, name, *members, dong="1111010100"):
        """Members are (person, relation); the first one is the head."""
        head = f"person-{members[0][0]}"
        self.households[name] = {
            "household_id": name,
            "head_person_id": head,
            "size": len(members),
            "legal_dong_code": dong,
        }
        for person, relation in members:
            self.members.append(
                {
                    "household_id": name,
                    "person_id": f"person-{person}",
                    "head_person_id": head,
                    "relation_to_head": relation,
                    "valid_from": dt.date(2020, 1, 1),
                    "valid_to": None,
                    "document_type": "I01-F02-01",
                    "delivery_id": "household-register",
                    "line": len(self.members) + 2,
                }
            )

    def arrived(self, *document_types, period="202603"):
        for document_type in document_types:
            self.delivery(document_type, period)

    def delivery(self, document_type, period="202603"):
        delivery_id = f"{document_type}_{period}_001"
        self.deliveries[delivery_id] = {
            "delivery_id": delivery_id,
            "document_type": document_type,
            "period": period,
            "sequence": 1,
            "made_at": MADE_AT,
            "state": "landed",
            "is_effective": True,
        }
        return delivery_id

    def add(self, family, person, document_type, *, delivered="202603", **columns):
        """Add a row to the family table whose name starts with `family`."""
        rows = self.rows.setdefault(family, [])
        rows.append(
            {
                "document_type": document_type,
                "delivery_id": self.delivery(document_type, delivered),
                "line": len(rows) + 2,
                "made_at": MADE_AT,
                "record_action": "new",
                "signature_id": list(self.people).index(person) + 1,
                **columns,
            }
        )

    def paid(self, person, programme, month, amount, *, region="11110", **columns):
        columns = {"document_type": "I06-F35-02", "in_kind": False} | columns
        document_type = columns.pop("document_type")
        self.add(
            "f35",
            person,
            document_type,
            delivered=f"{month:%Y%m}",
            programme_code=programme,
            period=month,
            amount=amount,
            payer_region=region,
            **columns,
        )

    def wage(self, person, document_type, month, amount):
        """A contribution base of a month, as an insurer reports it."""
        self.add("f19", person, document_type, period=month, base_amount=amount)

    def open(self):
        """Write the tables and open the workbench."""
        bench = self.bench = Workbench(self.folder)
        bench.add("night", pl.DataFrame({"as_of": [NIGHT], "month": [MONTH]}))
        bench.add(
            "document_type",
            pl.DataFrame(
                [
                    {
                        "code": document.code,
                        "institution": document.institution,
                        "family": document.family,
                        "income_asset_code": document.income_asset_code,
                        "cycle": document.cycle.value,
                        "mode": document.mode.value,
                    }
                    for document in load_catalogue().documents.values()
                ],
                infer_schema_length=None,
            ),
        )
        for table, schema in family_schemas().items():
            rows = self.rows.get(table[:3], [])
            frame = pl.DataFrame(rows, schema=schema)
            if rows:
                bench.add(table, frame)
            else:
                # A view without a file: nothing asks the disk for a table without rows.
                bench.connection.register(table, frame)
        text = pl.String
        bench.add(
            "delivery",
            pl.DataFrame(
                list(self.deliveries.values()),
                schema={
                    "delivery_id": text,
                    "document_type": text,
                    "period": text,
                    "sequence": pl.Int64,
                    "made_at": pl.Datetime("us"),
                    "state": text,
                    "is_effective": pl.Boolean,
                },
            ),
        )
        bench.add(
            "person",
            pl.DataFrame(
                list(self.people.values()),
                schema={
                    "person_id": text,
                    "birth_date": pl.Date,
                    "sex": text,
                    "is_foreign": pl.Boolean,
                    "death_date": pl.Date,
                    "legal_dong_code": text,
                },
            ),
        )
        bench.add(
            "person_index",
            pl.DataFrame(
                {
                    "signature_id": list(range(1, len(self.people) + 1)),
                    "person_id": [row["person_id"] for row in self.people.values()],
                    "match_kind": [
                        "linked" if name in self.linked else "national_id" for name in self.people
                    ],
                },
                schema={"signature_id": pl.UInt64, "person_id": text, "match_kind": text},
            ),
        )
        bench.add(
            "person_token",
            pl.DataFrame(
                {
                    "national_id_token": list(self.numbers.values()),
                    "person_id": [f"person-{name}" for name in self.numbers],
                },
                schema={"national_id_token": pl.Binary, "person_id": text},
            ),
        )
        self.add_identity_tables(bench)
        bench.add(
            "household",
            pl.DataFrame(
                list(self.households.values()),
                schema={
                    "household_id": text,
                    "head_person_id": text,
                    "size": pl.Int64,
                    "legal_dong_code": text,
                },
            ),
        )
        bench.add(
            "household_member",
            pl.DataFrame(
                self.members,
                schema={
                    "household_id": text,
                    "person_id": text,
                    "head_person_id": text,
                    "relation_to_head": text,
                    "valid_from": pl.Date,
                    "valid_to": pl.Date,
                    "document_type": text,
                    "delivery_id": text,
                    "line": pl.Int64,
                },
            ),
        )
        build_assistance_units(bench)
        return bench

    def add_identity_tables(self, bench):
        """Add what the index and the landing leave for rules about identity."""
        people = [
            {
                "signature_id": number,
                "national_id_token": f"number of {name}".encode(),
                "full_name": name,
                "birth_date": person["birth_date"],
                "sex": person["sex"],
                "row_count": 1,
                **self.described.get(name, {}),
            }
            for number, (name, person) in enumerate(self.people.items(), start=1)
        ]
        bench.add("signature", pl.DataFrame(people, schema=SIGNATURE))
        bench.add("review_candidate", pl.DataFrame(self.questions, schema=REVIEW_CANDIDATE))
        bench.add("refused_identifier", pl.DataFrame(self.refused, REFUSED_IDENTIFIER_SCHEMA))

    def profiled(self):
        build_profiles(self.open())
        return self.bench

    def decided(self):
        build_decisions(self.profiled())
        return self.bench

    def searched(self, *rules):
        """Build what detection rules read, and the findings of `rules` (by default of all)."""
        bench = self.profiled()
        bench.add("programme_interaction", interaction_frame())
        if not rules or DECISION_RULES & set(rules):
            build_decisions(bench)
        else:
            for table in ("benefit_received", "person_fact"):
                bench.build("decisions", table)
            if not rules or "D21" in rules:
                bench.build("decisions", "quota_receipt")
            if not rules or MEANS_RULES & set(rules):
                bench.build("decisions", "household_means")
        if not rules or DWELLING_RULES & set(rules):
            bench.add("household_conflict", pl.DataFrame(schema=HOUSEHOLD_CONFLICT))
            build_units(bench, UnitsBefore(), b"unit ids of the town")
        build_findings(bench, only=rules or None)
        return bench

    def findings(self, rule):
        """Findings of `rule`, by subject and month."""
        bench = self.searched(rule)
        return bench.frame(
            "SELECT * FROM finding ORDER BY subject_id, period, programme_code"
        ).to_dicts()

    def evidence(self, finding):
        """Role and document type of each piece of evidence of `finding`."""
        rows = self.bench.frame(
            f"SELECT * FROM finding_evidence WHERE finding_id = '{finding['finding_id']}'"
        ).to_dicts()
        return {(row["role"], row["document_type"]) for row in rows}

    def decision(self, programme, subject):
        """The decision of a subject, as a mapping; by replay, and as stored where it is stored.

        Replay must say what is stored. None where there is no such subject.
        """
        rules = {rule.code: rule for rule in load_programmes()}
        again = replay_decision(self.bench, rules[programme], subject)
        rows = self.bench.frame(
            f"SELECT * FROM decision WHERE programme_code = '{programme}'"
            f" AND subject_id = '{subject}'"
        ).to_dicts()
        if again is None:
            assert not rows
            return None
        gaps = condition_gaps(self.bench)
        unknown = [bit for bit in range(63) if again.unknown_mask >> bit & 1]
        absent = {each for bit in unknown for each in gaps.get((programme, bit), ())}
        found = {
            "outcome": again.outcome,
            "fail_mask": again.fail_mask,
            "unknown_mask": again.unknown_mask,
            "amount": again.amount,
            "margin_amount": again.margin_amount,
            "is_received": again.is_received,
            "reasons": list(again.reasons),
            "missing": sorted(absent) if again.outcome == "undetermined" else None,
        }
        assert bool(rows) == (again.outcome == "eligible" or again.is_received)
        if rows:
            assert {name: rows[0][name] for name in found} == found
        return found | (rows[0] if rows else {})


@pytest.fixture
def empty_town(tmp_path, monkeypatch):
    """A town where nothing arrived. Its tables need not survive a crash."""
    monkeypatch.setattr(durable, "fsync_path", lambda _path: None)
    town = Town(tmp_path / "tables")
    yield town
    if town.bench is not None:
        town.bench.connection.close()


@pytest.fixture
def town(empty_town):
    """A town where every feed that means tests rest on arrived, without a row."""
    empty_town.arrived(*MEANS, *REGISTERS, *fact_sources())
    return empty_town
