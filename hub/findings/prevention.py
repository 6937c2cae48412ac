"""What a decision prevents from being paid on: an estimate, under the name of its method.

Here: dated methods and their multipliers, as data (`prevention.toml`). Never here: money that was
really paid or paid back. Next: `hub cases act` writes the estimate into its own column.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from hub.findings.workflow.case import MoneyColumn, MoneyRow
from hub.findings.workflow.table import RefusedStepError, Remedy

METHOD_FILE = Path(__file__).parent / "prevention.toml"


@dataclass(frozen=True, slots=True)
class PreventionMethod:
    """One way to estimate, from a day on."""

    id: str
    valid_from: dt.date
    multiplier_months: int
    actions: tuple[Remedy, ...]
    meaning: str
    status: str


@lru_cache
def load_methods(path: Path = METHOD_FILE) -> tuple[PreventionMethod, ...]:
    """Read the methods, the oldest first.

    Raises:
        ValueError: a multiplier that is no whole number above 0.
    """
    entries = tomllib.loads(path.read_text("utf-8"))["method"]
    methods = [
        PreventionMethod(**{**entry, "actions": tuple(map(Remedy, entry["actions"]))})
        for entry in entries
    ]
    for method in methods:
        if isinstance(method.multiplier_months, bool) or method.multiplier_months < 1:
            raise ValueError(
                f"{path.name}, method {method.id}: multiplier_months is a whole number above 0"
            )
    return tuple(sorted(methods, key=lambda method: (method.valid_from, method.id)))


def prevented_forward(
    monthly_amount: int,
    actions: tuple[Remedy, ...],
    on: dt.date,
    methods: tuple[PreventionMethod, ...] | None = None,
) -> MoneyRow:
    """Return the estimate for a benefit of which `monthly_amount` won a month are no longer paid.

    Args:
        monthly_amount: won a month.
        actions: what was decided; the newest method for one of them, in force on `on`, counts.
        on: the day on which it is carried out.
        methods: those of `prevention.toml` by default.

    Raises:
        RefusedStepError: no method is for these actions on that day, or the amount is not above 0.
    """
    known = load_methods() if methods is None else methods
    fitting = [
        method for method in known if method.valid_from <= on and set(actions) & set(method.actions)
    ]
    if not fitting:
        served = sorted({action for method in known for action in method.actions})
        raise RefusedStepError(
            f"nothing is prevented by {', '.join(actions) or 'no action'} on {on}; methods are for: "
            f"{', '.join(served)}"
        )
    if isinstance(monthly_amount, bool) or monthly_amount <= 0:
        raise RefusedStepError("prevented_forward: won a month are a whole number above 0")
    method = fitting[-1]
    return MoneyRow(
        MoneyColumn.PREVENTED_FORWARD,
        monthly_amount * method.multiplier_months,
        method_id=method.id,
        multiplier_months=method.multiplier_months,
        monthly_amount=monthly_amount,
    )
