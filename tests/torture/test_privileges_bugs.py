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
from tests.torture.privileges_matrix import audit
from tests.torture.privileges_standpoints import Launcher

assert HARNESS.name  # the fixture ``tally`` takes it from here

pytestmark = pytest.mark.engine


@dataclass(frozen=True, slots=True)
class Bug:
    """``bug`` is a clause; ``right`` in the module becomes ``wrong``."""

    bug: str
    module: str
    right: str
    wrong: str


_BUGS: Final = (
    Bug(
        "a path that may not be searched counts as absent",
        "collect/host/root.py",
        "if error.errno not in (errno.ENOENT, errno.ENOTDIR):",
        "if error.errno not in (errno.ENOENT, errno.ENOTDIR, errno.EACCES):",
    ),
    Bug(
        "a directory that may not be listed counts as empty",
        "collect/host/root.py",
        "        fd = _reopen(found.fd, _READ | os.O_DIRECTORY)\n    except OSError as error:\n",
        "        fd = _reopen(found.fd, _READ | os.O_DIRECTORY)\n    except PermissionError:\n        return ()\n"
        "    except OSError as error:\n",
    ),
    Bug(
        "who sees no daemon among the processes takes that for a proof that none runs",
        "collect/daemon/process.py",
        "and not _sees_everybody(root)",
        "and False",
    ),
    Bug(
        "the files of a container or a sandbox are taken for the host's",
        "collect/standpoint.py",
        '    if pid_namespace(root, "self") == FIRST_PID_NAMESPACE and shares_mounts(root, "self", 1):',
        "    if True:",
    ),
    Bug(
        "mounts of two processes are held for the same by the places alone",
        "collect/host/processes.py",
        "frozenset((each[0], each[4])",
        "frozenset((b'', each[4])",
    ),
    Bug(
        "a process behind the socket is a daemon whatever its program",
        "collect/daemon/process.py",
        "    return printable(names[0])\n",
        '    return ""\n',
    ),
    Bug(
        "auditctl that fails has listed no rules",
        "collect/host/auditctl.py",
        "    if isinstance(printed, Unavailable):\n        return printed\n    lines = tuple(",
        "    if isinstance(printed, Unavailable):\n        return ()\n    lines = tuple(",
    ),
    Bug(
        "the sockets of a daemon that cannot be seen are the usual ones",
        "collect/container_context.py",
        'session.product != "docker" or not _are_hidden(settings)',
        "True",
    ),
    Bug(
        "the numbers in a user namespace are the host's",
        "collect/host/numbers.py",
        '    if _is_whole("/proc/self/uid_map") and _is_whole("/proc/self/gid_map"):',
        "    if True:",
    ),
    Bug(
        "what is not mounted below the host's root does not exist",
        "collect/host/mounted_root.py",
        "return self._doubt(walk.path) or found",
        "return found",
    ),
    Bug(
        "a container elsewhere runs as its configured user",
        "collect/engine/main_process.py",
        "False if stays else uid}",
        'is_root(str(part(document, "Config", "User")))}',
    ),
    Bug(
        "an engine over TCP is the one on this host",
        "collect/standpoint.py",
        "    if root.is_own and not engine.peer_pid:\n        return Standpoint(_OUTSIDE, _OUTSIDE)\n",
        "    if root.is_own and not engine.peer_pid:\n        return Standpoint(_OUTSIDE, root)\n",
    ),
    Bug(
        "what may not be looked at is not applicable",
        "evaluate/verdict.py",
        "Result.UNKNOWN if why.reason.is_unknown else Result.ERROR",
        "Result.NOTAPPLICABLE if why.reason is Reason.DENIED else Result.ERROR",
    ),
    Bug(
        "the list that cannot be read is empty",
        "evaluate/verdict.py",
        "if enumeration.gap is not None and result is not Result.FAIL:",
        "if enumeration.gap is not None and enumeration.members and result is not Result.FAIL:",
    ),
    Bug(
        "doctor leaves out the reason that blinds fewest",
        "cli/sight.py",
        "return tuple(sorted(found, key=lambda each: (-len(each.controls), each.reason)))",
        "return tuple(sorted(found, key=lambda each: (-len(each.controls), each.reason)))[:-1]",
    ),
)


@pytest.fixture(scope="module")
def launcher() -> Iterator[Launcher]:
    try:
        with copied_dockmark() as copy:
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
        found = next((what for each in matrix.others for what in who_is_wrong(seen, each)), "")
    assert found, f"nobody sees that {bug.bug}"
    tally.saw_seeded_bug(bug.bug)


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
