"""``dockmark controls list``: what is judged, and what is not judged yet."""

from __future__ import annotations

import json
from argparse import Namespace
from dataclasses import dataclass

from tabulate import tabulate

from benchmark.cli.evaluation import FRAMEWORK, framework_of, load_content, plain_profile
from benchmark.cli.exit_code import ExitCode, Refusal
from benchmark.cli.printing import print_text
from benchmark.evaluate import PROFILES, list_beyond
from benchmark.model.content import Catalog
from benchmark.model.control import Control
from benchmark.model.framework import Framework, Requirement, id_order
from benchmark.render.terminal_text import visible


@dataclass(frozen=True, slots=True)
class Entry:
    """A requirement and one control that decides it; None while no control does.

    A control beyond the benchmark has neither number nor requirement.
    """

    number: str | None
    requirement: Requirement | None
    control: Control | None


def run(arguments: Namespace) -> ExitCode:
    """Prints the list."""
    catalog = load_content(arguments)
    framework = framework_of(catalog)
    version = chosen_version(framework, arguments.benchmark)
    profile = plain_profile(arguments)
    entries = list_entries(catalog, version, PROFILES[profile])
    if arguments.output == "json":
        print_text(_as_json(entries, version, profile), as_utf8=True)
    else:
        print_text(_as_table(entries, f"{framework.title} {version}, {profile}"))
    return ExitCode.MET


def chosen_version(framework: Framework, version: str | None) -> str:
    """``version``, or the newest. Raises Refusal when the framework has no such version."""
    if version is None or version in framework.versions:
        return version or framework.newest
    raise Refusal(f"no version {version!r} of {framework.id}; there are {', '.join(framework.versions)}")


def list_entries(catalog: Catalog, version: str, level: int) -> tuple[Entry, ...]:
    """Every requirement of ``version`` up to ``level`` with each of its controls, in the order of the numbering.

    The controls beyond the benchmark follow; they stand in no version and on no level.
    """
    framework = framework_of(catalog)
    selected = [each for each in framework.requirements if each.in_profile(version, level)]
    numbered = (
        Entry(each.ids[version], each, catalog.controls[control] if control else None)
        for each in sorted(selected, key=lambda each: id_order(each.ids[version]))
        for control in each.controls or (None,)
    )
    beyond = (Entry(None, None, catalog.controls[each]) for each in list_beyond(catalog, framework))
    return (*numbered, *beyond)


def _as_table(entries: tuple[Entry, ...], heading: str) -> str:
    rows = [
        (
            entry.number or "-",
            entry.control.id if entry.control else "-",
            entry.control.severity.value if entry.control else "-",
            entry.control.automation.value if entry.control else "not judged yet",
            visible(_title(entry)),
        )
        for entry in entries
    ]
    headers = ("CIS", "control", "severity", "automation", "title")
    table = tabulate(rows, headers, tablefmt="simple", disable_numparse=True)
    waiting = sum(entry.control is None for entry in entries)
    numbers = len({entry.number for entry in entries if entry.number is not None})
    beyond = sum(entry.number is None for entry in entries)
    last = f"{numbers} recommendations, {waiting} of them not judged yet\n"
    if beyond:
        last += f"{beyond} controls beyond the benchmark, without a number: judged with --beyond, not in the score\n"
    return f"{heading}\n\n{table}\n\n{last}"


def _as_json(entries: tuple[Entry, ...], version: str, profile: str) -> str:
    document = {
        "schema": "dockmark/controls/1",
        "benchmark": {"framework": FRAMEWORK, "version": version},
        "profile": profile,
        "controls": [
            {
                "number": entry.number,
                "control": entry.control.id if entry.control else None,
                "severity": entry.control.severity.value if entry.control else None,
                "automation": entry.control.automation.value if entry.control else None,
                "title": _title(entry),
                "levels": list(entry.requirement.levels.get(version, ())) if entry.requirement else [],
                "published_assessment": entry.requirement.assessment.get(version) if entry.requirement else None,
            }
            for entry in entries
        ],
    }
    return json.dumps(document, indent=1) + "\n"


def _title(entry: Entry) -> str:
    if entry.control is not None:
        return entry.control.title
    return entry.requirement.label if entry.requirement is not None else ""
