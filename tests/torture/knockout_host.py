"""A described host that stands, to be damaged and looked at again and again, and the verdicts on it."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple, Self

from benchmark.collect import CollectRequest, collect_snapshot
from benchmark.evaluate import EvaluationRequest, evaluate_snapshot
from benchmark.model.facts import Source, Subject
from benchmark.model.result import Assessment, ControlResult, Finding
from benchmark.model.snapshot import Snapshot
from tests.faulty_daemon import Fault, FaultyDaemon, reply_bytes
from tests.torture.oracle.host import Host
from tests.torture.oracle.stage_api import make_api
from tests.torture.oracle.stage_documents import write_documents
from tests.torture.oracle.stage_proc import write_proc
from tests.torture.oracle.stage_tree import write_tree
from tests.torture.oracle_harness import VERSIONS, catalog, parameters_of

SECONDS: Final = 0.3  # for one request: nothing waits longer for a daemon that hangs


class Key(NamedTuple):
    """``subject`` "" is the control as a whole."""

    version: str
    control: str
    subject: str


@dataclass(frozen=True)
class Row:
    """A verdict, what it says that it saw, and where: every source named with it, by locator. ``path`` of a file's own."""

    verdict: str
    seen: str
    sources: tuple[Source, ...]
    path: str = ""

    @property
    def locators(self) -> frozenset[str]:
        return frozenset(each.locator for each in self.sources)


Rows = Mapping[Key, Row]


class Standing:
    """``host`` on disk and behind a socket of this process. ``top`` is its root, ``documents`` what an operator names."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self._directory = Path(tempfile.mkdtemp(prefix="knockout"))
        self.top = self._directory / "root"
        self.aside = self._directory / "aside"
        self.documents = self._directory / "documents"
        self.top.mkdir()
        self.aside.mkdir()
        write_tree(host, self.top)
        builds, reports = write_documents(host, self.documents)
        write_proc(host, self.top, os.getpid())
        self._stat = self.top / f"proc/{os.getpid()}/stat"
        self._stat_inode = self._stat.stat().st_ino
        self.world = _lasting(host, make_api(host))
        self.daemon = ChangingDaemon(self.world)
        self._request = CollectRequest(
            host=self.daemon.url,
            host_root=str(self.top),
            request_timeout=SECONDS,
            deadline=20,
            deep=host.deep,
            dockerfiles=tuple(builds),
            vulnerabilities=tuple(reports),
        )

    def __enter__(self) -> Self:
        self.daemon.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self.daemon.stop()
        shutil.rmtree(self._directory)

    def look(self, within: AbstractContextManager[object] | None = None) -> Rows:
        """The verdicts on what is there now, looked at ``within``. The daemon has just started, so that no file is newer."""
        self._restart()
        with within or nullcontext():
            snapshot = collect_snapshot(self._request)
        return rows_of(self.host, snapshot)

    def inside(self, path: str) -> str:
        """``path`` on disk as the target calls it; a document by its own path."""
        top = str(self.top)
        return (path[len(top) :] or "/") if path.startswith(top) else path

    def _restart(self) -> None:
        try:
            if os.lstat(self._stat).st_ino != self._stat_inode:
                return  # it is what was damaged, and may never end
            words = self._stat.read_text().split(" ")
            words[21] = str(int(time.clock_gettime(time.CLOCK_BOOTTIME) * os.sysconf("SC_CLK_TCK")) + 2)
            self._stat.write_text(" ".join(words))
        except OSError:
            return


class ChangingDaemon(FaultyDaemon):
    """A daemon whose replies and faults change while it serves."""

    @contextmanager
    def instead(self, path: str, body: bytes) -> Iterator[None]:
        """Serves ``body`` for ``path``."""
        before = self._replies[path]
        self._replies[path] = reply_bytes(body)
        try:
            yield
        finally:
            self._replies[path] = before

    @contextmanager
    def broken(self, fault: Fault) -> Iterator[None]:
        """Breaks down as ``fault`` says."""
        import re

        self._faults, self._seen = [(fault, re.compile(fault.pattern))], [0]
        try:
            yield
        finally:
            self._faults, self._seen = [], []


def rows_of(host: Host, snapshot: Snapshot) -> Rows:
    """Every verdict under every version, on controls as a whole and on their subjects."""
    rows: dict[Key, Row] = {}
    for version in VERSIONS:
        request = EvaluationRequest(
            now=snapshot.finished_at, version=version, parameters=parameters_of(host), beyond=version == VERSIONS[0]
        )
        assessment = evaluate_snapshot(catalog(), snapshot, request)
        for result in assessment.results:
            rows |= _rows(version, assessment, result)
    return rows


def _rows(version: str, assessment: Assessment, result: ControlResult) -> Iterator[tuple[Key, Row]]:
    listed = result.enumeration.sources if result.enumeration is not None else ()
    together: list[Source] = [*listed]
    for finding in result.findings:
        sources = _sources(finding, assessment)
        together += sources
        subject = finding.subject
        path = str(subject.facts.get("path", subject.name)) if subject.kind == "file" else ""
        only = subject.kind in ("host", "daemon", "swarm")  # there is one: whatever it is called
        key = Key(version, result.control.id, subject.kind if only else f"{subject.kind} {subject.id or subject.name}")
        seen = "; ".join(f"{each.fact}={each.value!r}" for each in finding.seen)
        yield key, Row(str(finding.result), seen, (*sources, *listed), path)
    yield Key(version, result.control.id, ""), Row(str(result.result), result.message, tuple(together))


def _sources(finding: Finding, assessment: Assessment) -> list[Source]:
    found: list[Source] = []
    for each in finding.seen:
        prefix, colon, name = each.fact.partition(":")
        owner: Subject | None = assessment.context.get(prefix) if colon else finding.subject
        if owner is not None:
            found += owner.sources_of(name if colon else each.fact)
    return found


def _lasting(host: Host, world: dict[str, Any]) -> dict[str, Any]:
    """The daemon is restarted before every look: containers made after its start are made a day from now."""
    tomorrow = time.strftime("%Y-%m-%dT%H:%M:%S.000000000Z", time.gmtime(time.time() + 86400))
    for each in host.containers:
        if not each.created_before:
            world[f"/containers/{each.id}/json"]["Created"] = tomorrow
    return world
