"""No national ID lies outside the vault, whatever senders write where it does not belong (P1).

One real night, `hub night` in a process of its own with real expectations, takes sound files, bad
rows, every kind of damaged file and files made here that put national IDs into wrong places: at full
size of all 448 types, each with a bad row that has one in every column of text. Then every file below the hub's home is searched, and all that the commands printed. Failures name
places and counts, never the number.
"""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import drift_scene as drift
import duckdb
import night_scene as scene
import number_search
import polars as pl
import pytest
from number_search import NumberSearch
from promise_figures import FULL_SIZE
from typer.testing import CliRunner

from hub.catalogue import Delivery, DocumentType, Encoding, Format
from hub.command_line import build_application
from hub.conforming.conversions import KEY_ENDINGS
from hub.delivery import DeliveryName
from sources.registry import load_catalogue
from warehouse.archive import open_received
from warehouse.identity_files import identity_files
from warehouse.identity_zone import identity_zone
from warehouse.layout import Layout
from warehouse.ledger import Ledger
from warehouse.vault import IdTokeniser

PEOPLE = 300
PROJECT = Path(__file__).parents[2]
CATALOGUE = load_catalogue()
SHAPE = re.compile(r"(?=(\d{6}[-_ ]?\d{7}))")
SHAPE_IN_BYTES = re.compile(rb"(?=(\d{6}[-_ ]?\d{7}))")
DATES = {
    Format.DATE8: "20991231", Format.DATE10: "2099-12-31", Format.MONTH6: "209912",
    Format.MONTH7: "2099-12", Format.YEAR4: "2099",
}  # fmt: skip
"""Well formed, and far after the delivery was made: for the expectations to find."""
LARGEST_SEARCHED_BYTES = 1 << 20
"""The damaged file with a giant line of digits is left out of the search that must find."""
COMMANDS = (
    ("summary",), ("deliveries",), ("deliveries", "--json"), ("release", "list"),
    ("release", "show"), ("release", "verify"), ("query", "SELECT * FROM delivery", "--json"),
    ("query", "SELECT * FROM f01_person_identity", "--json"),
    ("query", "SELECT CAST(no_such AS INTEGER) FROM person_token"),
)  # fmt: skip


def run_alone(home: Path, *words: str) -> tuple[int, str]:
    """Run `hub` in a process of its own; return exit code and all that was printed."""
    done = subprocess.run(
        [sys.executable, "-c", "from hub.command_line import main; main()", *words],
        cwd=PROJECT,
        env=os.environ | {"HUB_HOME": str(home), "COLUMNS": "250"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def run_here(home: Path, *words: str) -> tuple[int, str]:
    """Run `hub` in this process; what it would have died of counts as printed."""
    done = CliRunner().invoke(
        build_application(), list(words), env={"HUB_HOME": str(home), "COLUMNS": "250"}
    )
    died = done.exception if not isinstance(done.exception, SystemExit) else None
    return done.exit_code, f"{done.stdout}{done.stderr}{died or ''}"


def chosen(delivery: Delivery, encoding: Encoding, *formats: Format) -> DocumentType:
    """Return the first type of a format whose rows have a national ID and columns of `formats`."""
    return next(
        document
        for document in CATALOGUE.documents.values()
        if document.delivery is delivery
        and document.encoding is encoding
        and {Format.ID13, *formats} <= {column.format for column in document.versions[0].columns}
        and len(document.versions) == 1
    )


CSV = chosen(Delivery.CSV, Encoding.UTF_8, Format.WON, Format.TEXT)
CSV_DATED = chosen(Delivery.CSV, Encoding.UTF_8, Format.DATE8)
LINES = chosen(Delivery.JSON_LINES, Encoding.UTF_8, Format.TEXT)
XML = chosen(Delivery.XML, Encoding.UTF_8)
FIXED = chosen(Delivery.FIXED_WIDTH, Encoding.CP949)
TYPES = scene.some_types(1 if FULL_SIZE else 25) | {
    each.code for each in (CSV, CSV_DATED, LINES, XML, FIXED)
}


class Misplaced:
    """Files that put national IDs where no national ID belongs."""

    def __init__(self, night: Path, national_ids: list[str]) -> None:
        self.night, self.ids, self.sequence = night, national_ids, 950
        self.feeds = 0

    def sound(self, document: DocumentType) -> tuple[bytes, str]:
        (file,) = (self.night / document.institution).glob(f"{document.code}_*_001_*")
        return file.read_bytes(), file.suffix[1:]

    def put(self, document: DocumentType, content: bytes, ending: str) -> None:
        self.sequence += 1
        made_at = scene.dt.datetime.combine(scene.FIRST, scene.dt.time(1))
        name = DeliveryName(document.code, "20260331", self.sequence, made_at, ending)
        self.write(document, str(name), content)

    def write(self, document: DocumentType, name: str, content: bytes) -> None:
        (self.night / document.institution / name).write_bytes(content)

    def hyphenated(self, place: int) -> str:
        return f"{self.ids[place][:6]}-{self.ids[place][6:]}"

    def in_cells(self, document: DocumentType) -> None:
        """In an amount, a date, a code, a name: one bad row each, so that the rest lands."""
        content, ending = self.sound(document)
        header, *rows = scene.csv_rows(content)
        rows = (rows * (1 + 200 // len(rows)))[:200]
        for number, column in enumerate(document.versions[0].columns):
            is_key = column.format is Format.TEXT and column.canonical.endswith(KEY_ENDINGS)
            if column.format is not Format.ID13 and not is_key and number < len(rows):
                rows[number] = [*rows[number]]
                rows[number][number] = self.hyphenated(number) if number % 2 else self.ids[number]
        self.put(document, scene.csv_bytes([header, *rows]), ending)

    def without_header(self, document: DocumentType) -> None:
        content, ending = self.sound(document)
        self.put(document, content.partition(b"\n")[2], ending)

    def as_column_name(self, document: DocumentType) -> None:
        content, ending = self.sound(document)
        self.put(document, self.hyphenated(1).encode() + b"," + content, ending)

    def impossible_dates(self, document: DocumentType) -> None:
        content, ending = self.sound(document)
        header, *rows = scene.csv_rows(content)
        for number, column in enumerate(document.versions[0].columns):
            for row in rows if column.format in DATES else ():
                row[number] = DATES[column.format]
        self.put(document, scene.csv_bytes([header, *rows]), ending)

    def as_field_name(self, document: DocumentType) -> None:
        content, ending = self.sound(document)
        rows = [json.loads(line) for line in content.decode().splitlines()]
        rows[0][self.ids[2]] = self.hyphenated(2)
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        self.put(document, text.encode() + f'{{"{self.ids[3]}"\n'.encode(), ending)

    def in_markup(self, document: DocumentType) -> None:
        content, ending = self.sound(document)
        self.put(document, content.replace(b"<row>", f"<_{self.ids[4]}>".encode(), 1), ending)
        head = f'<delivery person="{self.hyphenated(4)}" type="{self.ids[5]}" '.encode()
        self.put(document, content.replace(b"<delivery ", head, 1), ending)

    def in_frames(self, document: DocumentType) -> None:
        content, ending = self.sound(document)
        self.put(document, content.partition(b"\n")[2], ending)
        self.put(document, f"H{self.ids[6]}{self.hyphenated(6)}".encode() + content[27:], ending)

    def in_names(self, document: DocumentType) -> None:
        for name in (
            f"{self.hyphenated(7)}.csv",
            f"{self.ids[8]}.csv",
            f"list {self.ids[9]} 1.txt",
        ):
            self.write(document, name, b"anything")

    def in_every_feed(self, codes: list[str]) -> None:
        """Of each type, sound rows and one that has a number in every column that is no number."""
        for place, code in enumerate(codes):
            document = CATALOGUE.documents[code]
            file = next((self.night / document.institution).glob(f"{code}_*_001_*"), None)
            if file is None:
                continue
            sound = drift.read_sound(document, file)
            number = self.ids[place % len(self.ids)]
            texts = [
                column.name
                for column in sound.version.columns
                if sound.frame.schema[column.name] == pl.String
                and (document.delivery is not Delivery.FIXED_WIDTH or column.width >= len(number))
            ]
            bad = sound.frame[:1].with_columns(pl.lit(number).alias(name) for name in texts)
            self.feeds += 1
            self.sequence += 1
            # Each under its own type, so that a number may come twice.
            drifted = sound.numbered(900 + self.sequence % 90)
            content = drift.write(drifted, frame=pl.concat([sound.frame, bad]))
            self.write(document, str(drifted.name), content)

    def as_garbage(self, document: DocumentType) -> None:
        """Numbers alone, under the name of every format."""
        for ending in ("csv", "jsonl", "xml", "txt", "parquet"):
            self.put(document, "\n".join(self.ids[10:40]).encode(), ending)


@pytest.fixture(scope="module")
def leaky(shared) -> Path:
    """A hub after one night of misplaced numbers; what was printed lies in `printed`."""

    def build(folder: Path) -> None:
        country = scene.small_country(PEOPLE)
        scene.tell(folder / "country", PEOPLE, 1, corrupt=True, types=TYPES)
        ids = sorted(country.national_ids)
        (folder / "ids").write_text("\n".join(ids), "ascii")
        misplaced = Misplaced(folder / f"country/nights/{scene.FIRST:%Y%m%d}", ids)
        misplaced.in_cells(CSV)
        misplaced.without_header(CSV)
        misplaced.as_column_name(CSV)
        misplaced.impossible_dates(CSV_DATED)
        misplaced.as_field_name(LINES)
        misplaced.in_markup(XML)
        misplaced.in_frames(FIXED)
        misplaced.in_names(CSV)
        for document in (CSV, LINES, XML, FIXED):
            misplaced.as_garbage(document)
        misplaced.in_every_feed(sorted(TYPES))
        (folder / "feeds").write_text(str(misplaced.feeds), "ascii")
        home, nights = folder / "home", str(folder / "country/nights")
        night = ("night", "--date", str(scene.FIRST), "--drops", nights)
        printed = folder / "printed"
        printed.mkdir()
        asked = [*COMMANDS, *(("quarantine", each.code, "--json") for each in (CSV, LINES, XML))]
        asked.append(("quality", "docs", CSV.code, CSV_DATED.code))
        for number, words in enumerate([night, *asked]):
            code, text = run_alone(home, *words) if words is night else run_here(home, *words)
            said = f"{' '.join(words)[:60]}\n{code}\n{text}"
            (printed / f"{number:02d}.txt").write_text(said, "utf-8")

    return shared("leaky_night", build)


@pytest.fixture(scope="module")
def secret(leaky) -> frozenset[str]:
    return frozenset((leaky / "ids").read_text("ascii").split())


def leaks(text: str, secret: frozenset[str]) -> int:
    """How many different national IDs stand in `text`, with or without a hyphen."""
    return len({re.sub(r"\D", "", found) for found in SHAPE.findall(text)} & secret)


def leaks_in_bytes(file: Path, secret: frozenset[str]) -> int:
    found = SHAPE_IN_BYTES.findall(file.read_bytes())
    return leaks(" ".join(each.decode("ascii") for each in found), secret)


def leaks_in_frame(frame: pl.DataFrame, secret: frozenset[str]) -> dict[str, int]:
    """Column → number of national IDs in it, as text, as bytes or as a number."""
    found = {}
    for name in frame.columns:
        column = frame[name].drop_nulls().unique() if frame.height else frame[name]
        if column.dtype == pl.Binary:
            column = pl.Series([value.decode("latin-1") for value in column], dtype=pl.String)
        if column.dtype.is_float() or column.dtype.is_temporal():
            continue
        count = leaks("\n".join(map(str, column.to_list())), secret)
        if count:
            found[name] = count
    return found


def outside_the_vault(home: Path) -> Iterator[Path]:
    for file in sorted(home.rglob("*")):
        if file.is_file() and file.relative_to(home).parts[0] not in {"vault", "country"}:
            yield file


def test_the_night_ran_and_met_everything_that_it_should(leaky):
    said = (leaky / "printed/00.txt").read_text("utf-8").splitlines()
    assert said[1] == "0"
    layout = Layout(leaky / "home")
    with Ledger.open(layout.ledger_url) as ledger:
        rules = {record.stop_rule for record in ledger.deliveries() if record.stop_rule}
        refused = [drop for drop in ledger.drops() if drop.rule == "file_name_invalid"]
        evaluated = ledger.expectations()
        landed = {each.document_type for each in ledger.effective_deliveries()}
    assert {"expectation_failed", "schema_unknown", "truncated", "header_mismatch"} <= rules
    assert len(refused) >= 3
    assert evaluated
    assert landed >= TYPES
    for file in (leaky / "printed").iterdir():
        command, code = file.read_text("utf-8").splitlines()[:2]
        assert (code == "0") != ("CAST" in command), command


def test_the_numbers_are_in_the_vault_and_can_be_found_by_this_search(leaky, secret, tmp_path):
    layout = Layout(leaky / "home")
    decrypted = tmp_path / "decrypted"
    found = 0
    for archived in layout.archive.glob("??/*"):
        with open_received(layout, archived.name) as file:
            received = file.read()
        if len(received) < LARGEST_SEARCHED_BYTES:
            decrypted.write_bytes(received)
            found += leaks_in_bytes(decrypted, secret)
    assert found > 300
    assert leaks("x" + min(secret) + "y", secret) == 1
    assert leaks(min(secret)[:6] + "-" + min(secret)[6:], secret) == 1
    frame = pl.DataFrame({"number": [int(max(secret))], "bytes": [max(secret).encode()]})
    assert leaks_in_frame(frame, secret) == {"number": 1, "bytes": 1}


def test_the_archive_holds_no_national_id_in_the_open(leaky, secret):
    archived = [file for file in Layout(leaky / "home").archive.rglob("*") if file.is_file()]
    assert len(archived) > 10
    assert sum(leaks_in_bytes(file, secret) for file in archived) == 0


def test_no_file_outside_the_vault_holds_a_national_id(leaky, secret):
    home = leaky / "home"
    files = list(outside_the_vault(home))
    assert len(files) > 200
    found = {str(each.relative_to(home)): leaks_in_bytes(each, secret) for each in files}
    names = leaks("\n".join(found), secret)
    assert names == 0, "a file or folder is named by a national ID"
    assert {name: count for name, count in found.items() if count} == {}


def test_no_parquet_column_holds_a_national_id(leaky, secret):
    home = leaky / "home"
    files = [file for file in outside_the_vault(home) if file.suffix == ".parquet"]
    zone = identity_zone(Layout(home))
    encrypted = {file.path: file for file in identity_files(Layout(home))}
    assert len(encrypted) > 50
    assert len(files) > 100

    def opened(file):
        known = encrypted.get(file)
        return zone.scan([known]).collect() if known else pl.read_parquet(file)

    found = {
        f"{file.parent.name}/{file.name}": columns
        for file in files
        if (columns := leaks_in_frame(opened(file), secret))
    }
    assert found == {}


def test_no_table_of_a_mart_holds_a_national_id(leaky, secret):
    marts = list((leaky / "home/releases").rglob("*.duckdb"))
    assert marts
    for mart in marts:
        with duckdb.connect(str(mart), read_only=True) as connection:
            tables = [name for (name,) in connection.execute("SHOW TABLES").fetchall()]
            assert tables
            for table in tables:
                frame = connection.sql(f'SELECT * FROM "{table}"').pl()
                assert leaks_in_frame(frame, secret) == {}, table


def test_no_row_of_the_ledger_or_of_dagster_holds_a_national_id(leaky, secret):
    home = leaky / "home"
    databases = [file for file in outside_the_vault(home) if is_sqlite(file)]
    names = {str(file.relative_to(home)) for file in databases}
    assert "ledger.sqlite" in names
    assert any(name.startswith("dagster/") for name in names)
    for file in databases:
        with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as connection:
            tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            for (table,) in tables.fetchall():
                rows = connection.execute(f'SELECT * FROM "{table}"').fetchall()
                assert leaks(repr(rows), secret) == 0, f"{file.name}: {table}"


def is_sqlite(file: Path) -> bool:
    with file.open("rb") as opened:
        return opened.read(15) == b"SQLite format 3"


def test_no_command_prints_a_national_id(leaky, secret):
    printed = list((leaky / "printed").iterdir())
    assert len(printed) > len(COMMANDS)
    for file in printed:
        text = file.read_text("utf-8")
        assert leaks(text, secret) == 0, text.splitlines()[0]


def test_tokens_are_no_numbers_in_disguise(leaky, secret):
    tokeniser = IdTokeniser(Layout(leaky / "home").key_file.read_bytes())
    some = pl.Series("id", sorted(secret)[:50])
    tokens = tokeniser.tokens(some)
    assert tokens.n_unique() == 50
    assert tokeniser.ids(tokens).to_list() == some.to_list()
    assert all(number.encode() not in token for number, token in zip(some, tokens, strict=True))


@pytest.mark.promise("P1")
def test_no_byte_outside_the_vault_is_a_national_id_in_any_writing(leaky, secret, record_figure):
    home, search = leaky / "home", NumberSearch(secret)
    zone = identity_zone(Layout(home))
    encrypted = {file.path: file for file in identity_files(Layout(home))}
    files = [*outside_the_vault(home), *(leaky / "printed").iterdir()]
    found, size = {}, 0
    for file in files:
        size += file.stat().st_size
        ways = search.in_file(file)
        if number_search.is_encrypted_parquet(file):
            rows = zone.scan([encrypted[file]]).collect()
            for name, content in number_search.of_frame(rows):
                ways |= {f"{name}: {way}": count for way, count in search.in_bytes(content).items()}
        if ways:
            found[str(file.relative_to(leaky))] = ways
    feeds = int((leaky / "feeds").read_text("ascii"))
    assert found == {}
    record_figure(
        "P1",
        f"{len(secret):,} numbers in {feeds} feeds; {len(files):,} files, {size / 1e6:,.0f} MB outside the "
        f"vault in eight writings: {len(found)} with a number",
        held=not found,
        feeds=feeds,
        files=len(files),
        found=len(found),
    )
    assert feeds >= len(TYPES) - 5
    assert encrypted


def test_a_bad_row_of_every_feed_was_set_aside(leaky):
    with Ledger.open(Layout(leaky / "home").ledger_url) as ledger:
        planted = [
            record
            for record in ledger.deliveries()
            if 900 <= record.sequence < 990 and record.document_type in TYPES
        ]
    feeds = int((leaky / "feeds").read_text("ascii"))
    refused = [record for record in planted if record.stop_rule or record.counts.rows_quarantined]
    assert len(planted) >= feeds
    assert len(refused) > feeds * 0.9
