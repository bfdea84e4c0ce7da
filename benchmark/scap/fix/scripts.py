"""The fixes of a control as text: for a shell, as tasks for Ansible, and as XCCDF's elements (NIST IR 7275r4, 6.4.4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from benchmark.model.control import Control, Recreate
from benchmark.model.facts import JsonValue
from benchmark.scap.fix.kinds import FIXES
from benchmark.scap.fix.shell import as_step
from benchmark.scap.fix.step import FixKind, Step, parameter_of, rescued
from benchmark.scap.xml_text import attributes, content

# What applying it costs -> XCCDF's complexity and disruption.
_COSTS: Final[Mapping[Recreate, tuple[str, str]]] = {
    Recreate.NOTHING: ("low", "low"),
    Recreate.RELOAD: ("low", "low"),
    Recreate.DAEMON: ("low", "medium"),
    Recreate.CONTAINER: ("high", "high"),
    Recreate.IMAGE: ("high", "high"),
    Recreate.HOST: ("medium", "low"),
}


def shell_script(control: Control, arguments: Mapping[str, JsonValue]) -> str:
    """A script for sh that mends the control, "" where it has no fix. It says what it does on stderr and never restarts
    the daemon; what fails is told and ends neither the script nor one that it is part of. ``arguments`` are the values of
    the control's parameters by name, all of them.
    """
    return "".join(as_step(control.id, kind.shell(step)) for kind, step in _steps(control, arguments))


def ansible_tasks(control: Control, arguments: Mapping[str, JsonValue]) -> str:
    """A list of tasks for Ansible, as YAML, "" where the control has no fix. Only modules of ansible.builtin; a failure is
    told and ends no other control's tasks.
    """
    return "".join(rescued(step, kind.ansible(step)) for kind, step in _steps(control, arguments))


def fix_elements(control: Control, arguments: Mapping[str, JsonValue]) -> Iterator[str]:
    """Both as elements of a Rule; none where the control has no fix."""
    if not control.remediation.fixes:
        return
    complexity, disruption = _COSTS[control.remediation.recreate]
    strategies = {FIXES[each.kind].strategy for each in control.remediation.fixes}
    told = {
        "reboot": "false",
        "strategy": strategies.pop() if len(strategies) == 1 else "combination",
        "disruption": disruption,
        "complexity": complexity,
    }
    for system, script in (("sh", shell_script), ("ansible", ansible_tasks)):
        opening = {"id": f"{control.id}.{system}", "system": f"urn:xccdf:fix:script:{system}", **told}
        yield f"<fix{attributes(opening)}>{content(script(control, arguments))}</fix>\n"


def _steps(control: Control, arguments: Mapping[str, JsonValue]) -> Iterator[tuple[FixKind, Step]]:
    for each in control.remediation.fixes:
        argument = _filled(each.argument, arguments)
        yield FIXES[each.kind], Step(control.id, control.title, control.for_each, argument)


def _filled(argument: JsonValue, arguments: Mapping[str, JsonValue]) -> JsonValue:
    name = parameter_of(argument)
    if name is not None:
        return arguments[name]
    return {key: _filled(each, arguments) for key, each in argument.items()} if isinstance(argument, dict) else argument
