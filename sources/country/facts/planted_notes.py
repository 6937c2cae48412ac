"""What each planted pattern is in words, and which other rules rightly see the same person.

Here: data by rule. Never here: people. Next: `planted` lists the cases with these words.
"""

from __future__ import annotations

NOTES: dict[str, str] = {
    "D01": "dead before the first of the months paid",
    "D02": "died in care; no register knows it; still paid",
    "D03": "death reported more than 30 days late; paid until the report",
    "D04": "registered as of unknown residence; still paid",
    "D05": "paid under the old and the new number",
    "D06": "a second number with the same name, birth date, sex and address; both are paid",
    "D07": "paid under a number of the wrong century or sex",
    "D08": "known only to payers",
    "D09": "a hundred years old or older, and no care for a year",
    "D10": "in custody while paid",
    "D11": "abroad longer than the programme allows while paid",
    "D12": "outpatient claim during a stay abroad",
    "D13": "foreigner whose stay ended, still paid",
    "D14": "conscript counted in a livelihood household",
    "D15": "resident of a nursing home with a home-care voucher",
    "D16": "dropped out of university while holding a scholarship",
    "D17": "disability assessment expired, pension still paid",
    "D18": "daily wages in months of job-seeker benefit",
    "D19": "same programme paid by two regions in one month",
    "D20": "home-care allowance beside childcare fee or kindergarten, or two pensions that exclude",
    "D21": "home repaired by two programmes within three years",
    "D22": "same child claimed by two units",
    "D23": "two public tenancies at once",
    "D24": "one account for three unrelated recipients",
    "D25": "one agent applied for twelve unrelated people within five days",
    "D26": "livelihood benefit that does not count the basic pension",
    "D27": "occupational pension beside the basic pension",
    "D28": "wage in two or more sources beside livelihood benefit",
    "D29": "active business with turnover beside livelihood benefit",
    "D30": "pension beside a livelihood benefit that does not count it",
    "D31": "deposits far above the limit beside livelihood benefit",
    "D32": "interest that the reported deposits cannot earn",
    "D33": "property acquired since the decision",
    "D34": "large new car beside livelihood benefit",
    "D35": "usual driver of a stranger's car beside livelihood benefit",
    "D36": "land sold or given away, and nothing came of it",
    "D37": "deposit of the new lease far above the one before",
    "D38": "income over the threshold and paid, or poor and not paid any more",
    "D39": "divorced for a year, and at one address",
    "D40": "spouse or young child left out of the unit",
    "D41": "somebody who earns lives at the same door, outside the unit",
    "D42": "child or parent elsewhere earns more than the limit",
}

ALSO: dict[str, str] = {"D12": "D11", "D03": "D01"}
"""A pattern that another rule must see, too: D12 are abroad as in D11, D03 paid as in D01."""

ALSO_RIGHT: dict[str, tuple[str, ...]] = {
    "D05": ("D06",),
    "D06": ("D05",),
    "D07": ("D06", "D08"),
    "D28": ("D38",),
    "D30": ("D38",),
}
"""Rules that are right, though not bound, to see the pattern."""

DOCUMENTS: dict[str, str] = {
    "basic_pension": "I06-F35-02", "livelihood": "I06-F35-01", "child_allowance": "I06-F35-04",
    "disability_pension": "I06-F35-03", "nuri_kindergarten": "I08-F35-02", "housekeeping_care": "I06-F35-08",
    "national_scholarship_1": "I34-F35-01", "house_repair": "I32-F35-01",
}  # fmt: skip
"""Programme → document type of its payments."""

FIXED: dict[str, str] = {
    "D15": "housekeeping_care", "D16": "national_scholarship_1", "D17": "disability_pension", "D20": "home_care_allowance",
    "D21": "house_repair", "D22": "child_allowance",
} | dict.fromkeys(("D26", "D30", "D35", "D36", "D37", "D38", "D40", "D41", "D42"), "livelihood")  # fmt: skip
"""Rule → programme of its cases, where all cases have the same."""
