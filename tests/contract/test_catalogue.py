"""What the catalogue promises to everybody who reads it."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from pathlib import Path

import pytest

from hub.catalogue import Corrections, Delivery, Format, Kind
from hub.generated_pages import stale_pages
from sources.reference_pages import NAMED_SOURCES, reference_pages
from sources.registry import CATALOGUE_FOLDER, load_catalogue

PROJECT = Path(__file__).parents[2]

TYPES_OF_INSTITUTION = {
    "I01": 36, "I02": 14, "I03": 34, "I04": 14, "I05": 29, "I06": 26, "I07": 16, "I08": 12,
    "I09": 8, "I10": 16, "I11": 12, "I12": 10, "I13": 4, "I14": 8, "I15": 6, "I16": 4,
    "I17": 4, "I18": 3, "I19": 3, "I20": 3, "I21": 3, "I22": 8, "I23": 17, "I24": 22,
    "I25": 8, "I26": 17, "I27": 11, "I28": 10, "I29": 8, "I30": 4, "I31": 5, "I32": 12,
    "I33": 6, "I34": 6, "I35": 24, "I36": 5, "I37": 20,
}  # fmt: skip
PROGRAMMES_OF_MINISTRY = {
    "MOHW": 132, "MOEL": 30, "MPVA": 30, "MOE": 22, "MOGEF": 20, "MOLIT": 15, "MAFRA": 12,
    "MCST": 8, "MOTIE": 4, "ME": 3, "MOIS": 3, "MOU": 3, "MOJ": 3, "MSIT": 2, "MSS": 2,
    "KFS": 2, "MND": 1,
}  # fmt: skip


@pytest.fixture(scope="module")
def catalogue():
    return load_catalogue()


def test_448_types_of_37_institutions(catalogue):
    counts = Counter(document.institution for document in catalogue.documents.values())
    assert dict(counts) == TYPES_OF_INSTITUTION
    assert len(catalogue.documents) == sum(TYPES_OF_INSTITUTION.values()) == 448
    assert len(catalogue.institutions) == 37


def test_40_families_and_each_is_fed(catalogue):
    assert list(catalogue.families) == [f"F{number:02}" for number in range(1, 41)]
    assert [code for code, documents in catalogue.by_family.items() if not documents] == []


def test_292_programmes_of_17_ministries(catalogue):
    counts = Counter(programme.ministry for programme in catalogue.programmes.values())
    assert dict(counts) == PROGRAMMES_OF_MINISTRY
    assert list(catalogue.programmes) == [f"P{number:03}" for number in range(1, 293)]


def test_senders_write_in_all_formats(catalogue):
    documents = catalogue.documents.values()
    share = Counter(document.delivery for document in documents)
    assert {delivery: round(count / 4.48) for delivery, count in share.items()} == {
        Delivery.CSV: 30,
        Delivery.FIXED_WIDTH: 29,
        Delivery.XML: 21,
        Delivery.JSON_LINES: 15,
        Delivery.PARQUET: 5,
    }
    used = {c.format for d in documents for v in d.versions for c in v.columns}
    assert used == set(Format)
    assert {document.corrections for document in documents} == set(Corrections)
    assert sum(len(document.versions) > 1 for document in documents) >= 40


def test_50_kinds_of_income_and_assets_each_fed(catalogue):
    fed = {document.income_asset_code for document in catalogue.documents.values()} - {None}
    assert list(catalogue.income_asset_kinds) == [f"A{number:02}" for number in range(1, 51)]
    assert fed == set(catalogue.income_asset_kinds)


def test_every_type_has_a_legal_basis_and_says_that_it_is_modelled(catalogue):
    for document in catalogue.documents.values():
        assert document.legal_basis.strip(), document.code
        assert document.status == "modelled", document.code


def test_programme_columns_hold_programmes_or_schemes_outside_them(catalogue):
    programmes = catalogue.code_sets["welfare_programme"]
    told = set()
    for document in catalogue.documents.values():
        if catalogue.families[document.family].column("programme_code") is None:
            continue
        for version in document.versions:
            column = version.by_canonical("programme_code")
            words = set(column.codes.values()) if column else {document.constants["programme_code"]}
            assert words <= set(programmes.words), document.code
            told |= words
    assert {word for word in told if word not in catalogue.programmes} == set(programmes.outside)
    assert all(programmes.outside.values())


@pytest.mark.parametrize(
    ("document", "sender_code", "programme"),
    [
        ("I34-F35-01", "S1", "P202"),
        ("I06-F34-03", "BP", "P029"),
        ("I06-F34-01", "L", "P001"),
        ("I09-F34-03", "자립", "P226"),
        ("I10-F34-01", "01", "P163"),
        ("I32-F34-01", "PER", "P235"),
        ("I37-F34-03", "01", "local_water_relief"),
    ],
)
def test_a_senders_code_means_this_programme(catalogue, document, sender_code, programme):
    column = catalogue.documents[document].versions[0].by_canonical("programme_code")
    assert column.codes[sender_code] == programme


def test_grades_tell_programmes_that_share_a_senders_code(catalogue):
    assert catalogue.programme_by_grade == {"P009": {"type_2": "P010"}, "P078": {"age_3_5": "P079"}}


def test_every_code_column_names_a_code_set_that_holds_its_words(catalogue):
    for document in catalogue.documents.values():
        family = catalogue.families[document.family]
        for version in document.versions:
            for column in version.columns:
                canonical = None if column.is_own else family.column(column.canonical)
                is_code = column.format is Format.CODE or (
                    canonical is not None and canonical.kind is Kind.CODE
                )
                assert (column.code_set is not None) == is_code, (document.code, column.name)
                if column.code_set:
                    code_set = catalogue.code_sets[column.code_set]
                    assert all(map(code_set.accepts, column.codes.values())), document.code


def test_every_code_set_and_every_closed_word_is_used(catalogue):
    used = Counter()
    sets = set()
    for document in catalogue.documents.values():
        for version in document.versions:
            for column in version.columns:
                if column.code_set:
                    sets.add(column.code_set)
                    used.update((column.code_set, word) for word in column.codes.values())
    assert sets == set(catalogue.code_sets)
    unused = [
        (name, word)
        for name, code_set in catalogue.code_sets.items()
        for word in code_set.words
        if name != "welfare_programme" and not used[name, word]
    ]
    assert unused == []


def test_sex_is_male_or_female_whoever_writes_it(catalogue):
    assert set(catalogue.code_sets["sex"].words) == {"male", "female"}


def test_open_sets_take_values_of_their_pattern_only(catalogue):
    dong = catalogue.code_sets["legal_dong"]
    assert dong.accepts("1168010100")
    assert not dong.accepts("11680101001")
    assert not catalogue.code_sets["sex"].accepts("M")


def test_reference_pages_are_current(catalogue):
    stale = stale_pages(PROJECT / "docs" / "catalogue", reference_pages(catalogue))
    assert stale == [], "run `hub catalogue pages`"


def test_reference_pages_never_sell_a_model_as_a_fact(catalogue):
    pages = reference_pages(catalogue)
    assert len(pages) == 37 + 3
    for name, text in pages.items():
        assert re.search(r"\bModelled\b", text), name
        assert "**attested**" not in text, name
    for code in catalogue.institutions:
        page = next(text for name, text in pages.items() if name.startswith(code))
        assert ("Public documents name this" in page) == (code in NAMED_SOURCES)
        for document in catalogue.by_institution[code]:
            assert f"## {document.code} " in page
            for version in document.versions:
                assert all(f"`{column.name}`" in page for column in version.columns)


def test_the_example_of_the_guide_loads(tmp_path):
    guide = (PROJECT / "docs" / "adding-a-document-type.md").read_text("utf-8")
    example = re.search(r"```toml\n(.*?)```", guide, re.DOTALL)[1]
    folder = tmp_path / "catalogue"
    shutil.copytree(CATALOGUE_FOLDER, folder)
    with (folder / "I03_national_tax_service.toml").open("a", encoding="utf-8") as file:
        file.write("\n" + example)
    catalogue = load_catalogue(folder)
    assert len(catalogue.documents) == 449
    assert len(catalogue.documents["I03-F11-07"].versions) == 2
