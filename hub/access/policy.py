"""Roles and purposes as `policy.toml` declares them.

Here: reading the frame. Never here: who holds a role (`grants`). Next: `decision` compares a grant
with its role.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("policy.toml")


class Output(StrEnum):
    """What an answer may hold."""

    ROWS = "rows"
    CELLS = "cells"


@dataclass(frozen=True, slots=True)
class Role:
    """What whoever holds the role may do at most."""

    name: str
    meaning: str
    actions: frozenset[str]
    purposes: frozenset[str]
    output: Output
    needs_case: bool


@dataclass(frozen=True, slots=True)
class Command:
    """What a command of `hub` does."""

    action: str
    objects: frozenset[str]
    """What a grant must name whole."""
    purpose: str | None = None
    """The only purpose that it can have; None: the one that is told."""


@dataclass(frozen=True, slots=True)
class Policy:
    """The frame of all grants."""

    roles: Mapping[str, Role]
    purposes: Mapping[str, str]
    """Purpose → its meaning."""
    minimum_cell: int
    """Fewer people than this are never counted in public."""
    rounding: int
    """Counts of cells are multiples of this."""
    approvals: int
    """How many others must have approved a grant."""
    commands: Mapping[str, Command] = field(default_factory=dict)
    """Name in the access log → what it does."""

    @property
    def actions(self) -> tuple[str, ...]:
        """Every action that some role has."""
        return tuple(sorted({each for role in self.roles.values() for each in role.actions}))


@cache
def load_policy() -> Policy:
    """Read `policy.toml`."""
    told = tomllib.loads(_FILE.read_text("utf-8"))
    roles = {
        name: Role(
            name=name,
            meaning=role["meaning"],
            actions=frozenset(role["actions"]),
            purposes=frozenset(role["purposes"]),
            output=Output(role["output"]),
            needs_case=role["needs_case"],
        )
        for name, role in told["role"].items()
    }
    commands = {
        name: Command(each["action"], frozenset(each["objects"]), each.get("purpose"))
        for name, each in told["command"].items()
    }
    return Policy(
        roles,
        told["purpose"],
        told["minimum_cell"],
        told["rounding"],
        told["approvals"],
        commands,
    )
