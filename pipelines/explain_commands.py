"""`hub explain` and `hub consult`: decisions about one person in words.

Here: options, errors, printing. Never here: reading a release (`pipelines.case_files`) or sentences
(`hub.programmes.explanation`). IDs are opaque; no name, address or national ID is shown.
"""

from __future__ import annotations

import datetime as dt
import difflib
import json
import sys
from enum import StrEnum
from typing import Annotated

import typer

from hub.findings.story import render_story
from hub.output import fail
from hub.programmes.catalogue import CATALOGUE_FOLDER, load_programmes
from hub.programmes.evaluation.replay import Replay
from hub.programmes.explanation.case_file import StoredDecision
from hub.programmes.explanation.consultation_lines import render_consultation
from hub.programmes.explanation.consulting import Consultation, consult_person, settled_decision
from hub.programmes.explanation.explaining import RECORDS_SHOWN
from hub.programmes.explanation.explaining import explain as explained
from hub.programmes.explanation.rendering import WIDTH, render
from hub.programmes.explanation.texts import Text, day_text
from hub.programmes.parameters import load_parameters
from hub.programmes.programme import Programme
from hub.programmes.reading import read_programmes
from pipelines.case_files import PersonCase, read_case, stored_decision
from pipelines.finding_files import NoFindingError, read_finding
from pipelines.moments import Moment, NoCaseError, choose_moment
from warehouse.access_log.answering import LoggedAccess
from warehouse.access_log.options import By, Purpose, UnderCase, command_access
from warehouse.layout import Layout
from warehouse.ledger import Ledger, LedgerError
from warehouse.releases import ReleaseError

STORED_DIFFERS = 3
"""Exit code of an explanation that does not give what the night stored."""


SHOWN = ("decisions", "household", "income and assets")
"""Kinds of data that an explanation shows."""


class Language(StrEnum):
    """Languages of explanations."""

    EN = "en"
    KO = "ko"


Person = Annotated[
    str,
    typer.Argument(help="A person ID, also one that has ended."),
]
Subject = Annotated[
    str,
    typer.Argument(help="A person ID, also one that has ended; or the word finding."),
]
Said = Annotated[Language, typer.Option("--language", help="Language of the sentences.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON in both languages, nothing else.")]
AsOf = Annotated[
    dt.datetime | None,
    typer.Option(
        formats=["%Y-%m-%d"], help="The day decided; the current release's night by default."
    ),
]
KnownAt = Annotated[
    dt.datetime | None,
    typer.Option(formats=["%Y-%m-%d"], help="As the hub knew it on this day; --as-of by default."),
]


def explain(
    person: Subject,
    programme: Annotated[
        str,
        typer.Argument(help="Code of the programme, for example P001; or a finding's ID."),
    ],
    *,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    language: Said = Language.EN,
    by: By = None,
    purpose: Purpose = None,
    case: UnderCase = None,
    as_json: AsJson = False,
) -> None:
    """Explain a decision: conditions, values, records, notices, and what would change it.

    `hub explain finding ID` walks a finding from the release to the received bytes. Exit code 3 where
    the decision that the night stored is another, or the archived bytes are not those received.
    """
    if person.casefold() == "finding":
        with command_access(
            "explain finding",
            "finding",
            by=by,
            purpose=purpose,
            case=case,
            categories=("findings",),
        ) as access:
            explain_finding(access, programme, language, as_json=as_json)
        return
    rule = find_programme(programme)
    with command_access(
        "explain",
        f"decision {rule.code}",
        subjects=[person],
        by=by,
        purpose=purpose,
        case=case,
        categories=SHOWN,
    ) as access:
        found = _case(person, _day(as_of), _day(known_at))
        access.saw(subjects=[found.case.person_id, *found.counted])
        problems = _show_explanation(person, found, rule, language, as_json=as_json)
    if problems:
        raise typer.Exit(STORED_DIFFERS)


def _show_explanation(
    person: str, found: PersonCase, rule: Programme, language: Language, *, as_json: bool
) -> tuple[Text, ...]:
    """Print a decision's explanation; return where it is not what the night stored."""
    try:
        decided = found.replay(rule)
        stored = stored_decision(found, rule)
    except NoCaseError as error:
        fail(error)
    shown = stored
    if stored is None and decided.outcome == "eligible":
        shown = settled_decision(rule.code, _consult(found))
    problems = differences(decided, stored, found.moment)
    notes = [*_days_note(person, found), *problems]
    explanation = explained(
        decided, rule, found.case, shown, records_shown=None if as_json else RECORDS_SHOWN
    )
    if as_json:
        content = {
            "person_id": found.case.person_id,
            "household_id": found.case.household_id,
            "release_id": found.case.release_id,
            "facts_of": found.case.night,
            **explanation.mapping(),
            "payable_amount": shown.payable_amount if shown else None,
            "interaction_codes": list(shown.interaction_codes) if shown else [],
            "equals_stored": None if stored is None else not problems,
            "notes": [note.en for note in notes],
        }
        sys.stdout.write(json.dumps(content, ensure_ascii=False, default=str) + "\n")
    else:
        typer.echo("\n".join(render(explanation, language.value, notes, _width())))
    return problems


def explain_finding(
    access: LoggedAccess, finding_id: str, language: Language, *, as_json: bool
) -> None:
    """Print one finding's story: what, on which records, by which rule, and what became of it."""
    try:
        story = read_finding(Layout.from_environment(), finding_id)
    except (NoFindingError, LedgerError, ReleaseError) as error:
        fail(error)
    about = story.finding["person_id"]
    access.about([str(about)] if about else [])
    access.saw(subjects=[str(about)] if about else [])
    if as_json:
        sys.stdout.write(json.dumps(story.mapping(), ensure_ascii=False, default=str) + "\n")
    else:
        typer.echo("\n".join(render_story(story, language.value, _width())))
    if any(record.is_archived is False for record in story.evidence):
        raise typer.Exit(STORED_DIFFERS)


def consult(
    person: Person,
    *,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    language: Said = Language.EN,
    everything: Annotated[
        bool, typer.Option("--all", help="List every programme, also those far out of reach.")
    ] = False,
    by: By = None,
    purpose: Purpose = None,
    case: UnderCase = None,
    as_json: AsJson = False,
) -> None:
    """Go through all programmes for one person: entitled, received, nearly, and why not the rest."""
    with command_access(
        "consult",
        "all programmes",
        subjects=[person],
        by=by,
        purpose=purpose,
        case=case,
        categories=SHOWN,
    ) as access:
        found = _case(person, _day(as_of), _day(known_at))
        access.saw(subjects=[found.case.person_id, *found.counted])
        consultation = _consult(found)
        notes = _days_note(person, found)
        if as_json:
            content = {**consultation.mapping(), "notes": [note.en for note in notes]}
            sys.stdout.write(json.dumps(content, ensure_ascii=False, default=str) + "\n")
            return
        lines = render_consultation(
            consultation, language.value, notes, _width(), everything=everything
        )
        typer.echo("\n".join(lines))


def _consult(found: PersonCase) -> Consultation:
    return consult_person(
        found.people,
        found.household,
        found.counted,
        load_programmes(),
        load_parameters(),
        found.case,
        found.moment.day,
        found.moment.known_at,
    )


def differences(decided: Replay, stored: StoredDecision | None, moment: Moment) -> tuple[Text, ...]:
    """Say where a replay is not what the night stored; nothing where it is, or nothing is stored.

    A decision that is asked as known on a later day may differ rightly, and is not compared.
    """
    if stored is None or moment.known_at != moment.day:
        return ()
    pairs = {
        name: (getattr(stored, name), getattr(decided, name))
        for name in ("outcome", "fail_mask", "unknown_mask", "amount", "is_received")
    }
    told = ", ".join(f"{name} {one} / {two}" for name, (one, two) in pairs.items() if one != two)
    if not told:
        return ()
    return (
        Text(
            f"WARNING: the stored decision differs from this explanation (stored / explained: {told})."
            " The rules of this installation are not those of the night, or the release is damaged:"
            " `hub release verify` checks it.",
            f"경고: 저장된 결정이 이 설명과 다릅니다(저장 / 설명: {told})."
            " 규칙이 바뀌었거나 자료가 손상되었을 수 있습니다.",
        ),
    )


def find_programme(code: str) -> Programme:
    """Read one programme; an unknown code ends the command with codes that are like it."""
    wanted = code.strip().upper()
    paths = list(CATALOGUE_FOLDER.glob(f"{wanted}_*.toml")) if wanted.isalnum() else []
    if paths:
        return read_programmes(paths)[0]
    programmes = load_programmes()
    low = code.casefold()
    named = [
        each
        for each in programmes
        if low in each.name_en.casefold() or low in each.name_ko.casefold()
    ]
    codes = difflib.get_close_matches(wanted, [each.code for each in programmes], n=5)
    near = named[:5] or [each for each in programmes if each.code in codes]
    listed = "; ".join(f"{each.code} {each.name_en}" for each in near)
    return fail(
        f"no programme {code}; "
        + (f"did you mean {listed}?" if listed else "see `hub programmes list`")
    )


def _case(person: str, as_of: dt.date | None, known_at: dt.date | None) -> PersonCase:
    layout = Layout.from_environment()
    try:
        moment = choose_moment(layout, as_of, known_at)
        with Ledger.open(layout.ledger_url) as ledger:
            current = ledger.resolve_person(person, moment.release.night)
        return read_case(moment, current)
    except (NoCaseError, LedgerError, ReleaseError) as error:
        fail(error)


def _days_note(person: str, found: PersonCase) -> list[Text]:
    """Say which facts are of which day, where that is not plain."""
    notes = []
    night, moment = found.case.night, found.moment
    if moment.day != night:
        day, facts = day_text(moment.day), day_text(night)
        notes.append(
            Text(
                f"Decided as of {day.en} with the facts of {facts.en} (release {found.case.release_id});"
                " ages and amounts of the law are those of the day, all other facts of the release.",
                f"{facts.ko} 자료({found.case.release_id})로 {day.ko} 기준 판정:"
                " 나이와 법정금액은 기준일, 나머지는 자료 기준입니다.",
            )
        )
    if moment.known_at != moment.day:
        known = day_text(moment.known_at)
        notes.append(
            Text(
                f"Amounts of the law as published by {known.en}.",
                f"법정금액은 {known.ko}까지 고시된 것입니다.",
            )
        )
    if person != found.case.person_id:
        notes.append(
            Text(
                f"{person} has ended and is now {found.case.person_id}.",
                f"{person}은(는) 현재 {found.case.person_id}입니다.",
            )
        )
    return notes


def _day(given: dt.datetime | None) -> dt.date | None:
    return given.date() if given else None


def _width() -> int:
    """Columns of the terminal, at most so many as are easy to read; the same in a pipe."""
    if not sys.stdout.isatty():
        return WIDTH
    import shutil

    return min(max(shutil.get_terminal_size().columns, 60), WIDTH)
