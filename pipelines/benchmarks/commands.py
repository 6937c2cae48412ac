"""`hub bench NAME`: one command a benchmark; its table stands in `docs/benchmarks.md`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hub.output import fail, print_rows

bench_app = typer.Typer(
    help="Measure the hub; ratios against a named rival in one run.", no_args_is_help=True
)

JsonOption = Annotated[bool, typer.Option("--json", help="A JSON array of objects on stdout.")]


@bench_app.command()
def landing(
    megabytes: Annotated[int, typer.Option(help="Size of the mixed set.")] = 1000,
    as_json: JsonOption = False,
) -> None:
    """Landing against DuckDB's own COPY of the same rows."""
    from pipelines.benchmarks.landing import measure_landing

    print_rows(measure_landing(megabytes), as_json=as_json, title="Landing")


@bench_app.command()
def findings(
    people: Annotated[int, typer.Option(help="People in the simulated country.")] = 20_000,
    seed: Annotated[int, typer.Option(help="Another seed, another country.")] = 7,
    nights: Annotated[
        int | None,
        typer.Option(min=2, help="Measure instead how stable findings are over so many nights."),
    ] = None,
    home: Annotated[
        Path | None, typer.Option(help="Keep hub, nights and truth here, to look at them.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """What the detection rules find of the planted cases, what else they report, and how fast."""
    from pipelines.benchmarks.findings import measure_findings
    from pipelines.benchmarks.findings_stability import measure_stability

    if nights is not None:
        rows = measure_stability(people, nights, home=home, seed=seed)
        print_rows(rows, as_json=as_json, title="Findings from night to night")
        return
    rows = measure_findings(people, home=home, seed=seed)
    shown = [name for name in rows[0] if name != "share_of_night"]
    print_rows(rows, as_json=as_json, title="Findings against the truth", columns=shown)


@bench_app.command()
def simulation(
    people: Annotated[int, typer.Option(help="People in the simulated country.")] = 20_000,
    as_json: JsonOption = False,
) -> None:
    """Rendered rows a second of the simulated country."""
    from pipelines.benchmarks.simulation import measure_simulation

    print_rows(measure_simulation(people), as_json=as_json, title="Simulation")


@bench_app.command()
def febrl(
    data_set: Annotated[
        list[int] | None, typer.Option(min=1, max=4, help="Only this set; may be repeated.")
    ] = None,
    rival: Annotated[
        bool, typer.Option("--rival", help="Run plain Splink on the same sets, too.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """The person index on FEBRL 1 to 4, with every wrong pair and why it is wrong."""
    from pipelines.benchmarks.febrl import DATA_SETS, run_febrl

    try:
        run_febrl(data_set or DATA_SETS, as_json=as_json, with_rival=rival)
    except ModuleNotFoundError as absent:
        fail(absent)


@bench_app.command()
def link(
    file: Annotated[
        Path | None,
        typer.Argument(help="A labelled table, Parquet or CSV; by default invented populations."),
    ] = None,
    person: Annotated[
        str, typer.Option(help="Column of the table that says who a record is about.")
    ] = "person",
    people: Annotated[int, typer.Option(help="People of each invented population.")] = 2_000,
    seed: Annotated[int, typer.Option(help="Another seed, other people.")] = 1,
    rival: Annotated[
        bool, typer.Option("--rival", help="Run plain Splink on the same tables, too.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """`hub index link` on any labelled table, or on people of nine countries, beside plain Splink."""
    from hub.identity.link import LinkInputError
    from pipelines.benchmarks.link_beside_splink import measure_link

    try:
        rows = measure_link(file, person, people=people, seed=seed, rival=rival)
    except (LinkInputError, OSError) as wrong:
        fail(wrong)
    print_rows(rows, as_json=as_json, title="Linking")


@bench_app.command()
def index(
    people: Annotated[int, typer.Option(help="People in the simulated country.")] = 200_000,
    rival: Annotated[
        bool, typer.Option("--rival/--no-rival", help="Run plain Splink on all signatures, too.")
    ] = True,
    nights: Annotated[
        int, typer.Option(min=1, help="The full build, and nights of 1 % changes after it.")
    ] = 2,
    document_type: Annotated[
        list[str] | None,
        typer.Option(help="A type that describes people; repeat it. All types by default."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """The person index at size: full build, a night of 1 % changes, accuracy, plain Splink."""
    from pipelines.benchmarks.index import measure_index
    from sources.registry import load_catalogue

    unknown = sorted(set(document_type or ()) - set(load_catalogue().documents))
    if unknown:
        fail(f"{', '.join(unknown)}: no such document type; `hub catalogue list` has them")
    rows = measure_index(people, rival=rival, nights=nights, document_types=document_type)
    print_rows(rows, as_json=as_json, title="Person index")


@bench_app.command()
def profile(
    people: Annotated[int, typer.Option(help="People who are profiled.")] = 100_000,
    as_json: JsonOption = False,
) -> None:
    """Profiles of a month from conformed families, against landing the same rows."""
    from pipelines.benchmarks.profile import measure_profile

    print_rows(measure_profile(people), as_json=as_json, title="Profiles")


@bench_app.command()
def night(
    people: Annotated[int, typer.Option(min=50, help="People in the simulated country.")] = 20_000,
    seed: Annotated[int, typer.Option(help="Another seed, another country.")] = 7,
    changed: Annotated[
        float,
        typer.Option(
            min=0, max=0.2, help="Share of what daily and weekly senders tell on the second night."
        ),
    ] = 0.01,
    home: Annotated[Path | None, typer.Option(help="Keep the hub here; a new folder.")] = None,
    kill: Annotated[
        bool, typer.Option(help="Also kill the second night in the middle and resume it.")
    ] = True,
    only: Annotated[
        list[str] | None, typer.Option(help="Only this document type; may be repeated.")
    ] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write all figures to this file.")
    ] = None,
    markdown: Annotated[
        Path | None, typer.Option(help="Write the stage tables to this file.")
    ] = None,
) -> None:
    """Whole nights at size, stage by stage: the first, one with few changes, one killed and resumed."""
    from pipelines.benchmarks.night import NightFailedError, measure_night
    from pipelines.benchmarks.night_stages import stage_rows, to_markdown

    try:
        figures = measure_night(
            people, seed=seed, changed=changed, home=home, kill=kill, document_types=only
        )
    except (NightFailedError, FileExistsError) as error:
        fail(error)
    if json_file is not None:
        json_file.write_text(figures.to_json(), "utf-8")
    if markdown is not None:
        markdown.write_text(to_markdown(figures), "utf-8")
    for each in figures.nights:
        print_rows(stage_rows(each), as_json=False, title=f"The {each.name} night")
    typer.echo(to_markdown(figures).rsplit("|\n\n", 1)[-1])
    if figures.resumed_differs_in:
        raise typer.Exit(1)


@bench_app.command()
def decisions(
    people: Annotated[int, typer.Option(help="People whose profiles are made up.")] = 1_000_000,
    rival: Annotated[
        bool, typer.Option("--rival", help="Run OpenFisca on the same rules, too.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """All programmes over many people, from Parquet to written decisions."""
    from pipelines.benchmarks.decisions import measure_decisions

    print_rows(measure_decisions(people, rival=rival), as_json=as_json, title="Decisions")


@bench_app.command()
def explain(
    people: Annotated[
        int, typer.Option(help="People in the release, copies of the current one's.")
    ] = 1_000_000,
    as_json: JsonOption = False,
) -> None:
    """Explaining and consulting one person in a release of many, on this hub's own people."""
    from pipelines.benchmarks.explaining import measure_explanations
    from warehouse.layout import Layout

    try:
        rows = measure_explanations(Layout.from_environment(), people)
    except LookupError as absent:
        fail(absent)
    print_rows(rows, as_json=as_json, title="Explanations")


@bench_app.command("access-log")
def access_log(
    accesses: Annotated[int, typer.Option(help="Accesses of the simulated quarter.")] = 200_000,
    seed: Annotated[int, typer.Option(help="Another seed, another office.")] = 7,
    as_json: JsonOption = False,
) -> None:
    """What the rules find of misuse planted in an access log, and how fast the log is."""
    from pipelines.benchmarks.access_log import measure_access_log

    rows = measure_access_log(accesses, seed)
    shown = list(rows[0])
    print_rows(rows, as_json=as_json, title="Misuse in the access log", columns=shown)
    if not as_json:
        facts = {name: value for name, value in rows[-1].items() if name not in shown}
        print_rows([facts], as_json=False, title="The log itself")
