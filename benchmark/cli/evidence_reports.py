"""Reports as packs hold them: the same bytes for the same run, wherever and whenever they are made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from benchmark.cli.checklist import checklist_of
from benchmark.cli.exit_code import Refusal
from benchmark.cli.rejudge import Blobs, rejudge
from benchmark.evidence.manifest import Filter
from benchmark.model.content import Catalog
from benchmark.model.framework import Framework, Requirement
from benchmark.model.result import Assessment
from benchmark.model.run import Run
from benchmark.render.formats import FORMATS
from benchmark.render.options import RenderOptions

_SHOWN: Final = 12  # requirements that an error names


def assessment_document(assessment: Assessment) -> bytes:
    """The JSON of an assessment, as the history records it."""
    return "".join(FORMATS["json"].render(assessment, RenderOptions())).encode()


def excerpt_of(store: Blobs, run: Run, controls: tuple[str, ...]) -> Assessment:
    """The run judged again for these of its controls alone. Raises as ``rejudge`` does."""
    return rejudge(store, replace(run, terms=replace(run.terms, controls=controls)))


def packed_reports(
    catalog: Catalog, run: Run, assessment: Assessment, formats: tuple[str, ...]
) -> Iterator[tuple[str, bytes]]:
    """Each of ``formats`` with its document, in full, and with the run's place in the chain."""
    framework = catalog.frameworks[run.terms.framework]
    options = RenderOptions(
        verbose=True,
        sections=framework.sections,
        framework=framework.title,
        checklist=lambda name, version: checklist_of(catalog, name, version),
    )
    recorded = replace(assessment, recorded=run.recorded)
    for name in formats:
        yield name, "".join(FORMATS[name].render(recorded, options)).encode("utf-8", "backslashreplace")


def excerpt_controls(catalog: Catalog, assessment: Assessment, chosen: Filter | None) -> tuple[str, ...]:
    """The controls of the assessment that speak to what was chosen, sorted; none where nothing was.

    Raises Refusal for a framework or requirement that the content has not.
    """
    if chosen is None:
        return ()
    judged = {each.control.id for each in assessment.results}
    return tuple(sorted(judged & _controls(catalog, chosen)))


def _controls(catalog: Catalog, chosen: Filter) -> set[str]:
    framework = catalog.frameworks.get(chosen.framework)
    if framework is None:
        known = ", ".join(catalog.frameworks)
        raise Refusal(f"the content of the run has no framework {chosen.framework!r}; there are {known}")
    if not chosen.requirements:
        return {control for each in framework.requirements for control in each.controls}
    return {control for name in chosen.requirements for control in _requirement(framework, name).controls}


def _requirement(framework: Framework, name: str) -> Requirement:
    """The requirement with this id, in the newest version that has it."""
    for version in reversed(framework.versions):
        for each in framework.requirements:
            if each.ids.get(version) == name:
                return each
    ids = [each.ids[framework.newest] for each in framework.requirements if framework.newest in each.ids]
    there = ", ".join(ids[:_SHOWN]) + (", …" if len(ids) > _SHOWN else "")
    raise Refusal(f"{framework.id} has no requirement {name!r}; there are {there}")
