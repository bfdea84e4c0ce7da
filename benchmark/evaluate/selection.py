"""Which controls are judged: a framework's version, a profile, single controls, and the parameters in force."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, TypeVar

from benchmark.evaluate.parameters import check_value
from benchmark.evaluate.tailored import NOTHING, refined_control
from benchmark.model.content import Catalog
from benchmark.model.control import Control
from benchmark.model.facts import JsonValue
from benchmark.model.framework import Framework, Requirement, id_order
from benchmark.model.policy import AttestationFile, WaiverFile
from benchmark.model.result import Deselected
from benchmark.model.tailoring import Refinement, Tailoring

Value = TypeVar("Value")

PROFILES: Final[Mapping[str, int]] = {"level_1": 1, "level_2": 2}


class SelectionError(Exception):
    """What was asked for does not exist. The message says what does."""


@dataclass(frozen=True, slots=True)
class EvaluationRequest:
    """What to judge and on whose behalf.

    ``now`` is the time of the evaluation, RFC 3339 UTC. ``version`` None is the framework's newest. ``controls`` narrows the
    selection to control ids or numbers of the version. ``beyond`` adds every control that no requirement names; where
    ``controls`` narrows, one that is named there is selected and no other. ``parameters`` maps (control id, parameter) to
    its value. ``tailoring`` comes in place of the profile's own selection; ``profile`` is then the one that it starts from.
    ``evidence`` is what was read of the files that ``attestations`` refer to: path as written -> "sha256:…", or why not.
    """

    now: str
    operator: str = ""
    release: str | None = None
    framework: str = "cis_docker"
    version: str | None = None
    profile: str = "level_2"
    controls: tuple[str, ...] = ()
    beyond: bool = False
    parameters: Mapping[tuple[str, str], JsonValue] = field(default_factory=dict)
    tailoring: Tailoring | None = None
    waivers: WaiverFile | None = None
    attestations: AttestationFile | None = None
    evidence: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A selected control, the requirements it decides in this version, and the values of its parameters.

    No requirements: the control is beyond the framework and does not count in its score.
    """

    control: Control
    requirements: tuple[Requirement, ...]
    arguments: Mapping[str, JsonValue]
    refinement: Refinement = NOTHING


@dataclass(frozen=True, slots=True)
class Selection:
    """The controls to judge, the requirements that no control decides yet, and the controls that a tailoring took out.

    In the order of the numbering; those beyond the framework follow, by id.
    """

    framework: Framework
    version: str
    chosen: tuple[Chosen, ...]
    not_judged: tuple[Requirement, ...]
    deselected: tuple[Deselected, ...] = ()


def select_controls(catalog: Catalog, request: EvaluationRequest) -> Selection:
    """The selection that ``request`` asks for. Raises SelectionError for a name that does not exist or a value unfit."""
    framework = _named(catalog.frameworks, request.framework, "framework")
    version = request.version or framework.newest
    if version not in framework.versions:
        raise SelectionError(f"no version {version!r} of {framework.id}; there are {', '.join(framework.versions)}")
    level = _named(PROFILES, request.profile, "profile")
    wanted = _wanted(catalog, framework, version, request.controls)
    tailoring = request.tailoring
    deciding: dict[str, list[Requirement]] = {}
    deselected: dict[str, list[Requirement]] = {}
    not_judged = []
    for requirement in sorted(_of_version(framework, version), key=lambda each: id_order(each.ids[version])):
        inside = requirement.in_profile(version, level)
        if inside and not requirement.controls and wanted is None:
            not_judged.append(requirement)
        for control in requirement.controls:
            selected = inside if tailoring is None else tailoring.selected.get(control, False)
            if selected and (wanted is None or control in wanted):
                deciding.setdefault(control, []).append(requirement)
            elif inside and not selected:
                deselected.setdefault(control, []).append(requirement)
    for control in list_beyond(catalog, framework):
        if _is_wanted_beyond(request, control, wanted):
            deciding[control] = []
    if wanted and (outside := sorted(wanted - deciding.keys())):
        raise SelectionError(f"not part of {framework.id} {version} {request.profile}: {', '.join(outside)}")
    tailored = {} if tailoring is None else tailoring.parameters
    refinements = {} if tailoring is None else tailoring.refinements
    arguments = _arguments(catalog, {**_presets(framework, version), **tailored, **request.parameters})
    chosen = tuple(
        Chosen(
            refined_control(catalog.controls[name], refinements.get(name, NOTHING)),
            tuple(requirements),
            arguments[name],
            refinements.get(name, NOTHING),
        )
        for name, requirements in deciding.items()
    )
    gone = tuple(Deselected(catalog.controls[name], tuple(each)) for name, each in deselected.items())
    return Selection(framework, version, chosen, tuple(not_judged), gone)


def list_beyond(catalog: Catalog, framework: Framework) -> tuple[str, ...]:
    """The ids of the controls that no requirement of ``framework`` names, in any version, sorted."""
    mapped = {control for each in framework.requirements for control in each.controls}
    return tuple(sorted(catalog.controls.keys() - mapped))


def _is_wanted_beyond(request: EvaluationRequest, control: str, wanted: set[str] | None) -> bool:
    if wanted is not None:
        return control in wanted
    return request.beyond or (request.tailoring is not None and request.tailoring.selected.get(control, False))


def _named(table: Mapping[str, Value], name: str, what: str) -> Value:
    if name not in table:
        raise SelectionError(f"no {what} {name!r}; there are {', '.join(table)}")
    return table[name]


def _of_version(framework: Framework, version: str) -> list[Requirement]:
    return [each for each in framework.requirements if version in each.ids]


def _wanted(catalog: Catalog, framework: Framework, version: str, names: tuple[str, ...]) -> set[str] | None:
    if not names:
        return None
    numbers = {each.ids[version]: each for each in _of_version(framework, version)}
    wanted: set[str] = set()
    for name in names:
        if name in catalog.controls:
            wanted.add(name)
        elif name in numbers and numbers[name].controls:
            wanted.update(numbers[name].controls)
        elif name in numbers:
            raise SelectionError(f"{name} of {framework.id} {version} is not judged by any control yet")
        else:
            raise SelectionError(f"no control {name!r}, neither as an id nor as a number of {framework.id} {version}")
    return wanted


def _presets(framework: Framework, version: str) -> dict[tuple[str, str], JsonValue]:
    """What ``version`` itself asks of parameters, where it is not their default; what a user sets comes before it."""
    presets: dict[tuple[str, str], JsonValue] = {}
    for requirement in framework.requirements:
        for name, value in requirement.presets.get(version, {}).items():
            control, _, parameter = name.partition(".")
            presets[control, parameter] = value
    return presets


def _arguments(catalog: Catalog, given: Mapping[tuple[str, str], JsonValue]) -> Mapping[str, Mapping[str, JsonValue]]:
    for (control, parameter), value in given.items():
        known = {each.name: each for each in _named(catalog.controls, control, "control").parameters}
        if parameter not in known:
            raise SelectionError(
                f"{control} has no parameter {parameter!r}; it has {', '.join(sorted(known)) or 'none'}"
            )
        if error := check_value(catalog.controls[control], known[parameter], value):
            raise SelectionError(f"{control}.{parameter}: {error}")
    return {
        name: {each.name: given.get((name, each.name), each.default) for each in control.parameters}
        for name, control in catalog.controls.items()
    }
