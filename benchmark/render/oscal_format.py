"""OSCAL assessment results, model 1.2.1: a result for every target. Entries of an object may stand in any order, so what is made
of the rest (its UUID) stands last and nothing has to be kept.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from benchmark.model.facts import JsonValue
from benchmark.model.result import Assessment
from benchmark.oscal.document import Object, metadata, prop, reference, resource, uuid_of
from benchmark.render.options import RenderOptions
from benchmark.render.oscal_result import dump, result_pieces

_PLAN: Final = "plan"
_EMPTY_TIME: Final = "1970-01-01T00:00:00Z"  # of a document about no target at all


def render_oscal(assessment: Assessment, options: RenderOptions) -> Iterator[str]:
    """The document with one result, in ASCII, an observation, risk and finding a line."""
    return render_several_oscal((assessment,), options)


def render_several_oscal(assessments: Iterable[Assessment], options: RenderOptions) -> Iterator[str]:
    """One document with a result for every target, in the order given.

    OSCAL asks for one result at least: without any target there is one that reviewed nothing.
    """
    source = iter(assessments)
    first = next(source, None)
    digest = hashlib.sha256()
    for piece in _pieces(first, source, options):
        digest.update(piece.encode())
        yield piece
    yield f',\n  "uuid": {dump(uuid_of("assessment-results", digest.hexdigest()))}}}}}\n'


def _pieces(first: Assessment | None, others: Iterator[Assessment], options: RenderOptions) -> Iterator[str]:
    yield f'{{"assessment-results": {{"metadata": {dump(_metadata(first, options))}'
    yield f',\n  "import-ap": {dump({"href": reference(_PLAN)})}'
    yield ',\n  "results": [\n   '
    if first is None:
        yield dump(_nothing())
    else:
        yield from result_pieces(first, _title(first, options))
        seen = Counter({(first.target.name, first.target.engine_id): 1})
        for each in others:
            yield ",\n   "
            target = (each.target.name, each.target.engine_id)
            yield from result_pieces(each, _title(each, options), seen[target])
            seen[target] += 1
    yield f'],\n  "back-matter": {dump(_back_matter(first))}'


def _title(assessment: Assessment, options: RenderOptions) -> str:
    framework = options.framework or assessment.framework
    return f"{framework} {assessment.benchmark_version}, {assessment.profile}: {assessment.target.name}"


def _metadata(first: Assessment | None, options: RenderOptions) -> Object:
    if first is None:
        return metadata("Results of no target", _EMPTY_TIME, "1")
    framework = options.framework or first.framework
    title = f"Results of the {framework} {first.benchmark_version}"
    return metadata(title, first.evaluated_at, first.release or first.evaluated_at)


def _back_matter(first: Assessment | None) -> JsonValue:
    """The plan that the results follow: there is no OSCAL plan, but the content is known by its digest."""
    told = () if first is None else (prop("content-digest", first.content_digest),)
    return {"resources": [resource(_PLAN, "The controls of dockmark and how each is checked", props=told)]}


def _nothing() -> Object:
    return {
        "uuid": uuid_of("result", "none"),
        "title": "No target",
        "description": "No target was judged.",
        "start": _EMPTY_TIME,
        "reviewed-controls": {"control-selections": [{"include-all": {}}]},
    }
