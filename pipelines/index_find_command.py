"""`hub index find`: who is this? One record that somebody typed, against the current index.

Here: the options, the token of the national ID, printing. Never here: finding (`hub.identity.look_up`)
or its files (`warehouse.look_up_files`). The national ID becomes a token at once; it is never
printed, logged or kept.
"""

from __future__ import annotations

import sys
import uuid
from typing import Annotated

import polars as pl
import typer

from hub.identity.look_up import LookUpAnswer
from hub.identity.pair_explanation import NOTHING_TO_COMPARE, bits, spelt
from hub.identity.standard.numbers import normalised_numbers
from hub.output import fail, print_rows
from warehouse.access_log.options import By, Purpose, UnderCase, command_access
from warehouse.layout import Layout

VERDICTS = {
    "found": "found",
    "ambiguous": "ambiguous: several people fit about equally well, so nobody was chosen",
    "nobody": "nobody in the index is likely enough",
    "too_little": "that is too little to look anybody up by; give a name and one more fact",
}
_ID_DIGITS = 13


def find(
    *,
    name: Annotated[str | None, typer.Option(help="Full name, in any script.")] = None,
    birth_date: Annotated[str | None, typer.Option(help="In any usual form.")] = None,
    sex: Annotated[str | None, typer.Option(help="In any usual form.")] = None,
    address: Annotated[str | None, typer.Option(help="Address, in one text.")] = None,
    national_id: Annotated[
        str | None,
        typer.Option(
            help="National ID; `-` asks for it unseen, or reads a line of standard input, so that it"
            " is in no list of processes."
        ),
    ] = None,
    phone: Annotated[str | None, typer.Option(help="Telephone number.")] = None,
    email: Annotated[str | None, typer.Option(help="E-mail address.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="Most people to print.")] = 5,
    by: By = None,
    purpose: Purpose = None,
    case: UnderCase = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON array and nothing else.")
    ] = False,
) -> None:
    """Find whom a record is about: people, best first, with weights and levels of agreement."""
    record = {
        column: said
        for column, said in (
            ("full_name", name),
            ("birth_date", birth_date),
            ("sex", sex),
            ("address", address),
            ("phone", phone),
            ("email", email),
        )
        if said is not None
    }
    if not record and national_id is None:
        fail(
            "nothing to look up; give at least --name, --address, --phone, --email or --national-id"
        )
    layout = Layout.from_environment()
    number, near = _token(layout, national_id) if national_id is not None else (None, [])
    from warehouse.look_up_files import open_look_up

    with command_access(
        "index find",
        "person index",
        by=by,
        purpose=purpose,
        case=case,
        columns=sorted({*record, *(("national_id",) if national_id is not None else ())}),
        categories=("who a person is",),
    ) as access:
        try:
            with open_look_up(layout, lambda what: typer.echo(what, err=True)) as look_up:
                answer = look_up.find(record, number=number, number_near=near, limit=limit)
        except LookupError as error:
            if isinstance(error, (KeyError, IndexError)):
                raise
            fail(error)
        found = [person.person_id for person in answer.people]
        access.about(found)
        access.saw(subjects=found)
        if as_json:
            print_rows([_mapping(answer)], as_json=True)
        else:
            _print(answer)


def _token(layout: Layout, written: str) -> tuple[str, list[int]]:
    """Return the token of a national ID and its near keys.

    The message of an error never repeats what was written.
    """
    from warehouse.vault import IdTokeniser, root_key

    if written == "-":
        written = (
            typer.prompt("National ID", hide_input=True, err=True)
            if sys.stdin.isatty()
            else sys.stdin.readline()
        )
    number = normalised_numbers(pl.Series("national_id", [written.strip()]))
    said = number.item()
    if said is None or len(said) != _ID_DIGITS or not said.isascii() or not said.isdecimal():
        fail(
            f"--national-id: not a usable number of {_ID_DIGITS} digits; leave it out where it is not known"
        )
    if not layout.key_file.exists():
        fail("this hub has no vault key yet, so it knows no number; run `hub night` first")
    tokeniser = IdTokeniser(root_key(layout))
    token = tokeniser.tokens(number)
    near = tokeniser.neighbour_keys(token).item()
    return str(uuid.UUID(bytes=token.item())), [] if near is None else near.to_list()


def _mapping(answer: LookUpAnswer) -> dict[str, object]:
    return {
        "verdict": answer.verdict,
        "candidates": answer.candidates,
        "rules_skipped": list(answer.rules_skipped),
        "people": [
            {
                "person_id": person.person_id,
                "match_weight": person.match_weight,
                "stranger_weight": person.stranger_weight,
                "household_weight": person.household_weight,
                "levels": dict(person.levels),
                "level_weights": dict(person.level_weights),
            }
            for person in answer.people
        ],
    }


def _print(answer: LookUpAnswer) -> None:
    typer.echo(VERDICTS[answer.verdict])
    rows = [
        {
            "person": person.person_id,
            "weight": bits(person.match_weight),
            "how it agrees": "; ".join(
                f"{spelt(name)}: {level} ({person.level_weights[name]:+.1f})"
                for name, level in person.levels.items()
                if level != NOTHING_TO_COMPARE
            ),
        }
        for person in answer.people
    ]
    if rows:
        print_rows(rows, as_json=False, title=f"{answer.candidates:,} records compared")
    if answer.rules_skipped:
        skipped = ", ".join(map(spelt, answer.rules_skipped))
        typer.echo(f"not compared, because too many share the key: {skipped}", err=True)
