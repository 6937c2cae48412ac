"""A broken catalogue is refused with the file, the entry, the field, and what to do.

Each case breaks one thing in a small sound catalogue and says which problem it expects.
"""

from __future__ import annotations

import pytest

from sources.registry import CatalogueError, load_catalogue

SOUND = {
    "codes/sex.toml": """
name = "sex"
describes = "Sex."
[words]
male = { name_ko = "남", name_en = "Male" }
female = { name_ko = "여", name_en = "Female" }
""",
    "codes/region.toml": """
name = "region"
describes = "Region."
open = true
pattern = '[0-9]{5}|abroad'
[words]
abroad = { name_ko = "국외", name_en = "Abroad", group = "far" }
""",
    "codes/record_action.toml": """
name = "record_action"
describes = "What a row does."
[words]
new = { name_ko = "신규", name_en = "New" }
cancel = { name_ko = "취소", name_en = "Cancel" }
reissue = { name_ko = "재발행", name_en = "Reissue" }
reversal = { name_ko = "역분개", name_en = "Reversal" }
""",
    "_programmes.toml": """
[[programme]]
code = "P001"
ministry = "MOHW"
name_ko = "생계급여"
name_en = "Livelihood benefit"
family = "기초생활보장"
""",
    "_programme_crosswalk.toml": """
[[word]]
word = "livelihood"
programme = "P001"

[[word]]
word = "water_relief"
outside = "A local scheme."
name_ko = "수도 감면"
name_en = "Water relief"
""",
    "_income_asset_kinds.toml": """
[[kind]]
code = "A01"
name_ko = "보수월액"
name_en = "Monthly pay"
group = "earned"
""",
    "_families.toml": """
[[family]]
code = "F01"
name = "person"
grain = "person"
natural_key = ["national_id", "changed_on"]
valid_from = "changed_on"
columns = [
  { name = "national_id", kind = "id" },
  { name = "full_name", kind = "text" },
  { name = "sex", kind = "code", code_set = "sex" },
  { name = "region", kind = "code", code_set = "region" },
  { name = "changed_on", kind = "date" },
  { name = "amount", kind = "krw" },
]

[[family]]
code = "F35"
name = "benefit"
grain = "person and programme"
natural_key = ["national_id", "programme_code"]
columns = [
  { name = "national_id", kind = "id" },
  { name = "programme_code", kind = "code", code_set = "welfare_programme" },
]
""",
    "I01_ministry.toml": """
[institution]
code = "I01"
name_ko = "부"
name_en = "Ministry"

[[document]]
code = "I01-F01-01"
family = "F01"
name_ko = "명부"
name_en = "Register"
describes = "One row is one person."
delivery = "fixed_width"
encoding = "cp949"
cycle = "monthly"
mode = "full"
person_key = "national_id"
corrections = "cancel_and_reissue"
legal_basis = "주민등록법 제30조"
used_for = ["identity"]
retention_years = 5
sensitivity = "personal"
status = "modelled"
income_asset_code = "A01"
columns = [
  { name = "JUMIN", canonical = "national_id", format = "id13", width = 13 },
  { name = "NAME", canonical = "full_name", format = "text", width = 60 },
  { name = "SEX", canonical = "sex", format = "code", width = 2, codes = { "남" = "male", "여" = "female" } },
  { name = "AREA", canonical = "region", format = "text", width = 5 },
  { name = "MEMO", own = "memo", format = "text", width = 20 },
  { name = "ACT", own = "record_action", format = "code", width = 1, codes = { 0 = "new", 1 = "cancel", 2 = "reissue" } },
]

  [[document.version]]
  number = 2
  valid_from = 2026-04-01
  drops = ["MEMO"]
  adds = [
    { name = "CHANGED", canonical = "changed_on", format = "date8", width = 8 },
  ]

[[document]]
code = "I01-F35-01"
family = "F35"
name_ko = "지급"
name_en = "Payments"
describes = "One row is one payment."
delivery = "csv"
encoding = "utf-8"
cycle = "monthly"
mode = "event"
person_key = "national_id"
corrections = "none"
legal_basis = "국민기초생활보장법"
used_for = ["income"]
retention_years = 5
sensitivity = "personal"
status = "modelled"
columns = [
  { name = "주민번호", canonical = "national_id", format = "id13" },
  { name = "급여", canonical = "programme_code", format = "code", codes = { 1 = "livelihood", 2 = "water_relief" } },
]
""",
}

TYPES = "I01_ministry.toml"
FAMILIES = "_families.toml"

# file to break; text there; text instead; file, entry, field and a part of the problem
CASES = {
    "toml": (TYPES, 'code = "I01"', "code = ", TYPES, "institution", "-", "not valid TOML"),
    "missing_field": (TYPES, 'cycle = "monthly"\n', "", TYPES, "I01-F01-01", "cycle", "missing"),
    "unknown_field": (
        TYPES, 'mode = "full"', 'mode = "full"\ncolour = "red"',
        TYPES, "I01-F01-01", "colour", "no field",
    ),
    "wrong_type": (
        TYPES, "retention_years = 5", 'retention_years = "5"',
        TYPES, "I01-F01-01", "retention_years", "wrong type",
    ),
    "enum": (TYPES, '"fixed_width"', '"tape"', TYPES, "I01-F01-01", "delivery", "use one of csv"),
    "no_legal_basis": (
        TYPES, '"주민등록법 제30조"', '""', TYPES, "I01-F01-01", "legal_basis", "empty",
    ),
    "blank_legal_basis": (
        TYPES, '"주민등록법 제30조"', '"  "', TYPES, "I01-F01-01", "legal_basis", "does not load",
    ),
    "duplicate_code": (
        TYPES, 'code = "I01-F35-01"\nfamily = "F35"', 'code = "I01-F01-01"\nfamily = "F01"',
        TYPES, "I01-F01-01", "code", "twice",
    ),
    "other_institution": (
        TYPES, '"I01-F01-01"', '"I02-F01-01"', TYPES, "I02-F01-01", "code", "not of institution I01",
    ),
    "other_family": (
        TYPES, '"I01-F01-01"', '"I01-F02-01"', TYPES, "I01-F02-01", "family", "not that of the code",
    ),
    "code_grammar": (TYPES, '"I01-F01-01"', '"I01-1"', TYPES, "I01-1", "code", "no document code"),
    "unknown_family": (
        TYPES, 'family = "F01"', 'family = "F02"', TYPES, "I01-F01-01", "family", "unknown",
    ),
    "unknown_canonical": (
        TYPES, 'canonical = "full_name"', 'canonical = "name"',
        TYPES, "I01-F01-01", "columns[NAME].canonical", "no column of family F01",
    ),
    "own_and_canonical": (
        TYPES, 'own = "memo"', 'own = "memo", canonical = "sex"',
        TYPES, "I01-F01-01", "columns[MEMO]", "exactly one",
    ),
    "format_of_kind": (
        TYPES, 'canonical = "full_name", format = "text"', 'canonical = "full_name", format = "int"',
        TYPES, "I01-F01-01", "columns[NAME].format", "does not fit a column of kind 'text'",
    ),
    "unknown_format": (
        TYPES, 'format = "id13", width', 'format = "id12", width',
        TYPES, "I01-F01-01", "columns[JUMIN].format", "no format",
    ),
    "text_of_closed_set": (
        TYPES, 'format = "code", width = 2, codes = { "남" = "male", "여" = "female" }',
        'format = "text", width = 2',
        TYPES, "I01-F01-01", "columns[SEX].format", "needs an open code set",
    ),
    "own_clash": (
        TYPES, 'own = "memo"', 'own = "amount"',
        TYPES, "I01-F01-01", "columns[MEMO].own", "is a column of family F01",
    ),
    "own_reserved": (
        TYPES, 'own = "memo"', 'own = "line"',
        TYPES, "I01-F01-01", "columns[MEMO].own", "no column name",
    ),
    "same_sender_name": (
        TYPES, '"NAME"', '"JUMIN"', TYPES, "I01-F01-01", "columns[JUMIN]", "repeats the name",
    ),
    "same_canonical": (
        TYPES, 'canonical = "full_name"', 'canonical = "national_id"',
        TYPES, "I01-F01-01", "columns[NAME]", "repeats the column of the hub 'national_id'",
    ),
    "no_width": (
        TYPES, 'format = "id13", width = 13', 'format = "id13"',
        TYPES, "I01-F01-01", "columns[JUMIN].width", "missing",
    ),
    "width_of_format": (
        TYPES, 'format = "id13", width = 13', 'format = "id13", width = 12',
        TYPES, "I01-F01-01", "columns[JUMIN].width", "at least 13 bytes",
    ),
    "width_of_korean_code": (
        TYPES, "width = 2,", "width = 1,", TYPES, "I01-F01-01", "columns[SEX].width",
        "at least 2 bytes",
    ),
    "width_in_csv": (
        TYPES, 'name = "주민번호", canonical = "national_id", format = "id13"',
        'name = "주민번호", canonical = "national_id", format = "id13", width = 13',
        TYPES, "I01-F35-01", "columns[주민번호].width", "fixed width only",
    ),
    "parquet_encoding": (
        TYPES, 'delivery = "csv"\nencoding = "utf-8"', 'delivery = "parquet"\nencoding = "cp949"',
        TYPES, "I01-F35-01", "encoding", "utf-8",
    ),
    "unencodable_name": (
        TYPES, '"NAME"', '"NÖM"', TYPES, "I01-F01-01", "columns[NÖM].name", "cp949",
    ),
    "codes_without_code": (
        TYPES, 'own = "memo", format = "text"', 'own = "memo", format = "text", codes = { 1 = "a" }',
        TYPES, "I01-F01-01", "columns[MEMO].codes", "exactly for 'code'",
    ),
    "code_without_codes": (
        TYPES, 'own = "memo", format = "text"', 'own = "memo", format = "code"',
        TYPES, "I01-F01-01", "columns[MEMO].codes", "exactly for 'code'",
    ),
    "word_not_in_set": (
        TYPES, '"male"', '"M"', TYPES, "I01-F01-01", "columns[SEX].codes.남",
        "'M' is not in code set 'sex'",
    ),
    "word_not_in_crosswalk": (
        TYPES, '"livelihood"', '"living"', TYPES, "I01-F35-01", "columns[급여].codes.1",
        "_programme_crosswalk.toml",
    ),
    "own_code_set_unknown": (
        TYPES, 'own = "record_action", format = "code"',
        'own = "act", code_set = "acts", format = "code"',
        TYPES, "I01-F01-01", "columns[ACT].code_set", "codes/acts.toml",
    ),
    "actions_without_corrections": (
        TYPES, '"cancel_and_reissue"', '"none"', TYPES, "I01-F01-01", "corrections", "does not fit",
    ),
    "corrections_without_actions": (
        TYPES, 'mode = "event"\nperson_key = "national_id"\ncorrections = "none"',
        'mode = "event"\nperson_key = "national_id"\ncorrections = "reversal_rows"',
        TYPES, "I01-F35-01", "corrections", "record_action",
    ),
    "actions_lack_one": (
        TYPES, ', 2 = "reissue"', "", TYPES, "I01-F01-01", "columns (version 1)", "lacks reissue",
    ),
    "person_key": (
        TYPES, 'format = "id13", width = 13', 'format = "id_masked", width = 14',
        TYPES, "I01-F01-01", "person_key", "not in the columns of version 1",
    ),
    "income_asset_code": (
        TYPES, '"A01"', '"A51"', TYPES, "I01-F01-01", "income_asset_code", "unknown",
    ),
    "use": (TYPES, '["identity"]', '["fun"]', TYPES, "I01-F01-01", "used_for", "'fun'"),
    "status": (TYPES, '"modelled"', '"true"', TYPES, "I01-F01-01", "status", "attested"),
    "version_number": (
        TYPES, "number = 2", "number = 3", TYPES, "I01-F01-01", "version[2].number", "number it 2",
    ),
    "version_date": (
        TYPES, "2026-04-01", "2009-04-01", TYPES, "I01-F01-01", "version[2].valid_from", "later day",
    ),
    "version_drop": (
        TYPES, 'drops = ["MEMO"]', 'drops = ["NOTE"]',
        TYPES, "I01-F01-01", "version[2].drops", "'NOTE' is no column",
    ),
    "version_change": (
        TYPES, 'drops = ["MEMO"]', 'changes = [{ name = "NOTE", width = 3 }]',
        TYPES, "I01-F01-01", "version[2].changes", "'NOTE' is no column",
    ),
    "version_change_breaks": (
        TYPES, 'drops = ["MEMO"]', 'changes = [{ name = "JUMIN", width = 3 }]',
        TYPES, "I01-F01-01", "version[2].changes[JUMIN].width", "at least 13",
    ),
    "version_adds_again": (
        TYPES, '{ name = "CHANGED", canonical', '{ name = "NAME", canonical',
        TYPES, "I01-F01-01", "version[2].adds[NAME]", "repeats the name",
    ),
    "no_programme": (
        TYPES, 'canonical = "programme_code"', 'own = "kind"',
        TYPES, "I01-F35-01", "constants.programme_code", "which programme",
    ),
    "constant_and_column": (
        TYPES, 'columns = [\n  { name = "주민번호"',
        'constants = { programme_code = "P001" }\ncolumns = [\n  { name = "주민번호"',
        TYPES, "I01-F35-01", "constants.programme_code", "column of the file too",
    ),
    "constant_unknown": (
        TYPES, 'columns = [\n  { name = "JUMIN"',
        'constants = { amount = "1" }\ncolumns = [\n  { name = "JUMIN"',
        TYPES, "I01-F01-01", "constants.amount", "no code column",
    ),
    "institution_file": (
        TYPES, 'code = "I01"\n', 'code = "I02"\n',
        TYPES, "institution", "institution.code", "file name",
    ),
    "family_natural_key": (
        FAMILIES, '["national_id", "changed_on"]', '["nobody"]',
        FAMILIES, "F01", "natural_key", "'nobody' is no column",
    ),
    "family_validity": (
        FAMILIES, 'valid_from = "changed_on"', 'valid_from = "sex"',
        FAMILIES, "F01", "valid_from", "no date column",
    ),
    "family_kind": (
        FAMILIES, 'kind = "krw"', 'kind = "usd"', FAMILIES, "F01", "columns[amount].kind", "no kind",
    ),
    "family_code_set": (
        FAMILIES, 'kind = "code", code_set = "sex"', 'kind = "code"',
        FAMILIES, "F01", "columns[sex].code_set", "does not fit the kind",
    ),
    "family_code_set_unknown": (
        FAMILIES, 'code_set = "sex"', 'code_set = "gender"',
        FAMILIES, "F01", "columns[sex].code_set", "codes/gender.toml",
    ),
    "family_column_reserved": (
        FAMILIES, 'name = "amount"', 'name = "delivery_id"',
        FAMILIES, "F01", "columns[delivery_id].name", "no column name",
    ),
    "family_twice": (FAMILIES, '"F35"', '"F01"', FAMILIES, "F01", "code", "twice"),
    "code_set_name": (
        "codes/sex.toml", '"sex"', '"gender"', "codes/sex.toml", "sex", "name", "as the file",
    ),
    "code_set_word": (
        "codes/sex.toml", ', name_en = "Male"', "",
        "codes/sex.toml", "sex", "words.male.name_en", "missing",
    ),
    "open_without_pattern": (
        "codes/region.toml", "pattern = '[0-9]{5}|abroad'\n", "",
        "codes/region.toml", "region", "pattern", "exactly where open",
    ),
    "bad_pattern": (
        "codes/region.toml", "'[0-9]{5}|abroad'", "'[0-9'",
        "codes/region.toml", "region", "pattern", "no regular expression",
    ),
    "word_outside_pattern": (
        "codes/region.toml", "|abroad", "",
        "codes/region.toml", "region", "words.abroad", "does not match the pattern",
    ),
    "record_actions": (
        "codes/record_action.toml", "reversal =", "undo =",
        "codes/record_action.toml", "record_action", "words", "list new, cancel, reissue, reversal",
    ),
    "crosswalk_programme": (
        "_programme_crosswalk.toml", '"P001"', '"P999"',
        "_programme_crosswalk.toml", "livelihood", "programme", "no known programme",
    ),
    "crosswalk_grade": (
        "_programme_crosswalk.toml", 'programme = "P001"',
        'programme = "P001"\nby_grade = { type_9 = "P001" }',
        "_programme_crosswalk.toml", "livelihood", "by_grade.type_9", "is no grade",
    ),
    "crosswalk_neither": (
        "_programme_crosswalk.toml", 'programme = "P001"', "",
        "_programme_crosswalk.toml", "livelihood", "programme", "exactly one",
    ),
    "crosswalk_unexplained": (
        "_programme_crosswalk.toml", '"A local scheme."', '" "',
        "_programme_crosswalk.toml", "water_relief", "outside", "reason",
    ),
    "programme_code": (
        "_programmes.toml", '"P001"', '"1"', "_programmes.toml", "1", "code", "no programme code",
    ),
    "kind_code": (
        "_income_asset_kinds.toml", '"A01"', '"X1"',
        "_income_asset_kinds.toml", "X1", "code", "no income or asset code",
    ),
}  # fmt: skip


def write(folder, broken=None):
    for name, text in SOUND.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if broken and broken[0] == name:
            assert broken[1] in text, "the case breaks nothing"
            text = text.replace(broken[1], broken[2], 1)  # noqa: PLW2901
        path.write_text(text, "utf-8")
    return folder


def test_the_sound_catalogue_loads(tmp_path):
    catalogue = load_catalogue(write(tmp_path))
    document = catalogue.documents["I01-F01-01"]
    assert [version.number for version in document.versions] == [1, 2]
    assert document.versions[1].by_canonical("memo") is None
    assert document.quarantine_limit_ppm == 50_000
    column = catalogue.documents["I01-F35-01"].versions[0].by_canonical("programme_code")
    assert column.codes == {"1": "P001", "2": "water_relief"}
    assert column.code_set == "welfare_programme"
    assert catalogue.code_sets["region"].groups == {"abroad": "far"}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_broken_entry_is_named(case, tmp_path):
    name, old, new, file, entry, field, said = case
    with pytest.raises(CatalogueError) as raised:
        load_catalogue(write(tmp_path, (name, old, new)))
    found = [
        problem
        for problem in raised.value.problems
        if (problem.file, problem.entry, problem.field) == (file, entry, field)
        and said in f"{problem.wrong}; {problem.remedy}"
    ]
    assert found, str(raised.value)
    assert str(found[0]) in str(raised.value)


def test_all_problems_of_all_files_are_reported_at_once(tmp_path):
    write(tmp_path)
    for name, old, new in (
        (TYPES, '"male"', '"M"'),
        (TYPES, "retention_years = 5", "retention_years = 0"),
        (FAMILIES, 'valid_from = "changed_on"', 'valid_from = "sex"'),
    ):
        path = tmp_path / name
        path.write_text(path.read_text("utf-8").replace(old, new, 1), "utf-8")
    with pytest.raises(CatalogueError) as raised:
        load_catalogue(tmp_path)
    assert [problem.field for problem in raised.value.problems] == [
        "valid_from",
        "retention_years",
        "columns[SEX].codes.남",
    ]


@pytest.mark.parametrize(
    "gone", ["_families.toml", "_programmes.toml", "_programme_crosswalk.toml"]
)
def test_a_missing_file_is_named(gone, tmp_path):
    (write(tmp_path) / gone).unlink()
    with pytest.raises(CatalogueError) as raised:
        load_catalogue(tmp_path)
    assert (gone, "the file is missing") in {(p.file, p.wrong) for p in raised.value.problems}


def test_an_empty_folder_is_no_catalogue(tmp_path):
    with pytest.raises(CatalogueError, match="no institution's file"):
        load_catalogue(tmp_path)


def test_an_own_code_column_gets_a_private_list(tmp_path):
    own = 'own = "memo", format = "code", codes = { "가" = "first", B = "second_rate" }'
    folder = write(tmp_path, (TYPES, 'own = "memo", format = "text"', own))
    catalogue = load_catalogue(folder)
    assert catalogue.code_sets["I01-F01-01.memo"].words == {
        "first": ("가", "First"),
        "second_rate": ("Second rate", "Second rate"),
    }


def test_a_word_may_mean_another_programme_at_one_institution(tmp_path):
    entry = '[[word]]\nword = "livelihood"\ninstitution = "I01"\noutside = "x"'
    folder = write(
        tmp_path,
        (
            "_programme_crosswalk.toml",
            '[[word]]\nword = "livelihood"',
            f'{entry}\nname_ko = "가"\nname_en = "a"\n\n[[word]]\nword = "livelihood"',
        ),
    )
    column = load_catalogue(folder).documents["I01-F35-01"].versions[0].columns[1]
    assert column.codes["1"] == "livelihood"
