"""``dockmark controls show``: one control, explained."""

from __future__ import annotations

import difflib
import json
import shutil
import textwrap
from argparse import Namespace
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from tabulate import tabulate

from benchmark.cli.controls_list import chosen_version
from benchmark.cli.evaluation import framework_of, load_content
from benchmark.cli.exit_code import ExitCode, Refusal
from benchmark.cli.printing import print_text
from benchmark.cli.requirement_page import mapping_lines, requirement_lines, wrapped_lines
from benchmark.cli.streams import say
from benchmark.evaluate import NamedRequirement, describe_condition, find_requirements, find_section, list_beyond
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
    """Prints the explanation of every control that the id or number stands for, or the requirement that it names."""
    catalog = load_content(arguments)
    framework = framework_of(catalog)
    version = chosen_version(framework, arguments.benchmark)
    width = max(40, min(shutil.get_terminal_size((_WIDEST, 24)).columns, _WIDEST))
    pages, others = _Pages(catalog, framework, version, width).find(arguments.control)
    print_text("\n\n\n".join(pages) + "\n")
    for each in others:
        say(f"dockmark: {arguments.control} may also mean {each}: `dockmark controls show {each}`")
    return ExitCode.MET


def find_controls(catalog: Catalog, framework: Framework, version: str, name: str) -> tuple[Control, ...]:
    """The controls behind an id, a number of ``version`` or a requirement of another framework.

    Raises Refusal where there is none, and where none decides it yet.
    """
    if name in catalog.controls:
        return (catalog.controls[name],)
    found = find_requirements(catalog, framework, version, name)
    if not found:
        raise _refused(catalog, framework, version, name)
    if not found[0].requirement.controls:
        raise Refusal(f"{found[0].id} of {found[0].framework.id} {found[0].version} is not judged by any control yet")
    return tuple(catalog.controls[each] for each in found[0].requirement.controls)


def _refused(catalog: Catalog, framework: Framework, version: str, name: str) -> Refusal:
    """Where the name is, if it is anywhere, and what is close to it."""
    elsewhere = [
        each for each in framework.versions if any(item.ids.get(each) == name for item in framework.requirements)
    ]
    if elsewhere:
        return Refusal(f"{name} is not in {version} but in {', '.join(elsewhere)}: choose it with --benchmark")
    known = (item for other in catalog.frameworks.values() for each in other.requirements for item in each.ids.values())
    close = difflib.get_close_matches(name, (*catalog.controls, *dict.fromkeys(known)), n=4)
    told = f"; close to it are {', '.join(close)}" if close else ""
    return Refusal(f"there is no control {name!r}, and no requirement of a framework{told}")


@dataclass(frozen=True, slots=True)
class _Pages:
    """Explains what a name stands for: a control of ours, a number of the benchmark, a requirement or section elsewhere."""

    catalog: Catalog
    framework: Framework
    version: str
    width: int

    def find(self, name: str) -> tuple[list[str], tuple[str, ...]]:
        """The pages, and the full names of what else ``name`` may mean. Raises Refusal for a name that means nothing."""
        catalog = self.catalog
        if name in catalog.controls:
            return [self._control(name)], ()
        found = find_requirements(catalog, self.framework, self.version, name)
        if found:
            return self._named(found[0]), (*(each.name for each in found[1:]), *self._sections(name, found[0]))
        section = find_section(catalog, self.framework, self.version, name)
        if section:
            return [self._requirement(each) for each in section], ()
        raise _refused(catalog, self.framework, self.version, name)

    def _sections(self, name: str, found: NamedRequirement) -> Iterator[str]:
        """The full names of the sections of other frameworks that have the number of a requirement."""
        for each in self.catalog.frameworks.values():
            if name in each.sections and each.id != found.framework.id:
                yield f"{each.id}:{name}"

    def _named(self, found: NamedRequirement) -> list[str]:
        """Of the benchmark every control that decides the requirement; of another framework the requirement."""
        own = found.framework.id == self.framework.id
        if own and not found.requirement.controls:
            return ["\n".join(_requirement_page(found.framework, found.version, found.requirement))]
        if own and found.version == self.version:
            return [self._control(each) for each in found.requirement.controls]
        return [self._requirement(found)]

    def _control(self, name: str) -> str:
        return "\n".join(_control_page(self.catalog, self.catalog.controls[name], self.version, self.width))

    def _requirement(self, found: NamedRequirement) -> str:
        numbers = self.framework.ids_by_control(self.version)
        return "\n".join(wrapped_lines(requirement_lines(self.catalog, found, numbers), self.width))


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
    own = framework_of(catalog)
    deciding = tuple(each for each in own.requirements if control.id in each.controls)
    if deciding:
        yield ""
        yield from _numbers(own, deciding)
    for framework in catalog.frameworks.values():
        lines = [] if framework is own else list(wrapped_lines(mapping_lines(framework, control.id), width))
        if lines:
            yield ""
            yield visible(framework.title if len(framework.versions) == 1 else f"{framework.title} {framework.newest}")
            yield from lines


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
