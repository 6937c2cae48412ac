"""What the simulated country promises: every type, the same bytes again, and an exact truth."""

import csv
import datetime as dt
import hashlib
import io
import json
from collections import Counter

import polars as pl
import pytest
from typer.testing import CliRunner

from hub.catalogue import Delivery
from hub.delivery import DeliveryName
from hub.reasons import REASONS
from sources.country.commands import country_app
from sources.country.nights import PopulatedCountry, render_nights
from sources.country.noise import SILENT
from sources.registry import load_catalogue

PEOPLE = 600
FIRST = dt.date(2026, 3, 31)
CATALOGUE = load_catalogue()
SOME = {
    document.code
    for number, document in enumerate(CATALOGUE.documents.values())
    if number % 11 == 0 or document.code in {"I01-F01-01", "I03-F11-02", "I23-F15-01"}
}


class Remembering:
    """The country, with its facts made once for all tests."""

    def __init__(self, seed=7):
        self._country = PopulatedCountry(PEOPLE, seed, FIRST)
        self._facts = {}

    def facts(self, family):
        if family not in self._facts:
            self._facts[family] = self._country.facts(family)
        return self._facts[family]

    def persons(self):
        return self._country.persons()

    def planted(self):
        return self._country.planted()

    def identifiers(self):
        return self._country.identifiers()


@pytest.fixture(scope="module")
def country():
    return Remembering()


@pytest.fixture(scope="module")
def nights(country, tmp_path_factory):
    """Three nights of all types, with one damaged file of each kind."""
    folder = tmp_path_factory.mktemp("country")
    summaries = render_nights(
        country, 7, FIRST, 3, folder / "nights", folder / "truth", corrupt=True
    )
    return folder, summaries


def digests(folder):
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def truth(nights, name, day="*"):
    return pl.read_parquet(nights[0] / f"truth/{day}/{name}.parquet")


def ordinary(nights):
    """(path, delivery name, document) of the sound files."""
    sound = set(truth(nights, "delivery").filter(pl.col("rule").is_null())["file_name"])
    for file in sorted((nights[0] / "nights").rglob("I*.*")):
        if file.name in sound:
            name = DeliveryName.parse(file.name)
            yield file, name, CATALOGUE.documents[name.document]


def test_every_type_speaks_on_the_first_night(nights):
    first = truth(nights, "delivery", "20260331").filter(kind="first")
    assert set(first["document_type"]) == set(CATALOGUE.documents)
    assert first["rows"].min() >= 1


def test_files_lie_in_their_institutions_folder_under_well_formed_names(nights):
    for file, name, document in ordinary(nights):
        assert file.parent.name == document.institution
        assert name.made_at.date() <= dt.datetime.strptime(file.parts[-3], "%Y%m%d").date()  # noqa: DTZ007


def test_new_schema_versions_are_in_use_from_their_day(nights):
    second_night = [
        (file, document)
        for file, name, document in ordinary(nights)
        if name.made_at.date() == dt.date(2026, 4, 1)
        and document.delivery is Delivery.CSV
        and document.version_on(dt.date(2026, 4, 1)).number == 2
    ]
    assert second_night
    for file, document in second_night:
        header = file.read_bytes().decode(document.encoding.value).split("\n")[0].split(",")
        assert header == [column.name for column in document.versions[-1].columns]


def test_cp949_files_are_cp949_and_utf_8_files_are_utf_8(nights):
    for file, _, document in ordinary(nights):
        if document.delivery is not Delivery.PARQUET:
            file.read_bytes().decode(document.encoding.value)


def test_fixed_width_trailers_count_and_add_up_their_rows(nights):
    checked = 0
    for file, _, document in ordinary(nights):
        if document.delivery is not Delivery.FIXED_WIDTH:
            continue
        lines = file.read_bytes().split(b"\n")[:-1]
        version = document.version(int(lines[0][22:24]))
        rows = [line for line in lines[1:-1] if len(line) == len(lines[0])]
        amount = version.by_canonical(document.amount_column or "")
        total = 0
        if amount is not None:
            place = 1 + sum(
                column.width for column in version.columns[: version.columns.index(amount)]
            )
            cells = [row[place : place + amount.width].strip() for row in rows]
            total = sum(int(cell) for cell in cells if cell)
            checked += total != 0
        assert int(lines[-1][1:11]) == len(lines) - 2, document.code
        assert int(lines[-1][11:31]) == total, document.code
    assert checked > 20


def test_required_columns_are_filled_and_codes_are_known_in_clean_rows(nights):
    bad = set(truth(nights, "bad_row").select("file_name", "line").rows())
    for file, _, document in ordinary(nights):
        if document.delivery is not Delivery.CSV:
            continue
        text = file.read_bytes().decode(document.encoding.value)
        header, *rows = csv.reader(io.StringIO(text))
        version = next(v for v in document.versions if [c.name for c in v.columns] == header)
        for line, row in enumerate(rows, start=2):
            if (file.name, line) in bad:
                continue
            for column, cell in zip(version.columns, row, strict=True):
                assert cell or not column.required, (document.code, column.name)
                assert not cell or not column.codes or cell in column.codes, column.name


def test_the_truth_knows_every_row_of_every_sound_file(nights):
    delivered = truth(nights, "delivery").filter(pl.col("rule").is_null())
    rows = truth(nights, "row").group_by("file_name").len()
    bad = truth(nights, "bad_row").group_by("file_name").len()
    known = Counter(dict(rows.iter_rows())) + Counter(dict(bad.iter_rows()))
    sent = Counter()
    for name, count in delivered.select("file_name", "rows").iter_rows():
        sent[name] += count
    assert known == sent


def test_json_lines_are_about_whom_the_truth_says(nights, country):
    ids = dict(country.persons().select("person_number", "national_id").iter_rows())
    told, right = 0, 0
    who = truth(nights, "row", "20260331")
    for file, name, document in ordinary(nights):
        column = document.versions[-1].by_canonical("national_id")
        if document.delivery is not Delivery.JSON_LINES or name.made_at.date() != FIRST:
            continue
        if column is None or column.format.value != "id13":
            continue
        lines = file.read_text("utf-8").splitlines()
        for line, person in who.filter(file_name=file.name).select("line", "person_number").rows():
            written = (json.loads(lines[line - 1])[column.name] or "").replace("-", "")
            told += 1
            right += written == ids.get(person)
    assert told > 100
    assert right / told > 0.97


def test_planted_bad_rows_are_few_and_have_a_known_rule(nights):
    bad = truth(nights, "bad_row")
    assert bad.height > 0
    assert bad.height <= 0.01 * truth(nights, "row").height
    assert set(bad["rule"]) <= set(REASONS)


def test_damaged_files_are_announced_with_the_rule_that_stops_them(nights):
    hostile = truth(nights, "delivery").filter(kind="hostile")
    assert {"truncated", "trailer_count_mismatch", "wrong_encoding", "schema_unknown",
            "xml_declaration_forbidden", "line_too_long", "empty_file", "file_name_invalid",
            "document_type_unknown"} == set(hostile["rule"])  # fmt: skip
    assert set(hostile["rule"]) <= {*REASONS, "document_type_unknown"}


def test_corrections_share_an_identity_and_differ_in_bytes(nights):
    corrections = truth(nights, "delivery").filter(kind="correction")
    assert corrections.height > 0
    by_identity = {}
    for file, name, _ in ordinary(nights):
        by_identity.setdefault(name.identity, set()).add(file.read_bytes())
    for file_name in corrections["file_name"]:
        assert len(by_identity[DeliveryName.parse(file_name).identity]) == 2


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(country, tmp_path):
    def render(name, source, seed):
        folder = tmp_path / name
        render_nights(
            source, seed, FIRST, 2, folder / "nights", folder / "truth", document_types=SOME
        )
        return digests(folder)

    first = render("first", country, 7)
    assert first == render("again", Remembering(), 7)
    other = render("other", country, 8)
    assert len(first.keys() & other.keys()) > 0
    assert first != other


def test_without_faults_the_same_deliveries_arrive_once_each(country, tmp_path):
    def contents(folder):
        return {
            (DeliveryName.parse(file.name).identity, hashlib.sha256(file.read_bytes()).digest())
            for file in (folder / "nights").rglob("I*.*")
            if "I99" not in file.name and "_90" not in file.name
        }

    # A week: on some nights the types that are late have nothing to tell.
    for faults in (True, False):
        folder = tmp_path / str(faults)
        render_nights(
            country, 7, FIRST, 7, folder / "nights", folder / "truth", faults=faults,
            document_types=SOME,
        )  # fmt: skip
    assert contents(tmp_path / "True") == contents(tmp_path / "False")
    kinds = set(pl.read_parquet(tmp_path / "False/truth/*/delivery.parquet")["kind"])
    assert kinds.isdisjoint({"late", "duplicate", "hostile"})
    kinds = set(pl.read_parquet(tmp_path / "True/truth/*/delivery.parquet")["kind"])
    assert {"late", "duplicate", "hostile"} <= kinds


def test_without_noise_every_open_id_is_right(country, tmp_path):
    render_nights(
        country, 7, FIRST, 1, tmp_path / "nights", tmp_path / "truth", noise=SILENT,
        bad_rows=False, faults=False, document_types={"I01-F01-01"},
    )  # fmt: skip
    (file,) = (tmp_path / "nights").rglob("I01-F01-01*")
    ids = {line[1:14].decode() for line in file.read_bytes().split(b"\n")[1:-2]}
    true_ids = set(country.facts("F01")["national_id"])
    assert ids <= true_ids


def test_a_folder_that_holds_deliveries_is_left_alone(country, tmp_path):
    kept = tmp_path / "nights/20260331/I01/kept.txt"
    kept.parent.mkdir(parents=True)
    kept.write_text("kept")
    with pytest.raises(FileExistsError, match="already holds deliveries"):
        render_nights(country, 7, FIRST, 1, tmp_path / "nights", tmp_path / "truth")
    assert kept.read_text() == "kept"


def test_the_command_prints_a_line_a_night(tmp_path, monkeypatch):
    monkeypatch.setenv("HUB_HOME", str(tmp_path))
    asked = ["simulate", "--people", "60", "--nights", "1", "--no-faults", "--json"]
    asked += ["--only", "I01-F01-01", "--only", "I03-F11-02"]
    result = CliRunner().invoke(country_app, asked)
    assert result.exit_code == 0, result.output
    (night,) = json.loads(result.stdout)
    assert night["night"] == "2026-03-31"
    assert night["files"] == 2
    assert (tmp_path / "country/nights/20260331").is_dir()
    assert (tmp_path / "country/truth/person.parquet").is_file()


def files_in(folder):
    return {
        str(p): (p.stat().st_mtime_ns, p.read_bytes()) for p in folder.rglob("*") if p.is_file()
    }


def test_the_command_does_not_do_the_same_work_twice(tmp_path, monkeypatch):
    monkeypatch.setenv("HUB_HOME", str(tmp_path))
    asked = ["simulate", "--people", "60", "--nights", "1", "--only", "I01-F01-01", "--json"]
    assert CliRunner().invoke(country_app, asked).exit_code == 0
    before = files_in(tmp_path)
    again = CliRunner().invoke(country_app, asked)
    assert again.exit_code == 0
    assert json.loads(again.stdout)[0]["state"] == "already there"
    assert files_in(tmp_path) == before
    other = CliRunner().invoke(country_app, [*asked, "--seed", "8"])
    assert other.exit_code == 1
    assert "seed" in other.stderr
    assert "--replace" in other.stderr
    assert files_in(tmp_path) == before
    assert CliRunner().invoke(country_app, [*asked, "--seed", "8", "--replace"]).exit_code == 0
    assert files_in(tmp_path) != before


def test_the_command_leaves_an_unfinished_simulation_to_be_replaced(tmp_path, monkeypatch):
    monkeypatch.setenv("HUB_HOME", str(tmp_path))
    asked = ["simulate", "--people", "60", "--nights", "1", "--only", "I01-F01-01"]
    unfinished = tmp_path / "country/nights/20260331/I01/half.part"
    unfinished.parent.mkdir(parents=True)
    unfinished.write_text("half")
    result = CliRunner().invoke(country_app, asked)
    assert result.exit_code == 1
    assert "--replace" in result.stderr
