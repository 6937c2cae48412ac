"""Which rows of the lake are still effective, shown on small deliveries of real document types."""

import datetime as dt
import uuid

import polars as pl
import pytest

from sources.registry import load_catalogue
from warehouse.families import EffectiveDelivery, build_families
from warehouse.workbench import Workbench

TOKEN = {name: bytes([number]) * 16 for number, name in enumerate(("kim", "lee", "park"), start=1)}


def lake_row(document, line, **values):
    """One lake row of `document`: every canonical column, null unless given."""
    version = document.versions[0]
    row = {"line": line, "record_action": values.pop("record_action", "new")}
    family = load_catalogue().families[document.family]
    for column in version.columns:
        if column.canonical == "record_action":
            continue
        kind = column.kind.value if column.is_own else family.column(column.canonical).kind.value
        name = f"{column.canonical}_token" if kind == "id" else column.canonical
        row[name] = values.pop(name, None)
    if family.person_column in {column.canonical for column in version.columns}:
        row["id_birth_date"], row["id_sex"] = None, None
    assert not values, f"columns that {document.code} has not: {sorted(values)}"
    return row


TYPES = {
    "id": pl.Binary,
    "date": pl.Date,
    "month": pl.Date,
    "year": pl.Int32,
    "krw": pl.Int64,
    "int": pl.Int64,
    "decimal": pl.Float64,
    "bool": pl.Boolean,
}


def schema(document):
    family = load_catalogue().families[document.family]
    types = {"line": pl.Int64, "record_action": pl.String}
    for column in document.versions[0].columns:
        if column.canonical == "record_action":
            continue
        kind = column.kind.value if column.is_own else family.column(column.canonical).kind.value
        name = f"{column.canonical}_token" if kind == "id" else column.canonical
        types[name] = TYPES.get(kind, pl.String)
    types |= {"id_birth_date": pl.Date, "id_sex": pl.String}
    return types


def uuid_text(who):
    return str(uuid.UUID(bytes=TOKEN[who]))


@pytest.fixture
def night(tmp_path):
    """Write deliveries to a lake and give back the rows of a family."""

    def build(code, deliveries):
        catalogue = load_catalogue()
        document = catalogue.documents[code]
        family = catalogue.families[document.family]
        effective, ledger = [], []
        for number, (period, made_at, rows) in enumerate(deliveries):
            delivery_id = f"{code}_{period}_{number:03d}_{'0' * 12}"
            folder = tmp_path / "lake" / delivery_id
            folder.mkdir(parents=True)
            frame = pl.DataFrame(
                [lake_row(document, line, **row) for line, row in enumerate(rows, start=2)],
                schema=schema(document),
            )
            frame.write_parquet(folder / "part-00000.parquet")
            effective.append(EffectiveDelivery(delivery_id, code, period, number, 1, folder))
            ledger.append({"delivery_id": delivery_id, "document_type": code, "made_at": made_at})
        with Workbench(tmp_path / "tables") as bench:
            bench.add(
                "delivery",
                pl.DataFrame(
                    ledger,
                    schema={
                        "delivery_id": pl.String,
                        "document_type": pl.String,
                        "made_at": pl.Datetime,
                    },
                ),
            )
            build_families(bench, catalogue, effective)
            table = f"{family.code.lower()}_{family.name}"
            return bench.frame(f"SELECT * FROM {table}"), bench.frame("SELECT * FROM signature")

    return build


def at(day, hour=3):
    return dt.datetime(2026, 3, day, hour)  # noqa: DTZ001 (senders' stamps have no zone)


def first_type(family, mode, corrections):
    """A document type of that shape, whichever institution sends it."""
    for document in load_catalogue().by_family[family]:
        names = {column.canonical for column in document.versions[0].columns}
        if (
            document.mode.value == mode
            and document.corrections.value == corrections
            and "national_id" in names
        ):
            return document
    pytest.fail(f"the catalogue has no {mode} type of {family} with corrections {corrections}")


def test_a_cancelled_row_is_gone_and_its_reissue_stands(night):
    document = first_type("F35", "full", "cancel_and_reissue")
    row = {"national_id_token": TOKEN["kim"], "period": dt.date(2026, 2, 1)}
    rows, _ = night(
        document.code,
        [
            (
                "202602",
                at(1),
                [
                    row | {"amount": 100},
                    row | {"amount": 100, "record_action": "cancel"},
                    row | {"amount": 90, "record_action": "reissue"},
                    row | {"amount": 7, "national_id_token": TOKEN["lee"]},
                ],
            )
        ],
    )
    assert sorted(zip(rows["line"], rows["amount"], strict=True)) == [(4, 90), (5, 7)]


def test_a_reversal_stays_beside_what_it_reverses(night):
    document = first_type("F15", "full", "reversal_rows")
    row = {"national_id_token": TOKEN["kim"], "period": dt.date(2026, 2, 1)}
    rows, _ = night(
        document.code,
        [
            (
                "202602",
                at(1),
                [row | {"amount": 100}, row | {"amount": -100, "record_action": "reversal"}],
            )
        ],
    )
    assert rows["amount"].sum() == 0
    assert rows.height == 2


def test_an_older_snapshot_is_silent_but_older_months_speak(night):
    spells = first_type("F02", "full", "none")
    rows, _ = night(
        spells.code,
        [
            ("202601", at(1), [{"national_id_token": TOKEN["kim"]}]),
            ("202602", at(2), [{"national_id_token": TOKEN["lee"]}]),
        ],
    )
    assert rows["national_id_token"].to_list() == [uuid_text("lee")]


def test_the_same_month_sent_again_replaces_the_person_but_not_others(night):
    document = first_type("F15", "full", "reversal_rows")
    january = {"period": dt.date(2026, 1, 1)}
    rows, _ = night(
        document.code,
        [
            (
                "202601",
                at(1),
                [
                    january | {"national_id_token": TOKEN["kim"], "amount": 5},
                    january | {"national_id_token": TOKEN["lee"], "amount": 6},
                ],
            ),
            ("202602", at(2), [january | {"national_id_token": TOKEN["kim"], "amount": 50}]),
        ],
    )
    assert sorted(rows["amount"].to_list()) == [6, 50]


def test_people_without_a_number_are_not_one_person(night):
    document = first_type("F15", "full", "reversal_rows")
    january = {"period": dt.date(2026, 1, 1), "amount": 5}
    rows, signatures = night(
        document.code,
        [
            ("202601", at(1), [january | {"full_name": "김하나"}]),
            ("202602", at(2), [january | {"full_name": "이두리"}]),
        ],
    )
    assert rows.height == 2
    assert sorted(signatures["full_name"]) == ["김하나", "이두리"]


def test_names_and_addresses_stay_in_the_signature(night):
    document = first_type("F02", "full", "none")
    rows, signatures = night(
        document.code,
        [
            (
                "202602",
                at(1),
                [{"national_id_token": TOKEN["kim"], "full_name": "김하나", "address": "서울 1"}],
            )
        ],
    )
    assert "full_name" not in rows.columns
    assert "address" not in rows.columns
    assert rows["address_key"].null_count() == 0
    assert signatures["address"].to_list() == ["서울 1"]


def test_a_later_delivery_of_the_same_month_wins(night):
    document = first_type("F35", "full", "cancel_and_reissue")
    row = {"national_id_token": TOKEN["kim"], "period": dt.date(2026, 2, 1), "amount": 1}
    rows, _ = night(
        document.code, [("202602", at(1), [row]), ("202603", at(2), [row | {"amount": 2}])]
    )
    assert rows["amount"].to_list() == [2]
