"""The running host below a directory: only what its first process sees at the same place."""

from __future__ import annotations

import posixpath
from pathlib import Path

import pytest

from benchmark.collect.host.mounted_root import MountedRoot, open_root
from benchmark.model.facts import ABSENT, Reason, Unavailable

_BOOT = "proc/sys/kernel/random/boot_id"
_OURS = Path("/", _BOOT)


@pytest.fixture
def host(tmp_path: Path) -> Path:
    """A directory in which a file lies and another does not, and the /proc of the running kernel."""
    top = tmp_path.resolve()
    (top / "etc").mkdir()
    (top / "etc/present").write_text("x")
    (top / _BOOT).parent.mkdir(parents=True)
    (top / _BOOT).write_bytes(_OURS.read_bytes())
    (top / "proc/1").mkdir()
    return top


def see(host: Path, device: str, subtree: str) -> None:
    line = f"27 1 {device} {subtree} / rw,relatime - ext4 /dev/vda rw\n"
    (host / "proc/1/mountinfo").write_text(line)


def place_of(path: Path) -> tuple[str, str]:
    """Device and directory in its file system of ``path``, by our own mount table."""
    best = ("", "", "/")
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        fields = line.split()
        point = fields[4]
        under = point == "/" or path == Path(point) or Path(point) in path.parents
        if under and len(point) >= len(best[2]):
            best = (fields[2], fields[3], point)
    return best[0], posixpath.normpath(posixpath.join(best[1], posixpath.relpath(path, best[2])))


def test_what_the_first_process_sees_there_is_believed(host: Path) -> None:
    see(host, *place_of(host))
    root = open_root(str(host))
    assert root.is_live
    assert root.stat("/etc/missing") is ABSENT
    assert not isinstance(root.read("/etc/present"), Unavailable)


def test_what_it_does_not_see_there_is_neither_present_nor_absent(host: Path) -> None:
    device, _ = place_of(host)
    for known in ((device, "/"), ("253:99", place_of(host)[1])):
        see(host, *known)
        root = MountedRoot(str(host))
        for path in ("/etc/missing", "/etc/present"):
            found = root.stat(path)
            assert isinstance(found, Unavailable)
            assert found.reason is Reason.INCOMPLETE


def test_without_its_table_nothing_is_believed(host: Path) -> None:
    assert isinstance(MountedRoot(str(host)).stat("/etc/missing"), Unavailable)


def test_a_host_that_does_not_run_is_taken_as_it_is(host: Path) -> None:
    (host / _BOOT).write_text("another boot\n")
    root = MountedRoot(str(host))
    assert not root.is_live
    assert root.stat("/etc/missing") is ABSENT


def test_a_part_without_proc_is_not_known_to_run(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    root = MountedRoot(str(tmp_path))
    assert root.stat("/proc/version") is ABSENT
    assert not root.is_live
