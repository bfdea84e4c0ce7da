"""Judges a recorded run again, from what the history keeps of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from benchmark.catalog.compiled import decode_catalog
from benchmark.cli.evaluation import Question, evaluator_for
from benchmark.cli.exit_code import ExitCode, Refusal
from benchmark.model.content import Catalog
from benchmark.model.result import Assessment
from benchmark.model.run import Run
from benchmark.model.snapshot import Snapshot
from benchmark.model.snapshot_file import SnapshotDefect, decode_snapshot


class Blobs(Protocol):
    """Whatever holds the files of a run: a store, or a pack that was made from one."""

    def blob(self, digest: str) -> bytes:
        """The bytes with this digest (``sha256:…``). Raises what its owner documents when there are none."""


def rejudge(store: Blobs, run: Run, *, content: bytes | None = None) -> Assessment:
    """The run's snapshot judged under the run's terms: by its own content, or by other compiled ``content``.

    By its own it is what was recorded: its JSON is byte for byte the run's assessment, unless a later dockmark judges the
    same facts differently. Raises Refusal when the other content has not what the terms name, and when what the store holds
    cannot be read; StoreError when it holds it no more.
    """
    catalog = recorded_content(store, run) if content is None else _catalog(content)
    assessment = evaluator_for(question_of(store, run), catalog).evaluate(recorded_snapshot(store, run))
    return replace(assessment, tool_version=run.tool_version) if content is None else assessment


def recorded_content(store: Blobs, run: Run) -> Catalog:
    """The catalogue that judged the run. Raises Refusal and StoreError."""
    return _catalog(store.blob(run.content))


def recorded_snapshot(store: Blobs, run: Run) -> Snapshot:
    """The facts that were judged. Raises Refusal and StoreError."""
    try:
        return decode_snapshot(store.blob(run.snapshot))
    except SnapshotDefect as error:
        raise Refusal(f"the snapshot of the run {run.id} cannot be read: {error}", ExitCode.UNVERIFIED) from None


def question_of(store: Blobs, run: Run) -> Question:
    """What the run was asked, with the files that its terms name. Raises StoreError."""
    terms = run.terms
    named = (terms.tailoring, terms.waivers, terms.attestations, *terms.mappings)
    return Question(terms, {each: store.blob(each) for each in named if each is not None})


def _catalog(content: bytes) -> Catalog:
    try:
        return decode_catalog(content)
    except ValueError as error:
        raise Refusal(f"the recorded content cannot be read by this dockmark: {error}", ExitCode.UNVERIFIED) from None
