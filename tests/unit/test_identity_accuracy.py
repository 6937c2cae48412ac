"""How well does the index find people again in a small, noisy population whose truth is known?"""

from __future__ import annotations

import datetime as dt
import random
import uuid
from pathlib import Path

import polars as pl
import pytest

from pipelines.steps.index import build_index, no_members
from warehouse.workbench import Workbench

FAMILIES = "김 김 김 김 김 이 이 이 박 박 최 정 강 조 윤 장 임 한 오 서 신 권 황 안 송 류 유 전 홍".split()
ROMAN = {"김": "KIM", "이": "LEE", "박": "PARK", "최": "CHOI", "정": "JUNG", "임": "LIM"}
FIRST = "민 서 지 현 수 영 정 은 성 재 하 도 예 준 승 동 태 경 혜 미".split()
SECOND = "준 연 우 민 수 진 희 호 영 아 은 현 훈 경 숙 철 빈 원 석 윤".split()
ROADS = "세종대로 한강로 중앙로 역삼로 매산로 효자로 충장로 동성로 금남로 대학로".split()
EMPTY_FAMILY = {
    "document_type": pl.String,
    "made_at": pl.Datetime,
    "line": pl.Int64,
    "record_action": pl.String,
    "signature_id": pl.UInt64,
    "valid_from": pl.Date,
    "valid_to": pl.Date,
}


def _token(number: int) -> str:
    return str(uuid.UUID(int=number * 7_919 + 1))


def population(people: int, seed: int) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Return (signatures, register rows, truth): about five signatures a person.

    One in a hundred people is a twin at the same address. Of the other institutions' signatures
    6.5 % have no readable number (most of them masked), 3 % a misspelt name, 0.2 % a number that is
    nobody's, 0.5 % another birth date, a third an address (one in six an earlier one) and a sixth a
    phone.
    """
    draw = random.Random(seed)
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
        name, token = family + given, _token(person)
        shared = {"birth_date": born, "sex": sex, "nationality": None, "phone": None}
        slipped = born.replace(day=born.day % 9 + 1)
        number = add(
            person, national_id_token=token, full_name=name, address=address,
            institution_group="I01", **shared,
        )  # fmt: skip
        register.append((number, token, born, sex))
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
                else _token(10**9 + person) if luck < 0.067 else token,
                full_name=written,
                address=draw.choice([address] * 5 + [earlier]) if draw.random() < 0.3 else None,
                institution_group=f"I{place + 2:02d}",
                sex=None if 0.06 <= luck < 0.065 else sex,
                birth_date=slipped if draw.random() < 0.005 else born,
                phone=draw.choice(phones) if draw.random() < 0.15 else None,
                nationality=None,
            )  # fmt: skip
    frame = pl.DataFrame(signatures, infer_schema_length=None).with_columns(
        pl.col("signature_id").cast(pl.UInt64)
    )
    rows = pl.DataFrame(
        register, schema=["signature_id", "national_id_token", "birth_date", "sex"], orient="row"
    ).with_columns(pl.col("signature_id").cast(pl.UInt64), document_type=pl.lit("I01-F01-01"))
    facts = pl.DataFrame(truth, schema=["signature_id", "truth"], orient="row").with_columns(
        pl.col("signature_id").cast(pl.UInt64)
    )
    return frame, rows, facts


def workbench_of(folder: Path, signatures: pl.DataFrame, register: pl.DataFrame) -> Workbench:
    """Return a workbench that holds the signatures and a resident register of them."""
    bench = Workbench(folder / "tables", folder / "spill")

    def family(table: str, frame: pl.DataFrame, **columns: str) -> None:
        missing = {**EMPTY_FAMILY, **{name: pl.String for name in columns}}
        padded = frame.with_columns(
            pl.lit(None, kind).alias(name)
            for name, kind in missing.items()
            if name not in frame.columns
        )
        casts = ", ".join(f'"{name}"::{kind} AS "{name}"' for name, kind in columns.items())
        bench.connection.register("padded", padded)
        bench.build_from(table, f"SELECT * REPLACE ({casts}) FROM padded")

    bench.build_from("night", "SELECT DATE '2026-04-30' AS as_of, DATE '2026-04-01' AS month")
    bench.connection.register("written", signatures)
    bench.build_from(
        "signature",
        "SELECT * REPLACE (national_id_token::UUID AS national_id_token) FROM written"
        " ORDER BY signature_id",
    )
    empty = pl.DataFrame(schema=EMPTY_FAMILY)
    family(
        "f01_person_identity", register, national_id_token="UUID",
        previous_national_id_token="UUID", birth_date="DATE", sex="VARCHAR", status="VARCHAR",
        changed_on="DATE",
    )  # fmt: skip
    family("f02_resident_household_address", empty, legal_dong_code="VARCHAR")
    family("f04_vital_event", empty, event="VARCHAR", occurred_on="DATE", reported_on="DATE")
    family(
        "f05_foreigner_nationality", empty, foreign_id_token="UUID", new_national_id_token="UUID",
        birth_date="DATE", naturalised_on="DATE",
    )  # fmt: skip
    return bench


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


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[pl.DataFrame, pl.DataFrame]:
    signatures, register, truth = population(2_000, seed=11)
    with workbench_of(tmp_path_factory.mktemp("small"), signatures, register) as bench:
        build_index(bench, no_members(), 0, b"test key")
        return bench.frame("FROM person_index"), truth


def test_pairs_that_the_index_makes_are_right(
    small: tuple[pl.DataFrame, pl.DataFrame],
) -> None:
    precision, _ = pairwise(*small)
    assert precision >= 0.9995


def test_pairs_that_belong_together_are_found(
    small: tuple[pl.DataFrame, pl.DataFrame],
) -> None:
    _, recall = pairwise(*small)
    assert recall >= 0.995
