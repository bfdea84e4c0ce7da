"""Processes, as /proc shows them: real ones, and tables made of files."""

import os
import socket
import subprocess
import time
from pathlib import Path

import pytest

from benchmark.collect.daemon.procfs import read_link
from benchmark.collect.host import processes
from benchmark.collect.host.container_processes import container_processes
from benchmark.collect.host.root import HostRoot
from benchmark.model.facts import Reason, Unavailable

HERE = HostRoot()
ID = "0123456789abcdef" * 4
OTHER = "f" * 64
NOBODY_THERE = 2**22 + 1  # beyond the largest pid


@pytest.fixture
def sleeper():
    with subprocess.Popen(["/bin/sleep", "60"]) as process:
        deadline = time.monotonic() + 20
        while (
            not Path(f"/proc/{process.pid}/cmdline").read_bytes().startswith(b"/bin/sleep")
        ):  # until the exec is through
            assert time.monotonic() < deadline
            time.sleep(0.01)
        yield process.pid
        process.kill()


@pytest.fixture
def process(write, target):
    """Adds a process to the target's /proc."""
    write("/proc/1/cgroup", "0::/init.scope\n")

    def add(pid, cgroup, comm="x", cmdline="", exe=""):
        write(f"/proc/{pid}/cgroup", cgroup)
        write(f"/proc/{pid}/comm", comm + "\n")
        write(f"/proc/{pid}/cmdline", cmdline)
        if exe:
            (target / f"proc/{pid}/exe").symlink_to(exe)

    return add


@pytest.fixture
def names(target):
    return lambda container: container_processes(HostRoot(str(target))).names_of(container)


def test_facts_of_a_real_process(sleeper):
    assert processes.command_line(HERE, sleeper) == ("/bin/sleep", "60")
    assert processes.command_name(HERE, sleeper) == "sleep"
    assert os.path.realpath(processes.executable(HERE, sleeper)) == os.path.realpath("/bin/sleep")
    assert processes.effective_uid(HERE, sleeper) == os.geteuid()
    assert processes.parent_pid(HERE, sleeper) == os.getpid()
    assert processes.no_new_privs(HERE, sleeper) is False
    assert processes.mount_namespace(HERE, sleeper) == str(Path("/proc/self/ns/mnt").readlink())


def test_start_time_is_exact_to_a_tick():
    before = time.time_ns()
    with subprocess.Popen(["/bin/sleep", "60"]) as process:
        started = processes.start_time(HERE, process.pid)
        after = time.time_ns()
        process.kill()
    assert before - 20_000_000 <= started <= after


def test_no_new_privs_is_seen():
    with subprocess.Popen(["setpriv", "--no-new-privs", "/bin/sleep", "60"]) as process:
        deadline = time.monotonic() + 5
        while processes.command_name(HERE, process.pid) != "sleep" and time.monotonic() < deadline:
            time.sleep(0.01)
        assert processes.no_new_privs(HERE, process.pid) is True
        process.kill()


def test_a_name_with_parentheses_does_not_shift_the_fields(tmp_path):
    name = "a) R 1 2 (b"
    program = tmp_path / name
    program.symlink_to("/bin/sleep")
    with subprocess.Popen([program, "60"]) as process:
        deadline = time.monotonic() + 5
        while processes.command_name(HERE, process.pid) != name and time.monotonic() < deadline:
            time.sleep(0.01)
        assert processes.command_name(HERE, process.pid) == name
        assert abs(processes.start_time(HERE, process.pid) - time.time_ns()) < 5_000_000_000
        process.kill()


def test_sockets_of_a_process():
    with socket.socket(socket.AF_UNIX) as one:
        inode = os.fstat(one.fileno()).st_ino
        assert inode in processes.socket_inodes(HERE, os.getpid())


@pytest.mark.parametrize(
    "look",
    [
        processes.command_line,
        processes.command_name,
        processes.executable,
        processes.effective_uid,
        processes.parent_pid,
        processes.no_new_privs,
        processes.start_time,
        processes.mount_namespace,
        processes.socket_inodes,
    ],
)
def test_a_process_that_is_gone(look):
    assert look(HERE, NOBODY_THERE).reason is Reason.NO_PROCESS


def test_a_zombie_has_no_command_line():
    child = os.fork()
    if child == 0:
        os._exit(0)
    try:
        time.sleep(0.05)
        assert processes.command_line(HERE, child).reason is Reason.NO_PROCESS
        assert processes.executable(HERE, child).reason is Reason.NO_PROCESS
    finally:
        os.waitpid(child, 0)


def test_what_another_user_may_not_see(as_nobody):
    exe, sockets, uid = as_nobody(
        lambda: (processes.executable(HERE, 1), processes.socket_inodes(HERE, 1), processes.effective_uid(HERE, 1))
    )
    assert exe.reason is Reason.DENIED
    assert sockets.reason is Reason.DENIED
    assert uid == 0


def test_damaged_files_of_procfs(target, write):
    host = HostRoot(str(target))
    write("/proc/7/status", "Name:\tx\nUid:\t0\nNoNewPrivs:\t2\nPPid:\tx\n")
    write("/proc/7/stat", "7 (x) R 1 2")
    assert processes.effective_uid(host, 7).reason is Reason.SYNTAX
    assert processes.no_new_privs(host, 7).reason is Reason.SYNTAX
    assert processes.parent_pid(host, 7).reason is Reason.SYNTAX
    assert processes.start_time(host, 7).reason is Reason.SYNTAX
    write("/proc/7/status", "Name:\tx\n")
    assert processes.no_new_privs(host, 7).reason is Reason.UNSUPPORTED


def test_a_replaced_executable_keeps_its_path(target):
    (target / "proc/7").mkdir(parents=True)
    (target / "proc/7/exe").symlink_to("/usr/bin/dockerd (deleted)")
    assert processes.executable(HostRoot(str(target)), 7) == "/usr/bin/dockerd"


@pytest.mark.parametrize(
    "cgroup",
    [
        f"12:pids:/docker/{ID}\n1:name=systemd:/docker/{ID}\n0::/\n",
        f"0::/system.slice/docker-{ID}.scope\n",
        f"0::/../{ID}\n",
        f"0::/custom.slice/nested/docker-{ID}.scope/init.scope\n",
        f"0::/user.slice/user-1000.slice/user@1000.service/user.slice/docker-{ID}.scope\n",
    ],
)
def test_cgroups_of_both_versions_and_drivers(process, names, cgroup):
    process(10, cgroup, "sleep", "sleep\0001000\0", "/bin/busybox")
    assert names(ID) == ("busybox", "sleep")


@pytest.mark.parametrize(
    "cgroup", ["0::/\n", f"0::/docker/{ID}0\n", f"0::/docker/{ID[:-1]}\n", "0::/docker/" + ID.upper()]
)
def test_other_cgroups_are_no_container(process, names, cgroup):
    process(10, cgroup, "sleep", "sleep\0")
    assert names(ID).reason is Reason.NO_PROCESS


@pytest.mark.parametrize(
    ("called", "expected"),
    [
        (("sshd", "sshd: /usr/sbin/sshd -D [listener]", "/usr/sbin/sshd"), ("sshd",)),
        (("sshd", "/usr/sbin/sshd\0-D\0", ""), ("sshd",)),
        (("hidden", "nginx: worker", "/usr/sbin/sshd (deleted)"), ("hidden", "nginx", "sshd")),
        (("bash", "-bash\0", "/bin/bash"), ("bash",)),
        (("a) b", "/x/y z", ""), ("a) b", "y")),
        (("kworker", "", ""), None),
    ],
)
def test_every_name_of_a_process(process, names, called, expected):
    process(10, f"0::/docker/{ID}\n", *called)
    found = names(ID)
    assert found == expected if expected else found.reason is Reason.NO_PROCESS


def test_processes_of_nested_and_of_several_containers(process, names):
    process(10, f"0::/docker/{ID}\n", "dockerd", "dockerd\0")
    process(11, f"0::/docker/{ID}/docker/{OTHER}\n", "sleep", "sleep\0")
    assert names(ID) == ("dockerd", "sleep")
    assert names(OTHER) == ("sleep",)


def test_names_that_are_not_utf8(process, names, target):
    process(10, f"0::/docker/{ID}\n", "x", "x\0")
    (target / "proc/10/comm").write_bytes(b"\xff\x1b\n")
    assert names(ID) == ("\\xff\x1b", "x")


def test_without_a_process_file_system_nothing_is_known(target):
    assert container_processes(HostRoot(str(target))).reason is Reason.INCOMPLETE
    (target / "proc").mkdir()
    assert container_processes(HostRoot(str(target))).reason is Reason.INCOMPLETE
    (target / "proc/2").mkdir()
    assert "process 1" in container_processes(HostRoot(str(target))).detail


def test_hidden_processes_leave_every_container_unknown(process, names, target, as_nobody):
    process(10, f"0::/docker/{ID}\n", "x", "x\0")
    process(11, f"0::/docker/{ID}\n", "sshd", "sshd\0")
    (target / "proc/11").chmod(0o700)
    assert names(ID) == ("sshd", "x")
    assert as_nobody(lambda: names(ID)).reason is Reason.DENIED


def test_a_process_that_cannot_be_read_hides_nothing_that_was_seen(process, target, as_nobody):
    process(10, f"0::/docker/{ID}\n", "sshd", "sshd\0")
    process(11, "0::/elsewhere\n", "x", "x\0")
    (target / "proc/11/cgroup").chmod(0)
    table = as_nobody(lambda: container_processes(HostRoot(str(target))))
    assert table.seen_in(ID) == ("sshd",)
    assert table.names_of(ID).reason is Reason.DENIED
    assert table.seen_in(OTHER).reason is Reason.DENIED


def test_a_process_known_to_be_of_one_container_leaves_only_that_one_unknown(process, target, as_nobody):
    process(10, f"0::/docker/{ID}\n", "sshd", "sshd\0")
    process(11, f"0::/docker/{OTHER}\n", "web", "web\0")
    (target / "proc/10/cmdline").chmod(0)
    (target / "proc/12").mkdir()
    table = as_nobody(lambda: container_processes(HostRoot(str(target))))
    assert table.names_of(OTHER) == ("web",)
    assert table.seen_in(ID) == ("sshd",)
    assert table.names_of(ID) == Unavailable(Reason.DENIED, "/proc/10: EACCES and 0 more processes")


def test_a_command_line_that_was_cut_off_is_none(process, names, target):
    process(10, f"0::/docker/{ID}\n", "x", "/usr/sbin/ss")
    assert names(ID).reason is Reason.IO_ERROR
    host = HostRoot(str(target))
    assert processes.command_line(host, 10) == Unavailable(
        Reason.TRUNCATED, "/proc/10/cmdline: ends within an argument"
    )
    (target / "proc/10/cmdline").write_bytes(b"a\0\0")
    assert processes.command_line(host, 10) == ("a", "")


def test_a_descriptor_that_cannot_be_read_may_be_a_socket(target):
    (target / "proc/7/fd").mkdir(parents=True)
    (target / "proc/7/fd/3").symlink_to("socket:[42]")
    (target / "proc/7/fd/4").write_text("no link")
    host = HostRoot(str(target))
    assert processes.socket_inodes(host, 7).reason is Reason.INCOMPLETE
    assert processes.holds_any_socket(host, 7, frozenset({42, 43})) is True
    assert processes.holds_any_socket(host, 7, frozenset({43})).reason is Reason.INCOMPLETE
    (target / "proc/7/fd/4").unlink()
    assert processes.holds_any_socket(host, 7, frozenset({43})) is False
    assert processes.socket_inodes(host, 7) == {42}


def test_a_link_that_the_kernel_never_writes_names_no_namespace_and_no_directory(target):
    (target / "proc/7/ns").mkdir(parents=True)
    (target / "proc/7/ns/mnt").symlink_to("mnt")
    (target / "proc/7/ns/pid").symlink_to("pid:[4026531836]")
    (target / "proc/7/root").symlink_to("root")
    host = HostRoot(str(target))
    assert processes.mount_namespace(host, 7).reason is Reason.SYNTAX
    assert processes.pid_namespace(host, 7) == "pid:[4026531836]"
    assert read_link(host, 7, "root").reason is Reason.SYNTAX


@pytest.mark.parametrize("name", ["cgroup", "comm"])
def test_a_file_without_end_is_none_of_a_process(process, target, name):
    process(10, f"0::/docker/{ID}\n", "sshd", "sshd\0")
    os.truncate(target / "proc/10" / name, 1 << 36)
    assert isinstance(container_processes(HostRoot(str(target))).names_of(ID), Unavailable)


def test_an_executable_that_is_no_link_hides_a_name(process, names, target):
    process(10, f"0::/docker/{ID}\n", "x", "x\0")
    (target / "proc/10/exe").write_text("")
    assert names(ID).reason is Reason.IO_ERROR
    assert container_processes(HostRoot(str(target))).seen_in(ID) == ("x",)


def test_processes_that_vanish_are_passed_over(process, names, target):
    process(10, f"0::/docker/{ID}\n", "x", "x\0")
    (target / "proc/12").mkdir()
    (target / "proc/13").touch()
    assert names(ID) == ("x",)


def test_this_machine():
    table = container_processes(HERE)
    assert not table.gaps
    assert table.names_of("0" * 64).reason is Reason.NO_PROCESS


def test_a_thousand_processes_take_milliseconds(process, target):
    for pid in range(2, 1002):
        process(pid, f"12:pids:/docker/{pid:064x}\n", "sleep", "sleep\0", "/bin/sleep")
    host = HostRoot(str(target))
    best = min(_seconds(lambda: container_processes(host)) for _ in range(3))
    assert len(container_processes(host).names) == 1000
    assert best < 0.3  # some 40 ms on an idle machine


def _seconds(call):
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def test_mounts_are_shared_where_both_tables_have_the_same_numbers_and_a_top(tmp_path):
    tables = {
        1: "27 1 254:0 / / rw - ext4 /dev/vda rw\n30 27 0:5 / /proc rw - proc proc rw\n",
        2: "27 1 254:0 / / rw - ext4 /dev/vda rw\n30 27 0:5 / /proc rw,hidepid=2 - proc proc rw\n",
        3: "91 1 254:0 / / rw - ext4 /dev/vda rw\n92 91 0:5 / /proc rw - proc proc rw\n",  # copies of the same mounts
        4: "30 27 0:5 / /proc rw - proc proc rw\n",  # its root directory is no mount point
        5: "not a mount table\n",
    }
    for pid, table in tables.items():
        (tmp_path / f"proc/{pid}").mkdir(parents=True)
        (tmp_path / f"proc/{pid}/mountinfo").write_text(table)
    root = HostRoot(str(tmp_path))
    assert {pid for pid in (*tables, 6) if processes.shares_mounts(root, 1, pid)} == {1, 2}
    assert not processes.shares_mounts(root, 4, 4)
    assert not processes.shares_mounts(root, 5, 5)
    assert not processes.shares_mounts(root, 6, 6)


@pytest.mark.parametrize("ticks", ["1" * 5000, "184467440737095516", "-1", "\u0661", "x"])
def test_a_start_that_cannot_be_is_not_believed(tmp_path, ticks):
    (tmp_path / "proc/7").mkdir(parents=True)
    (tmp_path / "proc/7/stat").write_text(f"7 (x) S {' '.join(['0'] * 18)} {ticks} 0\n")
    assert processes.start_time(HostRoot(str(tmp_path)), 7).reason is Reason.SYNTAX
