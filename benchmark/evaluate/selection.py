"""Which controls are judged: a framework's version, a profile, single controls, and the parameters in force."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeVar

from benchmark.evaluate.naming import find_requirements
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
    selection to control ids, numbers of the version, or requirements of any framework (``A.8.9``, ``nist_sp_800_190:4.4.3``),
    of which those controls are meant that the profile has or that lie beyond it. ``beyond`` adds every control that no
    requirement names; where ``controls`` narrows, one that is named there is selected and no other. ``parameters`` maps
    (control id, parameter) to its value. ``tailoring`` comes in place of the profile's own selection; ``profile`` is then the
    one that it starts from.
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

    No requirements: the control is beyond the framework and does not count in its score. ``mapped`` are its ids elsewhere.
    """

    control: Control
    requirements: tuple[Requirement, ...]
    arguments: Mapping[str, JsonValue]
    refinement: Refinement = NOTHING
    mapped: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


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
    if wanted is not None and (outside := wanted.missing(deciding)):
        raise SelectionError(f"not part of {framework.id} {version} {request.profile}: {', '.join(outside)}")
    tailored = {} if tailoring is None else tailoring.parameters
    refinements = {} if tailoring is None else tailoring.refinements
    arguments = _arguments(catalog, {**_presets(framework, version), **tailored, **request.parameters})
    mapped = _mapped_elsewhere(catalog, framework.id)
    chosen = tuple(
        Chosen(
            refined_control(catalog.controls[name], refinements.get(name, NOTHING)),
            tuple(requirements),
            arguments[name],
            refinements.get(name, NOTHING),
            mapped.get(name, {}),
        )
        for name, requirements in deciding.items()
    )
    gone = tuple(Deselected(catalog.controls[name], tuple(each)) for name, each in deselected.items())
    return Selection(framework, version, chosen, tuple(not_judged), gone)


def list_beyond(catalog: Catalog, framework: Framework) -> tuple[str, ...]:
    """The ids of the controls that no requirement of ``framework`` names, in any version, sorted."""
    mapped = {control for each in framework.requirements for control in each.controls}
    return tuple(sorted(catalog.controls.keys() - mapped))


def _mapped_elsewhere(catalog: Catalog, framework: str) -> dict[str, dict[str, tuple[str, ...]]]:
    """Control -> framework -> its ids there, in the newest version of every framework but ``framework``."""
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for each in catalog.frameworks.values():
        if each.id != framework:
            for control, ids in each.ids_by_control(each.newest).items():
                found.setdefault(control, {})[each.id] = ids
    return found


def _is_wanted_beyond(request: EvaluationRequest, control: str, wanted: _Wanted | None) -> bool:
    if wanted is not None:
        return control in wanted
    return request.beyond or (request.tailoring is not None and request.tailoring.selected.get(control, False))


def _named(table: Mapping[str, Value], name: str, what: str) -> Value:
    if name not in table:
        raise SelectionError(f"no {what} {name!r}; there are {', '.join(table)}")
    return table[name]


def _of_version(framework: Framework, version: str) -> list[Requirement]:
    return [each for each in framework.requirements if version in each.ids]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What ``controls`` narrows a selection to: ``named`` must be there, of ``mapped`` what is there is enough."""

    named: frozenset[str]
    mapped: frozenset[str]

    def __contains__(self, control: str) -> bool:
        return control in self.named or control in self.mapped

    def missing(self, found: Collection[str]) -> list[str]:
        """What was asked for and is not among ``found``."""
        missing = set(self.named.difference(found))
        if self.mapped.isdisjoint(found):
            missing |= self.mapped
        return sorted(missing)


def _wanted(catalog: Catalog, framework: Framework, version: str, names: tuple[str, ...]) -> _Wanted | None:
    if not names:
        return None
    named: set[str] = set()
    mapped: set[str] = set()
    for name in names:
        if name in catalog.controls:
            named.add(name)
            continue
        found = find_requirements(catalog, framework, version, name)
        if not found:
            raise SelectionError(
                f"no control {name!r}, neither as an id nor as a number of {framework.id} {version} or of another framework"
            )
        first = found[0]
        if not first.requirement.controls:
            raise SelectionError(f"{first.id} of {first.framework.id} {first.version} is not judged by any control yet")
        (named if first.framework.id == framework.id else mapped).update(first.requirement.controls)
    return _Wanted(frozenset(named), frozenset(mapped))


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
