"""Noise of senders: what it touches, how much, and what it leaves alone."""

import datetime as dt

import numpy as np
import polars as pl
import pytest

from sources.country.noise import (
    SILENT,
    NoiseRates,
    add_noise,
    misspell_hangul,
    mistype_ids,
    rates_of,
    respell_family_name,
    swap_name_order,
    vary_addresses,
)
from sources.country.rendering.draws import Draws
from sources.country.rendering.own_columns import People
from sources.registry import load_catalogue

ROWS = 20_000
CATALOGUE = load_catalogue()
LEASES = CATALOGUE.documents["I37-F22-01"]
REGISTER = CATALOGUE.documents["I01-F02-01"]
ADDRESS = "경기도 수원시 영통구 중앙로 123-4, 101동 1203호 (매탄동)"


def draws(rows=ROWS, place="test", seed=1):
    return Draws(seed, place, np.arange(rows, dtype=np.uint64))


def facts(rows=ROWS):
    return pl.DataFrame(
        {
            "person_number": np.arange(rows),
            "tenant_national_id": ["9001011234567"] * rows,
            "tenant_name": ["류은영"] * rows,
            "landlord_national_id": ["8001012234567"] * rows,
            "address": [ADDRESS] * rows,
            "deposit_amount": np.arange(rows),
            "lease_from": [dt.date(2025, 1, 1)] * rows,
        }
    )


def people(rows=ROWS):
    card = pl.DataFrame({"person_number": np.arange(rows), "name_roman": ["RYU EUNYOUNG"] * rows})
    return People(card)


def noisy(rates, document=LEASES):
    family = CATALOGUE.families[document.family]
    return add_noise(document, facts(), family, draws(), people(), rates)


def changed(before, after):
    return (before.ne_missing(after)).sum()


def test_silent_senders_change_nothing():
    assert noisy(SILENT).equals(facts())


def test_noise_touches_identity_columns_only():
    after = noisy(NoiseRates())
    touched = {name for name in after.columns if changed(facts()[name], after[name])}
    assert touched == {"tenant_national_id", "tenant_name", "address"}


@pytest.mark.parametrize(
    ("rate", "column"),
    [
        ("id_missing", "tenant_national_id"),
        ("id_digits_swapped", "tenant_national_id"),
        ("id_digit_wrong", "tenant_national_id"),
        ("name_spelling", "tenant_name"),
        ("name_in_roman", "tenant_name"),
        ("name_cut", "tenant_name"),
    ],
)
def test_each_rate_governs_its_own_slip(rate, column):
    rates = NoiseRates(**{**dict.fromkeys(NoiseRates.__slots__, 0), rate: 20_000})
    after = noisy(rates)
    expected = ROWS * rates_of(LEASES, rates).__getattribute__(rate) / 1_000_000
    assert changed(facts()[column], after[column]) == pytest.approx(expected, rel=0.25)
    assert all(changed(facts()[name], after[name]) == 0 for name in after.columns if name != column)


def test_registers_hardly_err_and_local_offices_do():
    rates = NoiseRates()
    assert rates_of(REGISTER, rates).name_typo < rates.name_typo / 50
    assert rates_of(LEASES, rates).name_typo > rates.name_typo


def test_the_same_draws_give_the_same_noise_and_another_seed_other_noise():
    family = CATALOGUE.families["F22"]
    first = noisy(NoiseRates())
    assert first.equals(noisy(NoiseRates()))
    other = add_noise(LEASES, facts(), family, draws(seed=2), people(), NoiseRates())
    assert not first.equals(other)


def test_misspelt_names_differ_in_one_syllable_after_the_first():
    names = pl.Series(["김은영", "박현준", "이재호"] * 300)
    written = misspell_hangul(names, draws(900))
    pairs = list(zip(names, written, strict=True))
    assert all(len(before) == len(after) and before[0] == after[0] for before, after in pairs)
    differences = {
        sum(a != b for a, b in zip(before, after, strict=True)) for before, after in pairs
    }
    assert differences == {0, 1}
    assert all("가" <= letter <= "힣" for _, after in pairs for letter in after)
    assert len(set(written)) > 10


def test_names_without_hangul_are_not_misspelt():
    names = pl.Series(["NGUYEN VAN AN", "", "LI"])
    assert misspell_hangul(names, draws(3)).to_list() == names.to_list()


def test_mistyped_ids_keep_their_form_and_their_birth_date():
    ids = pl.Series(["9001011234567"] * 500)
    swapped = mistype_ids(ids, draws(500), swap=True)
    wrong = mistype_ids(ids, draws(500), swap=False)
    for written in (swapped, wrong):
        assert set(written.str.head(7)) == {"9001011"}
        assert set(written.str.contains(r"^\d{13}$")) == {True}
    assert all(sorted(value) == sorted(ids[0]) for value in swapped)
    assert all(sum(a != b for a, b in zip(ids[0], value, strict=True)) == 1 for value in wrong)


def test_other_spellings_and_orders_of_names():
    names = pl.Series(["류은영", "이재호", "김철수"])
    assert respell_family_name(names).to_list() == ["유은영", "리재호", "김철수"]
    roman = pl.Series(["NGUYEN VAN AN", "김철수"])
    assert swap_name_order(roman).to_list() == ["VAN AN NGUYEN", "김철수"]


def test_addresses_come_in_the_forms_that_offices_use():
    written = set(vary_addresses(pl.Series([ADDRESS] * 200), draws(200)))
    assert written == {
        "경기 수원시 영통구 중앙로 123-4, 101동 1203호 (매탄동)",
        "경기도 수원시 영통구 중앙로 123-4, 101동 1203호",
        "경기도 수원시 영통구 매탄동 123-4번지, 101동 1203호",
        "경기 수원시 영통구 중앙로 123-4 101-1203",
    }
