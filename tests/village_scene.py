"""A village on one table: people, homes and kin in lines that a person can read, then the units.

`Village` has the families that households rest on, empty but for what a test tells. The night is
30 April 2026. Dates are ISO texts; people are called by a letter or a name.
"""

from __future__ import annotations

import uuid
from pathlib import Path

import polars as pl

from pipelines.steps.household_units import UnitsBefore, build_units
from pipelines.steps.households import build_households, no_stays
from warehouse.workbench import Workbench

KEY = b"key of a test"
NIGHT = "2026-04-30"
_EACH = {
    "document_type": "VARCHAR",
    "delivery_id": "VARCHAR",
    "line": "BIGINT",
    "made_at": "TIMESTAMP",
    "record_action": "VARCHAR",
    "signature_id": "UBIGINT",
}
_DATES = {"valid_from": "DATE", "valid_to": "DATE"}


def _dates(*names: str) -> dict[str, str]:
    return dict.fromkeys(names, "DATE")


def _words(*names: str) -> dict[str, str]:
    return dict.fromkeys(names, "VARCHAR")


FAMILIES = {
    "f02_resident_household_address": {
        **_words("household_no", "relation_to_head", "legal_dong_code", "registration_status"),
        **_dates("moved_in_on", "moved_out_on"),
        "head_national_id_token": "UUID",
        "address_key": "UBIGINT",
    },
    "f03_family_relation": {
        **_words("relation", "event"),
        **_dates("effective_on", "ended_on"),
        "relative_national_id_token": "UUID",
    },
    "f04_vital_event": {**_words("event"), **_dates("occurred_on", "reported_on")},
    "f06_border_movement": {**_words("direction"), **_dates("moved_on")},
    "f07_custody": _dates("admitted_on", "released_on"),
    "f08_military_service": {
        **_words("service_type", "status"),
        **_dates("enlisted_on", "discharged_on"),
    },
    "f09_education_enrolment": {**_words("level", "status"), **_dates("enrolled_on", "left_on")},
    "f19_insurance_contribution_base": {"period": "DATE", "base_amount": "BIGINT"},
    "f22_lease_deposit": {**_dates("lease_from", "lease_to"), "address_key": "UBIGINT"},
    "f36_facility_residence_or_use": {
        **_words("facility_kind"),
        **_dates("admitted_on", "left_on"),
    },
}
_SPANS = {
    "f02_resident_household_address": ("moved_in_on", "moved_out_on"),
    "f03_family_relation": ("effective_on", "ended_on"),
}


def token(name: str) -> str:
    """The token that stands for somebody's ID number."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, name))


class Village:
    """Rows of a night's tables; see the module's text."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.born: dict[str, dict[str, object]] = {}
        self.rows: dict[str, list[dict[str, object]]] = {name: [] for name in FAMILIES}
        self.bench: Workbench | None = None

    def person(self, name, born="1980-01-01", *, sex="female", foreign=False, died=None):
        self.born[name] = {
            "person_id": name,
            "birth_date": born,
            "sex": sex,
            "is_foreign": foreign,
            "death_date": died,
        }

    def add(self, family, name, document, **columns):
        table = next(table for table in FAMILIES if table.startswith(family))
        begins, ends = _SPANS.get(table, (None, None))
        self.rows[table].append(
            {
                "document_type": document,
                "delivery_id": f"{document}_202604_001_000000000000",
                "line": len(self.rows[table]) + 2,
                "made_at": "2026-04-02",
                "record_action": "new",
                "signature_id": self.number(name),
                "valid_from": columns.get(begins),
                "valid_to": columns.get(ends),
                **columns,
            }
        )

    @staticmethod
    def address(text):
        """The number that stands for an address, the same in every run."""
        return uuid.uuid5(uuid.NAMESPACE_OID, text).int % 2**60

    def number(self, name):
        if name not in self.born:
            self.person(name)
        return list(self.born).index(name) + 1

    def home(self, household, *members, address=None, since="2015-01-01", dong="1111010100"):
        """A registered household: `home("A", "dad head", "mum spouse", …)`, the head first."""
        head = members[0].split()[0]
        for member in members:
            name, relation = member.split()
            self.add(
                "f02",
                name,
                "I01-F02-01",
                household_no=household,
                relation_to_head=relation,
                head_national_id_token=token(head),
                moved_in_on=since,
                registration_status="resident",
                legal_dong_code=dong,
                address_key=self.address(address or household),
            )

    def kin(self, name, relation, relative, since="1990-01-01", *, both=True, **columns):
        """A row of the family register; `both` adds the relative's own row of the same tie."""
        self.tie(name, relation, relative, since, **columns)
        if both:
            back = {"father": "child", "mother": "child", "spouse": "spouse"}[relation]
            self.tie(relative, back, name, since, **columns)

    def tie(self, name, relation, relative, since, **columns):
        self.number(relative)
        self.add(
            "f03",
            name,
            columns.pop("document", "I02-F03-01"),
            relation=relation,
            event=columns.pop("event", "current"),
            relative_national_id_token=token(relative),
            effective_on=since,
            **columns,
        )

    def build(self, before=None, stays=None, sequence=0):
        """Build the night; returns its bench and what the next night must know."""
        bench = self.bench = Workbench(self.folder / "tables")
        bench.build_from("night", f"SELECT DATE '{NIGHT}' AS as_of, DATE '2026-04-01' AS month")
        for table, columns in FAMILIES.items():
            kinds = _EACH | columns | _DATES
            rows = [{name: row.get(name) for name in kinds} for row in self.rows[table]]
            frame = pl.DataFrame(rows, schema=dict.fromkeys(kinds, pl.String), strict=False)
            bench.connection.register("told", frame)
            selected = ", ".join(f"{name}::{kind} AS {name}" for name, kind in kinds.items())
            bench.build_from(table, f"SELECT {selected} FROM told")
        people = pl.DataFrame(list(self.born.values()), infer_schema_length=None)
        people = people.with_columns(
            pl.col("birth_date", "death_date").cast(pl.String).str.to_date(),
            legal_dong_code=pl.lit(None, pl.String),
        )
        bench.add("person", people)
        numbers = pl.DataFrame(
            {
                "signature_id": list(range(1, len(self.born) + 1)),
                "person_id": list(self.born),
                "token": [token(name) for name in self.born],
            },
            schema_overrides={"signature_id": pl.UInt64},
        )
        bench.add("person_index", numbers.select("signature_id", "person_id"))
        bench.connection.register("numbers", numbers)
        bench.build_from(
            "person_token", "SELECT token::UUID AS national_id_token, person_id FROM numbers"
        )
        registered = build_households(bench, no_stays() if stays is None else stays, sequence, KEY)
        build_units(bench, before or UnitsBefore(), KEY)
        return registered

    def remembered(self):
        """What the next night is told of this one."""
        tables = ("unit_name", "unit_membership", "family_tie", "unit_event")
        return UnitsBefore(*[self.bench.frame(f"SELECT * FROM {table}") for table in tables])

    def units(self, family="basic_livelihood"):
        """Units of a family as sorted texts: people in order, `(name)` for those not counted."""
        rows = self.bench.frame(
            f"""
            SELECT string_agg(if(is_counted, person_id, '(' || person_id || ')'), ' '
                ORDER BY person_id) AS people
            FROM unit_membership
            WHERE unit_family = '{family}' AND recorded_to IS NULL AND valid_to IS NULL
            GROUP BY unit_id ORDER BY people
            """
        )
        return rows["people"].to_list()

    def place(self, name, family="basic_livelihood"):
        """(role, reason, status) of somebody tonight."""
        rows = self.bench.frame(
            f"""
            SELECT role, reason, status FROM unit_membership
            WHERE unit_family = '{family}' AND person_id = '{name}'
                AND recorded_to IS NULL AND valid_to IS NULL
            """
        ).rows()
        assert len(rows) <= 1, (name, family)
        return rows[0] if rows else None

    def conflicts(self, family):
        return self.bench.frame(
            f"SELECT person_id, reason FROM unit_conflict WHERE unit_family = '{family}' ORDER BY ALL"
        ).rows()

    def relation(self, name, relative):
        """What the relative is to somebody, and how sure that is."""
        rows = self.bench.frame(
            f"SELECT relation, status, reason FROM family_graph"
            f" WHERE person_id = '{name}' AND relative_id = '{relative}' ORDER BY ALL"
        ).rows()
        return rows[0] if len(rows) == 1 else rows
