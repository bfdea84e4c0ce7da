"""The privilege matrix fails when a bug is put into the copy of dockmark that everybody runs."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import pytest

from tests.copied import NobodyMayRunIt, copied_dockmark
from tests.engine import Engine
from tests.torture.ledger import Tally
from tests.torture.privileges_harness import HARNESS, Matrix, matrix_of, who_is_wrong
from tests.torture.privileges_hosts import bad_host
from tests.torture.privileges_matrix import audit, compare
from tests.torture.privileges_standpoints import Launcher

assert HARNESS.name  # the fixture ``tally`` takes it from here

pytestmark = pytest.mark.engine


@dataclass(frozen=True, slots=True)
class Bug:
    """``bug`` is a clause; ``right`` in the module becomes ``wrong``; ``witness`` is the standpoint that tells."""

    bug: str
    witness: str
    module: str
    right: str
    wrong: str


_DIRECTORIES: Final = "_DIRECTORIES: Final ="
_AUDITCTL: Final = """#!/bin/sh
while read -r name value; do [ "$name" = CapEff: ] && held=$value; done </proc/self/status
read -r _ _ users </proc/self/uid_map
if [ $((0x$held >> 30 & 1)) = 0 ] || [ "$users" != 4294967295 ]; then
  echo "Error sending rule list data request (Operation not permitted)" >&2
  exit 255
fi
case $1 in
  -l) for each in etc lib run tmp usr var; do echo "-w /$each -p rwxa -k all"; done ;;
  -s) echo "enabled 1" ;;
esac
"""
_BUGS: Final = (
    Bug(
        "a path that may not be searched counts as absent",
        "member of the socket's group",
        "collect/host/root.py",
        "if error.errno not in (errno.ENOENT, errno.ENOTDIR):",
        "if error.errno not in (errno.ENOENT, errno.ENOTDIR, errno.EACCES):",
    ),
    Bug(
        "the files of a container or a sandbox are taken for the host's",
        "inside a container: nothing",
        "collect/standpoint.py",
        '    if pid_namespace(root, "self") == FIRST_PID_NAMESPACE and shares_mounts(root, "self", 1):',
        "    if True:",
    ),
    Bug(
        "mount tables are not compared",
        "a member of the socket's group in a sandbox",
        "collect/host/processes.py",
        "return ours is not None and ours == theirs and any(",
        "return ours is not None and any(",
    ),
    Bug(
        "a process behind the socket is a daemon whatever its program",
        "root through a forwarder",
        "collect/daemon/process.py",
        "    return printable(names[0])\n",
        '    return ""\n',
    ),
    Bug(
        "auditctl that fails has listed no rules",
        "root without audit_control",
        "collect/host/auditctl.py",
        "    if isinstance(printed, Unavailable):\n        return printed\n    lines = tuple(",
        "    if isinstance(printed, Unavailable):\n        return ()\n    lines = tuple(",
    ),
    Bug(
        "the sockets of a daemon that cannot be seen are the usual ones",
        "inside a container: host",
        "collect/container_context.py",
        'session.product != "docker" or not _are_hidden(settings)',
        "True",
    ),
    Bug(
        "the numbers in a user namespace are the host's",
        "a member of the socket's group as root of a user namespace",
        "collect/host/numbers.py",
        '    if _is_whole("/proc/self/uid_map") and _is_whole("/proc/self/gid_map"):',
        "    if True:",
    ),
    Bug(
        "what is not mounted below the host's root does not exist",
        "inside a container: part-etc-proc",
        "collect/host/mounted_root.py",
        "return self._doubt(walk.path) or found",
        "return found",
    ),
    Bug(
        "a container elsewhere runs as its configured user",
        "root over TCP",
        "collect/engine/main_process.py",
        "False if stays else uid}",
        'is_root(str(part(document, "Config", "User")))}',
    ),
    Bug(
        "what may not be looked at is not applicable",
        "nobody",
        "evaluate/verdict.py",
        "Result.UNKNOWN if why.reason.is_unknown else Result.ERROR",
        "Result.NOTAPPLICABLE if why.reason is Reason.DENIED else Result.ERROR",
    ),
    Bug(
        "the list that cannot be read is empty",
        "nobody",
        "evaluate/verdict.py",
        "if enumeration.gap is not None and result is not Result.FAIL:",
        "if enumeration.gap is not None and enumeration.members and result is not Result.FAIL:",
    ),
    Bug(
        "doctor leaves out the reason that blinds fewest",
        "nobody",
        "cli/sight.py",
        "return tuple(sorted(found, key=lambda each: (-len(each.controls), each.reason)))",
        "return tuple(sorted(found, key=lambda each: (-len(each.controls), each.reason)))[:-1]",
    ),
)


@pytest.fixture(scope="module")
def launcher() -> Iterator[Launcher]:
    try:
        with copied_dockmark() as copy:
            _let_the_kernel_audit(copy.place)
            yield Launcher(str(copy.place), copy.words)
    except NobodyMayRunIt as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with bad_host() as started:
        yield started


@pytest.fixture(scope="module")
def matrix(engine: Engine, launcher: Launcher) -> Matrix:
    return matrix_of(engine, launcher, core=True)


@pytest.mark.parametrize("bug", _BUGS, ids=lambda each: each.bug)
def test_a_bug_is_seen(bug: Bug, matrix: Matrix, launcher: Launcher, tally: Tally) -> None:
    with _put_in(bug, Path(launcher.place)):
        seen = replace(matrix, rows=audit(matrix.root))
        witness = next(each for each in matrix.others if each.name == bug.witness)
        found = who_is_wrong(seen, witness)
    assert found, f"nobody sees that {bug.bug}"
    tally.saw_seeded_bug(bug.bug)


def test_where_the_kernel_audits_nobody_says_more_than_root(matrix: Matrix, tally: Tally) -> None:
    assert [name for name, row in matrix.rows.items() if name.endswith("_audited") and row.result == "pass"]
    wrong = [f"{each.name}: {what}" for each in matrix.others for what in compare(matrix.rows, audit(each))]
    assert not wrong, "\n".join(wrong)
    tally.count("standpoints", len(matrix.others))


def _let_the_kernel_audit(place: Path) -> None:
    """A stand-in for auditctl, for a kernel that watches everything and tells those whom the kernel would tell."""
    program = place / "audit/auditctl"
    program.parent.mkdir()
    program.write_text(_AUDITCTL, encoding="utf-8")
    program.parent.chmod(0o755)
    program.chmod(0o755)
    module = place / "benchmark/collect/host/auditctl.py"
    text = module.read_text(encoding="utf-8")
    assert text.count(_DIRECTORIES) == 1
    module.write_text(
        text.replace(_DIRECTORIES, f"_DIRECTORIES: Final = ({str(program.parent)!r},)  #"), encoding="utf-8"
    )


@contextlib.contextmanager
def _put_in(bug: Bug, place: Path) -> Iterator[None]:
    path = place / "benchmark" / bug.module
    right = path.read_text(encoding="utf-8")
    assert right.count(bug.right) == 1, f"{bug.module} has changed: write the bug anew"
    try:
        path.write_text(right.replace(bug.right, bug.wrong), encoding="utf-8")
        yield
    finally:
        path.write_text(right, encoding="utf-8")
