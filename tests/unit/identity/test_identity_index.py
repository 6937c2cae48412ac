"""Which signatures become one person: each case is a table that a person can read."""

from __future__ import annotations

import polars as pl
import polars.selectors as cs
import pytest

from pipelines.steps import index_records
from pipelines.steps.index import Before, build_index

KEY = b"test key"


@pytest.fixture
def index_of(bench_of, read_table):
    """Build the index of a table of signatures; `*` in column `reg` = stands in the register."""

    def build(text, more=None, **changes):
        signatures = read_table(text)
        registered = signatures.filter(pl.col("reg") == "*")
        register = registered.select(
            cs.by_name("signature_id", "national_id_token", "birth_date", "sex", require_all=False),
            document_type=pl.lit("I01-F01-01"),
        )
        tables = {
            "signature": signatures.drop("reg"),
            "f01_person_identity": pl.concat([register, more], how="diagonal")
            if more is not None
            else register,
            **changes,
        }
        bench = bench_of(**tables)
        build_index(bench, Before(), KEY)
        return bench

    return build


def people(bench):
    """The groups of signature IDs that are one person, and those that are nobody."""
    rows = bench.frame(
        """
        SELECT list(signature_id ORDER BY signature_id) AS ids, person_id FROM person_index
        GROUP BY person_id ORDER BY ids
        """
    ).rows()
    return [ids for ids, person in rows if person], [ids for ids, person in rows if not person]


def kinds(bench):
    return dict(
        bench.connection.sql("SELECT signature_id, match_kind FROM person_index").fetchall()
    )


def test_one_number_is_one_person_though_the_name_is_misspelt(index_of):
    bench = index_of("""
        id | reg | national_id_token | name   | born
        1  | *   | KIM               | 김민수 | 1980-01-01
        2  |     | KIM               | 김민슈 | 1980-01-01
        3  |     | KIM               | 김 민 수 | 1980-01-01
        4  |     | KIM               |        |
    """)
    assert people(bench) == ([[1, 2, 3, 4]], [])


def test_a_number_with_another_family_name_is_not_believed(index_of):
    bench = index_of("""
        id | reg | national_id_token | name   | born
        1  | *   | KIM               | 김민수 | 1980-01-01
        2  |     | KIM               | 박정희 | 1980-01-01
    """)
    assert people(bench) == ([[1], [2]], [])


def test_a_changed_given_name_stays_with_its_number(index_of):
    bench = index_of("""
        id | reg | national_id_token | name   | born
        1  | *   | KIM               | 김말순 | 1960-01-01
        2  |     | KIM               | 김서연 | 1960-01-01
    """)
    assert people(bench) == ([[1, 2]], [])


def test_a_polluted_number_is_no_key(index_of):
    bench = index_of("""
        id | reg | national_id_token | name   | born
        1  |     | ALL               | 김민수 | 1980-01-01
        2  |     | ALL               | 박정희 | 1975-05-05
        3  |     | ALL               | 최유진 | 1990-09-09
        4  |     | ALL               | 정하은 | 2001-02-03
        5  |     | ALL               | 김민수 | 1980-01-01
    """)
    assert people(bench) == ([[1, 5], [2], [3], [4]], [])
    assert bench.value("SELECT count(*) FROM person_token") == 0


def test_who_the_register_knows_keeps_a_number_that_others_misuse(index_of):
    bench = index_of("""
        id | reg | national_id_token | name   | born
        1  | *   | ALL               | 김민수 | 1980-01-01
        2  |     | ALL               | 박정희 | 1975-05-05
        3  |     | ALL               | 최유진 | 1990-09-09
        4  |     | ALL               | 정하은 | 2001-02-03
    """)
    assert people(bench) == ([[1], [2], [3], [4]], [])
    assert bench.value("SELECT count(*) FROM person_token") == 1


def test_a_masked_record_finds_its_anchor_by_name_and_birth_date(index_of):
    bench = index_of("""
        id | reg | national_id_token | name   | born       | sex
        1  | *   | KIM               | 류현진 | 1980-01-01 | male
        2  | *   | LEE               | 이영자 | 1950-03-04 | female
        3  |     |                   | 유현진 | 1980-01-01 | male
        4  |     |                   | LEE YOUNGJA | 1950-03-04 |
    """)
    assert people(bench) == ([[1, 3], [2, 4]], [])
    assert kinds(bench) == {1: "national_id", 2: "national_id", 3: "linked", 4: "linked"}


def test_twins_are_two_people(index_of):
    bench = index_of("""
        id | reg | national_id_token | name   | born       | sex  | address
        1  | *   | ONE               | 김민수 | 2010-01-01 | male | 서울 중구 세종대로 1, 101동 101호
        2  |     |                   | 김민서 | 2010-01-01 | male | 서울 중구 세종대로 1, 101동 101호
        3  | *   | TWO               | 박하나 | 2011-01-01 |      | 서울 중구 세종대로 2, 101호
        4  | *   | THREE             | 박두나 | 2011-01-01 |      | 서울 중구 세종대로 2, 101호
        5  |     |                   | 박두나 | 2011-01-01 |      | 서울 중구 세종대로 2, 101호
    """)
    assert people(bench) == ([[1], [2], [3], [4, 5]], [])


def test_nobody_guesses_between_two_people_who_fit(index_of):
    bench = index_of("""
        id | reg | national_id_token | name   | born       | sex  | address
        1  | *   | ONE               | 김민수 | 1980-01-01 | male | 서울 중구 세종대로 1
        2  | *   | TWO               | 김민수 | 1980-01-01 | male | 부산 중구 중앙로 9
        3  |     |                   | 김민수 | 1980-01-01 | male |
        4  |     |                   | 김민수 | 1980-01-01 | male | 부산광역시 중구 중앙로 9
    """)
    assert people(bench) == ([[1], [2, 4], [3]], [])
    assert kinds(bench)[3] == "ambiguous"


def test_a_number_that_no_register_knows_is_led_back_to_its_person(index_of):
    bench = index_of("""
        id | reg | national_id_token | name   | born       | sex  | address
        1  | *   | KIM               | 김민수 | 1980-01-01 | male | 서울 중구 세종대로 1
        2  |     | MISTYPED          | 김민수 | 1980-01-01 | male | 서울 중구 세종대로 1
        3  |     | VISITOR           | 최유진 | 1990-01-01 | male |
        4  |     |                   | 최유진 | 1990-01-01 | male |
    """)
    assert people(bench) == ([[1, 2], [3, 4]], [])
    assert bench.value("SELECT count(*) FROM person_token") == 2


def test_a_new_number_leads_to_the_old_one(index_of, read_table):
    bench = index_of(
        """
        id | reg | national_id_token | name   | born
        1  | *   | OLD               | 김민수 | 1980-01-01
        2  | *   | NEW               | 김민수 | 1980-01-01
        3  | *   | OTHER             | 박정희 | 1975-05-05
        """,
        more=read_table("""
            document   | signature_id | national_id_token | previous_national_id_token
            I01-F01-03 | 2            | NEW               | OLD
            I01-F01-04 | 3            | OTHER             | OLD
        """),
    )
    assert people(bench) == ([[1, 2], [3]], [])
    assert bench.value("SELECT count(*) FROM person_token") == 3


def test_what_names_nobody_is_nobody(index_of):
    bench = index_of("""
        id | reg | national_id_token | name     | born
        1  |     |                   | 성명불상 |
        2  |     |                   | 김*수    | 1980-01-01
        3  |     |                   | 김민수   |
        4  |     |                   | 김민수   | 1980-01-01
    """)
    assert people(bench) == ([[4]], [[1, 2, 3]])
    assert set(kinds(bench).values()) == {"unidentifiable", "single"}


def test_leftovers_cluster_among_themselves(index_of):
    bench = index_of("""
        id | reg | national_id_token | name   | born       | sex    | address
        1  | *   | KIM               | 김민수 | 1980-01-01 | male   |
        2  |     |                   | 정하은 | 2001-02-03 | female |
        3  |     |                   | 정하은 | 2001-02-03 |        | 서울 중구 세종대로 1
    """)
    assert people(bench) == ([[1], [2, 3]], [])
    assert kinds(bench)[3] == "clustered"


def test_the_order_of_rows_changes_nothing(bench_of, make_population):
    tables, _ = make_population(300, 5)
    written = []
    for seed in (None, 1, 2):
        shuffled = {
            name: frame if seed is None else frame.sample(fraction=1, shuffle=True, seed=seed)
            for name, frame in tables.items()
        }
        bench = bench_of(**shuffled)
        build_index(bench, Before(), KEY)
        written.append(
            [bench.path(name).read_bytes() for name in ("person_index", "person", "person_token")]
        )
    assert written[0] == written[1] == written[2]


def test_records_that_are_spelt_in_several_runs_give_the_same_index(
    bench_of, make_population, monkeypatch
):
    tables, _ = make_population(300, 5)
    kept = []
    for at_a_time in (500_000, 70):
        monkeypatch.setattr(index_records, "CHUNK", at_a_time)
        bench = bench_of(**tables)
        build_index(bench, Before(), KEY)
        kept.append(bench.frame("FROM person_index"))
        described = bench.frame("SELECT count(*) FROM all_record_description").item()
        assert described == bench.frame("SELECT count(DISTINCT record_id) FROM person_index").item()
        assert described > 70
    assert kept[0].equals(kept[1])


def test_a_night_without_news_changes_no_id(bench_of, make_population):
    tables, _ = make_population(300, 5)
    bench = bench_of(**tables)
    first = build_index(bench, Before(), KEY)
    known = Before(
        members=bench.frame("SELECT signature_id, person_id FROM person_index"),
        next_sequence=first.next_sequence,
    )
    later = bench_of(**tables)
    again = build_index(later, known, KEY)
    assert later.frame("FROM person_index").equals(bench.frame("FROM person_index"))
    assert again.events.is_empty()
    assert again.next_sequence == first.next_sequence


def test_nothing_that_identifies_is_written(bench_of, make_population):
    tables, _ = make_population(50, 5)
    bench = bench_of(**tables)
    build_index(bench, Before(), KEY)
    forbidden = {"full_name", "name_key", "address", "address_key", "phone", "key"}
    for path in bench.folder.glob("*.parquet"):
        if path.stem != "signature":
            assert not forbidden & set(pl.read_parquet_schema(path))


def test_a_person_takes_attributes_from_the_most_trusted_source(index_of, read_table):
    bench = index_of(
        """
        id | reg | national_id_token | name   | born       | sex
        1  | *   | KIM               | 김민수 | 1980-01-01 | male
        2  |     | KIM               | 김민수 | 1980-01-02 | female
        3  |     | LEE               | 이영자 | 1950-03-04 | female
        4  |     | ALIEN             | NGUYEN VAN AN | 1990-03-04 | male
        """,
        f04_vital_event=read_table("""
            document   | id | event           | occurred_on | reported_on
            I01-F04-01 | 1  | death           | 2026-04-01  | 2026-04-03
            I06-F04-01 | 3  | cremation       | 2026-04-01  | 2026-04-03
            I01-F04-01 | 4  | death           | 2026-03-01  | 2026-03-02
            I01-F04-03 | 4  | death_cancelled | 2026-04-01  | 2026-04-05
        """),
        f05_foreigner_nationality=read_table("""
            document   | id | foreign_id_token | birth_date
            I04-F05-01 | 4  | ALIEN            | 1990-03-04
        """),
        f02_resident_household_address=read_table("""
            document   | id | legal_dong_code | valid_from
            I01-F02-01 | 1  | 1111010100      | 2020-01-01
            I01-F02-03 | 1  | 2611010100      | 2024-01-01
            I01-F02-03 | 1  | 5011010100      | 2027-01-01
        """),
    )
    rows = bench.frame(
        """
        SELECT signature_id, p.* EXCLUDE person_id FROM person_index JOIN person AS p
        USING (person_id) WHERE signature_id IN (1, 3, 4) ORDER BY signature_id
        """
    )
    assert rows.cast({"birth_date": pl.String, "death_date": pl.String}).rows() == [
        (1, "1980-01-01", "male", False, "2026-04-01", "2611010100"),
        (3, "1950-03-04", "female", False, None, None),
        (4, "1990-03-04", "male", True, None, None),
    ]


def test_a_block_that_would_explode_is_dropped_and_counted(bench_of):
    crowd = pl.DataFrame(
        {
            "signature_id": [str(number) for number in range(1, 401)],
            "full_name": [f"김{chr(0xAC00 + number * 7)}수" for number in range(400)],
            "birth_date": "1980-01-01",
            "address": "서울 중구 세종대로 1",
        }
    )
    bench = bench_of(signature=crowd)
    build_index(bench, Before(), KEY)
    dropped = dict(bench.connection.sql("SELECT rule, records FROM dropped_block").fetchall())
    assert dropped["misspelt_given_name"] == 400
    assert bench.value("SELECT count(DISTINCT person_id) FROM person_index") == 400
