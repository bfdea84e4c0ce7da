"""``dockmark controls show``: one control, explained."""

from __future__ import annotations

import difflib
import json
import shutil
import textwrap
from argparse import Namespace
from collections.abc import Iterator, Mapping
from typing import Final

from tabulate import tabulate

from benchmark.cli.controls_list import chosen_version
from benchmark.cli.evaluation import framework_of, load_content
from benchmark.cli.exit_code import ExitCode, Refusal
from benchmark.cli.printing import print_text
from benchmark.evaluate import describe_condition, list_beyond
from benchmark.model.content import Catalog
from benchmark.model.control import Automation, Control, Recreate
from benchmark.model.facts import JsonValue
from benchmark.model.framework import Framework, Requirement
from benchmark.model.vocabulary import COLLECTIONS
from benchmark.render.terminal_text import visible
from benchmark.scap.fix.scripts import shell_script

_AUTOMATION: Final = {
    Automation.FULL: "the check alone says pass or fail",
    Automation.PARTIAL: "the check decides some cases and leaves the others to a person",
    Automation.ATTESTED: "only a person can say",
}
_WIDEST: Final = 100


def run(arguments: Namespace) -> ExitCode:
    """Prints the explanation of every control that the id or number stands for."""
    catalog = load_content(arguments)
    framework = framework_of(catalog)
    version = chosen_version(framework, arguments.benchmark)
    width = min(shutil.get_terminal_size((_WIDEST, 24)).columns, _WIDEST)
    found = _find(catalog, framework, version, arguments.control)
    if isinstance(found, Requirement):
        pages = ["\n".join(_requirement_page(framework, version, found))]
    else:
        pages = ["\n".join(_control_page(catalog, each, version, max(width, 40))) for each in found]
    print_text("\n\n\n".join(pages) + "\n")
    return ExitCode.MET


def find_controls(catalog: Catalog, framework: Framework, version: str, name: str) -> tuple[Control, ...]:
    """The controls behind an id or number of ``version``. Raises Refusal where there is none, and where none decides it yet."""
    found = _find(catalog, framework, version, name)
    if isinstance(found, Requirement):
        raise Refusal(f"{name} of {framework.id} {version} is not judged by any control yet")
    return found


def _find(catalog: Catalog, framework: Framework, version: str, name: str) -> tuple[Control, ...] | Requirement:
    """The controls behind an id or number; the requirement itself while no control decides it. Raises Refusal."""
    if name in catalog.controls:
        return (catalog.controls[name],)
    numbers = {each.ids[version]: each for each in framework.requirements if version in each.ids}
    if name in numbers:
        found = numbers[name]
        return tuple(catalog.controls[each] for each in found.controls) or found
    elsewhere = [
        each for each in framework.versions if any(item.ids.get(each) == name for item in framework.requirements)
    ]
    if elsewhere:
        raise Refusal(f"{name} is not in {version} but in {', '.join(elsewhere)}: choose it with --benchmark")
    close = difflib.get_close_matches(name, (*catalog.controls, *numbers), n=4)
    raise Refusal(f"there is no control {name!r}" + (f"; close to it are {', '.join(close)}" if close else ""))


def _requirement_page(framework: Framework, version: str, requirement: Requirement) -> Iterator[str]:
    yield f"{requirement.ids[version]}  {visible(requirement.label)}"
    yield ""
    yield "No control judges this recommendation yet; it does not count in the score."
    yield ""
    yield from _numbers(framework, (requirement,))


def _control_page(catalog: Catalog, control: Control, version: str, width: int) -> Iterator[str]:
    yield f"{control.id}  (version {control.version}, severity {control.severity})"
    yield visible(control.title)
    yield from _paragraph("Why", control.rationale, width)
    yield from _check(control, width)
    yield from _parameters(control, width)
    yield from _paragraph("How to mend a failure", control.remediation.text, width)
    if control.remediation.recreate is not Recreate.NOTHING:
        yield f"  applying it means: {control.remediation.recreate}"
    yield from _script(control, _presets(framework_of(catalog), version, control), width)
    if control.id in list_beyond(catalog, framework_of(catalog)):
        yield ""
        yield "No recommendation of the benchmark asks for it: judged with --beyond, not in the score."
    for framework in catalog.frameworks.values():
        deciding = tuple(each for each in framework.requirements if control.id in each.controls)
        if deciding:
            yield ""
            yield from _numbers(framework, deciding)


def _check(control: Control, width: int) -> Iterator[str]:
    collection = COLLECTIONS[control.for_each]
    yield from _paragraph("How it is checked", f"for each of: {control.for_each} ({collection.doc})", width)
    presets = {each.name: each.default for each in control.parameters}
    sentences = (
        ("applies when", control.when),
        ("passes when", control.check),
        ("left to a person when it fails and", control.review),
    )
    for words, condition in sentences:
        if condition is not None:
            yield from _indented(f"{words}: {describe_condition(condition, presets)}", width)
    if control.attest is not None:
        yield from _indented(f"a person says: {control.attest}", width)
    yield f"  automation: {control.automation} ({_AUTOMATION[control.automation]})"


def _parameters(control: Control, width: int) -> Iterator[str]:
    if control.parameters:
        yield ""
        yield "Parameters"
    for each in control.parameters:
        yield from _indented(f"{control.id}.{each.name} ({each.type}, default {json.dumps(each.default)})", width)
        yield from _indented(each.description, width, "    ", "")


def _presets(framework: Framework, version: str, control: Control) -> dict[str, JsonValue]:
    """The values of the control's parameters in ``version``, by name."""
    asked = {name: value for each in framework.requirements for name, value in each.presets.get(version, {}).items()}
    return {each.name: asked.get(f"{control.id}.{each.name}", each.default) for each in control.parameters}


def _script(control: Control, arguments: Mapping[str, JsonValue], width: int) -> Iterator[str]:
    """The script as it is, so that it can be copied, or why there is none."""
    yield ""
    if control.remediation.fixes:
        yield "A script that mends it (for sh; -o xccdf=FILE holds it too, and one for Ansible)"
        yield ""
        yield from map(visible, shell_script(control, arguments).splitlines())
        return
    why = control.remediation.by_hand or "no script makes containers or images anew."
    yield from _indented(f"No script mends it: {why[:1].lower() + why[1:]}", width)


def _numbers(framework: Framework, requirements: tuple[Requirement, ...]) -> Iterator[str]:
    rows = [
        (
            version,
            each.ids[version],
            ", ".join(map(str, each.levels.get(version, ()))) or "-",
            each.assessment.get(version, "-"),
            visible(each.label),
        )
        for version in framework.versions
        for each in requirements
        if version in each.ids
    ]
    yield visible(framework.title)
    table = tabulate(
        rows, ("version", "number", "levels", "published as", "label"), tablefmt="simple", disable_numparse=True
    )
    yield textwrap.indent(table, "  ")


def _paragraph(heading: str, text: str, width: int) -> Iterator[str]:
    yield ""
    yield heading
    yield from _indented(text, width, hang="")


def _indented(text: str, width: int, indent: str = "  ", hang: str = "  ") -> Iterator[str]:
    for line in text.strip().splitlines():
        yield from textwrap.wrap(
            visible(line), width, initial_indent=indent, subsequent_indent=indent + hang, break_on_hyphens=False
        ) or [""]
