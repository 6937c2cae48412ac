"""A process of its own that answers cases by `law.py`: `python answer.py FOLDER YYYY-MM`.

Reads `people.parquet` and `units.parquet` in FOLDER; writes `unit_answers.parquet` and
`person_answers.parquet` there.
"""

from __future__ import annotations

import sys
from pathlib import Path

import law
import numpy as np
import polars as pl
from openfisca_core.simulations import SimulationBuilder


def main(folder: Path, month: str) -> None:
    people = pl.read_parquet(folder / "people.parquet")
    units = pl.read_parquet(folder / "units.parquet")
    couples = people.filter(pl.col("leads_couple"))
    builder = SimulationBuilder()
    system = law.system()
    builder.create_entities(system)
    builder.declare_person_entity("person", people["person_id"].to_numpy())
    unit = builder.declare_entity("unit", units["household_id"].to_numpy())
    builder.join_with_persons(
        unit, people["household_id"].to_numpy(), np.full(len(people), "member")
    )
    couple = builder.declare_entity("couple", couples["couple_id"].to_numpy())
    builder.join_with_persons(
        couple, people["couple_id"].to_numpy(), np.full(len(people), "partner")
    )
    simulation = builder.build(system)
    cars = [f"car{n}_{name}" for n in law.CARS for name in law.CAR_INPUTS]
    for frame, names in (
        (people, [*law.PERSON_INPUTS, *cars]),
        (units, law.UNIT_INPUTS),
        (couples, law.COUPLE_INPUTS),
    ):
        for name in names:
            simulation.set_input(name, month, frame[name].to_numpy())
    has_pension = law.PARAMETERS["basic_pension_amount", "single"][-1][0].isoformat()[:7] > month
    answers = {name: simulation.calculate(name, month) for name in law.UNIT_ANSWERS}
    units.select("household_id").with_columns(
        *[pl.Series(name, values) for name, values in answers.items()]
    ).write_parquet(folder / "unit_answers.parquet")
    of_person = {name: simulation.calculate(name, month) for name in law.PERSON_ANSWERS}
    if has_pension:
        of_couple = simulation.calculate("pension_recognised", month)
        place = simulation.populations["couple"].members_entity_id
        of_person["pension_recognised"] = of_couple[place]
        of_person["basic_pension"] = simulation.calculate("basic_pension", month)
    people.select("person_id").with_columns(
        *[pl.Series(name, values) for name, values in of_person.items()]
    ).write_parquet(folder / "person_answers.parquet")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
