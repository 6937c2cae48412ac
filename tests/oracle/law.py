"""The arithmetic core of the law of means, as OpenFisca variables written from the statutes.

Never here: anything of the hub. All amounts are whole won; numerators in parts per million stay in
64-bit integers, and each statute's result is rounded down once.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path

import numpy as np
from openfisca_core.variables import config

# As released, OpenFisca keeps 32-bit floats and integers: too narrow for won. Before any variable.
config.VALUE_TYPES[float]["dtype"] = np.float64
config.VALUE_TYPES[int]["dtype"] = np.int64

from openfisca_core import periods, taxbenefitsystems  # noqa: E402
from openfisca_core.entities import build_entity  # noqa: E402
from openfisca_core.variables import Variable  # noqa: E402

PPM = 1_000_000
PASSENGER, VAN, TRUCK, MOTORCYCLE = range(4)
CARS = (1, 2)

Person = build_entity("person", "people", "A person", is_person=True)
Unit = build_entity(
    "unit", "units", "An assistance unit", roles=[{"key": "member", "plural": "members"}]
)
Couple = build_entity(
    "couple",
    "couples",
    "A couple or a single person",
    roles=[{"key": "partner", "plural": "partners"}],
)

REGIONS = ("seoul", "gyeonggi", "metropolitan", "other")
PENSION_REGIONS = ("large_city", "small_city", "rural")


def _read_parameters():
    found = {}
    text = (Path(__file__).parent / "parameters.toml").read_text("utf-8")
    for name, table in tomllib.loads(text).items():
        keys = table.pop("keys", ["all"])
        for day, amounts in table.items():
            for key, amount in zip(keys, amounts or [""] * len(keys), strict=True):
                line = found.setdefault((name, key), [])
                line.append((dt.date.fromisoformat(day), amount))
    return found


PARAMETERS = _read_parameters()


def parameter(period, name, key="all"):
    day = dt.date.fromisoformat(str(period.start))
    amounts = [amount for start, amount in PARAMETERS[name, key] if start <= day]
    if not amounts or amounts[-1] == "":
        raise LookupError(f"parameter {name}, key {key}: no amount on {day}")
    return amounts[-1]


def by_size(period, name, size):
    table = np.array([parameter(period, name, str(n)) for n in range(1, 9)], dtype=np.int64)
    step = table[7] - table[6]
    known = table[np.minimum(size, 8) - 1]
    return known + np.maximum(size - 8, 0) * step


def by_place(period, name, names, place):
    return np.array([parameter(period, name, key) for key in names], dtype=np.int64)[place]


def variable(entity, name, value_type=int, formula=None):
    members = {
        "value_type": value_type,
        "entity": entity,
        "definition_period": periods.DateUnit.MONTH,
        "label": name.replace("_", " "),
    }
    if formula is not None:
        members["formula"] = formula
    return type(name, (Variable,), members)


def from_zero(amount):
    return np.maximum(amount, 0)


PERSON_INPUTS = {
    "age": int, "is_counted": bool, "is_student": bool, "is_disabled": bool,
    "is_severely_disabled": bool, "veteran_grade": int, "earned": int, "business": int,
    "property_income": int, "public_transfer": int, "private_transfer": int, "help_months": int,
    "home": int, "deposit": int, "land": int, "membership": int, "financial": int, "debt": int,
    "has_occupational_pension": bool,
}  # fmt: skip
CAR_INPUTS = {
    "amount": int, "cc": int, "seats": int, "kind": int, "model_year": int,
    "is_commercial": bool, "is_for_disability": bool,
}  # fmt: skip
UNIT_INPUTS = {"region": int, "is_single_parent": bool}
COUPLE_INPUTS = {"pension_region": int, "is_couple": bool}


# 소득평가액 ------------------------------------------------------------------------------------


def worked(person, period):
    return from_zero(person("earned", period)) + from_zero(person("business", period))


def counted_work(person, period):
    """The most favourable of the deductions that apply to the earner, then thirty percent."""
    age = person("age", period)
    applies = {
        "general": np.full(age.shape, True),
        "student": person("is_student", period),
        "disabled": person("is_disabled", period),
        "aged": age >= parameter(period, "aged_earner_first_age"),
        "young": age <= parameter(period, "young_earner_last_age"),
    }
    left = person("worked", period)
    for kind, fits in applies.items():
        first = parameter(period, "earned_income_first_deduction", kind)
        left = np.where(fits, np.minimum(left, from_zero(person("worked", period) - first)), left)
    return left * (PPM - parameter(period, "earned_income_deduction_rate"))


def regular_help(person, period):
    often = person("help_months", period) >= parameter(period, "private_transfer_regular_months")
    return np.where(often, person("private_transfer", period), 0)


def of_unit(unit, period, name):
    # OpenFisca sums in doubles; the sums themselves are whole and below 2**53.
    added = unit.sum(unit.members(name, period) * unit.members("is_counted", period))
    return added.astype(np.int64)


def unit_size(unit, period):
    return unit.sum(unit.members("is_counted", period).astype(np.int64)).astype(np.int64)


def minor_count(unit, period):
    minor = unit.members("age", period) <= parameter(period, "minor_last_age")
    return unit.sum((minor & unit.members("is_counted", period)).astype(np.int64))


def assessed(unit, period):
    median = by_size(period, "median_income", unit("unit_size", period))
    free = median * parameter(period, "private_transfer_free_rate")
    plain = of_unit(unit, period, "property_income") + of_unit(unit, period, "public_transfer")
    helped = from_zero(of_unit(unit, period, "regular_help") * PPM - free)
    return of_unit(unit, period, "counted_work") + plain * PPM + helped


# 자동차 ----------------------------------------------------------------------------------------


def car_is_spared(number):
    """Whether the car may stay out altogether: for a living, or of the disabled and veterans."""

    def formula(person, period):
        grade = person("veteran_grade", period)
        owner = (
            person("is_severely_disabled", period)
            | (grade > 0) & (grade <= parameter(period, "vehicle_excluded", "veteran_grade"))
            | person(f"car{number}_is_for_disability", period)
        )
        small = person(f"car{number}_cc", period) < parameter(
            period, "vehicle_excluded", "engine_cc"
        )
        exists = person(f"car{number}_amount", period) > 0
        return exists & (person(f"car{number}_is_commercial", period) | owner & small)

    return formula


def car_is_general(number):
    """Whether the car converts at the rate of general property."""

    def formula(person, period):
        def limit(key):
            return parameter(period, "vehicle_general_rate", key)

        cc = person(f"car{number}_cc", period)
        kind = person(f"car{number}_kind", period)
        seats = person(f"car{number}_seats", period)
        age = period.start.year - person(f"car{number}_model_year", period)
        worn = (age >= limit("age_years")) | (
            person(f"car{number}_amount", period) < limit("value_won")
        )
        unit = person.unit
        large_unit = (unit("unit_size", period) >= limit("large_unit_size")) | (
            unit("minor_count", period) >= limit("large_unit_minors")
        )
        small_car = cc < limit("engine_cc")
        family_car = (
            (cc >= limit("engine_cc"))
            & (cc < limit("large_engine_cc"))
            & (seats >= limit("large_seats"))
        )
        van = seats <= parameter(period, "vehicle_small_carrier", "van_seats")
        truck = cc < parameter(period, "vehicle_small_carrier", "truck_engine_cc")
        fits = np.select(
            [kind == PASSENGER, kind == VAN, kind == TRUCK],
            [small_car | family_car & large_unit, van, truck],
            small_car,
        )
        return worn & fits

    return formula


def cars_of(person, period):
    """(amount in full, amount at the general rate) after one spared car of each reason is out."""
    amount = [person(f"car{n}_amount", period) for n in CARS]
    general = [person(f"car{n}_is_general", period) for n in CARS]
    spared = [person(f"car{n}_is_spared", period) for n in CARS]
    living = [person(f"car{n}_is_commercial", period) for n in CARS]
    # Of two cars spared for the same reason only the heavier is: in full before general, then by value.
    rivals = spared[0] & spared[1] & (living[0] == living[1])
    first_weighs = np.where(
        general[0] == general[1], amount[0] >= amount[1], general[1] & ~general[0]
    )
    counted = [
        ~spared[0] | rivals & ~first_weighs,
        ~spared[1] | rivals & first_weighs,
    ]
    full = sum(np.where(counted[i] & ~general[i], amount[i], 0) for i in range(2))
    some = sum(np.where(counted[i] & general[i], amount[i], 0) for i in range(2))
    return full, some


def cars_in_full(person, period):
    return cars_of(person, period)[0]


def cars_general(person, period):
    return cars_of(person, period)[1]


# 재산의 소득환산액 -----------------------------------------------------------------------------


def converted(unit, period, deduction):
    """The waterfall: what is deductible is taken off residential, then general, then financial."""
    limit = by_place(period, "residential_limit", REGIONS, unit("region", period))
    deposit = of_unit(unit, period, "deposit") * parameter(period, "lease_deposit_rate") // PPM
    residential = of_unit(unit, period, "home") + deposit
    excess = from_zero(residential - limit)
    groups = {
        "residential": residential - excess,
        "general": excess
        + of_unit(unit, period, "land")
        + of_unit(unit, period, "membership")
        + of_unit(unit, period, "cars_general"),
        "financial": from_zero(
            of_unit(unit, period, "financial") - parameter(period, "living_reserve")
        ),
    }
    left = deduction + of_unit(unit, period, "debt")
    total = np.zeros_like(left)
    for group, amount in groups.items():
        taken = np.minimum(amount, left)
        left = left - taken
        total = total + (amount - taken) * parameter(period, "asset_conversion_rate", group)
    return total + of_unit(unit, period, "cars_in_full") * PPM


def converted_livelihood(unit, period):
    deduction = by_place(period, "basic_property_deduction", REGIONS, unit("region", period))
    return converted(unit, period, deduction)


def converted_scholarship(unit, period):
    deduction = parameter(period, "scholarship_property_deduction")
    return converted(unit, period, np.full(unit.count, deduction, dtype=np.int64))


# 소득인정액과 네 가지 기초생활급여 --------------------------------------------------------------


def assessed_income(unit, period):
    return unit("assessed", period) // PPM


def converted_asset(unit, period):
    return unit("converted_livelihood", period) // PPM


def recognised_income(unit, period):
    return (unit("assessed", period) + unit("converted_livelihood", period)) // PPM


def recognised_ratio(unit, period):
    median = by_size(period, "median_income", unit("unit_size", period))
    return -((-unit("recognised_income", period) * PPM) // median)


def scholarship_income(unit, period):
    divisor = parameter(period, "scholarship_rate_divisor")
    return (unit("assessed", period) * divisor + unit("converted_scholarship", period)) // (
        PPM * divisor
    )


def income_decile(unit, period):
    """One more than the number of limits that scholarship income exceeds."""
    median = by_size(period, "median_income", unit("unit_size", period))
    income = unit("scholarship_income", period) * PPM
    limits = [parameter(period, "income_decile_limit", str(decile)) for decile in range(1, 10)]
    return 1 + sum((income > median * limit).astype(np.int64) for limit in limits)


def threshold_of(name):
    def formula(unit, period):
        return by_size(period, f"{name}_threshold", unit("unit_size", period))

    return formula


def livelihood_benefit(unit, period):
    """The threshold less recognised income; -1 above the threshold."""
    left = unit("livelihood_threshold", period) - unit("recognised_income", period)
    return np.where(left >= 0, left, -1)


def within(name):
    def formula(unit, period):
        return unit("recognised_income", period) <= unit(f"{name}_threshold", period)

    return formula


def single_parent_allowance(unit, period):
    """For one child, where the ratio is at most that of the guide; -1 otherwise."""
    fits = unit("recognised_ratio", period) <= parameter(period, "single_parent_income_rate")
    amount = parameter(period, "single_parent_child_amount")
    return np.where(unit("is_single_parent", period) & fits, amount, -1)


def disability_pension(person, period):
    """Base and addition of a severely disabled person of 18 to 64 by the unit's ratio; else -1."""
    age = person("age", period)
    ratio = person.unit("recognised_ratio", period)
    on_livelihood = person.unit("livelihood_benefit", period) >= 0
    near_poor = ratio <= parameter(period, "near_poor_rate")
    extra = np.select(
        [on_livelihood, near_poor],
        [
            parameter(period, "disability_pension_amount", "extra_livelihood"),
            parameter(period, "disability_pension_amount", "extra_near_poor"),
        ],
        parameter(period, "disability_pension_amount", "extra_other"),
    )
    fits = (
        person("is_severely_disabled", period)
        & (age >= 18)
        & (age < 65)
        & (ratio <= parameter(period, "disability_pension_income_rate"))
    )
    return np.where(fits, parameter(period, "disability_pension_amount", "base") + extra, -1)


# 기초연금 --------------------------------------------------------------------------------------


def pension_wage(person, period):
    above = from_zero(person("earned", period) - parameter(period, "basic_pension_wage_deduction"))
    return above * parameter(period, "basic_pension_wage_counted_rate")


def luxury_cars(person, period):
    limit = parameter(period, "basic_pension_luxury_vehicle")
    amounts = [person(f"car{n}_amount", period) for n in CARS]
    return sum(np.where(amount >= limit, amount, 0) for amount in amounts)


def plain_cars(person, period):
    limit = parameter(period, "basic_pension_luxury_vehicle")
    amounts = [person(f"car{n}_amount", period) for n in CARS]
    return sum(np.where(amount < limit, amount, 0) for amount in amounts)


def pension_recognised(couple, period):
    def of(name):
        return couple.sum(couple.members(name, period)).astype(np.int64)

    place = couple("pension_region", period)
    deduction = by_place(period, "basic_pension_property_deduction", PENSION_REGIONS, place)
    deposit = of("deposit") * parameter(period, "basic_pension_lease_deposit_rate") // PPM
    property_ = of("home") + deposit + of("land") + of("plain_cars")
    financial = of("financial") - parameter(period, "basic_pension_financial_deduction")
    assets = from_zero(from_zero(property_ - deduction) + from_zero(financial) - of("debt"))
    income = from_zero(couple.members("business", period))
    other = couple.sum(income).astype(np.int64) + of("property_income") + of("public_transfer")
    full = of("membership") + of("luxury_cars")
    yearly = assets * parameter(period, "basic_pension_conversion_rate")
    return (of("pension_wage") * 12 + (other + full) * PPM * 12 + yearly) // (12 * PPM)


def basic_pension(person, period):
    """What a person of 65 gets; a fifth less each where both of a couple get it; else -1."""
    couple = person.couple
    pair = couple("is_couple", period)
    limit = np.where(
        pair,
        parameter(period, "basic_pension_threshold", "couple"),
        parameter(period, "basic_pension_threshold", "single"),
    )
    barred = couple.max(couple.members("has_occupational_pension", period).astype(np.int64))
    old = person("age", period) >= 65
    both = couple.sum((couple.members("age", period) >= 65).astype(np.int64)) == 2
    amount = np.where(
        both,
        parameter(period, "basic_pension_amount", "each_of_couple"),
        parameter(period, "basic_pension_amount", "single"),
    )
    fits = old & (barred == 0) & (couple("pension_recognised", period) <= limit)
    return np.where(fits, amount, -1)


UNIT_ANSWERS = (
    "unit_size", "minor_count", "assessed_income", "converted_asset", "recognised_income",
    "recognised_ratio", "scholarship_income", "income_decile", "livelihood_threshold", "medical_threshold",
    "housing_threshold", "education_threshold", "livelihood_benefit", "medical_benefit",
    "housing_benefit", "education_benefit", "single_parent_allowance",
)  # fmt: skip
PERSON_ANSWERS = ("disability_pension",)


def system():
    """Return the tax and benefit system with all variables."""
    law = taxbenefitsystems.TaxBenefitSystem([Person, Unit, Couple])
    inputs = [variable(Person, name, kind) for name, kind in PERSON_INPUTS.items()]
    inputs += [
        variable(Person, f"car{n}_{name}", kind) for n in CARS for name, kind in CAR_INPUTS.items()
    ]
    inputs += [variable(Unit, name, kind) for name, kind in UNIT_INPUTS.items()]
    inputs += [variable(Couple, name, kind) for name, kind in COUPLE_INPUTS.items()]
    of_person = (worked, counted_work, regular_help, cars_in_full, cars_general, pension_wage)
    of_person += (luxury_cars, plain_cars, basic_pension, disability_pension)
    of_unit_ = (unit_size, minor_count, assessed, converted_livelihood, converted_scholarship)
    of_unit_ += (assessed_income, converted_asset, recognised_income, recognised_ratio)
    of_unit_ += (scholarship_income, income_decile, livelihood_benefit, single_parent_allowance)
    made = [variable(Person, f.__name__, int, f) for f in of_person]
    made += [variable(Unit, f.__name__, int, f) for f in of_unit_]
    made += [variable(Couple, "pension_recognised", int, pension_recognised)]
    for n in CARS:
        made.append(variable(Person, f"car{n}_is_spared", bool, car_is_spared(n)))
        made.append(variable(Person, f"car{n}_is_general", bool, car_is_general(n)))
    for name in ("livelihood", "medical", "housing", "education"):
        made.append(variable(Unit, f"{name}_threshold", int, threshold_of(name)))
        if name != "livelihood":
            made.append(variable(Unit, f"{name}_benefit", bool, within(name)))
    for each in (*inputs, *made):
        law.add_variable(each)
    return law
