"""Small populations and workbenches for tests of the person index and the households.

Here: a noisy population whose truth is known, and workbenches from tables that a person can read.
Never here: a test, or the simulated country.
"""

from __future__ import annotations

import datetime as dt
import random
import sys
import uuid
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import polars as pl
import pytest

from warehouse.workbench import Workbench

sys.path.insert(0, str(Path(__file__).parent))

from index_story import Story

FAMILIES = list("김김김김김이이이박박최정강조윤장임한오서신권황안송류유전홍")
ROMAN = {"김": "KIM", "이": "LEE", "박": "PARK", "최": "CHOI", "정": "JUNG", "임": "LIM"}
FIRST = list("민서지현수영정은성재하도예준승동태경혜미")
SECOND = list("준연우민수진희호영아은현훈경숙철빈원석윤")
ROADS = (
    "세종대로",
    "한강로",
    "중앙로",
    "역삼로",
    "매산로",
    "효자로",
    "충장로",
    "동성로",
    "금남로",
    "대학로",
)
_EACH = "document_type delivery_id line made_at record_action signature_id valid_from valid_to"
TABLES = {
    "signature": "signature_id national_id_token full_name birth_date sex nationality address phone"
    " institution_group row_count",
    "f01_person_identity": f"{_EACH} national_id_token birth_date sex nationality"
    " previous_national_id_token changed_on change_reason status",
    "f02_resident_household_address": f"{_EACH} national_id_token household_no"
    " head_national_id_token relation_to_head legal_dong_code moved_in_on moved_out_on"
    " registration_status",
    "f04_vital_event": f"{_EACH} national_id_token event occurred_on reported_on",
    "f05_foreigner_nationality": f"{_EACH} foreign_id_token birth_date nationality stay_status"
    " naturalised_on new_national_id_token",
}


def workbench_of(folder: Path, tables: Mapping[str, pl.DataFrame]) -> Workbench:
    """Return a workbench for the night of 30 April 2026 that holds `tables`, else empty ones."""
    bench = Workbench(folder / "tables", folder / "spill")
    bench.build_from("night", "SELECT DATE '2026-04-30' AS as_of, DATE '2026-04-01' AS month")
    for table, columns in TABLES.items():
        frame = tables.get(table, pl.DataFrame(schema=dict.fromkeys(columns.split(), pl.String)))
        assert set(frame.columns) <= set(columns.split()), (table, frame.columns)
        bench.connection.register("written", frame)
        selected = [
            f"{name if name in frame.columns else 'NULL'}::{_kind(name)} AS {name}"
            for name in columns.split()
        ]
        bench.build_from(table, f"SELECT {', '.join(selected)} FROM written")
    return bench


def _kind(column: str) -> str:
    if column.endswith("_token"):
        return "UUID"
    if column.endswith(("_date", "_on")) or column.startswith("valid_"):
        return "DATE"
    return {"signature_id": "UBIGINT", "line": "BIGINT", "row_count": "BIGINT",
            "made_at": "TIMESTAMP"}.get(column, "VARCHAR")  # fmt: skip


def token(word: str) -> str:
    """Return the token that stands for the ID number called `word`."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, word))


def table(text: str) -> pl.DataFrame:
    """Read a table as people write it: a header, one row a line, `|` between, nothing = null.

    `id` is short for signature_id, `name` for full_name, `born` for birth_date; words in token
    columns name ID numbers; validity and delivery columns are filled in.
    """
    header, *lines = [
        [cell.strip() or None for cell in line.split("|")]
        for line in text.strip().splitlines()
        if not line.strip().startswith("--")
    ]
    short = {"id": "signature_id", "name": "full_name", "born": "birth_date",
             "document": "document_type", "token": "national_id_token"}  # fmt: skip
    names = [short.get(name or "", name or "") for name in header]
    assert all(len(line) == len(names) for line in lines), text
    frame = pl.DataFrame(lines, schema=dict.fromkeys(names, pl.String), orient="row")
    return frame.with_columns(
        pl.Series(name, [token(word) if word else None for word in frame[name]], pl.String)
        for name in names
        if name.endswith("_token")
    )


def residences(text: str) -> pl.DataFrame:
    """Read rows of the resident register's households; see `table`."""
    frame = table(text).with_row_index("line").with_columns(pl.col("line").cast(pl.String))
    made = frame["made_at"] if "made_at" in frame.columns else pl.lit("2026-04-02")
    out = frame["moved_out_on"] if "moved_out_on" in frame.columns else pl.lit(None, pl.String)
    return frame.with_columns(
        made_at=made,
        valid_from="moved_in_on",
        valid_to=out,
        delivery_id=pl.concat_str("document_type", pl.lit("_202604_001_000000000000")),
    )


def population(people: int, seed: int) -> tuple[dict[str, pl.DataFrame], pl.DataFrame]:
    """Return the tables, and the truth (`signature_id`, `truth`): about five signatures a person.

    One in a hundred people is a twin at the same address. Of the other institutions' signatures
    6.5 % have no readable number (most of them masked), 3 % a misspelt name, 0.2 % a number that is
    nobody's, 0.5 % another birth date, a third an address (one in six an earlier one) and a sixth a
    phone.
    """
    draw = random.Random(seed)  # noqa: S311
    signatures, register, truth = [], [], []

    def add(person: int, **values: object) -> int:
        number = len(signatures) * 2_654_435_761 % 2**40
        signatures.append({"signature_id": number, "row_count": draw.randint(1, 40), **values})
        truth.append((number, person))
        return number

    twin_of: dict[str, object] | None = None
    for person in range(people):
        born = dt.date(1930, 1, 1) + dt.timedelta(days=draw.randint(0, 34_000))
        family, given = draw.choice(FAMILIES), draw.choice(FIRST) + draw.choice(SECOND)
        address, earlier = (
            f"서울특별시 강남구 {draw.choice(ROADS)} {draw.randint(1, 400)}, "
            f"{draw.randint(101, 120)}동 {draw.randint(1, 20)}{draw.randint(1, 6):02d}호"
            for _ in range(2)
        )
        phones = [f"010-{draw.randint(2000, 9999)}-{draw.randint(0, 9999):04d}" for _ in range(2)]
        if twin_of is not None:
            family, born, address = twin_of["family"], twin_of["born"], twin_of["address"]  # type: ignore[assignment]
        twin_of = (
            {"family": family, "born": born, "address": address}
            if twin_of is None and draw.random() < 0.005
            else None
        )
        sex = draw.choice(["male", "female"])
        name, number_token = family + given, token(f"person {person}")
        shared = {"birth_date": born, "sex": sex, "nationality": None, "phone": None}
        slipped = born.replace(day=born.day % 9 + 1)
        number = add(
            person, national_id_token=number_token, full_name=name, address=address,
            institution_group="I01", **shared,
        )  # fmt: skip
        register.append((number, number_token, born, sex))
        for place in range(draw.randint(2, 6)):
            luck, written = draw.random(), name
            if draw.random() < 0.03:
                written = family + given[0] + draw.choice(SECOND)
            elif draw.random() < 0.02 and family in ROMAN:
                written = f"{ROMAN[family]} MINSU" if given == "민수" else name
            elif draw.random() < 0.02:
                written = name.replace("류", "유")
            add(
                person,
                national_id_token=None if luck < 0.065
                else token(f"nobody {person}") if luck < 0.067 else number_token,
                full_name=written,
                address=draw.choice([address] * 5 + [earlier]) if draw.random() < 0.3 else None,
                institution_group=f"I{place + 2:02d}",
                sex=None if 0.06 <= luck < 0.065 else sex,
                birth_date=slipped if draw.random() < 0.005 else born,
                phone=draw.choice(phones) if draw.random() < 0.15 else None,
                nationality=None,
            )  # fmt: skip
    tables = {
        "signature": pl.DataFrame(signatures, infer_schema_length=None),
        "f01_person_identity": pl.DataFrame(
            register,
            schema=["signature_id", "national_id_token", "birth_date", "sex"],
            orient="row",
        ).with_columns(document_type=pl.lit("I01-F01-01")),
    }
    facts = pl.DataFrame(truth, schema=["signature_id", "truth"], orient="row")
    return tables, facts.with_columns(pl.col("signature_id").cast(pl.UInt64))


def pairwise(index: pl.DataFrame, truth: pl.DataFrame) -> tuple[float, float]:
    """Return (precision, recall) over pairs of signatures; an unidentifiable one is alone."""
    both = truth.join(index, on="signature_id").with_columns(
        pl.coalesce("person_id", pl.col("signature_id").cast(pl.String))
    )

    def pairs(*columns: str) -> int:
        size = pl.len().cast(pl.Int64)
        counted = both.group_by(columns).agg(n=size * (size - 1) // 2)
        return int(counted.get_column("n").sum())

    together = pairs("truth", "person_id")
    return together / pairs("person_id"), together / pairs("truth")


@pytest.fixture
def bench_of(tmp_path: Path) -> Iterator[Callable[..., Workbench]]:
    """Build workbenches from `table=frame`; they are closed after the test."""
    open_benches: list[Workbench] = []

    def build(**tables: pl.DataFrame) -> Workbench:
        open_benches.append(workbench_of(tmp_path / str(len(open_benches)), tables))
        return open_benches[-1]

    yield build
    for bench in open_benches:
        bench.connection.close()


@pytest.fixture
def read_table() -> Callable[[str], pl.DataFrame]:
    """`table`."""
    return table


@pytest.fixture
def read_residences() -> Callable[[str], pl.DataFrame]:
    """`residences`."""
    return residences


@pytest.fixture
def make_population() -> Callable[[int, int], tuple[dict[str, pl.DataFrame], pl.DataFrame]]:
    """`population`."""
    return population


@pytest.fixture
def pairwise_figures() -> Callable[[pl.DataFrame, pl.DataFrame], tuple[float, float]]:
    """`pairwise`."""
    return pairwise


@pytest.fixture
def story(bench_of, read_table, tmp_path):
    return Story(bench_of, read_table, tmp_path / "state", keeps_state=True)


@pytest.fixture(params=[True, False], ids=["from the state", "from nothing"])
def either_story(request, bench_of, read_table, tmp_path):
    return Story(bench_of, read_table, tmp_path / "state", keeps_state=request.param)
