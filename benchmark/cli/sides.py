"""The two sides of a comparison: what the command line names, and whether it can be judged anew."""

from __future__ import annotations

import json
from argparse import Namespace
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Final, Self

from benchmark.cli.evaluation import Question, ask, evaluator_for, load_content
from benchmark.cli.exit_code import ExitCode, Refusal
from benchmark.cli.input_file import input_name, read_input
from benchmark.cli.recording import store_location
from benchmark.cli.rejudge import question_of, recorded_content, recorded_snapshot
from benchmark.cli.values import STDOUT
from benchmark.history.assessment_file import MOST_BYTES, AssessmentRefused, read_assessment, with_subjects
from benchmark.history.compare import Compared
from benchmark.history.store import Store, open_store
from benchmark.history.store_error import StoreError
from benchmark.model.content import Catalog
from benchmark.model.result import Assessment
from benchmark.model.run import Run
from benchmark.model.snapshot import Snapshot
from benchmark.model.snapshot_file import SnapshotDefect, decode_snapshot
from benchmark.render.formats import FORMATS
from benchmark.render.options import RenderOptions

_SNAPSHOT: Final = b'"dockmark/snapshot/1"'
_ASSESSMENT: Final = b'"dockmark/assessment/1"'
_HEAD: Final = 4096
_REFERENCES: Final = ("latest", "release:")


@dataclass(frozen=True, slots=True)
class Facts:
    """What can be judged anew: a snapshot, and the question and content that it was, or is, judged by."""

    snapshot: Snapshot
    question: Question
    catalog: Catalog

    def judge(self, question: Question, catalog: Catalog) -> Assessment:
        """The same facts under another question or content. Raises Refusal where the content has not what it names."""
        return evaluator_for(question, catalog).evaluate(self.snapshot)


@dataclass(frozen=True, slots=True)
class Side:
    """One side. ``facts`` is None for a result file. ``judged`` are the facts as this dockmark judges them: the compared
    assessment itself, unless the run was recorded by one that judged otherwise.
    """

    compared: Compared
    facts: Facts | None = None
    judged: Assessment | None = None


class Sides:
    """Finds what references name. Content, options and store are read when the first reference needs them.

    Only runs of ``host`` count, if given. Snapshots are judged by ``judged_by``, else by what the options say. Use it as a
    context manager: leaving closes the store.
    """

    def __init__(
        self, arguments: Namespace, *, host: str | None = None, judged_by: tuple[Catalog, Question] | None = None
    ) -> None:
        self._arguments = arguments
        self._host = host
        self._judged_by = judged_by
        self._opened = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._opened.close()

    def find(self, reference: str) -> Side:
        """A run for its id, ``latest``, ``latest~1`` and ``release:NAME``; else the file of that name. Raises Refusal."""
        is_file = reference == STDOUT or "/" in reference or _exists(reference)
        if reference.startswith(_REFERENCES) or not is_file:
            return self._run(reference)
        return self._file(reference)

    @cached_property
    def _catalog(self) -> Catalog:
        return load_content(self._arguments) if self._judged_by is None else self._judged_by[0]

    @cached_property
    def _question(self) -> Question:
        return ask(self._arguments, self._catalog) if self._judged_by is None else self._judged_by[1]

    @cached_property
    def _store(self) -> Store:
        return self._opened.enter_context(open_store(store_location(self._arguments)))

    def _run(self, reference: str) -> Side:
        try:
            run = self._store.resolve(reference, host=self._host)
            facts = Facts(
                recorded_snapshot(self._store, run), question_of(self._store, run), recorded_content(self._store, run)
            )
            recorded = self._store.blob(run.assessment)
            judged = facts.judge(facts.question, facts.catalog)
            assessment = _as_recorded(judged, recorded, run)
        except StoreError as error:
            raise Refusal(f"{reference}: {error}") from None
        selection = _selection(facts.question)
        return Side(Compared(assessment, reference, "run", run.id, selection), facts, judged)

    def _file(self, path: str) -> Side:
        try:
            data = read_input(path, MOST_BYTES)
        except OSError as error:
            raise Refusal(f"cannot read {path}: {error.strerror or error}") from None
        name = input_name(path)
        if data.lstrip()[:1] == b"<":
            return Side(Compared(self._imported(data, name), name, "result file"))
        if not _is_assessment(data):
            return self._snapshot(data, name)
        try:
            return Side(Compared(read_assessment(data, name), name, "result file"))
        except AssessmentRefused as error:
            first, *others = str(error).split("\n")
            raise Refusal(first, more=tuple(others)) from None

    def _snapshot(self, data: bytes, name: str) -> Side:
        try:
            snapshot = decode_snapshot(data)
        except SnapshotDefect as error:
            raise Refusal(f"{name}: neither an assessment nor a snapshot: {error}") from None
        facts = Facts(snapshot, self._question, self._catalog)
        judged = facts.judge(facts.question, facts.catalog)
        return Side(Compared(judged, name, "snapshot", selection=_selection(facts.question)), facts, judged)

    def _imported(self, data: bytes, name: str) -> Assessment:
        from benchmark.cli.import_xccdf import import_document  # noqa: PLC0415  (reads XML, which most runs do not)

        found = import_document(data, name, self._catalog)
        if len(found) != 1:
            raise Refusal(f"{name} holds {len(found)} results; one can be compared")
        return found[0]


def _as_recorded(judged: Assessment, recorded: bytes, run: Run) -> Assessment:
    """``judged`` where it is what was recorded to the byte, else what was recorded."""
    as_then = replace(judged, tool_version=run.tool_version)
    document = "".join(FORMATS["json"].render(as_then, RenderOptions())).encode()
    if document == recorded:
        return as_then
    try:
        return with_subjects(read_assessment(recorded, f"the run {run.id}"), judged)
    except AssessmentRefused as error:
        raise Refusal(str(error), ExitCode.UNVERIFIED) from None


def _is_assessment(data: bytes) -> bool:
    return _ASSESSMENT in data[:_HEAD] or (_ASSESSMENT in data and _SNAPSHOT not in data)


def _selection(question: Question) -> str:
    """What was selected besides version and profile: two questions that differ in it did not ask the same."""
    terms = question.terms
    parts = [
        f"tailoring {terms.tailoring}" if terms.tailoring else "",
        f"controls {', '.join(terms.controls)}" if terms.controls else "",
        "beyond" if terms.beyond else "",
        *(f"{name}={json.dumps(value)}" for name, value in sorted(terms.parameters.items())),
    ]
    return "; ".join(each for each in parts if each) or "everything"


def _exists(path: str) -> bool:
    try:
        return Path(path).exists()
    except (OSError, ValueError):
        return False
