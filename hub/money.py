"""Money as integers: won, rates in parts per million, and rounding that has a name.

Here: the arithmetic that statutes prescribe, for one value. Never here: which rate applies
(`hub.programmes.parameters`), or whole tables: `warehouse/sql/decisions` does the same in SQL, and
a property test holds the two together. Next: explanations and tests.
"""

from __future__ import annotations

from collections.abc import Sequence

PPM = 1_000_000
"""Parts per million that make a whole: 4.17 % is 41,700."""


def floor_share(amount: int, rate_ppm: int) -> int:
    """Return `rate_ppm` of `amount`, rounded down to a whole won."""
    return amount * rate_ppm // PPM


def half_up_share(amount: int, rate_ppm: int) -> int:
    """Return `rate_ppm` of `amount`, a half won rounded up (amounts of zero or more)."""
    return (amount * rate_ppm * 2 + PPM) // (2 * PPM)


def converted_assets(
    deductible: int, assets: Sequence[int], rates_ppm: Sequence[int], counted_in_full: int = 0
) -> int:
    """Return the monthly income that assets convert to (재산의 소득환산액), in won.

    The deductible (basic property deduction and debts) is used up in the order of `assets`:
    residential, general, financial. The numerators are added before the one rounding down.

    Args:
        deductible: won that may be taken off.
        assets: won, in the order in which the deductible is used up.
        rates_ppm: monthly rate of each asset, parts per million.
        counted_in_full: won that count without deduction and without a rate (vehicles).
    """
    numerator, left = 0, deductible
    for asset, rate_ppm in zip(assets, rates_ppm, strict=True):
        used = min(asset, left)
        left -= used
        numerator += (asset - used) * rate_ppm
    return numerator // PPM + counted_in_full
