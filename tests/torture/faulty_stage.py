"""One rich host, served over every transport, and what an audit of it says."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import ssl
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from benchmark.catalog.load import load_catalog
from benchmark.collect import CollectRequest, collect_snapshot
from benchmark.evaluate import EvaluationRequest, Evaluator, prepare_evaluator
from benchmark.model.snapshot import Snapshot
from benchmark.render.formats import FORMATS
from benchmark.render.options import RenderOptions
from tests.certificates import make_certificates
from tests.faulty_daemon import Fault, FaultyDaemon, World
from tests.torture.faulty_bodies import body_faults
from tests.torture.faulty_faults import Kind, daemon_faults
from tests.torture.faulty_wire import PATIENCE, wire_faults
from tests.torture.oracle.generate import roll_host
from tests.torture.oracle.host import Host
from tests.torture.oracle.stage_api import make_api
from tests.torture.oracle.stage_documents import write_documents
from tests.torture.oracle.stage_proc import write_proc
from tests.torture.oracle.stage_tree import write_tree
from tests.torture.size import dice, seed

TRANSPORTS: Final = ("unix", "tcp", "tls", "ssh")
DEADLINE: Final = 20.0  # seconds for a whole run: far more than any of these needs
_SSH: Final = """#!{python} -SE
import os, select, socket, sys
there = socket.socket(socket.AF_UNIX)
there.connect(next(each for each in sys.argv if each.startswith("unix://"))[7:])
ends = {{0: there.fileno(), there.fileno(): 1}}
while True:
    for ready in select.select(list(ends), [], [])[0]:
        data = os.read(ready, 65536)
        if not data:
            if ready:
                sys.exit(0)
            del ends[0]
            there.shutdown(socket.SHUT_WR)
        while data:
            data = data[os.write(ends[ready], data):]
"""
_MOST_HOSTS: Final = 3000
_CLOCK: Final = re.compile(r"read at [0-9-]{10}T[0-9:]{8}Z")
_NOW: Final = "2026-11-27T12:00:00Z"


@dataclass(frozen=True)
class Run:
    """What one audit saw and said. ``document`` is the JSON report without clocks."""

    snapshot: Snapshot
    document: dict[str, Any]
    seconds: float
    daemon: FaultyDaemon

    @cached_property
    def rows(self) -> Mapping[str, dict[str, Any]]:
        """The rows by control."""
        return {each["control"]: each for each in self.document["results"]}


@dataclass(frozen=True)
class Stage:
    """The host's files, its API, and the faults that it can have. ``asked`` are the paths of an undamaged run, in order."""

    host: Host
    directory: Path
    world: World
    documents: Mapping[str, tuple[str, ...]]
    kinds: Mapping[str, Kind]
    evaluator: Evaluator
    trap: socket.socket
    sound: dict[str, Run] = field(default_factory=dict)

    def knocked(self) -> bool:
        """Whether somebody has followed a redirect."""
        try:
            self.trap.accept()[0].close()
        except BlockingIOError:
            return False
        return True

    @property
    def root(self) -> Path:
        """Where the host's file system is."""
        return self.directory / "root"

    @property
    def identifiers(self) -> Mapping[str, str]:
        """Which kind of object has an identifier."""
        found = {each.id: "container" for each in self.host.containers} | {
            each.id: "image" for each in self.host.images
        }
        return found | {session.id: "exec" for each in self.host.containers for session in each.execs or ()}

    def shape(self, path: str) -> str:
        """``path`` with ID for every identifier of an object."""
        known = self.identifiers
        return "/".join("ID" if each in known else each for each in path.split("/"))

    @contextmanager
    def serve(self, transport: str, faults: Sequence[Fault] = (), **options: Any) -> Iterator[FaultyDaemon]:
        """The API over ``transport``."""
        if transport in ("tcp", "tls"):
            options["tcp"] = True
        if transport == "tls":
            options.setdefault("tls", server_context(self.directory / "tls"))
        options.setdefault("breakdowns", {name: each.break_down for name, each in self.kinds.items()})
        with FaultyDaemon(self.world, faults=faults, **options) as daemon:
            yield daemon

    def environment(self, transport: str) -> dict[str, str]:
        """What docker's variables must say."""
        tls = {"DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": str(self.directory / "tls")}
        return {"DOCKER_CONFIG": "/nowhere"} | (tls if transport == "tls" else {})

    def url(self, transport: str, daemon: FaultyDaemon) -> str:
        """The address under which dockmark asks ``daemon``."""
        return daemon.url.replace("unix://", "ssh://nobody@127.0.0.1") if transport == "ssh" else daemon.url

    def audit(self, transport: str, daemon: FaultyDaemon, **changes: Any) -> Run:
        """Collects, evaluates and renders."""
        asked: dict[str, Any] = {
            "host": self.url(transport, daemon),
            "host_root": str(self.root),
            "environment": self.environment(transport),
            "request_timeout": 10.0,
            "deadline": DEADLINE,
            "deep": True,
            **self.documents,
            **changes,
        }
        started = time.monotonic()
        snapshot = collect_snapshot(CollectRequest(**asked))
        text = "".join(FORMATS["json"].render(self.evaluator.evaluate(snapshot), RenderOptions()))
        return Run(snapshot, timeless(json.loads(text)), time.monotonic() - started, daemon)

    def damaged(self, transport: str, fault: Fault, **changes: Any) -> Run:
        """An audit with one fault."""
        if self.kinds[fault.kind].slow:
            changes.setdefault("request_timeout", PATIENCE)
        with self.serve(transport, (fault,)) as daemon:
            return self.audit(transport, daemon, **changes)

    def undamaged(self, transport: str) -> Run:
        """The audit without a fault: once for each transport."""
        if transport not in self.sound:
            with self.serve(transport) as daemon:
                self.sound[transport] = self.audit(transport, daemon)
        return self.sound[transport]


@contextmanager
def staged() -> Iterator[Stage]:
    """A host of this seed that has everything there is to ask for. Redirects lead into a trap."""
    host = _rich_host()
    trap = socket.create_server(("127.0.0.1", 0))
    trap.setblocking(False)
    directory = Path(tempfile.mkdtemp(prefix="faulty"))
    before = os.environ["PATH"]
    try:
        (directory / "root").mkdir()
        write_tree(host, directory / "root")
        builds, reports = write_documents(host, directory / "documents")
        write_proc(host, directory / "root", os.getpid())
        make_certificates(directory)
        _write_ssh(directory / "bin")
        os.environ["PATH"] = f"{directory / 'bin'}:{before}"
        evaluator = prepare_evaluator(load_catalog(), EvaluationRequest(now=_NOW, beyond=True))
        kinds = {**daemon_faults(), **wire_faults(trap.getsockname()[1]), **body_faults()}
        documents = {"dockerfiles": tuple(builds), "vulnerabilities": tuple(reports)}
        yield Stage(host, directory, make_api(host), documents, kinds, evaluator, trap)
    finally:
        os.environ["PATH"] = before
        trap.close()
        shutil.rmtree(directory)


def server_context(tls: Path, *, certificate: str = "server-cert.pem", key: str = "server-key.pem") -> ssl.SSLContext:
    """A listener's side of TLS, that asks for a certificate of the client's."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tls / certificate, tls / key)
    context.load_verify_locations(tls / "ca.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    return context


def _rich_host() -> Host:
    rolled = dice("faulty daemon")
    for number in range(_MOST_HOSTS):
        host = roll_host(rolled, number, 22)
        sessions = sum(len(each.execs or ()) for each in host.containers)
        manages = host.swarm.state == "active" and host.swarm.manager
        if (
            manages
            and host.services
            and len(host.images) > 2
            and sessions > 2
            and len(host.containers) > 17
            and not host.hidden
        ):
            host.deep = True
            return host
    raise AssertionError(f"seed {seed()}: none of {_MOST_HOSTS} hosts has everything")


def _write_ssh(directory: Path) -> None:
    """A program ``ssh`` that connects to the remote socket by itself: it stands on this machine."""
    directory.mkdir()
    program = directory / "ssh"
    program.write_text(_SSH.format(python=sys.executable))
    program.chmod(0o755)


def timeless(document: dict[str, Any]) -> dict[str, Any]:
    """The report without what no two runs can have in common: clocks, number of requests, the socket's address."""
    text = _CLOCK.sub("read at -", json.dumps(document))
    made: dict[str, Any] = json.loads(text)
    made["collected_at"] = made["evaluated_at"] = "-"
    made["collector"].pop("requests", None)
    made["target"].pop("endpoint", None)
    return made
