"""The mount table."""

import os
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.collect.host.accounts import collect_accounts
from benchmark.collect.host.files import describe_file
from benchmark.collect.host.mounts import Mount, collect_mounts, parse_mountinfo
from benchmark.collect.host.root import HostRoot
from benchmark.model.facts import Reason

TABLE = b"""22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
30 22 0:24 / /run rw,nosuid - tmpfs tmpfs rw,size=1k
31 22 0:25 / /var/lib/docker ro,relatime master:1 - xfs /dev/vdb rw
32 31 0:26 / /var/lib/docker/a\\040b\\011c\\134d rw - ext4 /dev/vdc ro,errors=continue
33 31 0:27 / /run rw - tmpfs again rw
"""


def test_octal_escapes_and_options():
    mounts = parse_mountinfo(TABLE)
    assert [mount.point for mount in mounts] == ["/", "/run", "/var/lib/docker", "/var/lib/docker/a b\tc\\d", "/run"]
    assert [mount.read_only for mount in mounts] == [False, False, True, True, False]
    assert mounts[2] == Mount("/var/lib/docker", "xfs", "/dev/vdb", True, "0:25", "/")


@pytest.mark.parametrize(
    ("path", "point"),
    [
        ("/var/lib/docker", "/var/lib/docker"),
        ("/var/lib/docker/x", "/var/lib/docker"),
        ("/var/lib/docker2", "/"),
        ("/var/lib", "/"),
        ("/", "/"),
        ("/var/lib/docker/a b\tc\\d/e", "/var/lib/docker/a b\tc\\d"),
    ],
)
def test_mount_of_goes_by_component(target, write, path, point):
    write("/proc/1/mountinfo", TABLE)
    table = collect_mounts(HostRoot(str(target)))
    assert table.mount_of(path).point == point
    assert table.mount_points == ("/", "/run", "/var/lib/docker", "/var/lib/docker/a b\tc\\d")
    assert table.mount_of("/run/x").origin == "again"


def test_below_a_root_without_proc_nothing_is_known(target):
    assert collect_mounts(HostRoot(str(target))).reason is Reason.INCOMPLETE


@pytest.mark.parametrize("table", [b"garbage\n", TABLE[:-10] + b"\n1 2 3\n", b"22 1 254:0 / / rw - ext4\n"])
def test_a_damaged_table_is_not_used(target, write, table):
    write("/proc/1/mountinfo", table)
    assert collect_mounts(HostRoot(str(target))).reason is Reason.SYNTAX


def test_this_machine():
    table = collect_mounts(HostRoot())
    assert {"/", "/proc"} <= set(table.mount_points)
    assert table.mount_of("/proc/1").kind == "proc"
    assert all(os.path.ismount(point) for point in ("/", "/proc"))


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to mount")
def test_a_file_system_mounted_read_only(target, write):
    write("/m/x")
    own, place = HostRoot(), str(target / "m")
    accounts = collect_accounts(own)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "ro", "tmpfs", place], check=False).returncode:
        pytest.skip("mounting is not possible here")
    try:
        assert describe_file(own, place, accounts).fact("read_only_mount") is True
        assert place in collect_mounts(own).mount_points
        # below another root it may be read-only for us alone: only the target's own table says
        assert describe_file(HostRoot(str(target)), "/m", accounts).fact("read_only_mount").reason is Reason.INCOMPLETE
        write("/proc/1/mountinfo", b"22 1 254:0 / / rw - ext4 /dev/vda rw\n")
        assert describe_file(HostRoot(str(target)), "/m", accounts).fact("read_only_mount") is False
    finally:
        subprocess.run(["umount", place], check=True)


@given(st.binary(max_size=200))
def test_no_table_makes_the_parser_raise(data):
    parse_mountinfo(data)
    parse_mountinfo(b"1 2 3:4 / /" + data + b" rw - " + data)
