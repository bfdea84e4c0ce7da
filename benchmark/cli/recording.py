"""Puts what was judged into the history, before its reports are written, so that they can say where it stands."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from benchmark.cli.evaluation import Question, utc_now
from benchmark.cli.exit_code import ExitCode, Refusal
from benchmark.cli.own_digest import own_digest
from benchmark.cli.streams import say
from benchmark.history.location import Location, read_location
from benchmark.history.new_run import NewRun
from benchmark.history.store_error import StoreError
from benchmark.model.content import Catalog
from benchmark.model.result import Assessment
from benchmark.model.run import Run
from benchmark.model.snapshot import Snapshot
from benchmark.model.snapshot_file import encode_snapshot
from benchmark.render.formats import FORMATS
from benchmark.render.options import RenderOptions

_NAME: Final = "history.db"
_OF_ROOT: Final = Path("/var/lib/dockmark")


class Recorder:
    """Records the assessments of one command, or none of them where that was not asked for.

    Making one raises Refusal for a store that nothing could name. A run that cannot be recorded stops nothing: its reports
    are written, then ``tell`` says so.
    """

    def __init__(self, arguments: Namespace, catalog: Catalog, *, wanted: bool) -> None:
        self._catalog = catalog
        self._failed = ""
        self._recorded: list[Run] = []
        self._location = store_location(arguments) if wanted else None

    @property
    def location(self) -> Location | None:
        """Where it records; None where it does not."""
        return self._location

    def record(self, assessment: Assessment, snapshot: Snapshot, question: Question, code: ExitCode) -> Assessment:
        """The assessment, with its place in the history once it is on disk there."""
        if self._location is None or self._failed:
            return assessment
        document = "".join(FORMATS["json"].render(assessment, RenderOptions())).encode()
        new = NewRun(
            assessment=assessment,
            document=document,
            snapshot=encode_snapshot(snapshot),
            content=self._catalog.compiled,
            terms=replace(question.terms, evaluated_at=assessment.evaluated_at),
            exit_code=int(code),
            recorded_at=utc_now(),
            files=question.files,
            tool_digest=own_digest(),
        )
        try:
            run = _record(self._location, new)
        except StoreError as error:
            self._failed = str(error)
            return assessment
        self._recorded.append(run)
        return replace(assessment, recorded=run.recorded)

    def tell(self) -> bool:
        """Acknowledges every run that is on disk. False when one is not, and says why."""
        for run in self._recorded:
            say(f"dockmark: recorded as {run.id}, run {run.sequence} in {self._location}; head {run.head}")
        if self._failed:
            say(
                f"dockmark: not recorded: {self._failed}",
                "dockmark: the report is complete all the same; --store names another place, --no-record asks for none",
            )
        return not self._failed


def store_location(arguments: Namespace) -> Location:
    """What ``--store`` names, or the place of this user's history. Raises Refusal."""
    try:
        return read_location(arguments.store or str(default_store(os.environ, os.geteuid())))
    except StoreError as error:
        raise Refusal(f"--store: {error}") from None


def default_store(environment: Mapping[str, str], uid: int) -> Path:
    """/var/lib/dockmark/history.db for root, else in $XDG_STATE_HOME/dockmark or ~/.local/state/dockmark.

    A relative $XDG_STATE_HOME is ignored (XDG base directories 0.8). Raises Refusal for a user without a home.
    """
    if uid == 0:
        return _OF_ROOT / _NAME
    base = Path(environment.get("XDG_STATE_HOME", ""))
    if not base.is_absolute():
        base = Path(os.path.expanduser("~/.local/state"))  # noqa: PTH111  (Path.expanduser raises without a home)
    if not base.is_absolute():
        raise Refusal("this user has no home where a history could be kept: name one with --store, or give --no-record")
    return base / "dockmark" / _NAME


def _record(location: Location, new: NewRun) -> Run:
    from benchmark.history.store import open_store_for_recording  # noqa: PLC0415  (only where a run is recorded)

    with open_store_for_recording(location) as store:
        return store.record(new)
