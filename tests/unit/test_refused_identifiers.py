"""Rows that were refused for the ID of their person, as rules about numbers read them."""

import datetime as dt
from types import SimpleNamespace

import polars as pl

from hub.conforming import QUARANTINE_SCHEMA
from pipelines.steps.quarantine import REFUSED_IDENTIFIER_SCHEMA, refused_identifiers
from sources.registry import load_catalogue
from warehouse.layout import Layout

MADE_AT = dt.datetime(2026, 3, 5, 1, 0)  # noqa: DTZ001  stamps of senders bear no zone
PAYMENTS, PENSIONERS = "I06-F35-02", "I06-F34-03"


def sender_name(code, canonical):
    columns = load_catalogue().documents[code].versions[0].columns
    return next(column.name for column in columns if column.canonical == canonical)


def night(layout, *deliveries):
    """A night with these deliveries: (document type, period)."""
    records = [
        SimpleNamespace(
            document_type=code, delivery_id=f"{code}_{period}_001", period=period, made_at=MADE_AT
        )
        for code, period in deliveries
    ]
    ledger = SimpleNamespace(effective_deliveries=lambda: records)
    return SimpleNamespace(layout=layout, ledger=ledger, catalogue=load_catalogue())


def refuse(layout, code, period, *rows):
    """Write quarantined rows: (line, column, rule, amount)."""
    folder = layout.delivery(code, f"{code}_{period}_001")
    folder.mkdir(parents=True)
    frame = pl.DataFrame(
        [(line, column, rule, "", amount) for line, column, rule, amount in rows],
        schema=QUARANTINE_SCHEMA,
        orient="row",
    )
    frame.write_parquet(folder / "quarantine.parquet")


def test_only_numbers_of_the_person_a_row_is_about(tmp_path):
    layout = Layout(tmp_path)
    number = sender_name(PAYMENTS, "national_id")
    refuse(
        layout,
        PAYMENTS,
        "202602",
        (9, number, "id_malformed", 349_700),
        (7, number, "required_missing", 349_700),
        (8, sender_name(PAYMENTS, "period"), "month_invalid", 349_700),
    )
    refuse(
        layout,
        PENSIONERS,
        "2025",
        (2, sender_name(PENSIONERS, "national_id"), "id_malformed", None),
    )
    refuse(layout, "I24-F32-01", "20260302", (3, "JUMIN_NO", "id_malformed", 10_000))
    context = night(
        layout,
        (PAYMENTS, "202602"),
        (PENSIONERS, "2025"),
        ("I24-F32-01", "20260302"),
        ("I06-F35-01", "202602"),
    )

    rows = refused_identifiers(context, ("F34", "F35"))

    assert rows.select("document_type", "family", "line", "month", "amount").rows() == [
        (PENSIONERS, "F34", 2, dt.date(2026, 3, 1), None),
        (PAYMENTS, "F35", 9, dt.date(2026, 2, 1), 349_700),
    ]


def test_no_refused_row_is_an_empty_table(tmp_path):
    rows = refused_identifiers(night(Layout(tmp_path), (PAYMENTS, "202602")), ("F35",))
    assert rows.schema == REFUSED_IDENTIFIER_SCHEMA
    assert rows.is_empty()
