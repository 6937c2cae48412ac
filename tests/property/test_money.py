"""Laws of money arithmetic, for any amounts."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from hub.money import PPM, converted_assets, floor_share, half_up_share

WON = st.integers(min_value=0, max_value=10**13)
RATE = st.integers(min_value=0, max_value=PPM)
RATES = (10_400, 41_700, 62_600)


@given(WON, RATE)
def test_floor_share_is_the_whole_part_of_the_exact_share(amount, rate):
    exact = Fraction(amount * rate, PPM)
    assert 0 <= exact - floor_share(amount, rate) < 1


@given(WON, RATE)
def test_half_up_share_is_at_most_half_a_won_away(amount, rate):
    exact = Fraction(amount * rate, PPM)
    assert Fraction(-1, 2) < half_up_share(amount, rate) - exact <= Fraction(1, 2)


def test_worked_case():
    assert converted_assets(77_000_000, (146_000_000, 50_000_000, 0), RATES) == 2_802_600


@given(WON, st.tuples(WON, WON, WON), st.integers(min_value=1, max_value=10**9))
def test_a_bigger_deductible_never_raises_income(deductible, assets, more):
    less = converted_assets(deductible + more, assets, RATES)
    assert less <= converted_assets(deductible, assets, RATES)


@given(WON, st.tuples(WON, WON, WON))
def test_a_deductible_of_all_assets_leaves_nothing(extra, assets):
    assert converted_assets(sum(assets) + extra, assets, RATES) == 0


@given(WON, st.tuples(WON, WON, WON), WON)
def test_what_counts_in_full_is_never_deducted(deductible, assets, full):
    plain = converted_assets(deductible, assets, RATES)
    assert converted_assets(deductible, assets, RATES, full) == plain + full
