"""Hands assessments to every output that was asked for, all at the same pace."""

from __future__ import annotations

import os
import shutil
from argparse import Namespace
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from itertools import tee
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from benchmark.cli.evaluation import framework_of
from benchmark.cli.exit_code import Refusal
from benchmark.cli.frameworks import NamedFramework, find_frameworks
from benchmark.cli.sink import Sink, open_sink
from benchmark.cli.streams import say, stdout_is_terminal, stdout_shows_unicode
from benchmark.cli.values import STDOUT, Output
from benchmark.evaluate import list_beyond, score_instances, view_framework
from benchmark.model.content import Catalog
from benchmark.model.framework import Framework
from benchmark.model.framework_view import FrameworkView
from benchmark.model.result import Assessment
from benchmark.render.formats import FORMATS
from benchmark.render.options import RenderOptions

if TYPE_CHECKING:
    from benchmark.scap.checklist import Checklist

_WIDTH: Final = 100
_FOR_PEOPLE: Final = "table"


class Reports:
    """The outputs of one run, as its options name them. Entering opens all of them, so a bad one is known before any work;
    leaving discards what was not committed. ``catalog`` lends the framework's title and labels, and the benchmark for formats
    that carry it.
    """

    def __init__(self, arguments: Namespace, catalog: Catalog) -> None:
        self._outputs: tuple[Output, ...] = arguments.output
        self._verbose: bool = arguments.verbose
        self._no_color: bool = arguments.no_color
        self._instances: bool = arguments.instances
        self._frameworks = find_frameworks(catalog, arguments.framework)
        _require_version(self._frameworks, framework_of(catalog), arguments)
        self._catalog = catalog
        self._sinks: list[Sink] = []

    def __enter__(self) -> Self:
        require_distinct(self._outputs)
        with ExitStack() as undo:
            undo.callback(self._discard)
            for each in self._outputs:
                self._sinks.append(open_sink(each.path, as_utf8=each.format != _FOR_PEOPLE))
            undo.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._discard()

    def write(self, assessment: Assessment) -> bool:
        """Writes one assessment to every output. False when one of them could not be written (and was told)."""
        documents = [FORMATS[each.format].render(assessment, self._options(each)) for each in self._outputs]
        return self._drive(documents, [0 for _ in documents])

    def write_several(self, assessments: Iterable[Assessment]) -> bool:
        """The same for a stream of assessments, of which only those between the slowest and fastest output are kept."""
        taken = [0 for _ in self._outputs]
        feeds = tee(assessments, len(self._outputs))
        documents = [
            FORMATS[each.format].render_several(_counted(feed, taken, at), self._options(each))
            for at, (each, feed) in enumerate(zip(self._outputs, feeds, strict=True))
        ]
        return self._drive(documents, taken)

    def _drive(self, documents: list[Iterator[str]], taken: list[int]) -> bool:
        """Lets the document that has taken the fewest assessments write its next piece, until all are written."""
        open_ones = dict(enumerate(documents))
        complete = True
        while open_ones:
            at = min(open_ones, key=taken.__getitem__)
            sink = self._sinks[at]
            piece = next(open_ones[at], None)
            try:
                if piece is not None:
                    sink.write(piece)
                    continue
                sink.commit()
            except OSError as error:
                complete = False
                say(f"dockmark: cannot write {sink.name}: {error.strerror or error}")
            del open_ones[at]
        return complete

    def _options(self, output: Output) -> RenderOptions:
        framework = framework_of(self._catalog)
        plain = RenderOptions(
            width=_WIDTH,
            verbose=self._verbose,
            sections=framework.sections,
            framework=framework.title,
            checklist=self._checklist,
            frameworks=tuple(self._catalog.frameworks),
            views=self._views if self._frameworks else None,
            instance_scores=score_instances if self._instances else None,
        )
        if output.path != STDOUT:
            return plain
        terminal = stdout_is_terminal()
        return replace(
            plain,
            width=shutil.get_terminal_size((_WIDTH, 24)).columns if terminal else _WIDTH,
            colour=terminal and not self._no_color and wants_colour(os.environ),
            unicode=stdout_shows_unicode(),
        )

    def _views(self, assessment: Assessment) -> tuple[FrameworkView, ...]:
        beyond = list_beyond(self._catalog, framework_of(self._catalog))
        return tuple(
            view_framework(each.framework, each.version_for(assessment), assessment, self._catalog.controls, beyond)
            for each in self._frameworks
        )

    def _checklist(self, framework: str, version: str) -> Checklist:
        from benchmark.cli.checklist import checklist_of  # noqa: PLC0415  (most runs carry none)

        return checklist_of(self._catalog, framework, version)

    def _discard(self) -> None:
        for each in self._sinks:
            each.discard()


def _require_version(frameworks: Iterable[NamedFramework], own: Framework, arguments: Namespace) -> None:
    """Of the benchmark itself there is one version in a run; told before the target is touched, where it is known by then."""
    if "benchmark" in arguments and arguments.tailoring is None:
        for each in frameworks:
            if each.framework.id == own.id:
                each.require_version(arguments.benchmark or own.newest)


def wants_colour(environment: Mapping[str, str]) -> bool:
    """False with NO_COLOR (https://no-color.org: any text but the empty one) and on a dumb terminal."""
    return not environment.get("NO_COLOR") and environment.get("TERM") != "dumb"


def require_distinct(outputs: tuple[Output, ...]) -> None:
    """Raises Refusal when two outputs go to the same place."""
    seen: set[str] = set()
    for each in outputs:
        place = each.path if each.path == STDOUT else str(Path(each.path).absolute())
        if place in seen:
            where = "standard output" if each.path == STDOUT else each.path
            raise Refusal(f"two formats go to {where}: give one of them a file of its own, FORMAT=PATH")
        seen.add(place)


def _counted(feed: Iterator[Assessment], taken: list[int], at: int) -> Iterator[Assessment]:
    for each in feed:
        taken[at] += 1
        yield each
