"""What the 292 programme files promise to everybody who reads them."""

from __future__ import annotations

import graphlib
import re
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from hub.generated_pages import stale_pages, write_pages
from hub.programmes.catalogue import CATALOGUE_FOLDER, load_programmes
from hub.programmes.pages import MINISTRIES, programme_pages
from hub.programmes.parameters import load_parameters
from hub.programmes.reading import load_evidence
from sources.registry import load_catalogue

PROJECT = Path(__file__).parents[2]

PROGRAMMES_OF_MINISTRY = {
    "MOHW": 132, "MOEL": 30, "MPVA": 30, "MOE": 22, "MOGEF": 20, "MOLIT": 15, "MAFRA": 12,
    "MCST": 8, "MOTIE": 4, "ME": 3, "MOIS": 3, "MOU": 3, "MOJ": 3, "MSIT": 2, "MSS": 2,
    "KFS": 2, "MND": 1,
}  # fmt: skip
HOUSE_REPAIR = {
    "P129": "MOHW", "P130": "MOHW", "P248": "MOLIT", "P249": "MOLIT", "P261": "MAFRA",
    "P273": "MOTIE", "P276": "ME", "P279": "MOIS",
}  # fmt: skip
OWN_THRESHOLD = "RECOGNISED_INCOME_ABOVE_THRESHOLD"
"""The one code that stands for each programme's own published threshold."""
HANGUL = re.compile(r"[가-힣]")
LEFTOVER = re.compile(r"[{}<>_=]|\bTODO\b|\bNone\b|  |\s$|^\s")


def _normal(expression):
    return " ".join(expression.split())


@pytest.fixture(scope="module")
def programmes():
    return load_programmes()


@pytest.fixture(scope="module")
def conditions(programmes):
    return [(each, condition) for each in programmes for condition in each.conditions]


def test_292_programmes_without_gaps(programmes):
    codes = [programme.code for programme in programmes]
    assert codes == [f"P{number:03}" for number in range(1, 293)]
    assert len(list(CATALOGUE_FOLDER.glob("*.toml"))) == 292


def test_17_ministries_with_the_counts_of_the_register(programmes):
    assert Counter(programme.ministry for programme in programmes) == PROGRAMMES_OF_MINISTRY
    assert set(MINISTRIES) == set(PROGRAMMES_OF_MINISTRY)


def test_names_are_those_that_deliveries_use(programmes):
    register = load_catalogue().programmes
    for programme in programmes:
        named = register[programme.code]
        assert (programme.name_ko, programme.name_en) == (named.name_ko, named.name_en)
        assert (programme.ministry, programme.family) == (named.ministry, named.family)


def test_88_are_attested_and_204_modelled(programmes):
    status = Counter(programme.status for programme in programmes)
    assert status == {"attested": 88, "modelled": 204}


def test_the_system_took_programmes_on_in_three_steps(programmes):
    introduced = Counter(programme.introduced for programme in programmes)
    assert introduced == {"2010-01": 8, "2012-08": 122, "2013-02": 162}


def test_every_template_is_used_and_no_other(programmes):
    templates = {programme.template for programme in programmes}
    assert templates == {f"T{number}" for number in range(1, 15)}


def test_bits_run_from_zero_without_gaps(programmes):
    for programme in programmes:
        bits = sorted({condition.bit for condition in programme.conditions})
        assert bits == list(range(len(bits))), programme.code


def test_every_condition_is_told_in_both_languages(conditions):
    for programme, condition in conditions:
        place = (programme.code, condition.code)
        assert HANGUL.search(condition.text_ko), place
        assert not HANGUL.search(condition.text_en), place
        assert condition.text_en[0].isupper(), place
        for text in (condition.text_ko, condition.text_en):
            assert not LEFTOVER.search(text), place
            assert not text.endswith("."), place


def test_a_reason_code_means_one_thing_everywhere(conditions):
    rules, codes, texts = defaultdict(set), defaultdict(set), defaultdict(set)
    for programme, condition in conditions:
        assert re.fullmatch(r"[A-Z][A-Z0-9_]+", condition.code), programme.code
        codes[condition.rule].add(condition.code)
        if condition.code != OWN_THRESHOLD:
            rules[condition.code].add(_normal(condition.expression))
            texts[condition.code].add((condition.text_ko, condition.text_en))
    assert {rule.text: names for rule, names in codes.items() if len(names) > 1} == {}
    assert {code: found for code, found in rules.items() if len(found) > 1} == {}
    assert {code: told for code, told in texts.items() if len(told) > 1} == {}


def test_conditions_cite_an_act(conditions):
    for programme, condition in conditions:
        assert re.search(r"법|규칙|령", condition.citation), (programme.code, condition.code)


def test_evidence_names_types_that_institutions_send(conditions):
    known = load_catalogue().documents
    sets = load_evidence()
    sent = {code for groups in sets.values() for group in groups for code in group}
    assert sent <= set(known)
    assert set(sets) == {name for _, condition in conditions for name in condition.evidence}


def test_income_conditions_rest_on_means(conditions):
    for programme, condition in conditions:
        if "recognised_income" in condition.expression:
            assert "means" in condition.evidence, (programme.code, condition.code)


def test_amounts_have_an_expression_or_are_no_money(programmes):
    open_amounts = {"in_kind", "status_only", "actual", "share_paid"}
    for programme in programmes:
        amount = programme.amount
        if amount.expression is None:
            is_open = amount.rule in open_amounts or amount.rule.startswith("waiver_by_")
            assert is_open, programme.code


def test_amounts_of_attested_cash_are_parameters(programmes):
    for programme in programmes:
        amount = programme.amount
        cash = programme.benefit in {"cash", "voucher"} and amount.unit == "won"
        if programme.status == "attested" and cash and amount.expression:
            published = re.search(r"parameter\.|_amount\b", amount.expression)
            assert published, programme.code


def test_every_allowance_is_used():
    allowances = (PROJECT / "hub/programmes/parameters/allowances.toml").read_text("utf-8")
    names = re.findall(r'^name = "(\w+)"', allowances, flags=re.MULTILINE)
    texts = "\n".join(path.read_text("utf-8") for path in CATALOGUE_FOLDER.glob("P*.toml"))
    assert [name for name in names if not re.search(rf"\b{name}\b", texts)] == []
    assert set(names) <= {value.parameter for value in load_parameters()}


def test_exclusive_pairs_stand_once_on_the_lower_code(programmes):
    codes = {programme.code for programme in programmes}
    for programme in programmes:
        for other in programme.interaction.exclusive:
            assert other in codes, programme.code
            assert programme.code < other, (programme.code, other)
        assert len(set(programme.interaction.exclusive)) == len(programme.interaction.exclusive)
    assert sum(len(programme.interaction.exclusive) for programme in programmes) == 200


def test_flows_between_programmes_go_round_in_no_circle(programmes):
    flows = {
        programme.code: {
            *programme.interaction.counted_as_income_in,
            *programme.interaction.offset,
        }
        for programme in programmes
    }
    ordered = list(graphlib.TopologicalSorter(flows).static_order())
    assert set(ordered) == set(flows)


def test_groups_have_several_programmes(programmes):
    groups = Counter(each.interaction.group for each in programmes if each.interaction.group)
    assert all(re.fullmatch(r"MX-[A-Z]+", group) for group in groups)
    assert min(groups.values()) > 1


def test_house_repair_is_eight_programmes_of_six_ministries(programmes):
    repair = {
        programme.code: programme.ministry
        for programme in programmes
        if programme.interaction.group == "MX-HOUSEREPAIR"
    }
    assert repair == HOUSE_REPAIR
    assert len(set(repair.values())) == 6


def test_files_begin_with_what_the_programme_is_and_name_no_other_file():
    for path in CATALOGUE_FOLDER.glob("P*.toml"):
        text = path.read_text("utf-8")
        assert re.fullmatch(r"P\d{3}_[a-z0-9_]+\.toml", path.name), path.name
        assert text.startswith("# "), path.name
        assert not re.search(r"\.(csv|toml|md|py|sql)\b|(hub|docs|sources|warehouse)/", text), (
            path.name
        )


def test_pages_are_current(programmes):
    stale = stale_pages(PROJECT / "docs" / "programmes", programme_pages(programmes))
    assert stale == [], "run `hub programmes pages`"


def test_pages_say_what_is_modelled_and_mend_themselves(programmes, tmp_path):
    pages = programme_pages(programmes)
    assert len(pages) == 17 + 1
    assert all("**Modelled.**" in text for text in pages.values())
    (tmp_path / "left_over.md").write_text("old", "utf-8")
    assert len(stale_pages(tmp_path, programme_pages(programmes))) == 17 + 1 + 1
    assert write_pages(tmp_path, programme_pages(programmes)) == 17 + 1
    assert stale_pages(tmp_path, programme_pages(programmes)) == []
