"""What is true of the people, by record family, in the families' canonical columns.

Here: `family_facts`, `planted_cases` and `identifiers`; the modules beside it make the facts of some families
each. Never here: a sender's formats, omissions or mistakes (`rendering`, `noise`). Next: the
rendering of deliveries and the truth that tests compare with.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import polars as pl

from sources.country.facts import (
    benefits,
    borders,
    capital_income,
    care,
    entitlements,
    family,
    finance,
    identity,
    income,
    insurance,
    leases,
    pensions,
    real_estate,
    reference,
    residence,
    schooling,
    taxes,
    transfers,
    vehicles,
    work,
)
from sources.country.facts.drafting import Draft
from sources.country.facts.planted import identifiers, planted_cases
from sources.country.population import Country

__all__ = ["family_facts", "identifiers", "planted_cases"]

MAKERS: Mapping[str, Callable[[Draft], None]] = {
    "F01": identity.draft_identity,
    "F02": residence.draft_residence,
    "F03": family.draft_relations,
    "F04": family.draft_vital_events,
    "F05": identity.draft_foreigners,
    "F06": borders.draft_crossings,
    "F07": borders.draft_custody,
    "F08": schooling.draft_military_service,
    "F09": schooling.draft_enrolment,
    "F10": work.draft_employment,
    "F11": income.draft_wages,
    "F12": income.draft_daily_wages,
    "F13": income.draft_business_income,
    "F14": capital_income.draft_property_income,
    "F15": pensions.draft_pensions,
    "F16": transfers.draft_transfers,
    "F17": transfers.draft_private_transfers,
    "F18": insurance.draft_memberships,
    "F19": insurance.draft_contribution_bases,
    "F20": real_estate.draft_land,
    "F21": real_estate.draft_buildings,
    "F22": leases.draft_leases,
    "F23": vehicles.draft_vehicles,
    "F24": vehicles.draft_vessels,
    "F25": vehicles.draft_rights,
    "F26": finance.draft_accounts,
    "F27": finance.draft_securities,
    "F28": finance.draft_policies,
    "F29": finance.draft_debts,
    "F30": taxes.draft_assessments,
    "F31": care.draft_disability,
    "F32": care.draft_care_use,
    "F33": taxes.draft_registrations,
    "F34": entitlements.draft_entitlements,
    "F35": benefits.draft_payments,
    "F36": care.draft_facilities,
    "F37": care.draft_signals,
    "F38": reference.draft_codes,
    "F39": reference.draft_consents,
    "F40": work.draft_training,
}


def family_facts(country: Country, family: str) -> pl.DataFrame:
    """True facts of one record family, one row a fact, as seen on `country.as_of`.

    Columns: the family's canonical columns in catalogue order (IDs as thirteen digits, codes as
    canonical words, months as their first day, amounts in won); `person_number` of the main
    person; `<column>_person_number` for every further ID column; and `carried_by`, a
    List(String) of the document types that hold the fact (their code lists know its words).

    Raises:
        KeyError: no such family.
    """
    draft = Draft(country, family)
    MAKERS[family](draft)
    return draft.frame()
