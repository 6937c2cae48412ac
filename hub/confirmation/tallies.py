"""A round's results as counts: by programme, ministry, place and failed condition.

Here: tables in, tables out. Never here: single people. Next: `report` draws them, the pipeline writes
them as CSV.

`results` is always the table `confirmation_result`.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from hub.provinces import provinces

OUTCOMES = ("confirmed", "amount_change", "unqualified", "undetermined", "newly_qualified")
RECEIVED = OUTCOMES[:-1]
"""Outcomes of those who receive."""
UNKNOWN_PLACE = "00"
"""Province of those whose residence is not registered."""
WORDS: Mapping[str, tuple[str, str]] = {
    "confirmed": ("confirmed", "적정"),
    "amount_change": ("amount changes", "급여액 변동"),
    "unqualified": ("unqualified", "부적정(요건 미충족)"),
    "undetermined": ("undetermined", "확인 필요"),
    "newly_qualified": ("newly qualified", "신규 해당"),
}
"""Outcome → English, Korean."""
SPECIAL_REASONS: Mapping[str, tuple[str, str]] = {
    "DIED": ("Registered as dead by the day of the round", "기준일 이전 사망 등록"),
    "NO_UNIT": ("No assistance unit: nobody to decide about", "보장가구 없음"),
    "NOT_COUNTED": (
        "Nobody of the unit is counted (custody, facility, service, abroad)",
        "보장가구원에서 제외(수감, 시설, 복무, 해외체류)",
    ),
    "NOT_DECIDED": ("Nothing is known of whom is paid", "판정 대상 아님(자료 없음)"),
    "NOT_IN_FORCE": ("The programme is not in force on the day", "시행 중이 아닌 급여"),
    "AMOUNT_UNKNOWN": ("The amount is not known", "급여액 확인 불가"),
}
"""Reasons that are no condition of a programme → English, Korean."""


def with_places(results: pl.DataFrame) -> pl.DataFrame:
    """Add province and district; former codes under the new ones.

    Of a code that belongs to no province of the list the first two characters are the province. `00`
    and `00000`: nobody knows, or what stands there is no code.
    """
    code = pl.col("district_code")
    is_code = code.str.contains("^[0-9A-Za-z]{2,}$")
    joined = results.with_columns(
        prefix=pl.when(is_code).then(code.str.slice(0, 2)).otherwise(pl.lit(UNKNOWN_PLACE))
    ).join(provinces().select("prefix", "province"), on="prefix", how="left")
    province = pl.coalesce("province", "prefix")
    return joined.with_columns(
        province=province,
        district=pl.when(is_code)
        .then(province + code.str.slice(2))
        .otherwise(pl.lit(UNKNOWN_PLACE + "000")),
    ).drop("prefix")


def tally(results: pl.DataFrame, *by: str) -> pl.DataFrame:
    """Count results by columns and outcome.

    Returns: `by`, outcome, direction, subjects, received_amount, payable_amount, difference_amount
    (won a month, sums of what is known), in the order of `by` and `OUTCOMES`.
    """
    amounts = ("received_amount", "payable_amount", "difference_amount")
    rank = pl.col("outcome").replace_strict(
        {outcome: place for place, outcome in enumerate(OUTCOMES)}, return_dtype=pl.Int64
    )
    return (
        results.group_by(*by, "outcome", "direction")
        .agg(pl.len().cast(pl.Int64).alias("subjects"), *(pl.col(name).sum() for name in amounts))
        .sort(*by, rank, "direction", nulls_last=True)
    )


def tally_reasons(results: pl.DataFrame, conditions: pl.DataFrame, *by: str) -> pl.DataFrame:
    """Count results by columns, outcome and each failed or unknown condition.

    A result with two failed conditions counts under both.

    Args:
        results: with the columns of `by`.
        conditions: `programme_condition`.
        by: columns; programme_code is always one.

    Returns: `by`, programme_code, outcome, reason, text_en, text_ko, subjects.
    """
    keys = [*(name for name in by if name != "programme_code"), "programme_code"]
    counted = (
        results.filter(pl.col("outcome").is_in(["unqualified", "undetermined"]))
        .select(*keys, "outcome", reason="reasons")
        .explode("reason")
        .drop_nulls("reason")
        .group_by(*keys, "outcome", "reason")
        .agg(pl.len().cast(pl.Int64).alias("subjects"))
    )
    texts = conditions.select("programme_code", "text_en", "text_ko", reason="code").unique(
        ["programme_code", "reason"], keep="first"
    )
    special = pl.DataFrame(
        [(code, en, ko) for code, (en, ko) in SPECIAL_REASONS.items()],
        schema=["reason", "special_en", "special_ko"],
        orient="row",
    )
    excluded = pl.col("reason").str.strip_prefix("EXCLUDED_BY_")
    is_excluded = pl.col("reason").str.starts_with("EXCLUDED_BY_")
    return (
        counted.join(texts, on=["programme_code", "reason"], how="left")
        .join(special, on="reason", how="left")
        .with_columns(
            text_en=pl.coalesce(
                "text_en",
                "special_en",
                pl.when(is_excluded).then(pl.format("Nobody has it together with {}", excluded)),
                "reason",
            ),
            text_ko=pl.coalesce(
                "text_ko",
                "special_ko",
                pl.when(is_excluded).then(pl.format("{} 급여와 중복 불가", excluded)),
                "reason",
            ),
        )
        .select(*keys, "outcome", "reason", "text_en", "text_ko", "subjects")
        .sort(*keys, "outcome", -pl.col("subjects"), "reason")
    )


def shares_by_place(results: pl.DataFrame, least_recipients: int) -> pl.DataFrame:
    """Return, by province, how many receive and what share is unqualified or paid another amount.

    Provinces with fewer recipients than `least_recipients` have no share. Largest share first.

    Returns: province, name_ko, name_en, recipients, unqualified, amount_change, share.
    """
    received = with_places(results).filter(pl.col("outcome").is_in(RECEIVED))
    counted = received.group_by("province").agg(
        recipients=pl.len(),
        unqualified=(pl.col("outcome") == "unqualified").sum(),
        amount_change=(pl.col("outcome") == "amount_change").sum(),
    )
    names = provinces().select("province", "name_ko", "name_en").unique("province")
    return (
        counted.join(names, on="province", how="left")
        .with_columns(
            pl.col("name_ko").fill_null(_place_name("미상", "지역")),
            pl.col("name_en").fill_null(_place_name("not registered", "region")),
            share=pl.when(pl.col("recipients") >= least_recipients).then(
                pl.col("unqualified") / pl.col("recipients")
            ),
        )
        .sort("share", "province", descending=[True, False], nulls_last=True)
    )


def _place_name(nobody_knows: str, word: str) -> pl.Expr:
    is_unknown = pl.col("province") == UNKNOWN_PLACE
    return (
        pl.when(is_unknown)
        .then(pl.lit(nobody_knows))
        .otherwise(pl.format(word + " {}", "province"))
    )
