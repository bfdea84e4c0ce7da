"""Compiles content: every file read, checked alone and against the others, all errors at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from benchmark.catalog.compiled import encode_catalog
from benchmark.catalog.content_error import ContentError, ContentErrors
from benchmark.catalog.content_tree import ContentFile, read_content
from benchmark.catalog.controls import ROOMS, read_control
from benchmark.catalog.edges import decided_reach
from benchmark.catalog.frameworks import Mapped, check_presets, read_framework
from benchmark.catalog.positioned import Report, no_such
from benchmark.catalog.yaml_source import Node, Scalar, Table, read_yaml
from benchmark.model.control import Control
from benchmark.model.framework import Framework

BASE_FRAMEWORK: Final = "cis_docker"  # the benchmark that audits select by; every control stands in it or beyond it


def compile_tree(root: Path) -> bytes:
    """The compiled catalogue of ``root``/controls and ``root``/mappings, as ``decode_catalog`` reads it.

    Raises ContentErrors with every error of every file.
    """
    files, errors = read_content(root)
    return compile_files(files, errors)


def compile_files(files: tuple[ContentFile, ...], found: Collection[ContentError] = ()) -> bytes:
    """The compiled catalogue of ``files``. Raises ContentErrors with their errors and those already ``found``."""
    errors = list(found)
    sources = {file.path: file for file in files}
    controls, places = _controls([each for path, each in sources.items() if path.startswith("controls/")], errors)
    mappings = [each for path, each in sources.items() if path.startswith("mappings/")]
    frameworks = {name: each for file in mappings for name, each in _framework(file, places, errors)}
    for name, each in frameworks.items():
        check_presets(Report(f"mappings/{name}.yaml", errors), each, controls)
    if f"mappings/{BASE_FRAMEWORK}.yaml" not in sources:
        errors.append(ContentError("mappings", 1, 1, f"there is no {BASE_FRAMEWORK}.yaml"))
    elif BASE_FRAMEWORK in frameworks:
        _check_all_mapped(places, frameworks[BASE_FRAMEWORK], errors)
    if not places:
        errors.append(ContentError("controls", 1, 1, "there is no control"))
    if errors:
        raise ContentErrors(errors)
    known = {name: _reached(each.framework, controls) for name, each in frameworks.items()}
    return encode_catalog([controls[each] for each in sorted(controls)], [known[each] for each in sorted(known)])


def _reached(framework: Framework, controls: Mapping[str, Control]) -> Framework:
    """``framework`` with the reach of those requirements that state none: it follows from their controls."""
    requirements = []
    for each in framework.requirements:
        if each.controls and not each.reach_reason:
            reach, reason = decided_reach(controls[name].automation for name in each.controls)
            requirements.append(replace(each, reach=reach, reach_reason=reason))
        else:
            requirements.append(each)
    return replace(framework, requirements=tuple(requirements))


def _controls(
    files: list[ContentFile], errors: list[ContentError]
) -> tuple[dict[str, Control], dict[str, tuple[str, Node]]]:
    """Controls by id, and for every file, broken ones included, the id that its name gives and where it says so."""
    controls: dict[str, Control] = {}
    places: dict[str, tuple[str, Node]] = {}
    for file in files:
        _, room, name = file.path.removesuffix(".yaml").split("/")
        report = Report(file.path, errors)
        node = read_yaml(file.data, file.path, errors)
        place = _id_place(node)
        if room not in ROOMS:
            report.at(place, no_such("room", room, ROOMS))
        if name in places:
            report.at(place, f"the id {name!r} is taken by {places[name][0]}")
        else:
            places[name] = (file.path, place)
        control = None if node is None else read_control(report, node, room, name)
        if control is not None:
            controls[name] = control
    return controls, places


def _id_place(node: Node | None) -> Node:
    if isinstance(node, Table) and "id" in node.entries:
        return node.entries["id"]
    return node if node is not None else Scalar(None, "", 1, 1)


def _framework(file: ContentFile, control_ids: Collection[str], errors: list[ContentError]) -> list[tuple[str, Mapped]]:
    """The framework in ``file`` under its name; nothing when it has errors."""
    name = file.path.removeprefix("mappings/").removesuffix(".yaml")
    node = read_yaml(file.data, file.path, errors)
    mapped = (
        None
        if node is None
        else read_framework(Report(file.path, errors), node, name, control_ids, graded=name == BASE_FRAMEWORK)
    )
    return [] if mapped is None else [(name, mapped)]


def _check_all_mapped(places: Mapping[str, tuple[str, Node]], base: Mapped, errors: list[ContentError]) -> None:
    for control, (path, place) in places.items():
        if control not in base.named and control not in base.beyond:
            message = f"no requirement in mappings/{base.framework.id}.yaml names {control}; list it there under beyond"
            Report(path, errors).at(place, message)
