"""What every kind of fix is made of: an argument that is checked when content is loaded, and its two scripts."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from benchmark.model.facts import JsonValue


@dataclass(frozen=True, slots=True)
class Scope:
    """What an argument may refer to: the control's collection, and the types of its parameters by name."""

    for_each: str
    parameters: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Step:
    """One fix of one control, its parameters filled in. ``title`` is the control's."""

    control: str
    title: str
    for_each: str
    argument: JsonValue


Faults: TypeAlias = Callable[[JsonValue, Scope], Iterator[str]]


@dataclass(frozen=True, slots=True)
class FixKind:
    """``argument`` and ``meaning`` document it; ``strategy`` is XCCDF's word for what it does.

    ``faults`` says what is wrong with an argument. ``shell`` is a program for sh, to be run by itself; ``ansible`` is a
    list of tasks as YAML.
    """

    name: str
    argument: str
    meaning: str
    strategy: str
    faults: Faults
    shell: Callable[[Step], str]
    ansible: Callable[[Step], str]


def parameter_of(argument: JsonValue) -> str | None:
    """The name of the parameter that ``argument`` stands for, None where it stands for itself."""
    if isinstance(argument, dict) and argument.keys() == {"parameter"} and isinstance(argument["parameter"], str):
        return argument["parameter"]
    return None


def parameter_faults(argument: JsonValue, scope: Scope, wanted: str) -> Iterator[str]:
    """What is wrong with ``{parameter: NAME}`` where a parameter of type ``wanted`` belongs."""
    name = parameter_of(argument)
    if name is None:
        yield "is {parameter: NAME}, a parameter of the control"
    elif name not in scope.parameters:
        yield f"names no parameter {name!r}" + (
            f"; there are {', '.join(scope.parameters)}" if scope.parameters else ""
        )
    elif scope.parameters[name] != wanted:
        yield f"needs a parameter of type {wanted}; {name!r} is of type {scope.parameters[name]}"


def task(step: Step, what: str, module: str, options: str, more: str = "") -> str:
    """One task: ``options`` of the module and what stands beside it, as YAML that is not indented."""
    return (
        f"- name: {json.dumps(f'{step.control}: {what}')}\n"
        f"  ansible.builtin.{module}:\n{indented(options, 4)}"
        f"{indented(more, 2)}"
    )


def rescued(step: Step, tasks: str) -> str:
    """The tasks as one block: a failure is told, and those of other controls go on."""
    return (
        f"- name: {json.dumps(f'{step.control}: {step.title}')}\n"
        f"  tags: [dockmark, {step.control}]\n"
        f"  block:\n{indented(tasks, 4)}"
        f"  rescue:\n"
        f"    - name: {json.dumps(f'{step.control}: not mended')}\n"
        f"      ansible.builtin.debug:\n"
        f'        msg: "dockmark: {step.control}: not mended"\n'
    )


def asking_task(step: Step, what: str, program: str) -> str:
    """A task that looks and changes nothing; its lines of output are in ``variable``."""
    return task(
        step,
        what,
        "shell",
        f"executable: /bin/sh\ncmd: |\n{indented(program, 2)}",
        f"register: {variable(step)}\nchanged_when: false\ncheck_mode: false\n",
    )


def variable(step: Step) -> str:
    """The name under which a step's tasks hand on what was found."""
    return f"dockmark_{step.control}"


def indented(text: str, by: int) -> str:
    """Every line of ``text`` that is not empty, moved to the right."""
    return "".join(" " * by + line if line.strip() else line for line in text.splitlines(keepends=True))
