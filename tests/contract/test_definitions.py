"""What Dagster sees: keys, groups, checks, edges and policies, all derived from the catalogue.

The files in `snapshots/` hold what stands under these names in operators' dashboards. After a
change that is meant, renew them with

    HUB_RENEW_SNAPSHOTS=1 python -m pytest tests/contract/test_definitions.py

and commit the difference.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest

from hub.catalogue import Cycle
from hub.programmes.catalogue import load_programmes
from pipelines.assets import naming
from pipelines.definitions import gather_definitions
from pipelines.resources import HubResource
from sources.registry import load_catalogue

PROJECT = Path(__file__).parents[2]
SNAPSHOTS = Path(__file__).parent / "snapshots"
RENEW_VARIABLE = "HUB_RENEW_SNAPSHOTS"
RENEW = bool(os.environ.get(RENEW_VARIABLE))
"""Read while pytest collects: a fixture removes the variables of the hub."""
LONGEST_BODY = 10
HEAVY = ("great_expectations", "splink", "pandas")
CATALOGUE = load_catalogue()


@pytest.fixture(scope="module")
def definitions():
    return gather_definitions(HubResource())


@pytest.fixture(scope="module")
def graph(definitions):
    return definitions.resolve_asset_graph()


def asked(*command):
    return subprocess.run(
        [sys.executable, *command], cwd=PROJECT, capture_output=True, text=True, check=False
    )


def test_importing_the_definitions_stays_light():
    loaded = asked(
        "-c",
        "import sys, pipelines.definitions\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])",
    )
    assert loaded.stdout.strip() == "[]", loaded.stderr


def test_dagster_accepts_the_workspace():
    validated = asked("-m", "dagster", "definitions", "validate", "-w", "workspace.yaml")
    assert validated.returncode == 0, validated.stderr


def test_every_document_type_is_one_asset(graph):
    keys = naming.document_keys(CATALOGUE)
    assert len(set(keys.values())) == len(CATALOGUE.documents) == 448
    assert set(keys.values()) <= graph.get_all_asset_keys()


@pytest.mark.parametrize("institution", CATALOGUE.institutions)
def test_document_assets_show_what_the_catalogue_says(graph, institution):
    groups = set()
    for document in CATALOGUE.by_institution[institution]:
        node = graph.get(naming.document_key(document))
        groups.add(node.group_name)
        (check,) = node.check_keys
        assert graph.get_check_spec(check).blocking
        assert node.parent_keys == {naming.INTAKE}
        assert node.owners == [f"team:{institution.lower()}"]
        assert document.name_ko in node.description
        assert document.describes in node.description
        schema = node.metadata["dagster/column_schema"]
        columns = document.versions[-1].columns
        assert [column.name for column in schema.columns] == [each.canonical for each in columns]
        assert (node.freshness_policy is None) == (document.cycle is Cycle.ON_REQUEST)
    (group,) = groups
    assert group.startswith(institution)


def test_a_slower_cycle_may_be_later(graph):
    windows = {}
    for document in CATALOGUE.documents.values():
        policy = graph.get(naming.document_key(document)).freshness_policy
        if policy is not None:
            windows.setdefault(document.cycle, set()).add(policy.fail_window.to_timedelta())
            assert policy.warn_window.to_timedelta() < policy.fail_window.to_timedelta()
    ordered = [windows[cycle] for cycle in Cycle if cycle in windows]
    assert all(len(each) == 1 for each in ordered)
    days = [next(iter(each)).days for each in ordered]
    assert days == sorted(days)
    assert days[0] < days[-1]


def test_each_family_depends_on_the_types_that_feed_it(graph):
    for family in CATALOGUE.families.values():
        feeds = {naming.document_key(each) for each in CATALOGUE.by_family[family.code]}
        assert feeds
        assert graph.get(naming.family_key(family)).parent_keys == feeds, family.code


def test_everything_leads_to_the_extract_of_every_ministry(graph):
    extracts = set(naming.extract_keys())
    assert len(extracts) == len({programme.ministry for programme in load_programmes()}) == 17
    # Who looked at whom is nobody's input.
    rest = graph.get_all_asset_keys() - extracts - {naming.ACCESS_REVIEW}
    assert all(graph.get_ancestor_asset_keys(extract) == rest for extract in extracts)


def body_lines(function: ast.FunctionDef) -> int:
    """Lines of a function's body, its docstring left out."""
    body = function.body
    if isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        body = body[1:]
    return (body[-1].end_lineno or 0) - body[0].lineno + 1


def asset_functions():
    for file in sorted((PROJECT / "pipelines" / "assets").glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef) and any(
                "asset" in ast.unparse(decorator).split("(")[0] for decorator in node.decorator_list
            ):
                yield file.name, node


def test_an_assets_body_only_calls_a_step():
    lengths = {f"{file}: {node.name}": body_lines(node) for file, node in asset_functions()}
    assert len(lengths) >= 10
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_BODY} == {}


def shown_assets(graph) -> str:
    lines = []
    for key in sorted(graph.get_all_asset_keys()):
        node = graph.get(key)
        checks = "".join(f"  [{check.name}]" for check in sorted(node.check_keys))
        lines.append(f"{key.to_user_string()}  {node.group_name}{checks}")
    return "\n".join(lines) + "\n"


def shown_automation(definitions) -> str:
    repository = definitions.get_repository_def()
    lines = [f"job {name}" for name in sorted(repository.job_names) if not name.startswith("__")]
    lines += [
        f"schedule {each.name}: job {each.job_name}, {each.cron_schedule} {each.execution_timezone}, "
        f"{each.default_status.value}"
        for each in sorted(repository.schedule_defs, key=lambda each: each.name)
    ]
    lines += [
        f"sensor {each.name}: job {each.job_name}, every {each.minimum_interval_seconds} s, "
        f"{each.default_status.value}"
        for each in sorted(repository.sensor_defs, key=lambda each: each.name)
    ]
    lines += [f"resource {name}" for name in sorted(repository.get_top_level_resources())]
    return "\n".join(lines) + "\n"


def compare(name: str, shown: str) -> None:
    file = SNAPSHOTS / name
    if RENEW:
        file.parent.mkdir(exist_ok=True)
        file.write_text(shown, "utf-8")
    known = file.read_text("utf-8").splitlines()
    now = shown.splitlines()
    gone, new = sorted(set(known) - set(now)), sorted(set(now) - set(known))
    assert not gone, f"gone: {gone}; renew with {RENEW_VARIABLE}=1 if that is meant"
    assert not new, f"new: {new}; renew with {RENEW_VARIABLE}=1 if that is meant"
    assert known == now


def test_asset_keys_are_those_of_the_snapshot(graph):
    compare("assets.txt", shown_assets(graph))


def test_jobs_schedules_and_sensors_are_those_of_the_snapshot(definitions):
    compare("automation.txt", shown_automation(definitions))


def test_the_night_job_runs_in_one_process(definitions):
    job = definitions.resolve_job_def("night")
    assert job.executor_def is dg.in_process_executor
