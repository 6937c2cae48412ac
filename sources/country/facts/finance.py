"""Facts of money: accounts (F26), securities (F27), insurance policies (F28), debts (F29).

Here: balances as of the last month's end. Never here: income from them (`income`). Next:
`family_facts`; benefits are paid into the demand accounts.
"""

from __future__ import annotations

import polars as pl

from sources.country.facts.drafting import Draft
from sources.country.places import BANKS, POST_OFFICE_BANK
from sources.country.population.planting import SHARING

HOME_ACCOUNTS = 30_000_000_000
"""Numbers from here on stand for nursing homes that keep their residents' money."""
ADULT = (pl.col("age") >= 19) & ~pl.col("is_on_livelihood")
NOBODY_POOR = ~pl.col("is_on_livelihood")

ACCOUNTS: tuple[tuple[str, pl.Expr, float, int, int], ...] = (
    ("I35-F26-02", pl.col("age") >= 20, 0.50, 16, 9_000_000),
    ("I35-F26-03", pl.col("age") >= 25, 0.05, 16, 12_000_000),
    ("I35-F26-04", pl.col("age") >= 25, 0.22, 16, 5_000_000),
    ("I35-F26-05", pl.col("age") >= 25, 0.15, 16, 5_000_000),
    ("I35-F26-06", pl.col("age") >= 22, 0.10, 16, 2_000_000),
    ("I35-F26-07", pl.col("age") >= 10, 0.35, 16, 3_500_000),
    ("I35-F26-08", pl.col("age") >= 25, 0.02, 16, 3_000_000),
    ("I22-F26-01", pl.col("age") >= 19, 0.18, 16, 900_000),
    ("I22-F26-02", pl.col("age") >= 30, 0.06, 16, 8_000_000),
    ("I22-F26-04", pl.col("age") >= 30, 0.02, 16, 60_000),
)
"""Document type, holders beside recipients of livelihood benefit, share, at least, median won."""


def pay_accounts(people: pl.DataFrame) -> pl.DataFrame:
    """The demand account of each person: bank_no and account_no, the same wherever they appear."""
    return _with_account(people, people["person_number"].cast(pl.Int64))


def _with_account(people: pl.DataFrame, holder: pl.Series) -> pl.DataFrame:
    """Add bank_no and account_no of the person, or the home, whose number is `holder`."""
    serial = (holder * 2_654_435 + 104_729) % 99_999_989_999
    bank = pl.Series(BANKS).gather((holder * 31 % len(BANKS)).cast(pl.UInt32))
    return people.with_columns(
        bank.alias("bank_no"),
        account_no=pl.lit("1") + pl.lit(serial).cast(pl.String).str.zfill(11),
    )


def receiving_accounts(draft: Draft, people: pl.DataFrame) -> pl.DataFrame:
    """The account into which each person's benefits go: bank_no and account_no.

    Most people's own; small children's is a parent's, some couples share one, and some nursing homes
    keep their residents'. Three unrelated persons of a D24 case draw on one account: the first's.
    """
    own = pl.col("person_number").cast(pl.Int64)
    spouse = pl.col("spouse_number").cast(pl.Int64)
    trio = draft.planted("D24")["person_number"].cast(pl.Int64).sort()
    first = pl.DataFrame(
        {
            "person_number": trio,
            "first_number": trio.gather([n // SHARING * SHARING for n in range(len(trio))]),
        }
    )
    holders = (
        draft.people.with_columns(own)
        .join(first, on="person_number", how="left", maintain_order="left")
        .select(
            "person_number",
            holder=pl.when(pl.col("first_number").is_not_null())
            .then("first_number")
            .when(pl.col("planted_rule").is_not_null())
            .then("person_number")
            .when((pl.col("institution") == 1) & (own % 2 == 0))
            .then(HOME_ACCOUNTS + pl.col("address").rank("dense").cast(pl.Int64))
            .when((pl.col("age") < 15) & pl.col("mother_number").is_not_null())
            .then(pl.col("mother_number").cast(pl.Int64))
            .when(spouse.is_not_null() & (pl.min_horizontal(own, spouse) % 7 == 0))
            .then(pl.min_horizontal(own, spouse))
            .otherwise("person_number"),
        )
    )
    known = people.select(own).join(holders, on="person_number", how="left", maintain_order="left")
    return _with_account(people, known["holder"])


def draft_accounts(draft: Draft) -> None:
    """F26: everybody's demand account, savings of many, recipients' balances are small."""
    as_of = draft.last_month_end
    everybody = pay_accounts(
        draft.pick(
            (pl.col("age") >= 14) & (pl.col("planted_rule").fill_null("") != "D31"),
            with_planted=True,
        ),
    )
    everybody = everybody.with_columns(
        balance=pl.when("is_on_livelihood")
        .then(draft.won(everybody, 350_000, 0.7, 1))
        .otherwise(draft.won(everybody, 2_300_000, 1.1, 1)),
        factor=draft.integers(everybody, 70, 131),
        opened=draft.days_ago(everybody, 200, 7_000),
    )
    demand = {
        "institution_no": pl.col("bank_no"),
        "account_no": pl.col("account_no"),
        "balance_amount": pl.col("balance"),
        "average_3m_amount": pl.col("balance") * pl.col("factor") // 100,
        "as_of": pl.lit(as_of),
        "opened_on": pl.col("opened"),
    }
    draft.add(everybody, "I35-F26-01", **demand)
    guarded = draft.pick(pl.col("is_on_livelihood"), 0.35)
    draft.add(
        guarded,
        "I22-F26-03",
        institution_no=POST_OFFICE_BANK,
        account_no=draft.keys(guarded, 13),
        as_of=as_of,
        balance_amount=draft.won(guarded, 200_000, 0.6, 1),
        opened_on=draft.days_ago(guarded, 100, 2_000),
    )
    for document, who, share, least, median in ACCOUNTS:
        people = draft.pick(who & NOBODY_POOR, share, least, with_planted=False)
        bank: str | pl.Series = (
            POST_OFFICE_BANK if document.startswith("I22") else draft.choice(people, BANKS)
        )
        balance = draft.won(people, median, 1.0, 1)
        draft.add(
            people,
            document,
            institution_no=bank,
            account_no=draft.keys(people, 13),
            balance_amount=balance,
            average_3m_amount=balance * 95 // 100,
            as_of=as_of,
            opened_on=draft.days_ago(people, 100, 4_000),
        )
    hidden = pay_accounts(draft.planted("D31"))
    draft.add(
        hidden,
        "I35-F26-01",
        institution_no=pl.col("bank_no"),
        account_no=pl.col("account_no"),
        balance_amount=121_000_000,
        average_3m_amount=120_400_000,
        as_of=as_of,
        opened_on=draft.days_ago(hidden, 300, 2_000),
    )
    draft.add(
        hidden,
        "I35-F26-02",
        institution_no="004",
        account_no=draft.keys(hidden, 13, prefix="9"),
        balance_amount=80_000_000,
        as_of=as_of,
        opened_on=draft.days_ago(hidden, 300, 900),
    )


def draft_securities(draft: Draft) -> None:
    """F27: shares, funds, bonds, unlisted shares, linked securities, ISA and trusts."""
    for document, share, median in (
        ("I35-F27-01", 0.22, 6_000_000),
        ("I35-F27-02", 0.10, 7_000_000),
        ("I35-F27-03", 0.02, 12_000_000),
        ("I35-F27-04", 0.008, 15_000_000),
        ("I35-F27-05", 0.02, 15_000_000),
        ("I35-F27-06", 0.06, 7_000_000),
    ):
        people = draft.pick(ADULT, share, 16)
        draft.add(
            people,
            document,
            institution_no=draft.keys(people, 3, 40),
            account_no=draft.keys(people, 12),
            quantity=draft.integers(people, 1, 900).cast(pl.Float64),
            market_amount=draft.won(people, median, 1.1, 1),
            as_of=draft.last_month_end,
        )


def draft_policies(draft: Draft) -> None:
    """F28: life, non-life, post office and mutual policies; annuities being paid."""
    for document, low, share, median, annuity in (
        ("I35-F28-01", 22, 0.50, 4_000_000, 0),
        ("I35-F28-02", 20, 0.55, 1_500_000, 0),
        ("I35-F28-03", 56, 0.06, 40_000_000, 350_000),
        ("I35-F28-04", 30, 0.06, 4_000_000, 0),
        ("I22-F28-01", 25, 0.04, 4_000_000, 0),
        ("I22-F28-02", 58, 0.02, 25_000_000, 250_000),
        ("I22-F28-03", 20, 0.06, 500_000, 0),
        ("I22-F28-04", 20, 0.02, 100_000, 0),
    ):
        people = draft.pick((pl.col("age") >= low) & NOBODY_POOR, share, 16)
        draft.add(
            people,
            document,
            institution_no=POST_OFFICE_BANK if document[1:3] == "22" else draft.keys(people, 3, 40),
            policy_no=draft.keys(people, 12),
            surrender_amount=draft.won(people, median, 0.9, 1),
            as_of=draft.last_month_end,
            monthly_annuity_amount=draft.won(people, annuity, 0.3, 10) if annuity else None,
        )


LOANS: tuple[tuple[str, pl.Expr, float, int], ...] = (
    ("I35-F29-01", ADULT & (pl.col("age") < 75), 0.42, 40_000_000),
    ("I35-F29-02", ADULT & (pl.col("age") < 70), 0.08, 12_000_000),
    ("I35-F29-03", (pl.col("age") >= 22) & (pl.col("age") < 75), 0.16, 4_000_000),
    ("I35-F29-04", ADULT, 0.05, 6_000_000),
    ("I35-F29-05", (pl.col("age") >= 22) & (pl.col("age") < 75), 0.08, 9_000_000),
    ("I35-F29-06", (pl.col("age") >= 22) & (pl.col("age") < 75), 0.02, 8_000_000),
    ("I10-F29-01", ADULT & (pl.col("age") > 50) & (pl.col("sex") == "male"), 0.004, 20_000_000),
    ("I20-F29-01", pl.col("work") == "self_employed", 0.05, 25_000_000),
    ("I23-F29-01", (pl.col("pension_kind") == "national") & NOBODY_POOR, 0.02, 5_000_000),
    ("I26-F29-01", pl.col("work") == "employee", 0.006, 6_000_000),
    ("I26-F29-02", pl.col("work") == "self_employed", 0.008, 40_000_000),
    ("I28-F29-01", pl.col("work") == "civil_servant", 0.15, 25_000_000),
    ("I28-F29-02", pl.col("work") == "civil_servant", 0.06, 9_000_000),
    ("I29-F29-01", pl.col("work") == "private_school", 0.2, 20_000_000),
    ("I34-F29-01", pl.col("age").is_between(19, 34), 0.16, 9_000_000),
    ("I34-F29-02", pl.col("age").is_between(19, 36), 0.05, 7_000_000),
    (
        "I36-F29-01",
        ADULT & (pl.col("age") >= 60) & (pl.col("relation_to_head") == "head"),
        0.02,
        90_000_000,
    ),
    ("I36-F29-02", ADULT & pl.col("age").is_between(22, 50), 0.04, 110_000_000),
    (
        "I36-F29-03",
        pl.col("age").is_between(20, 65) & (pl.col("work") != "inactive"),
        0.02,
        6_000_000,
    ),
)
"""Document type, debtors, share, median won of the principal."""


def draft_debts(draft: Draft) -> None:
    """F29: loans of banks, public funds, student and guaranteed loans; balances at month end."""
    for document, who, share, median in LOANS:
        people = draft.pick(who, share, 14, with_planted=False)
        principal = draft.won(people, median, 0.7, 10_000)
        opened = draft.days_ago(people, 60, 2_200)
        draft.add(
            people,
            document,
            institution_no=draft.keys(people, 3, 40),
            loan_no=draft.keys(people, 12),
            principal_amount=principal,
            balance_amount=principal * draft.integers(people, 20, 101) // 100,
            opened_on=opened,
            matures_on=opened.dt.offset_by("10y"),
            as_of=draft.last_month_end,
        )
