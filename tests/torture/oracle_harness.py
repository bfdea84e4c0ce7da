"""Random hosts through the product's real collectors and through the oracle, and where the two differ."""

from __future__ import annotations

import copy
import dataclasses
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest

from benchmark.catalog.load import load_catalog
from benchmark.collect import CollectRequest, collect_snapshot
from benchmark.evaluate import EvaluationRequest, evaluate_snapshot
from benchmark.model.result import ControlResult
from benchmark.model.snapshot import Snapshot
from tests.faulty_daemon import FaultyDaemon
from tests.torture.ledger import Harness, Tally
from tests.torture.oracle.generate import roll_host
from tests.torture.oracle.host import Host
from tests.torture.oracle.stage_api import make_api
from tests.torture.oracle.stage_documents import write_documents
from tests.torture.oracle.stage_proc import write_proc
from tests.torture.oracle.stage_tree import write_tree
from tests.torture.oracle.verdicts import covered, judge, overall
from tests.torture.size import dice, seed

HARNESS: Final = Harness(
    "independent oracle",
    "Random hosts get the verdicts that a second, deliberately simple implementation of the recommendations gives them.",
    (
        "The kernel's own list of audit rules: below another root the rule files count.",
        "Access control lists of sockets, and accounts that come from elsewhere than /etc/passwd and /etc/group.",
        "Real engines: replies are written from the description, in the form that engines document.",
        "Attestations, without which 4.11, 5.23, 5.24 and 7.8 never pass.",
    ),
)
NEEDS_ROOT: Final = pytest.mark.skipif(os.geteuid() != 0, reason="files of other owners and socket files need root")
VERSIONS: Final = ("1.8.0", "1.7.0", "1.6.0")
_MOST_TRIES: Final = 150
_GROUPED: Final = ("containers", "images", "builds", "flags", "audit_rules", "files", "units", "services", "networks")


@dataclass(frozen=True)
class Mismatch:
    """``subject`` "" is the control as a whole."""

    version: str
    control: str
    subject: str
    oracle: str
    product: str


@dataclass
class Seen:
    """How many verdicts a run has compared: on controls as a whole, and on single subjects."""

    controls: int = 0
    findings: int = 0

    def count(self, tally: Tally, number_of_hosts: int) -> None:
        """Adds what was compared to the tally of a test."""
        assert self.findings, "nothing was compared"
        tally.count("hosts judged twice", number_of_hosts)
        tally.count("verdicts on controls compared", self.controls)
        tally.count("findings compared", self.findings)


def collect(host: Host) -> Snapshot:
    """The product's snapshot of ``host``: files below a root, /proc among them, and an API on a socket of this process."""
    directory = Path(tempfile.mkdtemp(prefix="oracle"))
    try:
        top = directory / "root"
        top.mkdir()
        write_tree(host, top)
        builds, reports = write_documents(host, directory / "documents")
        write_proc(host, top, os.getpid())
        with FaultyDaemon(make_api(host)) as daemon:
            request = CollectRequest(
                host=daemon.url,
                host_root=str(top),
                deep=host.deep,
                dockerfiles=tuple(builds),
                vulnerabilities=tuple(reports),
            )
            return collect_snapshot(request)
    finally:
        shutil.rmtree(directory)


def evaluate(host: Host, snapshot: Snapshot, version: str) -> dict[str, ControlResult]:
    """The product's results by control."""
    request = EvaluationRequest(now=snapshot.finished_at, version=version, parameters=parameters_of(host))
    return {each.control.id: each for each in evaluate_snapshot(catalog(), snapshot, request).results}


def parameters_of(host: Host) -> dict[tuple[str, str], Any]:
    """What the site of ``host`` has decided, as values of parameters."""
    policy = host.policy
    return {
        ("docker_group_members_approved", "approved_accounts"): policy.accounts,
        ("engine_version_supported", "minimum_version"): policy.minimum_version,
        ("image_registry_approved", "approved_registries"): policy.registries,
        ("dockerfile_bases_approved", "approved_registries"): policy.registries,
        ("daemon_cgroup_parent_default", "approved_cgroup_parents"): policy.cgroup_parents,
        ("stopped_containers_pruned", "most_stopped_containers"): policy.most_stopped,
        ("unused_images_pruned", "most_unused_images"): policy.most_unused,
    }


@cache
def catalog() -> Any:
    return load_catalog()


def compare(host: Host, seen: Seen | None = None) -> list[Mismatch]:
    """Where oracle and product differ about ``host``."""
    snapshot = collect(host)
    found: list[Mismatch] = []
    for version in VERSIONS:
        results = evaluate(host, snapshot, version)
        for name in sorted(covered(version)):
            found += _differences(host, version, results[name], seen)
    return found


def _differences(host: Host, version: str, result: ControlResult, seen: Seen | None) -> Iterator[Mismatch]:
    name = result.control.id
    expected = judge(host, name, version)
    verdict, said = overall(expected), _plain(result.result)
    if seen is not None:
        seen.controls += 1
    if verdict != said:
        yield Mismatch(version, name, "", verdict, said)
    if "(all)" in expected:
        return
    found = {_name(each): _plain(each.result) for each in result.findings}
    for subject in expected.keys() | found.keys():
        if subject == "(more)":
            continue
        if seen is not None:
            seen.findings += 1
        ours, theirs = expected.get(subject, "no such subject"), found.get(subject, "no such subject")
        if ours != theirs:
            yield Mismatch(version, name, subject, ours, theirs)


def _plain(result: str) -> str:
    """Unknown and error both say that nobody can know."""
    return "error" if result == "unknown" else str(result)


def _name(finding: Any) -> str:
    subject = finding.subject
    if subject.kind in ("host", "daemon"):
        return ""
    if subject.kind == "image":
        return str(subject.id)
    if subject.kind == "dockerfile":
        return str(subject.name).rpartition("/")[2]
    name = str(subject.name)
    return f"/usr{name}" if subject.kind == "file" and name.startswith("/lib/") else name


def shrink(host: Host, mismatch: Mismatch) -> Host:
    """``host`` without whatever the mismatch does not need."""
    smallest, tries = host, 0
    progress = True
    while progress and tries < _MOST_TRIES:
        progress = False
        for smaller in _smaller(smallest):
            tries += 1
            if tries >= _MOST_TRIES:
                break
            if _still(smaller, mismatch):
                smallest, progress = smaller, True
                break
    return smallest


def _smaller(host: Host) -> Iterator[Host]:
    for name in _GROUPED:
        members = getattr(host, name)
        if len(members) > 1:
            for half in (members[: len(members) // 2], members[len(members) // 2 :]):
                yield dataclasses.replace(copy.deepcopy(host), **{name: copy.deepcopy(half)})
        elif members:
            yield dataclasses.replace(copy.deepcopy(host), **{name: []})
    for key in host.config or {}:
        config = {each: value for each, value in (host.config or {}).items() if each != key}
        yield dataclasses.replace(copy.deepcopy(host), config=config)
    blank = {each.name: each for each in dataclasses.fields(Host) if each.default is not dataclasses.MISSING}
    for name, each in blank.items():
        if getattr(host, name) != each.default:
            yield dataclasses.replace(copy.deepcopy(host), **{name: each.default})


def _still(host: Host, mismatch: Mismatch) -> bool:
    try:
        found = compare(host)
    except Exception:  # noqa: BLE001  (a description cut in two may describe nothing: then it is no smaller example)
        return False
    return any(
        (each.version, each.control, each.oracle, each.product)
        == (mismatch.version, mismatch.control, mismatch.oracle, mismatch.product)
        for each in found
    )


def check_host(host: Host, seen: Seen | None = None) -> None:
    """Raises AssertionError with all that is needed to repeat it where oracle and product differ about ``host``."""
    found = compare(host, seen)
    if not found:
        return
    lines = [f"seed {seed()}, host {host.number}: {len(found)} differences"]
    lines += [
        f"  {each.version} {each.control} {each.subject or '(as a whole)'}: oracle {each.oracle}, product {each.product}"
        for each in found[:20]
    ]
    small, blank = shrink(host, found[0]), Host(host.number)
    told = [each.name for each in dataclasses.fields(Host) if getattr(small, each.name) != getattr(blank, each.name)]
    lines += ["what the first one needs:", *(f"  {name} = {getattr(small, name)}" for name in told)]
    raise AssertionError("\n".join(lines))


def hosts(first: int, number: int) -> Iterator[Host]:
    """Hosts ``first`` to ``first + number`` of this seed, each by its own die."""
    return (roll_host(dice(f"oracle {at}"), at) for at in range(first, first + number))


def check_hosts(first: int, number: int, seen: Seen) -> None:
    """Compares every host; the first difference ends it."""
    for host in hosts(first, number):
        check_host(host, seen)
