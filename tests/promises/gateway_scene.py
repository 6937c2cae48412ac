"""A small hub with grants: some people, incomes, decisions, and officials who may see a part of them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import release_scene

from hub.delivery import DeliveryName
from warehouse import releases
from warehouse.layout import Layout
from warehouse.ledger import DeliveryCounts, Ledger
from warehouse.mart import auditor_mart
from warehouse.releases import Release
from warehouse.workbench import Workbench

NIGHT = release_scene.NIGHT
TODAY = dt.date(2026, 4, 2)
NOBODYS = "P9999999999"
"""A person of a table that nobody is granted."""
GRANTS = """
[[grant]]
id = "G-ENGINEER"
person = "engineer"
role = "data_engineer"
purpose = "data_quality"
legal_basis = "act 23"
objects = ["person", "income", "decision", "night", "f01_person_identity"]
columns = ["person.*", "income.*", "decision.subject_id", "decision.outcome", "night.*", "f01_person_identity.*"]
rows = "all"
from = 2026-01-01
to = 2036-12-31
approved_by = [{ by = "lee", on = 2025-12-01 }, { by = "park", on = 2025-12-02 }]

[[grant]]
id = "G-AREA"
person = "local"
role = "data_engineer"
purpose = "data_quality"
legal_basis = "act 23"
objects = ["person", "income"]
columns = ["*"]
rows = "area:11"
from = 2026-01-01
to = 2036-12-31
approved_by = [{ by = "lee", on = 2025-12-01 }, { by = "park", on = 2025-12-02 }]

[[grant]]
id = "G-COUNTS"
person = "counter"
role = "auditor_aggregate"
purpose = "supervision"
legal_basis = "act 40"
objects = ["income"]
columns = ["income.kind", "income.region", "income.amount"]
rows = "all"
from = 2026-01-01
to = 2036-12-31
approved_by = [{ by = "lee", on = 2025-12-01 }, { by = "park", on = 2025-12-02 }]
"""


def build(home: Path) -> Release:
    """Publish one release, register three officials, and lay their grants down."""
    layout = Layout(home)
    layout.prepare()
    folder = layout.tables(NIGHT)
    with Workbench(folder) as bench:
        bench.build_from(
            "person",
            "SELECT printf('P%010d', i) AS person_id, CASE WHEN i % 3 = 0 THEN '1168010100' ELSE "
            "'2611010100' END AS legal_dong_code, 'M' || i AS note FROM range(60) r(i)",
        )
        bench.build_from(
            "income",
            "SELECT printf('P%010d', i % 60) AS person_id, CASE WHEN i % 60 < 4 THEN 'rent' ELSE "
            "'wage' END AS kind, ['north', 'south', 'east'][1 + i % 3] AS region, "
            "100000 + i AS amount FROM range(120) r(i)",
        )
        bench.build_from(
            "decision",
            "SELECT printf('P%010d', i) AS subject_id, 'eligible' AS outcome, 77777 AS amount "
            "FROM range(60) r(i)",
        )
        bench.build_from("night", "SELECT DATE '2026-04-01' AS as_of")
        bench.build_from("f01_person_identity", "SELECT i AS line FROM range(5) r(i)")
        bench.build_from("secret_table", f"SELECT '{NOBODYS}' AS person_id")
    with Ledger.open(layout.ledger_url) as ledger:
        name = DeliveryName.parse("I03-F11-02_202603_001_20260401T013000.csv")
        ledger.receive(name, "I03", "a" * 64, 10, night=NIGHT)
        (record,) = ledger.pending()
        counts = DeliveryCounts(1, 1, 0, 0)
        ledger.mark_landed(record.delivery_id, counts, schema_version=1, part_count=1)
        for actor in ("engineer", "local", "counter"):
            ledger.register_official(
                actor, area_code="", role="audit", valid_from=dt.date(2020, 1, 1)
            )
        release = releases.publish(
            layout,
            ledger,
            NIGHT,
            folder,
            inputs=ledger.effective_deliveries(),
            versions={"catalogue": "c" * 64},
            build_marts=auditor_mart(),
        )
    (home / "grants").mkdir()
    (home / "grants" / "all.toml").write_text(GRANTS, "utf-8")
    return release
